//! A planned share read back.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use crate::access::AccessDelta;
use crate::diag::{Span, find_code};
use crate::diff::{Change, Edit, ImportProblem, Membership, Part, ShareDiff, Verdict};
use crate::model::{
    AccountId, Address, FeatureSet, PermissionArn, Principal, ResourceArn, ResourceType, ShareArn,
};
use crate::plan::{Blocked, Detail, Hazard, HazardStanding, HazardSubject, PlannedShare, StepId};
use crate::wire::malformed::{Malformed, id, ids, needed, times};
use crate::wire::parts::Recorded;
use crate::wire::share::sides::WantedDocument;
use crate::wire::share::{
    AccessDocument, AllowedDocument, Audience, AudienceDocument, ChangeDocument, HazardDocument,
    ImportDocument, ShareDocument, ThresholdDocument,
};
use crate::wire::usage::UsageDocument;
use crate::wire::words::{
    AboutWord, ActionWord, AllowedWord, DeleteWord, ImportProblemWord, ReplaceWord, word_of,
};

impl ShareDocument {
    /// `now` is the time of the run that wrote it.
    pub fn read(&self, now: Option<Timestamp>, recorded: &mut Recorded) -> Result<PlannedShare, Malformed> {
        let Self {
            address,
            place: _, // that of its sides, as is the name
            name: _,
            source,
            actions: _,
            cause: _, // that of its changes
            reasons: _,
            import: _,
            blocked,
            prevent_destroy,
            gap: _,
            before: _,
            after: _,
            changes,
            audiences,
            access,
            owner_included,
            usage,
            hazards,
            remarks,
            invitations,
            kept_for,
            steps,
        } = self;
        let audiences: Vec<Audience> =
            audiences.iter().map(AudienceDocument::read).collect::<Result<_, _>>()?;
        let details: Vec<Detail> =
            changes.iter().map(|change| change.read(&audiences)).collect::<Result<_, _>>()?;
        let span = source.as_ref().map(|source| recorded.span(source));
        let verdict = self.verdict(&details, span, recorded)?;
        let AccessDocument { gain, lose, unknown } = access;
        Ok(PlannedShare {
            diff: ShareDiff {
                address: id(address, Address::parse)?,
                verdict,
                protected: *prevent_destroy,
                remarks: remarks.iter().map(|remark| remark.read(now)).collect::<Result<_, _>>()?,
                invitations: invitations.iter().map(|found| found.read()).collect::<Result<_, _>>()?,
                deleted: BTreeSet::new(),
            },
            details,
            access: AccessDelta {
                gain: ids(gain, AccountId::parse)?,
                lose: ids(lose, AccountId::parse)?,
                unknown: principals(unknown),
                owner_included: *owner_included,
            },
            usage: usage.iter().map(UsageDocument::read).collect::<Result<_, _>>()?,
            hazards: hazards.iter().map(|hazard| hazard.read(recorded)).collect::<Result<_, _>>()?,
            blocked: blocked.map(Blocked::from),
            kept_for: ids(kept_for, AccountId::parse)?,
            steps: steps.iter().copied().map(StepId).collect(),
        })
    }

    fn verdict(
        &self,
        details: &[Detail],
        span: Option<Span>,
        recorded: &mut Recorded,
    ) -> Result<Verdict, Malformed> {
        use ActionWord as A;
        let before = || needed(&self.before, "a live share")?.read();
        let after = || {
            let span = span.ok_or_else(|| Malformed::new("null", "where a block is"))?;
            needed(&self.after, "a desired share").map(|after| WantedDocument::read(after, span))?
        };
        let change = match self.actions.as_slice() {
            [A::Read] => {
                let gap = needed(&self.gap, "a gap")?.read();
                return Ok(Verdict::Unread { after: after()?, gap });
            }
            [A::NoOp] => {
                return Ok(match &self.import {
                    None => Verdict::InSync { before: before()?, after: after()? },
                    Some(import) => {
                        let (arn, span, problem) = import.read(recorded)?;
                        Verdict::NotImported { after: after()?, arn, span, problem }
                    }
                });
            }
            [A::Create] => Change::Create { after: after()? },
            [A::Create, A::Delete] => Change::Replace {
                before: before()?,
                after: after()?,
                reasons: self
                    .reasons
                    .iter()
                    .map(|text| reason::<ReplaceWord>(text))
                    .collect::<Result<Vec<_>, _>>()?
                    .into_iter()
                    .map(Into::into)
                    .collect(),
            },
            [A::Delete] => {
                let word: DeleteWord = reason(self.reasons.first().map_or("", String::as_str))?;
                Change::Delete { before: before()?, reason: word.into() }
            }
            [A::Release] => Change::Release { before: before()? },
            [A::Import | A::Move | A::Update]
            | [A::Import | A::Move, A::Update]
            | [A::Import, A::Promote]
            | [A::Import, A::Promote, A::Update] => {
                let edits: Vec<Edit> = details.iter().map(|detail| detail.edit.clone()).collect();
                Change::Update { before: before()?, after: after()?, edits }
            }
            other => return Err(Malformed::new(&format!("{other:?}"), "what can become of a share")),
        };
        Ok(Verdict::Changed(change))
    }
}

fn reason<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Result<T, Malformed> {
    word_of(text).ok_or_else(|| Malformed::new(text, "a reason"))
}

