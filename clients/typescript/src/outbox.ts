import { LatchkeyError } from "./error.js";
import type { Frame, FrameOf } from "./frames.js";
import type { Line, Request } from "./line.js";
import { type Platform, stopwatch } from "./platform.js";
import { decidesNothing, retryAfter, sleep } from "./retry.js";

/** Requests that are asked again, on whichever line there is, until they are answered. */
export interface Outbox {
  /** The answer. Those of one room are asked in their order, each when the one before it is answered. */
  post<T extends Frame["type"]>(room: string, request: Request, type: T): Promise<FrameOf<T>>;
  /** Fails them all. */
  fail(error: LatchkeyError): void;
}

interface Letter {
  /** Settles it with the answer; fails as asking does. */
  askOn(line: Line): Promise<void>;
  reject(error: unknown): void;
  /** Milliseconds since it was first asked. */
  age: (() => number) | undefined;
}

/** Requests that wait at a time. */
const MOST = 100;
/** The server knows what it has stored by its id for a day; then it would store it again: milliseconds. */
const KNOWN = 23 * 3_600_000;
/** Milliseconds before the second attempt; each further wait is up to twice as long. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;

/** Empty. `line` is the line that there is, or the next one; `signal` is aborted when it is over. */
export function createOutbox(platform: Platform, signal: AbortSignal, line: () => Promise<Line>): Outbox {
  const queues = new Map<string, Letter[]>();
  let count = 0;

  function post<T extends Frame["type"]>(room: string, request: Request, type: T): Promise<FrameOf<T>> {
    if (count >= MOST) return Promise.reject(new LatchkeyError("queue-full", "Too much waits to be sent."));
    return new Promise((resolve, reject) => {
      const queue = queues.get(room) ?? [];
      count += 1;
      const askOn = (current: Line): Promise<void> => current.ask(request, type).then(resolve);
      queue.push({ askOn, reject, age: undefined });
      queues.set(room, queue);
      // Whoever waits when it is over has been told.
      if (queue.length === 1) void work(room, queue).catch(() => {});
    });
  }

  async function work(room: string, queue: Letter[]): Promise<void> {
    for (let [letter] = queue; letter; [letter] = queue) {
      await ask(letter);
      queue.shift();
      count -= 1;
    }
    queues.delete(room);
  }

  async function ask(letter: Letter): Promise<void> {
    for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
      const current = await line();
      letter.age ??= stopwatch(platform);
      try {
        return await letter.askOn(current);
      } catch (error) {
        if (!decidesNothing(error) || letter.age() > KNOWN) return letter.reject(error);
        const pause = Math.max(wait * (0.5 + platform.random() / 2), 1000 * (retryAfter(error) ?? 0));
        await sleep(platform, pause, signal, retryAfter(error) === undefined);
      }
    }
  }

  function fail(error: LatchkeyError): void {
    for (const letter of [...queues.values()].flat()) letter.reject(error);
    queues.clear();
  }

  return { post, fail };
}
