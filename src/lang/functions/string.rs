//! Strings: cutting, joining, searching, changing case. Characters are grapheme clusters, what a reader calls one character.

use crate::lang::functions::call::Call;
use crate::lang::functions::characters::characters;
use crate::lang::functions::row::{Accepts, Body, Example, Function, FunctionError, Group, Param};
use crate::lang::functions::{bounds, format, regular};
use crate::lang::value::{Entries, Type, Value, convert};

const fn row(
    name: &'static str,
    signature: &'static str,
    body: fn(&mut Call<'_>) -> Result<Value, FunctionError>,
) -> Function {
    Function::new(Group::String, name, signature, Body::Eager(body))
}

const STRING: Param = Param::new("string", Accepts::String);
const PREFIX: Param = Param::new("prefix", Accepts::String);
const SUFFIX: Param = Param::new("suffix", Accepts::String);

pub(crate) static FUNCTIONS: &[Function] = &[
    row("chomp", "chomp(string)", |call| Ok(Value::string(call.str(0).trim_end_matches(['\r', '\n']))))
        .doc("The string without the line breaks at its end.")
        .takes(&[STRING])
        .shows(&[Example::new(r#"chomp("hello\r\n\n")"#, r#""hello""#)]),
    row("endswith", "endswith(string, suffix)", |call| Ok(Value::bool(call.str(0).ends_with(call.str(1)))))
        .doc("Whether a string ends with another.")
        .takes(&[STRING, SUFFIX])
        .shows(&[Example::new(r#"endswith("hello world", "world")"#, "true")]),
    row("format", "format(spec, values...)", format::format)
        .doc("Writes values into a text. `%s` string, `%d` whole number, `%f` `%e` `%g` number, `%b` `%o` `%x` `%X` other bases, `%t` bool, \
              `%q` quoted string, `%v` any value, `%#v` any value as JSON, `%%` a percent sign; between `%` and the verb may stand flags \
              (`+`, space, `-`, `0`, `#`), a width, a precision (`.2`) and the number of the value (`[1]`).")
        .takes(&[Param::new("spec", Accepts::String)])
        .and_any(Param::nullable("values", Accepts::Any))
        .shows(&[
            Example::new(r#"format("There are %d lights", 4)"#, r#""There are 4 lights""#),
            Example::new(r#"format("%[2]s-%[1]s %05.1[3]f|%-4s|", "a", "b", 3.14159, "c")"#, r#""b-a 003.1|c   |""#),
            Example::new(r#"format("%v %#v", [1, "a"], "a")"#, r#""[1,\"a\"] \"a\"""#),
        ]),
    row("formatlist", "formatlist(spec, values...)", format::formatlist)
        .doc("Applies `format` to each element of the lists, which must be of one length; values that are no lists are used each time.")
        .takes(&[Param::new("spec", Accepts::String)])
        .and_any(Param::nullable("values", Accepts::Any))
        .shows(&[Example::new(
            r#"formatlist("%s, %s!", "Salutations", ["Valentina", "Ander"])"#,
            r#"["Salutations, Valentina!", "Salutations, Ander!"]"#,
        )]),
    row("indent", "indent(spaces, string)", indent)
        .doc("Puts spaces before each line but the first.")
        .takes(&[Param::new("spaces", Accepts::Number), STRING])
        .shows(&[Example::new(r#"indent(2, "a\nb")"#, r#""a\n  b""#)]),
    row("join", "join(separator, lists...)", join)
        .doc("The strings of the lists as one string, the separator between them.")
        .takes(&[Param::new("separator", Accepts::String)])
        .and_any(Param::new("lists", Accepts::List(&Accepts::String)))
        .shows(&[Example::new(r#"join("-", ["foo", "bar"])"#, r#""foo-bar""#)]),
    row("lower", "lower(string)", |call| Ok(Value::string(map_case(call.str(0), char::to_lowercase))))
        .doc("The string in lower case.")
        .takes(&[STRING])
        .shows(&[Example::new(r#"lower("HELLO")"#, r#""hello""#)]),
    row("regex", "regex(pattern, string)", regular::regex)
        .doc("The first match of a regular expression (RE2 syntax): a string, or a list of the groups, or an object of the named groups. \
              No match is an error.")
        .takes(&[Param::new("pattern", Accepts::String), STRING])
        .shows(&[
            Example::new(r#"regex("[a-z]+", "53453abc23")"#, r#""abc""#),
            Example::new(r#"regex("(\\d+)-(?:\\d+)-(\\d+)", "2019-02-01")"#, r#"["2019", "01"]"#),
            Example::new(r#"regex("(?P<year>\\d+)-", "2019-02-01")"#, r#"{"year": "2019"}"#),
        ]),
    row("regexall", "regexall(pattern, string)", regular::regexall)
        .doc("All matches of a regular expression, each in the form that `regex` gives; an empty list if there is none.")
        .takes(&[Param::new("pattern", Accepts::String), STRING])
        .shows(&[Example::new(r#"regexall("[a-z]+", "12ab34cd")"#, r#"["ab", "cd"]"#)]),
    row("replace", "replace(string, substring, replacement)", regular::replace)
        .doc("Replaces each occurrence of a substring, or of a regular expression where the substring is written between slashes; then \
              `$1` and `${name}` in the replacement stand for groups.")
        .takes(&[STRING, Param::new("substring", Accepts::String), Param::new("replacement", Accepts::String)])
        .shows(&[
            Example::new(r#"replace("1 + 2 + 3", "+", "-")"#, r#""1 - 2 - 3""#),
            Example::new(r#"replace("hello world", "/w.*d/", "everybody")"#, r#""hello everybody""#),
        ]),
    row("split", "split(separator, string)", split)
        .doc("The parts of a string between separators; its characters where the separator is empty.")
        .takes(&[Param::new("separator", Accepts::String), STRING])
        .shows(&[Example::new(r#"split(",", "a,b")"#, r#"["a", "b"]"#)]),
    row("startswith", "startswith(string, prefix)", |call| {
        Ok(Value::bool(call.str(0).starts_with(call.str(1))))
    })
    .doc("Whether a string starts with another.")
    .takes(&[STRING, PREFIX])
    .shows(&[Example::new(r#"startswith("hello world", "hello")"#, "true")]),
    row("strcontains", "strcontains(string, substring)", |call| {
        Ok(Value::bool(call.str(0).contains(call.str(1))))
    })
    .doc("Whether a string has another in it.")
    .takes(&[STRING, Param::new("substring", Accepts::String)])
    .shows(&[Example::new(r#"strcontains("hello world", "wor")"#, "true")]),
    row("strrev", "strrev(string)", |call| Ok(Value::string(reversed(call.str(0)))))
        .doc("The characters in reverse order.")
        .takes(&[STRING])
        .shows(&[Example::new(r#"strrev("a ☃")"#, r#""☃ a""#)]),
    row("substr", "substr(string, offset, length)", substr)
        .doc("Part of a string by characters. A negative offset counts from the end; a length of -1 means the rest.")
        .takes(&[STRING, Param::new("offset", Accepts::Number), Param::new("length", Accepts::Number)])
        .shows(&[
            Example::new(r#"substr("hello world", 1, 4)"#, r#""ello""#),
            Example::new(r#"substr("hello world", -5, -1)"#, r#""world""#),
        ]),
    row("templatestring", "templatestring(template, vars)", templatestring)
        .doc("Evaluates a template that was made at run time, such as one read from a file, with variables.")
        .takes(&[Param::new("template", Accepts::String), Param::new("vars", Accepts::Any)])
        .shows(&[Example::new(r#"templatestring("Hello, $${name}!", { name = "Ada" })"#, r#""Hello, Ada!""#)]),
    row("title", "title(string)", |call| Ok(Value::string(title(call.str(0)))))
        .doc("The first letter of each word in upper case.")
        .takes(&[STRING])
        .shows(&[Example::new(r#"title("hello world")"#, r#""Hello World""#)]),
    row("trim", "trim(string, characters)", |call| {
        let characters: Vec<char> = call.str(1).chars().collect();
        Ok(Value::string(call.str(0).trim_matches(characters.as_slice())))
    })
    .doc("The string without any of the characters at its start and end.")
    .takes(&[STRING, Param::new("characters", Accepts::String)])
    .shows(&[Example::new(r#"trim("?!hello?!", "!?")"#, r#""hello""#)]),
    row("trimprefix", "trimprefix(string, prefix)", |call| {
        Ok(Value::string(call.str(0).strip_prefix(call.str(1)).unwrap_or(call.str(0))))
    })
    .doc("The string without a prefix.")
    .takes(&[STRING, PREFIX])
    .shows(&[Example::new(r#"trimprefix("helloworld", "hello")"#, r#""world""#)]),
    row("trimspace", "trimspace(string)", |call| Ok(Value::string(call.str(0).trim())))
        .doc("The string without white space at its start and end.")
        .takes(&[STRING])
        .shows(&[Example::new(r#"trimspace("  hello\n\n")"#, r#""hello""#)]),
    row("trimsuffix", "trimsuffix(string, suffix)", |call| {
        Ok(Value::string(call.str(0).strip_suffix(call.str(1)).unwrap_or(call.str(0))))
    })
    .doc("The string without a suffix.")
    .takes(&[STRING, SUFFIX])
    .shows(&[Example::new(r#"trimsuffix("helloworld", "world")"#, r#""hello""#)]),
    row("upper", "upper(string)", |call| Ok(Value::string(map_case(call.str(0), char::to_uppercase))))
        .doc("The string in upper case.")
        .takes(&[STRING])
        .shows(&[Example::new(r#"upper("hello")"#, r#""HELLO""#)]),
];

/// Most spaces that `indent` puts before a line.
const MAX_INDENT: usize = 1000;

fn indent(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let spaces = call.usize(0)?;
    if spaces > MAX_INDENT {
        return Err(FunctionError::argument(
            0,
            format!("At most {MAX_INDENT} spaces are put before a line."),
        ));
    }
    let text = call.str(1);
    bounds::text(text.len() + spaces * text.matches('\n').count())?;
    Ok(Value::string(text.replace('\n', &format!("\n{}", " ".repeat(spaces)))))
}

fn join(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    if call.args().len() == 1 {
        return Err(FunctionError::call("At least one list is needed."));
    }
    let mut parts = Vec::new();
    for list in 1..call.args().len() {
        for (index, item) in call.items(list).iter().enumerate() {
            let part = item.as_str().ok_or_else(|| {
                FunctionError::argument(list, format!("Element {index} is null, which cannot be joined."))
                    .help("Leave null out with `compact`.")
            })?;
            parts.push(part);
        }
    }
    let separator = call.str(0);
    bounds::text(parts.iter().map(|part| part.len() + separator.len()).sum())?;
    Ok(Value::string(parts.join(separator)))
}

fn split(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let (separator, text) = (call.str(0), call.str(1));
    let count = text.matches(separator).count();
    bounds::items(count)?;
    call.needs_values(count)?;
    Ok(match separator {
        "" => Value::strings(text.chars().map(String::from)),
        _ => Value::strings(text.split(separator)),
    })
}

fn reversed(text: &str) -> String {
    let mut all: Vec<&str> = characters(text).collect();
    all.reverse();
    all.concat()
}

fn substr(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let text = call.str(0);
    let all: Vec<&str> = characters(text).collect();
    let offset = call.integer(1)?;
    let start = match usize::try_from(offset) {
        Ok(offset) => offset.min(all.len()),
        Err(_) => all.len().saturating_sub(usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX)),
    };
    let rest = &all[start..];
    let length = usize::try_from(call.integer(2)?).map_or(rest.len(), |length| length.min(rest.len()));
    Ok(Value::string(rest[..length].concat()))
}

/// Evaluates a template for the function that was called with it.
pub(crate) fn render(
    call: &mut Call<'_>,
    name: &str,
    template: &str,
    variables: &Entries,
) -> Result<Value, FunctionError> {
    let result =
        call.render(name, template, variables).map_err(|error| FunctionError::argument(0, error.0))?;
    if result.is_null() {
        return Err(FunctionError::argument(0, "The result of the template is null.")
            .help("Give a fallback: ${coalesce(x, \"none\")}."));
    }
    Ok(result)
}

fn templatestring(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let template = call.str(0).to_owned();
    let Some(variables) = call.arg(1).entries().cloned() else {
        return Err(FunctionError::argument(
            1,
            "The variables of the template are needed: a map or an object.",
        ));
    };
    let result = render(call, "the template", &template, &variables)?;
    convert(&result, &Type::String).map_err(|error| {
        FunctionError::argument(0, format!("The result of the template is no text: {error}."))
    })
}

/// The capital of a small Greek letter with an iota below; the full form in upper case has two letters.
fn with_iota(c: char) -> Option<char> {
    let capital = match u32::from(c) {
        code @ (0x1f80..=0x1f87 | 0x1f90..=0x1f97 | 0x1fa0..=0x1fa7) => code + 8,
        code @ (0x1fb3 | 0x1fc3 | 0x1ff3) => code + 9,
        _ => return None,
    };
    char::from_u32(capital)
}

/// A letter at the start of a word. Letters that are two in one have a form of their own there; Georgian has no capitals there.
fn title_letter(c: char) -> char {
    match c {
        'Ǆ'..='ǆ' => 'ǅ',
        'Ǉ'..='ǉ' => 'ǈ',
        'Ǌ'..='ǌ' => 'ǋ',
        'Ǳ'..='ǳ' => 'ǲ',
        'ა'..='ჺ' | 'ჽ'..='ჿ' => c,
        _ => one_letter(c, char::to_uppercase),
    }
}

/// Character by character, as Terraform does.
fn map_case<I: Iterator<Item = char>>(text: &str, case: impl Fn(char) -> I + Copy) -> String {
    text.chars().map(|c| one_letter(c, case)).collect()
}

/// The other case of a letter; one whose other case is several letters stays as it is.
fn one_letter<I: Iterator<Item = char>>(c: char, case: impl Fn(char) -> I) -> char {
    let mut mapped = case(c);
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        // The dotted capital I, whose small form is the plain i.
        (Some(first), Some(_)) if c == 'İ' => first,
        (Some(first), Some(_)) if first != c => with_iota(c).unwrap_or(c),
        _ => c,
    }
}

fn title(text: &str) -> String {
    let mut in_word = false;
    text.chars()
        .map(|c| {
            let starts = !in_word;
            in_word = if c.is_ascii() { c.is_ascii_alphanumeric() || c == '_' } else { !c.is_whitespace() };
            if starts { title_letter(c) } else { c }
        })
        .collect()
}
