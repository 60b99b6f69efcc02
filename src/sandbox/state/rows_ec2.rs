//! What EC2 remembers.

use serde::{Deserialize, Serialize};

use crate::sandbox::state::table::Row;

/// A network interface in a subnet. Key: its id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NetworkInterface {
    pub region: String,
    /// The id of its subnet.
    pub subnet: String,
    pub owner: String,
    pub subnet_owner: String,
    /// A service made it for its owner.
    pub managed: bool,
    /// Listed only where managed resources are asked for.
    pub hidden: bool,
}

impl Row for NetworkInterface {}

/// A VPC on a transit gateway. Key: the attachment's id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct GatewayAttachment {
    pub region: String,
    /// The id of its transit gateway.
    pub gateway: String,
    /// Of what is attached.
    pub owner: String,
    pub gateway_owner: String,
    /// `available`, `pendingAcceptance`, `deleted`...
    pub state: String,
}

impl Row for GatewayAttachment {}
