//! The words for places, principals, parts of shares and what becomes of them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use unicode_width::UnicodeWidthStr;

use crate::access::Grantee;
use crate::catalog;
use crate::diff::{
    Cause, DeleteReason, Delta, Edit, Entity, ImportProblem, Membership, Misfit, NextVersion, Ownership,
    Part, Remark, ReplaceReason, UndeclaredStanding, Unmanaged,
};
use crate::model::{AccountId, Address, Beyond, Gap, Place, Principal, ResourceArn};
use crate::org::SharingState;
use crate::plan::{Felt, listed, remedy, told_misfit};
use crate::render::escape::escape;
use crate::render::permission;
use crate::render::rows::{Row, Sign};
use crate::render::style::paint;

/// Columns that a name or label of foreign text may take in a table.
const NAME: usize = 60;

pub(crate) fn name(text: &str) -> String {
    format!("\"{}\"", escape(text).at_most(NAME))
}

/// `network` where an `account` block names the account, else its id.
pub(crate) fn account(id: &AccountId, labels: &BTreeMap<AccountId, String>) -> String {
    labels.get(id).map_or_else(|| id.to_string(), |label| escape(label).at_most(NAME).to_string())
}

pub(crate) fn place(place: &Place, labels: &BTreeMap<AccountId, String>) -> String {
    format!("{}  {}", account(&place.account, labels), place.region)
}

/// An address. It is printed with everything in it escaped that could hide, so its backslashes are not doubled again: what is shown can be typed.
pub(crate) fn address(address: &Address) -> String {
    typed(&address.to_string())
}

/// A text that holds an address, as [`address`] shows one.
pub(crate) fn typed(text: &str) -> String {
    escape(text).to_string().replace(r"\\", r"\")
}

/// No finer than anybody acts on.
pub(crate) fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// `1 account`, `14 accounts`.
pub(crate) fn count(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// That so many accounts, roles and users do something.
pub(crate) fn grantees<'a>(all: impl IntoIterator<Item = &'a Grantee>, verb: &str) -> String {
    let (said, n) = grantee_counts(all);
    if n == 1 { format!("{said} {verb}s") } else { format!("{said} {verb}") }
}

/// How many accounts, roles, users and services: `2 accounts and 1 role`, and how many that is together. A service is one for however
/// many sources.
pub(crate) fn grantee_counts<'a>(all: impl IntoIterator<Item = &'a Grantee>) -> (String, usize) {
    let (mut whole, mut roles, mut users) = (0, 0, 0);
    let mut services = BTreeSet::new();
    for grantee in all {
        match grantee {
            Grantee::Account(_) => whole += 1,
            Grantee::Identity { principal: Principal::User(_), .. } => users += 1,
            Grantee::Identity { .. } => roles += 1,
            Grantee::Service { principal, source: _ } => drop(services.insert(principal)),
        }
    }
    let kinds = [
        (whole, "account", "accounts"),
        (roles, "role", "roles"),
        (users, "user", "users"),
        (services.len(), "service", "services"),
    ];
    let said: Vec<String> =
        kinds.iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| count(*n, one, many)).collect();
    let said = match said.as_slice() {
        [] => "0 accounts".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    };
    (said, whole + roles + users + services.len())
}

/// `ec2:GetX, ec2:GetY and 3 more`. Those that the other side allows too, under other conditions, come last and say so.
pub(crate) fn beyond<'a>(actions: impl IntoIterator<Item = &'a Beyond>) -> String {
    const NAMED: usize = 3;
    let mut kinds: [Vec<String>; 3] = Default::default();
    for Beyond { allowed, otherwise } in actions {
        let kind = match (otherwise, allowed.conditions.is_empty()) {
            (false, true) => 0,
            (false, false) => 1,
            (true, _) => 2,
        };
        kinds[kind].push(escape(allowed.action.as_str()).at_most(80).to_string());
    }
    let words = ["", " (under conditions)", " (conditions change)"];
    let said = kinds
        .iter()
        .zip(words)
        .filter(|(all, _)| !all.is_empty())
        .map(|(all, word)| format!("{}{word}", listed(all, NAMED)));
    said.collect::<Vec<_>>().join(", ")
}

/// What somebody gains or loses: one resource by its short name, or how many.
pub(crate) fn felt(felt: &Felt) -> Option<String> {
    match (felt.count, &felt.first) {
        (0, _) | (_, None) => None,
        (1, Some(one)) => Some(escape(one.arn().short()).to_string()),
        (n, Some(_)) => Some(count(n, "resource", "resources")),
    }
}

