//! Patterns of `fileset`: those of Terraform's library, doublestar 1, with its peculiarities.
//!
//! `*` and `?` stay within a name, `**` alone between slashes goes through folders, `[a-z]` and `[^a-z]` are classes, `{a,b}` alternatives
//! within a name, and a backslash takes the meaning from the next character. A mistake is found when the match comes to it.

use std::collections::BTreeMap;

/// A pattern that cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadPattern;

/// The files of a folder and of those in it, by name.
#[derive(Default)]
struct Folder<'p> {
    entries: BTreeMap<&'p str, Option<Folder<'p>>>,
}

/// The paths that a pattern matches, of paths with `/` between their parts.
pub(crate) fn matching<'p>(pattern: &[&str], paths: &'p [String]) -> Result<Vec<&'p str>, BadPattern> {
    let mut top = Folder::default();
    for path in paths {
        let mut here = &mut top;
        let mut parts = path.split('/').peekable();
        while let Some(part) = parts.next() {
            let is_folder = parts.peek().is_some();
            let entry = here.entries.entry(part).or_insert_with(|| is_folder.then(Folder::default));
            match entry {
                Some(folder) if is_folder => here = folder,
                _ => break,
            }
        }
    }
    let mut found = Vec::new();
    top.walk(pattern, String::new(), &mut found)?;
    Ok(paths.iter().map(String::as_str).filter(|path| found.iter().any(|known| known == path)).collect())
}

impl Folder<'_> {
    fn walk(&self, pattern: &[&str], prefix: String, out: &mut Vec<String>) -> Result<(), BadPattern> {
        let Some((first, rest)) = pattern.split_first() else { return Ok(()) };
        let (mut first, mut rest) = (*first, rest);
        if first == "**" {
            for (name, entry) in &self.entries {
                match entry {
                    Some(folder) => folder.walk(pattern, format!("{prefix}{name}/"), out)?,
                    None if rest.is_empty() => out.push(format!("{prefix}{name}")),
                    None => {}
                }
            }
            let Some((next, others)) = rest.split_first() else { return Ok(()) };
            (first, rest) = (next, others);
        }
        for (name, entry) in &self.entries {
            if !name_matches(first, name)? {
                continue;
            }
            match entry {
                Some(folder) => folder.walk(rest, format!("{prefix}{name}/"), out)?,
                None if rest.is_empty() => out.push(format!("{prefix}{name}")),
                None => {}
            }
        }
        Ok(())
    }
}

/// Whether one part of a pattern matches a name.
fn name_matches(pattern: &str, name: &str) -> Result<bool, BadPattern> {
    let (mut pattern, mut name) = (pattern, name);
    while let (Some(wanted), Some(c)) = (pattern.chars().next(), name.chars().next()) {
        let after = &pattern[wanted.len_utf8()..];
        match wanted {
            '\\' => {
                let literal = after.chars().next().ok_or(BadPattern)?;
                if literal != c {
                    return Ok(false);
                }
                pattern = &after[literal.len_utf8()..];
            }
            '*' => {
                if after.is_empty() {
                    return Ok(true);
                }
                for (at, _) in name.char_indices() {
                    if name_matches(after, &name[at..])? {
                        return Ok(true);
                    }
                }
                return Ok(false);
            }
            '[' => {
                let end = unescaped(after, ']').ok_or(BadPattern)?;
                if !class_matches(&after[..end], c)? {
                    return Ok(false);
                }
                pattern = &after[end + 1..];
            }
            '{' => {
                let end = unescaped(after, '}').ok_or(BadPattern)?;
                let (mut options, rest) = (&after[..end], &after[end + 1..]);
                loop {
                    let comma = unescaped(options, ',');
                    let option = comma.map_or(options, |comma| &options[..comma]);
                    if name_matches(&format!("{option}{rest}"), name)? {
                        return Ok(true);
                    }
                    match comma {
                        Some(comma) => options = &options[comma + 1..],
                        None => return Ok(false),
                    }
                }
            }
            '?' => pattern = after,
            _ if wanted == c => pattern = after,
            _ => return Ok(false),
        }
        name = &name[c.len_utf8()..];
    }
    Ok(name.is_empty() && matches!(pattern, "" | "*" | "**"))
}

/// Where a character stands that no backslash stands before.
fn unescaped(text: &str, wanted: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == wanted {
            return Some(at);
        }
    }
    None
}

fn class_matches(class: &str, c: char) -> Result<bool, BadPattern> {
    if class.is_empty() {
        return Err(BadPattern);
    }
    let negated = class.starts_with('^');
    let mut chars = class.chars().skip(usize::from(negated)).peekable();
    let mut found = false;
    while let Some(low) = chars.next() {
        let mut bound = |c: char| match c {
            '-' => Err(BadPattern),
            '\\' => chars.next().ok_or(BadPattern),
            c => Ok(c),
        };
        let low = bound(low)?;
        let mut high = low;
        if chars.peek() == Some(&'-') {
            chars.next();
            high = match chars.next().ok_or(BadPattern)? {
                '-' => return Err(BadPattern),
                '\\' => chars.next().ok_or(BadPattern)?,
                c => c,
            };
        }
        found |= low <= c && c <= high;
    }
    Ok(found != negated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_terraform() {
        let paths =
            ["!x.txt", "a!b.txt", "a.txt", "ab.txt", "b.txt", "d/a.txt", "d/e/b.txt", "ä.txt", "日本.txt"];
        let paths: Vec<String> = paths.map(String::from).to_vec();
        for (pattern, expected) in [
            ("?.txt", Some(&["a.txt", "b.txt", "ä.txt"][..])),
            ("??.txt", Some(&["!x.txt", "ab.txt", "日本.txt"])),
            ("[!a].txt", Some(&["a.txt"])),
            ("[^a].txt", Some(&["b.txt", "ä.txt"])),
            ("[b-a].txt", Some(&[])),
            ("[]a].txt", None),
            ("[a-].txt", None),
            ("[a\\]", None),
            ("[a-b-c].txt", None),
            ("{,a}b.txt", Some(&["ab.txt", "b.txt"])),
            ("{a,{b,ab}}.txt", Some(&["b.txt"])),
            ("a{,b}.txt", Some(&["a.txt", "ab.txt"])),
            ("{d/e,x}/b.txt", None),
            ("[a-ä].txt", Some(&["a.txt", "b.txt", "ä.txt"])),
            ("a[!]b.txt", Some(&["a!b.txt"])),
            ("**/b.txt", Some(&["b.txt", "d/e/b.txt"])),
            ("**/**/b.txt", Some(&["d/e/b.txt"])),
            ("d/**", Some(&["d/a.txt", "d/e/b.txt"])),
            ("d**", Some(&[])),
        ] {
            let parts: Vec<&str> = pattern.split('/').collect();
            assert_eq!(matching(&parts, &paths).ok().as_deref(), expected, "{pattern}");
        }
    }
}
