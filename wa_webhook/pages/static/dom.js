// Elements made by calls, never of strings: what a user wrote is text wherever it comes to stand.

import { icon } from "./icons.js";

/**
 * Return a new element. `properties`: `class`, `dataset`, `onclick` and other listeners, and
 * attributes by their names (`true` for one without a value; null, undefined and false for none).
 * `children` are nodes or text; null, undefined and false are left out.
 */
export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "dataset") Object.assign(node.dataset, value);
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...present(children));
  return node;
}

/** Put children in the place of those that a node has. */
export function replace(node, ...children) {
  node.replaceChildren(...present(children));
  return node;
}

/**
 * Put children in the place of those that a node has, but leave those that look the same: whoever is
 * just pressing one has pressed it, and whoever stands on it stays. What calls depend on has to show,
 * as an attribute at least.
 */
export function update(node, ...children) {
  const had = [...node.childNodes];
  const nodes = present(children).map((child) => {
    const fresh = child instanceof Node ? child : new Text(child);
    const at = had.findIndex((one) => one.isEqualNode(fresh));
    return at < 0 ? fresh : had.splice(at, 1)[0];
  });
  place(node, nodes);
}

/** Put nodes into their parent, and nothing else, moving none that is where it belongs. */
export function place(parent, nodes) {
  nodes.forEach((node, at) => {
    if (parent.childNodes[at] !== node) parent.insertBefore(node, parent.childNodes[at] ?? null);
  });
  while (parent.childNodes.length > nodes.length) parent.lastChild.remove();
}

/**
 * Open a sheet over the page, and return its `<dialog>`: Escape, a click beside it and its button
 * close it. `content` is a node, or a function that is given the dialog and returns nodes.
 */
export function openSheet(title, content) {
  const heading = element("h2", { id: "sheet-title" }, title);
  const dialog = element("dialog", { class: "sheet", "aria-labelledby": "sheet-title" });
  const close = element(
    "button",
    { type: "button", class: "quiet", "aria-label": "Close", onclick: () => dialog.close() },
    icon("close"),
  );
  const inside = typeof content === "function" ? content(dialog) : content;
  dialog.append(element("header", {}, heading, close), ...present([inside].flat()));
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Tell something for a moment at the page's edge, to a screen reader as well. */
export function notify(text) {
  let place = document.getElementById("notices");
  if (!place) {
    place = element("div", { id: "notices", role: "status", "aria-live": "assertive" });
    document.body.append(place);
  }
  const notice = element("p", {}, text);
  place.append(notice);
  setTimeout(() => notice.remove(), 8000);
}

function present(children) {
  return children.filter((child) => child !== null && child !== undefined && child !== false);
}
