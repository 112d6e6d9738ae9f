//! Members that the definitions mark as sensitive are shown nowhere: not in `Debug`, not in masked curl commands, not in
//! errors, and not in recordings. Every operation of every service with such a member in its input is tried.

use std::collections::HashMap;

use tucuxi::http::{Headers, Request, Response, Secrets, SendOptions, Transport};
use tucuxi::unversioned::definition::{Location, Node, ShapeType};
use tucuxi::{Client, Config, Credentials, Environment, Error, Map, Recorder, Session, Value, value};

/// In every secret of these tests, and nowhere else. It is a valid host label.
const MARK: &str = "5ecretmark";
/// The secret among numbers.
const NUMBER: i64 = 271_828_183;

/// What a secret string is replaced by.
#[derive(Clone, Copy, PartialEq)]
enum Fill {
    /// A valid value.
    Valid,
    /// A value of another type.
    WrongType,
}

/// Values for shapes: required members, and all members that lead to a secret.
struct Filler {
    fill: Fill,
    /// How many secrets there are.
    secrets: usize,
    /// How often each shape is open, so that recursive shapes end.
    open: HashMap<String, usize>,
}

impl Filler {
    fn leads_to_secret(&mut self, node: Node<'_>) -> bool {
        if node.has(|t| t.sensitive) {
            return true;
        }
        let open = self.open.entry(node.name().to_owned()).or_default();
        if *open > 0 {
            return false;
        }
        *open += 1;
        let found = match node.shape_type() {
            ShapeType::Structure(structure) => structure.members.iter().any(|m| self.leads_to_secret(node.member(m).unwrap())),
            ShapeType::List(item) => self.leads_to_secret(node.follow(item).unwrap()),
            ShapeType::Map { key, value } => {
                self.leads_to_secret(node.follow(key).unwrap()) || self.leads_to_secret(node.follow(value).unwrap())
            }
            _ => false,
        };
        *self.open.get_mut(node.name()).unwrap() -= 1;
        found
    }

    fn value(&mut self, node: Node<'_>, secret: bool) -> Value {
        let secret = secret || node.has(|t| t.sensitive);
        if secret && self.fill == Fill::WrongType && !matches!(node.shape_type(), ShapeType::Structure(_)) {
            self.secrets += 1;
            return match node.shape_type() {
                ShapeType::List(_) | ShapeType::Map { .. } => MARK.into(),
                _ => value!([{MARK: MARK}]),
            };
        }
        let open = self.open.entry(node.name().to_owned()).or_default();
        *open += 1;
        let deep = *open > 1;
        let value = match node.shape_type() {
            ShapeType::Structure(_) if node.has(|t| t.document) => match secret {
                true => value!({MARK: [MARK]}),
                false => value!({}),
            },
            ShapeType::Structure(structure) => {
                let mut map = Map::new();
                let mut is_set = false;
                for member in &structure.members {
                    let inner = node.member(member).unwrap();
                    let is_union = node.has(|t| t.union);
                    let wanted = structure.is_required(&member.name)
                        || (!deep
                            && (secret || {
                                let mut probe = Filler { fill: self.fill, secrets: 0, open: self.open.clone() };
                                probe.leads_to_secret(inner)
                            }));
                    if wanted && !(is_union && is_set) {
                        map.insert(member.name.clone(), self.value(inner, secret));
                        is_set = true;
                    }
                }
                if node.has(|t| t.union)
                    && !is_set
                    && let Some(member) = structure.members.first()
                {
                    map.insert(member.name.clone(), self.value(node.member(member).unwrap(), secret));
                }
                Value::Map(map)
            }
            ShapeType::List(_) if deep => value!([]),
            ShapeType::List(item) => Value::from(vec![self.value(node.follow(item).unwrap(), secret)]),
            ShapeType::Map { .. } if deep => value!({}),
            ShapeType::Map { key, value } => {
                let key = self.value(node.follow(key).unwrap(), secret);
                let value = self.value(node.follow(value).unwrap(), secret);
                Value::Map([(key.as_str().unwrap_or("key").to_owned(), value)].into_iter().collect())
            }
            ShapeType::String | ShapeType::Blob if secret => {
                self.secrets += 1;
                MARK.repeat((node.min().unwrap_or(0.0) as usize).div_ceil(MARK.len()).max(1)).into()
            }
            ShapeType::Integer | ShapeType::Long | ShapeType::Float | ShapeType::Double if secret => {
                self.secrets += 1;
                Value::Int(NUMBER)
            }
            ShapeType::String | ShapeType::Blob => "a".repeat((node.min().unwrap_or(0.0) as usize).max(3)).into(),
            ShapeType::Integer | ShapeType::Long => Value::Int(node.min().unwrap_or(1.0) as i64),
            ShapeType::Float | ShapeType::Double => Value::Float(node.min().unwrap_or(1.0)),
            ShapeType::Boolean => true.into(),
            ShapeType::Timestamp => "2026-11-21T10:00:00Z".into(),
        };
        *self.open.get_mut(node.name()).unwrap() -= 1;
        value
    }
}

