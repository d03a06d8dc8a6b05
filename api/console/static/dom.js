// Elements are built, never parsed: a text from outside can be nothing but text.

/** Make an element; attributes that are null or false are left out, children may be nested. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...present(children));
  return element;
}

/** Link to somewhere else, if the address is one that a browser fetches. */
export function elsewhere(address, ...children) {
  if (!/^https?:\/\//i.test(address ?? "")) return null;
  return h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, ...children, " ↗");
}

/**
 * Let a place show these children.
 *
 * What is there already stays in place and is adjusted, so that a redraw takes away neither the
 * focus, nor a selection, nor what a person has opened or typed. `data-key` tells rows apart.
 */
export function show(place, ...children) {
  adjustChildren(place, present(children));
}

function present(children) {
  return children.flat(Infinity).filter((each) => ![null, undefined, false, ""].includes(each));
}

function adjustChildren(parent, wanted) {
  const keyed = new Map([...parent.children].map((each) => [each.dataset.key, each]));
  let place = parent.firstChild;
  for (const each of wanted) {
    const next = each instanceof Node ? each : document.createTextNode(each);
    const found = keyed.get(next.dataset?.key ?? null) ?? place;
    const kept = isAlike(found, next) ? adjust(found, next) : next;
    if (kept === place) place = place.nextSibling;
    else parent.insertBefore(kept, place);
  }
  while (place) {
    const gone = place;
    place = place.nextSibling;
    gone.remove();
  }
}

function isAlike(found, wanted) {
  return found?.nodeName === wanted.nodeName && found.dataset?.key === wanted.dataset?.key;
}

function adjust(found, wanted) {
  if (found.nodeType === Node.TEXT_NODE) {
    if (found.data !== wanted.data) found.data = wanted.data;
    return found;
  }
  for (const { name, value } of wanted.attributes) {
    if (!isReaders(name) && found.getAttribute(name) !== value) found.setAttribute(name, value);
  }
  for (const { name } of [...found.attributes]) {
    if (!isReaders(name) && !wanted.hasAttribute(name)) found.removeAttribute(name);
  }
  adjustChildren(found, [...wanted.childNodes]);
  return found;
}

/** Whether something is unfolded is the reader's to say. */
function isReaders(attribute) {
  return attribute === "open";
}