/// The short name of one resource, or how many there are; none where there is none.
pub(crate) fn resources<'a>(mut resources: impl ExactSizeIterator<Item = &'a ResourceArn>) -> Option<String> {
    match resources.len() {
        0 => None,
        1 => resources.next().map(|one| escape(one.arn().short()).to_string()),
        n => Some(format!("{n} resources")),
    }
}

/// The id by which AWS knows a principal; an organization and a unit by theirs, not by the ARN around it.
pub(crate) fn principal_id(principal: &Principal) -> String {
    match principal {
        Principal::Organization(arn) => arn.id().to_string(),
        Principal::OrganizationalUnit(arn) => arn.id().to_string(),
        Principal::Account(_)
        | Principal::Role(_)
        | Principal::User(_)
        | Principal::Service(_)
        | Principal::Other(_) => escape(principal.as_str()).to_string(),
    }
}

/// The part of an ARN that the heading above it does not say already; all of it where the resource is elsewhere.
fn resource_id(resource: &ResourceArn, place: &Place) -> String {
    let arn = resource.arn();
    let here = arn.account() == place.account.as_str() && arn.region() == place.region.as_str();
    escape(if here { arn.resource() } else { arn.as_str() }).to_string()
}

/// Sentences, as many to a line as fit.
pub(crate) fn fill(sentences: &[(anstyle::Style, String)], width: usize) -> String {
    let mut out = String::new();
    let mut column = 0;
    for (style, sentence) in sentences {
        let columns = sentence.width();
        if column > 0 && column + 1 + columns > width {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(&paint(*style, sentence).to_string());
        column += columns;
    }
    out
}

fn membership(how: &Membership) -> Sign {
    match how {
        Membership::Added => Sign::Added,
        Membership::Removed => Sign::Removed,
        Membership::Repaired { .. } => Sign::Changed,
    }
}

/// One part of a share in a place as a row, without its effect.
pub(crate) fn row(edit: &Edit, place: &Place) -> Row {
    let Edit { part, cause } = edit;
    let text = |text: &str| escape(text).at_most(NAME).to_string();
    let mut row = match part {
        Part::Name { before, after } => {
            let change = format!("{} -> {}", name(before), name(after));
            Row::new(Sign::Changed, ["name".into(), change, String::new()])
        }
        Part::AllowExternalPrincipals { before, after } => {
            let change = format!("allow_external_principals {before} -> {after}");
            Row::new(Sign::Changed, ["flag".into(), change, String::new()])
        }
        Part::Principal { principal, label, how } => {
            Row::new(membership(how), ["principal".into(), text(label), principal_id(principal)])
        }
        Part::Resource { resource, resource_type, how } => {
            let known =
                resource_type.as_ref().or_else(|| catalog::type_of(resource.arn()).map(|facts| &facts.code));
            let kind = known.map_or_else(|| resource.arn().service(), |kind| kind.as_str());
            Row::new(membership(how), ["resource".into(), text(kind), resource_id(resource, place)])
        }
        Part::Source { source, how } => {
            Row::new(membership(how), ["source".into(), text(source), String::new()])
        }
        Part::Permission { resource_type, how, actions } => {
            let (sign, names) = match how {
                Delta::Added { after } => (Sign::Added, text(after.name())),
                Delta::Removed { before } => (Sign::Removed, text(before.name())),
                Delta::Changed { before, after } => {
                    (Sign::Changed, format!("{} -> {}", text(before.name()), text(after.name())))
                }
            };
            Row::new(sign, ["permission".into(), resource_type.to_string(), names])
                .effect(permission::actions(actions))
        }
        Part::PermissionVersion { resource_type, permission: _, before, after, actions } => {
            let kind = format!("{resource_type} {}", versions(before, after));
            Row::new(Sign::Changed, ["permission".into(), kind, String::new()])
                .effect(permission::actions(actions))
        }
        Part::Promoted => {
            let what = "made from a resource policy; becomes a share that RAM can change";
            Row::new(Sign::Changed, ["promote".into(), what.into(), String::new()])
        }
        Part::Tag { key, how } => {
            let key = text(key);
            let (sign, change) = match how {
                Delta::Added { after } => (Sign::Added, format!("{key} = {}", name(after))),
                Delta::Removed { before } => (Sign::Removed, format!("{key} = {}", name(before))),
                Delta::Changed { before, after } => {
                    (Sign::Changed, format!("{key} = {} -> {}", name(before), name(after)))
                }
            };
            Row::new(sign, ["tag".into(), change, String::new()])
        }
        Part::Imported { owner } => {
            let whose = owner.as_ref().map(|owner| format!("of the stack {}", name(owner)));
            let whose = whose.unwrap_or_else(|| "of no stack".to_owned());
            Row::new(Sign::Changed, ["import".into(), whose, String::new()]).effect("gets this stack's tags")
        }
        Part::Moved { from } => {
            let what = format!("from {}", text(&from.to_string()));
            Row::new(Sign::Changed, ["move".into(), what, String::new()])
                .effect("its address tag is rewritten in place")
        }
        Part::StackRenamed { from } => {
            let what = format!("from {}", name(from));
            Row::new(Sign::Changed, ["stack".into(), what, String::new()])
                .effect("a former name of this stack: its tags are rewritten in place")
        }
        Part::Record => {
            let what = "AWS already matches; only the record of what was applied is renewed";
            Row::new(Sign::Changed, ["record".into(), what.into(), String::new()])
        }
    };
    row.mark = match cause {
        Cause::Drift => "drift",
        Cause::Tags => "tags",
        Cause::Lapsed => "lapsed",
        Cause::Pending | Cause::Both => "",
    };
    if let Part::Principal { how: Membership::Repaired { message }, .. }
    | Part::Resource { how: Membership::Repaired { message }, .. }
    | Part::Source { how: Membership::Repaired { message }, .. } = part
    {
        let because = message
            .as_ref()
            .map(|message| format!(": {}", escape(message.trim_end_matches('.')).at_most(120)));
        row.effect = format!("FAILED{}; removed and added again", because.unwrap_or_default());
        // Nobody changed it: it never worked, or ceased to.
        row.mark = "";
    }
    row
}

/// `v3 -> v4`, `v3 -> a new version`.
fn versions(before: &str, after: &NextVersion) -> String {
    let after = match after {
        NextVersion::Numbered(version) => format!("v{}", escape(version).at_most(8)),
        NextVersion::New => "the new version".to_owned(),
        NextVersion::Default => "its default version".to_owned(),
    };
    format!("v{} -> {after}", escape(before).at_most(8))
}

fn text_of(text: &str) -> String {
    escape(text).at_most(NAME).to_string()
}

/// What a cause means, in words.
pub(crate) fn modified(cause: Cause) -> &'static str {
    match cause {
        Cause::Drift => "modified: AWS was changed since the last apply",
        Cause::Pending => "modified: the configuration was changed and not applied",
        Cause::Lapsed => "modified: an invitation ran out",
        Cause::Tags => "modified: resources got or lost tags, and a search by tags finds others",
        Cause::Both => "modified: AWS and the configuration were changed since the last apply",
    }
}

