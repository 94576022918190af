// The page: whoever is signed in, the views that they may see, and the feed that says when to look.

import { element, notify, replace } from "../components/dom.js";
import { follow, post } from "../components/live.js";
import { ask, get, isSignedOut } from "./api.js";
import { keepDraftsOf } from "./conversation.js";
import { Desk } from "./desk.js";
import { Operations } from "./operations.js";

const place = document.getElementById("view");
const connection = document.getElementById("connection");
let feed = null;
let view = null;

window.addEventListener(isSignedOut, () => leave());
start();

async function start() {
  // Supabase Auth sends people back from a magic link or another service with their token behind a #.
  const token = new URLSearchParams(location.hash.slice(1)).get("access_token");
  if (token) history.replaceState(null, "", location.pathname);
  try {
    enter(token ? await post("api/sign-in", { token }) : await get("api/me"));
  } catch (error) {
    leave();
    if (error.status !== 401 || token) notify(error.message);
  }
}

function enter(person) {
  keepDraftsOf(person.name);
  const views = [["Conversations", () => new Desk(person)]];
  if (person.may_operate) views.push(["Operations", () => new Operations()]);
  const show = (index) => {
    view?.close?.();
    view = views[index][1]();
    replace(place, view.node);
    view.look();
    drawViews(views, index, show);
  };
  replace(
    document.getElementById("me"),
    element("span", { class: "faint" }, `${person.name}, ${person.role} `),
    element("button", { type: "button", class: "quiet", onclick: () => signOut() }, "Sign out"),
  );
  show(0);
  feed = follow("api/feed", { snapshot: look, changed: look, look }, async (isConnected) => {
    connection.className = isConnected ? "connected" : "lost";
    connection.textContent = isConnected ? "" : "Not connected";
    // A browser is not told why: perhaps the session is over.
    if (!isConnected) await get("api/me").catch(() => {});
  });
}

function look() {
  view?.look();
}

function drawViews(views, shown, show) {
  const buttons = views.map(([name], index) =>
    element("button", { type: "button", "aria-current": index === shown && "true", onclick: () => show(index) }, name),
  );
  replace(document.getElementById("views"), ...(views.length > 1 ? buttons : []));
}

async function signOut() {
  await ask(() => post("api/sign-out"));
  keepDraftsOf(null);
  leave();
}

/** Show nothing of anybody any more, and ask who it is. */
function leave() {
  feed?.close();
  view?.close?.();
  feed = view = null;
  connection.textContent = "";
  document.title = "Desk · wa-webhook";
  for (const id of ["views", "me"]) document.getElementById(id).replaceChildren();
  if (place.querySelector(".sign-in")) return;
  const field = (label, properties) => element("label", {}, label, element("input", { required: true, ...properties }));
  const problem = element("p", { class: "problem", role: "alert" });
  const signIn = async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    problem.textContent = "";
    try {
      enter(await post("api/sign-in", Object.fromEntries(new FormData(form))));
    } catch (error) {
      problem.textContent = error.message;
      form.elements.password.select();
    } finally {
      button.disabled = false;
    }
  };
  const form = element(
    "form",
    { class: "sign-in", "aria-labelledby": "sign-in", onsubmit: signIn },
    element("h2", { id: "sign-in" }, "Sign in"),
    field("Name or e-mail address", { name: "name", autocomplete: "username", autocapitalize: "none" }),
    field("Password", { name: "password", type: "password", autocomplete: "current-password" }),
    problem,
    element("button", { class: "primary" }, "Sign in"),
  );
  replace(place, form);
  form.elements.name.focus();
}
