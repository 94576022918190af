// Talking to the page's own server.

/**
 * Follow a feed. `handlers` has a function for each event's name, `snapshot` among them; `onState`
 * is told whether the connection is there. The browser connects again by itself, and is then sent
 * a snapshot.
 */
export function follow(url, handlers, onState = () => {}) {
  const source = new EventSource(url);
  for (const [name, handle] of Object.entries(handlers)) {
    source.addEventListener(name, (event) => handle(JSON.parse(event.data)));
  }
  source.addEventListener("open", () => onState(true));
  source.addEventListener("error", () => onState(false));
  return source;
}

/** Get JSON. Throws an Error that says what the server said. */
export async function get(url) {
  return read(await fetch(url).catch(() => null));
}

/** Post JSON, and return what is answered. Throws an Error with `status` that says what the server said. */
export async function post(url, body = {}) {
  const asked = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  return read(await fetch(url, asked).catch(() => null));
}

async function read(answer) {
  if (!answer) throw new Error("The server does not answer.");
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    throw Object.assign(new Error(told.error ?? `The server answered ${answer.status}.`), { status: answer.status });
  }
  return told;
}

/** Return a file's bytes in base64. */
export function encodeFile(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result.replace(/^[^,]*,/, "")));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(file);
  });
}
