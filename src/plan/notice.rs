//! What a plan has to tell beside its changes, as diagnostics.

use crate::diag::{Code, Diagnostic, Severity, Span, hazards, live_codes, read_codes};
use crate::diff::{Change, DeleteReason, ImportProblem, SharingVerdict, Verdict};
use crate::model::{Address, FeatureSet, Gap, GapCause, ShareArn};
use crate::org::SharingState;
use crate::plan::body::{Blocked, PlanBody, Refusal};

impl PlanBody {
    /// Errors for what keeps the plan from being carried out, warnings for what it leaves out and why. Gaps of places come last.
    pub fn notices(&self) -> Vec<Diagnostic> {
        let body = self;
        let mut out: Vec<Diagnostic> = body.refusals.iter().map(|refusal| refused(refusal, body)).collect();
        out.extend(sharing(body));
        for share in &body.shares {
            let name = &share.diff.address;
            if let Some(reason) = share.blocked {
                let detail = match reason {
                    Blocked::SharingUnread => {
                        format!("{name} is not changed: whether sharing is on could not be read.")
                    }
                    Blocked::SharingOff => format!("{name} is not changed: sharing is off."),
                    Blocked::SuccessorBlocked => {
                        format!("A second share of {name} is not deleted before the first can be completed.")
                    }
                };
                out.push(warning(&read_codes::RAM408, share.diff.span(), detail));
            }
            if let Verdict::Changed(Change::Delete { before, reason: DeleteReason::Duplicate }) =
                &share.diff.verdict
            {
                let detail = format!("{} also bears the address {name} and is deleted.", before.share.arn);
                out.push(warning(&live_codes::RAM305, None, detail));
            }
        }
        if let Some(gap) = &body.organization_gap {
            out.push(warning(&read_codes::RAM411, None, told(gap)).help(remedy(gap)));
        }
        for (address, unresolved) in &body.unresolved {
            let detail = format!(
                "{address} needs {}, which could not be looked up. {}",
                unresolved.wanted.join(", "),
                told(&unresolved.gap)
            );
            out.push(warning(&read_codes::RAM409, Some(unresolved.span), detail));
        }
        for (place, gap) in &body.unknown {
            let detail = format!("{place}: {}", told(gap));
            out.push(warning(&read_codes::RAM410, None, detail).help(remedy(gap)));
        }
        out
    }
}

fn warning(code: &'static Code, span: Option<Span>, detail: String) -> Diagnostic {
    Diagnostic::new(Severity::Warning, code, span, detail)
}

fn refused(refusal: &Refusal, body: &PlanBody) -> Diagnostic {
    let sharing_span = body.sharing.as_ref().map(|sharing| sharing.diff.span);
    let account = body.sharing.as_ref().map(|sharing| sharing.diff.place.account.to_string());
    let account = account.unwrap_or_default();
    let error = |code, span, detail| Diagnostic::new(Severity::Error, code, span, detail);
    match refusal {
        Refusal::Import { address, span, arn, problem } => import(address, *span, arn, problem),
        Refusal::PreventDestroy { address } => {
            let span =
                body.shares.iter().find(|share| share.diff.address == *address).and_then(|s| s.diff.span());
            let detail = format!("{address} would go, and its block says `prevent_destroy = true`.");
            error(&hazards::RAM220, span, detail)
                .help("take `prevent_destroy` away, apply, and then make the change")
        }
        Refusal::SharingRequired { state } => {
            let detail = match state {
                SharingState::HalfEnabled => {
                    "Trusted access for RAM is on, but its service-linked role is missing, so RAM cannot share inside the organization."
                }
                _ => "Trusted access for RAM is off in the organization.",
            };
            error(&read_codes::RAM403, sharing_span, detail.to_owned())
                .help("write `sharing = \"enabled\"` to let ramctl turn it on")
        }
        Refusal::SharingImpossible { state } => {
            let (code, detail, help) = match state {
                SharingState::NotManagementAccount => (
                    &read_codes::RAM404,
                    format!("{account} is a member of the organization, not its management account."),
                    "set `management_account` to the account that owns the organization",
                ),
                SharingState::NotAllFeatures => (
                    &read_codes::RAM405,
                    format!("The organization of {account} has consolidated billing only."),
                    "turn on all features in Organizations, in the management account",
                ),
                _ => (
                    &read_codes::RAM406,
                    format!("{account} is in no organization."),
                    "remove the `organization` block, or create an organization in that account",
                ),
            };
            error(code, sharing_span, detail).help(help)
        }
    }
}

