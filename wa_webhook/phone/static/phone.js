// The page: everybody's phone side by side, as the feed tells of them.

import { element, notify, openSheet, replace, update } from "../components/dom.js";
import { icon } from "../components/icons.js";
import { follow, get, post } from "../components/live.js";
import { drawFlow } from "./flow.js";
import { Screen } from "./screen.js";
import { openTrouble, showTrouble } from "./trouble.js";

const SHOWN_AT_FIRST = 3;

const state = { people: new Map(), messages: new Map(), happened: new Map(), trouble: {} };
const screens = new Map();
const hidden = new Set();
const flows = new Map();
const place = document.getElementById("phones");

follow(
  "events",
  {
    snapshot(told) {
      state.people = new Map(told.people.map((one) => [one.key, one]));
      state.messages = new Map(
        Object.entries(told.messages).map(([key, all]) => [key, new Map(all.map((one) => [one.id, one]))]),
      );
      state.happened = new Map(Object.entries(told.happened));
      state.trouble = told.trouble;
      state.canPassTime = told.can_pass_time;
      state.canInspect = told.can_inspect;
      for (const key of state.people.keys()) draw(key);
      drawPeople();
    },
    person(person) {
      state.people.set(person.key, person);
      draw(person.key);
      drawPeople();
    },
    message({ key, message }) {
      messagesOf(key).set(message.id, message);
      if (message.direction === "from_business") {
        state.people.get(key).is_typing = false;
        // What a worker did moves a conversation as well.
        if (flows.has(key)) ask(() => refreshFlow(key));
      }
      draw(key);
    },
    removed({ key, id }) {
      messagesOf(key).delete(id);
      draw(key);
    },
    happened({ message, ...told }) {
      state.happened.set(message, told);
      for (const [key, messages] of state.messages) {
        if (!messages.has(message)) continue;
        draw(key);
        if (flows.has(key)) ask(() => refreshFlow(key));
      }
    },
    trouble(told) {
      state.trouble = told;
      showTrouble(told);
    },
  },
  (isConnected) => {
    const connection = document.getElementById("connection");
    connection.className = isConnected ? "connected" : "lost";
    connection.textContent = isConnected ? "" : "Not connected: is wa-webhook dev running?";
  },
);

document.getElementById("trouble").addEventListener("click", () => openTrouble(state.trouble, state.canPassTime));
document.getElementById("invite").addEventListener("click", openInvitation);
document.addEventListener("visibilitychange", () => {
  for (const key of screens.keys()) look(key);
});

function messagesOf(key) {
  if (!state.messages.has(key)) state.messages.set(key, new Map());
  return state.messages.get(key);
}

function drawPeople() {
  update(
    document.getElementById("people"),
    ...[...state.people.values()].map((person) =>
      element(
        "button",
        { type: "button", dataset: { key: person.key }, "aria-pressed": String(screens.has(person.key)), onclick: () => toggle(person.key) },
        person.name,
      ),
    ),
  );
}

function toggle(key) {
  if (screens.has(key)) {
    screens.get(key).node.remove();
    screens.delete(key);
    closeFlow(key);
    hidden.add(key);
  } else {
    show(key).node.scrollIntoView({ inline: "nearest" });
  }
  drawPeople();
}

function show(key) {
  hidden.delete(key);
  const screen = new Screen(key, {
    happened: (id) => state.happened.get(id),
    onExplain: (id) => ask(() => get(`people/${key}/messages/${encodeURIComponent(id)}`)),
    onFlow: state.canInspect && (() => (flows.has(key) ? closeFlow(key) : ask(() => openFlow(key)))),
  });
  screens.set(key, screen);
  // In the order of the people, whoever was shown first.
  const keys = [...state.people.keys()];
  const next = keys.slice(keys.indexOf(key) + 1).find((one) => screens.has(one));
  place.insertBefore(screen.node, next ? screens.get(next).node : null);
  draw(key);
  return screen;
}

function draw(key) {
  const isShown = screens.has(key) || (!hidden.has(key) && screens.size < SHOWN_AT_FIRST);
  if (!isShown) return;
  if (!screens.has(key)) {
    show(key);
    drawPeople();
    return;
  }
  screens.get(key).show(state.people.get(key), [...messagesOf(key).values()]);
  look(key);
}

/** What one sees is read. */
function look(key) {
  if (document.hidden || !screens.has(key)) return;
  const isNews = [...messagesOf(key).values()].some(
    (one) => one.direction === "from_business" && one.status === "delivered",
  );
  if (isNews) ask(() => post(`people/${key}/read`));
}

/** Beside a phone, where its person is in the flow. */
async function openFlow(key) {
  const name = state.people.get(key).name;
  const node = element("section", { class: "flow", "aria-label": `${name}'s flow` });
  flows.set(key, node);
  screens.get(key).node.after(node);
  await refreshFlow(key);
  node.scrollIntoView({ inline: "nearest" });
}

async function refreshFlow(key) {
  const flow = await get(`people/${key}/flow`);
  const close = element(
    "button",
    { type: "button", class: "quiet", "aria-label": "Close", onclick: () => closeFlow(key) },
    icon("close"),
  );
  const heading = element("header", {}, element("h2", {}, flow ? `${flow.flow}: ${flow.state}` : "no flow"), close);
  replace(flows.get(key), heading, flow && drawFlow(flow));
}

function closeFlow(key) {
  flows.get(key)?.remove();
  flows.delete(key);
}

async function ask(work) {
  try {
    await work();
  } catch (error) {
    notify(error.message);
  }
}

function openInvitation() {
  openSheet("A new person", (dialog) => {
    const known = element(
      "select",
      { name: "known_by" },
      element("option", { value: "both" }, "their number and their BSUID"),
      element("option", { value: "number" }, "their number"),
      element("option", { value: "user_id" }, "their BSUID only"),
    );
    const invite = async (event) => {
      event.preventDefault();
      try {
        const { key } = await post("people", Object.fromEntries(new FormData(event.target)));
        dialog.close();
        if (!screens.has(key)) toggle(key);
      } catch (error) {
        notify(error.message);
      }
    };
    return element(
      "form",
      { onsubmit: invite },
      element("label", {}, "Meta shows us", known),
      element("label", {}, "Name", element("input", { name: "name", placeholder: "made up if empty", autocomplete: "off" })),
      element("label", {}, "Number", element("input", { name: "number", placeholder: "made up if empty", autocomplete: "off" })),
      element("label", {}, "BSUID", element("input", { name: "user_id", placeholder: "made up if empty", autocomplete: "off" })),
      element("button", { class: "primary" }, "Add"),
    );
  });
}
