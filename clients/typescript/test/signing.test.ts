import assert from "node:assert/strict";
import { test } from "node:test";
import { settle, until } from "./clock.js";
import { type Fault, dropped, instead, problem } from "./issuer.js";
import { ACCESS } from "./sessions.js";
import { ADA, type MapStore, World } from "./world.js";

const [LOGIN, LOGOUT, ALL] = ["POST /auth/login", "POST /auth/logout", "DELETE /auth/sessions"];

test("who registers is signed in, with the profile that the issuer answers", async (t) => {
  const world = await World.start(t);
  const tab = world.client();
  const user = await tab.register({ email: "joan@example.com", password: "a climb up the hill", name: "Joan" });
  assert.deepEqual([user.email, user.name], ["joan@example.com", "Joan"]);
  assert.equal(tab.client.user, user);
  assert.equal((await tab.fetch(`${world.issuer.url}/auth/me`)).status, 200);
});

test("a refusal says what the issuer says", async (t) => {
  const world = await World.start(t);
  const tab = world.client();
  await assert.rejects(tab.register(ADA), { name: "LatchkeyError", status: 409, slug: "email-taken" });
  await assert.rejects(tab.login({ ...ADA, password: "wrong" }), {
    status: 401,
    slug: "invalid-credentials",
    title: "The title of invalid-credentials.",
  });
  const errors = [{ pointer: "/password", detail: "must have at least 15 characters" }];
  world.issuer.next(LOGIN, instead(problem(422, "invalid-input", { detail: "why", errors })));
  await assert.rejects(tab.login(ADA), { status: 422, slug: "invalid-input", detail: "why", errors });
  world.issuer.next(LOGIN, instead(problem(429, "too-many-attempts", { retry_after: 3 }, { "retry-after": "4" })));
  await assert.rejects(tab.login(ADA), { status: 429, slug: "too-many-attempts", retryAfter: 4 });
  world.issuer.next(LOGIN, instead({ status: 503, body: '{"message":"Service Unavailable"}' }));
  await assert.rejects(tab.login(ADA), { status: 503, slug: "unexpected-answer" });
  assert.equal(world.issuer.count(LOGIN), 4, "attempts are counted: none is made twice");
  assert.equal(tab.client.user, undefined);
});

test("a sign-out ends the session at the issuer and here", async (t) => {
  const { world, tab, store } = await start(t);
  await tab.logout();
  await settle();
  assert.equal(world.issuer.sessions.ends.at(-1), "logout");
  assert.equal(store.entries.size, 0);
  assert.equal(tab.client.user, undefined);
  assert.deepEqual(
    tab.ends.map(({ cause, elsewhere }) => [cause, elsewhere]),
    [["logout", false]],
  );
  await assert.rejects(tab.fetch(`${world.issuer.api}/notes`), { slug: "signed-out" });
  await tab.logout();
  assert.equal(world.issuer.count(LOGOUT), 1, "there is nothing to end any more");
  assert.equal(tab.ends.length, 1);
});

test("a sign-out that fails has not happened", async (t) => {
  const failures: Record<string, Fault> = {
    network: dropped,
    internal: instead(problem(500, "internal")),
    "unexpected-answer": instead({ status: 200, body: "<html>Welcome to our Wi-Fi</html>" }),
  };
  for (const [slug, fault] of Object.entries(failures)) {
    const { world, tab, store } = await start(t);
    world.issuer.next(LOGOUT, ...Array<Fault>(20).fill(fault));
    const leaving = assert.rejects(tab.logout(), { slug });
    for (const wait of [187.5, 375, 750, 1500]) assert.equal(await world.clock.pause(), wait);
    await leaving;
    assert.equal(world.issuer.count(LOGOUT), 5);
    assert.ok(tab.client.user);
    assert.deepEqual([tab.ends, store.entries.size], [[], 1]);
    assert.equal((await tab.fetch(`${world.issuer.api}/notes`)).status, 200);
  }
});

