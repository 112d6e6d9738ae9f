//! Role credentials from moto's STS, which was not written for these tests.

use super::support::Home;
use crate::moto;

fn home() -> Home {
    let url = moto::client("sts").endpoint_url().to_owned();
    Home::new().env("AWS_ENDPOINT_URL", &url).env("AWS_DEFAULT_REGION", "us-east-1")
}

/// The identity of a session, according to the service.
fn identity(home: &Home) -> String {
    // Moto needs more time for its first response.
    let session = home.builder().config(tucuxi::Config::new()).clock(tucuxi::Timestamp::now).build().unwrap();
    let sts = session.client("sts").unwrap();
    sts.call("get_caller_identity", ()).unwrap()["Arn"].as_str().unwrap().to_owned()
}

#[test]
fn credentials_of_a_role_work() {
    let config = "[default]\nrole_arn = arn:aws:iam::123456789012:role/reader\nsource_profile = base\nrole_session_name = tour\n";
    let home = home().config(config).credentials("[base]\naws_access_key_id = testing\naws_secret_access_key = testing\n");
    assert_eq!(identity(&home), "arn:aws:sts::123456789012:assumed-role/reader/tour");
}

#[test]
fn credentials_of_a_web_identity_work() {
    let home = home().env("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/pod").env("AWS_ROLE_SESSION_NAME", "job");
    home.write("token", "JWT.abc.def");
    let path = home.path("token").display().to_string();
    assert_eq!(identity(&home.env("AWS_WEB_IDENTITY_TOKEN_FILE", &path)), "arn:aws:sts::123456789012:assumed-role/pod/job");
}
