// Drawing the view that the address names, and keeping it when it cannot be read again.

import { refusal } from "./dialog.js";
import { h, show } from "./dom.js";
import { here } from "./place.js";
import { moment } from "./words.js";

const seen = { address: "", data: null, at: null };
let asked = 0;
let answered = 0;

/** Read and draw; an answer counts only if no later question was answered before it. */
export async function showView(main) {
  const place = here();
  const question = ++asked;
  let draw = null;
  try {
    const data = await place.view.load(place);
    draw = () => drawData(main, place, data);
  } catch (error) {
    draw = () => drawProblem(main, place, error);
  }
  if (question < answered || place.address !== here().address) return;
  answered = question;
  draw();
}

function drawData(main, place, data) {
  Object.assign(seen, { address: place.address, data, at: new Date() });
  show(main, place.view.draw(data, place));
}

/** Say what is wrong; what was read before is kept, unless the API now refuses to show it. */
function drawProblem(main, place, error) {
  const old =
    seen.address === place.address && error.status !== 401 ? place.view.draw(seen.data, place) : null;
  show(
    main,
    h(
      "div",
      { class: "refusal", role: "alert", "data-key": "problem" },
      refusal(error),
      old && h("p", {}, "What follows was read at ", moment(seen.at), "."),
    ),
    error.status === 401 &&
      h(
        "button",
        { type: "button", class: "primary", "data-session": "in", "data-key": "sign-in" },
        "Sign in to look",
      ),
    old,
  );
}
