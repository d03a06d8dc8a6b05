// One storm: how far it is, and what became of its incidents.

import { incidentAddress, stormAddress } from "../addresses.js";
import { quoted, read } from "../api.js";
import { h } from "../dom.js";
import { badge, moment, nothing, plain, row, table } from "../words.js";
import { progress } from "./gates.js";

const COLUMNS = ["State", "Job or resource", "Ticket", "Began", "Over"];
const PAGE = 100;

export const title = ({ id }) => `Storm ${id}`;

export function load({ id, filters: { cursor } }) {
  return read(`/api/storms/${quoted(id)}`, { limit: PAGE, cursor });
}

export function draw({ storm, incidents, next_cursor: next, ...counts }, { id, filters: { cursor } }) {
  const first = stormAddress(id);
  return [
    h("p", {}, h("a", { href: "#/gates" }, "← Gates")),
    h(
      "h1",
      {},
      `Storm of ${plain(storm.cause)} in ${storm.workspace} `,
      badge(storm.ended_at ? "closed" : "storm"),
    ),
    h(
      "p",
      {},
      storm.ticket,
      ", began ",
      moment(storm.began_at),
      storm.ended_at && [", over ", moment(storm.ended_at)],
    ),
    progress(storm),
    h("h2", {}, `Its ${counts.total} incidents`),
    h("p", {}, inWords(counts)),
    incidents.length > 0
      ? table("Oldest first", COLUMNS, incidents.map(line))
      : nothing("None has written its ticket yet."),
    h(
      "nav",
      { class: "pages", "aria-label": "Pages" },
      cursor && h("a", { href: first }, "← Oldest"),
      next && h("a", { href: `${first}?cursor=${next}` }, "Newer →"),
    ),
  ];
}

function inWords({ under_way: underWay, outcomes }) {
  const counts = { "under way": underWay, ...outcomes };
  const given = Object.entries(counts).filter(([, count]) => count);
  return given.map(([name, count]) => `${count} ${plain(name)}`).join(", ");
}

function line({ incident_id: id, began_it: beganIt, job_name: name, stage, outcome, ticket, ...times }) {
  return row(ticket, COLUMNS, [
    badge(outcome ?? stage),
    [h("a", { href: incidentAddress(id) }, name || id), beganIt && " (one of those that began it)"],
    ticket,
    moment(times.started_at),
    times.ended_at && moment(times.ended_at),
  ]);
}
