//! Regular expressions.
//!
//! Terraform's are RE2's; `re2` rewrites a pattern for the `regex` crate.

use std::collections::BTreeMap;
use std::sync::Arc;

use regex::{Captures, Regex, RegexBuilder};

use crate::lang::functions::bounds;
use crate::lang::functions::call::Call;
use crate::lang::functions::re2;
use crate::lang::functions::row::FunctionError;
use crate::lang::value::{Entries, Type, Value, list_of};

/// Memory that one compiled pattern may take.
const SIZE_LIMIT: usize = 4 << 20;

pub(crate) fn regex(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let pattern = compile(call.str(0), 0)?;
    let shape = Shape::of(&pattern)?;
    match pattern.regex.captures(call.str(1)) {
        Some(captures) => Ok(shape.value(&captures)),
        None => Err(FunctionError::argument(1, "The pattern matches nothing in this string.")
            .help("Use `can(regex(...))` to test for a match, or `regexall`, which gives an empty list.")),
    }
}

pub(crate) fn regexall(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let pattern = compile(call.str(0), 0)?;
    let shape = Shape::of(&pattern)?;
    let mut matches = Vec::new();
    for captures in pattern.regex.captures_iter(call.str(1)) {
        matches.push(shape.value(&captures));
        bounds::items(matches.len() * pattern.names.len())?;
        if matches.len().is_multiple_of(1_024) {
            call.needs_values(matches.len() * pattern.names.len())?;
        }
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

/// A compiled pattern, and the names of its groups, the whole match first.
struct Pattern {
    regex: Regex,
    names: Vec<Option<Arc<str>>>,
}

fn replace_matches(pattern: &Pattern, text: &str, replacement: &str) -> Result<String, FunctionError> {
    let groups = replacement.matches('$').count();
    let mut out = String::new();
    let mut rest_at = 0;
    for captures in pattern.regex.captures_iter(text) {
        let whole = captures.get_match();
        // No group is longer than the match.
        bounds::text(out.len() + replacement.len() + groups.saturating_mul(whole.len()))?;
        out.push_str(&text[rest_at..whole.start()]);
        expand(replacement, &captures, &pattern.names, &mut out);
        rest_at = whole.end();
    }
    out.push_str(&text[rest_at..]);
    Ok(out)
}

/// Writes a replacement: `$1`, `${1}`, `$name` and `${name}` are groups, `$$` is a dollar sign, as in Go's `Regexp.Expand`.
fn expand(replacement: &str, captures: &Captures<'_>, names: &[Option<Arc<str>>], out: &mut String) {
    let mut rest = replacement;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
            continue;
        }
        let inside = rest.strip_prefix('{').unwrap_or(rest);
        let end = inside.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(inside.len());
        let (name, after) = inside.split_at(end);
        let after = if inside.len() < rest.len() { after.strip_prefix('}') } else { Some(after) };
        let (Some(after), false) = (after, name.is_empty()) else {
            // No group is named: the sign stands for itself.
            out.push('$');
            continue;
        };
        let is_number = name.bytes().all(|b| b.is_ascii_digit()) && (name == "0" || !name.starts_with('0'));
        let group = if is_number && name.len() <= 9 {
            name.parse().ok().and_then(|index| captures.get(index))
        } else {
            // Of groups of one name, the first that took part.
            let named = names.iter().enumerate().filter(|(_, known)| known.as_deref() == Some(name));
            named.map(|(index, _)| index).find_map(|index| captures.get(index))
        };
        if let Some(group) = group {
            out.push_str(group.as_str());
        }
        rest = after;
    }
    out.push_str(rest);
}

/// What a match is: a string, a tuple of groups, or an object of named groups.
enum Shape {
    Whole,
    Groups(usize),
    /// The name of each group, from the first.
    Named(Vec<Arc<str>>),
}

impl Shape {
    fn of(pattern: &Pattern) -> Result<Self, FunctionError> {
        let groups = pattern.names.len() - 1;
        let named: Vec<Arc<str>> = pattern.names.iter().flatten().cloned().collect();
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
            found.map_or_else(|| Value::null_of(Type::String), |found| Value::string(found.as_str()))
        };
        match self {
            Self::Whole => group(captures.get(0)),
            Self::Groups(count) => {
                Value::tuple((1..=*count).map(|index| group(captures.get(index))).collect())
            }
            Self::Named(names) => {
                let entries: Entries = names
                    .iter()
                    .enumerate()
                    .map(|(at, name)| (name.clone(), group(captures.get(at + 1))))
                    .collect();
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

fn compile(pattern: &str, argument: usize) -> Result<Pattern, FunctionError> {
    let broken = |reason: &str| {
        FunctionError::argument(argument, format!("This is not a valid regular expression: {reason}."))
    };
    let rewritten = re2::rewrite(pattern).map_err(|reason| broken(&reason))?;
    let regex = RegexBuilder::new(&rewritten.pattern).size_limit(SIZE_LIMIT).build();
    let regex = regex.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => broken("it grows too large"),
        other => broken(&last_line(&other.to_string())),
    })?;
    Ok(Pattern { regex, names: rewritten.names })
}

/// The reason in the crate's message, which shows the pattern in the lines before.
fn last_line(message: &str) -> String {
    let line = message.lines().last().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
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
            let compiled = compile(pattern, 0).unwrap_or_else(|error| panic!("{pattern}: {}", error.message));
            assert_eq!(
                compiled.regex.find(text).map(|found| found.as_str()),
                expected,
                "{pattern} in {text:?}"
            );
        }
        for broken in ["(", "[a", r"\1", r"(?=a)", "a{1000}{1000}{1000}"] {
            assert!(compile(broken, 0).is_err(), "{broken}");
        }
    }
}
