//! Who and what may be on a share.

use std::collections::BTreeSet;

use crate::model::{AccountId, Arn, Principal};
use crate::sandbox::clock::Millis;
use crate::sandbox::services::ram::kinds::{self, Kind};
use crate::sandbox::services::ram::{invalid, malformed_arn, not_permitted, unknown};
use crate::sandbox::services::{Call, Refusal};
use crate::sandbox::settings::Resources;
use crate::sandbox::state::State;
use crate::sandbox::state::rows_account::Role;
use crate::sandbox::state::rows_ram::*;

/// What trusted access is turned on for, and the role that goes with it.
pub(super) const PRINCIPAL: &str = "ram.amazonaws.com";
pub(super) const SERVICE_ROLE: &str = "AWSServiceRoleForResourceAccessManager";

const ONLY_INSIDE: &str = "The resource you are attempting to share can only be shared within your AWS Organization. \
    This error may also occur if you have not enabled sharing with your AWS organization, or that onboarding process is still in progress.";

/// What a request wants to put on a share.
#[derive(Clone, Copy, Default)]
pub(super) struct Wanted<'a> {
    pub resources: &'a [String],
    pub principals: &'a [String],
    pub sources: &'a [String],
}

/// The share that it is to be put on.
pub(super) struct Target<'a> {
    pub id: &'a ShareId,
    pub allow_external: bool,
    pub retain: bool,
}

/// One member that may join.
pub(super) struct Admitted {
    pub side: Side,
    pub entity: String,
    pub resource_type: Option<String>,
    pub external: bool,
    /// The account that has to accept an invitation first.
    pub invites: Option<String>,
    /// What the association will fail with.
    pub fails: Option<String>,
}

/// Whether RAM shares inside the organization by now: trusted access and the role, both for as long as onboarding takes.
pub(super) fn sharing_is_on(call: &Call<'_>, state: &State) -> bool {
    let Some(org) = state.org() else { return false };
    let role = Role::key(&org.management, SERVICE_ROLE);
    let (Some(access), Some(role)) = (state.service_access.get(PRINCIPAL), state.roles.get(&role)) else {
        return false;
    };
    org.all_features && call.now >= access.since.max(role.created) + call.behaviour.onboarding_ms
}

/// Checks a request against RAM's rules. Nothing is admitted unless all is.
pub(super) fn admit(
    call: &Call<'_>,
    state: &State,
    target: &Target<'_>,
    wanted: Wanted<'_>,
) -> Result<Vec<Admitted>, Refusal> {
    if wanted.resources.len() > 100 {
        return Err(limit(
            "You can't associate more than 100 resources with a resource share in one request.",
        ));
    }
    let mut resources = Vec::new();
    for text in unique(wanted.resources) {
        resources.push((text, resource(call, state, target, text)?));
    }
    let mut joining = Vec::new();
    for text in unique(wanted.principals) {
        joining.push(principal(call, state, target, text)?);
    }
    let on = |side| state.members_of(target.id, side).filter(|member| member.status.is_on());
    let mut kinds: Vec<&Kind> =
        on(Side::Resource).filter_map(|member| kinds::by_code(member.resource_type.as_deref()?)).collect();
    kinds.extend(resources.iter().map(|(_, found)| found.kind));
    let present: Vec<&str> = on(Side::Principal).map(|member| member.entity.as_str()).collect();
    let mut all = present.clone();
    all.extend(joining.iter().map(|found| found.entity.as_str()));
    keep_services_apart(call, &all, wanted)?;
    keep_inside(call, state, target, &kinds, &all)?;
    if let Some(found) = joining.iter().find(|found| found.external && !target.allow_external)
        && state.in_organization(&target.id.account)
    {
        return Err(invalid(format!(
            "Principal {} is not in your AWS organization. \
             You do not have permission to add external AWS accounts to a resource share.",
            found.entity
        )));
    }
    check_quotas(state, target.id, resources.len(), joining.len())?;
    let invited = joining.iter().filter(|found| found.invites.is_some()).count();
    if invited > 0
        && state.invitations.indexed(&Invitation::pending_index(&target.id.account)).count() + invited > 250
    {
        return Err(limit("You have reached the number of pending invitations that you can have."));
    }

    let mut admitted = Vec::new();
    for (text, found) in resources {
        // Where principals and resources come together, it is the principal's row that fails.
        let unsupported = present.iter().find_map(|principal| unsupported(found.kind, principal));
        admitted.push(Admitted {
            side: Side::Resource,
            entity: text.to_owned(),
            resource_type: Some(found.kind.code().to_owned()),
            external: false,
            invites: None,
            fails: found.fails.or(unsupported),
        });
    }
    for found in joining {
        let fails = kinds.iter().find_map(|kind| unsupported(kind, &found.entity));
        admitted.push(Admitted {
            side: Side::Principal,
            entity: found.entity,
            resource_type: None,
            external: found.external,
            invites: found.invites,
            fails,
        });
    }
    for text in unique(wanted.sources) {
        source_type(text)
            .ok_or_else(|| invalid(format!("Source {text} is malformed. Verify the ID and try again.")))?;
        admitted.push(Admitted {
            side: Side::Source,
            entity: text.to_owned(),
            resource_type: None,
            external: false,
            invites: None,
            fails: None,
        });
    }
    Ok(admitted)
}

