import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { settle } from "./clock.js";
import { type Answer, type Fault, JSON_TYPE, instead } from "./issuer.js";
import { ACCESS } from "./sessions.js";
import { ADA, World } from "./world.js";

const [LOGIN, REFRESH] = ["POST /auth/login", "POST /auth/refresh"];
const SECRET = "lkr_a-secret-that-nobody-may-repeat";
const GOOD = {
  token_type: "Bearer",
  access_token: "at.1",
  expires_in: 900,
  refresh_token: SECRET,
  session: { id: "5c2d" },
  user: { id: "0b9f", email: ADA.email, created_at: "2026-01-01T12:00:00Z", roles: [], scopes: [] },
};

const hostile: Record<string, Answer> = {
  "a page": { status: 200, headers: { "content-type": "text/html" }, body: `<html>${SECRET}</html>` },
  nothing: { status: 200 },
  "no JSON": { status: 200, headers: JSON_TYPE, body: `{"refresh_token":"${SECRET}"` },
  "a list": json([GOOD]),
  null: json(null),
  "something huge": json({ ...GOOD, padding: "x".repeat(70_000) }),
  "an error page": { status: 502, headers: { "content-type": "text/html" }, body: SECRET },
  "a huge problem": {
    status: 400,
    headers: { "content-type": "application/problem+json" },
    body: `{"type":"urn:latchkey:problem:x","title":"${"x".repeat(70_000)}"}`,
  },
  "a problem that is none": {
    status: 400,
    headers: { "content-type": "application/problem+json" },
    body: `"${SECRET}"`,
  },
  "a problem of somebody else": {
    status: 400,
    headers: { "content-type": "application/problem+json" },
    body: `{"type":"about:blank","title":"${SECRET}"}`,
  },
  "a problem that is declared as something else": {
    status: 400,
    headers: JSON_TYPE,
    body: `{"type":"urn:latchkey:problem:x","title":"${SECRET}"}`,
  },
  ...Object.fromEntries(
    Object.entries({
      token_type: ["DPoP", undefined],
      access_token: [undefined, "", 1, "two\r\nlines", "spa ce", "x".repeat(9000)],
      expires_in: [undefined, 0, -1, "900", null],
      refresh_token: [undefined, "", {}, "two\nlines"],
      session: [undefined, null, {}, { id: 1 }, { id: "" }],
      user: [
        undefined,
        null,
        [],
        { ...GOOD.user, email: 1 },
        { ...GOOD.user, roles: "admin" },
        { ...GOOD.user, scopes: [1] },
        { ...GOOD.user, id: undefined },
      ],
    }).flatMap(([member, values]) =>
      values.map((value) => [`${member} ${inspect(value).slice(0, 40)}`, json({ ...GOOD, [member]: value })]),
    ),
  ),
};

for (const [what, answer] of Object.entries(hostile)) {
  test(`a sign-in answered with ${what} is an error and signs nobody in`, async (t) => {
    const world = await World.start(t);
    const tab = world.tab();
    world.issuer.next(LOGIN, instead(answer));
    await assert.rejects(tab.login(ADA), (error: Error) => {
      assert.deepEqual([error.name, (error as { slug?: string }).slug], ["LatchkeyError", "unexpected-answer"]);
      assert.ok(
        ![inspect(error, { depth: null, showHidden: true }), JSON.stringify(error), String(error)]
          .join()
          .includes(SECRET),
      );
      return true;
    });
    assert.equal(tab.client.user, undefined);
    assert.equal(world.store.entries.size, 0);
    await assert.rejects(tab.fetch(`${world.issuer.api}/notes`), { slug: "signed-out" });
  });
}

test("a refresh answered with another session changes nothing", async (t) => {
  const world = await World.start(t);
  const tab = await world.signedIn({ store: world.store });
  const stored = [...world.store.entries];
  world.issuer.next(REFRESH, instead(json(GOOD)));
  world.clock.advance(ACCESS * 1000);
  await assert.rejects(tab.fetch(`${world.issuer.api}/notes`), { slug: "unexpected-answer" });
  assert.deepEqual([...world.store.entries], stored);
  assert.deepEqual(tab.ends, []);
});

test("the issuer's redirects are not followed: they would take passwords with them", async (t) => {
  const world = await World.start(t);
  const redirect: Fault = instead({ status: 307, headers: { location: `${world.issuer.api}/notes` } });
  world.issuer.next(LOGIN, redirect);
  await assert.rejects(world.client().login(ADA), { slug: "network" });
  await settle();
  assert.deepEqual(world.issuer.calls, []);
});

test("what is in the store and not ours is nobody's session", async (t) => {
  const world = await World.start(t);
  for (const entry of [
    "",
    "x",
    "null",
    "{}",
    '{"sessionId":1,"refreshToken":"lkr_"}',
    '{"sessionId":"1","refreshToken":"a b"}',
    "[]",
  ]) {
    world.store.entries.set(`latchkey:${world.issuer.url}`, entry);
    assert.equal(await world.tab().restore(), undefined, entry);
  }
  assert.equal(world.issuer.count(REFRESH), 0);
});

test("one issuer's token is never sent to another", async (t) => {
  const [mine, other] = [await World.start(t), await World.start(t)];
  await mine.signedIn({ store: mine.store });
  const client = other.client({ store: mine.store });
  assert.equal(await client.restore(), undefined);
  await client.logout();
  assert.deepEqual(other.issuer.requests, []);
});

function json(value: unknown): Answer {
  return { status: 200, headers: JSON_TYPE, body: JSON.stringify(value) };
}
