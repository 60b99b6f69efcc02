//! One customer managed permission, classified.

use crate::diag::Span;
use crate::diff::{
    Cause, DeleteReason, Misfit, PermissionChange, PermissionDiff, PermissionEdit, PermissionPart,
    PermissionProblem, PermissionVerdict,
};
use crate::model::{Address, Gap, Place};

/// One permission of the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermissionItem {
    pub address: Address,
    pub place: Place,
    pub name: String,
    pub span: Option<Span>,
    pub class: PermissionClass,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PermissionClass {
    InSync,
    Modified {
        cause: Cause,
        edits: Vec<PermissionEdit>,
    },
    /// Declared and not there.
    Missing,
    /// Declared, and there only as one that RAM made from a resource policy.
    ToPromote,
    /// The stack's, and no block has it.
    Surplus {
        reason: DeleteReason,
    },
    /// The stack's, and to be let go.
    ToRelease,
    /// It bears the stack's tags and no record that fits, and no block has its name.
    Unproven {
        misfit: Misfit,
    },
    /// Its block cannot have it.
    NotHad {
        problem: PermissionProblem,
    },
    /// Not compared.
    Unknown {
        gap: Gap,
    },
}

impl PermissionItem {
    pub(crate) fn of(diff: &PermissionDiff) -> Self {
        let PermissionDiff { address, verdict, protected: _ } = diff;
        let class = match verdict {
            PermissionVerdict::InSync { .. } => PermissionClass::InSync,
            PermissionVerdict::Unread { after: _, gap } => PermissionClass::Unknown { gap: gap.clone() },
            PermissionVerdict::NotHad { after: _, span: _, problem } => {
                PermissionClass::NotHad { problem: problem.clone() }
            }
            PermissionVerdict::Unproven { before: _, misfit } => {
                PermissionClass::Unproven { misfit: misfit.clone() }
            }
            PermissionVerdict::Changed(PermissionChange::Create { .. }) => PermissionClass::Missing,
            PermissionVerdict::Changed(PermissionChange::Promote { .. }) => PermissionClass::ToPromote,
            PermissionVerdict::Changed(PermissionChange::Release { .. }) => PermissionClass::ToRelease,
            PermissionVerdict::Changed(PermissionChange::Delete { before: _, reason }) => {
                PermissionClass::Surplus { reason: *reason }
            }
            PermissionVerdict::Changed(PermissionChange::Update { before: _, after: _, edits }) => {
                let real = edits.iter().filter(|edit| edit.part != PermissionPart::Record);
                let real: Vec<PermissionEdit> = real.cloned().collect();
                match real.iter().map(|edit| edit.cause).reduce(Cause::and) {
                    Some(cause) => PermissionClass::Modified { cause, edits: real },
                    // Only ramctl's own record is behind: AWS is as declared.
                    None => PermissionClass::InSync,
                }
            }
        };
        Self {
            address: address.clone(),
            place: diff.place().clone(),
            name: diff.arn().name().to_owned(),
            span: diff.span(),
            class,
        }
    }

    pub(crate) fn differs(&self) -> bool {
        !matches!(self.class, PermissionClass::InSync | PermissionClass::Unknown { .. })
    }

    pub(crate) fn is_unread(&self) -> bool {
        matches!(self.class, PermissionClass::Unknown { .. })
    }
}
