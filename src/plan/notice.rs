//! What a plan has to tell beside its changes, as diagnostics.

use std::collections::BTreeSet;

use crate::diag::{Code, Diagnostic, Severity, Span, hazards, live_codes, read_codes, rules};
use crate::diff::{
    Change, DeleteReason, ImportProblem, PermissionProblem, PermissionVerdict, SharingVerdict, Sweep, Swept,
    Verdict,
};
use crate::model::{
    Address, Denial, DenialReason, Gap, GapCause, PermissionArn, Place, Principal, ShareArn, UsedKind,
};
use crate::org::SharingState;
use crate::plan::body::{Blocked, PermissionBlocked, PlanBody, PlannedPermission, PlannedShare, Refusal};
use crate::plan::cause::by_account;
use crate::plan::policies;
use crate::plan::proposal::{import_block, moved_block};
use crate::plan::quota::OverQuota;
use crate::plan::told::listed;
use crate::plan::unproven::{self, told_misfit};
use crate::plan::usage::{Unread, command};

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
                    Blocked::AwaitingAcceptance => {
                        format!(
                            "A second share of {name} stays for accounts that have yet to accept the first."
                        )
                    }
                    Blocked::SuccessorBlocked => {
                        format!("A second share of {name} is not deleted before the first can be completed.")
                    }
                    Blocked::PermissionUnread => {
                        format!("{name} is not changed: what a permission of it allows could not be read.")
                    }
                    Blocked::OutsiderStays => {
                        let names: Vec<&str> = share.outsiders.iter().map(Principal::as_str).collect();
                        format!(
                            "{name} is not changed: its block says allow_external_principals = false, and its lifecycle leaves {} on it.",
                            names.join(", ")
                        )
                    }
                    Blocked::StaysClosed => {
                        format!(
                            "{name} is not changed: its block names an outside principal, and its ignore_changes keeps allow_external_principals = false on it."
                        )
                    }
                    Blocked::PermissionBlocked => {
                        format!(
                            "{name} is not changed: a permission of it is not brought to its desired form."
                        )
                    }
                };
                let code = match reason {
                    Blocked::OutsiderStays => &live_codes::RAM349,
                    Blocked::StaysClosed => &live_codes::RAM370,
                    Blocked::PermissionUnread => &live_codes::RAM320,
                    Blocked::PermissionBlocked => &live_codes::RAM321,
                    Blocked::AwaitingAcceptance => &live_codes::RAM335,
                    Blocked::SharingUnread | Blocked::SharingOff | Blocked::SuccessorBlocked => {
                        &read_codes::RAM408
                    }
                };
                out.push(warning(code, share.diff.span(), detail));
            }
            if let Verdict::NotImported { after: _, arn, span, problem } = &share.diff.verdict
                && problem.is_of_nothing()
            {
                out.push(import(name, *span, arn, problem));
            }
            if let Verdict::Unread { after: _, gap } = &share.diff.verdict {
                match gap.cause {
                    GapCause::Elsewhere => out.push(open(&read_codes::RAM453, share, gap)),
                    GapCause::LeftOut => out.push(open(&read_codes::RAM454, share, gap)),
                    GapCause::Unattachable => {
                        let error = open(&read_codes::RAM456, share, gap);
                        out.push(Diagnostic { severity: Severity::Error, ..error });
                    }
                    _ => {}
                }
            }
            if let Verdict::Changed(Change::Delete { before, reason: DeleteReason::Duplicate }) =
                &share.diff.verdict
                && share.kept_for.is_empty()
            {
                let detail = format!("{} also has the address {name} and is deleted.", before.share.arn);
                out.push(warning(&live_codes::RAM305, None, detail));
            }
        }
        out.extend(body.shares.iter().flat_map(unproven::notices));
        out.extend(body.interruptions.iter().map(|one| one.notice(&body.account_labels)));
        out.extend(body.permissions.iter().filter_map(permission));
        for share in &body.shares {
            for gap in share.diff.gaps() {
                let detail = format!("{}: {}", share.diff.address, told(gap));
                out.push(warning(&live_codes::RAM320, share.diff.span(), detail).help(remedy(gap)));
            }
            let place = share.usage_place();
            out.extend(share.unread_usage().iter().map(|unread| usage(share, place, unread)));
        }
        out.extend(body.unread_policies().map(|(of, gap)| policies::notice(of, gap)));
        for OverQuota { place, what, count } in body.over_quota() {
            let detail =
                format!("{place} would have {count} {}; the quota is {}.", what.as_str(), OverQuota::LIMIT);
            out.push(
                warning(&live_codes::RAM346, None, detail)
                    .help("have the quota raised before you apply, or remove some"),
            );
        }
        if let Some(gap) = &body.organization_gap {
            out.push(warning(&read_codes::RAM411, None, told(gap)).help(remedy(gap)));
        }
        for (address, unresolved) in &body.unresolved {
            let detail = format!(
                "{address} needs {}, which {}. {}",
                unresolved.wanted.join(", "),
                if unresolved.gap.cause == GapCause::NotInOrganization {
                    "cannot be on it in the organization as it is"
                } else {
                    "could not be looked up"
                },
                told(&unresolved.gap)
            );
            out.push(warning(&read_codes::RAM409, Some(unresolved.span), detail));
            let n = unresolved.differences.len();
            if n > 0 {
                let detail = format!(
                    "{address} is left alone, and its live form differs from the rest of its block in {n} {}; none of it is changed.",
                    if n == 1 { "part" } else { "parts" }
                );
                let help = "correct the name, or take the change back by hand";
                out.push(warning(&live_codes::RAM361, Some(unresolved.span), detail).help(help));
            }
        }
        if let Sweep::Done(Swept { gaps, further, .. }) = &body.sweep {
            for (account, gap) in gaps {
                let code = if further.contains(account) { &read_codes::RAM415 } else { &read_codes::RAM414 };
                out.push(warning(code, None, format!("{account}: {}", told(gap))).help(remedy(gap)));
            }
        }
        for (places, gap) in by_account(&body.unknown) {
            let more = match places.len() {
                1 => String::new(),
                2 => " and 1 more Region".to_owned(),
                n => format!(" and {} more Regions", n - 1),
            };
            let detail = format!("{}{more}: {}", places[0], told(gap));
            out.push(warning(&read_codes::RAM410, None, detail).help(remedy(gap)));
        }
        out
    }
}

