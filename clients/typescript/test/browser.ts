import type { TestContext } from "node:test";
import { type CookieClient, type CookieSessionEnd, connect } from "../dist/cookieclient.js";
import { settle } from "./clock.js";
import { ADA, World } from "./world.js";

/** A tab of a browser: a client, and what it said about ended sessions. */
export interface CookieTab {
  readonly client: CookieClient;
  readonly ends: CookieSessionEnd[];
}

/** A browser with one cookie jar, whose tabs are all at the issuer's origin. */
export class Browser {
  readonly world: World;
  /** The cookie of the issuer's origin; empty when there is none. */
  cookie = "";
  /** What was asked with which `credentials`. */
  readonly sent: { url: string; credentials: string | undefined; authorization: string | null }[] = [];

  constructor(world: World) {
    this.world = world;
  }

  tab(): CookieTab {
    const { world } = this;
    const client = connect({ url: world.issuer.url }, { ...world.platform(), fetch: this.fetch });
    const ends: CookieSessionEnd[] = [];
    client.onSessionEnd((end) => ends.push(end));
    return { client, ends };
  }

  /** As browsers do it: the cookie is put in front, and taken from the answer, when `credentials` say so. */
  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const credentials = init?.credentials ?? (input instanceof Request ? input.credentials : undefined);
    this.sent.push({ url: request.url, credentials, authorization: request.headers.get("authorization") });
    const isOurs = credentials === "same-origin" && request.url.startsWith(`${this.world.issuer.url}/`);
    if (isOurs && this.cookie) request.headers.set("cookie", `theme=dark; __Host-latchkey=${this.cookie}`);
    const response = await globalThis.fetch(request);
    const set = response.headers.get("set-cookie");
    if (isOurs && set !== null) this.cookie = /^__Host-latchkey=([^;]*)/.exec(set)?.[1] ?? "";
    return response;
  };
}

/** Tabs of a browser in which Ada has signed in. Nothing is counted yet. */
export async function startBrowser(
  t: TestContext,
  count: number,
): Promise<{ browser: Browser; world: World; tabs: CookieTab[] }> {
  const world = await World.start(t);
  const browser = new Browser(world);
  const tabs = Array.from({ length: count }, () => browser.tab());
  t.after(() => tabs.forEach(({ client }) => client.close()));
  await tabs[0]?.client.login(ADA);
  await Promise.all(tabs.slice(1).map(({ client }) => client.restore()));
  await settle();
  world.issuer.requests.length = 0;
  world.issuer.sessions.rotations = 0;
  browser.sent.length = 0;
  return { browser, world, tabs };
}
