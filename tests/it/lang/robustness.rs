//! Files and expressions that nobody should write: broken, deep, endless, put together at random.

use ramctl::diag::{Diagnostic, SourceMap};
use ramctl::lang::value::to_json;
use ramctl::lang::{Inputs, Limits, compile};

use super::{STACK, compiled, inputs, told};

/// Good files to break.
fn seeds() -> Vec<String> {
    let mut seeds = vec![STACK.to_owned()];
    seeds.push(include_str!("../../cases/lang/stacks/every_block_is_read.ram.hcl").to_owned());
    seeds.push(include_str!("../../../examples/quickstart/network.ram.hcl").to_owned());
    seeds.push("locals {\n  a = <<-EOT\n    x ${[for k, v in { a = 1 } : \"${k}-${v}\" if v > 0][0]}\n    %{ if true ~}y%{ endif }\n  EOT\n}\n".to_owned());
    seeds
}

/// A small generator of numbers, so that every run breaks the files in the same ways.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).expect("below a usize")
    }
}

pub(crate) fn broken(seed: &str, numbers: &mut Numbers) -> String {
    const PIECES: [&str; 28] = [
        "\"",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "${",
        "%{",
        "~}",
        "<<EOT\n",
        "\n",
        "=",
        "==",
        "...",
        ".",
        ",",
        "#",
        "/*",
        "'",
        "\\",
        "é",
        "\u{202e}",
        "for",
        "null",
        "9999999999999999999999e99",
        "-",
        "?",
    ];
    let mut text: Vec<char> = seed.chars().collect();
    for _ in 0..=numbers.below(3) {
        if text.is_empty() {
            break;
        }
        let at = numbers.below(text.len());
        match numbers.below(4) {
            0 => drop(text.remove(at)),
            1 => {
                let end = (at + 1 + numbers.below(30)).min(text.len());
                text.drain(at..end);
            }
            2 => {
                let piece = PIECES[numbers.below(PIECES.len())];
                text.splice(at..at, piece.chars());
            }
            _ => {
                let end = (at + 1 + numbers.below(60)).min(text.len());
                let copied: Vec<char> = text[at..end].to_vec();
                let to = numbers.below(text.len());
                text.splice(to..to, copied);
            }
        }
        if text.is_empty() {
            break;
        }
    }
    text.into_iter().collect()
}

#[test]
fn broken_files_never_panic_and_every_diagnostic_has_a_place_in_its_file() {
    let mut numbers = Numbers(0x5eed_cafe);
    let (mut with_errors, mut total) = (0, 0);
    for round in 0..1_000 {
        let seeds = seeds();
        let text = broken(&seeds[round % seeds.len()], &mut numbers);
        let mut sources = SourceMap::default();
        let stack = compiled(&mut sources, &text);
        total += 1;
        assert_eq!(
            stack.declaration.is_none(),
            stack.diagnostics.iter().any(Diagnostic::is_error),
            "a stack is compiled or its mistakes are told:\n{text}"
        );
        with_errors += usize::from(stack.declaration.is_none());
        let lines = text.lines().count().max(1);
        for diagnostic in &stack.diagnostics {
            let spans = diagnostic.span.into_iter().chain(diagnostic.labels.iter().map(|label| label.span));
            for span in spans {
                let length = sources.file(span.file).text.len();
                assert!(span.start <= span.end && span.end <= length, "{span:?} of {length}:\n{text}");
                assert!(sources.file(span.file).text.is_char_boundary(span.start), "{diagnostic:?}\n{text}");
                assert!(sources.file(span.file).text.is_char_boundary(span.end), "{diagnostic:?}\n{text}");
                assert!(sources.position(span).line <= lines + 1, "{diagnostic:?}\n{text}");
            }
            assert!(!diagnostic.detail.is_empty() && !diagnostic.code.explain.is_empty());
        }
    }
    assert!(with_errors > total / 2, "{with_errors} of {total} were broken");
}

