//! The default session belongs to the process, and is replaced as a whole.

use std::thread;

use crate::process::alone;
use tucuxi::{Credentials, Environment, Session, default_session, setup_default_session};

#[test]
fn a_failed_setup_keeps_the_default_session() {
    alone(a_failed_setup_keeps_the_default_session, replace);
}

fn replace() {
    let builder = |region: &str| {
        let keys = Credentials::new("AKID", "SECRET");
        Session::builder().environment(Environment::empty()).region(region.to_owned()).credentials(keys)
    };
    setup_default_session(builder("eu-west-1")).unwrap();
    assert_eq!(tucuxi::client("sqs").unwrap().region(), Some("eu-west-1"));
    let missing = setup_default_session(builder("eu-west-2").profile("nobody")).unwrap_err();
    assert_eq!(missing.name(), "ProfileNotFound");
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(default_session().unwrap().region().as_deref(), Some("eu-west-1")));
        }
    });
    let old = tucuxi::client("sqs").unwrap();
    setup_default_session(builder("us-east-2")).unwrap();
    assert_eq!(tucuxi::resource("sqs").unwrap().client().region(), Some("us-east-2"));
    assert_eq!(old.region(), Some("eu-west-1"));
}
