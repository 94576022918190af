// A difficult Meta: switches for what goes on, buttons for what happens once.

import { element, notify, openSheet, replace } from "../components/dom.js";
import { get, post } from "../components/live.js";

const STATUSES = {
  in_order: "sent, then delivered",
  none: "withheld",
  duplicate: "each one twice",
  reversed: "in reverse",
  failed: "failed",
};
const ONCE = [
  ["Rate limit", { how: "error", code: 130429 }],
  ["Pair limit", { how: "error", code: 131056 }],
  ["Outside 24 hours", { how: "error", code: 131047 }],
  ["Token expired", { how: "error", code: 190 }],
  ["Template paused", { how: "error", code: 132015 }],
  ["Something went wrong", { how: "error", code: 131000 }],
  ["Taken, then undeliverable", { how: "failed_status", code: 131026 }],
  ["Proxy answers 502", { how: "html" }],
  ["Connection cut", { how: "refuse" }],
  ["Cut after it was taken", { how: "accept_then_reset" }],
];

const VERDICTS = ["approved", "rejected", "paused", "disabled"];

let shown = null;

/** Open the switches as they stand; `canPassTime`: whether there is a database whose time can. */
export function openTrouble(state, canPassTime) {
  const change = (fields) => ask("trouble", fields);
  const check = (name, label) => {
    const box = element("input", { type: "checkbox", name, onchange: () => change({ [name]: box.checked }) });
    return element("label", { class: "switch" }, box, label);
  };
  const statuses = element(
    "select",
    { name: "statuses", onchange: () => change({ statuses: statuses.value }) },
    ...Object.entries(STATUSES).map(([value, label]) => element("option", { value }, label)),
  );
  const late = element("input", {
    name: "seconds_late",
    type: "number",
    min: "0",
    max: "60",
    step: "any",
    onchange: () => change({ seconds_late: Number(late.value) }),
  });
  const release = (label, order) =>
    element("button", { type: "button", onclick: () => ask("trouble/release", { order }) }, label);
  const later = (label, seconds) =>
    element("button", { type: "button", onclick: () => ask("trouble/time", { seconds }) }, label);
  const dialog = openSheet("A difficult Meta", [
    element(
      "form",
      { onsubmit: (event) => event.preventDefault() },
      check("delivers_twice", "Deliver each message twice, at once"),
      check("tells_of_reading", "Tell when messages are read"),
      check("holds", "Hold messages back"),
      element(
        "div",
        { class: "once" },
        release("Deliver in order", "in_order"),
        release("the last first", "reversed"),
        release("in one webhook", "one_batch"),
      ),
      element("label", {}, "Seconds until a message is delivered", late),
      element("label", {}, "Statuses of what the bot sends", statuses),
    ),
    element("h3", {}, "The next message of the bot"),
    element(
      "div",
      { class: "once" },
      ...ONCE.map(([label, fields]) =>
        element(
          "button",
          {
            type: "button",
            onclick: (event) => {
              event.target.setAttribute("aria-pressed", "true");
              ask("trouble/once", fields);
            },
          },
          label,
        ),
      ),
    ),
    element("h3", {}, "Templates"),
    drawReview(),
    canPassTime && element("h3", {}, "Time moves on"),
    canPassTime &&
      element("div", { class: "once" }, later("10 minutes", 600), later("1 hour", 3600), later("1 day", 86400)),
  ]);
  shown = dialog;
  dialog.addEventListener("close", () => (shown = null));
  showTrouble(state);
}

/** What Meta finds of a template, which it tells the application. */
function drawReview() {
  const held = element("ul", { class: "faint" });
  const look = async () => {
    try {
      const all = await get("templates");
      replace(held, ...all.map((one) => element("li", {}, `${one.name}, ${one.language}: ${one.status.toLowerCase()}`)));
    } catch (error) {
      notify(error.message);
    }
  };
  const review = async (event) => {
    event.preventDefault();
    await ask("templates", Object.fromEntries(new FormData(event.target)));
    await look();
  };
  look();
  return element(
    "form",
    { onsubmit: review },
    held,
    element("label", {}, "Name", element("input", { name: "name", required: true, autocomplete: "off" })),
    element("label", {}, "Language", element("input", { name: "language", required: true, value: "en" })),
    element(
      "label",
      {},
      "Meta's verdict",
      element("select", { name: "verdict" }, ...VERDICTS.map((one) => element("option", { value: one.toUpperCase() }, one))),
    ),
    element("button", {}, "Review"),
  );
}

/** Set the switches that are open to what is told. */
export function showTrouble(state) {
  for (const [name, value] of Object.entries(state)) {
    const field = shown?.querySelector(`[name="${name}"]`);
    // What somebody is just setting stays as they have it.
    if (!field || field === document.activeElement) continue;
    if (field.type === "checkbox") field.checked = value;
    else field.value = value;
  }
}

async function ask(path, fields) {
  try {
    await post(path, fields);
  } catch (error) {
    notify(error.message);
  }
}
