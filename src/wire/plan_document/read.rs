//! A plan read back from a file, checked.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::access::AccessTotals;
use crate::diag::SourceMap;
use crate::diff::PermissionVerdict;
use crate::model::{AccountId, AccountRole, Address, Origin, Principal, StackName};
use crate::org::SharingState;
use crate::plan::{
    Basis, Behind, Fingerprint, Incoherent, PlanBody, PlannedPermission, PlannedSharing, Refusal, SavedPlan,
    Standing, Step,
};
use crate::wire::FORMAT_VERSION;
use crate::wire::malformed::{Malformed, id, ids, needed, times};
use crate::wire::partial::PartialDocument;
use crate::wire::parts::Recorded;
use crate::wire::plan_document::{
    AccountDocument, BasisDocument, BehindDocument, KIND, PlanDocument, RefusalDocument, RoleDocument,
    VERSION,
};
use crate::wire::share::AccessDocument;
use crate::wire::words::{RefusalWord, SharingStateWord, StandingWord, word_of};

/// A plan from a file, with what it takes to show it.
#[derive(Clone, Debug)]
pub struct PlanFile {
    pub plan: SavedPlan,
    /// The files that the plan points into. Their texts are not in the plan.
    pub sources: SourceMap,
    /// Where AWS was read, and through which roles.
    pub origin: Origin,
}

