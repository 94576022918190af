// Small plots: bars beside one another, for counts at moments.

import { element } from "../components/dom.js";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [288, 90];

/**
 * Return a figure with a bar for each row of `rows`, which has a moment `at` and counts. `kinds`
 * are the counts that stand upon one another, each with the name of its colour.
 */
export function drawBars(title, rows, kinds) {
  const names = Object.keys(kinds);
  const most = Math.max(0, ...rows.map((row) => sum(row, names)));
  const step = WIDTH / Math.max(rows.length, 24);
  const told = names.map((name) => `${rows.reduce((all, row) => all + row[name], 0)} ${name}`).join(", ");
  const drawing = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${title}: ${told}, at most ${most} at once` });
  rows.forEach((row, at) => {
    const bar = svg("g", {}, svg("title", {}, `${formatAt(row.at)}: ${names.map((name) => `${row[name]} ${name}`).join(", ")}`));
    let y = HEIGHT;
    for (const name of names) {
      const height = (row[name] / Math.max(most, 1)) * HEIGHT;
      y -= height;
      bar.append(svg("rect", { x: at * step, y, width: step * 0.8, height, class: kinds[name] }));
    }
    // So that an hour with nothing can be pointed at too.
    bar.append(svg("rect", { x: at * step, y: 0, width: step, height: HEIGHT, class: "hour" }));
    drawing.append(bar);
  });
  const ends = rows.length ? `${formatAt(rows[0].at)} – ${formatAt(rows.at(-1).at)}` : "";
  const keys = names.map((name) => element("span", { class: kinds[name] }, name));
  return element("figure", {}, element("figcaption", {}, `${title}, at most ${most}`), drawing, element("p", { class: "faint" }, ends, " ", ...keys));
}

function sum(row, names) {
  return names.reduce((all, name) => all + row[name], 0);
}

function formatAt(at) {
  return new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

function svg(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}
