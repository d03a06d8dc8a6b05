// The live events. `EventSource` cannot send the token, so the stream is read by hand.

import { authorization } from "./session.js";

const SILENCE_MS = 25_000; // the API says something every ten seconds
const RETRY_MS = 2_000;

export const State = Object.freeze({ LIVE: "live", LOST: "lost", REFUSED: "refused" });

/** Tell of each event, and of each change of the connection; never ends. */
export async function follow(onEvent, onState) {
  for (;;) {
    onState(await listen(onEvent, onState));
    await new Promise((done) => setTimeout(done, RETRY_MS));
  }
}

/** Return why it ended. */
async function listen(onEvent, onState) {
  const watch = new Watch();
  try {
    const answer = await fetch("/api/events", {
      headers: authorization(),
      credentials: "omit",
      cache: "no-store",
      signal: watch.signal,
    });
    if (answer.status === 401) return State.REFUSED;
    if (!answer.ok) return State.LOST;
    onState(State.LIVE);
    await readLines(answer.body, watch, (line) => line.startsWith("data:") && onEvent());
  } catch {
    // no matter what broke it, it is tried again
  } finally {
    watch.stop();
  }
  return State.LOST;
}

async function readLines(body, watch, onLine) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    watch.heard();
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    lines.forEach(onLine);
  }
}

/** Hangs up on a silent line: a phone that changed networks is never told. */
class Watch {
  #controller = new AbortController();
  #timer = 0;

  constructor() {
    this.heard();
  }

  get signal() {
    return this.#controller.signal;
  }

  heard() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(), SILENCE_MS);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#controller.abort();
  }
}
