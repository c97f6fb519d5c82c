//! Text for a terminal: tables, and names that strangers chose.

/// Rows under a heading, each column as wide as its widest cell.
pub fn table<const N: usize>(heading: [&str; N], rows: Vec<[String; N]>) -> String {
    let heading = heading.map(|name| name.to_uppercase());
    let rows: Vec<[String; N]> =
        std::iter::once(heading).chain(rows).map(|row| row.map(|cell| printable(&cell))).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: [usize; N] = std::array::from_fn(width);
    rows.iter().map(|row| line(row, &widths)).collect()
}

fn line<const N: usize>(row: &[String; N], widths: &[usize; N]) -> String {
    let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
    format!("{}\n", cells.join("  ").trim_end())
}

/// Without characters that a terminal obeys or that turn text around: user agents and names come from anybody.
pub fn printable(text: &str) -> String {
    let harmful = |character: char| {
        character.is_control()
            || matches!(character, '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|character| if harmful(character) { '\u{fffd}' } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = vec![["sign".to_owned(), "a".to_owned()], ["seal".to_owned(), "bcdef".to_owned()]];
        assert_eq!(table(["kind", "id"], rows), "KIND  ID\nsign  a\nseal  bcdef\n");
    }

    #[test]
    fn what_a_stranger_wrote_cannot_move_the_cursor_or_start_a_line() {
        assert_eq!(
            printable("\u{1b}[2J\r\nadmin\u{9b}1m\u{202e}x"),
            "\u{fffd}[2J\u{fffd}\u{fffd}admin\u{fffd}1m\u{fffd}x"
        );
        assert_eq!(printable("Grüße, 漢字"), "Grüße, 漢字");
    }
}