#[test]
fn the_first_error_of_a_file_that_lacks_one_line_is_near_that_line() {
    let seed = include_str!("../../../examples/quickstart/network.ram.hcl");
    let lines: Vec<&str> = seed.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        // Only lines whose loss breaks the syntax: one opening or closing bracket.
        if !matches!(line.trim(), "{" | "}" | "]") && !line.ends_with('{') {
            continue;
        }
        let text: String = lines
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != at)
            .map(|(_, line)| format!("{line}\n"))
            .collect();
        let mut sources = SourceMap::default();
        let stack = compiled(&mut sources, &text);
        let first = stack.diagnostics.first().unwrap_or_else(|| panic!("line {} matters", at + 1));
        let line = sources.position(first.span.expect("a place")).line;
        // The block around the line: from the line at column one before it to the one after.
        let outer = |line: &&str| !line.is_empty() && !line.starts_with([' ', '#']);
        let start = lines[..at].iter().rposition(outer).unwrap_or(0);
        let end = lines[at + 1..].iter().position(outer).map_or(lines.len(), |end| at + 1 + end);
        assert!(
            (start..=end + 1).contains(&line),
            "without line {}: told at {line}\n{}",
            at + 1,
            told(&sources, &stack.diagnostics)
        );
    }
}

#[test]
fn what_the_parser_accepts_evaluates_on_the_stack_of_a_test_thread() {
    let nested =
        |open: &str, close: &str, count: usize| format!("{}1{}", open.repeat(count), close.repeat(count));
    for expression in [
        nested("[", "]", 60),
        nested("(1 + ", ")", 60),
        nested("{ a = ", " }", 60),
        nested("[\"${", "}\"]", 30),
        nested("-", "", 60),
        nested("true ? 1 : ", "", 60),
        nested("[for x in [1] : ", "]", 60),
        nested("ou(", ")", 0),
        format!("1{}", " + 1".repeat(120)),
    ] {
        let text = format!("ramctl {{\n  stack = \"x\"\n}}\nlocals {{\n  a = {expression}\n}}\n");
        let mut sources = SourceMap::default();
        let stack = compiled(&mut sources, &text);
        assert!(stack.declaration.is_some(), "{expression}\n{}", told(&sources, &stack.diagnostics));
    }
}

#[test]
fn deep_and_endless_inputs_are_refused_and_never_overflow() {
    let deep = |open: &str, close: &str, count: usize| {
        format!("locals {{\n  a = {}1{}\n}}\n", open.repeat(count), close.repeat(count))
    };
    let mut texts = vec![
        deep("[", "]", 10_000),
        deep("(", ")", 10_000),
        deep("{ a = ", " }", 10_000),
        deep("\"${", "}\"", 10_000),
        deep("!", "", 10_000),
        deep("-", "", 10_000),
        deep("true ? 1 : ", "", 5_000),
        deep("[for x in [1] : ", "]", 5_000),
        format!("locals {{\n  a = 1{}\n}}\n", " + 1".repeat(10_000)),
        format!("locals {{\n  a = [1]{}\n}}\n", "[*]".repeat(10_000)),
        format!("locals {{\n  a = x{}\n}}\n", ".y".repeat(10_000)),
        format!("{}{}", "a {\n".repeat(10_000), "}\n".repeat(10_000)),
        "{".repeat(100_000),
        deep("[", "]", 100_000),
        deep("f(", ")", 100_000),
        "\"${".repeat(100_000),
        "locals {\n  a0 = [1,1,1,1,1,1,1,1,1,1]\n".to_owned()
            + &(1..60)
                .map(|n| format!("  a{n} = [local.a{p}, local.a{p}, local.a{p}]\n", p = n - 1))
                .collect::<String>()
            + "}\n",
        "locals {\n  a0 = \"0123456789\"\n".to_owned()
            + &(1..60)
                .map(|n| format!("  a{n} = \"${{local.a{p}}}${{local.a{p}}}\"\n", p = n - 1))
                .collect::<String>()
            + "}\n",
        "locals {\n  a0 = 1\n".to_owned()
            + &(1..5_000).map(|n| format!("  a{n} = [local.a{p}]\n", p = n - 1)).collect::<String>()
            + "}\n",
    ];
    let numbers = (0..200).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
    texts.push(format!(
        "locals {{\n  a = [{numbers}]\n  b = [for x in local.a : [for y in local.a : [for z in local.a : [for w in local.a : 1 if false]]]]\n}}\n"
    ));
    for text in texts {
        let text = format!("ramctl {{\n  stack = \"x\"\n}}\n{text}");
        let mut sources = SourceMap::default();
        let file = sources.add("stack.ram.hcl", text.as_str());
        let limits = Limits { steps: 300_000, value_size: 100_000, ..Limits::default() };
        let stack = compile(&mut sources, &[file], &Inputs { limits, ..inputs(&[]) });
        assert!(stack.declaration.is_none(), "{}", &text[..200.min(text.len())]);
        assert!(!stack.diagnostics.is_empty());
    }
}

