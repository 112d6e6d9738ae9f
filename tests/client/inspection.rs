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

/// Methods that are not operations, with boto3's order of their parameters; those after `|` do not exist in boto3.
const METHODS: [(&str, &str, &str); 21] = [
    ("s3", "generate_presigned_url", "ClientMethod Params ExpiresIn HttpMethod"),
    ("s3", "generate_presigned_post", "Bucket Key Fields Conditions ExpiresIn"),
    ("s3", "upload_file", "Filename Bucket Key ExtraArgs Callback Config"),
    ("s3", "upload_fileobj", "Fileobj Bucket Key ExtraArgs Callback Config"),
    ("s3", "download_file", "Bucket Key Filename ExtraArgs Callback Config"),
    ("s3", "download_fileobj", "Bucket Key Fileobj ExtraArgs Callback Config"),
    ("s3", "copy", "CopySource Bucket Key ExtraArgs Callback SourceClient Config"),
    ("s3", "upload_dir", "| Directory Bucket Prefix Filters Compare Delete DryRun FollowSymlinks NoOverwrite Resume ExtraArgs Config"),
    ("s3", "sync", "| Source Target Filters Compare Delete DryRun FollowSymlinks NoOverwrite Resume ExtraArgs Config"),
    ("s3", "plan_transfers", "| Source Target Filters Compare Delete FollowSymlinks"),
    ("s3", "split_plan", "| Plan Parts"),
    ("s3", "execute_plan", "| Plan NoOverwrite Resume ExtraArgs Callback Config"),
    ("s3", "merge_reports", "| Reports"),
    ("s3", "split_keys", "| Bucket Prefix Parts"),
    ("rds", "generate_db_auth_token", "DBHostname Port DBUsername Region"),
    ("dsql", "generate_db_connect_auth_token", "Hostname Region ExpiresIn"),
    ("dsql", "generate_db_connect_admin_auth_token", "Hostname Region ExpiresIn"),
    ("dynamodb", "use_plain_values", "|"),
    ("dynamodb", "batch_write", "| RequestItems OverwriteByPkeys"),
    ("dynamodb", "batch_get", "| RequestItems"),
    ("sqs", "generate_presigned_url", "ClientMethod Params ExpiresIn HttpMethod"),
];

#[test]
fn methods_that_are_not_operations_are_described_with_their_parameters_in_order() {
    for (service, method, parameters) in METHODS {
        let client = session().client(service).unwrap();
        assert!(client.methods().iter().any(|name| name == method), "{service} {method}");
        assert!(!client.operations().iter().any(|name| name == method), "{service} {method}");
        let described = client.describe(method).unwrap();
        assert_eq!((described["name"].as_str(), described["kind"].as_str()), (Some(method), Some("method")));
        assert!(described["help"].as_str().is_some_and(|help| help.ends_with('.')), "{described}");
        let names: Vec<_> = described["input"]["members"].as_map().unwrap().keys().map(|name| name.to_string()).collect();
        assert_eq!(names.join(" "), parameters.trim_start_matches(['|', ' ']), "{service} {method}");
        let schema = client.input_schema(method).unwrap();
        for name in &names {
            let foreign =
                matches!(described["input"]["members"][name.as_str()]["type"].as_str(), Some("function" | "client" | "file object"));
            assert_eq!(schema["properties"].get(name).is_none(), foreign, "{service} {method} {name}");
        }
        assert_eq!(schema["additionalProperties"], Value::Bool(false));
        assert_eq!(described["read_only"].as_bool(), Some(client.read_only(method).unwrap()));
        client.output_schema(method).unwrap();
    }
    let s3 = session().client("s3").unwrap();
    assert_eq!(s3.output_schema("generate_presigned_post").unwrap()["type"], "object");
    assert!(s3.read_only("generate_presigned_url").unwrap() && !s3.read_only("upload_file").unwrap());
    assert!(session().client("sqs").unwrap().describe("upload_file").unwrap_err().kind() == ErrorKind::UnknownOperation);
}

#[test]
fn a_method_that_takes_an_operation_s_parameters_describes_them_too() {
    let dynamodb = session().client("dynamodb").unwrap();
    let described = dynamodb.describe("parallel_scan").unwrap();
    assert_eq!(described["input"]["members"]["Segments"]["type"], "integer");
    assert_eq!(described["input"]["members"]["TableName"]["type"], "string");
    assert_eq!(described["input"]["required"], value!(["TableName"]));
    let schema = dynamodb.input_schema("parallel_scan").unwrap();
    assert_eq!(schema["properties"]["Segments"]["type"], "integer");
    assert!(schema["$defs"]["AttributeValue"].as_map().is_some());
}

#[test]
fn the_parameters_of_a_method_are_checked_together() {
    let error = session().client("s3").unwrap().call("upload_file", value!({"Bukket": "b", "Key": 1})).unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::ParamValidation, Some("upload_file")));
    let lines: Vec<&str> = error.message().lines().skip(1).collect();
    assert_eq!(
        lines,
        [
            "Missing required parameter in input: \"Filename\"",
            "Missing required parameter in input: \"Bucket\"",
            "Unknown parameter in input: \"Bukket\", must be one of: Filename, Bucket, Key, ExtraArgs, Callback, Config (Did you mean Bucket?)",
            "Invalid type for parameter Key, type: number, valid types: string",
        ]
    );
}

#[test]
fn actions_and_methods_of_resources_are_described_without_what_the_resource_provides() {
    let s3 = session().resource("s3").unwrap();
    let object = s3.resource("Object", ["river", "a"]).unwrap();
    let described = object.describe("get").unwrap();
    assert_eq!((described["name"].as_str(), described["action"].as_str()), (Some("GetObject"), Some("get")));
    assert_eq!(described["input"]["required"], value!([]));
    assert_eq!(object.describe("load").unwrap()["name"], "HeadObject");
    assert_eq!(object.describe("copy").unwrap()["input"]["required"], value!(["CopySource"]));
    assert_eq!(object.describe("content_length").unwrap(), value!({"name": "content_length", "kind": "attribute"}));
    assert_eq!(object.input_schema("upload_file").unwrap()["required"], value!(["Filename"]));
    let instance = session().resource("ec2").unwrap().resource("Instance", ["i-1"]).unwrap();
    assert_eq!(instance.describe("start").unwrap()["provides"], value!(["InstanceIds"]));
    let delete_tags = instance.describe("delete_tags").unwrap();
    assert!(delete_tags["input"]["members"].get("Resources").is_none());
    assert!(delete_tags["input"]["members"]["Tags"].as_map().is_some());
    let error = object.describe("gett").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownName);
    assert!(error.message().contains("Did you mean get"), "{error}");
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
