//! The limits of a call reach the retrieval of its credentials: every source that hangs ends with the call's deadline, and
//! with its cancellation.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use tucuxi::{Cancel, Config, Credentials, ErrorKind, Session};

use super::support::{Home, after};
use crate::loopback::{Answer, Server};

/// How long the servers stay silent: far beyond every limit of the tests.
const SILENCE: Duration = Duration::from_secs(20);
const DEADLINE: Duration = Duration::from_secs(1);
/// How much a call may exceed its deadline.
const SLACK: Duration = Duration::from_millis(200);
/// How long a cancellation may take.
const PROMPT: Duration = Duration::from_millis(100);

const SSO: &str = "[default]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Admin Role\n\
                   [sso-session corp]\nsso_start_url = https://d-123.awsapps.com/start\nsso_region = us-west-2\n";
const SSO_FILE: &str = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";

fn silent() -> Server {
    Server::start(|_| Answer::Silence(SILENCE))
}

/// A home with a token of IAM Identity Center that expires in `expires` seconds.
fn identity_center(server: &Server, expires: i64) -> Home {
    let home = Home::new().config(SSO).services(server);
    let token = format!(
        r#"{{"accessToken": "OLD", "expiresAt": "{}", "clientId": "CID", "clientSecret": "CSEC",
            "registrationExpiresAt": "{}", "refreshToken": "RT1"}}"#,
        after(expires),
        after(90_000),
    );
    home.write(SSO_FILE, &token);
    home
}

/// Every source that can hang, by name, with a home that uses it.
fn hanging(server: &Server) -> Vec<(&'static str, Home)> {
    let role = "[default]\nregion = us-west-2\nrole_arn = arn:aws:iam::123456789012:role/R\nsource_profile = keys\n\
                [profile keys]\naws_access_key_id = A\naws_secret_access_key = S\n";
    let web = Home::new().services(server).env("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/R").env("AWS_DEFAULT_REGION", "us-west-2");
    web.write("token", "JWT.abc.def");
    let token = web.path("token").display().to_string();
    vec![
        ("STS, assume role", Home::new().config(role).services(server)),
        ("STS, web identity", web.env("AWS_WEB_IDENTITY_TOKEN_FILE", &token)),
        ("SSO, role credentials", identity_center(server, 50_000)),
        ("SSO OIDC, new token", identity_center(server, 60)),
        ("container agent", Home::new().env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &format!("{}/get", server.url()))),
        ("instance metadata", Home::new().metadata(server).env("AWS_METADATA_SERVICE_TIMEOUT", "15")),
        ("credential_process", Home::new().config("[default]\ncredential_process = sleep 20\n")),
    ]
}

fn session(home: &Home) -> Session {
    // The sources have their default timeouts; only the limits of the call are short.
    home.builder().config(Config::new()).build().unwrap()
}

/// Makes a call within limits; returns the kind of its error and its duration.
fn call(session: &Session, deadline: Option<Duration>, cancel: &Cancel) -> (ErrorKind, Duration) {
    let sqs = session.client_builder("sqs").region("us-west-2").build().unwrap();
    let mut request = sqs.request("list_queues", ()).cancel(cancel);
    if let Some(deadline) = deadline {
        request = request.deadline(deadline);
    }
    let started = Instant::now();
    let error = request.send().unwrap_err();
    (error.kind(), started.elapsed())
}

#[test]
fn hanging_sources_end_with_the_deadline() {
    let server = silent();
    for (name, home) in hanging(&server) {
        let (kind, took) = call(&session(&home), Some(DEADLINE), &Cancel::new());
        println!("{name:24} deadline of {DEADLINE:?}: {took:.3?}");
        assert_eq!(kind, ErrorKind::Deadline, "{name}");
        assert!(took < DEADLINE + SLACK, "{name}: {took:?}");
    }
}

#[test]
fn hanging_sources_end_with_the_cancellation() {
    let server = silent();
    for (name, home) in hanging(&server) {
        let cancel = Cancel::new();
        let session = session(&home);
        let (kind, ended, canceled) = thread::scope(|scope| {
            let running = scope.spawn(|| (call(&session, None, &cancel).0, Instant::now()));
            thread::sleep(Duration::from_millis(300));
            let canceled = Instant::now();
            cancel.cancel();
            let (kind, ended) = running.join().unwrap();
            (kind, ended, canceled)
        });
        let took = ended.duration_since(canceled);
        println!("{name:24} cancellation: {took:.3?}");
        assert_eq!(kind, ErrorKind::Canceled, "{name}");
        assert!(took < PROMPT, "{name}: {took:?}");
    }
}

#[test]
fn waiting_for_another_thread_ends_with_the_limits_of_the_call() {
    let provide = || {
        thread::sleep(Duration::from_secs(3));
        Ok(Some(Credentials::new("A", "S")))
    };
    let session = Home::new().builder().credential_provider(provide).build().unwrap();
    thread::scope(|scope| {
        scope.spawn(|| session.credentials().unwrap().unwrap());
        thread::sleep(Duration::from_millis(100));
        let (kind, took) = call(&session, Some(DEADLINE), &Cancel::new());
        println!("waiting for another thread: {took:.3?}");
        assert_eq!(kind, ErrorKind::Deadline);
        assert!(took < DEADLINE + SLACK, "{took:?}");
    });
}

#[test]
fn waiting_for_another_thread_ends_with_the_cancellation() {
    let provide = || {
        thread::sleep(Duration::from_secs(2));
        Ok(Some(Credentials::new("A", "S")))
    };
    let session = Home::new().builder().credential_provider(provide).build().unwrap();
    let cancel = Cancel::new();
    thread::scope(|scope| {
        scope.spawn(|| session.credentials().unwrap().unwrap());
        thread::sleep(Duration::from_millis(100));
        let waiting = scope.spawn(|| (call(&session, None, &cancel).0, Instant::now()));
        thread::sleep(Duration::from_millis(200));
        let canceled = Instant::now();
        cancel.cancel();
        let (kind, ended) = waiting.join().unwrap();
        assert_eq!(kind, ErrorKind::Canceled);
        assert!(ended.duration_since(canceled) < PROMPT, "{:?}", ended.duration_since(canceled));
    });
}

#[test]
fn one_call_s_limits_do_not_fail_the_others() {
    let server = Server::start(|_| Answer::Silence(Duration::from_millis(1500)));
    let home = Home::new().env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &format!("{}/get", server.url()));
    let session = session(&home);
    thread::scope(|scope| {
        let hurried = scope.spawn(|| call(&session, Some(Duration::from_millis(300)), &Cancel::new()));
        thread::sleep(Duration::from_millis(100));
        // This one waits for the other call, and then makes its own attempt.
        let patient = session.credentials().unwrap_err();
        assert_eq!(hurried.join().unwrap().0, ErrorKind::Deadline);
        assert_eq!(patient.kind(), ErrorKind::CredentialRetrieval, "{patient}");
    });
}

#[test]
fn a_provider_that_uses_its_own_session_is_an_error() {
    let own: Arc<Mutex<Option<Session>>> = Arc::default();
    let inner = Arc::clone(&own);
    let provide = move || {
        let session = inner.lock().unwrap().clone().expect("the session is set");
        Ok(session.credentials()?)
    };
    let session = Home::new().builder().credential_provider(provide).build().unwrap();
    *own.lock().unwrap() = Some(session.clone());
    let error = session.credentials().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CredentialRetrieval);
    assert!(error.message().contains("used the session that asked it"), "{error}");
    *own.lock().unwrap() = None;
}
