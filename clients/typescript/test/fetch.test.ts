import assert from "node:assert/strict";
import { test } from "node:test";
import { settle, until } from "./clock.js";
import { type Fault, instead, problem } from "./issuer.js";
import { ACCESS } from "./sessions.js";
import { World } from "./world.js";

const REFRESH = "POST /auth/refresh";

test("many requests with an expired token share one refresh", async (t) => {
  const { clock, issuer, ...world } = await start(t);
  clock.advance(ACCESS * 1000);
  const answers = await Promise.all(Array.from({ length: 50 }, () => world.tab.fetch(`${issuer.api}/notes`)));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  assert.equal(issuer.count(REFRESH), 1);
  assert.equal(issuer.calls.length, 50, "no request went out with the old token");
});

test("a token that is used is renewed before it expires, at a moment that chance decides", async (t) => {
  for (const [random, seconds] of [
    [0, 0.7 * ACCESS],
    [0.999, 0.7 * ACCESS + 0.2 * 0.999 * ACCESS],
  ] as const) {
    const world = await World.start(t);
    world.random = random;
    await world.signedIn();
    world.clock.advance(seconds * 1000 - 1);
    await settle();
    assert.equal(world.issuer.count(REFRESH), 0);
    world.clock.advance(1);
    await until(() => world.issuer.sessions.rotations === 1, "the renewal");
  }
});

test("a token that nobody uses is not renewed, so that the idle limit means something", async (t) => {
  const { clock, issuer } = await start(t);
  clock.advance(0.9 * ACCESS * 1000);
  await until(() => issuer.sessions.rotations === 1, "the renewal of what the sign-in brought");
  await settle();
  clock.advance(10 * ACCESS * 1000);
  await settle();
  assert.equal(issuer.count(REFRESH), 1);
});

test("a request does not wait for a renewal while its token is good", async (t) => {
  const { clock, issuer, tab } = await start(t);
  clock.advance(0.9 * ACCESS * 1000);
  await until(() => issuer.sessions.rotations === 1, "the renewal of what the sign-in brought");
  await settle();
  clock.advance(0.9 * ACCESS * 1000);
  const release = issuer.hold(REFRESH);
  assert.equal((await tab.fetch(`${issuer.api}/notes`)).status, 200);
  await until(() => issuer.count(REFRESH) === 2, "the renewal");
  release();
});

test("a wall clock that is wrong, and one that is set back, change nothing", async (t) => {
  const { clock, issuer, tab } = await start(t);
  clock.ahead -= 86_400_000;
  assert.equal((await tab.fetch(`${issuer.api}/notes`)).status, 200);
  assert.equal(issuer.count(REFRESH), 0);
  clock.advance(ACCESS * 1000);
  assert.equal((await tab.fetch(`${issuer.api}/notes`)).status, 200);
  assert.equal(issuer.count(REFRESH), 1);
});

test("after a sleep in which the monotonic clock stood still the token is renewed first", async (t) => {
  const { clock, issuer, tab } = await start(t);
  clock.ahead += 3_600_000;
  assert.equal((await tab.fetch(`${issuer.api}/notes`)).status, 200);
  assert.equal(issuer.count(REFRESH), 1);
});

test("a gateway's 401 and 403 lead to one renewal and one more attempt, with the same body", async (t) => {
  for (const kind of ["api", "rest"] as const) {
    const { issuer, tab } = await start(t);
    const denied = kind === "api" ? '{"message":"Forbidden"}' : '{"message":"Unauthorized"}';
    issuer.next("POST /notes", instead({ status: kind === "api" ? 403 : 401, body: denied }));
    const answer = await tab.fetch(`${issuer[kind]}/notes`, { method: "POST", body: "milk" });
    assert.equal(((await answer.json()) as { body: string }).body, "milk");
    assert.equal(issuer.count("POST /notes"), 2);
    assert.equal(issuer.count(REFRESH), 1);
  }
});

test("requests that are refused together share one renewal", async (t) => {
  const { issuer, tab } = await start(t);
  issuer.sessions.loseAccessTokens();
  const answers = await Promise.all(Array.from({ length: 8 }, () => tab.fetch(`${issuer.api}/notes`)));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  assert.equal(issuer.count(REFRESH), 1);
});

