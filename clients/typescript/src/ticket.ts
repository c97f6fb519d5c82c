import { members, readJson } from "./answer.js";
import { LatchkeyError, unexpectedAnswer } from "./error.js";
import { addressOf } from "./origin.js";
import { isToken } from "./tokens.js";

/** What opens one connection. */
export interface Ticket {
  readonly ticket: string;
  readonly url: string;
  /** What the handshake offers. */
  readonly protocols: readonly string[];
  /** Milliseconds for which the connection may be used, as far as the ticket says. */
  readonly lifetime: number;
}

/** Where a handshake shows its ticket. */
export type Carrier = "protocol" | "query";

/** Reads the answer of `POST /auth/ws-ticket`. */
export async function readTicket(response: Response, carrier: Carrier): Promise<Ticket> {
  const { ticket, url } = members(await readJson(response));
  if (!isToken(ticket)) throw unexpectedAnswer(response.status);
  if (url === undefined) {
    throw new LatchkeyError("nothing-listens", "The issuer has no WebSocket API.", { status: response.status });
  }
  if (!isTrusted(url)) throw unexpectedAnswer(response.status);
  const lifetime = lifetimeOf(ticket);
  if (carrier === "query") return { ticket, url: `${url}?ticket=${ticket}`, protocols: [], lifetime };
  return { ticket, url, protocols: ["latchkey", `latchkey.ticket.${ticket}`], lifetime };
}

/** Tickets travel as tokens do: encrypted, except within the machine. */
function isTrusted(url: unknown): url is string {
  if (typeof url !== "string" || !/^wss?:/.test(url)) return false;
  try {
    return addressOf(url.replace("ws", "http")) !== "";
  } catch {
    return false;
  }
}

/** It says so to the server; here it is a hint, and without it the server's last word is soon enough. */
function lifetimeOf(ticket: string): number {
  try {
    const claims = atob((ticket.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/"));
    const { iat, until } = members(JSON.parse(claims));
    const seconds = Number(until) - Number(iat);
    return seconds > 0 ? seconds * 1000 : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
