import type { LatchkeyError } from "./error.js";
import type { Frame, Room } from "./frames.js";
import type { Line } from "./line.js";
import { Order, type Readers } from "./order.js";
import type { Platform } from "./platform.js";
import { sleep } from "./retry.js";

/** The rooms of the user, each with its order. */
export interface Rooms {
  list(): readonly Room[];
  /** The sequence of the last message that was handed on, by room: what to resume with. */
  seen(): Readonly<Record<string, number>>;
  /** Takes what the server says about rooms; the rest is ignored. */
  hear(frame: Frame): void;
  /** The rooms that were joined elsewhere while a line was asked to resume, and that it does not hear therefore. */
  unheard(): readonly string[];
  /** Asks for all that is missing, now that there is a line. */
  repair(): void;
  forget(): void;
}

/** What rooms are made of. */
export interface RoomParts {
  readonly platform: Platform;
  /** Aborted when it is over. */
  readonly signal: AbortSignal;
  /** The last sequences that the application has. */
  readonly known: Readonly<Record<string, number>>;
  readonly readers: Readers;
  /** The rooms are others now. */
  changed(rooms: readonly Room[]): void;
  /** The line on which everything was resumed; `undefined` while there is none. */
  line(): Line | undefined;
  /** Somebody speaks in a room that is not listed: the user may have joined it elsewhere. */
  unlisted(): void;
}

/** Milliseconds in which one message may overtake another before that is asked for; twice as long after a try in vain. */
const OVERTAKING = 250;
const LONGEST_WAIT = 8_000;

interface Entry {
  readonly order: Order;
  /** `undefined` until the server lists it. */
  room: Room | undefined;
  isMending: boolean;
}

/** None are listed at first. */
export function createRooms(parts: RoomParts): Rooms {
  const entries = new Map<string, Entry>();
  /** Those that were listed when a line was asked to resume. */
  let before: readonly string[] = [];
  let unheard: readonly string[] = [];
  for (const [id, seen] of Object.entries(parts.known)) entryOf(id, seen);

  function entryOf(id: string, seen?: number): Entry {
    const entry = entries.get(id) ?? { order: new Order(id, seen, parts.readers), room: undefined, isMending: false };
    entries.set(id, entry);
    return entry;
  }

  const list = (): readonly Room[] => [...entries.values()].flatMap(({ room }) => room ?? []);

  function enlist({ id, name }: Room): void {
    entryOf(id).room = { id, name };
  }

  function hear(frame: Frame): void {
    if (frame.type === "resumed") {
      const ids = new Set(frame.rooms.map(({ id }) => id));
      unheard = list().flatMap(({ id }) => (ids.has(id) || before.includes(id) ? [] : id));
      for (const id of entries.keys()) if (!ids.has(id) && !unheard.includes(id)) entries.delete(id);
      frame.rooms.forEach(enlist);
      parts.changed(list());
    } else if (frame.type === "joined") {
      enlist(frame.room);
      parts.changed(list());
      repair();
    } else if (frame.type === "left") {
      entries.delete(frame.room);
      parts.changed(list());
    } else if (frame.type === "history") {
      withOrder(frame.history.room, (order) => order.read(frame.history));
    } else if (frame.type === "sent") {
      withOrder(frame.sent.room, (order) => order.knows(frame.sent.sequence));
    } else if (frame.type === "message") {
      const { room } = frame.message;
      withOrder(room, (order) => order.take(frame.message));
      if (!entries.has(room)) parts.unlisted();
    }
  }

  function withOrder(room: string, work: (order: Order) => void): void {
    const entry = entries.get(room);
    if (!entry) return;
    work(entry.order);
    if (entry.order.isBehind) start(room, entry, OVERTAKING);
  }

  function repair(): void {
    for (const [id, entry] of entries) start(id, entry, 0);
  }

  function start(room: string, entry: Entry, wait: number): void {
    if (entry.isMending) return;
    entry.isMending = true;
    // It fails when all is over.
    void mend(room, entry, wait)
      .catch(() => {})
      .finally(() => (entry.isMending = false));
  }

  /** Asks until nothing is missing. Without a line there is nobody to ask: the next one begins with this. */
  async function mend(room: string, entry: Entry, wait: number): Promise<void> {
    const { order } = entry;
    const isWhole = (): boolean => entries.get(room) !== entry || (order.seen !== undefined && !order.isBehind);
    while (!isWhole()) {
      if (wait > 0) await sleep(parts.platform, wait, parts.signal, false);
      const line = parts.line();
      if (!line || isWhole()) return;
      // Where nothing was seen yet, the newest are where it begins: JSON leaves out what is undefined.
      const after = order.seen;
      const answer = await line.ask({ action: "history", room, after }, "history").catch((error: LatchkeyError) => {
        // An operator has put the user out.
        if (error.slug === "unknown-room") hear({ type: "left", room });
        return undefined;
      });
      const isFurther = order.seen !== after;
      if (isFurther) wait = answer?.history.more ? 0 : OVERTAKING;
      else wait = Math.min(2 * Math.max(wait, OVERTAKING), LONGEST_WAIT);
    }
  }

  function seen(): Record<string, number> {
    before = list().map(({ id }) => id);
    const known = [...entries].map(([id, { order }]) => [id, order.seen] as const);
    return Object.fromEntries(known.filter((one): one is [string, number] => one[1] !== undefined));
  }

  return {
    list,
    seen,
    unheard: () => unheard,
    hear,
    repair,
    forget: () => entries.clear(),
  };
}
