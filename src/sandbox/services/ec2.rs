//! Amazon EC2: who has what in shared subnets and on shared transit gateways. Nothing is made here; the seed says what is there.
//!
//! Source: EC2 API reference (parameters, filters, errors); Amazon VPC user guide, "Share your VPC with other accounts" (the owner of a
//! subnet sees all network interfaces in it, a participant its own).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::sandbox::services::{Answer, Call, Operation, Pager, Refusal, answer};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_ec2::{GatewayAttachment, NetworkInterface};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::read("DescribeRegions", describe_regions),
    Operation::read("DescribeNetworkInterfaces", describe_network_interfaces),
    Operation::read("DescribeTransitGatewayAttachments", describe_transit_gateway_attachments),
];

/// Values of one filter at most.
const FILTER_VALUES: usize = 200;

fn invalid(message: String) -> Refusal {
    Refusal::new("InvalidParameterValue", message)
}

/// Regions of an account that has opted into none (AWS account management guide, "Enable or disable AWS Regions in your account").
fn enabled_regions(partition: &str) -> &'static [&'static str] {
    match partition {
        "aws-cn" => &["cn-north-1", "cn-northwest-1"],
        "aws-us-gov" => &["us-gov-east-1", "us-gov-west-1"],
        _ => &[
            "ap-northeast-1",
            "ap-northeast-2",
            "ap-northeast-3",
            "ap-south-1",
            "ap-southeast-1",
            "ap-southeast-2",
            "ca-central-1",
            "eu-central-1",
            "eu-north-1",
            "eu-west-1",
            "eu-west-2",
            "eu-west-3",
            "sa-east-1",
            "us-east-1",
            "us-east-2",
            "us-west-1",
            "us-west-2",
        ],
    }
}

/// The Regions that are enabled. A Region that the caller uses, or has shares in, is one of them.
fn describe_regions(call: &Call<'_>, state: &State) -> Answer {
    let of_everybody = || enabled_regions(state.partition()).to_vec();
    let named = call.behaviour.enabled_regions.as_ref();
    let all = named.map_or_else(of_everybody, |named| named.iter().map(String::as_str).collect());
    let mut names: BTreeSet<&str> = all.into_iter().collect();
    names.insert(call.region);
    let account = &call.caller.account;
    let own = state.shares.iter().map(|(_, share)| &share.id).filter(|id| id.account == *account);
    names.extend(own.map(|id| id.region.as_str()));
    let rows: Vec<Value> = names
        .iter()
        .map(|name| {
            json!({
                "regionName": name,
                "regionEndpoint": format!("ec2.{name}.amazonaws.com"),
                "optInStatus": "opt-in-not-required",
            })
        })
        .collect();
    answer(&json!({"regionInfo": rows}))
}

fn describe_network_interfaces(call: &Call<'_>, state: &State) -> Answer {
    let with_hidden = text(call, "IncludeManagedResources") == Some("true");
    let rows = state.network_interfaces.iter().filter(|(_, row)| {
        let NetworkInterface { region, owner, subnet_owner, hidden, .. } = row;
        *region == call.region && sees(call, [owner, subnet_owner]) && (with_hidden || !hidden)
    });
    let rows = rows.map(|(id, row)| {
        let NetworkInterface { region, subnet, owner, subnet_owner: _, managed, hidden } = row;
        let fields = json!({
            "networkInterfaceId": id,
            "subnetId": subnet,
            "ownerId": owner,
            "requesterManaged": managed,
            "interfaceType": "interface",
            "status": "in-use",
            "availabilityZone": format!("{region}a"),
            "description": "",
            "operator": {"managed": managed, "hiddenByDefault": hidden},
        });
        (id.to_owned(), fields)
    });
    const FILTERS: [(&str, &str); 5] = [
        ("network-interface-id", "networkInterfaceId"),
        ("subnet-id", "subnetId"),
        ("owner-id", "ownerId"),
        ("requester-managed", "requesterManaged"),
        ("status", "status"),
    ];
    list(call, "DescribeNetworkInterfaces", "networkInterfaceSet", &FILTERS, rows)
}

