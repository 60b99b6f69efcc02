//! A plan as text: what changes, who gains and loses by it, and what could not be read.

use std::collections::BTreeMap;
use std::fmt;

use crate::diag::SourceMap;
use crate::diff::{
    Change, InboundVerdict, Membership, Part, PermissionVerdict, Purpose, Remark, SharingVerdict, Verdict,
};
use crate::model::{Origin, Place};
use crate::plan::{
    Blocked, Counts, Detail, HazardSubject, OverQuota, PlanBody, PlannedInbound, PlannedPermission,
    PlannedShare, PlannedSharing, Refusal,
};
use crate::render::checks::ChecksView;
use crate::render::consent::ConsentView;
use crate::render::coverage::Coverage;
use crate::render::escape::escape;
use crate::render::invitation;
use crate::render::partial;
use crate::render::parts;
use crate::render::permission;
use crate::render::rows::{Line, Row, Rows, Sign};
use crate::render::style::{Styles, paint};
use crate::render::usage;

/// Members of one kind that are listed for a share that comes or goes as a whole; the rest are counted.
const LISTED: usize = 20;

/// Draws a plan, one just made or one read from a file.
#[derive(Clone, Debug)]
pub struct PlanView<'a> {
    plan: &'a PlanBody,
    sources: &'a SourceMap,
    styles: Styles,
    width: usize,
    origin: Origin,
}

impl<'a> PlanView<'a> {
    /// `width` in columns; `origin` says where AWS was read: how many calls, or which snapshot.
    pub fn new(
        plan: &'a PlanBody,
        sources: &'a SourceMap,
        styles: Styles,
        width: usize,
        origin: impl Into<Origin>,
    ) -> Self {
        Self { plan, sources, styles, width, origin: origin.into() }
    }

    /// What the plan comes to, on one line without colour and without a foreign word.
    pub(crate) fn headline(&self) -> String {
        let view = Self { styles: Styles::plain(), width: usize::MAX, ..self.clone() };
        fmt::from_fn(|f| view.summary(f)).to_string().trim_end().to_owned()
    }
}

impl fmt::Display for PlanView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PlanBody {
            stack: _,
            purpose: _,
            account_labels: labels,
            sharing,
            shares,
            permissions,
            unmanaged,
            inbound,
            unreceived,
            places,
            unknown,
            organization_gap,
            unresolved,
            partial: _,
            steps: _,
            access: _,
            hazards: _,
            checks,
            refusals,
            fingerprint: _,
            basis: _,
            now: _,
        } = self.plan;

        if let Some(sharing) = sharing {
            self.sharing(f, sharing)?;
        }
        let mut by_place: BTreeMap<&Place, (Vec<Block>, Vec<Row>)> = BTreeMap::new();
        for permission in permissions.iter().filter(|permission| permission_is_shown(permission)) {
            by_place.entry(permission.diff.place()).or_default().0.push(self.permission(permission));
        }
        for share in shares.iter().filter(|share| is_shown(share)) {
            let (head, said) = self.head(share);
            let rows = self.rows(share);
            let usage = usage::rows(share, &self.plan.account_labels);
            by_place.entry(share.diff.place()).or_default().0.push(Block { head, said, rows, usage });
        }
        for share in unmanaged {
            by_place.entry(&share.place).or_default().1.push(parts::unmanaged(share));
        }
        for planned in inbound {
            by_place.entry(&planned.item.place).or_default().1.push(received(planned));
        }
        for (place, (blocks, unmanaged)) in by_place {
            writeln!(f, "{}", paint(self.styles.strong, parts::place(place, labels)))?;
            self.blocks(f, &blocks)?;
            write!(f, "{}", Rows { rows: &unmanaged, styles: &self.styles, width: self.width, indent: 0 })?;
            writeln!(f)?;
        }
        let coverage = Coverage {
            labels,
            places,
            unknown,
            organization_gap: organization_gap.as_ref(),
            sharing_gap: sharing.as_ref().and_then(|sharing| match &sharing.diff.verdict {
                SharingVerdict::Unread { gap } => Some(gap),
                _ => None,
            }),
            unresolved,
            unreceived,
            complete: self.plan.is_complete(),
            origin: &self.origin,
        };
        coverage.gaps(f, &self.styles)?;
        for OverQuota { place, what, count } in self.plan.over_quota() {
            let place = parts::place(&place, labels);
            let limit = OverQuota::LIMIT;
            let word = paint(self.styles.warning, "!");
            let code = paint(self.styles.code, "RAM346");
            writeln!(
                f,
                "{word} {place} would have {count} {}; the quota is {limit}  {code}\n",
                what.as_str()
            )?;
        }
        let consent =
            ConsentView { body: self.plan, sources: self.sources, styles: &self.styles, width: self.width };
        write!(f, "{consent}")?;
        let checks = ChecksView { checks, sources: self.sources, styles: &self.styles, width: self.width };
        write!(f, "{checks}")?;
        self.refusals(f, refusals)?;
        self.summary(f)?;
        coverage.closing(f, &self.styles, self.width)
    }
}

