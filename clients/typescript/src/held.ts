import { type Platform, stopwatch } from "./platform.js";
import type { Grant, User } from "./tokens.js";

/** The session as this tab holds it, in memory only. */
export interface Live {
  readonly sessionId: string;
  readonly accessToken: string;
  readonly user: User;
  /** Milliseconds since the access token was asked for, which is a little more than its age. */
  readonly age: () => number;
  /** Milliseconds that the issuer gave the access token. */
  readonly lifetime: number;
  /** The age from which on it should be replaced. */
  readonly renewAt: number;
  /** Somebody has needed this token: only then is it replaced before somebody waits for it. */
  used: boolean;
}

/** Before this part of its lifetime an access token is not replaced. */
const EARLIEST = 0.7;
/** Tabs and users that began together do not renew together: a random part of this is added. */
const JITTER = 0.2;
/** A token that is about to expire may do so on its way: milliseconds, but no more than a tenth of its lifetime. */
const ON_ITS_WAY = 5_000;

/** What was granted to a request that was sent when `age` began. */
export function liveOf(grant: Omit<Grant, "refreshToken">, age: () => number, platform: Platform): Live {
  const { sessionId, accessToken, user, lifetime } = grant;
  const renewAt = lifetime * (EARLIEST + JITTER * platform.random());
  return { sessionId, accessToken, user, age, lifetime, renewAt, used: false };
}

/** Whether to replace it when there is time. */
export function isDue(live: Live): boolean {
  return live.age() >= live.renewAt;
}

/** Whether to replace it before the next request. */
export function isExpired(live: Live): boolean {
  return live.age() >= live.lifetime - Math.min(ON_ITS_WAY, live.lifetime / 10);
}

/** Milliseconds. */
export function remaining(live: Live): number {
  return live.lifetime - live.age();
}

/** A {@link Live} as another tab needs it. */
export interface Shared {
  readonly sessionId: string;
  readonly accessToken: string;
  readonly user: User;
  readonly lifetime: number;
  readonly age: number;
  /** By the wall clock, which all tabs of a machine have in common: a frozen tab hears late. */
  readonly sentAt: number;
}

/** For another tab. */
export function share(live: Live, platform: Platform): Shared {
  const { sessionId, accessToken, user, lifetime } = live;
  return { sessionId, accessToken, user, lifetime, age: live.age(), sentAt: platform.wall() };
}

/** From another tab. */
export function received(shared: Shared, platform: Platform): Live {
  const onItsWay = Math.max(platform.wall() - shared.sentAt, 0);
  return liveOf(shared, stopwatch(platform, shared.age + onItsWay), platform);
}
