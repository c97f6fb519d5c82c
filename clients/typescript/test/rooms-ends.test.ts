import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { connectOn } from "../dist/connection.js";
import type { Auth, Connection, LatchkeyError, Message, User } from "../dist/live.js";
import { Browser } from "./browser.js";
import { settle, until } from "./clock.js";
import { problem } from "./issuer.js";
import { Rooms, sequences, userOf } from "./rooms.js";
import { RoomServer } from "./roomserver.js";
import { ADA, GRACE_HOPPER, World } from "./world.js";

/** An issuer, rooms, and a browser in which Ada has signed in. */
async function start(t: TestContext) {
  const world = await World.start(t);
  const server = new RoomServer(world.clock, "lobby");
  world.issuer.tickets = (user) => server.ticket(user as User);
  server.rooms.get("lobby")!.members.add = () => server.rooms.get("lobby")!.members;
  server.rooms.get("lobby")!.members.has = () => true;
  const tab = await world.signedIn();
  const connected = (auth: Auth): Ended => {
    const options = { auth, url: world.issuer.url, WebSocket: server.socket() };
    return watch(connectOn(options, world.platform()));
  };
  /** Lets what is on its way arrive, over the network too. */
  const pass = async (milliseconds: number): Promise<void> => {
    for (let passed = 0; passed < milliseconds; passed += 100) {
      world.clock.advance(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await settle();
    world.clock.advance(20);
    await settle();
  };
  const live = async (party: Ended): Promise<void> => {
    await until(() => (world.clock.advance(10), party.live.state === "live"), "the connection");
  };
  return { world, server, tab, connected, pass, live };
}

interface Ended {
  readonly live: Connection;
  readonly ends: LatchkeyError[];
  readonly messages: Message[];
}

function watch(live: Connection): Ended {
  const party: Ended = { live, ends: [], messages: [] };
  live.onEnd((reason) => party.ends.push(reason));
  live.onMessage((message) => party.messages.push(message));
  return party;
}

test("a session that ends on another device ends the connection and the client's session, with the cause", async (t) => {
  const { world, server, tab, connected, pass, live } = await start(t);
  const ada = connected(tab.client);
  await live(ada);
  const other = await world.signedIn();
  await other.logout({ everywhere: true });
  const waits = assert.rejects(ada.live.send("lobby", 1), { slug: "session-ended", endCause: "logout-all" });
  server.connections[0]?.tell({ type: "closed", cause: "logout-all" });
  await pass(3_000);
  await waits;
  assert.deepEqual(ada.ends.map(({ slug, endCause }) => [slug, endCause]), [["session-ended", "logout-all"]]);
  assert.deepEqual(tab.ends.map(({ cause, elsewhere }) => [cause, elsewhere]), [["logout-all", true]]);
  await pass(60_000);
  assert.deepEqual([server.connections.length, ada.live.state, ada.live.rooms], [1, "ended", []]);
  await assert.rejects(ada.live.send("lobby", 1), { slug: "session-ended", endCause: "logout-all" });
});

test("signing out ends it at once, and nothing is sent any more", async (t) => {
  const { world, server, tab, connected, pass, live } = await start(t);
  const ada = connected(tab.client);
  await live(ada);
  await tab.logout();
  await settle();
  server.say("lobby", userOf("grace"), "late", 1);
  await pass(1_000);
  assert.deepEqual([ada.ends.map(({ endCause }) => endCause), ada.messages, server.alive.length], [["logout"], [], 0]);
  await tab.login(GRACE_HOPPER);
  await assert.rejects(ada.live.send("lobby", 1), { slug: "session-ended" });
  const grace = connected(tab.client);
  await live(grace);
  assert.equal(grace.live.user?.email, GRACE_HOPPER.email);
  assert.equal(world.issuer.count("POST /auth/ws-ticket"), 2);
});

test("when another signs in on the same client, the former's messages, rooms and queue are not theirs", async (t) => {
  const { server, tab, connected, pass, live } = await start(t);
  const ada = connected(tab.client);
  await live(ada);
  await tab.login(GRACE_HOPPER);
  server.say("lobby", userOf("eve"), "secret", 1);
  const refused = assert.rejects(ada.live.send("lobby", "as Grace?"), { slug: "other-identity" });
  await pass(1_000);
  await refused;
  assert.deepEqual([ada.ends.map(({ slug }) => slug), ada.messages, ada.live.rooms], [["other-identity"], [], []]);
  assert.equal(server.rooms.get("lobby")?.messages.length, 1);
});

test("a new password goes on in the new session", async (t) => {
  const { server, tab, connected, pass, live } = await start(t);
  const ada = connected(tab.client);
  await live(ada);
  await tab.changePassword({ currentPassword: ADA.password, newPassword: "another long walk by the sea" });
  server.connections[0]?.tell({ type: "closed", cause: "password-changed" });
  await pass(3_000);
  await live(ada);
  assert.deepEqual([ada.ends, server.connections.length], [[], 2]);
  ada.live.close();
});

test("with a cookie the same: an end elsewhere is told with its cause", async (t) => {
  const { world, server, connected, pass, live } = await start(t);
  const browser = new Browser(world);
  const { client } = browser.tab();
  await client.login(ADA);
  const ada = connected(client);
  await live(ada);
  world.issuer.sessions.logout(browser.cookie.split("~")[1] ?? "");
  server.connections[0]?.tell({ type: "closed", cause: "logout" });
  await pass(3_000);
  assert.deepEqual(ada.ends.map(({ slug, endCause }) => [slug, endCause]), [["session-ended", "logout"]]);
  assert.equal(client.user, undefined);
});

for (const [cause, slug, connections] of [
  ["expired", undefined, 2],
  ["unknown-connection", undefined, 2],
  ["something-new", undefined, 2],
  [undefined, undefined, 2],
  ["other-identity", "other-identity", 1],
] as const) {
  test(`a connection that is closed because of ${cause} ${slug ? "is over" : "comes back"}`, async () => {
    const world = new Rooms("lobby");
    const ada = world.party("ada");
    await world.until(() => ada.live.state === "live", "the connection");
    world.server.connections[0]?.tell({ type: "closed", cause });
    world.server.say("lobby", userOf("grace"), "1", 1);
    await world.pass(3_000);
    assert.deepEqual([ada.ends[0]?.slug, world.server.connections.length], [slug, connections]);
    assert.deepEqual([ada.live.state, sequences(ada)], slug ? ["ended", []] : ["live", [1]]);
  });
}

test("a closed connection whose ticket is refused is over, with the more precise of the two causes", async () => {
  for (const [told, refused, expected] of [
    ["account-deleted", undefined, "account-deleted"],
    ["logout", "reuse-detected", "reuse-detected"],
    ["expired", undefined, "refused"],
  ] as const) {
    const world = new Rooms("lobby");
    const ada = world.party("ada");
    await world.until(() => ada.live.state === "live", "the connection");
    const { status, headers, body } = problem(401, "invalid-token", { cause: refused });
    ada.auth.answers.push(new Response(body, { status, headers: headers ?? {} }));
    world.server.connections[0]?.tell({ type: "closed", cause: told });
    await world.pass(3_000);
    assert.deepEqual(ada.ends.map(({ slug, endCause }) => [slug, endCause]), [["session-ended", expected]]);
    assert.deepEqual([ada.auth.listeners, world.server.alive.length], [0, 0]);
  }
});

test("a refusal that a later attempt would meet as well is told, and ends it", async () => {
  const world = new Rooms("lobby");
  const ada = world.party("ada");
  const { status, headers, body } = problem(403, "forbidden-origin");
  ada.auth.answers.push(new Response(body, { status, headers: headers ?? {} }));
  await world.pass(100);
  assert.deepEqual(ada.ends.map(({ slug, status }) => [slug, status]), [["forbidden-origin", 403]]);
});

test("a connection that the server says is another user's hands on nothing", async () => {
  const world = new Rooms("lobby");
  const ada = world.party("ada");
  world.server.say("lobby", userOf("grace"), "1", 1);
  world.server.instead = ({ action }) => (action === "resume" ? { type: "resumed", user: userOf("grace"), rooms: [] } : undefined);
  const failed = assert.rejects(ada.live.send("lobby", "mine"), { slug: "other-identity" });
  await world.pass(1_000);
  await failed;
  assert.deepEqual([ada.states, ada.messages, ada.live.user], [["connecting", "ended"], [], undefined]);
});

test("nobody connects for nobody, nor without a WebSocket", async () => {
  const world = new Rooms("lobby");
  const ada = world.party("ada");
  ada.auth.end("logout");
  await world.pass(100);
  assert.deepEqual([ada.states, ada.ends.map(({ endCause }) => endCause), ada.auth.asked], [["ended"], ["logout"], 0]);
  const nobody = world.connect(ada.auth);
  await world.pass(100);
  assert.deepEqual(nobody.ends.map(({ slug }) => slug), ["signed-out"]);
  const without = { auth: ada.auth, url: "https://auth.example.com", WebSocket: undefined } as never;
  if (!("WebSocket" in globalThis)) assert.throws(() => connectOn(without, world.platform()), TypeError);
  assert.throws(() => world.connect(ada.auth, { url: "http://auth.example.com" }), TypeError);
});

test("an application that closes it leaves nothing behind", async () => {
  const world = new Rooms("lobby");
  for (const wait of [0, 6, 12, 1_000]) {
    const ada = world.party("ada");
    await world.pass(wait);
    const failed = assert.rejects(ada.live.send("lobby", 1), { slug: "closed" });
    ada.live.close();
    ada.live.close();
    await failed;
    await world.pass(60_000);
    assert.deepEqual([ada.states.at(-1), ada.ends.length, ada.auth.listeners, world.server.alive.length], ["ended", 1, 0, 0]);
  }
});
