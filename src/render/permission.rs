//! Customer managed permissions as rows, and what a change of policy gives and takes.

use std::collections::BTreeSet;

use crate::diff::{
    Cause, Delta, Misfit, PermissionChange, PermissionEdit, PermissionPart, PermissionProblem,
    PermissionVerdict, Room, VersionAfter,
};
use crate::drift::{PermissionClass, PermissionItem};
use crate::model::{ConditionChange, Observed, PolicyChange, ShareArn};
use crate::plan::{PermissionBlocked, PlannedPermission};
use crate::render::escape::escape;
use crate::render::parts::{self, name};
use crate::render::rows::{Row, Sign};

/// Actions that are named; the rest are counted.
const NAMED: usize = 6;

/// `+ec2:DescribeX, -ec2:DeleteY; conditions may be wider`. Empty where nothing changes for anybody.
pub(crate) fn actions(change: &Observed<PolicyChange>) -> String {
    let PolicyChange { added, removed, conditions } = match change {
        Observed::Known(change) => change,
        Observed::Unknown(gap) => {
            let detail =
                if gap.detail.is_empty() { String::new() } else { format!(". {}", parts::gap_detail(gap)) };
            return format!("which actions change is unknown: {}{detail}", parts::gap(gap));
        }
    };
    let all = added.iter().map(|one| ("+", one)).chain(removed.iter().map(|one| ("-", one)));
    let mut words: Vec<String> = all
        .clone()
        .take(NAMED)
        .map(|(sign, action)| format!("{sign}{}", escape(action.as_str()).at_most(60)))
        .collect();
    let more = all.count().saturating_sub(NAMED);
    if more > 0 {
        words.push(format!("and {}", parts::count(more, "other", "others")));
    }
    let mut text = words.join(" ");
    let said = match conditions {
        ConditionChange::Same => return text,
        ConditionChange::Narrower => "under narrower conditions",
        ConditionChange::PerhapsWider => "under other conditions, which may let more through",
    };
    if !text.is_empty() {
        text.push_str("; ");
    }
    text.push_str(said);
    text
}

