//! The hooks of a call and their order, compared with boto3's.

use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};
use tucuxi::http::{Headers, Request, Response, SendOptions, Transport};
use tucuxi::{Client, Credentials, Environment, Event, HookId, Session, value};

use super::reference;

const STAGES: [&str; 13] = [
    "provide-client-params",
    "before-parameter-build",
    "before-endpoint-resolution",
    "before-call",
    "request-created",
    "choose-signer",
    "before-sign",
    "before-send",
    "before-parse",
    "response-received",
    "needs-retry",
    "after-call-error",
    "after-call",
];

const PATTERNS: [&str; 4] = ["request-created", "request-created.s3", "request-created.s3.PutObject", "request-created.*.PutObject"];

struct Ok200;

impl Transport for Ok200 {
    fn send(&self, _: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        Ok(Response::new(200, Headers::new(), Vec::new()))
    }
}

fn session() -> Session {
    Session::builder().environment(Environment::empty()).region("us-east-1").credentials(Credentials::new("key", "secret")).build().unwrap()
}

fn s3(session: &Session) -> Client {
    session.client_builder("s3").endpoint_url("http://127.0.0.1:9").transport(Ok200).build().unwrap()
}

fn put(client: &Client) {
    client.call("put_object", value!({"Bucket": "bucket", "Key": "key", "Body": b"hello".to_vec()})).unwrap();
}

type Seen = Arc<Mutex<Vec<Json>>>;
type Register = fn(&Client, &str, Box<Hook>) -> tucuxi::Result<HookId>;
type Hook = dyn Fn(&mut Event<'_, '_>) -> anyhow::Result<()> + Send + Sync;

const WAYS: [(&str, Register); 3] = [
    ("first", |client, event, hook| client.on_first(event, hook)),
    ("normal", |client, event, hook| client.on(event, hook)),
    ("last", |client, event, hook| client.on_last(event, hook)),
];

fn take(seen: &Seen) -> Vec<Json> {
    std::mem::take(&mut *seen.lock().unwrap())
}

fn events() -> Vec<Json> {
    let (client, seen) = (s3(&session()), Seen::default());
    for stage in STAGES {
        let seen = seen.clone();
        client
            .on_first(stage, move |event| {
                seen.lock().unwrap().push(event.name().into());
                Ok(())
            })
            .unwrap();
    }
    put(&client);
    take(&seen)
}

fn places() -> Vec<Json> {
    let (client, seen) = (s3(&session()), Seen::default());
    for pattern in PATTERNS {
        for (way, register) in WAYS {
            let seen = seen.clone();
            let note = move |event: &mut Event<'_, '_>| {
                let signed = event.request().is_some_and(|request| request.headers.contains("authorization"));
                seen.lock().unwrap().push(json!([format!("{pattern} {way}"), signed]));
                Ok(())
            };
            register(&client, pattern, Box::new(note)).unwrap();
        }
    }
    put(&client);
    take(&seen)
}

#[test]
fn the_hooks_of_put_object_run_in_boto3_s_order() {
    let reference = reference::ask(&json!({"what": "hooks", "patterns": PATTERNS}));
    for (title, own, theirs) in
        [("event", events(), &reference["events"]), ("hook, and whether it saw a signature", places(), &reference["places"])]
    {
        let theirs = theirs.as_array().unwrap();
        println!("{title:48}  boto3");
        for i in 0..own.len().max(theirs.len()) {
            let text = |list: &[Json]| list.get(i).map(Json::to_string).unwrap_or_default();
            println!("{:48}  {}", text(&own), text(theirs));
        }
        assert_eq!(&own, theirs, "{title}");
    }
}

#[test]
fn hooks_of_a_session_apply_to_later_clients_and_can_be_removed() {
    let (session, seen) = (session(), Seen::default());
    let before = s3(&session);
    let note = |text: &'static str| {
        let seen = seen.clone();
        move |_: &mut Event<'_, '_>| {
            seen.lock().unwrap().push(text.into());
            Ok(())
        }
    };
    let id = session.on("before-call.s3", note("session")).unwrap();
    session.on_last("before-call.s3", note("session last")).unwrap();
    let after = s3(&session);
    put(&before);
    assert!(take(&seen).is_empty());

    let own = after.on("before-call.s3", note("client")).unwrap();
    after.on_first("before-call.s3", note("client first")).unwrap();
    put(&after);
    assert_eq!(take(&seen), ["client first", "session", "client", "session last"]);

    assert!(session.off(id) && !session.off(id));
    assert!(after.off(own));
    put(&after);
    assert_eq!(take(&seen), ["client first", "session", "session last"], "the client has a copy");
    put(&s3(&session));
    assert_eq!(take(&seen), ["session last"]);
}

