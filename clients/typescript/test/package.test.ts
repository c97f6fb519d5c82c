import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";

const root = new URL("../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const manifest = JSON.parse(read("package.json")) as Record<string, unknown>;

/** Bytes, by entry. */
const MAX_SIZE = { index: 6_000, cookie: 4_000 };

test("an application gets at most 6 KB more, and 4 KB with a cookie", (t) => {
  for (const [entry, limit] of Object.entries(MAX_SIZE)) {
    const { outputFiles } = buildSync({
      entryPoints: [fileURLToPath(new URL(`dist/${entry}.js`, root))],
      bundle: true,
      minify: true,
      format: "esm",
      target: "es2022",
      write: false,
    });
    const size = gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length;
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
  for (const path of ["LICENSE", "README.md", "package.json", "dist/index.js", "dist/index.d.ts", "dist/cookie.js"]) {
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
});

test("its licence is that of the repository", () => {
  assert.equal(read("LICENSE"), read("../../LICENSE"));
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
