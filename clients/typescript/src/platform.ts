/** A lock that all tabs of an origin share: the part of `navigator.locks` that we use. */
export interface Locks {
  request<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** What one tab says and the others hear: the part of `BroadcastChannel` that we use. */
export interface Channel {
  postMessage(message: unknown): void;
  close(): void;
}

/** Everything that this package takes from its surroundings. Tests have another one, with a clock of their own. */
export interface Platform {
  readonly fetch: typeof globalThis.fetch;
  /** Absent in Node before 24 and on pages without https. */
  readonly locks: Locks | undefined;
  /** Milliseconds; never goes back, but may stand still while the machine sleeps. */
  monotonic(): number;
  /** Milliseconds since 1970, as far as the machine's clock is right. */
  wall(): number;
  /** From 0 to 1. */
  random(): number;
  /** Calls once, unless what it returns is called before. `idle` timers do not keep a process alive. */
  after(milliseconds: number, action: () => void, idle?: boolean): () => void;
  /** Calls whenever the network is back, until what it returns is called. */
  onOnline(action: () => void): () => void;
  /** `undefined` where there are no channels. */
  openChannel(name: string, heard: (message: unknown) => void): Channel | undefined;
}

/** `setTimeout` takes no more; a longer wait ends early, which is harmless here. */
const MAX_TIMER = 2 ** 31 - 1;

interface Surroundings {
  navigator?: { locks?: Locks };
  addEventListener?(name: string, action: () => void): void;
  removeEventListener?(name: string, action: () => void): void;
}

/** The browser or Node. */
export function realPlatform(fetch?: typeof globalThis.fetch): Platform {
  const surroundings = globalThis as Surroundings;
  return {
    fetch: fetch ?? ((input, init) => globalThis.fetch(input, init)),
    locks: surroundings.navigator?.locks,
    monotonic: () => performance.now(),
    wall: () => Date.now(),
    random: () => Math.random(),
    after(milliseconds, action, idle = false) {
      const timer: unknown = setTimeout(action, Math.min(milliseconds, MAX_TIMER));
      if (idle) (timer as { unref?(): void }).unref?.();
      return () => clearTimeout(timer as number);
    },
    onOnline(action) {
      surroundings.addEventListener?.("online", action);
      return () => surroundings.removeEventListener?.("online", action);
    },
    openChannel(name, heard) {
      if (typeof BroadcastChannel === "undefined") return undefined;
      const channel = new BroadcastChannel(name);
      channel.onmessage = (event) => heard(event.data);
      (channel as { unref?(): void }).unref?.();
      return channel;
    },
  };
}

/**
 * Measures milliseconds from now on, or from `head` milliseconds ago.
 *
 * The greater of two clocks: the monotonic one may stand still while the machine sleeps, and the wall clock may be set
 * back. When the wall clock is set forward, tokens look older than they are, and are renewed once too often.
 */
export function stopwatch(platform: Platform, head = 0): () => number {
  const [monotonic, wall] = [platform.monotonic(), platform.wall()];
  return () => head + Math.max(platform.monotonic() - monotonic, platform.wall() - wall, 0);
}
