//! Resource Groups Tagging: the one call that finds resources by tags.

use aws_sdk_resourcegroupstagging::types::TagFilter;

use crate::aws::call::Calls;
use crate::aws::rates::Limiter;
use crate::aws::rows;
use crate::cloud::{Caller, CloudError, Page, PageRequest, TagRead};
use crate::model::{ResourceArn, TagFilters};

/// The tags of one account in one Region.
#[derive(Clone, Debug)]
pub struct TaggingClient {
    client: aws_sdk_resourcegroupstagging::Client,
    calls: Calls,
}

impl TaggingClient {
    pub(crate) fn new(
        client: aws_sdk_resourcegroupstagging::Client,
        caller: Caller,
        limiter: Limiter,
    ) -> Self {
        Self { client, calls: Calls::new(caller, limiter) }
    }
}

impl TagRead for TaggingClient {
    fn caller(&self) -> &Caller {
        self.calls.caller()
    }

    async fn get_resources(
        &self,
        type_filter: &str,
        tags: &TagFilters,
        page: &PageRequest,
    ) -> Result<Page<ResourceArn>, CloudError> {
        const ACTION: &str = "tag:GetResources";
        let filters = tags.iter().map(|(key, values)| {
            TagFilter::builder().key(key).set_values(Some(values.iter().cloned().collect())).build()
        });
        let request = self
            .client
            .get_resources()
            .set_tag_filters(Some(filters.collect()))
            .resource_type_filters(type_filter)
            .resources_per_page(page.size.into())
            .set_pagination_token(page.token.clone())
            .send();
        let answer = self.calls.read(ACTION, request).await?;
        let list = ("ResourceTagMappingList", answer.resource_tag_mapping_list.as_ref());
        rows::page(self.calls.caller(), ACTION, list, answer.pagination_token(), rows::found_resource)
    }
}
