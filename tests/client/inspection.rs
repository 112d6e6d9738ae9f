//! Inspection of operations before calling them, raw signed calls, and requests as curl commands.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use tucuxi::http::{Body, Headers, Request, Response, SendOptions, Transport};
use tucuxi::{Credentials, Environment, ErrorKind, Session, Value, value};

fn session() -> Session {
    let keys = Credentials::new("AKIDEXAMPLE", "SECRET").with_token("TOKEN");
    Session::builder().environment(Environment::empty()).region("us-east-1").credentials(keys).build().unwrap()
}

#[test]
fn read_only_operations_are_recognized() {
    let reads = |service: &str, operation: &str| session().client(service).unwrap().read_only(operation).unwrap();
    // By the verb in any protocol, by the definition's own trait, and under both spellings.
    assert!(reads("ec2", "describe_instances") && reads("dynamodb", "Query") && reads("s3", "head_object"));
    assert!(reads("sqs", "get_queue_url") && reads("apigatewayv2", "export_api") && reads("geo-places", "suggest"));
    assert!(!reads("sqs", "receive_message") && !reads("ec2", "run_instances") && !reads("s3", "create_session"));
    // A GET that confirms, a POST that exports, a query that may unload, and a getter that creates its result.
    assert!(!reads("iot", "confirm_topic_rule_destination") && !reads("dynamodb", "export_table_to_point_in_time"));
    assert!(!reads("timestream-query", "query") && !reads("cognito-identity", "get_id"));
    let described = session().client("cognito-identity").unwrap().describe("get_id").unwrap();
    assert_eq!(described["read_only"], Value::Bool(false));
    assert!(session().client("s3").unwrap().read_only("get_objcet").unwrap_err().message().contains("get_object"));
}

#[test]
fn an_input_schema_describes_the_parameters() {
    let s3 = session().client("s3").unwrap();
    let schema = s3.input_schema("put_object").unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["required"], value!(["Bucket", "Key"]));
    assert_eq!(schema["additionalProperties"], Value::Bool(false));
    let properties = &schema["properties"];
    assert_eq!(properties["Key"], value!({"type": "string", "minLength": 1}));
    assert_eq!(properties["Body"], value!({"anyOf": [{"$ref": "#/$defs/$bytes"}, {"type": "string"}]}));
    assert_eq!(properties["Metadata"], value!({"type": "object", "additionalProperties": {"type": "string"}}));
    assert_eq!(properties["ServerSideEncryption"].search("enum[:2]").unwrap(), value!(["AES256", "aws:fsx"]));
    assert_eq!(properties["SSECustomerKey"]["x-sensitive"], Value::Bool(true));
    assert_eq!(schema["$defs"]["$timestamp"]["properties"]["$timestamp"]["format"], "date-time");
}

#[test]
fn a_shape_that_contains_itself_refers_to_itself() {
    let dynamodb = session().client("dynamodb").unwrap();
    let schema = dynamodb.input_schema("put_item").unwrap();
    let definitions = &schema["$defs"];
    assert_eq!(definitions["ListAttributeValue"]["items"]["$ref"], "#/$defs/AttributeValue");
    assert_eq!(definitions["AttributeValue"]["properties"]["L"]["$ref"], "#/$defs/ListAttributeValue");
    let bedrock = session().client("bedrock-runtime").unwrap().input_schema("converse").unwrap();
    let union = &bedrock["$defs"]["ContentBlock"];
    assert_eq!((union["minProperties"].as_int(), union["maxProperties"].as_int()), (Some(1), Some(1)));
}

