//! Roles: chains of profiles, credential sources, MFA, renewal, and failures.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tucuxi::{AssumeRole, Credentials, Session};

use super::support::{Home, START, after, failure, named, param, role_answer, sign};
use crate::loopback::{Answer, Server, ok};

const CHAIN: &str = "[profile hub]\nrole_arn = arn:aws:iam::111111111111:role/Hub\nsource_profile = base\nregion = eu-west-1\n\
                     [profile leaf]\nrole_arn = arn:aws:iam::222222222222:role/Leaf\nsource_profile = hub\nrole_session_name = mysess\n\
                     external_id = ext\nduration_seconds = 900\nregion = us-west-2\n";
const BASE: &str = "[base]\naws_access_key_id = AKBASE\naws_secret_access_key = SKBASE\n";
const ONE: &str = "[default]\nregion = us-west-2\nrole_arn = arn:aws:iam::111111111111:role/One\nsource_profile = base\n";

/// A server whose n-th response (from 1) has the access key `ASIAn`; the credentials are valid for an hour.
fn sts() -> Server {
    let count = AtomicUsize::new(0);
    Server::start(move |_| {
        let n = count.fetch_add(1, Ordering::SeqCst) + 1;
        ok(role_answer("AssumeRole", &format!("ASIA{n}"), &after(3600 * n as i64)))
    })
}

/// The same response to every request.
fn always(answer: Answer) -> Server {
    Server::start(move |_| answer.clone())
}

fn key(session: &Session) -> String {
    session.credentials().unwrap().unwrap().access_key_id().to_owned()
}

