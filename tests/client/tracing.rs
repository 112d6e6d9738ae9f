//! What a `tracing` subscriber sees of a call, in a process of its own: the threads of a process share which spans are of interest.

use std::fmt::{Debug, Write as _};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use crate::process::alone;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use tucuxi::http::{Headers, Request, Response, SendOptions, Transport};
use tucuxi::{Config, Credentials, Environment, Session, value};

/// Writes down what comes, a line each. Durations, which differ, are left out.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>, Arc<AtomicU64>);

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "elapsed_us" | "delay_us" => self.0.push_str(&format!(" {}", field.name())),
            "message" => self.0.insert_str(0, &format!(" {value:?}:")),
            name => write!(self.0, " {name}={value:?}").unwrap(),
        }
    }
}

impl Log {
    fn line(&self, start: &str, record: impl FnOnce(&mut Fields)) {
        let mut fields = Fields(String::new());
        record(&mut fields);
        self.0.lock().unwrap().push(format!("{start}{}", fields.0));
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "tucuxi"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.line(span.metadata().name(), |fields| span.record(fields));
        Id::from_u64(self.1.fetch_add(1, Relaxed) + 1)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        self.line(&format!("span {}", span.into_u64()), |fields| values.record(fields));
    }

    fn event(&self, event: &Event<'_>) {
        self.line("-", |fields| event.record(fields));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// Responds once with 503.
struct Busy(AtomicU64);

impl Transport for Busy {
    fn send(&self, _: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        match self.0.fetch_add(1, Relaxed) {
            0 => Ok(Response::new(503, Headers::new(), Vec::new())),
            1 => Ok(Response::new(200, Headers::new(), b"{}".to_vec())),
            _ => Ok(Response::new(400, Headers::new(), br#"{"__type": "QueueDoesNotExist"}"#.to_vec())),
        }
    }
}

#[test]
fn spans_and_events_follow_a_call() {
    alone(spans_and_events_follow_a_call, follow);
}

fn follow() {
    let session = Session::builder().environment(Environment::empty()).region("us-east-1");
    let session = session.credentials(Credentials::new("AKIDSECRET", "b").with_token("TOKEN")).build().unwrap();
    let busy = Busy(AtomicU64::new(0));
    let sqs = session.client_builder("sqs").transport(busy).config(Config::new().retry_mode("standard")).build().unwrap();
    let log = Log::default();
    tracing::subscriber::with_default(log.clone(), || {
        sqs.call("list_queues", value!({"QueueNamePrefix": "PARAMETER"})).unwrap();
        sqs.call("get_queue_url", value!({"QueueName": "PARAMETER"})).unwrap_err();
    });
    let lines = log.0.lock().unwrap().clone();
    let host = "host=\"sqs.us-east-1.amazonaws.com\"";
    let expected = [
        "call service=\"sqs\" operation=\"ListQueues\" region=\"us-east-1\"".to_owned(),
        "- call started:".to_owned(),
        format!("attempt method=\"POST\" {host}"),
        "span 2 number=1".to_owned(),
        "- attempt started: number=1".to_owned(),
        "span 2 status=503".to_owned(),
        "span 2 elapsed_us".to_owned(),
        "- attempt ended: number=1 status=503 elapsed_us".to_owned(),
        "- retry: number=1 throttling=false delay_us".to_owned(),
        format!("attempt method=\"POST\" {host}"),
        "span 3 number=2".to_owned(),
        "- attempt started: number=2".to_owned(),
        "span 3 status=200".to_owned(),
        "span 3 elapsed_us".to_owned(),
        "- attempt ended: number=2 status=200 elapsed_us".to_owned(),
        "- no retry: number=2 throttling=false".to_owned(),
        "span 1 attempts=2".to_owned(),
        "span 1 status=200".to_owned(),
        "span 1 elapsed_us".to_owned(),
        "- call ended: attempts=2 status=200 elapsed_us".to_owned(),
    ];
    // A record without fields is a line without fields.
    let told: Vec<&String> = lines.iter().filter(|line| line.strip_prefix("span ").is_none_or(|rest| rest.contains(' '))).collect();
    assert_eq!(told[..expected.len()], expected.iter().collect::<Vec<_>>());
    assert_eq!(*told[told.len() - 1], "- call ended: attempts=1 status=400 error=\"QueueDoesNotExist\" elapsed_us");
    let all = lines.join("\n");
    assert!(!all.contains("PARAMETER") && !all.contains("AKIDSECRET") && !all.contains("TOKEN"), "{all}");
}
