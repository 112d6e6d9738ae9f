//! A write and a read in services of every protocol that moto supports, against a moto server.
//!
//! Each test checks what it reads back, so both the request and the response must be right.

use std::io::Write as _;

use crate::moto::client;
use tucuxi::{ErrorKind, Value, value};

/// The only entry of a list whose `key` has that text.
fn entry<'a>(list: &'a Value, key: &str, text: &str) -> &'a Value {
    let found: Vec<&Value> = list.as_list().expect("a list").iter().filter(|item| item[key].as_str() == Some(text)).collect();
    assert_eq!(found.len(), 1, "{key} {text:?} in {list:?}");
    found[0]
}

#[test]
fn iam_query() {
    let iam = client("iam");
    let tags = value!([{"Key": "team", "Value": "river & sea"}]);
    let made = iam.call("create_user", value!({"UserName": "tucuxi", "Path": "/dolphins/", "Tags": tags})).unwrap();
    assert_eq!(made["User"]["Arn"].as_str(), Some("arn:aws:iam::123456789012:user/dolphins/tucuxi"));
    let read = iam.call("GetUser", value!({"UserName": "tucuxi"})).unwrap();
    assert_eq!(read["User"]["Path"].as_str(), Some("/dolphins/"));
    assert_eq!(read["User"]["Tags"][0]["Value"].as_str(), Some("river & sea"));
    assert!(read["User"]["CreateDate"].as_timestamp().is_some());
    let error = iam.call("get_user", value!({"UserName": "boto"})).unwrap_err();
    assert_eq!((error.name(), error.code(), error.status()), ("NoSuchEntityException", Some("NoSuchEntity"), Some(404)));
}

#[test]
fn sts_query() {
    let sts = client("sts");
    assert_eq!(sts.call("get_caller_identity", ()).unwrap()["Account"].as_str(), Some("123456789012"));
    let role = value!({"RoleArn": "arn:aws:iam::123456789012:role/reader", "RoleSessionName": "tour", "DurationSeconds": 900});
    let assumed = sts.call("assume_role", role).unwrap();
    assert_eq!(assumed["AssumedRoleUser"]["Arn"].as_str(), Some("arn:aws:sts::123456789012:assumed-role/reader/tour"));
    assert!(assumed["Credentials"]["Expiration"].as_timestamp().is_some());
}

#[test]
fn sns_query() {
    let sns = client("sns");
    let attributes = value!({"DisplayName": "Río <Tapajós>", "DeliveryPolicy": ""});
    let topic = sns.call("create_topic", value!({"Name": "sightings", "Attributes": attributes})).unwrap();
    let read = sns.call("get_topic_attributes", value!({"TopicArn": topic["TopicArn"].clone()})).unwrap();
    assert_eq!(read["Attributes"]["DisplayName"].as_str(), Some("Río <Tapajós>"));
}

#[test]
fn ec2_ec2() {
    let ec2 = client("ec2");
    let tags = value!([{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "várzea"}]}]);
    let made = ec2.call("create_vpc", value!({"CidrBlock": "10.9.0.0/16", "TagSpecifications": tags})).unwrap();
    let filters = value!([{"Name": "tag:Name", "Values": ["várzea"]}]);
    let read = ec2.call("describe_vpcs", value!({"Filters": filters})).unwrap();
    let vpc = entry(&read["Vpcs"], "VpcId", made["Vpc"]["VpcId"].as_str().unwrap());
    assert_eq!((vpc["CidrBlock"].as_str(), vpc["IsDefault"].as_bool()), (Some("10.9.0.0/16"), Some(false)));
    let error = ec2.call("delete_vpc", value!({"VpcId": "vpc-00000000000000000"})).unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Service, Some("InvalidVpcID.NotFound")));
}

#[test]
fn dynamodb_json() {
    let dynamodb = client("dynamodb");
    let table = value!({
        "TableName": "dolphins", "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "name", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "name", "AttributeType": "S"}],
    });
    dynamodb.call("create_table", table).unwrap();
    let item =
        value!({"name": {"S": "tucuxi"}, "weight": {"N": "53.5"}, "photo": {"B": b"\x00\xff"}, "rivers": {"L": [{"S": "Amazonas"}]}});
    dynamodb.call("put_item", value!({"TableName": "dolphins", "Item": item.clone()})).unwrap();
    let read = dynamodb.call("get_item", value!({"TableName": "dolphins", "Key": {"name": {"S": "tucuxi"}}})).unwrap();
    assert_eq!(read["Item"]["weight"]["N"].as_str(), Some("53.5"));
    assert_eq!(read["Item"]["photo"]["B"].as_bytes(), Some(&b"\x00\xff"[..]));
    assert_eq!(read["Item"]["rivers"]["L"][0]["S"].as_str(), Some("Amazonas"));
}

#[test]
fn kms_json() {
    let kms = client("kms");
    let key = kms.call("create_key", value!({"Description": "river"})).unwrap()["KeyMetadata"]["KeyId"].clone();
    let sealed = kms.call("encrypt", value!({"KeyId": key.clone(), "Plaintext": b"\x01secret"})).unwrap();
    let opened = kms.call("decrypt", value!({"CiphertextBlob": sealed["CiphertextBlob"].clone()})).unwrap();
    assert_eq!(opened["Plaintext"].as_bytes(), Some(&b"\x01secret"[..]));
    let read = kms.call("describe_key", value!({"KeyId": key})).unwrap();
    assert_eq!(read["KeyMetadata"]["Description"].as_str(), Some("river"));
}

