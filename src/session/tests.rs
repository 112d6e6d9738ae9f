//! Tests of the resolved settings: the expected values were compared with botocore for the same variables, files, and arguments.

use std::sync::LazyLock;
use std::time::Duration;

use super::*;
use crate::error::{Error, ErrorKind};
use crate::http::Verify;
use crate::settings::*;
use crate::value;
use crate::value::{Map, Value};

/// A session with these files and variables, and nothing of the process's or the user's.
fn session(config: &str, credentials: &str, variables: &[(&str, &str)], builder: SessionBuilder) -> Result<Session> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a writable folder");
        path.display().to_string()
    };
    builder
        .config_file(file("config", config))
        .credentials_file(file("credentials", credentials))
        .environment(variables.iter().copied().collect::<Environment>())
        .build()
}

fn plain(config: &str, variables: &[(&str, &str)]) -> Session {
    session(config, "", variables, Session::builder()).unwrap()
}

static REGION: LazyLock<Map> = LazyLock::new(|| Map::from([("region_name", "us-west-2")]));

fn queue<'a>(config: Option<&'a Config>) -> ClientRequest<'a> {
    ClientRequest { service_id: "SQS", endpoint_prefix: "sqs", arguments: Some(&*REGION), config, ..ClientRequest::default() }
}

fn settings(config_file: &str, variables: &[(&str, &str)], options: Value) -> Result<ClientSettings> {
    let config = Config::from_value(&options)?;
    plain(config_file, variables).client_settings(queue((!options.is_null()).then_some(&config)))
}

fn failure(config_file: &str, variables: &[(&str, &str)]) -> Error {
    settings(config_file, variables, Value::Null).unwrap_err()
}

const FILES: (&str, &str) = (
    "[default]\nregion = us-west-2\nservices = lab\n\n[profile dev]\nregion = eu-west-1\ns3 =\n    addressing_style = path\n    \
     use_arn_region = FALSE\nretry_mode = adaptive\nmax_attempts = 6\n\n[services lab]\nsqs =\n    endpoint_url = http://localhost:4566\n",
    "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = wJalrEXAMPLE\n[dev]\nregion = ap-south-1\n[ci]\n\
     aws_access_key_id = AKIDCI\naws_secret_access_key = secretci\n",
);

#[test]
fn profiles_come_from_both_files() {
    let with = |builder| session(FILES.0, FILES.1, &[], builder).unwrap();
    let default = with(Session::builder());
    assert_eq!(default.available_profiles().unwrap(), ["default", "dev", "ci"]);
    assert_eq!((default.profile(), default.region().as_deref()), ("default", Some("us-west-2")));
    let url = default.client_settings(queue(None)).unwrap().endpoint_url;
    assert_eq!(url, Some(EndpointUrl { url: "http://localhost:4566".into(), is_argument: false }));

    let dev = with(Session::builder().profile("dev"));
    assert_eq!(dev.region().as_deref(), Some("ap-south-1"));
    let settings = dev.client_settings(queue(None)).unwrap();
    assert_eq!(settings.s3.map(Value::Map), Some(value!({"addressing_style": "path", "use_arn_region": false})));
    assert_eq!(settings.retry, RetrySettings { mode: RetryMode::Adaptive, total_max_attempts: Some(6) });
    assert_eq!(with(Session::builder().profile("ci")).region(), None);
}

#[test]
fn the_sources_of_the_region_have_an_order() {
    let region = |argument: Option<&str>, options: Value, builder, variables: &[_]| {
        let session = session("[default]\nregion = file-1\n", "", variables, builder).unwrap();
        let config = Config::from_value(&options).unwrap();
        let arguments: Map = argument.map(|region| ("region_name", region)).into_iter().collect();
        session.client_settings(ClientRequest { arguments: Some(&arguments), ..queue(Some(&config)) }).unwrap().region.unwrap()
    };
    let own = || Session::builder().region("sess-1");
    let variables = [("AWS_DEFAULT_REGION", "env-1")];
    let config = value!({"region_name": "cfg-1"});
    assert_eq!(region(Some("arg-1"), config.clone(), own(), &variables), "arg-1");
    assert_eq!(region(None, config, own(), &variables), "cfg-1");
    assert_eq!(region(None, value!({}), own(), &variables), "sess-1");
    assert_eq!(region(None, value!({}), Session::builder(), &variables), "env-1");
    assert_eq!(region(None, value!({}), Session::builder(), &[("AWS_REGION", "no")]), "file-1");
}

