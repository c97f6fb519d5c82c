// Builds dist/: JavaScript without comments, which everybody downloads, and types with them, which editors show.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const tsc = join(here, "node_modules/typescript/bin/tsc");
// Also the tests of an earlier build: one whose source is gone would still run.
for (const folder of ["dist", ".build"]) rmSync(join(here, folder), { recursive: true, force: true });
for (const flags of [
  ["--declaration", "false", "--isolatedDeclarations", "false", "--removeComments", "true"],
  ["--emitDeclarationOnly"],
]) {
  execFileSync(process.execPath, [tsc, "-p", here, ...flags], { stdio: "inherit" });
}
