import { members } from "./answer.js";
import { isId, isToken } from "./tokens.js";

/**
 * Where the refresh token is kept: `localStorage` is one, and so is anything with these three methods, which may also
 * return promises. Nobody but this client writes to its key.
 */
export interface Store {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): void | Promise<void>;
  removeItem(key: string): void | Promise<void>;
}

/** The session that a store knows. */
export interface StoredSession {
  readonly sessionId: string;
  readonly refreshToken: string;
}

/** The one entry of a store that belongs to one issuer, so that no issuer is ever sent another's token. */
export interface Vault {
  /** `undefined` when there is none, or something that is not ours. */
  read(): Promise<StoredSession | undefined>;
  write(session: StoredSession): Promise<void>;
  clear(): Promise<void>;
}

/** Opens it. */
export function openVault(store: Store, key: string): Vault {
  return {
    async read() {
      return parse(await store.getItem(key));
    },
    async write({ sessionId, refreshToken }) {
      await store.setItem(key, JSON.stringify({ sessionId, refreshToken }));
    },
    async clear() {
      await store.removeItem(key);
    },
  };
}

/** A store that is gone when the page is. */
export function memoryStore(): Store {
  const entries = new Map<string, string>();
  return {
    getItem: (key) => entries.get(key) ?? null,
    setItem: (key, value) => void entries.set(key, value),
    removeItem: (key) => void entries.delete(key),
  };
}

function parse(text: string | null): StoredSession | undefined {
  try {
    const { sessionId, refreshToken } = members(JSON.parse(text ?? "")) as {
      [member in keyof StoredSession]?: unknown;
    };
    return isId(sessionId) && isToken(refreshToken) ? { sessionId, refreshToken } : undefined;
  } catch {
    return undefined;
  }
}
