import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { dropped, instead, problem } from "./issuer.js";
import { ACCESS } from "./sessions.js";
import { ADA, World } from "./world.js";

test("neither the client nor its errors and events show a token or a password", async (t) => {
  const world = await World.start(t);
  const seen: string[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (typeof init?.body === "string")
      seen.push(
        ...Object.values(JSON.parse(init.body) as object).filter((value) => value !== ADA.email && value !== "token"),
      );
    if (input instanceof Request) seen.push((input.headers.get("authorization") ?? "").slice(7));
    return globalThis.fetch(input, init);
  };
  const tab = await world.signedIn({ store: world.store }, { fetch });
  await tab.fetch(`${world.issuer.api}/notes`);
  const shown: unknown[] = [tab.client];
  world.issuer.next("POST /auth/login", dropped, instead(problem(422, "invalid-input")));
  for (const _ of [1, 2]) await tab.login(ADA).catch((error: unknown) => shown.push(error));
  await tab.fetch("https://example.com").catch((error: unknown) => shown.push(error));
  world.issuer.next("POST /auth/refresh", instead(problem(403, "internal")));
  world.clock.advance(ACCESS * 1000);
  await tab.fetch(`${world.issuer.api}/notes`).catch((error: unknown) => shown.push(error));
  await tab.logout();
  shown.push(...tab.ends);

  assert.ok(shown.length >= 6 && new Set(seen).size >= 3, "there was something to find");
  const texts = shown.flatMap((value) => [
    inspect(value, { depth: null, showHidden: true, getters: true }),
    JSON.stringify(value),
    String(value),
    String((value as Error).stack),
  ]);
  for (const secret of seen) {
    assert.ok(!texts.some((text) => text.includes(secret)));
  }
});

test("only the refresh token is stored, and only where the user of this package says", async (t) => {
  const world = await World.start(t);
  await world.signedIn();
  assert.equal(world.store.entries.size, 0);
  const tab = await world.signedIn({ store: world.store });
  await tab.fetch(`${world.issuer.api}/notes`);
  const [[key, value] = ["", ""], ...others] = [...world.store.entries];
  assert.deepEqual([key, others], [`latchkey:${world.issuer.url}`, []]);
  assert.deepEqual(Object.keys(JSON.parse(value) as object), ["sessionId", "refreshToken"]);
  assert.ok(!value.includes(world.issuer.calls[0]?.authorization?.slice(7) ?? value));
});

test("the access token is told to tabs that share the store, and to nobody when none is shared", async (t) => {
  const world = await World.start(t);
  const alone = await world.signedIn();
  world.clock.advance(ACCESS * 1000);
  await alone.fetch(`${world.issuer.api}/notes`);
  await alone.logout();
  assert.deepEqual(world.messages, []);
});
