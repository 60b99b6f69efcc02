//! What is said of a share as a whole: its line, what happens to it and why it is left alone.

use std::collections::BTreeSet;

use crate::diff::{Change, Purpose, Remark, ShareDiff, Verdict};
use crate::model::GapCause;
use crate::plan::{Blocked, HazardSubject, PlannedShare, takes_over};
use crate::render::escape::escape;
use crate::render::invitation;
use crate::render::parts;
use crate::render::plan::PlanView;
use crate::render::plan::block::{Block, Head, Said};
use crate::render::rows::Sign;
use crate::render::usage;

/// What stays as it is and has nothing to tell is only counted.
pub(super) fn is_shown(share: &PlannedShare) -> bool {
    match &share.diff.verdict {
        Verdict::InSync { .. } => {
            let ShareDiff { remarks, invitations, left, .. } = &share.diff;
            !remarks.is_empty() || !invitations.is_empty() || !left.is_empty()
        }
        Verdict::Changed(_) | Verdict::Unread { .. } | Verdict::NotImported { .. } => true,
    }
}

impl PlanView<'_> {
    pub(super) fn share(&self, share: &PlannedShare) -> Block {
        let (head, said) = self.head(share);
        let usage = usage::rows(share, &self.plan.account_labels);
        Block { head, said, rows: self.rows(share), usage }
    }

    /// Sign, address, name and place of a share, and sentences about it as a whole.
    fn head(&self, share: &PlannedShare) -> (Head, Vec<Said>) {
        let diff = &share.diff;
        let mut said = Vec::new();
        let sign = match &diff.verdict {
            Verdict::InSync { .. } => Sign::Note,
            Verdict::Unread { after: _, gap } => {
                let what = match gap.cause {
                    GapCause::Elsewhere => Some("NOT CREATED"),
                    GapCause::LeftOut => Some("NOT MOVED"),
                    GapCause::Unattachable => Some("NOT CHANGED"),
                    _ => None,
                };
                match what {
                    Some(what) => {
                        said.push((format!("{what}: {}", parts::gap_detail(gap)), gap.cause.code()));
                        said.push((format!("to do: {}", parts::gap_help(gap)), ""));
                    }
                    None => said.push(("not read, so not changed".to_owned(), "RAM410")),
                }
                Sign::Unknown
            }
            Verdict::NotImported { after: _, arn, span: _, problem } => {
                let (problem, code) = parts::import_problem(problem);
                let short = escape(arn.arn().short()).to_string();
                said.push((format!("NOT IMPORTED: {short} cannot be had: {problem}"), code));
                Sign::Held
            }
            Verdict::Changed(Change::Release { before }) => {
                let short = escape(before.share.arn.arn().short()).to_string();
                let keep = parts::count(before.share.principals.len(), "principal keeps", "principals keep");
                said.push((
                    format!("{short} is released: this stack's tags come off, {keep} what they have"),
                    "",
                ));
                Sign::Changed
            }
            Verdict::Changed(Change::Create { .. }) => Sign::Added,
            Verdict::Changed(Change::Update { .. }) => Sign::Changed,
            Verdict::Changed(Change::Replace { before, reasons, .. }) => {
                let old = escape(before.share.arn.arn().short()).to_string();
                let because = parts::replace_reasons(reasons);
                said.push((format!("replaced because {because}"), code_of(share, "RAM207")));
                said.push(if share.kept_for.is_empty() {
                    (format!("{old} goes once the new share is complete"), "")
                } else {
                    let who = invitation::accounts(&share.kept_for, &self.plan.account_labels);
                    (
                        format!(
                            "{old} stays until {who} accepted the new one and goes with the apply after that"
                        ),
                        "RAM335",
                    )
                });
                Sign::Replaced
            }
            Verdict::Changed(Change::Delete { before, .. }) if !share.dropped.is_empty() => {
                let old = escape(before.share.arn.arn().short()).to_string();
                let who = invitation::accounts(&share.kept_for, &self.plan.account_labels);
                let why = format!(
                    "{old} stays until {who} accepted what takes its place; what the files have dropped since leaves it now"
                );
                said.push((why, "RAM335"));
                Sign::Changed
            }
            Verdict::Changed(Change::Delete { before, reason }) => {
                let short = escape(before.share.arn.arn().short()).to_string();
                let said_of = format!("{short} is deleted: {}", parts::delete_reason(*reason));
                said.push((said_of, code_of(share, "RAM206")));
                said.extend(share.hazards.iter().filter_map(|hazard| match &hazard.subject {
                    HazardSubject::Second(other) => {
                        let other = escape(other.arn().short()).to_string();
                        let stays = match self.plan.purpose {
                            Purpose::Apply => " and stays",
                            Purpose::Destroy => "",
                        };
                        Some((format!("{other} has this address too{stays}"), hazard.code.id))
                    }
                    _ => None,
                }));
                Sign::Removed
            }
        };
        let sign = match share.blocked {
            None => sign,
            Some(blocked) => {
                said.insert(0, self.held(share, blocked));
                Sign::Held
            }
        };
        let flag_opens = match &diff.verdict {
            Verdict::Changed(Change::Create { after } | Change::Replace { after, .. }) => {
                after.allow_external_principals
            }
            _ => false,
        };
        if flag_opens {
            said.push(("allow_external_principals = true".to_owned(), code_of(share, "RAM205")));
        }
        for hazard in &share.hazards {
            let told = said.iter().any(|(_, code)| *code == hazard.code.id);
            if hazard.subject == HazardSubject::Share && !told {
                said.push((hazard.code.summary.to_owned(), hazard.code.id));
            }
        }
        if diff.remarks.iter().any(|remark| matches!(remark, Remark::OwnerInside { .. })) {
            let text = "to keep them out, attach this to the account as a service control policy, or to its users and roles:";
            said.push((text.to_owned(), ""));
            said.extend(keep_owner_out(share).into_iter().map(|line| (format!("    {line}"), "")));
        }
        for remark in &diff.remarks {
            let unproven = match remark {
                Remark::Unproven { arn, .. } => Some(arn),
                _ => None,
            };
            let Some(arn) = unproven.or_else(|| remark.lookalike()) else { continue };
            let Some(import) = takes_over(&diff.address, diff.place(), arn) else { continue };
            said.push(("to take over the one that is there, add this block:".to_owned(), ""));
            said.extend(import.iter().map(|line| (format!("    {}", escape(line)), "")));
        }
        let place = diff.span().map(|span| escape(&self.sources.place(span)).to_string()).unwrap_or_default();
        ((sign, [parts::address(&diff.address), parts::name(diff.name()), place]), said)
    }

    /// Why the plan leaves a share alone.
    fn held(&self, share: &PlannedShare, blocked: Blocked) -> Said {
        let why = match blocked {
            Blocked::SharingUnread => "whether sharing inside the organization is on could not be read",
            Blocked::SharingOff => "sharing inside the organization is off",
            Blocked::SuccessorBlocked => "the share that stays cannot be completed yet",
            Blocked::AwaitingAcceptance => "who uses it has yet to accept what takes its place",
            Blocked::PermissionUnread => "what a permission of it allows could not be read",
            Blocked::PermissionBlocked => "a permission of it is not brought to its desired form",
            Blocked::StaysClosed => {
                "its block names an outside principal, and ignore_changes keeps allow_external_principals = false on it"
            }
            Blocked::OutsiderStays => {
                "allow_external_principals = false, and its lifecycle leaves an outside principal on it"
            }
        };
        let (who, code) = match blocked {
            Blocked::StaysClosed => (String::new(), "RAM370"),
            Blocked::OutsiderStays => {
                let names: Vec<String> =
                    share.outsiders.iter().map(|one| escape(one.as_str()).to_string()).collect();
                (format!(": {}", names.join(", ")), "RAM349")
            }
            Blocked::AwaitingAcceptance => {
                let labels = &self.plan.account_labels;
                (format!(": {}", invitation::accounts(&share.kept_for, labels)), "RAM335")
            }
            Blocked::PermissionUnread => (String::new(), "RAM320"),
            Blocked::PermissionBlocked => (String::new(), ""),
            Blocked::SharingUnread | Blocked::SharingOff | Blocked::SuccessorBlocked => {
                (String::new(), "RAM408")
            }
        };
        (format!("NOT CHANGED by this plan: {why}{who}"), code)
    }
}

