import { members, readJson } from "./answer.js";
import { unexpectedAnswer } from "./error.js";

/** Version 1 of the scheme, as the issuer spells it. No answer can ask for less work, or for more. */
export const VERSION_1 = {
  algorithm: "argon2id",
  version: 0x13,
  memory_kib: 19_456,
  iterations: 2,
  parallelism: 1,
  hash_bytes: 32,
} as const;

/** 16 bytes in base64url; the last character has four bits that mean nothing, and are zero. */
const SALT = /^[\w-]{21}[AQgw]$/;

/** The salt in an answer of `POST /auth/salt`. Its `mode` is not looked at: the page decides what is sent. */
export async function readSalt(response: Response): Promise<Uint8Array> {
  const answer = members(await readJson(response));
  const isVersion1 = Object.entries(VERSION_1).every(([member, value]) => answer[member] === value);
  const salt = answer["salt"];
  if (!isVersion1 || typeof salt !== "string" || !SALT.test(salt)) throw unexpectedAnswer(response.status);
  const bytes = atob(salt.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(bytes, (byte) => byte.charCodeAt(0));
}
