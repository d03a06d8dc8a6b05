// Calls to the API, with the answers that it gives when it refuses.

import { authorization, forget, session } from "./session.js";

const PATIENCE_MS = 20_000;

/** The API said no: `problem` is as RFC 9457 has it. */
export class Refusal extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || `the API answered ${status}`);
    this.status = status;
    this.errors = problem.errors ?? [];
  }
}

/** Read something; parameters without a value are left out. */
export function read(path, parameters = {}) {
  const given = Object.entries(parameters).filter(([, value]) => value);
  const query = new URLSearchParams(given).toString();
  return call("GET", query ? `${path}?${query}` : path);
}

/** Give an order; empty fields are left out. */
export function order(path, fields) {
  const given = Object.entries(fields).filter(([, value]) => value);
  return call("POST", path, JSON.stringify(Object.fromEntries(given)));
}

/** Ask whose token this is. */
export function operator(token) {
  return call("GET", "/api/operator", undefined, token);
}

/** Write a name or an id into a path. */
export const quoted = encodeURIComponent;

async function call(method, path, body, token = session()?.token) {
  const answer = await fetched(path, {
    method,
    body,
    headers: { "Content-Type": "application/json", ...authorization(token) },
    // nothing but our own header signs a call: no cookie, no password that the browser remembers
    credentials: "omit",
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const told = await answer.json().catch(() => ({}));
  if (answer.status === 401) forget(token);
  if (!answer.ok) throw new Refusal(answer.status, told);
  return told;
}

async function fetched(path, options) {
  try {
    return await fetch(path, options);
  } catch {
    throw new Error("the API does not answer");
  }
}
