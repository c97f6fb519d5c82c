import type { EndCause } from "./cause.js";

/** One part of the input that is not acceptable. */
export interface InputError {
  /** JSON pointer (RFC 6901) into what was sent, or `/name` of a query parameter. */
  readonly pointer: string;
  /** What is wrong, for people. */
  readonly detail: string;
}

/** What else is known about a failure. */
export interface ErrorDetails {
  readonly status?: number;
  readonly detail?: string | undefined;
  readonly errors?: readonly InputError[];
  readonly retryAfter?: number | undefined;
  readonly endCause?: EndCause | undefined;
}

/**
 * Every failure that this package reports. Decide by {@link LatchkeyError.slug}.
 *
 * It never holds a token, a password or the text of an answer that is not a problem document of the issuer.
 */
export class LatchkeyError extends Error {
  /** Always `LatchkeyError`. */
  override readonly name: string = "LatchkeyError";
  /** The HTTP status, 422 for a new password that is refused before it is sent, or 0 when there was no answer. */
  readonly status: number;
  /**
   * What went wrong: one of the slugs in docs/API.md, such as `invalid-credentials`, or one of ours:
   * `network` (no answer), `timeout`, `unexpected-answer` (one that is not Latchkey's), `signed-out`, `foreign-origin`,
   * `hashing-failed`; and of connections `session-ended`, `other-identity`, `nothing-listens`, `closed`, `queue-full`,
   * `body-too-large`.
   */
  readonly slug: string;
  /** One sentence, always the same for one slug. */
  readonly title: string;
  /** More about this failure, for people. */
  readonly detail: string | undefined;
  /** What is not acceptable in the input; empty when it is about something else. */
  readonly errors: readonly InputError[];
  /** Seconds after which trying again makes sense. */
  readonly retryAfter: number | undefined;
  /** Why the session is over, when the issuer says that it is. */
  readonly endCause: EndCause | undefined;

  /** For this package's own use. */
  constructor(slug: string, title: string, about: ErrorDetails = {}) {
    super(about.detail === undefined ? title : `${title} (${about.detail})`);
    this.status = about.status ?? 0;
    this.slug = slug;
    this.title = title;
    this.detail = about.detail;
    this.errors = about.errors ?? [];
    this.retryAfter = about.retryAfter;
    this.endCause = about.endCause;
  }
}

/** There is no session here (any more). */
export function signedOut(): LatchkeyError {
  return new LatchkeyError("signed-out", "Nobody is signed in.");
}

/** It is another user's session by now. */
export function otherIdentity(): LatchkeyError {
  return new LatchkeyError("other-identity", "Somebody else is signed in.");
}

/** An answer that Latchkey does not give. What it says is not repeated: it may be anything. */
export function unexpectedAnswer(status: number, retryAfter?: number): LatchkeyError {
  return new LatchkeyError("unexpected-answer", "The answer is not one of Latchkey's.", {
    status,
    detail: `status ${status}`,
    retryAfter,
  });
}