/// Expressions put together from pieces, most of them without meaning.
#[test]
fn expressions_put_together_at_random_never_panic() {
    const PIECES: [&str; 44] = [
        "1",
        "-1",
        "1e300",
        "0",
        "\"a\"",
        "\"\"",
        "true",
        "null",
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        " = ",
        ", ",
        " + ",
        " - ",
        " / ",
        " % ",
        " == ",
        " < ",
        " && ",
        " ? ",
        " : ",
        "!",
        ".a",
        "[0]",
        "[*]",
        ".*",
        "...",
        "var.names",
        "local.subnets",
        "account.team",
        "[for k, v in ",
        "{for v in ",
        " : v",
        " => v",
        " if k",
        "\"${",
        "}\"",
        "each.key",
        "x",
        "~",
    ];
    let functions: Vec<&str> =
        ramctl::lang::functions::all_functions().map(|function| function.name).collect();
    let mut numbers = Numbers(0xfeed_beef);
    let mut sources = SourceMap::default();
    let stack = compiled(&mut sources, STACK);
    let (mut values, mut errors) = (0, 0);
    for _ in 0..4_000 {
        let mut text = String::new();
        if numbers.below(2) == 0 {
            text.push_str(functions[numbers.below(functions.len())]);
            text.push('(');
            for _ in 0..numbers.below(4) {
                let arguments = [
                    "1",
                    "\"a\"",
                    "-1",
                    "[]",
                    "{}",
                    "null",
                    "var.names",
                    "var.ports",
                    "1e30",
                    "0.5",
                    "\"%s%d\"",
                    "true",
                    "account.network",
                    "[\"a\", 1]",
                    "{ a = null }",
                    "\"10.0.0.0/8\"",
                    "var.secret",
                ];
                text.push_str(arguments[numbers.below(arguments.len())]);
                text.push_str(", ");
            }
            text.push(')');
        } else {
            for _ in 0..=numbers.below(8) {
                text.push_str(PIECES[numbers.below(PIECES.len())]);
            }
        }
        let mut scratch = sources.clone();
        match stack.evaluate(&mut scratch, "case", &text, &inputs(&[])) {
            Ok(value) => {
                values += 1;
                let shown = to_json(&value).to_string();
                assert!(serde_json::from_str::<serde_json::Value>(&shown).is_ok(), "{text}: {shown}");
            }
            Err(diagnostics) => {
                errors += 1;
                assert!(!diagnostics.is_empty(), "{text}");
                for diagnostic in &diagnostics {
                    let span = diagnostic.span.unwrap_or_else(|| panic!("{text}: {diagnostic:?}"));
                    assert!(span.end <= scratch.file(span.file).text.len(), "{text}: {diagnostic:?}");
                }
            }
        }
    }
    assert!(values > 100 && errors > 1_000, "{values} values, {errors} errors");
}

