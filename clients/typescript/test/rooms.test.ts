import assert from "node:assert/strict";
import { test } from "node:test";
import { problem } from "./issuer.js";
import { Rooms, sequences, upTo, userOf } from "./rooms.js";
import { refusal } from "./roomserver.js";

const MINUTE = 60_000;
const GRACE = userOf("grace");

/** Ada, who is live. */
async function start(...rooms: string[]) {
  const world = new Rooms(...(rooms.length > 0 ? rooms : ["lobby"]));
  const ada = world.party("ada");
  await world.until(() => ada.live.state === "live", "the connection");
  return { world, ada, server: world.server };
}

function fill(world: Rooms, count: number, room = "lobby"): void {
  const from = (world.server.rooms.get(room)?.messages.length ?? 0) + 1;
  for (const number of upTo(from + count - 1, from)) world.server.say(room, GRACE, `g-${room}-${number}`, number);
}

test("a connection says who and where one is, and hands on the newest 50 messages first", async () => {
  const world = new Rooms("lobby", "tea");
  fill(world, 120);
  const ada = world.party("ada");
  await world.until(() => sequences(ada).length > 0, "messages");
  await world.pass(10_000);
  assert.deepEqual(sequences(ada), upTo(120, 71));
  assert.deepEqual([ada.live.user?.email, ada.live.rooms], ["ada@example.com", [{ id: "lobby", name: "LOBBY" }]]);
  assert.deepEqual([ada.states, ada.gone, ada.rooms], [["connecting", "live"], [], [["LOBBY"]]]);
  assert.equal(world.server.connections.length, 1);
});

test("an application that has some messages is handed those after them, page by page", async () => {
  const world = new Rooms("lobby");
  fill(world, 450);
  const ada = world.party("ada", { rooms: { lobby: 41, elsewhere: 3 } });
  await world.until(() => sequences(ada).length > 0, "messages");
  await world.pass(1_000);
  assert.deepEqual(sequences(ada), upTo(450, 42));
});

test("what was missed and is not kept is told, and what is kept follows", async () => {
  const { world, ada, server } = await start();
  fill(world, 10);
  await world.pass(100);
  server.connections[0]?.break();
  fill(world, 90);
  server.rooms.get("lobby")!.oldest = 61;
  await world.pass(10_000);
  assert.deepEqual(ada.gone, [{ room: "lobby", first: 11, last: 60 }]);
  assert.deepEqual(sequences(ada), [...upTo(10), ...upTo(100, 61)]);
});

test("live messages in any order, repeated and with holes are handed on once, in order", async () => {
  const { world, ada, server } = await start();
  for (const delays of [[900], [10, 400], [5], [], [700, 1], [300]]) {
    server.fanOut = () => delays;
    fill(world, 1);
  }
  await world.pass(5_000);
  assert.deepEqual(sequences(ada), upTo(6));
});

test("a gap that is filled in time asks for nothing; one that stays asks once", async () => {
  const { world, ada, server } = await start();
  server.fanOut = () => [900];
  fill(world, 1);
  server.fanOut = () => [5];
  fill(world, 1);
  await world.pass(5_000);
  const asked = (): number => server.connections[0]!.frames.filter(({ action }) => action === "history").length;
  assert.deepEqual([sequences(ada), asked()], [[1, 2], 0]);
  server.fanOut = () => [];
  fill(world, 3);
  server.fanOut = () => [5, 50];
  fill(world, 1);
  await world.pass(2_000);
  assert.deepEqual([sequences(ada), asked()], [upTo(6), 1]);
});

test("what one sends oneself is waited for as long as streams take", async () => {
  const { world, ada, server } = await start();
  server.fanOut = () => [600];
  for (const body of ["one", "two", "three"]) void ada.live.send("lobby", body);
  await world.pass(5_000);
  assert.deepEqual(sequences(ada), [1, 2, 3]);
  assert.deepEqual(server.connections[0]?.frames.map(({ action }) => action), ["resume", "send", "send", "send"]);
});

test("history that is refused or not answered is asked for again", async () => {
  const { world, ada, server } = await start();
  const answers = [refusal("unavailable", 503), "nothing", { type: "pong" }, "nothing"] as const;
  let count = 0;
  server.instead = ({ action }) => (action === "history" ? answers[count++] : undefined);
  server.fanOut = () => [];
  fill(world, 1);
  server.fanOut = () => [5];
  fill(world, 1);
  await world.pass(2 * MINUTE);
  assert.deepEqual([sequences(ada), count > 4, ada.states], [[1, 2], true, ["connecting", "live"]]);
});

