import type { History, Message, Position } from "./frames.js";

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
/** Messages from before one was there that are handed on. */
const RECENT = 50;
/** Answers that bring nothing although something is missing, until it counts as gone. */
const FRUITLESS = 3;

/** The order of one room: hands on every message once, each after the one before it. */
export class Order {
  readonly #room: string;
  readonly #readers: Readers;
  readonly #held = new Map<number, Message>();
  /** The last one that was handed on, or where that would be; `undefined` until it is known where to begin. */
  #position: Position | undefined;
  /** The newest one that there is, as far as is known. */
  #newest = 0;
  /** Nothing was promised yet that could be gone. */
  #isNew: boolean;
  #fruitless = 0;

  constructor(room: string, known: Position | undefined, readers: Readers) {
    this.#room = room;
    this.#position = typeof known === "object" ? positionOf(known) : known;
    this.#isNew = known === undefined;
    this.#readers = readers;
  }

  /** What to ask for more after. The same object, or number, as long as it is the same. */
  get position(): Position | undefined {
    return this.#position;
  }

  /** Whether some are missing that are known of. */
  get isBehind(): boolean {
    return this.#newest > this.#seen;
  }

  get #seen(): number {
    const position = this.#position ?? 0;
    return typeof position === "object" ? position.sequence : position;
  }

  /** Begins some messages before the newest, where nothing is known yet: whatever the line does before they are read. */
  begin(newest: number): void {
    if (this.#position === undefined) this.#beginAfter(Math.max(0, newest - RECENT));
  }

  /** There is a message of this sequence. */
  knows(sequence: number): void {
    this.#newest = Math.max(this.#newest, sequence);
  }

  /** Takes one message, from wherever. */
  take(message: Message): void {
    const { sequence, message_id } = message;
    const last = this.#position;
    // Another is in the place of the last one: the room has another past.
    if (typeof last === "object" && last.sequence === sequence && last.message_id !== message_id) this.#forget();
    this.knows(sequence);
    const ahead = sequence - this.#seen;
    if (ahead > 0 && (this.#held.size < MOST || ahead === 1)) this.#held.set(sequence, message);
    this.#drain();
  }

  /** Takes a part of the past. The first decides where a room begins whose past was never read. */
  read({ messages, more, oldest, restarted }: History): void {
    if (restarted) this.#forget();
    const before = this.#position;
    if (before === undefined) this.#beginAfter((messages[0]?.sequence ?? 1) - 1);
    if (oldest !== undefined) this.#skipTo(oldest);
    for (const message of messages) this.take(message);
    if (more) this.knows((messages.at(-1)?.sequence ?? 0) + 1);
    this.#isNew = false;
    this.#fruitless = this.#position === before && this.isBehind ? this.#fruitless + 1 : 0;
    if (this.#fruitless === FRUITLESS) this.#giveUp();
  }

  /** What was seen was of another past. */
  #forget(): void {
    this.#position = undefined;
    this.#newest = 0;
    this.#held.clear();
    this.#isNew = true;
  }

  #beginAfter(sequence: number): void {
    this.#position = sequence;
    for (const held of this.#held.keys()) if (held <= sequence) this.#held.delete(held);
    this.#drain();
  }

  #drain(): void {
    if (this.#position === undefined) return;
    for (let next = this.#held.get(this.#seen + 1); next; next = this.#held.get(this.#seen + 1)) {
      this.#held.delete(next.sequence);
      this.#position = positionOf(next);
      this.#readers.message(next);
    }
  }

  /** What comes before `first` and is not held is gone. */
  #skipTo(first: number): void {
    while (this.#seen + 1 < first) {
      const next = Math.min(first, ...this.#held.keys());
      if (!this.#isNew) this.#readers.gone({ room: this.#room, first: this.#seen + 1, last: next - 1 });
      this.#position = next - 1;
      this.#drain();
    }
  }

  /** The server does not have what it said there is. Without this one would ask for ever. */
  #giveUp(): void {
    this.#fruitless = 0;
    if (this.#held.size > 0) this.#skipTo(Math.min(...this.#held.keys()));
    else this.#newest = this.#seen;
  }
}

/** The part of a message that the server is told. */
function positionOf({ sequence, message_id }: Exclude<Position, number>): Position {
  return { sequence, message_id };
}
