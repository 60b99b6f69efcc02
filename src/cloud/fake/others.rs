//! What ramctl asks of services beside RAM and Organizations: tagging, EC2 and IAM.

use crate::cloud::fake::FakeClient;
use crate::cloud::{
    Caller, CloudError, FILTER_VALUES, IamRead, IamWrite, Page, PageRequest, RoleState, TagRead, UsageRead,
    UseRow,
};
use crate::model::{Region, ResourceArn, TagFilters, Tags};

impl TagRead for FakeClient {
    fn caller(&self) -> &Caller {
        &self.caller
    }

    async fn get_resources(
        &self,
        _type_filter: &str,
        tags: &TagFilters,
        page: &PageRequest,
    ) -> Result<Page<ResourceArn>, CloudError> {
        const ACTION: &str = "tag:GetResources";
        let here = self.place();
        self.list(ACTION, page, |world| {
            let bears = |own: &Tags| {
                tags.iter().all(|(key, values)| own.get(key).is_some_and(|value| values.contains(value)))
            };
            let rows = world.tagged.iter().filter(|(place, _, own)| *place == here && bears(own));
            Ok(rows.map(|(_, arn, _)| arn.clone()).collect())
        })
        .await
    }
}

impl FakeClient {
    async fn uses(
        &self,
        action: &'static str,
        ids: &[String],
        page: &PageRequest,
    ) -> Result<Page<UseRow>, CloudError> {
        self.list(action, page, |world| {
            assert!(ids.len() <= FILTER_VALUES, "EC2 takes no more");
            Ok(world.uses.iter().filter(|row| ids.contains(&row.resource)).cloned().collect())
        })
        .await
    }
}

impl UsageRead for FakeClient {
    fn caller(&self) -> &Caller {
        &self.caller
    }

    async fn describe_regions(&self) -> Result<Vec<Region>, CloudError> {
        self.call("ec2:DescribeRegions", |world| Ok(world.regions.clone())).await
    }

    async fn describe_network_interfaces(
        &self,
        subnets: &[String],
        page: &PageRequest,
    ) -> Result<Page<UseRow>, CloudError> {
        self.uses("ec2:DescribeNetworkInterfaces", subnets, page).await
    }

    async fn describe_transit_gateway_attachments(
        &self,
        gateways: &[String],
        page: &PageRequest,
    ) -> Result<Page<UseRow>, CloudError> {
        self.uses("ec2:DescribeTransitGatewayAttachments", gateways, page).await
    }
}

impl IamRead for FakeClient {
    async fn get_role(&self, _name: &str) -> Result<RoleState, CloudError> {
        self.call("iam:GetRole", |world| {
            let exists = world.organization.as_ref().is_some_and(|org| org.role);
            Ok(if exists { RoleState::Exists } else { RoleState::Missing })
        })
        .await
    }
}

impl IamWrite for FakeClient {
    async fn create_service_linked_role(&self, _service: &str) -> Result<(), CloudError> {
        self.call("iam:CreateServiceLinkedRole", |world| {
            world.organization.as_mut().expect("a test with an organization").role = true;
            Ok(())
        })
        .await
    }
}
