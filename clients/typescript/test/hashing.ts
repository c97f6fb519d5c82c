import { createHmac } from "node:crypto";

/** What an issuer knows of hashes that clients make (docs/API.md). */
export class Hashing {
  mode: "off" | "transition" | "required" = "off";
  /** Instead of what it would answer. */
  readonly salts = new Map<string, Buffer>();

  /** The same for an address whenever it is asked for, and whether or not somebody has it. */
  saltOf(email: string): object | undefined {
    if (this.mode === "off") return undefined;
    const drawn = createHmac("sha256", "the oldest pepper").update(email.toLowerCase()).digest().subarray(0, 16);
    return saltAnswer({ mode: this.mode, salt: (this.salts.get(email) ?? drawn).toString("base64url") });
  }

  /** What is wrong with a body: `required` takes no passwords, `off` no hashes. */
  refusal(body: Record<string, string>): object | undefined {
    const unwelcome = { off: /hash$/, transition: /^$/, required: /password$/ }[this.mode];
    const member = Object.keys(body).find((name) => unwelcome.test(name));
    return member === undefined ? undefined : { pointer: `/${member}`, detail: "is not taken here" };
  }
}

/** An answer of `POST /auth/salt`. */
export function saltAnswer(more: object): object {
  const work = { memory_kib: 19_456, iterations: 2, parallelism: 1, hash_bytes: 32 };
  return { mode: "required", algorithm: "argon2id", version: 19, ...work, salt: "AAECAwQFBgcICQoLDA0ODw", ...more };
}
