// One message as a bubble. What its fields are is told in wa_webhook/pages/message.py.

import { element, openSheet, update } from "./dom.js";
import { icon } from "./icons.js";
import { formatText, linkTo, plainText } from "./format.js";

const TICKS = {
  pending: [icon.bind(null, "clock"), "waiting"],
  queued: [icon.bind(null, "clock"), "queued"],
  sending: [icon.bind(null, "clock"), "sending"],
  processed: ["", "processed"],
  accepted: ["✓", "accepted"],
  sent: ["✓", "sent"],
  delivered: ["✓✓", "delivered"],
  read: ["✓✓", "read"],
  failed: ["!", "failed"],
  cancelled: ["–", "cancelled"],
};
const PICTURED = ["image", "sticker"];

/**
 * Return the bubble of a message.
 *
 * `options`, all of them optional:
 * - `side`: whose screen it is, "user" or "business": that side's messages stand at the right;
 * - `find(id)`: the message that another one answers;
 * - `reactions`: `[{emoji, author}]` to it;
 * - `onChoose(message, choice)`: a button (`{kind: "button", id, title}`) or a list's row
 *   (`{kind: "row", id, title, description}`) is tapped; without it nothing can be;
 * - `onAsked(message)`: the button of a location or contact request is tapped;
 * - `actions`: `[{label, symbol, run(message)}]`, a symbol being one of icons.js, shown when one points at it or comes by keyboard;
 * - `beside`: a node under the bubble.
 */
export function bubble(message, options = {}) {
  const isOwn = message.direction === `from_${options.side ?? "business"}`;
  const article = element(
    "article",
    {
      class: `bubble ${isOwn ? "own" : "other"} ${message.kind}${message.status === "failed" ? " failed" : ""}`,
      dataset: { id: message.id, kind: message.kind },
      tabindex: "-1",
      "aria-label": `${isOwn ? "You" : nameAuthor(message.author)}, ${formatTime(message.at)}`,
    },
    element(
      "div",
      { class: "paper" },
      !isOwn && message.author !== "user" && element("p", { class: "author" }, nameAuthor(message.author)),
      message.reply_to && drawQuote(message, options),
      ...drawHeader(message.header),
      ...drawContent(message),
      message.text && element("div", { class: "text" }, formatText(message.text)),
      message.footer && element("p", { class: "footer" }, message.footer),
      element("p", { class: "meta" }, drawTime(message.at), drawTicks(message)),
    ),
    ...drawChoices(message, options),
    drawReactions(options.reactions),
    message.error && element("p", { class: "error" }, message.error),
    drawActions(message, options),
    options.beside,
  );
  return article;
}

/** Make a bubble look like another one, of the same message. */
export function redraw(drawn, fresh) {
  for (const { name, value } of fresh.attributes) drawn.setAttribute(name, value);
  const [paper] = drawn.children;
  const [freshPaper, ...rest] = fresh.children;
  update(paper, ...freshPaper.childNodes);
  update(drawn, paper, ...rest);
}

/** Return one line of what a message says, for quotes and lists of conversations. */
export function summary(message) {
  if (message.text) return plainText(message.text);
  const named = {
    template: () => `Template ${message.template.name}`,
    location: () => message.location.name ?? "Location",
    contacts: () => `Contact: ${message.contacts.map((one) => one.name).join(", ")}`,
    reaction: () => `Reacted ${message.reaction.emoji || "no more"}`,
    document: () => message.media.filename ?? "Document",
    image: () => "Picture",
    video: () => "Video",
    audio: () => (message.media.is_voice ? "Voice message" : "Audio"),
    sticker: () => "Sticker",
    not_kept: () => "(not kept)",
    deleted: () => "(deleted)",
  }[message.kind];
  return named ? named() : `(${message.other ?? message.kind})`;
}

/** Return what others call who wrote a message. */
export function nameAuthor(author) {
  if (author.startsWith("colleague/")) return author.slice("colleague/".length);
  return author[0].toUpperCase() + author.slice(1);
}

