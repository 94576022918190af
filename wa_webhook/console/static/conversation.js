// One conversation: who it is with, who has it, what was said, notes, and an answer.

import { element, notify, openSheet, replace, update } from "../components/dom.js";
import { formatText } from "../components/format.js";
import { icon } from "../components/icons.js";
import { encodeFile, post } from "../components/live.js";
import { MessageLog } from "../components/log.js";
import { ago, ask, get, until } from "./api.js";

/** What is written and not yet sent, by conversation, and who writes it. */
const drafts = new Map();
let writer = null;
/** What Meta takes of a picture and of its caption. */
const PICTURES = ["image/jpeg", "image/png"];
const MOST_BYTES = 5 * 1024 * 1024;
const MOST_CHARACTERS = 1024;

/** Forget what others have written: a session may end in the middle of a sentence, and begin with somebody else. */
export function keepDraftsOf(name) {
  if (name !== writer) drafts.clear();
  writer = name;
}

export class Conversation {
  #me;
  #path;
  #key;
  #number;
  #log;
  #earlier = [];
  #hasMore = null;
  #opened = null;
  #head = element("header", {});
  #notes = element("details", { class: "notes" });
  #more;
  #composer;
  #controls;

  constructor(me, userId, number) {
    this.#me = me;
    this.#key = `${userId}/${number}`;
    this.#path = `api/conversations/${encodeURIComponent(userId)}`;
    this.#number = number || null;
    this.#more = element("button", { type: "button", class: "quiet", hidden: true, onclick: () => this.#readEarlier() }, "Earlier messages");
    const said = element("div");
    this.#composer = me.may_answer ? this.#drawComposer() : null;
    const drop = me.may_send_pictures && {
      ondragover: (event) => event.preventDefault(),
      ondrop: (event) => this.#controls.takeFrom(event, event.dataTransfer),
    };
    this.node = element("div", { class: "conversation", ...drop }, this.#head, this.#notes, this.#more, said, this.#composer);
    this.#log = new MessageLog(said, "Messages");
  }

  /** Read it again. */
  async look() {
    await ask(async () => {
      const opened = await get(this.#url());
      this.#hasMore ??= opened.has_more;
      this.#show(opened);
    });
  }

  #url(before = "") {
    return `${this.#path}?number=${encodeURIComponent(this.#number ?? "")}&before=${encodeURIComponent(before)}`;
  }

  async #readEarlier() {
    const first = [...this.#earlier, ...this.#opened.messages][0];
    await ask(async () => {
      const { messages, has_more } = await get(this.#url(first.at));
      this.#earlier = [...messages, ...this.#earlier];
      this.#hasMore = has_more;
      this.#show(this.#opened);
    });
  }

  #show(opened) {
    // What was the latest page may have moved on: nothing that was read is lost from the middle.
    if (this.#opened) {
      const ids = new Set(opened.messages.map((one) => one.id));
      const from = opened.messages[0]?.at ?? "";
      const gone = this.#opened.messages.filter((one) => !ids.has(one.id) && one.at < from);
      this.#earlier = [...this.#earlier.filter((one) => !ids.has(one.id)), ...gone];
    }
    this.#opened = opened;
    this.#drawHead();
    this.#drawNotes();
    this.#log.show([...this.#earlier, ...opened.messages]);
    this.#more.hidden = !this.#hasMore;
    this.#allow();
  }

  #drawHead() {
    const { display_name, recipient, handover, window_closes_at, opted_out_at, erased_at } = this.#opened;
    const isOpen = this.#isWindowOpen();
    const facts = [
      display_name && recipient,
      handover ? handover.agent ? `${handover.agent} has had it for ${ago(handover.since)}` : "Waits for anybody" : "The bot has it",
      handover?.note,
      isOpen ? `24-hour window: ${until(window_closes_at)} left` : "templates only: 24 hours are over",
      opted_out_at && "wants no messages",
      erased_at && "was erased",
    ];
    const back = element("a", { class: "back", href: "#", "aria-label": "Back to the list" }, "←");
    const who = element(
      "div",
      {},
      element("h2", {}, display_name ?? recipient ?? "(erased)"),
      element("p", { class: "faint" }, facts.filter(Boolean).join(" · ")),
    );
    update(this.#head, back, who, ...this.#drawActions(handover));
  }

  #drawActions(handover) {
    if (!this.#me.may_answer || this.#opened.erased_at) return [];
    const isMine = handover?.agent === this.#me.name;
    const button = (label, className, run) => element("button", { type: "button", class: className, onclick: run }, label);
    if (isMine) return [button("Give back", "", () => this.#do("hand-back"))];
    if (!handover?.agent) return [button("Take", "primary", () => this.#do("take"))];
    return [button(`Take from ${handover.agent}`, "", () => this.#do("take", { from_colleague: true }))];
  }

  #drawNotes() {
    const { notes } = this.#opened;
    const deletion = (note) =>
      this.#me.may_answer &&
      element(
        "button",
        {
          type: "button",
          class: "quiet",
          "aria-label": "Delete this note",
          title: "Delete this note",
          onclick: () => this.#act(() => post(`api/notes/${note.id}/delete`)),
        },
        icon("close"),
      );
    update(
      this.#notes,
      element("summary", {}, notes.length ? `Notes (${notes.length})` : "Notes"),
      ...notes.map((note) =>
        element(
          "p",
          { class: "note", dataset: { id: note.id } },
          element("span", {}, element("strong", {}, `${note.author}, ${ago(note.at)} ago: `), formatText(note.body)),
          deletion(note),
        ),
      ),
      this.#me.may_answer && this.#drawNoteForm(),
    );
  }

  #drawNoteForm() {
    const body = element("input", { name: "body", "aria-label": "New note", placeholder: "A note for colleagues", maxlength: "2000", required: true });
    const add = async (event) => {
      event.preventDefault();
      const noted = body.value;
      body.value = "";
      if (!(await this.#act(() => post(`${this.#path}/notes`, { body: noted })))) body.value = noted;
    };
    return element("form", { onsubmit: add }, body, element("button", {}, "Note"));
  }

  #drawComposer() {
    const draft = drafts.get(this.#key) ?? { text: "", picture: null, key: crypto.randomUUID() };
    drafts.set(this.#key, draft);
    const preview = element("div", { class: "preview" });
    const attach = (file) => {
      if (!file) return;
      if (!PICTURES.includes(file.type)) return notify("Meta takes pictures as JPEG or PNG.");
      if (file.size > MOST_BYTES) return notify("The picture has more than 5 MB, and Meta takes none of these.");
      show(file);
      text.focus();
    };
    const show = (file) => {
      draft.picture = file;
      text.maxLength = file ? MOST_CHARACTERS : 4096;
      const remove = () => {
        show(null);
        text.focus();
      };
      replace(preview, ...(file ? drawPreview(file, remove) : []));
    };
    const picker = element("input", {
      type: "file",
      class: "visually-hidden",
      accept: PICTURES.join(),
      "aria-label": "Picture to send",
      tabindex: "-1",
      onchange: () => {
        attach(picker.files[0]);
        picker.value = "";
      },
    });
    const takeFrom = (event, { files }) => {
      if (!files.length) return;
      event.preventDefault();
      if (!text.disabled) attach(files[0]);
    };
    const text = element("textarea", {
      rows: "1",
      "aria-label": "Answer",
      placeholder: "Answer",
      oninput: () => (draft.text = text.value),
      onpaste: (event) => this.#me.may_send_pictures && takeFrom(event, event.clipboardData),
      onkeydown: (event) => {
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
          event.preventDefault();
          text.form.requestSubmit();
        }
      },
    });
    text.value = draft.text;
    show(draft.picture);
    const send = async (event) => {
      event.preventDefault();
      // The key stays until it is sent, so that sending once more changes nothing.
      const { key, picture } = draft;
      const said = text.value;
      if (text.disabled || (!picture && !said.trim())) return;
      const answer = async () => {
        const shown = picture && { picture: await encodeFile(picture) };
        await post(`${this.#path}/reply`, { number: this.#number, text: said.trim() ? said : null, key, ...shown });
      };
      if (await this.#act(answer)) {
        draft.key = crypto.randomUUID();
        if (text.value === said) text.value = draft.text = "";
        if (draft.picture === picture) show(null);
      }
    };
    const template = element("button", { type: "button", class: "quiet", onclick: () => this.#openTemplate() }, "Template");
    const picture = element(
      "button",
      { type: "button", class: "quiet", "aria-label": "Add a picture", title: "Add a picture", onclick: () => picker.click() },
      icon("attach"),
    );
    const button = element("button", { class: "primary", "aria-label": "Send", title: "Send" }, icon("send"));
    const pictured = this.#me.may_send_pictures ? [preview, picker, picture] : [];
    this.#controls = { template, picture, text, button, takeFrom };
    return element("form", { class: "composer", onsubmit: send }, ...pictured, template, text, button);
  }

  #allow() {
    if (!this.#composer) return;
    const { handover, erased_at } = this.#opened;
    const isMine = handover && (handover.agent === null || handover.agent === this.#me.name);
    const isOpen = this.#isWindowOpen();
    const { template, picture, text, button } = this.#controls;
    template.disabled = !isMine || Boolean(erased_at);
    text.disabled = picture.disabled = button.disabled = !isMine || !isOpen;
    text.placeholder = !isMine ? "Take it to answer" : isOpen ? "Answer" : "Send a template: 24 hours are over";
  }

  #openTemplate() {
    const key = crypto.randomUUID();
    openSheet("Send a template", (dialog) => {
      const field = (label, node) => element("label", {}, label, node);
      const send = async (event) => {
        event.preventDefault();
        const { name, language, parameters } = Object.fromEntries(new FormData(event.target));
        const template = { name, language, parameters: parameters.split("\n").filter((one) => one.trim()) };
        if (await this.#act(() => post(`${this.#path}/reply`, { number: this.#number, template, key }))) dialog.close();
      };
      return element(
        "form",
        { onsubmit: send },
        field("Name, as approved by Meta", element("input", { name: "name", required: true })),
        field("Language, such as en or pt_BR", element("input", { name: "language", required: true, value: this.#opened.locale ?? "en" })),
        field("What stands in its body, a line each", element("textarea", { name: "parameters", rows: "3" })),
        element("button", { class: "primary" }, "Send"),
      );
    });
  }

  #do(what, body = {}) {
    return this.#act(() => post(`${this.#path}/${what}`, { number: this.#number, ...body }));
  }

  async #act(work) {
    const isDone = await ask(work);
    await this.look();
    return isDone;
  }

  #isWindowOpen() {
    const { window_closes_at } = this.#opened;
    return Boolean(window_closes_at) && new Date(window_closes_at) > new Date();
  }
}

function drawPreview(file, remove) {
  const url = URL.createObjectURL(file);
  const free = () => URL.revokeObjectURL(url);
  return [
    element("img", { src: url, alt: `To be sent: ${file.name}`, onload: free, onerror: free }),
    element("span", { class: "faint" }, file.name),
    element("button", { type: "button", class: "quiet", "aria-label": "Remove the picture", onclick: remove }, icon("close")),
  ];
}
