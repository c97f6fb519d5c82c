import { COMMON_WORDS } from "./wordlist.js";

// How many tries a guesser needs who knows what people choose: shared/src/passwords/guesses.rs says the same in Rust,
// with its reasons. Both give the verdicts in test/passwords.json.

/** A word of a list that everybody has: one of 512. */
const WORD_BITS = 9;
/** A run: where it begins and how long it is. */
const RUN_BITS = 6;
/** Something said before, said again. */
const REPETITION_BITS = 2;
/** One of ten. */
const DIGIT_BITS = 3.3;
/** One of 26. */
const LETTER_BITS = 4.7;
/** One of a few dozen. */
const OTHER_BITS = 5.5;

/** Shorter pieces are as well written character by character. */
const SHORTEST_PIECE = 3;
/** Longest unit whose repetition is looked for: bounds the work to this many passes. */
const MAX_PERIOD = 32;

/** What fingers run along, in both directions. */
const ROWS: readonly (readonly string[])[] = [
  "abcdefghijklmnopqrstuvwxyz",
  "01234567890",
  "qwertyuiop",
  "qwertzuiop",
  "azertyuiop",
  "asdfghjkl",
  "zxcvbnm",
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
].flatMap((row) => [[...row], [...row].reverse()]);

/** The replacements that everybody makes, by letter. */
const STANDS_FOR: Readonly<Record<string, string>> = {
  a: "@4",
  b: "8",
  e: "3",
  g: "9",
  i: "1!",
  l: "1!",
  o: "0",
  s: "$5",
  t: "7+",
};

/** Estimates the bits of `password`; `own` are words that belong to its user. */
export function bits(password: string, own: readonly string[]): number {
  const text = [...password.toLowerCase()];
  const words = [...COMMON_WORDS, ...own].map((word) => [...word]);
  let sum = 0;
  for (let at = 0; at < text.length;) {
    const [length, cost] = piece(text, at, words);
    at += length;
    sum += cost;
  }
  return sum;
}

/** Its length in characters, and what it costs. */
type Piece = readonly [length: number, cost: number];

/** The piece that begins at `at`: the longest that is more than a character, of equals the last. */
function piece(text: readonly string[], at: number, words: readonly string[][]): Piece {
  const rest = text.slice(at);
  const pieces: Piece[] = [
    [repetition(text, at), REPETITION_BITS],
    [word(rest, words), WORD_BITS],
    [run(rest), RUN_BITS],
  ];
  const longest = pieces.reduce((one, other) => (other[0] >= one[0] ? other : one));
  return longest[0] >= SHORTEST_PIECE ? longest : [1, character(text[at] ?? "")];
}

function character(char: string): number {
  if (/[0-9]/.test(char)) return DIGIT_BITS;
  return /\p{Alphabetic}/u.test(char) ? LETTER_BITS : OTHER_BITS;
}

/** How far the text at `at` says again what stands right before it, with any period that was said whole. */
function repetition(text: readonly string[], at: number): number {
  let longest = 0;
  for (let period = 1; period <= Math.min(at, MAX_PERIOD); period++) {
    const again = common(text.slice(at), text.slice(at - period));
    if (again >= period) longest = Math.max(longest, again);
  }
  return longest;
}

function word(rest: readonly string[], words: readonly string[][]): number {
  const beginsWith = (letters: string[]): boolean =>
    letters.every((letter, index) => {
      const char = rest[index];
      return char !== undefined && (char === letter || (STANDS_FOR[letter]?.includes(char) ?? false));
    });
  return Math.max(0, ...words.filter(beginsWith).map(({ length }) => length));
}

function run(rest: readonly string[]): number {
  return Math.max(...ROWS.map((row) => common(rest, from(row, rest[0]))));
}

/** What follows in `row` from `char` on; nothing when it is not there. */
function from(row: readonly string[], char: string | undefined): readonly string[] {
  const at = row.findIndex((key) => key === char);
  return at < 0 ? [] : row.slice(at);
}

/** How many characters both begin with. */
function common(one: readonly string[], other: readonly string[]): number {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index++) {
    if (one[index] !== other[index]) return index;
  }
  return length;
}
