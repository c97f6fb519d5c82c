import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { Hashing } from "./hashing.js";
import { Sessions, cookieOf, profileOf } from "./sessions.js";

/** What happens to one request instead of its answer; `answer` gives what would have been answered. */
export type Fault = (response: ServerResponse, answer: () => Answer) => void | Promise<void>;

export interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** The request never arrives. */
export const dropped: Fault = (response) => void response.destroy();
/** It does its work, and the answer is lost. */
export const lost: Fault = (response, answer) => {
  answer();
  response.destroy();
};
/** Something else is answered, and nothing is done. */
export const instead =
  (answer: Answer): Fault =>
  (response) =>
    send(response, answer);
/** The work is done, and something else is answered. */
export const garbled =
  (garbage: Answer): Fault =>
  (response, answer) => {
    answer();
    send(response, garbage);
  };

export const JSON_TYPE = { "content-type": "application/json" };

/** A problem document of Latchkey. */
export function problem(status: number, slug: string, more: object = {}, headers: Record<string, string> = {}): Answer {
  const body = JSON.stringify({
    type: `urn:latchkey:problem:${slug}`,
    title: `The title of ${slug}.`,
    status,
    ...more,
  });
  return { status, headers: { "content-type": "application/problem+json", ...headers }, body };
}

/** The routes of Latchkey over HTTP, and one API behind each kind of gateway. */
export class Issuer {
  readonly sessions: Sessions;
  readonly hashing = new Hashing();
  readonly #servers: Server[] = [];
  readonly #faults = new Map<string, Fault[]>();
  /** The tickets of a server with rooms. */
  tickets: ((user: object) => object) | undefined;
  /** `METHOD /path` of what arrived at the issuer. */
  readonly requests: string[] = [];
  /** The bodies that arrived with passwords or their hashes. */
  readonly passwords: Record<string, string>[] = [];
  /** What arrived at the APIs. */
  readonly calls: { path: string; authorization: string | undefined; body: string }[] = [];
  url = "";
  /** Behind an HTTP API, which answers 403, and behind a REST API, which answers 401. */
  api = "";
  rest = "";

  constructor(now: () => number) {
    this.sessions = new Sessions(now);
  }

