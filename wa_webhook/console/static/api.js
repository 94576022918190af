// Asking the desk's server, and noticing that nobody is signed in any more.

import { notify } from "../components/dom.js";

/** The event of a window that nobody is signed in any more. */
export const isSignedOut = "signed-out";

/** Return what is answered to a GET. Throws an Error with `status` that says what the server said. */
export async function get(url) {
  let answer;
  try {
    answer = await fetch(url);
  } catch {
    throw new Error("The server does not answer.");
  }
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) return told;
  noticeSignedOut(answer.status);
  throw Object.assign(new Error(told.error ?? `The server answered ${answer.status}.`), { status: answer.status });
}

/** Do something, and tell what is wrong with it; true when nothing is. */
export async function ask(work) {
  try {
    await work();
    return true;
  } catch (error) {
    noticeSignedOut(error.status);
    notify(error.message);
    return false;
  }
}

/** How long ago something was, in the largest unit of it. */
export function ago(at) {
  return tellSpan(Date.now() - new Date(at));
}

/** How long it is until something. */
export function until(at) {
  return tellSpan(new Date(at) - Date.now());
}

function tellSpan(milliseconds) {
  const minutes = milliseconds / 60_000;
  if (minutes < 1) return "a moment";
  if (minutes < 60) return `${Math.floor(minutes)} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h`;
  return `${Math.floor(minutes / 1440)} days`;
}

function noticeSignedOut(status) {
  if (status === 401) window.dispatchEvent(new Event(isSignedOut));
}
