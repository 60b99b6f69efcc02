//! The result of a compilation, and what can still be asked of it.

use crate::diag::{Diagnostic, FileId, SourceMap};
use crate::lang::checks::{Assertion, AssertionResult};
use crate::lang::compile::inputs::Inputs;
use crate::lang::declaration::Declaration;
use crate::lang::eval::{Evaluator, Failed, Limits, Names, Scope, World};
use crate::lang::memory::Memory;
use crate::lang::redact::Secrets;
use crate::lang::syntax::parse_expression;
use crate::lang::value::{Type, Value};
use crate::model::StackName;

/// A compiled stack, or why it is none.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// Present where no diagnostic is an error.
    pub declaration: Option<Declaration>,
    /// What the stack is called, also where something else in it is wrong.
    pub stack: Option<StackName>,
    /// In source order.
    pub diagnostics: Vec<Diagnostic>,
    names: Names,
    /// What the names hold.
    memory: Memory,
}

impl Compiled {
    pub(crate) fn failed(mut diagnostics: Vec<Diagnostic>) -> Self {
        diagnostics.sort_by_key(|diagnostic| diagnostic.span);
        Self {
            declaration: None,
            stack: None,
            diagnostics,
            names: Names::default(),
            memory: Memory::new(Limits::default().memory),
        }
    }

    pub(crate) fn new(
        declaration: Option<Declaration>,
        diagnostics: Vec<Diagnostic>,
        names: Names,
        memory: Memory,
    ) -> Self {
        let stack = declaration.as_ref().map(|declaration| declaration.stack.value.clone());
        let declaration = declaration.filter(|_| !diagnostics.iter().any(Diagnostic::is_error));
        Self { declaration, stack, diagnostics, names, memory }
    }

    /// What the stack keeps secret.
    pub fn secrets(&self) -> Secrets {
        let accounts = self.declaration.iter().flat_map(|declaration| declaration.accounts.values());
        let ids = accounts.filter_map(|block| block.assume_role.as_ref()?.external_id.as_deref());
        Secrets::of(&self.names, ids)
    }

    /// Evaluates one expression in the scope of the stack, for `ramctl console`. `source` names the text in messages.
    pub fn evaluate(
        &self,
        sources: &mut SourceMap,
        source: &str,
        text: &str,
        inputs: &Inputs<'_>,
    ) -> Result<Value, Vec<Diagnostic>> {
        let file = sources.add(source, text);
        self.evaluate_text(sources, file, inputs)
    }

    /// As [`Self::evaluate`], for a text that is among the sources.
    pub fn evaluate_text(
        &self,
        sources: &SourceMap,
        file: FileId,
        inputs: &Inputs<'_>,
    ) -> Result<Value, Vec<Diagnostic>> {
        let expr = parse_expression(file, &sources.file(file).text, inputs.limits.file_bytes)?;
        let mut evaluator = self.evaluator(inputs);
        evaluator.check_names(&expr, &Scope::EMPTY);
        let result = evaluator.eval(&expr, &Scope::EMPTY);
        let told = evaluator.told();
        self.settled(if told.is_empty() { result } else { Err(Failed) }, told)
    }

    /// Evaluates an assertion of a `check` block over a plan, which its expressions know as `plan`.
    pub fn assert(
        &self,
        assertion: &Assertion,
        plan: Value,
        inputs: &Inputs<'_>,
    ) -> Result<AssertionResult, Vec<Diagnostic>> {
        let mut evaluator = self.evaluator(inputs);
        let bindings = [("plan".into(), plan)];
        let scope = Scope::of(&bindings);
        let result = evaluator.eval(&assertion.condition, &scope).and_then(|holds| {
            let holds = evaluator.need(&holds, &Type::Bool, "The condition", &assertion.condition, &scope)?;
            if holds.as_bool() == Some(true) {
                return Ok(AssertionResult::Holds);
            }
            let message = evaluator.eval(&assertion.error_message, &scope)?;
            let message = evaluator.need(
                &message,
                &Type::String,
                "The error message",
                &assertion.error_message,
                &scope,
            )?;
            let told =
                if message.is_sensitive() { "(sensitive)" } else { message.as_str().unwrap_or_default() };
            Ok(AssertionResult::Violated(told.to_owned()))
        });
        self.settled(result, evaluator.told())
    }

    fn evaluator<'a>(&self, inputs: &Inputs<'a>) -> Evaluator<'a> {
        let world =
            World { files: inputs.files, plan_timestamp: inputs.plan_timestamp, limits: inputs.limits };
        let mut evaluator = Evaluator::new(world, self.names.clone());
        evaluator.memory = self.memory.clone();
        evaluator
    }

    /// An evaluation that fails silently refers to what the compilation has reported.
    fn settled<T>(
        &self,
        result: Result<T, Failed>,
        diagnostics: Vec<Diagnostic>,
    ) -> Result<T, Vec<Diagnostic>> {
        result.map_err(|Failed| {
            if diagnostics.is_empty() {
                self.diagnostics.iter().filter(|d| d.is_error()).cloned().collect()
            } else {
                diagnostics
            }
        })
    }
}
