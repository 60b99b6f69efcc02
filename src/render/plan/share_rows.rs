//! The parts of a share as rows, each with what it means for accounts.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::Grantee;
use crate::diff::{Change, Membership, Part, Verdict};
use crate::model::{AssociationStatus, Principal};
use crate::plan::{Detail, HazardSubject, PlannedShare};
use crate::render::invitation;
use crate::render::left;
use crate::render::parts;
use crate::render::plan::PlanView;
use crate::render::rows::{Row, Sign};

/// Members of one kind that are listed for a share that comes or goes as a whole; the rest are counted.
const LISTED: usize = 20;

impl PlanView<'_> {
    pub(super) fn rows(&self, share: &PlannedShare) -> Vec<Row> {
        let whole = !matches!(share.diff.verdict, Verdict::Changed(Change::Update { .. }));
        let mut codes: BTreeMap<&HazardSubject, Vec<&'static str>> = BTreeMap::new();
        for hazard in &share.hazards {
            codes.entry(&hazard.subject).or_default().push(hazard.code.id);
        }
        let replaces = matches!(share.diff.verdict, Verdict::Changed(Change::Replace { .. }));
        let named = [before_resources(share), after_resources(share)];
        let mut listed: BTreeMap<&'static str, usize> = BTreeMap::new();
        let mut left_out: BTreeMap<&'static str, (usize, Sign)> = BTreeMap::new();
        let mut rows = Vec::new();
        for detail in &share.details {
            let part = &detail.edit.part;
            let mut row = parts::row(&detail.edit, share.diff.place());
            row.codes.extend(subject(part).and_then(|subject| codes.get(&subject)).into_iter().flatten());
            let n = listed.entry(kind(part)).or_default();
            *n += 1;
            if whole && *n > LISTED && row.codes.is_empty() {
                left_out.entry(kind(part)).or_insert((0, row.sign)).0 += 1;
                continue;
            }
            if row.effect.is_empty() {
                row.effect = effect(share, detail, &named);
            } else if matches!(part, Part::Permission { .. } | Part::PermissionVersion { .. }) {
                let (whom, n) = parts::grantee_counts(detail.gain.union(&detail.lose));
                if n > 0 {
                    row.effect.push_str(&format!("; for {whom}"));
                }
            }
            if let Some(later) = self.once_accepted(share, detail) {
                let nobody = detail.gain.is_empty() && detail.unknown.is_empty();
                let all_wait = share.diff.after().is_some_and(|after| {
                    after.principals.keys().all(|principal| share.diff.invitations.contains_key(principal))
                });
                if nobody && (!replaces || all_wait) {
                    row.effect = later;
                } else {
                    row.effect.push_str(&format!("; {later}"));
                }
            }
            if let Part::Principal { principal, how, .. } = part
                && let Some(invitation) = share.diff.invitations.get(principal)
            {
                match how {
                    Membership::Repaired { .. } => {
                        row.effect = invitation::renewal(invitation).map_or(row.effect, str::to_owned);
                    }
                    Membership::Added if invitation.is_waited_for() && !detail.gain.is_empty() => {
                        row.effect.push_str(" once it accepts");
                    }
                    // What it has it has by the share that is replaced.
                    Membership::Added if invitation.is_waited_for() && replaces => {
                        let keeps = share.kept_for.contains(&invitation.consumer.account);
                        row.effect =
                            if keeps { "keeps the share that is there".to_owned() } else { String::new() };
                    }
                    Membership::Added | Membership::Removed => {}
                }
            }
            rows.push(row);
        }
        for (kind, (n, sign)) in left_out {
            let text = format!("and {n} more");
            rows.push(Row::new(sign, [kind.to_owned(), text, String::new()]));
        }
        if share.blocked.is_none() {
            let labels = &self.plan.account_labels;
            rows.extend(invitation::rows(&share.diff.invitations, &share.kept_for, labels));
        }
        let place = share.diff.place();
        rows.extend(left::rows(&share.diff.left, place));
        rows.extend(share.diff.remarks.iter().map(|remark| parts::remark(remark, place)));
        rows
    }

    /// Who has a resource that comes once it accepts an invitation that was sent before.
    fn once_accepted(&self, share: &PlannedShare, detail: &Detail) -> Option<String> {
        const NAMED: usize = 3;
        let accounts = share.once_accepted(detail);
        let who = match accounts.len() {
            0 => return None,
            1..=NAMED => invitation::accounts(&accounts, &self.plan.account_labels),
            n => format!("{n} accounts"),
        };
        Some(match accounts.len() {
            1 => format!("{who} has it by this share once it accepts"),
            _ => format!("{who} have it by this share once they accept"),
        })
    }
}

