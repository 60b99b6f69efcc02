//! Long sentences on several lines.

use unicode_width::UnicodeWidthStr;

/// Breaks a text at spaces so that no line is wider than `columns`, unless a single word is.
pub fn wrap(text: &str, columns: usize) -> String {
    // Narrower than this a broken text is harder to read than a long line.
    let columns = columns.max(20);
    let mut out = String::new();
    let mut taken = 0;
    for word in text.split(' ') {
        let width = word.width();
        if taken > 0 && taken + 1 + width > columns {
            out.push('\n');
            taken = 0;
        } else if !out.is_empty() {
            out.push(' ');
            taken += 1;
        }
        out.push_str(word);
        taken += width;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_lose_nothing() {
        let text = "one two three four five six seven eight nine ten";
        let wrapped = wrap(text, 20);
        assert_eq!(wrapped, "one two three four\nfive six seven eight\nnine ten");
        assert_eq!(wrapped.replace('\n', " "), text);
        assert_eq!(wrap("a  b ", 80), "a  b ");
        assert_eq!(wrap(&"x".repeat(50), 20), "x".repeat(50));
    }
}