test("a server that does not have what it told of is believed at last", async () => {
  const { world, ada, server } = await start();
  server.instead = ({ action, room }) => (action === "history" ? { type: "history", room, messages: [], more: true } : undefined);
  server.fanOut = () => [];
  fill(world, 2);
  server.fanOut = () => [5];
  fill(world, 1);
  await world.pass(MINUTE);
  assert.deepEqual([sequences(ada), ada.gone], [[3], [{ room: "lobby", first: 1, last: 2 }]]);
});

test("what is sent while away arrives in its order when one is back, and what is refused fails alone", async () => {
  const { world, ada, server } = await start();
  server.connections[0]?.break();
  await world.pass(10);
  assert.equal(ada.live.state, "waiting");
  server.instead = ({ body }) => (body === "two" ? refusal("invalid-input", 422) : undefined);
  const sent = ["one", "two", "three"].map((body) => ada.live.send("lobby", body));
  const results = Promise.allSettled(sent);
  await world.pass(5_000);
  const [one, two, three] = await results;
  assert.deepEqual([one?.status, (two as { reason: { slug: string } }).reason.slug, three?.status], ["fulfilled", "invalid-input", "fulfilled"]);
  assert.deepEqual(ada.messages.map(({ body }) => body), ["one", "three"]);
});

test("a message whose answer is lost, late or `try again` is stored once", async () => {
  const { world, ada, server } = await start();
  let asked = 0;
  server.breaks = (point, connection) => point === "done" && connection.frames.at(-1)?.action === "send" && asked++ === 0;
  server.instead = ({ action }) => (action === "send" && asked++ < 3 ? (asked === 2 ? "nothing" : refusal("unavailable", 503)) : undefined);
  let sent: object | undefined;
  void ada.live.send("lobby", { text: "hello" }, { messageId: "mine" }).then((answer) => (sent = answer));
  await world.until(() => sent !== undefined, "the answer");
  await world.pass(1_000);
  assert.deepEqual(sent, { room: "lobby", message_id: "mine", sequence: 1, at: 1_767_270_600 });
  assert.deepEqual([sequences(ada), ada.messages[0]?.body, server.rooms.get("lobby")?.messages.length], [[1], { text: "hello" }, 1]);
});

test("a body is what it was when it was sent, is JSON, and is not too long; a queue has an end", async () => {
  const { world, ada, server } = await start();
  server.connections[0]?.break();
  const body = { text: "before" };
  void ada.live.send("lobby", body);
  body.text = "after";
  await assert.rejects(ada.live.send("lobby", undefined), TypeError);
  await assert.rejects(ada.live.send("Not A Room", 1), TypeError);
  await assert.rejects(ada.live.send("lobby", 1, { messageId: "x".repeat(65) }), TypeError);
  await assert.rejects(ada.live.send("lobby", "é".repeat(8_192)), { slug: "body-too-large", status: 413 });
  for (let count = 1; count < 100; count++) void ada.live.send("lobby", count);
  await assert.rejects(ada.live.send("lobby", 1), { slug: "queue-full" });
  await world.pass(MINUTE);
  assert.deepEqual([ada.messages.length, ada.messages[0]?.body], [100, { text: "before" }]);
});

test("an issuer that cannot be reached, is down or answers strangely is asked again, when it says", async () => {
  const { world, ada, server } = await start();
  ada.auth.answers.push(
    new TypeError("fetch failed"),
    new Response("<html>", { status: 200 }),
    new Response("no", { status: 403 }),
    new Response(JSON.stringify({ ticket: "two words", url: server.url })),
    new Response(JSON.stringify({ ticket: "a", url: "ws://example.com" })),
    new Response(JSON.stringify({ ticket: "a", url: "javascript:1" })),
    answer(problem(503, "unavailable", {}, { "retry-after": "120" })),
  );
  server.connections[0]?.break();
  await world.until(() => ada.auth.answers.length === 0, "all answers");
  await world.pass(119_000);
  world.goOnline();
  await world.pass(100);
  assert.equal(ada.live.state, "waiting");
  await world.pass(2_000);
  assert.equal(ada.live.state, "live");
});

test("with no WebSocket API it says so, and what waits fails", async () => {
  const world = new Rooms("lobby");
  world.server.url = undefined;
  const ada = world.party("ada");
  const failed = assert.rejects(ada.live.send("lobby", 1), { slug: "nothing-listens", name: "LatchkeyError" });
  await world.pass(100);
  await failed;
  assert.deepEqual([ada.states, ada.ends.map(({ slug }) => slug)], [["connecting", "ended"], ["nothing-listens"]]);
});

/** As `fetch` gives it. */
function answer({ status, headers, body }: ReturnType<typeof problem>): Response {
  return new Response(body ?? null, { status, headers: headers ?? {} });
}
