import { bits } from "./guesses.js";

// The rules of shared/src/domain/password.rs and shared/src/passwords/policy.rs, with their words: test/passwords.json
// has the verdicts of both.

/** Longest password in code points. */
const MAX_CHARS = 256;
/** What is read at all, in bytes: 256 code points of four bytes, with room for what normalization composes. */
const MAX_BYTES = 4 * 4 * MAX_CHARS;
/** A password that a guesser reaches within 10⁸ tries (2²⁷) is on everybody's list or put together from it. */
const MIN_BITS = 27;

/** Why a text can be nobody's password, in words for the user. */
export function tooLong(text: string): string | undefined {
  const isTooLong = new TextEncoder().encode(text).length > MAX_BYTES || chars(text.normalize("NFKC")) > MAX_CHARS;
  return isTooLong ? `must have at most ${MAX_CHARS} characters` : undefined;
}

/** Why a text should not become the password of the user with this email, in words for the user. */
export function weakness(text: string, email: string, minLength: number): string | undefined {
  const normalized = text.normalize("NFKC");
  // Some single characters are many after normalization: they are still one key press.
  if (Math.min(chars(text), chars(normalized)) < minLength) return `must have at least ${minLength} characters`;
  const address = canonical(email);
  const [local = ""] = address.split("@");
  if (normalized.toLowerCase().includes(address) || asciiLowerCase(normalized) === local) {
    return "must not contain your email address";
  }
  if (bits(normalized, [address, local]) < MIN_BITS) {
    return "is too easy to guess: it is, or is put together from, passwords that attackers try first";
  }
  return undefined;
}

/** In code points. */
function chars(text: string): number {
  return [...text].length;
}

/** The form by which an address is unique: an international domain in its ASCII form, and all lower case. */
function canonical(email: string): string {
  const [local = "", domain = ""] = email.split("@");
  return asciiLowerCase(`${local}@${asciiDomain(domain)}`);
}

/** As it is when it can be no domain: the issuer refuses the address. */
function asciiDomain(domain: string): string {
  try {
    return new URL(`http://${domain}`).hostname;
  } catch {
    return domain;
  }
}

function asciiLowerCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
