//! RE2 syntax, as Go's `regexp` reads it, rewritten for the `regex` crate.
//!
//! Both match leftmost-first and know the same flags; what differs is the notation. Here `\d`, `\w`, `\s` and `\b` are about ASCII,
//! `[` and doubled operators are literal in a class, a backslash before a sign makes it literal, a brace that counts nothing is literal, and
//! what RE2 refuses is refused. The source is <https://github.com/google/re2/wiki/Syntax> and Go's `regexp/syntax`.

use std::iter::Peekable;
use std::str::Chars;
use std::sync::Arc;

use regex::Regex;

/// Most repetitions that a pattern may ask for, those of nested groups multiplied.
const MAX_REPEAT: u32 = 1_000;

/// A pattern in the crate's syntax. Its groups have no names there: RE2 allows names that the crate does not.
#[derive(Debug)]
pub(crate) struct Rewritten {
    pub(crate) pattern: String,
    /// The name of each group; the first group is the whole match.
    pub(crate) names: Vec<Option<Arc<str>>>,
}

/// Rewrites a pattern, or says why RE2 does not take it.
pub(crate) fn rewrite(pattern: &str) -> Result<Rewritten, String> {
    let mut rewriter = Rewriter {
        rest: pattern.chars().peekable(),
        out: String::new(),
        names: vec![None],
        open: vec![Group::default()],
    };
    rewriter.pattern()?;
    Ok(Rewritten { pattern: rewriter.out, names: rewriter.names })
}

/// A group that is open, or the whole pattern.
#[derive(Default)]
struct Group {
    /// The largest product of repetitions in it.
    repeats: u32,
    /// What a repetition now would repeat.
    last: Last,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Last {
    #[default]
    Nothing,
    /// An expression, and the largest product of repetitions in it.
    Atom(u32),
    Repetition,
}

struct Rewriter<'a> {
    rest: Peekable<Chars<'a>>,
    out: String,
    names: Vec<Option<Arc<str>>>,
    /// The groups that are open, the whole pattern first.
    open: Vec<Group>,
}

type Rewrites<T = ()> = Result<T, String>;

