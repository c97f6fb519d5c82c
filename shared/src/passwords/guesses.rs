//! How many tries a guesser needs who knows what people choose: an estimate in bits, in time linear in the password.
//!
//! The password is read from left to right as the cheapest pieces a guesser would try: a common word, a run over the alphabet
//! or the keyboard, a repetition, else a single character. Upper case and the usual replacements (`p@ssw0rd`) are free.

use super::wordlist::COMMON_WORDS;

/// A word of a list that everybody has: one of 512.
const WORD_BITS: f64 = 9.0;
/// A run: where it begins and how long it is.
const RUN_BITS: f64 = 6.0;
/// Something said before, said again.
const REPETITION_BITS: f64 = 2.0;
/// One of ten.
const DIGIT_BITS: f64 = 3.3;
/// One of 26.
const LETTER_BITS: f64 = 4.7;
/// One of a few dozen.
const OTHER_BITS: f64 = 5.5;

/// Shorter pieces are as well written character by character.
const SHORTEST_PIECE: usize = 3;

/// What fingers run along.
const ROWS: [&str; 8] = [
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
];

/// Estimates the bits of `password`; `own` are words that belong to its user.
pub(super) fn bits(password: &str, own: &[&str]) -> f64 {
    let text: Vec<char> = password.to_lowercase().chars().collect();
    let (mut at, mut bits) = (0, 0.0);
    while at < text.len() {
        let (length, cost) = piece(&text, at, own);
        at += length;
        bits += cost;
    }
    bits
}

/// The piece that begins at `at`: the longest that is more than a character, and what it costs.
fn piece(text: &[char], at: usize, own: &[&str]) -> (usize, f64) {
    let rest = &text[at..];
    let pieces = [(repetition(text, at), REPETITION_BITS), (word(rest, own), WORD_BITS), (run(rest), RUN_BITS)];
    let longest = pieces.into_iter().filter(|(length, _)| *length >= SHORTEST_PIECE).max_by_key(|(length, _)| *length);
    longest.unwrap_or_else(|| (1, character(rest[0])))
}

fn character(c: char) -> f64 {
    match c {
        c if c.is_ascii_digit() => DIGIT_BITS,
        c if c.is_alphabetic() => LETTER_BITS,
        _ => OTHER_BITS,
    }
}

/// How far the text at `at` says again what stands right before it, with any period.
fn repetition(text: &[char], at: usize) -> usize {
    let again =
        |period: usize| text[at..].iter().zip(&text[at - period..]).take_while(|(now, before)| now == before).count();
    // A period of one needs no three characters to be seen; a longer one counts when it was said whole.
    (1..=at.min(MAX_PERIOD))
        .map(|period| (again(period), period))
        .filter(|(length, period)| length >= period)
        .map(|(length, _)| length)
        .max()
        .unwrap_or(0)
}

/// Longest unit whose repetition is looked for: bounds the work to this many passes.
const MAX_PERIOD: usize = 32;

fn word(rest: &[char], own: &[&str]) -> usize {
    let words = COMMON_WORDS.iter().chain(own).filter(|word| begins_with(rest, word));
    words.map(|word| word.chars().count()).max().unwrap_or(0)
}

fn begins_with(rest: &[char], word: &str) -> bool {
    let mut rest = rest.iter();
    word.chars().all(|letter| rest.next().is_some_and(|c| *c == letter || stands_for(*c, letter)))
}

/// The replacements that everybody makes.
fn stands_for(c: char, letter: char) -> bool {
    matches!(
        (letter, c),
        ('a', '@' | '4')
            | ('b', '8')
            | ('e', '3')
            | ('g', '9')
            | ('i' | 'l', '1' | '!')
            | ('o', '0')
            | ('s', '$' | '5')
            | ('t', '7' | '+')
    )
}

fn run(rest: &[char]) -> usize {
    let along = |row: &str| [run_along(rest, row.chars()), run_along(rest, row.chars().rev())];
    ROWS.iter().flat_map(|row| along(row)).max().unwrap_or(0)
}

fn run_along(rest: &[char], row: impl Iterator<Item = char> + Clone) -> usize {
    let from = row.skip_while(|c| *c != rest[0]);
    rest.iter().copied().zip(from).take_while(|(c, next)| c == next).count()
}
