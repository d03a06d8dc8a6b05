// Who is signed in. The token lives as long as the tab, and is sent by our own calls alone: no
// cookie, so that no other page can give an order with it.

const KEY = "lakemend.session";

export function session() {
  return JSON.parse(sessionStorage.getItem(KEY) ?? "null");
}

export function begin(token, name) {
  sessionStorage.setItem(KEY, JSON.stringify({ token, name }));
}

export function end() {
  sessionStorage.removeItem(KEY);
}

/** Forget a token that was refused, but not the one that somebody has signed in with since. */
export function forget(token) {
  if (session()?.token === token) end();
}

/** The header that signs a call. */
export function authorization(token) {
  return token ? { Authorization: `Bearer ${token}` } : {};
}