#[test]
fn an_output_schema_describes_the_result() {
    let schema = session().client("s3").unwrap().output_schema("list_objects_v2").unwrap();
    assert!(schema.get("required").is_none() && schema.get("additionalProperties").is_none());
    assert_eq!(schema["properties"]["Contents"]["$ref"], "#/$defs/ObjectList");
    assert_eq!(schema["$defs"]["Object"]["properties"]["LastModified"]["$ref"], "#/$defs/$timestamp");
    assert_eq!(schema["properties"]["ResponseMetadata"]["properties"]["HTTPStatusCode"]["type"], "integer");
    let schema = session().client("s3").unwrap().output_schema("get_object").unwrap();
    assert_eq!(schema["properties"]["Body"]["$ref"], "#/$defs/$stream");
    let schema = session().client("lambda").unwrap().output_schema("invoke").unwrap();
    assert_eq!(schema["properties"]["Payload"]["$ref"], "#/$defs/$stream");
    // An operation without output still returns its metadata.
    let schema = session().client("ec2").unwrap().output_schema("delete_vpc").unwrap();
    assert_eq!(schema["properties"].as_map().unwrap().len(), 1);
}

/// Every reference of every operation resolves.
#[test]
fn the_schemas_of_whole_services_are_consistent() {
    for service in ["s3", "dynamodb", "ec2", "lexv2-models", "wafv2"] {
        let client = session().client(service).unwrap();
        for operation in client.operations() {
            for schema in [client.input_schema(&operation).unwrap(), client.output_schema(&operation).unwrap()] {
                let mut open = vec![&schema];
                while let Some(value) = open.pop() {
                    if let Some(name) = value["$ref"].as_str().and_then(|to| to.strip_prefix("#/$defs/")) {
                        assert!(schema["$defs"].get(name).is_some(), "{service} {operation}: {name}");
                    }
                    open.extend(value.as_list().into_iter().flatten().chain(value.as_map().into_iter().flat_map(|map| map.values())));
                }
            }
        }
    }
}

#[test]
fn a_raw_request_is_signed_and_sent_as_written() {
    let s3 = session().client("s3").unwrap();
    let request = s3.raw("PUT", "/river/a%20b?acl").query("x y", "1/2").header("x-custom", "1").body("hello").prepare().unwrap();
    assert_eq!((request.method.as_str(), request.url.as_str()), ("PUT", "https://s3.amazonaws.com/river/a%20b?acl&x%20y=1%2F2"));
    let authorization = request.headers.get("authorization").unwrap();
    assert!(authorization.contains("/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date;"), "{authorization}");
    assert!(authorization.contains("x-custom"));
    let digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    assert_eq!(request.headers.get("x-amz-content-sha256"), Some(digest));
    for path in ["", "river", "/a b", "/a#b", "/é", "/a\r\nX: y"] {
        assert_eq!(s3.raw("GET", path).prepare().unwrap_err().kind(), ErrorKind::ParamValidation, "{path}");
    }
    assert!(s3.raw("PUT", "/a").body(value!({"no": 1})).prepare().unwrap_err().message().contains("not map"));
}

/// Responds to the first requests with 503, and to the others with the method and the body of the request.
struct Moody(AtomicU32);

impl Transport for Moody {
    fn send(&self, request: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        if self.0.fetch_add(1, Relaxed) == 0 {
            return Ok(Response::new(503, Headers::new(), b"slow down".to_vec()));
        }
        let body = match &request.body {
            Body::Bytes(bytes) => bytes.to_vec(),
            _ => Vec::new(),
        };
        let headers = [("x-method", request.method.as_str()), ("x-user-agent", request.headers.get("user-agent").unwrap_or_default())];
        Ok(Response::new(404, headers.into_iter().collect(), body))
    }
}

#[test]
fn a_raw_call_is_retried_and_returns_any_response() {
    let dynamodb = session().client_builder("dynamodb").transport(Moody(AtomicU32::new(0))).build().unwrap();
    let mut response = dynamodb.raw("POST", "/").header("X-Amz-Target", "DynamoDB_20120810.Dream").body(b"{}").send().unwrap();
    assert_eq!((response.status, response.headers.get("x-method")), (404, Some("POST")));
    assert!(response.headers.get("x-user-agent").unwrap().starts_with("tucuxi/"));
    assert_eq!(&response.body.buffer().unwrap()[..], b"{}");
    let once = session().client_builder("dynamodb").transport(Moody(AtomicU32::new(0))).build().unwrap();
    assert_eq!(once.raw("POST", "/").max_attempts(1).send().unwrap().status, 503);
}
