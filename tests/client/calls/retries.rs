//! boto3 and tucuxi in the same situations, with the same server: the same number of requests, outcome, and delays.
//!
//! Both sides get their sleep function and random numbers from the tests; nothing waits.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value as Json, json};
use tucuxi::{Credentials, Environment, Error, ErrorKind, Session, Value};

use super::reference;
use super::situations::{Reply, Situation, all, differences};
use super::wire::{Answer, Request, Server, response};

const CHANCE: f64 = 0.7;

/// The number of requests by access key; each situation and side has its own.
type Asked = Arc<Mutex<HashMap<String, usize>>>;

fn key(side: &str, situation: usize) -> String {
    format!("{side}{situation}")
}

fn server<'s>(situations: impl Iterator<Item = &'s Situation>) -> (Server, Asked) {
    let scripts: Vec<Vec<Reply>> = situations.map(|situation| situation.answers.clone()).collect();
    let asked = Asked::default();
    let count = asked.clone();
    let server = Server::start(move |request| answer(request, &scripts, &count));
    (server, asked)
}

fn answer(request: &Request, scripts: &[Vec<Reply>], asked: &Asked) -> Answer {
    let key = request.access_key();
    let script = &scripts[key.trim_start_matches(|c: char| !c.is_ascii_digit()).parse::<usize>().expect("a key of this test")];
    let mut asked = asked.lock().unwrap();
    let times = asked.entry(key.to_owned()).or_default();
    let reply = &script[(*times).min(script.len() - 1)];
    *times += 1;
    match reply {
        Reply::Nothing => Answer::Close(Vec::new()),
        Reply::Raw(bytes) => Answer::Close(bytes.as_bytes().to_vec()),
        Reply::Http(status, headers, body) => {
            let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
            let body = if request.line.starts_with("HEAD") { "" } else { body };
            Answer::Keep(response(*status, &headers, body))
        }
    }
}

/// The outcome of tucuxi.
fn own(situation: &Situation, key: &str, server: &Server) -> Json {
    let slept = Arc::new(Mutex::new(Vec::new()));
    let seen = slept.clone();
    let session = Session::builder()
        .environment(Environment::empty())
        .region("us-east-1")
        .credentials(Credentials::new(key, "secret"))
        .config(tucuxi::Config::from_value(&Value::from(situation.config.clone())).unwrap())
        .build()
        .unwrap();
    let client = session
        .client_builder(situation.service)
        .endpoint_url(server.url())
        .sleep(move |time: Duration| seen.lock().unwrap().push(time.as_secs_f64()))
        .random(|| CHANCE)
        .build()
        .unwrap();
    let outcomes: Vec<Json> =
        (0..situation.calls).map(|_| outcome(client.call(situation.method, Value::from(situation.params.clone())))).collect();
    json!({"outcomes": outcomes, "slept": *slept.lock().unwrap()})
}

fn outcome(result: Result<Value, Error>) -> Json {
    let (response, error) = match &result {
        Ok(response) => (Some(response), Json::Null),
        Err(error) => {
            let code = if error.kind() == ErrorKind::Service { json!(error.code()) } else { Json::Null };
            (error.response(), json!([error.name(), code]))
        }
    };
    let mut told = json!({"error": error});
    let Some(response) = response else { return told };
    let metadata = &response["ResponseMetadata"];
    told["status"] = metadata["HTTPStatusCode"].as_int().into();
    for name in ["RetryAttempts", "MaxAttemptsReached", "RetryQuotaReached"] {
        if let Some(value) = metadata.get(name) {
            told[name] = serde_json::to_value(value).unwrap();
        }
    }
    told
}

/// boto3 does not sleep for a delay of zero seconds in the same way: it sleeps zero seconds.
fn without_zeros(slept: &Json) -> Vec<f64> {
    slept.as_array().unwrap().iter().filter_map(Json::as_f64).filter(|seconds| *seconds > 0.0).collect()
}

fn same_delays(own: &Json, theirs: &Json) -> bool {
    let (own, theirs) = (without_zeros(own), without_zeros(theirs));
    own.len() == theirs.len() && own.iter().zip(&theirs).all(|(a, b)| (a - b).abs() < 1e-6)
}

#[test]
fn every_situation_ends_as_in_boto3() {
    let situations = all();
    let (server, asked) = server(situations.iter());
    let question: Vec<Json> = (0..)
        .zip(&situations)
        .map(|(i, s)| json!({"service": s.service, "method": s.method, "params": s.params, "config": s.config, "calls": s.calls, "key": key("BOTO", i)}))
        .collect();
    let theirs = reference::ask(&json!({"what": "retries", "port": server.address.port(), "chance": CHANCE, "situations": question}));

    let mut wrong = Vec::new();
    println!("{:40} {:>8} {:>8}  outcome of the last call; delays", "situation", "boto3", "tucuxi");
    for (i, situation) in situations.iter().enumerate() {
        let own = own(situation, &key("TUCUXI", i), &server);
        let theirs = &theirs[i];
        let asked = asked.lock().unwrap();
        let (their_requests, own_requests) = (asked.get(&key("BOTO", i)), asked.get(&key("TUCUXI", i)));
        println!(
            "{:40} {:>8} {:>8}  {} {:?}",
            situation.name,
            their_requests.unwrap_or(&0),
            own_requests.unwrap_or(&0),
            own["outcomes"].as_array().unwrap().last().unwrap(),
            without_zeros(&own["slept"])
        );
        if their_requests != own_requests || own["outcomes"] != theirs["outcomes"] || !same_delays(&own["slept"], &theirs["slept"]) {
            wrong.push(format!("{}: {their_requests:?} and {own_requests:?} requests\n  boto3  {theirs}\n  tucuxi {own}", situation.name));
        }
    }
    println!("{} situations", situations.len());
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn tucuxi_ends_well_where_boto3_does_not() {
    let cases = differences();
    let (server, asked) = server(cases.iter().map(|(situation, ..)| situation));
    for (i, (situation, requests, error)) in cases.iter().enumerate() {
        let own = own(situation, &key("TUCUXI", i), &server);
        assert_eq!(asked.lock().unwrap().get(&key("TUCUXI", i)), Some(requests), "{}", situation.name);
        let outcome = &own["outcomes"][0]["error"];
        assert_eq!(outcome[0].as_str(), *error, "{}: {own}", situation.name);
    }
}
