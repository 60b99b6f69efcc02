//! Words, operators and space.

/// What comes next, behind space, newlines and comments.
pub(crate) fn after_space(text: &str) -> &str {
    let mut rest = text.trim_ascii_start();
    loop {
        let after = if rest.starts_with('#') || rest.starts_with("//") {
            rest.find('\n').map_or("", |end| &rest[end..])
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or("", |end| &rest[end + 2..])
        } else {
            return rest;
        };
        rest = after.trim_ascii_start();
    }
}

pub(crate) fn starts_with_for(text: &str) -> bool {
    after_space(text).strip_prefix("for").is_some_and(|after| !after.starts_with(is_word))
}

pub(crate) fn is_operator(c: char) -> bool {
    matches!(c, '=' | '!' | '<' | '>' | '+' | '-' | '*' | '/' | '%' | '&' | '|' | '?' | ':' | '.' | ',' | '~')
}

/// Whether a line starts a block: a word, labels, `{`.
pub(crate) fn starts_block(line: &str) -> bool {
    let line = &line[..line.find('\n').unwrap_or(line.len())];
    let mut rest = &line[word_length(line)..];
    if rest.len() == line.len() {
        return false;
    }
    loop {
        rest = rest.trim_start_matches([' ', '\t']);
        if rest.starts_with('{') {
            return true;
        }
        let after = match rest.strip_prefix('"') {
            Some(label) => match label.find('"') {
                Some(end) => &label[end + 1..],
                None => return false,
            },
            None => &rest[word_length(rest)..],
        };
        if after.len() == rest.len() {
            return false;
        }
        rest = after;
    }
}

pub(crate) fn is_word_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || (!c.is_ascii() && is_name(&c.to_string()))
}

pub(crate) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-' || (!c.is_ascii() && is_name(&format!("a{c}")))
}

/// How long the word is with which a text starts.
pub(crate) fn word_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    match bytes.iter().position(|b| !IN_WORD[usize::from(*b)]) {
        Some(end) if bytes[end].is_ascii() => end,
        Some(end) => end + text[end..].find(|c| !is_word(c)).unwrap_or(text.len() - end),
        None => text.len(),
    }
}

/// The ASCII characters of words, by their codes: nearly all words have no others, and a table is the fastest test.
const IN_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut code = 0;
    while code < 128 {
        table[code] = (code as u8).is_ascii_alphanumeric() || code == b'_' as usize || code == b'-' as usize;
        code += 1;
    }
    table
};

/// Whether a text is an HCL identifier.
pub(crate) fn is_name(text: &str) -> bool {
    hcl_edit::Ident::try_new(text).is_ok()
}
