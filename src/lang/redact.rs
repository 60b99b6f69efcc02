//! A stack's files without what is secret or personal in them: a copy that compiles to the same stack, with stand-ins.
//!
//! Stand-ins take the place of external ids, session names, values of sensitive variables and of `sensitive(...)`, and of what is written
//! for people alone: descriptions, reasons, messages. Comments are left out, as are values that belong to no variable of the stack. Known
//! secrets are looked for in all other texts too.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde_json::Value as Json;

use crate::diag::{FileId, SourceFile};
use crate::lang::eval::{Known, Limits, Names, Root};
use crate::lang::fmt::comments;
use crate::lang::memory::Memory;
use crate::lang::syntax::{
    Attribute, Block, Body, Call, Expr, ExprKind, ObjectKey, Part, Step, Template, parse_body,
};
use crate::lang::value::{Kind, Value};

/// Shortest secret that is looked for in texts that do not say that they are secret: shorter ones are found in innocent words.
const SHORTEST: usize = 6;

/// What was taken out of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Redacted {
    ExternalId,
    SessionName,
    /// A default or value of a sensitive variable, or inside `sensitive(...)`.
    Sensitive,
    /// A known secret in another text.
    Repeated,
    /// A description, reason or message.
    Prose,
    /// A value for a variable that the stack does not have.
    Undeclared,
    Comment,
}

/// What a stack keeps secret, as its compilation knows it.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    variables: BTreeSet<String>,
    sensitive: BTreeSet<String>,
    texts: BTreeSet<String>,
}

impl Secrets {
    pub(crate) fn of<'v>(names: &Names, external_ids: impl Iterator<Item = &'v str>) -> Self {
        let mut secrets = Self { texts: external_ids.map(str::to_owned).collect(), ..Self::default() };
        for root in [Root::Var, Root::Local] {
            for name in names.names(root) {
                let known = names.get(root, name);
                if root == Root::Var {
                    secrets.variables.insert(name.to_owned());
                }
                let Some(Known::Value(value)) = known else { continue };
                if root == Root::Var && value.is_sensitive() {
                    secrets.sensitive.insert(name.to_owned());
                }
                secret_texts(value, false, &mut secrets.texts);
            }
        }
        // A number that is an account's id too has a stand-in as such.
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        secrets.texts.retain(|text| text.len() >= SHORTEST && !is_number(text));
        let encoded: Vec<String> = secrets.texts.iter().flat_map(encoded).collect();
        secrets.texts.extend(encoded);
        secrets
    }
}

/// A text in Base64, as `base64encode` and tokens have it. Without padding, which not everybody writes.
fn encoded(text: &String) -> [String; 2] {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
    [STANDARD_NO_PAD.encode(text), URL_SAFE_NO_PAD.encode(text)]
}

fn secret_texts(value: &Value, inside: bool, out: &mut BTreeSet<String>) {
    let secret = inside || value.is_sensitive();
    match value.kind() {
        Kind::String(text) if secret => {
            out.insert(text.to_string());
        }
        _ if !value.holds_sensitive() && !secret => {}
        _ => {
            let values = value
                .items()
                .into_iter()
                .flatten()
                .chain(value.entries().into_iter().flat_map(|all| all.values()));
            values.for_each(|value| secret_texts(value, secret, out));
        }
    }
}

/// Takes secrets out of the files of one stack. Equal texts get equal stand-ins.
#[derive(Debug)]
pub struct Redaction {
    secrets: Secrets,
    stand_ins: BTreeMap<String, usize>,
    counts: BTreeMap<Redacted, usize>,
}

impl Redaction {
    pub fn new(secrets: Secrets) -> Self {
        Self { secrets, stand_ins: BTreeMap::new(), counts: BTreeMap::new() }
    }

    /// How much was taken out so far.
    pub fn counts(&self) -> &BTreeMap<Redacted, usize> {
        &self.counts
    }

