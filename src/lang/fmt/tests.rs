use proptest::prelude::*;

use crate::diag::{Diagnostic, SourceMap};
use crate::lang::fmt::meaning::{Meaning, meaning};
use crate::lang::fmt::respace;
use crate::lang::fmt::token::{Kind, tokens};

fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let mut sources = SourceMap::default();
    let file = sources.add("stack.ram.hcl", text);
    crate::lang::fmt::format(&sources, file)
}

fn meaning_of(text: &str) -> Meaning {
    let file = SourceMap::default().add("stack.ram.hcl", text);
    meaning(file, text, usize::MAX).expect("it was formatted")
}

/// Texts and what `terraform fmt` makes of them.
const CASES: &[(&str, &str)] = &[
    ("", ""),
    (" \t", ""),
    ("a=1", "a = 1\n"),
    ("\u{feff}a=1\n", "a = 1\n"),
    ("a=1 \t\n\n\n\nb  =2\n", "a = 1\n\n\n\nb = 2\n"),
    ("a=1\r\nbcd=2\r\n", "a   = 1\r\nbcd = 2\r\n"),
    ("a {\r\n}\r\r\n", "a {\r\n}\r\n"),
    ("a {\r\n}\r", "a {\r\n}\n"),
    ("share \"x\"{\na=1\n\tlong_name=2\n}\n", "share \"x\" {\n  a         = 1\n  long_name = 2\n}\n"),
    ("a { }\nb {c=1}\n", "a {}\nb { c = 1 }\n"),
    ("a = {\nb=1,cc=2\nddd:3\n}\n", "a = {\n  b = 1, cc = 2\n  ddd : 3\n}\n"),
    ("a=[ 1,2 , 3 ]\n", "a = [1, 2, 3]\n"),
    ("a=[\n1,\n  # two\n\n2]\n", "a = [\n  1,\n  # two\n\n2]\n"),
    ("m = merge({\na = 1\n}, { b = 2 })\n", "m = merge({\n  a = 1\n}, { b = 2 })\n"),
    ("l = [{\na = 1\n}, {\nb = 2\n}]\n", "l = [{\n  a = 1\n  }, {\n  b = 2\n}]\n"),
    ("x = ((\n1\n))\n", "x = ((\n  1\n))\n"),
    ("a = b ?-1:- 1\n", "a = b ? -1 : -1\n"),
    ("a = b-1\nc = b - -1\nd = !  b\ne = !!b\n", "a = b-1\nc = b - -1\nd = !b\ne = !!b\n"),
    ("a = 1+2*3/4%5\nb = x==y&&z!=w||v>=u\n", "a = 1 + 2 * 3 / 4 % 5\nb = x == y && z != w || v >= u\n"),
    ("a = f ( b , c ... )\n", "a = f(b, c...)\n"),
    ("a = b [ 0 ] . c\nd = b.*.c\ne = b[ * ].c\n", "a = b[0].c\nd = b.*.c\ne = b[*].c\n"),
    ("a = [for x in [1,2]:x if x>1]\n", "a = [for x in [1, 2] : x if x > 1]\n"),
    ("a = {for k,v in x:k=>v...if v}\n", "a = { for k, v in x : k => v... if v }\n"),
    ("a = \"x${ b+c }y\"\n", "a = \"x${b + c}y\"\n"),
    ("a = \"%{ if x ~}b%{ else }c%{ endif ~}\"\n", "a = \"%{if x~}b%{else}c%{endif~}\"\n"),
    ("a = \"b${\"c${ {} }\"}\"\n", "a = \"b${\"c${ {} }\"}\"\n"),
    ("a = \"$${b+c} %%{d} \\\" # no comment\"\n", "a = \"$${b+c} %%{d} \\\" # no comment\"\n"),
    ("a=1 # one\nbbb=2 // two\n", "a   = 1 # one\nbbb = 2 // two\n"),
    ("a=1/* x */+/* y */2\n", "a = 1 /* x */ + /* y */ 2\n"),
    ("a = [1,2] /*/b=1 */\n", "a = [1, 2] /*/b=1 */\n"),
    ("b {\n# c  \n  /* d\n e */ f=1\n}\n", "b {\n  # c  \n  /* d\n e */ f = 1\n}\n"),
    ("k=\"é\" # 1\nl=\"日本\" # 2\n", "k = \"é\"  # 1\nl = \"日本\" # 2\n"),
    ("あ=1\nbc=2\n", "あ  = 1\nbc = 2\n"),
    (
        "b {\na = <<E\n   x  \n\n ${y}\nE\nlong=1\n}\n",
        "b {\n  a    = <<E\n   x  \n\n ${y}\nE\n  long = 1\n}\n",
    ),
    ("b {\na = <<-E\n   x\n   E\n}\n", "b {\n  a = <<-E\n   x\n   E\n}\n"),
    ("e = f(<<A\nxx\nA\n,2)\n", "e = f(<<A\nxx\nA\n, 2)\n"),
];

