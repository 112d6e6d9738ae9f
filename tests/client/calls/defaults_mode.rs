//! The defaults mode `auto`: the first call that is sent asks the metadata service where the program runs.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tucuxi::http::{Headers, Request, Response, SendOptions, Transport};
use tucuxi::{Client, Credentials, Environment, ErrorKind, Session};

use crate::loopback::{Answer, Seen, Server, ok};

/// Responds to everything and records the connect timeouts in milliseconds.
#[derive(Clone, Default)]
struct Timeouts(Arc<Mutex<Vec<u128>>>);

impl Transport for Timeouts {
    fn send(&self, _: &mut Request, options: &SendOptions) -> anyhow::Result<Response> {
        self.0.lock().unwrap().push(options.connect_timeout.unwrap().as_millis());
        Ok(Response::new(200, Headers::new(), b"{}".to_vec()))
    }
}

impl Timeouts {
    fn take(&self) -> Vec<u128> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    fn client(&self, session: &Session, region: &str) -> Client {
        session.client_builder("sqs").region(region).transport(self.clone()).build().unwrap()
    }

    /// The timeout of a call.
    fn of_call(&self, session: &Session, region: &str) -> u128 {
        self.client(session, region).call("list_queues", ()).unwrap();
        let [timeout] = self.take()[..] else { panic!("one attempt is expected") };
        timeout
    }
}

const ZONE: &str = "GET /latest/meta-data/placement/availability-zone/";

fn instance(zone: &'static str) -> Server {
    Server::start(move |seen: &Seen| match seen.line.as_str() {
        "PUT /latest/api/token" => ok("TOKEN"),
        ZONE if seen.header("x-aws-ec2-metadata-token") == Some("TOKEN") => ok(zone),
        other => panic!("{other}"),
    })
}

fn session(service: &str, variables: &[(&str, &str)]) -> Session {
    let common = [("AWS_DEFAULTS_MODE", "auto"), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", service)];
    let environment: Environment = common.iter().chain(variables).copied().collect();
    Session::builder().environment(environment).credentials(Credentials::new("AKID", "SECRET")).build().unwrap()
}

#[test]
fn the_first_call_asks_the_metadata_service_for_the_region_once_per_session() {
    let (server, timeouts) = (instance("us-west-2b"), Timeouts::default());
    let session = session(&server.url(), &[]);
    let client = timeouts.client(&session, "us-west-2");
    client.prepare("list_queues", ()).unwrap();
    assert!(server.lines().is_empty(), "nothing has been sent");
    assert_eq!(timeouts.of_call(&session, "us-west-2"), 1100);
    assert_eq!(server.lines(), ["PUT /latest/api/token", ZONE]);
    assert_eq!(timeouts.of_call(&session, "eu-west-1"), 3100);
    client.call("list_queues", ()).unwrap();
    assert_eq!((timeouts.take(), server.lines().len()), (vec![1100], 2));
}

#[test]
fn an_unknown_region_has_the_timeout_of_the_standard_mode() {
    let timeouts = Timeouts::default();
    let server = Server::start(|_| Answer::Reply(404, String::new()));
    let elsewhere = session(&server.url(), &[]);
    assert_eq!(timeouts.of_call(&elsewhere, "us-west-2"), 3100);
    let asked = server.lines().len();
    assert_eq!(timeouts.of_call(&elsewhere, "us-west-2"), 3100);
    assert_eq!((asked, server.lines().len()), (2, 2), "the failure is remembered");
    assert_eq!(timeouts.of_call(&session("not a URL", &[]), "us-west-2"), 3100);
    let server = instance("us-west-2b");
    assert_eq!(timeouts.of_call(&session(&server.url(), &[("AWS_EC2_METADATA_DISABLED", "TRUE")]), "us-west-2"), 3100);
    assert!(server.lines().is_empty());
}

#[test]
fn the_environment_of_a_function_names_the_region_without_a_question() {
    let (server, timeouts) = (instance("us-west-2b"), Timeouts::default());
    let session = session(&server.url(), &[("AWS_EXECUTION_ENV", "AWS_Lambda"), ("AWS_REGION", "eu-west-1")]);
    assert_eq!((timeouts.of_call(&session, "eu-west-1"), timeouts.of_call(&session, "us-west-2")), (1100, 3100));
    assert!(server.lines().is_empty());
}

#[test]
fn the_question_ends_with_the_deadline_of_the_call_and_is_asked_again() {
    let server = Server::start(|_| Answer::Silence(Duration::from_secs(20)));
    let (session, timeouts) = (session(&server.url(), &[("AWS_METADATA_SERVICE_TIMEOUT", "10")]), Timeouts::default());
    let client = timeouts.client(&session, "us-west-2");
    let started = Instant::now();
    for count in 1..=2 {
        // A custom transport does not check the deadline.
        let sent = client.request("list_queues", ()).deadline(Duration::from_millis(300)).send();
        assert!(sent.as_ref().map_or_else(|error| error.kind() == ErrorKind::Deadline, |_| true), "{sent:?}");
        assert_eq!(server.lines().len(), count);
    }
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

#[test]
fn a_thread_that_finds_another_asking_does_not_wait() {
    let server = Server::start(|_| Answer::Silence(Duration::from_secs(2)));
    let (session, timeouts) = (session(&server.url(), &[("AWS_METADATA_SERVICE_TIMEOUT", "2")]), Timeouts::default());
    let client = timeouts.client(&session, "us-west-2");
    std::thread::scope(|scope| {
        let first = scope.spawn(|| client.call("list_queues", ()).unwrap());
        while server.lines().is_empty() {
            std::thread::sleep(Duration::from_millis(5));
        }
        let started = Instant::now();
        client.call("list_queues", ()).unwrap();
        assert!(started.elapsed() < Duration::from_secs(1) && !first.is_finished());
    });
    assert_eq!(timeouts.take(), [3100, 3100]);
}
