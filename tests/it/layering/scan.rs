//! Finds the paths that a source file names, and those among them that it must not.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// The two tables that a scan holds a file to.
pub struct Rules<'a> {
    pub rooms: &'a [(&'a str, &'a [&'a str])],
    pub crates: &'a [(&'a str, &'a [&'a str])],
}

#[derive(Debug, PartialEq, Eq)]
pub enum Violation {
    /// A room that the table does not let this one import.
    Room { from: String, to: String },
    /// A crate that belongs to other rooms.
    Crate { from: String, name: String },
    /// `super::` outside tests and macros.
    Super,
    /// `use crate::*` and other ways to name all rooms at once.
    WholeCrate,
    /// `#[path = "..."]`: a file of one room as a module of another.
    PathAttribute,
    /// `include!("...")`: source text from anywhere.
    Include,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Room { from, to } => {
                write!(f, "`{from}` may not import `{to}` (ROOMS in tests/it/layering.rs)")
            }
            Self::Crate { from, name } => {
                write!(f, "`{from}` may not name the crate `{name}` (CRATES in tests/it/layering.rs)")
            }
            Self::Super => write!(f, "`super::` outside tests; write `crate::room::file::Item`"),
            Self::WholeCrate => write!(f, "an import of the whole crate; name the room"),
            Self::PathAttribute => write!(f, "`#[path]` hides which room a module belongs to"),
            Self::Include => write!(f, "`include!` hides which room a text belongs to"),
        }
    }
}

/// What the file breaks, with the line of each. `file` is its path inside `src`; `test_only` files answer to no table.
pub fn scan(rules: &Rules<'_>, file: &str, text: &str, test_only: bool) -> Vec<(usize, Violation)> {
    if test_only {
        return Vec::new();
    }
    let parsed = syn::parse_file(text).unwrap_or_else(|error| panic!("src/{file}: {error}"));
    let mut scan = Scan { rules, file, found: Vec::new() };
    scan.visit_file(&parsed);
    scan.found
}

struct Scan<'a> {
    rules: &'a Rules<'a>,
    file: &'a str,
    found: Vec<(usize, Violation)>,
}

impl Scan<'_> {
    /// The room that the file stands in; for `main.rs` and `lib.rs` the file itself.
    fn room(&self) -> &str {
        self.file.split('/').next().expect("split gives at least one part")
    }

    fn report(&mut self, at: Span, violation: Violation) {
        self.found.push((at.start().line, violation));
    }

    /// Judges one path, given as its leading segments.
    fn path(&mut self, at: Span, segments: &[String], in_macro: bool) {
        let Some(first) = segments.first() else { return };
        match first.as_str() {
            "super" if !in_macro => self.report(at, Violation::Super),
            // `crate` alone is the visibility `pub(crate)`.
            "crate" => match segments.get(1) {
                Some(room) if room == "*" || room == "self" => self.report(at, Violation::WholeCrate),
                Some(room) => self.room_named(at, room),
                None => {}
            },
            name => self.crate_named(at, name),
        }
    }

    fn room_named(&mut self, at: Span, to: &str) {
        let from = self.room();
        // A macro or an item of the crate's root is no room.
        if from == to || !self.rules.rooms.iter().any(|(room, _)| *room == to) {
            return;
        }
        let may = self.rules.rooms.iter().find(|(room, _)| *room == from).map_or(&[][..], |(_, may)| may);
        if !may.iter().any(|other| *other == "*" || *other == to) {
            let violation = Violation::Room { from: from.to_owned(), to: to.to_owned() };
            self.report(at, violation);
        }
    }

    fn crate_named(&mut self, at: Span, name: &str) {
        let row = self.rules.crates.iter().find(|(krate, _)| {
            *krate == name || (krate.ends_with('_') && name.starts_with(krate) && name.len() > krate.len())
        });
        let Some((_, places)) = row else { return };
        if !places.iter().any(|place| *place == self.room() || *place == self.file) {
            let violation = Violation::Crate { from: self.room().to_owned(), name: name.to_owned() };
            self.report(at, violation);
        }
    }

    /// The paths of one `use`, each from its first segment on.
    fn use_tree(&mut self, at: Span, before: &[String], tree: &syn::UseTree) {
        let with = |name: String| [before, &[name]].concat();
        match tree {
            syn::UseTree::Path(path) => self.use_tree(at, &with(path.ident.to_string()), &path.tree),
            syn::UseTree::Name(name) => self.path(at, &with(name.ident.to_string()), false),
            syn::UseTree::Rename(rename) if before.is_empty() && rename.ident == "crate" => {
                self.report(at, Violation::WholeCrate);
            }
            syn::UseTree::Rename(rename) => self.path(at, &with(rename.ident.to_string()), false),
            syn::UseTree::Glob(_) => self.path(at, &with("*".into()), false),
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.use_tree(at, before, tree);
                }
            }
        }
    }

    /// The paths among a macro's tokens: an identifier, not itself behind a `::`, that a `::` follows.
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let colon =
            |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let start = at;
            at += 1;
            match token {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Ident(ident) => {
                    let mut segments = vec![ident.to_string()];
                    while colon(at) && colon(at + 1) {
                        match tokens.get(at + 2) {
                            Some(TokenTree::Ident(next)) => segments.push(next.to_string()),
                            Some(TokenTree::Punct(star)) if star.as_char() == '*' => {
                                segments.push("*".into())
                            }
                            _ => break,
                        }
                        at += 3;
                    }
                    let inside_a_path =
                        start >= 3 && colon(start - 1) && colon(start - 2) && !is_start(&tokens[start - 3]);
                    if segments.len() > 1 && !inside_a_path {
                        self.path(ident.span(), &segments, true);
                    }
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }
}

