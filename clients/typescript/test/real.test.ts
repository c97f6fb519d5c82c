import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { connect } from "../dist/client.js";
import { hashPasswords } from "../dist/hashing.js";
import type { ClientOptions } from "../dist/index.js";
import { realPlatform } from "../dist/platform.js";
import { until } from "./clock.js";
import { MapStore } from "./world.js";

/** A running issuer, such as that of `cargo xtask dev`. Given and unreachable is a failure. */
const url = process.env["LATCHKEY_URL"];
const real = { skip: url === undefined && "LATCHKEY_URL names no running issuer" };
/** What it has been told about hashes, if it has. */
const hashing = process.env["LATCHKEY_CLIENT_HASHING"];
/** Seconds; that of `cargo xtask dev`, the shortest there is. */
const graceSeconds = 3;

test("a life with a real issuer", real, async (t) => {
  const machine = start(t);
  const client = machine.client();
  const registration = { email: `ada.${randomUUID()}@example.com`, password: randomUUID(), name: "Ada" };
  const user = await client.register(registration);
  assert.deepEqual([user.email, user.name], [registration.email, "Ada"]);
  await assert.rejects(client.register(registration), { slug: "email-taken", status: 409 });

  assert.equal((await me(client)).id, user.id);
  assert.equal(machine.count("/auth/refresh"), 0);
  machine.sleep(3600);
  const answers = await Promise.all([1, 2, 3, 4, 5].map(() => me(client)));
  assert.deepEqual(new Set(answers.map(({ id }) => id)), new Set([user.id]));
  assert.equal(machine.count("/auth/refresh"), 1);

  const reloaded = machine.client();
  assert.equal((await reloaded.restore())?.id, user.id);
  const old = [...machine.store.entries];
  const ends: string[] = [];
  reloaded.onSessionEnd(({ cause }) => ends.push(cause));
  await client.logout();
  await until(() => ends.length > 0, "the other tab to hear of it");
  assert.deepEqual([ends, reloaded.user, machine.store.entries.size], [["logout"], undefined, 0]);

  for (const [key, value] of old) machine.store.entries.set(key, value);
  assert.equal(await machine.client().restore(), undefined, "the old token is refused");
  assert.equal(machine.store.entries.size, 0);

  await assert.rejects(client.login({ ...registration, password: "no" }), { slug: "invalid-credentials", status: 401 });
  assert.equal((await client.login(registration)).id, user.id);
  const newPassword = randomUUID();
  await client.changePassword({ currentPassword: registration.password, newPassword });
  assert.equal((await me(client)).id, user.id);
  await client.logout({ everywhere: true });
  await assert.rejects(me(client), { slug: "signed-out" });
  await assert.rejects(client.login(registration), { slug: "invalid-credentials" });
  assert.equal((await client.login({ ...registration, password: newPassword })).id, user.id);
});

test("a life with a real issuer that takes hashes", real, async (t) => {
  const user = { email: `ada.${randomUUID()}@example.com`, password: randomUUID() };
  const mode = await servedMode(user.email);
  if (hashing !== undefined) assert.equal(mode, hashing);
  if (mode === undefined) return t.skip("it takes no hashes: LATCHKEY_CLIENT_HASHING is off");
  const machine = start(t);
  const client = machine.client({ hashing: hashPasswords({ mode: "required" }) });
  const { id } = await client.register(user);
  assert.equal((await me(client)).id, id);
  const newPassword = randomUUID();
  await client.changePassword({ currentPassword: user.password, newPassword });
  await assert.rejects(client.login(user), { slug: "invalid-credentials", status: 401 });
  const changed = { ...user, password: newPassword };
  assert.equal((await client.login(changed)).id, id);
  assert.equal(machine.count("/auth/salt"), 4);

  const [both, plain] = [machine.client({ hashing: hashPasswords({ mode: "transition" }) }), machine.client()];
  for (const other of [both, plain]) {
    if (mode === "transition") assert.equal((await other.login(changed)).id, id);
    else await assert.rejects(other.login(changed), { slug: "invalid-input", status: 422 });
  }
});

test("a real issuer answers a lost refresh with the same successor", real, async (t) => {
  const machine = start(t);
  const client = machine.client();
  await client.register({ email: `ada.${randomUUID()}@example.com`, password: randomUUID() });
  const tokens: string[] = [];
  machine.lose = async (response) =>
    void tokens.push(((await response.json()) as { refresh_token: string }).refresh_token);
  machine.sleep(3600);
  await me(client);
  assert.equal(machine.count("/auth/refresh"), 2);
  const stored = JSON.parse([...machine.store.entries.values()][0] ?? "") as { refreshToken: string };
  assert.deepEqual([stored.refreshToken], tokens);
  await client.logout();
});

test("a real issuer's refusals are understood", real, async (t) => {
  const client = start(t).client();
  await assert.rejects(
    client.register({ email: "nobody", password: "short" }),
    (error: { slug: string; errors: { pointer: string }[] }) => {
      assert.equal(error.slug, "invalid-input");
      assert.ok(error.errors.some(({ pointer }) => pointer === "/email"));
      return true;
    },
  );
  assert.equal(client.user, undefined);
});

async function me(client: { fetch: typeof globalThis.fetch }): Promise<{ id: string }> {
  const answer = await client.fetch(`${url}/auth/me`);
  assert.equal(answer.status, 200);
  return (await answer.json()) as { id: string };
}

/** What the issuer does about hashes; `undefined` when it takes none. */
async function servedMode(email: string): Promise<string | undefined> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${url}/auth/salt`, { method: "POST", headers, body: JSON.stringify({ email }) });
  if (answer.status === 404) return undefined;
  assert.equal(answer.status, 200);
  return ((await answer.json()) as { mode: string }).mode;
}

/** A machine whose clock can be moved, and whose network can lose one answer. */
function start(t: { after(action: () => void): void }) {
  const store = new MapStore();
  const asked: string[] = [];
  const machine = {
    store,
    ahead: 0,
    lose: undefined as ((response: Response) => Promise<void>) | undefined,
    count: (path: string): number => asked.filter((address) => address === `${url}${path}`).length,
    sleep: (seconds: number): void => void (machine.ahead += seconds * 1000),
    client: (more: Partial<ClientOptions> = {}) => {
      const options: ClientOptions = { url: url ?? "", store, graceSeconds, ...more };
      const client = connect(options, { ...realPlatform(fetch), wall: () => Date.now() + machine.ahead });
      t.after(client.close);
      return client;
    },
  };
  async function fetch(...[input, init]: Parameters<typeof globalThis.fetch>): Promise<Response> {
    const address = input instanceof Request ? input.url : String(input);
    asked.push(address);
    const response = await globalThis.fetch(input, init);
    const { lose } = machine;
    if (!lose || !address.endsWith("/auth/refresh")) return response;
    machine.lose = undefined;
    await lose(response);
    throw new TypeError("lost");
  }
  return machine;
}