/// Sign, and address, name and place.
type Head = (Sign, [String; 3]);
/// A sentence and its code.
type Said = (String, &'static str);

/// One share or permission: a line, sentences, rows.
struct Block {
    head: Head,
    said: Vec<Said>,
    rows: Vec<Row>,
    /// What accounts have in what they lose: a table of its own, for it says more than the parts do.
    usage: Vec<Row>,
}

fn permission_is_shown(permission: &PlannedPermission) -> bool {
    !matches!(permission.diff.verdict, PermissionVerdict::InSync { .. })
}

/// What stays as it is and has nothing to tell is only counted.
fn is_shown(share: &PlannedShare) -> bool {
    match &share.diff.verdict {
        Verdict::InSync { .. } => !share.diff.remarks.is_empty() || !share.diff.invitations.is_empty(),
        Verdict::Changed(_) | Verdict::Unread { .. } | Verdict::NotImported { .. } => true,
    }
}

impl PlanView<'_> {
    fn sharing(&self, f: &mut fmt::Formatter<'_>, sharing: &PlannedSharing) -> fmt::Result {
        let PlannedSharing { diff, step: _ } = sharing;
        let labels = &self.plan.account_labels;
        let management = parts::account(&diff.place.account, labels);
        let (sign, text, code) = match &diff.verdict {
            SharingVerdict::InSync | SharingVerdict::NotManaged | SharingVerdict::Unread { .. } => {
                return Ok(());
            }
            SharingVerdict::Enable { from } => {
                let text = format!("is {} and is turned on, from {management}", parts::sharing_state(*from));
                (Sign::Added, text, None)
            }
            SharingVerdict::MakeRole => {
                let text = "is half on; RAM's missing service-linked role is made, nobody loses access";
                (Sign::Changed, text.to_owned(), Some("RAM401"))
            }
            SharingVerdict::RequiredButOff { state } | SharingVerdict::Impossible { state } => {
                (Sign::Held, format!("is {}", parts::sharing_state(*state)), None)
            }
        };
        writeln!(f, "{}", paint(self.styles.strong, "organization"))?;
        let mut line = Line::new(0);
        line.put(f, sign.style(&self.styles), sign.as_str(), 1)?;
        write!(f, " sharing inside the organization {text}")?;
        if let Some(code) = code {
            write!(f, "  {}", paint(self.styles.code, code))?;
        }
        writeln!(f, "\n")
    }

    fn blocks(&self, f: &mut fmt::Formatter<'_>, blocks: &[Block]) -> fmt::Result {
        use unicode_width::UnicodeWidthStr;
        let widths = [0, 1].map(|n| blocks.iter().map(|block| block.head.1[n].width()).max().unwrap_or(0));
        for Block { head: (sign, [address, name, place]), said, rows, usage } in blocks {
            let mut line = Line::new(0);
            line.put(f, sign.style(&self.styles), sign.as_str(), 1)?;
            write!(f, " ")?;
            let mut line = Line::new(0);
            line.put(f, self.styles.strong, address, widths[0])?;
            line.put(f, anstyle::Style::new(), name, widths[1])?;
            line.put(f, self.styles.muted, place, 0)?;
            writeln!(f)?;
            for (said, code) in said {
                write!(f, "    {said}")?;
                if !code.is_empty() {
                    write!(f, "  {}", paint(self.styles.code, code))?;
                }
                writeln!(f)?;
            }
            for rows in [rows, usage] {
                write!(f, "{}", Rows { rows, styles: &self.styles, width: self.width, indent: 4 })?;
            }
        }
        Ok(())
    }

    fn permission(&self, permission: &PlannedPermission) -> Block {
        let diff = &permission.diff;
        let (sign, said) = permission::head(permission);
        let place = diff.span().map(|span| escape(&self.sources.place(span)).to_string()).unwrap_or_default();
        let address = escape(&diff.address.to_string()).to_string();
        let head = (sign, [address, parts::name(diff.arn().name()), place]);
        Block { head, said, rows: permission::rows(permission), usage: Vec::new() }
    }

    /// Sign, address, name and place of a share, and sentences about it as a whole.
    fn head(&self, share: &PlannedShare) -> (Head, Vec<Said>) {
        let diff = &share.diff;
        let mut said = Vec::new();
        let sign = match &diff.verdict {
            Verdict::InSync { .. } => Sign::Note,
            Verdict::Unread { after: _, gap: _ } => {
                said.push(("not read, so not changed".to_owned(), "RAM410"));
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
            Verdict::Changed(Change::Delete { before, reason }) => {
                let short = escape(before.share.arn.arn().short()).to_string();
                let said_of = format!("{short} is deleted: {}", parts::delete_reason(*reason));
                said.push((said_of, code_of(share, "RAM206")));
                Sign::Removed
            }
        };
        let sign = match share.blocked {
            None => sign,
            Some(blocked) => {
                let why = match blocked {
                    Blocked::SharingUnread => {
                        "whether sharing inside the organization is on could not be read"
                    }
                    Blocked::SharingOff => "sharing inside the organization is off",
                    Blocked::SuccessorBlocked => "the share that stays cannot be completed yet",
                    Blocked::AwaitingAcceptance => "who uses it has yet to accept what takes its place",
                    Blocked::PermissionUnread => "what a permission of it allows could not be read",
                    Blocked::PermissionBlocked => "a permission of it is not brought to its desired form",
                };
                let (who, code) = match blocked {
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
                said.insert(0, (format!("NOT CHANGED by this plan: {why}{who}"), code));
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
        let place = diff.span().map(|span| escape(&self.sources.place(span)).to_string()).unwrap_or_default();
        ((sign, [escape(&diff.address.to_string()).to_string(), parts::name(diff.name()), place]), said)
    }

    fn rows(&self, share: &PlannedShare) -> Vec<Row> {
        let whole = !matches!(share.diff.verdict, Verdict::Changed(Change::Update { .. }));
        let mut codes: BTreeMap<&HazardSubject, Vec<&'static str>> = BTreeMap::new();
        for hazard in &share.hazards {
            codes.entry(&hazard.subject).or_default().push(hazard.code.id);
        }
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
                let whom = detail.gain.union(&detail.lose).count();
                if whom > 0 {
                    row.effect.push_str(&format!("; for {}", parts::count(whom, "account", "accounts")));
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
            let invited = share.diff.invitations.iter();
            rows.extend(invited.map(|(principal, invited)| invitation::row(principal, invited, labels)));
        }
        let place = share.diff.place();
        rows.extend(share.diff.remarks.iter().map(|remark| parts::remark(remark, place)));
        rows
    }

    fn refusals(&self, f: &mut fmt::Formatter<'_>, refusals: &[Refusal]) -> fmt::Result {
        for refusal in refusals {
            let (text, code) = match refusal {
                Refusal::Import { address, span: _, arn, problem } => {
                    let (problem, code) = parts::import_problem(problem);
                    let (address, arn) =
                        (escape(&address.to_string()).to_string(), escape(arn.arn().short()).to_string());
                    (format!("{address} cannot import {arn}: {problem}"), code)
                }
                Refusal::Permission { address, span: _, arn, problem } => {
                    let (problem, code) = permission::problem_text(problem);
                    let (address, name) = (escape(&address.to_string()).to_string(), parts::name(arn.name()));
                    (format!("{address} cannot have {name}: {problem}"), code)
                }
                Refusal::PreventDestroy { address } => {
                    (format!("{} is protected by prevent_destroy", escape(&address.to_string())), "RAM220")
                }
                Refusal::SharingRequired { state } => {
                    let state = parts::sharing_state(*state);
                    (format!("sharing inside the organization is required and is {state}"), "RAM403")
                }
                Refusal::SharingImpossible { state } => {
                    let code = match state {
                        crate::org::SharingState::NotManagementAccount => "RAM404",
                        crate::org::SharingState::NotAllFeatures => "RAM405",
                        _ => "RAM406",
                    };
                    let state = parts::sharing_state(*state);
                    (format!("sharing inside the organization is {state}"), code)
                }
            };
            let word = paint(self.styles.error, "REFUSED:");
            writeln!(f, "{word} {text}  {}", paint(self.styles.code, code))?;
        }
        if refusals.is_empty() { Ok(()) } else { writeln!(f) }
    }

    fn summary(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = self.plan;
        let Counts {
            import,
            moved,
            release,
            create,
            update,
            replace,
            delete,
            in_sync,
            unknown,
            blocked,
            unmanaged,
            accept,
            reject,
            leave,
            waiting,
        } = self.plan.counts();
        let ails = |share: &&PlannedShare| share.diff.remarks.iter().any(Remark::is_ailing);
        let unhealthy = body.shares.iter().filter(ails).count();
        let plain = anstyle::Style::new();
        let mut said = Vec::new();
        if self.plan.has_changes() {
            let identity = [(import, "import"), (moved, "move"), (release, "release")];
            let identity = identity.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} to {word}"));
            let mut counts: Vec<String> = identity.collect();
            counts.extend([format!("{create} to create"), format!("{update} to update")]);
            if replace > 0 {
                counts.push(format!("{replace} to replace"));
            }
            counts.push(format!("{delete} to delete"));
            said.push((self.styles.strong, "Plan:".to_owned()));
            said.push((plain, format!("{}.", counts.join(", "))));
            if body.sharing.as_ref().is_some_and(|sharing| sharing.step.is_some()) {
                said.push((plain, "Sharing inside the organization is turned on.".to_owned()));
            }
            let received = [(accept, "to accept"), (reject, "to reject")].into_iter().filter(|(n, _)| *n > 0);
            let received: Vec<String> = received.map(|(n, what)| format!("{n} {what}")).collect();
            if !received.is_empty() {
                said.push((plain, format!("Invitations: {}.", received.join(", "))));
            }
            if leave > 0 {
                said.push((
                    plain,
                    format!("{} left.", parts::count(leave, "share of others is", "shares of others are")),
                ));
            }
            said.extend(self.access().into_iter().map(|sentence| (plain, sentence)));
            if in_sync > 0 {
                said.push((plain, format!("{in_sync} unchanged.")));
            }
        } else {
            let what = match body.purpose {
                _ if !self.plan.is_complete() || !body.refusals.is_empty() => "No changes in what was read.",
                _ if body.partial.is_some() => "No changes in what was selected.",
                Purpose::Apply if self.is_waiting() => "No changes to make.",
                Purpose::Apply if unhealthy > 0 => "No changes.",
                Purpose::Apply => "No changes. AWS matches the configuration.",
                Purpose::Destroy => "No changes. The stack owns nothing in AWS.",
            };
            said.push((self.styles.strong, what.to_owned()));
        }
        if waiting > 0 {
            let have = parts::count(waiting, "invitation has", "invitations have");
            said.push((plain, format!("{have} to be accepted by others.")));
        }
        let (open, allowed) = self.plan.consent_counts();
        if open > 0 {
            let verb = if open == 1 { "needs" } else { "need" };
            said.push((
                self.styles.warning,
                format!("{} {verb} consent.", parts::count(open, "hazard", "hazards")),
            ));
        }
        if allowed > 0 {
            said.push((plain, format!("{} allowed.", parts::count(allowed, "hazard", "hazards"))));
        }
        if let Some(partial) = &body.partial {
            said.push((self.styles.warning, "PARTIAL:".to_owned()));
            said.extend(partial::sentences(partial).into_iter().map(|sentence| (plain, sentence)));
        }
        let rest =
            [(unhealthy, "unhealthy"), (unmanaged, "unmanaged"), (unknown, "unknown"), (blocked, "blocked")];
        said.extend(rest.iter().filter(|(n, _)| *n > 0).map(|(n, word)| (plain, format!("{n} {word}."))));
        writeln!(f, "{}", parts::fill(&said, self.width))
    }

    /// Whether something is not as declared that nothing is done about: somebody has to accept, or will not, or cannot be got out.
    fn is_waiting(&self) -> bool {
        let stuck = |planned: &PlannedInbound| matches!(planned.item.verdict, InboundVerdict::Stuck { .. });
        self.plan.shares.iter().any(|share| !share.diff.invitations.is_empty())
            || self.plan.inbound.iter().any(stuck)
    }

    fn access(&self) -> Vec<String> {
        let access = &self.plan.access;
        let mut said = vec![match (access.gain.len(), access.lose.len()) {
            (0, 0) if access.unknown.is_empty() => "Access: no account gains or loses.".to_owned(),
            (gain, lose) => {
                let loses = if lose == 1 { "loses" } else { "lose" };
                format!("Access: {}, {lose} {loses}.", parts::accounts(gain, "gain"))
            }
        }];
        if !access.unknown.is_empty() {
            let behind = parts::count(access.unknown.len(), "principal", "principals");
            said.push(format!("Unknown: the accounts behind {behind}."));
        }
        said
    }
}

/// A share of somebody else as a row, with the codes of what needs consent.
fn received(planned: &PlannedInbound) -> Row {
    let row = invitation::inbound(&planned.item);
    planned.hazards.iter().fold(row, |row, hazard| row.code(hazard.code.id))
}

/// The code, where the share has that hazard.
fn code_of(share: &PlannedShare, code: &'static str) -> &'static str {
    if share.hazards.iter().any(|hazard| hazard.code.id == code) { code } else { "" }
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
        Part::Record => "record",
    }
}

/// What a hazard about this part names.
fn subject(part: &Part) -> Option<HazardSubject> {
    match part {
        Part::Principal { principal, .. } => Some(HazardSubject::Principal(principal.clone())),
        Part::Resource { resource, .. } => Some(HazardSubject::Resource(resource.clone())),
        Part::Permission { resource_type, .. } | Part::PermissionVersion { resource_type, .. } => {
            Some(HazardSubject::Permission(resource_type.clone()))
        }
        _ => None,
    }
}

/// What one part means for accounts. `named` says what the share holds before and after; none where it holds nothing.
fn effect(share: &PlannedShare, detail: &Detail, named: &[Option<String>; 2]) -> String {
    let Detail { edit, gain, lose, unknown } = detail;
    let (how, is_principal) = match &edit.part {
        Part::Principal { how, .. } => (how, true),
        Part::Resource { how, .. } => (how, false),
        _ => return String::new(),
    };
    let (verb, accounts, [before, after]) = match how {
        Membership::Removed => ("lose", lose, named),
        Membership::Added | Membership::Repaired { .. } => ("gain", gain, named),
    };
    let object = match if *how == Membership::Removed { before } else { after } {
        _ if !is_principal => "it",
        Some(named) => named,
        None => return "no resource to use".to_owned(),
    };
    let n = accounts.len();
    if n == 0 && !unknown.is_empty() {
        format!("unknown which accounts {verb} {object}")
    } else if !unknown.is_empty() {
        format!("at least {} {object}", parts::accounts(n, verb))
    } else if n == 0 && matches!(share.diff.verdict, Verdict::Changed(Change::Replace { .. })) {
        "as before".to_owned()
    } else if n == 0 {
        format!("no account {verb}s {object}")
    } else {
        format!("{} {object}", parts::accounts(n, verb))
    }
}

fn after_resources(share: &PlannedShare) -> Option<String> {
    parts::resources(share.diff.after()?.resources.keys())
}

fn before_resources(share: &PlannedShare) -> Option<String> {
    parts::resources(share.diff.before()?.share.resources.keys())
}
