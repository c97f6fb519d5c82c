import type { EndCause, SessionEnd } from "./cause.js";
import { LatchkeyError, signedOut } from "./error.js";
import { refusal } from "./issuer.js";
import { type Live, isDue, isExpired, received, remaining, share } from "./held.js";
import type { Parts } from "./parts.js";
import { stopwatch } from "./platform.js";
import { rotate } from "./rotation.js";
import { joinTabs } from "./tabs.js";
import type { User } from "./tokens.js";

/** A new token that is refused like the one before is refused for another reason than its age: milliseconds. */
const REFUSED_AGAIN = 60_000;
/** The lock may arrive before the message of who held it: milliseconds. */
const MESSAGE_ON_ITS_WAY = 300;

/** A refresh that is under way. */
interface Flight {
  readonly controller: AbortController;
  done: Promise<void>;
  /** The session that it renews, once that is known. */
  sessionId: string | undefined;
  /** Tells it that there is a token from another tab. */
  handed: () => void;
}

/** The only place that knows whether somebody is signed in here, and that renews the access token. */
export interface Keeper {
  user(): User | undefined;
  /** The session with an access token to use now. */
  current(): Promise<Live>;
  /** The same session with another access token, because this one was refused; `undefined` when there is none. */
  better(refused: Live): Promise<Live | undefined>;
  /** Takes up the stored session. */
  restore(): Promise<User | undefined>;
  /** From here on this is the session. */
  adopt(live: Live): void;
  /** Counts the sign-ins and sign-outs in this tab. */
  turn(): number;
  /** Begins the next turn: the refresh that is under way changes nothing any more. */
  nextTurn(): number;
  sessionId(): string | undefined;
  /** A session is over, for the other tabs too. */
  end(sessionId: string, cause: EndCause): void;
  close(): void;
}

