//! Machine Learning: a prediction is asked for at the model's own endpoint, which is a parameter.

use crate::call::Event;
use crate::client::Setup;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Request;
use crate::value::Value;

pub(super) fn customize(setup: &mut Setup<'_>) -> Result<()> {
    setup.on("request-created.machine-learning.Predict", go_to_predict_endpoint)
}

/// Scheme and host are the parameter's, the rest stays.
fn go_to_predict_endpoint(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    let endpoint = event.params().get("PredictEndpoint").and_then(Value::as_str).filter(|url| !url.is_empty()).map(str::to_owned);
    let Some((endpoint, request)) = endpoint.zip(event.request_mut()) else { return Ok(()) };
    request.url = rehosted(request, &endpoint)?;
    Ok(())
}

fn rehosted(request: &Request, endpoint: &str) -> Result<String> {
    let Some((scheme, rest)) = endpoint.split_once("://") else {
        return Err(Error::new(ErrorKind::InvalidEndpoint, format!("PredictEndpoint is no URL: {endpoint}")));
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let query = request.query().map(|query| format!("?{query}")).unwrap_or_default();
    Ok(format!("{scheme}://{host}{}{query}", request.path()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scheme_and_host_are_taken() {
        let request = Request::new("POST", "https://machinelearning.us-east-1.amazonaws.com/a?b=c");
        assert_eq!(rehosted(&request, "http://x.example.com:81/some/path?q=1").unwrap(), "http://x.example.com:81/a?b=c");
        assert_eq!(rehosted(&request, "x.example.com").unwrap_err().kind(), ErrorKind::InvalidEndpoint);
    }
}
