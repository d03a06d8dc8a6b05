// The story of an incident: the audit trail, with the calls that were made.

import { h } from "../dom.js";
import { SYSTEM_ACTOR, age, moment, plain } from "../words.js";

export function timeline({ started_at: began, ended_at: ended, audit }) {
  return h(
    "section",
    {},
    h("h2", {}, "What happened"),
    h(
      "ol",
      { class: "timeline" },
      entry("reported", began, "reported", "It was reported."),
      audit.map(({ entry_id: key, kind, at, message, actor, reason, data }) =>
        entry(key, at, kind.slice(kind.indexOf(".") + 1), message, { actor, reason, calls: data.calls }),
      ),
      !ended && h("li", { class: "now", "data-key": "now" }, "under way for ", age(began)),
    ),
  );
}

function entry(key, at, kind, message, { actor = SYSTEM_ACTOR, reason = "", calls = [] } = {}) {
  return h(
    "li",
    { class: kind, "data-key": key },
    moment(at),
    h("strong", {}, plain(kind)),
    actor !== SYSTEM_ACTOR && h("span", { class: "who" }, ` by ${actor}`),
    h("div", {}, message, reason && ` (${reason})`),
    calls.map(({ method, path, summary }) =>
      h("div", { class: "call" }, h("code", {}, `${method} ${path}`), ` ${summary}`),
    ),
  );
}
