//! The builder of a client: it resolves the settings and assembles the client's context.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use super::Session;
use crate::auth::Credentials;
use crate::auth::sigv4::KeyCache;
use crate::call::discovery::Discovery;
use crate::call::hooks::ServiceNames;
use crate::call::monitor::Monitor;
use crate::call::time::{Pace, Random, Sleep};
use crate::call::user_agent::UserAgent;
use crate::call::{ClientAuth, ClientContext, Endpoints, Time, auth_type, endpoint, signing};
use crate::client::{Client, Setup, params_map};
use crate::credentials::{CredentialSource, explicit};
use crate::definition::{Definitions, Partitions, RetryRules, RuleSet, Service};
use crate::endpoint::EndpointCache;
use crate::error::{Error, ErrorKind, Result, did_you_mean};
use crate::http::{HttpTransport, Transport, Verify};
use crate::retry::{Retries, Tuning};
use crate::settings::checks;
use crate::settings::table::{self, Setting, Source};
use crate::settings::{ClientRequest, Config, RetryMode, RetrySettings};
use crate::text::random;
use crate::value::{Map, Str, Timestamp, Value};

/// A builder of a [`Client`]. Settings that are not set here come from the session.
///
/// ```
/// use tucuxi::{Config, Credentials, Session};
///
/// let session = Session::builder().region("us-east-1").credentials(Credentials::new("AKID", "SECRET")).build()?;
/// let s3 = session
///     .client_builder("s3")
///     .region("eu-west-1")
///     .endpoint_url("http://127.0.0.1:9000")
///     .config(Config::new().user_agent_appid("my-app"))
///     .build()?;
/// assert_eq!(s3.region(), Some("eu-west-1"));
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[must_use = "a builder does nothing until it is built"]
pub struct ClientBuilder {
    session: Session,
    service: Str,
    /// The arguments of the client, by the names of the settings.
    arguments: Map,
    credentials: Option<Credentials>,
    config: Option<Config>,
    transport: Option<Arc<dyn Transport>>,
    clock: Clock,
    uuids: Uuids,
    sleep: Option<Sleep>,
    random: Option<Random>,
}

type Clock = Box<dyn Fn() -> Timestamp + Send + Sync>;
type Uuids = Box<dyn Fn() -> String + Send + Sync>;

impl ClientBuilder {
    pub(crate) fn new(session: Session, service: &str) -> ClientBuilder {
        let clock = session.clock();
        ClientBuilder {
            session,
            service: service.into(),
            arguments: Map::new(),
            credentials: None,
            config: None,
            transport: None,
            clock: Box::new(move || clock()),
            uuids: Box::new(random::uuid),
            sleep: None,
            random: None,
        }
    }

    /// Sets the region.
    pub fn region(self, region: impl Into<Str>) -> Self {
        self.set(&table::REGION, region.into())
    }

    /// Sets the endpoint URL instead of the one that the endpoint rules return.
    pub fn endpoint_url(self, url: impl Into<Str>) -> Self {
        self.set(&table::ENDPOINT_URL, url.into())
    }

    /// Sets the API version. The default is the latest.
    pub fn api_version(self, version: impl Into<Str>) -> Self {
        self.set(&table::API_VERSION, version.into())
    }

    /// Sets whether endpoints of the endpoint rules are called over TLS: true by default.
    pub fn use_ssl(self, use_ssl: bool) -> Self {
        self.set(&table::USE_SSL, use_ssl)
    }

    /// Sets options that take precedence over those of the session.
    pub fn config(mut self, config: Config) -> Self {
        self.config = Some(config);
        self
    }

    /// Sets the credentials instead of those of the session.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Replaces the built-in HTTP transport.
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Replaces the system clock, for reproducible signatures.
    pub fn clock<T: Into<Timestamp>>(mut self, clock: impl Fn() -> T + Send + Sync + 'static) -> Self {
        self.clock = Box::new(move || clock().into());
        self
    }

    /// Replaces the random generator of idempotency tokens, for reproducible requests.
    pub fn uuids<T: Into<String>>(mut self, uuids: impl Fn() -> T + Send + Sync + 'static) -> Self {
        self.uuids = Box::new(move || uuids().into());
        self
    }

    /// Replaces the function that waits before another attempt. The time counts as waited, for deadlines too, so that
    /// retries can be tested without delay.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    /// use tucuxi::http::{Headers, Request, Response, SendOptions, Transport};
    /// use tucuxi::{Credentials, Session};
    ///
    /// struct Down;
    ///
    /// impl Transport for Down {
    ///     fn send(&self, _: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
    ///         Ok(Response::new(503, Headers::new(), Vec::new()))
    ///     }
    /// }
    ///
    /// let waits = Arc::new(Mutex::new(Vec::new()));
    /// let seen = waits.clone();
    /// let session = Session::builder().region("us-east-1").credentials(Credentials::new("a", "b")).build()?;
    /// let sqs = session
    ///     .client_builder("sqs")
    ///     .transport(Down)
    ///     .sleep(move |duration| seen.lock().unwrap().push(duration.as_millis()))
    ///     .random(|| 0.8)
    ///     .build()?;
    /// let error = sqs.call("list_queues", ()).unwrap_err();
    /// assert_eq!((error.attempts(), error.is_retryable()), (3, true));
    /// assert_eq!(*waits.lock().unwrap(), [40, 80]);
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    pub fn sleep(mut self, sleep: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        self.sleep = Some(Box::new(sleep));
        self
    }

