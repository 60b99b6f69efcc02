//! Why the credentials of the process cannot be had.

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::provider::ProvideCredentials;
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::os_shim_internal::{Env, Fs};

use crate::aws::error::chain;
use crate::aws::http::Http;

/// Why the profile gives no credentials. The environment has none: it comes before the profile. `guard`: nothing may leave loopback.
pub(crate) async fn no_credentials(profile: Option<&str>, guard: bool) -> String {
    let files = EnvConfigFiles::default();
    let read = aws_config::profile::load(&Fs::real(), &Env::real(), &files, None).await;
    let name = profile.unwrap_or("default");
    let defined = match &read {
        Ok(profiles) => profiles.get_profile(name).is_some(),
        Err(error) => return format!("the files of the profiles cannot be read: {}", chain(error)),
    };
    match profile {
        Some(name) if !defined => {
            return format!(
                "the profile {name:?}, which AWS_PROFILE names, is not in ~/.aws/config or ~/.aws/credentials, or the files that \
                 AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name instead"
            );
        }
        None if !defined => {
            return "no credentials in the environment, no default profile, and no role of the machine"
                .to_owned();
        }
        Some(_) | None => {}
    }
    let http = if guard { Http::loopback_only() } else { Http::everywhere() };
    let provider = ProfileFileCredentialsProvider::builder()
        .configure(&ProviderConfig::without_region().with_http_client(http))
        .build();
    match provider.provide_credentials().await.map_err(|error| chain(&error)) {
        // The profile has none, or has some that another part of the chain went before.
        Ok(_) => format!("the profile {name:?} has credentials, and they were not used"),
        Err(why) if why.contains("not enabled") => format!("the profile {name:?} has no credentials"),
        Err(why) => format!("the profile {name:?} gives no credentials: {why}"),
    }
}
