// What the system does: what needs a person and what to do next, figures, failures, and who did what.

import { element, notify, replace } from "../components/dom.js";
import { get } from "./api.js";
import { drawBars } from "./plot.js";

const QUEUE_LOOKS = 60;

export class Operations {
  #problems = element("div");
  #figures = element("div", { class: "figures" });
  #plots = element("div", { class: "plots" });
  #failures = element("div");
  #actions = element("div");
  #queued = [];

  constructor() {
    const part = (title, node) => element("section", {}, element("h2", {}, title), node);
    this.node = element(
      "div",
      { class: "operations" },
      part("What needs somebody", this.#problems),
      part("Figures", this.#figures),
      part("Plots", this.#plots),
      part("Failures", this.#failures),
      part("What colleagues did", this.#actions),
    );
  }

  async look() {
    try {
      const [status, { actions }] = await Promise.all([get("api/status"), get("api/actions")]);
      this.#draw(status, actions);
    } catch (error) {
      if (error.status !== 401) notify(error.message);
    }
  }

  #draw(status, actions) {
    const problems = status.problems.map((one) =>
      element(
        "li",
        { class: one.needs_person ? "act" : "" },
        element("strong", {}, one.needs_person ? "act: " : "note: "),
        one.message,
        element("br"),
        element("code", {}, one.next),
      ),
    );
    replace(this.#problems, problems.length ? element("ul", {}, ...problems) : element("p", {}, "Nothing."));
    const { queue, tasks, handovers, alerts } = status;
    replace(
      this.#figures,
      table("Messages received", ["", "processed", "failed", "ignored"], status.traffic.spans.map((one) => [one.span, one.processed, one.failed, one.ignored])),
      table("Now", ["", ""], [
        ["messages queued", queue.queued],
        ["messages due", queue.due],
        ["oldest due, seconds", queue.oldest_due_seconds],
        ["waiting for their user", queue.waiting_for_user],
        ["tasks queued", tasks.queued],
        ["tasks running", tasks.running],
        ["conversations with a person", handovers.conversations],
        ["of them waiting", handovers.waiting],
        ["longest wait, seconds", handovers.longest_wait_seconds],
        ["alerts not posted", alerts.length],
      ]),
      table("Messages sent, 24 hours", ["", ""], Object.entries(queue.finished)),
    );
    this.#queued = [...this.#queued, { at: status.at, due: queue.due, tasks: tasks.queued }].slice(-QUEUE_LOOKS);
    replace(
      this.#plots,
      drawBars("Messages by the hour", status.traffic.hours, { received: "accent", failed: "bad" }),
      drawBars("Sent by the hour", status.traffic.hours, { sent: "accent" }),
      drawBars("Due while this page is open", this.#queued, { due: "accent", tasks: "warn" }),
    );
    replace(
      this.#failures,
      table("Messages that broke a step", ["messages", "error"], status.failed_events.errors.map((one) => [one.messages, one.error])),
      table("Messages that Meta refused", ["messages", "code", "what it means"], status.send_failures.map((one) => [one.messages, one.error_code ?? "", one.description])),
      table("Tasks that failed", ["tasks", "kind", "why"], tasks.failed.map((one) => [one.tasks, one.kind, one.error_class ?? ""])),
    );
    replace(
      this.#actions,
      table("The last hundred", ["when", "who", "what"], actions.map((one) => [new Date(one.at).toLocaleString(), one.agent, tellAction(one)])),
    );
  }
}

function tellAction({ action, user_id }) {
  const said = action.replaceAll("_", " ");
  return user_id ? element("a", { href: `#/${user_id}/` }, said) : said;
}

function table(caption, heads, rows) {
  return element(
    "table",
    {},
    element("caption", {}, caption),
    heads.some(Boolean) && element("thead", {}, element("tr", {}, ...heads.map((one) => element("th", { scope: "col" }, one)))),
    element(
      "tbody",
      {},
      ...rows.map((row) => element("tr", {}, ...row.map((one) => element("td", {}, one instanceof Node ? one : String(one))))),
      !rows.length && element("tr", {}, element("td", { colspan: String(heads.length), class: "faint" }, "none")),
    ),
  );
}
