//! YAML, written as Terraform writes it: block style, keys and strings quoted, texts of several lines as literal blocks.

use std::fmt::Write;

use crate::lang::functions::bounds;
use crate::lang::value::{Kind, Value};

pub(crate) fn encode(value: &Value) -> Result<String, String> {
    let mut writer = Writer { out: String::new() };
    writer.node(value, 0, Place::Root)?;
    // A plain scalar that is a whole document is ended, so that more of it cannot follow.
    if matches!(value.kind(), Kind::Null(_) | Kind::Bool(_) | Kind::Number(_)) {
        writer.out.push_str("...\n");
    }
    Ok(writer.out)
}

/// Where a node is written, which decides what stands before it.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Root,
    /// After `key:`.
    Value,
    /// After `-`.
    Item,
}

struct Writer {
    out: String,
}

impl Writer {
    /// Writes a node and the end of its line. `column` is where the lines of a collection start.
    fn node(&mut self, value: &Value, column: usize, place: Place) -> Result<(), String> {
        if let Some(items) = value.items().filter(|items| !items.is_empty()) {
            if place == Place::Value {
                self.out.push('\n');
            }
            for (index, item) in items.iter().enumerate() {
                self.margin(column, place == Place::Item && index == 0);
                self.out.push_str("- ");
                self.node(item, column + 2, Place::Item)?;
            }
            return Ok(());
        }
        if let Some(entries) = value.entries().filter(|entries| !entries.is_empty()) {
            if place == Place::Value {
                self.out.push('\n');
            }
            for (index, (key, item)) in entries.iter().enumerate() {
                self.margin(column, place == Place::Item && index == 0);
                if is_simple_key(key) {
                    self.quoted(key, None);
                    self.out.push(':');
                    if is_inline(item) {
                        self.out.push(' ');
                    }
                    let inner = if item.items().is_some() { column } else { column + 2 };
                    self.node(item, inner, Place::Value)?;
                } else {
                    self.out.push_str("? ");
                    self.string(key, column + 2)?;
                    self.end_line();
                    self.margin(column, false);
                    self.out.push_str(": ");
                    self.node(item, column + 2, Place::Item)?;
                }
            }
            return Ok(());
        }
        self.scalar(value, column.max(2))?;
        self.end_line();
        Ok(())
    }

    fn margin(&mut self, column: usize, on_a_started_line: bool) {
        if !on_a_started_line {
            self.out.extend(std::iter::repeat_n(' ', column));
        }
    }

    fn scalar(&mut self, value: &Value, column: usize) -> Result<(), String> {
        match value.kind() {
            Kind::Null(_) => self.out.push_str("null"),
            Kind::Bool(flag) => self.out.push_str(if *flag { "true" } else { "false" }),
            Kind::Number(number) => self.out.push_str(&number.to_string()),
            Kind::String(text) => self.string(text, column)?,
            Kind::List(_) | Kind::Set(_) | Kind::Tuple(_) => self.out.push_str("[]"),
            Kind::Map(_) | Kind::Object(_) => self.out.push_str("{}"),
            Kind::Symbol(symbol) => {
                return Err(format!(
                    "{} is {}, which is settled when the plan is made and has no text.",
                    symbol.written(),
                    symbol.kind().phrase()
                ));
            }
        }
        Ok(())
    }

    fn string(&mut self, text: &str, column: usize) -> Result<(), String> {
        if is_block(text) {
            let margins = column * text.matches('\n').count();
            bounds::text(self.out.len() + text.len() + margins).map_err(|error| error.message)?;
            self.block(text, column);
        } else {
            let margins = column * (text.len() / BEST_WIDTH + 1);
            bounds::text(self.out.len() + text.len() + margins).map_err(|error| error.message)?;
            self.quoted(text, Some(column));
        }
        Ok(())
    }

