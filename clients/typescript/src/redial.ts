import { type EndCause, causeOf } from "./cause.js";
import type { Auth, ConnectionState } from "./connection.js";
import { LatchkeyError, otherIdentity, signedOut, unexpectedAnswer } from "./error.js";
import type { Frame } from "./frames.js";
import { asker } from "./issuer.js";
import { type Line, type Socket, openLine } from "./line.js";
import { type Platform, stopwatch } from "./platform.js";
import { decidesNothing, retryAfter, sleep } from "./retry.js";
import type { Rooms } from "./rooms.js";
import { spend } from "./span.js";
import { type Carrier, type Ticket, readTicket } from "./ticket.js";
import type { User } from "./tokens.js";

/** What always has a line, or is about to. */
export interface Redial {
  /** The line on which everything was resumed; `undefined` while there is none. */
  line(): Line | undefined;
  /** That, or the one after it. */
  nextLine(): Promise<Line>;
  state(): ConnectionState;
  user(): User | undefined;
  /** Ends it when somebody else, or nobody, is signed in by now. */
  checkUser(): void;
  /** Asks for everything again, on the line that there is: the user may be in more rooms than we know. */
  resume(): void;
  sessionEnded(cause: EndCause): void;
  close(): void;
}

/** What it is made of. */
export interface RedialParts {
  readonly platform: Platform;
  readonly signal: AbortSignal;
  readonly auth: Auth;
  readonly url: string;
  readonly carrier: Carrier;
  open(url: string, protocols: string[]): Socket;
  readonly rooms: Rooms;
  changed(state: ConnectionState): void;
  end(reason: LatchkeyError): void;
}

/** Milliseconds before the second attempt, three quarters of them random; each wait is up to twice as long as the last. */
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;
/** Milliseconds after which a line counts as one that lasts: when it breaks, waits are short again. */
const STABLE = 30_000;
/** Milliseconds before everything is asked for again on the same line: within 10 seconds the server refuses. */
const RESUME_AGAIN = 15_000;
/** Frames that come before the server has said who we are. */
const MOST_EARLY = 500;

