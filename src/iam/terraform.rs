//! The policy as Terraform code: an `aws_iam_policy_document`, to be used in whatever way roles are made there.

use std::fmt;

use crate::iam::policy::Statement;
use crate::iam::scope::{AccountPolicy, Role, Subject};
use crate::model::hcl_text;

/// Writes the data source of one policy.
pub struct TerraformView<'a> {
    pub role: Role,
    pub of: &'a AccountPolicy,
}

impl fmt::Display for TerraformView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self.role {
            Role::Plan => "plan",
            Role::Apply => "apply",
        };
        let who = match &self.of.subject {
            Subject::Caller => "caller",
            Subject::Sweep => "sweep",
            Subject::Account { label, id: _ } => label,
        };
        let parts = self.of.policy.parts();
        for (at, part) in parts.iter().enumerate() {
            let number = if parts.len() > 1 { format!("_{}", at + 1) } else { String::new() };
            if at > 0 {
                writeln!(f)?;
            }
            writeln!(f, "data \"aws_iam_policy_document\" \"ramctl_{verb}_{}{number}\" {{", identifier(who))?;
            for (index, statement) in part.statements.iter().enumerate() {
                if index > 0 {
                    writeln!(f)?;
                }
                write_statement(f, statement)?;
            }
            writeln!(f, "}}")?;
        }
        Ok(())
    }
}

fn write_statement(f: &mut fmt::Formatter<'_>, statement: &Statement) -> fmt::Result {
    let Statement { sid, actions, resources, condition } = statement;
    writeln!(f, "  statement {{")?;
    attributes(
        f,
        4,
        &[("sid", quoted(sid)), ("actions", list(actions, 4)), ("resources", list(resources, 4))],
    )?;
    for (operator, keys) in condition {
        for (key, values) in keys {
            writeln!(f, "\n    condition {{")?;
            attributes(
                f,
                6,
                &[("test", quoted(operator)), ("variable", quoted(key)), ("values", list(values, 6))],
            )?;
            writeln!(f, "    }}")?;
        }
    }
    writeln!(f, "  }}")
}

/// As `terraform fmt` lays them out: neighbours of one line each have their equals signs below each other.
fn attributes(f: &mut fmt::Formatter<'_>, indent: usize, all: &[(&str, String)]) -> fmt::Result {
    let is_short = |(_, value): &(&str, String)| !value.contains('\n');
    let pad = " ".repeat(indent);
    for group in all.chunk_by(|a, b| is_short(a) && is_short(b)) {
        let width = group.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        for (name, value) in group {
            writeln!(f, "{pad}{name:width$} = {value}")?;
        }
    }
    Ok(())
}

/// One value in a line, several in a line each.
fn list(values: &[String], indent: usize) -> String {
    match values {
        [value] => format!("[{}]", quoted(value)),
        values => {
            let pad = " ".repeat(indent);
            let lines: String = values.iter().map(|value| format!("{pad}  {},\n", quoted(value))).collect();
            format!("[\n{lines}{pad}]")
        }
    }
}

/// A text as HCL writes it, in which nothing is a template. IAM's own variables begin with `${` and `aws_iam_policy_document` takes them as
/// `&{`.
fn quoted(text: &str) -> String {
    hcl_text(&text.replace("${", "&{"))
}

/// A name that Terraform takes.
fn identifier(text: &str) -> String {
    let name: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    name.trim_matches('_').to_owned()
}
