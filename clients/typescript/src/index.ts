/**
 * Sessions of Latchkey: sign-in, silent renewal, and `fetch` with a bearer token.
 *
 * @packageDocumentation
 */
export type { EndCause, SessionEnd } from "./cause.js";
export { createClient } from "./client.js";
export type { CallOptions, Client, ClientOptions, Credentials } from "./client.js";
export type { LogoutOptions, PasswordChange, Registration } from "./client.js";
export { LatchkeyError } from "./error.js";
export type { ErrorDetails, InputError } from "./error.js";
export type { Hashing } from "./issuer.js";
export type { User } from "./tokens.js";
export type { Store } from "./vault.js";
