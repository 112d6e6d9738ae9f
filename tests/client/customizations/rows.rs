//! The rows of the specification of customizations, each with a test of its name: the same calls as boto3's, with the same
//! requests, results, and errors. `rows.py` recorded boto3's.

use std::io::{self, Read};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map as JsonMap, Value as Json, json};
use tucuxi::http::{Body, Headers, Request, Response, SendOptions, Transport};
use tucuxi::{Client, Config, Credentials, Environment, Error, Map, Session, Timestamp, Value};

use super::support::NOW;

/// Recorded by `rows.py`.
const RECORDED: &str = include_str!("rows.jsonl");

/// Headers that are not compared: the names of the programs, and those that only the HTTP library of one of them adds.
const NOT_COMPARED: [&str; 4] = ["user-agent", "content-length", "host", "transfer-encoding"];

/// Responds as recorded, and records what is sent.
#[derive(Clone)]
struct Server {
    responses: Arc<Mutex<Vec<Json>>>,
    sent: Arc<Mutex<Vec<Json>>>,
}

impl Transport for Server {
    fn send(&self, request: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        let headers: JsonMap<String, Json> = request
            .headers
            .iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), json!(value)))
            .filter(|(name, _)| !NOT_COMPARED.contains(&name.as_str()))
            .collect();
        let body = content(std::mem::replace(&mut request.body, Body::Empty))?;
        let body = (body.len() < 10_000).then(|| STANDARD.encode(&body));
        self.sent.lock().unwrap().push(json!({"method": request.method, "url": request.url, "headers": headers, "body": body}));
        let mut responses = self.responses.lock().unwrap();
        let response = if responses.len() > 1 { responses.remove(0) } else { responses[0].clone() };
        let headers: Headers =
            response[1].as_object().unwrap().iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
        let status = response[0].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap();
        Ok(Response::new(status, headers, response[2].as_str().unwrap().as_bytes()))
    }
}

fn content(body: Body) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    match body {
        Body::Empty => {}
        Body::Bytes(bytes) => content.extend_from_slice(&bytes),
        Body::Reader(mut reader) => {
            reader.read_to_end(&mut content)?;
        }
    }
    Ok(content)
}

fn client(case: &Json, server: Server) -> Result<Client, Error> {
    let text = |name: &str| case[name].as_str();
    let environment: Environment =
        case["env"].as_object().unwrap().iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
    let mut credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    if let Some(token) = text("token") {
        credentials = credentials.with_token(token);
    }
    if let Some(account) = text("account") {
        credentials = credentials.with_account_id(account);
    }
    let session = Session::builder().environment(environment).credentials(credentials).build()?;
    let config = Config::from_value(&Value::from_json(case["config"].clone())?)?.message_style("boto3").omit_null_parameters(false);
    let mut builder = session.client_builder(text("service").unwrap()).region(text("region").unwrap()).config(config).transport(server);
    builder = builder.clock(|| Timestamp::new(NOW, 0)).uuids(|| "11111111-2222-4333-8444-555555555555").sleep(|_| ());
    if let Some(url) = text("url") {
        builder = builder.endpoint_url(url);
    }
    builder.build()
}

/// The parameters in their order, with long bytes, which are recorded as a letter and a count.
fn params(case: &Value) -> Value {
    let mut params = case["params"].as_map().unwrap().clone();
    for (name, long) in case["long"].as_map().unwrap() {
        let count = long[1].as_int().and_then(|count| usize::try_from(count).ok()).unwrap();
        params.insert(name.clone(), long[0].as_str().unwrap().repeat(count).into_bytes());
    }
    params.into()
}

/// The result without metadata, and with the content of streams.
fn plain(mut result: Value) -> Json {
    if let Some(map) = result.as_map_mut() {
        map.remove("ResponseMetadata");
        let streams: Vec<(String, Value)> =
            map.iter().filter_map(|(name, value)| Some((name.to_string(), Value::from(value.as_stream()?.read_all().ok()?)))).collect();
        map.extend(streams.into_iter().collect::<Map>());
    }
    result.to_json()
}

