import assert from "node:assert/strict";
import { test } from "node:test";
import { Rooms, seeded, sequences, upTo } from "./rooms.js";
import type { Point } from "./roomsocket.js";

const [CLIENTS, EACH] = [20, 25];

for (const seed of [1, 2, 3]) {
  test(`20 clients, 500 messages, and a network that shuffles, repeats, drops and breaks: seed ${seed}`, async () => {
    const world = new Rooms("lobby");
    const { server } = world;
    const random = seeded(seed);
    world.random = random;
    server.latency = () => Math.floor(random() * 40);
    server.page = 30;
    // Half arrive soon, some late, one in twenty twice, one in ten never.
    server.fanOut = () => {
      const delay = (): number => Math.floor(random() ** 4 * 4_000);
      const chance = random();
      return chance < 0.1 ? [] : chance < 0.15 ? [delay(), delay()] : [delay()];
    };
    let broken = 0;
    server.breaks = () => random() < 0.04 && ++broken > 0;
    const parties = upTo(CLIENTS).map((number) => world.party(`user-${number}`, { rooms: { lobby: 0 } }));
    const sent = parties.flatMap(({ live }) => upTo(EACH).map((number) => live.send("lobby", { number })));
    let stored = 0;
    for (const one of sent) void one.then(() => (stored += 1));
    await world.until(() => stored === sent.length, "all to be stored");

    // Nobody can know of a message that never arrived and that none comes after.
    server.breaks = () => false;
    server.fanOut = () => [5];
    await world.until(() => server.alive.filter(({ hears }) => hears.size > 0).length >= CLIENTS, "all to be back");
    parties[0]?.live.close();
    server.say("lobby", { ...parties[1]!.auth.user! }, "the-last", "goodbye");
    const total = CLIENTS * EACH + 1;
    await world.until(() => parties.slice(1).every((party) => sequences(party).length >= total), "all to have all");
    await world.pass(20_000);
    assert.ok(broken > 50, `${broken} were broken`);
    for (const party of parties.slice(1)) {
      assert.deepEqual(sequences(party), upTo(total));
      assert.deepEqual(party.gone, []);
      assert.equal(new Set(party.messages.map(({ from, message_id }) => from.id + message_id)).size, total);
      for (const { id } of parties.map(({ auth }) => auth.user!)) {
        const numbers = party.messages.filter(({ from }) => from.id === id).map(({ body }) => (body as { number?: number }).number);
        assert.deepEqual(numbers.filter(Number.isFinite), upTo(EACH));
      }
      party.live.close();
    }
  });
}

test("wherever a connection breaks, nothing is lost or repeated", async () => {
  const points: Point[] = [];
  for (let at = 0; at === 0 || at < points.length; at++) {
    const world = new Rooms("lobby", "tea");
    const { server } = world;
    let count = 0;
    server.breaks = (point) => {
      if (at === 0) points.push(point);
      return ++count === at + 1;
    };
    const [ada, grace] = [world.party("ada"), world.party("grace")];
    const done: unknown[] = [];
    const note = (promise: Promise<unknown>): void => void promise.then(() => done.push(1), (error: unknown) => done.push(error));
    note(ada.live.send("lobby", "one"));
    note(ada.live.send("lobby", "two"));
    note(grace.live.join("tea"));
    note(grace.live.send("tea", "three"));
    note(grace.live.send("lobby", "four"));
    note(ada.live.join("tea"));
    note(ada.live.send("tea", "five"));
    const isDone = (): boolean =>
      done.length === 7 && [ada, grace].every((one) => sequences(one).length === 3 && sequences(one, "tea").length === 2);
    await world.until(isDone, `all, after the break at ${at} (${points[at]})`);
    await world.pass(15_000);
    for (const party of [ada, grace]) {
      assert.deepEqual(sequences(party), [1, 2, 3], `${at}`);
      assert.deepEqual(sequences(party, "tea"), [1, 2], `${at}`);
      const mine = party.messages.filter(({ from }) => from.id === "id-ada").map(({ room, body }) => `${room} ${body}`);
      assert.deepEqual(mine.sort(), ["lobby one", "lobby two", "tea five"]);
    }
    assert.deepEqual(done, [1, 1, 1, 1, 1, 1, 1]);
    ada.live.close();
    grace.live.close();
  }
  assert.ok(points.length > 30 && new Set(points).size === 4, points.join());
});
