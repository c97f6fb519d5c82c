import assert from "node:assert/strict";
import { test } from "node:test";
import { Rooms, sequences, upTo, userOf } from "./rooms.js";

const MINUTE = 60_000;
const GRACE = userOf("grace");

/** Ada, who is live. */
async function start() {
  const world = new Rooms("lobby");
  const ada = world.party("ada");
  await world.until(() => ada.live.state === "live", "the connection");
  return { world, ada, server: world.server };
}

test("a message that overtakes the answer to `resume` is not lost, nor one whose history is", async () => {
  const world = new Rooms("lobby", "tea");
  const { server } = world;
  const ada = world.party("ada");
  server.rooms.get("tea")?.members.add("id-ada");
  server.say("tea", GRACE, "1", 1);
  server.instead = ({ action }) => (action === "resume" ? "nothing" : undefined);
  await world.until(() => (server.connections[0]?.frames.length ?? 0) > 0, "the question");
  const [line] = server.connections;
  server.say("lobby", GRACE, "1", 1);
  line!.hears.add("lobby");
  line!.tell({ type: "message", room: "lobby", sequence: 1, message_id: "1", from: { id: GRACE.id }, at: 1, body: 1 });
  const rooms = [
    { id: "lobby", name: "LOBBY" },
    { id: "tea", name: "TEA" },
  ];
  line!.tell({ type: "resumed", reply_to: "1", user: userOf("ada"), rooms });
  line!.tell({ type: "history", reply_to: "1", room: "lobby", messages: [], more: false });
  line!.tell({ type: "live", reply_to: "1" });
  await world.pass(2_000);
  assert.deepEqual([ada.live.state, sequences(ada), sequences(ada, "tea")], ["live", [1], [1]]);
});

test("lines that break as soon as they are live are opened ever later; after one that lasts, at once again", async () => {
  const { world, server } = await start();
  const isLive = server.connections[0]!.frames.length;
  assert.equal(isLive, 1);
  server.breaks = (point, { frames }) => point === "heard" && frames.length > 1;
  const keepBreaking = async (milliseconds: number): Promise<void> => {
    for (let passed = 0; passed < milliseconds; passed += 1_000) {
      for (const line of server.alive) if (line.hears.size > 0) line.break();
      await world.pass(1_000);
    }
  };
  await keepBreaking(10 * MINUTE);
  const opened = server.connections.length;
  assert.ok(opened > 20 && opened < 50, `${opened} lines`);
  server.breaks = () => false;
  await world.pass(2 * MINUTE);
  server.alive[0]?.break();
  await world.pass(1_200);
  assert.equal(server.alive.length, 1);
});

test("a line on which nothing is answered any more is replaced", async () => {
  const { world, ada, server } = await start();
  const [dead] = server.connections;
  server.instead = () => (server.connections.length === 1 ? "nothing" : undefined);
  const sent = ada.live.send("lobby", "hello");
  await world.pass(30_000);
  assert.deepEqual([(await sent).sequence, dead?.isOpen, ada.live.state, sequences(ada)], [1, false, "live", [1]]);
});

test("a line that was replaced says nothing any more", async () => {
  const { world, ada, server } = await start();
  await world.pass(110 * MINUTE);
  const [old] = server.connections;
  assert.deepEqual([old?.isOpen, server.alive.length], [false, 1]);
  old?.emit("message", { data: JSON.stringify({ type: "closed", cause: "other-identity" }) });
  old?.emit("close");
  await world.pass(1_000);
  assert.deepEqual([ada.live.state, ada.states], ["live", ["connecting", "live"]]);
});

test("messages that are repeated without end take the place of none", async () => {
  const { world, ada, server } = await start();
  for (const number of upTo(600)) server.say("lobby", GRACE, `${number}`, number);
  await world.pass(100);
  for (const number of upTo(600)) {
    server.connections[0]?.tell({ type: "message", room: "lobby", sequence: number, message_id: `${number}`, from: { id: "x" }, at: 1, body: 1 });
  }
  await world.pass(100);
  server.fanOut = () => [200];
  server.say("lobby", GRACE, "601", 1);
  server.fanOut = () => [5];
  server.say("lobby", GRACE, "602", 1);
  await world.pass(1_000);
  assert.deepEqual(sequences(ada), upTo(602));
  assert.deepEqual(server.connections[0]?.frames.filter(({ action }) => action === "history"), []);
});

test("a silent line is asked every 8 minutes, and dropped when it does not answer", async () => {
  const { world, ada, server } = await start();
  server.lifetime = 7_200;
  server.connections[0]?.break();
  await world.pass(5_000);
  const line = server.connections[1];
  await world.pass(50 * MINUTE);
  assert.equal(line?.frames.filter(({ action }) => action === "ping").length, 6);
  assert.equal(ada.live.state, "live");
  server.instead = ({ action }) => (action === "ping" ? "nothing" : undefined);
  world.goOnline();
  await world.pass(9_900);
  assert.equal(ada.live.state, "live");
  await world.pass(2_000);
  assert.deepEqual([ada.live.state, server.connections.length, line?.isOpen], ["live", 3, false]);
});

test("a slow server is waited for", async () => {
  const world = new Rooms("lobby");
  world.server.latency = () => 4_500;
  const ada = world.party("ada");
  const sent = ada.live.send("lobby", 1);
  await world.pass(40_000);
  assert.deepEqual([ada.states, (await sent).sequence, sequences(ada)], [["connecting", "live"], 1, [1]]);
  assert.equal(world.server.connections.length, 1);
});

test("a line goes on with ever newer tickets, and before its two hours are over another takes its place", async () => {
  const { world, ada, server } = await start();
  for (let minute = 1; minute <= 240; minute++) {
    await world.pass(MINUTE);
    server.say("lobby", GRACE, `${minute}`, minute);
    assert.ok(server.alive.length <= 2);
  }
  await world.pass(1_000);
  assert.deepEqual([ada.states, sequences(ada)], [["connecting", "live"], upTo(240)]);
  assert.ok(server.connections.length >= 3 && server.connections.length <= 4, `${server.connections.length} connections`);
  const shown = server.connections[0]?.frames.filter(({ action }) => action === "auth").length ?? 0;
  assert.ok(shown >= 6 && shown <= 10, `${shown} tickets`);
});

test("a line that takes no newer ticket is replaced, whatever the server says of it", async () => {
  const closed = { type: "closed", cause: "other-identity" };
  for (const answer of [closed, "nothing", { type: "error", problem: { type: "urn:latchkey:problem:invalid-token", status: 401 } }]) {
    const { world, ada, server } = await start();
    server.instead = ({ action }) => (action === "auth" ? answer : undefined) as never;
    await world.pass(16 * MINUTE);
    assert.deepEqual([ada.live.state, ada.ends, server.alive.length], ["live", [], 1]);
    assert.ok(server.connections.length >= 2);
  }
});

test("it connects again for ever, later and later, each time with a new ticket", async () => {
  const { world, ada, server } = await start();
  server.breaks = (point) => point === "handshake";
  server.connections[0]?.break();
  await world.pass(30 * MINUTE);
  const attempts = server.connections.length - 1;
  assert.ok(attempts > 60 && attempts < 110, `${attempts} attempts`);
  assert.equal(new Set(server.connections.map(({ protocols }) => protocols.join())).size, attempts + 1);
  assert.deepEqual(server.connections[0]?.protocols[0], "latchkey");
  world.goOnline();
  server.breaks = () => false;
  world.goOnline();
  await world.pass(20);
  assert.equal(ada.live.state, "live", "at once when the network is back");
});