test("what is forbidden for another reason costs one renewal, not one each time", async (t) => {
  const { clock, issuer, tab } = await start(t);
  const forbidden: Fault = instead({ status: 403, body: '{"message":"Forbidden"}' });
  issuer.next("GET /admin", ...Array<Fault>(5).fill(forbidden));
  for (const requests of [2, 3, 4]) {
    const answer = await tab.fetch(`${issuer.api}/admin`);
    assert.equal(await answer.text(), '{"message":"Forbidden"}');
    assert.equal(issuer.count("GET /admin"), requests);
    assert.equal(issuer.count(REFRESH), 1);
  }
  clock.advance(60_000);
  assert.equal((await tab.fetch(`${issuer.api}/admin`)).status, 200, "later it is worth another renewal");
  assert.equal(issuer.count(REFRESH), 2);
});

test("a wrong password and a sign-in that is too old are no reason to renew", async (t) => {
  const { issuer, tab } = await start(t);
  for (const slug of ["invalid-credentials", "reauthentication-required"]) {
    issuer.next("DELETE /auth/me", instead(problem(401, slug)));
    const answer = await tab.fetch(`${issuer.url}/auth/me`, { method: "DELETE" });
    assert.equal(((await answer.json()) as { type: string }).type, `urn:latchkey:problem:${slug}`);
  }
  assert.equal(issuer.count(REFRESH), 0);
  issuer.next("GET /auth/me", instead(problem(401, "invalid-token")));
  assert.equal((await tab.fetch(`${issuer.url}/auth/me`)).status, 200);
  assert.equal(issuer.count(REFRESH), 1);
});

test("a stream cannot be sent again: its caller gets the refusal", async (t) => {
  const { issuer, tab } = await start(t);
  const stream = (): ReadableStream => new Blob(["milk"]).stream();
  const streaming = { method: "POST", body: stream(), duplex: "half" } as RequestInit;
  issuer.next("POST /notes", instead({ status: 403 }), instead({ status: 403 }), instead({ status: 403 }));
  assert.equal((await tab.fetch(`${issuer.api}/notes`, streaming)).status, 403);
  assert.equal((await tab.fetch(new Request(`${issuer.api}/notes`, { method: "POST", body: "milk" }))).status, 403);
  const pieces = (async function* () {
    yield Buffer.from("milk");
  })() as unknown as ReadableStream;
  assert.equal(
    (await tab.fetch(`${issuer.api}/notes`, { method: "POST", body: pieces, duplex: "half" } as RequestInit)).status,
    403,
  );
  assert.equal(issuer.count("POST /notes"), 3);
  assert.equal(issuer.count(REFRESH), 0);
});

test("a Request without a body is sent again", async (t) => {
  const { issuer, tab } = await start(t);
  issuer.next("GET /notes", instead({ status: 401 }));
  assert.equal((await tab.fetch(new Request(`${issuer.rest}/notes`))).status, 200);
});

test("a caller who gives up stops waiting, and the others go on", async (t) => {
  const { clock, issuer, tab } = await start(t);
  clock.advance(ACCESS * 1000);
  const release = issuer.hold(REFRESH);
  const controller = new AbortController();
  const [impatient, patient] = [
    tab.fetch(`${issuer.api}/notes`, { signal: controller.signal }),
    tab.fetch(`${issuer.api}/notes`),
  ];
  await until(() => issuer.count(REFRESH) === 1, "the refresh");
  controller.abort(new Error("too slow"));
  await assert.rejects(impatient, { message: "too slow" });
  release();
  assert.equal((await patient).status, 200);
});

test("no answer is copied but those that are read: one that lies unread makes Node report an abort as unhandled", async (t) => {
  const { issuer, tab } = await start(t);
  const copies = t.mock.method(Response.prototype, "clone").mock;
  issuer.sessions.loseAccessTokens();
  assert.equal((await tab.fetch(`${issuer.api}/notes`)).status, 200);
  assert.deepEqual([issuer.count(REFRESH), copies.callCount()], [1, 0]);
  issuer.sessions.loseAccessTokens();
  assert.equal((await tab.fetch(`${issuer.url}/auth/me`)).status, 401);
  assert.equal(copies.callCount(), 1);
});

test("before anybody signs in, and after, nothing is sent", async (t) => {
  const world = await World.start(t);
  const tab = world.client();
  await assert.rejects(tab.fetch(`${world.issuer.api}/notes`), { name: "LatchkeyError", slug: "signed-out" });
  assert.deepEqual(world.issuer.calls, []);
});

async function start(t: Parameters<typeof World.start>[0]) {
  const world = await World.start(t);
  return { clock: world.clock, issuer: world.issuer, tab: await world.signedIn() };
}
