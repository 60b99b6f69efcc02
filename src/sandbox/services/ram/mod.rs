//! AWS Resource Access Manager.
//!
//! Rules come from the RAM user guide, the service model and errors quoted in public; where those are silent, the README beside the
//! sandbox says what it does and that it is a guess.

mod admission;
mod attachments;
mod invitations;
mod kinds;
mod member_lists;
mod members;
mod output;
mod permissions;
mod policies;
mod request;
mod sharing;
mod shares;
mod tags;
mod views;
mod works;

pub(crate) use kinds::{default_permission_arn, first_version, is_managed};
pub(crate) use request::{Subject, subjects};
pub(crate) use sharing::{end_sharing, leave_organization};

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::model::{Arn, ShareArn};
use crate::sandbox::services::{Answer, Call, Operation, Pager, Refusal, answer};
use crate::sandbox::settings::EmptyPages;
use crate::sandbox::state::State;
use crate::sandbox::state::rows_ram::{Share, ShareId, ShareStatus, Token};

/// Tables of operations, some of them in parts.
pub(crate) const OPERATIONS: &[&[&[Operation]]] = &[
    &[
        shares::OPERATIONS,
        members::OPERATIONS,
        member_lists::OPERATIONS,
        attachments::OPERATIONS,
        works::OPERATIONS,
    ],
    permissions::OPERATIONS,
    &[invitations::OPERATIONS, views::OPERATIONS, kinds::OPERATIONS, policies::OPERATIONS],
    &[sharing::OPERATIONS, tags::OPERATIONS],
];

const INVALID: &str = "InvalidParameterException";

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new(INVALID, message)
}

fn unknown(message: impl Into<String>) -> Refusal {
    Refusal::new("UnknownResourceException", message)
}

fn not_permitted(message: impl Into<String>) -> Refusal {
    Refusal::new("OperationNotPermittedException", message)
}

fn wrong_state(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidStateTransitionException", message)
}

fn malformed_arn(arn: &str) -> Refusal {
    Refusal::new(
        "MalformedArnException",
        format!("The specified ARN {arn} is not valid. Verify the ARN and try again."),
    )
}

fn required<T>(value: Option<T>, name: &str) -> Result<T, Refusal> {
    value.ok_or_else(|| {
        invalid(format!("1 validation error detected: Value at '{name}' failed to satisfy constraint: Member must not be null"))
    })
}

/// Takes a text that must be one of a few.
fn one_of(text: Option<&str>, name: &str, values: &[&str]) -> Result<(), Refusal> {
    match text {
        Some(text) if !values.contains(&text) => Err(invalid(format!(
            "1 validation error detected: Value '{text}' at '{name}' failed to satisfy constraint: \
             Member must satisfy enum value set: [{}]",
            values.join(", ")
        ))),
        _ => Ok(()),
    }
}

/// Whose shares a listing is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    Myself,
    Others,
}

fn owner(text: Option<&str>) -> Result<Owner, Refusal> {
    let text = required(text, "resourceOwner")?;
    one_of(Some(text), "resourceOwner", &["SELF", "OTHER-ACCOUNTS"])?;
    Ok(if text == "SELF" { Owner::Myself } else { Owner::Others })
}

/// The share that an ARN names.
pub(crate) fn share_id(arn: &str) -> Result<ShareId, Refusal> {
    let arn = ShareArn::parse(arn).map_err(|_| malformed_arn(arn))?;
    let arn: &Arn = arn.arn();
    Ok(ShareId {
        account: arn.account().to_owned(),
        region: arn.region().to_owned(),
        uuid: arn.resource().trim_start_matches("resource-share/").to_owned(),
    })
}

fn no_such_share(arn: &str) -> Refusal {
    unknown(format!("ResourceShare {arn} could not be found."))
}

/// A share of the caller's in the caller's Region, deleted ones too.
fn own_share<'a>(call: &Call<'_>, state: &'a State, arn: &str) -> Result<&'a Share, Refusal> {
    let id = share_id(arn)?;
    if id.account != call.caller.account || id.region != call.region {
        return Err(no_such_share(arn));
    }
    state.shares.get(&id.key()).filter(|share| is_seen(call, share)).ok_or_else(|| no_such_share(arn))
}

/// Whether reads have caught up with the share's creation.
fn is_seen(call: &Call<'_>, share: &Share) -> bool {
    call.now >= share.created + call.behaviour.unseen_ms
}

/// Whether reads have caught up with the tags that the share was created with.
pub(crate) fn shows_tags(call: &Call<'_>, share: &Share) -> bool {
    call.now >= share.created + call.behaviour.tags_unseen_ms
}

