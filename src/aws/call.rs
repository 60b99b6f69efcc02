//! One call to AWS: its turn, its answer, its failure in ramctl's words.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::aws::error::{Effect, convert};
use crate::aws::rates::Limiter;
use crate::cloud::{Caller, CloudError};

/// The calls of one caller to one service, at the rate that the service allows.
#[derive(Clone, Debug)]
pub(crate) struct Calls {
    caller: Arc<Caller>,
    limiter: Arc<Limiter>,
}

impl Calls {
    pub(crate) fn new(caller: Caller, limiter: Limiter) -> Self {
        Self { caller: Arc::new(caller), limiter: Arc::new(limiter) }
    }

    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// A call that changes nothing.
    pub(crate) fn read<T, E>(
        &self,
        action: &'static str,
        request: impl Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send,
    ) -> impl Future<Output = Result<T, CloudError>> + Send
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        self.make(action, Effect::Reads, request)
    }

    /// A call that changes something.
    pub(crate) fn write<T, E>(
        &self,
        action: &'static str,
        request: impl Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send,
    ) -> impl Future<Output = Result<T, CloudError>> + Send
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        self.make(action, Effect::Writes, request)
    }

    /// Waits until the rate of the operation allows it, and sends the request. `action` is `service:Operation`; `request` is what a
    /// fluent builder's `send()` gives, which does nothing before it is polled.
    ///
    /// The request is put on the heap at once: the SDK's futures measure kilobytes, and every function that awaits one would carry it.
    fn make<T, E>(
        &self,
        action: &'static str,
        effect: Effect,
        request: impl Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send,
    ) -> impl Future<Output = Result<T, CloudError>> + Send
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let request = Box::pin(request);
        async move {
            let (_, operation) = action.split_once(':').expect("actions name their service");
            self.limiter.admit(operation).await;
            request.await.map_err(|error| convert(&self.caller, action, effect, error))
        }
    }
}
