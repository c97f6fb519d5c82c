import assert from "node:assert/strict";
import { test } from "node:test";
import { settle, until } from "./clock.js";
import { type Fault, dropped, garbled, instead, lost, problem } from "./issuer.js";
import { ACCESS, GRACE } from "./sessions.js";
import { World } from "./world.js";

const REFRESH = "POST /auth/refresh";
const UNAVAILABLE = problem(503, "unavailable", {}, { "retry-after": "1" });

for (const [what, fault] of Object.entries({
  "a lost answer": lost,
  "a request that never arrives": dropped,
  "a 503": instead(UNAVAILABLE),
  "a gateway's own 500": instead({ status: 500, body: '{"message":"Internal Server Error"}' }),
  "a gateway's 429": instead({ status: 429, body: '{"message":"Too Many Requests"}' }),
  "an answer that somebody has replaced": garbled({ status: 200, body: "<html>Welcome to our Wi-Fi</html>" }),
})) {
  test(`${what} is overcome within the grace with the same token`, async (t) => {
    const { world, issuer, tab, expired } = await start(t);
    issuer.next(REFRESH, fault, fault);
    const answer = expired();
    assert.ok((await world.clock.pause()) > 0);
    assert.ok((await world.clock.pause()) > 0);
    assert.equal((await answer).status, 200);
    assert.equal(issuer.count(REFRESH), 3);
    assert.equal(issuer.sessions.rotations, 1);
    // The successor is the one that is kept: it still works when the grace is over.
    world.clock.advance(2 * ACCESS * 1000);
    assert.equal((await tab.fetch(`${issuer.api}/notes`)).status, 200);
    assert.deepEqual(tab.ends, []);
  });
}

test("waits grow, differ by chance, and the attempts end with the grace", async (t) => {
  for (const [random, waits] of [
    [0, [125, 250, 500, 1000, 2000, ...Array<number>(9).fill(2500)]],
    [1, [250, 500, 1000, 2000, 4000, 5000, 5000, 5000]],
  ] as const) {
    const { world, issuer, tab, expired } = await start(t);
    world.random = random;
    issuer.next(REFRESH, ...Array<Fault>(20).fill(dropped));
    const answer = expired().then(
      () => assert.fail(),
      (error: unknown) => error as { slug: string; status: number },
    );
    const begin = world.clock.now;
    for (const wait of waits) assert.equal(await world.clock.pause(), wait);
    const { slug, status } = await answer;
    assert.deepEqual([slug, status], ["network", 0]);
    assert.equal(issuer.count(REFRESH), waits.length + 1);
    assert.ok(world.clock.now - begin < GRACE * 1000);
    assert.ok(tab.client.user, "nobody signs out because the network fails");
  }
});

test("no answer at all is given up after a third of the grace, and asked for again", async (t) => {
  const { world, issuer, expired } = await start(t);
  issuer.next(REFRESH, (_, answer) => void answer());
  const answer = expired();
  await until(() => issuer.count(REFRESH) === 1, "the refresh");
  world.clock.advance((GRACE * 1000) / 3);
  await world.clock.pause();
  assert.equal((await answer).status, 200);
  assert.equal(issuer.sessions.rotations, 1);
});

test("who never answers has timed out", async (t) => {
  const { world, issuer, tab, expired } = await start(t);
  const silent: Fault = () => {};
  issuer.next(REFRESH, silent, silent, silent);
  const answer = assert.rejects(expired(), { slug: "timeout", status: 0 });
  for (const attempt of [1, 2, 3]) {
    await until(() => issuer.count(REFRESH) === attempt, "the attempt");
    world.clock.advance((GRACE * 1000) / 3);
    if (attempt < 3) await world.clock.pause();
  }
  await answer;
  assert.ok(tab.client.user);
});

test("a refusal that no renewal can cure is the caller's answer", async (t) => {
  const { issuer, tab } = await start(t);
  issuer.next("GET /notes", instead({ status: 403, body: '{"message":"Forbidden"}' }));
  issuer.next(REFRESH, instead(problem(404, "not-found")));
  const answer = await tab.fetch(`${issuer.api}/notes`);
  assert.deepEqual([answer.status, await answer.text()], [403, '{"message":"Forbidden"}']);
  assert.equal((await tab.fetch(`${issuer.api}/notes`)).status, 200);
});

