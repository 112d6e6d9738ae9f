//! Secrets never appear in `Debug`, `Display`, or errors.

use tucuxi::{AssumeRole, Config, Credentials, Environment, Error, Proxies, value};

use super::support::{Home, after, role_answer, sign};
use crate::loopback::{Answer, Server, ok};

/// Part of every secret in these tests, and of nothing else.
const MARK: &str = "5ecret";

/// All texts of an error.
fn visible(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?} {}", error.message());
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text += &format!(" {cause} {cause:?}");
        source = cause.source();
    }
    text
}

fn check(what: &str, home: &Home) {
    let session = home.session();
    let error = session.credentials().expect_err(what);
    let texts = [visible(&error), visible(&sign(&session).expect_err(what)), format!("{session:?} {session:#?}")];
    for text in texts {
        assert!(!text.contains(MARK), "{what}: {text}");
    }
}

#[test]
fn values_hide_their_secrets() {
    let credentials = Credentials::new("AKID", MARK).with_token(MARK);
    let home = Home::new().env("AWS_SECRET_ACCESS_KEY", MARK);
    let session = home.builder().region("us-east-1").credentials(credentials.clone()).build().unwrap();
    let client = session.client("s3").unwrap();
    let config = Config::new().proxies(Proxies::for_https(format!("http://me:{MARK}@proxy:1")));
    let environment = Environment::from([("AWS_SECRET_ACCESS_KEY", MARK)]);
    let role = AssumeRole::new("arn:aws:iam::1:role/R").external_id(MARK);
    let of_proxy = session.client_builder("s3").config(config.clone());
    let proxied = of_proxy.build().unwrap();
    for text in [
        format!("{credentials:?}"),
        format!("{session:?} {client:?} {:?}", session.client_builder("s3").credentials(credentials.clone())),
        format!("{config:?} {:?} {:?}", proxied, proxied.config()),
        format!("{:?}", proxied.config().get("proxies")),
        format!("{environment:?}"),
        format!("{role:?}"),
    ] {
        assert!(!text.contains(MARK), "{text}");
    }
    let error = session.client_with("s3", value!({"aws_access_key_id": "A", "aws_secret_access_key": [MARK]})).unwrap_err();
    assert!(!visible(&error).contains(MARK), "{error:?}");
}

#[test]
fn requests_hide_their_signatures() {
    let home = Home::new().env("AWS_ACCESS_KEY_ID", "AKID").env("AWS_SECRET_ACCESS_KEY", MARK).env("AWS_SESSION_TOKEN", MARK);
    let client = home.session().client_builder("sqs").region("us-west-2").build().unwrap();
    let request = client.prepare("list_queues", ()).unwrap();
    assert!(request.headers.iter().any(|(_, value)| value.contains(MARK)));
    assert!(!format!("{request:?} {:?}", request.headers).contains(MARK));
}

