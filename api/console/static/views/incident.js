// One incident: how it stands, what happened, and why.

import { linked } from "../addresses.js";
import { quoted, read } from "../api.js";
import { elsewhere, h } from "../dom.js";
import { age, badge, facts, moment, plain, span } from "../words.js";
import { decision } from "./decision.js";
import { standing, subject } from "./incidents.js";
import { timeline } from "./timeline.js";

export const title = ({ id }) => id;

export async function load({ id }) {
  const path = `/api/incidents/${quoted(id)}`;
  const [incident, why] = await Promise.all([read(path), read(`${path}/why`)]);
  return { incident, why };
}

export function draw({ incident, why }) {
  return [
    h("p", {}, h("a", { href: "#/incidents" }, "← Incidents")),
    h("h1", {}, subject(incident), " ", standing(incident)),
    h("p", { class: "lead" }, incident.message),
    incident.parked && waiting(incident.parked),
    summary(incident, why),
    links(incident.links),
    remarks("Recommended", incident.recommendation),
    remarks("To know besides", incident.notes),
    h("div", { class: "columns" }, timeline(incident), h("section", {}, h("h2", {}, "Why"), reasons(why))),
  ];
}

function waiting({ by, place, reason, until, next_probe_at: probe }) {
  return h(
    "p",
    { class: "note" },
    "Parked by the ",
    by.split(":")[0],
    " ",
    linked(by),
    `: ${reason}`,
    place ? `, place ${place} when it last asked` : "",
    probe && [", the next probe at ", moment(probe)],
    ". It waits until ",
    moment(until),
    " at most; then a person has to look.",
  );
}

function summary(incident, why) {
  return h(
    "section",
    { class: "card" },
    facts([
      ["Workspace", incident.workspace],
      ["Job", incident.job_id],
      ["Run", incident.run_id],
      ["Resource", incident.resource],
      ["Cause", plain(incident.cause)],
      ["Playbook", incident.metadata.playbook],
      ["Ticket", incident.ticket && `${incident.ticket}, ${plain(incident.ticket_status)}`],
      ["Began", moment(incident.started_at)],
      incident.ended_at
        ? ["Took", span(incident.execution_time_seconds)]
        : ["Under way for", age(incident.started_at)],
      ["Breaker", why.breaker && [linked(`breaker:${why.breaker}`), h("br"), why.breaker_answer]],
      ["Storm", incident.storm && linked(incident.storm)],
      ["Health", incident.health_checks.length > 0 && incident.health_checks.map(check)],
      [
        "Handed over",
        incident.handed_over.length > 0 && incident.handed_over.map((id) => h("div", {}, linked(id))),
      ],
    ]),
  );
}

function check({ check: name, passed, message }) {
  return h("div", {}, badge(passed ? "passed" : "failed"), ` ${plain(name)}`, message && `: ${message}`);
}

function links({ temporal_ui: temporal, run_page: run }) {
  return h(
    "p",
    { class: "links" },
    elsewhere(temporal, "Workflow in Temporal"),
    elsewhere(run, "Run in Databricks"),
  );
}

function remarks(name, lines) {
  return (
    lines.length > 0 &&
    h(
      "section",
      { class: "card" },
      h("h2", {}, name),
      h(
        "ul",
        {},
        lines.map((line) => h("li", {}, line)),
      ),
    )
  );
}

function reasons({ decisions }) {
  if (decisions.length === 0)
    return h("p", {}, "It has not been decided yet, or it ended before there was anything to decide.");
  return decisions.map((each, number) => decision(each, decisions.length > 1 ? number + 1 : 0));
}
