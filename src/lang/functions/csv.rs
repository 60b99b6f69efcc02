//! CSV, read strictly: a stray quote is an error, not a guess.

/// The records of a text; empty lines are skipped. Messages name the line.
pub(crate) fn records(text: &str) -> Result<Vec<Vec<String>>, String> {
    let mut records: Vec<Vec<String>> = Vec::new();
    let mut rest = text;
    let mut line = 1;
    while !rest.is_empty() {
        if let Some(after) = line_end(rest) {
            rest = after;
            line += 1;
            continue;
        }
        let mut record = Vec::new();
        let started_at = line;
        loop {
            let field = if rest.starts_with('"') { quoted(rest, line)? } else { plain(rest, line)? };
            line += field.text.matches('\n').count();
            record.push(field.text.replace("\r\n", "\n"));
            match field.rest.strip_prefix(',') {
                Some(after) => rest = after,
                None => {
                    rest = line_end(field.rest).unwrap_or(field.rest);
                    break;
                }
            }
        }
        line += 1;
        if records.first().is_some_and(|first| first.len() != record.len()) {
            let wanted = records[0].len();
            return Err(format!(
                "Line {started_at} has {} fields, and the first line has {wanted}.",
                record.len()
            ));
        }
        records.push(record);
    }
    Ok(records)
}

struct Taken<'a> {
    text: String,
    rest: &'a str,
}

/// What follows a line break at the start of a text; nothing where there is none.
fn line_end(text: &str) -> Option<&str> {
    text.strip_prefix('\n').or_else(|| text.strip_prefix("\r\n"))
}

fn plain(text: &str, line: usize) -> Result<Taken<'_>, String> {
    let end = text.find([',', '\n']).unwrap_or(text.len());
    let end = if text[end..].starts_with('\n') && text[..end].ends_with('\r') { end - 1 } else { end };
    if text[..end].contains('"') {
        return Err(format!("Line {line} has a quote inside a field that does not start with one."));
    }
    Ok(Taken { text: text[..end].to_owned(), rest: &text[end..] })
}

fn quoted(text: &str, line: usize) -> Result<Taken<'_>, String> {
    let mut out = String::new();
    let mut rest = &text[1..];
    loop {
        let Some(quote) = rest.find('"') else {
            return Err(format!("The quoted field that starts in line {line} has no end."));
        };
        out.push_str(&rest[..quote]);
        rest = &rest[quote + 1..];
        if let Some(after) = rest.strip_prefix('"') {
            out.push('"');
            rest = after;
        } else if rest.is_empty() || rest.starts_with(',') || line_end(rest).is_some() {
            return Ok(Taken { text: out, rest });
        } else {
            return Err(format!("In the field that starts in line {line}, text follows the closing quote."));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_with_their_quotes_undone() {
        let table = [
            ("", vec![]),
            ("\n\r\n", vec![]),
            ("a,b\n1,\n", vec![vec!["a", "b"], vec!["1", ""]]),
            ("a\r\n\r\nb", vec![vec!["a"], vec!["b"]]),
            ("\"x,\"\"y\",\" z\"\n", vec![vec!["x,\"y", " z"]]),
            ("\"a\r\nb\"\n", vec![vec!["a\nb"]]),
            ("a,", vec![vec!["a", ""]]),
        ];
        for (text, expected) in table {
            assert_eq!(records(text).expect(text), expected, "{text:?}");
        }
        for broken in ["a\n\"x", "a\"b\n", "\"a\"b\n", "a,b\n1\n", "a\n1,2\n"] {
            assert!(records(broken).is_err(), "{broken:?}");
        }
    }
}
