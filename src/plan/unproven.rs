//! What a plan says of shares that look like the one that it makes: with the stack's tags that prove nothing, or with its name or contents.

use crate::diag::{Diagnostic, Severity, hazards};
use crate::diff::{Misfit, Remark, ShareDiff};
use crate::model::{Address, Place, ShareArn};
use crate::plan::body::PlannedShare;
use crate::plan::proposal::import_block;

/// What has the tags of a share that the plan makes, and how to take it over instead.
pub(crate) fn notices(share: &PlannedShare) -> impl Iterator<Item = Diagnostic> {
    let ShareDiff { address, remarks, .. } = &share.diff;
    let place = share.diff.place();
    remarks.iter().filter_map(move |remark| {
        let (arn, misfit) = match remark {
            Remark::Unproven { arn, misfit } => (arn, misfit),
            Remark::NameTaken { arn, ownership } if ownership.is_open() => {
                return Some(beside(share, arn, "has the name"));
            }
            Remark::SameContents { arn, name: _ } => {
                return Some(beside(share, arn, "holds all resources, for all principals,"));
            }
            _ => return None,
        };
        let detail =
            format!("{arn} has the tags of {address} and is not taken for its share: {}.", told_misfit(misfit));
        let help = match takes_over(address, place, arn) {
            Some(import) => format!(
                "if it is its share, take it over with this block; if it is not, take the ramctl tags off it:\n{}",
                import.join("\n")
            ),
            None => format!(
                "it is not in {place}, so it cannot be imported there: delete it, or take the ramctl tags off it"
            ),
        };
        Some(Diagnostic::new(Severity::Warning, &hazards::RAM221, share.diff.span(), detail).help(help))
    })
}

fn beside(share: &PlannedShare, arn: &ShareArn, alike: &str) -> Diagnostic {
    let address = &share.diff.address;
    let detail =
        format!("{arn} {alike} of {address} and is no share of a stack; the plan makes a second one.");
    let help = format!("to take it over instead, add this block:\n{}", import_block(address, arn).join("\n"));
    Diagnostic::new(Severity::Warning, &hazards::RAM223, share.diff.span(), detail).help(help)
}

/// The lines of the block that takes a share over for another, where they are in one place.
pub fn takes_over(address: &Address, place: &Place, arn: &ShareArn) -> Option<[String; 4]> {
    place.is_of(arn.arn()).then(|| import_block(address, arn))
}

/// Why tags do not make a share or permission the stack's, as the end of a sentence.
pub fn told_misfit(misfit: &Misfit) -> String {
    match misfit {
        Misfit::NoRecord => "it has no tag ramctl:applied".to_owned(),
        Misfit::Unbound => {
            "its tag ramctl:applied names no ARN, as ramctl 0.1 wrote it; import it once".to_owned()
        }
        Misfit::Unreadable => "its tag ramctl:applied cannot be read".to_owned(),
        Misfit::CopiedFrom { arn } => format!("its tag ramctl:applied was copied from {arn}"),
        Misfit::OtherAddress { address } => {
            format!(
                "its tag ramctl:applied was written for it as {address}, and ramctl:address was changed since"
            )
        }
        Misfit::Elsewhere => {
            "its tag ramctl:applied was written for another ARN, address or stack".to_owned()
        }
    }
}