/// What a plan says of a permission as a whole: sign, and sentences with their codes.
pub(crate) fn head(permission: &PlannedPermission) -> (Sign, Vec<(String, &'static str)>) {
    let mut said = Vec::new();
    let sign = match &permission.diff.verdict {
        PermissionVerdict::InSync { .. } => Sign::Note,
        PermissionVerdict::Unread { after: _, gap } => {
            let text =
                format!("not compared, so neither it nor a share with it is widened: {}", parts::gap(gap));
            said.push((text, "RAM320"));
            if !gap.detail.is_empty() {
                said.push((parts::gap_detail(gap), ""));
            }
            Sign::Unknown
        }
        PermissionVerdict::NotHad { problem, .. } => {
            let (text, code) = problem_text(problem);
            said.push((format!("NOT MADE: {text}"), code));
            Sign::Held
        }
        PermissionVerdict::Unproven { before: _, misfit } => {
            said.push((unproven_text(misfit), "RAM327"));
            Sign::Unknown
        }
        PermissionVerdict::Changed(PermissionChange::Create { .. }) => Sign::Added,
        PermissionVerdict::Changed(PermissionChange::Promote { before, .. }) => {
            let short = escape(before.row.arn.name()).at_most(60).to_string();
            said.push((format!("promoted from {short}, which RAM made from a resource policy"), ""));
            Sign::Changed
        }
        PermissionVerdict::Changed(PermissionChange::Update { .. }) => Sign::Changed,
        PermissionVerdict::Changed(PermissionChange::Delete { before: _, reason }) => {
            said.push((format!("is deleted: {}", parts::delete_reason(*reason)), ""));
            Sign::Removed
        }
        PermissionVerdict::Changed(PermissionChange::Release { before: _ }) => {
            said.push(("is released: this stack's tags come off, and it stays as it is".to_owned(), ""));
            Sign::Changed
        }
    };
    let sign = match &permission.blocked {
        None => sign,
        Some(blocked) => {
            let (text, code) = blocked_text(blocked);
            said.insert(0, (format!("NOT CHANGED by this plan: {text}"), code));
            Sign::Held
        }
    };
    for hazard in &permission.hazards {
        said.push((hazard.code.summary.to_owned(), hazard.code.id));
    }
    (sign, said)
}

fn blocked_text(blocked: &PermissionBlocked) -> (String, &'static str) {
    match blocked {
        PermissionBlocked::InUse { users } => (
            format!("{} still {} it", shares(users), if users.len() == 1 { "has" } else { "have" }),
            "RAM322",
        ),
        PermissionBlocked::VersionsHeld { users } => {
            let held = users.iter().map(|(version, users)| format!("v{version} by {}", shares(users)));
            let held: Vec<String> = held.collect();
            (format!("it has five versions and none can go: {}", held.join(", ")), "RAM321")
        }
    }
}

/// `share 0abc...` or `3 shares (0abc..., 0def..., 0ghi...)`.
pub(crate) fn shares(arns: &BTreeSet<ShareArn>) -> String {
    let mut names: Vec<String> =
        arns.iter().take(3).map(|arn| escape(arn.arn().short()).at_most(40).to_string()).collect();
    if arns.len() == 1 {
        return format!("share {}", names.remove(0));
    }
    if arns.len() > names.len() {
        names.push("...".to_owned());
    }
    format!("{} shares ({})", arns.len(), names.join(", "))
}

/// What of a permission a plan lists.
pub(crate) fn rows(permission: &PlannedPermission) -> Vec<Row> {
    match &permission.diff.verdict {
        PermissionVerdict::Changed(
            PermissionChange::Create { after } | PermissionChange::Promote { after, .. },
        ) => {
            let mut all: Vec<String> = after
                .policy
                .actions()
                .take(NAMED)
                .map(|action| escape(action.as_str()).at_most(60).to_string())
                .collect();
            let more = after.policy.actions().count().saturating_sub(NAMED);
            if more > 0 {
                all.push(format!("and {more} more"));
            }
            let sign = match permission.diff.verdict {
                PermissionVerdict::Changed(PermissionChange::Create { .. }) => Sign::Added,
                _ => Sign::Note,
            };
            vec![Row::new(sign, ["allows".into(), after.resource_type.to_string(), all.join(" ")])]
        }
        PermissionVerdict::Changed(PermissionChange::Update { edits, .. }) => {
            edits.iter().flat_map(row).collect()
        }
        _ => Vec::new(),
    }
}

/// One difference of a permission.
pub(crate) fn row(edit: &PermissionEdit) -> Vec<Row> {
    let text = |text: &str| escape(text).at_most(60).to_string();
    let mut rows = match &edit.part {
        PermissionPart::Policy { before, version, change } => {
            let before = text(before);
            let (what, room) = match version {
                VersionAfter::Existing(version) => {
                    (format!("v{before} -> v{}, which is there already", text(version)), None)
                }
                VersionAfter::New { highest: _, room } => (format!("v{before} -> a new version"), Some(room)),
            };
            let mut rows = vec![
                Row::new(Sign::Changed, ["policy".into(), what, String::new()])
                    .effect(actions(&Observed::Known(change.clone()))),
            ];
            if let Some(Room::Made { version, users }) = room {
                let effect = if users.is_empty() {
                    "is deleted to make room; no share has it".to_owned()
                } else {
                    format!("is deleted to make room; {} moved off it first", shares(users))
                };
                let what = format!("v{}", text(version));
                rows.push(Row::new(Sign::Removed, ["version".into(), what, String::new()]).effect(effect));
            }
            rows
        }
        PermissionPart::Tag { key, how } => {
            let key = text(key);
            let (sign, change) = match how {
                Delta::Added { after } => (Sign::Added, format!("{key} = {}", name(after))),
                Delta::Removed { before } => (Sign::Removed, format!("{key} = {}", name(before))),
                Delta::Changed { before, after } => {
                    (Sign::Changed, format!("{key} = {} -> {}", name(before), name(after)))
                }
            };
            vec![Row::new(sign, ["tag".into(), change, String::new()])]
        }
        PermissionPart::Imported { owner } => {
            let whose = owner.as_ref().map(|owner| format!("of the stack {}", name(owner)));
            let whose = whose.unwrap_or_else(|| "of no stack".to_owned());
            let row = Row::new(Sign::Changed, ["import".into(), whose, String::new()]);
            vec![row.effect("gets this stack's tags")]
        }
        PermissionPart::Moved { from } => {
            let what = format!("from {}", text(&from.to_string()));
            let row = Row::new(Sign::Changed, ["move".into(), what, String::new()]);
            vec![row.effect("its address tag is rewritten in place")]
        }
        PermissionPart::StackRenamed { from } => {
            let what = format!("from {}", name(from));
            let row = Row::new(Sign::Changed, ["stack".into(), what, String::new()]);
            vec![row.effect("a former name of this stack: its tags are rewritten in place")]
        }
        PermissionPart::Record => {
            let what = "AWS already matches; only the record of what was applied is renewed";
            vec![Row::new(Sign::Changed, ["record".into(), what.into(), String::new()])]
        }
    };
    if edit.cause == Cause::Drift {
        rows.iter_mut().for_each(|row| row.mark = "drift");
    }
    rows
}

/// What is in the way of a permission, and its code.
pub(crate) fn problem_text(problem: &PermissionProblem) -> (String, &'static str) {
    let text = |text: &str| escape(text).at_most(60).to_string();
    match problem {
        PermissionProblem::NameTaken { owner: None } => {
            ("a permission of this name is there and is in no stack".to_owned(), "RAM323")
        }
        PermissionProblem::NameTaken { owner: Some(owner) } => {
            (format!("the permission of this name is of the stack {}", name(owner)), "RAM323")
        }
        PermissionProblem::NameFromPolicy => {
            ("RAM made the permission of this name from a resource policy".to_owned(), "RAM323")
        }
        PermissionProblem::TypeChanged { live } => (
            format!("the permission of this name is for {}, and its type cannot change", text(live.as_str())),
            "RAM324",
        ),
        PermissionProblem::OtherAddress { address } => {
            (format!("the permission of this name belongs to {}", text(&address.to_string())), "RAM323")
        }
        PermissionProblem::NotThere { arn } => {
            (format!("{}, which it imports, is not there", text(arn.name())), "RAM325")
        }
        PermissionProblem::OtherName { arn } => {
            (format!("it imports {}, and a permission keeps its name", text(arn.name())), "RAM325")
        }
        PermissionProblem::OtherType { live } => {
            (format!("the permission to import is for {}", text(live.as_str())), "RAM325")
        }
        PermissionProblem::Unproven { misfit } => {
            (format!("the permission of this name {}", unproven_text(misfit)), "RAM327")
        }
        PermissionProblem::PolicyDiffers { arn, live: _ } => {
            (format!("{} allows something else, and is promoted as it is", text(arn.name())), "RAM325")
        }
    }
}

fn unproven_text(misfit: &Misfit) -> String {
    format!("has this stack's tags and is not taken for its own: {}", parts::misfit(misfit))
}

/// What a drift report says of a permission: sign, sentence, rows.
pub(crate) fn drift(item: &PermissionItem) -> (Sign, String, Vec<Row>) {
    match &item.class {
        PermissionClass::InSync => (Sign::Note, "in sync".to_owned(), Vec::new()),
        PermissionClass::Modified { cause, edits } => {
            let rows = edits.iter().flat_map(|edit| {
                let mut rows = row(edit);
                rows.iter_mut().for_each(|row| row.mark = edit.cause.as_str());
                rows
            });
            (Sign::Changed, parts::modified(*cause).to_owned(), rows.collect())
        }
        PermissionClass::Missing => (Sign::Added, "missing".to_owned(), Vec::new()),
        PermissionClass::ToPromote => {
            let text = "missing: what it imports was made from a resource policy and is not promoted yet";
            (Sign::Added, text.to_owned(), Vec::new())
        }
        PermissionClass::Surplus { reason } => {
            (Sign::Removed, format!("surplus: {}", parts::delete_reason(*reason)), Vec::new())
        }
        PermissionClass::ToRelease => {
            let text = "modified: a removed block lets it go, which is not applied";
            (Sign::Changed, text.to_owned(), Vec::new())
        }
        PermissionClass::NotHad { problem } => {
            let (text, code) = problem_text(problem);
            (Sign::Added, format!("missing: {text}  {code}"), Vec::new())
        }
        PermissionClass::Unproven { misfit } => {
            (Sign::Unknown, format!("unproven: {}  RAM327", unproven_text(misfit)), Vec::new())
        }
        PermissionClass::Unknown { gap } => {
            let detail =
                if gap.detail.is_empty() { String::new() } else { format!(". {}", parts::gap_detail(gap)) };
            (Sign::Unknown, format!("unknown: {}{detail}", parts::gap(gap)), Vec::new())
        }
    }
}
