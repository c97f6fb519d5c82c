import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { type HashingOptions, hashPasswords } from "../dist/hashing.js";
import { LatchkeyError } from "../dist/index.js";
import { EDITH, GOLDEN, SALT, json, startHashing } from "./golden.js";
import { saltAnswer } from "./hashing.js";
import { dropped, instead } from "./issuer.js";

const notVersion1: Record<string, readonly unknown[]> = {
  algorithm: ["argon2i", "pbkdf2", undefined],
  version: [16, "19", undefined],
  memory_kib: [8, 19_455, 19_457, 4_194_304, "19456", undefined],
  iterations: [1, 3, 1e9, undefined],
  parallelism: [2, 0, undefined],
  hash_bytes: [16, 64, undefined],
  salt: [
    undefined,
    "",
    42,
    "AAECAwQFBgcICQoLDA0OD",
    "AAECAwQFBgcICQoLDA0ODx",
    "AAECAwQFBgcICQoLDA0ODw==",
    "AAECAwQFBgcICQoLDA0OD/",
    `AAECAwQFBgcICQoLDA0ODw${"A".repeat(1000)}`,
  ],
};

for (const mode of ["transition", "required"] as const) {
  test(`an answer that asks for other work, or has no salt, is refused before any is done: ${mode}`, async (t) => {
    const { world, tab } = await startHashing(t, mode);
    const answers = [
      json(null),
      json([]),
      { status: 200, headers: { "content-type": "text/html" }, body: "<html>" },
      { status: 502 },
      ...Object.entries(notVersion1).flatMap(([member, values]) =>
        values.map((value) => json(saltAnswer({ [member]: value }))),
      ),
    ];
    for (const answer of answers) {
      world.issuer.next(SALT, instead(answer));
      await assert.rejects(tab.login(EDITH), { slug: "unexpected-answer" }, inspect(answer));
    }
    assert.equal(world.issuer.count(SALT), answers.length);
    assert.equal(world.issuer.count("POST /auth/login"), 0);
  });
}

test("a weak new password fails as it would at the issuer, and is not even asked about", async (t) => {
  const { world, tab } = await startHashing(t, "required");
  for (const [password, detail] of [
    ["fourteen chars", "must have at least 15 characters"],
    ["x".repeat(257), "must have at most 256 characters"],
    [EDITH.email, "must not contain your email address"],
    ["P@ssw0rdP@ssw0rd", "is too easy to guess: it is, or is put together from, passwords that attackers try first"],
  ] as const) {
    await assert.rejects(tab.register({ ...EDITH, password }), (error: unknown) => {
      assert.ok(error instanceof LatchkeyError, "of the class that the other entries export");
      assert.deepEqual([error.slug, error.status], ["invalid-input", 422]);
      assert.equal(error.title, "Some of the input is not acceptable.");
      assert.deepEqual(error.errors, [{ pointer: "/password", detail }]);
      return true;
    });
  }
  assert.deepEqual(world.issuer.requests, []);
});

test("an old password is not judged, as long as it can be one", async (t) => {
  const { world, tab } = await startHashing(t, "required");
  await assert.rejects(tab.login({ ...EDITH, password: "short" }), { slug: "invalid-credentials" });
  for (const password of ["", "x".repeat(257)]) {
    await assert.rejects(tab.login({ ...EDITH, password }), { slug: "invalid-input", status: 422 });
  }
  assert.deepEqual(world.issuer.requests, [SALT, "POST /auth/login"]);
});

test("nothing shows a password or its hash", async (t) => {
  const { world, tab } = await startHashing(t, "required");
  const hashing = hashPasswords({ mode: "required" });
  const shown: unknown[] = [hashing, tab.client];
  const logged = t.mock.method(console, "log", () => {});
  world.issuer.next(SALT, instead(json(saltAnswer({ memory_kib: 1 }))), dropped);
  const failures = [EDITH, EDITH, EDITH, { ...EDITH, password: `${EDITH.password}${"x".repeat(256)}` }];
  for (const credentials of failures) await tab.login(credentials).catch((error: unknown) => shown.push(error));
  const weak = { email: EDITH.password.replaceAll(" ", "."), password: EDITH.password.slice(0, 14) };
  await tab.register(weak).catch((error: unknown) => shown.push(error));
  assert.equal(shown.length, 2 + failures.length + 1);
  const texts = shown.map((value) =>
    [inspect(value, { depth: null, showHidden: true, getters: true }), JSON.stringify(value), String(value)].join(),
  );
  for (const text of texts) {
    assert.ok(!text.includes(EDITH.password.slice(0, 14)) && !text.includes(GOLDEN.hash), text);
  }
  assert.equal(logged.mock.callCount(), 0);
});

test("where WebAssembly is forbidden it is said, and no password is sent instead", async (t) => {
  const { world, tab } = await startHashing(t, "transition");
  class CompileError extends Error {
    override readonly name = "CompileError";
  }
  const { WebAssembly } = globalThis as unknown as { WebAssembly: { instantiate(): Promise<unknown> } };
  t.mock.method(WebAssembly, "instantiate", () => Promise.reject(new CompileError(EDITH.password)));
  await assert.rejects(tab.login(EDITH), { slug: "hashing-failed", status: 0, detail: "CompileError" });
  assert.deepEqual(world.issuer.requests, [SALT]);
});

test("options that are none are refused", () => {
  for (const options of [{ mode: "off" }, { mode: undefined }, { mode: "required", minLength: 7 }]) {
    assert.throws(() => hashPasswords(options as HashingOptions), TypeError);
  }
});
