// One decision of an incident: what was read, what spoke for and against, what was chosen.

import { h } from "../dom.js";
import { badge, facts, moment, plain } from "../words.js";

export function decision(record, number) {
  const { diagnosis } = record;
  return h(
    "section",
    { class: "card", "data-key": `decision-${number}` },
    h(
      "h3",
      {},
      number ? `Decision ${number}: ` : "",
      plain(diagnosis.cause),
      ` (${Math.round(diagnosis.confidence * 100)} % sure)`,
    ),
    h("p", {}, diagnosis.summary),
    evidence("What speaks for it", diagnosis.reasons),
    evidence("What was ruled out", diagnosis.ruled_out),
    h("h4", {}, "What was decided"),
    h("p", {}, badge(record.consent), " ", record.reason),
    steps(record.steps),
    record.memory && h("p", {}, record.memory),
    h("details", {}, h("summary", {}, "What was read, and the limits"), inputs(record)),
  );
}

function evidence(name, reasons) {
  if (reasons.length === 0) return null;
  return [
    h("h4", {}, name),
    h(
      "ul",
      {},
      reasons.map(({ rule, where, quote, explanation }) =>
        h(
          "li",
          {},
          explanation,
          h(
            "div",
            { class: "quote" },
            h("span", { class: "who" }, `${rule}, ${plain(where)} `),
            quote && h("code", {}, quote),
          ),
        ),
      ),
    ),
  ];
}

function steps(chosen) {
  if (chosen.length === 0) return null;
  return h(
    "ol",
    {},
    chosen.map(({ phase, action, target, attempts, why, skip }) =>
      h(
        "li",
        { class: skip ? "skipped" : null },
        h("strong", {}, plain(action)),
        phase === "steps" ? "" : ` (${plain(phase)})`,
        target && ` ${target}`,
        attempts > 1 && `, up to ${attempts} attempts`,
        skip ? `: left out, ${skip}` : why && `: ${why}`,
      ),
    ),
  );
}

function inputs({
  inputs: read,
  playbook,
  playbook_hash: hash,
  budget_left: budget,
  max_workers: workers,
  max_cost_factor: cost,
  health_checks: checks,
}) {
  return facts([
    ["The run said", read.result],
    ["Failed tasks", read.failed_tasks.length > 0 && `${read.failed_tasks.join(", ")} (of ${read.tasks})`],
    ["Clusters", read.clusters.join(", ")],
    ["Places", read.places.join(", ")],
    ["Earlier runs", read.recent_runs > 0 && `${read.recent_successes} of ${read.recent_runs} succeeded`],
    ["Failed in a row", read.streak?.runs > 1 && h("span", {}, `${read.streak.runs} times, since `, moment(read.streak.since))],
    ["Repairs before", read.repairs],
    ["Could not be read", read.unread.join("; ")],
    ["Playbook", playbook && `${playbook} (${hash})`],
    ["Budget", budget],
    ["At most", workers > 0 && `${workers} workers, ${cost} times the cost`],
    ["Checked afterwards", checks.map(plain).join(", ")],
  ]);
}
