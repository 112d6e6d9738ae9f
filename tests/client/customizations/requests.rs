//! Requests.

use std::time::Duration;

use tucuxi::{Config, Credentials, Environment, ErrorKind, Session, Value, value};

use super::support::{builder, client, configured, fixed, pairs, text};

fn form(service: &str, operation: &str, params: Value) -> Vec<(String, String)> {
    pairs(&text(&client(service, "us-west-2").prepare(operation, params).unwrap().body))
}

fn find<'a>(pairs: &'a [(String, String)], key: &str) -> Option<&'a str> {
    pairs.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
}

#[test]
fn ec2_accepts_filters_where_the_definition_has_filter() {
    let filters = value!([{"Name": "a", "Values": ["b"]}]);
    let sent = form("ec2", "describe_hosts", value!({"Filters": filters.clone()}));
    assert_eq!(find(&sent, "Filter.1.Name"), Some("a"));
    let both = value!({"Filters": filters.clone(), "Filter": filters.clone()});
    let error = client("ec2", "us-west-2").prepare("describe_hosts", both).unwrap_err();
    assert_eq!(error.name(), "AliasConflictParameterError");
    assert_eq!(
        error.message(),
        "Parameter 'Filter' and its alias 'Filters' were provided for operation DescribeHosts.  Only one of them may be used."
    );
    // Not the other way round.
    let error = client("ec2", "us-west-2").prepare("describe_instances", value!({"Filter": filters})).unwrap_err();
    assert!(error.message().contains("Unknown parameter in input: \"Filter\""), "{error}");
}

#[test]
fn user_data_is_always_encoded() {
    let instances = value!({"MinCount": 1, "MaxCount": 1, "UserData": "h\u{e9}"});
    assert_eq!(find(&form("ec2", "run_instances", instances), "UserData"), Some("aMOp"));
    let launch = value!({"LaunchConfigurationName": "x", "UserData": "aMOp"});
    assert_eq!(find(&form("autoscaling", "create_launch_configuration", launch), "UserData"), Some("YU1PcA=="));
    let wrong = value!({"MinCount": 1, "MaxCount": 1, "UserData": 5});
    assert_eq!(client("ec2", "us-west-2").prepare("run_instances", wrong).unwrap_err().kind(), ErrorKind::ParamValidation);
}

#[test]
fn a_snapshot_is_copied_with_a_url_for_the_source() {
    let ec2 = builder("ec2", "us-west-2")
        .credentials(Credentials::new("AKID", "SECRET").with_token("TT"))
        .endpoint_url("http://localhost:4566/us-west-2/x")
        .build()
        .unwrap();
    let request = ec2.prepare("copy_snapshot", value!({"SourceRegion": "us-east-1", "SourceSnapshotId": "s"})).unwrap();
    let sent = pairs(&text(&request.body));
    let names: Vec<&str> = sent.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(names, ["Action", "Version", "SourceRegion", "SourceSnapshotId", "PresignedUrl", "DestinationRegion"]);
    assert_eq!(find(&sent, "DestinationRegion"), Some("us-west-2"));
    let url = find(&sent, "PresignedUrl").unwrap();
    let (endpoint, query) = url.split_once('?').unwrap();
    assert_eq!(endpoint, "http://localhost:4566/us-east-1/x");
    let query = pairs(query);
    assert_eq!(find(&query, "DestinationRegion"), Some("us-west-2"));
    assert_eq!(find(&query, "X-Amz-Credential"), Some("AKID/20240102/us-east-1/ec2/aws4_request"));
    assert_eq!(find(&query, "X-Amz-Security-Token"), Some("TT"));
    assert_eq!(find(&query, "X-Amz-Expires"), Some("3600"));
}

#[test]
fn a_url_from_the_caller_is_kept() {
    let snapshot = value!({"SourceRegion": "us-east-1", "SourceSnapshotId": "s", "PresignedUrl": ""});
    let sent = form("ec2", "copy_snapshot", snapshot);
    assert_eq!((find(&sent, "PresignedUrl"), find(&sent, "DestinationRegion")), (Some(""), None));
    let database = value!({"SourceDBClusterSnapshotIdentifier": "a", "TargetDBClusterSnapshotIdentifier": "b",
        "SourceRegion": "us-east-1", "PreSignedUrl": "p"});
    let sent = form("rds", "copy_db_cluster_snapshot", database);
    assert_eq!((find(&sent, "PreSignedUrl"), find(&sent, "SourceRegion")), (Some("p"), None));
}

#[test]
fn without_signatures_the_url_is_the_endpoint() {
    let ec2 = configured("ec2", "us-west-2", Config::new().unsigned());
    let request = ec2.prepare("copy_snapshot", value!({"SourceRegion": "us-east-1", "SourceSnapshotId": "s"})).unwrap();
    assert_eq!(find(&pairs(&text(&request.body)), "PresignedUrl"), Some("https://ec2.us-east-1.amazonaws.com/"));
}

