import type { Position, Sent, User } from "../dist/live.js";
import type { Socket } from "../dist/line.js";
import type { Clock } from "./clock.js";
import { Connection, type Point, type Request } from "./roomsocket.js";

interface Said extends Omit<Sent, "room"> {
  readonly from: { readonly id: string; readonly name?: string };
  readonly body: unknown;
}

interface Kept {
  readonly name: string;
  readonly members: Set<string>;
  readonly messages: Said[];
  /** The first that is kept. */
  oldest: number;
}

/** Milliseconds in which a connection resumes once. */
const RESUME_AGAIN = 10_000;

/** The rooms of docs/API.md, with faults. */
export class RoomServer {
  readonly clock: Clock;
  readonly rooms = new Map<string, Kept>();
  readonly connections: Connection[] = [];
  readonly #tickets = new Map<string, User>();
  readonly #stored = new Map<string, Said>();
  #issued = 0;
  url: string | undefined = "wss://live.example.com/live";
  /** Seconds for which connections may be used. */
  lifetime = 900;
  /** Milliseconds on the way. */
  latency: () => number = () => 5;
  /** Whether a connection breaks here. */
  breaks: (point: Point, connection: Connection) => boolean = () => false;
  /** When a message that is new arrives, as often as it does. */
  fanOut: () => number[] = () => [5];
  /** When all connections of a user hear a room, or no longer, and are told so, as often as they are. */
  telling: () => number[] = () => [600];
  /** Instead of an answer; `undefined` answers as always, `"nothing"` not at all. */
  instead: (request: Request) => object | "nothing" | undefined = () => undefined;
  /** Messages in one history. */
  page = 100;

  constructor(clock: Clock, ...rooms: string[]) {
    this.clock = clock;
    for (const id of rooms) this.rooms.set(id, { name: id.toUpperCase(), members: new Set(), messages: [], oldest: 1 });
  }

  /** A constructor for one client. */
  socket(): new (url: string, protocols: string[]) => Socket {
    const server = this;
    return class extends Connection {
      constructor(_url: string, protocols: string[]) {
        super(server, protocols);
      }
    };
  }

  /** The answer of `POST /auth/ws-ticket`. */
  ticket(user: User): object {
    const claims = { iat: 1_000, until: 1_000 + this.lifetime };
    const ticket = `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.${++this.#issued}`;
    this.#tickets.set(`latchkey.ticket.${ticket}`, user);
    return { ticket, expires_in: 30, url: this.url };
  }

  /** Those that are open. */
  get alive(): Connection[] {
    return this.connections.filter(({ isOpen }) => isOpen);
  }

  breaksAt(point: Point, connection: Connection): boolean {
    if (!this.breaks(point, connection)) return false;
    connection.break();
    return true;
  }

  open(connection: Connection): void {
    const ticket = connection.protocols[1] ?? "";
    connection.user = this.#tickets.get(ticket);
    this.#tickets.delete(ticket);
    if (!connection.user || connection.protocols[0] !== "latchkey") return connection.break();
    if (!this.breaksAt("handshake", connection)) connection.emit("open");
  }

  hear(connection: Connection, text: string): void {
    const request = JSON.parse(text) as Request;
    connection.frames.push(request);
    if (this.breaksAt("heard", connection)) return;
    const instead = this.instead(request);
    const answers = instead === undefined ? this.#answer(connection, request) : instead === "nothing" ? [] : [instead];
    if (this.breaksAt("done", connection)) return;
    for (const answer of answers) connection.tell({ ...answer, reply_to: request.id });
  }

  /** Says something, as another user would. */
  say(room: string, from: User, message_id: string, body: unknown): Sent {
    const kept = this.rooms.get(room);
    if (!kept) throw new Error(room);
    const key = `${from.id} ${message_id}`;
    let said = this.#stored.get(key);
    if (!said) {
      const sequence = kept.messages.length + 1;
      said = { sequence, message_id, from: { id: from.id, ...(from.name !== undefined && { name: from.name }) }, at: 1_767_270_600, body };
      this.#stored.set(key, said);
      kept.messages.push(said);
      const frame = { type: "message", room, ...said };
      for (const connection of this.alive) {
        if (!connection.hears.has(room) || !kept.members.has(connection.user?.id ?? "")) continue;
        for (const delay of this.fanOut()) connection.deliver(frame, delay);
      }
    }
    return { room, message_id, sequence: said.sequence, at: said.at };
  }

