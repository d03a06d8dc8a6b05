// The breakers that have something to remember, those that hold somebody back first.

import { breakerAddress } from "../addresses.js";
import { read } from "../api.js";
import { h } from "../dom.js";
import { age, badge, moment, nothing, row, table } from "../words.js";

const COLUMNS = ["State", "Breaker", "For", "Failures", "Parked", "Until"];
const QUIET = ["closed", "metrics_only", "disabled"];

export const title = () => "Breakers";

export function load() {
  return read("/api/circuit-breakers");
}

export function draw({ total_circuits: total, open_circuits: open, circuits }) {
  const worst = [...circuits].sort((one, other) => rank(one) - rank(other));
  return [
    h("h1", {}, "Breakers"),
    h(
      "p",
      {},
      `${open} of ${total} open. A breaker that is not listed has nothing to remember, and lets everybody pass.`,
    ),
    circuits.length > 0
      ? table("Those that hold somebody back first", COLUMNS, worst.map(line))
      : nothing("No breaker has anything to remember."),
  ];
}

/** How many failures there are, and how many open it. */
export function failures({ consecutive_failures: failed, settings }) {
  if (failed === null) return "not known";
  return settings ? `${failed} of ${settings.failure_threshold} in a row` : failed;
}

function rank({ state, waiting }) {
  return (QUIET.includes(state) ? 1 : 0) - (waiting ? 0.5 : 0);
}

function line(breaker) {
  return row(breaker.name, COLUMNS, [
    badge(breaker.state),
    h("a", { href: breakerAddress(breaker.name) }, breaker.name),
    age(breaker.since),
    failures(breaker),
    breaker.waiting ?? "not known",
    [moment(breaker.retry_at), breaker.note],
  ]);
}