#[test]
fn files_from_other_systems_are_read() {
    let text = include_str!("../../../examples/quickstart/network.ram.hcl");
    let count = |text: &str| {
        let mut sources = SourceMap::default();
        let stack = compiled(&mut sources, text);
        let declaration =
            stack.declaration.unwrap_or_else(|| panic!("{}", told(&sources, &stack.diagnostics)));
        declaration.shares.len()
    };
    let plain = count(text);
    assert_eq!(count(&format!("\u{feff}{text}")), plain, "a byte order mark");
    assert_eq!(count(&text.replace('\n', "\r\n")), plain, "lines end in CR LF");
    assert_eq!(count(text.trim_end()), plain, "no newline at the end");
}

#[test]
fn limits_are_told_and_required_versions_compared() {
    for (text, limits, code) in [
        ("locals {\n  a = range(500)\n}\n", Limits { value_size: 100, ..Limits::default() }, "RAM004"),
        ("locals {\n  a = 1\n}\n", Limits { file_bytes: 10, ..Limits::default() }, "RAM004"),
        ("locals {\n  a = [[[1]]]\n}\n", Limits { value_depth: 2, ..Limits::default() }, "RAM004"),
        ("locals {\n  a = [1, 2, 3]\n}\n", Limits { steps: 3, ..Limits::default() }, "RAM004"),
        (
            "share \"s\" {\n  for_each = toset([\"a\", \"b\", \"c\"])\n}\n",
            Limits { instances: 2, ..Limits::default() },
            "RAM004",
        ),
        ("ramctl {\n  stack = \"x\"\n  required_version = \">= 99\"\n}\n", Limits::default(), "RAM050"),
    ] {
        let mut sources = SourceMap::default();
        let file = sources.add("stack.ram.hcl", text);
        let stack = compile(&mut sources, &[file], &Inputs { limits, ..inputs(&[]) });
        assert!(
            stack.diagnostics.iter().any(|found| found.code.id == code),
            "{text}{}",
            told(&sources, &stack.diagnostics)
        );
        assert!(stack.declaration.is_none());
    }
}

/// Every kind of thing that grows, under a bound of 1 MiB that each of them would pass many times over.
#[test]
fn what_grows_is_refused_before_the_bound_on_memory_is_passed() {
    let limits = Limits { memory: 1 << 20, ..Limits::default() };
    let diagnostics = |text: &str| {
        let mut sources = SourceMap::default();
        let file = sources.add("stack.ram.hcl", text);
        compile(&mut sources, &[file], &Inputs { limits, ..inputs(&[]) }).diagnostics
    };
    let line = "join(\"\", [for i in range(100): format(\"%100d\", i)])";
    for expression in [
        format!("[for i in range(1024): {line}]"),
        format!("{{ for i in range(1024): i => {line} }}"),
        format!("{{ for i in range(1024): \"x\" => {line}... }}"),
        format!("{{ for i in range(1024): \"${{{line}}}${{i}}\" => i }}"),
        format!("\"%{{ for i in range(1024) }}${{{line}}}%{{ endfor }}\""),
        format!("[for i in range(1024): \"${{{line}}}${{i}}\"]"),
        format!("[for i in range(1024): upper({line})]"),
        format!("[for i in range(1024): base64encode({line})]"),
        format!("[for i in range(1024): jsonencode([{line}])]"),
        format!("[for i in range(1024): replace({line}, \" \", \"${{i}}xxx\")]"),
        format!("[for i in range(1024): split(\" \", {line})]"),
        "[for i in range(1024): [for j in range(1024): j]]".to_owned(),
        "[for i in range(1024): range(1024)]".to_owned(),
        "[for i in range(1024): toset([for j in range(1024): j])]".to_owned(),
        "[for i in range(1024): { for j in range(1024): j => j }]".to_owned(),
        "[for i in range(1024): [for j in range(10): pow(10, 3000 + j)]]".to_owned(),
        "setproduct(range(100), range(100))".to_owned(),
        "flatten([for i in range(40): range(1024)])".to_owned(),
        "concat([for i in range(40): range(1024)]...)".to_owned(),
        "jsondecode(\"[${join(\",\", [for i in range(40): join(\",\", range(1000))])}]\")".to_owned(),
        format!("can([for i in range(1024): {line}])"),
        format!("try([for i in range(1024): {line}], 1)"),
        format!("templatestring(\"%%{{ for i in range(1024) }}$${{x}}%%{{ endfor }}\", {{ x = {line} }})"),
    ] {
        let found =
            diagnostics(&format!("ramctl {{\n  stack = \"x\"\n}}\nlocals {{\n  a = {expression}\n}}\n"));
        let codes: Vec<_> = found.iter().map(|found| found.code.id).collect();
        assert_eq!(codes, ["RAM004"], "{expression}: {found:?}");
        assert!(found[0].detail.contains("more memory than the 1 MiB"), "{}", found[0].detail);
        assert!(
            found[0].span.is_some_and(|span| span.start >= 40),
            "it stands at the expression: {expression}"
        );
    }
    // What is made and dropped again, and what is shared, is counted while it is there.
    for expression in [
        format!("sum([for i in range(1024): length({line})])"),
        format!("length([for i in range(1024): substr({line}, 0, 10)])"),
        "[for i in range(1024): local.big]".to_owned(),
        "[for i in range(1024): lookup(local.map, \"x\")]".to_owned(),
        "[for i in range(1024): [for j in range(5): i + j]]".to_owned(),
    ] {
        let text = format!(
            "ramctl {{\n  stack = \"x\"\n}}\nlocals {{\n  big = {line}\n  map = {{ x = local.big }}\n  a = {expression}\n}}\n"
        );
        let found = diagnostics(&text);
        assert!(found.is_empty(), "{expression}: {found:?}");
    }
    // Texts and trees count as values do.
    let comment = format!("ramctl {{\n  stack = \"x\"\n}}\n# {}\n", "x".repeat(2 << 20));
    let tree = format!("ramctl {{\n  stack = \"x\"\n}}\nlocals {{\n  a = [{}1]\n}}\n", "1,".repeat(20_000));
    for text in [comment, tree] {
        assert_eq!(diagnostics(&text)[0].code.id, "RAM004");
    }
    let mistakes = diagnostics(&"a = 'x'\n".repeat(5_000));
    assert!(mistakes.len() < 1_100, "{} mistakes", mistakes.len());
}

