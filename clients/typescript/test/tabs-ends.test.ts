import assert from "node:assert/strict";
import { test } from "node:test";
import { settle, until } from "./clock.js";
import { ACCESS } from "./sessions.js";
import { GRACE_HOPPER, MapStore, startTabs } from "./world.js";

const REFRESH = "POST /auth/refresh";

test("a sign-out in one tab reaches the others", async (t) => {
  const {
    world,
    tabs: [here, there],
  } = await startTabs(t, 2);
  await here?.logout();
  await until(() => there?.client.user === undefined, "the message");
  await settle();
  assert.deepEqual(
    here?.ends.map(({ cause, elsewhere }) => [cause, elsewhere]),
    [["logout", false]],
  );
  assert.deepEqual(
    there?.ends.map(({ cause, elsewhere }) => [cause, elsewhere]),
    [["logout", true]],
  );
  await assert.rejects(there?.fetch(`${world.issuer.api}/notes`) ?? Promise.resolve(), { slug: "signed-out" });
  assert.deepEqual(world.issuer.calls, []);
});

test("a sign-out whose message is lost reaches the others through the store", async (t) => {
  const {
    world,
    tabs: [here, there],
  } = await startTabs(t, 2);
  world.delivers = false;
  await here?.logout();
  await assert.rejects(there?.fetch(`${world.issuer.api}/notes`) ?? Promise.resolve(), { slug: "signed-out" });
  await settle();
  assert.deepEqual(
    there?.ends.map(({ cause, elsewhere }) => [cause, elsewhere]),
    [["removed", true]],
  );
  assert.deepEqual(world.issuer.calls, []);
});

test("a sign-out ends the refresh that another tab is at", async (t) => {
  const {
    world,
    tabs: [here, there],
  } = await startTabs(t, 2);
  world.clock.advance(ACCESS * 1000);
  await settle();
  world.clock.advance(ACCESS * 1000);
  const release = world.issuer.hold(REFRESH);
  const answer = there?.fetch(`${world.issuer.api}/notes`).catch((error: unknown) => error);
  const asked = world.issuer.count(REFRESH);
  await until(() => world.issuer.count(REFRESH) > asked, "the refresh");
  const leaving = here?.logout();
  release();
  await leaving;
  await answer;
  await settle();
  assert.deepEqual(world.issuer.sessions.ends.at(-1), "logout");
  assert.equal(there?.client.user, undefined);
  assert.equal(world.store.entries.size, 0);
});

test("the tabs hear of a new sign-in", async (t) => {
  const {
    tabs: [here, there],
  } = await startTabs(t, 2);
  await here?.login(GRACE_HOPPER);
  await until(() => there?.ends.length === 1, "the message");
  assert.deepEqual(
    there?.ends.map(({ cause, elsewhere }) => [cause, elsewhere]),
    [["replaced", true]],
  );
  assert.deepEqual(here?.ends, []);
});

test("a tab never goes on as somebody who signed in elsewhere", async (t) => {
  const {
    world,
    tabs: [here, there],
  } = await startTabs(t, 2);
  world.delivers = false;
  await here?.login(GRACE_HOPPER);
  await assert.rejects(there?.fetch(`${world.issuer.api}/notes`) ?? Promise.resolve(), { slug: "signed-out" });
  await settle();
  assert.deepEqual(
    there?.ends.map(({ cause }) => cause),
    ["replaced"],
  );
  assert.equal((await there?.restore())?.email, GRACE_HOPPER.email, "unless it is told to");
});

test("the end of somebody else's session is not the end of this one", async (t) => {
  const {
    world,
    tabs: [tab],
  } = await startTabs(t, 1);
  const other = await world.signedIn({ store: new MapStore() });
  await other.logout();
  await settle();
  assert.equal(other.ends.length, 1);
  assert.deepEqual(tab?.ends, []);
  assert.equal((await tab?.fetch(`${world.issuer.api}/notes`))?.status, 200);
});