impl Rewriter<'_> {
    fn pattern(&mut self) -> Rewrites {
        while let Some(c) = self.rest.next() {
            match c {
                '(' => self.group()?,
                ')' => self.close()?,
                '|' => {
                    self.out.push('|');
                    self.last(Last::Nothing);
                }
                '*' => self.repeat("*", 0, None)?,
                '+' => self.repeat("+", 0, None)?,
                '?' => self.repeat("?", 0, None)?,
                '{' => match self.counts() {
                    Some((written, low, high)) => {
                        (0..written.chars().count() - 1).for_each(|_| _ = self.rest.next());
                        self.repeat(&written, low, high)?;
                    }
                    None => self.literal('{'),
                },
                '[' => self.class()?,
                '\\' => self.escape()?,
                '^' | '$' | '.' => {
                    self.out.push(c);
                    self.last(Last::Atom(1));
                }
                _ => self.literal(c),
            }
        }
        if self.open.len() > 1 { Err("a closing ) is missing".into()) } else { Ok(()) }
    }

    fn group_now(&mut self) -> &mut Group {
        self.open.last_mut().expect("the whole pattern is never closed")
    }

    fn last(&mut self, last: Last) {
        let group = self.group_now();
        group.last = last;
        if let Last::Atom(repeats) = last {
            group.repeats = group.repeats.max(repeats);
        }
    }

    fn literal(&mut self, c: char) {
        push_literal(&mut self.out, c);
        self.last(Last::Atom(1));
    }

    /// `(`, `(?:`, `(?P<name>`, `(?<name>`, `(?flags:` or `(?flags)`, from after the parenthesis.
    fn group(&mut self) -> Rewrites {
        if self.rest.next_if_eq(&'?').is_none() {
            self.names.push(None);
            return self.open_group("(");
        }
        let mut ahead = self.rest.clone();
        let named = match ahead.next() {
            Some('<') => true,
            Some('P') => ahead.next() == Some('<'),
            _ => false,
        };
        if named {
            self.rest = ahead;
            return self.named_group();
        }
        self.flags()
    }

    fn open_group(&mut self, written: &str) -> Rewrites {
        self.out.push_str(written);
        self.open.push(Group::default());
        Ok(())
    }

    fn named_group(&mut self) -> Rewrites {
        let mut name = String::new();
        loop {
            match self.rest.next() {
                Some('>') => break,
                Some(c) => name.push(c),
                None => return Err(format!("the name of a group has no end: {name:?}")),
            }
        }
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(format!("a group cannot be named {name:?}"));
        }
        self.names.push(Some(name.into()));
        self.open_group("(")
    }

    fn flags(&mut self) -> Rewrites {
        let mut written = String::new();
        let (mut negative, mut any_since) = (false, false);
        loop {
            match self.rest.next() {
                Some(flag @ ('i' | 'm' | 's' | 'U')) => {
                    // The crate refuses a flag that stands twice, or on both sides of the minus: the last counts.
                    let (on, off) = written.split_once('-').unwrap_or((&written, ""));
                    let (on, mut off) = (on.replace(flag, ""), off.replace(flag, ""));
                    if negative {
                        off.push(flag);
                        written = format!("{on}-{off}");
                    } else {
                        written = format!("{on}{flag}");
                    }
                    any_since = true;
                }
                Some('-') if !negative => {
                    negative = true;
                    any_since = false;
                    written.push('-');
                }
                Some(end @ (':' | ')')) if any_since || !negative => {
                    let written = written.trim_end_matches('-');
                    if end == ':' {
                        return self.open_group(&format!("(?{written}:"));
                    }
                    if !written.is_empty() {
                        self.out.push_str(&format!("(?{written})"));
                    }
                    return Ok(());
                }
                _ => return Err(format!("there is no group (?{written}... of this form")),
            }
        }
    }

    fn close(&mut self) -> Rewrites {
        if self.open.len() == 1 {
            return Err("a ) closes nothing".into());
        }
        let repeats = self.open.pop().map_or(0, |group| group.repeats);
        self.out.push(')');
        self.last(Last::Atom(repeats.max(1)));
        Ok(())
    }

    /// A repetition as it is written, and the bounds where it counts.
    fn repeat(&mut self, written: &str, low: u32, high: Option<u32>) -> Rewrites {
        let lazy = self.rest.next_if_eq(&'?').is_some();
        let repeated = match self.group_now().last {
            Last::Nothing => return Err(format!("nothing stands before {written}")),
            Last::Repetition => return Err(format!("{written} repeats a repetition")),
            Last::Atom(repeated) => repeated,
        };
        let counted = written.starts_with('{');
        let most = if counted { high.unwrap_or(low) } else { 1 };
        let product = repeated.saturating_mul(most.max(1));
        let backwards = counted && high.is_some_and(|high| low > high);
        if backwards || low > MAX_REPEAT || most > MAX_REPEAT || (most > 1 && product > MAX_REPEAT) {
            return Err(format!("the bounds of {written} are not from 0 to {MAX_REPEAT}"));
        }
        self.out.push_str(written);
        if lazy {
            self.out.push('?');
        }
        let group = self.group_now();
        group.repeats = group.repeats.max(product);
        group.last = Last::Repetition;
        Ok(())
    }

    /// What follows a brace where it makes a repetition: `{2}`, `{2,}`, `{2,5}` as written, and its bounds.
    fn counts(&self) -> Option<(String, u32, Option<u32>)> {
        let mut inside = String::new();
        for c in self.rest.clone() {
            match c {
                '}' => break,
                '0'..='9' | ',' => inside.push(c),
                _ => return None,
            }
        }
        let closed = self.rest.clone().nth(inside.len()) == Some('}');
        let number = |digits: &str| {
            let leading_zero = digits.len() > 1 && digits.starts_with('0');
            let plain = !digits.is_empty() && !leading_zero && !digits.contains(',');
            plain.then(|| digits.parse().unwrap_or(u32::MAX))
        };
        let (low, high) = match inside.split_once(',') {
            Some((low, "")) => (number(low)?, None),
            Some((low, high)) => (number(low)?, Some(number(high)?)),
            None => (number(&inside)?, Some(number(&inside)?)),
        };
        closed.then(|| (format!("{{{inside}}}"), low, high))
    }

    /// What follows a backslash outside of a class.
    fn escape(&mut self) -> Rewrites {
        match self.rest.peek() {
            Some('Q') => {
                self.rest.next();
                self.quoted();
                return Ok(());
            }
            Some(c @ ('A' | 'z' | 'b' | 'B')) => {
                self.out.push_str(match c {
                    'A' => "\\A",
                    'z' => "\\z",
                    'b' => "(?-u:\\b)",
                    _ => "(?-u:\\B)",
                });
                self.rest.next();
            }
            _ => match self.shorthand()? {
                Some(class) => self.out.push_str(&format!("[{class}]")),
                None => {
                    let c = self.character()?;
                    self.out.push_str(&one(c));
                }
            },
        }
        self.last(Last::Atom(1));
        Ok(())
    }

    /// `\Q...\E`
    fn quoted(&mut self) {
        while let Some(c) = self.rest.next() {
            if c == '\\' && self.rest.next_if_eq(&'E').is_some() {
                break;
            }
            self.literal(c);
        }
    }

    /// `\d`, `\pL`, `\p{Greek}` and their negations, from after the backslash: what stands for them in a class.
    fn shorthand(&mut self) -> Rewrites<Option<String>> {
        let class = match self.rest.peek() {
            Some('d') => "0-9",
            Some('D') => "[^0-9]",
            Some('w') => "0-9A-Za-z_",
            Some('W') => "[^0-9A-Za-z_]",
            Some('s') => "\\t\\n\\x0c\\r ",
            Some('S') => "[^\\t\\n\\x0c\\r ]",
            Some('p' | 'P') => return self.unicode_class().map(Some),
            _ => return Ok(None),
        };
        self.rest.next();
        Ok(Some(class.to_owned()))
    }

    fn unicode_class(&mut self) -> Rewrites<String> {
        let mut negated = self.rest.next() == Some('P');
        let mut name = String::new();
        match self.rest.next() {
            Some('{') => loop {
                match self.rest.next() {
                    Some('}') => break,
                    Some(c) => name.push(c),
                    None => return Err("a \\p{ has no end".into()),
                }
            },
            Some(c) => name.push(c),
            None => return Err("a \\p names no class".into()),
        }
        let bare = match name.strip_prefix('^') {
            Some(bare) => {
                negated = !negated;
                bare
            }
            None => &name,
        };
        let class = known_class(bare).ok_or_else(|| format!("there is no class of characters {name:?}"))?;
        // No text has a surrogate in it.
        if matches!(&*class, "gc=cs" | "gc=surrogate") {
            return Ok(if negated { "\\x00-\\x{10FFFF}" } else { "[^\\x00-\\x{10FFFF}]" }.to_owned());
        }
        Ok(format!("\\{}{{{class}}}", if negated { 'P' } else { 'p' }))
    }

    /// One character that a backslash stands before, from after the backslash.
    fn character(&mut self) -> Rewrites<u32> {
        let Some(c) = self.rest.next() else { return Err("a backslash stands at the end".into()) };
        let unknown = |written: &str| format!("\\{written} has no meaning; a backslash is written \\\\");
        Ok(match c {
            '1'..='7' if !self.rest.peek().is_some_and(|c| c.is_digit(8)) => {
                return Err(format!("\\{c} would refer back to a group, which RE2 does not do"));
            }
            '0'..='7' => {
                let mut code = c.to_digit(8).unwrap_or_default();
                for _ in 0..2 {
                    let Some(digit) = self.rest.next_if(|c| c.is_digit(8)) else { break };
                    code = code * 8 + digit.to_digit(8).unwrap_or_default();
                }
                code
            }
            'x' => self.hexadecimal().ok_or_else(|| unknown("x"))?,
            'a' => 0x07,
            'f' => 0x0c,
            'n' => 0x0a,
            'r' => 0x0d,
            't' => 0x09,
            'v' => 0x0b,
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => u32::from(c),
            c => return Err(unknown(&c.to_string())),
        })
    }

    /// `FF` or `{10FFFF}`.
    fn hexadecimal(&mut self) -> Option<u32> {
        if self.rest.next_if_eq(&'{').is_none() {
            let high = self.rest.next()?.to_digit(16)?;
            return Some(high * 16 + self.rest.next()?.to_digit(16)?);
        }
        let mut code = None;
        loop {
            match self.rest.next()? {
                '}' => return code,
                c => {
                    let next = code.unwrap_or(0u32) * 16 + c.to_digit(16)?;
                    code = Some(next).filter(|code| *code <= u32::from(char::MAX));
                    code?;
                }
            }
        }
    }

    /// A class from after its `[` to its `]`.
    fn class(&mut self) -> Rewrites {
        let negated = self.rest.next_if_eq(&'^').is_some();
        let mut out = String::from(if negated { "[^" } else { "[" });
        let mut first = true;
        loop {
            if !first && self.rest.next_if_eq(&']').is_some() {
                break;
            }
            first = false;
            if let Some(named) = self.named_class()? {
                out.push_str(&named);
                continue;
            }
            let mut ahead = self.rest.clone();
            if ahead.next() == Some('\\')
                && matches!(ahead.peek(), Some('d' | 'D' | 'w' | 'W' | 's' | 'S' | 'p' | 'P'))
            {
                self.rest.next();
                out.push_str(&self.shorthand()?.unwrap_or_default());
                continue;
            }
            let low = self.class_character()?;
            let mut ahead = self.rest.clone();
            let ranges = ahead.next() == Some('-') && ahead.peek().is_some_and(|c| *c != ']');
            if !ranges {
                out.push_str(&one(low));
                continue;
            }
            self.rest.next();
            let high = self.class_character()?;
            if high < low {
                return Err("a range of characters runs backwards".into());
            }
            out.push_str(&range(low, high));
        }
        out.push(']');
        self.out.push_str(&out);
        self.last(Last::Atom(1));
        Ok(())
    }

    fn class_character(&mut self) -> Rewrites<u32> {
        match self.rest.next() {
            Some('\\') => self.character(),
            Some(c) => Ok(u32::from(c)),
            None => Err("a closing ] is missing".into()),
        }
    }

    /// `[:alpha:]` inside a class.
    fn named_class(&mut self) -> Rewrites<Option<String>> {
        let rest: String = self.rest.clone().take(24).collect();
        let Some((name, _)) = rest.strip_prefix("[:").and_then(|rest| rest.split_once(":]")) else {
            return Ok(None);
        };
        const NAMES: [&str; 14] = [
            "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
            "space", "upper", "word", "xdigit",
        ];
        if !NAMES.contains(&name.strip_prefix('^').unwrap_or(name)) {
            return Err(format!("there is no class [:{name}:]"));
        }
        (0..name.chars().count() + 4).for_each(|_| _ = self.rest.next());
        Ok(Some(format!("[:{name}:]")))
    }
}

