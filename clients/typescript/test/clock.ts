/** Time as a value: nothing happens until a test says how late it is. */
export class Clock {
  /** Milliseconds by the clock that never goes back. */
  now = 1_000;
  /** What the wall clock is ahead of it: milliseconds. */
  ahead = 1_700_000_000_000;
  readonly #timers = new Set<{ due: number; action: () => void; idle: boolean }>();

  after(milliseconds: number, action: () => void, idle = false): () => void {
    const timer = { due: this.now + milliseconds, action, idle };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets time pass, timer by timer. */
  advance(milliseconds: number): void {
    const end = this.now + milliseconds;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#timers.delete(next);
      this.now = next.due;
      next.action();
    }
    this.now = end;
  }

  /** Lets time pass until the next timer, but no longer than this. */
  step(longest: number): void {
    const next = this.#next(this.now + longest);
    this.advance(next ? Math.max(next.due - this.now, 0) : longest);
  }

  /** How long the client pauses before it tries again: waits until it does, lets the pause pass and returns it. */
  async pause(shorterThan = 10_000): Promise<number> {
    const isPause = (timer: { due: number; idle: boolean }): boolean =>
      !timer.idle && timer.due - this.now < shorterThan;
    await until(() => [...this.#timers].some(isPause), "a pause of the client");
    const pause = Math.min(...[...this.#timers].filter(isPause).map(({ due }) => due - this.now));
    this.advance(pause);
    return pause;
  }

  #next(end: number) {
    let next: { due: number; action: () => void; idle: boolean } | undefined;
    for (const timer of this.#timers) if (timer.due <= end && (!next || timer.due < next.due)) next = timer;
    return next;
  }
}

/** Lets the rest of the process go on until something is so. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 5_000;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await turn();
  }
}

/** Lets everything happen that is on its way within this process and over the loopback. */
export async function settle(): Promise<void> {
  const end = performance.now() + 30;
  while (performance.now() < end) await turn();
}

/** Lets what is due now happen. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