fn is_clean(text: &str) -> bool {
    !text.contains(MARK) && !text.contains(&NUMBER.to_string()) && !text.contains("NWVjcmV0bWFya") // base64
}

fn visible(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?} {} {}", error.message(), error.to_value().to_json_text(false));
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text += &format!(" {cause} {cause:?}");
        source = cause.source();
    }
    text
}

/// Answers every request with an empty document.
struct Empty;

impl Transport for Empty {
    fn send(&self, _: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        Ok(Response::new(200, Headers::new(), Vec::new()))
    }
}

fn session() -> Session {
    let config = Config::new().total_max_attempts(1);
    let session = Session::builder().environment(Environment::empty()).region("us-east-1").config(config);
    session.credentials(Credentials::new("AKID", "secret").with_account_id("123456789012")).build().unwrap()
}

/// One finding per operation and representation.
fn check(client: &Client, recorded: &Client, recorder: &Recorder, operation: &str, params: [Value; 2], findings: &mut Vec<String>) -> bool {
    let [valid, wrong] = params;
    let mut report = |representation: &str, text: &str| {
        if !is_clean(text) {
            let at = text.find(MARK).or_else(|| text.find(&NUMBER.to_string())).unwrap_or_default();
            let start = (0..=at.saturating_sub(120)).rev().find(|i| text.is_char_boundary(*i)).unwrap_or_default();
            findings.push(format!("{operation} {representation}: {}", text[start..].chars().take(240).collect::<String>()));
        }
    };
    let prepared = client.prepare(operation, valid.clone());
    let is_prepared = prepared.is_ok();
    match prepared {
        Ok(mut request) => {
            report("Debug", &format!("{request:?} {:?} {request:#?}", request.headers));
            report("curl", &request.to_curl(Secrets::Masked).unwrap());
        }
        Err(error) => report("error of prepare", &visible(&error)),
    }
    if let Err(error) = client.call(operation, valid.clone()) {
        report("error of call", &visible(&error));
    }
    if let Err(error) = client.prepare(operation, wrong) {
        report("validation", &visible(&error));
    }
    let _ = recorded.call(operation, valid);
    report("recording", &recorder.to_json_text());
    is_prepared
}

#[test]
fn sensitive_input_is_shown_in_no_representation_of_any_operation() {
    let session = session();
    let (mut operations, mut prepared, mut findings) = (0, 0, Vec::new());
    for name in session.available_services() {
        let definition = session.definitions().service(&name, None).unwrap();
        // Nothing listens at that port.
        let client = session.client_builder(&name).endpoint_url("http://127.0.0.1:1").build().unwrap();
        let recorded = session.client_builder(&name).endpoint_url("http://127.0.0.1:1").transport(Empty).build().unwrap();
        for operation in client.operations() {
            let Ok(operation) = definition.operation(&operation) else { continue };
            let Some(input) = definition.input(operation).unwrap() else { continue };
            let mut filler = Filler { fill: Fill::Valid, secrets: 0, open: HashMap::new() };
            if !filler.leads_to_secret(input) {
                continue;
            }
            let valid = filler.value(input, false);
            let mut broken = Filler { fill: Fill::WrongType, secrets: 0, open: HashMap::new() };
            let wrong = broken.value(input, false);
            if filler.secrets == 0 {
                continue;
            }
            operations += 1;
            let recorder = Recorder::new();
            recorder.attach(&recorded).unwrap();
            prepared += usize::from(check(&client, &recorded, &recorder, &operation.name, [valid, wrong], &mut findings));
        }
    }
    println!("{operations} operations with sensitive input, {prepared} prepared, {} findings", findings.len());
    assert!(operations >= 1_500 && prepared * 100 >= operations * 95, "{operations} operations, {prepared} prepared");
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings[..findings.len().min(60)].join("\n"));
}

/// Returns the given headers.
struct WithHeaders(Headers);

impl Transport for WithHeaders {
    fn send(&self, _: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        Ok(Response::new(200, self.0.clone(), Vec::new()))
    }
}