#[test]
fn a_chain_of_roles_is_assumed_from_its_end() {
    let server = sts();
    let home = Home::new().config(CHAIN).credentials(BASE).services(&server);
    let session = home.builder().profile("leaf").build().unwrap();
    assert_eq!(server.lines().len(), 0);
    sign(&session).unwrap();
    let credentials = session.credentials().unwrap().unwrap();
    assert_eq!((credentials.access_key_id(), credentials.session_token()), ("ASIA2", Some("TOKEN-ASIA2")));
    assert_eq!(credentials.account_id(), Some("123456789012"));
    assert_eq!(session.credentials_method().unwrap(), Some("assume-role"));

    let [hub, leaf] = &server.seen()[..] else { panic!("{:?}", server.lines()) };
    assert_eq!(hub.line, "POST /");
    assert_eq!(hub.header("Content-Type"), Some("application/x-www-form-urlencoded; charset=utf-8"));
    let made_up = format!("botocore-session-{START}");
    assert_eq!(
        hub.body,
        format!("Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A111111111111%3Arole%2FHub&RoleSessionName={made_up}")
    );
    let authorization = hub.header("Authorization").unwrap();
    assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKBASE/20261121/us-west-2/sts/aws4_request, "), "{authorization}");
    assert_eq!(hub.header("X-Amz-Security-Token"), None);

    for (name, value) in [("RoleSessionName", "mysess"), ("ExternalId", "ext"), ("DurationSeconds", "900")] {
        assert_eq!(param(&leaf.body, name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(param(&leaf.body, "RoleArn").as_deref(), Some("arn:aws:iam::222222222222:role/Leaf"));
    assert!(leaf.header("Authorization").unwrap().contains("Credential=ASIA1/"));
    assert_eq!(leaf.header("X-Amz-Security-Token"), Some("TOKEN-ASIA1"));
}

#[test]
fn the_first_client_s_region_is_used_if_the_session_has_none() {
    let server = sts();
    let home = Home::new().config(&ONE.replace("region = us-west-2\n", "")).credentials(BASE).services(&server);
    let session = home.session();
    session.client_builder("sqs").region("ap-south-1").build().unwrap();
    session.client_builder("sqs").region("eu-west-1").build().unwrap().prepare("list_queues", ()).unwrap();
    assert!(server.seen()[0].header("Authorization").unwrap().contains("/ap-south-1/sts/"));
}

#[test]
fn credentials_are_renewed_when_a_quarter_of_an_hour_is_left() {
    let server = sts();
    let home = Home::new().config(ONE).credentials(BASE).services(&server);
    let session = home.session();
    assert_eq!(key(&session), "ASIA1");
    home.pass(2700);
    assert_eq!(key(&session), "ASIA1");
    home.pass(1);
    assert_eq!(key(&session), "ASIA2");
    let names: Vec<_> = server.seen().iter().map(|seen| param(&seen.body, "RoleSessionName").unwrap()).collect();
    assert_eq!(names, [format!("botocore-session-{START}"), format!("botocore-session-{START}")]);
}

#[test]
fn a_failed_early_renewal_fails_no_call() {
    let count = AtomicUsize::new(0);
    let denied = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
    let server = Server::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => ok(role_answer("AssumeRole", "ASIA1", &after(3600))),
        _ => Answer::Reply(403, denied.to_owned()),
    });
    let home = Home::new().config(ONE).credentials(BASE).services(&server);
    let session = home.session();
    assert_eq!(key(&session), "ASIA1");
    home.pass(3000);
    assert_eq!(key(&session), "ASIA1");
    assert_eq!(server.lines().len(), 2);
    home.pass(1);
    let error = session.credentials().unwrap_err();
    assert_eq!((error.name(), error.code(), error.status()), ("ClientError", Some("AccessDenied"), Some(403)));
    assert!(error.to_string().starts_with("An error occurred (AccessDenied) when calling the AssumeRole operation: no"), "{error}");
    assert_eq!(failure(sign(&session)).0, "ClientError");
}

#[test]
fn broken_responses_are_named() {
    let broken = |answer: Answer| Home::new().config(ONE).credentials(BASE).services(&always(answer)).failure();
    let whole = role_answer("AssumeRole", "ASIA1", &after(3600));
    let start = "Error when retrieving credentials from assume-role: Credential refresh failed, response did not contain:";
    let without = |from: &str, to: &str| {
        let (before, rest) = whole.split_once(from).unwrap();
        ok(format!("{before}{}", rest.split_once(to).unwrap().1))
    };
    let lacks_secret = broken(without("<SecretAccessKey>", "</SecretAccessKey>"));
    assert_eq!(lacks_secret, named("CredentialRetrievalError", format!("{start} secret_key")));
    let lacks_all = broken(without("<Credentials>", "</Credentials>"));
    assert_eq!(lacks_all, named("CredentialRetrievalError", format!("{start} access_key, secret_key, token, expiry_time")));
    assert_eq!(broken(ok("{")).0, "ResponseParserError");
    assert_eq!(broken(Answer::Hangup).0, "ConnectionClosedError");
    let expired = broken(ok(role_answer("AssumeRole", "ASIA1", &after(-1))));
    assert_eq!(expired, named("RuntimeError", "Credentials were refreshed, but the refreshed credentials are still expired."));
}

#[test]
fn a_silent_server_does_not_hang_a_call() {
    let server = always(Answer::Silence(Duration::from_secs(5)));
    let home = Home::new().config(ONE).credentials(BASE).services(&server);
    let begin = Instant::now();
    assert_eq!(home.failure().0, "ReadTimeoutError");
    assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
}

#[test]
fn a_credential_source_needs_no_profile() {
    let source =
        |place: &str| format!("[profile p]\nregion = us-west-2\nrole_arn = arn:aws:iam::1:role/Place\ncredential_source = {place}\n");
    let signer = |home: Home, server: &Server| {
        key(&home.services(server).builder().profile("p").build().unwrap());
        let authorization = server.seen()[0].header("Authorization").unwrap().to_owned();
        authorization.split_once("Credential=").unwrap().1.split('/').next().unwrap().to_owned()
    };
    // A profile that is set in code hides the environment's keys from the session, but not from such a role.
    let home = Home::new().config(&source("Environment")).env("AWS_ACCESS_KEY_ID", "AKENV").env("AWS_SECRET_ACCESS_KEY", "S");
    assert_eq!(signer(home, &sts()), "AKENV");
    let keys = format!(r#"{{"AccessKeyId":"AKBOX","SecretAccessKey":"S","Token":"T","Expiration":"{}"}}"#, after(7200));
    let agent = always(ok(keys));
    let home = Home::new().config(&source("EcsContainer")).env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &agent.url());
    assert_eq!(signer(home, &sts()), "AKBOX");
    let home = Home::new().config(&source("Ec2InstanceMetadata")).metadata(&super::instance::metadata("AKVM", &after(7200)));
    assert_eq!(signer(home, &sts()), "AKVM");

    let missing = Home::new().config(&source("EcsContainer")).env("AWS_PROFILE", "p").failure();
    let message = "Error when retrieving credentials from EcsContainer: No credentials found in credential_source referenced in profile p";
    assert_eq!(missing, named("CredentialRetrievalError", message));
    let unknown = Home::new().config(&source("environment")).env("AWS_PROFILE", "p").failure();
    assert_eq!(unknown, named("InvalidConfigError", "The credential source \"environment\" referenced in profile \"p\" is not valid."));
}

#[test]
fn errors_in_a_profile_are_reported_each_time() {
    let role = "role_arn = arn:aws:iam::1:role/Wrong";
    for (config, name, message) in [
        (
            format!("[profile p]\n{role}\nsource_profile = q\ncredential_source = Environment\n"),
            "InvalidConfigError",
            "The profile \"p\" contains both source_profile and credential_source.",
        ),
        (
            format!("[profile p]\n{role}\n"),
            "PartialCredentialsError",
            "Partial credentials found in assume-role, missing: source_profile or credential_source",
        ),
        (
            format!("[profile p]\n{role}\nsource_profile = q\n"),
            "InvalidConfigError",
            "The source_profile \"q\" referenced in the profile \"p\" does not exist.",
        ),
        (
            format!("[profile p]\n{role}\nsource_profile = q\n[profile q]\nregion = x\n"),
            "InvalidConfigError",
            "The source profile \"q\" must have credentials.",
        ),
        (
            format!("[profile p]\n{role}\nsource_profile = q\n[profile q]\n{role}\nsource_profile = p\n"),
            "InfiniteLoopConfigError",
            "Infinite loop in credential configuration detected. Attempting to load from profile p which has already been visited. \
             Visited profiles: ['p', 'q']",
        ),
        (
            format!("[profile p]\n{role}\nsource_profile = p\n"),
            "InfiniteLoopConfigError",
            "Infinite loop in credential configuration detected. Attempting to load from profile p which has already been visited. \
             Visited profiles: ['p']",
        ),
    ] {
        let home = Home::new().config(&config).env("AWS_PROFILE", "p");
        let session = home.session();
        for _ in 0..2 {
            assert_eq!(failure(session.credentials()), named(name, message), "{config}");
        }
    }
}

#[test]
fn a_failing_source_reports_the_same_error_each_time() {
    let config = "[profile p]\nrole_arn = arn:aws:iam::1:role/R\nsource_profile = q\n[profile q]\ncredential_process = false\n";
    let session = Home::new().config(config).env("AWS_PROFILE", "p").session();
    for _ in 0..2 {
        assert_eq!(
            failure(session.credentials()),
            named("CredentialRetrievalError", "Error when retrieving credentials from custom-process: false failed (exit status: 1)")
        );
    }
}

#[test]
fn a_profile_with_keys_may_be_its_own_source() {
    let server = sts();
    let own = "[default]\nregion = us-west-2\nrole_arn = arn:aws:iam::111111111111:role/Own\nsource_profile = default\n";
    let home = Home::new().config(own).credentials(&BASE.replace("base", "default")).services(&server);
    assert_eq!(home.whose(), ("assume-role", "ASIA1".to_owned()));
    assert!(server.seen()[0].header("Authorization").unwrap().contains("Credential=AKBASE/"));
}

#[test]
fn the_mfa_code_is_requested_once() {
    let server = sts();
    let config = format!("{ONE}mfa_serial = arn:aws:iam::1:mfa/me\n");
    let home = Home::new().config(&config).credentials(BASE).services(&server);
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    let prompt = move |serial: &str| {
        assert_eq!(serial, "arn:aws:iam::1:mfa/me");
        counter.fetch_add(1, Ordering::SeqCst);
        Ok("123456".to_owned())
    };
    let session = home.builder().mfa_prompt(prompt).build().unwrap();
    assert_eq!(key(&session), "ASIA1");
    let body = server.seen()[0].body.clone();
    assert_eq!(param(&body, "SerialNumber").as_deref(), Some("arn:aws:iam::1:mfa/me"));
    assert!(body.ends_with("&TokenCode=123456"), "{body}");
    home.pass(2800);
    assert_eq!(key(&session), "ASIA1");
    home.pass(300);
    let cannot = named("RefreshWithMFAUnsupportedError", "Cannot refresh credentials: MFA token required.");
    assert_eq!(failure(session.credentials()), cannot);
    assert_eq!((asked.load(Ordering::SeqCst), server.lines().len()), (1, 1));

    let message =
        "The role requires an MFA code of the device arn:aws:iam::1:mfa/me, and the session has no mfa_prompt that could ask for it.";
    assert_eq!(home.failure(), named("CredentialRetrievalError", message));
    let cancelled = home.builder().mfa_prompt(|_| Err(anyhow::anyhow!("the user went away"))).build().unwrap();
    assert!(failure(cancelled.credentials()).1.contains("the user went away"));
}

#[test]
fn cached_credentials_need_no_mfa_code_and_a_wrong_code_may_be_corrected() {
    let count = AtomicUsize::new(0);
    let server = Server::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Answer::Reply(403, "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>".to_owned()),
        n => ok(role_answer("AssumeRole", &format!("ASIA{n}"), &after(3600 * n as i64))),
    });
    let home = Home::new().config(&format!("{ONE}mfa_serial = arn:aws:iam::1:mfa/me\n")).credentials(BASE).services(&server);
    let asked = Arc::new(AtomicUsize::new(0));
    let session = || {
        let counter = asked.clone();
        let prompt = move |_: &str| Ok(format!("12345{}", counter.fetch_add(1, Ordering::SeqCst)));
        home.builder().credential_cache(home.path("cache")).mfa_prompt(prompt).build().unwrap()
    };
    let first = session();
    assert_eq!(first.credentials().unwrap_err().code(), Some("AccessDenied"));
    assert_eq!((key(&first), asked.load(Ordering::SeqCst)), ("ASIA1".to_owned(), 2));
    let second = session();
    assert_eq!((key(&second), asked.load(Ordering::SeqCst)), ("ASIA1".to_owned(), 2));
    home.pass(3100);
    assert_eq!((key(&second), asked.load(Ordering::SeqCst)), ("ASIA2".to_owned(), 3));
    // The first session makes no request; it uses the second one's credentials from the cache.
    assert_eq!((key(&first), asked.load(Ordering::SeqCst)), ("ASIA2".to_owned(), 3));
}