#[test]
fn deep_documents_are_refused_or_read_and_never_overflow() {
    let (open, close) = ("[".repeat(5_000), "]".repeat(5_000));
    let maps: String = (0..2_000).map(|depth| format!("{}a:\\n", " ".repeat(depth))).collect();
    for expression in [
        format!("jsondecode(\"{open}{close}\")"),
        format!("yamldecode(\"{open}{close}\")"),
        format!("yamldecode(\"{}\")", "- ".repeat(5_000)),
        format!("yamldecode(\"{maps}\")"),
        format!("yamldecode(\"{}\")", "{a: ".repeat(5_000)),
        format!("templatestring(\"{}\", {{}})", "$${".repeat(5_000)),
        format!("templatestring(\"{}\", {{}})", "%%{ if true }".repeat(2_000)),
        format!("regex(\"{}a{}\", \"a\")", "(".repeat(5_000), ")".repeat(5_000)),
        "join(\",\", [for a in range(300) : join(\",\", [for b in range(300) : \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"])])".to_owned(),
        "format(\"%1000000000d\", 1)".to_owned(),
        "format(\"%.1000000000f\", 1)".to_owned(),
        "pow(10, 100000000)".to_owned(),
        "setproduct(range(1000), range(1000), range(1000))".to_owned(),
        "chunklist(range(10), 0)".to_owned(),
        "indent(1000000000, \"a\\nb\")".to_owned(),
        "cidrsubnets(\"10.0.0.0/8\", 100000)".to_owned(),
        "parseint(\"9999999999999999999999\", 62)".to_owned(),
        "replace(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaa\", \"/(a*)*b/\", \"x\")".to_owned(),
        "range(0, 1, 0)".to_owned(),
        "substr(\"abc\", -9223372036854775808, 9223372036854775807)".to_owned(),
        "element([1], 9223372036854775807)".to_owned(),
        "formatdate(\"YYYY\", \"99999-01-01T00:00:00Z\")".to_owned(),
        "timeadd(\"9999-12-31T23:59:59Z\", \"99999999h\")".to_owned(),
    ] {
        let mut sources = SourceMap::default();
        let stack = compiled(&mut sources, STACK);
        let start = expression.chars().take(60).collect::<String>();
        if let Err(diagnostics) = stack.evaluate(&mut sources, "case", &expression, &inputs(&[])) {
            assert!(!diagnostics.is_empty(), "{start}");
        }
    }
}