#[test]
fn databases_are_copied_with_a_url_if_the_source_region_is_given() {
    for service in ["rds", "neptune", "docdb"] {
        let params =
            value!({"SourceDBClusterSnapshotIdentifier": "a", "TargetDBClusterSnapshotIdentifier": "b", "SourceRegion": "us-east-1"});
        let sent = form(service, "copy_db_cluster_snapshot", params);
        assert_eq!((find(&sent, "SourceRegion"), find(&sent, "DestinationRegion")), (None, None), "{service}");
        let url = find(&sent, "PreSignedUrl").unwrap();
        assert!(url.starts_with("https://rds.us-east-1.amazonaws.com/?Action=CopyDBClusterSnapshot&Version=2014-10-31&"), "{url}");
        assert!(url.contains("&DestinationRegion=us-west-2&X-Amz-Algorithm=") && !url.contains("&SourceRegion="), "{url}");
        assert!(url.contains("%2Fus-east-1%2Frds%2Faws4_request&"), "{url}");
    }
    let unnamed = value!({"SourceDBClusterSnapshotIdentifier": "a", "TargetDBClusterSnapshotIdentifier": "b"});
    assert_eq!(find(&form("rds", "copy_db_cluster_snapshot", unnamed), "PreSignedUrl"), None);
    let backups =
        form("rds", "start_db_instance_automated_backups_replication", value!({"SourceDBInstanceArn": "a", "SourceRegion": "eu-west-1"}));
    assert!(find(&backups, "PreSignedUrl").unwrap().starts_with("https://rds.eu-west-1.amazonaws.com/?"));
}