#[test]
fn a_session_works_as_a_role() {
    let server = sts();
    let home = Home::new().services(&server).env("AWS_DEFAULT_REGION", "us-west-2");
    let base = || home.builder().credentials(Credentials::new("AKOWN", "S"));
    let built = base().assume_role(AssumeRole::new("arn:aws:iam::111111111111:role/Built").role_session_name("me")).build().unwrap();
    assert_eq!(key(&built), "ASIA1");
    let derived = base().build().unwrap().assume_role("arn:aws:iam::111111111111:role/Derived");
    assert_eq!(key(&derived), "ASIA2");
    let again = derived.assume_role("arn:aws:iam::111111111111:role/Again");
    assert_eq!(key(&again), "ASIA3");
    let signers: Vec<_> =
        server.seen().iter().map(|seen| seen.header("Authorization").unwrap()[28..].split('/').next().unwrap().to_owned()).collect();
    assert_eq!(signers, ["=AKOWN", "=AKOWN", "=ASIA2"].map(|key| key.trim_start_matches('=').to_owned()));
    assert_eq!(param(&server.seen()[0].body, "RoleSessionName").as_deref(), Some("me"));
}

#[test]
fn the_service_s_own_checks_apply() {
    let config = "[default]\nregion = us-west-2\nrole_arn = short\nsource_profile = base\n";
    let error = Home::new().config(config).credentials(BASE).find().unwrap_err();
    assert_eq!(error.name(), "ParamValidationError");
    assert!(error.to_string().contains("Invalid length for parameter RoleArn, value: 5, valid min length: 20"), "{error}");
}