  /** Puts a user into a room, as an operator would, or themselves. */
  put(room: string, user: User): void {
    this.rooms.get(room)?.members.add(user.id);
    this.#spread(room, user);
  }

  /** Puts a user out of a room. */
  putOut(room: string, user: User): void {
    this.rooms.get(room)?.members.delete(user.id);
    this.#spread(room, user);
  }

  /** Tells what is true by then: first all of them hear, then each is told. */
  #spread(room: string, { id }: User): void {
    const tell = (): void => {
      const theirs = this.alive.filter(({ user }) => user?.id === id);
      const kept = this.rooms.get(room);
      const isMember = kept?.members.has(id);
      for (const { hears } of theirs) isMember ? hears.add(room) : hears.delete(room);
      const frame = isMember ? { type: "joined", room: { id: room, name: kept?.name }, sequence: kept?.messages.length } : { type: "left", room };
      for (const one of theirs) one.deliver(frame, this.latency());
    };
    for (const delay of this.telling()) this.clock.after(delay, tell);
  }

  #answer(connection: Connection, request: Request): object[] {
    const { user } = connection;
    if (!user) throw new Error("nobody");
    const { action, room } = request;
    const kept = this.rooms.get(room);
    const isMember = kept?.members.has(user.id);
    if (action === "ping") return [{ type: "pong" }];
    const isTheirs = this.#tickets.get(`latchkey.ticket.${request.ticket}`)?.id === user.id;
    if (action === "auth") return [isTheirs ? { type: "authenticated" } : { type: "closed", cause: "other-identity" }];
    if (action === "resume") return this.#resume(connection, user, request.rooms ?? {});
    if (!kept || !(isMember || action === "join" || action === "leave")) return [refusal("unknown-room", 404)];
    switch (action) {
      case "join":
        this.put(room, user);
        connection.hears.add(room);
        return [{ type: "joined", room: { id: room, name: kept.name }, sequence: kept.messages.length }];
      case "leave":
        this.putOut(room, user);
        return [{ type: "left", room }];
      case "send":
        return [{ type: "sent", ...this.say(room, user, request.message_id, request.body) }];
      case "history":
        return [this.#history(room, kept, request.after)];
      default:
        return [refusal("malformed-body", 400)];
    }
  }

  #resume(connection: Connection, user: User, seen: Record<string, Position>): object[] {
    const again = connection.resumedAt + RESUME_AGAIN - this.clock.now;
    if (again > 0) return [refusal("too-soon", 429, { retry_after: Math.ceil(again / 1000) })];
    connection.resumedAt = this.clock.now;
    const mine = [...this.rooms].filter(([, { members }]) => members.has(user.id));
    for (const [id] of mine) connection.hears.add(id);
    const rooms = mine.map(([id, { name }]) => ({ id, name }));
    const past = mine.map(([id, kept]) => this.#history(id, kept, seen[id]));
    return [{ type: "resumed", user, rooms }, ...past, { type: "live" }];
  }

  #history(room: string, { messages, oldest }: Kept, position: Position | undefined): object {
    const last = typeof position === "object" ? position : { sequence: position, message_id: undefined };
    const kept = messages.find(({ sequence }) => sequence === last.sequence && sequence >= oldest);
    const isOther = last.message_id !== undefined && kept !== undefined && kept.message_id !== last.message_id;
    const restarted = last.sequence !== undefined && (last.sequence > messages.length || isOther);
    const after = restarted ? undefined : last.sequence;
    const first = Math.max(after ?? messages.length - 50, oldest - 1, 0);
    const page = messages.slice(first, first + (after === undefined ? 50 : this.page));
    const isGone = after !== undefined && after + 1 < oldest;
    const more = first + page.length < messages.length;
    return { type: "history", room, messages: page, more, ...(isGone && { oldest }), ...(restarted && { restarted }) };
  }
}

/** An error frame. */
export function refusal(slug: string, status: number, more: object = {}): object {
  return { type: "error", problem: { type: `urn:latchkey:problem:${slug}`, title: slug, status, ...more } };
}
