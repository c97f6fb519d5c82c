import type { SessionEnd } from "./cause.js";
import type { LatchkeyError } from "./error.js";
import { createFetch } from "./fetch.js";
import { type Hashing, asker, endAll, issuerBehind } from "./issuer.js";
import { createKeeper } from "./keeper.js";
import { createListeners } from "./listeners.js";
import { lockOf } from "./lock.js";
import { addressOf, originOf } from "./origin.js";
import { type Platform, realPlatform } from "./platform.js";
import { graceOf, unlessAborted } from "./retry.js";
import { createSigning } from "./signing.js";
import type { User } from "./tokens.js";
import { type Store, memoryStore, openVault } from "./vault.js";

/** How to reach the issuer, and what to do with its tokens. */
export interface ClientOptions {
  /** The address of the issuer, such as `https://auth.example.com`; the routes below `/auth` are there. */
  readonly url: string;
  /** Further origins that may see access tokens, such as `https://api.example.com`. */
  readonly apis?: readonly string[];
  /**
   * Where the refresh token is kept. Without it: in memory, until the page or the process ends. `localStorage` keeps it
   * through reloads and for all tabs, and any script that gets into the page can take it away.
   */
  readonly store?: Store;
  /** Seconds, from 1 to 300: the parameter `RefreshGraceSeconds` of the issuer. 30 unless it is given. */
  readonly graceSeconds?: number;
  /** Sends hashes instead of passwords: `hashPasswords` of `latchkey-client/hashing`. Without it passwords are sent. */
  readonly hashing?: Hashing;
  /** Instead of the global `fetch`. It has to obey `redirect` and `signal` as the standard says. */
  readonly fetch?: typeof globalThis.fetch;
}

/** What to sign in with. */
export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** What to make an account with. */
export interface Registration extends Credentials {
  readonly name?: string;
}

/** What to change a password with. */
export interface PasswordChange {
  readonly currentPassword: string;
  readonly newPassword: string;
}

/** How to give up early. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** How to sign out. */
export interface LogoutOptions extends CallOptions {
  /** All sessions of the user, on all devices. */
  readonly everywhere?: boolean;
}

/**
 * The session of one user at one issuer. Its methods need no `this`. They fail with a {@link LatchkeyError}, or with
 * the reason of the caller's `AbortSignal`. No method hands out a token.
 */
export interface Client {
  /** The profile as it was at the last refresh; `undefined` while nobody is signed in. */
  readonly user: User | undefined;
  /** Makes an account and signs in to it. */
  register(registration: Registration, options?: CallOptions): Promise<User>;
  /** Signs in. A session that was here before is ended. */
  login(credentials: Credentials, options?: CallOptions): Promise<User>;
  /**
   * Changes the password. All sessions of the user are over, on all devices; here a new one begins. When there is no
   * answer the password may have changed: sign in with the new one, and if that fails with the old one.
   */
  changePassword(change: PasswordChange, options?: CallOptions): Promise<User>;
  /** Takes up the session in the store, after a reload for example. `undefined` when there is none that is good. */
  restore(options?: CallOptions): Promise<User | undefined>;
  /** Ends the session. When this fails, it is not ended, and the user is still signed in: say so. */
  logout(options?: LogoutOptions): Promise<void>;
  /** Drops the session here and in the store, without a word to the issuer: it lives on there until it expires. */
  forget(): Promise<void>;
  /**
   * The standard `fetch` with the access token as bearer token, for the issuer's origin and those in `apis`. Fails with
   * `signed-out` while nobody is signed in, with `foreign-origin` for any other origin, and like `fetch` otherwise.
   */
  readonly fetch: typeof globalThis.fetch;
  /** Calls when a session is over, until what it returns is called. */
  onSessionEnd(listener: (end: SessionEnd) => void): () => void;
  /** Stops listening to other tabs and forgets the access token. The session and the store stay as they are. */
  close(): void;
}

/** A client. Nobody is signed in with it until `register`, `login` or `restore`. */
export function createClient(options: ClientOptions): Client {
  return connect(options, realPlatform(options.fetch));
}

/** The same on another platform, for tests. */
export function connect(options: ClientOptions, platform: Platform): Client {
  const url = addressOf(options.url);
  const store = options.store ?? memoryStore();
  const name = `latchkey:${url}`;
  const shared = options.store !== undefined;
  const plain = asker(url, platform, "omit");
  const parts = {
    platform,
    issuer: issuerBehind(options.hashing?.(plain) ?? plain),
    vault: openVault(store, name),
    lock: lockOf(store, shared, name, platform),
    channel: shared ? name : undefined,
    grace: graceOf(options.graceSeconds),
  };
  const listeners = createListeners<SessionEnd>();
  const keeper = createKeeper(parts, listeners.tell);
  const signing = createSigning(parts, keeper);
  const origins = new Set([new URL(url).origin, ...(options.apis ?? []).map(originOf)]);
  const fetch = createFetch(keeper, origins, [401, 403], (request, { accessToken }) => {
    request.headers.set("authorization", `Bearer ${accessToken}`);
    return platform.fetch(request);
  });

  async function logoutEverywhere(signal: AbortSignal | undefined): Promise<void> {
    await endAll(url, fetch, signal);
    await signing.forget("logout-all");
  }

  return {
    get user() {
      return keeper.user();
    },
    register: (registration, { signal } = {}) => signing.signIn("/auth/register", registration, signal),
    login: (credentials, { signal } = {}) => signing.signIn("/auth/login", credentials, signal),
    changePassword: (change, { signal } = {}) => signing.changePassword(change, signal),
    restore: ({ signal } = {}) => unlessAborted(keeper.restore(), signal),
    logout: ({ everywhere = false, signal } = {}) => (everywhere ? logoutEverywhere(signal) : signing.signOut(signal)),
    forget: () => signing.forget("removed"),
    fetch,
    onSessionEnd: listeners.add,
    close: keeper.close,
  };
}
