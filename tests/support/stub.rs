//! Clients without a network: a function provides a generated result or a response for each call.

use tucuxi::http::{Body, Headers, Request, Response, SendOptions, Transport};
use tucuxi::unversioned::definition::{Operation, ProtocolName, Service};
use tucuxi::{Client, Config, Credentials, Environment, Map, Result, Session};

use crate::discovery;

pub fn session() -> Session {
    let credentials = Credentials::new("AKIDEXAMPLE", "SECRET").with_account_id("123456789012");
    // Some services accept only bearer tokens.
    let environment = Environment::from_fn(|name| name.starts_with("AWS_BEARER_TOKEN_").then(|| "token".to_owned()));
    Session::builder().environment(environment).region("us-east-1").credentials(credentials).build().unwrap()
}

/// A client whose requests are answered by `respond`; `result` then changes the result of each success.
pub fn client(
    session: &Session,
    service: &str,
    version: &str,
    respond: impl Fn(&Service, &Request) -> Response + Send + Sync + 'static,
    result: impl Fn(&Operation, &Map, &mut Map) + Send + Sync + 'static,
) -> Result<Client> {
    let definition = session.client_builder(service).api_version(version).build()?;
    let discovers = definition.service().operation("DescribeEndpoints").is_ok_and(|operation| operation.endpoint_operation);
    let transport = Stub(Box::new(move |request| {
        let discovered = if discovers { discovery::answer(request) } else { None };
        discovered.unwrap_or_else(|| respond(definition.service(), request))
    }));
    let config = Config::new().total_max_attempts(1);
    let client = session.client_builder(service).api_version(version).config(config).transport(transport).build()?;
    client.on("after-call", move |event| {
        if event.operation().endpoint_operation {
            return Ok(());
        }
        let (operation, params) = (event.operation(), event.params().clone());
        if let Some(map) = event.result_mut() {
            result(operation, &params, map);
        }
        Ok(())
    })?;
    Ok(client)
}

/// An empty success in the service's protocol.
pub fn empty(service: &Service, request: &Request) -> Response {
    let body = match service.protocol().expect("a protocol") {
        ProtocolName::Json | ProtocolName::RestJson => b"{}".to_vec(),
        ProtocolName::Cbor => b"\xa0".to_vec(),
        ProtocolName::Query => format!("<Response><{}Result/></Response>", action(request)).into_bytes(),
        _ => b"<Response/>".to_vec(),
    };
    let headers = [("smithy-protocol", "rpc-v2-cbor")].into_iter().collect::<Headers>();
    Response::new(200, headers, body)
}

/// The operation in a form.
fn action(request: &Request) -> &str {
    let Body::Bytes(form) = &request.body else { return "" };
    let form = str::from_utf8(form).unwrap_or_default();
    form.split('&').find_map(|pair| pair.strip_prefix("Action=")).unwrap_or_default()
}

struct Stub(Box<dyn Fn(&Request) -> Response + Send + Sync>);

impl Transport for Stub {
    fn send(&self, request: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        Ok((self.0)(request))
    }
}
