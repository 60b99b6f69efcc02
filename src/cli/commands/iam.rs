//! `ramctl iam`: the policies that the roles of the stack need, from its files alone.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::cli::args::{IamArgs, PolicyFormat};
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::pipeline;
use crate::iam::{self, AccountPolicy, Policy, Role, Subject, TerraformView};
use crate::render::escape;

pub(crate) fn run(args: &IamArgs, role: Role, output: &mut Output) -> Exit {
    let Some(loaded) = pipeline::load(&args.stack, output) else { return Exit::Error };
    let declaration = &loaded.declaration;
    let stack = declaration.stack.value.as_str();
    let all = iam::policies(declaration, role);
    let Some(name) = &args.account else {
        if all.is_empty() {
            output.note("The stack reads no account, so it needs no policy.");
        }
        print_all(&all, stack, role, args.format, output);
        return Exit::Done;
    };
    let Some(of) = all.iter().find(|of| is_called(&of.subject, name)) else {
        let accounts = &declaration.accounts;
        let is_declared =
            accounts.iter().any(|(address, it)| address.label == *name || it.id.value.as_str() == name);
        output.error(unknown(name, &all, is_declared));
        return Exit::Error;
    };
    notes(of, output);
    match args.format {
        PolicyFormat::Json => output.json(&document(of)),
        PolicyFormat::Terraform => output.result(TerraformView { role, of }),
        PolicyFormat::Cloudformation => output.json(&iam::template(stack, role, of)),
    }
    Exit::Done
}

fn print_all(all: &[AccountPolicy], stack: &str, role: Role, format: PolicyFormat, output: &mut Output) {
    for of in all {
        notes(of, output);
    }
    let by_account = || all.iter().map(|of| (label(&of.subject), of));
    match format {
        PolicyFormat::Json => {
            output.json(&by_account().map(|(name, of)| (name, document(of))).collect::<BTreeMap<_, _>>());
        }
        PolicyFormat::Cloudformation => {
            let templates = by_account().map(|(name, of)| (name, iam::template(stack, role, of)));
            output.json(&templates.collect::<BTreeMap<_, _>>());
        }
        PolicyFormat::Terraform => {
            for (index, of) in all.iter().enumerate() {
                if index > 0 {
                    output.line("");
                }
                output.line(format_args!("# {}", escape(&heading(&of.subject))));
                output.result(TerraformView { role, of });
            }
        }
    }
}

/// The policy; a list of policies where one is too long.
fn document(of: &AccountPolicy) -> Document {
    let mut parts = of.policy.parts();
    if parts.len() > 1 { Document::Several(parts) } else { Document::One(parts.remove(0)) }
}

enum Document {
    One(Policy),
    Several(Vec<Policy>),
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::One(policy) => policy.serialize(serializer),
            Self::Several(policies) => policies.serialize(serializer),
        }
    }
}

fn notes(of: &AccountPolicy, output: &Output) {
    for note in &of.notes {
        output.note(format_args!("note: {}: {}", escape(label(&of.subject)), escape(note)));
    }
}

fn label(subject: &Subject) -> &str {
    match subject {
        Subject::Caller => "caller",
        Subject::Sweep => "sweep",
        Subject::Account { label, id: _ } => label,
    }
}

fn heading(subject: &Subject) -> String {
    match subject {
        Subject::Caller => "the identity that runs ramctl".to_owned(),
        Subject::Sweep => "the role in accounts that the files do not name".to_owned(),
        Subject::Account { label, id } if *label == id.to_string() => format!("account {id}"),
        Subject::Account { label, id } => format!("account {label} ({id})"),
    }
}

fn is_called(subject: &Subject, name: &str) -> bool {
    match subject {
        Subject::Caller => name == "caller",
        Subject::Sweep => name == "sweep",
        Subject::Account { label, id } => label == name || id.as_str() == name,
    }
}

/// Why there is no policy of that name.
fn unknown(name: &str, all: &[AccountPolicy], is_declared: bool) -> String {
    let known: Vec<&str> = all.iter().map(|of| label(&of.subject)).collect();
    let (name, known) = (escape(name), known.join(", "));
    if is_declared {
        format!(
            "the stack neither reads nor changes account {name}, so it needs no policy there; it does in: {}",
            escape(&known)
        )
    } else {
        format!("the stack has no account {name}; it has to do with: {}", escape(&known))
    }
}