/// Why a share is left alone, where its account and Region were read.
fn open(code: &'static Code, share: &PlannedShare, gap: &Gap) -> Diagnostic {
    warning(code, share.diff.span(), gap.detail.clone()).help(remedy(gap))
}

/// What losing accounts have in what they lose could not be read. Nothing is left out for that.
fn usage(share: &PlannedShare, place: &Place, unread: &Unread<'_>) -> Diagnostic {
    let Unread { kind, gap, ids } = unread;
    let what = match kind {
        UsedKind::Subnet => "network interfaces",
        UsedKind::TransitGateway => "attachments",
    };
    let detail = format!(
        "{} takes {} from accounts, and whether they have {what} there is not known. {}. No step depends on it, so the plan \
         is not incomplete for that.",
        share.diff.address,
        listed(ids, 5),
        told(gap).trim_end_matches(['.', ' '])
    );
    let see = format!("see as the owner: {}", command(*kind, place, ids.iter().copied()));
    warning(&read_codes::RAM413, share.diff.span(), detail).help(match gap.cause {
        // Whoever may read is not the matter: nobody asked.
        GapCause::NotConfigured => see,
        _ => format!("{}, or {see}", remedy(gap)),
    })
}

/// What is left out of a permission, and why.
fn permission(permission: &PlannedPermission) -> Option<Diagnostic> {
    let (address, span) = (&permission.diff.address, permission.diff.span());
    let list = |users: &BTreeSet<ShareArn>| {
        users.iter().map(ToString::to_string).collect::<Vec<String>>().join(", ")
    };
    if let PermissionVerdict::Unread { after, gap } = &permission.diff.verdict {
        let detail = format!("{address} in {}: {}", after.place, told(gap));
        return Some(warning(&live_codes::RAM320, span, detail).help(remedy(gap)));
    }
    if let PermissionVerdict::NotHad { after, span, problem } = &permission.diff.verdict
        && matches!(problem, PermissionProblem::NotThere { .. })
    {
        return Some(not_had(address, *span, &after.arn, problem));
    }
    Some(match permission.blocked.as_ref()? {
        PermissionBlocked::VersionsHeld { users } => {
            let held = users.iter().map(|(version, users)| format!("version {version} on {}", list(users)));
            let detail = format!(
                "{address} has five versions and none can go: {}.",
                held.collect::<Vec<String>>().join("; ")
            );
            warning(&live_codes::RAM321, span, detail)
                .help("move the shares of one version to the default version, or delete them")
        }
        PermissionBlocked::InUse { users } => {
            let detail = format!("{address} is not deleted: {} still has it.", list(users));
            warning(&live_codes::RAM322, span, detail).help(
                "name another permission in the shares that have it, or release it with a `removed` block",
            )
        }
    })
}

