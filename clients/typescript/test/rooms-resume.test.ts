import assert from "node:assert/strict";
import { test } from "node:test";
import { Rooms, sequences, upTo, userOf } from "./rooms.js";

const MINUTE = 60_000;
const [ADA, GRACE] = [userOf("ada"), userOf("grace")];
const [LOBBY, TEA] = ["lobby", "tea"].map((id) => ({ id, name: id.toUpperCase() }));

/** Ada, who is live in the lobby. There are 60 messages in another room. */
async function start() {
  const world = new Rooms("lobby", "tea");
  const { server } = world;
  const ada = world.party("ada");
  await world.until(() => ada.live.state === "live", "the connection");
  say(world, 60);
  const resumed = (): number[] => server.connections.map(({ frames }) => frames.filter(({ action }) => action === "resume").length);
  return { world, server, ada, resumed };
}

function say(world: Rooms, count: number): void {
  const from = world.server.rooms.get("tea")!.messages.length + 1;
  for (const number of upTo(from + count - 1, from)) world.server.say("tea", GRACE, `g-${number}`, number);
}

for (const delay of [50, 300, 520, 600, 900]) {
  test(`a room that is joined on the old line while the new one resumes is heard on the new one, told after ${delay} ms`, async () => {
    const { world, server, ada } = await start();
    server.telling = () => [delay];
    server.instead = ({ action }) => {
      if (action !== "resume") return undefined;
      server.instead = () => undefined;
      // The answer is long on its way, with the rooms as they are now; the old line is quick.
      let calls = 0;
      server.latency = () => (calls++ < 3 ? 500 : 5);
      world.clock.after(10, () => void ada.live.join("tea"));
      // Of the last ones no line hears, if it is told late.
      for (const time of [100, 400, 510, 550]) world.clock.after(time, () => say(world, 1));
      return undefined;
    };
    await world.pass(110 * MINUTE);
    assert.deepEqual([server.connections.length, server.alive.length, ada.states], [2, 1, ["connecting", "live"]]);
    assert.deepEqual(sequences(ada, "tea"), upTo(64, 11));
    say(world, 1);
    await world.pass(100);
    assert.deepEqual(sequences(ada, "tea"), upTo(65, 11));
    assert.deepEqual([ada.rooms.shift(), ada.rooms.every((names) => names.join() === "LOBBY,TEA")], [["LOBBY"], true]);
    const questions = server.connections[1]?.frames.filter(({ action }) => action === "history") ?? [];
    assert.ok(questions.every(({ after }) => after !== undefined) && questions.length <= 2, `${questions.length} questions`);
  });
}

test("a room of which nobody tells is found when somebody speaks in it, no sooner than the server resumes again", async () => {
  const { world, server, ada, resumed } = await start();
  await world.pass(1_000);
  server.rooms.get("tea")?.members.add(ADA.id);
  server.rooms.get("lobby")?.members.delete(ADA.id);
  server.connections[0]?.hears.add("tea");
  for (const [seconds, times] of [[4, 1], [5, 1], [2, 1], [2, 1], [3, 2], [1, 2], [60, 2]] as const) {
    say(world, 1);
    await world.pass(seconds * 1_000);
    assert.deepEqual([resumed(), ada.live.rooms], [[times], times === 1 ? [LOBBY] : [TEA]]);
  }
  assert.deepEqual(sequences(ada, "tea"), upTo(67, 16));
});

test("a room that is never listed, whoever speaks in it, is asked for only now and then", async () => {
  const { world, server, ada, resumed } = await start();
  const said = { type: "message", room: "nowhere", sequence: 1, message_id: "m", from: { id: GRACE.id }, at: 1, body: 1 };
  const refused: unknown[] = [];
  server.connections[0]?.addEventListener("message", ({ data }) => String(data).includes("too-soon") && refused.push(data));
  for (let second = 0; second < 60; second++) {
    server.connections[0]?.tell(said);
    await world.pass(1_000);
  }
  assert.deepEqual([resumed(), refused, ada.live.rooms, ada.ends], [[4], [], [LOBBY], []]);
});

test("a line whose place another is about to take does not resume again", async () => {
  const { world, server, resumed } = await start();
  const said = { type: "message", room: "nowhere", sequence: 1, message_id: "m", from: { id: GRACE.id }, at: 1, body: 1 };
  server.instead = ({ action }) => (action === "resume" ? (server.connections[0]?.tell(said), "nothing") : undefined);
  await world.until(() => server.connections.length > 1, "another line", 110 * MINUTE);
  await world.pass(8_000);
  assert.deepEqual(resumed(), [1, 1]);
});

test("a `resume` that is refused changes nothing, and the next line asks again", async () => {
  const { world, server, ada, resumed } = await start();
  const [line] = server.connections;
  server.rooms.get("tea")?.members.add(ADA.id);
  line!.hears.add("tea");
  line!.resumedAt = world.clock.now + MINUTE;
  await world.pass(20_000);
  say(world, 1);
  await world.pass(5_000);
  assert.deepEqual([resumed(), ada.states, ada.live.rooms], [[2], ["connecting", "live"], [LOBBY]]);
  line!.break();
  await world.pass(5_000);
  assert.deepEqual([resumed(), ada.live.state, ada.live.rooms, ada.ends], [[2, 1], "live", [LOBBY, TEA], []]);
});
