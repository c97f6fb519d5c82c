import type { EndCause } from "./cause.js";
import { signedOut } from "./error.js";
import type { Keeper } from "./keeper.js";
import { liveOf } from "./live.js";
import type { Parts } from "./parts.js";
import { stopwatch } from "./platform.js";
import { PATIENCE, persist } from "./retry.js";
import type { Grant, User } from "./tokens.js";

/** Beginning and ending sessions. */
export interface Signing {
  signIn(path: "/auth/register" | "/auth/login", body: object, signal?: AbortSignal): Promise<User>;
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

  async function begin(grant: Grant, age: () => number): Promise<void> {
    const turn = keeper.nextTurn();
    await lock(async () => {
      const former = await vault.read();
      check(turn);
      await vault.write(grant);
      check(turn);
      const live = liveOf(grant, age, platform);
      live.used = true;
      keeper.adopt(live);
      if (former) {
        endQuietly(former.refreshToken);
        keeper.end(former.sessionId, "replaced");
      }
    });
  }

  async function signIn(path: "/auth/register" | "/auth/login", body: object, signal?: AbortSignal): Promise<User> {
    const [turn, age] = [keeper.turn(), stopwatch(platform)];
    const grant = await issuer.signIn(path, body, signal);
    try {
      check(turn);
      await begin(grant, age);
    } catch (error) {
      endQuietly(grant.refreshToken);
      throw error;
    }
    return grant.user;
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

  return { signIn, signOut, forget };
}
