// How times, states and numbers are shown everywhere.

import { h } from "./dom.js";

/** Who does what no person does. */
export const SYSTEM_ACTOR = "lakemend";

const CLOCK = { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false };
const DAY = { month: "short", day: "numeric" };
const UNITS = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
];

/** A moment in the reader's own time, with the date when it is not today; UTC stands beside. */
export function moment(instant) {
  if (!instant) return null;
  const at = new Date(instant);
  const isToday = at.toDateString() === new Date().toDateString();
  const text = at.toLocaleString("en-GB", isToday ? CLOCK : { ...DAY, ...CLOCK });
  return h("time", { datetime: instant, title: at.toISOString() }, text);
}

/** How long ago, or how long still. */
export function age(instant) {
  if (!instant) return null;
  const seconds = (Date.now() - new Date(instant)) / 1000;
  const title = new Date(instant).toISOString();
  const text = seconds < 0 ? `in ${span(-seconds)}` : span(seconds);
  return h("time", { datetime: instant, title }, text);
}

/** A number of seconds in its two largest units, like `4 min 10 s`. */
export function span(seconds) {
  const largest = UNITS.findIndex(([, size]) => seconds >= size);
  if (largest === -1) return "0 s";
  let rest = Math.floor(seconds);
  const parts = UNITS.slice(largest, largest + 2).map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count > 0 ? `${count} ${unit}` : "";
  });
  return parts.join(" ").trim();
}

/** A word of the system's, as people write it. */
export function plain(word) {
  return (word ?? "").replaceAll("_", " ");
}

/** How many a storm lets go. */
export function atOnce(allowed) {
  return allowed === 1 ? "one is tried" : `${allowed} may go at a time`;
}

/** A state, whose colour says nothing that the word does not say. */
export function badge(word) {
  return h("span", { class: `badge ${word}` }, plain(word));
}

/** A table that becomes a list of cards on a narrow screen. */
export function table(caption, columns, rows, kind = null) {
  return h(
    "table",
    { class: kind },
    h("caption", {}, caption),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        columns.map((column) => h("th", { scope: "col" }, column)),
      ),
    ),
    h("tbody", {}, rows),
  );
}

/** A row of a table; `key` tells it from the others. */
export function row(key, columns, cells) {
  const drawn = cells.map((cell, place) => h("td", { "data-label": columns[place] }, cell));
  return h("tr", { "data-key": key }, drawn);
}

/** Names with values; those without a value are left out. */
export function facts(pairs) {
  const known = pairs.filter(
    ([, value]) => value !== null && value !== undefined && value !== false && value !== "",
  );
  return h(
    "dl",
    {},
    known.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
  );
}

/** A remark about what cannot be shown. */
export function nothing(...text) {
  return h("p", { class: "nothing" }, ...text);
}