fn push_literal(out: &mut String, c: char) {
    let mut buffer = [0; 4];
    out.push_str(&regex::escape(c.encode_utf8(&mut buffer)));
}

/// A character by its code. A surrogate is in no text.
fn one(code: u32) -> String {
    if char::from_u32(code).is_some() {
        format!("\\x{{{code:X}}}")
    } else {
        "[^\\x00-\\x{10FFFF}]".to_owned()
    }
}

fn range(low: u32, high: u32) -> String {
    let low = if char::from_u32(low).is_some() { low } else { 0xe000 };
    let high = if char::from_u32(high).is_some() { high } else { 0xd7ff };
    if low <= high { format!("\\x{{{low:X}}}-\\x{{{high:X}}}") } else { "[^\\x00-\\x{10FFFF}]".to_owned() }
}

/// The general categories of Unicode, short and long, in lower case without underscores.
const CATEGORIES: &str = "any ascii assigned c other cc control cntrl cf format cn unassigned co privateuse cs surrogate l \
    letter lc casedletter ll lowercaseletter lm modifierletter lo otherletter lt titlecaseletter lu \
    uppercaseletter m mark combiningmark mc spacingmark me enclosingmark mn nonspacingmark n number \
    nd decimalnumber digit nl letternumber no othernumber p punctuation punct pc \
    connectorpunctuation pd dashpunctuation pe closepunctuation pf finalpunctuation pi \
    initialpunctuation po otherpunctuation ps openpunctuation s symbol sc currencysymbol sk \
    modifiersymbol sm mathsymbol so othersymbol z separator zl zp zs spaceseparator lineseparator \
    paragraphseparator";

/// The scripts whose long names are as long as the short ones.
const SCRIPTS_OF_FOUR_LETTERS: [&str; 9] =
    ["ahom", "cham", "kawi", "lisu", "miao", "modi", "newa", "thai", "toto"];

/// A general category or a script, in the crate's words.
fn known_class(name: &str) -> Option<String> {
    let loose: String =
        name.chars().filter(|c| !matches!(c, ' ' | '_' | '-')).map(|c| c.to_ascii_lowercase()).collect();
    if CATEGORIES.split(' ').any(|known| known == loose) {
        return Some(if matches!(&*loose, "any" | "ascii" | "assigned") {
            loose
        } else {
            format!("gc={loose}")
        });
    }
    let is_word = !loose.is_empty() && loose.bytes().all(|b| b.is_ascii_alphanumeric());
    // The crate knows the short names too, all of four letters.
    let is_short = loose.len() == 4 && !SCRIPTS_OF_FOUR_LETTERS.contains(&&*loose);
    let script = format!("sc={loose}");
    (is_word && !is_short && Regex::new(&format!("\\p{{{script}}}")).is_ok()).then_some(script)
}