fn imported(address: &Address, arn: &PermissionArn) -> String {
    format!(
        "give the block another name; or, if the permission is {address}, write:\n{}",
        import_block(address, arn).join("\n")
    )
}

/// A `permission` block that cannot have what it names.
fn not_had(address: &Address, span: Span, arn: &PermissionArn, problem: &PermissionProblem) -> Diagnostic {
    use PermissionProblem as P;
    let (code, detail, help) = match problem {
        P::NameTaken { owner } => {
            let whose = owner
                .as_ref()
                .map_or("is in no stack".to_owned(), |owner| format!("belongs to the stack {owner:?}"));
            (&live_codes::RAM323, format!("{arn} is there already and {whose}."), imported(address, arn))
        }
        P::NameFromPolicy => (
            &live_codes::RAM323,
            format!("RAM made {arn} from a resource policy."),
            "give the block another name; to promote this one, import it under that name".to_owned(),
        ),
        P::TypeChanged { live } => (
            &live_codes::RAM324,
            format!("{arn} is for {live}, and its type cannot change."),
            format!("give {address} another name, so that a new permission is made beside the old one"),
        ),
        P::OtherAddress { address: other } => (
            &live_codes::RAM323,
            format!("{arn} belongs to {other} of this stack."),
            format!(
                "give the block another name; or, if the block is what {other} was, write:\n{}",
                moved_block(other, address).join("\n")
            ),
        ),
        P::NotThere { arn } => (
            &live_codes::RAM325,
            format!("No permission in its account and Region is {arn}."),
            "correct the ARN, or remove the import block".to_owned(),
        ),
        P::OtherName { arn: named } => (
            &live_codes::RAM325,
            format!("{address} is named {}, and {named} keeps its own name.", arn.name()),
            format!("write name = {:?} in {address}", named.name()),
        ),
        P::OtherType { live } => (
            &live_codes::RAM325,
            format!("The permission that {address} imports is for {live}."),
            format!("write resource_type = \"{live}\" in {address}"),
        ),
        P::Unproven { misfit } => (
            &live_codes::RAM327,
            format!(
                "{arn} has the tags of this stack and is not taken for its own: {}.",
                told_misfit(misfit)
            ),
            imported(address, arn),
        ),
        P::PolicyDiffers { arn, live } => (
            &live_codes::RAM325,
            format!("{arn} was made from a resource policy and allows something else than {address}."),
            match live.statement_block() {
                Some(lines) => format!(
                    "write the block so that it allows the same, apply, and change it then. What it allows:\n{}",
                    lines.join("\n")
                ),
                None => format!(
                    "it has several statements, which a permission block cannot say; remove the import block. Its policy:\n{}",
                    live.template()
                ),
            },
        ),
    };
    Diagnostic::new(Severity::Error, code, Some(span), detail).help(help)
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
        Refusal::Permission { address, span, arn, problem } => not_had(address, *span, arn, problem),
        Refusal::PreventDestroy { address } => {
            let of_share = body.shares.iter().find(|share| share.diff.address == *address);
            let of_permission =
                body.permissions.iter().find(|one| one.diff.address == *address && one.diff.span().is_some());
            let span = of_share
                .and_then(|share| share.diff.span())
                .or_else(|| of_permission.and_then(|permission| permission.diff.span()));
            let detail = format!(
                "{address} would be deleted or replaced, and its block says `prevent_destroy = true`."
            );
            error(&hazards::RAM220, span, detail)
                .help("remove `prevent_destroy`, apply, and then make the change")
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
        ImportProblem::OtherPlace => (
            &rules::RAM191,
            format!("{arn} is not in the account and Region of {address}, which has no share yet."),
            "correct the ARN, or the account and region of the block; or remove the import block to let ramctl make a new share".to_owned(),
        ),
        ImportProblem::NoTwin { resource_type, permission } => (
            &live_codes::RAM326,
            format!(
                "{arn} was made from a resource policy, and so was its permission for {resource_type}, {permission}."
            ),
            format!(
                "write a permission block that allows the same, and with it:\n{}",
                import_block("permission.NAME", permission).join("\n")
            ),
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
        SharingVerdict::OnUndeclared { state } => {
            let how = if *state == SharingState::HalfEnabled { "half on" } else { "on" };
            let detail = format!(
                "The stack says `sharing = \"disabled\"`, and sharing inside the organization is {how}."
            );
            Some(
                warning(&read_codes::RAM419, Some(sharing.span), detail)
                    .help("have it turned off in the management account, or write `sharing = \"required\"`"),
            )
        }
        SharingVerdict::Enable { .. }
        | SharingVerdict::InSync
        | SharingVerdict::OffAsDeclared { .. }
        | SharingVerdict::RequiredButOff { .. }
        | SharingVerdict::Impossible { .. }
        | SharingVerdict::NotManaged => None,
    }
}

/// A gap in one sentence: what was called, as whom, and what came back.
pub(crate) fn told(gap: &Gap) -> String {
    let Gap { action, caller, cause, detail } = gap;
    let caller = if caller.is_empty() { String::new() } else { format!(" as {caller}") };
    format!("{action}{caller}: {cause}. {detail}")
}

/// What a person can do about a gap, in a phrase that begins with a verb.
pub fn remedy(gap: &Gap) -> String {
    use GapCause as C;
    let Gap { action, caller, cause, detail } = gap;
    match cause {
        C::Credentials => "sign in (`aws sso login`), name a profile with credentials in AWS_PROFILE, or give the account an \
            `assume_role` block"
            .to_owned(),
        C::CannotAssumeRole if Denial::of(detail).reason != DenialReason::Unsaid => {
            Denial::of(detail).remedy(action, caller)
        }
        C::CannotAssumeRole => {
            format!(
                "let your credentials assume {caller}; its trust policy and their `sts:AssumeRole` both count"
            )
        }
        C::AccessDenied => Denial::of(detail).remedy(action, caller),
        C::Throttled | C::Service => "run again later".to_owned(),
        C::Unreachable => {
            "check the network, the proxy, the name of the Region and AWS_ENDPOINT_URL, and run again".to_owned()
        }
        C::RegionNotEnabled => "enable the Region for the account, or leave it out: remove it from `regions` if the files name it, otherwise use `--no-sweep`".to_owned(),
        C::Unreadable if detail.starts_with("HTTP ") => {
            "see whether AWS_ENDPOINT_URL or a proxy sends the calls elsewhere than to AWS".to_owned()
        }
        C::Unsupported => "see whether AWS_ENDPOINT_URL or a proxy sends the calls elsewhere than to AWS".to_owned(),
        C::NotConfigured => "name this account in an `account` block".to_owned(),
        C::NoSuchName => "correct the name in the files".to_owned(),
        C::NotInOrganization => "remove the principal from the files, or follow the advice above to keep it".to_owned(),
        C::Unattachable => "name a permission that can be attached, or remove the block for AWS's default".to_owned(),
        C::Placeholders => "use a permission without placeholders, or keep this share outside of ramctl".to_owned(),
        C::Elsewhere => "make it readable and run again, or remove it from the files if it holds nothing of the stack".to_owned(),
        C::LeftOut => "run again without --region and --account, or with --target and the share's address".to_owned(),
        C::NotInSnapshot => "take the snapshot again, with this stack".to_owned(),
        C::Unreadable | C::Other => "run again; if it stays so, report it with the message above".to_owned(),
    }
}
