//! The names that an expression may use.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::lang::value::Value;

/// What became of a named thing.
#[derive(Clone, Debug)]
pub(crate) enum Known {
    Value(Value),
    /// Its own expression has a mistake that is reported already: whoever refers to it stays silent.
    Failed,
}

/// The names of a stack: what follows `var.`, `local.`, `account.`, `permission.`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    pub(crate) tables: BTreeMap<Root, BTreeMap<Arc<str>, Known>>,
}

/// The words that start a reference to a name of the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Root {
    Var,
    Local,
    Account,
    Permission,
}

impl Root {
    pub(crate) const ALL: [Self; 4] = [Self::Var, Self::Local, Self::Account, Self::Permission];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Var => "var",
            Self::Local => "local",
            Self::Account => "account",
            Self::Permission => "permission",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|root| root.as_str() == word)
    }

    /// What a name of this kind is, and how it is declared.
    pub(crate) fn declared_by(self, name: &str) -> (&'static str, String) {
        match self {
            Self::Var => ("input variable", format!("variable \"{name}\" {{}}")),
            Self::Local => ("local value", format!("locals {{ {name} = ... }}")),
            Self::Account => ("account", format!("account \"{name}\" {{ id = \"...\" }}")),
            Self::Permission => ("permission", format!("permission \"{name}\" {{ ... }}")),
        }
    }
}

impl Names {
    pub(crate) fn set(&mut self, root: Root, name: Arc<str>, known: Known) {
        self.tables.entry(root).or_default().insert(name, known);
    }

    pub(crate) fn get(&self, root: Root, name: &str) -> Option<&Known> {
        self.tables.get(&root)?.get(name)
    }

    pub(crate) fn names(&self, root: Root) -> impl Iterator<Item = &str> {
        self.tables.get(&root).into_iter().flat_map(|table| table.keys().map(|name| &**name))
    }
}

/// Names that a place binds, on top of those around it: `each`, the variables of a `for`.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'s> {
    pub(crate) bindings: &'s [(Arc<str>, Value)],
    pub(crate) outer: Option<&'s Scope<'s>>,
}

impl Scope<'static> {
    pub(crate) const EMPTY: Self = Scope { bindings: &[], outer: None };
}

impl<'s> Scope<'s> {
    pub(crate) fn of(bindings: &'s [(Arc<str>, Value)]) -> Self {
        Self { bindings, outer: None }
    }

    pub(crate) fn inside(&'s self, bindings: &'s [(Arc<str>, Value)]) -> Scope<'s> {
        Scope { bindings, outer: Some(self) }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        let mut scope = Some(self);
        while let Some(here) = scope {
            if let Some((_, value)) = here.bindings.iter().find(|(bound, _)| &**bound == name) {
                return Some(value);
            }
            scope = here.outer;
        }
        None
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        let mut scope = Some(self);
        while let Some(here) = scope {
            names.extend(here.bindings.iter().map(|(name, _)| &**name));
            scope = here.outer;
        }
        names
    }
}
