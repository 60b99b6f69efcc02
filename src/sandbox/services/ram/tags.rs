//! Tags of shares and of customer managed permissions.

use serde::Deserialize;

use crate::model::PermissionArn;
use crate::sandbox::services::ram::{INVALID, invalid, no_such_share, own_share, required, unknown};
use crate::sandbox::services::{Answer, Call, Operation, Refusal, answer};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_ram::{Permission, Tags};

pub(super) const OPERATIONS: &[Operation] =
    &[Operation::write("TagResource", tag), Operation::write("UntagResource", untag)];

#[derive(Deserialize)]
pub(super) struct TagIn {
    key: Option<String>,
    value: Option<String>,
}

/// The tags that there are once `added` are added to `present`.
pub(super) fn read_tags(added: Vec<TagIn>, present: &Tags) -> Result<Tags, Refusal> {
    let mut tags = present.clone();
    for TagIn { key, value } in added {
        let (key, value) = (required(key, "tags.member.key")?, value.unwrap_or_default());
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(Refusal::new(
                "TagPolicyViolationException",
                format!("The tag key {key} begins with aws:, which is reserved."),
            ));
        }
        if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 {
            return Err(invalid(format!(
                "The tag {key} is too long: a key has up to 128 characters, a value up to 256."
            )));
        }
        let allowed = |text: &str| {
            text.chars().all(|c| c.is_alphanumeric() || c.is_whitespace() || "_.:/=+-@".contains(c))
        };
        if !allowed(&key) || !allowed(&value) {
            return Err(invalid(format!("The tag {key} has characters that tags cannot have.")));
        }
        tags.insert(key, value);
    }
    if tags.len() > 50 {
        return Err(Refusal::new("TagLimitExceededException", "A resource can have up to 50 tags."));
    }
    Ok(tags)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    resource_share_arn: Option<String>,
    resource_arn: Option<String>,
    tags: Option<Vec<TagIn>>,
    tag_keys: Option<Vec<String>>,
}

fn tag(call: &Call<'_>, state: &mut State) -> Answer {
    let input: Input = call.input(INVALID)?;
    let added = required(input.tags, "tags")?;
    change(call, state, input.resource_share_arn, input.resource_arn, |tags| {
        *tags = read_tags(added, tags)?;
        Ok(())
    })
}

fn untag(call: &Call<'_>, state: &mut State) -> Answer {
    let input: Input = call.input(INVALID)?;
    let keys = required(input.tag_keys, "tagKeys")?;
    change(call, state, input.resource_share_arn, input.resource_arn, |tags| {
        tags.retain(|key, _| !keys.contains(key));
        Ok(())
    })
}

fn change(
    call: &Call<'_>,
    state: &mut State,
    share: Option<String>,
    resource: Option<String>,
    change: impl FnOnce(&mut Tags) -> Result<(), Refusal>,
) -> Answer {
    let arn = match (share, resource) {
        (Some(arn), None) | (None, Some(arn)) => arn,
        (None, None) => return Err(invalid("Specify either resourceShareArn or resourceArn.")),
        (Some(_), Some(_)) => {
            return Err(invalid("Only one of resourceArn or resourceShareArn may be specified"));
        }
    };
    if let Ok(permission) = PermissionArn::parse(&arn) {
        let key = Permission::key(permission.arn().account(), permission.arn().region(), permission.name());
        let mine =
            permission.arn().account() == call.caller.account && permission.arn().region() == call.region;
        let found = state.permissions.get(&key).filter(|_| mine);
        let mut tags =
            found.ok_or_else(|| unknown(format!("Permission {arn} could not be found.")))?.tags.clone();
        change(&mut tags)?;
        state.permissions.update(&key, |permission| permission.tags = tags);
    } else {
        let share = own_share(call, state, &arn)?;
        if !share.is_live() {
            return Err(no_such_share(&arn));
        }
        let (key, mut tags) = (share.id.key(), share.tags.clone());
        change(&mut tags)?;
        state.shares.update(&key, |share| share.tags = tags);
    }
    answer(&serde_json::json!({}))
}