/// Something about a live share as a row.
pub(crate) fn remark(remark: &Remark, place: &Place) -> Row {
    let of = |sign, entity: &Entity| {
        let (kind, what) = match entity {
            Entity::Principal(principal) => ("principal", principal_id(principal)),
            Entity::Resource(resource) => ("resource", resource_id(resource, place)),
            Entity::Source(source) => ("source", escape(source).to_string()),
        };
        Row::new(sign, [kind.into(), what, String::new()])
    };
    match remark {
        Remark::Waiting { entity, status, since, external } => {
            let since = since.map(|since| format!(" since {}", minute(since))).unwrap_or_default();
            let why = if *external { "; the account has yet to accept the invitation" } else { "" };
            of(Sign::Note, entity).effect(format!("{}{since}{why}", escape(status.as_str()))).code("RAM309")
        }
        Remark::Unhealthy { entity, status, message } => {
            let because = message.as_ref().map(|message| format!(": {}", escape(message).at_most(120)));
            let effect = format!("{}{}", escape(status.as_str()), because.unwrap_or_default());
            of(Sign::Held, entity).effect(effect).code("RAM304")
        }
        Remark::Stuck { entity, status, since } => {
            let effect =
                format!("{} since {}, far longer than AWS takes", escape(status.as_str()), minute(*since));
            of(Sign::Held, entity).effect(effect).code("RAM345")
        }
        Remark::Outdated { resource_type, permission: name, version, default, actions } => {
            let kind = format!("{resource_type} {}", versions(version, default));
            let change = permission::actions(actions);
            let change = if change.is_empty() { String::new() } else { format!(": {change}") };
            Row::new(Sign::Note, ["permission".into(), kind, text_of(name.name())])
                .effect(format!("outdated{change}"))
                .code("RAM306")
        }
        Remark::Templated { resource_type, permission, gap: _ } => {
            let what = escape(permission.name()).to_string();
            Row::new(Sign::Unknown, ["permission".into(), resource_type.to_string(), what])
                .effect("has placeholders: what it allows on this share is unknown")
                .code("RAM457")
        }
        Remark::UndeclaredPermission { resource_type, permission, standing } => {
            let what = escape(permission.name()).to_string();
            let effect = match standing {
                UndeclaredStanding::Found => {
                    "not AWS's default; ramctl found it here and no block names it, so it stays as it is"
                }
                UndeclaredStanding::Untold => {
                    "not AWS's default; no block names it, and the record does not say whether it was changed: name the one you want"
                }
                UndeclaredStanding::NoDefault => {
                    "no block names it, and AWS's default for the type is not known: name the one you want"
                }
            };
            Row::new(Sign::Held, ["permission".into(), resource_type.to_string(), what])
                .effect(effect)
                .code("RAM307")
        }
        Remark::CauseUntold { differences } => {
            let what = count(*differences, "difference", "differences");
            Row::new(Sign::Note, ["record".into(), what, String::new()])
                .effect("the record of the last apply does not tell who made them; they count as made in AWS")
                .code("RAM347")
        }
        Remark::NameTaken { arn, ownership } => {
            let whose = match ownership {
                Ownership::Untagged => "in no stack".to_owned(),
                Ownership::FromPolicy => "made from a resource policy".to_owned(),
                Ownership::OtherStack(stack) => format!("of the stack {}", name(stack)),
                Ownership::Unproven { .. } => "not proven to be this stack's".to_owned(),
            };
            let short = escape(arn.arn().short()).to_string();
            let code = if ownership.is_open() { "RAM223" } else { "RAM310" };
            Row::new(Sign::Held, ["share".into(), short, String::new()])
                .effect(format!("has this name already and is {whose}; a second one is made"))
                .code(code)
        }
        Remark::SameContents { arn, name } => {
            let short = escape(arn.arn().short()).to_string();
            Row::new(Sign::Held, ["share".into(), short, text_of(name)])
                .effect("holds the same for the same principals and is in no stack; a second one is made")
                .code("RAM223")
        }
        Remark::OtherStack { arn, stack, name: called } => {
            let short = escape(arn.arn().short()).to_string();
            Row::new(Sign::Held, ["share".into(), short, text_of(called)])
                .effect(format!("of the stack {}; the plan makes a copy beside it", name(stack)))
                .code("RAM230")
        }
        Remark::Unproven { arn, misfit: why } => {
            let short = escape(arn.arn().short()).to_string();
            Row::new(Sign::Held, ["share".into(), short, String::new()])
                .effect(format!("has the tags of this block and is not taken for its share: {}", misfit(why)))
                .code("RAM221")
        }
        Remark::Expires { at, left } => {
            Row::new(Sign::Note, ["expires".into(), at.to_string(), time_left(*left)]).code("RAM314")
        }
        Remark::OwnerInside { principal: _, label } => {
            Row::new(Sign::Held, ["owner".into(), text_of(label), place.account.to_string()])
                .effect("is in it: RAM's policy lets in all users and roles of the owner")
                .code("RAM204")
        }
        Remark::UnitMadeAgain { before, after, label } => {
            let id = |unit: &Principal| principal_id(unit);
            Row::new(Sign::Note, ["unit".into(), text_of(label), id(after)])
                .effect(format!(
                    "{} on the share is no longer in the organization; a unit that is deleted and made again is another one",
                    id(before)
                ))
                .code("RAM362")
        }
        Remark::Share { status, message } => {
            let because = message.as_ref().map(|message| format!(": {}", escape(message).at_most(120)));
            let effect = format!("{}{}", escape(status.as_str()), because.unwrap_or_default());
            Row::new(Sign::Note, ["share".into(), String::new(), String::new()]).effect(effect)
        }
    }
}

