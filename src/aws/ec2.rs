//! Three operations of EC2, called without the service's SDK crate.
//!
//! `aws-sdk-ec2` is one crate of 700 operations: it takes four minutes and 7.4 GB of memory to build (1.274, two cores, no debug
//! information), for three listings. So they are called through the same runtime that the SDK crates are made of: its retries, timeouts,
//! signature, user agent and HTTP client, with the settings, interceptors and errors of all other clients. What is written here is what
//! a generated crate adds: endpoints, the EC2 Query protocol (Smithy's `aws.protocols#ec2Query`), the fields that are used.

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::auth::{SigV4OperationSigningConfig, SigningOptions};
use aws_runtime::invocation_id::InvocationIdInterceptor;
use aws_runtime::request_info::RequestInfoInterceptor;
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_runtime::service_clock_skew::{ServiceClockSkewClassifier, ServiceClockSkewInterceptor};
use aws_runtime::user_agent::{ApiMetadata, UserAgentInterceptor};
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::RetryPartition;
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{
    AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver,
};
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::error::ErrorMetadata;
use aws_types::SigningName;
use aws_types::region::{Region as SdkRegion, SigningRegion};
use aws_types::service_config::ServiceConfigKey;

use crate::aws::call::Calls;
use crate::aws::query_xml::{self, Listing, Row};
use crate::aws::rates::Limiter;
use crate::cloud::{Caller, CloudError, ErrorKind, Page, PageRequest, UsageRead, UseRow};
use crate::model::{AccountId, Partition, Region};

/// How the SDK names the service, in counts and in `AWS_ENDPOINT_URL_EC2`.
const SERVICE: &str = "EC2";
const VERSION: &str = "2016-11-15";

/// Parameters of a request in their order.
type Form = Vec<(String, String)>;
type Call = Operation<Form, Listing, ErrorMetadata>;

/// What the two listings need to know of each other and of nothing else.
#[derive(Clone, Copy)]
struct Shape {
    operation: &'static str,
    /// Element that holds the rows.
    rows: &'static str,
}

const INTERFACES: Shape = Shape { operation: "DescribeNetworkInterfaces", rows: "networkInterfaceSet" };
const ATTACHMENTS: Shape =
    Shape { operation: "DescribeTransitGatewayAttachments", rows: "transitGatewayAttachments" };
const REGIONS: Shape = Shape { operation: "DescribeRegions", rows: "regionInfo" };

/// EC2 in one account and Region.
#[derive(Clone, Debug)]
pub struct Ec2Client {
    interfaces: Arc<Call>,
    attachments: Arc<Call>,
    regions: Arc<Call>,
    calls: Calls,
}

/// How a client is made.
pub(crate) struct Ec2Settings<'a> {
    pub config: &'a SdkConfig,
    pub region: &'a Region,
    /// Overrides all that environment and profile say.
    pub endpoint: Option<&'a str>,
    pub retries: RetryPartition,
}

impl Ec2Client {
    pub(crate) fn new(
        settings: &Ec2Settings<'_>,
        interceptor: &SharedInterceptor,
        caller: Caller,
        limiter: Limiter,
    ) -> Self {
        Self {
            interfaces: Arc::new(operation(settings, interceptor, INTERFACES)),
            attachments: Arc::new(operation(settings, interceptor, ATTACHMENTS)),
            regions: Arc::new(operation(settings, interceptor, REGIONS)),
            calls: Calls::new(caller, limiter),
        }
    }

    async fn list<T>(
        &self,
        call: &Call,
        action: &'static str,
        (filter, values): (&str, &[String]),
        page: &PageRequest,
        more: &[(&str, &str)],
        row: impl Fn(&Row) -> Result<Option<T>, String>,
    ) -> Result<Page<T>, CloudError> {
        let mut form: Form = vec![("Filter.1.Name".to_owned(), filter.to_owned())];
        let values = values.iter().enumerate();
        form.extend(values.map(|(n, value)| (format!("Filter.1.Value.{}", n + 1), value.clone())));
        form.push(("MaxResults".to_owned(), page.size.to_string()));
        form.extend(page.token.iter().map(|token| ("NextToken".to_owned(), token.clone())));
        form.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let request = call.invoke(form);
        let Listing { rows, next } = self.calls.read(action, request).await?;
        let read = rows.iter().map(row).collect::<Result<Vec<Option<T>>, String>>();
        let items = read.map_err(|what| self.calls.caller().error(ErrorKind::Unreadable, action, what))?;
        Ok(Page { items: items.into_iter().flatten().collect(), next })
    }
}

impl UsageRead for Ec2Client {
    fn caller(&self) -> &Caller {
        self.calls.caller()
    }