#[test]
fn a_fips_pseudo_region_selects_fips_endpoints() {
    let arguments = Map::from([("region_name", "fips-us-west-2")]);
    let settings = plain("", &[]).client_settings(ClientRequest { arguments: Some(&arguments), ..queue(None) }).unwrap();
    assert_eq!((settings.region.as_deref(), settings.use_fips), (Some("us-west-2"), true));
}

#[test]
fn credentials_come_in_the_order_of_the_chain() {
    let keys = [("AWS_ACCESS_KEY_ID", "ENV"), ("AWS_SECRET_ACCESS_KEY", "S"), ("AWS_PROFILE", "ci")];
    let key = |builder, variables: &[_]| {
        let session = session(FILES.0, FILES.1, variables, builder).unwrap();
        session.credentials().unwrap().map(|credentials| credentials.access_key_id().to_owned())
    };
    assert_eq!(key(Session::builder(), &keys).as_deref(), Some("ENV"));
    assert_eq!(key(Session::builder(), &keys[2..]).as_deref(), Some("AKIDCI"));
    assert_eq!(key(Session::builder().profile("ci"), &keys).as_deref(), Some("AKIDCI"));
    assert_eq!(key(Session::builder().profile("dev"), &keys), None);
    assert_eq!(key(Session::builder().credentials(Credentials::new("OWN", "S")), &keys).as_deref(), Some("OWN"));
    assert_eq!(key(Session::builder().credential_provider(|| Ok(None)), &[]).as_deref(), Some("AKIDEXAMPLE"));
}

#[test]
fn one_provider_or_a_function_instead_of_the_chain() {
    let file = "[default]\naws_access_key_id = FILE\naws_secret_access_key = S\n";
    let session = plain(file, &[("AWS_ACCESS_KEY_ID", "ENV"), ("AWS_SECRET_ACCESS_KEY", "S")]);
    assert_eq!(session.credential_providers()[..2], ["env", "assume-role"]);
    let key_of = |provider| session.credentials_of_provider(provider).map(|found| found.map(|own| own.access_key_id().to_owned()));
    assert_eq!(key_of("env").unwrap().as_deref(), Some("ENV"));
    assert_eq!(key_of("config-file").unwrap().as_deref(), Some("FILE"));
    assert_eq!(key_of("custom-process").unwrap(), None);
    let unknown = key_of("vault").unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::CredentialRetrieval);
    assert!(unknown.message().contains("vault: there is no such provider; there are env, assume-role,"), "{unknown}");
    let other = session.with_credential_provider(|| Ok(Some(Credentials::new("OTHER", "S"))));
    assert_eq!(other.credentials().unwrap().unwrap().access_key_id(), "OTHER");
    assert_eq!(session.credentials().unwrap().unwrap().access_key_id(), "ENV");
}

#[test]
fn broken_files_and_unknown_profiles_fail_the_session() {
    let broken = session("[default\n", "", &[], Session::builder()).unwrap_err();
    assert_eq!(broken.kind(), ErrorKind::ConfigParse);
    assert!(broken.message().ends_with("config: line 1: no section header before the first option"), "{broken}");
    let unknown = session("", "", &[], Session::builder().profile("nope")).unwrap_err();
    assert_eq!(unknown.message(), "The config profile (nope) could not be found");
    let config = Session::builder().config(Config::new().retry_mode("x")).environment(Environment::empty()).build();
    assert_eq!(config.unwrap_err().name(), "InvalidRetryModeError");
}

