//! The `User-Agent`: the library, the system, the settings, and the application.

use tucuxi::{Config, Credentials, Environment, Session, value};

fn user_agent(endpoint: Option<&str>, config: Config) -> String {
    let session = Session::builder().environment(Environment::empty()).region("us-east-1").credentials(Credentials::new("key", "secret"));
    let session = session.build().unwrap();
    let builder = session.client_builder("lambda").config(config);
    let builder = match endpoint {
        Some(url) => builder.endpoint_url(url),
        None => builder,
    };
    let request = builder.build().unwrap().prepare("list_functions", ()).unwrap();
    request.headers.get("user-agent").unwrap().to_owned()
}

#[test]
fn settings_have_boto3_s_letters() {
    let features = |endpoint, config| {
        let text = user_agent(endpoint, config);
        text.split(' ').find_map(|part| part.strip_prefix("m/")).unwrap().to_owned()
    };
    let old =
        Config::new().retry_mode("legacy").request_checksum_calculation("when_required").response_checksum_validation("when_required");
    assert_eq!(features(None, Config::new()), "E,Z,b,e");
    assert_eq!(features(Some("http://localhost"), Config::new()), "E,N,Z,b,e");
    assert_eq!(features(None, Config::new().retry_mode("adaptive")), "F,Z,b,e");
    assert_eq!(features(None, old), "D,a,c,e");
}

#[test]
fn an_application_adds_its_name() {
    let text = user_agent(None, Config::new().user_agent_appid("my app").user_agent_extra("more/1"));
    assert!(text.starts_with(concat!("tucuxi/", env!("CARGO_PKG_VERSION"), " ua/2.1 os/")), "{text}");
    assert!(text.ends_with(" cfg/retry-mode#standard app/my-app more/1"), "{text}");
    let own = Config::from_value(&value!({"user_agent": "own/2", "user_agent_extra": "more/1"})).unwrap();
    assert_eq!(user_agent(None, own), "own/2 more/1");
}