    /// A text in quotes. Where lines may be folded, a space behind the best width becomes the end of the line, and the next one starts
    /// at a column.
    fn quoted(&mut self, text: &str, folds_to: Option<usize>) {
        let line = self.out.rfind('\n').map_or(0, |newline| newline + 1);
        let mut width = self.out[line..].chars().count() + 1;
        self.out.push('"');
        let mut after_space = false;
        // Terraform takes every character behind a byte order mark for one, and writes its code.
        let by_code = text.starts_with('\u{feff}');
        let mut chars = text.char_indices().peekable();
        while let Some((offset, c)) = chars.next() {
            let next = chars.peek().map(|(_, c)| *c);
            if c == ' '
                && !by_code
                && !after_space
                && offset > 0
                && let (Some(column), Some(next)) = (folds_to, next)
                && width > BEST_WIDTH
            {
                let margin = " ".repeat(column);
                self.out.push('\n');
                self.out.push_str(&margin);
                width = column;
                if next == ' ' {
                    self.out.push('\\');
                    width += 1;
                }
            } else {
                let before = self.out.len();
                write_escaped(&mut self.out, c, by_code);
                width += self.out[before..].chars().count();
            }
            after_space = c == ' ';
        }
        self.out.push('"');
    }

    /// A literal block: `|`, a column where the first line starts with a space, and how the end counts.
    fn block(&mut self, text: &str, column: usize) {
        self.out.push('|');
        if text.starts_with(' ') || text.starts_with(BREAKS) {
            self.out.push('2');
        }
        match text.strip_suffix(BREAKS) {
            None => self.out.push('-'),
            Some(body) if body.ends_with(BREAKS) || body.is_empty() => self.out.push('+'),
            Some(_) => {}
        }
        self.out.push('\n');
        for line in text.split_inclusive(BREAKS) {
            if !line.starts_with(BREAKS) {
                self.margin(column, false);
            }
            self.out.push_str(line);
        }
    }

    /// Ends a line, where the text of a block has not.
    fn end_line(&mut self) {
        if !self.out.ends_with(BREAKS) {
            self.out.push('\n');
        }
    }
}

/// Whether a node stands on the line of its key.
fn is_inline(value: &Value) -> bool {
    value.items().is_none_or(<[Value]>::is_empty) && value.entries().is_none_or(|entries| entries.is_empty())
}

/// What ends a line of a block.
const BREAKS: [char; 3] = ['\n', '\u{2028}', '\u{2029}'];

/// Whether a text may be a literal block: it has several lines, no space before a line's end, nothing that needs an escape.
fn is_block(text: &str) -> bool {
    text.contains('\n')
        && !BREAKS.iter().any(|end| text.contains(&format!(" {end}")))
        && !text.ends_with(' ')
        && text.chars().all(|c| BREAKS.contains(&c) || is_printable(c))
}

fn is_printable(c: char) -> bool {
    !c.is_control()
        && u32::from(c) <= 0xffff
        && !matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
}

/// A column behind which a text in quotes is folded at its next space.
const BEST_WIDTH: usize = 80;

/// Whether a key stands on the line of its colon.
fn is_simple_key(key: &str) -> bool {
    key.len() <= 128 && !key.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'])
}

fn write_escaped(out: &mut String, c: char, by_code: bool) {
    let escape = match c {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\0' => "\\0",
        '\u{7}' => "\\a",
        '\u{8}' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\u{b}' => "\\v",
        '\u{c}' => "\\f",
        '\r' => "\\r",
        '\u{1b}' => "\\e",
        '\u{85}' => "\\N",
        '\u{2028}' => "\\L",
        '\u{2029}' => "\\P",
        '\u{a0}' if by_code => "\\_",
        c if is_printable(c) && !by_code => {
            out.push(c);
            return;
        }
        c if u32::from(c) <= 0xff => {
            write!(out, "\\x{:02X}", u32::from(c)).expect("writing to a String cannot fail");
            return;
        }
        c if u32::from(c) > 0xffff => {
            write!(out, "\\U{:08X}", u32::from(c)).expect("writing to a String cannot fail");
            return;
        }
        c => {
            write!(out, "\\u{:04X}", u32::from(c)).expect("writing to a String cannot fail");
            return;
        }
    };
    out.push_str(escape);
}
