// One way to ask a person for something: a form in a modal dialog, where a refusal is shown.

import { h, show } from "./dom.js";

/**
 * Ask, and call `act` with the fields until it succeeds or the person gives up.
 *
 * Returns what `act` returned, or null.
 */
export function ask({ title, says, fields, button, kind = "", act }) {
  const refused = h("div", { class: "refusal", role: "alert" });
  const submit = h("button", { class: kind }, button);
  const cancel = h("button", { type: "button" }, "Cancel");
  const form = h(
    "form",
    { method: "dialog" },
    h("h2", { id: "question" }, title),
    says.map((line) => h("p", {}, line)),
  );
  form.append(...fields.map(field), refused, h("div", { class: "buttons" }, cancel, submit));
  const dialog = h("dialog", { "aria-labelledby": "question" }, form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((answer) => {
    let result = null;
    cancel.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      answer(result);
    });
    // what is on its way cannot be taken back
    dialog.addEventListener("cancel", (event) => submit.disabled && event.preventDefault());
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      submit.disabled = cancel.disabled = true;
      try {
        result = await act(Object.fromEntries(new FormData(form)));
        dialog.close();
      } catch (error) {
        show(refused, refusal(error));
      } finally {
        submit.disabled = cancel.disabled = false;
      }
    });
  });
}

/** What went wrong; for each wrong field its name, what was sent, and what to send instead. */
export function refusal(error) {
  const wrong = (error.errors ?? []).map(({ field, value, remedy }) =>
    h("li", {}, h("code", {}, field), " is ", h("code", {}, value || "empty"), `: ${remedy}`),
  );
  return [h("p", {}, error.message), wrong.length > 0 && h("ul", {}, wrong)];
}

function field({ name, label, hint, choices, suggestions, ...attributes }) {
  const described = { name, id: `field-${name}`, "aria-describedby": hint ? `hint-${name}` : null };
  const list = suggestions ? `list-${name}` : null;
  const input = choices
    ? h(
        "select",
        described,
        choices.map(([value, text]) => h("option", { value }, text)),
      )
    : h("input", { ...described, list, autocomplete: "off", ...attributes });
  return h(
    "div",
    { class: "field" },
    h("label", { for: `field-${name}` }, label),
    input,
    suggestions &&
      h(
        "datalist",
        { id: list },
        suggestions.map((value) => h("option", { value })),
      ),
    hint && h("small", { id: `hint-${name}` }, hint),
  );
}
