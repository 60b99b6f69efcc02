//! A plan read back from a file, checked.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::diag::SourceMap;
use crate::diff::{Diff, first_underived};
use crate::model::{AccountId, AccountRole, Address, Arn, Gap, GapCause, Observed, Origin, StackName, Usage};
use crate::org::{OrgSnapshot, OrgView};
use crate::plan::{Allowance, Consent, SavedPlan, plan_knowing};
use crate::wire::FORMAT_VERSION;
use crate::wire::access::NeededPolicyDocument;
use crate::wire::invitation::UnreceivedDocument;
use crate::wire::malformed::{Malformed, id, times};
use crate::wire::partial::PartialDocument;
use crate::wire::parts::Recorded;
use crate::wire::plan_document::{
    AccountDocument, BasisDocument, KIND, PlanDocument, RoleDocument, Underived, VERSION,
};
use crate::wire::share::{HazardDocument, ShareDocument};
use crate::wire::snapshot::{OrganizationRecord, SnapshotError};

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
    #[error("it has the format {found}, and this ramctl reads {FORMAT_VERSION}; make a new plan")]
    Format { found: String },
    #[error(
        "ramctl {found} made it, and this is ramctl {VERSION}; make a new plan with the version that applies it"
    )]
    Version { found: String },
    #[error("it is not as ramctl wrote it: somebody edited it, or it was damaged; make a new plan")]
    Edited,
    #[error("it has a field that no plan has, or lacks one")]
    Fields(#[source] serde_json::Error),
    #[error("it does not say what a plan says")]
    Malformed(#[from] Malformed),
    #[error("the organization in it is none")]
    Organization(#[source] SnapshotError),
    #[error("account {account} is not reached through the role {role}, which is of another account")]
    Role { account: AccountId, role: String },
    #[error("the changes of {address} do not lead from what it is to what it is to be; make a new plan")]
    Parts { address: Address },
    /// Somebody wrote it who is not ramctl.
    #[error("its steps, or what it says of them, do not follow from its changes; make a new plan")]
    Underived(#[source] Underived),
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
        let file = document.derive()?;
        // All that follows from something else in the document follows from it now as it did then: a step that the changes do not
        // lead to, or a review that is not of these changes, was written by somebody else.
        let derived = PlanDocument::new(file.plan.body(), &file.sources, file.origin.clone());
        if derived != document {
            let [found, derived] = [&document, &derived].map(serde_json::to_value);
            let (found, derived) =
                (found.map_err(PlanFileError::Fields)?, derived.map_err(PlanFileError::Fields)?);
            return Err(PlanFileError::Underived(Underived::between(&found, &derived)));
        }
        Ok(file)
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

impl PlanDocument {
    /// The plan, made once more from the differences that the document holds, whatever else it says.
    pub fn derive(&self) -> Result<PlanFile, PlanFileError> {
        let Self {
            format_version: _,
            kind: _,
            ramctl_version: _,
            digest: _,
            stack,
            purpose,
            fingerprint: _, // this and what else has nothing beside it follows from the rest
            accounts,
            basis,
            has_changes: _,
            complete: _,
            now,
            safeguards,
            summary: _,
            access: _,
            partly: _,
            policies,
            sharing,
            shares,
            permissions,
            unmanaged,
            beside,
            inbound,
            unreceived,
            steps: _,
            hazards: _,
            checks,
            refusals: _,
            partial,
            coverage,
            diagnostics: _,
        } = self;
        let mut recorded = Recorded::default();
        let now = times(now.as_deref())?;
        let coverage = coverage.read(&mut recorded)?;
        let (account_labels, roles) = accounts_of(accounts)?;
        let BasisDocument { account, principals: _, organization } = basis;
        let tree = organization.as_ref().map(OrganizationRecord::read).transpose();
        let tree = tree.map_err(PlanFileError::Organization)?;
        let diff = Diff {
            stack: id(stack, StackName::parse)?,
            purpose: (*purpose).into(),
            account_labels,
            sharing: sharing.as_ref().map(|sharing| sharing.read(&mut recorded)).transpose()?,
            shares: shares.iter().map(|one| one.read(now, &mut recorded)).collect::<Result<_, _>>()?,
            permissions: permissions.iter().map(|one| one.read(&mut recorded)).collect::<Result<_, _>>()?,
            policies: NeededPolicyDocument::read(policies)?,
            unmanaged: unmanaged.iter().map(|share| share.read()).collect::<Result<_, _>>()?,
            beside: beside.iter().map(|share| share.read()).collect::<Result<_, _>>()?,
            inbound: inbound.iter().map(|item| item.read(&mut recorded)).collect::<Result<_, _>>()?,
            unreceived: unreceived.iter().map(UnreceivedDocument::read).collect::<Result<_, _>>()?,
            places: coverage.places,
            unknown: coverage.unknown,
            sweep: coverage.sweep,
            organization_account: account.as_ref().map(|one| id(one, AccountId::parse)).transpose()?,
            organization_gap: coverage.organization_gap,
            unresolved: coverage.unresolved,
            safeguards: safeguards.read(&mut recorded)?,
            partial: partial.as_ref().map(PartialDocument::read).transpose()?,
            now,
        };
        let checks = checks.iter().map(|check| check.read(&mut recorded)).collect::<Result<_, _>>()?;
        let org = organization_of(tree);
        if let Some(address) = first_underived(&diff, &org) {
            return Err(PlanFileError::Parts { address: address.clone() });
        }
        let plan = plan_knowing(&diff, &org, &self.usage()?);
        let origin = match coverage.origin {
            Origin::Aws { calls, roles: _ } => Origin::Aws { calls, roles },
            snapshot @ Origin::Snapshot { .. } => snapshot,
        };
        let plan = plan.checked(checks).given(&Consent::new(self.flagged()?));
        Ok(PlanFile { plan: SavedPlan::new(plan), sources: recorded.sources, origin })
    }

    /// What EC2 said, over all shares: each names the accounts that lose the resource with it.
    fn usage(&self) -> Result<Usage, Malformed> {
        let mut out = Usage::default();
        for answer in self.shares.iter().flat_map(ShareDocument::usage) {
            let (resource, answer) = answer?;
            match (out.found.get_mut(&resource), answer) {
                (Some(Observed::Known(users)), Observed::Known(more)) => users.extend(more),
                (_, answer) => drop(out.found.insert(resource, answer)),
            }
        }
        Ok(out)
    }

    /// What flags agreed to.
    fn flagged(&self) -> Result<Vec<Allowance>, Malformed> {
        let mut out = Vec::new();
        let mut add = |hazards: &[HazardDocument], at: Option<&Address>| -> Result<(), Malformed> {
            for hazard in hazards {
                out.extend(hazard.flagged(at)?);
            }
            Ok(())
        };
        let whole: Vec<HazardDocument> =
            self.hazards.iter().filter(|hazard| hazard.address.is_none()).cloned().collect();
        add(&whole, None)?;
        for share in &self.shares {
            add(&share.hazards, Some(&share.address()?))?;
        }
        for permission in &self.permissions {
            add(&permission.hazards, Some(&permission.address()?))?;
        }
        for item in &self.inbound {
            add(&item.hazards, item.by()?.as_ref())?;
        }
        Ok(out)
    }
}

/// The organization as the plan looked at it. Whether sharing is on has gone into the differences.
fn organization_of(tree: Option<OrgSnapshot>) -> OrgView {
    let unread = || Gap {
        action: "organizations:DescribeOrganization".to_owned(),
        caller: String::new(),
        cause: GapCause::NotConfigured,
        detail: "the plan was made without it".to_owned(),
    };
    OrgView {
        snapshot: tree.map_or_else(|| Observed::Unknown(unread()), Observed::Known),
        sharing: Observed::Unknown(unread()),
    }
}

type Accounts = (BTreeMap<AccountId, String>, BTreeMap<AccountId, AccountRole>);

fn accounts_of(documents: &[AccountDocument]) -> Result<Accounts, PlanFileError> {
    let (mut labels, mut roles) = Accounts::default();
    for AccountDocument { id: account, label, role } in documents {
        let account = id(account, AccountId::parse)?;
        if let Some(RoleDocument { arn, session_name, duration_seconds, external_id }) = role {
            let parsed = id(arn, Arn::parse)?;
            if parsed.account() != account.as_str() {
                return Err(PlanFileError::Role { account, role: arn.chars().take(200).collect() });
            }
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
