import { readError, readJson } from "./answer.js";
import type { EndCause } from "./cause.js";
import type { PasswordChange } from "./client.js";
import { LatchkeyError, unexpectedAnswer } from "./error.js";
import type { Live } from "./held.js";
import type { Platform } from "./platform.js";
import { type CookieGrant, type Grant, parseGrant } from "./tokens.js";

/** API Gateway answers within 30 seconds or not at all. */
const LIMIT = 31_000;

/** Changes one's password, and answers with a new session. */
export const CHANGE_PASSWORD = "POST /auth/me/password";

/** The routes that make, renew and end sessions. Failures are {@link LatchkeyError}s, or the reason of `signal`. */
export interface Issuer {
  /** Registers or signs in. */
  signIn(path: "/auth/register" | "/auth/login", body: object, signal?: AbortSignal): Promise<Grant>;
  /** Changes the password of the user whom `live` is a session of. */
  changePassword(live: Live, change: PasswordChange, signal?: AbortSignal): Promise<Grant>;
  /** Gives up after `limit` milliseconds. */
  refresh(refreshToken: string, signal: AbortSignal, limit: number): Promise<Grant>;
  /** Ends the session of a refresh token of any generation. */
  signOut(refreshToken: string, signal?: AbortSignal): Promise<void>;
}

/** What to ask {@link CHANGE_PASSWORD} with. */
export function changeOf({ currentPassword, newPassword }: PasswordChange, { user }: CookieGrant): Asked {
  return { body: { current_password: currentPassword, new_password: newPassword }, email: user.email };
}

/** The issuer behind `ask`. */
export function issuerBehind(ask: Ask): Issuer {
  return {
    signIn: (path, body, signal) => ask(`POST ${path}`, { body: { ...body, transport: "token" }, signal }, readGrant),
    changePassword: (live, change, signal) => {
      const headers = { authorization: `Bearer ${live.accessToken}` };
      return ask(CHANGE_PASSWORD, { ...changeOf(change, live), headers, signal }, readGrant);
    },
    refresh: (token, signal, limit) =>
      ask("POST /auth/refresh", { body: { refresh_token: token }, limit, signal }, readGrant),
    signOut: (token, signal) => ask("POST /auth/logout", { body: { refresh_token: token }, signal }, readNothing),
  };
}

/** Ends all sessions of the user whom `fetch` signs requests for. */
export async function endAll(url: string, fetch: typeof globalThis.fetch, signal?: AbortSignal): Promise<void> {
  const request = new Request(`${url}/auth/sessions`, { method: "DELETE", redirect: "error", signal: signal ?? null });
  const response = await fetch(request).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error instanceof LatchkeyError ? error : noAnswer(false, error);
  });
  if (response.status !== 204) throw await readError(response);
}

/** Why a session is over, if the issuer says that it is. Nothing else says so. */
export function refusal(error: unknown): EndCause | undefined {
  const isRefusal = error instanceof LatchkeyError && error.status === 401 && error.slug === "invalid-token";
  return isRefusal ? (error.endCause ?? "refused") : undefined;
}

/** What to ask with. */
export interface Asked {
  readonly body?: object;
  /** Whose passwords are in the body, when it does not say so itself. It is not sent. */
  readonly email?: string;
  /** Beside the type of the body. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds after which to give up. */
  readonly limit?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Asks a route, such as `GET /auth/check`. Failures are {@link LatchkeyError}s, or the reason of the signal. */
export type Ask = <T>(route: string, asked: Asked, read: (response: Response) => Promise<T>) => Promise<T>;

/** Puts hashes in the place of passwords before they are sent: `hashPasswords` of `latchkey-client/hashing` makes one. */
export type Hashing = (ask: Ask) => Ask;

/** Asks the issuer at `url`, which has no slash at its end. `credentials` are cookies. */
export function asker(url: string, platform: Platform, credentials: "omit" | "same-origin"): Ask {
  return async (route, { body, headers, limit = LIMIT, signal }, read) => {
    signal?.throwIfAborted();
    const [method = "", path] = route.split(" ");
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    const cancel = platform.after(limit, abort);
    signal?.addEventListener("abort", abort);
    try {
      const response = await platform.fetch(url + path, {
        method,
        ...(body && { headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) }),
        signal: controller.signal,
        // A redirect would hand passwords and refresh tokens to whomever it names.
        redirect: "error",
        credentials,
        cache: "no-store",
      });
      if (!response.ok) throw await readError(response);
      return await read(response);
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof LatchkeyError ? error : noAnswer(controller.signal.aborted, error);
    } finally {
      cancel();
      signal?.removeEventListener("abort", abort);
    }
  };
}

async function readGrant(response: Response): Promise<Grant> {
  const grant = parseGrant(await readJson(response));
  if (!grant) throw unexpectedAnswer(response.status);
  return grant;
}

/** Only 204 is an answer to a sign-out: nobody may believe to be signed out because of a captive portal's page. */
export async function readNothing(response: Response): Promise<void> {
  if (response.status !== 204) throw unexpectedAnswer(response.status);
}

/** Only the code of the cause is told, such as `ECONNREFUSED`: who made the cause may have put the request into it. */
function noAnswer(timedOut: boolean, cause?: unknown): LatchkeyError {
  if (timedOut) return new LatchkeyError("timeout", "The issuer did not answer in time.");
  const code = (cause as { cause?: { code?: unknown } } | undefined)?.cause?.code;
  return new LatchkeyError("network", "There was no answer from the issuer.", {
    detail: typeof code === "string" ? code : undefined,
  });
}
