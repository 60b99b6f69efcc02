//! Errors of the SDK, sorted.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_ram::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::aws::guard::LeftLoopback;
use crate::aws::http::{ENDPOINT, Unanswered};
use crate::aws::reply::UnreadableReply;
use crate::cloud::{Caller, CloudError, ErrorKind, kind_of};

/// Whether a call changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Reads,
    Writes,
}

/// Turns what the SDK gives into what ramctl reports.
pub(crate) fn convert<E>(
    caller: &Caller,
    action: &'static str,
    effect: Effect,
    error: SdkError<E, HttpResponse>,
) -> CloudError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    // Credentials are fetched when a call needs them, so their failures come wrapped in the failure of that call.
    if let Some(inner) = cause::<CloudError>(&error) {
        return inner.clone();
    }
    if let Some(left) = cause::<LeftLoopback>(&error) {
        return caller.error(ErrorKind::LeftSandbox, action, left.to_string());
    }
    if let Some(reply) = cause::<UnreadableReply>(&error) {
        let message = reply.to_string();
        return CloudError {
            maybe_done: effect == Effect::Writes,
            ..caller.error(ErrorKind::Unreadable, action, message)
        };
    }
    if let Some(credentials) = cause::<CredentialsError>(&error) {
        return caller.error(ErrorKind::CredentialsUnavailable, action, chain(credentials));
    }
    let status = error.raw_response().map(|response| response.status().as_u16());
    let mut found = match &error {
        SdkError::ServiceError(service) => {
            let code = service.err().code().unwrap_or_default();
            let message = service.err().message().unwrap_or_default();
            match foreign(&error, code) {
                Some((kind, message)) => {
                    CloudError { code: code.to_owned(), ..caller.error(kind, action, message) }
                }
                None => {
                    let kind = of_region(caller, code, kind_of(code, message, status));
                    let message = if message.is_empty() { chain(&error) } else { message.to_owned() };
                    CloudError { code: code.to_owned(), ..caller.error(kind, action, message) }
                }
            }
        }
        SdkError::TimeoutError(_) => caller.error(ErrorKind::Timeout, action, chain(&error)),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => {
            caller.error(ErrorKind::Timeout, action, chain(&error))
        }
        SdkError::DispatchFailure(_) => {
            // What the SDK wraps around it says nothing more.
            let message =
                cause::<Unanswered>(&error).map_or_else(|| chain(&error), |unanswered| chain(unanswered));
            caller.error(ErrorKind::Unreachable, action, message)
        }
        SdkError::ResponseError(_) => {
            let kind = if matches!(status, Some(500..)) { ErrorKind::Service } else { ErrorKind::Unreadable };
            caller.error(kind, action, chain(&error))
        }
        _ => caller.error(ErrorKind::Other, action, chain(&error)),
    };
    found.request_id = error.request_id().map(ToOwned::to_owned);
    let in_doubt = matches!(
        found.kind,
        ErrorKind::Timeout | ErrorKind::Unreachable | ErrorKind::Service | ErrorKind::Unreadable
    );
    found.maybe_done = effect == Effect::Writes && in_doubt;
    found
}

/// An account's credentials are seen to work before a service is called in a Region: one that does not know them is not enabled.
fn of_region(caller: &Caller, code: &str, kind: ErrorKind) -> ErrorKind {
    let unknown = matches!(
        code.strip_suffix("Exception").unwrap_or(code),
        "UnrecognizedClient" | "InvalidClientTokenId"
    );
    if unknown && caller.region.is_some() { ErrorKind::RegionNotEnabled } else { kind }
}

/// An answer that is not one of AWS, or that says that the operation is not there: what it means, and which endpoint gave it.
fn foreign<E>(error: &SdkError<E, HttpResponse>, code: &str) -> Option<(ErrorKind, String)>
where
    E: Error + Send + Sync + 'static,
{
    let response = error.raw_response()?;
    let status = response.status().as_u16();
    let body = response.body().bytes().unwrap_or_default().trim_ascii_start();
    let begins =
        |text: &str| body.get(..text.len()).is_some_and(|start| start.eq_ignore_ascii_case(text.as_bytes()));
    let html = begins("<!doctype html") || begins("<html");
    let unknown = matches!(
        code.strip_suffix("Exception").unwrap_or(code),
        "UnknownOperation" | "InvalidAction" | "NotImplemented"
    );
    let kind = match status {
        501 => ErrorKind::Unsupported,
        _ if unknown => ErrorKind::Unsupported,
        200..300 if html || code.is_empty() => ErrorKind::Unreadable,
        _ if !code.is_empty() => return None,
        429 => ErrorKind::Throttled,
        300..500 => ErrorKind::Unsupported,
        500.. => ErrorKind::Service,
        _ => return None,
    };
    let endpoint = response.headers().get(ENDPOINT).unwrap_or("the endpoint");
    let body = match body.first() {
        _ if html => "an HTML page",
        None => "an empty body",
        Some(b'{' | b'[') => "JSON",
        Some(b'<') => "XML",
        Some(_) => "plain text",
    };
    let what = match (kind, status, code) {
        (ErrorKind::Unreadable, ..) => format!("{body}, and no answer of AWS: {}", chain(error)),
        (_, 404 | 405 | 501, "") => {
            format!("{body} and no error code of AWS: it does not know the operation")
        }
        (_, _, "") => format!("{body} and no error code of AWS"),
        _ => "the answer that it does not know the operation".to_owned(),
    };
    Some((kind, format!("HTTP {status} from {endpoint} with {what}")))
}

/// The first error of a type in a chain of causes.
fn cause<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut at = Some(error);
    while let Some(error) = at {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        at = error.source();
    }
    None
}

/// A chain of causes in one line, without what a cause only repeats. Where the SDK writes out a request in a cause, its headers and
/// body are left out: they hold credentials and external ids.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let plain = |error: &(dyn Error + 'static)| {
        let text = error.to_string();
        match text.find("Request {").or_else(|| text.find("SdkBody")) {
            Some(at) => format!("{}...", text[..at].trim_end_matches(|c: char| !c.is_alphanumeric())),
            None => text,
        }
    };
    let mut text = plain(error);
    let mut at = error.source();
    while let Some(error) = at {
        let next = plain(error);
        if !text.contains(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        at = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::chain;

    #[derive(Debug, thiserror::Error)]
    #[error("the call failed")]
    struct Outer(#[source] Inner);

    #[derive(Debug, thiserror::Error)]
    #[error("failed to apply endpoint `x` to request `Request {{ body: SdkBody {{ ExternalId=secret }} }}`")]
    struct Inner;

    #[test]
    fn a_request_is_no_part_of_a_message() {
        assert_eq!(chain(&Outer(Inner)), "the call failed: failed to apply endpoint `x` to request...");
        assert_eq!(chain(&Inner), "failed to apply endpoint `x` to request...");
    }
}
