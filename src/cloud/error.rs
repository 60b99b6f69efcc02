//! One failed call, with everything that a person needs to do something about it.

use std::fmt;

use crate::model::{AccountId, Gap, GapCause, Region};

/// What kind of failure it was. The code of AWS decides, and the message where the code is ambiguous.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ErrorKind {
    /// No credentials at all, expired ones, or ones that AWS does not know.
    CredentialsUnavailable,
    /// The credentials work elsewhere, and this Region does not know them: it is not enabled for the account.
    RegionNotEnabled,
    /// The endpoint does not know the operation: it is a stand-in for AWS, or a proxy.
    Unsupported,
    /// The credentials work, but for another account than the one that was asked for.
    WrongAccount,
    /// `sts:AssumeRole` was refused or failed.
    CannotAssumeRole,
    AccessDenied,
    /// Throttled until the retries were used up.
    Throttled,
    /// The thing named in the call does not exist (or not in this Region).
    NotFound,
    /// Something else is going on with the share right now; the same call works later.
    InvalidState,
    /// What was asked for is already so.
    AlreadyDone,
    /// Organization sharing is off, half on or just being turned on, or the principal is outside: one error of RAM with
    /// several causes (terraform-provider-aws issues 7769, 12169, 46542).
    OrganizationSharing,
    /// The account is in no organization.
    NoOrganization,
    /// A page size that the operation does not take.
    PageSize,
    /// The request can never work as it is.
    InvalidRequest,
    /// A quota or a limit per call.
    LimitExceeded,
    /// Taken already: name, token, tag key.
    Conflict,
    /// No answer came: DNS, connection refused or lost.
    Unreachable,
    Timeout,
    /// 5xx until the retries were used up.
    Service,
    /// An answer that ramctl cannot read.
    Unreadable,
    /// A client was about to leave loopback while a sandbox is in use.
    LeftSandbox,
    Other,
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::CredentialsUnavailable => "no usable credentials",
            Self::RegionNotEnabled => "the Region is not enabled",
            Self::Unsupported => "the endpoint does not know the operation",
            Self::WrongAccount => "the credentials are for another account",
            Self::CannotAssumeRole => "cannot assume the role",
            Self::AccessDenied => "access denied",
            Self::Throttled => "throttled",
            Self::NotFound => "not found",
            Self::InvalidState => "not possible in this state",
            Self::AlreadyDone => "already done",
            Self::OrganizationSharing => "not shareable with this principal now",
            Self::NoOrganization => "not in an organization",
            Self::PageSize => "page size refused",
            Self::InvalidRequest => "invalid request",
            Self::LimitExceeded => "limit exceeded",
            Self::Conflict => "conflict",
            Self::Unreachable => "no answer",
            Self::Timeout => "timed out",
            Self::Service => "the service failed",
            Self::Unreadable => "unreadable answer",
            Self::LeftSandbox => "refused to leave the sandbox",
            Self::Other => "failed",
        })
    }
}

/// Who calls, and where: the part of an error that is the same for every call of one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub account: AccountId,
    /// None for global services.
    pub region: Option<Region>,
    /// A role's ARN, or [`DEFAULT_CREDENTIALS`].
    pub name: String,
}

/// How gaps and errors call the credentials of the process.
pub const DEFAULT_CREDENTIALS: &str = "the default credentials";

impl Caller {
    /// An error of ours about a call, with no code of AWS.
    pub fn error(&self, kind: ErrorKind, action: &'static str, message: impl Into<String>) -> CloudError {
        CloudError {
            kind,
            action,
            caller: Box::new(self.clone()),
            code: String::new(),
            message: message.into(),
            request_id: None,
            maybe_done: false,
        }
    }
}

/// A call that failed for good, after the retries of the client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{action}: {kind}")]
pub struct CloudError {
    pub kind: ErrorKind,
    /// The action as IAM spells it: `ram:GetResourceShares`.
    pub action: &'static str,
    pub caller: Box<Caller>,
    /// The error code of AWS; empty where no answer came.
    pub code: String,
    /// What AWS or the network said: foreign text.
    pub message: String,
    pub request_id: Option<String>,
    /// The request may have been carried out although no good answer came.
    pub maybe_done: bool,
}

