/**
 * Sessions of Latchkey in a cookie that no script can read, for pages on the issuer's own origin.
 *
 * @packageDocumentation
 */
export type { EndCause } from "./cause.js";
export type { CallOptions, Credentials, LogoutOptions, PasswordChange, Registration } from "./client.js";
export { createClient } from "./cookieclient.js";
export type { CookieClient, CookieClientOptions, CookieSessionEnd } from "./cookieclient.js";
export { LatchkeyError } from "./error.js";
export type { ErrorDetails, InputError } from "./error.js";
export type { Hashing } from "./issuer.js";
export type { User } from "./tokens.js";