fn kind(part: &Part) -> &'static str {
    match part {
        Part::Name { .. } => "name",
        Part::AllowExternalPrincipals { .. } => "flag",
        Part::Principal { .. } => "principal",
        Part::Resource { .. } => "resource",
        Part::Source { .. } => "source",
        Part::Permission { .. } | Part::PermissionVersion { .. } => "permission",
        Part::Promoted => "promote",
        Part::Tag { .. } => "tag",
        Part::Imported { .. } => "import",
        Part::Moved { .. } => "move",
        Part::StackRenamed { .. } => "stack",
        Part::Record => "record",
    }
}

/// What a hazard about this part names.
fn subject(part: &Part) -> Option<HazardSubject> {
    match part {
        Part::Principal { principal, .. } => Some(HazardSubject::Principal(principal.clone())),
        Part::Resource { resource, .. } => Some(HazardSubject::Resource(resource.clone())),
        Part::Source { source, .. } => Some(HazardSubject::Source(source.clone())),
        Part::Permission { resource_type, .. } | Part::PermissionVersion { resource_type, .. } => {
            Some(HazardSubject::Permission(resource_type.clone()))
        }
        _ => None,
    }
}

/// What one part means for accounts. `named` says what the share holds before and after; none where it holds nothing.
fn effect(share: &PlannedShare, detail: &Detail, named: &[Option<String>; 2]) -> String {
    let Detail { edit, gain, lose, unknown, resources, actions } = detail;
    let (how, is_principal, nobody) = match &edit.part {
        Part::Principal { how, principal: Principal::Service(_), .. } => (how, true, "service"),
        Part::Principal { how, .. } => (how, true, "account"),
        Part::Resource { how, .. } => (how, false, "account"),
        Part::Source { how, .. } => return source_effect(detail, how),
        Part::Permission { .. } | Part::PermissionVersion { .. } => return permission_effect(detail),
        _ => return String::new(),
    };
    let (verb, grantees, [before, after]) = match how {
        Membership::Removed => ("lose", lose, named),
        Membership::Added | Membership::Repaired { .. } => ("gain", gain, named),
    };
    let object = match if *how == Membership::Removed { before } else { after } {
        _ if !is_principal => "it".to_owned(),
        None => return "no resource to use".to_owned(),
        Some(named) => parts::felt(resources).unwrap_or_else(|| named.clone()),
    };
    let n = grantees.len();
    if n == 0 && !unknown.is_empty() {
        format!("unknown which accounts {verb} {object}")
    } else if !unknown.is_empty() {
        format!("at least {} {object}", parts::grantees(&**grantees, verb))
    } else if n == 0 && matches!(share.diff.verdict, Verdict::Changed(Change::Replace { .. })) {
        "as before".to_owned()
    } else if n == 0 && is_principal && never_accepted(share, &edit.part) {
        "never accepted its invitation, so nobody loses anything".to_owned()
    } else if n == 0 {
        format!("no {nobody} {verb}s {object}")
    } else if actions.is_empty() {
        format!("{} {object}", parts::grantees(&**grantees, verb))
    } else {
        format!("{} {} on {object}", parts::grantees(&**grantees, verb), parts::beyond(&**actions))
    }
}

/// For whom another permission in the place of the one before is more or less.
fn permission_effect(detail: &Detail) -> String {
    let Detail { edit: _, gain, lose, unknown: _, resources: _, actions: _ } = detail;
    let said = [(gain, "may do more"), (lose, "may do less")].into_iter().filter(|(who, _)| !who.is_empty());
    said.map(|(who, verb)| format!("{} {verb}", parts::grantee_counts(&**who).0))
        .collect::<Vec<_>>()
        .join("; ")
}

/// On whose behalf services may no longer come, or may from now on.
fn source_effect(detail: &Detail, how: &Membership) -> String {
    let Detail { edit: _, gain, lose, unknown: _, resources, actions: _ } = detail;
    let object = parts::felt(resources).unwrap_or_else(|| "what the share holds".to_owned());
    let said = |grantees: &BTreeSet<Grantee>, verb, whom| {
        let who = parts::grantees(grantees, verb);
        (!grantees.is_empty()).then(|| format!("{who} {object} for {whom}"))
    };
    let (gains, loses) = match how {
        Membership::Removed => (said(gain, "gain", "anybody"), said(lose, "lose", "it")),
        Membership::Added | Membership::Repaired { .. } => {
            (said(gain, "gain", "it"), said(lose, "lose", "all others"))
        }
    };
    gains.into_iter().chain(loses).collect::<Vec<_>>().join("; ")
}

/// Whether a principal that leaves was invited and has yet to accept.
fn never_accepted(share: &PlannedShare, part: &Part) -> bool {
    let (Part::Principal { principal, how: Membership::Removed, .. }, Some(before)) =
        (part, share.diff.before())
    else {
        return false;
    };
    before.share.principals.get(principal).is_some_and(|on| {
        on.status == AssociationStatus::Associating && (on.external || before.share.retain_sharing)
    })
}

fn after_resources(share: &PlannedShare) -> Option<String> {
    parts::resources(share.diff.after()?.resources.keys())
}

fn before_resources(share: &PlannedShare) -> Option<String> {
    parts::resources(share.diff.before()?.share.resources.keys())
}