/// Why a text is not a plan that may be used.
#[derive(Debug, thiserror::Error)]
pub enum PlanFileError {
    #[error("it is no whole JSON document: it was cut short, or is something else")]
    Json(#[source] serde_json::Error),
    #[error("it is a document of the kind {kind:?}, not a plan")]
    Kind { kind: String },
    #[error("it has the format {found}, and this ramctl reads {FORMAT_VERSION}; make the plan anew")]
    Format { found: String },
    #[error(
        "ramctl {found} made it, and this is ramctl {VERSION}; make the plan anew with the version that applies it"
    )]
    Version { found: String },
    #[error("it is not as ramctl wrote it: somebody edited it, or it was damaged; make the plan anew")]
    Edited,
    #[error("it has a field that no plan has, or lacks one")]
    Fields(#[source] serde_json::Error),
    #[error("it does not say what a plan says")]
    Malformed(#[from] Malformed),
    #[error("its steps do not hang together")]
    Incoherent(#[from] Incoherent),
}

/// As much of a document as every version of it has.
#[derive(Deserialize)]
struct Header {
    format_version: String,
    kind: String,
    #[serde(default)]
    ramctl_version: String,
}

impl PlanFile {
    /// Reads a plan that [`PlanDocument::to_text`] wrote, and nothing else: a text that differs in one character is refused.
    pub fn read(text: &str) -> Result<Self, PlanFileError> {
        let header: Header = serde_json::from_str(text).map_err(PlanFileError::Json)?;
        if header.kind != KIND {
            return Err(PlanFileError::Kind { kind: short(&header.kind) });
        }
        if header.format_version != FORMAT_VERSION {
            return Err(PlanFileError::Format { found: short(&header.format_version) });
        }
        if header.ramctl_version != VERSION {
            return Err(PlanFileError::Version { found: short(&header.ramctl_version) });
        }
        let document: PlanDocument = serde_json::from_str(text).map_err(PlanFileError::Fields)?;
        if document.own_digest() != document.digest || document.to_text() != text {
            return Err(PlanFileError::Edited);
        }
        let file = document.read()?;
        // What the document says twice, it has to say alike.
        if PlanDocument::new(file.plan.body(), &file.sources, file.origin.clone()) != document {
            return Err(PlanFileError::Edited);
        }
        Ok(file)
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

impl PlanDocument {
    fn read(&self) -> Result<PlanFile, PlanFileError> {
        let Self {
            format_version: _,
            kind: _,
            ramctl_version: _,
            digest: _,
            stack,
            purpose,
            fingerprint,
            accounts,
            basis,
            has_changes: _, // this and the next, and the summary, are counted anew
            complete: _,
            now,
            summary: _,
            access,
            sharing,
            shares,
            permissions,
            unmanaged,
            steps,
            hazards,
            checks,
            refusals,
            partial,
            coverage,
            diagnostics: _, // they follow from the rest
        } = self;
        let mut recorded = Recorded::default();
        let now = times(now.as_deref())?;
        let steps: Vec<_> = steps.iter().map(|step| step.read()).collect::<Result<_, Malformed>>()?;
        let enables = |step: &Step| {
            matches!(step, Step::EnableSharingWithAwsOrganization | Step::CreateServiceLinkedRole)
        };
        let sharing = sharing.as_ref().map(|sharing| sharing.read(&mut recorded)).transpose()?;
        let sharing = sharing.map(|diff| PlannedSharing {
            diff,
            step: steps.iter().find(|step| enables(&step.step)).map(|step| step.id),
        });
        let mut planned = Vec::with_capacity(shares.len());
        for share in shares {
            planned.push(share.read(now, &mut recorded)?);
        }
        let mut planned_permissions = Vec::with_capacity(permissions.len());
        for permission in permissions {
            planned_permissions.push(permission.read(&mut recorded)?);
        }
        let coverage = coverage.read(&mut recorded)?;
        let (account_labels, roles) = accounts_of(accounts)?;
        let AccessDocument { gain, lose, unknown } = access;
        let mut read_refusals = Vec::with_capacity(refusals.len());
        for refusal in refusals {
            read_refusals.push(match refusal.permission(&planned_permissions)? {
                Some(refusal) => refusal,
                None => refusal.read(&mut recorded)?,
            });
        }
        let refusals = read_refusals;
        let body = PlanBody {
            stack: id(stack, StackName::parse).map_err(PlanFileError::from)?,
            purpose: (*purpose).into(),
            account_labels,
            sharing,
            shares: planned,
            permissions: planned_permissions,
            unmanaged: unmanaged.iter().map(|share| share.read()).collect::<Result<_, _>>()?,
            places: coverage.places,
            unknown: coverage.unknown,
            organization_gap: coverage.organization_gap,
            unresolved: coverage.unresolved,
            partial: partial.as_ref().map(PartialDocument::read).transpose()?,
            steps,
            access: AccessTotals {
                gain: ids(gain, AccountId::parse)?,
                lose: ids(lose, AccountId::parse)?,
                unknown: unknown.iter().map(|text| Principal::read(text)).collect(),
            },
            hazards: hazards.iter().map(|hazard| hazard.read(&mut recorded)).collect::<Result<_, _>>()?,
            checks: checks.iter().map(|check| check.read(&mut recorded)).collect::<Result<_, _>>()?,
            refusals,
            fingerprint: Fingerprint::parse(fingerprint)
                .ok_or_else(|| Malformed::new(fingerprint, "a fingerprint"))?,
            basis: basis.read()?,
            now,
        };
        let origin = match coverage.origin {
            Origin::Aws { calls, roles: _ } => Origin::Aws { calls, roles },
            snapshot @ Origin::Snapshot { .. } => snapshot,
        };
        Ok(PlanFile { plan: SavedPlan::new(body)?, sources: recorded.sources, origin })
    }
}

type Accounts = (BTreeMap<AccountId, String>, BTreeMap<AccountId, AccountRole>);

fn accounts_of(documents: &[AccountDocument]) -> Result<Accounts, Malformed> {
    let (mut labels, mut roles) = Accounts::default();
    for AccountDocument { id: account, label, role } in documents {
        let account = id(account, AccountId::parse)?;
        if let Some(RoleDocument { arn, session_name, duration_seconds, external_id }) = role {
            let role = AccountRole {
                arn: arn.clone(),
                session_name: session_name.clone(),
                duration_seconds: *duration_seconds,
                has_external_id: *external_id,
            };
            roles.insert(account.clone(), role);
        }
        labels.extend(label.clone().map(|label| (account, label)));
    }
    Ok((labels, roles))
}

impl BasisDocument {
    fn read(&self) -> Result<Basis, Malformed> {
        let Self { account, principals } = self;
        Ok(Basis {
            account: account.as_ref().map(|account| id(account, AccountId::parse)).transpose()?,
            principals: principals.iter().map(BehindDocument::read).collect::<Result<_, _>>()?,
        })
    }
}

impl BehindDocument {
    fn read(&self) -> Result<(Principal, Behind), Malformed> {
        let Self { principal, label, standing, accounts } = self;
        let standing = match standing {
            StandingWord::Accounts => Standing::Accounts(ids(accounts, AccountId::parse)?),
            StandingWord::Outside => Standing::Outside,
            StandingWord::Unknowable => Standing::Unknowable,
        };
        Ok((Principal::read(principal), Behind { label: label.clone(), standing }))
    }
}

impl RefusalDocument {
    /// A refusal that a permission of the plan tells of in full.
    fn permission(&self, permissions: &[PlannedPermission]) -> Result<Option<Refusal>, Malformed> {
        if self.kind != RefusalWord::Permission {
            return Ok(None);
        }
        let text = needed(&self.address, "an address")?;
        let address = id(text, Address::parse)?;
        let found = permissions.iter().filter(|permission| permission.diff.address == address);
        let refusal = found.into_iter().find_map(|permission| match &permission.diff.verdict {
            PermissionVerdict::NotHad { after, span, problem } => Some(Refusal::Permission {
                address: address.clone(),
                span: *span,
                arn: after.arn.clone(),
                problem: problem.clone(),
            }),
            _ => None,
        });
        refusal.map(Some).ok_or_else(|| Malformed::new(text, "a permission that cannot be had"))
    }

    fn read(&self, recorded: &mut Recorded) -> Result<Refusal, Malformed> {
        let Self { kind, address, state, import } = self;
        let address = || id(needed(address, "an address")?, Address::parse);
        let state = || -> Result<SharingState, Malformed> {
            let text = needed(state, "a state of sharing")?;
            let word: Option<SharingStateWord> = word_of(text);
            word.map(Into::into).ok_or_else(|| Malformed::new(text, "a state of sharing"))
        };
        Ok(match kind {
            RefusalWord::PreventDestroy => Refusal::PreventDestroy { address: address()? },
            RefusalWord::SharingRequired => Refusal::SharingRequired { state: state()? },
            RefusalWord::SharingImpossible => Refusal::SharingImpossible { state: state()? },
            RefusalWord::Permission => return Err(Malformed::new("permission", "a refusal of a share")),
            RefusalWord::Import => {
                let (arn, span, problem) = needed(import, "an import")?.read(recorded)?;
                Refusal::Import { address: address()?, span, arn, problem }
            }
        })
    }
}
