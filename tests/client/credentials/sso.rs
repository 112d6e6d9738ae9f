//! IAM Identity Center: role credentials from its portal, tokens from its files, new tokens from its OIDC service.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::support::{Home, START, after, failure, named};
use crate::loopback::{Answer, Seen, Server, ok};

const SESSION: &str = "[default]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Admin Role\n\
                       [sso-session corp]\nsso_start_url = https://d-123.awsapps.com/start\nsso_region = us-west-2\n";
const LEGACY: &str = "[default]\nsso_account_id = 111122223333\nsso_role_name = Admin Role\n\
                      sso_start_url = https://d-123.awsapps.com/start\nsso_region = us-west-2\n";
const SESSION_FILE: &str = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
const LEGACY_FILE: &str = ".aws/sso/cache/2b829a45f04c9828cb45b7d092d8e4aa30818393.json";

fn portal(seen: &Seen, n: usize) -> Answer {
    assert!(seen.line.starts_with("GET /federation/credentials?"), "{}", seen.line);
    let millis = (START + 3600 * n as i64) * 1000 + 999;
    ok(format!(r#"{{"roleCredentials":{{"accessKeyId":"ASIA{n}","secretAccessKey":"S","sessionToken":"T","expiration":{millis}}}}}"#))
}

/// A server that returns role credentials, and new tokens that are valid for an hour.
fn center() -> Server {
    let (roles, tokens) = (AtomicUsize::new(0), AtomicUsize::new(0));
    Server::start(move |seen| {
        if seen.line != "POST /token" {
            return portal(seen, roles.fetch_add(1, Ordering::SeqCst) + 1);
        }
        let n = tokens.fetch_add(1, Ordering::SeqCst) + 1;
        let refresh = if n == 1 { format!(r#","refreshToken":"RT{}""#, n + 1) } else { String::new() };
        ok(format!(r#"{{"accessToken":"NEW{n}","tokenType":"Bearer","expiresIn":3600{refresh}}}"#))
    })
}

/// A server that rejects requests for new tokens and returns role credentials.
fn stubborn() -> Server {
    Server::start(|seen| match seen.line.as_str() {
        "POST /token" => Answer::Reply(400, r#"{"error":"invalid_grant","error_description":"no"}"#.to_owned()),
        _ => portal(seen, 1),
    })
}

fn token(expires: i64, registration: i64) -> String {
    format!(
        r#"{{"startUrl": "https://d-123.awsapps.com/start", "region": "us-west-2", "accessToken": "OLD", "expiresAt": "{}",
            "clientId": "CID", "clientSecret": "CSEC", "registrationExpiresAt": "{}", "refreshToken": "RT1"}}"#,
        after(expires),
        after(registration).replace('Z', "UTC"),
    )
}

fn home(config: &str, server: &Server, file: &str, text: &str) -> Home {
    let home = Home::new().config(config).services(server);
    home.write(file, text);
    home
}

#[test]
fn a_token_opens_the_portal() {
    for (config, file) in [(SESSION, SESSION_FILE), (LEGACY, LEGACY_FILE)] {
        let server = center();
        let home = home(config, &server, file, &token(7200, 7200));
        let credentials = home.find().unwrap();
        assert_eq!((credentials.access_key_id(), credentials.account_id()), ("ASIA1", Some("111122223333")));
        assert_eq!(credentials.expires().unwrap().to_string(), after(3600));
        assert_eq!(home.whose(), ("sso", "ASIA2".to_owned()));
        let seen = server.seen()[0].clone();
        assert_eq!(seen.line, "GET /federation/credentials?role_name=Admin%20Role&account_id=111122223333");
        assert_eq!((seen.header("x-amz-sso_bearer_token"), seen.header("Authorization")), (Some("OLD"), None));
    }
}

#[test]
fn role_credentials_are_renewed() {
    let server = center();
    let home = home(SESSION, &server, SESSION_FILE, &token(72_000, 72_000));
    let session = home.session();
    let key = || session.credentials().unwrap().unwrap().access_key_id().to_owned();
    assert_eq!(key(), "ASIA1");
    home.pass(2701);
    assert_eq!(key(), "ASIA2");
    assert!(server.lines().iter().all(|line| line.starts_with("GET")));
}

#[test]
fn a_token_near_its_expiry_is_renewed_and_written_back() {
    let server = center();
    let home = home(SESSION, &server, SESSION_FILE, &token(899, 7200));
    let session = home.session();
    session.credentials().unwrap();
    let [ask, fetch] = &server.seen()[..] else { panic!("{:?}", server.lines()) };
    assert_eq!(ask.line, "POST /token");
    assert_eq!(ask.header("Content-Type"), Some("application/json"));
    assert_eq!(ask.body, r#"{"grantType": "refresh_token", "clientId": "CID", "clientSecret": "CSEC", "refreshToken": "RT1"}"#);
    assert_eq!(fetch.header("x-amz-sso_bearer_token"), Some("NEW1"));
    let written = serde_json::json!({
        "startUrl": "https://d-123.awsapps.com/start", "region": "us-west-2", "accessToken": "NEW1", "expiresAt": after(3600),
        "clientId": "CID", "clientSecret": "CSEC", "registrationExpiresAt": after(7200).replace('Z', "UTC"), "refreshToken": "RT2",
    });
    assert_eq!(home.json(SESSION_FILE), written);
    // The second response has no refresh token: the used one is lost.
    home.pass(2800);
    session.credentials().unwrap();
    let after_second = home.json(SESSION_FILE);
    assert_eq!((after_second["accessToken"].as_str(), after_second["refreshToken"].as_str()), (Some("NEW2"), None));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(home.path(SESSION_FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn an_old_token_is_used_if_it_cannot_be_renewed() {
    let server = stubborn();
    assert_eq!(home(SESSION, &server, SESSION_FILE, &token(300, 7200)).find().unwrap().access_key_id(), "ASIA1");
    assert_eq!(server.lines().len(), 2);

    let server = stubborn();
    let message = "Error when retrieving token from sso: Token has expired and refresh failed";
    let over = home(SESSION, &server, SESSION_FILE, &token(-1, 7200)).failure();
    assert_eq!((over, server.lines()), (named("TokenRetrievalError", message), vec!["POST /token".to_owned()]));

    let server = stubborn();
    let unregistered = home(SESSION, &server, SESSION_FILE, &token(0, 0)).failure();
    assert_eq!((unregistered.0.as_str(), server.lines().len()), ("TokenRetrievalError", 0));
}

#[test]
fn rejections_and_broken_responses_of_the_portal_are_named() {
    let unauthorized = "The SSO session associated with this profile has expired or is otherwise invalid. To refresh this SSO session run \
                        aws sso login with the corresponding profile.";
    let refusing = Server::start(|_| {
        Answer::Reply(401, r#"{"message":"Session token not found or invalid","__type":"UnauthorizedException"}"#.to_owned())
    });
    assert_eq!(home(SESSION, &refusing, SESSION_FILE, &token(7200, 7200)).failure(), named("UnauthorizedSSOTokenError", unauthorized));
    let forbidding = Server::start(|_| Answer::Reply(403, r#"{"message":"No access","__type":"ForbiddenException"}"#.to_owned()));
    let error = home(SESSION, &forbidding, SESSION_FILE, &token(7200, 7200)).find().unwrap_err();
    assert_eq!((error.code(), error.status()), (Some("ForbiddenException"), Some(403)));

    let server = center();
    assert_eq!(home(LEGACY, &server, LEGACY_FILE, &token(0, 7200)).failure(), named("UnauthorizedSSOTokenError", unauthorized));
    assert_eq!(server.lines().len(), 0);

    for (body, name) in [
        ("{}", "CredentialRetrievalError"),
        ("{\"roleCredentials\": {\"accessKeyId\": \"A\"}}", "CredentialRetrievalError"),
        ("<x>", "ResponseParserError"),
    ] {
        let garbling = Server::start(move |_| ok(body));
        assert_eq!(home(SESSION, &garbling, SESSION_FILE, &token(7200, 7200)).failure().0, name, "{body}");
    }
    let silent = Server::start(|_| Answer::Silence(Duration::from_secs(5)));
    assert_eq!(home(SESSION, &silent, SESSION_FILE, &token(7200, 7200)).failure().0, "ReadTimeoutError");
}

#[test]
fn missing_and_damaged_token_files_are_named() {
    let server = center();
    let start = "Error loading SSO Token: Token for";
    let missing = Home::new().config(SESSION).services(&server).failure();
    assert_eq!(missing, named("SSOTokenLoadError", format!("{start} corp does not exist")));
    let missing = Home::new().config(LEGACY).services(&server).failure();
    assert_eq!(missing, named("SSOTokenLoadError", format!("{start} https://d-123.awsapps.com/start does not exist")));
    for damaged in ["", "{", "[]", "{\"accessToken\": \"SECRET\"}", "{\"expiresAt\": \"2026-11-21T10:00:00Z\"}"] {
        let failure = home(SESSION, &server, SESSION_FILE, damaged).failure();
        assert_eq!(failure, named("SSOTokenLoadError", format!("{start} https://d-123.awsapps.com/start is invalid")), "{damaged}");
    }
    assert_eq!(server.lines().len(), 0);
}

#[test]
fn errors_in_a_profile_are_reported() {
    let account = "sso_account_id = 1\nsso_role_name = R\n";
    for (config, message) in [
        (format!("[default]\nsso_session = gone\n{account}"), "The specified sso-session does not exist: \"gone\""),
        (
            format!("[default]\nsso_session = s\nsso_region = a\n{account}[sso-session s]\nsso_region = b\nsso_start_url = u\n"),
            "The value for sso_region is inconsistent between profile (a) and sso-session (b).",
        ),
        (
            "[default]\nsso_account_id = 1\n".to_owned(),
            "The profile \"default\" is configured to use SSO but is missing required configuration: sso_role_name, sso_start_url, sso_region",
        ),
    ] {
        assert_eq!(Home::new().config(&config).failure(), named("InvalidConfigError", message));
    }
    // A session without account or role is for tokens only.
    let session = Home::new().config("[default]\nsso_session = s\n[sso-session s]\nsso_region = b\n").session();
    assert!(session.credentials().unwrap().is_none());
}

#[test]
fn the_session_s_token_signs_requests_of_services_that_use_tokens() {
    let server = center();
    let home = home(SESSION, &server, SESSION_FILE, &token(899, 7200)).env("AWS_DEFAULT_REGION", "us-west-2");
    let session = home.session();
    let client = session.client("codecatalyst").unwrap();
    assert_eq!(server.lines().len(), 0);
    let request = client.prepare("list_spaces", ()).unwrap();
    assert_eq!(request.headers.get("Authorization"), Some("Bearer NEW1"));
    client.prepare("list_spaces", ()).unwrap();
    assert_eq!(server.lines(), ["POST /token"]);
    let none = Home::new().env("AWS_DEFAULT_REGION", "us-west-2").session().client("codecatalyst").unwrap();
    assert_eq!(failure(none.prepare("list_spaces", ())), named("NoAuthTokenError", "Unable to locate authorization token"));
}