    /// A file of the stack, or of values, without its secrets. None: it cannot be read.
    pub fn file(&mut self, file: FileId, source: &SourceFile) -> Option<String> {
        let text = if source.name.ends_with(".json") {
            self.json(&source.text)?
        } else {
            let mut memory = Memory::new(Limits::default().memory);
            let body = parse_body(file, &source.text, usize::MAX, &mut memory).ok()?;
            let mut edits = Edits { redaction: self, out: Vec::new() };
            edits.body(&body, source.name.ends_with(".ramvars.hcl"));
            for comment in comments(&source.text) {
                edits.replace(comment, Redacted::Comment, String::new());
            }
            let edits = edits.out;
            apply(&source.text, edits)
        };
        Some(self.repeated(text))
    }

    fn count(&mut self, what: Redacted) {
        *self.counts.entry(what).or_default() += 1;
    }

    fn stand_in(&mut self, text: &str) -> String {
        let next = self.stand_ins.len() + 1;
        format!("stand-in-{}", self.stand_ins.entry(text.to_owned()).or_insert(next))
    }

    /// Secrets that stand somewhere else.
    fn repeated(&mut self, mut text: String) -> String {
        for secret in self.secrets.texts.clone() {
            let found = text.matches(&secret).count();
            if found > 0 {
                let stand_in = self.stand_in(&secret);
                text = text.replace(&secret, &stand_in);
                *self.counts.entry(Redacted::Repeated).or_default() += found;
            }
        }
        text
    }

    fn json(&mut self, text: &str) -> Option<String> {
        let mut document: Json = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?;
        let entries = document.as_object_mut()?;
        let undeclared: Vec<String> =
            entries.keys().filter(|name| !self.secrets.variables.contains(*name)).cloned().collect();
        for name in undeclared {
            entries.remove(&name);
            self.count(Redacted::Undeclared);
        }
        for (name, value) in entries {
            if self.secrets.sensitive.contains(name) || value["sensitive"] == Json::Bool(true) {
                // What `terraform output -json` prints has the value in one of three members.
                match value.get_mut("value") {
                    Some(inner) => self.json_value(inner),
                    None => self.json_value(value),
                }
            }
        }
        Some(format!("{document:#}\n"))
    }

    fn json_value(&mut self, value: &mut Json) {
        match value {
            Json::Null | Json::Bool(_) => {}
            Json::Number(number) => {
                let stand_in = self.stand_in(&number.to_string());
                *value = Json::from(stand_in_number(&stand_in));
                self.count(Redacted::Sensitive);
            }
            Json::String(text) => {
                *text = self.stand_in(text);
                self.count(Redacted::Sensitive);
            }
            Json::Array(items) => items.iter_mut().for_each(|item| self.json_value(item)),
            Json::Object(entries) => entries.values_mut().for_each(|item| self.json_value(item)),
        }
    }
}

/// `stand-in-7` where a number is needed.
fn stand_in_number(stand_in: &str) -> u64 {
    stand_in.rsplit('-').next().and_then(|digits| digits.parse().ok()).unwrap_or_default()
}

/// The changes to one file.
struct Edits<'r> {
    redaction: &'r mut Redaction,
    out: Vec<(Range<usize>, String)>,
}