/// Service principals are alone on a share, and sources are for them.
fn keep_services_apart(call: &Call<'_>, principals: &[&str], wanted: Wanted<'_>) -> Result<(), Refusal> {
    let services =
        principals.iter().filter(|text| matches!(Principal::read(text), Principal::Service(_))).count();
    if services > 0 && services < principals.len() {
        return Err(invalid(
            "You can't associate a service principal and other principals with the same resource share.",
        ));
    }
    if !wanted.sources.is_empty() && services == 0 && !call.behaviour.lenient {
        return Err(invalid(
            "You can specify sources only for a resource share that has service principals.",
        ));
    }
    Ok(())
}

/// Some types stay inside the organization; while sharing is off, nobody is inside.
fn keep_inside(
    call: &Call<'_>,
    state: &State,
    target: &Target<'_>,
    kinds: &[&Kind],
    principals: &[&str],
) -> Result<(), Refusal> {
    if kinds.iter().all(|kind| kind.outside()) {
        return Ok(());
    }
    if target.retain {
        return Err(invalid(
            "A resource type of this share does not support retainSharingOnAccountLeaveOrganization.",
        ));
    }
    let on = sharing_is_on(call, state) || call.behaviour.lenient;
    let outside = |text: &&str| {
        let account = Principal::read(text).account();
        account
            .is_some_and(|account| account.as_str() != target.id.account && (!on || is_stranger(state, text)))
    };
    if principals.iter().any(outside) { Err(not_permitted(ONLY_INSIDE)) } else { Ok(()) }
}

/// 5,000 resources and 5,000 principals on a share, 25,000 each in a Region.
fn check_quotas(state: &State, share: &ShareId, resources: usize, principals: usize) -> Result<(), Refusal> {
    for (side, more) in [(Side::Resource, resources), (Side::Principal, principals)] {
        let on =
            |prefix: &str| state.members.under(prefix).filter(|(_, member)| member.status.is_on()).count();
        // The sum over all places is quick to have, and seldom large enough for a count.
        let place = format!("{}{}/", place(&share.account, &share.region), side.as_str());
        let full = state.members.len() + more > 25_000 && more > 0 && on(&place) + more > 25_000;
        if full || on(&Member::prefix(share, side)) + more > 5_000 {
            return Err(limit("You have reached the number of associations that you can have."));
        }
    }
    Ok(())
}

fn limit(message: &str) -> Refusal {
    Refusal::new("ResourceShareLimitExceededException", message)
}

fn unique(texts: &[String]) -> impl Iterator<Item = &String> {
    let mut seen = BTreeSet::new();
    texts.iter().filter(move |text| seen.insert(*text))
}

struct Found {
    kind: &'static Kind,
    fails: Option<String>,
}

