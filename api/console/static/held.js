// What is paused is said on every page, and so is that it is not known.

import { h, show } from "./dom.js";
import { moment } from "./words.js";

/** Show it; returns whether something is paused. */
export function showPauses(place, gates, problem) {
  const paused = gates.filter((gate) => gate.pause);
  const unknown = gates.filter((gate) => gate.state === "unknown");
  show(
    place,
    paused.map(bar),
    unknown.map((gate) => h("p", { class: "unknown" }, `Whether ${gate.workspace} is paused is not known: ${gate.note}.`)),
    problem && h("p", { class: "unknown" }, `Whether something is paused is not known: ${problem}.`),
  );
  return paused.length > 0;
}

function bar({ workspace, pause }) {
  return h(
    "div",
    { class: "bar", "data-key": workspace },
    h("strong", {}, "PAUSED ", workspace),
    h("span", {}, ...because(pause)),
    h("button", { type: "button", "data-order": "resume", "data-about": workspace }, "Resume …"),
  );
}

/** Who paused, since when, until when and why. */
export function because({ by, since, until, reason }) {
  return ["by ", by, " since ", moment(since), until ? ", until " : ", until somebody resumes", moment(until), reason ? `: ${reason}` : ""];
}
