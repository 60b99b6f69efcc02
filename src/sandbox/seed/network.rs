//! What a seed's accounts have in subnets and on transit gateways.

use crate::model::{AccountId, Arn};
use crate::sandbox::seed::SeedError;
use crate::sandbox::seed::form::{AttachmentForm, InterfaceForm};
use crate::sandbox::seed::plant::Seeder;
use crate::sandbox::state::rows_ec2::{GatewayAttachment, NetworkInterface};

/// A resource that the seed lists.
struct Place {
    owner: String,
    region: String,
    id: String,
}

impl Seeder<'_> {
    /// `number` numbers what the seed lists, for ids that stay the same.
    pub(super) fn network_interface(
        &mut self,
        number: usize,
        label: &str,
        form: &InterfaceForm,
    ) -> Result<(), SeedError> {
        let InterfaceForm { subnet, account, managed, hidden } = form;
        let owner = self.account_named(account)?;
        let Place { owner: subnet_owner, region, id: subnet } =
            self.place_of("network_interface", label, "subnet", subnet)?;
        self.state.network_interfaces.put(
            format!("eni-{number:017x}"),
            NetworkInterface {
                region,
                subnet,
                owner,
                subnet_owner,
                managed: *managed || *hidden,
                hidden: *hidden,
            },
        );
        Ok(())
    }

    pub(super) fn transit_gateway_attachment(
        &mut self,
        number: usize,
        label: &str,
        form: &AttachmentForm,
    ) -> Result<(), SeedError> {
        let AttachmentForm { transit_gateway, account, state } = form;
        let owner = self.account_named(account)?;
        let Place { owner: gateway_owner, region, id: gateway } =
            self.place_of("transit_gateway_attachment", label, "transit-gateway", transit_gateway)?;
        let state = state.clone().unwrap_or_else(|| "available".to_owned());
        self.state.gateway_attachments.put(
            format!("tgw-attach-{number:017x}"),
            GatewayAttachment { region, gateway, owner, gateway_owner, state },
        );
        Ok(())
    }

    /// A resource by its ARN, or by its id where a `resource` block of that id is listed.
    fn place_of(&self, block: &str, label: &str, kind: &str, text: &str) -> Result<Place, SeedError> {
        let is_it = |arn: &Arn| {
            arn.service() == "ec2" && arn.resource().strip_prefix(kind) == Some(&format!("/{text}"))
        };
        let found: Vec<Arn> = match Arn::parse(text) {
            Ok(arn) => vec![arn],
            Err(_) => {
                let listed = self.state.resources.iter().filter_map(|(_, row)| Arn::parse(&row.arn).ok());
                listed.filter(is_it).collect()
            }
        };
        let [arn] = found.as_slice() else {
            return Err(self.wrong(format!(
                "{block} {label:?}: {} resource blocks are {kind} {text:?}; exactly one must be",
                found.len()
            )));
        };
        Ok(Place {
            owner: arn.account_id().as_ref().map(AccountId::to_string).unwrap_or_default(),
            region: arn.region().to_owned(),
            id: arn.resource().rsplit('/').next().unwrap_or_default().to_owned(),
        })
    }
}
