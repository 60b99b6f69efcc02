//! Resource Groups Tagging: the one call that finds resources by tags.

use std::sync::Arc;

use aws_sdk_resourcegroupstagging::types::TagFilter;

use crate::aws::error::{Effect, convert};
use crate::aws::ram_read::next;
use crate::aws::rates::Limiter;
use crate::cloud::{Caller, CloudError, ErrorKind, Page, PageRequest, TagRead};
use crate::model::{ResourceArn, TagFilters};

/// The tags of one account in one Region.
#[derive(Clone, Debug)]
pub struct TaggingClient {
    client: aws_sdk_resourcegroupstagging::Client,
    caller: Arc<Caller>,
    limiter: Arc<Limiter>,
}

impl TaggingClient {
    pub(crate) fn new(
        client: aws_sdk_resourcegroupstagging::Client,
        caller: Caller,
        limiter: Limiter,
    ) -> Self {
        Self { client, caller: Arc::new(caller), limiter: Arc::new(limiter) }
    }
}

impl TagRead for TaggingClient {
    fn caller(&self) -> &Caller {
        &self.caller
    }

    async fn get_resources(
        &self,
        type_filter: &str,
        tags: &TagFilters,
        page: &PageRequest,
    ) -> Result<Page<ResourceArn>, CloudError> {
        const ACTION: &str = "tag:GetResources";
        self.limiter.admit("GetResources").await;
        let filters = tags.iter().map(|(key, values)| {
            TagFilter::builder().key(key).set_values(Some(values.iter().cloned().collect())).build()
        });
        let answer = self
            .client
            .get_resources()
            .set_tag_filters(Some(filters.collect()))
            .resource_type_filters(type_filter)
            .resources_per_page(page.size.into())
            .set_pagination_token(page.token.clone())
            .send()
            .await
            .map_err(|error| convert(&self.caller, ACTION, Effect::Reads, error))?;
        let arns = answer.resource_tag_mapping_list().iter().map(|row| {
            let arn = row.resource_arn().unwrap_or_default();
            ResourceArn::parse(arn)
                .map_err(|error| self.caller.error(ErrorKind::Unreadable, ACTION, error.to_string()))
        });
        Ok(Page { items: arns.collect::<Result<_, _>>()?, next: next(answer.pagination_token()) })
    }
}
