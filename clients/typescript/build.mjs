// Builds dist/: JavaScript without comments, which everybody downloads, and types with them, which editors show.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const tsc = fileURLToPath(new URL("./node_modules/typescript/bin/tsc", import.meta.url));
rmSync(new URL("./dist", import.meta.url), { recursive: true, force: true });
for (const flags of [["--declaration", "false", "--isolatedDeclarations", "false", "--removeComments", "true"], ["--emitDeclarationOnly"]]) {
  execFileSync(process.execPath, [tsc, "-p", here, ...flags], { stdio: "inherit" });
}
