//! What a seed's accounts have: resources, permissions, shares.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::model::{Arn, Region};
use crate::sandbox::seed::SeedError;
use crate::sandbox::seed::form::{PermissionForm, ResourceForm, ShareForm};
use crate::sandbox::seed::plant::{ROOT, Seeder};
use crate::sandbox::services::{Call, Caller, Refusal, Run, Service, Turns};
use crate::sandbox::settings::{Behaviour, Timing};
use crate::sandbox::state::rows_account::Organization;
use crate::sandbox::state::rows_ram::{Attachment, FeatureSet, Permission, Resource, ShareId, partition_of};

impl Seeder<'_> {
    pub(super) fn resource(&mut self, arn: &str, form: &ResourceForm) -> Result<(), SeedError> {
        let parsed = Arn::parse(arn).map_err(|error| self.wrong(error.to_string()))?;
        let account =
            parsed.account_id().filter(|id| self.state.accounts.contains(id.as_str())).ok_or_else(|| {
                self.wrong(format!("resource {arn:?} belongs to no account that is described here"))
            })?;
        let region = form.region.clone().unwrap_or_else(|| parsed.region().to_owned());
        self.state.resources.put(
            format!("{account}/{arn}"),
            Resource { arn: arn.to_owned(), region, tags: form.tags.clone(), fails: form.fails.clone() },
        );
        Ok(())
    }

    pub(super) fn permission(&mut self, name: &str, form: &PermissionForm) -> Result<(), SeedError> {
        let id = self.account_named(&form.account)?;
        let input = json!({
            "name": name,
            "resourceType": form.resource_type,
            "policyTemplate": form.policy,
            "tags": tag_list(&form.tags),
        });
        self.call(&id, &form.region, "CreatePermission", input)
            .map(drop)
            .map_err(|why| self.refused("permission", name, &why))
    }

    fn refused(&self, what: &str, name: &str, why: &Refusal) -> SeedError {
        self.wrong(format!("{what} {name:?} is refused: {}: {}", why.code, why.message))
    }

    pub(super) fn share(&mut self, label: &str, form: &ShareForm) -> Result<(), SeedError> {
        let account = self.account_named(&form.account)?;
        let mut principals = Vec::new();
        for principal in &form.principals {
            principals.push(self.principal(principal)?);
        }
        let mut input = json!({
            "name": form.name.as_deref().unwrap_or(label),
            "resourceArns": form.resources,
            "principals": principals,
            "sources": form.sources,
            "permissionArns": form.permissions,
            "tags": tag_list(&form.tags),
        });
        if let Some(allow) = form.allow_external_principals {
            input["allowExternalPrincipals"] = allow.into();
        }
        if let Some(retain) = form.retain_sharing_on_account_leave_organization {
            input["resourceShareConfiguration"]["retainSharingOnAccountLeaveOrganization"] = retain.into();
        }
        let output = self
            .call(&account, &form.region, "CreateResourceShare", input)
            .map_err(|why| self.refused("share", label, &why))?;
        let arn =
            output.pointer("/resourceShare/resourceShareArn").and_then(Value::as_str).unwrap_or_default();
        let uuid = arn.rsplit('/').next().unwrap_or_default().to_owned();
        let id = ShareId { account, region: form.region.clone(), uuid };
        // Reads have long caught up with it.
        let seen = self.behaviour.unseen_ms.max(self.behaviour.tags_unseen_ms);
        self.state.shares.update(&id.key(), |share| {
            (share.created, share.updated) = (share.created - seen, share.updated - seen);
        });
        if form.created_from_policy {
            self.make_policy_made(&id);
        }
        Ok(())
    }

    /// `organization`, an OU's path of names, an account's label, or what RAM's API takes.
    fn principal(&self, text: &str) -> Result<String, SeedError> {
        if text == "organization" {
            return self
                .state
                .org()
                .map(Organization::arn)
                .ok_or_else(|| self.wrong("there is no organization"));
        }
        if let Some(path) = text.strip_prefix("ou:") {
            let mut parent = ROOT.to_owned();
            for name in path.split('/') {
                let found = self
                    .state
                    .units
                    .iter()
                    .map(|(_, unit)| unit)
                    .find(|unit| unit.parent == parent && unit.name == name);
                parent = found.ok_or_else(|| self.wrong(format!("there is no ou {path:?}")))?.id.clone();
            }
            return self
                .state
                .org()
                .map(|org| org.unit_arn(&parent))
                .ok_or_else(|| self.wrong("there is no organization"));
        }
        Ok(self.account_named(text).unwrap_or_else(|_| text.to_owned()))
    }

    /// Turns a share and its permissions into what RAM makes when somebody puts a policy on a resource.
    fn make_policy_made(&mut self, share: &ShareId) {
        self.state.shares.update(&share.key(), |share| share.feature_set = FeatureSet::CreatedFromPolicy);
        let attached: Vec<(String, Attachment)> = self
            .state
            .attachments
            .under(&format!("{}/", share.key()))
            .map(|(key, attachment)| (key.to_owned(), attachment.clone()))
            .collect();
        for (at, (key, attachment)) in attached.into_iter().enumerate() {
            let service = attachment.resource_type.split(':').next().unwrap_or_default();
            let policy = json!({"Effect": "Allow", "Action": [format!("{service}:Describe*")]}).to_string();
            let head = share.uuid.split('-').next().unwrap_or_default();
            let permission = Permission::made_by_policy(
                share,
                format!("CreatedFromPolicy-{head}-{at}"),
                &attachment.resource_type,
                policy,
                self.now,
            );
            let arn = permission.arn();
            self.state
                .permissions
                .put(Permission::key(&share.account, &share.region, &permission.name), permission);
            self.state
                .attachments
                .update(&key, |attachment| (attachment.permission, attachment.version) = (arn, 1));
        }
    }

    /// Runs one of RAM's operations as the account's own.
    fn call(&mut self, account: &str, region: &str, operation: &str, input: Value) -> Result<Value, Refusal> {
        Region::parse(region)
            .map_err(|error| Refusal::new("InvalidParameterException", error.to_string()))?;
        if partition_of(region) != self.state.partition() {
            let message = format!("{region} is not in the partition {}.", self.state.partition());
            return Err(Refusal::new("InvalidParameterException", message));
        }
        let caller = Caller {
            account: account.to_owned(),
            arn: format!("arn:{}:iam::{account}:user/sandbox", partition_of(region)),
            user_id: account.to_owned(),
            access_key: String::new(),
            role: None,
        };
        // What is there from the start has been there for long.
        let behaviour =
            Behaviour { associate_ms: 0, timing: Timing::Set, pending_ms: 0, ..self.behaviour.clone() };
        let turns = Turns::default();
        let (now, behaviour, turns) = (self.now, &behaviour, &turns);
        let call = Call { caller: &caller, region, input: &input, now, behaviour, turns };
        let Some(Run::Write(run)) = Service::Ram.operation(operation).map(|operation| &operation.run) else {
            return Err(Refusal::new("UnknownOperationException", operation.to_owned()));
        };
        let output = run(&call, self.state)?;
        Ok(serde_json::from_slice(&output).unwrap_or_default())
    }
}

fn tag_list(tags: &BTreeMap<String, String>) -> Vec<Value> {
    tags.iter().map(|(key, value)| json!({"key": key, "value": value})).collect()
}
