/** `url` without a slash at its end, if it can be the address of an issuer. */
export function addressOf(url: string): string {
  const { origin, pathname, search, hash, username, password } = trusted(url);
  if (search || hash || username || password) throw new TypeError("`url` has a query, a fragment or a user");
  return origin + pathname.replace(/\/+$/, "");
}

/** `origin` as browsers write it. */
export function originOf(origin: string): string {
  const url = trusted(origin);
  if (url.href !== `${url.origin}/`)
    throw new TypeError("an entry of `apis` is more than an origin, such as https://api.example.com");
  return url.origin;
}

/** Tokens and passwords travel over https only, except within the machine. */
function trusted(text: string): URL {
  const url = new URL(text);
  const local = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && local)) {
    throw new TypeError("`url` and `apis` begin with https://, or with http://localhost");
  }
  return url;
}
