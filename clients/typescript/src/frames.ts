import { errorOf, members } from "./answer.js";
import type { LatchkeyError } from "./error.js";
import { type User, isId, isUser } from "./tokens.js";

/** What somebody said in a room, as docs/API.md spells it. */
export interface Message {
  readonly room: string;
  /** 1, 2, 3 and so on: the place in the room. */
  readonly sequence: number;
  /** What its sender called it, unique among the sender's. */
  readonly message_id: string;
  readonly from: { readonly id: string; readonly name?: string };
  /** Seconds since 1970. */
  readonly at: number;
  /** What the sender gave: anything. Never show it but as text. */
  readonly body: unknown;
}

/** A room that the user is in. */
export interface Room {
  readonly id: string;
  readonly name: string;
}

/** That a message is stored. */
export interface Sent {
  readonly room: string;
  readonly message_id: string;
  readonly sequence: number;
  /** Seconds since 1970. */
  readonly at: number;
}

/**
 * The last message that one has of a room, or its sequence alone. Of the message the server can tell that it is of another past, as after
 * the room's table was restored, and begins again with the newest.
 */
export type Position = number | Pick<Sent, "sequence" | "message_id">;

/** A part of what was said. */
export interface History {
  readonly room: string;
  readonly messages: readonly Message[];
  readonly more: boolean;
  /** The first message that is kept, if some that were asked for are not. */
  readonly oldest: number | undefined;
  /** The room never had what was said to be the last, as when its table was restored: these are its newest messages. */
  readonly restarted: boolean;
}

/** What the server says. */
export type Frame = { readonly reply_to?: unknown } & (
  | { readonly type: "resumed"; readonly user: User; readonly rooms: readonly Room[] }
  | { readonly type: "history"; readonly history: History }
  | { readonly type: "joined"; readonly room: Room; readonly sequence: number }
  | { readonly type: "left"; readonly room: string }
  | { readonly type: "sent"; readonly sent: Sent }
  | { readonly type: "message"; readonly message: Message }
  | { readonly type: "live" | "pong" | "authenticated" }
  | { readonly type: "closed"; readonly cause: unknown }
  | { readonly type: "error"; readonly error: LatchkeyError }
);

/** A frame of one type. */
export type FrameOf<T extends Frame["type"]> = Extract<Frame, { readonly type: T }>;

/** Characters. Gateways carry 128 KiB. */
const LONGEST = 131_072;

type Members = Readonly<Record<string, unknown>>;

/** `undefined` for what is no frame that this version knows, with every member that we use. */
export function parseFrame(data: unknown): Frame | undefined {
  if (typeof data !== "string" || data.length > LONGEST) return undefined;
  try {
    const json = members(JSON.parse(data));
    const frame = read(json);
    return frame && { ...frame, reply_to: json["reply_to"] };
  } catch {
    return undefined;
  }
}

function read(json: Members): Frame | undefined {
  const { type, user, rooms, room, sequence, cause } = json;
  switch (type) {
    case "resumed":
      return isUser(user) && isList(rooms, isNamed) ? { type, user, rooms } : undefined;
    case "history":
      return readHistory(json);
    case "joined":
      return isNamed(room) && (sequence === 0 || isSequence(sequence)) ? { type, room, sequence } : undefined;
    case "left":
      return isRoom(room) ? { type, room } : undefined;
    case "sent":
      return isRoom(room) && isPlaced(json) ? { type, sent: pick({ ...json, room }) } : undefined;
    case "message":
      return isRoom(room) && isMessage(json) ? { type, message: messageOf(room, json) } : undefined;
    case "error": {
      const problem = members(json["problem"]);
      return { type, error: errorOf(problem, Number(problem["status"]) || 500, undefined) };
    }
    case "live":
    case "pong":
    case "authenticated":
      return { type };
    case "closed":
      return { type, cause };
    default:
      return undefined;
  }
}

function readHistory({ room, messages, more, oldest, restarted }: Members): Frame | undefined {
  if (!isRoom(room) || !isList(messages, isMessage) || (oldest !== undefined && !isSequence(oldest))) return undefined;
  const told = messages.map((message) => messageOf(room, message));
  return { type: "history", history: { room, messages: told, more: more === true, oldest, restarted: restarted === true } };
}

/** What is stored of every message. */
function pick({ room, message_id, sequence, at }: Sent): Sent {
  return { room, message_id, sequence, at };
}

/** Only what we know of it. */
function messageOf(room: string, message: Omit<Message, "room">): Message {
  const { from, body } = message;
  const { id, name } = from;
  return { ...pick({ ...message, room }), from: { id, ...(name !== undefined && { name }) }, body };
}

function isPlaced(value: unknown): value is Omit<Sent, "room"> {
  const { sequence, message_id, at } = members(value);
  return isSequence(sequence) && isId(message_id) && Number.isFinite(at);
}

function isMessage(value: unknown): value is Omit<Message, "room"> {
  const { from } = members(value);
  const { id, name } = members(from);
  return isPlaced(value) && isId(id) && (name === undefined || typeof name === "string");
}

function isNamed(value: unknown): value is Room {
  const { id, name } = members(value);
  return isRoom(id) && typeof name === "string";
}

function isList<T>(value: unknown, isOne: (value: unknown) => value is T): value is readonly T[] {
  return Array.isArray(value) && value.every(isOne);
}

/** Whether it can be the id of a room. */
export function isRoom(value: unknown): value is string {
  return typeof value === "string" && /^[a-z0-9-]{1,64}$/.test(value);
}

function isSequence(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
