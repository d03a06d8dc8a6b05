// Signing in and out.

import { operator } from "./api.js";
import { ask } from "./dialog.js";
import { h, show } from "./dom.js";
import { begin, end, session } from "./session.js";

/** Ask for a token, unless there is one; returns whether there is one now. */
export async function signIn() {
  if (session()) return true;
  const signed = await ask({
    title: "Sign in",
    says: ["Orders are given in the name of your token, and kept with it in the audit trail."],
    fields: [
      {
        name: "token",
        label: "Token (JWT)",
        type: "password",
        required: true,
        autocomplete: "current-password",
        hint: "Kept in this tab until it is closed, and nowhere else.",
      },
    ],
    button: "Sign in",
    kind: "primary",
    act: async ({ token }) => {
      const { name } = await operator(token.trim());
      begin(token.trim(), name);
      return name;
    },
  });
  return signed !== null;
}

/** Forget the token. */
export function signOut() {
  end();
}

/** Say who is signed in. */
export function showSession(place) {
  const name = session()?.name;
  show(
    place,
    name && h("span", { class: "who" }, name),
    h("button", { type: "button", "data-session": name ? "out" : "in" }, name ? "Sign out" : "Sign in"),
  );
}