    /// Replaces the random numbers, from 0 up to but not including 1, that spread the delays of retries.
    pub fn random(mut self, random: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        self.random = Some(Box::new(random));
        self
    }

    /// Sets which servers are trusted: `true` (those that the built-in root certificates vouch for), `false` (all, without
    /// any check), or the path of a PEM file with the certificates to trust.
    pub fn verify(self, verify: impl Into<Verify>) -> Self {
        match verify.into() {
            Verify::Roots => self.set(&table::VERIFY, true),
            Verify::Nothing => self.set(&table::VERIFY, false),
            Verify::Bundle(path) => self.set(&table::VERIFY, path.to_string_lossy().as_ref()),
        }
    }

    /// Creates the client. No connection is opened.
    ///
    /// # Errors
    /// `UnknownService` for an unknown service, `InvalidConfig` and others for an invalid setting, `NoRegion` if the
    /// service requires a region and none is set.
    pub fn build(self) -> Result<Client> {
        let definitions = self.session.definitions();
        let name = crate::service::canonical_name(&self.service);
        let version = self.arguments[table::API_VERSION.name].as_str().map(Str::from);
        let version = version.or_else(|| self.session.configured_api_version(&self.service));
        let version = version.as_deref();
        let service = definitions.service(name, version).map_err(|error| crate::service::with_known_name(error, name))?;
        let settings = self.session.client_settings(self.client_request(&service)?)?;
        let service = service.preferring(&settings.protocol_preference)?;
        let event_names = event_names(&service)?;
        let hooks = self.session.hooks().for_client(event_names.clone());
        let mut setup = Setup::new(&service, &settings, &hooks);
        crate::service::customize(&mut setup)?;
        signing::register(&hooks, &event_names[0])?;
        let Setup {
            builtins: own_builtins,
            signature_version: special,
            lookup_region,
            endpoint_error,
            method_aliases,
            writing,
            secret_members,
            retries: tuning,
            extra_methods,
            ..
        } = setup;

        let endpoint = endpoint::of_client(&definitions.endpoints(service.name(), version)?, &service, &settings, lookup_region)?;
        let mut builtins = endpoint::builtins(&settings, &endpoint);
        builtins.extend(own_builtins);
        let bearer_token = self.session.bearer_token(&endpoint.signing_name);
        let pace = Pace::new(self.sleep, self.random);
        let context = ClientContext {
            api_version: version.map_or_else(|| service.api_version().map(Str::from), |version| Ok(version.into()))?,
            definitions: definitions.clone(),
            method_aliases,
            writing,
            secret_members,
            event_names,
            auth: ClientAuth {
                signature_version: auth_type::of_client(&service, &settings.signing, special, bearer_token.is_some())?,
                credentials: self.credentials.map_or_else(|| self.session.credential_source().clone(), CredentialSource::fixed),
                bearer_token,
                tokens: self.session.tokens().clone(),
                keys: KeyCache::default(),
            },
            transport: self.transport.unwrap_or_else(|| Arc::new(HttpTransport::new(settings.transport.http_config(&endpoint.url)))),
            user_agent: UserAgent::new(&settings),
            monitor: Monitor::new(&settings),
            instance_region: settings.transport.in_region_connect_timeout.map(|_| self.session.instance_region()),
            retries: retries(definitions, &service, &settings.retry, tuning, &pace)?,
            time: Time { clock: self.clock, uuids: self.uuids, pace, skew: AtomicI64::new(0) },
            endpoints: Endpoints {
                rules: rule_set(definitions, service.name(), version)?,
                partitions: definitions.shared::<Partitions>()?,
                client_context: endpoint::client_context(&service, &settings),
                cache: EndpointCache::default(),
                discovery: Discovery::new(&service, &settings),
                error: endpoint_error,
                builtins,
                client: endpoint,
            },
            hooks,
            profile: self.session.profile().into(),
            settings,
            service,
        };
        Ok(Client::new(context, extra_methods))
    }

    /// Sets an argument.
    fn set(mut self, setting: &Setting, value: impl Into<Value>) -> Self {
        self.arguments.insert(setting.name, value);
        self
    }

    fn client_request<'a>(&'a self, service: &'a Service) -> Result<ClientRequest<'a>> {
        Ok(ClientRequest {
            service_id: service.service_id()?,
            endpoint_prefix: service.endpoint_prefix()?,
            discovers_endpoints: service.discovers_endpoints(),
            arguments: Some(&self.arguments),
            config: self.config.as_ref(),
        })
    }
}

