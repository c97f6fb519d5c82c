import assert from "node:assert/strict";
import { test } from "node:test";
import { preHash } from "../dist/argon2.js";
import { hashPasswords } from "../dist/hashing.js";
import { EDITH, GOLDEN, SALT, json, startHashing } from "./golden.js";
import { saltAnswer } from "./hashing.js";
import { dropped, instead, problem } from "./issuer.js";
import { ADA, World } from "./world.js";

test("the hash of a password is that of the reference, however its letters are composed", async () => {
  for (const form of ["NFC", "NFD"]) {
    assert.equal(await preHash(GOLDEN.password.normalize(form), GOLDEN.salt), GOLDEN.hash);
  }
});

test("where hashes are required no password is sent", async (t) => {
  const { world, tab } = await startHashing(t, "required");
  assert.equal((await tab.register({ ...EDITH, name: "Edith" })).email, EDITH.email);
  assert.equal((await tab.login(EDITH)).email, EDITH.email);
  assert.deepEqual(world.issuer.passwords, [
    { email: EDITH.email, name: "Edith", transport: "token", client_hash: GOLDEN.hash },
    { email: EDITH.email, transport: "token", client_hash: GOLDEN.hash },
  ]);
  await assert.rejects(tab.login({ ...EDITH, password: "another" }), { slug: "invalid-credentials" });
  assert.equal(world.issuer.count(SALT), 3, "no salt is kept");
});

test("in a transition both are sent", async (t) => {
  const { world, tab } = await startHashing(t, "transition");
  await tab.register(EDITH);
  assert.deepEqual(world.issuer.passwords, [{ ...EDITH, transport: "token", client_hash: GOLDEN.hash }]);
});

test("without hashing nothing is asked for, and passwords are sent as ever", async (t) => {
  const world = await World.start(t);
  await world.client().login(ADA);
  assert.deepEqual(world.issuer.requests, ["POST /auth/login"]);
});

test("whatever the issuer answers, a client that requires hashes sends no password", async (t) => {
  const { world, tab } = await startHashing(t, "required");
  world.issuer.hashing.mode = "off";
  await assert.rejects(tab.login(EDITH), { slug: "not-found", status: 404 });
  for (const mode of ["off", "transition", undefined, "plain"]) {
    world.issuer.next(SALT, instead(json(saltAnswer({ mode }))));
    await assert.rejects(tab.login(EDITH), { slug: "invalid-input", status: 422 });
  }
  world.issuer.hashing.mode = "required";
  const asksForPassword = problem(422, "invalid-input", { errors: [{ pointer: "/client_hash", detail: "password" }] });
  world.issuer.next("POST /auth/login", instead(asksForPassword));
  await assert.rejects(tab.login(EDITH), { slug: "invalid-input" });
  assert.ok(world.issuer.passwords.length >= 4);
  assert.ok(world.issuer.passwords.every((body) => !JSON.stringify(body).includes(EDITH.password)));
});

test("without a network at the salt nothing is sent, and trying again works", async (t) => {
  for (const mode of ["transition", "required"] as const) {
    const { world, tab } = await startHashing(t, mode);
    world.issuer.next(SALT, dropped, instead(problem(429, "too-many-attempts", { retry_after: 60 })));
    await assert.rejects(tab.register(EDITH), { slug: "network" });
    await assert.rejects(tab.register(EDITH), { slug: "too-many-attempts", retryAfter: 60 });
    assert.deepEqual(world.issuer.requests, [SALT, SALT]);
    assert.equal((await tab.register(EDITH)).email, EDITH.email);
  }
});

test("a sign-in that is given up while the salt is on its way sends nothing more", async (t) => {
  const { world, tab } = await startHashing(t, "required");
  const release = world.issuer.hold(SALT);
  const controller = new AbortController();
  const signedIn = tab.login(EDITH, { signal: controller.signal });
  controller.abort(new Error("changed my mind"));
  await assert.rejects(signedIn, /changed my mind/);
  release();
  assert.equal(world.issuer.count("POST /auth/login"), 0);
});

test("parallel sign-ins of two users get their own hashes", async (t) => {
  const { world } = await startHashing(t, "required");
  const users = [EDITH, { email: "nobody@example.com", password: EDITH.password }];
  const hashing = hashPasswords({ mode: "required" });
  const tabs = users.map((user) => ({ user, tab: world.client({ hashing }) }));
  await Promise.all(tabs.map(({ user, tab }) => tab.register(user)));
  const signedIn = await Promise.all(tabs.map(({ user, tab }) => tab.login(user)));
  assert.deepEqual(
    signedIn.map(({ email }) => email),
    users.map(({ email }) => email),
  );
  const hashes = new Set(world.issuer.passwords.map((body) => `${body["email"]} ${body["client_hash"]}`));
  assert.equal(hashes.size, 2);
  assert.equal(new Set([...hashes].map((entry) => entry.split(" ")[1])).size, 2, "one password, two hashes");
});
