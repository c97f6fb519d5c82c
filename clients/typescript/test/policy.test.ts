import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { tooLong, weakness } from "../dist/policy.js";
import { COMMON_WORDS } from "../dist/wordlist.js";

interface Judged {
  readonly password: string;
  readonly email: string;
  /** What is wrong with it, in the server's words. */
  readonly verdict: string | null;
}

/** The server's tests read it too: shared/src/passwords/tests.rs. */
const judged = JSON.parse(
  readFileSync(new URL("../test/passwords.json", import.meta.url), "utf8"),
) as readonly Judged[];

test("a new password is judged as by the server", () => {
  assert.ok(judged.length > 80);
  for (const { password, email, verdict } of judged) {
    assert.equal(tooLong(password) ?? weakness(password, email, 15) ?? null, verdict, password);
  }
});

test("every word of the server is known here", () => {
  const rust = readFileSync(new URL("../../../shared/src/passwords/wordlist.rs", import.meta.url), "utf8");
  const words = rust.split("= &[")[1]?.match(/(?<=")\w+(?=")/g);
  assert.deepEqual(COMMON_WORDS, words);
});

test("the shortest password is what the deployment says", () => {
  const text = "blau Zwiebel";
  assert.equal(weakness(text, "ada@example.com", 12), undefined);
  assert.equal(weakness(text, "ada@example.com", 13), "must have at least 13 characters");
});

test("hostile passwords are judged without effort", () => {
  for (const unit of ["4@8({[<369 1!|70$5+%2", "12", "qw", "passw0rd", "\u{fdfa}", "aß", "pass"]) {
    const text = unit.repeat(256).slice(0, 256);
    const before = performance.now();
    weakness(text, "a@example.com", 15);
    assert.ok(performance.now() - before < 500, unit);
  }
  assert.equal(tooLong("x".repeat(10_000_000)), "must have at most 256 characters");
});