/// The code, where the share has that hazard.
fn code_of(share: &PlannedShare, code: &'static str) -> &'static str {
    if share.hazards.iter().any(|hazard| hazard.code.id == code) { code } else { "" }
}

/// A policy that denies the account's users and roles what the share gives them, but for those that may.
fn keep_owner_out(share: &PlannedShare) -> Vec<String> {
    let Some(after) = share.diff.after() else { return Vec::new() };
    let quoted = |text: &str| format!("\"{}\"", escape(text));
    let services: BTreeSet<&str> = after.resources.keys().map(|resource| resource.arn().service()).collect();
    let actions: Vec<String> = services.iter().map(|service| quoted(&format!("{service}:*"))).collect();
    let resources: Vec<String> = after.resources.keys().map(|resource| quoted(resource.as_str())).collect();
    let partition = after.resources.keys().next().map_or("aws", |resource| resource.arn().partition());
    let role = format!("arn:{partition}:iam::{}:role/ROLE-THAT-MAY", share.diff.place().account);
    vec![
        "{".to_owned(),
        "  \"Version\": \"2012-10-17\",".to_owned(),
        "  \"Statement\": [{".to_owned(),
        "    \"Effect\": \"Deny\",".to_owned(),
        format!("    \"Action\": [{}],", actions.join(", ")),
        format!("    \"Resource\": [{}],", resources.join(", ")),
        format!("    \"Condition\": {{ \"ArnNotLike\": {{ \"aws:PrincipalArn\": [{}] }} }}", quoted(&role)),
        "  }]".to_owned(),
        "}".to_owned(),
    ]
}