/// A share of nobody's as a row: name, what it is, code.
pub(crate) fn unmanaged(share: &Unmanaged) -> Row {
    let Unmanaged { place: _, arn, name: text, ownership, outside, principals, resources: shared } = share;
    let (whose, code) = match ownership {
        Ownership::Untagged if *outside => {
            ("in no stack, shared outside the organization".to_owned(), "RAM301")
        }
        Ownership::Untagged => ("in no stack".to_owned(), "RAM302"),
        Ownership::FromPolicy => {
            ("made from a resource policy, not changeable through RAM".to_owned(), "RAM303")
        }
        Ownership::OtherStack(stack) => (format!("of the stack {}", name(stack)), "RAM308"),
        Ownership::Unproven { address, misfit: why } => {
            let of = if address.is_empty() { String::new() } else { format!(" for {}", name(address)) };
            (format!("has this stack's tags{of} and is not taken for its own: {}", misfit(why)), "RAM315")
        }
    };
    let holds = format!(
        "{}, {}",
        count(shared.len(), "resource", "resources"),
        count(principals.len(), "principal", "principals")
    );
    let short = escape(arn.arn().short()).to_string();
    Row::new(Sign::Unknown, [name(text), short, String::new()]).effect(format!("{whose}; {holds}")).code(code)
}

