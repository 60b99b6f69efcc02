//! Why a block cannot have its permission.

use serde::{Deserialize, Serialize};

use crate::diag::{SourceMap, Span};
use crate::diff::PermissionProblem;
use crate::model::{Address, PermissionArn, PermissionPolicy, ResourceType};
use crate::wire::malformed::{Malformed, id, needed};
use crate::wire::parts::{MisfitDocument, Recorded, SourceDocument};
use crate::wire::words::PermissionProblemWord;

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ProblemDocument {
    problem: PermissionProblemWord,
    source: SourceDocument,
    /// What is in the way: a stack, an address, a permission or a type.
    detail: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    misfit: Option<MisfitDocument>,
    /// What the live permission allows, where the block says something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy: Option<String>,
}

impl ProblemDocument {
    pub fn new(span: Span, problem: &PermissionProblem, sources: &SourceMap) -> Self {
        let misfit = match problem {
            PermissionProblem::Unproven { misfit } => Some(MisfitDocument::new(misfit)),
            _ => None,
        };
        let policy = match problem {
            PermissionProblem::PolicyDiffers { arn: _, live } => Some(live.template()),
            _ => None,
        };
        let (problem, detail) = problem_words(problem);
        Self { problem, source: SourceDocument::new(span, sources), detail, misfit, policy }
    }

    pub fn read(&self, recorded: &mut Recorded) -> Result<(Span, PermissionProblem), Malformed> {
        use PermissionProblem as P;
        use PermissionProblemWord as W;
        let detail = || needed(&self.detail, "what is in the way");
        let arn = || id(detail()?, PermissionArn::parse);
        let live = || id(detail()?, ResourceType::parse);
        let problem = match self.problem {
            W::NameTaken => P::NameTaken { owner: self.detail.clone() },
            W::NameFromPolicy => P::NameFromPolicy,
            W::TypeChanged => P::TypeChanged { live: live()? },
            W::OtherAddress => P::OtherAddress { address: id(detail()?, Address::parse)? },
            W::NotThere => P::NotThere { arn: arn()? },
            W::OtherName => P::OtherName { arn: arn()? },
            W::OtherType => P::OtherType { live: live()? },
            W::PolicyDiffers => {
                let text = needed(&self.policy, "what the permission allows")?;
                let live = PermissionPolicy::read(text).map_err(|_| Malformed::new(text, "a policy"))?;
                P::PolicyDiffers { arn: arn()?, live }
            }
            W::Unproven => P::Unproven { misfit: needed(&self.misfit, "why it is not the stack's")?.read()? },
        };
        Ok((recorded.span(&self.source), problem))
    }
}

pub(crate) fn problem_words(problem: &PermissionProblem) -> (PermissionProblemWord, Option<String>) {
    use PermissionProblem as P;
    use PermissionProblemWord as W;
    match problem {
        P::NameTaken { owner } => (W::NameTaken, owner.clone()),
        P::NameFromPolicy => (W::NameFromPolicy, None),
        P::TypeChanged { live } => (W::TypeChanged, Some(live.to_string())),
        P::OtherAddress { address } => (W::OtherAddress, Some(address.to_string())),
        P::NotThere { arn } => (W::NotThere, Some(arn.to_string())),
        P::OtherName { arn } => (W::OtherName, Some(arn.to_string())),
        P::OtherType { live } => (W::OtherType, Some(live.to_string())),
        P::PolicyDiffers { arn, live: _ } => (W::PolicyDiffers, Some(arn.to_string())),
        P::Unproven { misfit: _ } => (W::Unproven, None),
    }
}