#[test]
fn invalid_settings_fail_the_client_with_boto3_s_messages() {
    for (variable, value, name, message) in [
        (
            "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
            "abc",
            "InvalidConfigError",
            "Invalid value \"abc\" for request_min_compression_size_bytes. Value must be an integer. Received <class 'str'> instead.",
        ),
        (
            "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
            "0",
            "InvalidConfigError",
            "Invalid value \"0\" for request_min_compression_size_bytes. Value must be between 1 and 1048576.",
        ),
        (
            "AWS_S3_DISABLE_EXPRESS_SESSION_AUTH",
            "x",
            "InvalidConfigError",
            "Invalid value \"x\" for s3_disable_express_session_auth. Value must be a boolean",
        ),
        (
            "AWS_ACCOUNT_ID_ENDPOINT_MODE",
            "Bogus",
            "InvalidConfigError",
            "The configured value 'bogus' for 'account_id_endpoint_mode' is invalid. Valid values are: ('preferred', 'disabled', \
             'required').",
        ),
        (
            "AWS_REQUEST_CHECKSUM_CALCULATION",
            "Bogus",
            "InvalidChecksumConfigError",
            "Unsupported configuration value for request_checksum_calculation. Expected one of ('when_supported', 'when_required') but \
             got bogus.",
        ),
        (
            "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT",
            "",
            "InvalidS3UsEast1RegionalEndpointConfigError",
            "S3 us-east-1 regional endpoint option  is invalid. Valid options are: \"legacy\", \"regional\"",
        ),
        (
            "AWS_STS_REGIONAL_ENDPOINTS",
            "x",
            "InvalidSTSRegionalEndpointsConfigError",
            "STS regional endpoints option x is invalid. Valid options are: \"legacy\", \"regional\"",
        ),
        (
            "AWS_RETRY_MODE",
            "",
            "InvalidRetryModeError",
            "Invalid value provided to \"mode\": \"\" must be one of: ('legacy', 'standard', 'adaptive')",
        ),
        (
            "AWS_MAX_ATTEMPTS",
            "0",
            "InvalidMaxRetryAttemptsError",
            "Value provided to \"max_attempts\": 0 must be an integer greater than or equal to 1.",
        ),
        (
            "AWS_CA_BUNDLE",
            " ",
            "InvalidConfigError",
            "Invalid CA bundle: the configured value (ca_bundle, AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE, or verify) resolved to an empty or \
             whitespace-only string. Provide a valid path to a CA bundle file.",
        ),
        ("AWS_ENDPOINT_URL", "localhost:1", "ValueError", "Invalid endpoint: localhost:1"),
    ] {
        let error = failure("", &[(variable, value)]);
        assert_eq!((error.name(), error.message()), (name, message), "{variable}");
    }
    assert_eq!(failure("[default]\ns3 =\n  addressing_style = bad\n", &[]).name(), "InvalidS3AddressingStyleError");
    settings("[default]\nsqs = hello\ns3 = x\n", &[("AWS_STS_REGIONAL_ENDPOINTS", "")], Value::Null).unwrap();
}

#[test]
fn text_in_the_block_s_place_matters_to_those_who_read_the_block() {
    let session = plain("[default]\ns3 = hello\n", &[]);
    let client = |endpoint_prefix| session.client_settings(ClientRequest { endpoint_prefix, ..queue(None) });
    assert_eq!(client("sqs").unwrap().s3, None);
    let message = "The key s3 of profile \"default\" must be a block of indented keys below it, not text.";
    assert_eq!(client("s3").unwrap_err().message(), message);
}

#[test]
fn retries_of_config_and_environment() {
    let retry = |options| settings("", &[("AWS_MAX_ATTEMPTS", "5")], options).unwrap().retry;
    let expected = |mode, attempts| RetrySettings { mode, total_max_attempts: Some(attempts) };
    assert_eq!(retry(value!({"retries": {"max_attempts": 2}})), expected(RetryMode::Standard, 3));
    assert_eq!(retry(value!({"retries": {"mode": "adaptive"}})), expected(RetryMode::Adaptive, 5));
    assert_eq!(retry(value!({"retries": {"max_attempts": 2, "total_max_attempts": 7}})), expected(RetryMode::Standard, 7));
    assert_eq!(settings("", &[], Value::Null).unwrap().retry.total_max_attempts, None);
}

