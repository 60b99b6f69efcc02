//! `ramctl snapshot`: everything that a plan reads, as a file. Never writes to AWS.

use crate::cli::args::SnapshotArgs;
use crate::cli::exit::Exit;
use crate::cli::files::{FolderError, put_private};
use crate::cli::output::{Chain, Output};
use crate::cli::pipeline::{self, Loaded, Read};
use crate::cli::stack_copy::{self, Copied, Likeness};
use crate::diff::{Purpose, Scope};
use crate::plan::Plan;
use crate::render::escape;
use crate::wire::{Snapshot, SnapshotDocument, StandIns};

pub(crate) fn run(args: &SnapshotArgs, output: &mut Output) -> Exit {
    pipeline::with_session(&args.stack, &args.cloud, output, async |loaded, session, output| {
        let Some(mut read) =
            pipeline::read(loaded, session, &args.cloud, Purpose::Apply, Scope::default(), output).await
        else {
            return Exit::Error;
        };
        let plan = read.planned(Purpose::Apply, session, &args.cloud).await;
        let Read { graph: _, live, org, tagged, usage, scope: _, unread: _ } = &read;
        let snapshot = Snapshot {
            stack: loaded.declaration.stack.value.clone(),
            taken: loaded.declaration.now,
            calls: session.calls(),
            org: org.clone(),
            tagged: tagged.clone(),
            live: live.clone(),
            usage: usage.clone(),
        };
        let document = SnapshotDocument::new(&snapshot);
        let written = anonymised(document, args, loaded, &read, &plan, output)
            .and_then(|document| put_private(&args.out, &document.text()));
        if let Err(error) = written {
            output.error(Chain(&error));
            return Exit::Error;
        }
        output.line(format_args!("Wrote {}.", escape(&args.out.display().to_string())));
        if plan.is_complete() {
            Exit::Done
        } else {
            output.note("INCOMPLETE: not everything could be read; the snapshot says what, and why.");
            Exit::Incomplete
        }
    })
}

/// The document with stand-ins, and the stack's copy beside it, where they were asked for.
fn anonymised(
    document: SnapshotDocument,
    args: &SnapshotArgs,
    loaded: &Loaded,
    read: &Read,
    plan: &Plan,
    output: &mut Output,
) -> Result<SnapshotDocument, FolderError> {
    if !args.anonymise {
        return Ok(document);
    }
    let texts: Vec<&str> = loaded.sources.files().map(|(_, file)| file.text.as_str()).collect();
    let stand_ins = StandIns::of(&document, &texts);
    let document = stand_ins.document(&document);
    let Some(folder) = &args.copy else { return Ok(document) };
    let Copied { left_out, redacted } =
        stack_copy::write(folder, &stand_ins, &loaded.sources, loaded.secrets())?;
    output.line(format_args!(
        "Wrote {}, with stand-ins for ids, names of accounts and units{}{}.",
        escape(&folder.display().to_string()),
        if redacted.is_empty() { "" } else { ", " },
        stack_copy::told(&redacted)
    ));
    output.line(
        "The copy keeps labels, keys of for_each, names and tags of the stack's own shares and permissions, policies, \
         names in ARNs and of roles, and all other values. Read it before you send it.",
    );
    for left_out in left_out {
        output.note(format_args!(
            "warning: {} is not in the copy: give its values again when you plan with the copy",
            escape(&left_out)
        ));
    }
    let (document, likeness) = stack_copy::settle(folder, document, &args.stack, read, plan);
    if likeness == Likeness::Other {
        output.note(
            "warning: the copy does not plan as the stack does; look for names of accounts and units that are not written \
             inside account(\"...\") or ou(\"...\"), and for files that the stack reads",
        );
    }
    Ok(document)
}
