//! Blocks that say which share a share is: `import`, `moved` and `removed`.

use super::*;
use crate::desired::check;
use crate::diag::Spanned;
use crate::lang::{ImportBlock, ImportId, MovedBlock, RemovedAction, RemovedBlock};
use crate::model::{Address, BlockKind, ShareArn};

fn spoken(text: &str) -> Spanned<Address> {
    let (label, key) = text.split_once('/').map_or((text, None), |(label, key)| (label, Some(key)));
    at(address(BlockKind::Share, label, key))
}

fn import(to: &str, arn: &str) -> ImportBlock {
    ImportBlock {
        span: span(),
        to: spoken(to),
        id: at(ImportId::Share(ShareArn::parse(arn).expect("an ARN"))),
    }
}

fn moved(from: &str, to: &str) -> MovedBlock {
    MovedBlock { span: span(), from: spoken(from), to: spoken(to) }
}

fn removed(from: &str) -> RemovedBlock {
    RemovedBlock { span: span(), from: spoken(from), action: RemovedAction::Release }
}

#[test]
fn blocks_about_shares_must_not_contradict_each_other() {
    const HERE: &str = "arn:aws:ram:eu-central-1:222222222222:resource-share/one";
    const HERE_TOO: &str = "arn:aws:ram:eu-central-1:222222222222:resource-share/two";
    const ELSEWHERE: &str = "arn:aws:ram:us-east-1:222222222222:resource-share/one";
    const OF_OTHERS: &str = "arn:aws:ram:eu-central-1:333333333333:resource-share/one";
    // The stack declares share.tgw and share.each["k"].
    type Row = (fn(&mut Declaration), &'static [&'static str]);
    let rows: &[Row] = &[
        (|d| d.imports = vec![import("tgw", HERE)], &[]),
        (|d| d.imports = vec![import("tgw", ELSEWHERE)], &["RAM191"]),
        (|d| d.imports = vec![import("tgw", OF_OTHERS)], &["RAM191"]),
        (|d| d.imports = vec![import("tgw", HERE), import("each/k", HERE_TOO)], &[]),
        (|d| d.imports = vec![import("tgw", HERE), import("each/k", HERE)], &["RAM192"]),
        (|d| d.imports = vec![import("tgw", HERE), import("tgw", HERE_TOO)], &["RAM192"]),
        (|d| d.moved = vec![moved("a", "tgw")], &[]),
        (|d| d.moved = vec![moved("a", "b"), moved("b", "tgw")], &[]),
        (|d| d.moved = vec![moved("a", "b"), moved("a", "tgw")], &["RAM193"]),
        (|d| d.moved = vec![moved("a", "tgw"), moved("b", "tgw")], &["RAM193"]),
        (|d| d.moved = vec![moved("a", "b"), moved("b", "a")], &["RAM193", "RAM193"]),
        (|d| d.moved = vec![moved("each/k", "tgw")], &["RAM194"]),
        (|d| d.moved = vec![moved("each", "each2")], &["RAM194"]),
        (|d| d.moved = vec![moved("each", "each/k")], &[]),
        (|d| d.moved = vec![moved("tgw", "each/k")], &["RAM194"]),
        (|d| d.removed = vec![removed("gone"), removed("each/gone")], &[]),
        (|d| d.removed = vec![removed("each")], &["RAM195"]),
        (|d| d.removed = vec![removed("gone"), removed("gone")], &["RAM195"]),
        (
            |d| {
                d.moved = vec![moved("gone", "tgw")];
                d.removed = vec![removed("gone")];
            },
            &["RAM195"],
        ),
    ];
    for (n, (change, expected)) in rows.iter().enumerate() {
        let mut instance = share("each");
        instance.address.key = Some("k".into());
        let mut declaration = stack_of([share("tgw"), instance]);
        change(&mut declaration);
        let found = check(&declaration);
        assert_eq!(codes(&found), *expected, "{n}: {found:#?}");
        assert!(found.iter().all(|finding| finding.help.is_some()), "{n}");
        let broken = found.iter().any(Diagnostic::is_error);
        assert_eq!(resolve(&declaration, &known(snapshot())).graph.is_some(), !broken, "{n}");
    }
}
