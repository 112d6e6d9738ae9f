//! Differences between a definition and its service: parameters beyond the definition's constraints, and unknown output.

use std::sync::{Arc, Mutex};

use tucuxi::http::{Headers, Request, Response, SendOptions, Transport};
use tucuxi::{Client, Config, Credentials, Environment, ErrorKind, Map, Session, UnknownMember, Value, value};

fn session(config: Config) -> Session {
    let keys = Credentials::new("AKIDEXAMPLE", "SECRET");
    Session::builder().environment(Environment::empty()).region("us-east-1").credentials(keys).config(config).build().unwrap()
}

fn strict(service: &str) -> Client {
    session(Config::new().strict_validation(true)).client(service).unwrap()
}

#[test]
fn strict_validation_reports_all_problems_at_once_with_paths() {
    let params = value!({"TableName": ("t".repeat(1025)), "BillingMode": "PAYPERREQUEST", "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "s"}],
        "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}, {"AttributeName": "r", "KeyType": "Range"}, {"AttributeName": "x", "KeyType": "HASH"}],
        "Tags": [{"Key": "k"}], "DeletionProtectionEnabled": "yes"});
    let error = strict("dynamodb").prepare("create_table", params.clone()).unwrap_err();
    assert_eq!((error.kind(), error.name()), (ErrorKind::ParamValidation, "ParamValidationError"));
    let problems = error.details()["problems"].search("[].[kind, path]").unwrap();
    let expected = value!([
        ["enum", "BillingMode"],
        ["enum", "AttributeDefinitions[0].AttributeType"],
        ["length", "TableName"],
        ["enum", "KeySchema[1].KeyType"],
        ["missing", "Tags[0]"],
        ["type", "DeletionProtectionEnabled"],
    ]);
    let (mut found, mut wanted) = (problems.as_list().unwrap().to_vec(), expected.as_list().unwrap().to_vec());
    found.sort_by_key(ToString::to_string);
    wanted.sort_by_key(ToString::to_string);
    assert_eq!(found, wanted, "{error}");
    assert!(error.message().contains("(Did you mean PAY_PER_REQUEST?)"), "{error}");
    // Without the setting, as in boto3.
    let error = session(Config::new()).client("dynamodb").unwrap().prepare("create_table", params).unwrap_err();
    assert_eq!(error.details()["problems"].as_list().map(|problems| problems.len()), Some(2), "{error}");
}

#[test]
fn strict_validation_is_a_key_of_untyped_settings_and_of_profiles() {
    let params = || value!({"Bucket": "b", "ACL": "publicread"});
    let untyped = session(Config::new()).client_with("s3", value!({"config": {"strict_validation": true}})).unwrap();
    let error = untyped.prepare("create_bucket", params()).unwrap_err();
    assert!(error.message().ends_with("(Did you mean public-read or public-read-write?)"), "{error}");
    assert_eq!(untyped.config().to_value()["strict_validation"], Value::Bool(true));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config");
    std::fs::write(&file, "[default]\nregion = us-east-1\nstrict_validation = true\n").unwrap();
    let environment = Environment::from([("AWS_CONFIG_FILE", file.to_str().unwrap())]);
    let session = Session::builder().environment(environment).credentials(Credentials::new("AKID", "SECRET")).build().unwrap();
    let error = session.client("s3").unwrap().prepare("create_bucket", params()).unwrap_err();
    assert_eq!(error.name(), "ParamValidationError");
    let error = untyped_error(value!({"config": {"strict_validation": "perhaps"}}));
    assert!(error.contains("strict_validation"), "{error}");
}

fn untyped_error(options: Value) -> String {
    session(Config::new()).client_with("s3", options).unwrap_err().to_string()
}

/// The generator follows the definition, so the validation must accept what it generates. It ignores look-around.
#[test]
fn strict_validation_accepts_generated_inputs() {
    let (mut inputs, mut rejected) = (0, Vec::new());
    for service in ["dynamodb", "ec2", "iam", "kms", "lambda", "s3", "sagemaker", "sqs", "sns", "ssm", "cloudwatch", "bedrock-agent"] {
        let client = strict(service);
        for operation in client.operations() {
            let params = client.sample_input(&operation, 3).unwrap();
            inputs += 1;
            if let Err(error) = client.prepare(&operation, params)
                && error.kind() == ErrorKind::ParamValidation
            {
                rejected.push(format!("{service} {operation}: {}", error.message()));
            }
        }
    }
    println!("{} of {inputs} inputs are rejected", rejected.len());
    assert!(inputs > 1500 && rejected.len() * 100 < inputs, "{} of {inputs}:\n{}", rejected.len(), rejected.join("\n"));
}

/// Responds with one body.
struct Body(Vec<u8>);

impl Transport for Body {
    fn send(&self, _: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        Ok(Response::new(200, Headers::new(), self.0.clone()))
    }
}

/// The result of a call with this response, and the unknown members that hooks saw.
fn call(service: &str, operation: &str, params: Value, body: impl Into<Vec<u8>>) -> (Value, Vec<UnknownMember>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let session = session(Config::new().report_unknown_output(true));
    let client = session.client_builder(service).transport(Body(body.into())).build().unwrap();
    let log = Arc::clone(&seen);
    client
        .on("unknown-output", move |event| {
            assert!(event.name().starts_with("unknown-output."));
            log.lock().unwrap().extend_from_slice(event.unknown_output());
            Ok(())
        })
        .unwrap();
    let result = client.call(operation, params).unwrap();
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    (result, seen)
}