impl CloudError {
    /// Whether the same call may work if it is made again a little later.
    pub fn is_passing(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::Throttled | ErrorKind::Service | ErrorKind::Timeout | ErrorKind::Unreachable
        )
    }

    /// Whether the token came with another request before.
    pub fn is_token_mismatch(&self) -> bool {
        self.code.starts_with("IdempotentParameterMismatch")
    }

    /// What a person can do about it.
    pub fn help(&self) -> Option<String> {
        crate::cloud::help::help(self)
    }

    /// Code and message as AWS gave them, and the request id that AWS support asks for.
    pub fn detail(&self) -> String {
        let mut text = match (self.code.as_str(), self.message.as_str()) {
            ("", "") => self.kind.to_string(),
            ("", message) => message.to_owned(),
            (code, "") => code.to_owned(),
            (code, message) => format!("{code}: {message}"),
        };
        if let Some(id) = &self.request_id {
            text.push_str(&format!(" (request {id})"));
        }
        text
    }
}

/// Sorts an error of AWS by its code, and by its message where the code says too little.
///
/// Sources: the RAM and Organizations service models; the messages are those quoted in terraform-provider-aws issues 7769,
/// 12169, 13458 and 46542, and in the AWS RAM user guide's troubleshooting page.
pub(crate) fn kind_of(code: &str, message: &str, http_status: Option<u16>) -> ErrorKind {
    let says = |part: &str| message.to_ascii_lowercase().contains(part);
    if says("already been disassociated") || says("has been taken in this account") {
        return ErrorKind::AlreadyDone;
    }
    if says("can only be shared within your aws organization")
        || says("onboarding process is still in progress")
        || says("is not in your aws organization")
        || (code == "UnknownResourceException"
            && (says("organizationalunit ")
                || says("organization o-")
                || says("does not exist in an aws organization")))
    {
        return ErrorKind::OrganizationSharing;
    }
    match code.strip_suffix("Exception").unwrap_or(code) {
        "ResourceShareInvitationAlreadyAccepted" | "ResourceShareInvitationAlreadyRejected" => {
            ErrorKind::AlreadyDone
        }
        "AccessDenied" | "UnauthorizedOperation" | "NotAuthorized" | "AuthorizationError" => {
            ErrorKind::AccessDenied
        }
        "ExpiredToken"
        | "InvalidClientTokenId"
        | "UnrecognizedClient"
        | "SignatureDoesNotMatch"
        | "IncompleteSignature"
        | "InvalidSignature"
        | "MissingAuthenticationToken"
        | "AuthFailure"
        | "RequestExpired"
        | "InvalidAccessKeyId" => ErrorKind::CredentialsUnavailable,
        "Throttling"
        | "Throttled"
        | "TooManyRequests"
        | "RequestLimitExceeded"
        | "SlowDown"
        | "RequestThrottled" => ErrorKind::Throttled,
        "UnknownResource"
        | "ResourceArnNotFound"
        | "NoSuchEntity"
        | "OrganizationalUnitNotFound"
        | "ParentNotFound"
        | "AccountNotFound"
        | "ResourceShareInvitationArnNotFound"
        | "ResourceShareInvitationExpired" => ErrorKind::NotFound,
        "InvalidStateTransition" | "ConcurrentModification" => ErrorKind::InvalidState,
        "AWSOrganizationsNotInUse" => ErrorKind::NoOrganization,
        "InvalidMaxResults" => ErrorKind::PageSize,
        "InvalidParameter" | "InvalidInput" | "Validation" if says("maxresults") || says("max results") => {
            ErrorKind::PageSize
        }
        "InvalidParameter"
        | "InvalidInput"
        | "Validation"
        | "ValidationError"
        | "MalformedArn"
        | "MissingRequiredParameter"
        | "InvalidResourceType"
        | "InvalidPolicy"
        | "MalformedPolicyTemplate"
        | "InvalidClientToken"
        | "InvalidNextToken"
        | "TagPolicyViolation"
        | "OperationNotPermitted"
        | "UnmatchedPolicyPermission" => ErrorKind::InvalidRequest,
        "ResourceShareLimitExceeded"
        | "TagLimitExceeded"
        | "LimitExceeded"
        | "PermissionLimitExceeded"
        | "PermissionVersionsLimitExceeded" => ErrorKind::LimitExceeded,
        "IdempotentParameterMismatch" | "PermissionAlreadyExists" => ErrorKind::Conflict,
        _ => match http_status {
            Some(429) => ErrorKind::Throttled,
            Some(403) => ErrorKind::AccessDenied,
            Some(500..) => ErrorKind::Service,
            _ => ErrorKind::Other,
        },
    }
}

