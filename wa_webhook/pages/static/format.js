// WhatsApp's formatting of text, as nodes.

import { element } from "./dom.js";

const MARKS = { "*": "strong", _: "em", "~": "s" };
const LINK = /^https?:\/\/[^\s<>"]+/i;
// What ends a sentence does not belong to the link before it.
const AFTER_LINK = /[.,;:!?'"*_~]+$/;
const WORD = /[\p{L}\p{N}]/u;

/** Return a fragment of a text: *bold*, _italic_, ~strike~, `code`, ```mono```, quotes and links. */
export function formatText(text) {
  const fragment = document.createDocumentFragment();
  // The odd pieces are between fences.
  const pieces = String(text).split(/```([\s\S]+?)```/);
  pieces.forEach((piece, at) => {
    if (at % 2) fragment.append(element("code", { class: "mono" }, piece));
    else fragment.append(...formatLines(piece));
  });
  return fragment;
}

/** Return a text without its marks, for a line of a list. */
export function plainText(text) {
  return formatText(text).textContent;
}

function formatLines(text) {
  const nodes = [];
  text.split("\n").forEach((line, at) => {
    const isQuote = line.startsWith("> ");
    // A quote is a block, which ends its line by itself.
    if (at > 0 && !isQuote && nodes.at(-1)?.nodeName !== "BLOCKQUOTE") nodes.push("\n");
    if (isQuote) nodes.push(element("blockquote", {}, ...formatLine(line.slice(2))));
    else nodes.push(...formatLine(line));
  });
  return nodes;
}

function formatLine(text) {
  const nodes = [];
  let plain = "";
  const flush = () => {
    if (plain) nodes.push(plain);
    plain = "";
  };
  for (let at = 0; at < text.length; ) {
    const found = findLink(text, at) ?? findMarked(text, at);
    if (found) {
      flush();
      nodes.push(found.node);
      at = found.end;
    } else {
      plain += text[at++];
    }
  }
  flush();
  return nodes;
}

function findLink(text, at) {
  if (at > 0 && WORD.test(text[at - 1])) return null;
  let [url] = LINK.exec(text.slice(at)) ?? [];
  if (!url) return null;
  url = url.replace(AFTER_LINK, "");
  if (url.endsWith(")") && !url.includes("(")) url = url.slice(0, -1);
  return URL.canParse(url) ? { node: linkTo(url), end: at + url.length } : null;
}

/** Return a link that opens outside, and tells nobody where it was; or the text, if it is none. */
export function linkTo(url, title = url) {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) return element("span", {}, title);
  return element("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, title);
}

function findMarked(text, at) {
  const mark = text[at];
  const tag = mark === "`" ? "code" : MARKS[mark];
  if (!tag || (at > 0 && WORD.test(text[at - 1])) || /\s|^$/.test(text[at + 1] ?? "")) return null;
  for (let end = text.indexOf(mark, at + 2); end > 0; end = text.indexOf(mark, end + 1)) {
    if (/\s/.test(text[end - 1]) || WORD.test(text[end + 1] ?? "")) continue;
    const inside = text.slice(at + 1, end);
    const children = tag === "code" ? [inside] : formatLine(inside);
    return { node: element(tag, {}, ...children), end: end + 1 };
  }
  return null;
}