fn lines(unknown: &[UnknownMember]) -> Vec<String> {
    unknown.iter().map(|member| format!("{} of {}: {}", member.path, member.shape, member.type_name)).collect()
}

#[test]
fn unknown_members_of_json_are_reported_once_with_path_and_type() {
    let body = r#"{"Table": {"TableName": "t", "Speed": 1.5, "KeySchema": [{"KeyType": "HASH"}, {"Sort": true}, {"Sort": false}]},
        "Beside": {"a": 1}, "__type": "x", "Nothing": null}"#;
    let (result, unknown) = call("dynamodb", "describe_table", value!({"TableName": "t"}), body);
    assert_eq!(result["Table"]["TableName"], "t");
    assert!(result.get("Beside").is_none());
    let expected = [
        "Table.Speed of TableDescription: number",
        "Table.KeySchema[1].Sort of KeySchemaElement: boolean",
        "Beside of DescribeTableOutput: map",
        "Nothing of DescribeTableOutput: null",
    ];
    assert_eq!(lines(&unknown), expected);
    let body = r#"{"Configuration": {"FunctionName": "f", "Kind": "x"}, "Code": {"Places": []}}"#;
    let (_, unknown) = call("lambda", "get_function", value!({"FunctionName": "f"}), body);
    assert_eq!(lines(&unknown), ["Configuration.Kind of FunctionConfiguration: string", "Code.Places of FunctionCodeLocation: list"]);
}

#[test]
fn unknown_elements_of_xml_are_reported_in_every_protocol() {
    let body = "<ListBucketResult><Name>b</Name><Contents><Key>k</Key><Mood/></Contents><Contents><Mood>x</Mood></Contents>\
                <Shade><Deep>1</Deep></Shade></ListBucketResult>";
    let (result, unknown) = call("s3", "list_objects_v2", value!({"Bucket": "b"}), body);
    assert_eq!(result["Contents"][0]["Key"], "k");
    assert_eq!(lines(&unknown), ["Contents[0].Mood of Object: null", "Shade of ListObjectsV2Output: map"]);
    let body = "<ListUsersResponse><ListUsersResult><Users><member><UserName>u</UserName><Age>3</Age></member></Users><More>x</More>\
                </ListUsersResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata><Extra>1</Extra></ListUsersResponse>";
    let (result, unknown) = call("iam", "list_users", value!({}), body);
    assert_eq!(result["ResponseMetadata"]["RequestId"], "r");
    let expected = ["Users[0].Age of User: string", "More of ListUsersResponse: string", "Extra of ListUsersResponse: string"];
    assert_eq!(lines(&unknown), expected);
    let body = "<DescribeVpcsResponse><requestId>r</requestId><vpcSet><item><vpcId>v</vpcId><color>blue</color></item></vpcSet>\
                </DescribeVpcsResponse>";
    let (_, unknown) = call("ec2", "describe_vpcs", value!({}), body);
    assert_eq!(lines(&unknown), ["Vpcs[0].color of Vpc: string"]);
}

#[test]
fn unknown_keys_of_cbor_are_reported() {
    // {"EventBuses": [{"Mood": h'00'}], "Count": 1}
    let body = b"\xa2\x6aEventBuses\x81\xa1\x64Mood\x41\x00\x65Count\x01".to_vec();
    let (_, unknown) = call("eventbridgev2", "list_event_buses", value!({}), body);
    assert_eq!(lines(&unknown), ["EventBuses[0].Mood of EventBusSummary: blob", "Count of ListEventBusesResponse: number"]);
}

#[test]
fn without_the_setting_and_without_unknown_members_no_hook_runs() {
    let (_, unknown) = call("sqs", "list_queues", value!({}), "{}");
    assert_eq!(unknown, []);
    let client = session(Config::new()).client_builder("sqs").transport(Body(br#"{"New": 1}"#.to_vec())).build().unwrap();
    client.on("unknown-output", |_| panic!("the setting is off")).unwrap();
    client.call("list_queues", value!({})).unwrap();
}

#[test]
fn an_error_of_the_hook_ends_the_call() {
    let session = session(Config::new().report_unknown_output(true));
    let client = session.client_builder("sqs").transport(Body(br#"{"New": 1}"#.to_vec())).build().unwrap();
    client.on("unknown-output.sqs.ListQueues", |event| anyhow::bail!("{} is new", event.unknown_output()[0].name)).unwrap();
    let error = client.call("list_queues", Map::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Foreign);
    assert!(error.message().contains("New is new") && error.message().contains("unknown-output"), "{error}");
}

#[test]
fn a_hostile_response_does_not_flood_the_hook() {
    let body: String = (0..50_000).map(|i| format!("\"k{i}\": {i},")).collect();
    let (_, unknown) = call("sqs", "list_queues", value!({}), format!("{{{body}\"QueueUrls\": []}}"));
    assert_eq!(unknown.len(), 1000);
}
