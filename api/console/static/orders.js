// The orders that a person may give: what each says before, where it goes, what it says afterwards.

import { order, quoted } from "./api.js";
import { ask } from "./dialog.js";
import { signIn } from "./signing.js";

const WHY = {
  name: "reason",
  label: "Why",
  required: true,
  maxlength: 500,
  hint: "Kept in the audit trail with your name.",
};
const ENDS = {
  name: "expires_after",
  label: "Ends by itself after",
  value: "2h",
  suggestions: ["30m", "1h", "2h", "4h", "8h", "1d"],
  hint: "Like 30m, 2h or 1d. Empty: until somebody ends it.",
};
const SETTINGS = {
  name: "settings",
  label: "Settings",
  required: true,
  suggestions: ["failure_threshold=3", "open_for=30m", "cool_down=1m", "when_open=park"],
  hint: "Like failure_threshold=3 cool_down=1m. Without a value, as in cool_down=, it is taken back.",
};
const EVERYWHERE = "";

const ORDERS = {
  pause: {
    title: "Pause recoveries",
    says: () => [
      "What is under way finishes its current step; nothing else is begun.",
      "What waits longer than its playbook allows escalates, so give the pause an end.",
    ],
    fields: [WHY, ENDS],
    button: "Pause",
    kind: "danger",
    path: gatePath("pause"),
    done: (about) => `${named(about)} paused.`,
  },
  resume: {
    title: "Resume recoveries",
    says: () => ["What is parked goes on, in the order of arrival."],
    fields: [{ ...WHY, required: false }],
    button: "Resume",
    kind: "primary",
    path: gatePath("resume"),
    done: (about) => `${named(about)} resumed.`,
  },
  reset: {
    title: "Reset the breaker",
    says: (name) => [name, "It closes and forgets what it counted; who waits goes on."],
    fields: [WHY],
    button: "Reset",
    kind: "primary",
    path: breakerPath("reset"),
    done: (name) => `${name} reset.`,
  },
  open: {
    title: "Hold the breaker open",
    says: (name) => [name, "No recovery passes until it is reset, or until it ends by itself."],
    fields: [WHY, ENDS],
    button: "Hold open",
    kind: "danger",
    path: breakerPath("open"),
    done: (name) => `${name} held open.`,
  },
  disable: {
    title: "Disable the breaker",
    says: (name) => [name, "Every recovery passes and nothing is counted: nothing stops a loop of failures."],
    fields: [WHY, ENDS],
    button: "Disable",
    kind: "danger",
    path: breakerPath("disable"),
    done: (name) => `${name} disabled.`,
  },
  "metrics-only": {
    title: "Let the breaker only count",
    says: (name) => [name, "Every recovery passes and is counted, but it never opens."],
    fields: [WHY, ENDS],
    button: "Only count",
    kind: "danger",
    path: breakerPath("metrics-only"),
    done: (name) => `${name} only counts.`,
  },
  configure: {
    title: "Change settings of the breaker",
    says: (name) => [name, "They stay on top of what the playbook says. What was counted is kept."],
    fields: [SETTINGS, WHY],
    button: "Change",
    kind: "primary",
    path: breakerPath("configure"),
    sends: ({ settings, ...sent }) => ({ ...sent, settings: settingsIn(settings) }),
    done: (name) => `Settings of ${name} changed.`,
  },
};

/** Ask for what an order needs, and give it; returns what to tell the person, or null. */
export async function giveOrder(kind, about, workspaces) {
  if (!(await signIn())) return null;
  const { title, says, fields, button, kind: look, path, done, sends } = ORDERS[kind];
  const isForGate = kind === "pause" || kind === "resume";
  return ask({
    title,
    says: says(about),
    fields: isForGate ? [where(about, workspaces), ...fields] : fields,
    button,
    kind: look,
    act: async ({ workspace = about, ...sent }) => {
      const answer = await order(path(workspace), sends ? sends(sent) : sent);
      return unheard(answer) || done(workspace);
    },
  });
}

/** What the API says of an order that no worker has carried out yet. */
function unheard({ note, gates = [] }) {
  const why = note || gates.find((gate) => gate.note)?.note;
  return why && `The order is given, but ${why}.`;
}

function where(about, workspaces) {
  const all = [[EVERYWHERE, "all workspaces"], ...workspaces.map((name) => [name, name])];
  const choices = about
    ? [...all.filter(([name]) => name === about), ...all.filter(([name]) => name !== about)]
    : all;
  return { name: "workspace", label: "Where", choices };
}

function gatePath(verb) {
  return (workspace) =>
    workspace === EVERYWHERE ? `/api/gates/${verb}` : `/api/gates/${quoted(workspace)}/${verb}`;
}

function breakerPath(verb) {
  return (name) => `/api/circuit-breakers/${quoted(name)}/${verb}`;
}

/** Read `name=value name=`: without a value it is taken back, without `=` the API refuses it. */
function settingsIn(text) {
  const pairs = text.trim().split(/\s+/).map((each) => each.split("="));
  return Object.fromEntries(pairs.map(([name, value = " "]) => [name, value || null]));
}

function named(workspace) {
  return workspace === EVERYWHERE ? "All workspaces" : workspace;
}