impl Session {
    /// Returns a client with the session's settings.
    ///
    /// # Errors
    /// See [`ClientBuilder::build`].
    pub fn client(&self, service: &str) -> Result<Client> {
        self.client_builder(service).build()
    }

    /// Returns a builder of a client with settings of its own.
    pub fn client_builder(&self, service: &str) -> ClientBuilder {
        ClientBuilder::new(self.clone(), service)
    }

    /// Returns a client with the settings of a map, by boto3's keyword names: `region_name`, `api_version`, `use_ssl`,
    /// `verify`, `endpoint_url`, `aws_access_key_id`, `aws_secret_access_key`, `aws_session_token`, `aws_account_id`, and
    /// `config`, a map of the options of [`Config`]. Null counts as absent.
    ///
    /// ```
    /// use tucuxi::{Session, value};
    ///
    /// let session = Session::builder().region("us-east-1").build()?;
    /// let s3 = session.client_with("s3", value!({
    ///     "endpoint_url": "http://127.0.0.1:9000",
    ///     "config": {"s3": {"addressing_style": "path"}},
    /// }))?;
    /// assert_eq!(s3.endpoint_url(), "http://127.0.0.1:9000");
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    ///
    /// # Errors
    /// `InvalidConfig` for an unknown name or a wrong type; otherwise as [`ClientBuilder::build`].
    pub fn client_with(&self, service: &str, options: impl Into<Value>) -> Result<Client> {
        with_options(self.client_builder(service), &params_map(options.into())?)?.build()
    }
}

const CREDENTIALS: [&str; 4] = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_account_id"];
const CONFIG: &str = "config";

/// Sets the arguments of the map: those of the settings table, `config`, and credentials.
///
/// # Errors
/// `InvalidConfig` for an unknown name or a wrong type, `PartialCredentials` for incomplete credentials.
fn with_options(mut builder: ClientBuilder, options: &Map) -> Result<ClientBuilder> {
    for (name, value) in options.iter().filter(|(_, value)| !value.is_null()) {
        builder = match table::find(name, Source::Argument) {
            Some(setting) => {
                checks::check_type(setting, value, "client option")?;
                builder.set(setting, value.clone())
            }
            None if name == CONFIG => builder.config(Config::from_value(value)?),
            // They are read together below.
            None if CREDENTIALS.contains(&name.as_str()) => builder,
            None => return Err(unknown(name)),
        };
    }
    Ok(match credentials(options)? {
        Some(credentials) => builder.credentials(credentials),
        None => builder,
    })
}

fn credentials(options: &Map) -> Result<Option<Credentials>> {
    let find = |name: &str| match options.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_str().map(|text| Some(Str::from(text))).ok_or_else(|| wrong_type(name, value)),
    };
    let [id, secret, token, account] = CREDENTIALS.map(find);
    explicit(id?.as_deref(), secret?.as_deref(), token?.as_deref(), account?.as_deref())
}

/// The value stays out of the message: it may be a secret.
fn wrong_type(name: &str, value: &Value) -> Error {
    let message = format!("Invalid value for the client option {name}: expected a string, got {}", value.type_name());
    Error::new(ErrorKind::InvalidConfig, message)
}

fn unknown(name: &str) -> Error {
    let near = did_you_mean(name, CREDENTIALS.into_iter().chain([CONFIG]).chain(table::names(Source::Argument)));
    Error::new(ErrorKind::InvalidConfig, format!("There is no client option {name:?}.{near}")).with_name("TypeError")
}

/// The retry state for the configured mode.
fn retries(definitions: &Definitions, service: &Service, settings: &RetrySettings, tuning: Tuning, pace: &Pace) -> Result<Retries> {
    let attempts = settings.total_max_attempts;
    Ok(match settings.mode {
        RetryMode::Legacy => Retries::legacy(definitions.shared::<RetryRules>()?.service(service.endpoint_prefix()?)?, attempts),
        RetryMode::Standard => Retries::standard(tuning, attempts, None),
        RetryMode::Adaptive => Retries::standard(tuning, attempts, Some(pace.now())),
    })
}

/// The endpoint rules. A service without rules is called at the endpoint of the older table.
fn rule_set(definitions: &Definitions, service: &str, version: Option<&str>) -> Result<Option<Arc<RuleSet>>> {
    match definitions.load::<RuleSet>(service, version) {
        Ok(rules) => Ok(Some(rules)),
        Err(error) if error.kind() == ErrorKind::UnknownService => Ok(None),
        Err(error) => Err(error),
    }
}

fn event_names(service: &Service) -> Result<ServiceNames> {
    let prefix = service.metadata().endpoint_prefix.as_deref().unwrap_or_else(|| service.name());
    Ok([service.hyphenized_service_id()?.into(), service.name().into(), prefix.into()])
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("service", &self.service).finish_non_exhaustive()
    }
}
