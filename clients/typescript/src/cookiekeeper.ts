import { members, readJson } from "./answer.js";
import { type EndCause, causeOf } from "./cause.js";
import type { PasswordChange } from "./client.js";
import type { CookieSessionEnd } from "./cookieclient.js";
import { signedOut, unexpectedAnswer } from "./error.js";
import type { Sessions } from "./fetch.js";
import { type Ask, CHANGE_PASSWORD, changeOf, readNothing, refusal } from "./issuer.js";
import type { Lock } from "./lock.js";
import type { Platform } from "./platform.js";
import { PATIENCE, persist, withinGrace } from "./retry.js";
import { type CookieGrant, type User, isId, isUser, parseCookieGrant } from "./tokens.js";

/** What a client with a cookie is made of, besides its state. */
export interface CookieParts {
  readonly platform: Platform;
  readonly ask: Ask;
  /** Where the tabs talk. */
  readonly name: string;
  /** Held by whoever may change the cookie: its answers arrive one after the other. */
  readonly lock: Lock;
  /** Milliseconds in which the issuer answers a cookie that it has replaced. */
  readonly grace: number;
}

/** The only place that knows whose the cookie is, and that has it renewed. */
export interface CookieKeeper extends Sessions<CookieGrant> {
  user(): User | undefined;
  signIn(path: "/auth/register" | "/auth/login", body: object, signal?: AbortSignal): Promise<User>;
  /** Goes on in a new session, which the issuer begins for a new password. */
  changePassword(change: PasswordChange, signal?: AbortSignal): Promise<User>;
  /** Asks whose the cookie is. */
  restore(signal?: AbortSignal): Promise<User | undefined>;
  /** Ends the session at the issuer, which removes the cookie. When the issuer does not answer, it is not ended. */
  signOut(cause: EndCause, signal?: AbortSignal): Promise<void>;
  close(): void;
}

/** Nobody is known at first. */
export function createCookieKeeper(parts: CookieParts, notify: (end: CookieSessionEnd) => void): CookieKeeper {
  const { platform, ask, lock, grace } = parts;
  /** Another object after each renewal. */
  let live: CookieGrant | undefined;
  let flight: Promise<void> | undefined;
  let isClosed = false;
  const channel = platform.openChannel(parts.name, hear);

  /** Another version of this package may be in the other tab: what is not understood is not heard. */
  function hear(message: unknown): void {
    const { began, ended } = members(message);
    const cause = causeOf(ended);
    if (cause) drop(cause, true);
    else if (isId(began) && began !== live?.sessionId) drop("replaced", true);
  }

  function drop(cause: EndCause, elsewhere: boolean): void {
    if (live) notify({ cause, elsewhere });
    live = undefined;
  }

  function end(cause: EndCause, elsewhere: boolean): void {
    channel?.postMessage({ ended: cause });
    drop(cause, elsewhere);
  }

  function adopt(next: CookieGrant): User {
    if (isClosed) throw signedOut();
    live = next;
    return next.user;
  }

  /** The id of the session that the cookie is of. The issuer replaces the cookie when it is time. With the lock. */
  function check(signal?: AbortSignal): Promise<string> {
    return withinGrace(platform, grace, signal, (limit) => ask("GET /auth/check", { limit, signal }, readSessionId));
  }

  /** Asks once for all who wait; the other tabs wait for their turn. */
  function renew(): Promise<void> {
    flight ??= lock(renewAlone).finally(() => (flight = undefined));
    return flight;
  }

  /** With the lock. */
  async function renewAlone(): Promise<void> {
    const before = live;
    if (!before) return;
    try {
      const sessionId = await check();
      if (live !== before) return;
      if (sessionId === before.sessionId) live = { ...before };
      else drop("replaced", true);
    } catch (error) {
      const cause = refusal(error);
      if (cause) end(cause, true);
      throw error;
    }
  }

  async function current(): Promise<CookieGrant> {
    if (!live) throw signedOut();
    return live;
  }

  async function better(refused: CookieGrant): Promise<CookieGrant | undefined> {
    if (live === refused) await renew();
    return live?.sessionId === refused.sessionId ? live : undefined;
  }

  function restore(signal?: AbortSignal): Promise<User | undefined> {
    return lock(async () => {
      if (live) return live.user;
      try {
        const sessionId = await check(signal);
        return adopt({ sessionId, user: await ask("GET /auth/me", { signal }, readUser) });
      } catch (error) {
        const cause = refusal(error);
        if (!cause) throw error;
        if (cause !== "refused") notify({ cause, elsewhere: true });
        return undefined;
      }
    });
  }

  function signIn(path: "/auth/register" | "/auth/login", body: object, signal?: AbortSignal): Promise<User> {
    return lock(async () => {
      const asked = { body: { ...body, transport: "cookie" }, signal };
      const grant = await ask(`POST ${path}`, asked, readCookieGrant);
      channel?.postMessage({ began: grant.sessionId });
      return adopt(grant);
    });
  }

  function changePassword(change: PasswordChange, signal?: AbortSignal): Promise<User> {
    return lock(async () => {
      // The cookie may be too old for other routes than the check, or another user's by now.
      await renewAlone();
      const asked = { ...changeOf(change, await current()), signal };
      const grant = await ask(CHANGE_PASSWORD, asked, readCookieGrant);
      channel?.postMessage({ ended: "password-changed" });
      return adopt(grant);
    });
  }

  function signOut(cause: EndCause, signal?: AbortSignal): Promise<void> {
    return lock(async () => {
      await persist(platform, PATIENCE, signal, () => ask("POST /auth/logout", { signal }, readNothing));
      end(cause, false);
    });
  }

  function close(): void {
    isClosed = true;
    live = undefined;
    channel?.close();
  }

  return { user: () => live?.user, current, better, restore, signIn, changePassword, signOut, close };
}

async function readSessionId(response: Response): Promise<string> {
  const id = response.headers.get("x-auth-sid");
  if (response.status !== 204 || !isId(id)) throw unexpectedAnswer(response.status);
  return id;
}

async function readUser(response: Response): Promise<User> {
  const user = await readJson(response);
  if (!isUser(user)) throw unexpectedAnswer(response.status);
  return user;
}

async function readCookieGrant(response: Response): Promise<CookieGrant> {
  const grant = parseCookieGrant(await readJson(response));
  if (!grant) throw unexpectedAnswer(response.status);
  return grant;
}