    async fn describe_regions(&self) -> Result<Vec<Region>, CloudError> {
        const ACTION: &str = "ec2:DescribeRegions";
        // Without `AllRegions` only those that are enabled are listed.
        let Listing { rows, next: _ } = self.calls.read(ACTION, self.regions.invoke(Form::new())).await?;
        let region = |row: &Row| Region::parse(&text(row, "regionName")?).map_err(|error| error.to_string());
        let regions: Result<Vec<Region>, String> = rows.iter().map(region).collect();
        let unreadable = |what: String| self.calls.caller().error(ErrorKind::Unreadable, ACTION, what);
        match regions.map_err(unreadable)?.as_slice() {
            // The Region that answers is one of them.
            [] => Err(unreadable("the answer names no Region".to_owned())),
            all => Ok(all.to_vec()),
        }
    }

    async fn describe_network_interfaces(
        &self,
        subnets: &[String],
        page: &PageRequest,
    ) -> Result<Page<UseRow>, CloudError> {
        const ACTION: &str = "ec2:DescribeNetworkInterfaces";
        // What services manage may be hidden by the account's settings, and is in the way all the same.
        let more = [("IncludeManagedResources", "true")];
        self.list(&self.interfaces, ACTION, ("subnet-id", subnets), page, &more, |row| {
            Ok(Some(UseRow {
                id: text(row, "networkInterfaceId")?,
                resource: text(row, "subnetId")?,
                account: account(row, "ownerId")?,
            }))
        })
        .await
    }

    async fn describe_transit_gateway_attachments(
        &self,
        gateways: &[String],
        page: &PageRequest,
    ) -> Result<Page<UseRow>, CloudError> {
        const ACTION: &str = "ec2:DescribeTransitGatewayAttachments";
        self.list(&self.attachments, ACTION, ("transit-gateway-id", gateways), page, &[], |row| {
            // Listed for a while after they are gone, or without ever having been.
            const OVER: [&str; 6] = ["deleted", "deleting", "failed", "failing", "rejected", "rejecting"];
            if OVER.contains(&text(row, "state")?.as_str()) {
                return Ok(None);
            }
            Ok(Some(UseRow {
                id: text(row, "transitGatewayAttachmentId")?,
                resource: text(row, "transitGatewayId")?,
                account: account(row, "resourceOwnerId")?,
            }))
        })
        .await
    }
}

fn text(row: &Row, field: &str) -> Result<String, String> {
    row.get(field).cloned().ok_or_else(|| format!("a row has no {field}"))
}

fn account(row: &Row, field: &str) -> Result<AccountId, String> {
    AccountId::parse(&text(row, field)?).map_err(|error| error.to_string())
}

fn operation(settings: &Ec2Settings<'_>, interceptor: &SharedInterceptor, shape: Shape) -> Call {
    let Ec2Settings { config, region, endpoint, retries } = settings;
    let sdk_region = SdkRegion::new(region.to_string());
    let mut layer = Layer::new("EC2");
    layer.store_put(SigningName::from_static("ec2"));
    layer.store_put(SigningRegion::from(sdk_region.clone()));
    layer.store_put(sdk_region);
    layer.store_put(SigV4OperationSigningConfig {
        signing_options: SigningOptions::default(),
        ..Default::default()
    });
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    layer.store_put(ApiMetadata::new("ec2", env!("CARGO_PKG_VERSION")));
    layer.store_put(retries.clone());
    layer.store_or_unset(config.app_name().cloned());
    let mut parts = RuntimeComponentsBuilder::new("EC2")
        .with_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()))
        .with_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(
            StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID]),
        )))
        .with_identity_cache(Some(config.identity_cache().unwrap_or_else(|| IdentityCache::lazy().build())))
        .with_http_client(config.http_client())
        .with_sleep_impl(config.sleep_impl())
        .with_time_source(config.time_source())
        .with_retry_classifier(TransientErrorClassifier::<ErrorMetadata>::new())
        .with_retry_classifier(AwsErrorCodeClassifier::<ErrorMetadata>::new())
        .with_retry_classifier(ServiceClockSkewClassifier::<ErrorMetadata>::new())
        .with_retry_classifier(HttpStatusCodeClassifier::default());
    if let Some(provider) = config.credentials_provider() {
        parts.set_identity_resolver(SCHEME_ID, provider);
    }
    parts.push_interceptor(interceptor.clone());
    let mut builder = Operation::builder()
        .service_name(SERVICE)
        .operation_name(shape.operation)
        .endpoint_url(&endpoint_url(config, region, *endpoint))
        .interceptor(ServiceClockSkewInterceptor::new())
        .interceptor(RequestInfoInterceptor::new())
        .interceptor(UserAgentInterceptor::new())
        .interceptor(InvocationIdInterceptor::new())
        .with_connection_poisoning()
        .runtime_plugin(
            StaticRuntimePlugin::new().with_config(layer.freeze()).with_runtime_components(parts),
        );
    if let Some(version) = config.behavior_version() {
        builder = builder.behavior_version(version);
    }
    if let Some(retry) = config.retry_config() {
        builder = builder.standard_retry(retry);
    }
    if let Some(timeouts) = config.timeout_config() {
        builder = builder.timeout_config(timeouts.clone());
    }
    builder
        .serializer(move |form: Form| {
            let mut body = form_urlencoded::Serializer::new(String::new());
            body.append_pair("Action", shape.operation).append_pair("Version", VERSION);
            body.extend_pairs(form);
            let body = body.finish();
            let mut request = HttpRequest::new(SdkBody::empty());
            request.set_method("POST")?;
            request.set_uri("/")?;
            request.headers_mut().insert("content-type", "application/x-www-form-urlencoded");
            request.headers_mut().insert("content-length", body.len().to_string());
            *request.body_mut() = SdkBody::from(body);
            Ok(request)
        })
        .deserializer(move |response| read(response, shape))
        .build()
}

