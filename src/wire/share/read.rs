//! A planned share read back.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::diag::{Span, find_code};
use crate::diff::{Change, ImportProblem, ShareDiff, Verdict};
use crate::model::{
    Address, FeatureSet, Observed, PermissionArn, ResourceArn, ResourceType, ShareArn, Users,
};
use crate::plan::Allowance;
use crate::wire::malformed::{Malformed, id, needed};
use crate::wire::parts::{LeftDocument, Recorded};
use crate::wire::share::sides::WantedDocument;
use crate::wire::share::{AllowedDocument, HazardDocument, ImportDocument, ShareDocument};
use crate::wire::usage::UsageDocument;
use crate::wire::words::{ActionWord, AllowedWord, DeleteWord, ImportProblemWord, ReplaceWord, word_of};

impl ShareDocument {
    /// What the plan was made from. `now` is the time of the run that wrote it.
    pub fn read(&self, now: Option<Timestamp>, recorded: &mut Recorded) -> Result<ShareDiff, Malformed> {
        let Self {
            address,
            place: _, // that of its sides, as is the name
            name: _,
            source,
            actions: _,
            cause: _, // that of its changes
            reasons: _,
            import: _,
            blocked: _, // this and what else has nothing beside it follows from the comparison
            prevent_destroy,
            gap: _,
            before: _,
            after: _,
            changes: _,
            audiences: _,
            access: _,
            owner_included: _,
            usage: _,
            hazards: _,
            remarks,
            invitations,
            left,
            kept_for: _,
            steps: _,
        } = self;
        let span = source.as_ref().map(|source| recorded.span(source));
        Ok(ShareDiff {
            address: id(address, Address::parse)?,
            verdict: self.verdict(span, recorded)?,
            protected: *prevent_destroy,
            remarks: remarks.iter().map(|remark| remark.read(now)).collect::<Result<_, _>>()?,
            invitations: invitations.iter().map(|found| found.read()).collect::<Result<_, _>>()?,
            left: left.iter().map(LeftDocument::read).collect::<Result<_, _>>()?,
            deleted: BTreeSet::new(),
        })
    }

    pub fn address(&self) -> Result<Address, Malformed> {
        id(&self.address, Address::parse)
    }

    /// What EC2 said of the resources that accounts lose with this share.
    pub fn usage(&self) -> impl Iterator<Item = Result<(ResourceArn, Observed<Users>), Malformed>> {
        self.usage.iter().map(UsageDocument::read)
    }

    fn verdict(&self, span: Option<Span>, recorded: &mut Recorded) -> Result<Verdict, Malformed> {
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
                rights: self
                    .changes
                    .iter()
                    .map(|change| change.edit.read())
                    .filter(|edit| edit.as_ref().map_or(true, |edit| edit.part.is_of_rights()))
                    .collect::<Result<_, _>>()?,
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
                let edits = self.changes.iter().map(|change| change.edit.read());
                Change::Update { before: before()?, after: after()?, edits: edits.collect::<Result<_, _>>()? }
            }
            other => return Err(Malformed::new(&format!("{other:?}"), "what can become of a share")),
        };
        Ok(Verdict::Changed(change))
    }
}

fn reason<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Result<T, Malformed> {
    word_of(text).ok_or_else(|| Malformed::new(text, "a reason"))
}

impl ImportDocument {
    pub fn read(&self, recorded: &mut Recorded) -> Result<(ShareArn, Span, ImportProblem), Malformed> {
        let Self { arn, source, problem, detail } = self;
        let detail = || needed(detail, "what is in the way");
        let problem = match problem {
            ImportProblemWord::Deleted => ImportProblem::NotThere { deleted: true },
            ImportProblemWord::NotThere => ImportProblem::NotThere { deleted: false },
            ImportProblemWord::OtherPlace => ImportProblem::OtherPlace,
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
    /// What a flag agreed to. Everything else about a hazard follows from the changes and from what the stack says.
    pub fn flagged(&self, at: Option<&Address>) -> Result<Option<Allowance>, Malformed> {
        match &self.allowed {
            Some(AllowedDocument { by: AllowedWord::Flag, .. }) => {
                let code = find_code(&self.code).ok_or_else(|| Malformed::new(&self.code, "a code"))?;
                Ok(Some(Allowance::of(code, at)))
            }
            Some(AllowedDocument { by: AllowedWord::Stack, .. }) | None => Ok(None),
        }
    }
}
