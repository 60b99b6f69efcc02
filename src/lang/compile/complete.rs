//! Nothing of a stack is lost without a message.
//!
//! A part that cannot be read is left out, and an error says why; the run then has no declaration. Should that error ever be missing, the
//! run would go on without the part, and a plan would delete what the part declares. So every part that is left out is noted, and every
//! block is counted against the declaration. A part that is missing although nothing is an error becomes an error itself.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Severity, Span, language as codes};
use crate::lang::compile::Instances;
use crate::lang::compile::schema;
use crate::lang::compile::structure::Blocks;
use crate::lang::declaration::Declaration;
use crate::lang::eval::{Evaluator, Known};

/// The error for what is missing although no diagnostic is an error.
pub(crate) fn check(
    declaration: Option<&Declaration>,
    blocks: &Blocks,
    instances: &Instances,
    evaluator: &Evaluator<'_>,
    diagnostics: &[Diagnostic],
    start: Option<Span>,
) -> Option<Diagnostic> {
    if diagnostics.iter().any(Diagnostic::is_error) {
        return None;
    }
    let lost = |span: Option<Span>, what: String| {
        let detail =
            format!("{what} could not be read, and no message says why. This is a mistake in ramctl.");
        let mut diagnostic = Diagnostic::new(Severity::Error, &codes::RAM007, span, detail);
        diagnostic.help =
            Some("Nothing is planned. Report the stack, or the part that the caret shows.".into());
        diagnostic
    };
    if let Some(span) = evaluator.left_out {
        return Some(lost(Some(span), "This part of the stack".into()));
    }
    for (root, table) in &evaluator.names.tables {
        if let Some((name, _)) = table.iter().find(|(_, known)| matches!(known, Known::Failed)) {
            return Some(lost(start, format!("{}.{name}", root.as_str())));
        }
    }
    let Some(declaration) = declaration else { return Some(lost(start, "The stack".into())) };
    missing(declaration, blocks, instances).map(|span| lost(Some(span), "This block".into()))
}

/// The first block of which the declaration has fewer instances than the stack.
fn missing(declaration: &Declaration, blocks: &Blocks, instances: &Instances) -> Option<Span> {
    let mut read: BTreeMap<Span, usize> = BTreeMap::new();
    let Declaration { accounts, permissions, shares, inbound, checks, imports, moved, removed, .. } =
        declaration;
    let headers = accounts.values().map(|block| block.span);
    let headers = headers.chain(permissions.iter().map(|block| block.span));
    let headers = headers.chain(shares.iter().map(|block| block.span));
    let headers = headers.chain(inbound.iter().map(|block| block.span));
    let headers = headers.chain(checks.iter().map(|block| block.span));
    let headers = headers.chain(imports.iter().map(|block| block.span));
    let headers = headers.chain(moved.iter().map(|block| block.span));
    let headers = headers.chain(removed.iter().map(|block| block.span));
    // The instances of a block stand side by side.
    let mut headers = headers.peekable();
    while let Some(header) = headers.next() {
        let more = std::iter::from_fn(|| headers.next_if_eq(&header)).count();
        *read.entry(header).or_default() += 1 + more;
    }
    // What is one for the whole stack, or becomes names, has no instances to count.
    let counted = schema::TOP.iter().filter(|schema| {
        ![
            schema::RAMCTL.keyword,
            schema::ORGANIZATION.keyword,
            schema::SAFETY.keyword,
            schema::VARIABLE.keyword,
        ]
        .contains(&schema.keyword)
    });
    counted.flat_map(|schema| blocks.of(schema)).map(|block| block.header).find(|header| {
        let wanted = match instances.get(header) {
            Some(Ok(instances)) => instances.len(),
            Some(Err(_)) | None => 1,
        };
        read.get(header).copied().unwrap_or(0) != wanted
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::SourceMap;
    use crate::lang::compile::structure::sort;
    use crate::lang::compile::{Inputs, compile};
    use crate::lang::eval::{Limits, Names, World};
    use crate::lang::functions::{FileError, StackFiles};
    use crate::lang::memory::Memory;
    use crate::lang::syntax::parse_body;

    struct NoFiles;

    impl StackFiles for NoFiles {
        fn read(&self, _: &str) -> Result<Vec<u8>, FileError> {
            Err(FileError::NotFound)
        }

        fn list(&self, _: &str) -> Result<Vec<String>, FileError> {
            Ok(Vec::new())
        }

        fn folder(&self) -> String {
            "/".into()
        }
    }

    const STACK: &str = r#"
ramctl {
  stack = "guard"
}

account "net" {
  id = "111111111111"
}

share "a" {
  account    = account.net
  region     = "eu-central-1"
  principals = ["222222222222"]
}

check "none" {
  assert {
    condition     = length(plan.shares) > 0
    error_message = "none"
  }
}
"#;

    #[test]
    fn a_block_that_is_lost_without_a_message_is_an_error() {
        let inputs = Inputs {
            values: &[],
            files: &NoFiles,
            plan_timestamp: "2026-11-22T12:00:00Z",
            limits: Limits::default(),
        };
        let mut sources = SourceMap::default();
        let file = sources.add("guard.ram.hcl", STACK);
        let whole = compile(&mut sources, &[file], &inputs).declaration.expect("no mistakes");
        let body = parse_body(file, STACK, usize::MAX, &mut Memory::new(usize::MAX)).expect("no mistakes");
        let blocks = sort(vec![body], &mut Vec::new());
        let world =
            World { files: &NoFiles, plan_timestamp: inputs.plan_timestamp, limits: Limits::default() };
        let mut evaluator = Evaluator::new(world, Names::default());
        let start = Some(Span::new(file, 0..0));
        let code = |declaration: Option<&Declaration>, evaluator: &Evaluator<'_>| {
            check(declaration, &blocks, &Instances::new(), evaluator, &[], start).map(|found| found.code.id)
        };
        assert_eq!(code(Some(&whole), &evaluator), None);
        assert_eq!(code(None, &evaluator), Some("RAM007"));
        let losses: [fn(&mut Declaration); 3] = [
            |declaration| declaration.shares.clear(),
            |declaration| declaration.checks.clear(),
            |declaration| declaration.accounts.clear(),
        ];
        for lose in losses {
            let mut part = whole.clone();
            lose(&mut part);
            assert_eq!(code(Some(&part), &evaluator), Some("RAM007"));
        }
        evaluator.left_out = start;
        assert_eq!(code(Some(&whole), &evaluator), Some("RAM007"));
        // Where an error is there already, it says why.
        let error = Diagnostic::error(&codes::RAM020, Span::new(file, 0..0), "wrong");
        assert!(check(None, &blocks, &Instances::new(), &evaluator, &[error], start).is_none());
    }
}