#[test]
fn time_is_bounded_by_steps_and_a_million_elements_have_room() {
    let stack = |body: &str| format!("ramctl {{\n  stack = \"x\"\n}}\nlocals {{\n{body}}}\n");
    let limits = Limits { steps: 200_000, ..Limits::default() };
    for (body, line) in [
        ("  a = range(1000)\n  b = [for x in local.a : [for y in local.a : [for z in local.a : 1]]]\n", 6),
        (
            "  a = flatten([for x in range(100) : range(100)])\n  b = [for x in local.a : contains(local.a, -1)]\n",
            6,
        ),
        ("  a = flatten([for x in range(100) : range(100)])\n  b = [for x in local.a : local.a == [x]]\n", 6),
        ("  a = pow(3, 4000) / (pow(2, 6000) + 1)\n  b = [for x in range(1000) : local.a * local.a]\n", 6),
        (
            "  a = join(\"\", [for x in range(1000) : \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"])\n  b = [for x in range(1000) : regexall(\"(a|aa)+c\", local.a)]\n",
            6,
        ),
        (
            "  a = join(\"\", [for x in range(1000) : \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"])\n  b = [for x in range(1000) : try(\"${local.a}x\", 1)]\n  c = [for x in range(1000) : \"${local.a}${local.a}\"]\n",
            6,
        ),
    ] {
        let mut sources = SourceMap::default();
        let file = sources.add("stack.ram.hcl", stack(body));
        let compiled = compile(&mut sources, &[file], &Inputs { limits, ..inputs(&[]) });
        let found = compiled
            .diagnostics
            .iter()
            .find(|found| found.code.id == "RAM004")
            .unwrap_or_else(|| panic!("{body}"));
        assert!(found.detail.contains("200000 steps"), "{}", found.detail);
        let place = sources.position(found.span.expect("a place"));
        assert!((line..=line + 1).contains(&place.line), "{body}: {place:?}");
    }
    let million = "  a = flatten([for x in range(1000) : range(1000)])\n  b = [for x in local.a : x]\n";
    let mut sources = SourceMap::default();
    let compiled = compiled(&mut sources, &stack(million));
    assert!(compiled.declaration.is_some(), "{}", told(&sources, &compiled.diagnostics));
}

#[test]
fn a_function_that_makes_much_of_little_asks_for_room_first() {
    for body in [
        "  a = range(64)\n  b = [for x in range(100) : setproduct(local.a, local.a, local.a)]\n",
        "  a = join(\",\", [for x in range(1000) : \"a,a,a,a,a,a,a,a,a,a\"])\n  b = [for x in range(100) : split(\",\", local.a)]\n",
        "  a = join(\",\", [for x in range(1000) : \"1,1,1,1,1,1,1,1,1,1\"])\n  b = [for x in range(100) : jsondecode(\"[${local.a}]\")]\n",
    ] {
        let limits = Limits { memory: 16 << 20, ..Limits::default() };
        let mut sources = SourceMap::default();
        let text = format!("ramctl {{\n  stack = \"x\"\n}}\nlocals {{\n{body}}}\n");
        let file = sources.add("stack.ram.hcl", text);
        let compiled = compile(&mut sources, &[file], &Inputs { limits, ..inputs(&[]) });
        let found = &compiled.diagnostics[0];
        assert_eq!(found.code.id, "RAM004", "{body}: {}", found.detail);
        assert!(found.detail.contains("16 MiB"), "{}", found.detail);
    }
}
