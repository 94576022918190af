// One person's phone.

import { summary } from "../components/bubble.js";
import { element, notify, openSheet, replace, update } from "../components/dom.js";
import { icon } from "../components/icons.js";
import { encodeFile, get, post } from "../components/live.js";
import { MessageLog } from "../components/log.js";
import { drawHappened } from "./happened.js";
import { openPlaces } from "./places.js";

const EMOJIS = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

export class Screen {
  #key;
  #options;
  #log;
  #shown = null;
  #answered = null;
  #file = null;
  #person = element("div", { class: "who" });
  #typing = element("p", { class: "typing", role: "status" });
  #extra = element("div", { class: "extra" });
  #text;
  #picker;

  constructor(key, options) {
    this.#key = key;
    this.#options = options;
    this.#picker = element("input", {
      type: "file",
      class: "visually-hidden",
      "aria-label": "File to send",
      tabindex: "-1",
      onchange: (event) => this.#attach(event.target.files[0]),
    });
    this.#text = element("textarea", {
      rows: "1",
      "aria-label": "Message",
      placeholder: "Message",
      onkeydown: (event) => {
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
          event.preventDefault();
          this.#send();
        }
      },
      onpaste: (event) => {
        if (event.clipboardData.files.length) {
          event.preventDefault();
          this.#attach(event.clipboardData.files[0]);
        }
      },
    });
    const tool = (label, symbol, onclick) =>
      element("button", { type: "button", class: "quiet", "aria-label": label, title: label, onclick }, icon(symbol));
    const conversation = element("div");
    this.node = element(
      "section",
      { class: "phone" },
      element("header", {}, this.#person),
      conversation,
      this.#typing,
      element(
        "form",
        {
          class: "composer",
          onsubmit: (event) => {
            event.preventDefault();
            this.#send();
          },
        },
        this.#extra,
        this.#picker,
        tool("Send a file", "attach", () => this.#picker.click()),
        tool("Share a place", "place", () => this.#sharePlace(null)),
        this.#text,
        element("button", { class: "primary", "aria-label": "Send", title: "Send" }, icon("send")),
      ),
    );
    this.#log = new MessageLog(conversation, "Conversation", (message) => this.#optionsOf(message));
  }

  /** Draw the phone of a person with all their messages. */
  show(person, messages) {
    this.node.setAttribute("aria-label", `${person.name}'s phone`);
    this.#shown = person;
    update(
      this.#person,
      element("h2", {}, person.name),
      element(
        "p",
        { class: "faint" },
        [person.number, person.user_id, person.is_blocking && "has blocked the business"].filter(Boolean).join(" · "),
      ),
      element(
        "div",
        { class: "more" },
        element(
          "button",
          {
            type: "button",
            class: "quiet window",
            "aria-pressed": String(person.is_outside),
            title: "As if 24 hours had passed since the last message: Meta then takes templates only",
            onclick: () => this.#post("window", { is_closed: !person.is_outside }),
          },
          person.is_outside ? "outside 24 h" : "within 24 h",
        ),
        this.#options.onFlow &&
          element(
            "button",
            { type: "button", class: "quiet", "aria-label": "Flow", title: "Flow", onclick: this.#options.onFlow },
            icon("flow"),
          ),
        element(
          "button",
          { type: "button", class: "quiet", "aria-label": "More", title: "More", onclick: () => this.#openMore() },
          icon("more"),
        ),
      ),
    );
    this.#typing.textContent = person.is_typing ? "typing…" : "";
    this.#log.show(messages);
  }

  #optionsOf(message) {
    const isOwn = message.direction === "from_user";
    const happened = isOwn ? this.#options.happened(message.id) : null;
    const actions = [{ label: "Reply", symbol: "reply", run: (one) => this.#answer(one) }];
    if (!isOwn) actions.push({ label: "React", symbol: "react", run: (one) => this.#react(one) });
    else actions.push({ label: "Deliver again", symbol: "again", run: (one) => this.#post(`messages/${one.id}/again`) });
    if (isOwn && message.kind === "text") actions.push({ label: "Edit", symbol: "edit", run: (one) => this.#edit(one) });
    if (isOwn && message.kind !== "deleted" && message.kind !== "other") {
      actions.push({ label: "Delete", symbol: "delete", run: (one) => this.#say({ revoke: one.id }) });
    }
    return {
      side: "user",
      key: JSON.stringify(happened ?? null),
      actions,
      onChoose: (one, { id }) => this.#say({ choice: { message: one.id, id } }),
      onAsked: (one) =>
        one.kind === "contact_request" ? this.#say({ contact: true, reply_to: one.id }) : this.#sharePlace(one.id),
      beside: happened && drawHappened(message, happened, () => this.#options.onExplain(message.id)),
    };
  }

  async #send() {
    const text = this.#text.value.trim();
    const answered = this.#answered ? { reply_to: this.#answered.id } : {};
    const file = this.#file;
    if (!text && !file) return;
    try {
      const said = file ? { file: await describe(file, text) } : { text };
      if (await this.#say({ ...said, ...answered })) {
        this.#text.value = "";
        this.#answered = null;
        this.#attach(null);
      }
    } catch (error) {
      notify(error.message);
    }
    this.#text.focus();
  }

  #say(said) {
    return this.#post("messages", said);
  }

  async #post(path, body) {
    try {
      return await post(`people/${this.#key}/${path}`, body);
    } catch (error) {
      notify(error.message);
      return null;
    }
  }

  #attach(file) {
    this.#file = file ?? null;
    if (!file) this.#picker.value = "";
    this.#drawExtra();
    if (file) this.#text.focus();
  }

  #answer(message) {
    this.#answered = message;
    this.#drawExtra();
    this.#text.focus();
  }

  #drawExtra() {
    const chip = (symbol, text, label, remove) =>
      element(
        "p",
        { class: "chip" },
        element("span", {}, icon(symbol), ` ${text}`),
        element("button", { type: "button", class: "quiet", "aria-label": label, onclick: remove }, icon("close")),
      );
    replace(
      this.#extra,
      this.#answered && chip("reply", summary(this.#answered), "Do not answer this message", () => this.#answer(null)),
      this.#file && chip("attach", this.#file.name, "Remove the file", () => this.#attach(null)),
    );
  }

  #sharePlace(answered) {
    openPlaces((place) => this.#say({ place, ...(answered ? { reply_to: answered } : {}) }));
  }

  #edit(message) {
    openSheet("Edit the message", (dialog) => {
      const text = element("textarea", { name: "text", rows: "3", "aria-label": "Text", required: true });
      text.value = message.text;
      const submit = (event) => {
        event.preventDefault();
        dialog.close();
        this.#say({ edit: { message: message.id, text: text.value } });
      };
      return element("form", { onsubmit: submit }, text, element("button", { class: "primary" }, "Save"));
    });
  }

  #openMore() {
    const person = this.#shown;
    openSheet(person.name, (dialog) => {
      const row = (title, what, run) =>
        element(
          "button",
          {
            type: "button",
            class: "row",
            onclick: () => {
              dialog.close();
              run();
            },
          },
          element("strong", {}, title),
          element("span", {}, what),
        );
      return element(
        "div",
        { class: "rows" },
        this.#options.onFlow &&
          row("Save as a test", "says all of this again, and expects the same answers", () => this.#saveAsTest()),
        row("Share contact", "sends a card with the own number", () => this.#say({ contact: true })),
        row("Change number", "Meta tells of the new number, and of the new BSUID", () => this.#post("number")),
        person.is_blocking
          ? row("Unblock the business", "messages are delivered again", () => this.#post("block", { is_blocked: false }))
          : row("Block the business", "what it sends is never delivered", () => this.#post("block", { is_blocked: true })),
      );
    });
  }

  async #saveAsTest() {
    try {
      const { name, code } = await get(`people/${this.#key}/test`);
      const url = URL.createObjectURL(new Blob([code], { type: "text/x-python" }));
      const dialog = openSheet(name, [
        element("pre", { class: "code", tabindex: "0" }, code),
        element("a", { class: "button", href: url, download: name }, "Save"),
      ]);
      dialog.addEventListener("close", () => URL.revokeObjectURL(url));
    } catch (error) {
      notify(error.message);
    }
  }

  #react(message) {
    openSheet("React", (dialog) => {
      const choose = (emoji) => {
        dialog.close();
        this.#say({ reaction: { to: message.id, emoji } });
      };
      return element(
        "div",
        { class: "emojis" },
        ...EMOJIS.map((one) => element("button", { type: "button", class: "quiet", onclick: () => choose(one) }, one)),
        element("button", { type: "button", onclick: () => choose("") }, "Take back"),
      );
    });
  }
}

async function describe(file, caption) {
  return {
    name: file.name,
    mime_type: file.type,
    content: await encodeFile(file),
    caption: caption,
    is_voice: file.type.startsWith("audio/ogg"),
  };
}
