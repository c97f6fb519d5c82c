import type { Position, User } from "../dist/live.js";
import type { Socket } from "../dist/line.js";
import type { RoomServer } from "./roomserver.js";

/** Where a connection may break. */
export type Point = "handshake" | "heard" | "done" | "told";

/** What a client says. */
export interface Request {
  readonly action: string;
  readonly id?: string;
  readonly room: string;
  readonly rooms?: Record<string, Position>;
  readonly after?: Position;
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
  /** When it was asked to resume, and did. */
  resumedAt = Number.NEGATIVE_INFINITY;
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
