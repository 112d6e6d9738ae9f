//! SSO OIDC: errors are those of OAuth, with the message in `error_description`.

use serde_json::Value as Json;

use crate::call::Event;
use crate::client::Setup;
use crate::error::Result;
use crate::http::ResponseBody;

pub(super) fn customize(setup: &mut Setup<'_>) -> Result<()> {
    setup.on("before-parse.sso-oidc", describe_error)
}

/// Copies the description to where the parser looks for a message, unless there is one.
fn describe_error(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    if let Some(response) = event.response_mut().filter(|r| r.status >= 400)
        && let ResponseBody::Bytes(body) = &mut response.body
        && let Some(described) = described(body)
    {
        *body = described.into();
    }
    Ok(())
}

fn described(body: &[u8]) -> Option<Vec<u8>> {
    let Ok(Json::Object(mut members)) = serde_json::from_slice(body) else { return None };
    let text = |name: &str| members.get(name).and_then(Json::as_str).filter(|text| !text.is_empty());
    if text("Message").is_some() {
        return None;
    }
    let description = text("error_description")?.to_owned();
    members.insert("Message".to_owned(), description.into());
    serde_json::to_vec(&members).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_becomes_the_message_where_there_is_none() {
        let message = |body: &str| {
            let json: Json = serde_json::from_slice(&described(body.as_bytes())?).unwrap();
            json["Message"].as_str().map(str::to_owned)
        };
        assert_eq!(message(r#"{"error":"invalid_grant","error_description":"d"}"#).as_deref(), Some("d"));
        assert_eq!(message(r#"{"error_description":"d","Message":""}"#).as_deref(), Some("d"));
        for untouched in [r#"{"error_description":"d","Message":"m"}"#, r#"{"error_description":null}"#, "{}", "[1]", "no JSON", ""] {
            assert_eq!(message(untouched), None, "{untouched}");
        }
    }
}