/// A share of the caller's that can be changed.
fn changeable_share<'a>(call: &Call<'_>, state: &'a State, arn: Option<&str>) -> Result<&'a Share, Refusal> {
    use crate::sandbox::state::rows_ram::FeatureSet;
    let arn = required(arn, "resourceShareArn")?;
    let share = own_share(call, state, arn)?;
    match share.status {
        ShareStatus::Deleted => Err(no_such_share(arn)),
        ShareStatus::Deleting | ShareStatus::Pending => {
            Err(wrong_state(format!("The resource share {arn} is not in ACTIVE status.")))
        }
        ShareStatus::Active | ShareStatus::Failed => match share.feature_set {
            FeatureSet::Standard => Ok(share),
            FeatureSet::CreatedFromPolicy | FeatureSet::PromotingToStandard => Err(not_permitted(
                "You cannot modify a resource share that was created from a resource-based policy. Promote it first.",
            )),
        },
    }
}

/// The page that a listing asks for.
fn pager(call: &Call<'_>, operation: &str, filtered: bool) -> Result<Pager, Refusal> {
    let size = match call.input.get("maxResults") {
        None | Some(Value::Null) => call.behaviour.page_size,
        Some(size) => match size.as_u64() {
            Some(size @ 1..=500) => call.behaviour.page_size.min(size as usize),
            _ => {
                return Err(invalid(format!(
                    "1 validation error detected: Value '{size}' at 'maxResults' failed to satisfy constraint: \
                     Member must have value between 1 and 500"
                )));
            }
        },
    };
    let refused =
        || Refusal::new("InvalidNextTokenException", "The specified value for NextToken is not valid.");
    let token = match call.input.get("nextToken") {
        None | Some(Value::Null) => None,
        Some(token) => Some(token.as_str().ok_or_else(refused)?),
    };
    let empty_first = match call.behaviour.empty_pages {
        None | Some(EmptyPages::Never) => false,
        Some(EmptyPages::Filtered) => filtered,
        Some(EmptyPages::Always) => true,
    };
    let listing = format!("{operation} {} {}", call.caller.account, call.region);
    let pager = Pager::new(&listing, call.input, size, token, empty_first).ok_or_else(refused)?;
    Ok(match call.behaviour.shuffle {
        0 => pager,
        seed => pager.shuffled(seed, call.turns),
    })
}

/// Runs a change once per client token: the same token and request get the same answer, whatever became of it since.
fn once(
    call: &Call<'_>,
    state: &mut State,
    operation: &str,
    change: impl FnOnce(&Call<'_>, &mut State) -> Result<Map<String, Value>, Refusal>,
) -> Answer {
    let token = match call.input.get("clientToken") {
        None | Some(Value::Null) => None,
        Some(Value::String(token)) if !token.is_empty() && token.len() <= 256 => Some(token),
        Some(_) => {
            return Err(Refusal::new(
                "InvalidClientTokenException",
                "The specified client token is not valid.",
            ));
        }
    };
    let Some(token) = token else { return answer(&change(call, state)?) };
    let key = format!("{}/{}/{token}", call.caller.account, call.region);
    let request = Sha256::digest(format!("{operation} {}", call.input).as_bytes());
    let request: String = request.iter().map(|byte| format!("{byte:02x}")).collect();
    if let Some(known) = state.tokens.get(&key) {
        return if known.request == request {
            Ok(known.answer.clone().into_bytes())
        } else {
            Err(Refusal::new(
                "IdempotentParameterMismatchException",
                "The client token was used before with another request. Use a new token.",
            ))
        };
    }
    let mut output = change(call, state)?;
    output.insert("clientToken".into(), Value::String(token.clone()));
    let output = Value::Object(output).to_string();
    state.tokens.put(
        key,
        Token {
            operation: operation.into(),
            request,
            answer: output.clone(),
            due: call.behaviour.tokens.forgotten(call.now),
        },
    );
    Ok(output.into_bytes())
}

/// An output of named members.
fn object<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use crate::sandbox::services::Service;

    /// The operations of the model of 2026-11-17.
    const ALL: &str = "AcceptResourceShareInvitation AssociateResourceShare AssociateResourceSharePermission CreatePermission \
        CreatePermissionVersion CreateResourceShare DeletePermission DeletePermissionVersion DeleteResourceShare \
        DisassociateResourceShare DisassociateResourceSharePermission EnableSharingWithAwsOrganization GetPermission \
        GetResourcePolicies GetResourceShareAssociations GetResourceShareInvitations GetResourceShares \
        ListPendingInvitationResources ListPermissionAssociations ListPermissionVersions ListPermissions ListPrincipals \
        ListReplacePermissionAssociationsWork ListResourceSharePermissions ListResourceTypes ListResources \
        ListSourceAssociations PromotePermissionCreatedFromPolicy PromoteResourceShareCreatedFromPolicy \
        RejectResourceShareInvitation ReplacePermissionAssociations SetDefaultPermissionVersion TagResource UntagResource \
        UpdatePermission UpdateResourceShare";

    #[test]
    fn every_operation_of_the_model_is_in_one_table() {
        let mut names: Vec<&str> = Service::Ram.operations().map(|operation| operation.name).collect();
        names.sort_unstable();
        assert_eq!(names, ALL.split_whitespace().collect::<Vec<_>>());
    }
}