fn import(address: &Address, span: Span, arn: &ShareArn, problem: &ImportProblem) -> Diagnostic {
    const FIT: &str = "write the block so that it fits the share, or remove the import block";
    let (code, detail, help) = match problem {
        ImportProblem::NotThere { deleted: true } => (
            &live_codes::RAM311,
            format!("{arn} is deleted."),
            "remove the import block to let ramctl make a new share".to_owned(),
        ),
        ImportProblem::NotThere { deleted: false } => (
            &live_codes::RAM311,
            format!("No share in its account and Region is {arn}."),
            "correct the ARN, or remove the import block".to_owned(),
        ),
        ImportProblem::NotStandard { feature_set: FeatureSet::CreatedFromPolicy } => (
            &live_codes::RAM312,
            format!("{arn} was made from a resource policy, and this version of ramctl does not promote it."),
            "promote it with `aws ram promote-resource-share-created-from-policy`, then plan again"
                .to_owned(),
        ),
        ImportProblem::NotStandard { feature_set } => (
            &live_codes::RAM312,
            format!("{arn} has the feature set {feature_set}, so RAM may not let it be changed."),
            "plan again once its feature set is STANDARD".to_owned(),
        ),
        ImportProblem::Failed => (
            &live_codes::RAM312,
            format!("{arn} is FAILED."),
            "delete it and remove the import block, so that a new one is made".to_owned(),
        ),
        ImportProblem::RetainSharing { live } => (
            &live_codes::RAM312,
            format!(
                "{arn} has retain_sharing_on_account_leave_organization = {live}, and {address} has {}.",
                !live
            ),
            FIT.to_owned(),
        ),
        ImportProblem::AddressTaken { by } => (
            &live_codes::RAM313,
            format!("{address} has the share {by} already, so it cannot have {arn}."),
            "remove the import block, or give that share a block of its own".to_owned(),
        ),
        ImportProblem::OtherAddress { address: other } => (
            &live_codes::RAM313,
            format!("{arn} belongs to {other} of this stack."),
            format!("write moved {{ from = {other} to = {address} }} in place of the import"),
        ),
    };
    Diagnostic::new(Severity::Error, code, Some(span), detail).help(help)
}

fn sharing(body: &PlanBody) -> Option<Diagnostic> {
    let sharing = &body.sharing.as_ref()?.diff;
    match &sharing.verdict {
        SharingVerdict::MakeRole => {
            let detail = "Trusted access for RAM is on, but its service-linked role is missing. The plan makes the role; \
                nobody loses access.";
            Some(warning(&read_codes::RAM401, Some(sharing.span), detail.to_owned()))
        }
        SharingVerdict::Enable { from: SharingState::LeftoverRole } => {
            let detail =
                "RAM's role is left over from earlier; trusted access is off. The plan turns sharing on.";
            Some(warning(&read_codes::RAM402, Some(sharing.span), detail.to_owned()))
        }
        SharingVerdict::Unread { gap } => {
            Some(warning(&read_codes::RAM407, Some(sharing.span), told(gap)).help(remedy(gap)))
        }
        SharingVerdict::Enable { .. }
        | SharingVerdict::InSync
        | SharingVerdict::RequiredButOff { .. }
        | SharingVerdict::Impossible { .. }
        | SharingVerdict::NotManaged => None,
    }
}

/// A gap in one sentence: what was called, as whom, and what came back.
fn told(gap: &Gap) -> String {
    let Gap { action, caller, cause, detail } = gap;
    let caller = if caller.is_empty() { String::new() } else { format!(" as {caller}") };
    format!("{action}{caller}: {cause}. {detail}")
}

/// What a person can do about a gap, in a phrase that begins with a verb.
pub fn remedy(gap: &Gap) -> String {
    use GapCause as C;
    let Gap { action, caller, cause, detail: _ } = gap;
    match cause {
        C::Credentials => "sign in again, or set credentials for this account".to_owned(),
        C::CannotAssumeRole => {
            format!(
                "let your credentials assume {caller}; its trust policy and their `sts:AssumeRole` both count"
            )
        }
        C::AccessDenied if caller.is_empty() => format!("allow {action} to the role of this account"),
        C::AccessDenied => format!("allow {action} to {caller}"),
        C::Throttled | C::Unreachable | C::Service => "run again later".to_owned(),
        C::NotConfigured => "name this account in an `account` block".to_owned(),
        C::NotInSnapshot => "take the snapshot again, with this stack".to_owned(),
        C::Unreadable | C::Other => "run again; if it stays so, report it with the message above".to_owned(),
    }
}