fn outcome(line: &str, case: &Json) -> Result<(Json, Vec<Json>), (Error, Vec<Json>)> {
    let server = Server { responses: Arc::new(Mutex::new(case["responses"].as_array().unwrap().clone())), sent: Arc::default() };
    let sent = Arc::clone(&server.sent);
    let call = || -> Result<Json, Error> {
        let client = client(case, server)?;
        let (operation, params) = (case["operation"].as_str().unwrap(), params(&Value::from_json_text(line)?));
        let Some(presign) = case["presign"].as_object() else {
            let result = client.call(operation, params)?;
            // The checksum of a body is checked when it has been read.
            if let Some(stream) = result["Body"].as_stream()
                && case["error"]["name"] == "FlexibleChecksumError"
            {
                return Err(stream.read_all().unwrap_err());
            }
            return Ok(plain(result));
        };
        let mut arguments = Value::from_json(Json::Object(presign.clone()))?;
        let map = arguments.as_map_mut().unwrap();
        map.insert("ClientMethod", operation);
        map.insert("Params", params);
        client.call("generate_presigned_url", arguments).map(|url| url.to_json())
    };
    let done = call();
    let sent = std::mem::take(&mut *sent.lock().unwrap());
    match done {
        Ok(result) => Ok((result, sent)),
        Err(error) => Err((error, sent)),
    }
}

/// Runs the calls of a row, and compares them with boto3's.
fn same_as_boto3(row: &str) {
    let recorded = RECORDED.lines().map(|line| (line, serde_json::from_str::<Json>(line).unwrap()));
    let cases: Vec<(&str, Json)> = recorded.filter(|(_, case)| case["row"] == row).collect();
    assert!(!cases.is_empty(), "{row} has no calls");
    let mut problems = Vec::new();
    for (line, case) in &cases {
        let call = format!("{} {} {} {} {}", case["service"], case["operation"], case["region"], case["config"], case["params"]);
        let sent = match (outcome(line, case), case.get("error")) {
            (Ok((result, sent)), None) => {
                if result != case["result"] {
                    problems.push(format!("{call}\n  result {result}\n  boto3  {}", case["result"]));
                }
                sent
            }
            (Err((error, sent)), Some(expected)) => {
                let same = error.name() == expected["name"] && expected.get("code").is_none_or(|code| code.as_str() == error.code());
                let (message, wanted) = (error.message(), expected["message"].as_str().unwrap_or_default());
                if !same || message != wanted {
                    problems.push(format!("{call}\n  error {} {:?} {message}\n  boto3 {expected}", error.name(), error.code()));
                }
                sent
            }
            (Ok((result, _)), Some(expected)) => {
                problems.push(format!("{call}\n  result {result}\n  boto3  {expected}"));
                continue;
            }
            (Err((error, _)), None) => {
                problems.push(format!("{call}\n  error {error}\n  boto3 {}", case["result"]));
                continue;
            }
        };
        compare_requests(&call, &sent, case["sent"].as_array().unwrap(), &mut problems);
    }
    assert!(problems.is_empty(), "{} differences in {} calls:\n{}", problems.len(), cases.len(), problems.join("\n"));
}

fn compare_requests(call: &str, own: &[Json], theirs: &[Json], problems: &mut Vec<String>) {
    if own.len() != theirs.len() {
        problems.push(format!("{call}\n  {} requests, boto3 {}", own.len(), theirs.len()));
        return;
    }
    for (own, theirs) in own.iter().zip(theirs) {
        for part in ["method", "url", "body"] {
            if own[part] != theirs[part] {
                problems.push(format!("{call}\n  {part} {}\n  boto3 {}", own[part], theirs[part]));
            }
        }
        let (own, theirs) = (own["headers"].as_object().unwrap(), theirs["headers"].as_object().unwrap());
        let names = own.keys().chain(theirs.keys().filter(|name| !own.contains_key(*name)));
        for name in names.filter(|name| !NOT_COMPARED.contains(&name.as_str())) {
            if own.get(name) != theirs.get(name) {
                problems.push(format!("{call}\n  {name}: {:?}\n  boto3 {:?}", own.get(name), theirs.get(name)));
            }
        }
    }
}

