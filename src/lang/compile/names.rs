//! Local values, accounts and permissions, each computed after what it refers to.

use std::collections::BTreeMap;
use std::sync::Arc;

use petgraph::algo::kosaraju_scc;
use petgraph::graphmap::DiGraphMap;

use crate::diag::{Diagnostic, Spanned, language as codes};
use crate::lang::compile::Instances;
use crate::lang::compile::decode::Decoder;
use crate::lang::compile::instances::Instance;
use crate::lang::compile::schema;
use crate::lang::compile::structure::Blocks;
use crate::lang::eval::{Eval, Evaluator, Failed, Known, Reference, Root, Scope, references};
use crate::lang::syntax::{Attribute, Block, Expr};
use crate::lang::value::{Entries, Symbol, Value};
use crate::model::{AccountId, Address, BlockKind};

/// Something that has a name and depends on others.
enum Node<'b> {
    Local(&'b Attribute),
    Account(&'b Block),
    Permission(&'b Block),
}

impl<'b> Node<'b> {
    fn name(&self) -> (Root, Arc<str>) {
        match self {
            Self::Local(attribute) => (Root::Local, attribute.name.value.clone()),
            Self::Account(block) => (Root::Account, block.label().into()),
            Self::Permission(block) => (Root::Permission, block.label().into()),
        }
    }

    /// The expressions that the name's value comes from.
    fn expressions(&self) -> Vec<&'b Expr> {
        let of = |block: &'b Block, names: &[&str]| {
            names.iter().filter_map(|name| Some(&*block.attribute(name)?.value)).collect()
        };
        match self {
            Self::Local(attribute) => vec![&attribute.value],
            Self::Account(block) => of(block, &["for_each", "id"]),
            Self::Permission(block) => of(block, &["for_each"]),
        }
    }
}

/// Accounts as far as names need them: the instances of each block with their ids.
pub(crate) type AccountIds = BTreeMap<Address, Spanned<AccountId>>;

/// Computes every name. Circles are reported, and what hangs on them stays without a value.
pub(crate) fn settle(
    blocks: &Blocks,
    evaluator: &mut Evaluator<'_>,
    instances: &mut Instances,
) -> AccountIds {
    let nodes: Vec<Node<'_>> = blocks
        .locals
        .iter()
        .map(Node::Local)
        .chain(blocks.of(&schema::ACCOUNT).iter().map(Node::Account))
        .chain(blocks.of(&schema::PERMISSION).iter().map(Node::Permission))
        .collect();
    let mut by_name: BTreeMap<(Root, Arc<str>), usize> = BTreeMap::new();
    for (at, node) in nodes.iter().enumerate() {
        by_name.entry(node.name()).or_insert(at);
    }
    let mut edges: Vec<Vec<(usize, Reference)>> = Vec::with_capacity(nodes.len());
    let mut graph: DiGraphMap<usize, ()> = DiGraphMap::new();
    for (at, node) in nodes.iter().enumerate() {
        graph.add_node(at);
        let mut targets = Vec::new();
        for reference in node.expressions().into_iter().flat_map(references) {
            if let Some(target) = by_name.get(&(reference.root, reference.name.clone())) {
                graph.add_edge(at, *target, ());
                targets.push((*target, reference));
            }
        }
        edges.push(targets);
    }
    let mut ids = AccountIds::new();
    // Every component after those that it depends on.
    for component in kosaraju_scc(&graph) {
        let in_circle =
            component.len() > 1 || edges[component[0]].iter().any(|(target, _)| *target == component[0]);
        if in_circle {
            evaluator.diagnostics.push(circle(&nodes, &edges, &component));
            for at in component {
                let (root, name) = nodes[at].name();
                evaluator.names.set(root, name, Known::Failed);
            }
            continue;
        }
        let node = &nodes[component[0]];
        let value = match node {
            Node::Local(attribute) => evaluator.eval(&attribute.value, &Scope::EMPTY),
            Node::Account(block) => account(block, evaluator, instances, &mut ids),
            Node::Permission(block) => permission(block, evaluator, instances),
        };
        let (root, name) = node.name();
        if by_name.get(&(root, name.clone())) == Some(&component[0]) {
            evaluator.names.set(root, name, value.map_or(Known::Failed, Known::Value));
        }
    }
    ids
}

