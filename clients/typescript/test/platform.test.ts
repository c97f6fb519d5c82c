import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { realPlatform, stopwatch } from "../dist/platform.js";
import { createClient } from "../dist/index.js";
import { until } from "./clock.js";
import { ADA, MapStore, World } from "./world.js";

test("two clients of a real process hear each other", async (t) => {
  const world = await World.start(t);
  const options = { url: world.issuer.url, store: world.store };
  const [here, there] = [createClient(options), createClient(options)];
  t.after(() => [here, there].forEach((client) => client.close()));
  await here.login(ADA);
  const users = await Promise.all([there.restore(), createClient({ ...options, store: new MapStore() }).restore()]);
  assert.deepEqual(
    users.map((user) => user?.email),
    [ADA.email, undefined],
  );
  const causes: string[] = [];
  there.onSessionEnd(({ cause }) => causes.push(cause));
  await here.logout();
  await until(() => causes.length > 0, "the message");
  assert.deepEqual(causes, ["logout"]);
  assert.equal(there.user, undefined);
});

test("methods need no this", async (t) => {
  const world = await World.start(t);
  const { login, fetch, logout, close } = createClient({ url: world.issuer.url });
  t.after(close);
  await login(ADA);
  assert.equal((await fetch(`${world.issuer.url}/auth/me`)).status, 200);
  await logout();
});

test("a client that is signed in does not keep a process alive", async (t) => {
  const world = await World.start(t);
  const script = `
    import { createClient } from ${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)};
    const entries = new Map();
    const getItem = (key) => entries.get(key) ?? null;
    const store = { getItem, setItem: (key, value) => void entries.set(key, value), removeItem() {} };
    const fetch = async () => Response.json(${JSON.stringify(grant(world))});
    const client = createClient({ url: "https://auth.example.com", store, fetch });
    console.log((await client.login({ email: "x", password: "y" })).email);`;
  const said = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
    timeout: 20_000,
    encoding: "utf8",
  });
  assert.equal(said.trim(), ADA.email);
});

test("events of a browser are heard and left", () => {
  const target = Object.assign(globalThis, new EventTarget());
  const events = new EventTarget();
  Object.assign(target, {
    addEventListener: events.addEventListener.bind(events),
    removeEventListener: events.removeEventListener.bind(events),
  });
  let heard = 0;
  const stop = realPlatform().onOnline(() => (heard += 1));
  events.dispatchEvent(new Event("online"));
  stop();
  events.dispatchEvent(new Event("online"));
  assert.equal(heard, 1);
});

test("a stopwatch is right while either of its clocks is", () => {
  const clocks = { monotonic: 5, wall: 1_000 };
  const platform = { ...realPlatform(), monotonic: () => clocks.monotonic, wall: () => clocks.wall };
  const elapsed = stopwatch(platform, 10);
  clocks.monotonic += 7;
  assert.equal(elapsed(), 17, "the wall clock stands");
  clocks.wall -= 500;
  assert.equal(elapsed(), 17, "the wall clock is set back");
  clocks.wall += 600;
  assert.equal(elapsed(), 110, "the monotonic clock stood still");
});

test("timers longer than the platform can have end early, not at once", () => {
  const cancel = realPlatform().after(2 ** 40, () => assert.fail("at once"), true);
  return new Promise<void>((resolve) => {
    setTimeout(() => {
      cancel();
      resolve();
    }, 5);
  });
});

function grant(world: World): object {
  return world.issuer.sessions.login(ADA.email, ADA.password) ?? {};
}
