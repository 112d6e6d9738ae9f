//! The letters of the sources of credentials in the user agent are botocore 1.44.5's: each expectation was observed there.

use tucuxi::{Credentials, Session, Value, value};

use super::support::{Home, after, role_answer};
use crate::loopback::{Server, ok};

const KEYS: &str = "aws_access_key_id = A\naws_secret_access_key = S\n";
const ROLE: &str = "role_arn = arn:aws:iam::123456789012:role/R\n";

/// The letters of a request, sorted, without those of the settings.
fn letters_of(session: &Session, service: &str, operation: &str, params: Value) -> String {
    let client = session.client_builder(service).region("us-east-1").build().unwrap();
    let request = client.prepare(operation, params).unwrap();
    let user_agent = request.headers.get("User-Agent").unwrap().to_owned();
    let features = user_agent.split(' ').find_map(|part| part.strip_prefix("m/")).unwrap();
    let mut letters: Vec<&str> = features.split(',').filter(|feature| !["E", "Z", "b"].contains(feature)).collect();
    letters.sort_unstable();
    letters.join(",")
}

fn letters(home: &Home) -> String {
    letters_of(&home.session(), "sqs", "list_queues", Value::Null)
}

/// Plays every service that issues credentials.
fn server() -> Server {
    Server::start(|seen| match seen.line.as_str() {
        "PUT /latest/api/token" => ok("TOKEN"),
        "GET /latest/meta-data/iam/security-credentials/" => ok("role"),
        "GET /container" | "GET /latest/meta-data/iam/security-credentials/role" => {
            ok(format!(r#"{{"AccessKeyId":"A","SecretAccessKey":"S","Token":"T","Expiration":"{}"}}"#, after(21_600)))
        }
        line if line.starts_with("GET /federation/credentials") => {
            ok(r#"{"roleCredentials":{"accessKeyId":"A","secretAccessKey":"S","sessionToken":"T","expiration":4102444800000}}"#)
        }
        _ if seen.body.starts_with("Action=AssumeRoleWithWebIdentity&") => {
            ok(role_answer("AssumeRoleWithWebIdentity", "ASIA", &after(3600)))
        }
        _ => ok(role_answer("AssumeRole", "ASIA", &after(3600))),
    })
}

#[test]
fn each_source_of_credentials_has_botocores_letters() {
    let server = server();
    let home = || Home::new().services(&server);
    let of_profile = |lines: &str| letters(&home().config(&format!("[default]\n{lines}[profile x]\n{KEYS}")));
    let process = "credential_process = echo '{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"S\"}'\n";
    let environment = || home().env("AWS_ACCESS_KEY_ID", "A").env("AWS_SECRET_ACCESS_KEY", "S");

    assert_eq!(letters(&environment()), "g");
    assert_eq!(letters(&home().credentials(&format!("[default]\n{KEYS}"))), "n");
    assert_eq!(of_profile(KEYS), "n");
    #[cfg(unix)]
    assert_eq!(of_profile(process), "v,w");
    assert_eq!(letters(&home().env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &format!("{}/container", server.url()))), "z");
    assert_eq!(letters(&home().metadata(&server)), "0");
    let boto = home();
    boto.write("boto", &format!("[Credentials]\n{KEYS}"));
    let path = boto.path("boto").display().to_string();
    assert_eq!(letters(&boto.env("BOTO_CONFIG", &path)), "x");

    let explicit = home().builder().credentials(Credentials::new("A", "S")).build().unwrap();
    assert_eq!(letters_of(&explicit, "sqs", "list_queues", Value::Null), "e");
    let assumed = explicit.assume_role("arn:aws:iam::123456789012:role/R");
    assert_eq!(letters_of(&assumed, "sqs", "list_queues", Value::Null), "e,i");
}

#[test]
fn a_role_has_the_letters_of_its_source_too() {
    let server = server();
    let home = || Home::new().services(&server);
    let source = |lines: &str| letters(&home().config(&format!("[default]\n{ROLE}source_profile = x\n[profile x]\n{lines}")));
    assert_eq!(source(KEYS), "i,n,o");
    assert_eq!(source(&format!("{ROLE}source_profile = y\n[profile y]\n{KEYS}")), "i,n,o");
    #[cfg(unix)]
    assert_eq!(source("credential_process = echo '{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"S\"}'\n"), "i,n,o,v,w");
    let named = |source: &str| home().config(&format!("[default]\n{ROLE}credential_source = {source}\n"));
    let container = format!("{}/container", server.url());
    assert_eq!(letters(&named("EcsContainer").env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &container)), "i,p,z");
    assert_eq!(letters(&named("Ec2InstanceMetadata").metadata(&server)), "0,i,p");

    let with_token = home();
    with_token.write("token", "TOKEN");
    let path = with_token.path("token").display().to_string();
    let of_environment = with_token.env("AWS_WEB_IDENTITY_TOKEN_FILE", &path).env("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/R");
    assert_eq!(letters(&of_environment), "h,k");
    let file = format!("web_identity_token_file = {path}\n");
    assert_eq!(letters(&home().config(&format!("[default]\n{ROLE}{file}"))), "k,q");
    assert_eq!(source(&format!("{ROLE}{file}")), "i,k,n,o,q");
}

#[test]
fn identity_center_has_letters_for_both_forms_of_its_profiles() {
    let server = server();
    let account = "sso_account_id = 111122223333\nsso_role_name = Admin Role\n";
    let start = "sso_start_url = https://d-123.awsapps.com/start\nsso_region = us-west-2\n";
    let token = format!(r#"{{"accessToken":"T","expiresAt":"{}"}}"#, after(3600));
    let of = |config: &str| {
        let home = Home::new().services(&server).config(config);
        home.write(".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json", &token);
        home.write(".aws/sso/cache/2b829a45f04c9828cb45b7d092d8e4aa30818393.json", &token);
        letters(&home)
    };
    assert_eq!(of(&format!("[default]\n{account}sso_session = corp\n[sso-session corp]\n{start}")), "r,s");
    assert_eq!(of(&format!("[default]\n{account}{start}")), "t,u");
}

#[test]
fn calls_have_letters_for_what_they_use() {
    let session = Home::new().builder().credentials(Credentials::new("A", "S").with_account_id("123456789012")).build().unwrap();
    assert_eq!(letters_of(&session, "dynamodb", "list_tables", Value::Null), "P,T,e");
    let put = |algorithm: Option<&str>| {
        let params = value!({"Bucket": "bucket", "Key": "k", "Body": "x", "ChecksumAlgorithm": algorithm});
        letters_of(&session, "s3", "put_object", params)
    };
    assert_eq!(put(None), "U,e");
    for (algorithm, letter) in [("CRC32", "U"), ("SHA1", "X"), ("SHA256", "Y")] {
        assert_eq!(put(Some(algorithm)), format!("{letter},e"));
    }
    let datum = value!({"MetricName": "m".repeat(100), "Value": 1.0});
    let params = value!({"Namespace": "n", "MetricData": vec![datum; 300]});
    assert_eq!(letters_of(&session, "cloudwatch", "put_metric_data", params), "L,e");
    let disabled =
        Home::new().env("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled").env("AWS_ACCESS_KEY_ID", "A").env("AWS_SECRET_ACCESS_KEY", "S");
    assert_eq!(letters_of(&disabled.session(), "dynamodb", "list_tables", Value::Null), "Q,g");
    let bearer = Home::new().env("AWS_BEARER_TOKEN_BEDROCK", "T").session();
    assert_eq!(letters_of(&bearer, "bedrock", "list_foundation_models", Value::Null), "3");
}
