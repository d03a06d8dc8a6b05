// What the address names: a view, what it is about, and its filters.

import * as breaker from "./views/breaker.js";
import * as breakers from "./views/breakers.js";
import * as gates from "./views/gates.js";
import * as incident from "./views/incident.js";
import * as incidents from "./views/incidents.js";
import * as storm from "./views/storm.js";

const HOME = "#/incidents";
const OF_ALL = { incidents, breakers, gates };
const OF_ONE = { incidents: incident, breakers: breaker, storms: storm };

let last = HOME;

/** Read the address; one that names no view, like that of the skip link, leaves us where we are. */
export function here() {
  if (location.hash.startsWith("#/")) last = location.hash;
  const [path, query] = last.slice(2).split("?");
  const [noun, id] = path.split("/");
  const views = id ? OF_ONE : OF_ALL;
  return {
    address: last,
    view: views[noun] ?? incidents,
    id: named(id),
    filters: Object.fromEntries(new URLSearchParams(query)),
  };
}

function named(id = "") {
  try {
    return decodeURIComponent(id);
  } catch {
    return id; // a person typed it
  }
}