fn resource(call: &Call<'_>, state: &State, target: &Target<'_>, text: &str) -> Result<Found, Refusal> {
    let arn = Arn::parse(text).map_err(|_| malformed_arn(text))?;
    let kind = kinds::of_arn(&arn).ok_or_else(|| {
        Refusal::new("MalformedArnException", format!("You cannot share the selected resource type: {text}."))
    })?;
    if arn.partition() != partition_of(&target.id.region) {
        return Err(malformed_arn(text));
    }
    if arn.account() != target.id.account {
        return Err(not_permitted(format!(
            "You cannot share the resource {text}, because you do not own it."
        )));
    }
    let home = if kind.is_global() && arn.region().is_empty() { "us-east-1" } else { arn.region() };
    let wrong_region = || invalid(format!("The resource {text} is not in the Region of the resource share."));
    if !home.is_empty() && home != target.id.region {
        return Err(wrong_region());
    }
    let known = state.resources.get(&format!("{}/{text}", arn.account()));
    if known.is_some_and(|known| !known.region.is_empty() && known.region != target.id.region) {
        return Err(wrong_region());
    }
    if known.is_none() && call.behaviour.resources == Resources::Listed {
        let name = kind.code().split(':').nth(1).unwrap_or_default();
        return Err(unknown(format!("{name} {} could not be found.", arn.short())));
    }
    Ok(Found { kind, fails: known.and_then(|known| known.fails.clone()) })
}

struct Joining {
    entity: String,
    external: bool,
    invites: Option<String>,
}

fn principal(call: &Call<'_>, state: &State, target: &Target<'_>, text: &str) -> Result<Joining, Refusal> {
    let inside = |entity: String| Joining { entity, external: false, invites: None };
    let read = Principal::read(text);
    match &read {
        Principal::Organization(arn) => {
            let found = state.org().filter(|org| org.arn() == arn.as_str() && sharing_is_on(call, state));
            found
                .filter(|_| state.in_organization(&target.id.account))
                .ok_or_else(|| unknown(format!("Organization {} could not be found.", arn.id())))?;
            no_retain(target)?;
            Ok(inside(text.to_owned()))
        }
        Principal::OrganizationalUnit(arn) => {
            let found = state.org().filter(|org| {
                org.unit_arn(arn.id().as_str()) == arn.as_str() && state.units.contains(arn.id().as_str())
            });
            found
                .filter(|_| sharing_is_on(call, state) && state.in_organization(&target.id.account))
                .ok_or_else(|| unknown(format!("OrganizationalUnit {} could not be found.", arn.id())))?;
            no_retain(target)?;
            Ok(inside(text.to_owned()))
        }
        Principal::Service(_) => Ok(inside(text.to_owned())),
        Principal::Account(_) | Principal::Role(_) | Principal::User(_) => {
            let account = read.account().expect("accounts, roles and users have an account");
            let stranger = is_stranger(state, text) || !state.in_organization(&target.id.account);
            let own = account.as_str() == target.id.account;
            let external = !own && (stranger || !sharing_is_on(call, state));
            let invites = (external || (target.retain && !own)).then(|| account.to_string());
            Ok(Joining { entity: read.as_str().to_owned(), external, invites })
        }
        Principal::Other(_) => {
            Err(invalid(format!("Principal ID {text} is malformed. Verify the ID and try again.")))
        }
    }
}

/// Whether a principal of one account is of none that is in the organization.
fn is_stranger(state: &State, entity: &str) -> bool {
    Principal::read(entity).account().is_some_and(|account| !state.in_organization(account.as_str()))
}

fn no_retain(target: &Target<'_>) -> Result<(), Refusal> {
    if target.retain {
        return Err(invalid(
            "A resource share with retainSharingOnAccountLeaveOrganization can be associated with AWS accounts only.",
        ));
    }
    Ok(())
}

/// Why a resource type is not for a principal. RAM takes the request and fails the association: an inference, no source tells.
fn unsupported(kind: &Kind, principal: &str) -> Option<String> {
    let who = match Principal::read(principal) {
        Principal::Role(_) | Principal::User(_) if !kind.iam_principals() => "IAM roles and IAM users",
        Principal::Service(_) if !kind.service_principals() => "service principals",
        _ => return None,
    };
    Some(format!("Resources of type {} cannot be shared with {who}.", kind.code()))
}

/// What a source is, by its form.
pub(super) fn source_type(text: &str) -> Option<&'static str> {
    if AccountId::parse(text).is_ok() {
        Some("ACCOUNT")
    } else if Arn::parse(text).is_ok() {
        Some("ARN")
    } else if text.starts_with("o-") {
        Some(if text.contains('/') { "ORGANIZATION_PATH" } else { "ORGANIZATION" })
    } else {
        None
    }
}

/// How long an invitation to a share with these types can be accepted: the shortest window of them.
pub(super) fn invitation_window<'a>(kinds: impl Iterator<Item = &'a Kind>) -> Millis {
    kinds.map(Kind::invitation_window).min().unwrap_or(12 * crate::sandbox::clock::HOUR)
}