/** Return hours and minutes, as this browser writes them. */
export function formatTime(at) {
  return new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

function drawTime(at) {
  return element("time", { datetime: at, title: new Date(at).toLocaleString() }, formatTime(at));
}

function drawTicks(message) {
  const [symbol, name] = TICKS[message.status] ?? ["", message.status];
  if (!symbol) return null;
  return element("span", { class: `ticks ${name}`, role: "img", "aria-label": name, title: name }, typeof symbol === "function" ? symbol() : symbol);
}

function drawQuote(message, options) {
  const quoted = options.find?.(message.reply_to);
  const line = quoted ? summary(quoted) : "an earlier message";
  const show = () => {
    const node = document.querySelector(`.bubble[data-id="${CSS.escape(message.reply_to)}"]`);
    node?.scrollIntoView({ block: "center" });
    node?.focus();
  };
  return element("button", { type: "button", class: "quote", onclick: show, "aria-label": `Answers: ${line}` }, line);
}

function drawHeader(header) {
  if (!header) return [];
  return [header.text && element("p", { class: "header" }, header.text), header.media && drawMedia(header.media)];
}

function drawContent(message) {
  switch (message.kind) {
    case "tap":
      return [];
    case "location":
      return [drawPlace(message.location)];
    case "contacts":
      return message.contacts.map((one) =>
        element("p", { class: "card" }, element("strong", {}, icon("person"), ` ${one.name}`), " ", one.phones.join(", ")),
      );
    case "template":
      return [drawTemplate(message.template)];
    case "reaction":
      return [element("p", {}, summary(message))];
    case "not_kept":
    case "deleted":
      return [element("p", { class: "footer" }, summary(message))];
    case "other":
      return [element("p", { class: "footer" }, `(${message.other})`)];
    default:
      return message.media ? [drawMedia(message.media)] : [];
  }
}

function drawMedia(media) {
  const name = media.filename ?? media.mime_type ?? media.kind;
  if (!media.url) {
    // A picture of somebody else's server would tell it who looks.
    return element("p", { class: "file" }, icon("file"), " ", media.link ? linkTo(media.link, name) : name);
  }
  if (PICTURED.includes(media.kind)) {
    const enlarge = () => openSheet(name, element("img", { src: media.url, alt: name }));
    const picture = element("img", { src: media.url, alt: name, loading: "lazy" });
    return element("button", { type: "button", class: "picture", onclick: enlarge, "aria-label": `Enlarge ${name}` }, picture);
  }
  if (media.kind === "audio") return element("audio", { controls: true, preload: "metadata", src: media.url });
  if (media.kind === "video") return element("video", { controls: true, preload: "metadata", src: media.url });
  return element("p", { class: "file" }, element("a", { href: media.url, download: media.filename ?? "" }, icon("file"), ` ${name}`));
}

function drawPlace(place) {
  const at = `${place.latitude}, ${place.longitude}`;
  return element(
    "address",
    { class: "card" },
    element("strong", {}, icon("place"), ` ${place.name ?? at}`),
    place.address && element("span", {}, place.address),
    place.name && element("span", { class: "footer" }, at),
  );
}

function drawTemplate(template) {
  return element(
    "div",
    { class: "card" },
    element("strong", {}, `Template ${template.name}`),
    element("span", { class: "footer" }, template.language),
    ...template.parameters.map((one) => element("span", {}, one)),
  );
}

function drawChoices(message, options) {
  const choose = (choice) => options.onChoose?.(message, choice);
  const button = (title, onclick, isOff, symbol) =>
    element(
      "button",
      { type: "button", class: "choice", onclick, disabled: isOff },
      symbol && icon(symbol),
      symbol && " ",
      title,
    );
  switch (message.kind) {
    case "buttons":
      return message.buttons.map((one) =>
        button(one.title, () => choose({ kind: "button", ...one }), !options.onChoose),
      );
    case "list":
      return [button(message.list.button, () => openList(message.list, options.onChoose && choose), false, "list")];
    case "location_request":
      return [button("Send location", () => options.onAsked(message), !options.onAsked, "place")];
    case "contact_request":
      return [button("Share contact info", () => options.onAsked(message), !options.onAsked, "person")];
    case "link": {
      const link = linkTo(message.link.url, message.link.title);
      link.prepend(icon("open"), " ");
      link.classList.add("choice");
      link.title = message.link.url;
      return [link];
    }
    default:
      return [];
  }
}

function openList(list, choose) {
  openSheet(list.button, (dialog) =>
    list.sections.map((section) =>
      element(
        "section",
        { class: "rows", "aria-label": section.title },
        section.title && element("h3", {}, section.title),
        ...section.rows.map((row) =>
          element(
            "button",
            {
              type: "button",
              class: "row",
              disabled: !choose,
              onclick: () => {
                dialog.close();
                choose({ kind: "row", ...row });
              },
            },
            element("strong", {}, row.title),
            row.description && element("span", {}, row.description),
          ),
        ),
      ),
    ),
  );
}

function drawReactions(reactions) {
  if (!reactions?.length) return null;
  const label = reactions.map((one) => `${nameAuthor(one.author)} reacted ${one.emoji}`).join(", ");
  return element("p", { class: "reactions", role: "img", "aria-label": label }, reactions.map((one) => one.emoji).join(""));
}

function drawActions(message, { actions, find }) {
  if (!actions?.length) return null;
  return element(
    "div",
    { class: "actions", role: "group", "aria-label": "Actions" },
    ...actions.map((one) =>
      element(
        "button",
        { type: "button", class: "quiet", "aria-label": one.label, title: one.label, onclick: () => one.run(find?.(message.id) ?? message) },
        icon(one.symbol),
      ),
    ),
  );
}
