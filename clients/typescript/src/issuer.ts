import { readError, readJson } from "./answer.js";
import { LatchkeyError, unexpectedAnswer } from "./error.js";
import type { Platform } from "./platform.js";
import { type Grant, parseGrant } from "./tokens.js";

/** API Gateway answers within 30 seconds or not at all. */
const LIMIT = 31_000;

/** The routes that make, renew and end sessions. Failures are {@link LatchkeyError}s, or the reason of `signal`. */
export interface Issuer {
  /** Registers or signs in. */
  signIn(path: "/auth/register" | "/auth/login", body: object, signal?: AbortSignal): Promise<Grant>;
  /** Gives up after `limit` milliseconds. */
  refresh(refreshToken: string, signal: AbortSignal, limit: number): Promise<Grant>;
  /** Ends the session of a refresh token of any generation. */
  signOut(refreshToken: string, signal?: AbortSignal): Promise<void>;
}

/** The issuer at `url`, which has no slash at its end. */
export function issuerAt(url: string, platform: Platform): Issuer {
  const post = poster(url, platform);
  return {
    signIn: (path, body, signal) => post(path, { ...body, transport: "token" }, LIMIT, signal, readGrant),
    refresh: (token, signal, limit) => post("/auth/refresh", { refresh_token: token }, limit, signal, readGrant),
    signOut: (token, signal) => post("/auth/logout", { refresh_token: token }, LIMIT, signal, readNothing),
  };
}

/** Whether the issuer says that the session of a refresh token is over. Nothing else says so. */
export function isRefusal(error: unknown): boolean {
  return error instanceof LatchkeyError && error.status === 401 && error.slug === "invalid-token";
}

type Read<T> = (response: Response) => Promise<T>;

function poster(url: string, platform: Platform) {
  return async <T>(
    path: string,
    body: object,
    limit: number,
    signal: AbortSignal | undefined,
    read: Read<T>,
  ): Promise<T> => {
    signal?.throwIfAborted();
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    const cancel = platform.after(limit, abort);
    signal?.addEventListener("abort", abort);
    try {
      const response = await platform.fetch(url + path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        signal: controller.signal,
        // A redirect would hand passwords and refresh tokens to whomever it names.
        redirect: "error",
        credentials: "omit",
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
async function readNothing(response: Response): Promise<void> {
  if (response.status !== 204) throw unexpectedAnswer(response.status);
}

/** Only the code of the cause is told, such as `ECONNREFUSED`: who made the cause may have put the request into it. */
export function noAnswer(timedOut: boolean, cause?: unknown): LatchkeyError {
  if (timedOut) return new LatchkeyError("timeout", "The issuer did not answer in time.");
  const code = (cause as { cause?: { code?: unknown } } | undefined)?.cause?.code;
  return new LatchkeyError("network", "There was no answer from the issuer.", {
    detail: typeof code === "string" ? code : undefined,
  });
}
