import { MessageLog } from "../components/log.js";

const log = new MessageLog(document.getElementById("conversation"), "Conversation", () => ({
  side: "user",
  onChoose: (message, choice) => window.chosen.push([message.id, choice.kind, choice.id]),
  onAsked: (message) => window.chosen.push([message.id, "asked"]),
  actions: [{ label: "Reply", symbol: "reply", run: (message) => window.chosen.push([message.id, "reply"]) }],
}));
window.chosen = [];
window.show = (messages) => log.show(messages);
