import { LatchkeyError } from "./error.js";
import { type Platform, stopwatch } from "./platform.js";

/** A sign-out that fails is tried again for this long: milliseconds. */
export const PATIENCE = 5_000;
/** The last attempt has to arrive within the grace: a part of it. */
const WINDOW = 0.9;
/** What takes longer counts as lost: a part of the grace, so that there is time for more attempts. */
const ATTEMPT = 1 / 3;
/** Milliseconds before the second attempt; each further wait is twice as long, up to the longest. */
const FIRST_WAIT = 250;
const LONGEST_WAIT = 5_000;

/**
 * Tries again while nobody answers or the answer decides nothing, with growing waits (half of each is random), until
 * the next attempt would begin later than `window` milliseconds after the first.
 *
 * A wait ends early when the network is back. `Retry-After` is obeyed: it may end the trying.
 */
export async function persist<T>(
  platform: Platform,
  window: number,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  const elapsed = stopwatch(platform);
  for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
    try {
      return await attempt();
    } catch (error) {
      const pause = Math.max(wait * (0.5 + platform.random() / 2), 1000 * (retryAfter(error) ?? 0));
      if (!decidesNothing(error) || elapsed() + pause > window) throw error;
      await sleep(platform, pause, signal, retryAfter(error) === undefined);
      if (elapsed() > window) throw error;
    }
  }
}

/**
 * Tries again as long as the issuer answers what it has replaced. When an answer is lost, nobody knows whether it was; sent
 * again within the grace, counted from the first time, it is answered with the same successor (docs/API.md, Refreshing
 * and the grace). `attempt` is given the milliseconds after which to give up.
 */
export function withinGrace<T>(
  platform: Platform,
  grace: number,
  signal: AbortSignal | undefined,
  attempt: (limit: number) => Promise<T>,
): Promise<T> {
  return persist(platform, grace * WINDOW, signal, () => attempt(grace * ATTEMPT));
}

/** Milliseconds of a grace in seconds, if an issuer can have it. */
export function graceOf(seconds = 30): number {
  if (!(seconds >= 1 && seconds <= 300)) throw new TypeError("`graceSeconds` is not between 1 and 300");
  return seconds * 1000;
}

/** Seconds, when the error says so. */
export function retryAfter(error: unknown): number | undefined {
  return error instanceof LatchkeyError ? error.retryAfter : undefined;
}

/** Whether the request may have had no effect, or its effect is not known to us. */
export function decidesNothing(error: unknown): boolean {
  if (!(error instanceof LatchkeyError)) return false;
  const { status, slug } = error;
  const garbled = slug === "unexpected-answer" && status >= 200 && status < 300;
  return garbled || slug === "network" || slug === "timeout" || status === 408 || status === 429 || status >= 500;
}

/** Waits, or if `early` until the network is back; throws the reason when `signal` is aborted. */
export function sleep(
  platform: Platform,
  milliseconds: number,
  signal: AbortSignal | undefined,
  early: boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      cancel();
      offline();
      signal?.removeEventListener("abort", end);
      if (signal?.aborted) reject(signal.reason);
      else resolve();
    };
    const cancel = platform.after(milliseconds, end);
    const offline = early ? platform.onOnline(end) : (): void => {};
    signal?.addEventListener("abort", end);
  });
}

/** The promise, or the reason of `signal`, whichever is first. The work behind the promise goes on for others. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
