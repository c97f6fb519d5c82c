/**
 * Sends Argon2id hashes instead of passwords, for issuers that take them (docs/API.md).
 *
 * @packageDocumentation
 */
import { preHash } from "./argon2.js";
import { LatchkeyError } from "./error.js";
import type { Ask, Asked, Hashing } from "./issuer.js";
import { tooLong, weakness } from "./policy.js";
import { readSalt } from "./salt.js";

export type { Hashing } from "./issuer.js";

/** How to hash. The page decides: nothing that an issuer answers changes it. */
export interface HashingOptions {
  /** `transition` sends passwords and their hashes, `required` the hashes alone: passwords never leave the page. */
  readonly mode: "transition" | "required";
  /** Fewest characters of a new password, 8 to 64: the parameter `PasswordMinLength` of the issuer. 15 unless given. */
  readonly minLength?: number;
}

/** Where a password is in a body, and where its hash goes. */
const MEMBERS = [
  ["password", "client_hash"],
  ["current_password", "current_client_hash"],
  ["new_password", "new_client_hash"],
] as const;

/**
 * Hashes every password that a client sends; give it to `createClient` as `hashing`. New passwords are judged first,
 * because the issuer does not see them: one that is too weak fails as it would there, with `invalid-input`.
 */
export function hashPasswords({ mode, minLength = 15 }: HashingOptions): Hashing {
  if (mode !== "transition" && mode !== "required") throw new TypeError("`mode` is neither transition nor required");
  if (!(minLength >= 8 && minLength <= 64)) throw new TypeError("`minLength` is not between 8 and 64");
  // Around everything that is asked: no route and no later one can be forgotten.
  return (ask) => async (route, asked, read) => {
    const body: Record<string, unknown> = { ...asked.body };
    const found = MEMBERS.filter(([member]) => body[member] !== undefined);
    if (found.length === 0) return ask(route, asked, read);
    const passwords = found.map(([member, hash]) => ({ member, hash, text: String(body[member]) }));
    const email = asked.email ?? String(body["email"]);
    judge(passwords, route, email, minLength);
    const salt = await saltOf(ask, email, asked);
    for (const { member, hash, text } of passwords) {
      body[hash] = await preHash(text, salt);
      if (mode === "required") delete body[member];
    }
    return ask(route, { ...asked, body }, read);
  };
}

/** Asked for each time, and kept nowhere. */
function saltOf(ask: Ask, email: string, { signal }: Asked): Promise<Uint8Array> {
  return ask("POST /auth/salt", { body: { email }, signal }, readSalt);
}

/** Refuses in the issuer's words what the issuer would refuse, so that a form shows them alike. */
function judge(
  passwords: readonly { member: string; text: string }[],
  route: string,
  email: string,
  minLength: number,
): void {
  const errors = passwords.flatMap(({ member, text }) => {
    const isNew = member === "new_password" || route === "POST /auth/register";
    const detail = tooLong(text) ?? (isNew ? weakness(text, email, minLength) : missing(text));
    return detail === undefined ? [] : [{ pointer: `/${member}`, detail }];
  });
  if (errors.length > 0) {
    throw new LatchkeyError("invalid-input", "Some of the input is not acceptable.", { status: 422, errors });
  }
}

/** The library hashes everything but nothing. */
function missing(text: string): string | undefined {
  return text === "" ? "must not be empty" : undefined;
}
