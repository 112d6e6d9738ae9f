//! The services that need one hook or setting each: one row per service, and the hooks below.

use serde_json::Value as Json;

use super::hooks::{accept_alias, encode_user_data, unsigned};
use super::{login_data, presigned_tokens};
use crate::call::{Event, LookupRegion};
use crate::client::Setup;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Request, ResponseBody};
use crate::protocol;
use crate::value::{Map, Str, Value};

pub(super) fn customize(setup: &mut Setup<'_>) -> Result<()> {
    match setup.service.service_id()? {
        "API Gateway" => setup.on("before-call.api-gateway", accept_json)?,
        "Auto Scaling" => setup.on("before-parameter-build.auto-scaling.CreateLaunchConfiguration", encode_user_data)?,
        "CloudFormation" => setup.on("after-call.cloudformation.GetTemplate", parse_template)?,
        "CloudSearch Domain" => {
            setup.on("before-parameter-build.cloudsearch-domain.Search", |event| accept_alias(event, "return", "returnFields"))?;
            setup.on("request-created.cloudsearch-domain.Search", post_the_query)?;
        }
        "CloudWatch" => {
            setup.method_aliases = &[
                ("get_o_tel_enrichment", "get_otel_enrichment"),
                ("start_o_tel_enrichment", "start_otel_enrichment"),
                ("stop_o_tel_enrichment", "stop_otel_enrichment"),
                ("update_o_tel_enrichment", "update_otel_enrichment"),
            ];
        }
        // `from` is a keyword in some languages.
        "CloudWatch Logs" => {
            setup.on("before-parameter-build.cloudwatch-logs.CreateExportTask", |event| accept_alias(event, "from", "fromTime"))?;
        }
        "Cognito Identity" => {
            for operation in ["GetId", "GetOpenIdToken", "UnlinkIdentity", "GetCredentialsForIdentity"] {
                setup.on(&format!("choose-signer.cognito-identity.{operation}"), unsigned)?;
            }
            // A request for the identity of an unknown user creates one.
            setup.writing = &["GetId", "GetOpenIdTokenForDeveloperIdentity"];
        }
        "codeartifact" => setup.extra_methods.push(login_data::CODEARTIFACT_METHODS),
        "DSQL" => setup.extra_methods.push(presigned_tokens::DSQL_METHODS),
        "DynamoDB Streams" => super::dynamodb::tune_retries(setup),
        "ECR" => setup.extra_methods.push(login_data::ECR_METHODS),
        "ECR PUBLIC" => setup.extra_methods.push(login_data::ECR_PUBLIC_METHODS),
        "EventBridge" => setup.endpoint_error = Some(global_endpoint_error),
        // The definition still says version 2.
        "ImportExport" => setup.signature_version = Some("v4"),
        "Kinesis" => setup.retries.long_polls = &["ReceiveQueueRecords", "ReceiveDeadLetterQueueRecords"],
        "Machine Learning" => setup.on("request-created.machine-learning.Predict", use_predict_endpoint)?,
        "MTurk" => setup.method_aliases = &[("list_hi_ts_for_qualification_type", "list_hits_for_qualification_type")],
        "Polly" => setup.on("before-sign.polly.SynthesizeSpeech", drop_content_type_when_presigning)?,
        "Route 53" => setup.on("before-parameter-build.route-53", trim_ids)?,
        "SFN" => setup.retries.long_polls = &["GetActivityTask"],
        "Signin" => setup.method_aliases = &[("create_o_auth2_token", "create_oauth2_token")],
        "SocialMessaging" => setup.method_aliases = &[("delete_whatsapp_media_message", "delete_whatsapp_message_media")],
        "SQS" => {
            setup.retries.long_polls = &["ReceiveMessage"];
            setup.on("after-call.sqs", classify_by_query_code)?;
        }
        "SSO OIDC" => setup.on("before-parse.sso-oidc", copy_error_description)?,
        "STS" => {
            setup.extra_methods.push(presigned_tokens::STS_METHODS);
            setup.secret_members = &["TokenCode", "ExternalId"];
            setup.retries.transient_codes = &["IDPCommunicationError"];
            use_legacy_global_endpoint(setup);
            setup.on("choose-signer.sts.AssumeRoleWithSAML", unsigned)?;
            setup.on("choose-signer.sts.AssumeRoleWithWebIdentity", unsigned)?;
        }
        "SWF" => setup.retries.long_polls = &["PollForActivityTask", "PollForDecisionTask"],
        _ => {}
    }
    Ok(())
}

/// API Gateway responds in HAL unless JSON is requested.
fn accept_json(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    if let Some(request) = event.request_mut().filter(|r| !r.headers.contains("Accept")) {
        request.headers.set("Accept", "application/json");
    }
    Ok(())
}

/// CloudFormation: a JSON template is returned as a map; YAML remains text.
fn parse_template(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    if let Some(body) = event.result_mut().and_then(|result| result.get_mut("TemplateBody"))
        && let Some(template) = body.as_str().and_then(|text| crate::text::json_reader::document(text).ok())
    {
        *body = template;
    }
    Ok(())
}

/// CloudSearch Domain: a search is sent as a form, because its query may be too long for a URL. The query string
/// becomes the body unchanged.
fn post_the_query(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    if let Some(request) = event.request_mut().filter(|r| r.method == "GET") {
        let query = request.query().unwrap_or_default().to_owned();
        request.set_query("");
        request.method = "POST".to_owned();
        request.headers.set("Content-Type", "application/x-www-form-urlencoded");
        request.body = query.into_bytes().into();
    }
    Ok(())
}