#[test]
fn timeouts_of_config_and_defaults_mode() {
    let mode = [("AWS_DEFAULTS_MODE", "in-region")];
    let timeouts = |variables: &[_], options| {
        let transport = settings("", variables, options).unwrap().transport;
        (transport.connect_timeout.map(|timeout| timeout.as_millis()), transport.read_timeout.map(|timeout| timeout.as_secs()))
    };
    assert_eq!(timeouts(&[], Value::Null), (Some(60_000), Some(60)));
    assert_eq!(timeouts(&mode, Value::Null), (Some(1_100), Some(60)));
    assert_eq!(timeouts(&mode, value!({"read_timeout": 7})), (Some(60_000), Some(7)));
    assert_eq!(timeouts(&[], value!({"read_timeout": 7, "defaults_mode": "in-region"})), (Some(1_100), Some(7)));
    assert_eq!(timeouts(&[], value!({"connect_timeout": null, "read_timeout": null})), (None, None));
    assert_eq!(timeouts(&[], value!({"defaults_mode": "LEGACY"})), (None, Some(60)));
    let typed = Config::new().connect_timeout(Duration::from_millis(1500));
    let transport = plain("", &mode).client_settings(queue(Some(&typed))).unwrap().transport;
    assert_eq!(transport.connect_timeout, Some(Duration::from_millis(1500)));
}

#[test]
fn a_defaults_mode_changes_only_what_nobody_said() {
    let mode = ("AWS_DEFAULTS_MODE", "standard");
    let all = settings("", &[mode], Value::Null).unwrap();
    assert_eq!(all.s3.map(Value::Map), Some(value!({"us_east_1_regional_endpoint": "regional"})));
    let said = [mode, ("AWS_RETRY_MODE", "adaptive"), ("AWS_S3_US_EAST_1_REGIONAL_ENDPOINT", "legacy")];
    let some = settings("", &said, Value::Null).unwrap();
    assert_eq!(some.retry.mode, RetryMode::Adaptive);
    assert_eq!(some.s3.map(Value::Map), Some(value!({"us_east_1_regional_endpoint": "legacy"})));
}

#[test]
fn the_config_s_options_lie_over_the_profile_s_block() {
    let file = "[default]\ns3 =\n  foo = 1\n  use_accelerate_endpoint = True\n";
    let s3 = settings(file, &[("AWS_S3_USE_ARN_REGION", "true")], value!({"s3": {"bar": 2}})).unwrap().s3;
    let expected = value!({"foo": "1", "use_accelerate_endpoint": true, "use_arn_region": true, "bar": 2});
    assert_eq!(s3.map(Value::Map), Some(expected));
    assert_eq!(settings("", &[], Value::Null).unwrap().s3, None);
}

#[test]
fn the_block_s_dual_stack_is_for_the_clients_that_read_it() {
    let session = plain("[default]\ns3 =\n  use_dualstack_endpoint = True\n", &[]);
    let dualstack =
        |endpoint_prefix, config| session.client_settings(ClientRequest { endpoint_prefix, ..queue(config) }).unwrap().use_dualstack;
    assert!(dualstack("s3", None));
    assert!(!dualstack("sqs", None));
    assert!(!dualstack("s3", Some(&Config::new().s3(value!({"use_dualstack_endpoint": false})))));
    let of_environment = plain("", &[("AWS_USE_DUALSTACK_ENDPOINT", "true")]);
    let block = |endpoint_prefix| of_environment.client_settings(ClientRequest { endpoint_prefix, ..queue(None) }).unwrap().s3;
    assert_eq!(block("s3").map(Value::Map), Some(value!({"use_dualstack_endpoint": true})));
    assert_eq!(block("sqs"), None);
}

