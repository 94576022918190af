// A conversation: bubbles in order, of which those that changed are drawn again.

import { bubble, redraw } from "./bubble.js";
import { element, place } from "./dom.js";

const NEAR_END_PIXELS = 80;

/**
 * A conversation in `node`, which scrolls. `options(message)` returns those of its bubble; `find`
 * and `reactions` are added. Whoever looks at the end is kept there.
 */
export class MessageLog {
  #node;
  #options;
  #drawn = new Map();
  #messages = new Map();
  #isAtEnd = true;
  #top = 0;

  constructor(node, label, options = () => ({})) {
    this.#node = node;
    this.#options = options;
    for (const [name, value] of [["role", "log"], ["aria-live", "polite"], ["aria-label", label], ["tabindex", "0"]]) {
      node.setAttribute(name, value);
    }
    node.classList.add("log");
    node.addEventListener("scroll", () => {
      const isNearEnd = node.scrollHeight - node.scrollTop - node.clientHeight < NEAR_END_PIXELS;
      // What grew since it was scrolled to its end is none of the reader's doing.
      if (isNearEnd || node.scrollTop < this.#top) this.#isAtEnd = isNearEnd;
      this.#top = node.scrollTop;
    });
    // A picture has its height when it has come; its event does not bubble.
    node.addEventListener("load", () => this.#stay(), true);
    new ResizeObserver(() => this.#stay()).observe(node);
  }

  /** Draw the messages, which are all there are, in their order. */
  show(messages) {
    const byId = (this.#messages = new Map(messages.map((one) => [one.id, one])));
    const reactions = collectReactions(messages, byId);
    const nodes = [];
    let day = null;
    for (const message of messages) {
      if (message.kind === "reaction" && byId.has(message.reaction.to)) continue;
      if (day !== (day = new Date(message.at).toDateString())) nodes.push(this.#separator(message.at, day));
      nodes.push(this.#draw(message, reactions.get(message.id) ?? [], byId));
    }
    this.#keepOnly(nodes);
    place(this.#node, nodes);
    this.#stay();
  }

  #stay() {
    if (this.#isAtEnd) this.#node.scrollTop = this.#node.scrollHeight;
  }

  /** Draw again what the page's own options changed, though the messages did not. */
  forget() {
    this.#drawn.clear();
  }

  #separator(at, day) {
    const named = new Date(at).toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
    return this.#kept(`day ${day}`, "", () => element("h3", { class: "day" }, named));
  }

  #draw(message, reactions, byId) {
    const { key = "", ...options } = this.#options(message);
    const quoted = message.reply_to ? byId.has(message.reply_to) : false;
    const looks = JSON.stringify([message, reactions, quoted, key]);
    return this.#kept(message.id, looks, () =>
      bubble(message, { ...options, reactions, find: (id) => this.#messages.get(id) }),
    );
  }

  #kept(id, looks, draw) {
    const drawn = this.#drawn.get(id);
    if (drawn?.looks === looks) return drawn.node;
    const node = drawn?.node ?? draw();
    if (drawn) {
      const isStoodOn = node.contains(document.activeElement);
      const at = [...node.querySelectorAll("button, a")].indexOf(document.activeElement);
      redraw(node, draw());
      // Whoever stood on a button of it stands there again.
      if (isStoodOn && !node.contains(document.activeElement)) (node.querySelectorAll("button, a")[at] ?? node).focus();
    }
    this.#drawn.set(id, { looks, node });
    return node;
  }

  #keepOnly(nodes) {
    const kept = new Set(nodes);
    for (const [id, { node }] of this.#drawn) if (!kept.has(node)) this.#drawn.delete(id);
  }
}

/** Each side has one reaction to a message, the last; an empty one takes it back. */
function collectReactions(messages, byId) {
  const latest = new Map();
  for (const { kind, reaction, author, direction } of messages) {
    if (kind !== "reaction" || !byId.has(reaction.to)) continue;
    if (!latest.has(reaction.to)) latest.set(reaction.to, new Map());
    latest.get(reaction.to).set(direction, { emoji: reaction.emoji, author });
  }
  return new Map([...latest].map(([id, sides]) => [id, [...sides.values()].filter((one) => one.emoji)]));
}
