import { signedOut, unexpectedAnswer } from "./error.js";
import { type Live, liveOf } from "./live.js";
import type { Parts } from "./parts.js";
import { stopwatch } from "./platform.js";
import { persist } from "./retry.js";
import type { StoredSession } from "./vault.js";

/** The last attempt has to arrive within the grace: a part of it. */
const WINDOW = 0.9;
/** What takes longer counts as lost: a part of the grace, so that there is time for more attempts. */
const ATTEMPT = 1 / 3;

/**
 * Trades the stored refresh token for its successor and stores that. To be called with the lock.
 *
 * When an answer is lost, nobody knows whether the token was replaced. It is sent again within the grace, counted from
 * the first time it was sent, and the issuer answers with the same successor (docs/API.md, Refreshing and the grace).
 */
export async function rotate(parts: Parts, stored: StoredSession, signal: AbortSignal): Promise<Live> {
  const { platform, issuer, vault, grace } = parts;
  let age = stopwatch(platform);
  const grant = await persist(platform, grace * WINDOW, signal, () => {
    age = stopwatch(platform);
    return issuer.refresh(stored.refreshToken, signal, grace * ATTEMPT);
  });
  if (grant.sessionId !== stored.sessionId) throw unexpectedAnswer(200);
  const current = await vault.read();
  signal.throwIfAborted();
  if (current?.sessionId !== stored.sessionId) throw signedOut();
  // Where tabs have no common lock another one may have gone further: its token is the current one.
  if (current.refreshToken === stored.refreshToken) await vault.write(grant);
  signal.throwIfAborted();
  return liveOf(grant, age, platform);
}