#[test]
fn a_hook_changes_the_input_of_its_stage() {
    let client = s3(&session());
    let hook = |event: &str, hook: fn(&mut Event<'_, '_>)| {
        client
            .on(event, move |event| {
                hook(event);
                Ok(())
            })
            .unwrap();
    };
    hook("before-parameter-build.s3.PutObject", |event| drop(event.params_mut().insert("Key", "other")));
    hook("before-call.s3.PutObject", |event| event.request_mut().unwrap().headers.set("x-a", "1"));
    hook("before-send.s3.PutObject", |event| {
        let request = event.request().unwrap();
        assert!(request.url.ends_with("/bucket/other"), "{}", request.url);
        assert!(request.headers.get("authorization").unwrap().contains("x-a"), "it is signed");
        event.set_response(Response::new(200, [("ETag", "\"sent\"")].into_iter().collect(), Vec::new()));
    });
    hook("before-parse.s3.PutObject", |event| event.add_to_result("Extra", 7));
    hook("after-call.s3.PutObject", |event| drop(event.result_mut().unwrap().insert("Last", "word")));
    let result = client.call("put_object", value!({"Bucket": "bucket", "Key": "key"})).unwrap();
    assert_eq!((&result["ETag"], &result["Extra"], &result["Last"]), (&"\"sent\"".into(), &7.into(), &"word".into()));

    hook("before-call.s3.PutObject", |event| event.set_result([("Answered", true)].into_iter().collect()));
    let result = client.call("put_object", value!({"Bucket": "bucket", "Key": "key"})).unwrap();
    assert_eq!((&result["Answered"], &result["ETag"]), (&true.into(), &tucuxi::Value::Null));

    client.on("before-call", |_| anyhow::bail!("not today")).unwrap();
    let error = client.call("list_buckets", ()).unwrap_err();
    assert!(error.to_string().contains("not today"), "{error}");
}

#[test]
fn registration_rejects_unknown_stages_services_and_operations() {
    let session = Session::builder().region("us-east-1").credentials(tucuxi::Credentials::new("a", "b")).build().unwrap();
    let client = session.client("s3").unwrap();
    let message = |event: &str| {
        let error = client.on(event, |_| Ok(())).unwrap_err();
        assert_eq!(error.kind(), tucuxi::ErrorKind::InvalidConfig, "{event}");
        error.message().to_owned()
    };
    assert!(message("before-sing.s3").contains("Did you mean before-sign"), "{}", message("before-sing.s3"));
    assert!(message("before-sign.s3.PutObjekt").contains("Did you mean PutObject"), "{}", message("before-sign.s3.PutObjekt"));
    assert!(message("before-sign.sqs").contains("\"s3\""), "{}", message("before-sign.sqs"));
    assert!(message("before-endpoint-resolution.s3.PutObject").contains("too many parts"));
    for fine in ["*", "before-sign", "before-sign.s3", "before-sign.*.PutObject", "before-call.s3.Raw", "*.s3.*"] {
        client.on(fine, |_| Ok(())).unwrap();
    }
    assert_eq!(session.on("afterwards", |_| Ok(())).unwrap_err().kind(), tucuxi::ErrorKind::InvalidConfig);
    session.on("before-sign.sqs", |_| Ok(())).unwrap();
}

#[test]
fn clearing_the_notes_changes_nothing() {
    let session = Session::builder().region("us-west-2").credentials(tucuxi::Credentials::new("a", "b")).build().unwrap();
    let prepare = |clears: bool| {
        let clock = || std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
        let config = tucuxi::Config::new().signature_version("s3");
        let client = session.client_builder("s3").clock(clock).config(config).build().unwrap();
        if clears {
            client
                .on("*", |event| {
                    *event.notes_mut() = tucuxi::Map::new();
                    Ok(())
                })
                .unwrap();
        }
        let params = tucuxi::value!({"Bucket": "bucket", "Key": "a b", "Body": "x"});
        client.prepare("put_object", params).unwrap().headers.get("Authorization").map(str::to_owned)
    };
    assert!(prepare(false).is_some());
    assert_eq!(prepare(true), prepare(false));
}
