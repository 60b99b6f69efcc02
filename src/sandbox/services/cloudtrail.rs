//! CloudTrail's event history: every call that changes something, with who made it.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::clock::{iso, seconds};
use crate::sandbox::services::{Answer, Call, Operation, Pager, Refusal, answer};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_account::TrailEvent;
use crate::sandbox::state::rows_ram::partition_of;

pub(super) const OPERATIONS: &[Operation] = &[Operation::read("LookupEvents", lookup_events)];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute {
    attribute_key: Option<String>,
    attribute_value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    lookup_attributes: Option<Vec<Attribute>>,
    start_time: Option<f64>,
    end_time: Option<f64>,
    max_results: Option<u64>,
    next_token: Option<String>,
}

fn lookup_events(call: &Call<'_>, state: &State) -> Answer {
    let input: Input = call.input("InvalidParameterCombinationException")?;
    let size = match input.max_results {
        None => 50,
        Some(size @ 1..=50) => size as usize,
        Some(_) => {
            return Err(Refusal::new("InvalidMaxResultsException", "MaxResults must be between 1 and 50."));
        }
    };
    let mut attributes = Vec::new();
    for attribute in input.lookup_attributes.into_iter().flatten() {
        match (attribute.attribute_key, attribute.attribute_value) {
            (Some(key), Some(value)) => attributes.push((key, value)),
            _ => {
                return Err(Refusal::new(
                    "InvalidLookupAttributesException",
                    "An attribute needs a key and a value.",
                ));
            }
        }
    }
    if attributes.len() > 1 {
        return Err(Refusal::new("InvalidLookupAttributesException", "Specify one lookup attribute."));
    }
    let wants = |event: &TrailEvent| {
        let at = seconds(event.at);
        input.start_time.is_none_or(|start| at >= start)
            && input.end_time.is_none_or(|end| at <= end)
            && attributes.iter().all(|(key, value)| match key.as_str() {
                "EventName" => event.name == *value,
                "EventSource" => event.source == *value,
                "EventId" => event.id == *value,
                "Username" => user_name(event) == value,
                "AccessKeyId" => event.access_key == *value,
                "ReadOnly" => value == "false",
                "ResourceName" => event.resources.contains(value),
                "ResourceType" => value == "AWS::RAM::ResourceShare" && !event.resources.is_empty(),
                _ => false,
            })
    };
    // Latest first.
    let place = format!("{}/{}/", call.caller.account, call.region);
    let mut rows: Vec<(&str, &TrailEvent)> =
        state.trail.under(&place).filter(|(_, event)| wants(event)).collect();
    rows.reverse();
    let rows = rows.into_iter().enumerate().map(|(at, (_, event))| (format!("{at:010}"), out(event)));
    let bound = json!({"attributes": attributes});
    let page = Pager::new("LookupEvents", &bound, size, input.next_token.as_deref(), false)
        .ok_or_else(|| Refusal::new("InvalidNextTokenException", "The next token is not valid."))?
        .take_sorted(rows);
    let mut output = json!({"Events": page.rows});
    if let Some(next) = page.next {
        output["NextToken"] = next.into();
    }
    answer(&output)
}

/// The session's name, or the user's.
fn user_name(event: &TrailEvent) -> &str {
    event.actor.rsplit(['/', ':']).next().unwrap_or_default()
}

fn out(event: &TrailEvent) -> Value {
    let mut identity = json!({
        "type": if event.role.is_some() {
            "AssumedRole"
        } else if event.actor.ends_with(":root") {
            "Root"
        } else {
            "IAMUser"
        },
        "arn": event.actor,
        "accountId": event.account,
        "accessKeyId": event.access_key,
    });
    match &event.role {
        Some(role) => {
            let (account, name) = role.split_once('/').unwrap_or_default();
            identity["sessionContext"]["sessionIssuer"] = json!({
                "type": "Role",
                "arn": format!("arn:{}:iam::{account}:role/{name}", partition_of(&event.region)),
                "accountId": account,
                "userName": name,
            });
        }
        None if event.actor.ends_with(":root") => {}
        None => identity["userName"] = user_name(event).into(),
    }
    let mut record = json!({
        "eventVersion": "1.09",
        "userIdentity": identity,
        "eventTime": iso(event.at),
        "eventSource": event.source,
        "eventName": event.name,
        "awsRegion": event.region,
        "sourceIPAddress": "127.0.0.1",
        "userAgent": event.user_agent,
        "requestParameters": event.request,
        "responseElements": event.response,
        "requestID": event.request_id,
        "eventID": event.id,
        "readOnly": false,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": event.account,
        "eventCategory": "Management",
    });
    if let Some((code, message)) = &event.error {
        record["errorCode"] = code.as_str().into();
        record["errorMessage"] = message.as_str().into();
    }
    let resources: Vec<Value> = event
        .resources
        .iter()
        .map(|arn| json!({"ResourceType": "AWS::RAM::ResourceShare", "ResourceName": arn}))
        .collect();
    json!({
        "EventId": event.id,
        "EventName": event.name,
        "ReadOnly": "false",
        "AccessKeyId": event.access_key,
        "EventTime": seconds(event.at),
        "EventSource": event.source,
        "Username": user_name(event),
        "Resources": resources,
        "CloudTrailEvent": record.to_string(),
    })
}
