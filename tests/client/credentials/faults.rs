//! Field faults: what files, local services, clocks, and processes do to credentials. Each test stands for a class of faults.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use tucuxi::http::{Headers, Request, Response, SendOptions, Transport};
use tucuxi::{Credentials, ErrorKind, Session, Timestamp, value};

use super::support::{Home, START, after, failure, named, param, role_answer, sign};
use crate::loopback::{Answer, Seen, Server, ok};

/// Runs `f` on another thread, and fails if it takes longer than 5 s.
fn soon<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(f()));
    receiver.recv_timeout(Duration::from_secs(5)).expect("an outcome within 5 s")
}

fn security_token(session: &Session) -> Option<String> {
    let client = session.client_builder("sqs").region("us-west-2").build().unwrap();
    let request = client.prepare("list_queues", ()).unwrap();
    request.headers.get("X-Amz-Security-Token").map(str::to_owned)
}

#[test]
fn empty_parts_of_credentials_are_absent_parts() {
    let of_file = |text: &str| security_token(&Home::new().credentials(text).session());
    let keys = "[default]\naws_access_key_id = A\naws_secret_access_key = S\n";
    assert_eq!(of_file(&format!("{keys}aws_session_token =\n")), None);
    assert_eq!(of_file(&format!("{keys}aws_security_token =\naws_session_token = T\n")), Some("T".to_owned()));
    let of_config = Home::new().config(&format!("{keys}aws_session_token =\n"));
    assert_eq!(security_token(&of_config.session()), None);
    let process =
        r#"printf '{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "S", "SessionToken": "", "AccountId": "", "Expiration": ""}'"#;
    let home = Home::new().config(&format!("[default]\ncredential_process = {process}\n"));
    assert_eq!((security_token(&home.session()), home.find().unwrap().account_id()), (None, None));
    let agent =
        Server::start(|_| ok(format!(r#"{{"AccessKeyId": "A", "SecretAccessKey": "S", "Token": "", "Expiration": "{}"}}"#, after(3600))));
    let home = Home::new().env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &agent.url()).env("AWS_CONTAINER_AUTHORIZATION_TOKEN", "");
    assert_eq!(security_token(&home.session()), None);
    assert_eq!(agent.seen()[0].header("Authorization"), None);
    let custom = Home::new().builder().credential_provider(|| Ok(Some(Credentials::new("A", "S").with_token("")))).build().unwrap();
    assert_eq!(security_token(&custom), None);
    let explicit = Home::new().builder().credentials(Credentials::new("A", "S").with_token("")).build().unwrap();
    assert_eq!(security_token(&explicit), None);
    let options = value!({"region_name": "us-west-2", "aws_access_key_id": "A", "aws_secret_access_key": "S", "aws_session_token": ""});
    let request = Home::new().session().client_with("sqs", options).unwrap().prepare("list_queues", ()).unwrap();
    assert_eq!(request.headers.get("X-Amz-Security-Token"), None);

    // An empty key is an absent key.
    let half = Home::new().credentials("[default]\naws_access_key_id = A\naws_secret_access_key =\n");
    let message = "Partial credentials found in shared-credentials-file, missing: aws_secret_access_key";
    assert_eq!(half.failure(), named("PartialCredentialsError", message));
    let empty = Home::new().credentials("[default]\naws_access_key_id =\naws_secret_access_key =\n");
    assert_eq!(failure(sign(&empty.session())).0, "NoCredentialsError");
}

#[test]
fn empty_settings_of_a_role_are_absent_settings() {
    let server = Server::start(|_| ok(role_answer("AssumeRole", "ASIA1", &after(3600))));
    let config = "[default]\nregion = us-west-2\nrole_arn = arn:aws:iam::111111111111:role/One\nsource_profile = b\nexternal_id =\n\
                  mfa_serial =\nrole_session_name =\n[profile b]\naws_access_key_id = A\naws_secret_access_key = S\naws_session_token =\n";
    Home::new().config(config).services(&server).find().unwrap();
    let seen = &server.seen()[0];
    assert_eq!(seen.header("X-Amz-Security-Token"), None);
    assert_eq!([param(&seen.body, "ExternalId"), param(&seen.body, "SerialNumber")], [None, None]);
    assert_eq!(param(&seen.body, "RoleSessionName"), Some(format!("botocore-session-{START}")));
}

#[test]
fn white_space_around_responses_of_the_metadata_service_is_ignored() {
    let document = format!(r#"{{"AccessKeyId": "ASIA1", "SecretAccessKey": "S", "Token": "T", "Expiration": "{}"}}"#, after(3600));
    let server = Server::start(move |seen: &Seen| match seen.line.as_str() {
        "PUT /latest/api/token" => ok("TOKEN\r\n"),
        "GET /latest/meta-data/iam/security-credentials/" => ok("\nrole\n"),
        "GET /latest/meta-data/iam/security-credentials/role" => ok(format!("\n{document}\n")),
        _ => Answer::Reply(404, String::new()),
    });
    assert_eq!(Home::new().metadata(&server).whose(), ("iam-role", "ASIA1".to_owned()));
    assert_eq!(server.seen()[2].header("x-aws-ec2-metadata-token"), Some("TOKEN"));
}

#[test]
fn an_error_without_credentials_says_why_each_provider_was_skipped() {
    let reason = |role: Answer, document: Answer| {
        let server = Server::start(move |seen: &Seen| match seen.line.as_str() {
            "PUT /latest/api/token" => ok("TOKEN"),
            line if line.ends_with('/') => role.clone(),
            _ => document.clone(),
        });
        let home = Home::new().metadata(&server).env("AWS_SECRET_ACCESS_KEY", "5ecret");
        let session = home.session();
        let client = session.client_builder("sqs").region("us-west-2").build().unwrap();
        let error = client.prepare("list_queues", ()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoCredentials);
        assert!(!format!("{error:?} {:?}", error.details()).contains("5ecret"));
        let providers = error.details()["providers"].as_list().unwrap().clone();
        assert_eq!(providers.len(), 12);
        assert_eq!(providers[0], value!({"method": "env", "reason": "AWS_ACCESS_KEY_ID is not set"}));
        let reason = providers[11]["reason"].as_str().unwrap().to_owned();
        assert!(error.message().ends_with(&format!("; iam-role ({reason})")), "{error}");
        reason.replace(&server.url(), "URL")
    };
    let start = "URL/: the request for the";
    assert_eq!(reason(ok(""), ok("")), format!("{start} role ended with an empty response"));
    assert_eq!(reason(Answer::Reply(404, "5ecret".into()), ok("")), format!("{start} role ended with status 404"));
    assert_eq!(reason(ok("r"), ok("5ecret")), format!("{start} credentials ended with a response that cannot be read"));
    let document = r#"{"Code": "AssumeRoleUnauthorizedAccess", "Message": "5ecret", "SecretAccessKey": "5ecret"}"#;
    let lacks = "the credentials document lacks AccessKeyId, Token, Expiration (its Code is AssumeRoleUnauthorizedAccess)";
    assert_eq!(reason(ok("r"), ok(document)), lacks);
}

#[test]
fn a_chain_of_roles_has_a_limit_and_the_longest_one_fits_on_a_small_stack() {
    let chain = |roles: usize| {
        let mut text = "[profile r0]\naws_access_key_id = A\naws_secret_access_key = S\n".to_owned();
        for n in 1..=roles {
            text += &format!(
                "[profile r{n}]\nrole_arn = arn:aws:iam::111111111111:role/R{n}\nsource_profile = r{}\nregion = us-west-2\n",
                n - 1
            );
        }
        text
    };
    let server = Server::start(|_| ok(role_answer("AssumeRole", "ASIA1", &after(3600))));
    for (roles, expected) in [(5_000, false), (33, false), (32, true)] {
        let home = Home::new().config(&chain(roles)).services(&server);
        let run = || home.builder().profile(format!("r{roles}")).build().unwrap().credentials();
        let outcome = thread::scope(|scope| {
            thread::Builder::new().stack_size(2 * 1024 * 1024).spawn_scoped(scope, run).unwrap().join().expect("no overflow")
        });
        match outcome {
            Ok(found) => assert!(expected && found.unwrap().access_key_id() == "ASIA1", "{roles}"),
            Err(error) => {
                let message = format!("The chain of source profiles that begins with profile \"r{roles}\" has more than 32 roles.");
                assert_eq!((error.name(), error.message(), expected), ("InvalidConfigError", message.as_str(), false));
            }
        }
    }
    assert_eq!(server.lines().len(), 32);
}

#[test]
fn valid_credentials_are_used_although_their_cache_cannot_be_written() {
    let server = Server::start(|_| ok(role_answer("AssumeRole", "ASIA1", &after(3600))));
    let role = "[default]\nregion = us-west-2\nrole_arn = arn:aws:iam::111111111111:role/One\nsource_profile = b\n\
                [profile b]\naws_access_key_id = A\naws_secret_access_key = S\n";
    let home = Home::new().config(role).services(&server);
    home.write("file", "");
    let session = home.builder().credential_cache(home.path("file/cache")).build().unwrap();
    assert_eq!(session.credentials().unwrap().unwrap().access_key_id(), "ASIA1");
}

#[cfg(unix)]
#[test]
fn a_pipe_in_place_of_a_token_or_cache_file_does_not_hang() {
    let pipe = |home: &Home, name: &str| {
        home.write(&format!("{name}.d/x"), "");
        let path = home.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        path.display().to_string()
    };
    let server = Server::start(|_| ok(role_answer("AssumeRole", "ASIA1", &after(3600))));
    let web = Home::new().services(&server).env("AWS_ROLE_ARN", "arn:aws:iam::111111111111:role/R").env("AWS_DEFAULT_REGION", "us-west-2");
    let path = pipe(&web, "token");
    let web = web.env("AWS_WEB_IDENTITY_TOKEN_FILE", &path);
    let message =
        format!("Error when retrieving credentials from assume-role-with-web-identity: the token file {path}: not a regular file");
    assert_eq!(soon(move || web.failure()), named("CredentialRetrievalError", message));

    let agent = Home::new().env("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost:1/");
    let path = pipe(&agent, "token");
    let agent = agent.env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", &path);
    let message = format!("Error when retrieving credentials from container-role: the token file {path}: not a regular file");
    assert_eq!(soon(move || agent.failure()), named("CredentialRetrievalError", message));

    let ec2 = Home::new();
    let path = pipe(&ec2, "ec2");
    let ec2 = ec2.env("AWS_CREDENTIAL_FILE", &path);
    assert_eq!(soon(move || ec2.failure()).0, "ConfigNotFound");

    let sso = "[default]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = R\n[sso-session corp]\nsso_start_url = u\nsso_region = us-west-2\n";
    let sso = Home::new().config(sso);
    pipe(&sso, ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json");
    let message = "Error loading SSO Token: Token for u is invalid";
    assert_eq!(soon(move || sso.failure()), named("SSOTokenLoadError", message));

    let role = "[default]\nregion = us-west-2\nrole_arn = arn:aws:iam::123456789012:role/R\nsource_profile = b\n\
                [profile b]\naws_access_key_id = A\naws_secret_access_key = S\n";
    let cached = Home::new().config(role).services(&server);
    pipe(&cached, "cache/c03ce438bc208f6214854d85d3ca930ff73e3004.json");
    let folder = cached.path("cache");
    let key = soon(move || cached.builder().credential_cache(folder).build().unwrap().credentials().unwrap().unwrap());
    assert_eq!(key.access_key_id(), "ASIA1");
}

#[test]
fn output_of_local_sources_is_bounded() {
    let agent = Server::start(|_| ok("x".repeat(2 * 1024 * 1024)));
    let home = Home::new().env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &agent.url());
    let message = "Error when retrieving credentials from container-role: Error retrieving metadata: Received error when attempting to \
                   retrieve container metadata: the response is larger than 1 MiB";
    assert_eq!(home.failure(), named("CredentialRetrievalError", message));

    let begin = Instant::now();
    let home = Home::new().config("[default]\ncredential_process = sh -c 'head -c 200000000 /dev/zero'\n");
    let message = "Error when retrieving credentials from custom-process: sh printed more than 1 MiB";
    assert_eq!(home.failure(), named("CredentialRetrievalError", message));
    assert!(begin.elapsed() < Duration::from_secs(20));
    let home = Home::new().config("[default]\ncredential_process = sh -c 'head -c 20000000 /dev/zero >&2; exit 1'\n");
    let message = "sh failed (exit status: 1); its standard error (1048577 bytes) is not shown, because it may contain secrets";
    assert!(home.failure().1.ends_with(message));

    let web = Home::new().env("AWS_ROLE_ARN", "arn:aws:iam::111111111111:role/R").env("AWS_DEFAULT_REGION", "us-west-2");
    web.write("token", &"x".repeat(2 * 1024 * 1024));
    let path = web.path("token").display().to_string();
    assert!(web.env("AWS_WEB_IDENTITY_TOKEN_FILE", &path).failure().1.ends_with("the file is larger than 1 MiB"));
}

/// A transport that rejects requests with the given code and date, until it is told to accept them.
#[derive(Clone)]
struct Service {
    code: Arc<Mutex<Option<&'static str>>>,
    /// How far its `Date` is ahead of the clock of the test, in seconds.
    ahead: Arc<AtomicI64>,
    age: Option<&'static str>,
    signed: Arc<Mutex<Vec<String>>>,
}

impl Service {
    fn new(code: &'static str, ahead: i64) -> Service {
        Service { code: Arc::new(Mutex::new(Some(code))), ahead: Arc::new(AtomicI64::new(ahead)), age: None, signed: Arc::default() }
    }

    /// The times in the signatures since the last look.
    fn signed(&self) -> Vec<String> {
        std::mem::take(&mut *self.signed.lock().unwrap())
    }

    fn accept(&self) {
        *self.code.lock().unwrap() = None;
    }

    /// A session whose credentials are valid for an hour and cannot be refreshed.
    fn client(&self) -> tucuxi::Client {
        let credentials = Credentials::new("A", "S").with_token("T").with_expiry(Timestamp::new(START + 3600, 0));
        let once = AtomicUsize::new(0);
        let provider = move || match once.fetch_add(1, Ordering::SeqCst) {
            0 => Ok(Some(credentials.clone())),
            _ => Err(anyhow::anyhow!("refreshed")),
        };
        let session = Home::new().builder().credential_provider(provider).config(tucuxi::Config::new()).build().unwrap();
        session.client_builder("sqs").region("us-west-2").transport(self.clone()).sleep(|_| {}).build().unwrap()
    }
}

impl Transport for Service {
    fn send(&self, request: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        self.signed.lock().unwrap().push(request.headers.get("X-Amz-Date").unwrap_or_default().to_owned());
        let mut headers = Headers::new();
        let date = START + self.ahead.load(Ordering::SeqCst);
        let seconds = date.rem_euclid(86_400);
        let (days, hour) = ((date - seconds) / 86_400 - START / 86_400, seconds / 3600);
        let date = format!("{} Nov 2026 {hour:02}:{:02}:{:02} GMT", 21 + days, seconds % 3600 / 60, seconds % 60);
        headers.set("Date", date);
        if let Some(age) = self.age {
            headers.set("Age", age);
        }
        let Some(code) = *self.code.lock().unwrap() else { return Ok(Response::new(200, headers, b"{}".to_vec())) };
        Ok(Response::new(403, headers, format!(r#"{{"__type": "{code}", "message": "m"}}"#).into_bytes()))
    }
}

#[test]
fn a_date_header_does_not_expire_credentials() {
    let service = Service::new("RequestTimeTooSkewed", 2 * 3600);
    let client = service.client();
    let error = client.call("list_queues", ()).unwrap_err();
    assert_eq!(error.code(), Some("RequestTimeTooSkewed"));
    assert_eq!(service.signed(), ["20261121T100000Z", "20261121T120000Z"]);
    // The correction did not help, so it is withdrawn, and the credentials are still valid.
    service.accept();
    client.call("list_queues", ()).unwrap();
    assert_eq!(service.signed(), ["20261121T100000Z"]);
}

#[test]
fn a_correction_that_helps_stays_without_expiring_credentials() {
    let service = Service::new("RequestTimeTooSkewed", 2 * 3600);
    let client = service.client();
    let code = service.code.clone();
    client
        .on("needs-retry", move |_| {
            *code.lock().unwrap() = None;
            Ok(())
        })
        .unwrap();
    client.call("list_queues", ()).unwrap();
    client.call("list_queues", ()).unwrap();
    assert_eq!(service.signed(), ["20261121T100000Z", "20261121T120000Z", "20261121T120000Z"]);
}

#[test]
fn responses_that_prove_nothing_do_not_correct_the_clock() {
    let days = 2 * 86_400;
    let distant = Service::new("RequestTimeTooSkewed", days);
    let cached = Service { age: Some("7200"), ..Service::new("RequestTimeTooSkewed", 7200) };
    let unrelated = Service::new("AccessDenied", 7200);
    for service in [distant, cached, unrelated] {
        let client = service.client();
        assert_eq!(client.call("list_queues", ()).unwrap_err().status(), Some(403));
        service.accept();
        client.call("list_queues", ()).unwrap();
        assert_eq!(service.signed(), ["20261121T100000Z", "20261121T100000Z"]);
    }
}

#[test]
fn presigning_without_a_region_signs_for_the_region_of_ordinary_calls() {
    let session = Home::new().builder().credentials(Credentials::new("A", "S")).build().unwrap();
    let s3 = session.client_builder("s3").endpoint_url("http://localhost:9000").build().unwrap();
    let object = value!({"Bucket": "b", "Key": "k"});
    let ordinary = s3.prepare("get_object", object.clone()).unwrap();
    assert!(ordinary.headers.get("Authorization").unwrap().contains("Credential=A/20261121/us-east-1/s3/aws4_request,"));
    let scope = "X-Amz-Credential=A%2F20261121%2Fus-east-1%2Fs3%2Faws4_request&";
    let method = value!({"ClientMethod": "get_object", "Params": object.clone()});
    let urls = [
        s3.presign("get_object", object, Duration::from_secs(60)).unwrap(),
        s3.call("generate_presigned_url", method).unwrap().as_str().unwrap().to_owned(),
        s3.presign("list_buckets", (), Duration::from_secs(60)).unwrap(),
    ];
    for (url, path) in urls.iter().zip(["/b/k?", "/b/k?", "/?"]) {
        assert!(url.starts_with(&format!("http://localhost:9000{path}")) && url.contains(scope), "{url}");
    }
    let form = s3.call("generate_presigned_post", value!({"Bucket": "b", "Key": "k"})).unwrap();
    assert_eq!(
        (&form["url"], &form["fields"]["x-amz-credential"]),
        (&value!("http://localhost:9000/b"), &value!("A/20261121/us-east-1/s3/aws4_request"))
    );
}

#[test]
fn an_empty_bearer_token_is_an_absent_token() {
    for (token, authorization) in [("", "AWS4-HMAC-SHA256 "), ("T", "Bearer T")] {
        let home = Home::new().env("AWS_BEARER_TOKEN_BEDROCK", token).env("AWS_ACCESS_KEY_ID", "A").env("AWS_SECRET_ACCESS_KEY", "S");
        let bedrock = home.session().client_builder("bedrock").region("us-west-2").build().unwrap();
        let request = bedrock.prepare("list_custom_models", ()).unwrap();
        let sent = request.headers.get("authorization").unwrap();
        assert!(sent.starts_with(authorization), "{token:?}: {sent}");
    }
}

/// Runs a program in a new terminal, enters a code at its prompt, and prints what it wrote to the terminal.
#[cfg(all(unix, feature = "cli"))]
const TERMINAL: &str = r#"
import os, pty, sys
child, terminal = pty.fork()
if child == 0:
    read, write = os.pipe()
    os.write(write, b'{"QueueNamePrefix": "from-stdin"}\n')
    os.close(write)
    os.dup2(read, 0)
    os.execv(sys.argv[1], sys.argv[1:])
text = b''
while True:
    try:
        piece = os.read(terminal, 4096)
    except OSError:
        break
    if not piece:
        break
    if b'Enter MFA code' in piece:
        os.write(terminal, b' 123456 \n')
    text += piece
sys.stdout.buffer.write(text)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"#;

#[cfg(all(unix, feature = "cli"))]
#[test]
fn an_mfa_code_is_entered_at_the_terminal_while_standard_input_carries_the_parameters() {
    let server = Server::start(|seen| match seen.body.contains("Action=AssumeRole") {
        true => ok(role_answer("AssumeRole", "ASIA1", "2099-01-01T00:00:00Z")),
        false => ok(r#"{"QueueUrls": ["http://queue"]}"#),
    });
    let role = "[default]\nregion = us-west-2\nrole_arn = arn:aws:iam::111111111111:role/R\nmfa_serial = arn:aws:iam::1:mfa/me\n\
                source_profile = b\n[profile b]\naws_access_key_id = A\naws_secret_access_key = S\n";
    let home = Home::new().config(role);
    home.write("config", role);
    let mut command = std::process::Command::new("python3");
    command.args(["-c", TERMINAL, env!("CARGO_BIN_EXE_tucuxi"), "call", "sqs", "list_queues", "-"]).env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("AWS_CONFIG_FILE", home.path("config"));
    let output = command.env("AWS_ENDPOINT_URL", server.url()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("Enter MFA code for arn:aws:iam::1:mfa/me: ") && text.contains("http://queue"), "{text}");
    let seen = server.seen();
    assert!(seen[0].body.contains("TokenCode=123456"), "{}", seen[0].body);
    assert_eq!(seen[1].body, r#"{"QueueNamePrefix": "from-stdin"}"#);
}