fn circle(nodes: &[Node<'_>], edges: &[Vec<(usize, Reference)>], component: &[usize]) -> Diagnostic {
    let start = *component.iter().min().expect("a component has a node");
    let mut path = vec![start];
    let mut steps: Vec<&Reference> = Vec::new();
    let circle_start = loop {
        let here = *path.last().expect("starts with one node");
        let (target, reference) = edges[here]
            .iter()
            .find(|(target, _)| component.contains(target))
            .expect("a node of a circle refers to another of it");
        steps.push(reference);
        if let Some(at) = path.iter().position(|seen| seen == target) {
            break at;
        }
        path.push(*target);
    };
    let written = |at: usize| {
        let (root, name) = nodes[at].name();
        format!("{}.{name}", root.as_str())
    };
    let (path, steps) = (&path[circle_start..], &steps[circle_start..]);
    let mut names: Vec<String> = path.iter().map(|at| written(*at)).collect();
    names.push(names[0].clone());
    let detail = if path.len() == 1 {
        format!("{} refers to itself.", names[0])
    } else {
        format!("These refer to each other in a circle: {}.", names.join(" -> "))
    };
    let mut diagnostic = Diagnostic::error(&codes::RAM012, steps[0].span, detail)
        .help("Take one of the references out; name the part that both need as a local value of its own.");
    for (at, step) in path.iter().zip(steps).skip(1) {
        diagnostic = diagnostic
            .label(step.span, format!("{} refers on to {}.{}", written(*at), step.root.as_str(), step.name));
    }
    diagnostic
}

fn account(
    block: &Block,
    evaluator: &mut Evaluator<'_>,
    instances: &mut Instances,
    ids: &mut AccountIds,
) -> Eval<Value> {
    let found = evaluator.instances(block);
    instances.insert(block.header, found.clone());
    let mut symbols = Vec::new();
    let mut failed = false;
    for instance in found? {
        let address = instance.address(BlockKind::Account, block.label());
        let reported = evaluator.diagnostics.len();
        let mut decoder = Decoder { evaluator, scope: Scope::of(&instance.bindings) };
        let id = match decoder.account(block, "id") {
            Ok(Some(id)) => Ok(id),
            Ok(None) => Err(decoder.missing(block, "id", "Write id = \"111111111111\".")),
            Err(Failed) => Err(Failed),
        };
        name_instance(evaluator, reported, &instance, &address);
        match id {
            Ok(id) => {
                symbols.push((instance, Symbol::Account { address: address.clone(), id: id.value.clone() }));
                ids.insert(address, id);
            }
            Err(Failed) => failed = true,
        }
    }
    if failed { Err(Failed) } else { Ok(of_instances(symbols)) }
}

fn permission(block: &Block, evaluator: &mut Evaluator<'_>, instances: &mut Instances) -> Eval<Value> {
    let found = evaluator.instances(block);
    instances.insert(block.header, found.clone());
    let symbols = found?
        .into_iter()
        .map(|instance| {
            let address = instance.address(BlockKind::Permission, block.label());
            (instance, Symbol::Permission(address))
        })
        .collect();
    Ok(of_instances(symbols))
}

/// The symbol of a block without `for_each`, or an object of the symbols by key.
fn of_instances(mut symbols: Vec<(Instance, Symbol)>) -> Value {
    if let [(Instance { key: None, .. }, _)] = symbols.as_slice() {
        let (_, symbol) = symbols.remove(0);
        return Value::symbol(symbol);
    }
    let entries: Entries = symbols
        .into_iter()
        .filter_map(|(instance, symbol)| Some((Arc::from(instance.key?), Value::symbol(symbol))))
        .collect();
    Value::object(entries)
}

/// Names the instance in what was reported since.
fn name_instance(evaluator: &mut Evaluator<'_>, since: usize, instance: &Instance, address: &Address) {
    if instance.key.is_some() {
        for diagnostic in &mut evaluator.diagnostics[since..] {
            diagnostic.detail.push_str(&format!(" In {address}."));
        }
    }
}
