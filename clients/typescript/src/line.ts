import { LatchkeyError } from "./error.js";
import { type Frame, type FrameOf, parseFrame } from "./frames.js";
import type { Platform } from "./platform.js";

/** The part of `WebSocket` that we use. */
export interface Socket {
  addEventListener(type: "open" | "message" | "close" | "error", listener: (event: { data?: unknown }) => void): void;
  send(text: string): void;
  close(): void;
}

/** What the client says. */
export interface Request {
  readonly action: "ping" | "auth" | "resume" | "join" | "leave" | "send" | "history";
  readonly [member: string]: unknown;
}

/** One WebSocket, which is questions with answers and what the server says by itself. */
export interface Line {
  /** Fails when that does not come to pass. */
  readonly opened: Promise<void>;
  readonly over: Promise<void>;
  /**
   * The answer: the first of this type. An error frame is a {@link LatchkeyError}; so is no answer, with
   * `network` or `timeout`.
   */
  ask<T extends Frame["type"]>(request: Request, type: T): Promise<FrameOf<T>>;
  /** Ends it unless the server answers. */
  check(): void;
  close(): void;
}

/** Milliseconds for the handshake. */
const HANDSHAKE = 20_000;
/** Milliseconds in which the next part of an answer comes: functions may have to start. */
const ANSWER = 10_000;
/** Milliseconds without a word of ours: gateways end a connection after 10 silent minutes. */
const SILENCE = 8 * 60_000;

/** `heard` is told every frame, before the question that it answers is. */
export function openLine(socket: Socket, platform: Platform, heard: (frame: Frame) => void): Line {
  const asked = new Map<unknown, (frame: Frame | undefined) => void>();
  let count = 0;
  let isOver = false;
  let isChecking = false;
  let cancelCheck = (): void => {};
  let finish = (): void => {};
  const over = new Promise<void>((resolve) => (finish = resolve));
  const cancelHandshake = platform.after(HANDSHAKE, close, true);
  const opened = new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => {
      cancelHandshake();
      resolve();
    });
    void over.then(() => reject(noAnswer("network")));
  });
  // Whoever has given up does not look.
  opened.catch(() => {});
  socket.addEventListener("close", close);
  socket.addEventListener("error", close);
  socket.addEventListener("message", ({ data }) => {
    const frame = isOver ? undefined : parseFrame(data);
    if (!frame) return;
    heard(frame);
    asked.get(frame.reply_to)?.(frame);
  });

  function close(): void {
    if (isOver) return;
    isOver = true;
    cancelHandshake();
    cancelCheck();
    socket.close();
    for (const answer of [...asked.values()]) answer(undefined);
    finish();
  }

  function ask<T extends Frame["type"]>(request: Request, type: T): Promise<FrameOf<T>> {
    const id = String(++count);
    return new Promise((resolve, reject) => {
      let cancel = (): void => {};
      const settle = (frame: FrameOf<T> | LatchkeyError): void => {
        cancel();
        asked.delete(id);
        if (frame instanceof LatchkeyError) reject(frame);
        else resolve(frame);
      };
      const wait = (): void => {
        cancel();
        cancel = platform.after(ANSWER, late, true);
      };
      const late = (): void => {
        settle(noAnswer("timeout"));
        check();
      };
      if (isOver) return reject(noAnswer("network"));
      asked.set(id, (frame) => {
        if (!frame) settle(noAnswer("network"));
        else if (frame.type === "error") settle(frame.error);
        else if (frame.type === type) settle(frame as FrameOf<T>);
        else wait();
      });
      wait();
      say({ ...request, id });
    });
  }

  function say(frame: object): void {
    cancelCheck();
    cancelCheck = platform.after(SILENCE, check, true);
    try {
      socket.send(JSON.stringify(frame));
    } catch {
      close();
    }
  }

  function check(): void {
    if (isOver || isChecking) return;
    isChecking = true;
    ask({ action: "ping" }, "pong")
      // An error is an answer as well.
      .catch((error: LatchkeyError) => error.status > 0 || close())
      .finally(() => (isChecking = false));
  }

  return { opened, over, ask, check, close };
}

/** What a line is asked that is over, or does not answer. */
function noAnswer(slug: "network" | "timeout"): LatchkeyError {
  return new LatchkeyError(slug, "The connection gave no answer.");
}
