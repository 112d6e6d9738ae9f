//! The response to endpoint discovery, for tests without a network.

use tucuxi::http::{Headers, Request, Response};

const ENDPOINTS: &[u8] = br#"{"Endpoints":[{"Address":"cell1.example.com","CachePeriodInMinutes":60}]}"#;

/// The response to a request of endpoint discovery; `None` for other requests.
pub fn answer(request: &Request) -> Option<Response> {
    let target = request.headers.get("X-Amz-Target")?;
    target.ends_with(".DescribeEndpoints").then(|| Response::new(200, Headers::new(), ENDPOINTS))
}