  async start(): Promise<this> {
    this.url = await this.#listen((request, body) => this.#answer(request, body));
    this.api = await this.#listen((request, body) =>
      this.#call(request, body, { status: 403, body: '{"message":"Forbidden"}' }),
    );
    this.rest = await this.#listen((request, body) =>
      this.#call(request, body, { status: 401, body: '{"message":"Unauthorized"}' }),
    );
    return this;
  }

  stop(): void {
    for (const server of this.#servers) {
      server.close();
      server.closeAllConnections();
    }
  }

  /** What happens to the next requests of `METHOD /path`, one after the other. */
  next(route: string, ...faults: Fault[]): void {
    this.#faults.set(route, [...(this.#faults.get(route) ?? []), ...faults]);
  }

  /** The next request waits with its answer until what is returned is called. */
  hold(route: string): () => void {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    this.next(route, async (response, answer) => {
      const answered = answer();
      await released;
      send(response, answered);
    });
    return release;
  }

  count(route: string): number {
    return this.requests.filter((request) => request === route).length;
  }

  async #listen(answer: (request: IncomingMessage, body: string) => Answer): Promise<string> {
    const server = createServer((request, response) => {
      void text(request).then(
        (body) => {
          const route = `${request.method} ${request.url}`;
          this.requests.push(route);
          const fault = this.#faults.get(route)?.shift();
          if (fault) void fault(response, () => answer(request, body));
          else send(response, answer(request, body));
        },
        () => {},
      );
    });
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  #answer(request: IncomingMessage, text: string): Answer {
    const { sessions } = this;
    const body = (text === "" ? {} : JSON.parse(text)) as Record<string, string>;
    const cookie = /(?:^|; )__Host-latchkey=([^;]+)/.exec(request.headers.cookie ?? "")?.[1] ?? "";
    const bearer = sessions.bearer(request.headers.authorization ?? cookie.split("~")[0]);
    const weak = this.hashing.refusal(body);
    if (Object.keys(body).some((member) => /password|hash/.test(member))) this.passwords.push(body);
    if (weak) return problem(422, "invalid-input", { errors: [weak] });
    const proof = body["client_hash"] ?? body["password"] ?? "";
    const refused = (token: string): Answer => problem(401, "invalid-token", { cause: sessions.causeOf(token) });
    switch (`${request.method} ${request.url}`) {
      case "POST /auth/register":
        return (
          granted(201, sessions.register(body["email"] ?? "", proof, body["name"]), body) ??
          problem(409, "email-taken")
        );
      case "POST /auth/login":
        return (
          granted(200, sessions.login(body["email"] ?? "", proof), body) ??
          problem(401, "invalid-credentials")
        );
      case "POST /auth/salt": {
        const salt = this.hashing.saltOf(body["email"] ?? "");
        return salt ? { status: 200, headers: JSON_TYPE, body: JSON.stringify(salt) } : problem(404, "not-found");
      }
      case "POST /auth/me/password": {
        if (!bearer) return refused("");
        const current = body["current_client_hash"] ?? body["current_password"] ?? "";
        const next = body["new_client_hash"] ?? body["new_password"] ?? "";
        const transport = request.headers.authorization ? "token" : "cookie";
        return (
          granted(200, sessions.changePassword(bearer.user, current, next), { transport }) ??
          problem(401, "invalid-credentials")
        );
      }
      case "POST /auth/refresh":
        return granted(200, sessions.refresh(body["refresh_token"] ?? ""), body) ?? refused(body["refresh_token"] ?? "");
      case "GET /auth/check": {
        const found = sessions.check(cookie);
        if (!found) return withCookie(refused(cookie.split("~")[1] ?? ""), "");
        const passed = { status: 204, headers: { "x-auth-sid": found.id } };
        return found.next === undefined ? passed : withCookie(passed, found.next);
      }
      case "POST /auth/logout":
        sessions.logout(body["refresh_token"] ?? cookie.split("~")[1] ?? "");
        return cookie ? withCookie({ status: 204 }, "") : { status: 204 };
      case "DELETE /auth/sessions":
        if (!bearer) return problem(401, "invalid-token");
        sessions.endAll(bearer.user, "logout-all");
        return { status: 204 };
      case "POST /auth/ws-ticket":
        return bearer
          ? { status: 200, headers: JSON_TYPE, body: JSON.stringify(this.tickets?.(profileOf(bearer.user))) }
          : problem(401, "invalid-token");
      case "GET /auth/me":
        return bearer
          ? { status: 200, headers: JSON_TYPE, body: JSON.stringify(profileOf(bearer.user)) }
          : problem(401, "invalid-token");
      default:
        return problem(404, "not-found");
    }
  }

  #call(request: IncomingMessage, body: string, denied: Answer): Answer {
    const { authorization } = request.headers;
    const path = request.url ?? "";
    this.calls.push({ path, authorization, body });
    if (path.startsWith("/to/")) return { status: 307, headers: { location: decodeURIComponent(path.slice(4)) } };
    const session = this.sessions.bearer(authorization);
    return session
      ? { status: 200, headers: JSON_TYPE, body: JSON.stringify({ email: session.user.email, body }) }
      : denied;
  }
}

function granted(status: number, grant: object | undefined, { transport }: { transport?: string }): Answer | undefined {
  if (transport !== "cookie") return grant && { status, headers: JSON_TYPE, body: JSON.stringify(grant) };
  if (!grant) return undefined;
  const { session, user } = grant as { session: object; user: object };
  return withCookie({ status, headers: JSON_TYPE, body: JSON.stringify({ session, user }) }, cookieOf(grant));
}

function withCookie(answer: Answer, value: string): Answer {
  return { ...answer, headers: { ...answer.headers, "set-cookie": `__Host-latchkey=${value}; Path=/` } };
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, headers).end(body);
}