impl From<CloudError> for Gap {
    fn from(error: CloudError) -> Self {
        let cause = match error.kind {
            ErrorKind::CredentialsUnavailable | ErrorKind::WrongAccount => GapCause::Credentials,
            ErrorKind::CannotAssumeRole => GapCause::CannotAssumeRole,
            ErrorKind::AccessDenied => GapCause::AccessDenied,
            ErrorKind::Throttled => GapCause::Throttled,
            ErrorKind::Unreachable | ErrorKind::Timeout => GapCause::Unreachable,
            ErrorKind::Service => GapCause::Service,
            ErrorKind::Unreadable => GapCause::Unreadable,
            ErrorKind::RegionNotEnabled => GapCause::RegionNotEnabled,
            ErrorKind::Unsupported => GapCause::Unsupported,
            ErrorKind::NotFound
            | ErrorKind::InvalidState
            | ErrorKind::AlreadyDone
            | ErrorKind::OrganizationSharing
            | ErrorKind::NoOrganization
            | ErrorKind::PageSize
            | ErrorKind::InvalidRequest
            | ErrorKind::LimitExceeded
            | ErrorKind::Conflict
            | ErrorKind::LeftSandbox
            | ErrorKind::Other => GapCause::Other,
        };
        Gap { detail: error.detail(), action: error.action.to_owned(), caller: error.caller.name, cause }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_condition_under_several_codes_is_one_kind() {
        let onboarding = "The resource you are attempting to share can only be shared within your AWS Organization. This \
                          error may also occur if you have not enabled sharing with your AWS organization, or that \
                          onboarding process is still in progress.";
        for (code, message, status, kind) in [
            ("OperationNotPermittedException", onboarding, 400, ErrorKind::OrganizationSharing),
            ("InvalidParameterException", onboarding, 400, ErrorKind::OrganizationSharing),
            (
                "UnknownResourceException",
                "OrganizationalUnit ou-ab12-9xyz1234 could not be found.",
                400,
                ErrorKind::OrganizationSharing,
            ),
            (
                "UnknownResourceException",
                "ResourceShare arn:... could not be found.",
                400,
                ErrorKind::NotFound,
            ),
            (
                "InvalidParameterException",
                "The permission has already been disassociated",
                400,
                ErrorKind::AlreadyDone,
            ),
            ("InvalidParameterException", "maxResults must be at most 100", 400, ErrorKind::PageSize),
            ("InvalidMaxResultsException", "", 400, ErrorKind::PageSize),
            ("InvalidParameterException", "name", 400, ErrorKind::InvalidRequest),
            ("InvalidStateTransitionException", "", 400, ErrorKind::InvalidState),
            ("ThrottlingException", "Rate exceeded", 400, ErrorKind::Throttled),
            ("TooManyRequestsException", "", 429, ErrorKind::Throttled),
            ("ThrottledException", "", 400, ErrorKind::Throttled),
            ("AccessDeniedException", "", 400, ErrorKind::AccessDenied),
            ("AccessDenied", "", 403, ErrorKind::AccessDenied),
            ("ExpiredToken", "", 403, ErrorKind::CredentialsUnavailable),
            ("ServerInternalException", "", 500, ErrorKind::Service),
            ("ServiceUnavailableException", "", 503, ErrorKind::Service),
            ("AWSOrganizationsNotInUseException", "", 400, ErrorKind::NoOrganization),
            ("SomethingNewException", "", 400, ErrorKind::Other),
        ] {
            assert_eq!(kind_of(code, message, Some(status)), kind, "{code} {message}");
        }
    }

    #[test]
    fn every_cause_of_a_gap_is_explained() {
        for cause in [
            GapCause::Credentials,
            GapCause::CannotAssumeRole,
            GapCause::AccessDenied,
            GapCause::Throttled,
            GapCause::Unreachable,
            GapCause::Service,
            GapCause::Unreadable,
            GapCause::NotConfigured,
            GapCause::NotInSnapshot,
            GapCause::NoSuchName,
            GapCause::Elsewhere,
            GapCause::NotInOrganization,
            GapCause::Unattachable,
            GapCause::Placeholders,
            GapCause::LeftOut,
            GapCause::RegionNotEnabled,
            GapCause::Unsupported,
            GapCause::Other,
        ] {
            let code = crate::diag::find_code(cause.code()).expect("known");
            assert!(code.explain.len() > 50 && !code.summary.is_empty());
        }
    }
}
