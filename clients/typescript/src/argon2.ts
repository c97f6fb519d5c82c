import { argon2id } from "hash-wasm";
import { LatchkeyError } from "./error.js";
import { VERSION_1 } from "./salt.js";

/**
 * What is sent instead of a password: Argon2id (RFC 9106) of its NFKC form, in base64url without padding.
 *
 * It occupies the thread, for 35 to 90 ms on a laptop, when the answer with the salt has arrived. Once per sign-in that
 * is no reason for a worker, which would need a file of its own, or `worker-src blob:` in the page's policy.
 */
export async function preHash(password: string, salt: Uint8Array): Promise<string> {
  try {
    const hash = await argon2id({
      password: new TextEncoder().encode(password.normalize("NFKC")),
      salt,
      memorySize: VERSION_1.memory_kib,
      iterations: VERSION_1.iterations,
      parallelism: VERSION_1.parallelism,
      hashLength: VERSION_1.hash_bytes,
      outputType: "binary",
    });
    return btoa(String.fromCharCode(...hash))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");
  } catch (error) {
    // Only its name is told, such as `CompileError` where the page's policy forbids WebAssembly.
    throw new LatchkeyError("hashing-failed", "Passwords cannot be hashed here.", {
      detail: error instanceof Error ? error.name : undefined,
    });
  }
}
