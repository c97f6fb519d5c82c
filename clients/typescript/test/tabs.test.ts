import assert from "node:assert/strict";
import { test } from "node:test";
import { settle, until } from "./clock.js";
import { lost } from "./issuer.js";
import { ACCESS, GRACE } from "./sessions.js";
import { ADA, World, startTabs } from "./world.js";

const REFRESH = "POST /auth/refresh";

test("tabs that need a token at once make one rotation, and all of them work", async (t) => {
  for (const delivers of [true, "promptly"] as const) {
    const { world, tabs } = await startTabs(t, 5);
    world.delivers = delivers;
    world.clock.advance(ACCESS * 1000);
    const answers = await Promise.all(tabs.map((tab) => tab.fetch(`${world.issuer.api}/notes`)));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200, 200],
    );
    assert.equal(world.issuer.count(REFRESH), 1);
  }
});

test("tabs that open at once take up the session with one rotation", async (t) => {
  const { world } = await startTabs(t, 1);
  const tabs = [world.tab(), world.tab(), world.tab()];
  const users = await Promise.all(tabs.map((tab) => tab.restore()));
  assert.deepEqual(
    users.map((user) => user?.email),
    [ADA.email, ADA.email, ADA.email],
  );
  assert.equal(world.issuer.count(REFRESH), 1);
});

test("when the message between the tabs is lost the next one renews with the newest token", async (t) => {
  const { world, tabs } = await startTabs(t, 2);
  world.delivers = false;
  world.clock.advance(ACCESS * 1000);
  const answers = Promise.all(tabs.map((tab) => tab.fetch(`${world.issuer.api}/notes`)));
  assert.equal(await world.clock.pause(1_000), 300);
  assert.deepEqual(
    (await answers).map(({ status }) => status),
    [200, 200],
  );
  assert.equal(world.issuer.sessions.rotations, 2);
  world.clock.advance((GRACE + 1) * 1000);
  assert.equal(
    await world
      .tab()
      .restore()
      .then((user) => user?.email),
    ADA.email,
    "what is stored is the newest",
  );
});

test("a message that comes late is as old as it is", async (t) => {
  const {
    world,
    tabs: [tab],
  } = await startTabs(t, 1);
  let hear = (_: unknown): void => {};
  const frozen = world.tab({
    after: (milliseconds, action, idle) => (idle ? () => {} : world.clock.after(milliseconds, action)),
    openChannel(_, heard) {
      hear = heard;
      return { postMessage() {}, close() {} };
    },
  });
  await frozen.restore();
  world.clock.advance(ACCESS * 1000);
  await tab?.fetch(`${world.issuer.api}/notes`);
  const [message, asked] = [world.messages.at(-1), world.issuer.count(REFRESH)];
  world.clock.advance(ACCESS * 1000);
  hear(message);
  await settle();
  world.issuer.calls.length = 0;
  assert.equal((await frozen.fetch(`${world.issuer.api}/notes`)).status, 200);
  assert.equal(world.issuer.calls.length, 1, "the old token was not even tried");
  assert.ok(world.issuer.count(REFRESH) > asked);
});

test("what no tab of ours says is not heard", async (t) => {
  const world = await World.start(t);
  const heard: ((message: unknown) => void)[] = [];
  const tab = world.tab({ openChannel: (_, hear) => (heard.push(hear), { postMessage: () => {}, close: () => {} }) });
  const user = await tab.login(ADA);
  const sessionId = (JSON.parse([...world.store.entries.values()][0] ?? "") as { sessionId: string }).sessionId;
  const renewed = {
    sessionId,
    accessToken: "x",
    user,
    lifetime: 1e9,
    age: 0,
    sentAt: world.clock.now + world.clock.ahead,
  };
  const junk = [
    null,
    1,
    "renewed",
    {},
    { renewed: null },
    { ended: { sessionId } },
    { ended: { sessionId, cause: "because" } },
  ];
  const broken = [
    { accessToken: "a b" },
    { accessToken: 1 },
    { lifetime: "1" },
    { age: Number.NaN },
    { user: {} },
    { sessionId: "other" },
    { sessionId: "" },
  ];
  for (const message of [...junk, ...broken.map((member) => ({ renewed: { ...renewed, ...member } }))]) {
    for (const hear of heard) hear(message);
    assert.equal((await tab.fetch(`${world.issuer.api}/notes`)).status, 200, JSON.stringify(message));
  }
  assert.equal(world.issuer.count(REFRESH), 0);
  assert.deepEqual(tab.ends, []);
});

test("a lost answer in one tab is made good by the next", async (t) => {
  const {
    world,
    tabs: [here, there],
  } = await startTabs(t, 2);
  world.issuer.next(REFRESH, lost);
  world.clock.advance(ACCESS * 1000);
  const first = here?.fetch(`${world.issuer.api}/notes`);
  await until(() => world.issuer.count(REFRESH) === 1, "the refresh");
  here?.close();
  await assert.rejects(first ?? Promise.resolve(), { slug: "signed-out" });
  assert.equal((await there?.fetch(`${world.issuer.api}/notes`))?.status, 200);
  assert.equal(world.issuer.sessions.rotations, 1);
});