/** Begins at once, but tells nobody before the caller is done. */
export function createRedial(parts: RedialParts): Redial {
  const { platform, signal, auth, url, rooms } = parts;
  const ask = asker(url, { ...platform, fetch: auth.fetch }, "omit");
  const owner = auth.user?.id;
  let line: Line | undefined;
  /** One that is not live yet. */
  let next: Line | undefined;
  let profile: User | undefined;
  let phase: ConnectionState = "connecting";
  let shown: ConnectionState | undefined;
  /** What the server said last about the end of a session. */
  let cause: EndCause | undefined;
  /** A ticket is being shown that may be of another session than the line. */
  let isShowing = false;
  let sinceResume = (): number => 0;
  const waiting: ((line: Line) => void)[] = [];

  const state = (): ConnectionState => (signal.aborted ? "ended" : line ? "live" : phase);

  function show(now: ConnectionState = phase): void {
    phase = now;
    if (shown !== state()) parts.changed((shown = state()));
  }

  async function run(): Promise<void> {
    for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
      show("connecting");
      let pause: number | undefined;
      try {
        const { lifetime } = await dial();
        const age = stopwatch(platform);
        const current = line;
        if (current) await spend(current, lifetime, platform, () => renew(current));
        if (age() >= STABLE) wait = FIRST_WAIT;
        // Its time is over, and it goes on until the next one is live.
        if (current && current === line) continue;
      } catch (error) {
        signal.throwIfAborted();
        if (!isUndecided(error)) return parts.end(verdict(error));
        pause = retryAfter(error);
      }
      signal.throwIfAborted();
      show("waiting");
      const shortest = 1000 * (pause ?? 0);
      await sleep(platform, Math.max(wait * (0.25 + 0.75 * platform.random()), shortest), signal, pause === undefined);
    }
  }

  async function askForTicket(): Promise<Ticket> {
    checkUser();
    signal.throwIfAborted();
    const ticket = await ask("POST /auth/ws-ticket", { signal }, (response) => readTicket(response, parts.carrier));
    signal.throwIfAborted();
    return ticket;
  }

  /** Opens a line, resumes, and puts it in the place of the one before. */
  async function dial(): Promise<Ticket> {
    const ticket = await askForTicket();
    const hear = hearer();
    const opened: Line = openLine(socketFor(ticket), platform, (frame) => hear(frame, opened));
    next = opened;
    try {
      await opened.opened;
      await opened.ask({ action: "resume", rooms: rooms.positions() }, "live");
      signal.throwIfAborted();
    } catch (error) {
      opened.close();
      throw error;
    } finally {
      next = undefined;
    }
    line?.close();
    line = opened;
    sinceResume = stopwatch(platform);
    void opened.over.then(() => drop(opened));
    show();
    for (const take of waiting.splice(0)) take(opened);
    rooms.repair();
    return ticket;
  }

  function drop(over: Line): void {
    if (line !== over) return;
    line = undefined;
    show();
  }

  function socketFor({ url, protocols }: Ticket): Socket {
    try {
      return parts.open(url, [...protocols]);
    } catch {
      throw unexpectedAnswer(200);
    }
  }

  /** Hands on what a line says, once it has said for whom. */
  function hearer(): (frame: Frame, from: Line) => void {
    const heard = new Set<string>();
    let early: Frame[] | undefined = [];
    return (frame, from) => {
      checkUser();
      if (signal.aborted) return;
      if (frame.type === "closed") return closed(frame.cause, from);
      if (frame.type === "resumed") {
        if (frame.user.id !== owner) return parts.end(otherIdentity());
        profile = frame.user;
        for (const one of [frame, ...(early ?? [])]) rooms.hear(one, heard);
        early = undefined;
      } else if (!early) rooms.hear(frame, heard);
      else if (early.length < MOST_EARLY) early.push(frame);
    };
  }

  /** The client may have a session all the same, such as a new one after a change of the password: the next ticket decides. */
  function closed(why: unknown, from: Line): void {
    if (why === "other-identity" && !isShowing) return parts.end(otherIdentity());
    cause = causeOf(why);
    from.close();
  }

  /**
   * Lets a line go on for longer; gives for how long. A new line does what this one does not, such as going on for a session that began
   * meanwhile.
   */
  async function renew(current: Line): Promise<number | undefined> {
    const { ticket, lifetime } = await askForTicket();
    isShowing = true;
    try {
      await current.ask({ action: "auth", ticket }, "authenticated");
      return lifetime;
    } catch {
      return undefined;
    } finally {
      isShowing = false;
    }
  }

  function checkUser(): void {
    const id = auth.user?.id;
    if (id === undefined) parts.end(signedOut());
    else if (id !== owner) parts.end(otherIdentity());
  }

  /** What an answer that decides stands for. */
  function verdict(error: unknown): LatchkeyError {
    if (!(error instanceof LatchkeyError)) return unexpectedAnswer(0);
    const isEnd = error.slug === "invalid-token" || (error.slug === "signed-out" && cause);
    return isEnd ? sessionEnd(error.endCause ?? "refused") : error;
  }

  /** Whoever is refused is told less than who was connected. */
  function sessionEnd(told: EndCause): LatchkeyError {
    const endCause = told === "refused" ? (cause ?? told) : told;
    return new LatchkeyError("session-ended", "The session is over.", { detail: endCause, endCause });
  }

  function resume(): void {
    if (!line || next || sinceResume() < RESUME_AGAIN) return;
    sinceResume = stopwatch(platform);
    void line.ask({ action: "resume", rooms: rooms.positions() }, "live").then(rooms.repair, () => {});
  }

  function close(): void {
    next?.close();
    line?.close();
    show();
  }

  queueMicrotask(
    () =>
      void run().catch((error: unknown) => {
        if (!signal.aborted) throw error;
      }),
  );

  return {
    line: () => line,
    nextLine: () => (line ? Promise.resolve(line) : new Promise((resolve) => waiting.push(resolve))),
    state,
    user: () => profile,
    checkUser,
    resume,
    sessionEnded: (told) => parts.end(sessionEnd(told)),
    close,
  };
}

/** Whether trying again may help: whoever answers so may not be the issuer. */
function isUndecided(error: unknown): boolean {
  return decidesNothing(error) || (error instanceof LatchkeyError && error.slug === "unexpected-answer");
}
