import type { LatchkeyError } from "./error.js";
import type { Frame, History, Position, Room } from "./frames.js";
import type { Line } from "./line.js";
import { Order, type Readers } from "./order.js";
import type { Platform } from "./platform.js";
import { sleep } from "./retry.js";

/** The rooms of the user, each with its order. */
export interface Rooms {
  list(): readonly Room[];
  /** Where one is in each room: what to resume with. */
  positions(): Readonly<Record<string, Position | undefined>>;
  /**
   * Takes what the server says about rooms; the rest is ignored. `heard` are the rooms that the line is said to hear, and belongs to the
   * line: none at first.
   */
  hear(frame: Frame, heard: Set<string>): void;
  /** Asks for all that is missing, now that there is a line. */
  repair(): void;
  forget(): void;
}

/** What rooms are made of. */
export interface RoomParts {
  readonly platform: Platform;
  /** Aborted when it is over. */
  readonly signal: AbortSignal;
  /** The last messages that the application has. */
  readonly known: Readonly<Record<string, Position>>;
  readonly readers: Readers;
  /** The rooms are others now. */
  changed(rooms: readonly Room[]): void;
  /** The line on which everything was resumed; `undefined` while there is none. */
  line(): Line | undefined;
  /** Somebody speaks in a room that is not listed, and nobody has told us that the user has joined it. */
  unlisted(): void;
}

/**
 * Milliseconds in which what is missing may come by itself before it is asked for; twice as long after a try in vain. Messages go
 * through a stream of DynamoDB: they overtake each other, and one's own come 300 to 600 after `sent`.
 */
const OVERTAKING = 1_000;
const LONGEST_WAIT = 8_000;
/** Milliseconds in which `joined` comes after the first message of a room that was joined elsewhere. */
const TELLING = 2_000;

interface Entry {
  readonly order: Order;
  /** `undefined` until the server lists it. */
  room: Room | undefined;
  isMending: boolean;
  /** Its past was not read since the server said that a line hears it. */
  isUnread: boolean;
}

/** None are listed at first. */
export function createRooms(parts: RoomParts): Rooms {
  const entries = new Map<string, Entry>();
  /** Those that there were when a line was asked to resume. */
  let before: readonly string[] = [];
  for (const [id, known] of Object.entries(parts.known)) entryOf(id, known);

  function entryOf(id: string, known?: Position): Entry {
    const order = new Order(id, known, parts.readers);
    const entry = entries.get(id) ?? { order, room: undefined, isMending: false, isUnread: true };
    entries.set(id, entry);
    return entry;
  }

  const list = (): readonly Room[] => [...entries.values()].flatMap(({ room }) => room ?? []);

  function enlist({ id, name }: Room, heard: Set<string>): Order {
    heard.add(id);
    const entry = entryOf(id);
    entry.room = { id, name };
    entry.isUnread = true;
    return entry.order;
  }

  function strike(room: string): void {
    if (entries.delete(room)) parts.changed(list());
  }

  function positions(): Record<string, Position | undefined> {
    before = [...entries.keys()];
    // JSON leaves out what is undefined.
    return Object.fromEntries([...entries].map(([id, { order }]) => [id, order.position]));
  }

  function resumed(rooms: readonly Room[], heard: Set<string>): void {
    heard.clear();
    for (const room of rooms) enlist(room, heard);
    // One that was joined meanwhile may be missing: that this line hears it too is about to be said.
    for (const id of before) if (!heard.has(id)) entries.delete(id);
    parts.changed(list());
  }

  function joined(room: Room, newest: number, heard: Set<string>): void {
    // It is said at least once, and answered before.
    if (heard.has(room.id) && entries.has(room.id)) return;
    enlist(room, heard).begin(newest);
    parts.changed(list());
    repair();
  }

  function hear(frame: Frame, heard: Set<string>): void {
    if (frame.type === "resumed") resumed(frame.rooms, heard);
    else if (frame.type === "joined") joined(frame.room, frame.sequence, heard);
    else if (frame.type === "left") strike(frame.room);
    else if (frame.type === "history") read(frame.history);
    else if (frame.type === "sent") within(frame.sent.room, OVERTAKING, ({ order }) => order.knows(frame.sent.sequence));
    else if (frame.type === "message") {
      const { room } = frame.message;
      within(room, OVERTAKING, ({ order }) => order.take(frame.message));
      if (!entries.has(room)) parts.platform.after(TELLING, () => entries.has(room) || parts.unlisted(), true);
    }
  }

  function read(history: History): void {
    within(history.room, history.more ? 0 : OVERTAKING, (entry) => {
      entry.order.read(history);
      entry.isUnread = false;
    });
  }

  /** Waits for so many milliseconds before it asks for what is missing. */
  function within(room: string, wait: number, work: (entry: Entry) => void): void {
    const entry = entries.get(room);
    if (!entry) return;
    work(entry);
    if (entry.order.isBehind) void mend(room, entry, wait);
  }

  function repair(): void {
    for (const [id, entry] of entries) void mend(id, entry, 0);
  }

  /** Asks until nothing is missing. Without a line there is nobody to ask: the next one begins with this. */
  async function mend(room: string, entry: Entry, wait: number): Promise<void> {
    if (entry.isMending) return;
    entry.isMending = true;
    const { order } = entry;
    const isListed = (): boolean => entries.get(room) === entry;
    const isWanting = (): boolean => isListed() && (order.isBehind || entry.isUnread);
    try {
      while (isWanting()) {
        if (wait > 0) await sleep(parts.platform, wait, parts.signal, false);
        const line = parts.line();
        if (!line || !isWanting()) return;
        // Where nothing was seen yet, the newest are where it begins.
        const { position } = order;
        const request = line.ask({ action: "history", room, after: position }, "history");
        const answer = await request.catch((error: LatchkeyError) => {
          // An operator has put the user out.
          if (error.slug === "unknown-room" && isListed()) strike(room);
          return undefined;
        });
        const isFurther = order.position !== position;
        if (isFurther) wait = answer?.history.more ? 0 : OVERTAKING;
        else wait = Math.min(2 * Math.max(wait, OVERTAKING), LONGEST_WAIT);
      }
    } catch {
      // All is over.
    } finally {
      entry.isMending = false;
    }
  }

  return { list, positions, hear, repair, forget: () => entries.clear() };
}
