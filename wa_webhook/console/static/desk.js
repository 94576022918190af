// The conversations that wait for a person or that somebody has, a search among all, and one of them.

import { nameAuthor } from "../components/bubble.js";
import { element, notify, replace, update } from "../components/dom.js";
import { plainText } from "../components/format.js";
import { ago, get } from "./api.js";
import { Conversation } from "./conversation.js";

const PAUSE_MS = 250;

export class Desk {
  #person;
  #listed = element("ul", { class: "conversations" });
  #empty = element("p", { class: "faint", role: "status" });
  #search;
  #opened = element("section", { class: "opened", "aria-label": "Conversation" });
  #conversation = null;
  #searching = 0;
  #asked = 0;

  constructor(person) {
    this.#person = person;
    this.#search = element("input", {
      type: "search",
      "aria-label": "Search by number or name",
      placeholder: "Number or name",
      oninput: () => {
        clearTimeout(this.#searching);
        this.#searching = setTimeout(() => this.look(), PAUSE_MS);
      },
    });
    this.node = element(
      "div",
      { class: "desk" },
      element("section", { class: "listing", "aria-label": "Conversations" }, this.#search, this.#empty, this.#listed),
      this.#opened,
    );
    window.addEventListener("hashchange", this.#follow);
    this.#follow();
  }

  close() {
    clearTimeout(this.#searching);
    window.removeEventListener("hashchange", this.#follow);
  }

  /** Read again what is listed and what is open. */
  async look() {
    this.#conversation?.look();
    const search = this.#search.value.trim();
    const asked = (this.#asked += 1);
    try {
      const { conversations } = await get(`api/conversations?search=${encodeURIComponent(search)}`);
      // What was asked for earlier may be answered later.
      if (asked === this.#asked) this.#draw(conversations, search);
    } catch (error) {
      if (error.status !== 401) notify(error.message);
    }
  }

  #follow = () => {
    const [, userId, number] = location.hash.split("/");
    this.node.classList.toggle("has-opened", Boolean(userId));
    this.#conversation = userId ? new Conversation(this.#person, userId, number ?? "") : null;
    if (this.#conversation) replace(this.#opened, this.#conversation.node);
    else replace(this.#opened, element("p", { class: "faint nothing" }, "Choose a conversation."));
    this.#mark();
    this.#conversation?.look();
  };

  #draw(conversations, search) {
    const waiting = conversations.filter((one) => one.waiting_since).length;
    if (!search) document.title = `${waiting ? `(${waiting}) ` : ""}Desk · wa-webhook`;
    this.#empty.textContent = conversations.length ? "" : search ? "Nobody is found." : "Nobody waits.";
    const focused = document.activeElement?.closest(".conversations a")?.getAttribute("href");
    update(this.#listed, ...conversations.map((one) => element("li", {}, this.#link(one))));
    if (focused) this.#listed.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
    this.#mark();
  }

  #link(one) {
    const author = one.last_author && one.last_author !== "user" ? `${nameAuthor(one.last_author)}: ` : "";
    return element(
      "a",
      { href: `#/${one.user_id}/${one.phone_number_id ?? ""}` },
      element("strong", {}, one.display_name ?? one.recipient ?? "(erased)"),
      element("span", { class: "faint" }, one.last_at ? ago(one.last_at) : ""),
      element("span", { class: "last" }, one.last_text ? author + plainText(one.last_text) : "(nothing kept)"),
      element("span", { class: "who" }, ...tellWho(one)),
    );
  }

  #mark() {
    for (const link of this.#listed.querySelectorAll("a")) {
      if (link.getAttribute("href") === location.hash) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }
}

function tellWho(one) {
  if (!one.since) return [element("span", { class: "chip" }, "the bot has it")];
  const who = one.agent ? element("span", { class: "chip" }, one.agent) : element("span", { class: "chip open" }, "for anybody");
  const waits = one.waiting_since && element("span", { class: "chip waits" }, `waits ${ago(one.waiting_since)}`);
  return [who, waits];
}