/// EventBridge: errors about its global endpoints are configuration errors.
fn global_endpoint_error(text: &str, _params: &Map) -> Option<Error> {
    let known =
        ["Invalid Configuration: FIPS is not supported with EventBridge multi-region endpoints.", "EndpointId must be a valid host label."];
    known.contains(&text).then(|| Error::new(ErrorKind::InvalidEndpoint, format!("Invalid endpoint configuration: {text}")))
}

/// Machine Learning: predictions are requested at the model's own endpoint, which is a parameter.
fn use_predict_endpoint(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    let endpoint = event.params().get("PredictEndpoint").and_then(Value::as_str).filter(|url| !url.is_empty()).map(str::to_owned);
    let Some((endpoint, request)) = endpoint.zip(event.request_mut()) else { return Ok(()) };
    request.url = with_host_of(request, &endpoint)?;
    Ok(())
}

/// The URL of a request with the scheme and host of another URL.
fn with_host_of(request: &Request, endpoint: &str) -> Result<String> {
    let Some((scheme, rest)) = endpoint.split_once("://") else {
        return Err(Error::new(ErrorKind::InvalidEndpoint, format!("PredictEndpoint is not a URL: {endpoint}")));
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let query = request.query().map(|query| format!("?{query}")).unwrap_or_default();
    Ok(format!("{scheme}://{host}{}{query}", request.path()))
}

/// Polly: a presigned URL must work in a browser, which sends no content type.
fn drop_content_type_when_presigning(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    if event.is_presign()
        && let Some(request) = event.request_mut()
    {
        request.headers.remove("Content-Type");
    }
    Ok(())
}

/// Route 53: responses identify things by path, `/hostedzone/Z1`; parameters require the bare ID.
fn trim_ids(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    /// The shapes whose values are such IDs.
    const IDS: [&str; 3] = ["ResourceId", "DelegationSetId", "ChangeId"];
    let Some(input) = event.service().input(event.operation())? else { return Ok(()) };
    let mut trimmed: Vec<(Str, Str)> = Vec::new();
    for member in input.structure().map(|s| s.members.as_slice()).unwrap_or_default() {
        if let Some((_, id)) = event.params().get(&member.name).and_then(Value::as_str).and_then(|path| path.rsplit_once('/'))
            && IDS.contains(&input.member(member)?.shape().name.as_str())
        {
            trimmed.push((member.name.clone(), id.into()));
        }
    }
    event.params_mut().extend(trimmed);
    Ok(())
}

/// SQS: an error keeps the code of the query protocol, but its class is named after the new code.
fn classify_by_query_code(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    let code = event.result().and_then(|result| result["Error"].get("QueryErrorCode")).and_then(Value::as_str);
    if let Some(code) = code.map(str::to_owned) {
        let class = protocol::error_class(event.service(), &code)?;
        event.set_error_class(class);
    }
    Ok(())
}

/// SSO OIDC: its errors are those of OAuth, with the message in `error_description`. The description is copied to where
/// the parser looks for a message, unless there already is one.
fn copy_error_description(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    if let Some(response) = event.response_mut().filter(|r| r.status >= 400)
        && let ResponseBody::Bytes(body) = &mut response.body
        && let Some(described) = with_message(body)
    {
        *body = described.into();
    }
    Ok(())
}

fn with_message(body: &[u8]) -> Option<Vec<u8>> {
    let Ok(Json::Object(mut members)) = serde_json::from_slice(body) else { return None };
    let text = |name: &str| members.get(name).and_then(Json::as_str).filter(|text| !text.is_empty());
    if text("Message").is_some() {
        return None;
    }
    let description = text("error_description")?.to_owned();
    members.insert("Message".to_owned(), description.into());
    serde_json::to_vec(&members).ok()
}

/// STS: uses the former global endpoint for the regions that it served, if `sts_regional_endpoints` is `legacy`.
fn use_legacy_global_endpoint(setup: &mut Setup<'_>) {
    #[rustfmt::skip]
    const REGIONS: [&str; 16] = [
        "ap-northeast-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "aws-global", "ca-central-1", "eu-central-1", "eu-north-1",
        "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
    ];
    let legacy = setup.settings.sts_regional_endpoints == "legacy";
    let region = setup.settings.region.clone().unwrap_or_default();
    let global = legacy && REGIONS.contains(&region.as_str());
    if global && setup.settings.endpoint_url.is_none() && !setup.settings.use_fips && !setup.settings.use_dualstack {
        setup.lookup_region = Some(LookupRegion { lookup: Some("aws-global".into()), client: region });
    }
    setup.builtin("AWS::STS::UseGlobalEndpoint", global);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_scheme_and_the_host_of_a_predict_endpoint_are_used() {
        let request = Request::new("POST", "https://machinelearning.us-east-1.amazonaws.com/a?b=c");
        assert_eq!(with_host_of(&request, "http://x.example.com:81/some/path?q=1").unwrap(), "http://x.example.com:81/a?b=c");
        assert_eq!(with_host_of(&request, "x.example.com").unwrap_err().kind(), ErrorKind::InvalidEndpoint);
    }

    #[test]
    fn an_oauth_error_description_becomes_the_message_if_there_is_none() {
        let message = |body: &str| {
            let json: Json = serde_json::from_slice(&with_message(body.as_bytes())?).unwrap();
            json["Message"].as_str().map(str::to_owned)
        };
        assert_eq!(message(r#"{"error":"invalid_grant","error_description":"d"}"#).as_deref(), Some("d"));
        assert_eq!(message(r#"{"error_description":"d","Message":""}"#).as_deref(), Some("d"));
        for untouched in [r#"{"error_description":"d","Message":"m"}"#, r#"{"error_description":null}"#, "{}", "[1]", "not JSON", ""] {
            assert_eq!(message(untouched), None, "{untouched}");
        }
    }
}
