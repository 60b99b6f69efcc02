//! The desired-state graph as DOT (Graphviz) and as Mermaid (Markdown of GitHub and GitLab).

use std::collections::BTreeMap;
use std::fmt;

use crate::desired::{DesiredGraph, DesiredShare, Node, NodeId, Unresolved};
use crate::model::Address;
use crate::render::escape::escape;

/// A language for graphs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphFormat {
    Dot,
    Mermaid,
}

/// Every node with what needs it behind it; a frame around each share.
pub struct GraphView<'a> {
    pub graph: &'a DesiredGraph,
    pub format: GraphFormat,
}

impl fmt::Display for GraphView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let drawing = Drawing::new(self.graph);
        match self.format {
            GraphFormat::Dot => drawing.dot(f),
            GraphFormat::Mermaid => drawing.mermaid(f),
        }
    }
}

/// What both formats draw.
struct Drawing<'a> {
    graph: &'a DesiredGraph,
    outside: Vec<NodeId>,
    frames: BTreeMap<&'a Address, Vec<NodeId>>,
}

/// How a node looks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Organization,
    Share,
    Permission,
    Resource,
    Principal,
    /// A point that many edges meet in.
    Joint,
}

impl<'a> Drawing<'a> {
    fn new(graph: &'a DesiredGraph) -> Self {
        let mut drawing = Self { graph, outside: Vec::new(), frames: BTreeMap::new() };
        for (index, node) in graph.nodes.iter().enumerate() {
            let id = NodeId(u32::try_from(index).expect("a stack has fewer than 2^32 objects"));
            let share = match node {
                Node::OrganizationSharing | Node::ManagedPermission(_) => {
                    drawing.outside.push(id);
                    continue;
                }
                Node::Share(share) | Node::Resources(share) => share,
                Node::Permission(share, _) | Node::Resource(share, _) | Node::Principal(share, _) => share,
            };
            drawing.frames.entry(share).or_default().push(id);
        }
        drawing
    }

    /// A node's shape and the lines of its label. Foreign text is safe, but not yet quoted for a format.
    fn node(&self, id: NodeId) -> (Shape, Vec<String>) {
        let safe = |text: &str| escape(text).at_most(80).to_string();
        let share = |address: &Address| self.graph.shares.get(address);
        match self.graph.node(id) {
            Node::OrganizationSharing => {
                (Shape::Organization, vec!["sharing inside the organization".to_owned()])
            }
            Node::ManagedPermission(address) => {
                let name = self.graph.permissions.get(address).map(|permission| safe(permission.arn.name()));
                (Shape::Permission, [Some(safe(&address.to_string())), name].into_iter().flatten().collect())
            }
            Node::Share(address) => {
                let name = share(address).map_or_else(String::new, |share| safe(&share.name));
                (Shape::Share, vec!["share".to_owned(), name])
            }
            Node::Permission(address, code) => {
                let permission = share(address).and_then(|share| share.permissions.get(code));
                let name = permission.map_or_else(String::new, |permission| safe(permission.arn.name()));
                (Shape::Permission, vec![format!("permission {code}"), name])
            }
            Node::Resource(address, arn) => {
                let code = share(address).and_then(|share| share.resources.get(arn)).and_then(Option::as_ref);
                let what = code.map_or_else(|| "resource".to_owned(), ToString::to_string);
                (Shape::Resource, vec![what, safe(arn.arn().short())])
            }
            Node::Resources(_) => (Shape::Joint, vec!["all resources".to_owned()]),
            Node::Principal(address, principal) => {
                let label = share(address).and_then(|share| share.principals.get(principal));
                let label = label.map_or_else(|| safe(principal.as_str()), |desired| safe(&desired.label));
                (Shape::Principal, vec![label])
            }
        }
    }

    /// The title of a share's frame.
    fn frame(&self, address: &Address) -> Vec<String> {
        let place = self.graph.shares.get(address).map(|DesiredShare { place, .. }| {
            let label = self.graph.account_labels.get(&place.account);
            let account = label.map_or_else(|| place.account.to_string(), |label| escape(label).to_string());
            format!("{account}, {}", place.region)
        });
        [escape(&address.to_string()).at_most(80).to_string()].into_iter().chain(place).collect()
    }