/// Why tags do not make a share or permission the stack's.
pub(crate) fn misfit(misfit: &Misfit) -> String {
    escape(&told_misfit(misfit)).at_most(240).to_string()
}

pub(crate) fn replace_reasons(reasons: &BTreeSet<ReplaceReason>) -> String {
    let words = reasons.iter().map(|reason| match reason {
        ReplaceReason::Account => "it moves to another account",
        ReplaceReason::Region => "it moves to another Region",
        ReplaceReason::RetainSharing => {
            "retain_sharing_on_account_leave_organization is set when a share is made"
        }
        ReplaceReason::Failed => "the share is FAILED",
    });
    words.collect::<Vec<_>>().join(", ")
}

pub(crate) fn delete_reason(reason: DeleteReason) -> &'static str {
    match reason {
        DeleteReason::NotDeclared => "no block declares it",
        DeleteReason::Removed => "a removed block says so",
        DeleteReason::MovedAway => "its block moved to an address that no block has",
        DeleteReason::Duplicate => "the share that takes its place, or its place again, stays",
        DeleteReason::Rival => "another share proves to be that of this address too",
        DeleteReason::Destroy => "the stack is destroyed",
        DeleteReason::Expired => "its time is over",
        DeleteReason::Successor => "its block makes one of another name or in another place",
        DeleteReason::MoveTaken => "its block moved to an address that has a share already",
    }
}

/// What is in the way of an import, and its code.
pub(crate) fn import_problem(problem: &ImportProblem) -> (String, &'static str) {
    match problem {
        ImportProblem::NotThere { deleted: true } => ("it is deleted".to_owned(), "RAM311"),
        ImportProblem::NotThere { deleted: false } => ("it is not there".to_owned(), "RAM311"),
        ImportProblem::OtherPlace => ("it is in another account or Region".to_owned(), "RAM191"),
        ImportProblem::NotStandard { feature_set } => {
            (format!("its feature set is {}", escape(feature_set.as_str())), "RAM312")
        }
        ImportProblem::NoTwin { resource_type, permission: _ } => {
            let text = format!("its permission for {resource_type} was made from a resource policy too");
            (text, "RAM326")
        }
        ImportProblem::Failed => ("it is FAILED".to_owned(), "RAM312"),
        ImportProblem::RetainSharing { live } => {
            let text = format!("its retain_sharing_on_account_leave_organization is {live}");
            (text, "RAM312")
        }
        ImportProblem::AddressTaken { by } => {
            (format!("the block has {} already", escape(by.arn().short())), "RAM313")
        }
        ImportProblem::OtherAddress { address } => {
            (format!("it belongs to {}", self::address(address)), "RAM313")
        }
    }
}

/// `in 41 days`, `in 3 hours`, `in 12 minutes`; no finer than anybody acts on.
fn time_left(left: SignedDuration) -> String {
    let (days, hours, minutes) = (left.as_hours() / 24, left.as_hours(), left.as_mins());
    let (n, unit) = match (days, hours) {
        (2.., _) => (days, "days"),
        (_, 2..) => (hours, "hours"),
        _ => (minutes, if minutes == 1 { "minute" } else { "minutes" }),
    };
    format!("in {n} {unit}")
}

pub(crate) fn sharing_state(state: SharingState) -> &'static str {
    match state {
        SharingState::Enabled => "on",
        SharingState::HalfEnabled => "half on: trusted access without RAM's service-linked role",
        SharingState::LeftoverRole => "off, with RAM's role left over",
        SharingState::Disabled => "off",
        SharingState::NotAllFeatures => "not possible: the organization has consolidated billing only",
        SharingState::NotManagementAccount => {
            "not readable here: this is a member, not the management account"
        }
        SharingState::NoOrganization => "not possible: the account is in no organization",
    }
}

/// What was called, as whom, and what came of it.
pub(crate) fn gap(gap: &Gap) -> String {
    let Gap { action, caller, cause, detail: _ } = gap;
    let caller = if caller.is_empty() { String::new() } else { format!(" as {}", escape(caller)) };
    format!("{}{caller}: {cause}", escape(action))
}

/// What AWS or the network answered.
pub(crate) fn gap_detail(gap: &Gap) -> String {
    escape(&gap.detail).at_most(300).to_string()
}

/// What a person can do about it.
pub(crate) fn gap_help(gap: &Gap) -> String {
    escape(&remedy(gap)).to_string()
}
