//! Resource Groups Tagging: which resources bear which tags.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::model::Arn;
use crate::sandbox::services::ram::shows_tags;
use crate::sandbox::services::{Answer, Call, Operation, Pager, Refusal, answer};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_ram::Tags;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::read("GetResources", get_resources),
    Operation::write("TagResources", tag_resources),
    Operation::write("UntagResources", untag_resources),
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TagFilter {
    key: Option<String>,
    values: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    pagination_token: Option<String>,
    tag_filters: Option<Vec<TagFilter>>,
    resource_type_filters: Option<Vec<String>>,
    #[serde(rename = "ResourceARNList")]
    arns: Option<Vec<String>>,
    resources_per_page: Option<u64>,
}

/// `ec2:subnet`, `ram:resource-share` or a whole service: how the API names types.
fn is_of_type(arn: &Arn, filter: &str) -> bool {
    let (service, kind) = filter.split_once(':').unwrap_or((filter, ""));
    let resource = arn.resource();
    arn.service() == service
        && (kind.is_empty()
            || resource
                .strip_prefix(kind)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', ':'])))
}

fn get_resources(call: &Call<'_>, state: &State) -> Answer {
    let input: Input = call.input("InvalidParameterException")?;
    let size = match input.resources_per_page {
        None => 50,
        Some(size @ 1..=100) => size as usize,
        Some(_) => {
            return Err(Refusal::new(
                "InvalidParameterException",
                "ResourcesPerPage must be between 1 and 100.",
            ));
        }
    };
    let wants = |arn: &str, tags: &Tags| {
        let Ok(parsed) = Arn::parse(arn) else { return false };
        // Filters are ANDed, the values of one are ORed.
        input.tag_filters.iter().flatten().all(|filter| {
            filter.key.as_ref().is_none_or(|key| {
                tags.get(key).is_some_and(|tag| {
                    filter.values.as_ref().is_none_or(|values| values.is_empty() || values.contains(tag))
                })
            })
        }) && input
            .resource_type_filters
            .as_ref()
            .is_none_or(|filters| filters.is_empty() || filters.iter().any(|filter| is_of_type(&parsed, filter)))
            && input.arns.as_ref().is_none_or(|arns| arns.is_empty() || arns.iter().any(|wanted| wanted == arn))
            // Resources that never had a tag are not shown.
            && !tags.is_empty()
    };
    let place = format!("{}/", call.caller.account);
    let mut rows: Vec<(String, Value)> = Vec::new();
    for (_, resource) in state.resources.under(&place) {
        let here =
            resource.region == call.region || (resource.region.is_empty() && call.region == "us-east-1");
        if here && wants(&resource.arn, &resource.tags) {
            rows.push((resource.arn.clone(), mapping(&resource.arn, &resource.tags)));
        }
    }
    for (_, share) in state.shares.under(&format!("{place}{}/", call.region)) {
        let arn = share.id.arn();
        if share.is_live() && shows_tags(call, share) && wants(&arn, &share.tags) {
            rows.push((arn.clone(), mapping(&arn, &share.tags)));
        }
    }
    rows.sort_by(|(a, _), (b, _)| a.cmp(b));
    let token = input.pagination_token.as_deref().filter(|token| !token.is_empty());
    let bound = json!({"tags": call.input.get("TagFilters"), "types": call.input.get("ResourceTypeFilters")});
    let page = Pager::new("GetResources", &bound, size, token, false)
        .ok_or_else(|| Refusal::new("PaginationTokenExpiredException", "The pagination token is not valid."))?
        .take_sorted(rows);
    answer(&json!({"ResourceTagMappingList": page.rows, "PaginationToken": page.next.unwrap_or_default()}))
}

fn mapping(arn: &str, tags: &Tags) -> Value {
    let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
    json!({"ResourceARN": arn, "Tags": tags})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ChangeInput {
    #[serde(rename = "ResourceARNList")]
    arns: Vec<String>,
    tags: Option<Tags>,
    tag_keys: Option<Vec<String>>,
}

fn tag_resources(call: &Call<'_>, state: &mut State) -> Answer {
    change(call, state, |input, tags| tags.extend(input.tags.clone().unwrap_or_default()))
}

fn untag_resources(call: &Call<'_>, state: &mut State) -> Answer {
    change(call, state, |input, tags| {
        tags.retain(|key, _| !input.tag_keys.iter().flatten().any(|gone| gone == key));
    })
}

/// Changes the tags of resources that the seed lists. Shares have operations of their own.
fn change(call: &Call<'_>, state: &mut State, change: impl Fn(&ChangeInput, &mut Tags)) -> Answer {
    let input: ChangeInput = call.input("InvalidParameterException")?;
    let mut failed = serde_json::Map::new();
    for arn in &input.arns {
        let key = format!("{}/{arn}", call.caller.account);
        if state.resources.contains(&key) {
            state.resources.update(&key, |resource| change(&input, &mut resource.tags));
        } else {
            failed.insert(
                arn.clone(),
                json!({
                    "StatusCode": 400,
                    "ErrorCode": "InvalidParameterException",
                    "ErrorMessage": "The resource does not exist in this account.",
                }),
            );
        }
    }
    answer(&json!({"FailedResourcesMap": failed}))
}