/// Whether a `::` behind this token begins a path rather than goes on with one: `( ::tokio::spawn`.
fn is_start(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() != '>')
}

impl<'ast> Visit<'ast> for Scan<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !is_test(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if item.attrs.iter().any(|attribute| attribute.path().is_ident("path")) {
            self.report(item.ident.span(), Violation::PathAttribute);
        }
        visit::visit_item_mod(self, item);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.use_tree(item.use_token.span, &[], &item.tree);
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        if item.ident == "self" {
            self.report(item.ident.span(), Violation::WholeCrate);
        }
        self.crate_named(item.ident.span(), &item.ident.to_string());
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if let Some(first) = path.segments.first() {
            let segments: Vec<String> =
                path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            if segments.len() > 1 || segments[0] == "super" {
                self.path(first.ident.span(), &segments, false);
            }
        }
        visit::visit_path(self, path);
    }

    fn visit_visibility(&mut self, visibility: &'ast syn::Visibility) {
        // `pub(super)` says who may see, not who is seen.
        if let syn::Visibility::Restricted(restricted) = visibility
            && restricted.in_token.is_some()
        {
            self.visit_path(&restricted.path);
        }
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        if mac.path.is_ident("include") {
            self.report(mac.path.segments[0].ident.span(), Violation::Include);
        }
        self.visit_path(&mac.path);
        self.tokens(mac.tokens.clone());
    }

    fn visit_meta_list(&mut self, list: &'ast syn::MetaList) {
        self.visit_path(&list.path);
        self.tokens(list.tokens.clone());
    }
}

/// Whether the attributes say `#[cfg(test)]`.
fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    })
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::ExternCrate(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Macro(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        syn::Item::Type(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// The files that are part of the crate only under `#[cfg(test)]`: `#[cfg(test)] mod tests;` and everything below.
pub fn test_only_files(sources: &BTreeMap<String, String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (file, text) in sources {
        let parsed = syn::parse_file(text).unwrap_or_else(|error| panic!("src/{file}: {error}"));
        for item in &parsed.items {
            let syn::Item::Mod(module) = item else { continue };
            if module.content.is_some() || !is_test(&module.attrs) {
                continue;
            }
            let stem = match file.rsplit_once('/') {
                Some((folder, "mod.rs")) => format!("{folder}/{}", module.ident),
                _ if matches!(file.as_str(), "lib.rs" | "main.rs") => module.ident.to_string(),
                _ => format!("{}/{}", file.trim_end_matches(".rs"), module.ident),
            };
            let below = format!("{stem}/");
            let own = format!("{stem}.rs");
            found.extend(sources.keys().filter(|name| **name == own || name.starts_with(&below)).cloned());
        }
    }
    found
}
