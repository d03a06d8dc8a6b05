// The console: shows the view that the address names, and draws it anew when something happens.

import { show } from "./dom.js";
import { isPaused, showHeld, workspaces } from "./held.js";
import { State, follow } from "./live.js";
import { giveOrder } from "./orders.js";
import { here } from "./place.js";
import { showView } from "./screen.js";
import { showSession, signIn, signOut } from "./signing.js";
import { filtered } from "./views/incidents.js";
import { moment } from "./words.js";

const REST_MS = 1_000; // between two redraws, however much happens
const ANYWAY_MS = 10_000; // ages grow, and not everything that changes is an event
const SAID_MS = 15_000;

const part = (id) => document.getElementById(id);
let lostSince = null;

async function showAll() {
  await Promise.all([showHeld(part("held")), showView(part("main"))]);
  showFrame();
}

/** What stands around the view. */
function showFrame() {
  const place = here();
  showSession(part("session"));
  document.title = `${isPaused() ? "PAUSED · " : ""}${place.view.title(place)} · Lakemend`;
  for (const link of document.querySelectorAll("#views a")) {
    if (place.address.startsWith(link.getAttribute("href"))) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/** Wait between two runs of the work; while it waits, any number of wishes are one. */
function coalesced(work) {
  let isBusy = false;
  let isWanted = false;
  return async () => {
    isWanted = true;
    if (isBusy || document.hidden) return;
    isBusy = true;
    try {
      while (isWanted) {
        isWanted = false;
        await work();
        await new Promise((done) => setTimeout(done, REST_MS));
      }
    } finally {
      isBusy = false;
    }
  };
}

function showConnection(state) {
  lostSince = state === State.LOST ? (lostSince ?? new Date()) : null;
  const words = {
    [State.OPENING]: "connecting …",
    [State.LIVE]: "live",
    [State.LOST]: ["disconnected since ", moment(lostSince), ": what you see may be old"],
    [State.REFUSED]: "not live: sign in",
  };
  part("connection").className = state;
  show(part("connection"), words[state]);
}

function say(text) {
  show(part("done"), text);
  setTimeout(() => show(part("done")), SAID_MS);
}

async function onClick(event) {
  const button = event.target.closest("[data-order], [data-session]");
  if (!button) return;
  const { order, about = "", session } = button.dataset;
  if (session === "out") signOut();
  else if (session === "in") await signIn();
  else say(await giveOrder(order, about, workspaces()));
  await showAll();
}

function onSubmit(event) {
  if (!event.target.matches("[data-filters]")) return;
  event.preventDefault();
  location.hash = filtered(event.target);
}

async function onElsewhere() {
  scrollTo(0, 0);
  await showView(part("main"));
  showFrame();
  part("main").focus({ preventScroll: true });
}

const redraw = coalesced(showAll);
document.addEventListener("click", onClick);
document.addEventListener("submit", onSubmit);
document.addEventListener("visibilitychange", redraw);
addEventListener("hashchange", onElsewhere);
setInterval(redraw, ANYWAY_MS);
showFrame();
redraw();
follow(redraw, (state) => {
  if (state === State.LIVE) redraw();
  showConnection(state);
});
