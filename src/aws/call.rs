//! One call to AWS: its turn, its answer, its failure in ramctl's words.

use std::error::Error;
use std::future::Future;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::aws::error::{Effect, convert};
use crate::aws::rates::Limiter;
use crate::cloud::{Caller, CloudError};

/// Waits until the rate of the operation allows it, and sends the request. `action` is `service:Operation`; `request` is what a
/// fluent builder's `send()` gives, which does nothing before it is polled.
///
/// The request is put on the heap at once: the SDK's futures measure kilobytes, and every function that awaits one would carry it.
pub(crate) fn make<T, E>(
    caller: &Caller,
    limiter: &Limiter,
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
        limiter.admit(operation).await;
        request.await.map_err(|error| convert(caller, action, effect, error))
    }
}
