//! Nodes and edges of the desired-state graph, and the order that they give.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::{kosaraju_scc, toposort};
use petgraph::graphmap::DiGraphMap;

use crate::desired::graph::{DesiredGraph, DesiredShare, DesiredSharing, ManagedPermission, Node, NodeId};
use crate::lang::SharingWish;
use crate::model::{Address, PermissionArn};

/// Draws the graph of settled shares. `inside` says which of them have a principal inside the organization.
pub(crate) fn connect(
    sharing: Option<&DesiredSharing>,
    permissions: &BTreeMap<Address, ManagedPermission>,
    shares: &BTreeMap<Address, DesiredShare>,
    inside: impl Fn(&DesiredShare) -> bool,
) -> (Vec<Node>, DiGraphMap<NodeId, ()>) {
    let mut graph = Builder::default();
    let sharing = sharing
        .filter(|sharing| matches!(sharing.wish, SharingWish::Enabled | SharingWish::Required))
        .map(|_| graph.node(Node::OrganizationSharing));
    let made: Made = permissions
        .values()
        .map(|one| (&one.arn, graph.node(Node::ManagedPermission(one.address.clone()))))
        .collect();
    for (address, share) in shares {
        let this = graph.node(Node::Share(address.clone()));
        // Before sharing is on, accounts of the own organization are strangers that would have to accept an invitation, and types
        // that stay inside the organization are refused.
        if let Some(sharing) = sharing.filter(|_| inside(share)) {
            graph.edge(sharing, this);
        }
        share_nodes(&mut graph, this, share, &made);
    }
    (graph.nodes, graph.edges)
}

/// Permissions that the stack makes.
type Made<'a> = BTreeMap<&'a PermissionArn, NodeId>;

/// A share's permissions, then its resources, then its principals (RAM: a permission can be added only while no resource of its
/// type is there; and nobody is let in before what they see is complete).
fn share_nodes(graph: &mut Builder, this: NodeId, share: &DesiredShare, made: &Made<'_>) {
    let address = &share.address;
    let permissions: BTreeMap<_, _> = share
        .permissions
        .keys()
        .map(|code| (code, graph.node(Node::Permission(address.clone(), code.clone()))))
        .collect();
    for (code, permission) in &permissions {
        graph.edge(this, *permission);
        if let Some(made) = made.get(&share.permissions[*code].arn) {
            graph.edge(*made, *permission);
        }
    }
    let mut resources = Vec::with_capacity(share.resources.len());
    for (arn, code) in &share.resources {
        let resource = graph.node(Node::Resource(address.clone(), arn.clone()));
        match code {
            Some(code) => graph.edge(permissions.get(code).copied().unwrap_or(this), resource),
            // The type is unknown, so it may be that of any permission.
            None if permissions.is_empty() => graph.edge(this, resource),
            None => permissions.values().for_each(|permission| graph.edge(*permission, resource)),
        }
        resources.push(resource);
    }
    let before_principals = match resources.len() {
        0 => vec![this],
        1 => resources,
        _ if share.principals.len() <= 1 => resources,
        _ => {
            let all = graph.node(Node::Resources(address.clone()));
            resources.iter().for_each(|resource| graph.edge(*resource, all));
            vec![all]
        }
    };
    for principal in share.principals.keys() {
        let principal = graph.node(Node::Principal(address.clone(), principal.clone()));
        before_principals.iter().for_each(|before| graph.edge(*before, principal));
    }
}

#[derive(Default)]
struct Builder {
    nodes: Vec<Node>,
    edges: DiGraphMap<NodeId, ()>,
}

impl Builder {
    fn node(&mut self, node: Node) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).expect("a stack has fewer than 2^32 objects"));
        self.nodes.push(node);
        self.edges.add_node(id)
    }

    fn edge(&mut self, before: NodeId, after: NodeId) {
        self.edges.add_edge(before, after, ());
    }
}

/// Nodes that need each other in a ring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle(pub Vec<NodeId>);

impl DesiredGraph {
    /// The nodes in an order in which each comes after what it needs. The same graph always gives the same order.
    ///
    /// Graphs made by [`resolve`](crate::desired::resolve) have no cycle; what builds edges of its own has to ask.
    pub fn order(&self) -> Result<Vec<NodeId>, Cycle> {
        toposort(&self.edges, None).map_err(|_| {
            // The error names one node of a cycle; the component is the cycle.
            let ring = kosaraju_scc(&self.edges).into_iter().find(|component| {
                component.len() > 1 || component.iter().any(|node| self.edges.contains_edge(*node, *node))
            });
            let mut ring = ring.unwrap_or_default();
            ring.sort();
            Cycle(ring)
        })
    }

    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// The shares that come after sharing inside the organization: those that have the organization, a unit or an account of the
    /// organization as a principal, or may have one. Empty where the stack does not manage sharing.
    pub fn shares_after_sharing(&self) -> BTreeSet<&Address> {
        // Where it is there at all, it is the first node.
        if self.nodes.first() != Some(&Node::OrganizationSharing) {
            return BTreeSet::new();
        }
        self.edges
            .neighbors(NodeId(0))
            .filter_map(|after| match self.node(after) {
                Node::Share(address) => Some(address),
                _ => None,
            })
            .collect()
    }
}
