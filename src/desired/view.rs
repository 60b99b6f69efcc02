//! A share block as the rules see it: what is known of it now, offline or with the organization.

use std::collections::BTreeSet;

use crate::catalog::{Kind, TypeFacts, kind_of, type_with_code};
use crate::desired::name::declared_name;
use crate::desired::permission::{PermissionBlocks, WrittenPermission, read};
use crate::desired::tagged::{QueryView, query_view};
use crate::diag::{Span, Spanned};
use crate::lang::{PermissionBlock, PermissionUse, PrincipalExpr, ShareBlock};
use crate::model::{Partition, Principal, ResourceArn, ResourceType, TaggedResources};

/// One share and what its parts are.
pub(crate) struct ShareView<'a> {
    pub(crate) block: &'a ShareBlock,
    /// As given, or made from the address.
    pub(crate) name: String,
    /// Those that are named by ARN, then those that were found by tags.
    pub(crate) resources: Vec<ResourceView<'a>>,
    pub(crate) queries: Vec<QueryView<'a>>,
    pub(crate) principals: Vec<PrincipalView<'a>>,
    pub(crate) permissions: Vec<PermissionView<'a>>,
}

pub(crate) struct ResourceView<'a> {
    pub(crate) arn: &'a ResourceArn,
    pub(crate) span: Span,
    pub(crate) kind: Kind,
}

pub(crate) struct PrincipalView<'a> {
    pub(crate) written: &'a Spanned<PrincipalExpr>,
    /// None where it takes the organization to know.
    pub(crate) principal: Option<Principal>,
    /// For people: `ou Workloads/Prod`.
    pub(crate) label: String,
}

pub(crate) struct PermissionView<'a> {
    pub(crate) written: &'a PermissionUse,
    /// None where the text is neither a name nor an ARN.
    pub(crate) permission: Option<WrittenPermission>,
    /// The block of this stack that makes the permission.
    pub(crate) block: Option<&'a PermissionBlock>,
}

impl<'a> ShareView<'a> {
    /// The share with what its searches by tags found, and with `settle` saying which principal an expression stands for, and what people call it.
    pub(crate) fn new(
        block: &'a ShareBlock,
        blocks: &PermissionBlocks<'a>,
        tagged: Option<&'a TaggedResources>,
        mut settle: impl FnMut(&Spanned<PrincipalExpr>) -> (Option<Principal>, String),
    ) -> Self {
        let name = declared_name(block);
        let resource = |arn: &'a Spanned<ResourceArn>| ResourceView {
            arn: &arn.value,
            span: arn.span,
            kind: kind_of(arn.value.arn()),
        };
        let mut principal = |written: &'a Spanned<PrincipalExpr>| {
            let (principal, label) = settle(written);
            PrincipalView { written, principal, label }
        };
        let queries: Vec<QueryView<'a>> =
            block.tagged.iter().map(|written| query_view(block, written, tagged)).collect();
        let mut resources: Vec<ResourceView<'a>> = block.resources.iter().map(resource).collect();
        let named: BTreeSet<&ResourceArn> = block.resources.iter().map(|arn| &arn.value).collect();
        let mut taken = BTreeSet::new();
        for (query, arn) in queries.iter().flat_map(|query| query.taken().map(move |arn| (query, arn))) {
            // What several searches find, or a search and the file, is on the share once.
            if !named.contains(arn) && taken.insert(arn) {
                resources.push(ResourceView { arn, span: query.written.span, kind: kind_of(arn.arn()) });
            }
        }
        Self {
            block,
            name,
            resources,
            queries,
            principals: block.principals.iter().map(&mut principal).collect(),
            permissions: block
                .permissions
                .iter()
                .map(|written| PermissionView {
                    written,
                    permission: read(block, written, blocks),
                    block: written.declared.as_ref().and_then(|address| blocks.get(address).copied()),
                })
                .collect(),
        }
    }

    /// The partition that the share lives in.
    pub(crate) fn partition(&self) -> Partition {
        self.block.region.value.partition()
    }

    /// The first resource whose type has a property, with the type's facts.
    pub(crate) fn resource_where(
        &self,
        is: impl Fn(&TypeFacts) -> bool,
    ) -> Option<(&ResourceView<'a>, &'static TypeFacts)> {
        self.resources.iter().find_map(|resource| match resource.kind {
            Kind::Type(facts) if is(facts) => Some((resource, facts)),
            _ => None,
        })
    }

    pub(crate) fn allows_external(&self) -> bool {
        self.block.allow_external_principals.as_ref().is_some_and(|allow| allow.value)
    }

    /// Where `retain_sharing_on_account_leave_organization = true` stands.
    pub(crate) fn retains(&self) -> Option<Span> {
        self.block
            .retain_sharing_on_account_leave_organization
            .as_ref()
            .filter(|on| on.value)
            .map(|on| on.span)
    }
}

/// What an expression is without the organization.
pub(crate) fn offline(written: &Spanned<PrincipalExpr>) -> (Option<Principal>, String) {
    let principal = match &written.value {
        PrincipalExpr::Literal(principal) => Some(principal.clone()),
        PrincipalExpr::Declared { id, .. } => Some(Principal::Account(id.clone())),
        PrincipalExpr::AccountNamed(_)
        | PrincipalExpr::UnitAtPath(_)
        | PrincipalExpr::UnitById(_)
        | PrincipalExpr::Organization => None,
    };
    let label = as_written(&written.value);
    (principal, label)
}

/// The expression as it stands in the file.
pub(crate) fn as_written(expression: &PrincipalExpr) -> String {
    match expression {
        PrincipalExpr::Literal(principal) => principal.to_string(),
        PrincipalExpr::Declared { address, .. } => address.to_string(),
        PrincipalExpr::AccountNamed(name) => format!("account({name:?})"),
        PrincipalExpr::UnitAtPath(path) => format!("ou({path:?})"),
        PrincipalExpr::UnitById(id) => format!("ou(\"{id}\")"),
        PrincipalExpr::Organization => "organization()".to_owned(),
    }
}

/// The type code as RAM spells it; as written where the catalog does not know it.
pub(crate) fn own_spelling(code: &ResourceType) -> ResourceType {
    type_with_code(code).map_or(code, |facts| &facts.code).clone()
}