#[test]
fn an_export_accepts_from_time() {
    let params = value!({"logGroupName": "g", "fromTime": 1, "to": 2, "destination": "d"});
    let request = client("logs", "us-east-1").prepare("create_export_task", params).unwrap();
    assert_eq!(text(&request.body), r#"{"logGroupName": "g", "to": 2, "destination": "d", "from": 1}"#);
}

#[test]
fn a_search_uses_post() {
    let domain =
        builder("cloudsearchdomain", "us-east-1").endpoint_url("https://search-x.us-east-1.cloudsearch.amazonaws.com").build().unwrap();
    let request = domain.prepare("search", value!({"query": "a b&\u{e9}+/", "returnFields": "_all", "size": 2})).unwrap();
    assert_eq!((request.method.as_str(), request.path(), request.query()), ("POST", "/2013-01-01/search", None));
    assert_eq!(request.headers.get("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(text(&request.body), "format=sdk&pretty=true&q=a%20b%26%C3%A9%2B%2F&size=2&return=_all");
    let suggest = domain.prepare("suggest", value!({"query": "q", "suggester": "s"})).unwrap();
    assert_eq!((suggest.method.as_str(), suggest.query()), ("GET", Some("format=sdk&pretty=true&q=q&suggester=s")));
}

#[test]
fn route_53_ids_lose_their_path_prefixes() {
    let route53 = client("route53", "us-east-1");
    let path = |operation, params| route53.prepare(operation, params).unwrap().path().to_owned();
    assert_eq!(path("get_hosted_zone", value!({"Id": "/hostedzone/Z1"})), "/2013-04-01/hostedzone/Z1");
    assert_eq!(path("list_resource_record_sets", value!({"HostedZoneId": "Z1"})), "/2013-04-01/hostedzone/Z1/rrset");
    // This member is of another shape.
    let tags = value!({"ResourceType": "hostedzone", "ResourceId": "/hostedzone/Z1"});
    assert_eq!(path("list_tags_for_resource", tags), "/2013-04-01/tags/hostedzone/%2Fhostedzone%2FZ1");
    assert_eq!(route53.prepare("get_hosted_zone", value!({"Id": 5})).unwrap_err().kind(), ErrorKind::ParamValidation);
}

#[test]
fn glacier_uploads_have_both_hashes() {
    let glacier = client("glacier", "us-east-1");
    let sent =
        glacier.prepare("upload_archive", value!({"vaultName": "v", "accountId": null, "body": "text", "checksum": "given"})).unwrap();
    assert_eq!(sent.path(), "/-/vaults/v/archives");
    let hash = "982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1";
    assert_eq!(sent.headers.get("x-amz-content-sha256"), Some(hash));
    assert_eq!(sent.headers.get("x-amz-sha256-tree-hash"), Some("given"));
    assert_eq!(sent.headers.get("x-amz-glacier-version"), Some("2012-06-01"));
}

#[test]
fn api_gateway_requests_accept_json_by_default() {
    let gateway = client("apigateway", "us-east-1");
    assert_eq!(gateway.prepare("get_rest_apis", ()).unwrap().headers.get("accept"), Some("application/json"));
    let export = value!({"restApiId": "r", "stageName": "s", "exportType": "swagger", "accepts": "application/yaml"});
    assert_eq!(gateway.prepare("get_export", export).unwrap().headers.get("accept"), Some("application/yaml"));
}

#[test]
fn a_prediction_is_requested_at_its_own_endpoint() {
    let predict = |endpoint: &str| {
        client("machinelearning", "us-east-1").prepare("predict", value!({"MLModelId": "m", "Record": {}, "PredictEndpoint": endpoint}))
    };
    assert_eq!(predict("http://x.example.com:81/some/path?q=1").unwrap().url, "http://x.example.com:81/");
    assert_eq!(predict("").unwrap().url, "https://machinelearning.us-east-1.amazonaws.com/");
    assert_eq!(predict("x.example.com").unwrap_err().kind(), ErrorKind::InvalidEndpoint);
}

#[test]
fn some_operations_need_no_credentials() {
    let nobody = Session::builder().environment(Environment::empty()).build().unwrap();
    for (service, operation, params) in [
        ("cognito-identity", "get_id", value!({"IdentityPoolId": "p"})),
        ("cognito-identity", "get_credentials_for_identity", value!({"IdentityId": "i"})),
        (
            "sts",
            "assume_role_with_web_identity",
            value!({"RoleArn": "arn:aws:iam::123456789012:role/r", "RoleSessionName": "ss", "WebIdentityToken": "tttt"}),
        ),
    ] {
        let client = fixed(nobody.client_builder(service).region("us-east-1")).build().unwrap();
        assert_eq!(client.prepare(operation, params).unwrap().headers.get("authorization"), None, "{operation}");
    }
    let sts = fixed(nobody.client_builder("sts").region("us-east-1")).build().unwrap();
    assert_eq!(sts.prepare("get_caller_identity", ()).unwrap_err().kind(), ErrorKind::NoCredentials);
}

#[test]
fn import_export_is_signed_with_version_4() {
    let sent = client("importexport", "us-east-1").prepare("cancel_job", value!({"JobId": "x"})).unwrap();
    let authorization = sent.headers.get("authorization").unwrap();
    assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20240102/us-east-1/IngestionService/aws4_request, "));
}

#[test]
fn a_presigned_url_of_polly_needs_no_header() {
    let params = value!({"OutputFormat": "mp3", "Text": "hi", "VoiceId": "Joanna"});
    let url = client("polly", "us-east-1").presign("synthesize_speech", params, Duration::from_secs(60)).unwrap();
    assert!(
        url.starts_with("https://polly.us-east-1.amazonaws.com/v1/speech?OutputFormat=mp3&Text=hi&VoiceId=Joanna&X-Amz-Algorithm="),
        "{url}"
    );
    assert!(url.contains("&X-Amz-SignedHeaders=host&"), "{url}");
}

#[test]
fn older_operation_names_are_accepted() {
    assert_eq!(client("runtime.sagemaker", "us-east-1").service().name(), "sagemaker-runtime");
    for (service, old, name) in [
        ("mturk", "list_hi_ts_for_qualification_type", "ListHITsForQualificationType"),
        ("socialmessaging", "delete_whatsapp_media_message", "DeleteWhatsAppMessageMedia"),
        ("cloudwatch", "get_o_tel_enrichment", "GetOTelEnrichment"),
        ("cloudwatch", "update_o_tel_enrichment", "UpdateOTelEnrichment"),
        ("signin", "create_o_auth2_token", "CreateOAuth2Token"),
    ] {
        assert_eq!(client(service, "us-east-1").describe(old).unwrap()["name"], Value::from(name));
    }
    // Only for the services that had them.
    assert_eq!(client("iam", "us-east-1").describe("get_o_tel_enrichment").unwrap_err().kind(), ErrorKind::UnknownOperation);
}

#[test]
fn a_lambda_invocation_propagates_its_trace_id() {
    let sent = |variables: &[(&str, &str)]| {
        let environment: Environment = variables.iter().copied().collect();
        let session = Session::builder().environment(environment).credentials(Credentials::new("a", "b")).build().unwrap();
        let sts = fixed(session.client_builder("sts").region("us-east-1")).build().unwrap();
        sts.prepare("get_caller_identity", ()).unwrap().headers.get("X-Amzn-Trace-Id").map(str::to_owned)
    };
    let trace = ("_X_AMZN_TRACE_ID", "Root=1-a;Parent=b \u{e9}/~*");
    assert_eq!(sent(&[("AWS_LAMBDA_FUNCTION_NAME", ""), trace]).as_deref(), Some("Root=1-a;Parent=b%20%C3%A9%2F~%2A"));
    assert_eq!(sent(&[("AWS_LAMBDA_FUNCTION_NAME", "f"), ("_X_AMZN_TRACE_ID", "")]), None);
    assert_eq!(sent(&[trace]), None);
}
