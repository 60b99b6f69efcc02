//! Values as `ramctl console` prints them: HCL that evaluates to the value again, in Terraform's layout.

use std::fmt::{self, Display, Formatter, Write};

use crate::lang::value::data::{Kind, Value};
use crate::lang::value::types::Type;

/// A value in the console's layout. What is sensitive is not shown.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a>(pub &'a Value);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        value(f, self.0, &Type::Any, 0)
    }
}

fn value(f: &mut Formatter<'_>, shown: &Value, ty: &Type, depth: usize) -> fmt::Result {
    if shown.is_sensitive() {
        return f.write_str("(sensitive value)");
    }
    match shown.kind() {
        Kind::Null(own) => match if *own == Type::Any { ty } else { own } {
            ty @ (Type::Bool | Type::Number | Type::String) => write!(f, "to{ty}(null)"),
            Type::List(_) => f.write_str("tolist(null)"),
            Type::Set(_) => f.write_str("toset(null)"),
            Type::Map(_) => f.write_str("tomap(null)"),
            _ => f.write_str("null"),
        },
        Kind::Bool(flag) => write!(f, "{flag}"),
        Kind::Number(number) => write!(f, "{number}"),
        Kind::String(text) if depth == 0 && text.ends_with('\n') && heredoc_keeps(text) => {
            write!(f, "<<EOT\n{text}EOT")
        }
        Kind::String(text) => quoted(f, text),
        Kind::List(list) => sequence(f, "tolist(", &list.items, &list.element, ")", depth),
        Kind::Set(set) => sequence(f, "toset(", &set.items, &set.element, ")", depth),
        Kind::Tuple(items) => sequence(f, "", items, &Type::Any, "", depth),
        Kind::Map(map) => mapping(f, "tomap(", map.entries.iter(), &map.element, ")", depth),
        Kind::Object(entries) => mapping(f, "", entries.iter(), &Type::Any, "", depth),
        Kind::Symbol(symbol) => f.write_str(&symbol.written()),
    }
}

/// Whether a heredoc writes the text as it is, and shows everything in it.
fn heredoc_keeps(text: &str) -> bool {
    !text.contains("${")
        && !text.contains("%{")
        && !text.chars().any(|c| c.is_control() && c != '\n' && c != '\t')
        && !text.lines().any(|line| line.trim().starts_with("EOT"))
}

fn sequence(
    f: &mut Formatter<'_>,
    open: &str,
    items: &[Value],
    element: &Type,
    close: &str,
    depth: usize,
) -> fmt::Result {
    if items.is_empty() {
        return write!(f, "{open}[]{close}");
    }
    writeln!(f, "{open}[")?;
    for item in items {
        write!(f, "{:indent$}", "", indent = 2 * (depth + 1))?;
        value(f, item, element, depth + 1)?;
        f.write_str(",\n")?;
    }
    write!(f, "{:indent$}]{close}", "", indent = 2 * depth)
}

fn mapping<'v>(
    f: &mut Formatter<'_>,
    open: &str,
    entries: impl ExactSizeIterator<Item = (&'v std::sync::Arc<str>, &'v Value)>,
    element: &Type,
    close: &str,
    depth: usize,
) -> fmt::Result {
    if entries.len() == 0 {
        return write!(f, "{open}{{}}{close}");
    }
    writeln!(f, "{open}{{")?;
    for (key, item) in entries {
        write!(f, "{:indent$}", "", indent = 2 * (depth + 1))?;
        quoted(f, key)?;
        f.write_str(" = ")?;
        value(f, item, element, depth + 1)?;
        f.write_char('\n')?;
    }
    write!(f, "{:indent$}}}{close}", "", indent = 2 * depth)
}

/// A string in quotes, everything escaped that HCL reads as something else or a terminal does not show.
fn quoted(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '$' | '%' if chars.peek() == Some(&'{') => write!(f, "{c}{c}")?,
            _ if c.is_control() || is_invisible(c) => {
                let code = u32::from(c);
                if code <= 0xffff { write!(f, "\\u{code:04x}")? } else { write!(f, "\\U{code:08x}")? }
            }
            _ => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

/// Marks that turn the direction of text or take no room.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::value::data::Entries;

    #[test]
    fn values_are_laid_out_as_terraform_does() {
        let object = Value::object(Entries::from([
            ("a".into(), Value::strings(["x", "y"])),
            ("b".into(), Value::tuple(vec![])),
            ("c".into(), Value::string("s").marked(true)),
        ]));
        let expected = "{\n  \"a\" = tolist([\n    \"x\",\n    \"y\",\n  ])\n  \"b\" = []\n  \"c\" = (sensitive value)\n}";
        assert_eq!(Shown(&object).to_string(), expected);
        let list = Value::list(Type::String, vec![Value::null()]);
        assert_eq!(Shown(&list).to_string(), "tolist([\n  tostring(null),\n])");
    }

    #[test]
    fn strings_are_escaped_so_that_nothing_hides_in_them() {
        for (text, shown) in [
            ("a\"b\\", "\"a\\\"b\\\\\""),
            ("${x}", "\"$${x}\""),
            ("\u{1b}[31m\u{202e}", "\"\\u001b[31m\\u202e\""),
            ("a\nb\n", "<<EOT\na\nb\nEOT"),
            ("EOT\n", "\"EOT\\n\""),
        ] {
            assert_eq!(Shown(&Value::string(text)).to_string(), shown);
        }
    }
}
