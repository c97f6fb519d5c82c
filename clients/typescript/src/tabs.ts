import { members } from "./answer.js";
import { type EndCause, causeOf } from "./cause.js";
import type { Shared } from "./held.js";
import type { Platform } from "./platform.js";
import { isId, isToken, isUser } from "./tokens.js";

/** What the tabs that share a store tell each other. */
export interface Tabs {
  /** A new access token: the others need not ask for one. */
  renewed(shared: Shared): void;
  ended(sessionId: string, cause: EndCause): void;
  close(): void;
}

/** What to do about what other tabs tell. */
export interface Heard {
  renewed(shared: Shared): void;
  ended(sessionId: string, cause: EndCause): void;
}

/** Joins the others; alone when there is no `name`. */
export function joinTabs(name: string | undefined, platform: Platform, heard: Heard): Tabs {
  const channel = name === undefined ? undefined : platform.openChannel(name, (data) => hear(data, heard));
  return {
    renewed: (shared) => channel?.postMessage({ renewed: shared }),
    ended: (sessionId, cause) => channel?.postMessage({ ended: { sessionId, cause } }),
    close: () => channel?.close(),
  };
}

/** Another version of this package may be in the other tab: what is not understood is not heard. */
function hear(data: unknown, heard: Heard): void {
  const { renewed, ended } = members(data) as { renewed?: unknown; ended?: unknown };
  if (isShared(renewed)) heard.renewed(renewed);
  const { sessionId, cause } = members(ended) as { sessionId?: unknown; cause?: unknown };
  const known = causeOf(cause);
  if (isId(sessionId) && known) heard.ended(sessionId, known);
}

function isShared(value: unknown): value is Shared {
  const { sessionId, accessToken, user, lifetime, age, sentAt } = members(value) as {
    [member in keyof Shared]?: unknown;
  };
  return isId(sessionId) && isToken(accessToken) && isUser(user) && [lifetime, age, sentAt].every(Number.isFinite);
}
