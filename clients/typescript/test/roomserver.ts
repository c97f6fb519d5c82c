import type { Sent, User } from "../dist/live.js";
import type { Socket } from "../dist/line.js";
import type { Clock } from "./clock.js";

/** Where a connection may break. */
export type Point = "handshake" | "heard" | "done" | "told";

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

interface Request {
  readonly action: string;
  readonly id?: string;
  readonly room: string;
  readonly rooms?: Record<string, number>;
  readonly after: number;
  readonly message_id: string;
  readonly ticket: string;
  readonly body: unknown;
}

type Listener = (event: { data?: unknown }) => void;

/** Both ends of one connection. What is said on it arrives in this order, unless it breaks. */
export class Connection implements Socket {
  readonly server: RoomServer;
  readonly protocols: readonly string[];
  user: User | undefined;
  /** The rooms in which it hears what is new. */
  readonly hears = new Set<string>();
  isOpen = true;
  /** What the client said. */
  readonly frames: Request[] = [];
  readonly #listeners = new Map<string, Listener[]>();
  #due = 0;

  constructor(server: RoomServer, protocols: readonly string[]) {
    this.server = server;
    this.protocols = protocols;
    server.connections.push(this);
    this.#later(() => server.open(this));
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  send(text: string): void {
    if (!this.isOpen) return;
    this.#later(() => this.server.hear(this, text));
  }

  /** By the client. */
  close(): void {
    this.isOpen = false;
    this.hears.clear();
  }

  /** By the network. */
  break(): void {
    if (!this.isOpen) return;
    this.close();
    this.server.clock.after(1, () => this.emit("close"));
  }

  tell(frame: object | string): void {
    const data = typeof frame === "string" ? frame : JSON.stringify(frame);
    this.#later(() => {
      if (!this.server.breaksAt("told", this)) this.emit("message", { data });
    });
  }

  /** One that other functions deliver, in any order. */
  deliver(frame: object, delay: number): void {
    const data = JSON.stringify(frame);
    this.server.clock.after(delay, () => this.isOpen && this.emit("message", { data }));
  }

  emit(type: string, event: { data?: unknown } = {}): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event);
  }

  #later(action: () => void): void {
    const { clock } = this.server;
    this.#due = Math.max(this.#due, clock.now + this.server.latency());
    clock.after(this.#due - clock.now, () => this.isOpen && action());
  }
}

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
        kept.members.add(user.id);
        connection.hears.add(room);
        return [{ type: "joined", room: { id: room, name: kept.name } }];
      case "leave":
        kept.members.delete(user.id);
        for (const other of this.alive) {
          if (other !== connection && other.user?.id === user.id) other.tell({ type: "left", room });
        }
        return [{ type: "left", room }];
      case "send":
        return [{ type: "sent", ...this.say(room, user, request.message_id, request.body) }];
      case "history":
        return [this.#history(room, kept, request.after)];
      default:
        return [refusal("malformed-body", 400)];
    }
  }

  #resume(connection: Connection, user: User, seen: Record<string, number>): object[] {
    const mine = [...this.rooms].filter(([, { members }]) => members.has(user.id));
    for (const [id] of mine) connection.hears.add(id);
    const rooms = mine.map(([id, { name }]) => ({ id, name }));
    const past = mine.map(([id, kept]) => this.#history(id, kept, seen[id]));
    return [{ type: "resumed", user, rooms }, ...past, { type: "live" }];
  }

  #history(room: string, { messages, oldest }: Kept, after: number | undefined): object {
    const restarted = after !== undefined && after > messages.length;
    if (restarted) after = undefined;
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
