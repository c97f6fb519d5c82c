import type { Issuer } from "./issuer.js";
import type { Lock } from "./lock.js";
import type { Platform } from "./platform.js";
import type { Vault } from "./vault.js";

/** What a client is made of, besides its state. */
export interface Parts {
  readonly platform: Platform;
  readonly issuer: Issuer;
  readonly vault: Vault;
  /** Held by whoever changes the vault. */
  readonly lock: Lock;
  /** Where the tabs talk that share the store; `undefined` when none does. */
  readonly channel: string | undefined;
  /** Milliseconds in which the issuer answers a refresh token that it has replaced. */
  readonly grace: number;
}