#[test]
fn ssm_json() {
    let ssm = client("ssm");
    ssm.call("put_parameter", value!({"Name": "/river/depth", "Value": "12 m", "Type": "String"})).unwrap();
    let read = ssm.call("get_parameter", value!({"Name": "/river/depth"})).unwrap();
    assert_eq!((read["Parameter"]["Value"].as_str(), read["Parameter"]["Version"].as_int()), (Some("12 m"), Some(1)));
}

#[test]
fn secretsmanager_json() {
    let secrets = client("secretsmanager");
    // The idempotency token is generated if the caller provides none.
    secrets.call("create_secret", value!({"Name": "bank", "SecretString": "under the 3rd stone"})).unwrap();
    let read = secrets.call("get_secret_value", value!({"SecretId": "bank"})).unwrap();
    assert_eq!(read["SecretString"].as_str(), Some("under the 3rd stone"));
}

#[test]
fn sqs_json() {
    let sqs = client("sqs");
    let url =
        sqs.call("create_queue", value!({"QueueName": "calls", "Attributes": {"VisibilityTimeout": "7"}})).unwrap()["QueueUrl"].clone();
    let attributes = value!({"pitch": {"DataType": "Number", "StringValue": "80"}});
    sqs.call("send_message", value!({"QueueUrl": url.clone(), "MessageBody": "klick", "MessageAttributes": attributes})).unwrap();
    let read = sqs.call("receive_message", value!({"QueueUrl": url, "MessageAttributeNames": ["All"]})).unwrap();
    let message = &read["Messages"][0];
    assert_eq!((message["Body"].as_str(), message["MessageAttributes"]["pitch"]["StringValue"].as_str()), (Some("klick"), Some("80")));
    let error = sqs.call("get_queue_url", value!({"QueueName": "nowhere"})).unwrap_err();
    assert_eq!(error.name(), "QueueDoesNotExist");
}

#[test]
fn lambda_rest_json() {
    let role = client("iam").call("create_role", value!({"RoleName": "lambda", "AssumeRolePolicyDocument": "{}"})).unwrap();
    let lambda = client("lambda");
    let function = value!({
        "FunctionName": "echo", "Runtime": "python3.13", "Handler": "echo.handler", "Role": role["Role"]["Arn"].clone(),
        "Code": {"ZipFile": archive()}, "MemorySize": 256, "Environment": {"Variables": {"RIVER": "Negro"}},
    });
    lambda.call("create_function", function).unwrap();
    let read = lambda.call("get_function_configuration", value!({"FunctionName": "echo"})).unwrap();
    assert_eq!((read["MemorySize"].as_int(), read["Environment"]["Variables"]["RIVER"].as_str()), (Some(256), Some("Negro")));
    let error = lambda.call("get_function", value!({"FunctionName": "silence"})).unwrap_err();
    assert_eq!((error.name(), error.status()), ("ResourceNotFoundException", Some(404)));
}

fn archive() -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("echo.py", zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(b"def handler(event, context): return event\n").unwrap();
    archive.finish().unwrap().into_inner()
}

#[test]
fn apigateway_rest_json() {
    let apigateway = client("apigateway");
    let made =
        apigateway.call("create_rest_api", value!({"name": "sightings", "description": "Where?", "minimumCompressionSize": 512})).unwrap();
    let read = apigateway.call("get_rest_api", value!({"restApiId": made["id"].clone()})).unwrap();
    assert_eq!((read["name"].as_str(), read["description"].as_str()), (Some("sightings"), Some("Where?")));
    assert_eq!(read["minimumCompressionSize"].as_int(), Some(512));
    assert!(read["createdDate"].as_timestamp().is_some());
}

#[test]
fn s3_rest_xml() {
    let s3 = client("s3");
    s3.call("create_bucket", value!({"Bucket": "tucuxi"})).unwrap();
    let object = value!({"Bucket": "tucuxi", "Key": "a & b/ç 1.txt", "Body": b"hello", "Metadata": {"river": "Negro"}});
    s3.call("put_object", object).unwrap();
    let listing = s3.call("list_objects_v2", value!({"Bucket": "tucuxi"})).unwrap();
    assert_eq!((listing["Contents"][0]["Key"].as_str(), listing["Contents"][0]["Size"].as_int()), (Some("a & b/ç 1.txt"), Some(5)));
    let read = s3.call("get_object", value!({"Bucket": "tucuxi", "Key": "a & b/ç 1.txt"})).unwrap();
    assert_eq!(read["Metadata"]["river"].as_str(), Some("Negro"));
    assert_eq!(&read["Body"].as_stream().unwrap().read_all().unwrap()[..], b"hello");
    let tags = value!({"TagSet": [{"Key": "k<1>", "Value": "v"}]});
    s3.call("put_bucket_tagging", value!({"Bucket": "tucuxi", "Tagging": tags.clone()})).unwrap();
    assert_eq!(s3.call("get_bucket_tagging", value!({"Bucket": "tucuxi"})).unwrap()["TagSet"], tags["TagSet"]);
}

#[test]
fn route53_rest_xml() {
    let route53 = client("route53");
    let zone = value!({"Name": "tucuxi.example.", "CallerReference": "1", "HostedZoneConfig": {"Comment": "<rivers>"}});
    let made = route53.call("create_hosted_zone", zone).unwrap();
    let id = made["HostedZone"]["Id"].clone();
    let record = value!({"Name": "www.tucuxi.example.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]});
    let batch = value!({"Changes": [{"Action": "CREATE", "ResourceRecordSet": record.clone()}]});
    route53.call("change_resource_record_sets", value!({"HostedZoneId": id.clone(), "ChangeBatch": batch})).unwrap();
    let read = route53.call("list_resource_record_sets", value!({"HostedZoneId": id})).unwrap();
    assert_eq!(entry(&read["ResourceRecordSets"], "Type", "A"), &record);
}
