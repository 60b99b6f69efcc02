//! Regular expressions.
//!
//! Terraform's are RE2's. The `regex` crate is of the same family; where it reads a pattern differently, the pattern is rewritten:
//! `\d`, `\w`, `\s` and `\b` are about ASCII, `[` and doubled operators are literal in a class, a brace that counts nothing is literal.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::Chars;
use std::sync::Arc;

use regex::{Captures, Regex, RegexBuilder};

use crate::lang::functions::bounds;
use crate::lang::functions::call::Call;
use crate::lang::functions::row::FunctionError;
use crate::lang::value::{Entries, Type, Value, list_of};

/// Memory that one compiled pattern may take.
const SIZE_LIMIT: usize = 4 << 20;

pub(crate) fn regex(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let pattern = compile(call.str(0), 0)?;
    let shape = Shape::of(&pattern)?;
    match pattern.captures(call.str(1)) {
        Some(captures) => Ok(shape.value(&captures)),
        None => Err(FunctionError::argument(1, "The pattern matches nothing in this string.")
            .help("Use `can(regex(...))` to test for a match, or `regexall`, which gives an empty list.")),
    }
}

pub(crate) fn regexall(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let pattern = compile(call.str(0), 0)?;
    let shape = Shape::of(&pattern)?;
    let mut matches = Vec::new();
    for captures in pattern.captures_iter(call.str(1)) {
        matches.push(shape.value(&captures));
        bounds::items(matches.len() * pattern.captures_len())?;
    }
    if matches.is_empty() {
        return Ok(Value::list(shape.element_type(), matches));
    }
    list_of(matches).map_err(|error| FunctionError::call(error.to_string()))
}

pub(crate) fn replace(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let (text, substring, replacement) = (call.str(0), call.str(1), call.str(2));
    let pattern = substring.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    match pattern {
        Some(pattern) => replace_matches(&compile(pattern, 1)?, text, replacement).map(Value::string),
        None => {
            bounds::text(text.len() + text.matches(substring).count() * replacement.len())?;
            Ok(Value::string(text.replace(substring, replacement)))
        }
    }
}

fn replace_matches(pattern: &Regex, text: &str, replacement: &str) -> Result<String, FunctionError> {
    let groups = replacement.matches('$').count();
    let mut out = String::new();
    let mut rest_at = 0;
    for captures in pattern.captures_iter(text) {
        let whole = captures.get_match();
        // No group is longer than the match.
        bounds::text(out.len() + replacement.len() + groups.saturating_mul(whole.len()))?;
        out.push_str(&text[rest_at..whole.start()]);
        captures.expand(replacement, &mut out);
        rest_at = whole.end();
    }
    out.push_str(&text[rest_at..]);
    Ok(out)
}

/// What a match is: a string, a tuple of groups, or an object of named groups.
enum Shape {
    Whole,
    Groups(usize),
    Named(Vec<Arc<str>>),
}

impl Shape {
    fn of(pattern: &Regex) -> Result<Self, FunctionError> {
        let groups = pattern.captures_len() - 1;
        let named: Vec<Arc<str>> = pattern.capture_names().flatten().map(Arc::from).collect();
        match (groups, named.len()) {
            (0, _) => Ok(Self::Whole),
            (groups, 0) => Ok(Self::Groups(groups)),
            (groups, names) if groups == names => Ok(Self::Named(named)),
            _ => Err(FunctionError::argument(0, "The pattern has named and unnamed groups.")
                .help("Name all groups or none; write `(?:...)` for a group that is not captured.")),
        }
    }

    fn value(&self, captures: &Captures<'_>) -> Value {
        let group = |found: Option<regex::Match<'_>>| {
            found.map_or_else(Value::null, |found| Value::string(found.as_str()))
        };
        match self {
            Self::Whole => group(captures.get(0)),
            Self::Groups(count) => {
                Value::tuple((1..=*count).map(|index| group(captures.get(index))).collect())
            }
            Self::Named(names) => {
                let entries: Entries =
                    names.iter().map(|name| (name.clone(), group(captures.name(name)))).collect();
                Value::object(entries)
            }
        }
    }

    fn element_type(&self) -> Type {
        match self {
            Self::Whole => Type::String,
            Self::Groups(count) => Type::Tuple(vec![Type::String; *count].into()),
            Self::Named(names) => {
                let fields: BTreeMap<_, _> = names
                    .iter()
                    .map(|name| (name.clone(), crate::lang::value::Field::required(Type::String)))
                    .collect();
                Type::Object(Arc::new(fields))
            }
        }
    }
}

fn compile(pattern: &str, argument: usize) -> Result<Regex, FunctionError> {
    RegexBuilder::new(&Rewriter::rewrite(pattern)).size_limit(SIZE_LIMIT).build().map_err(|error| {
        let reason = match error {
            regex::Error::CompiledTooBig(_) => "it grows too large".to_owned(),
            other => last_line(&other.to_string()),
        };
        FunctionError::argument(argument, format!("This is not a valid regular expression: {reason}."))
    })
}

/// The reason in the crate's message, which shows the pattern in the lines before.
fn last_line(message: &str) -> String {
    let line = message.lines().last().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

/// Rewrites a pattern of RE2 syntax.
struct Rewriter<'a> {
    rest: Peekable<Chars<'a>>,
    out: String,
}