#[test]
fn failing_services_show_no_proof() {
    let garbled = || {
        Server::start(|seen| match seen.line.as_str() {
            "POST /token" => ok(format!(r#"{{"accessToken": "{MARK}"}}"#)),
            "POST /v1/token" => ok(format!(r#"{{"accessToken": {{"accessKeyId": "A", "secretAccessKey": "{MARK}"}}}}"#)),
            line if line.starts_with("GET") => ok(format!(r#"{{"roleCredentials": {{"secretAccessKey": "{MARK}"}}}}"#)),
            _ => ok(role_answer("AssumeRole", "ASIA1", "soon").replace("SECRET-", MARK).replace("TOKEN-", MARK)),
        })
    };
    let refusing = || Server::start(|_| Answer::Reply(403, "<ErrorResponse><Error><Code>No</Code></Error></ErrorResponse>".to_owned()));
    let no_answer = || Server::start(|_| Answer::Hangup);
    for server in [garbled(), refusing(), no_answer()] {
        let role = "[default]\nregion = us-west-2\nrole_arn = arn:aws:iam::111111111111:role/R\nexternal_id = 5ecret\nsource_profile = b\n\
                    [profile b]\naws_access_key_id = A\naws_secret_access_key = 5ecret\naws_session_token = 5ecret\n";
        check("a role", &Home::new().config(role).services(&server));

        let home =
            Home::new().services(&server).env("AWS_ROLE_ARN", "arn:aws:iam::111111111111:role/R").env("AWS_DEFAULT_REGION", "us-west-2");
        home.write("token", MARK);
        let path = home.path("token").display().to_string();
        check("web identity", &home.env("AWS_WEB_IDENTITY_TOKEN_FILE", &path));

        let sso = "[default]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = R\n[sso-session corp]\nsso_start_url = u\nsso_region = us-west-2\n";
        for expires in [after(300), after(-1), "5oon".to_owned()] {
            let home = Home::new().config(sso).services(&server);
            let token = format!(
                r#"{{"accessToken": "{MARK}", "expiresAt": "{expires}", "clientId": "c", "clientSecret": "{MARK}", "refreshToken": "{MARK}",
                     "registrationExpiresAt": "{}"}}"#,
                after(300)
            );
            home.write(".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json", &token);
            check("sso", &home);
        }
    }
}

#[test]
fn errors_about_broken_documents_do_not_quote_them() {
    for body in [
        format!(r#"{{"SecretAccessKey": "{MARK}"}}"#),
        format!(r#"{{"AccessKeyId": "A", "SecretAccessKey": "{MARK}", "Token": "{MARK}", "Expiration": "never"}}"#),
        format!(r#"{{"SecretAccessKey": {MARK}"#),
        MARK.to_owned(),
    ] {
        let server = Server::start(move |_| ok(body.clone()));
        let home = Home::new().env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &server.url()).env("AWS_CONTAINER_AUTHORIZATION_TOKEN", MARK);
        check("a container", &home);
    }
    check(
        "a container's token",
        &Home::new().env("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost:1").env("AWS_CONTAINER_AUTHORIZATION_TOKEN", "5ecret\n"),
    );
    for printed in [MARK, r#"{\"Version\": \"5ecret"#, r#"{\"Version\": 1, \"SecretAccessKey\": \"5ecret\"}"#] {
        check("a process", &Home::new().config(&format!("[default]\ncredential_process = echo \"{printed}\"\n")));
    }
    for file in [
        format!(r#"{{"accessToken": {{"secretAccessKey": "{MARK}"}}, "refreshToken": "{MARK}", "dpopKey": "{MARK}", "clientId": "c"}}"#),
        format!(
            r#"{{"accessToken": {{"accessKeyId": "A", "secretAccessKey": "{MARK}", "sessionToken": "{MARK}", "expiresAt": "{}"}},
                 "refreshToken": "{MARK}", "dpopKey": "{MARK}", "clientId": "c"}}"#,
            after(0)
        ),
    ] {
        let home = Home::new().config("[default]\nlogin_session = arn:aws:iam::123456789012:user/me\n");
        home.write(".aws/login/cache/286187707741fc2ccb93cf9e56dbd0ee0a16208feed5fbc8ae1baa86d44c283f.json", &file);
        check("a sign-in", &home);
    }
}

#[test]
fn the_mfa_code_stays_secret() {
    let role = "[default]\nregion = us-west-2\nrole_arn = arn:aws:iam::111111111111:role/R\nmfa_serial = arn:aws:iam::1:mfa/me\n\
                source_profile = b\n[profile b]\naws_access_key_id = A\naws_secret_access_key = S\n";
    for code in ["5ecret and much too long for a code", MARK, "5"] {
        let server = Server::start(|_| Answer::Hangup);
        let home = Home::new().config(role).services(&server);
        let session = home.builder().mfa_prompt(move |_| Ok(code.to_owned())).build().unwrap();
        let text = visible(&session.credentials().unwrap_err());
        assert!(!text.contains(MARK), "{text}");
    }
}
