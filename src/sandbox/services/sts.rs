//! AWS Security Token Service: who somebody is, and becoming somebody else.

use serde::Deserialize;
use serde_json::json;

use crate::model::Arn;
use crate::sandbox::clock::{HOUR, SECOND, iso};
use crate::sandbox::services::iam::{self, PolicyContext, Verdict};
use crate::sandbox::services::{Answer, Call, Operation, Refusal, answer, random_id};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_account::*;
use crate::sandbox::state::rows_ram::Tags;

pub(super) const OPERATIONS: &[Operation] =
    &[Operation::read("GetCallerIdentity", get_caller_identity), Operation::write("AssumeRole", assume_role)];

/// The role that Organizations puts into accounts that it makes.
pub(crate) const ACCESS_ROLE: &str = "OrganizationAccountAccessRole";

fn get_caller_identity(call: &Call<'_>, _: &State) -> Answer {
    answer(&json!({"Account": call.caller.account, "Arn": call.caller.arn, "UserId": call.caller.user_id}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AssumeRoleInput {
    role_arn: Option<String>,
    role_session_name: Option<String>,
    external_id: Option<String>,
    duration_seconds: Option<String>,
}

fn assume_role(call: &Call<'_>, state: &mut State) -> Answer {
    let input: AssumeRoleInput = call.input("ValidationError")?;
    let invalid = |message: String| Refusal::new("ValidationError", message);
    let missing = |name: &str| {
        invalid(format!(
            "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
        ))
    };
    let arn = input.role_arn.ok_or_else(|| missing("roleArn"))?;
    let session = input.role_session_name.ok_or_else(|| missing("roleSessionName"))?;
    let named = |b: u8| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b);
    if !(2..=64).contains(&session.len()) || !session.bytes().all(named) {
        return Err(invalid(format!(
            "Value '{session}' at 'roleSessionName' failed to satisfy constraint: [\\w+=,.@-]{{2,64}}"
        )));
    }
    let parsed = Arn::parse(&arn).ok().filter(|arn| arn.service() == "iam" && arn.account_id().is_some());
    let role_path = parsed.as_ref().and_then(|arn| arn.resource().strip_prefix("role/"));
    let (Some(parsed), Some(role_path)) = (&parsed, role_path) else {
        return Err(invalid(format!("{arn} is invalid")));
    };
    let name = role_path.rsplit('/').next().unwrap_or(role_path);
    adopt_stranger(call, state, parsed.account(), name);
    let denied = || {
        let message = format!(
            "User: {} is not authorized to perform: sts:AssumeRole on resource: {arn}",
            call.caller.arn
        );
        Refusal::new("AccessDenied", message).with_status(403)
    };
    let key = Role::key(parsed.account(), name);
    let role = state.roles.get(&key).filter(|role| role.arn() == arn).ok_or_else(denied)?.clone();
    let mut context = PolicyContext::default();
    if let Some(id) = &input.external_id {
        context.set("sts:ExternalId", [id.as_str()]);
    }
    context.set("sts:RoleSessionName", [session.as_str()]);
    context.set("aws:PrincipalArn", [call.caller.arn.as_str()]);
    context.set("aws:PrincipalAccount", [call.caller.account.as_str()]);
    if let Some(org) = state.org().filter(|_| state.in_organization(&call.caller.account)) {
        context.set("aws:PrincipalOrgID", [org.id.as_str()]);
    }
    if iam::trusts(&role.trust, call.caller, state, &context) != Verdict::Allowed {
        return Err(denied());
    }
    let longest = if call.caller.role.is_some() { 3600 } else { role.max_session };
    let seconds = match &input.duration_seconds {
        None => 3600,
        Some(text) => text.parse::<u32>().ok().filter(|seconds| *seconds >= 900).ok_or_else(|| {
            invalid(format!("Value '{text}' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900"))
        })?,
    };
    if seconds > longest {
        return Err(invalid(if call.caller.role.is_some() {
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining".into()
        } else {
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.".into()
        }));
    }
    let expires = call.now + i64::from(seconds) * SECOND;
    let (access_key, secret, token) = (format!("ASIA{}", random_id(16)), random_id(40), random_id(120));
    let (role_id, session_arn) = (
        role.id.clone(),
        format!("arn:{}:sts::{}:assumed-role/{}/{session}", role.partition, role.account, role.name),
    );
    state.access_keys.put(
        access_key.clone(),
        AccessKey {
            account: role.account,
            secret: secret.clone(),
            arn: session_arn.clone(),
            user_id: format!("{role_id}:{session}"),
            role: Some(key),
            session_token: Some(token.clone()),
            expires: Some(expires),
        },
    );
    answer(&json!({
        "Credentials": {
            "AccessKeyId": access_key,
            "SecretAccessKey": secret,
            "SessionToken": token,
            "Expiration": iso(expires),
        },
        "AssumedRoleUser": {"AssumedRoleId": format!("{role_id}:{session}"), "Arn": session_arn},
        "PackedPolicySize": 0,
    }))
}

/// In a lenient sandbox an account that nobody has heard of exists as soon as the first account's owner asks for it.
fn adopt_stranger(call: &Call<'_>, state: &mut State, account: &str, role: &str) {
    let home = state.meta.get(HOME).map(|meta| meta.value.clone()).unwrap_or_default();
    if !call.behaviour.lenient
        || role != ACCESS_ROLE
        || call.caller.account != home
        || state.accounts.contains(account)
    {
        return;
    }
    state.accounts.put(
        account,
        Account {
            id: account.to_owned(),
            name: format!("account {account}"),
            email: format!("{account}@example.com"),
            state: AccountState::Active,
            parent: None,
            invited: false,
            joined: call.now,
            tags: Tags::new(),
        },
    );
    let role = iam::access_role(state.partition(), account, &home, call.now);
    state.roles.put(Role::key(account, ACCESS_ROLE), role);
}

/// Name of the setting that holds the sandbox's first account.
pub(crate) const HOME: &str = "home_account";

/// The longest that a session of a role lasts that says nothing of its own.
pub(crate) const DEFAULT_SESSION: u32 = (HOUR / SECOND) as u32;