fn principals(texts: &[String]) -> BTreeSet<Principal> {
    texts.iter().map(|text| Principal::read(text)).collect()
}

impl AudienceDocument {
    fn read(&self) -> Result<Audience, Malformed> {
        let Self { accounts, unknown } = self;
        Ok((Arc::new(ids(accounts, AccountId::parse)?), Arc::new(principals(unknown))))
    }
}

impl ChangeDocument {
    fn read(&self, audiences: &[Audience]) -> Result<Detail, Malformed> {
        // The counts are those of the sets. The same accounts may gain and lose by a permission.
        let Self { edit, gain, lose, accounts, unknown, audience } = self;
        let edit = edit.read()?;
        let (felt, unknown): Audience = match (&edit.part, audience) {
            (Part::Principal { principal, .. }, _) => {
                let unknown = (*unknown > 0).then(|| principal.clone()).into_iter().collect();
                (Arc::new(ids(accounts, AccountId::parse)?), Arc::new(unknown))
            }
            (_, Some(at)) => audiences
                .get(*at)
                .cloned()
                .ok_or_else(|| Malformed::new(&at.to_string(), "the index of an audience"))?,
            (_, None) => (Arc::default(), Arc::default()),
        };
        let felt_if = |n: usize| if n > 0 { felt.clone() } else { Arc::default() };
        let (gain, lose) = match &edit.part {
            Part::Permission { .. } | Part::PermissionVersion { .. } => (felt_if(*gain), felt_if(*lose)),
            Part::Principal { how: Membership::Removed, .. }
            | Part::Resource { how: Membership::Removed, .. } => (Arc::default(), felt),
            _ => (felt, Arc::default()),
        };
        Ok(Detail { edit, gain, lose, unknown })
    }
}

impl ImportDocument {
    pub fn read(&self, recorded: &mut Recorded) -> Result<(ShareArn, Span, ImportProblem), Malformed> {
        let Self { arn, source, problem, detail } = self;
        let detail = || needed(detail, "what is in the way");
        let problem = match problem {
            ImportProblemWord::Deleted => ImportProblem::NotThere { deleted: true },
            ImportProblemWord::NotThere => ImportProblem::NotThere { deleted: false },
            ImportProblemWord::NotStandard => {
                ImportProblem::NotStandard { feature_set: FeatureSet::read(detail()?) }
            }
            ImportProblemWord::NoTwin => {
                let both = detail()?.split_once(' ');
                let (kind, arn) = both.ok_or_else(|| Malformed::new(arn, "a type and a permission"))?;
                let resource_type = id(kind, ResourceType::parse)?;
                ImportProblem::NoTwin { resource_type, permission: id(arn, PermissionArn::parse)? }
            }
            ImportProblemWord::Failed => ImportProblem::Failed,
            ImportProblemWord::RetainSharing => ImportProblem::RetainSharing {
                live: detail()?.parse().map_err(|_| Malformed::new(arn, "true or false"))?,
            },
            ImportProblemWord::AddressTaken => {
                ImportProblem::AddressTaken { by: id(detail()?, ShareArn::parse)? }
            }
            ImportProblemWord::OtherAddress => {
                ImportProblem::OtherAddress { address: id(detail()?, Address::parse)? }
            }
        };
        Ok((id(arn, ShareArn::parse)?, recorded.span(source), problem))
    }
}

impl HazardDocument {
    pub fn read(&self, recorded: &mut Recorded) -> Result<Hazard, Malformed> {
        let Self { code, summary: _, about, subject, threshold, allow: _, allowed } = self;
        let subject = || needed(subject, "the subject of a hazard");
        let threshold = || needed(threshold, "the threshold of a hazard");
        Ok(Hazard {
            code: find_code(code).ok_or_else(|| Malformed::new(code, "a code"))?,
            subject: match about {
                AboutWord::Principal => HazardSubject::Principal(Principal::read(subject()?)),
                AboutWord::Resource => HazardSubject::Resource(id(subject()?, ResourceArn::parse)?),
                AboutWord::Permission => HazardSubject::Permission(id(subject()?, ResourceType::parse)?),
                AboutWord::Share => HazardSubject::Share,
                AboutWord::Received => HazardSubject::Received(id(subject()?, ShareArn::parse)?),
                AboutWord::Second => HazardSubject::Second(id(subject()?, ShareArn::parse)?),
                AboutWord::Plan => HazardSubject::Plan,
                AboutWord::Revocations => {
                    let ThresholdDocument { count, of, unknown: _, limit } = threshold()?;
                    let of = *needed(of, "how many associations there are")?;
                    HazardSubject::Revoked { associations: *count, of, percent: *limit }
                }
                AboutWord::Grants => {
                    let ThresholdDocument { count, of: _, unknown, limit } = threshold()?;
                    HazardSubject::Granted { accounts: *count, unknown: *unknown, limit: *limit }
                }
            },
            standing: match allowed {
                None => HazardStanding::Open,
                Some(AllowedDocument { by: AllowedWord::Flag, .. }) => HazardStanding::AllowedByFlag,
                Some(AllowedDocument { by: AllowedWord::Stack, source, reason, until }) => {
                    HazardStanding::AllowedByStack {
                        span: recorded.span(needed(source, "the place of an allow")?),
                        reason: needed(reason, "the reason of an allow")?.clone(),
                        until: times(until.as_deref())?,
                    }
                }
            },
        })
    }
}