#[test]
fn every_recorded_row_has_a_test() {
    let code = include_str!("rows.rs");
    for line in RECORDED.lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        let row = case["row"].as_str().unwrap();
        assert!(code.contains(&format!("same_as_boto3({row:?})")), "{row}");
    }
}

#[test]
fn row_2_idempotency_token() {
    same_as_boto3("2 idempotency token");
}

#[test]
fn row_2_response_checksum_mode() {
    same_as_boto3("2 response checksum mode");
}

#[test]
fn row_2_recursion_detection() {
    same_as_boto3("2 recursion detection");
}

#[test]
fn row_2_retry_headers() {
    same_as_boto3("2 retry headers");
}

#[test]
fn row_2_1_signer_of_the_auth_type() {
    same_as_boto3("2.1 signer of the auth type");
}

#[test]
fn row_2_2_scheme_preference() {
    same_as_boto3("2.2 scheme preference");
}

#[test]
fn row_2_2_bearer_of_bedrock() {
    same_as_boto3("2.2 bearer of Bedrock");
}

#[test]
fn row_2_3_request_compression() {
    same_as_boto3("2.3 request compression");
}

#[test]
fn row_3_1_body_to_stream() {
    same_as_boto3("3.1 body to stream");
}

#[test]
fn row_3_1_bucket_name_check() {
    same_as_boto3("3.1 bucket name check");
}

#[test]
fn row_3_1_bucket_stripped_from_the_path() {
    same_as_boto3("3.1 bucket stripped from the path");
}

#[test]
fn row_3_1_list_encoding() {
    same_as_boto3("3.1 list encoding");
}

#[test]
fn row_3_1_list_decoding() {
    same_as_boto3("3.1 list decoding");
}

#[test]
fn row_3_1_copysource() {
    same_as_boto3("3.1 CopySource");
}

#[test]
fn row_3_1_ascii_metadata() {
    same_as_boto3("3.1 ASCII metadata");
}

#[test]
fn row_3_1_sse_c_md5() {
    same_as_boto3("3.1 SSE-C MD5");
}

#[test]
fn row_3_1_sse_c_md5_of_a_copy_source() {
    same_as_boto3("3.1 SSE-C MD5 of a copy source");
}

#[test]
fn row_3_1_no_locationconstraint() {
    same_as_boto3("3.1 no LocationConstraint");
}

#[test]
fn row_3_2_endpoint_parameters() {
    same_as_boto3("3.2 endpoint parameters");
}

#[test]
fn row_3_2_expect() {
    same_as_boto3("3.2 Expect");
}

#[test]
fn row_3_2_xml_escaping() {
    same_as_boto3("3.2 XML escaping");
}

#[test]
fn row_3_2_arn_in_the_signed_path() {
    same_as_boto3("3.2 ARN in the signed path");
}

#[test]
fn row_3_2_unsigned_trailer() {
    same_as_boto3("3.2 unsigned trailer");
}

#[test]
fn row_3_2_addressing_by_bucket_and_style() {
    same_as_boto3("3.2 addressing by bucket and style");
}

#[test]
fn row_3_2_addressing_by_region() {
    same_as_boto3("3.2 addressing by region");
}

#[test]
fn row_3_2_addressing_by_setting() {
    same_as_boto3("3.2 addressing by setting");
}

#[test]
fn row_3_2_keys_are_not_normalized() {
    same_as_boto3("3.2 keys are not normalized");
}

#[test]
fn row_3_3_getbucketlocation() {
    same_as_boto3("3.3 GetBucketLocation");
}

#[test]
fn row_3_3_expires() {
    same_as_boto3("3.3 Expires");
}

#[test]
fn row_3_3_error_in_a_200_response() {
    same_as_boto3("3.3 error in a 200 response");
}

