import { readSlug } from "./answer.js";
import { LatchkeyError } from "./error.js";
import type { Keeper } from "./keeper.js";
import type { Live } from "./live.js";
import type { Platform } from "./platform.js";
import { unlessAborted } from "./retry.js";

type Fetch = typeof globalThis.fetch;

/** `fetch` with the access token, to `origins` only. */
export function createFetch(platform: Platform, keeper: Keeper, origins: ReadonlySet<string>): Fetch {
  const send = (request: Request, { accessToken }: Live): Promise<Response> => {
    request.headers.set("authorization", `Bearer ${accessToken}`);
    return platform.fetch(request);
  };

  return async (input, init) => {
    // What is looked at is what is sent: an object given as the address could say something else the second time.
    const request = new Request(input, init);
    checkOrigin(request.url, origins);
    const session = await unlessAborted(keeper.current(), request.signal);
    const response = await send(request, session);
    if (!canSendAgain(input, init) || !(await isRefusedToken(response, request))) return response;
    // Nobody signs out because a renewal fails: the answer is what the caller gets.
    const renewed = await unlessAborted(
      keeper.better(session).catch(() => undefined),
      request.signal,
    );
    if (!renewed) return response;
    void response.body?.cancel().catch(() => {});
    return send(new Request(input, init), renewed);
  };
}

function checkOrigin(url: string, origins: ReadonlySet<string>): void {
  const { origin } = new URL(url);
  if (!origins.has(origin)) {
    throw new LatchkeyError("foreign-origin", "Tokens are sent to the issuer and to the origins in `apis` only.", {
      detail: origin,
    });
  }
}

/** A stream is gone once it is sent. */
function canSendAgain(input: Parameters<Fetch>[0], init: RequestInit | undefined): boolean {
  const body: unknown = init?.body;
  if (typeof body === "object" && body !== null && ("getReader" in body || Symbol.asyncIterator in body)) return false;
  return !(input instanceof Request && input.bodyUsed);
}

/**
 * Whether a new token may help. Gateways answer 401 or 403 to a token that is too old, and so do our own routes with
 * `invalid-token`; their other problems are about something else.
 */
async function isRefusedToken(response: Response, request: Request): Promise<boolean> {
  if (response.status !== 401 && response.status !== 403) return false;
  // Redirected elsewhere, where the token did not go with it.
  if (response.redirected && new URL(response.url).origin !== new URL(request.url).origin) return false;
  const slug = await readSlug(response.clone());
  return slug === undefined || slug === "invalid-token";
}
