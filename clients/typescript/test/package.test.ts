import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";

const root = new URL("../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const manifest = JSON.parse(read("package.json")) as Record<string, unknown>;

/** Bytes, by entry. */
const MAX_SIZE = { index: 6_000, cookie: 4_200, hashing: 17_000 };
/** Bytes that rooms add to a page that has a client, as every page with rooms has. */
const MAX_LIVE = 4_600;

/** Minified and compressed. */
function sizeOf(...entries: string[]): number {
  const contents = entries.map((entry) => `export * from "./${entry}.js";`).join("");
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: fileURLToPath(new URL("dist", root)) },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
  });
  return gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length;
}

test("an application gets at most 6 KB more, 4.2 KB with a cookie, 17 KB for hashing, and 4.6 KB for rooms", (t) => {
  const sizes = Object.entries(MAX_SIZE).map(([entry, limit]) => ({ entry, limit, size: sizeOf(entry) }));
  sizes.push({ entry: "live, beside index", limit: MAX_LIVE, size: sizeOf("index", "live") - sizeOf("index") });
  for (const { entry, limit, size } of sizes) {
    t.diagnostic(`${entry}: ${size} bytes, minified and compressed`);
    assert.ok(size > 1_000 && size <= limit, `${entry}: ${size} bytes`);
  }
});

test("the package needs nothing at run time, and holds what it should", () => {
  for (const kind of ["dependencies", "peerDependencies", "optionalDependencies", "bundleDependencies"]) {
    assert.equal(manifest[kind], undefined);
  }
  const packed = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: root,
    encoding: "utf8",
  });
  const [{ files }] = JSON.parse(packed) as [{ files: { path: string }[] }];
  const paths = files.map(({ path }) => path);
  const entries = ["index", "cookie", "hashing", "live"].map((entry) => `dist/${entry}.js`);
  for (const path of ["LICENSE", "README.md", "package.json", "dist/index.d.ts", ...entries]) {
    assert.ok(paths.includes(path), path);
  }
  assert.deepEqual(
    paths.filter((path) => !/^(LICENSE|README\.md|package\.json|dist\/\w+\.(js|d\.ts))$/.test(path)),
    [],
  );
});

test("what is exported is what is documented", async () => {
  assert.deepEqual(Object.keys(await import("latchkey-client")), ["LatchkeyError", "createClient"]);
  assert.deepEqual(Object.keys(await import("latchkey-client/cookie")), ["LatchkeyError", "createClient"]);
  assert.deepEqual(Object.keys(await import("latchkey-client/hashing")), ["hashPasswords"]);
  assert.deepEqual(Object.keys(await import("latchkey-client/live")), ["LatchkeyError", "connect"]);
});

test("its licence is that of the repository, and the file that holds another package says so", () => {
  assert.equal(read("LICENSE"), read("../../LICENSE"));
  assert.ok(read("dist/argon2.js").includes(read("node_modules/hash-wasm/LICENSE").trim()));
});

test("what is built imports nothing but what is built", () => {
  const specifiers = readdirSync(new URL("dist/", root))
    .filter((file) => file.endsWith(".js"))
    .flatMap((file) => [...read(`dist/${file}`).matchAll(/\b(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, path]) => path));
  assert.ok(specifiers.length > 30);
  assert.deepEqual(
    specifiers.filter((path) => !/^\.\/\w+\.js$/.test(path ?? "")),
    [],
  );
});

test("the lock file names no registry, and a digest for every package", () => {
  const { packages } = JSON.parse(read("package-lock.json")) as {
    packages: Record<string, { resolved?: string; integrity?: string }>;
  };
  const others = Object.entries(packages).filter(([path]) => path !== "");
  assert.deepEqual(
    others.filter(([, { resolved, integrity }]) => resolved !== undefined || integrity === undefined),
    [],
  );
});

test("no file is longer than 200 lines", () => {
  const list = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "src", "test"], {
    cwd: root,
    encoding: "utf8",
  })
    .trim()
    .split("\n");
  assert.ok(list.length > 20);
  // As in the rest of the repository: comments and empty lines do not count.
  const code = (path: string): number =>
    read(path)
      .split("\n")
      .filter((line) => !/^\s*(\/\/|\/?\*|$)/.test(line)).length;
  assert.deepEqual(
    list.filter((path) => code(path) > 200),
    [],
  );
});
