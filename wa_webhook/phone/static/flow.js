// A flow as a diagram: levels of states by how many moves they are from where one comes in.

import { element } from "../components/dom.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 132;
const HEIGHT = 30;
const GAP_X = 14;
const GAP_Y = 34;

/** Return the drawing of what `Inspector.flow` told, with the present state marked. */
export function drawFlow(flow) {
  const levels = arrange(flow);
  const columns = Math.max(...levels.map((level) => level.length));
  const width = columns * (WIDTH + GAP_X) + GAP_X;
  const height = levels.length * (HEIGHT + GAP_Y) + GAP_Y;
  const places = new Map();
  levels.forEach((level, row) => {
    const left = (width - level.length * (WIDTH + GAP_X) + GAP_X) / 2;
    level.forEach((state, column) =>
      places.set(state.state, { x: left + column * (WIDTH + GAP_X), y: GAP_Y / 2 + row * (HEIGHT + GAP_Y), row }),
    );
  });
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "diagram", role: "img", "aria-label": tell(flow) });
  for (const [from, to] of flow.moves) {
    const isFromHere = from === flow.state;
    drawing.append(svg("path", { d: route(places.get(from), places.get(to)), class: isFromHere ? "move here" : "move" }));
  }
  for (const state of flow.states) drawing.append(drawState(state, flow, places.get(state.state)));
  return element("div", { class: "diagram-frame", tabindex: "0" }, drawing);
}

function arrange({ states, moves, flow }) {
  const own = states.filter((one) => one.flow === flow);
  const level = new Map(own.filter((one) => one.is_entry).map((one) => [one.state, 0]));
  if (!level.size && own.length) level.set(own[0].state, 0);
  // A map is walked through with what is added meanwhile.
  for (const [state, at] of level) {
    for (const [from, to] of moves) if (from === state && !level.has(to)) level.set(to, at + 1);
  }
  const last = Math.max(...level.values());
  const levels = [];
  for (const state of states) {
    const isOutside = state.flow !== flow;
    const at = isOutside || !level.has(state.state) ? last + 1 : level.get(state.state);
    (levels[at] ??= []).push(state);
  }
  return levels.flatMap((one) => (one ? split(one, 4) : []));
}

function split(level, most) {
  const rows = [];
  for (let at = 0; at < level.length; at += most) rows.push(level.slice(at, at + most));
  return rows;
}

function route(from, to) {
  const [x1, x2] = [from.x + WIDTH / 2, to.x + WIDTH / 2];
  if (from.row < to.row) {
    const [y1, y2] = [from.y + HEIGHT, to.y];
    const bend = (y2 - y1) / 2;
    return `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`;
  }
  const [y1, y2] = [from.y, to.y + (from.row === to.row ? 0 : HEIGHT)];
  const bend = from.row === to.row ? -GAP_Y : (y2 - y1) / 2;
  return `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 + (from.row === to.row ? -GAP_Y : -bend)} ${x2} ${y2}`;
}

function drawState(state, flow, { x, y }) {
  const kind = state.state === flow.state ? "here" : state.flow === flow.flow ? "" : "outside";
  const group = svg("g", { class: `state ${kind}`, "data-state": state.state });
  const title = svg("title", {});
  title.textContent = `${state.state}: ${state.description}`;
  const text = svg("text", { x: x + WIDTH / 2, y: y + HEIGHT / 2 + 4 });
  const name = shorten(state.state, flow);
  text.textContent = name.length > 20 ? `${name.slice(0, 19)}…` : name;
  group.append(title, svg("rect", { x, y, width: WIDTH, height: HEIGHT, rx: 7 }), text);
  return group;
}

/** The states of a flow begin with its name, or with one that is like it. */
function shorten(state, flow) {
  const names = flow.states.filter((one) => one.flow === flow.flow).map((one) => one.state);
  const prefix = names.length > 1 ? `${names[0].split("_")[0]}_` : "";
  return prefix && names.every((one) => one.startsWith(prefix)) ? state.replace(prefix, "") : state;
}

function tell(flow) {
  const next = flow.moves.filter(([from]) => from === flow.state).map(([, to]) => to);
  return `${flow.flow}: now ${flow.state}, next ${next.join(", ") || "nothing"}`;
}

function svg(tag, attributes) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}