#[test]
fn signing_is_set_in_code_or_in_the_profile() {
    let file = "[default]\nsqs =\n  signature_version = v2\n";
    let of_profile = settings(file, &[("AWS_AUTH_SCHEME_PREFERENCE", "a b, ,c")], Value::Null).unwrap().signing;
    assert_eq!(of_profile.signature_version.as_deref(), Some("v2"));
    assert_eq!(of_profile.auth_scheme_preference, ["ab", "c"]);
    assert!(!of_profile.is_set_in_code);
    let unsigned = settings(file, &[("AWS_ACCOUNT_ID_ENDPOINT_MODE", "required")], value!({"signature_version": "unsigned"})).unwrap();
    assert!(unsigned.signing.unsigned && unsigned.signing.is_set_in_code);
    assert_eq!(unsigned.account_id_endpoint_mode, AccountIdEndpointMode::Disabled);
}

#[test]
fn a_profile_can_switch_parameter_validation_off_whatever_the_config_says() {
    let validates = |file, options| settings(file, &[], options).unwrap().parameter_validation;
    assert!(validates("", Value::Null));
    assert!(!validates("", value!({"parameter_validation": false})));
    assert!(!validates("[default]\nparameter_validation = yes\n", value!({"parameter_validation": true})));
}

#[test]
fn verify_comes_from_the_argument_then_the_environment_then_the_profile() {
    let verify = |argument: Value, variables: &[_]| {
        let arguments = Map::from([("verify", argument)]);
        let request = ClientRequest { arguments: Some(&arguments), ..queue(None) };
        plain("[default]\nca_bundle = /file\n", variables).client_settings(request).unwrap().transport.verify
    };
    let variables = [("AWS_CA_BUNDLE", "/env")];
    assert_eq!(verify(Value::Bool(true), &variables), Verify::Roots);
    assert_eq!(verify(Value::Bool(false), &variables), Verify::Nothing);
    assert_eq!(verify(value!("/argument"), &variables), Verify::Bundle("/argument".into()));
    assert_eq!(verify(Value::Null, &variables), Verify::Bundle("/env".into()));
    assert_eq!(verify(Value::Null, &[("REQUESTS_CA_BUNDLE", "/other")]), Verify::Bundle("/file".into()));
}

#[test]
fn the_transport_gets_certificates_and_the_proxies_for_its_host() {
    let variables = [("https_proxy", "proxy:1"), ("no_proxy", "example.com")];
    let transport = settings("", &variables, value!({"client_cert": ["a.pem", "b.pem"], "max_pool_connections": 3})).unwrap().transport;
    let http = transport.http_config("https://sqs.us-west-2.amazonaws.com");
    assert_eq!(http.proxies.https.as_deref(), Some("http://proxy:1"));
    assert_eq!(http.client_cert.map(|cert| cert.key), Some("b.pem".into()));
    assert_eq!(http.max_pool_connections, 3);
    assert_eq!(transport.http_config("https://sqs.example.com").proxies.https, None);
}

#[test]
fn regions_of_a_service() {
    let session = plain("", &[]);
    let regions = session.available_regions("sqs").unwrap();
    assert!(regions.iter().any(|region| region == "eu-west-1") && regions.iter().all(|region| region != "cn-north-1"));
    assert!(session.available_regions("no-such-service").unwrap().is_empty());
}

#[test]
fn folders_of_definitions_come_before_the_crate_s_own() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let version = folder.path().join("zoo/2020-01-01");
    std::fs::create_dir_all(&version).expect("a writable folder");
    std::fs::write(version.join("service-2.json"), "{}").expect("a writable folder");
    let path = folder.path().display().to_string();
    let has_zoo = |session: Session| session.available_services().iter().any(|name| name == "zoo");
    assert!(has_zoo(plain("", &[("AWS_DATA_PATH", "/no/such:$DATA"), ("DATA", &path)])));
    assert!(has_zoo(session("", "", &[], Session::builder().definitions(folder.path())).unwrap()));
    assert!(!has_zoo(plain("", &[])));
    let missing = session("", "", &[], Session::builder().definitions("/no/such")).unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::DataNotFound);
}