#[test]
fn secret_response_headers_are_masked_in_recordings() {
    let session = session();
    let mut checked = 0;
    for name in session.available_services() {
        let definition = session.definitions().service(&name, None).unwrap();
        for operation in session.client(&name).unwrap().operations() {
            let Ok(operation) = definition.operation(&operation) else { continue };
            let Some(output) = definition.output(operation).unwrap() else { continue };
            let mut headers = Headers::new();
            for member in output.structure().into_iter().flat_map(|structure| &structure.members) {
                let node = output.member(member).unwrap();
                if node.has(|t| t.sensitive) && node.location() == Some(Location::Header) && matches!(node.shape_type(), ShapeType::String)
                {
                    headers.set(node.location_name().unwrap_or(&member.name), MARK);
                }
            }
            if headers.is_empty() {
                continue;
            }
            let client = session.client_builder(&name).transport(WithHeaders(headers)).build().unwrap();
            let recorder = Recorder::new();
            recorder.attach(&client).unwrap();
            let input = definition.input(operation).unwrap();
            let params =
                input.map_or(value!({}), |input| Filler { fill: Fill::Valid, secrets: 0, open: HashMap::new() }.value(input, false));
            let Ok(response) = client.call(&operation.name, params) else { continue };
            assert!(response.to_json_text(false).contains(MARK), "{name} {}", operation.name);
            assert!(is_clean(&recorder.to_json_text()), "{name} {}: {}", operation.name, recorder.to_json_text());
            checked += 1;
        }
    }
    println!("{checked} operations with a secret response header");
    assert!(checked >= 3, "{checked}");
}

#[test]
fn members_and_headers_that_are_secret_by_protocol_are_masked() {
    let session = session();
    let show = |service: &str, operation: &str, params: Value| {
        let client = session.client_builder(service).endpoint_url("http://127.0.0.1:1").build().unwrap();
        let mut request = client.prepare(operation, params.clone()).unwrap();
        let shown = format!("{request:?} {}", request.to_curl(Secrets::Masked).unwrap());
        let error = client.call(operation, params).unwrap_err();
        format!("{shown} {}", visible(&error))
    };
    let role = "arn:aws:iam::123456789012:role/R";
    let params = value!({"RoleArn": role, "RoleSessionName": "ss", "ExternalId": MARK, "SerialNumber": "arn:aws:iam::1:mfa/me", "TokenCode": "271828183"});
    assert!(is_clean(&show("sts", "assume_role", params)));
    let params = value!({"Bucket": "b", "MFA": MARK, "VersioningConfiguration": {"MFADelete": "Enabled", "Status": "Enabled"}});
    assert!(is_clean(&show("s3", "put_bucket_versioning", params)));
    let params = value!({"roleName": "r", "accountId": "1", "accessToken": MARK});
    assert!(is_clean(&show("sso", "get_role_credentials", params)));
    let params = value!({"UserId": "u", "AuthenticationToken": MARK});
    assert!(is_clean(&show("workdocs", "delete_user", params)));
}

#[test]
fn credentials_in_endpoint_and_proxy_urls_are_masked() {
    let session = session();
    for url in [
        format!("http://user:{MARK}@127.0.0.1:1/x"),
        format!("http://127.0.0.1:1/?api_key={MARK}"),
        format!("http://127.0.0.1:1/?sig=1&token={MARK}"),
    ] {
        let client = session.client_builder("sqs").endpoint_url(url.as_str()).build().unwrap();
        let mut request = client.prepare("list_queues", ()).unwrap();
        let shown = format!("{request:?} {} {client:?}", request.to_curl(Secrets::Masked).unwrap());
        assert!(is_clean(&shown), "{shown}");
        let error = visible(&client.call("list_queues", ()).unwrap_err());
        assert!(is_clean(&error), "{error}");
    }
    for url in [format!("http://user:{MARK}@:x"), format!("ftp://user:{MARK}@h/"), format!("http://h h/?password={MARK}")] {
        let error = session.client_builder("sqs").endpoint_url(url.as_str()).build().unwrap_err();
        assert!(is_clean(&visible(&error)), "{error}");
    }
    for proxy in [
        format!("http://user:{MARK}@127.0.0.1:1"),
        format!("http://user:{MARK}/x@127.0.0.1:1"),
        format!("socks5://user:{MARK}@127.0.0.1:1"),
        format!("user:{MARK}@127.0.0.1:1"),
    ] {
        let options = value!({"config": {"proxies": {"http": proxy.as_str(), "https": proxy.as_str()}}});
        match session.client_with("sqs", options) {
            Ok(client) => {
                let error = visible(&client.call("list_queues", ()).unwrap_err());
                assert!(is_clean(&error), "{error}");
            }
            Err(error) => assert!(is_clean(&visible(&error)), "{error}"),
        }
    }
}
