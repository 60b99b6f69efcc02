//! Amazon EC2: who has what in shared subnets and on shared transit gateways. Nothing is made here; the seed says what is there.
//!
//! Source: EC2 API reference (parameters, filters, errors); Amazon VPC user guide, "Share your VPC with other accounts" (the owner of a
//! subnet sees all network interfaces in it, a participant its own).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::sandbox::services::{Answer, Call, Operation, Pager, Refusal, answer};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_ec2::{GatewayAttachment, NetworkInterface};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::read("DescribeNetworkInterfaces", describe_network_interfaces),
    Operation::read("DescribeTransitGatewayAttachments", describe_transit_gateway_attachments),
];

/// Values of one filter at most.
const FILTER_VALUES: usize = 200;

fn invalid(message: String) -> Refusal {
    Refusal::new("InvalidParameterValue", message)
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