impl Rewriter<'_> {
    fn rewrite(pattern: &str) -> String {
        let mut rewriter = Rewriter { rest: pattern.chars().peekable(), out: String::new() };
        while let Some(c) = rewriter.rest.next() {
            match c {
                '\\' => rewriter.escape(false),
                '[' => rewriter.class(),
                '{' if !rewriter.counts() => rewriter.out.push_str("\\{"),
                _ => rewriter.out.push(c),
            }
        }
        rewriter.out
    }

    fn escape(&mut self, in_class: bool) {
        let Some(c) = self.rest.next() else {
            self.out.push('\\');
            return;
        };
        match c {
            'd' => self.out.push_str("[0-9]"),
            'D' => self.out.push_str("[^0-9]"),
            'w' => self.out.push_str("[0-9A-Za-z_]"),
            'W' => self.out.push_str("[^0-9A-Za-z_]"),
            's' => self.out.push_str("[\\t\\n\\x0c\\r ]"),
            'S' => self.out.push_str("[^\\t\\n\\x0c\\r ]"),
            'b' if !in_class => self.out.push_str("(?-u:\\b)"),
            'B' if !in_class => self.out.push_str("(?-u:\\B)"),
            'Q' if !in_class => self.quoted(),
            _ => self.out.extend(['\\', c]),
        }
    }

    /// `\Q...\E`
    fn quoted(&mut self) {
        let mut literal = String::new();
        while let Some(c) = self.rest.next() {
            if c == '\\' && self.rest.next_if_eq(&'E').is_some() {
                break;
            }
            literal.push(c);
        }
        self.out.push_str(&regex::escape(&literal));
    }

    /// Whether what follows a brace makes it a repetition.
    fn counts(&self) -> bool {
        let inside: Option<String> = {
            let rest: String = self.rest.clone().take(16).collect();
            rest.split_once('}').map(|(inside, _)| inside.to_owned())
        };
        inside.is_some_and(|inside| {
            let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
            match inside.split_once(',') {
                Some((low, high)) => !low.is_empty() && digits(low) && digits(high),
                None => !inside.is_empty() && digits(&inside),
            }
        })
    }

    /// A class from after its `[` to its `]`.
    fn class(&mut self) {
        self.out.push('[');
        if self.rest.next_if_eq(&'^').is_some() {
            self.out.push('^');
        }
        let mut first = true;
        while let Some(c) = self.rest.next() {
            match c {
                ']' if !first => {
                    self.out.push(']');
                    return;
                }
                '\\' => self.escape(true),
                '[' if self.rest.peek() == Some(&':') => self.named_class(),
                '-' if first || self.rest.peek() == Some(&']') => self.out.push_str("\\-"),
                '-' if self.rest.next_if_eq(&'-').is_some() => self.out.push_str("-\\-"),
                '[' | ']' | '&' | '~' => self.out.extend(['\\', c]),
                _ => self.out.push(c),
            }
            first = false;
        }
    }

    /// `[:alpha:]` inside a class.
    fn named_class(&mut self) {
        let rest: String = self.rest.clone().take(16).collect();
        match rest[1..].split_once(":]") {
            Some((name, _)) if name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'^') => {
                for _ in 0..name.len() + 3 {
                    self.rest.next();
                }
                self.out.push_str(&format!("[:{name}:]"));
            }
            _ => self.out.push_str("\\["),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_read_as_re2_reads_them() {
        let table = [
            (r"\w+", "é_a1", Some("_a1")),
            (r"\d+", "٣4", Some("4")),
            (r"[\w-]+", "é a-b", Some("a-b")),
            (r"[^\W\d]+", "12ab", Some("ab")),
            (r"\bb", "éb", Some("b")),
            (r"{[^}]*}", "x{y}", Some("{y}")),
            (r"a{2}", "caaa", Some("aa")),
            (r"a{2,}b{1,2}", "aaabbb", Some("aaabb")),
            (r"a{,2}", "a{,2}", Some("a{,2}")),
            (r"[a[]+", "-[a", Some("[a")),
            (r"[]a]+", "b]a", Some("]a")),
            (r"[a&&b]+", "c&a", Some("&a")),
            (r"[+--]+", "a+,-.", Some("+,-")),
            (r"[--/]+", "a-./0", Some("-./")),
            (r"[a-]+", "b-a", Some("-a")),
            (r"[[:alpha:]_]+", "1_b", Some("_b")),
            (r"\Qa.b\E+", "axb a.bb", Some("a.bb")),
            (r"(?i)É", "é", Some("é")),
            (r"^\s+$", " \t\n", Some(" \t\n")),
            (r"^\s+$", "\u{a0}", None),
        ];
        for (pattern, text, expected) in table {
            let compiled = compile(pattern, 0).expect(pattern);
            assert_eq!(compiled.find(text).map(|found| found.as_str()), expected, "{pattern} in {text:?}");
        }
        for broken in ["(", "[a", r"\1", r"(?=a)", "a{1000}{1000}{1000}"] {
            assert!(compile(broken, 0).is_err(), "{broken}");
        }
    }
}