/** Nobody is signed in at first. */
export function createKeeper(parts: Parts, notify: (end: SessionEnd) => void): Keeper {
  const { platform, vault, lock } = parts;
  let live: Live | undefined;
  let flight: Flight | undefined;
  let turn = 0;
  let cancelRenewal = (): void => {};
  /** Since a refused token was replaced. */
  let sinceRefused = (): number => Number.POSITIVE_INFINITY;
  /** The issuer asked for a pause. */
  let pause: { readonly error: LatchkeyError; readonly isOver: () => boolean } | undefined;

  const sessionId = (): string | undefined => live?.sessionId ?? flight?.sessionId;
  const renewQuietly = (): void => void refresh().catch(() => {});
  const tabs = joinTabs(parts.channel, platform, {
    renewed(shared) {
      const theirs = received(shared, platform);
      if (theirs.sessionId === sessionId() && remaining(theirs) > (live ? remaining(live) : 0)) adopt(theirs);
    },
    ended: (id, cause) => drop(id, cause, true),
  });
  const stopListening = platform.onOnline(() => {
    pause = undefined;
    if (live?.used && isDue(live)) renewQuietly();
  });

  function adopt(next: Live): void {
    cancelRenewal();
    live = next;
    // A session that nobody uses is not renewed: it has an idle limit.
    const renew = (): void => void (next.used && renewQuietly());
    cancelRenewal = platform.after(Math.max(next.renewAt - next.age(), 0), renew, true);
    flight?.handed();
  }

  function ground(): void {
    flight?.controller.abort();
    flight = undefined;
  }

  function drop(id: string, cause: EndCause, elsewhere: boolean): void {
    if (id !== sessionId()) return;
    ground();
    cancelRenewal();
    live = undefined;
    notify({ sessionId: id, cause, elsewhere });
  }

  function end(id: string, cause: EndCause, elsewhere = false): void {
    tabs.ended(id, cause);
    drop(id, cause, elsewhere);
  }

  /** The session in memory, if it is still the one in the store. */
  async function bound(): Promise<Live> {
    // Looked at twice: without the lock the store and the memory may be about to change together.
    if (live && (await storedId()) !== live.sessionId) await lock(compare);
    if (!live) throw signedOut();
    return live;
  }

  async function compare(): Promise<void> {
    const stored = await storedId();
    if (live && stored !== live.sessionId) drop(live.sessionId, stored ? "replaced" : "removed", true);
  }

  async function storedId(): Promise<string | undefined> {
    return (await vault.read())?.sessionId;
  }

  /** One at a time for all who wait. */
  function refresh(): Promise<void> {
    if (pause && !pause.isOver()) return Promise.reject(pause.error);
    if (!flight) {
      const mine: Flight = {
        controller: new AbortController(),
        done: Promise.resolve(),
        sessionId: undefined,
        handed() {},
      };
      flight = mine;
      mine.done = fly(mine).finally(() => {
        if (flight === mine) flight = undefined;
      });
    }
    return flight.done;
  }

  async function fly(mine: Flight): Promise<void> {
    const { signal } = mine.controller;
    try {
      const [before, stored] = [live, await vault.read()];
      mine.sessionId = before?.sessionId ?? stored?.sessionId;
      await lock(() => renew(mine, before, stored?.refreshToken));
      pause = undefined;
    } catch (error) {
      if (signal.aborted) throw signedOut();
      if (error instanceof LatchkeyError && error.retryAfter !== undefined) {
        const [elapsed, wait] = [stopwatch(platform), error.retryAfter * 1000];
        pause = { error, isOver: () => elapsed() >= wait };
      }
      throw error;
    }
  }

  /** With the lock. `before` and `token` are those from before it was waited for. */
  async function renew(mine: Flight, before: Live | undefined, token: string | undefined): Promise<void> {
    const { signal } = mine.controller;
    signal.throwIfAborted();
    if (live !== before) return;
    const stored = await vault.read();
    if (!stored || stored.sessionId !== mine.sessionId) {
      if (mine.sessionId !== undefined) drop(mine.sessionId, stored ? "replaced" : "removed", true);
      throw signedOut();
    }
    if (stored.refreshToken !== token) {
      await messageFor(mine);
      signal.throwIfAborted();
      if (live !== before) return;
    }
    try {
      const next = await rotate(parts, stored, signal);
      adopt(next);
      tabs.renewed(share(next, platform));
    } catch (error) {
      const cause = refusal(error);
      if (cause) {
        // Told first: a tab that finds the store empty would not know why.
        end(stored.sessionId, cause, true);
        await vault.clear();
      }
      throw error;
    }
  }

  function messageFor(mine: Flight): Promise<void> {
    return new Promise((resolve) => {
      mine.handed = resolve;
      platform.after(MESSAGE_ON_ITS_WAY, resolve);
    });
  }

  async function current(): Promise<Live> {
    const found = await bound();
    found.used = true;
    if (isExpired(found)) await refresh();
    else if (isDue(found)) renewQuietly();
    if (live?.sessionId !== found.sessionId) throw signedOut();
    live.used = true;
    return live;
  }

  async function better(refused: Live): Promise<Live | undefined> {
    if (live === refused) {
      if (sinceRefused() < REFUSED_AGAIN) return undefined;
      await refresh();
      sinceRefused = stopwatch(platform);
    }
    return live?.sessionId === refused.sessionId ? live : undefined;
  }

  async function restore(): Promise<User | undefined> {
    if (!live && !(await vault.read())) return undefined;
    try {
      if (!live) await refresh();
      const found = await bound();
      found.used = true;
      return found.user;
    } catch (error) {
      if (error instanceof LatchkeyError && error.slug === "signed-out") return undefined;
      throw error;
    }
  }

  function nextTurn(): number {
    ground();
    return ++turn;
  }

  function close(): void {
    nextTurn();
    cancelRenewal();
    live = undefined;
    stopListening();
    tabs.close();
  }

  const user = (): User | undefined => live?.user;
  return { user, current, better, restore, adopt, turn: () => turn, nextTurn, sessionId, end, close };
}
