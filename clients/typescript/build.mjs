// Builds dist/: JavaScript without comments, which everybody downloads, and types with them, which editors show.
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const tsc = join(here, "node_modules/typescript/bin/tsc");
// Also the tests of an earlier build: one whose source is gone would still run.
for (const folder of ["dist", ".build"]) rmSync(join(here, folder), { recursive: true, force: true });
writeFileSync(join(here, "src/wordlist.ts"), wordlist());
for (const flags of [
  ["--declaration", "false", "--isolatedDeclarations", "false", "--removeComments", "true"],
  ["--emitDeclarationOnly"],
]) {
  execFileSync(process.execPath, [tsc, "-p", here, ...flags], { stdio: "inherit" });
}
bundleArgon2();

/** The common words of the server, which has the only list. */
function wordlist() {
  const rust = readFileSync(join(here, "../../shared/src/passwords/wordlist.rs"), "utf8");
  const list = /COMMON_WORDS: &\[&str\] = &\[\n(.*?)\n\];/s.exec(rust)?.[1].replace(/^ *\/\/.*$/gm, "");
  const words = list?.match(/[^\s,]+/g)?.map((word) => JSON.parse(word)) ?? [];
  if (words.length < 400) throw new Error(`wordlist.rs is not understood: ${words.length} words`);
  return [
    "// Written by build.mjs from shared/src/passwords/wordlist.rs.",
    "/** What guessers try first, in lower case. */",
    `export const COMMON_WORDS: readonly string[] = "${words.join(" ")}".split(" ");`,
    "",
  ].join("\n");
}

/** Puts the one package that we use into the one file that uses it, with its licence. Nothing is left to install. */
function bundleArgon2() {
  const file = join(here, "dist/argon2.js");
  const licence = readFileSync(join(here, "node_modules/hash-wasm/LICENSE"), "utf8").trim();
  buildSync({
    entryPoints: [file],
    outfile: file,
    allowOverwrite: true,
    bundle: true,
    // Our own files stay what they are: an error is of one class, whichever entry it comes from.
    external: ["./error.js", "./salt.js"],
    minify: true,
    format: "esm",
    target: "es2022",
    // The banner has all of it.
    legalComments: "none",
    banner: { js: `/*! @license hash-wasm, which this file contains:\n\n${licence}\n*/` },
  });
}
