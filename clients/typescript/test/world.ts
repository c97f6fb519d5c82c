import type { TestContext } from "node:test";
import { connect } from "../dist/client.js";
import type { Client, ClientOptions, SessionEnd, Store } from "../dist/index.js";
import type { Locks, Platform } from "../dist/platform.js";
import { Clock, settle } from "./clock.js";
import { Issuer } from "./issuer.js";
import { GRACE } from "./sessions.js";

export const ADA = { email: "ada@example.com", password: "a long walk by the sea" };
export const GRACE_HOPPER = { email: "grace@example.com", password: "a short walk by the lake" };

/** A machine with tabs, and an issuer that has the same time. */
export class World {
  readonly clock = new Clock();
  readonly issuer = new Issuer(() => this.clock.now);
  /** What `localStorage` is to the tabs. */
  readonly store = new MapStore();
  readonly locks = new QueueLocks();
  readonly #channels = new Set<{ name: string; heard: (message: unknown) => void }>();
  readonly #online = new Set<() => void>();
  /** Messages between tabs, in their order. */
  readonly messages: unknown[] = [];
  /** Whether they arrive; `promptly` is before whoever sent them does anything else. */
  delivers: boolean | "promptly" = true;
  /** What the next random numbers are. */
  random = 0.5;

  /** Begins with Ada and Grace, who have accounts. */
  static async start(test: TestContext): Promise<World> {
    const world = new World();
    await world.issuer.start();
    test.after(() => world.issuer.stop());
    for (const { email, password } of [ADA, GRACE_HOPPER]) {
      world.issuer.sessions.logout(
        (world.issuer.sessions.register(email, password, undefined) as { refresh_token: string }).refresh_token,
      );
    }
    return world;
  }

  /** A tab that shares nothing. */
  client(options: Partial<ClientOptions> = {}, platform: Partial<Platform> = {}): Tab {
    const { issuer } = this;
    const client = connect(
      { url: issuer.url, apis: [issuer.api, issuer.rest], ...options },
      { ...this.platform(), ...platform },
    );
    const ends: SessionEnd[] = [];
    client.onSessionEnd((end) => ends.push(end));
    return { ...client, client, ends };
  }

  /** A tab that shares the store with the others. */
  tab(platform: Partial<Platform> = {}): Tab {
    return this.client({ store: this.store }, platform);
  }

  /** A tab of a browser that has neither locks nor channels. */
  lonelyTab(): Tab {
    return this.client({ store: new MapStore(this.store.entries) }, { locks: undefined, openChannel: () => undefined });
  }

  /** A client with which Ada has signed in. */
  async signedIn(options: Partial<ClientOptions> = {}, platform: Partial<Platform> = {}): Promise<Tab> {
    const tab = this.client(options, platform);
    await tab.login(ADA);
    return tab;
  }

  goOnline(): void {
    for (const action of [...this.#online]) action();
  }

  /** What its tabs run on. */
  platform(): Platform {
    const { clock } = this;
    return {
      fetch: globalThis.fetch,
      locks: this.locks,
      monotonic: () => clock.now,
      wall: () => clock.now + clock.ahead,
      random: () => this.random,
      after: (milliseconds, action, idle) => clock.after(milliseconds, action, idle),
      onOnline: (action) => {
        this.#online.add(action);
        return () => this.#online.delete(action);
      },
      openChannel: (name, heard) => {
        const channel = { name, heard };
        this.#channels.add(channel);
        const postMessage = (message: unknown): void => this.#post(channel, structuredClone(message));
        return { postMessage, close: () => this.#channels.delete(channel) };
      },
    };
  }

  #post(from: { name: string }, message: unknown): void {
    this.messages.push(message);
    for (const channel of this.#channels) {
      if (channel === from || channel.name !== from.name || !this.delivers) continue;
      if (this.delivers === "promptly") channel.heard(message);
      else setImmediate(() => channel.heard(message));
    }
  }
}

/** A client with what it said about ended sessions. `user` of the copy is that of its beginning: ask `client`. */
export interface Tab extends Client {
  readonly client: Client;
  readonly ends: SessionEnd[];
}

/** A store that says what is in it. */
export class MapStore implements Store {
  readonly entries: Map<string, string>;
  /** Thrown by the next write. */
  fails: Error | undefined;

  constructor(entries = new Map<string, string>()) {
    this.entries = entries;
  }

  getItem(key: string): string | null {
    return this.entries.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    if (this.fails) throw this.fails;
    this.entries.set(key, value);
  }
  removeItem(key: string): void {
    this.entries.delete(key);
  }
}

/** What Web Locks do: one after the other, by name. */
export class QueueLocks implements Locks {
  readonly #last = new Map<string, Promise<unknown>>();

  request<T>(name: string, work: () => Promise<T>): Promise<T> {
    const done = (this.#last.get(name) ?? Promise.resolve()).then(work, work);
    this.#last.set(name, done);
    return done;
  }
}

/** Tabs that share Ada's session. Nothing is counted yet, and the grace of what came before is over. */
export async function startTabs(test: TestContext, count: number): Promise<{ world: World; tabs: Tab[] }> {
  const world = await World.start(test);
  const tabs = Array.from({ length: count }, () => world.tab());
  await tabs[0]?.login(ADA);
  await Promise.all(tabs.slice(1).map((tab) => tab.restore()));
  await settle();
  world.clock.advance((GRACE + 1) * 1000);
  world.issuer.requests.length = 0;
  world.issuer.sessions.rotations = 0;
  return { world, tabs };
}