#[test]
fn each_case_takes_its_canonical_form_and_keeps_it() {
    for (text, canonical) in CASES {
        assert_eq!(format(text).as_deref().ok(), Some(*canonical), "{text:?}");
        assert_eq!(format(canonical).as_deref().ok(), Some(*canonical), "{canonical:?}");
    }
}

#[test]
fn what_stands_in_a_heredoc_is_left_alone() {
    let text = "a = <<E\n  ${ b+c }\t\nE\n";
    assert_eq!(format(text).as_deref().ok(), Some(text));
}

#[test]
fn a_broken_file_is_refused() {
    for text in ["a {\n", "a = \n", "a = [1, 2\n", "a = \"b\n", "a = <<E\nx\n", "}\n", "a = 1 b = 2\n"] {
        assert!(format(text).is_err(), "{text:?}");
    }
}

#[test]
fn deep_nesting_is_refused_or_formatted_but_never_overflows() {
    for (open, close) in [("[", "]"), ("(", ")"), ("{a=", "}"), ("\"${", "}\""), ("-", ""), ("f(", ")")] {
        for depth in [10, 60, 4_000] {
            let text = format!("a = {}1{}\n", open.repeat(depth), close.repeat(depth));
            let _ = format(&text);
        }
    }
}

/// What formatting must keep: the tree, and every token with its bytes in its line.
fn assert_lawful(text: &str) {
    let Ok(formatted) = format(text) else { return };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    assert_eq!(meaning_of(text), meaning_of(&formatted), "meaning of {text:?} as {formatted:?}");
    assert_eq!(formatted, respace(text), "the comparison of trees rejected a change of {text:?}");
    assert_eq!(format(&formatted).as_deref().ok(), Some(formatted.as_str()), "{text:?}");
    let mut kept = tokens(text);
    if kept.last().is_some_and(|last| last.kind != Kind::Newline) {
        kept.push(tokens("\n")[0]);
    }
    assert_eq!(kept, tokens(&formatted), "tokens of {text:?}");
    for line in formatted.lines().filter(|line| line.trim().is_empty()) {
        assert!(
            line.is_empty() || text.contains("<<") || text.contains('"') || text.contains("/*"),
            "{text:?}"
        );
    }
}

/// A file with most of the grammar in it, the stock that mutations start from.
const STOCK: &str = r#"
# The hub's shares.
ramctl {
  stack   = "network" // owner
  regions = ["eu-central-1", "us-east-1"] # all
}

locals {
  cidrs = { for k, v in var.nets : k => cidrsubnet(v.cidr, 4, -v.index + 2)... if !v.off && v.n >= 1 }
  name  = "tgw-${each.key}-%{ if var.x ~} a %{ else }b%{ endif }"
  all   = flatten([ for s in [1, 2.5e3] : [ s, -s ] ])[*].id
  text  = <<-EOT
    one ${ local.name }
      two %{ for x in local.all ~}${x}%{ endfor }
  EOT
  deep  = merge({
    a = 1, b : 2
  }, {
    "c d" = [ null, true ] /* inline */
    (var.k) = x.0.y.*.z[ 0 ]
  })
}

share "tgw" {
  for_each = toset(local.regions)
  account  = account.network /* multi
  line */
  principals = [ ou("Workloads/Prod"), a ? b : c, f(<<E
x
E
  ), provider::fn(1) ]

  permission "ec2:TransitGateway" { use = "AWSRAMDefault" }
}
"#;

fn blank() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just(""), Just(" "), Just("  "), Just("\t")]
}

fn gap() -> impl Strategy<Value = &'static str> {
    prop_oneof![4 => Just(""), 2 => Just(" "), 1 => Just("\n"), 1 => Just(" # c\n"), 1 => Just("/* d */")]
}

fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "a",
        "in_x",
        "a-b",
        "é",
        "null",
        "true",
        "1",
        "2.50",
        "1e9",
        "\"\"",
        "\"a b\"",
        "\"$${x}\"",
        "\"日\\n\"",
        "a.b",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(4, 40, 3, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..4);
        let operator =
            prop::sample::select(vec!["+", " - ", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||"]);
        prop_oneof![
            (gap(), list.clone(), gap(), gap())
                .prop_map(|(a, list, b, c)| format!("[{a}{}{c}]", list.join(&format!(",{b}")))),
            (list.clone(), gap(), gap()).prop_map(|(list, a, b)| format!("f({a}{}{b})", list.join(","))),
            (list, blank()).prop_map(|(list, a)| {
                let items: Vec<String> =
                    list.iter().enumerate().map(|(n, value)| format!("k{n}{a}={value}\n")).collect();
                format!("{{\n{}{a}}}", items.join(""))
            }),
            (inner.clone(), blank(), operator, blank(), inner.clone())
                .prop_map(|(l, a, op, b, r)| format!("({l}{a}{op}{b}{r})")),
            (blank(), inner.clone()).prop_map(|(a, x)| format!("(-{a}{x})")),
            (blank(), inner.clone()).prop_map(|(a, x)| format!("!{a}{x}")),
            (inner.clone(), blank(), inner.clone(), inner.clone())
                .prop_map(|(c, a, x, y)| format!("({c}{a}?{x}{a}:{a}{y})")),
            (inner.clone(), blank(), inner.clone())
                .prop_map(|(c, a, x)| format!("[for v{a}, w in {c}:{a}{x} if{a} w]")),
            (inner.clone(), blank(), inner.clone())
                .prop_map(|(c, a, x)| format!("{{for v in{a} {c}:{x}=>{a}v...}}")),
            (inner.clone(), gap(), prop_oneof![Just(""), Just("~")])
                .prop_map(|(x, a, strip)| format!("\"l ${{{strip}{a}{x}{a}{strip}}} r\"")),
            (blank(), inner.clone()).prop_map(|(a, x)| format!("\"%{{{a}if {x}{a}}} t %{{{a}endif{a}}}\"")),
            (blank(), inner).prop_map(|(a, x)| format!("a{a}[{a}{x}{a}]{a}.b")),
        ]
    })
}

fn body() -> impl Strategy<Value = String> {
    let tail = prop::sample::select(vec!["", " ", " # t", "//t", " /* t */"]);
    let attribute = (blank(), "[a-z]{5,14}", blank(), expression(), tail)
        .prop_map(|(a, name, b, value, tail)| format!("{a}{name}{b}={b}{value}{tail}\n"));
    let other = prop::sample::select(vec![
        "\n",
        "  \n",
        "# c \n",
        "/* e\n f */\n",
        "h { i = <<E\n a  \n${ b }\nE\n}\n",
        "h {\ni=f(<<-E\n  a\n  E\n)\n}\n",
        "b{ }\n",
        "b \"l\" l2 {a=1}\n",
    ])
    .prop_map(str::to_owned);
    let item = prop_oneof![3 => attribute, 1 => other];
    item.prop_recursive(3, 12, 4, |inner| {
        (blank(), prop::collection::vec(inner, 0..4), blank())
            .prop_map(|(a, items, b)| format!("{a}blk \"l\"{a}{{{b}\n{}{b}}}{a}\n", items.concat()))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn formatting_a_generated_file_keeps_its_meaning(items in prop::collection::vec(body(), 0..5)) {
        assert_lawful(&items.concat());
    }

    #[test]
    fn formatting_a_mutated_file_keeps_its_meaning_or_is_refused(
        edits in prop::collection::vec(
            (any::<prop::sample::Index>(), 0usize..3, "[ \\t\n{}()\"$%~#/*=<>,.:?!aE1é\\[\\]-]{0,3}"),
            1..3,
        ),
    ) {
        let mut text: Vec<char> = STOCK.chars().collect();
        for (place, removed, inserted) in edits {
            let at = place.index(text.len());
            let end = (at + removed).min(text.len());
            text.splice(at..end, inserted.chars());
        }
        assert_lawful(&text.into_iter().collect::<String>());
    }
}

#[test]
fn the_stock_of_mutations_is_valid() {
    assert!(format(STOCK).is_ok_and(|formatted| formatted != STOCK));
    assert_lawful(STOCK);
}
