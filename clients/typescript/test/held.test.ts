import assert from "node:assert/strict";
import { test } from "node:test";
import { isDue, isExpired, liveOf, received, remaining, share } from "../dist/held.js";
import { realPlatform, stopwatch } from "../dist/platform.js";
import { Clock } from "./clock.js";

const user = { id: "0b9f", email: "ada@example.com", created_at: "2026-01-01T12:00:00Z", roles: [], scopes: [] };

function start(lifetime: number) {
  const clock = new Clock();
  const platform = {
    ...realPlatform(),
    monotonic: () => clock.now,
    wall: () => clock.now + clock.ahead,
    random: () => 0.5,
  };
  const live = liveOf({ sessionId: "5c2d", accessToken: "at.1", user, lifetime }, stopwatch(platform), platform);
  return { clock, platform, live };
}

test("a token is due from four fifths of its lifetime on, more or less, and not a moment before", () => {
  const { clock, live } = start(900_000);
  clock.advance(719_999);
  assert.equal(isDue(live), false);
  clock.advance(1);
  assert.equal(isDue(live), true);
});

test("a token counts as expired 5 seconds, or a tenth of its lifetime, before it is", () => {
  for (const [lifetime, expires] of [
    [900_000, 895_000],
    [20_000, 18_000],
  ] as const) {
    const { clock, live } = start(lifetime);
    clock.advance(expires - 1);
    assert.equal(isExpired(live), false);
    clock.advance(1);
    assert.equal(isExpired(live), true);
  }
});

test("in another tab a token is as old as in this one, and as its message", () => {
  const { clock, platform, live } = start(900_000);
  clock.advance(10_000);
  const shared = share(live, platform);
  assert.equal(remaining(received(shared, platform)), 890_000);
  clock.advance(5_000);
  assert.equal(remaining(received(shared, platform)), 885_000);
  clock.ahead -= 3_600_000;
  assert.equal(remaining(received(shared, platform)), 890_000, "a message from the future is new");
});
