import { signedOut, unexpectedAnswer } from "./error.js";
import { type Live, liveOf } from "./held.js";
import type { Parts } from "./parts.js";
import { stopwatch } from "./platform.js";
import { withinGrace } from "./retry.js";
import type { StoredSession } from "./vault.js";

/** Trades the stored refresh token for its successor and stores that. To be called with the lock. */
export async function rotate(parts: Parts, stored: StoredSession, signal: AbortSignal): Promise<Live> {
  const { platform, issuer, vault, grace } = parts;
  let age = stopwatch(platform);
  const grant = await withinGrace(platform, grace, signal, (limit) => {
    age = stopwatch(platform);
    return issuer.refresh(stored.refreshToken, signal, limit);
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
