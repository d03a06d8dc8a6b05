// What holds recoveries back is said on every page, and so is that it is not known.

import { stormAddress } from "./addresses.js";
import { read } from "./api.js";
import { h, show } from "./dom.js";
import { atOnce, moment, plain } from "./words.js";

let gates = [];

/** The names of the workspaces, as they were last read. */
export const workspaces = () => gates.map((gate) => gate.workspace);

/** Whether something was paused when it was last read. */
export const isPaused = () => gates.some((gate) => gate.pause);

/** Read the gates and show what they hold back. */
export async function showHeld(place) {
  let problem = "";
  try {
    ({ gates } = await read("/api/gates"));
  } catch (error) {
    if (error.status === 401) gates = [];
    else problem = error.message;
  }
  show(
    place,
    gates.filter((gate) => gate.pause).map(pauseBar),
    gates.flatMap((gate) => gate.storms).map(stormBar),
    unknown(problem),
  );
}

/** Who paused, since when, until when and why. */
export function because({ by, since, until, reason }) {
  const ends = until ? [", until ", moment(until)] : ", until somebody resumes";
  return ["by ", by, " since ", moment(since), ends, reason && `: ${reason}`];
}

function pauseBar({ workspace, pause }) {
  return h(
    "div",
    { class: "bar", role: "alert", "data-key": `pause-${workspace}` },
    h("strong", {}, "PAUSED ", workspace),
    h("span", {}, because(pause)),
    h("button", { type: "button", "data-order": "resume", "data-about": workspace }, "Resume …"),
  );
}

function stormBar({ storm_id: id, workspace, cause, waiting, allowed }) {
  return h(
    "p",
    { class: "warning", "data-key": id },
    h("a", { href: stormAddress(id) }, `Storm of ${plain(cause)}`),
    ` in ${workspace}: ${waiting} parked, ${atOnce(allowed)}`,
  );
}

function unknown(problem) {
  const silent = gates.filter((gate) => gate.state === "unknown");
  return [
    silent.map(({ workspace, note }) =>
      h("p", { class: "warning" }, `Whether ${workspace} is paused is not known: ${note}.`),
    ),
    problem && h("p", { class: "warning" }, `Whether something is paused is not known now: ${problem}.`),
  ];
}
