// What holds recoveries back: the pause, the bulkhead and storms, for each workspace.

import { linked, stormAddress } from "../addresses.js";
import { quoted, read } from "../api.js";
import { h } from "../dom.js";
import { because } from "../held.js";
import { age, atOnce, badge, facts, moment, nothing, plain, row, table } from "../words.js";

const QUEUE = ["Place", "Incident", "Cause", "Why it waits", "Waits for", "At most until"];
const STORMS = ["Ticket", "Cause", "Workspace", "Began", "Over", "Recovered of those let through"];
const MOST_STORMS = 20;
const MOST_SHOWN = 20; // of a queue; the rest is unfolded by hand

export const title = () => "Gates";

export async function load() {
  const [{ gates }, { storms }] = await Promise.all([
    read("/api/gates"),
    read("/api/storms", { limit: MOST_STORMS }),
  ]);
  return { storms, gates: await Promise.all(gates.map(withQueue)) };
}

async function withQueue(gate) {
  if (!gate.waiting) return { ...gate, queue: [] };
  const { waiting } = await read(`/api/gates/${quoted(gate.workspace)}/waiting`);
  return { ...gate, queue: waiting };
}

export function draw({ gates, storms }) {
  return [
    h("h1", {}, "Gates"),
    h(
      "p",
      {},
      "Every recovery of a workspace passes its gate: a pause holds all, a storm those of one cause.",
    ),
    gates.map(card),
    h("h2", {}, "Storms"),
    storms.length > 0
      ? table("Newest first", STORMS, storms.map(pastStorm))
      : nothing("No storm has been seen."),
  ];
}

/** What became of a storm's incidents, and how many may go at a time. */
export function progress(storm) {
  const { arrived, let_through: through, recovered, failed } = storm.tally;
  return h(
    "div",
    {},
    h(
      "p",
      {},
      `${arrived} arrived, ${through} let through: ${recovered} recovered, ${failed} failed; ${storm.waiting} parked`,
    ),
    h("progress", { max: through + storm.waiting || 1, value: recovered, "aria-label": "recovered" }),
    storm.ended_at ? null : ramp(storm),
  );
}

function ramp({ allowed, probe_at: probe }) {
  const steps = [1, 2, 4, 8, 16, 32].filter((step) => step <= Math.max(allowed * 2, 8));
  return h(
    "p",
    {},
    h(
      "span",
      { class: "ramp", "aria-hidden": "true" },
      steps.map((step) => h("span", { class: step <= allowed ? "reached" : null }, step)),
    ),
    ` ${atOnce(allowed)}`,
    probe && [", the next one at ", moment(probe)],
  );
}

function card(gate) {
  return h(
    "section",
    { class: "card", "data-key": gate.workspace },
    h("h2", {}, gate.workspace, " ", badge(gate.state)),
    gate.note && h("p", { class: "note" }, gate.note),
    gate.pause && h("p", { class: "note" }, "Paused ", because(gate.pause)),
    facts([
      ["Under way", gate.most ? `${gate.under_way} of at most ${gate.most}` : gate.under_way],
      ["Parked", gate.waiting],
      ["Oldest waits for", age(gate.oldest_wait_since)],
    ]),
    gate.storms.map(storm),
    switches(gate),
    gate.queue.length > 0 && queue(gate),
  );
}

function storm(seen) {
  const name = h("a", { href: stormAddress(seen.storm_id) }, `Storm of ${plain(seen.cause)}`);
  return h(
    "section",
    { class: "storm", "data-key": seen.storm_id },
    h("h3", {}, name, " since ", moment(seen.began_at)),
    progress(seen),
  );
}

function switches({ workspace, pause }) {
  const about = { type: "button", "data-about": workspace };
  return h(
    "p",
    { class: "buttons" },
    pause && h("button", { ...about, class: "primary", "data-order": "resume" }, "Resume …"),
    h("button", { ...about, class: "danger", "data-order": "pause" }, pause ? "Pause anew …" : "Pause …"),
  );
}

function queue({ queue: waiting, waiting: all }) {
  return h(
    "details",
    { open: waiting.length <= MOST_SHOWN },
    h("summary", {}, `${all} parked`),
    table(`The first ${waiting.length} of ${all}`, QUEUE, waiting.map(parked)),
  );
}

function parked({ request_id: key, place, holder, cause, reason, since, until }) {
  return row(key, QUEUE, [place, linked(holder), plain(cause), reason, age(since), moment(until)]);
}

function pastStorm({ storm_id: id, ticket, cause, workspace, began_at: began, ended_at: over, tally }) {
  return row(id, STORMS, [
    h("a", { href: stormAddress(id) }, ticket || id),
    plain(cause),
    workspace,
    moment(began),
    over ? moment(over) : "not yet",
    `${tally.recovered} of ${tally.let_through}`,
  ]);
}
