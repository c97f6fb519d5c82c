import assert from "node:assert/strict";
import { test } from "node:test";
import { preHash } from "../dist/argon2.js";
import { connect } from "../dist/cookieclient.js";
import { hashPasswords } from "../dist/hashing.js";
import { Browser, startBrowser } from "./browser.js";
import { settle, until } from "./clock.js";
import { EDITH, GOLDEN, SALT, startHashing } from "./golden.js";
import { dropped, instead, lost, problem } from "./issuer.js";
import { ACCESS } from "./sessions.js";
import { ADA, World, startTabs } from "./world.js";

const CHANGE = "POST /auth/me/password";
const NEW = "a short run over the hills";
const change = { currentPassword: ADA.password, newPassword: NEW };

test("a new password begins a new session here and ends all others", async (t) => {
  const { world, tabs } = await startTabs(t, 2);
  const [tab, other] = tabs;
  assert.ok(tab && other);
  const elsewhere = await world.signedIn();
  assert.equal((await tab.changePassword(change)).email, ADA.email);
  assert.deepEqual(world.issuer.passwords.at(-1), { current_password: ADA.password, new_password: NEW });
  assert.equal((await tab.fetch(`${world.issuer.url}/auth/me`)).status, 200);
  await settle();
  assert.deepEqual(tab.ends, []);
  assert.deepEqual(
    other.ends.map(({ cause, elsewhere }) => [cause, elsewhere]),
    [["password-changed", true]],
  );
  assert.equal((await other.restore())?.email, ADA.email, "the tabs share the new session");
  assert.equal((await elsewhere.fetch(`${world.issuer.url}/auth/me`)).status, 401);
  assert.deepEqual(
    elsewhere.ends.map(({ cause }) => cause),
    ["password-changed"],
  );
  assert.equal(world.issuer.count("POST /auth/logout"), 0);
  await tab.logout();
  await assert.rejects(tab.login(ADA), { slug: "invalid-credentials" });
  await tab.login({ ...ADA, password: NEW });
});

test("a wrong current password, or none of an answer, leaves everything as it was", async (t) => {
  const world = await World.start(t);
  const tab = await world.signedIn({ store: world.store });
  const stored = [...world.store.entries];
  world.issuer.next(CHANGE, dropped, instead(problem(503, "unavailable")));
  await assert.rejects(tab.changePassword(change), { slug: "network" });
  await assert.rejects(tab.changePassword(change), { slug: "unavailable" });
  await assert.rejects(tab.changePassword({ ...change, currentPassword: NEW }), { slug: "invalid-credentials" });
  assert.deepEqual([...world.store.entries], stored);
  assert.deepEqual(tab.ends, []);
  assert.equal((await tab.fetch(`${world.issuer.url}/auth/me`)).status, 200);
  await assert.rejects(world.client().changePassword(change), { slug: "signed-out" });
});

test("when the answer to a change is lost, the session's end is noticed and the new password works", async (t) => {
  const world = await World.start(t);
  const tab = await world.signedIn({ store: world.store });
  world.issuer.next(CHANGE, lost);
  await assert.rejects(tab.changePassword(change), { slug: "network" });
  assert.equal((await tab.fetch(`${world.issuer.url}/auth/me`)).status, 401);
  await settle();
  assert.deepEqual(
    tab.ends.map(({ cause }) => cause),
    ["password-changed"],
  );
  assert.equal((await tab.login({ ...ADA, password: NEW })).email, ADA.email);
});

test("a token that is too old, or refused, is renewed before the password changes", async (t) => {
  const world = await World.start(t);
  const tab = await world.signedIn();
  world.clock.advance(ACCESS * 1000);
  await tab.changePassword(change);
  assert.deepEqual([world.issuer.count(CHANGE), world.issuer.sessions.rotations], [1, 1]);
  world.issuer.sessions.loseAccessTokens();
  await tab.changePassword({ currentPassword: NEW, newPassword: ADA.password });
  assert.deepEqual([world.issuer.count(CHANGE), world.issuer.sessions.rotations], [3, 2]);
});

test("a tab that is refused in the middle of a change does not spend the token that is over", async (t) => {
  const { world, tabs } = await startTabs(t, 2);
  const [tab, other] = tabs;
  assert.ok(tab && other);
  const release = world.issuer.hold(CHANGE);
  const changed = tab.changePassword(change);
  await until(() => world.issuer.count(CHANGE) === 1, "the change");
  const answer = other.fetch(`${world.issuer.url}/auth/me`);
  await until(() => world.issuer.count("GET /auth/me") === 1, "the refusal");
  await settle();
  assert.equal(world.issuer.count("POST /auth/refresh"), 0);
  release();
  await changed;
  assert.equal((await answer).status, 401);
  assert.equal(world.issuer.count("POST /auth/refresh"), 0);
  assert.deepEqual(
    other.ends.map(({ cause }) => cause),
    ["replaced"],
  );
  assert.equal((await other.restore())?.email, ADA.email);
  assert.deepEqual(tab.ends, []);
});

