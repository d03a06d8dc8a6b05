// The list of incidents, newest first.

import { incidentAddress } from "../addresses.js";
import { read } from "../api.js";
import { h } from "../dom.js";
import { age, badge, nothing, plain, row, table } from "../words.js";

const COLUMNS = ["State", "Job or resource", "Cause", "Workspace", "Age", "What is said"];
const OUTCOMES = ["recovered", "escalated", "observed", "superseded", "duplicate"];
const FILTERS = ["open_only", "outcome", "workspace", "job_id"];

export const title = () => "Incidents";

export function load({ filters }) {
  return read("/api/incidents", filters);
}

export function draw({ incidents, next_cursor: next }, { filters }) {
  const isFiltered = FILTERS.some((name) => filters[name]);
  const empty = isFiltered
    ? "No incident is like that."
    : "No incident yet: nothing that failed was reported.";
  return [
    h("h1", {}, "Incidents"),
    filterForm(filters),
    incidents.length > 0
      ? table("Incidents, newest first", COLUMNS, incidents.map(line), "short")
      : nothing(empty),
    h(
      "nav",
      { class: "pages", "aria-label": "Pages" },
      filters.cursor && h("a", { href: address({ ...filters, cursor: "" }) }, "← Newest"),
      next && h("a", { href: address({ ...filters, cursor: next }) }, "Older →"),
    ),
  ];
}

/** Name an incident for people. */
export function subject(incident) {
  return incident.job_name || incident.resource_name || incident.resource || `run ${incident.run_id}`;
}

/** Where an incident stands, or how it ended. */
export function standing(incident) {
  return badge(incident.outcome ?? incident.stage);
}

function line(incident) {
  return row(incident.incident_id, COLUMNS, [
    standing(incident),
    h("a", { href: incidentAddress(incident.incident_id) }, subject(incident)),
    plain(incident.cause),
    incident.workspace,
    age(incident.started_at),
    incident.message || incident.parked?.reason,
  ]);
}

function filterForm(filters) {
  const states = [["", "all"], ["open_only", "open"], ...OUTCOMES.map((word) => [word, word])];
  const chosen = filters.open_only ? "open_only" : (filters.outcome ?? "");
  return h(
    "form",
    { class: "filters", role: "search", "data-filters": true, "data-key": address(filters) },
    h(
      "label",
      {},
      "State ",
      h(
        "select",
        { name: "state" },
        states.map(([value, text]) => h("option", { value, selected: value === chosen }, text)),
      ),
    ),
    h("label", {}, "Workspace ", h("input", { name: "workspace", value: filters.workspace, size: 12 })),
    h(
      "label",
      {},
      "Job id ",
      h("input", { name: "job_id", value: filters.job_id, size: 12, inputmode: "numeric" }),
    ),
    h("button", {}, "Show"),
  );
}

/** Take what a person chose to the address, which can be kept and sent to others. */
export function filtered(form) {
  const { state, ...others } = Object.fromEntries(new FormData(form));
  const chosen = state === "open_only" ? { open_only: "true" } : { outcome: state };
  return address({ ...chosen, ...others });
}

function address(filters) {
  const given = Object.entries(filters).filter(([, value]) => value);
  return `#/incidents?${new URLSearchParams(given)}`;
}
