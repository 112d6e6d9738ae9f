//! Roles assumed with the token of another identity provider.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::support::{Home, START, after, named, role_answer};
use crate::loopback::{Answer, Server, ok};

const ROLE: &str = "arn:aws:iam::123456789012:role/E";

fn sts() -> Server {
    let count = AtomicUsize::new(0);
    Server::start(move |_| {
        let n = count.fetch_add(1, Ordering::SeqCst) + 1;
        ok(role_answer("AssumeRoleWithWebIdentity", &format!("ASIA{n}"), &after(3600 * n as i64)))
    })
}

/// A home whose environment has a token and a role.
fn pod(server: &Server) -> Home {
    let home = Home::new().services(server).env("AWS_ROLE_ARN", ROLE).env("AWS_DEFAULT_REGION", "eu-west-1");
    home.write("token", "JWT.abc.def\n");
    let path = home.path("token").display().to_string();
    home.env("AWS_WEB_IDENTITY_TOKEN_FILE", &path)
}

#[test]
fn the_token_is_sent_as_it_is_and_nothing_is_signed() {
    let server = sts();
    assert_eq!(pod(&server).whose(), ("assume-role-with-web-identity", "ASIA1".to_owned()));
    let seen = server.seen()[0].clone();
    let expected = format!(
        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2FE&\
         WebIdentityToken=JWT.abc.def%0A&RoleSessionName=botocore-session-{START}"
    );
    let sorted = |text: &str| {
        let mut parts: Vec<_> = text.split('&').map(str::to_owned).collect();
        parts.sort();
        parts
    };
    assert_eq!(sorted(&seen.body), sorted(&expected));
    assert_eq!((seen.header("Authorization"), seen.header("X-Amz-Date")), (None, None));
}

#[test]
fn the_token_file_is_read_for_each_exchange() {
    let server = sts();
    let home = pod(&server);
    let session = home.session();
    session.credentials().unwrap();
    home.write("token", "second");
    home.pass(3000);
    assert_eq!(session.credentials().unwrap().unwrap().access_key_id(), "ASIA2");
    assert!(server.seen()[1].body.contains("WebIdentityToken=second"));
    std::fs::remove_file(home.path("token")).unwrap();
    home.pass(3601);
    let error = session.credentials().unwrap_err();
    assert_eq!(error.name(), "CredentialRetrievalError");
    let start =
        format!("Error when retrieving credentials from assume-role-with-web-identity: the token file {}", home.path("token").display());
    assert!(error.message().starts_with(&start), "{error}");
}

#[test]
fn the_environment_precedes_the_profile_key_by_key() {
    let server = sts();
    let home = pod(&server).config(
        "[default]\nrole_arn = arn:aws:iam::123456789012:role/P\nrole_session_name = of-profile\nweb_identity_token_file = /nowhere\n",
    );
    home.find().unwrap();
    let body = server.seen()[0].body.clone();
    assert!(body.contains("role%2FE") && body.contains("RoleSessionName=of-profile"), "{body}");
    // With a profile chosen in code, the environment is ignored.
    let error = home.builder().profile("default").build().unwrap().credentials().unwrap_err();
    assert!(error.message().contains("the token file /nowhere"), "{error}");
    // An empty variable hides the profile's key.
    let hidden = home.env("AWS_WEB_IDENTITY_TOKEN_FILE", "").session();
    assert!(hidden.credentials().unwrap().is_none());
}

#[test]
fn missing_settings_and_rejections_are_named() {
    let server = sts();
    let message = "The provided profile or the current environment is configured to assume role with web identity but has no role ARN \
                   configured. Ensure that the profile has the role_arnconfiguration set or the AWS_ROLE_ARN env var is set.";
    assert_eq!(pod(&server).env("AWS_ROLE_ARN", "").failure(), named("InvalidConfigError", message));
    let refusal = "<ErrorResponse><Error><Code>ExpiredTokenException</Code><Message>old</Message></Error></ErrorResponse>";
    let refused = Server::start(move |_| Answer::Reply(400, refusal.to_owned()));
    assert_eq!(pod(&refused).find().unwrap_err().code(), Some("ExpiredTokenException"));
    let malformed = Server::start(|_| ok("<a/>"));
    assert_eq!(pod(&malformed).failure().0, "ResponseParserError");
    let silent = Server::start(|_| Answer::Silence(Duration::from_secs(5)));
    assert_eq!(pod(&silent).failure().0, "ReadTimeoutError");
    // A role without a source in the profile is an error before the token is read.
    let partial = pod(&server).config("[default]\nrole_arn = arn:aws:iam::123456789012:role/P\n").failure();
    assert_eq!(partial.0, "PartialCredentialsError");
}
