import assert from "node:assert/strict";
import { test } from "node:test";
import { type CookieTab, startBrowser } from "./browser.js";
import { settle, until } from "./clock.js";
import { instead, problem } from "./issuer.js";
import { ACCESS } from "./sessions.js";
import { ADA, GRACE_HOPPER } from "./world.js";

const CHECK = "GET /auth/check";
const LOGOUT = "POST /auth/logout";
const heard = ({ ends }: CookieTab): unknown[] => ends.map(({ cause, elsewhere }) => [cause, elsewhere]);

test("a sign-out ends the session at the issuer, removes the cookie, and reaches the other tabs", async (t) => {
  const { browser, world, tabs } = await startBrowser(t, 2);
  const [here, there] = tabs as [CookieTab, CookieTab];
  await here.client.logout();
  await until(() => there.ends.length > 0, "the message");
  assert.deepEqual([heard(here), heard(there)], [[["logout", false]], [["logout", true]]]);
  assert.deepEqual([browser.cookie, here.client.user, there.client.user], ["", undefined, undefined]);
  assert.equal(world.issuer.sessions.ends.at(-1), "logout");
  assert.equal(await there.client.restore(), undefined);
});

test("a sign-out everywhere ends all sessions and removes the cookie", async (t) => {
  const { browser, world, tabs } = await startBrowser(t, 1);
  const [tab] = tabs as [CookieTab];
  world.issuer.sessions.login(ADA.email, ADA.password);
  world.clock.advance(ACCESS * 1000);
  await tab.client.logout({ everywhere: true });
  assert.deepEqual(world.issuer.sessions.ends.slice(-2), ["logout-all", "logout-all"]);
  await settle();
  assert.deepEqual([heard(tab), browser.cookie], [[["logout-all", false]], ""]);
});

test("a sign-out that fails has not happened", async (t) => {
  const { browser, world, tabs } = await startBrowser(t, 1);
  const [tab] = tabs as [CookieTab];
  world.issuer.next(LOGOUT, instead(problem(500, "internal", {}, { "retry-after": "300" })));
  await assert.rejects(tab.client.logout(), { slug: "internal" });
  assert.ok(browser.cookie && tab.client.user);
  assert.deepEqual(tab.ends, []);
});

test("the end of a session is told with its cause, in all tabs and after a reload", async (t) => {
  for (const cause of ["idle", "reuse-detected", "password-changed"]) {
    const { browser, world, tabs } = await startBrowser(t, 2);
    const refusal = problem(401, "invalid-token", { cause });
    world.clock.advance(ACCESS * 1000);
    world.issuer.next(CHECK, instead(refusal), instead(refusal));
    const [here, there] = tabs as [CookieTab, CookieTab];
    assert.equal((await here.client.fetch(`${world.issuer.url}/auth/me`)).status, 401);
    await until(() => there.ends.length > 0, "the message");
    assert.deepEqual([heard(here), heard(there)], [[[cause, true]], [[cause, true]]]);
    await assert.rejects(here.client.fetch(`${world.issuer.url}/auth/me`), { slug: "signed-out" });
    const reloaded = browser.tab();
    assert.equal(await reloaded.client.restore(), undefined);
    await settle();
    assert.deepEqual(heard(reloaded), [[cause, true]]);
  }
});

test("a refusal without a cause ends the session of a tab that had one", async (t) => {
  const { browser, world, tabs } = await startBrowser(t, 1);
  const [tab] = tabs as [CookieTab];
  browser.cookie = "";
  await tab.client.fetch(`${world.issuer.url}/auth/me`);
  await settle();
  assert.deepEqual(heard(tab), [["refused", true]]);
});

test("a tab does not go on as somebody who signed in elsewhere", async (t) => {
  const { world, tabs } = await startBrowser(t, 3);
  const [here, there, deaf] = tabs as [CookieTab, CookieTab, CookieTab];
  await here.client.login(GRACE_HOPPER);
  await until(() => there.ends.length > 0, "the message");
  assert.deepEqual([heard(here), heard(there), heard(deaf)], [[], [["replaced", true]], [["replaced", true]]]);
  await assert.rejects(there.client.fetch(`${world.issuer.url}/auth/me`), { slug: "signed-out" });
  assert.equal((await there.client.restore())?.email, GRACE_HOPPER.email, "unless it is told to");
});

test("a tab that did not hear of it notices at its next check, and sends nothing again", async (t) => {
  const { world, tabs } = await startBrowser(t, 2);
  const [here, deaf] = tabs as [CookieTab, CookieTab];
  world.delivers = false;
  await here.client.login(GRACE_HOPPER);
  world.clock.advance(ACCESS * 1000);
  world.issuer.requests.length = 0;
  assert.equal((await deaf.client.fetch(`${world.issuer.url}/auth/me`)).status, 401);
  await settle();
  assert.deepEqual(heard(deaf), [["replaced", true]]);
  assert.equal(world.issuer.count("GET /auth/me"), 1);
});

test("what no tab of ours says is not heard", async (t) => {
  const { world, tabs } = await startBrowser(t, 1);
  const [tab] = tabs as [CookieTab];
  const channel = world.platform().openChannel(`latchkey-cookie:${world.issuer.url}`, () => {});
  for (const message of [null, 1, "ended", {}, { ended: "because" }, { ended: 1 }, { began: 1 }, { began: "" }]) {
    channel?.postMessage(message);
  }
  await settle();
  assert.deepEqual(tab.ends, []);
  channel?.postMessage({ ended: "logout" });
  await until(() => tab.ends.length > 0, "what one of ours says");
});
