import { connectOn } from "../dist/connection.js";
import type { Auth, Connection, ConnectOptions, EndCause, Gone, LatchkeyError, Message, User } from "../dist/live.js";
import type { Platform } from "../dist/platform.js";
import { Clock, turn } from "./clock.js";
import { JSON_TYPE } from "./issuer.js";
import { RoomServer } from "./roomserver.js";

/** Somebody. */
export function userOf(name: string): User {
  return { id: `id-${name}`, email: `${name}@example.com`, created_at: "2026-01-01T12:00:00Z", roles: [], scopes: [] };
}

/** What a connection needs of a client, without an issuer. */
export class FakeAuth implements Auth {
  readonly #server: RoomServer;
  readonly #listeners = new Set<(end: { cause: EndCause }) => void>();
  user: User | undefined;
  /** What the next tickets are answered with instead, one after the other: an answer, or no answer. */
  readonly answers: (Response | Error)[] = [];
  asked = 0;

  constructor(server: RoomServer, user: User) {
    this.#server = server;
    this.user = user;
  }

  readonly fetch = async (): Promise<Response> => {
    this.asked += 1;
    const instead = this.answers.shift();
    if (instead instanceof Error) throw instead;
    if (instead) return instead;
    if (!this.user) throw new Error("nobody");
    return new Response(JSON.stringify(this.#server.ticket(this.user)), { headers: JSON_TYPE });
  };

  onSessionEnd(listener: (end: { cause: EndCause }) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  end(cause: EndCause): void {
    this.user = undefined;
    for (const listener of this.#listeners) listener({ cause });
  }

  get listeners(): number {
    return this.#listeners.size;
  }
}

/** A connection, and all that it told. */
export interface Party {
  readonly live: Connection;
  readonly auth: FakeAuth;
  readonly messages: Message[];
  readonly gone: Gone[];
  readonly states: string[];
  readonly ends: LatchkeyError[];
  /** The names of the rooms, each time. */
  readonly rooms: string[][];
}

/** A server and its users, in a time of their own. */
export class Rooms {
  readonly clock = new Clock();
  readonly server: RoomServer;
  /** What the next random numbers of the clients are. */
  random: () => number = () => 0.5;
  readonly #online = new Set<() => void>();

  constructor(...rooms: string[]) {
    this.server = new RoomServer(this.clock, ...rooms);
  }

  /** Connects somebody, who is a member of `lobby` if there is one. */
  party(name: string, options: Partial<ConnectOptions> = {}): Party {
    const user = userOf(name);
    const auth = new FakeAuth(this.server, user);
    this.server.rooms.get("lobby")?.members.add(user.id);
    return this.connect(auth, options);
  }

  connect(auth: FakeAuth, options: Partial<ConnectOptions> = {}): Party {
    const WebSocket = this.server.socket();
    const live = connectOn({ auth, url: "https://auth.example.com", WebSocket, ...options }, this.platform());
    const party: Party = { live, auth, messages: [], gone: [], states: [], ends: [], rooms: [] };
    live.onMessage((message) => party.messages.push(message));
    live.onGone((gone) => party.gone.push(gone));
    live.onState((state) => party.states.push(state));
    live.onEnd((reason) => party.ends.push(reason));
    live.onRooms((rooms) => party.rooms.push(rooms.map(({ name }) => name)));
    return party;
  }

  goOnline(): void {
    for (const action of [...this.#online]) action();
  }

  /** Lets time pass, timer by timer, until something is so; `limit` in milliseconds. */
  async until(isSo: () => boolean, what: string, limit = 600_000): Promise<void> {
    const end = this.clock.now + limit;
    for (;;) {
      for (let turns = 0; turns < 3; turns++) await turn();
      if (isSo()) return;
      if (this.clock.now >= end) throw new Error(`waited in vain for ${what}`);
      this.clock.step(end - this.clock.now);
    }
  }

  /** Lets this much time pass. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.clock.now + milliseconds;
    await this.until(() => this.clock.now >= end, "the time to pass", milliseconds);
  }

  platform(): Platform {
    const { clock } = this;
    return {
      fetch: () => Promise.reject(new Error("unused")),
      locks: undefined,
      monotonic: () => clock.now,
      wall: () => clock.now + clock.ahead,
      random: () => this.random(),
      after: (milliseconds, action, idle) => clock.after(milliseconds, action, idle),
      onOnline: (action) => {
        this.#online.add(action);
        return () => this.#online.delete(action);
      },
      openChannel: () => undefined,
    };
  }
}

/** What is in a room for somebody, in the order in which they were told. */
export function sequences({ messages }: Party, room = "lobby"): number[] {
  return messages.filter((message) => message.room === room).map(({ sequence }) => sequence);
}

/** 1, 2, 3 and so on. */
export function upTo(count: number, first = 1): number[] {
  return Array.from({ length: count - first + 1 }, (_, index) => first + index);
}

/** Random numbers that are the same each time (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
