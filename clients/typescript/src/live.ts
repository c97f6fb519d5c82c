/**
 * Rooms of Latchkey over WebSocket: connections that come back, and every message once and in order.
 *
 * @packageDocumentation
 */
export type { EndCause } from "./cause.js";
export { connect } from "./connection.js";
export type { Auth, ConnectOptions, Connection, ConnectionState, SendOptions } from "./connection.js";
export { LatchkeyError } from "./error.js";
export type { ErrorDetails, InputError } from "./error.js";
export type { Message, Position, Room, Sent } from "./frames.js";
export type { Socket } from "./line.js";
export type { Gone } from "./order.js";
export type { Carrier } from "./ticket.js";
export type { User } from "./tokens.js";
