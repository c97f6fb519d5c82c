import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { Rooms, sequences, upTo, userOf } from "./rooms.js";

const GRACE = userOf("grace");
const SAID = { sequence: 1, message_id: "m", from: { id: "id-grace" }, at: 1_767_270_600, body: 1 };
const LIVE = { type: "message", room: "lobby", ...SAID };
const HUGE = Number.MAX_SAFE_INTEGER + 1;

const frames: unknown[] = [
  "",
  "{",
  "null",
  "[]",
  "1",
  '"live"',
  "x".repeat(200_000),
  {},
  { type: 1 },
  { type: "unheard-of" },
  { type: "constructor" },
  { type: "sent", reply_to: "1" },
  { type: "error", reply_to: "none" },
  { type: "error", problem: "no" },
  { type: "history", room: "lobby", messages: {} },
  { type: "history", room: "lobby", messages: [{}] },
  { type: "history", room: "lobby", messages: [SAID], oldest: "1" },
  { type: "history", room: "elsewhere", messages: [SAID], more: false },
  { type: "joined", room: "lobby" },
  { type: "joined", room: { id: "__proto__", name: "x" }, sequence: 0 },
  { type: "joined", room: { id: "x", name: "x" } },
  { type: "joined", room: { id: "x", name: "x" }, sequence: -1 },
  { type: "left" },
  { type: "left", room: "nowhere" },
  { type: "resumed" },
  { type: "resumed", user: { id: "id-ada" }, rooms: [] },
  { type: "resumed", user: userOf("ada"), rooms: [{ id: "lobby" }] },
  { type: "resumed", user: userOf("ada"), rooms: [{ id: "Lobby", name: "LOBBY" }] },
  { type: "live", reply_to: {} },
  ...[0, -1, 1.5, "1", null, HUGE].map((sequence) => ({ ...LIVE, sequence })),
  ...[undefined, 1, "", "x".repeat(65)].map((message_id) => ({ ...LIVE, message_id })),
  ...[undefined, null, "grace", {}, { id: 1 }, { id: "x", name: 1 }].map((from) => ({ ...LIVE, from })),
  ...[undefined, "lobby!", "Lobby", "__proto__", 1, "x".repeat(65)].map((room) => ({ ...LIVE, room })),
  { ...LIVE, at: "now" },
];

test("frames that are none change nothing, before and after the connection is made", async () => {
  const world = new Rooms("lobby");
  const ada = world.party("ada");
  const garbage = frames.map((frame) => (typeof frame === "string" ? frame : (frame as object)));
  await world.until(() => world.server.connections.length > 0, "the connection");
  for (const frame of garbage) world.server.connections[0]?.tell(frame);
  await world.until(() => ada.live.state === "live", "the connection");
  for (const frame of garbage) world.server.connections[0]?.tell(frame);
  for (const data of [undefined, new ArrayBuffer(2), new Blob(["{}"]), { toString: () => "{}" }]) {
    world.server.connections[0]?.emit("message", { data });
  }
  world.server.say("lobby", GRACE, "good", "hello");
  await world.pass(60_000);
  assert.deepEqual(ada.messages.map(({ body }) => body), ["hello"]);
  assert.deepEqual([ada.ends, ada.gone, ada.live.rooms], [[], [], [{ id: "lobby", name: "LOBBY" }]]);
  assert.equal(ada.live.user?.email, "ada@example.com");
});

test("of a frame only what is known is handed on", async () => {
  const world = new Rooms("lobby");
  const ada = world.party("ada");
  await world.until(() => ada.live.state === "live", "the connection");
  const more = { secret: 1, from: { id: "id-grace", name: "Grace", email: "grace@example.com" }, body: { ["__proto__"]: 1 } };
  world.server.connections[0]?.tell({ ...LIVE, ...more, reply_to: "9" });
  await world.pass(100);
  const { room, ...said } = { room: "lobby", ...SAID, from: { id: "id-grace", name: "Grace" } };
  assert.deepEqual(ada.messages.map(({ body: _, ...rest }) => rest), [{ room, sequence: 1, message_id: "m", at: said.at, from: said.from }]);
});

test("a server that names messages far away costs no more than a few questions, and a bounded memory", async () => {
  const world = new Rooms("lobby");
  const ada = world.party("ada");
  await world.until(() => ada.live.state === "live", "the connection");
  const [line] = world.server.connections;
  for (let number = 0; number < 5_000; number++) line?.tell({ ...LIVE, sequence: 1_000_000 + 2 * number, message_id: `${number}` });
  await world.pass(100);
  world.server.say("lobby", GRACE, "real", 1);
  await world.pass(3_000);
  assert.deepEqual(sequences(ada).slice(0, 1), [1]);
  const questions = line?.frames.filter(({ action }) => action === "history").length ?? 0;
  assert.ok(questions <= 10, `${questions}`);
});

test("a busy room while something is missing is caught up with, however much of it has to be asked for twice", async () => {
  const world = new Rooms("lobby");
  const ada = world.party("ada");
  await world.until(() => ada.live.state === "live", "the connection");
  world.server.instead = ({ action }) => (action === "history" ? "nothing" : undefined);
  world.server.fanOut = () => [];
  world.server.say("lobby", GRACE, "missing", 0);
  world.server.fanOut = () => [5];
  for (const number of upTo(1_500)) world.server.say("lobby", GRACE, `${number}`, number);
  await world.pass(5_000);
  assert.deepEqual(sequences(ada), []);
  world.server.instead = () => undefined;
  await world.pass(60_000);
  assert.deepEqual(sequences(ada), upTo(1_501));
});

test("neither errors nor the connection show a ticket or what was said", async () => {
  const world = new Rooms("lobby");
  const ada = world.party("ada");
  await world.until(() => ada.live.state === "live", "the connection");
  world.server.say("lobby", GRACE, "1", "between us");
  await world.pass(100);
  const protocol = world.server.connections[0]?.protocols[1] ?? "";
  world.server.instead = () => ({ type: "error", problem: { type: "about:blank", title: protocol, status: 400 } });
  const error = ada.live.send("lobby", "secret").catch((caught: unknown) => caught);
  ada.live.close();
  const shown = [inspect(ada.live, { depth: 9, showHidden: true }), inspect(await error, { depth: 9 }), JSON.stringify(ada.live)].join();
  assert.ok(protocol.length > 20 && !shown.includes(protocol) && !/between us|secret/.test(shown), shown);
});
