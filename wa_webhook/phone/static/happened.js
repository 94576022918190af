// Beside a user's message, what it did.

import { element } from "../components/dom.js";

const open = new Set();

/** Return what is told of a message's consequences; `refresh` is called when they are looked at. */
export function drawHappened(message, told, refresh) {
  const error = told.event?.error;
  return element(
    "details",
    {
      class: `happened${error ? " bad" : ""}`,
      open: open.has(message.id),
      ontoggle: (event) => {
        const isOpen = event.target.open;
        if (isOpen === open.has(message.id)) return;
        if (isOpen) {
          open.add(message.id);
          refresh();
        } else {
          open.delete(message.id);
        }
      },
    },
    element("summary", {}, headline(told)),
    error && element("p", { class: "error" }, error, told.event.line && element("code", {}, told.event.line)),
    drawPlace("before", told.before),
    drawPlace("after", told.after),
    element("ul", {}, ...told.deliveries.map((one) => element("li", {}, `delivered: ${describe(one)}`))),
    element("ul", {}, ...[told.event, ...(told.rows ?? [])].filter(Boolean).map(drawRow)),
  );
}

function headline(told) {
  const states = told.after ? `${told.before?.state ?? "?"} → ${told.after.state}` : "";
  const rows = told.rows?.length ?? 0;
  const parts = [states, told.after?.held, told.event?.status ?? "no event", `${rows} ${rows === 1 ? "row" : "rows"}`];
  return parts.filter(Boolean).join(" · ");
}

function drawPlace(name, place) {
  if (!place) return null;
  const remembered = Object.keys(place.data ?? {}).length ? JSON.stringify(place.data, null, 1) : "";
  return element(
    "p",
    {},
    `${name}: `,
    element("strong", {}, place.state),
    place.expires_at && ` until ${new Date(place.expires_at).toLocaleTimeString()}`,
    remembered && element("code", { class: "remembered" }, remembered),
  );
}

function drawRow(row) {
  const { table, id, error, line, ...rest } = row;
  return element(
    "li",
    {},
    element("strong", {}, id === undefined ? table : `${table} ${id}`),
    ` ${describe(rest)}`,
    error && table !== "wa_events" && element("span", { class: "error" }, error),
  );
}

function describe(fields) {
  const told = Object.entries(fields).filter(([, value]) => value !== null && value !== "" && value !== 0);
  return told.map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`).join(", ") || "nothing";
}
