import type { History, Message } from "./frames.js";

/** Messages between two that were handed on, which cannot be had any more. */
export interface Gone {
  readonly room: string;
  /** The sequences of the first and of the last of them. */
  readonly first: number;
  readonly last: number;
}

/** Who is handed the messages of a room. */
export interface Readers {
  message(message: Message): void;
  gone(gone: Gone): void;
}

/** Messages that are held at a time until those before them are here. The others are asked for again. */
const MOST = 500;
/** Answers that bring nothing although something is missing, until it counts as gone. */
const FRUITLESS = 3;

/** The order of one room: hands on every message once, each after the one before it. */
export class Order {
  readonly #room: string;
  readonly #readers: Readers;
  readonly #held = new Map<number, Message>();
  /** The last one that was handed on; `undefined` until it is known where to begin. */
  #seen: number | undefined;
  /** The newest one that there is, as far as is known. */
  #newest = 0;
  /** Nothing was promised yet that could be gone. */
  #isNew: boolean;
  #fruitless = 0;

  constructor(room: string, seen: number | undefined, readers: Readers) {
    this.#room = room;
    this.#seen = seen;
    this.#isNew = seen === undefined;
    this.#readers = readers;
  }

  get seen(): number | undefined {
    return this.#seen;
  }

  /** Whether some are missing that are known of. */
  get isBehind(): boolean {
    return this.#seen !== undefined && this.#newest > this.#seen;
  }

  /** There is a message of this sequence. */
  knows(sequence: number): void {
    this.#newest = Math.max(this.#newest, sequence);
  }

  /** Takes one message, from wherever. */
  take(message: Message): void {
    this.knows(message.sequence);
    const ahead = message.sequence - (this.#seen ?? 0);
    if (ahead > 0 && (this.#held.size < MOST || ahead === 1)) this.#held.set(message.sequence, message);
    this.#drain();
  }

  /** Takes a part of the past. The first decides where a room begins whose past was never read. */
  read({ messages, more, oldest, restarted }: History): void {
    if (restarted) this.#forget();
    const before = this.#seen;
    if (before === undefined) this.#beginAfter((messages[0]?.sequence ?? 1) - 1);
    if (oldest !== undefined) this.#skipTo(oldest);
    for (const message of messages) this.take(message);
    if (more) this.knows((messages.at(-1)?.sequence ?? 0) + 1);
    this.#isNew = false;
    this.#fruitless = this.#seen === before && this.isBehind ? this.#fruitless + 1 : 0;
    if (this.#fruitless === FRUITLESS) this.#giveUp();
  }

  /** What was seen was of another past. */
  #forget(): void {
    this.#seen = undefined;
    this.#newest = 0;
    this.#held.clear();
    this.#isNew = true;
  }

  #beginAfter(sequence: number): void {
    this.#seen = sequence;
    for (const held of this.#held.keys()) if (held <= sequence) this.#held.delete(held);
    this.#drain();
  }

  #drain(): void {
    if (this.#seen === undefined) return;
    for (let next = this.#held.get(this.#seen + 1); next; next = this.#held.get(this.#seen + 1)) {
      this.#held.delete(next.sequence);
      this.#seen = next.sequence;
      this.#readers.message(next);
    }
  }

  /** What comes before `first` and is not held is gone. */
  #skipTo(first: number): void {
    while (this.#seen !== undefined && this.#seen + 1 < first) {
      const next = Math.min(first, ...this.#held.keys());
      if (!this.#isNew) this.#readers.gone({ room: this.#room, first: this.#seen + 1, last: next - 1 });
      this.#seen = next - 1;
      this.#drain();
    }
  }

  /** The server does not have what it said there is. Without this one would ask for ever. */
  #giveUp(): void {
    this.#fruitless = 0;
    if (this.#held.size > 0) this.#skipTo(Math.min(...this.#held.keys()));
    else this.#newest = this.#seen ?? 0;
  }
}
