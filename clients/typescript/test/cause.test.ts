import assert from "node:assert/strict";
import { test } from "node:test";
import { settle, until } from "./clock.js";
import { instead, problem } from "./issuer.js";
import { GRACE } from "./sessions.js";
import { startTabs } from "./world.js";

const REFRESH = "POST /auth/refresh";
const TOLD = [
  "logout",
  "logout-all",
  "revoked-by-admin",
  "password-changed",
  "reuse-detected",
  "idle",
  "absolute",
  "account-deleted",
];

test("the listeners of all tabs are told why the issuer says that the session is over", async (t) => {
  for (const [told, heard] of [...TOLD.map((cause) => [cause, cause]), ["because", "refused"], [7, "refused"]]) {
    const { world, tabs } = await startTabs(t, 2);
    world.issuer.sessions.loseAccessTokens();
    world.issuer.next(REFRESH, instead(problem(401, "invalid-token", { cause: told })));
    assert.equal((await tabs[0]?.fetch(`${world.issuer.api}/notes`))?.status, 403);
    await until(() => tabs[1]?.ends.length === 1, "the message");
    for (const { ends } of tabs) {
      assert.deepEqual(
        ends.map(({ cause, elsewhere }) => [cause, elsewhere]),
        [[heard, true]],
      );
    }
    assert.equal(world.issuer.count(REFRESH), 1);
  }
});

test("a stolen token that was used elsewhere ends the session with the cause reuse-detected", async (t) => {
  const {
    world,
    tabs: [tab],
  } = await startTabs(t, 1);
  const stored = JSON.parse([...world.store.entries.values()][0] ?? "") as { refreshToken: string };
  world.issuer.sessions.refresh(stored.refreshToken);
  world.clock.advance((GRACE + 1) * 1000);
  world.issuer.sessions.loseAccessTokens();
  await tab?.fetch(`${world.issuer.api}/notes`);
  await settle();
  assert.deepEqual(world.issuer.sessions.ends.at(-1), "reuse-detected");
  assert.deepEqual(
    tab?.ends.map(({ cause, elsewhere }) => [cause, elsewhere]),
    [["reuse-detected", true]],
  );
});

test("a cause in an answer that is no refusal ends nothing", async (t) => {
  for (const answer of [
    problem(500, "internal", { cause: "logout" }),
    problem(401, "invalid-credentials", { cause: "logout" }),
    problem(403, "invalid-token", { cause: "logout" }),
  ]) {
    const {
      world,
      tabs: [tab],
    } = await startTabs(t, 1);
    world.issuer.sessions.loseAccessTokens();
    world.issuer.next(REFRESH, instead(answer));
    const controller = new AbortController();
    const asked = tab?.fetch(`${world.issuer.api}/notes`, { signal: controller.signal }).catch(() => {});
    await until(() => world.issuer.count(REFRESH) === 1, "the refresh");
    await settle();
    controller.abort();
    await asked;
    assert.deepEqual(tab?.ends, []);
    assert.ok(tab?.client.user);
  }
});