#[test]
fn row_3_3_errors_without_a_body() {
    same_as_boto3("3.3 errors without a body");
}

#[test]
fn row_3_4_trailer_over_tls() {
    same_as_boto3("3.4 trailer over TLS");
}

#[test]
fn row_3_4_header_over_http() {
    same_as_boto3("3.4 header over HTTP");
}

#[test]
fn row_3_4_checksum_of_the_caller() {
    same_as_boto3("3.4 checksum of the caller");
}

#[test]
fn row_3_4_checksums_when_required() {
    same_as_boto3("3.4 checksums when required");
}

#[test]
fn row_3_4_response_checksums() {
    same_as_boto3("3.4 response checksums");
}

#[test]
fn row_3_5_userdata() {
    same_as_boto3("3.5 UserData");
}

#[test]
fn row_3_5_filter_alias() {
    same_as_boto3("3.5 Filter alias");
}

#[test]
fn row_3_5_getconsoleoutput() {
    same_as_boto3("3.5 GetConsoleOutput");
}

#[test]
fn row_3_5_copysnapshot() {
    same_as_boto3("3.5 CopySnapshot");
}

#[test]
fn row_3_6_copies_between_regions() {
    same_as_boto3("3.6 copies between regions");
}

#[test]
fn row_3_7_apigateway() {
    same_as_boto3("3.7 apigateway");
}

#[test]
fn row_3_7_cloudformation() {
    same_as_boto3("3.7 cloudformation");
}

#[test]
fn row_3_7_cloudsearchdomain() {
    same_as_boto3("3.7 cloudsearchdomain");
}

#[test]
fn row_3_7_logs() {
    same_as_boto3("3.7 logs");
}

#[test]
fn row_3_7_cognito_identity() {
    same_as_boto3("3.7 cognito-identity");
}

#[test]
fn row_3_7_sts() {
    same_as_boto3("3.7 sts");
}

#[test]
fn row_3_7_glacier() {
    same_as_boto3("3.7 glacier");
}

#[test]
fn row_3_7_iam() {
    same_as_boto3("3.7 iam");
}

#[test]
fn row_3_7_kinesis() {
    same_as_boto3("3.7 kinesis");
}

#[test]
fn row_3_7_lambda() {
    same_as_boto3("3.7 lambda");
}

#[test]
fn row_3_7_machinelearning() {
    same_as_boto3("3.7 machinelearning");
}

#[test]
fn row_3_7_names_of_methods() {
    same_as_boto3("3.7 names of methods");
}

#[test]
fn row_3_7_polly() {
    same_as_boto3("3.7 polly");
}

#[test]
fn row_3_7_route53() {
    same_as_boto3("3.7 route53");
}

#[test]
fn row_3_7_s3_control() {
    same_as_boto3("3.7 s3-control");
}

#[test]
fn row_3_7_sqs() {
    same_as_boto3("3.7 sqs");
}

#[test]
fn row_3_7_sso_oidc() {
    same_as_boto3("3.7 sso-oidc");
}

#[test]
fn row_3_7_importexport() {
    same_as_boto3("3.7 importexport");
}

#[test]
fn row_3_7_dynamodb_checksum() {
    same_as_boto3("3.7 dynamodb checksum");
}

#[test]
fn row_3_7_dynamodb_accounts() {
    same_as_boto3("3.7 dynamodb accounts");
}

#[test]
fn row_3_7_nothing_for_sqs() {
    same_as_boto3("3.7 nothing for sqs");
}

#[test]
fn row_4_2_region_redirect() {
    same_as_boto3("4.2 region redirect");
}

#[test]
fn row_4_5_arns_of_s3control() {
    same_as_boto3("4.5 ARNs of s3control");
}

#[test]
fn row_6_1_presigned_urls_of_s3() {
    same_as_boto3("6.1 presigned URLs of S3");
}

#[test]
fn row_6_1_presigned_urls_of_other_protocols() {
    same_as_boto3("6.1 presigned URLs of other protocols");
}
