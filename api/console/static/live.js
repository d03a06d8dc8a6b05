// The live events. `EventSource` cannot send the token, so the stream is read by hand.

import { authorization, session } from "./session.js";

const SILENCE_MS = 25_000; // the API says something every ten seconds
const RETRY_MS = 2_000;

export const State = Object.freeze({ OPENING: "opening", LIVE: "live", LOST: "lost", REFUSED: "refused" });

/**
 * Tell of each event, and of each change of the connection; never ends.
 *
 * A tab that nobody sees does not listen: a browser opens six connections to a host, for all tabs.
 */
export async function follow(onEvent, onState) {
  for (;;) {
    await seen();
    onState(await listen(onEvent, onState));
    await new Promise((done) => setTimeout(done, RETRY_MS));
  }
}

/** Return why it ended. */
async function listen(onEvent, onState) {
  const watch = new Watch();
  try {
    const answer = await fetch("/api/events", {
      headers: authorization(session()?.token),
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
  return document.hidden ? State.OPENING : State.LOST;
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

function seen() {
  return new Promise((done) => {
    if (!document.hidden) done();
    else document.addEventListener("visibilitychange", done, { once: true });
  });
}

/** Hangs up when the tab is hidden or the network is gone, and on a silent line, of which nobody tells. */
class Watch {
  #controller = new AbortController();
  #timer = 0;
  #hangUp = () => this.#controller.abort();

  constructor() {
    document.addEventListener("visibilitychange", this.#hangUp);
    addEventListener("offline", this.#hangUp);
    this.heard();
  }

  get signal() {
    return this.#controller.signal;
  }

  heard() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#hangUp, SILENCE_MS);
  }

  stop() {
    clearTimeout(this.#timer);
    document.removeEventListener("visibilitychange", this.#hangUp);
    removeEventListener("offline", this.#hangUp);
    this.#hangUp();
  }
}
