import type { EndCause } from "./cause.js";
import { LatchkeyError } from "./error.js";
import { type Message, type Position, type Room, type Sent, isRoom } from "./frames.js";
import type { Socket } from "./line.js";
import { createListeners } from "./listeners.js";
import type { Gone } from "./order.js";
import { addressOf } from "./origin.js";
import { createOutbox } from "./outbox.js";
import { type Platform, realPlatform } from "./platform.js";
import { createRedial } from "./redial.js";
import { createRooms } from "./rooms.js";
import type { Carrier } from "./ticket.js";
import { type User, isId } from "./tokens.js";

/** What a connection needs of a client; both kinds have it. */
export interface Auth {
  readonly user: User | undefined;
  readonly fetch: typeof globalThis.fetch;
  onSessionEnd(listener: (end: { readonly cause: EndCause }) => void): () => void;
}

/** For whom to connect, and where. */
export interface ConnectOptions {
  /** The client. Somebody is signed in with it: the connection is theirs. */
  readonly auth: Auth;
  /** The address of the issuer, as it was given to `createClient`. */
  readonly url: string;
  /** The last message that the application has, by room. What comes after it is handed on. */
  readonly rooms?: Readonly<Record<string, Position>>;
  /**
   * Where the handshake shows its ticket, which is good once and for 30 seconds: in the list of subprotocols unless said otherwise.
   * `query` is for gateways that select no subprotocol, such as the emulated one: browsers take that for a refusal.
   */
  readonly carrier?: Carrier;
  /** Instead of the global `WebSocket`, which Node has from 22 on. */
  readonly WebSocket?: new (url: string, protocols: string[]) => Socket;
}

/**
 * - `connecting`: for the first time or again.
 * - `live`: everything that was missed has been asked for, and what is new arrives by itself.
 * - `waiting`: until it connects again.
 * - `ended`: for good.
 */
export type ConnectionState = "connecting" | "live" | "waiting" | "ended";

/** How to send. */
export interface SendOptions {
  /** At most 64 bytes, unique among the user's: what is sent twice under it is stored once. A random one unless given. */
  readonly messageId?: string;
}

/**
 * One user's rooms, for as long as their session lasts. It connects again for ever. Its methods need no `this` and fail
 * with a {@link LatchkeyError}. Listeners are called until what they were added with returned is called.
 */
export interface Connection {
  readonly state: ConnectionState;
  /** The profile, as it was when the connection was made; `undefined` before. */
  readonly user: User | undefined;
  /** The rooms that the user is in, on whichever device they have joined. */
  readonly rooms: readonly Room[];
  /**
   * Says something in a room: anything that JSON can hold, 16 KiB at most. Waits while there is no connection, and is
   * stored once, however often it has to be sent. What one sends to a room is stored in this order.
   */
  send(room: string, body: unknown, options?: SendOptions): Promise<Sent>;
  /** Enters a room, on all of the user's devices, and hands on its recent messages. */
  join(room: string): Promise<Room>;
  /** Leaves a room, on all of the user's devices. Who joins again is handed the recent messages again. */
  leave(room: string): Promise<void>;
  /** Every message of every room, once, and after those before it in its room. One's own too. */
  onMessage(listener: (message: Message) => void): () => void;
  /** Messages that were missed and are not kept any more. Those after them follow. */
  onGone(listener: (gone: Gone) => void): () => void;
  /** The rooms, whenever they may have changed. */
  onRooms(listener: (rooms: readonly Room[]) => void): () => void;
  onState(listener: (state: ConnectionState) => void): () => void;
  /** Once: why it is over. {@link LatchkeyError.endCause} is there if it is because of the session. */
  onEnd(listener: (reason: LatchkeyError) => void): () => void;
  /** Ends it. What waits to be sent fails with `closed`. The session goes on. */
  close(): void;
}

/** Bytes of JSON. */
const LONGEST_BODY = 16_384;

/** Connects, for the user who is signed in with `auth`. */
export function connect(options: ConnectOptions): Connection {
  return connectOn(options, realPlatform());
}

/** The same on another platform, for tests. */
export function connectOn(options: ConnectOptions, platform: Platform): Connection {
  const { auth, WebSocket = (globalThis as { WebSocket?: ConnectOptions["WebSocket"] }).WebSocket } = options;
  if (!WebSocket) throw new TypeError("there is no global WebSocket: give one");
  const messages = createListeners<Message>();
  const gone = createListeners<Gone>();
  const changes = createListeners<readonly Room[]>();
  const states = createListeners<ConnectionState>();
  const ends = createListeners<LatchkeyError>();
  const over = new AbortController();
  const { signal } = over;
  let reason: LatchkeyError | undefined;

  const rooms = createRooms({
    platform,
    signal,
    known: options.rooms ?? {},
    readers: { message: messages.tell, gone: gone.tell },
    changed: changes.tell,
    line: () => redial.line(),
    unlisted: () => redial.resume(),
  });
  const redial = createRedial({
    platform,
    signal,
    auth,
    url: addressOf(options.url),
    carrier: options.carrier ?? "protocol",
    open: (url, protocols) => new WebSocket(url, protocols),
    rooms,
    changed: states.tell,
    end,
  });
  const outbox = createOutbox(platform, signal, redial.nextLine);
  const forgetAuth = auth.onSessionEnd(({ cause }) => redial.sessionEnded(cause));
  const forgetOnline = platform.onOnline(() => redial.line()?.check());

  function end(error: LatchkeyError): void {
    if (reason) return;
    reason = error;
    over.abort(error);
    forgetAuth();
    forgetOnline();
    outbox.fail(error);
    rooms.forget();
    redial.close();
    ends.tell(error);
  }

  /** Fails unless this can still be done for this user. */
  function check(room: string): void {
    if (!isRoom(room)) throw new TypeError("`room` is not the id of a room");
    redial.checkUser();
    if (reason) throw reason;
  }

  async function send(room: string, body: unknown, options: SendOptions = {}): Promise<Sent> {
    const { messageId = crypto.randomUUID() } = options;
    const text = JSON.stringify(body) as string | undefined;
    if (text === undefined || !isId(messageId)) throw new TypeError("`body` is not JSON, or `messageId` too long");
    check(room);
    if (new TextEncoder().encode(text).length > LONGEST_BODY) {
      throw new LatchkeyError("body-too-large", "The message is too long.", { status: 413 });
    }
    // As it is now: the caller may change it while it waits.
    const request = { action: "send", room, message_id: messageId, body: JSON.parse(text) as unknown } as const;
    const answer = await outbox.post(room, request, "sent");
    return answer.sent;
  }

  async function join(room: string): Promise<Room> {
    check(room);
    const answer = await outbox.post(room, { action: "join", room }, "joined");
    return { id: answer.room.id, name: answer.room.name };
  }

  async function leave(room: string): Promise<void> {
    check(room);
    await outbox.post(room, { action: "leave", room }, "left");
  }

  return {
    get state() {
      return redial.state();
    },
    get user() {
      return redial.user();
    },
    get rooms() {
      return rooms.list();
    },
    send,
    join,
    leave,
    onMessage: messages.add,
    onGone: gone.add,
    onRooms: changes.add,
    onState: states.add,
    onEnd: ends.add,
    close: () => end(new LatchkeyError("closed", "The connection was closed.")),
  };
}