test("who signs out in the middle of a change is signed out", async (t) => {
  const world = await World.start(t);
  const tab = await world.signedIn({ store: world.store });
  const release = world.issuer.hold(CHANGE);
  const changed = tab.changePassword(change);
  await until(() => world.issuer.count(CHANGE) === 1, "the change");
  const signedOut = tab.logout();
  release();
  await assert.rejects(changed, { slug: "signed-out" });
  await signedOut;
  await settle();
  assert.deepEqual([tab.client.user, world.store.entries.size], [undefined, 0]);
  assert.ok(!world.issuer.sessions.ends.includes(undefined), "no session lives on");
});

test("nothing is asked for a session that another tab has ended meanwhile", async (t) => {
  const { world, tabs } = await startTabs(t, 2);
  const [tab, other] = tabs;
  assert.ok(tab && other);
  const release = world.issuer.hold("POST /auth/logout");
  const signedOut = other.logout();
  await until(() => world.issuer.count("POST /auth/logout") === 1, "the sign-out");
  const changed = tab.changePassword(change);
  await settle();
  release();
  await assert.rejects(changed, { slug: "signed-out" });
  await signedOut;
  assert.equal(world.issuer.count(CHANGE), 0);
});

test("with a cookie the browser goes on in the new session, and its other tabs are told", async (t) => {
  const { world, browser, tabs } = await startBrowser(t, 2);
  const [tab, other] = tabs;
  assert.ok(tab && other);
  const before = browser.cookie;
  world.clock.advance(ACCESS * 1000);
  assert.equal((await tab.client.changePassword(change)).email, ADA.email);
  assert.ok(browser.cookie && browser.cookie !== before);
  await settle();
  assert.deepEqual([tab.ends, other.ends], [[], [{ cause: "password-changed", elsewhere: true }]]);
  assert.equal((await tab.client.fetch(`${world.issuer.url}/auth/me`)).status, 200);
  assert.equal((await other.client.restore())?.email, ADA.email);
  await assert.rejects(tab.client.changePassword(change), { slug: "invalid-credentials" });
  assert.equal(tab.client.user?.email, ADA.email);
});

test("a cookie that is another user's by now changes nobody's password", async (t) => {
  const { world, browser, tabs } = await startBrowser(t, 1);
  const [tab] = tabs;
  assert.ok(tab);
  const mine = browser.cookie;
  const stranger = new Browser(world).tab();
  await stranger.client.register({ email: "edith@example.com", password: ADA.password });
  const theirs = new Browser(world);
  await theirs.tab().client.login({ email: "edith@example.com", password: ADA.password });
  browser.cookie = theirs.cookie;
  await assert.rejects(tab.client.changePassword(change), { slug: "signed-out" });
  assert.deepEqual([world.issuer.count(CHANGE), tab.ends.map(({ cause }) => cause)], [0, ["replaced"]]);
  assert.notEqual(mine, theirs.cookie);
});

test("hashes are sent instead of both passwords, made with the one salt of the address", async (t) => {
  for (const mode of ["transition", "required"] as const) {
    const { world, tab } = await startHashing(t, mode);
    await tab.register(EDITH);
    world.issuer.requests.length = 0;
    await tab.changePassword({ currentPassword: EDITH.password, newPassword: NEW });
    const hashes = { current_client_hash: GOLDEN.hash, new_client_hash: await preHash(NEW, GOLDEN.salt) };
    const plain = { current_password: EDITH.password, new_password: NEW };
    assert.deepEqual(world.issuer.passwords.at(-1), mode === "required" ? hashes : { ...plain, ...hashes });
    assert.deepEqual(world.issuer.requests, [SALT, CHANGE]);
    await assert.rejects(tab.changePassword({ currentPassword: NEW, newPassword: "short" }), {
      slug: "invalid-input",
      errors: [{ pointer: "/new_password", detail: "must have at least 15 characters" }],
    });
    assert.equal((await tab.login({ ...EDITH, password: NEW })).email, EDITH.email);
  }
});

test("a client with a cookie hashes as well", async (t) => {
  const { world } = await startHashing(t, "required");
  const browser = new Browser(world);
  const options = { url: world.issuer.url, hashing: hashPasswords({ mode: "required" }) };
  const client = connect(options, { ...world.platform(), fetch: browser.fetch });
  t.after(client.close);
  await client.register(EDITH);
  await client.changePassword({ currentPassword: EDITH.password, newPassword: NEW });
  assert.deepEqual(world.issuer.passwords, [
    { email: EDITH.email, transport: "cookie", client_hash: GOLDEN.hash },
    { current_client_hash: GOLDEN.hash, new_client_hash: await preHash(NEW, GOLDEN.salt) },
  ]);
});
