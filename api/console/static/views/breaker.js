// One breaker: how it stands, who waits, what happened, and the orders that a person may give it.

import { linked } from "../addresses.js";
import { Refusal, quoted, read } from "../api.js";
import { h } from "../dom.js";
import { age, badge, facts, moment, nothing, plain, row, table } from "../words.js";
import { failures } from "./breakers.js";

const WAITING = ["Place", "Incident", "Waits for", "At most until"];
const EVENTS = ["When", "What", "By", "Why"];

export const title = ({ id }) => `Breaker ${id}`;

export async function load({ id }) {
  const path = `/api/circuit-breakers/${quoted(id)}`;
  const [breaker, { waiting }, { events }] = await Promise.all([
    orMissing(read(path), null),
    orMissing(read(`${path}/waiting`), { waiting: [] }),
    orMissing(read(`${path}/history`), { events: [] }),
  ]);
  return { breaker, waiting, events };
}

export function draw({ breaker, waiting, events }, { id }) {
  return [
    h("p", {}, h("a", { href: "#/breakers" }, "← Breakers")),
    h("h1", {}, id, " ", badge(breaker?.state ?? "closed")),
    breaker
      ? standing(breaker)
      : h("p", { class: "note" }, "It does not run: it has nothing to remember, and lets everybody pass."),
    orders(id, breaker),
    h("h2", {}, "Who waits"),
    waiting.length > 0
      ? table("First in the queue first", WAITING, waiting.map(parked))
      : nothing("Nobody waits."),
    h("h2", {}, "What happened"),
    events.length > 0
      ? table("Newest first", EVENTS, events.map(event).reverse())
      : nothing("Nothing is remembered."),
  ];
}

/** A breaker that does not run is no error: it counts as closed. */
async function orMissing(answer, missing) {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return missing;
    throw error;
  }
}

function standing(breaker) {
  const settings = Object.entries(breaker.settings ?? {});
  return h(
    "section",
    { class: "card" },
    breaker.note && h("p", { class: "note" }, breaker.note),
    facts([
      ["In this state for", age(breaker.since)],
      [breaker.state === "open" ? "Tries again" : "Held until", moment(breaker.retry_at)],
      ["Rests until", moment(breaker.cooling_until)],
      ["Failures", failures(breaker)],
      ["Successes in view", breaker.successes],
      ["Failure rate", breaker.failure_rate === null ? null : `${Math.round(breaker.failure_rate)} %`],
      ["Permits out", breaker.permits_out],
      ["Probes out", breaker.probes_out],
      ["Parked", breaker.waiting],
      ["Opened so often", breaker.openings],
    ]),
    h(
      "details",
      {},
      h("summary", {}, "Settings"),
      facts(settings.map(([name, value]) => [plain(name), setting(breaker, name, value)])),
    ),
  );
}

function setting({ overrides }, name, value) {
  return `${value}${name in (overrides ?? {}) ? " (changed by hand)" : ""}`;
}

function orders(name, breaker) {
  const about = { type: "button", "data-about": name };
  return h(
    "p",
    { class: "buttons" },
    breaker && h("button", { ...about, class: "primary", "data-order": "reset" }, "Reset …"),
    h("button", { ...about, class: "danger", "data-order": "open" }, "Hold open …"),
    h("button", { ...about, class: "danger", "data-order": "disable" }, "Disable …"),
    h("button", { ...about, class: "danger", "data-order": "metrics-only" }, "Only count …"),
    h("button", { ...about, "data-order": "configure" }, "Change settings …"),
  );
}

function parked({ request_id: key, place, holder, since, until }) {
  return row(key, WAITING, [place, linked(holder), age(since), moment(until)]);
}

function event({ number, at, kind, message, actor, reason }) {
  return row(number, EVENTS, [moment(at), [badge(kind), " ", message], actor, reason]);
}
