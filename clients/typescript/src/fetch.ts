import { readSlug } from "./answer.js";
import { LatchkeyError } from "./error.js";
import { unlessAborted } from "./retry.js";

type Fetch = typeof globalThis.fetch;

/** Who knows the session that requests are sent for. */
export interface Sessions<S> {
  /** The session as it is now. */
  current(): Promise<S>;
  /** The same session renewed, because it was refused as it was; `undefined` when that cannot be. */
  better(refused: S): Promise<S | undefined>;
}

/** `fetch` for a session, to `origins` only. `refusals` are the statuses that a renewal may cure. */
export function createFetch<S>(
  sessions: Sessions<S>,
  origins: ReadonlySet<string>,
  refusals: readonly number[],
  send: (request: Request, session: S) => Promise<Response>,
): Fetch {
  return async (input, init) => {
    // What is looked at is what is sent: an object given as the address could say something else the second time.
    const request = new Request(input, init);
    checkOrigin(request.url, origins);
    const session = await unlessAborted(sessions.current(), request.signal);
    const response = await send(request, session);
    if (!refusals.includes(response.status) || !canSendAgain(input, init)) return response;
    if (!(await mayBeCured(response, request))) return response;
    // Nobody signs out because a renewal fails: the answer is what the caller gets.
    const renewed = await unlessAborted(
      sessions.better(session).catch(() => undefined),
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
async function mayBeCured(response: Response, request: Request): Promise<boolean> {
  // Redirected elsewhere, where the token did not go with it.
  if (response.redirected && new URL(response.url).origin !== new URL(request.url).origin) return false;
  const slug = await readSlug(response);
  return slug === undefined || slug === "invalid-token";
}