fn describe_transit_gateway_attachments(call: &Call<'_>, state: &State) -> Answer {
    let rows = state.gateway_attachments.iter().filter(|(_, row)| {
        let GatewayAttachment { region, owner, gateway_owner, .. } = row;
        *region == call.region && sees(call, [owner, gateway_owner])
    });
    let rows = rows.map(|(id, row)| {
        let GatewayAttachment { region: _, gateway, owner, gateway_owner, state } = row;
        let fields = json!({
            "transitGatewayAttachmentId": id,
            "transitGatewayId": gateway,
            "transitGatewayOwnerId": gateway_owner,
            "resourceOwnerId": owner,
            "resourceType": "vpc",
            "resourceId": id.replacen("tgw-attach-", "vpc-", 1),
            "state": state,
        });
        (id.to_owned(), fields)
    });
    const FILTERS: [(&str, &str); 5] = [
        ("transit-gateway-attachment-id", "transitGatewayAttachmentId"),
        ("transit-gateway-id", "transitGatewayId"),
        ("resource-owner-id", "resourceOwnerId"),
        ("resource-type", "resourceType"),
        ("state", "state"),
    ];
    list(call, "DescribeTransitGatewayAttachments", "transitGatewayAttachments", &FILTERS, rows)
}

fn sees(call: &Call<'_>, owners: [&String; 2]) -> bool {
    owners.contains(&&call.caller.account)
}

/// One page of the rows that pass the filters. `known` maps filters to fields of a row.
fn list(
    call: &Call<'_>,
    operation: &str,
    set: &str,
    known: &[(&str, &str)],
    rows: impl Iterator<Item = (String, Value)>,
) -> Answer {
    let filters = filters(call, known)?;
    let asked = match text(call, "MaxResults") {
        None => 1_000,
        Some(text) => text.parse().ok().filter(|size| (5..=1_000).contains(size)).ok_or_else(|| {
            invalid(format!(
                "Value ( {text} ) for parameter maxResults is invalid. Expecting a value between 5 and 1000."
            ))
        })?,
    };
    let size = asked.min(call.behaviour.page_size.max(1));
    let passes = |row: &Value| {
        filters.iter().all(|(field, values)| {
            let value = match &row[field] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            values.contains(&value)
        })
    };
    let token = text(call, "NextToken").filter(|token| !token.is_empty());
    let page = Pager::new(operation, call.input, size, token, false)
        .ok_or_else(|| invalid("Unable to parse pagination token".to_owned()))?
        .take_sorted(rows.filter(|(_, row)| passes(row)));
    answer(&json!({set: page.rows, "nextToken": page.next}))
}

/// `Filter.1.Name=subnet-id`, `Filter.1.Value.1=...`: the values of each field that is asked for.
fn filters(call: &Call<'_>, known: &[(&str, &str)]) -> Result<BTreeMap<String, Vec<String>>, Refusal> {
    let mut out = BTreeMap::new();
    for n in 1.. {
        let Some(name) = text(call, &format!("Filter.{n}.Name")) else { break };
        let field = known.iter().find(|(filter, _)| *filter == name).map(|(_, field)| *field);
        let field = field.ok_or_else(|| invalid(format!("The filter '{name}' is invalid")))?;
        let values = (1..).map_while(|m| text(call, &format!("Filter.{n}.Value.{m}")).map(str::to_owned));
        let values: Vec<String> = values.collect();
        if values.len() > FILTER_VALUES {
            let message = "The maximum number of filter values specified on a single call is 200";
            return Err(Refusal::new("FilterLimitExceeded", message));
        }
        out.insert(field.to_owned(), values);
    }
    Ok(out)
}

fn text<'a>(call: &'a Call<'_>, name: &str) -> Option<&'a str> {
    call.input.get(name).and_then(Value::as_str)
}
