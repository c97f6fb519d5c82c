import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "./clock.js";
import { ACCESS } from "./sessions.js";
import { ADA, GRACE_HOPPER, World } from "./world.js";

const REFRESH = "POST /auth/refresh";

test("without locks the grace keeps all tabs signed in", async (t) => {
  const { world } = await start(t);
  const tabs = [world.lonelyTab(), world.lonelyTab(), world.lonelyTab()];
  await Promise.all(tabs.map((tab) => tab.restore()));
  assert.equal(world.issuer.count(REFRESH), 3);
  assert.equal(world.issuer.sessions.rotations, 1);
  world.clock.advance(2 * ACCESS * 1000);
  for (const tab of tabs) {
    assert.equal((await tab.fetch(`${world.issuer.api}/notes`)).status, 200);
  }
});

test("without locks the clients of one process that share a store object take turns", async (t) => {
  const { world } = await start(t);
  const tabs = [1, 2, 3].map(() => world.tab({ locks: undefined }));
  await Promise.all(tabs.map((tab) => tab.restore()));
  assert.equal(world.issuer.count(REFRESH), 1);
});

test("without locks an answer that comes after somebody else's sign-in is not used", async (t) => {
  const { world } = await start(t);
  const [slow, fast] = [world.lonelyTab(), world.lonelyTab()];
  await slow.restore();
  const asked = world.issuer.count(REFRESH);
  const release = world.issuer.hold(REFRESH);
  world.issuer.sessions.loseAccessTokens();
  const answer = slow.fetch(`${world.issuer.api}/notes`);
  await until(() => world.issuer.count(REFRESH) > asked, "the slow refresh");
  await fast.login(GRACE_HOPPER);
  const stored = [...world.store.entries];
  release();
  assert.equal((await answer).status, 403);
  assert.deepEqual([...world.store.entries], stored);
  await assert.rejects(slow.fetch(`${world.issuer.api}/notes`), { slug: "signed-out" });
  assert.equal(world.issuer.calls.length, 1);
});

test("an answer that comes late does not put an old token over a newer one", async (t) => {
  const { world } = await start(t);
  const [slow, fast] = [world.lonelyTab(), world.lonelyTab()];
  const release = world.issuer.hold(REFRESH);
  const restored = slow.restore();
  await until(() => world.issuer.count(REFRESH) === 1, "the slow refresh");
  await fast.restore();
  world.issuer.sessions.loseAccessTokens();
  await fast.fetch(`${world.issuer.api}/notes`);
  assert.equal(world.issuer.sessions.rotations, 2);
  const newest = [...world.store.entries.values()];
  release();
  assert.equal((await restored)?.email, ADA.email);
  assert.deepEqual([...world.store.entries.values()], newest);
});

/** A store in which Ada's session is. */
async function start(t: Parameters<typeof World.start>[0]) {
  const world = await World.start(t);
  await world.signedIn({ store: world.store });
  return { world };
}