test("a sign-out everywhere ends all sessions, also with an access token that has expired", async (t) => {
  const { world, tab, store } = await start(t);
  const phone = await world.signedIn();
  world.clock.advance(ACCESS * 1000);
  await tab.logout({ everywhere: true });
  assert.deepEqual(world.issuer.sessions.ends.slice(-2), ["logout-all", "logout-all"]);
  assert.deepEqual(
    tab.ends.map(({ cause }) => cause),
    ["logout-all"],
  );
  assert.equal(store.entries.size, 0);
  await assert.rejects(
    phone.fetch(`${world.issuer.url}/auth/me`).then(() => phone.fetch(`${world.issuer.url}/auth/me`)),
    { slug: "signed-out" },
  );
  assert.deepEqual(
    phone.ends.map(({ cause, elsewhere }) => [cause, elsewhere]),
    [["logout-all", true]],
  );
});

test("a sign-out everywhere that fails has not happened", async (t) => {
  for (const [slug, fault] of [
    ["internal", () => instead(problem(500, "internal"))],
    ["network", () => dropped],
    ["network", ({ url }: { url: string }) => instead({ status: 307, headers: { location: `${url}/auth/me` } })],
  ] as const) {
    const { world, tab } = await start(t);
    world.issuer.next(ALL, fault(world.issuer));
    await assert.rejects(tab.logout({ everywhere: true }), { slug });
    assert.ok(tab.client.user);
    assert.deepEqual(tab.ends, []);
  }
});

test("forget drops the session here and leaves it to the issuer", async (t) => {
  const { world, tab, store } = await start(t);
  await tab.forget();
  await settle();
  assert.equal(store.entries.size, 0);
  assert.deepEqual(
    tab.ends.map(({ cause }) => cause),
    ["removed"],
  );
  assert.equal(world.issuer.sessions.ends.at(-1), undefined);
  assert.equal(world.issuer.count(LOGOUT), 0);
});

test("a session that cannot be stored is not begun", async (t) => {
  const world = await World.start(t);
  world.store.fails = new Error("the disk is full");
  const tab = world.tab();
  await assert.rejects(tab.login(ADA), { message: "the disk is full" });
  assert.equal(tab.client.user, undefined);
  await until(() => world.issuer.sessions.ends.at(-1) === "logout", "the end of the session at the issuer");
});

test("each call can be given up", async (t) => {
  const { world, tab } = await start(t);
  const reason = new Error("enough");
  const calls: [string, (signal: AbortSignal) => Promise<unknown>][] = [
    [LOGIN, (signal) => tab.login(ADA, { signal })],
    ["POST /auth/register", (signal) => tab.register(ADA, { signal })],
    [LOGOUT, (signal) => tab.logout({ signal })],
    [ALL, (signal) => tab.logout({ everywhere: true, signal })],
  ];
  for (const [route, call] of calls) {
    const before = world.issuer.count(route);
    world.issuer.next(route, () => {});
    const controller = new AbortController();
    const given = call(controller.signal);
    await until(() => world.issuer.count(route) > before, route);
    controller.abort(reason);
    await assert.rejects(given, reason);
    await assert.rejects(call(AbortSignal.abort(reason)), reason);
    assert.equal(world.issuer.count(route), before + 1);
    assert.ok(tab.client.user);
  }
  const page = world.client({ store: world.store });
  await assert.rejects(page.restore({ signal: AbortSignal.abort(reason) }), reason);
});

test("a listener that throws stops neither the sign-out nor the other listeners", async (t) => {
  const { tab } = await start(t);
  const thrown: unknown[] = [];
  const before = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.once("uncaughtException", (error) => thrown.push(error));
  t.after(() => before.forEach((listener) => process.on("uncaughtException", listener)));
  const told: string[] = [];
  tab.onSessionEnd(() => {
    throw new Error("oops");
  });
  const stop = tab.onSessionEnd(() => told.push("stopped"));
  tab.onSessionEnd(({ cause }) => told.push(cause));
  stop();
  await tab.logout();
  await settle();
  assert.deepEqual(told, ["logout"]);
  assert.equal(thrown.length, 1);
});

async function start(t: Parameters<typeof World.start>[0]) {
  const world = await World.start(t);
  const store: MapStore = world.store;
  return { world, store, tab: await world.signedIn({ store }) };
}
