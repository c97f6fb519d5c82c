import assert from "node:assert/strict";
import { test } from "node:test";
import { type Party, Rooms, sequences, upTo, userOf } from "./rooms.js";
import { refusal } from "./roomserver.js";

const MINUTE = 60_000;
const [ADA, GRACE] = [userOf("ada"), userOf("grace")];
const [LOBBY, TEA] = ["lobby", "tea"].map((id) => ({ id, name: id.toUpperCase() }));

/** Ada, who is live in the lobby, and so is her phone. There are 60 messages in another room. */
async function start() {
  const world = new Rooms("lobby", "tea");
  const { server } = world;
  const parties = [world.party("ada"), world.party("ada")] as const;
  const [ada, phone] = parties;
  await world.until(() => parties.every(({ live }) => live.state === "live"), "the connections");
  say(world, 60);
  const asked = (action: string): number[] =>
    server.connections.map(({ frames }) => frames.filter((frame) => frame.action === action).length);
  return { world, server, parties, ada, phone, asked };
}

function say(world: Rooms, count: number): void {
  const from = world.server.rooms.get("tea")!.messages.length + 1;
  for (const number of upTo(from + count - 1, from)) world.server.say("tea", GRACE, `g-${number}`, number);
}

const tea = (party: Party): number[] => sequences(party, "tea");

test("a room that is joined on one device is there on all of them, and heard, without connecting again", async () => {
  const { world, server, parties, ada, asked } = await start();
  await world.pass(MINUTE);
  server.latency = () => 100;
  const joined = ada.live.join("tea");
  await world.pass(600);
  assert.deepEqual([await joined, parties.map(tea)], [TEA, [upTo(60, 11), []]]);
  // The phone hears it before it is told why.
  world.clock.after(120, () => say(world, 1));
  await world.pass(2_000);
  say(world, 1);
  await world.pass(100);
  for (const one of parties) assert.deepEqual([one.live.rooms, one.rooms], [[LOBBY, TEA], [["LOBBY"], ["LOBBY", "TEA"]]]);
  assert.deepEqual(parties.map(tea), [upTo(62, 11), upTo(62, 11)]);
  await world.pass(MINUTE);
  assert.deepEqual([asked("resume"), asked("history")], [[1, 1], [1, 1]]);
});

test("who has joined misses nothing that is said since, although the line breaks before anything was read", async () => {
  const { world, server, ada } = await start();
  server.instead = ({ action }) => (action === "history" ? "nothing" : undefined);
  const joined = ada.live.join("tea");
  await world.pass(100);
  await joined;
  for (const one of server.alive) one.break();
  server.instead = () => undefined;
  say(world, 60);
  await world.pass(MINUTE);
  assert.deepEqual([tea(ada), ada.gone], [upTo(120, 11), []]);
});

test("a room that is left on one device is gone from all of them", async () => {
  const { world, server, parties, ada, phone } = await start();
  void ada.live.join("tea");
  await world.pass(2_000);
  const left = phone.live.leave("tea");
  await world.pass(2_000);
  await left;
  say(world, 1);
  await world.pass(2_000);
  for (const one of parties) assert.deepEqual([one.live.rooms, tea(one).at(-1)], [[LOBBY], 60]);
  const again = ada.live.leave("tea");
  const nowhere = assert.rejects(ada.live.join("nowhere"), { slug: "unknown-room", status: 404 });
  await world.pass(2_000);
  await again;
  await nowhere;
  assert.equal(server.rooms.get("tea")?.members.size, 0);
});

test("an operator puts a user into a room, and out of it", async () => {
  const { world, server, parties, asked } = await start();
  server.put("tea", ADA);
  await world.pass(2_000);
  for (const one of parties) assert.deepEqual([one.live.rooms, tea(one)], [[LOBBY, TEA], upTo(60, 11)]);
  server.putOut("tea", ADA);
  await world.pass(2_000);
  say(world, 1);
  await world.pass(MINUTE);
  for (const one of parties) {
    assert.deepEqual([one.live.rooms, one.rooms.at(-1), tea(one).at(-1)], [[LOBBY], ["LOBBY"], 60]);
    await assert.rejects(Promise.race([one.live.send("tea", "hello"), world.pass(1_000)]), { slug: "unknown-room" });
  }
  assert.deepEqual([asked("resume"), asked("history")], [[1, 1], [1, 1]]);
});

test("a room that one is put out of while away, or while one asks it for more, is gone", async () => {
  const { world, server, parties, ada, phone, asked } = await start();
  server.put("tea", ADA);
  await world.pass(2_000);
  server.telling = () => [];
  server.connections[0]?.break();
  server.fanOut = () => [];
  say(world, 1);
  server.fanOut = () => [5];
  say(world, 1);
  server.putOut("tea", ADA);
  await world.pass(5_000);
  for (const one of parties) assert.deepEqual([one.live.rooms, one.rooms.at(-1)], [[LOBBY], ["LOBBY"]]);
  assert.deepEqual([tea(ada).at(-1), tea(phone).at(-1), asked("resume"), asked("history")], [60, 60, [1, 1, 1], [1, 2, 0]]);
});

test("an answer about a room that one has left since does not end the room that one has joined again", async () => {
  const { world, server, ada, phone } = await start();
  phone.live.close();
  let late: string | undefined;
  server.instead = ({ action, id }) => {
    if (action !== "history" || late) return undefined;
    late = id;
    return "nothing";
  };
  void ada.live.join("tea");
  void ada.live.leave("tea");
  void ada.live.join("tea");
  await world.pass(1_000);
  server.connections[0]?.tell({ ...refusal("unknown-room", 404), reply_to: late });
  await world.pass(1_000);
  assert.deepEqual([ada.live.rooms, tea(ada), ada.rooms.at(-1)], [[LOBBY, TEA], upTo(60, 11), ["LOBBY", "TEA"]]);
});

test("what is told more than once is asked for once", async () => {
  const { world, server, parties, ada, asked } = await start();
  server.telling = () => [100, 400, 400, 900];
  void ada.live.join("tea");
  await world.pass(2_000);
  server.put("tea", ADA);
  await world.pass(2_000);
  assert.deepEqual([asked("history"), parties.map(tea)], [[1, 1], [upTo(60, 11), upTo(60, 11)]]);
  for (const { rooms } of parties) assert.deepEqual(rooms, [["LOBBY"], ["LOBBY", "TEA"]]);
});

test("a `left` that comes late is put right by the `joined` after it", async () => {
  const { world, server, ada, asked } = await start();
  void ada.live.join("tea");
  await world.pass(2_000);
  server.telling = () => [];
  void ada.live.leave("tea");
  server.telling = () => [600];
  void ada.live.join("tea");
  await world.pass(100);
  server.connections[0]?.tell({ type: "left", room: "tea" });
  await world.pass(100);
  assert.deepEqual([ada.live.rooms, ada.rooms.at(-1)], [[LOBBY], ["LOBBY"]]);
  await world.pass(1_000);
  say(world, 1);
  await world.pass(100);
  const newest = upTo(60, 11);
  assert.deepEqual([ada.live.rooms, tea(ada)], [[LOBBY, TEA], [...newest, ...newest, ...newest, 61]]);
  assert.equal(asked("resume")[0], 1);
});
