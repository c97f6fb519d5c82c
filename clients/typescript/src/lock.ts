import type { Platform } from "./platform.js";

/** Runs one piece of work at a time. Not reentrant: work that asks for the lock again waits for ever. */
export type Lock = <T>(work: () => Promise<T>) => Promise<T>;

/** The last piece of work on each store, whichever client of this process does it. */
const queues = new WeakMap<object, Promise<unknown>>();

/**
 * The lock of everybody who uses `store`: across tabs where the platform has locks and the store is `shared`, else
 * across the clients of this process that were given the same object.
 */
export function lockOf(store: object, shared: boolean, name: string, platform: Platform): Lock {
  const locks = shared ? platform.locks : undefined;
  if (locks) {
    return (work) => locks.request(name, work);
  }
  return (work) => {
    const done = (queues.get(store) ?? Promise.resolve()).then(work, work);
    queues.set(store, done);
    return done;
  };
}
