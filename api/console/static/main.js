// The console: shows the view that the address names, and draws it anew when something happens.

import { read } from "./api.js";
import { refusal } from "./dialog.js";
import { h, show } from "./dom.js";
import { State, follow } from "./live.js";
import { giveOrder } from "./orders.js";
import { showPauses } from "./pauses.js";
import { showSession, signIn, signOut } from "./signing.js";
import * as breaker from "./views/breaker.js";
import * as breakers from "./views/breakers.js";
import * as gates from "./views/gates.js";
import * as incident from "./views/incident.js";
import * as incidents from "./views/incidents.js";
import * as storm from "./views/storm.js";
import { moment } from "./words.js";

const VIEWS = { incidents, breakers, gates };
const VIEWS_OF_ONE = { incidents: incident, breakers: breaker, storms: storm };
const HOME = "#/incidents";
const REST_MS = 1_000; // between two redraws, however much happens
const ANYWAY_MS = 10_000; // ages grow, and not everything that changes is an event

const place = (id) => document.getElementById(id);
const seen = { hash: "", data: null, at: null };
let workspaces = [];
let isPaused = false;
let lostSince = null;

/** What the address names. */
function here() {
  const hash = location.hash.startsWith("#/") ? location.hash : seen.hash || HOME;
  const [path, query] = hash.slice(2).split("?");
  const [noun, id = ""] = path.split("/").map(decodeURIComponent);
  return { hash, id, view: (id ? VIEWS_OF_ONE : VIEWS)[noun] ?? incidents, filters: Object.fromEntries(new URLSearchParams(query)) };
}

async function showView() {
  const now = here();
  try {
    const data = await now.view.load(now);
    if (now.hash !== here().hash) return; // somebody has gone elsewhere meanwhile
    Object.assign(seen, { hash: now.hash, data, at: new Date() });
    show(place("main"), now.view.draw(data, now));
  } catch (error) {
    if (now.hash === here().hash) showProblem(now, error);
  }
  document.title = `${isPaused ? "PAUSED · " : ""}${now.view.title(now)} · Lakemend`;
}

/** Keep what was read before, and say since when it may be old. */
function showProblem(now, error) {
  const old = seen.hash === now.hash && error.status === undefined ? now.view.draw(seen.data, now) : null;
  show(
    place("main"),
    h("div", { class: "refusal", role: "alert", "data-key": "problem" }, refusal(error), old && h("p", {}, "This was read at ", moment(seen.at), ".")),
    error.status === 401 && h("button", { type: "button", class: "primary", "data-session": "in" }, "Sign in to look"),
    old,
  );
}

async function showGates() {
  try {
    const found = await read("/api/gates");
    workspaces = found.gates.map((gate) => gate.workspace);
    isPaused = showPauses(place("paused"), found.gates);
  } catch (error) {
    showPauses(place("paused"), [], error.status === 401 ? null : error.message);
  }
}

async function showAll() {
  await Promise.all([showGates(), showView()]);
}

/** Redraw now; while it rests, any number of wishes are one. */
function coalesced(work) {
  let isBusy = false;
  let isWanted = false;
  return async () => {
    isWanted = true;
    if (isBusy || document.hidden) return;
    isBusy = true;
    while (isWanted) {
      isWanted = false;
      await work();
      await new Promise((done) => setTimeout(done, REST_MS));
    }
    isBusy = false;
  };
}

function showConnection(state) {
  lostSince = state === State.LOST ? (lostSince ?? new Date()) : null;
  const words = {
    [State.LIVE]: "live",
    [State.LOST]: ["disconnected since ", moment(lostSince), ": what you see may be old"],
    [State.REFUSED]: "not live: sign in",
  };
  place("connection").className = state;
  show(place("connection"), words[state]);
}

function showPlace() {
  const hash = here().hash;
  for (const link of document.querySelectorAll("nav a")) {
    const isHere = hash.startsWith(link.getAttribute("href"));
    if (isHere) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

async function onClick(event) {
  const button = event.target.closest("[data-order], [data-session]");
  if (!button) return;
  if (button.dataset.session === "out") signOut();
  else if (button.dataset.session === "in") await signIn();
  else show(place("done"), await giveOrder(button.dataset.order, button.dataset.about ?? "", workspaces));
  showSession(place("session"));
  await showAll();
}

const redraw = coalesced(showAll);
document.addEventListener("click", onClick);
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-filters]")) return;
  event.preventDefault();
  location.hash = incidents.filtered(event.target);
});
document.addEventListener("visibilitychange", redraw);
addEventListener("hashchange", () => {
  showPlace();
  showView().then(() => place("main").focus({ preventScroll: true }));
  scrollTo(0, 0);
});
setInterval(redraw, ANYWAY_MS);
showPlace();
showSession(place("session"));
redraw();
follow(redraw, (state) => {
  if (state === State.LIVE) redraw();
  showConnection(state);
});
