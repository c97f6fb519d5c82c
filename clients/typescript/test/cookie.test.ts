import assert from "node:assert/strict";
import { test } from "node:test";
import { type CookieTab, Browser, startBrowser } from "./browser.js";
import { settle, until } from "./clock.js";
import { instead, lost, problem } from "./issuer.js";
import { ACCESS, GRACE } from "./sessions.js";
import { ADA, GRACE_HOPPER, World } from "./world.js";

const CHECK = "GET /auth/check";
const ME = "GET /auth/me";

test("a sign-in asks for a cookie, and nothing that it answers is a token", async (t) => {
  const world = await World.start(t);
  const browser = new Browser(world);
  const { client } = browser.tab();
  const user = await client.login(ADA);
  assert.deepEqual([user.email, client.user?.email], [ADA.email, ADA.email]);
  assert.ok(browser.cookie);
  const credentials = { email: "edith@example.com", password: "a long walk by the fire" };
  assert.equal((await browser.tab().client.register(credentials)).email, credentials.email);
  await assert.rejects(client.login({ ...ADA, password: "no" }), { slug: "invalid-credentials", status: 401 });
  assert.deepEqual([...world.store.entries], []);
});

test("requests go with the cookie and without a token, to the page's own origin only", async (t) => {
  const { browser, world, tabs } = await startBrowser(t, 1);
  const { client } = one(tabs);
  assert.equal((await client.fetch(`${world.issuer.url}/auth/me`, { credentials: "omit" })).status, 200);
  assert.deepEqual(browser.sent, [{ url: `${world.issuer.url}/auth/me`, credentials: "same-origin", authorization: null }]);
  await assert.rejects(client.fetch(`${world.issuer.api}/notes`), { slug: "foreign-origin" });
  assert.deepEqual(world.issuer.calls, []);
});

test("a reload takes the session up from the cookie alone, renewed if it is time", async (t) => {
  const { browser, world } = await startBrowser(t, 1);
  assert.equal((await browser.tab().client.restore())?.email, ADA.email);
  assert.equal(world.issuer.sessions.rotations, 0);
  world.clock.advance(ACCESS * 1000);
  assert.equal((await browser.tab().client.restore())?.email, ADA.email);
  assert.equal(world.issuer.sessions.rotations, 1);
});

test("without a cookie nobody is signed in, and nothing is sent", async (t) => {
  const world = await World.start(t);
  const { client, ends } = new Browser(world).tab();
  assert.equal(await client.restore(), undefined);
  const asked = world.issuer.requests.length;
  await assert.rejects(client.fetch(`${world.issuer.url}/auth/me`), { slug: "signed-out" });
  assert.equal(world.issuer.requests.length, asked);
  assert.deepEqual(ends, []);
});

test("requests that are refused together share one check, and all are sent again", async (t) => {
  const { world, tabs } = await startBrowser(t, 1);
  const { client } = one(tabs);
  world.clock.advance(ACCESS * 1000);
  const answers = await Promise.all([1, 2, 3, 4, 5].map(() => client.fetch(`${world.issuer.url}/auth/me`)));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200, 200, 200],
  );
  assert.deepEqual([world.issuer.count(CHECK), world.issuer.sessions.rotations], [1, 1]);
});

test("tabs whose cookie has expired ask one after the other and make one rotation", async (t) => {
  const { world, tabs } = await startBrowser(t, 3);
  world.clock.advance(ACCESS * 1000);
  const release = world.issuer.hold(CHECK);
  const answers = Promise.all(tabs.map(({ client }) => client.fetch(`${world.issuer.url}/auth/me`)));
  await until(() => world.issuer.count(CHECK) === 1, "the check");
  await settle();
  assert.equal(world.issuer.count(CHECK), 1, "one in flight");
  release();
  assert.deepEqual(
    (await answers).map(({ status }) => status),
    [200, 200, 200],
  );
  assert.equal(world.issuer.sessions.rotations, 1);
});

test("a refusal that no new cookie cures is what the caller gets, after one check", async (t) => {
  const { world, tabs } = await startBrowser(t, 1);
  const { client, ends } = one(tabs);
  for (const [answer, checks, requests] of [
    [problem(401, "invalid-token"), 1, 2],
    [{ status: 401 }, 1, 2],
    [problem(401, "invalid-credentials"), 0, 1],
    [{ status: 403 }, 0, 1],
  ] as const) {
    world.issuer.requests.length = 0;
    world.issuer.next(ME, ...Array.from({ length: requests }, () => instead(answer)));
    assert.equal((await client.fetch(`${world.issuer.url}/auth/me`)).status, answer.status);
    assert.deepEqual([world.issuer.count(CHECK), world.issuer.count(ME)], [checks, requests]);
  }
  assert.deepEqual(ends, []);
});

test("a lost answer to a check is asked for again within the grace", async (t) => {
  const { world, tabs } = await startBrowser(t, 1);
  world.clock.advance(ACCESS * 1000);
  world.issuer.next(CHECK, lost);
  const answer = one(tabs).client.fetch(`${world.issuer.url}/auth/me`);
  assert.ok((await world.clock.pause()) < GRACE * 1000);
  assert.equal((await answer).status, 200);
  assert.deepEqual([world.issuer.count(CHECK), world.issuer.sessions.rotations], [2, 1]);
});

test("an outage of the check signs nobody out", async (t) => {
  const { world, tabs } = await startBrowser(t, 1);
  const { client, ends } = one(tabs);
  world.clock.advance(ACCESS * 1000);
  world.issuer.next(CHECK, instead(problem(503, "unavailable", {}, { "retry-after": "300" })));
  assert.equal((await client.fetch(`${world.issuer.url}/auth/me`)).status, 401);
  assert.deepEqual([ends, client.user?.email], [[], ADA.email]);
  assert.equal((await client.fetch(`${world.issuer.url}/auth/me`)).status, 200);
});

function one(tabs: CookieTab[]): CookieTab {
  const [tab] = tabs;
  assert.ok(tab);
  return tab;
}

test("a client that is closed stays signed out", async (t) => {
  const { world, browser } = await startBrowser(t, 1);
  const { client } = browser.tab();
  const release = world.issuer.hold(ME);
  const restored = client.restore();
  await until(() => world.issuer.count(ME) === 1, "the profile");
  client.close();
  release();
  await assert.rejects(restored, { slug: "signed-out" });
  assert.equal(client.user, undefined);
  await assert.rejects(client.login(GRACE_HOPPER), { slug: "signed-out" });
});
