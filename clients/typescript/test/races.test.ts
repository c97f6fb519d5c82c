import assert from "node:assert/strict";
import { test } from "node:test";
import { settle, until } from "./clock.js";
import { ACCESS } from "./sessions.js";
import { GRACE_HOPPER, type MapStore, World } from "./world.js";

const [LOGIN, REFRESH] = ["POST /auth/login", "POST /auth/refresh"];

test("a refresh whose answer comes after the sign-out does not bring the session back", async (t) => {
  for (const fetch of [globalThis.fetch, deaf]) {
    const { world, tab, store } = await start(t, { fetch });
    const release = world.issuer.hold(REFRESH);
    world.clock.advance(ACCESS * 1000);
    const answer = tab.fetch(`${world.issuer.api}/notes`).catch((error: unknown) => error);
    await until(() => world.issuer.count(REFRESH) === 1, "the refresh");
    const leaving = tab.logout();
    release();
    await leaving;
    assert.equal(((await answer) as { slug: string }).slug, "signed-out");
    await settle();
    assert.equal(store.entries.size, 0);
    assert.equal(tab.client.user, undefined);
    assert.equal(world.issuer.sessions.ends.at(-1), "logout");
    assert.deepEqual(world.issuer.calls, []);
  }
});

test("a sign-in whose answer comes after a sign-out signs nobody in, and is ended", async (t) => {
  const { world, tab, store } = await start(t);
  const release = world.issuer.hold(LOGIN);
  const late = tab.login(GRACE_HOPPER);
  await until(() => world.issuer.count(LOGIN) === 2, "the sign-in");
  await tab.logout();
  release();
  await assert.rejects(late, { slug: "signed-out" });
  await until(() => world.issuer.sessions.ends.at(-1) === "logout", "the end of the late session");
  assert.equal(store.entries.size, 0);
  assert.equal(tab.client.user, undefined);
});

test("who signs in again ends the session that was here, and its refresh", async (t) => {
  const { world, tab } = await start(t);
  const release = world.issuer.hold(REFRESH);
  world.clock.advance(ACCESS * 1000);
  const answer = tab.fetch(`${world.issuer.api}/notes`).catch((error: unknown) => error);
  await until(() => world.issuer.count(REFRESH) === 1, "the refresh");
  await tab.login(GRACE_HOPPER);
  release();
  assert.equal(((await answer) as { slug: string }).slug, "signed-out");
  assert.deepEqual(world.issuer.calls, [], "no request is sent as somebody else");
  await until(() => world.issuer.sessions.ends.at(-2) === "logout", "the end of the former session");
  assert.equal(world.issuer.sessions.ends.at(-1), undefined);
  assert.equal(tab.client.user?.email, GRACE_HOPPER.email);
  assert.deepEqual(tab.ends, []);
});

test("who waits for the lock looks at the store again: it may be somebody else's by then", async (t) => {
  const { world, tab, store } = await start(t);
  let release = (): void => {};
  const name = `latchkey:${world.issuer.url}`;
  void world.locks.request(name, () => new Promise<void>((resolve) => (release = resolve)));
  world.clock.advance(ACCESS * 1000);
  const answer = assert.rejects(tab.fetch(`${world.issuer.api}/notes`), { slug: "signed-out" });
  await settle();
  store.entries.set(name, JSON.stringify({ sessionId: "somebody-else", refreshToken: "lkr_somebody-else" }));
  world.issuer.requests.length = 0;
  release();
  await answer;
  assert.deepEqual(
    tab.ends.map(({ cause }) => cause),
    ["replaced"],
  );
  assert.deepEqual(world.issuer.requests, []);
});

test("a request that was refused is not repeated as somebody who signed in meanwhile", async (t) => {
  const { world, tab } = await start(t);
  let refuse = (): void => {};
  world.issuer.next("GET /notes", (response) => void (refuse = () => response.writeHead(403).end()));
  const answer = tab.fetch(`${world.issuer.api}/notes`);
  await until(() => world.issuer.count("GET /notes") === 1, "the request");
  await tab.login(GRACE_HOPPER);
  refuse();
  assert.equal((await answer).status, 403);
  assert.equal(world.issuer.count("GET /notes"), 1);
});

/** A `fetch` that does not hear that it should stop. */
const deaf: typeof globalThis.fetch = (input, init) => {
  const { signal: _, ...rest } = init ?? {};
  return globalThis.fetch(input, rest);
};

async function start(t: Parameters<typeof World.start>[0], platform: object = {}) {
  const world = await World.start(t);
  const store: MapStore = world.store;
  return { world, store, tab: await world.signedIn({ store }, platform) };
}