fn read(response: &HttpResponse, shape: Shape) -> Result<Listing, OrchestratorError<ErrorMetadata>> {
    let body = response.body().bytes().unwrap_or_default();
    if response.status().is_success() {
        let root = format!("{}Response", shape.operation);
        return query_xml::listing(body, &root, shape.rows)
            .map_err(|what| OrchestratorError::other(format!("the answer cannot be read: {what}")));
    }
    let mut error = ErrorMetadata::builder();
    // Something between here and EC2 may answer in its own words; its status tells enough.
    if let Some((code, message)) = query_xml::error(body) {
        error = error.code(code).message(message);
    }
    Err(OrchestratorError::operation(error.build()))
}

/// Where EC2 answers: as the run, the environment or the profile says, else by the endpoint rules of the service (`endpointRuleSet` of its
/// Smithy model, and `partitions.json` of the AWS SDKs).
fn endpoint_url(config: &SdkConfig, region: &Region, endpoint: Option<&str>) -> String {
    let of_service = || {
        let key = ServiceConfigKey::builder()
            .service_id(SERVICE)
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url")
            .build()
            .expect("all fields are set");
        config.service_config().and_then(|settings| settings.load_config(key))
    };
    let given =
        endpoint.map(str::to_owned).or_else(of_service).or_else(|| config.endpoint_url().map(str::to_owned));
    given.unwrap_or_else(|| {
        let (fips, dual) =
            (config.use_fips().unwrap_or_default(), config.use_dual_stack().unwrap_or_default());
        let partition = region.partition();
        let host = if fips && partition != Partition::GovCloud { "ec2-fips" } else { "ec2" };
        format!("https://{host}.{region}.{}", suffix(partition, dual))
    })
}

/// The end of host names in a partition.
fn suffix(partition: Partition, dual_stack: bool) -> &'static str {
    match (partition, dual_stack) {
        (Partition::Aws | Partition::GovCloud, false) => "amazonaws.com",
        (Partition::Aws | Partition::GovCloud, true) => "api.aws",
        (Partition::China, false) => "amazonaws.com.cn",
        (Partition::China, true) => "api.amazonwebservices.com.cn",
        (Partition::Iso, _) => "c2s.ic.gov",
        (Partition::IsoB, _) => "sc2s.sgov.gov",
        (Partition::IsoE, _) => "cloud.adc-e.uk",
        (Partition::IsoF, _) => "csp.hci.ic.gov",
        (Partition::Eusc, false) => "amazonaws.eu",
        (Partition::Eusc, true) => "api.amazonwebservices.eu",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partition_has_its_hosts_and_what_is_given_goes_first() {
        let url = |region: &str, config: &SdkConfig, endpoint| {
            endpoint_url(config, &Region::parse(region).expect("a Region"), endpoint)
        };
        let plain = SdkConfig::builder().build();
        let fips = SdkConfig::builder().use_fips(true).build();
        let dual = SdkConfig::builder().use_dual_stack(true).build();
        for (region, config, expected) in [
            ("eu-central-1", &plain, "https://ec2.eu-central-1.amazonaws.com"),
            ("cn-north-1", &plain, "https://ec2.cn-north-1.amazonaws.com.cn"),
            ("us-gov-west-1", &fips, "https://ec2.us-gov-west-1.amazonaws.com"),
            ("ca-central-1", &fips, "https://ec2-fips.ca-central-1.amazonaws.com"),
            ("ap-south-1", &dual, "https://ec2.ap-south-1.api.aws"),
            ("us-iso-east-1", &plain, "https://ec2.us-iso-east-1.c2s.ic.gov"),
        ] {
            assert_eq!(url(region, config, None), expected);
        }
        let elsewhere = SdkConfig::builder().endpoint_url("http://127.0.0.1:1").build();
        assert_eq!(url("eu-central-1", &elsewhere, None), "http://127.0.0.1:1");
        assert_eq!(url("eu-central-1", &elsewhere, Some("http://127.0.0.1:2")), "http://127.0.0.1:2");
    }
}
