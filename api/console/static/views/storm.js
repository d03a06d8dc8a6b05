// One storm: how far it is, and what became of its incidents.

import { incidentAddress } from "../addresses.js";
import { quoted, read } from "../api.js";
import { h } from "../dom.js";
import { badge, moment, nothing, plain, row, table } from "../words.js";
import { progress } from "./gates.js";

const COLUMNS = ["State", "Job or resource"];

export const title = ({ id }) => `Storm ${id}`;

export function load({ id }) {
  return read(`/api/storms/${quoted(id)}`);
}

export function draw({ storm, incidents }) {
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
    h("h2", {}, "Its incidents"),
    incidents.length > 0
      ? table(
          "Oldest first; those that began it were under way already, and are left out",
          COLUMNS,
          incidents.map(line),
        )
      : nothing("None has waited in it."),
  ];
}

function line({ incident_id: id, job_name: name, stage, outcome }) {
  return row(id, COLUMNS, [badge(outcome ?? stage), h("a", { href: incidentAddress(id) }, name || id)]);
}
