//! How many calls a run made.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
    FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Calls of one operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallCount {
    pub calls: u64,
    /// Requests sent: calls and their retries.
    pub attempts: u64,
    /// Calls that failed after all retries.
    pub failures: u64,
}

/// Calls by service (as the SDK names it: `RAM`, `Organizations`, `STS`, `IAM`) and operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallCounts {
    pub by_operation: BTreeMap<(String, String), CallCount>,
}

impl CallCounts {
    pub fn total(&self) -> CallCount {
        sum(self.by_operation.values())
    }

    pub fn of_service(&self, service: &str) -> CallCount {
        sum(self.by_operation.iter().filter(|((name, _), _)| name == service).map(|(_, count)| count))
    }

    pub fn of(&self, service: &str, operation: &str) -> CallCount {
        self.by_operation.get(&(service.to_owned(), operation.to_owned())).copied().unwrap_or_default()
    }
}

fn sum<'a>(counts: impl Iterator<Item = &'a CallCount>) -> CallCount {
    counts.fold(CallCount::default(), |a, b| CallCount {
        calls: a.calls + b.calls,
        attempts: a.attempts + b.attempts,
        failures: a.failures + b.failures,
    })
}

/// The interceptor that counts; its clones share one count.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counter {
    counts: Arc<Mutex<CallCounts>>,
}

impl Counter {
    pub(crate) fn snapshot(&self) -> CallCounts {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn count(&self, cfg: &ConfigBag, change: impl FnOnce(&mut CallCount)) {
        let Some(metadata) = cfg.load::<Metadata>() else { return };
        let key = (metadata.service().to_owned(), metadata.name().to_owned());
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        change(counts.by_operation.entry(key).or_default());
    }
}

#[dyn_dispatch_hint]
impl Intercept for Counter {
    fn name(&self) -> &'static str {
        "CallCounter"
    }

    fn read_before_serialization(
        &self,
        _context: &BeforeSerializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.count(cfg, |count| count.calls += 1);
        Ok(())
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.count(cfg, |count| count.attempts += 1);
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if !matches!(context.output_or_error(), Some(Ok(_))) {
            self.count(cfg, |count| count.failures += 1);
        }
        Ok(())
    }
}
