/** Those who want to hear of something. */
export interface Listeners<T> {
  /** Until what it returns is called. */
  add(listener: (event: T) => void): () => void;
  tell(event: T): void;
}

/** Nobody at first. */
export function createListeners<T>(): Listeners<T> {
  const listeners = new Set<(event: T) => void>();
  return {
    add(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    tell(event) {
      // Each on its own: one that throws stops nobody.
      for (const listener of listeners) queueMicrotask(() => listener(event));
    },
  };
}
