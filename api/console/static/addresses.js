// Where each thing is shown; and links to it.

import { h } from "./dom.js";

export const incidentAddress = (id) => `#/incidents/${encodeURIComponent(id)}`;
export const breakerAddress = (name) => `#/breakers/${encodeURIComponent(name)}`;
export const stormAddress = (id) => `#/storms/${encodeURIComponent(id)}`;

/** Link what a workflow's id names, if the console shows such a thing. */
export function linked(id) {
  const [kind] = id.split(":");
  const name = id.slice(kind.length + 1);
  const address = {
    incident: () => incidentAddress(id),
    breaker: () => breakerAddress(name),
    gate: () => "#/gates",
    storm: () => stormAddress(id),
  }[kind];
  return address ? h("a", { href: address() }, name) : id;
}
