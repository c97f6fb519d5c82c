const CAUSES = [
  "logout",
  "logout-all",
  "revoked-by-admin",
  "password-changed",
  "reuse-detected",
  "idle",
  "absolute",
  "account-deleted",
  "refused",
  "replaced",
  "removed",
] as const;

/**
 * Why a session is over.
 *
 * - `logout`, `logout-all`: somebody signed out, with {@link Client.logout} or on another device.
 * - `revoked-by-admin`, `password-changed`, `reuse-detected`, `idle`, `absolute`, `account-deleted`: the issuer says so
 *   (docs/API.md, When an ended session is refused).
 * - `refused`: the issuer does not know the session any more, or not why it is over.
 * - `replaced`: somebody signed in again.
 * - `removed`: it is no longer in the store, because of {@link Client.forget} or because the store was emptied.
 */
export type EndCause = (typeof CAUSES)[number];

/** The cause, if it is one that this version knows. */
export function causeOf(value: unknown): EndCause | undefined {
  return CAUSES.find((cause) => cause === value);
}

/** A session is over here. */
export interface SessionEnd {
  readonly sessionId: string;
  readonly cause: EndCause;
  /** Nobody ended it in this tab. */
  readonly elsewhere: boolean;
}
