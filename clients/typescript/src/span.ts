import type { Line } from "./line.js";
import { type Platform, stopwatch } from "./platform.js";

/** What has a time is replaced before this part of it is over, and sooner by up to the other part, by chance. */
const LATEST = 0.9;
const JITTER = 0.2;
/** Gateways end a connection after two hours, our own servers when its last ticket says: milliseconds. */
const LONGEST_LIFE = 2 * 3_600_000;

/**
 * Until a line breaks, or another has to take its place. `renew` lets it go on and gives for how many milliseconds, or nothing where
 * it cannot.
 */
export async function spend(
  line: Line,
  lifetime: number,
  platform: Platform,
  renew: () => Promise<number | undefined>,
): Promise<void> {
  const age = stopwatch(platform);
  const part = LATEST - JITTER * platform.random();
  const end = LONGEST_LIFE * part;
  let isOver = false;
  void line.over.then(() => (isOver = true));
  for (let left: number | undefined = lifetime; left !== undefined; left = await renew()) {
    await passes(line, Math.min(left * part, end - age()), platform);
    if (isOver || age() >= end) return;
  }
}

function passes(line: Line, milliseconds: number, platform: Platform): Promise<void> {
  return new Promise((resolve) => {
    const cancel = platform.after(milliseconds, resolve, true);
    void line.over.then(() => {
      cancel();
      resolve();
    });
  });
}