impl Edits<'_> {
    fn replace(&mut self, range: Range<usize>, what: Redacted, with: String) {
        self.redaction.count(what);
        self.out.push((range, with));
    }

    fn body(&mut self, body: &Body, is_values: bool) {
        for attribute in &body.attributes {
            let name = &*attribute.name.value;
            if is_values && !self.redaction.secrets.variables.contains(name) {
                let range = attribute.name.span.start..attribute.value.span.end;
                self.replace(range, Redacted::Undeclared, String::new());
            } else if is_values && self.redaction.secrets.sensitive.contains(name) {
                self.leaves(&attribute.value, Redacted::Sensitive);
            } else {
                self.expr(&attribute.value);
            }
        }
        for block in &body.blocks {
            self.block(block);
        }
    }

    fn block(&mut self, block: &Block) {
        let is_sensitive = &*block.keyword.value == "variable"
            && block
                .labels
                .first()
                .is_some_and(|label| self.redaction.secrets.sensitive.contains(&*label.value));
        for Attribute { name, value } in &block.body.attributes {
            match (&*block.keyword.value, &*name.value) {
                ("assume_role", "external_id") => self.leaves(value, Redacted::ExternalId),
                ("assume_role", "session_name") => self.leaves(value, Redacted::SessionName),
                ("variable", "default") if is_sensitive => self.leaves(value, Redacted::Sensitive),
                (_, "description" | "reason" | "error_message") => self.prose(value),
                _ => self.expr(value),
            }
        }
        for inner in &block.body.blocks {
            self.block(inner);
        }
    }

    /// A text for people: whatever it is made from, a stand-in does.
    fn prose(&mut self, value: &Expr) {
        self.replace(value.span.range(), Redacted::Prose, "\"...\"".to_owned());
    }

    /// Everything constant in an expression; what it refers to is taken out where it stands.
    fn leaves(&mut self, expr: &Expr, what: Redacted) {
        let written = match &expr.kind {
            ExprKind::Literal(value) => match value.kind() {
                Kind::String(text) => format!("\"{}\"", self.redaction.stand_in(text)),
                Kind::Number(number) => {
                    let stand_in = self.redaction.stand_in(&number.to_string());
                    stand_in_number(&stand_in).to_string()
                }
                _ => return,
            },
            // What stands between the interpolations of a secret text is secret too.
            ExprKind::Template(template)
                if template.parts.iter().any(|part| matches!(part, Part::Literal(_))) =>
            {
                let text: String = template
                    .parts
                    .iter()
                    .map(|part| if let Part::Literal(text) = part { &**text } else { "${}" })
                    .collect();
                format!("\"{}\"", self.redaction.stand_in(&text))
            }
            _ => return self.inside(expr, &mut |edits, inner| edits.leaves(inner, what)),
        };
        self.replace(expr.span.range(), what, written);
    }

    /// Looks for secrets in an expression that is none itself.
    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Call(Call { name, args, .. }) if &*name.value == "sensitive" => {
                args.iter().for_each(|arg| self.leaves(arg, Redacted::Sensitive));
            }
            // `allow = [{ code = ..., reason = ... }]`
            ExprKind::Object(entries) => {
                for (key, value) in entries {
                    match key {
                        ObjectKey::Bare(name)
                            if &*name.value == "reason" && value.literal_str().is_some() =>
                        {
                            self.prose(value);
                        }
                        ObjectKey::Computed(key) => {
                            self.expr(key);
                            self.expr(value);
                        }
                        ObjectKey::Bare(_) => self.expr(value),
                    }
                }
            }
            _ => self.inside(expr, &mut Self::expr),
        }
    }

    /// Goes into the expressions directly inside of one.
    fn inside(&mut self, expr: &Expr, each: &mut dyn FnMut(&mut Self, &Expr)) {
        match &expr.kind {
            ExprKind::Literal(_) | ExprKind::Variable(_) => {}
            ExprKind::Tuple(items) => items.iter().for_each(|item| each(self, item)),
            ExprKind::Object(entries) => entries.iter().for_each(|(_, value)| each(self, value)),
            ExprKind::Template(template) => self.template(template, each),
            ExprKind::Parenthesis(inner) | ExprKind::Unary(_, inner) => each(self, inner),
            ExprKind::Traversal(base, steps) => {
                each(self, base);
                for step in steps {
                    if let Step::Index(index) = step {
                        self.expr(index);
                    }
                }
            }
            ExprKind::Call(call) => call.args.iter().for_each(|arg| each(self, arg)),
            ExprKind::Binary(left, _, right) => {
                each(self, left);
                each(self, right);
            }
            ExprKind::Conditional(choice) => {
                self.expr(&choice.condition);
                each(self, &choice.yes);
                each(self, &choice.no);
            }
            ExprKind::For(looped) => {
                each(self, &looped.collection);
                each(self, &looped.value);
            }
        }
    }

    fn template(&mut self, template: &Template, each: &mut dyn FnMut(&mut Self, &Expr)) {
        for part in &template.parts {
            match part {
                Part::Literal(_) => {}
                Part::Interpolation(expr) => each(self, expr),
                Part::If { condition, yes, no } => {
                    self.expr(condition);
                    self.template(yes, each);
                    self.template(no, each);
                }
                Part::For { collection, body, .. } => {
                    each(self, collection);
                    self.template(body, each);
                }
            }
        }
    }
}

