//! The responses to the calls that a client makes by itself, for tests without a network: endpoint discovery and S3 Express sessions.

use tucuxi::http::{Headers, Request, Response};

const ENDPOINTS: &[u8] = br#"{"Endpoints":[{"Address":"cell1.example.com","CachePeriodInMinutes":60}]}"#;

const SESSION: &str = "<CreateSessionResult><Credentials><SessionToken>EXPRESSTOKEN</SessionToken>\
    <SecretAccessKey>expresssecret</SecretAccessKey><AccessKeyId>EXPRESSKEY</AccessKeyId>\
    <Expiration>2099-01-02T03:09:05Z</Expiration></Credentials></CreateSessionResult>";

/// The response to a request of endpoint discovery or for a session of S3 Express; `None` for other requests.
pub fn answer(request: &Request) -> Option<Response> {
    if request.url.ends_with("?session") {
        return Some(Response::new(200, Headers::new(), SESSION.as_bytes()));
    }
    let target = request.headers.get("X-Amz-Target")?;
    target.ends_with(".DescribeEndpoints").then(|| Response::new(200, Headers::new(), ENDPOINTS))
}
