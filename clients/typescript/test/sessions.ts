import { randomBytes, randomUUID } from "node:crypto";

/** Seconds; the defaults of template.yaml. */
export const ACCESS = 900;
export const GRACE = 30;

interface Session {
  readonly id: string;
  readonly user: User;
  readonly seed: string;
  generation: number;
  /** When each generation was replaced: milliseconds. */
  readonly replaced: number[];
  ended: string | undefined;
}

interface User {
  readonly id: string;
  readonly email: string;
  /** Or its hash. */
  password: string;
  readonly name: string | undefined;
}

interface Grant {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly session: { readonly id: string };
}

/** As docs/API.md spells it. */
export function profileOf({ id, email, name }: User): object {
  return { id, email, name, created_at: "2026-01-01T12:00:00Z", roles: [], scopes: [] };
}

/** Of two halves, like the real one: the first passes by itself, the second renews it. */
export function cookieOf(grant: object): string {
  const { access_token, refresh_token } = grant as Grant;
  return `${access_token}~${refresh_token}`;
}

/** What the issuer knows, with the rules of docs/API.md for rotation, grace and reuse. */
export class Sessions {
  readonly #now: () => number;
  readonly #users = new Map<string, User>();
  readonly #sessions = new Map<string, Session>();
  readonly #access = new Map<string, { session: Session; expires: number }>();
  /** Rotations that were made, not those that were repeated. */
  rotations = 0;
  accessSeconds = ACCESS;

  constructor(now: () => number) {
    this.#now = now;
  }

  register(email: string, password: string, name: string | undefined): object | undefined {
    if (this.#users.has(email)) return undefined;
    this.#users.set(email, { id: randomUUID(), email, password, name });
    return this.login(email, password);
  }

  login(email: string, password: string): object | undefined {
    const user = this.#users.get(email);
    if (user?.password !== password) return undefined;
    const seed = randomBytes(32).toString("base64url");
    const session: Session = { id: randomUUID(), user, seed, generation: 0, replaced: [], ended: undefined };
    this.#sessions.set(session.id, session);
    return this.#grant(session);
  }

  /** Everything that was issued before is over, and a new session begins. */
  changePassword(user: User, current: string, next: string): object | undefined {
    if (user.password !== current) return undefined;
    this.endAll(user, "password-changed");
    user.password = next;
    return this.login(user.email, next);
  }

  refresh(token: string): object | undefined {
    const found = this.#find(token);
    if (!found || found.session.ended !== undefined) return undefined;
    const { session, generation } = found;
    if (generation === session.generation) {
      session.replaced.push(this.#now());
      session.generation += 1;
      this.rotations += 1;
    } else if (this.#now() - (session.replaced[generation] ?? 0) > GRACE * 1000) {
      session.ended = "reuse-detected";
      return undefined;
    }
    return this.#grant(session);
  }

  /** Why the session of a refresh token is over. */
  causeOf(token: string): string | undefined {
    return this.#find(token)?.session.ended;
  }

  logout(token: string): void {
    const session = this.#find(token)?.session;
    if (session) session.ended ??= "logout";
  }

  /** The session of an access token that is still in time; what has ended is refused at once. */
  bearer(header: string | undefined): Session | undefined {
    const found = this.#access.get(header?.replace(/^Bearer /, "") ?? "");
    return found && found.expires > this.#now() && found.session.ended === undefined ? found.session : undefined;
  }

  /** The id of a user's session by a cookie, and the cookie's successor if its first half is too old. */
  check(cookie: string): { id: string; next: string | undefined } | undefined {
    const [access = "", refresh = ""] = cookie.split("~");
    const alive = this.bearer(access);
    if (alive) return { id: alive.id, next: undefined };
    const grant = this.refresh(refresh);
    return grant && { id: (grant as Grant).session.id, next: cookieOf(grant as Grant) };
  }

  /** None of those that were issued is good any more, as after the loss of a signing key. */
  loseAccessTokens(): void {
    this.#access.clear();
  }

  endAll(user: User, cause: string): void {
    for (const session of this.#sessions.values()) {
      if (session.user === user) session.ended ??= cause;
    }
  }

  /** Why the sessions ended, in the order of their beginning; `undefined` for those that live. */
  get ends(): (string | undefined)[] {
    return [...this.#sessions.values()].map(({ ended }) => ended);
  }

  #find(token: string): { session: Session; generation: number } | undefined {
    const [, id = "", generation = "", seed] = /^lkr_([^.]+)\.(\d+)\.([^.]+)$/.exec(token) ?? [];
    const session = this.#sessions.get(id);
    return session && session.seed === seed ? { session, generation: Number(generation) } : undefined;
  }

  #grant(session: Session): object {
    const access = `at.${randomBytes(16).toString("base64url")}`;
    this.#access.set(access, { session, expires: this.#now() + this.accessSeconds * 1000 });
    return {
      token_type: "Bearer",
      access_token: access,
      expires_in: this.accessSeconds,
      refresh_token: `lkr_${session.id}.${session.generation}.${session.seed}`,
      refresh_expires_in: 1_209_600,
      session: { id: session.id, created_at: "2026-01-01T12:00:00Z", expires_at: "2026-01-15T12:00:00Z" },
      user: profileOf(session.user),
    };
  }
}