/// The text with its edits, of which the first counts where two overlap.
fn apply(text: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (range, with) in edits {
        if range.start >= at {
            out.push_str(&text[at..range.start]);
            out.push_str(&with);
            at = range.end;
        }
    }
    out.push_str(&text[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::SourceMap;

    fn redacted(name: &str, text: &str) -> (String, BTreeMap<Redacted, usize>) {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let secrets = Secrets {
            variables: set(&["token", "plain"]),
            sensitive: set(&["token"]),
            texts: set(&["hunter2-and-more"]),
        };
        let mut sources = SourceMap::default();
        let file = sources.add(name, text);
        let mut redaction = Redaction::new(secrets);
        let out = redaction.file(file, sources.file(file)).expect("it can be read");
        (out, redaction.counts().clone())
    }

    #[test]
    fn a_file_keeps_its_form_and_loses_its_secrets() {
        let text = r#"# jane.doe@example.com
account "a" { # why
  id = "111111111111"
  assume_role {
    role_name    = "ramctl"
    external_id  = "s3cret"
    session_name = "jane"
  }
}
variable "token" {
  description = "the door code"
  sensitive   = true
  default     = { code = "1234", more = [5, true, null], text = <<-EOT
    a # no comment
    EOT
  }
}
variable "plain" { default = "x # y" }
locals {
  hidden = sensitive("abc")
  half   = sensitive("u5er:${1}-ta1l")
  url    = "https://hunter2-and-more@example.com"
  map    = { reason = "because Bob said so" }
}
"#;
        let (out, counts) = redacted("x.ram.hcl", text);
        for secret in [
            "jane",
            "s3cret",
            "door",
            "1234",
            "no comment",
            "abc",
            "u5er",
            "ta1l",
            "hunter2",
            "why",
            "Bob",
            "[5",
        ] {
            assert!(!out.contains(secret), "{secret} in {out}");
        }
        for kept in
            ["111111111111", "role_name    = \"ramctl\"", "default = \"x # y\"", "true, null", "example.com"]
        {
            assert!(out.contains(kept), "{kept} is not in {out}");
        }
        let expected = [
            (Redacted::ExternalId, 1),
            (Redacted::SessionName, 1),
            (Redacted::Sensitive, 5),
            (Redacted::Repeated, 1),
            (Redacted::Prose, 2),
            (Redacted::Comment, 2),
        ];
        assert_eq!(counts, expected.into());
        let mut sources = SourceMap::default();
        let file = sources.add("x", out.as_str());
        assert!(parse_body(file, &out, 10_000, &mut Memory::new(10_000_000)).is_ok(), "{out}");
    }

    #[test]
    fn files_of_values_lose_what_is_secret_and_what_is_nobodys() {
        let (out, counts) =
            redacted("x.auto.ramvars.hcl", "token = \"s3cret\"\nplain = \"x\"\nother = \"y\"\n");
        assert_eq!(out, "token = \"stand-in-1\"\nplain = \"x\"\n\n");
        assert_eq!(counts, [(Redacted::Sensitive, 1), (Redacted::Undeclared, 1)].into());
        let json = r#"{ "token": { "sensitive": true, "type": "string", "value": "s3cret" }, "plain": "x", "db": "pw" }"#;
        let (out, counts) = redacted("x.auto.ramvars.json", json);
        assert!(!out.contains("s3cret") && !out.contains("pw") && out.contains("\"plain\": \"x\""), "{out}");
        assert_eq!(counts, [(Redacted::Sensitive, 1), (Redacted::Undeclared, 1)].into());
    }

    #[test]
    fn one_secret_has_one_stand_in() {
        let text = "variable \"token\" {\n  sensitive = true\n  default   = [\"a\", \"b\", \"a\"]\n}\n";
        let (out, _) = redacted("x.ram.hcl", text);
        assert!(out.contains("[\"stand-in-1\", \"stand-in-2\", \"stand-in-1\"]"), "{out}");
    }
}
