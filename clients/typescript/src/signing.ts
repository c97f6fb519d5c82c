import type { EndCause } from "./cause.js";
import type { PasswordChange } from "./client.js";
import { signedOut } from "./error.js";
import { refusal } from "./issuer.js";
import type { Keeper } from "./keeper.js";
import { type Live, liveOf } from "./held.js";
import type { Parts } from "./parts.js";
import { stopwatch } from "./platform.js";
import { PATIENCE, persist, unlessAborted } from "./retry.js";
import type { Grant, User } from "./tokens.js";
import type { StoredSession } from "./vault.js";

/** Beginning and ending sessions. */
export interface Signing {
  signIn(path: "/auth/register" | "/auth/login", body: object, signal?: AbortSignal): Promise<User>;
  /** Goes on in a new session, which the issuer begins for a new password. */
  changePassword(change: PasswordChange, signal?: AbortSignal): Promise<User>;
  /** Ends the session at the issuer, then here. When the issuer does not answer, it is not ended. */
  signOut(signal?: AbortSignal): Promise<void>;
  /** Ends it here only. */
  forget(cause: EndCause): Promise<void>;
}

/** For one client. */
export function createSigning(parts: Parts, keeper: Keeper): Signing {
  const { platform, issuer, vault, lock } = parts;
  const endQuietly = (refreshToken: string): void => void issuer.signOut(refreshToken).catch(() => {});

  /** Somebody signed out, or in again, since they asked for this session: it must not undo that. */
  function check(turn: number): void {
    if (keeper.turn() !== turn) throw signedOut();
  }

  /** Takes the place of the session in the store, which is given back. With the lock. */
  async function begin(
    turn: number,
    grant: Grant,
    age: () => number,
    cause: EndCause,
  ): Promise<StoredSession | undefined> {
    const former = await vault.read();
    check(turn);
    await vault.write(grant);
    check(turn);
    const live = liveOf(grant, age, platform);
    live.used = true;
    keeper.adopt(live);
    if (former) keeper.end(former.sessionId, cause);
    return former;
  }

  /** The user of what was granted, once `work` has made it the session; when that fails, it is ended. */
  async function orEnd(grant: Grant, work: () => Promise<void>): Promise<User> {
    try {
      await work();
    } catch (error) {
      endQuietly(grant.refreshToken);
      throw error;
    }
    return grant.user;
  }

  async function signIn(path: "/auth/register" | "/auth/login", body: object, signal?: AbortSignal): Promise<User> {
    const [turn, age] = [keeper.turn(), stopwatch(platform)];
    const grant = await issuer.signIn(path, body, signal);
    return orEnd(grant, async () => {
      check(turn);
      const next = keeper.nextTurn();
      const former = await lock(() => begin(next, grant, age, "replaced"));
      if (former) endQuietly(former.refreshToken);
    });
  }

  async function changePassword(change: PasswordChange, signal?: AbortSignal): Promise<User> {
    const turn = keeper.turn();
    const live = await unlessAborted(keeper.current(), signal);
    try {
      return await replace(turn, live, change, signal);
    } catch (error) {
      const better = refusal(error) && (await unlessAborted(keeper.better(live), signal));
      if (!better) throw error;
      return replace(turn, better, change, signal);
    }
  }

  /** With the lock all the while: whoever refreshed meanwhile would be told that the session is over. */
  function replace(turn: number, live: Live, change: PasswordChange, signal?: AbortSignal): Promise<User> {
    return lock(async () => {
      const age = stopwatch(platform);
      if ((await vault.read())?.sessionId !== live.sessionId) throw signedOut();
      const grant = await issuer.changePassword(live, change, signal);
      return orEnd(grant, async () => void (await begin(turn, grant, age, "password-changed")));
    });
  }

  async function signOut(signal?: AbortSignal): Promise<void> {
    keeper.nextTurn();
    await lock(async () => {
      const stored = await vault.read();
      if (stored) await persist(platform, PATIENCE, signal, () => issuer.signOut(stored.refreshToken, signal));
      await clear("logout");
    });
  }

  async function forget(cause: EndCause): Promise<void> {
    keeper.nextTurn();
    await lock(() => clear(cause));
  }

  /** With the lock. */
  async function clear(cause: EndCause): Promise<void> {
    const stored = await vault.read();
    await vault.clear();
    for (const id of new Set([stored?.sessionId, keeper.sessionId()])) {
      if (id !== undefined) keeper.end(id, cause);
    }
  }

  return { signIn, changePassword, signOut, forget };
}
