import { members } from "./answer.js";

/** A user's own profile, as docs/API.md spells it. */
export interface User {
  readonly id: string;
  readonly email: string;
  /** Absent when there is none. */
  readonly name?: string;
  /** RFC 3339, UTC. */
  readonly created_at: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
}

/** What a sign-in answers with when the credential is a cookie. */
export interface CookieGrant {
  readonly sessionId: string;
  readonly user: User;
}

/** What a sign-in or a refresh answers with. */
export interface Grant extends CookieGrant {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Milliseconds from the answer on. */
  readonly lifetime: number;
}

/** No white space and no control characters: it goes into a header, where they would mean something else. */
const TOKEN = /^[\x21-\x7e]{1,8192}$/;

/** The token set of docs/API.md; `undefined` unless every member that we use is there and of its type. */
export function parseGrant(json: unknown): Grant | undefined {
  const set = members(json);
  const accessToken = set["access_token"];
  const refreshToken = set["refresh_token"];
  const expiresIn = set["expires_in"];
  const granted = parseCookieGrant(json);
  if (set["token_type"] !== "Bearer" || !isToken(accessToken) || !isToken(refreshToken)) return undefined;
  if (typeof expiresIn !== "number" || !(expiresIn > 0) || !granted) return undefined;
  return { ...granted, accessToken, refreshToken, lifetime: expiresIn * 1000 };
}

/** The same of `transport: cookie`. */
export function parseCookieGrant(json: unknown): CookieGrant | undefined {
  const { session, user } = members(json);
  const sessionId = members(session)["id"];
  return isId(sessionId) && isUser(user) ? { sessionId, user } : undefined;
}

/** Whether it can be sent as a token. */
export function isToken(value: unknown): value is string {
  return typeof value === "string" && TOKEN.test(value);
}

/** Whether it can be an id. */
export function isId(value: unknown): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= 64;
}

/** Whether it is a profile. */
export function isUser(value: unknown): value is User {
  const user = members(value);
  const { id, email, name, created_at, roles, scopes } = user as { [member in keyof User]?: unknown };
  return (
    isId(id) &&
    typeof email === "string" &&
    typeof created_at === "string" &&
    (name === undefined || typeof name === "string") &&
    isWords(roles) &&
    isWords(scopes)
  );
}

function isWords(value: unknown): boolean {
  return Array.isArray(value) && value.every((word) => typeof word === "string");
}