    fn dot(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let label =
            |lines: &[String]| lines.iter().map(|line| dot_text(line)).collect::<Vec<_>>().join("\\n");
        let node = |f: &mut fmt::Formatter<'_>, indent: &str, id: NodeId| {
            let (shape, lines) = self.node(id);
            let look = match shape {
                Shape::Organization => "shape=octagon",
                Shape::Share => "shape=box, style=bold",
                Shape::Permission => "shape=note",
                Shape::Resource => "shape=box",
                Shape::Principal => "shape=box, style=rounded",
                Shape::Joint => {
                    return writeln!(f, "{indent}n{} [shape=point, xlabel=\"{}\"]", id.0, label(&lines));
                }
            };
            writeln!(f, "{indent}n{} [{look}, label=\"{}\"]", id.0, label(&lines))
        };
        writeln!(f, "digraph \"{}\" {{", dot_text(self.graph.stack.as_str()))?;
        writeln!(f, "  rankdir=LR")?;
        for id in &self.outside {
            node(f, "  ", *id)?;
        }
        for (index, (address, nodes)) in self.frames.iter().enumerate() {
            writeln!(f, "  subgraph cluster_{index} {{")?;
            writeln!(f, "    label=\"{}\"", label(&self.frame(address)))?;
            for id in nodes {
                node(f, "    ", *id)?;
            }
            writeln!(f, "  }}")?;
        }
        for (index, (address, open)) in self.graph.unresolved.iter().enumerate() {
            let lines = label(&unresolved(address, open));
            writeln!(f, "  u{index} [shape=box, style=dashed, label=\"{lines}\"]")?;
        }
        for (before, after, ()) in self.graph.edges.all_edges() {
            writeln!(f, "  n{} -> n{}", before.0, after.0)?;
        }
        writeln!(f, "}}")
    }

    fn mermaid(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let node = |f: &mut fmt::Formatter<'_>, indent: &str, id: NodeId| {
            let (shape, lines) = self.node(id);
            let (open, close) = match shape {
                Shape::Organization => ("{{\"", "\"}}"),
                Shape::Share | Shape::Resource => ("[\"", "\"]"),
                Shape::Permission => ("[/\"", "\"/]"),
                Shape::Principal | Shape::Joint => ("([\"", "\"])"),
            };
            writeln!(f, "{indent}n{}{open}{}{close}", id.0, mermaid_label(&lines))
        };
        writeln!(f, "flowchart LR")?;
        for id in &self.outside {
            node(f, "  ", *id)?;
        }
        for (index, (address, nodes)) in self.frames.iter().enumerate() {
            writeln!(f, "  subgraph s{index}[\"{}\"]", mermaid_label(&self.frame(address)))?;
            for id in nodes {
                node(f, "    ", *id)?;
            }
            writeln!(f, "  end")?;
        }
        for (index, (address, open)) in self.graph.unresolved.iter().enumerate() {
            writeln!(f, "  u{index}[\"{}\"]", mermaid_label(&unresolved(address, open)))?;
            writeln!(f, "  style u{index} stroke-dasharray: 5 5")?;
        }
        for (before, after, ()) in self.graph.edges.all_edges() {
            writeln!(f, "  n{} --> n{}", before.0, after.0)?;
        }
        Ok(())
    }
}

/// A share whose principals could not be looked up.
fn unresolved(address: &Address, open: &Unresolved) -> Vec<String> {
    let wanted: Vec<&str> = open.wanted.iter().map(|wanted| wanted.value.as_str()).collect();
    [
        address.to_string(),
        format!("not settled: {}", wanted.join(", ")),
        format!("{}: {}", open.gap.action, open.gap.cause),
    ]
    .iter()
    .map(|line| escape(line).at_most(120).to_string())
    .collect()
}

/// Inside `"..."` of DOT: a backslash would begin `\n`, `\l`, `\N` and others, and `&` an entity of HTML.
fn dot_text(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;")
}

/// Inside `"..."` of Mermaid: all but the plainest characters as entities.
///
/// Mermaid looks through the whole text for `%%{init}%%`, comments, `style`, icons (`fa:fa-x`), formulas (`$$`), links, Markdown and HTML
/// before it knows of quotes, and its lexer takes every line with `direction TB` for a direction. Meanwhile it writes entities as
/// `ﬂ°°34¶ß`, and reads those of the text as its own.
fn mermaid_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let plain = !c.is_ascii() || c.is_ascii_alphanumeric() || matches!(c, ' ' | '.' | ',' | '/' | '-');
        if matches!(c, 'ﬂ' | '¶') {
            out.push_str(&format!("#92;u#123;{:x}#125;", u32::from(c)));
        } else if plain && !text[at..].starts_with("direction") {
            out.push(c);
        } else {
            out.push_str(&format!("#{};", u32::from(c)));
        }
    }
    out
}

/// The lines of a label of Mermaid. A `<br/>` would make it read the text as HTML, with icons and formulas in it.
fn mermaid_label(lines: &[String]) -> String {
    let label = lines.iter().map(|line| mermaid_text(line)).collect::<Vec<_>>().join("\n");
    // Mermaid refuses a label without text.
    if label.is_empty() { " ".to_owned() } else { label }
}

#[cfg(test)]
mod tests;
