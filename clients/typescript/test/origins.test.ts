import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient } from "../dist/index.js";
import { Issuer } from "./issuer.js";
import { World } from "./world.js";

test("a request to an origin that is not named is refused and not sent", async (t) => {
  const world = await World.start(t);
  const tab = await world.signedIn();
  const stranger = await new Issuer(() => 0).start();
  t.after(() => stranger.stop());
  const host = new URL(world.issuer.api);
  const foreign = [
    `${stranger.api}/steal?x=1`,
    new URL(`${stranger.api}/steal`),
    new Request(`${stranger.api}/steal`),
    `http://localhost:${host.port}/notes`,
    `https://127.0.0.1:${host.port}/notes`,
    `${world.issuer.api}0/notes`,
    `http://127.0.0.1:${host.port}@evil.example/notes`,
    "https://evil.example\\@127.0.0.1/",
    "data:text/plain,x",
    "blob:null/1",
  ];
  for (const input of foreign) {
    await assert.rejects(tab.fetch(input), (error: { slug?: string; message: string; name: string }) => {
      assert.ok(error.slug === "foreign-origin" || error.name === "TypeError", error.message);
      assert.ok(!error.message.includes("steal"), "an address may hold secrets: only its origin is told");
      return true;
    });
  }
  let asked = 0;
  const changing = { toString: () => (asked++ === 0 ? `${world.issuer.api}/notes` : `${stranger.api}/steal`) } as URL;
  await tab.fetch(changing);
  assert.equal(stranger.calls.length, 0);
});

test("a redirect to another origin does not take the token along", async (t) => {
  const world = await World.start(t);
  const tab = await world.signedIn();
  const stranger = await new Issuer(() => 0).start();
  t.after(() => stranger.stop());
  const answer = await tab.fetch(`${world.issuer.api}/to/${encodeURIComponent(`${stranger.rest}/steal`)}`);
  assert.equal(answer.status, 401);
  assert.deepEqual(
    stranger.calls.map(({ path, authorization }) => [path, authorization]),
    [["/steal", undefined]],
  );
  assert.match(world.issuer.calls[0]?.authorization ?? "", /^Bearer at\./);
  assert.equal(world.issuer.count("POST /auth/refresh"), 0, "a stranger's refusal says nothing about the token");
});

test("an address without https is refused, except within the machine", () => {
  for (const url of [
    "http://auth.example.com",
    "http://localhost.example.com",
    "http://127.0.0.1.example.com",
    "ftp://localhost",
    "javascript:1",
  ]) {
    assert.throws(() => createClient({ url }), TypeError, url);
    assert.throws(() => createClient({ url: "https://auth.example.com", apis: [url] }), TypeError, url);
  }
  for (const url of [
    "https://auth.example.com",
    "https://auth.example.com/prod/",
    "http://localhost:9000",
    "http://[::1]:9000",
    "http://app.localhost",
  ]) {
    createClient({ url }).close();
  }
});

test("an address that says too much is refused", () => {
  for (const url of ["https://a:b@auth.example.com", "https://auth.example.com?x", "https://auth.example.com#x"]) {
    assert.throws(() => createClient({ url }), /query, a fragment or a user/, url);
  }
  for (const api of ["https://api.example.com/v1", "https://api.example.com?x", "https://u@api.example.com"]) {
    assert.throws(() => createClient({ url: "https://auth.example.com", apis: [api] }), /more than an origin/, api);
  }
});

test("a grace that no issuer can have is refused", () => {
  for (const graceSeconds of [0, -1, 301, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(
      () => createClient({ url: "https://auth.example.com", graceSeconds }),
      TypeError,
      String(graceSeconds),
    );
  }
});

test("an issuer below a path is asked below that path", async () => {
  const asked: string[] = [];
  const fetch: typeof globalThis.fetch = (input) => {
    asked.push(String(input));
    return Promise.resolve(new Response("", { status: 500 }));
  };
  const client = createClient({ url: "https://auth.example.com/prod/", fetch });
  await assert.rejects(client.login({ email: "a@example.com", password: "x" }));
  assert.deepEqual(asked, ["https://auth.example.com/prod/auth/login"]);
});
