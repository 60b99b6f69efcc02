//! All that the sandbox remembers, and how it changes with time.
//!
//! Rows change inside a transaction ([`store`]) that is written to the journal before it is answered. What the services do with rows
//! is theirs; what happens to rows by itself is in [`settle`].

mod journal;
pub(crate) mod rows_account;
pub(crate) mod rows_ec2;
pub(crate) mod rows_ram;
mod settle;
mod store;
mod table;

pub use journal::JournalError;
pub(crate) use settle::finish_disassociation;
pub(crate) use store::Store;
pub(crate) use table::Table;

use serde::Deserialize;

use crate::sandbox::clock::Millis;
use crate::sandbox::state::rows_account::*;
use crate::sandbox::state::rows_ec2::*;
use crate::sandbox::state::rows_ram::*;

/// Where the partition is remembered.
pub(crate) const PARTITION: &str = "partition";

/// Declares the tables, and what is done to all of them alike.
macro_rules! tables {
    ($($name:ident: $row:ty),+ $(,)?) => {
        #[derive(Default)]
        pub(crate) struct State {
            $(pub $name: Table<$row>,)+
        }

        impl State {
            /// What the running transaction changed, as `[[table, key, row or null], ...]`; nothing where it changed nothing.
            fn changes(&self, line: &mut Vec<u8>) -> serde_json::Result<()> {
                let mut separator = b'[';
                $(for (key, row) in self.$name.changes() {
                    line.push(separator);
                    serde_json::to_writer(&mut *line, &(stringify!($name), key, row))?;
                    separator = b',';
                })+
                if separator == b',' {
                    line.push(b']');
                }
                Ok(())
            }

            /// Every row on its own, in the form of [`State::changes`].
            fn all(&self, mut write: impl FnMut(&[u8]) -> std::io::Result<()>) -> std::io::Result<()> {
                let mut line = Vec::new();
                $(for (key, row) in self.$name.iter() {
                    line.clear();
                    line.push(b'[');
                    serde_json::to_writer(&mut line, &(stringify!($name), key, row))?;
                    line.push(b']');
                    write(&line)?;
                })+
                Ok(())
            }

            /// Takes one row of a journal line; `Err` tells what is wrong with it.
            fn load(&mut self, table: &str, key: String, row: serde_json::Value) -> Result<(), String> {
                match table {
                    $(stringify!($name) => {
                        let row = Option::<$row>::deserialize(row).map_err(|error| error.to_string())?;
                        self.$name.load(key, row);
                        Ok(())
                    })+
                    _ => Err(format!("unknown table {table:?}")),
                }
            }

            fn commit(&mut self) {
                $(self.$name.commit();)+
            }

            fn rollback(&mut self) {
                $(self.$name.rollback();)+
            }

            /// When something next happens by itself.
            fn first_due(&self) -> Option<Millis> {
                [$(self.$name.first_due()),+].into_iter().flatten().min()
            }
        }
    };
}

tables! {
    meta: Meta,
    organization: Organization,
    units: Unit,
    accounts: Account,
    service_access: ServiceAccess,
    delegations: Delegation,
    account_requests: AccountRequest,
    roles: Role,
    access_keys: AccessKey,
    resources: Resource,
    network_interfaces: NetworkInterface,
    gateway_attachments: GatewayAttachment,
    shares: Share,
    members: Member,
    attachments: Attachment,
    permissions: Permission,
    published: Published,
    invitations: Invitation,
    works: Work,
    tokens: Token,
    trail: TrailEvent,
}

impl State {
    /// The partition that all of it is in.
    pub(crate) fn partition(&self) -> &str {
        self.meta.get(PARTITION).map_or("aws", |meta| meta.value.as_str())
    }

    /// The organization, if there is one.
    pub(crate) fn org(&self) -> Option<&Organization> {
        self.organization.iter().next().map(|(_, org)| org)
    }

    /// Whether the account is a member of the organization.
    pub(crate) fn in_organization(&self, account: &str) -> bool {
        self.accounts.get(account).is_some_and(|account| account.parent.is_some())
    }

    /// The units above an account or unit, nearest first; the root is not among them.
    pub(crate) fn units_above(&self, parent: Option<&str>) -> Vec<&Unit> {
        let mut above = Vec::new();
        let mut at = parent;
        while let Some(unit) = at.and_then(|id| self.units.get(id)) {
            above.push(unit);
            at = Some(&unit.parent);
        }
        above
    }

    pub(crate) fn members_of<'a>(
        &'a self,
        share: &ShareId,
        side: Side,
    ) -> impl Iterator<Item = &'a Member> + use<'a> {
        self.members.under(&Member::prefix(share, side)).map(|(_, member)| member)
    }
}
