//! The credentials of a role, got once per account and again before they expire.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};
use tokio::sync::Mutex;

use crate::aws::error::{Effect, convert};
use crate::aws::settings::{AssumedRole, Keys};
use crate::cloud::{Caller, CloudError, ErrorKind};
use crate::model::Arn;

/// Renewed this long before they expire.
const MARGIN: Duration = Duration::from_secs(300);

pub(crate) fn static_credentials(keys: &Keys) -> Credentials {
    Credentials::new(
        keys.access_key_id.clone(),
        keys.secret_access_key.clone(),
        keys.session_token.clone(),
        None,
        "ramctl",
    )
}

/// Assumes a role of one account.
///
/// The SDK's own provider would do, but for its errors, which do not say what AWS answered, and its calls, which no
/// interceptor sees.
#[derive(Clone, Debug)]
pub(crate) struct RoleCredentials {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    sts: aws_sdk_sts::Client,
    role: AssumedRole,
    /// The account in the role's ARN is checked against this one.
    caller: Caller,
    cached: Mutex<Option<Credentials>>,
}

impl RoleCredentials {
    /// `caller` is named in errors: the account to reach and the role's ARN.
    pub(crate) fn new(sts: aws_sdk_sts::Client, role: AssumedRole, caller: Caller) -> Self {
        Self { inner: Arc::new(Inner { sts, role, caller, cached: Mutex::default() }) }
    }

    /// The role's credentials, from the cache while they are good.
    #[expect(
        clippy::disallowed_methods,
        reason = "whether credentials are still good is a question to the clock"
    )]
    pub(crate) async fn get(&self) -> Result<Credentials, CloudError> {
        // Held over the call on purpose: whoever comes meanwhile waits for this answer and does not ask again.
        let mut cached = self.inner.cached.lock().await;
        if let Some(credentials) = cached.as_ref()
            && credentials.expiry().is_none_or(|expiry| expiry > SystemTime::now() + MARGIN)
        {
            return Ok(credentials.clone());
        }
        let fresh = self.inner.assume().await?;
        *cached = Some(fresh.clone());
        Ok(fresh)
    }
}

impl Inner {
    async fn assume(&self) -> Result<Credentials, CloudError> {
        const ACTION: &str = "sts:AssumeRole";
        let answer = self
            .sts
            .assume_role()
            .role_arn(&self.role.arn)
            .role_session_name(self.role.session_name.as_deref().unwrap_or("ramctl"))
            .set_external_id(self.role.external_id.clone())
            .set_duration_seconds(self.role.duration_seconds.and_then(|seconds| i32::try_from(seconds).ok()))
            .send()
            .await
            .map_err(|error| {
                let mut error = convert(&self.caller, ACTION, Effect::Reads, error);
                if !matches!(
                    error.kind,
                    ErrorKind::CredentialsUnavailable
                        | ErrorKind::Throttled
                        | ErrorKind::Unreachable
                        | ErrorKind::Timeout
                        | ErrorKind::Service
                        | ErrorKind::Unreadable
                        | ErrorKind::LeftSandbox
                ) {
                    error.kind = ErrorKind::CannotAssumeRole;
                }
                error
            })?;
        let unreadable = |what: &str| self.caller.error(ErrorKind::Unreadable, ACTION, what);
        let user =
            answer.assumed_role_user().ok_or_else(|| unreadable("the reply has no AssumedRoleUser"))?;
        let reached = Arn::parse(user.arn()).ok().and_then(|arn| arn.account_id());
        let reached = reached.ok_or_else(|| unreadable("the reply does not say whose role was assumed"))?;
        if reached != self.caller.account {
            let message = format!("the role belongs to account {reached}, not to {}", self.caller.account);
            return Err(self.caller.error(ErrorKind::WrongAccount, ACTION, message));
        }
        let keys = answer.credentials().ok_or_else(|| unreadable("the reply has no Credentials"))?;
        // The SDK reads an element that is missing as an empty text.
        if [keys.access_key_id(), keys.secret_access_key(), keys.session_token()].contains(&"") {
            return Err(unreadable("the credentials in the reply are not whole"));
        }
        let expiry = SystemTime::try_from(*keys.expiration()).ok();
        Ok(Credentials::new(
            keys.access_key_id(),
            keys.secret_access_key(),
            Some(keys.session_token().to_owned()),
            expiry,
            "ramctl-assume-role",
        ))
    }
}

impl ProvideCredentials for RoleCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async move {
            let credentials: provider::Result = self.get().await.map_err(CredentialsError::provider_error);
            credentials
        })
    }
}