test("Retry-After is obeyed, by those who ask later too", async (t) => {
  const { world, issuer, tab, expired } = await start(t);
  issuer.next(REFRESH, instead(problem(503, "unavailable", {}, { "retry-after": "7" })));
  const answer = expired();
  await until(() => issuer.count(REFRESH) === 1, "the refresh");
  await settle();
  world.goOnline();
  await settle();
  assert.equal(issuer.count(REFRESH), 1, "that the network is back does not make the issuer ready");
  assert.equal(await world.clock.pause(), 7_000);
  assert.equal((await answer).status, 200);

  issuer.next(REFRESH, instead(problem(503, "unavailable", { retry_after: 60 })));
  await assert.rejects(expired(), { slug: "unavailable", status: 503, retryAfter: 60 });
  const asked = issuer.count(REFRESH);
  await assert.rejects(tab.fetch(`${issuer.api}/notes`), { slug: "unavailable" });
  world.clock.advance(59_999);
  await assert.rejects(tab.fetch(`${issuer.api}/notes`), { slug: "unavailable" });
  assert.equal(issuer.count(REFRESH), asked);
  world.clock.advance(1);
  assert.equal((await tab.fetch(`${issuer.api}/notes`)).status, 200);
});

test("while the token is good a failing renewal disturbs nobody", async (t) => {
  const { world, issuer, tab } = await start(t);
  issuer.next(REFRESH, instead(problem(503, "unavailable", { retry_after: 60 })));
  world.clock.advance(0.85 * ACCESS * 1000);
  await until(() => issuer.count(REFRESH) === 1, "the renewal");
  assert.equal((await tab.fetch(`${issuer.api}/notes`)).status, 200);
});

test("when the network is back the pause ends", async (t) => {
  const { world, issuer, expired } = await start(t);
  issuer.next(REFRESH, dropped);
  const answer = expired();
  await until(() => issuer.count(REFRESH) === 1, "the refresh");
  await settle();
  world.goOnline();
  assert.equal((await answer).status, 200);
});

test("after a sleep the token is not sent again as if it were still within the grace", async (t) => {
  const { world, issuer, expired } = await start(t);
  issuer.next(REFRESH, dropped);
  const answer = assert.rejects(expired(), { slug: "network" });
  await until(() => issuer.count(REFRESH) === 1, "the refresh");
  await settle();
  world.clock.ahead += 3_600_000;
  world.goOnline();
  await answer;
  assert.equal(issuer.count(REFRESH), 1);
});

test("a token that was due while there was no network is renewed when it is back", async (t) => {
  const { world, issuer, tab } = await start(t);
  issuer.next(REFRESH, instead(problem(503, "unavailable", { retry_after: 60 })));
  world.clock.advance(0.85 * ACCESS * 1000);
  await until(() => issuer.count(REFRESH) === 1, "the renewal");
  await settle();
  world.goOnline();
  await until(() => issuer.sessions.rotations === 1, "another one");
  assert.deepEqual(tab.ends, []);
});

test("only the issuer's own invalid-token ends the session", async (t) => {
  const others: Record<string, Fault> = {
    "a proxy's 401": instead({ status: 401, body: "<h1>Log in to the proxy</h1>" }),
    "another problem": instead(problem(401, "invalid-credentials")),
    "a problem of somebody else": instead({
      status: 401,
      headers: { "content-type": "application/problem+json" },
      body: '{"type":"about:blank","status":401,"title":"invalid-token"}',
    }),
    "a 403": instead(problem(403, "invalid-token")),
    "a 404": instead(problem(404, "not-found")),
    "a redirect": instead({ status: 307, headers: { location: "https://example.com/" } }),
  };
  for (const [what, fault] of Object.entries(others)) {
    const { issuer, tab, expired } = await start(t);
    issuer.next(REFRESH, ...Array<Fault>(20).fill(fault));
    const controller = new AbortController();
    const answer = expired(controller.signal).catch((error: unknown) => error);
    await until(() => issuer.count(REFRESH) > 0, what);
    await settle();
    controller.abort();
    await answer;
    assert.deepEqual(tab.ends, [], what);
    assert.ok(tab.client.user, what);
  }
  const { issuer, tab, expired } = await start(t);
  issuer.next(REFRESH, instead(problem(401, "invalid-token")));
  await assert.rejects(expired(), { slug: "signed-out" });
  await settle();
  assert.deepEqual(
    tab.ends.map(({ cause, elsewhere }) => [cause, elsewhere]),
    [["refused", true]],
  );
  assert.equal(tab.client.user, undefined);
  assert.equal(await tab.restore(), undefined, "the token is forgotten");
  assert.equal(issuer.count(REFRESH), 1);
});

async function start(t: Parameters<typeof World.start>[0]) {
  const world = await World.start(t);
  const tab = await world.signedIn();
  const { issuer, clock } = world;
  /** A request with a token that is too old by now. It waits for the renewal that the timer begins. */
  const expired = (signal: AbortSignal | null = null): Promise<Response> => {
    clock.advance(ACCESS * 1000);
    return tab.fetch(`${issuer.api}/notes`, { signal });
  };
  return { world, issuer, tab, expired };
}
