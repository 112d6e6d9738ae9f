//! A canceled client stops within 100 ms, in every phase of its work.

use std::time::{Duration, Instant};

use tucuxi::{Cancel, Client, Config, Credentials, Environment, Error, ErrorKind, Session, Value, value};

use super::wire::{Answer, Server, response};

fn client(service: &str, server: &Server) -> Client {
    let session = Session::builder().environment(Environment::empty()).region("us-east-1").credentials(Credentials::new("key", "secret"));
    let config = Config::new().retries(value!({"mode": "legacy", "max_attempts": 20}));
    session.build().unwrap().client_builder(service).endpoint_url(server.url()).config(config).build().unwrap()
}

/// Cancels 100 ms after the start. There are three attempts, for busy machines.
fn stops(what: &str, run: impl Fn(&Cancel) -> Option<Error>) {
    let mut took = Vec::new();
    for _ in 0..3 {
        let cancel = Cancel::new();
        let other = cancel.clone();
        let canceler = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(100));
            let at = Instant::now();
            other.cancel();
            at
        });
        let error = run(&cancel).unwrap_or_else(|| panic!("{what} came to its end"));
        took.push(canceler.join().unwrap().elapsed());
        assert_eq!((error.kind(), error.name()), (ErrorKind::Canceled, "CanceledError"), "{what}: {error}");
        if took.last().is_some_and(|took| *took < Duration::from_millis(100)) {
            println!("{what}: {:?}", took.last());
            return;
        }
    }
    panic!("{what}: {took:?}");
}

#[test]
fn a_call() {
    let silent = Server::start(|_| Answer::Stall(Vec::new()));
    let tables = client("dynamodb", &silent);
    stops("a call without an answer", |cancel| tables.request("list_tables", ()).cancel(cancel).send().err());

    let broken = Server::start(|_| Answer::Keep(response(500, &[], "{}")));
    let functions = client("lambda", &broken);
    stops("a call between two attempts", |cancel| functions.request("list_functions", ()).cancel(cancel).send().err());
}

#[test]
fn a_streamed_body() {
    let server = Server::start(|_| Answer::Stall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbody".to_vec()));
    let s3 = client("s3", &server);
    stops("the body of an object", |cancel| {
        let object = s3.request("get_object", value!({"Bucket": "b", "Key": "k"})).cancel(cancel).send().unwrap();
        let Value::Stream(body) = &object["Body"] else { panic!("{object:?}") };
        let failure = std::io::Read::read_to_end(&mut body.take().unwrap(), &mut Vec::new()).unwrap_err();
        failure.downcast::<Error>().ok()
    });
}

#[test]
fn a_pagination() {
    let endless = Server::start(|request| {
        let asked: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        let last = asked["ExclusiveStartTableName"].as_str().and_then(|name| name.strip_prefix("table-")?.parse().ok());
        let next = format!("table-{}", last.unwrap_or(0_u64) + 1);
        Answer::Keep(response(200, &[], &format!(r#"{{"TableNames": ["t"], "LastEvaluatedTableName": "{next}"}}"#)))
    });
    let tables = client("dynamodb", &endless);
    let pages = || tables.paginate("list_tables", ()).unwrap();
    stops("an endless pagination", |cancel| pages().cancel(cancel).find_map(Result::err));
    stops("its full result", |cancel| pages().cancel(cancel).build_full_result().err());

    let started = Instant::now();
    let error = pages().deadline(Duration::from_millis(150)).find_map(Result::err).unwrap();
    assert_eq!(error.kind(), ErrorKind::Deadline);
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_wait() {
    let creating = Server::start(|_| Answer::Keep(response(200, &[], r#"{"Table": {"TableStatus": "CREATING"}}"#)));
    let tables = client("dynamodb", &creating);
    stops("a wait between two polls", |cancel| {
        tables.waiter("table_exists").unwrap().cancel(cancel).wait(value!({"TableName": "table"})).err()
    });
    let silent = Server::start(|_| Answer::Stall(Vec::new()));
    let tables = client("dynamodb", &silent);
    stops("a wait within a poll", |cancel| {
        tables.waiter("table_exists").unwrap().cancel(cancel).wait(value!({"TableName": "table"})).err()
    });
}

#[test]
fn a_cancellation_that_was_requested_before_prevents_preparing_and_sending() {
    let server = Server::start(|_| Answer::Close(response(200, &[], "{}")));
    let client = client("dynamodb", &server);
    let cancel = Cancel::new();
    cancel.cancel();
    let prepared = client.request("list_tables", ()).cancel(&cancel).prepare().unwrap_err();
    let sent = client.request("list_tables", ()).cancel(&cancel).send().unwrap_err();
    assert_eq!((prepared.kind(), sent.kind()), (ErrorKind::Canceled, ErrorKind::Canceled));
    assert_eq!(server.connections.load(std::sync::atomic::Ordering::SeqCst), 0);
}
