//! From a folder to a compiled stack: its files, the values of its variables, the compiler's word on them.
#![expect(
    clippy::disallowed_methods,
    reason = "variables from the environment and the run's time enter the program here"
)]

use std::path::Path;

use crate::checks::{Held, hold};
use crate::cli::args::{StackArgs, ValueArg};
use crate::cli::files::{FolderError, StackFolder, TextFile, read_text, read_text_as, shown};
use crate::diag::{Diagnostic, Severity, SourceMap, language as codes};
use crate::lang::value::Value;
use crate::lang::{self, CheckBlock, Compiled, InputValues, Inputs};
use crate::plan::PlanBody;
use crate::render::shell_word;

/// Prefix of environment variables that set a variable of the stack.
const VARIABLE_PREFIX: &str = "RAMCTL_VAR_";

/// How the names of a stack's files end.
const STACK_FILE: &str = ".ram.hcl";
const VALUES_FILES: [&str; 2] = [".auto.ramvars.hcl", ".auto.ramvars.json"];

/// How Terraform's files of values end. It reads some of them by itself, and ramctl none.
const TERRAFORM_VALUES: [&str; 2] = [".tfvars", ".tfvars.json"];

/// A stack as far as it can be read with no credentials.
pub(crate) struct Stack {
    pub sources: SourceMap,
    pub compiled: Compiled,
    /// How many files the stack has.
    files: usize,
    outside: Outside,
}

/// What a compilation takes from outside the stack's own files.
struct Outside {
    folder: StackFolder,
    values: Vec<InputValues>,
    now: String,
}

impl Outside {
    fn inputs(&self) -> Inputs<'_> {
        let Self { folder, values, now } = self;
        Inputs { values, files: folder, plan_timestamp: now, limits: lang::Limits::default() }
    }
}

/// What can still be asked of a stack once there is a plan.
pub(crate) struct Asked {
    compiled: Compiled,
    outside: Outside,
}

impl Asked {
    /// What the stack keeps secret.
    pub(crate) fn secrets(&self) -> lang::Secrets {
        self.compiled.secrets()
    }

    /// What the stack's checks say of a plan.
    pub(crate) fn checks(&self, checks: &[CheckBlock], plan: &PlanBody) -> Held {
        hold(&self.compiled, checks, plan, &self.outside.inputs())
    }
}

impl Stack {
    pub(crate) fn asked(self) -> (SourceMap, Asked) {
        let Self { sources, compiled, files: _, outside } = self;
        (sources, Asked { compiled, outside })
    }

    /// Whether the folder has no files of a stack.
    pub(crate) fn is_empty(&self) -> bool {
        self.files == 0
    }

    /// The value of the expression in one line of the console, in the scope of the stack.
    pub(crate) fn evaluate(&mut self, text: &str, line: usize) -> Result<Value, Vec<Diagnostic>> {
        let file = self.sources.add_part("console", text, line);
        self.compiled.evaluate_text(&self.sources, file, &self.outside.inputs())
    }
}

/// Why there is nothing to compile.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StackError {
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error("--var {text:?} is not of the form name=value")]
    Var { text: String },
}

/// Reads and compiles the stack. Mistakes in the files are diagnostics of the result, not errors.
pub(crate) fn load(args: &StackArgs) -> Result<Stack, StackError> {
    let stack = load_any(args)?;
    if stack.is_empty() {
        let other_case = stack.outside.folder.names_of_other_case(&[STACK_FILE])?;
        if !other_case.is_empty() {
            let names = other_case.join(", ");
            return Err(FolderError::OtherCase { path: shown(&args.stack), names }.into());
        }
        return Err(FolderError::Empty { path: shown(&args.stack) }.into());
    }
    Ok(stack)
}

/// As [`load`], for a folder that may have no files of a stack.
pub(crate) fn load_any(args: &StackArgs) -> Result<Stack, StackError> {
    let folder = StackFolder::open(&args.stack)?;
    let mut sources = SourceMap::default();
    let mut stack_files = Vec::new();
    for name in folder.names(&[STACK_FILE])? {
        let file = in_folder(&folder, &args.stack, &name)?;
        stack_files.push(sources.add(file.name, file.text));
    }
    let mut values = environment_values();
    for name in folder.names(&VALUES_FILES)? {
        let file = in_folder(&folder, &args.stack, &name)?;
        values.push(InputValues::File(sources.add(file.name, file.text)));
    }
    for value in &args.values {
        values.push(match value {
            ValueArg::Var(text) => {
                let (name, text) =
                    text.split_once('=').ok_or_else(|| StackError::Var { text: text.clone() })?;
                InputValues::Flag { name: name.trim().to_owned(), text: text.to_owned() }
            }
            ValueArg::File(path) => {
                let file = read_text(path)?;
                InputValues::File(sources.add(file.name, file.text))
            }
        });
    }

    let now = args.now.unwrap_or_else(jiff::Timestamp::now).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let outside = Outside { folder, values, now };
    let mut compiled = lang::compile(&mut sources, &stack_files, &outside.inputs());
    let [hcl, json] = VALUES_FILES;
    for name in outside.folder.names_of_other_case(&[STACK_FILE, hcl, json])? {
        let detail = format!("{name} is not read, because a name of a file counts in lower case.");
        let warning = Diagnostic::new(Severity::Warning, &codes::RAM066, None, detail);
        compiled
            .diagnostics
            .insert(0, warning.help(format!("Rename it to {}, or move it away.", name.to_lowercase())));
    }
    for name in outside.folder.names(&TERRAFORM_VALUES).unwrap_or_default() {
        let detail = format!("{name} is not read: ramctl takes no values from Terraform's own files.");
        let own = if name.ends_with(".json") { "*.auto.ramvars.json" } else { "*.auto.ramvars.hcl" };
        let warning = Diagnostic::new(Severity::Warning, &codes::RAM066, None, detail);
        compiled.diagnostics.insert(
            0,
            warning.help(format!(
                "To use its values, name it: --var-file {}. To have values read in every run, write them to a file {own}.",
                shell_word(&shown(&args.stack.join(&name)))
            )),
        );
    }
    Ok(Stack { sources, compiled, files: stack_files.len(), outside })
}

/// A file of the folder, under the name by which the user would open it.
fn in_folder(folder: &StackFolder, dir: &Path, name: &str) -> Result<TextFile, FolderError> {
    let known_as = if dir == Path::new(".") { name.to_owned() } else { dir.join(name).display().to_string() };
    read_text_as(&folder.path(name), known_as)
}

/// `RAMCTL_VAR_name=text`, in the order of their names.
fn environment_values() -> Vec<InputValues> {
    let mut found: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, text)| Some((name.into_string().ok()?, text.into_string().ok()?)))
        .filter_map(|(name, text)| Some((name.strip_prefix(VARIABLE_PREFIX)?.to_owned(), text)))
        .collect();
    found.sort();
    found.into_iter().map(|(name, text)| InputValues::Environment { name, text }).collect()
}

/// Whether a run may go on after these.
pub(crate) fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(Diagnostic::is_error)
}
