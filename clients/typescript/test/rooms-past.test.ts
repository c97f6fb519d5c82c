import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "../dist/live.js";
import { Rooms, sequences, upTo, userOf } from "./rooms.js";

const GRACE = userOf("grace");

function say(world: Rooms, count: number, past = "old"): void {
  const from = world.server.rooms.get("lobby")!.messages.length + 1;
  for (const number of upTo(from + count - 1, from)) world.server.say("lobby", GRACE, `${past}-${number}`, "a body");
}

/** Ada, who is live and has ten messages. */
async function start() {
  const world = new Rooms("lobby");
  const ada = world.party("ada");
  await world.until(() => ada.live.state === "live", "the connection");
  say(world, 10);
  await world.pass(100);
  assert.deepEqual(sequences(ada), upTo(10));
  const { server } = world;
  /** As a table is that was restored to an earlier moment. */
  const restore = (count: number): void => void (server.rooms.get("lobby")!.messages.length = count);
  const asked = (action: string) => server.connections.flatMap(({ frames }) => frames.filter((frame) => frame.action === action));
  return { world, ada, server, restore, asked };
}

test("it resumes after the last message of each room, and asks for what comes after it", async () => {
  const { world, ada, server, asked } = await start();
  server.connections[0]?.break();
  say(world, 150);
  await world.pass(5_000);
  assert.deepEqual(asked("resume").map(({ rooms }) => rooms), [{}, { lobby: { sequence: 10, message_id: "old-10" } }]);
  assert.deepEqual(asked("history").map(({ after }) => after), [{ sequence: 110, message_id: "old-110" }]);
  assert.deepEqual(sequences(ada), upTo(160));
});

test("an application tells a message that it has, of which the server is told the place and the id, or a number", async () => {
  const { world, ada, asked } = await start();
  const [last] = ada.messages.slice(-1) as [Message];
  for (const [lobby, told] of [
    [last, { sequence: 10, message_id: "old-10" }],
    [{ sequence: 9, message_id: "old-9" }, { sequence: 9, message_id: "old-9" }],
    [8, 8],
    [0, 0],
  ] as const) {
    const phone = world.party("ada", { rooms: { lobby } });
    await world.pass(1_000);
    assert.deepEqual([asked("resume").at(-1)?.rooms, asked("history")], [{ lobby: told }, []]);
    assert.deepEqual(sequences(phone), upTo(10, (typeof lobby === "number" ? lobby : lobby.sequence) + 1));
    phone.live.close();
  }
});

test("where no message was handed on there is a number", async () => {
  const world = new Rooms("lobby");
  const ada = world.party("ada");
  await world.until(() => ada.live.state === "live", "the connection");
  world.server.connections[0]?.break();
  await world.pass(5_000);
  assert.deepEqual(world.server.connections.map(({ frames }) => frames[0]?.rooms), [{}, { lobby: 0 }]);
});

test("a room that has lost its past begins again", async () => {
  const { world, ada, server, restore } = await start();
  server.connections[0]?.break();
  restore(4);
  await world.pass(10_000);
  say(world, 1, "new");
  await world.pass(2_000);
  assert.deepEqual(sequences(ada), [...upTo(10), ...upTo(5)]);
});

test("a room that has lost its past and has grown further since begins again with the newest", async () => {
  const { world, ada, server, restore } = await start();
  server.connections[0]?.break();
  restore(4);
  say(world, 80, "new");
  await world.pass(10_000);
  assert.deepEqual([sequences(ada), ada.gone], [[...upTo(10), ...upTo(84, 35)], []]);
  say(world, 1, "new");
  await world.pass(2_000);
  assert.equal(sequences(ada).at(-1), 85);
  assert.equal(ada.messages.at(-1)?.message_id, "new-85");
});

test("the same is noticed when one asks for a gap", async () => {
  const { world, ada, server, restore } = await start();
  restore(4);
  server.fanOut = () => [];
  say(world, 7, "new");
  server.fanOut = () => [5];
  say(world, 1, "new");
  await world.pass(5_000);
  assert.deepEqual([sequences(ada), ada.gone], [[...upTo(10), ...upTo(12)], []]);
});

test("another message in the place of the last one tells the same; the same one again tells nothing", async () => {
  const { world, ada, server, restore, asked } = await start();
  for (const frame of ada.messages.slice(-2)) server.connections[0]?.tell({ type: "message", ...frame });
  await world.pass(5_000);
  assert.deepEqual([sequences(ada), asked("history")], [upTo(10), []]);
  restore(9);
  say(world, 1, "new");
  await world.pass(5_000);
  assert.deepEqual([sequences(ada), asked("history").map(({ after }) => after)], [[...upTo(10), ...upTo(10)], [undefined]]);
  assert.deepEqual([ada.messages.at(-1)?.message_id, ada.gone], ["new-10", []]);
  say(world, 1, "new");
  await world.pass(1_000);
  assert.equal(sequences(ada).at(-1), 11);
});
