import type { SessionEnd } from "./cause.js";
import type { Client, ClientOptions, LogoutOptions } from "./client.js";
import { createCookieKeeper } from "./cookiekeeper.js";
import { createFetch } from "./fetch.js";
import { asker, endAll } from "./issuer.js";
import { createListeners } from "./listeners.js";
import { lockOf } from "./lock.js";
import { addressOf } from "./origin.js";
import { type Platform, realPlatform } from "./platform.js";
import { graceOf, unlessAborted } from "./retry.js";

/** How to reach the issuer. `url` is the page's own origin, `location.origin`, and the issuer's `PublicOrigin`. */
export type CookieClientOptions = Pick<ClientOptions, "url" | "graceSeconds" | "fetch" | "hashing">;

/** A session is over here. */
export type CookieSessionEnd = Omit<SessionEnd, "sessionId">;

/**
 * The session of the browser at the origin of the page. As {@link Client}, but `fetch` sends no token, to the page's own
 * origin only; the browser adds the cookie. Nothing can be forgotten here: only the issuer removes the cookie.
 */
export interface CookieClient extends Omit<Client, "forget" | "onSessionEnd"> {
  /** Calls when a session is over, until what it returns is called. */
  onSessionEnd(listener: (end: CookieSessionEnd) => void): () => void;
}

/** A client. It knows of nobody until `register`, `login` or `restore`. */
export function createClient(options: CookieClientOptions): CookieClient {
  return connect(options, realPlatform(options.fetch));
}

/** The same on another platform, for tests. */
export function connect(options: CookieClientOptions, platform: Platform): CookieClient {
  const url = addressOf(options.url);
  const name = `latchkey-cookie:${url}`;
  const listeners = createListeners<CookieSessionEnd>();
  const plain = asker(url, platform, "same-origin");
  const ask = options.hashing?.(plain) ?? plain;
  const parts = { platform, ask, name, lock: lockOf({}, true, name, platform), grace: graceOf(options.graceSeconds) };
  const keeper = createCookieKeeper(parts, listeners.tell);
  const fetch = createFetch(keeper, new Set([new URL(url).origin]), [401], (request) =>
    platform.fetch(new Request(request, { credentials: "same-origin" })),
  );

  async function logout({ everywhere = false, signal }: LogoutOptions = {}): Promise<void> {
    if (everywhere) await endAll(url, fetch, signal);
    await unlessAborted(keeper.signOut(everywhere ? "logout-all" : "logout", signal), signal);
  }

  return {
    get user() {
      return keeper.user();
    },
    register: (registration, { signal } = {}) =>
      unlessAborted(keeper.signIn("/auth/register", registration, signal), signal),
    login: (credentials, { signal } = {}) => unlessAborted(keeper.signIn("/auth/login", credentials, signal), signal),
    changePassword: (change, { signal } = {}) => unlessAborted(keeper.changePassword(change, signal), signal),
    restore: ({ signal } = {}) => unlessAborted(keeper.restore(signal), signal),
    logout,
    fetch,
    onSessionEnd: listeners.add,
    close: keeper.close,
  };
}
