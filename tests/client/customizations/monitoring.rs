//! The datagrams of client-side monitoring, beside those that botocore sends for the same responses.

use std::collections::VecDeque;
use std::io;
use std::net::UdpSocket;
use std::sync::Mutex;
use std::time::Duration;

use tucuxi::http::{Headers, Response};
use tucuxi::{Config, Credentials, Environment, Session, Timestamp, Value, value};

use super::support::{NOW, Server};

/// Recorded by `monitoring.py`.
const RECORDED: &str = include_str!("monitoring.jsonl");

/// What differs from run to run, and between the two libraries.
const OWN: [&str; 7] = ["Timestamp", "AttemptLatency", "Latency", "Fqdn", "UserAgent", "SdkExceptionMessage", "FinalSdkExceptionMessage"];

struct Agent(UdpSocket);

impl Agent {
    fn start() -> Agent {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        Agent(socket)
    }

    fn environment(&self, enabled: &str, client_id: &str) -> Environment {
        let port = self.0.local_addr().unwrap().port().to_string();
        environment(&[("AWS_CSM_ENABLED", enabled), ("AWS_CSM_PORT", &port), ("AWS_CSM_CLIENT_ID", client_id)])
    }

    /// The events that have arrived.
    fn events(&self) -> Vec<Value> {
        let mut buffer = vec![0; 65536];
        std::iter::from_fn(|| self.0.recv(&mut buffer).ok().map(|length| serde_json::from_slice(&buffer[..length]).unwrap())).collect()
    }
}

fn environment(variables: &[(&str, &str)]) -> Environment {
    variables.iter().copied().chain([("AWS_EC2_METADATA_DISABLED", "true")]).collect()
}

/// A server that gives the responses of a row one after the other.
fn server(responses: &Value) -> Server {
    let left: Mutex<VecDeque<Value>> = Mutex::new(responses.as_list().unwrap().iter().cloned().collect());
    Server::new(move |_| {
        let Some(response) = left.lock().unwrap().pop_front() else {
            return Err(io::Error::from(io::ErrorKind::ConnectionRefused).into());
        };
        if response.is_null() {
            return Err(io::Error::from(io::ErrorKind::ConnectionReset).into());
        }
        let headers: Headers = response[1].as_map().unwrap().iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
        let status = u16::try_from(response[0].as_int().unwrap()).unwrap();
        Ok(Response::new(status, headers, response[2].as_str().unwrap().as_bytes().to_vec()))
    })
}

fn send(row: &Value, environment: Environment) {
    let mut session = Session::builder().environment(environment);
    if row["keys"] == true {
        let keys = Credentials::new("AKID", "SECRET");
        session = session.credentials(match row["token"].as_str() {
            Some(token) => keys.with_token(token),
            None => keys,
        });
    }
    let mut config = Config::new().total_max_attempts(u32::try_from(row["attempts"].as_int().unwrap()).unwrap());
    if row["unsigned"] == true {
        config = config.unsigned();
    }
    let builder = session.build().unwrap().client_builder(row["service"].as_str().unwrap()).region("us-west-2").config(config);
    let builder = builder.endpoint_url("http://127.0.0.1:9").transport(server(&row["responses"]));
    let client = builder.clock(|| Timestamp::new(NOW, 0)).sleep(|_| ()).build().unwrap();
    let _ = client.call(row["operation"].as_str().unwrap(), row["params"].clone());
}

#[test]
fn monitored_calls_send_the_events_of_botocore() {
    let agent = Agent::start();
    let mut count = 0;
    for line in RECORDED.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        send(&row, agent.environment("true", &"é".repeat(255)));
        let (ours, theirs) = (agent.events(), row["events"].as_list().unwrap());
        assert_eq!(ours.len(), theirs.len(), "{line}\n{ours:?}");
        for (ours, theirs) in ours.iter().zip(theirs) {
            count += 1;
            let comparable = |event: &Value| -> Vec<(String, Value)> {
                let members = event.as_map().unwrap().iter();
                members
                    .map(|(name, value)| (name.to_string(), if OWN.contains(&name.as_str()) { Value::Null } else { value.clone() }))
                    .collect()
            };
            assert_eq!(comparable(ours), comparable(theirs), "{line}");
            assert_eq!(ours["Timestamp"], NOW * 1000);
            for name in ["AttemptLatency", "Latency"].into_iter().filter(|name| ours.get(name).is_some()) {
                assert!(ours[name].as_int().is_some_and(|millis| (0..10_000).contains(&millis)), "{ours:?}");
            }
            for name in OWN.into_iter().filter(|name| name.ends_with("Message") && ours.get(name).is_some()) {
                assert!(ours[name].as_str().is_some_and(|message| !message.is_empty()), "{ours:?}");
            }
            if ours.get("Fqdn").is_some() {
                assert_eq!(ours["Fqdn"], "127.0.0.1:9");
                assert!(ours["UserAgent"].as_str().unwrap().starts_with("tucuxi/"));
            }
        }
    }
    assert!(RECORDED.lines().count() == 17 && count > 35, "{count} events");
}

#[test]
fn monitoring_is_off_unless_it_is_enabled() {
    let agent = Agent::start();
    let row =
        value!({"service": "sqs", "operation": "list_queues", "params": {}, "keys": true, "attempts": 1, "responses": [[200, {}, "{}"]]});
    send(&row, agent.environment("false", "app"));
    assert!(agent.events().is_empty());
    send(&row, agent.environment("true", "app"));
    let kinds: Vec<Value> = agent.events().iter().map(|event| event["Type"].clone()).collect();
    assert_eq!(kinds, [Value::from("ApiCallAttempt"), "ApiCall".into()]);
}

#[test]
fn an_agent_that_does_not_exist_disturbs_no_call() {
    for (host, port) in [("127.0.0.1", "1"), ("no-such-host.invalid", "31000"), ("", "31000")] {
        let row = value!({"service": "sqs", "operation": "list_queues", "params": {}, "keys": true, "attempts": 1, "responses": [[200, {}, "{}"]]});
        send(&row, environment(&[("AWS_CSM_ENABLED", "true"), ("AWS_CSM_HOST", host), ("AWS_CSM_PORT", port)]));
    }
}

#[test]
fn invalid_settings_of_monitoring_are_named() {
    let long = "é".repeat(256);
    for (variables, expected) in [
        ([("AWS_CSM_ENABLED", "true"), ("AWS_CSM_PORT", "70000")], "Invalid value \"70000\" for csm_port. Value must be a port number."),
        ([("AWS_CSM_ENABLED", "true"), ("AWS_CSM_PORT", "x")], "csm_port"),
        ([("AWS_CSM_ENABLED", "true"), ("AWS_CSM_CLIENT_ID", &long)], "csm_client_id exceeds the maximum length of 255 characters"),
    ] {
        let session = Session::builder().environment(environment(&variables)).region("us-east-1").build().unwrap();
        let error = session.client("sqs").unwrap_err();
        assert_eq!(error.kind(), tucuxi::ErrorKind::InvalidConfig);
        assert!(error.message().contains(expected), "{error}");
    }
}
