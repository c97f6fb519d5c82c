import type { TestContext } from "node:test";
import { type HashingOptions, hashPasswords } from "../dist/hashing.js";
import { type Answer, JSON_TYPE } from "./issuer.js";
import { type Tab, World } from "./world.js";

export const SALT = "POST /auth/salt";
/** Computed with the reference implementation of Argon2; the server's tests have the same. */
export const GOLDEN = {
  password: "correct horse battery stäple",
  salt: Buffer.from("000102030405060708090a0b0c0d0e0f", "hex"),
  hash: "TySGA2f9lXRO_IsDeqyR5Nrkz-CT7lFIG2xmZxjU114",
};
/** Whose salt is the golden one. */
export const EDITH = { email: "edith@example.com", password: GOLDEN.password };

/** An issuer and a client that hash. */
export async function startHashing(
  t: TestContext,
  mode: HashingOptions["mode"],
): Promise<{ world: World; tab: Tab }> {
  const world = await World.start(t);
  world.issuer.hashing.mode = mode;
  world.issuer.hashing.salts.set(EDITH.email, GOLDEN.salt);
  return { world, tab: world.client({ hashing: hashPasswords({ mode }) }) };
}

/** An answer of the issuer. */
export function json(value: unknown): Answer {
  return { status: 200, headers: JSON_TYPE, body: JSON.stringify(value) };
}
