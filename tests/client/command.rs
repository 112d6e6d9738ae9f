//! The `tucuxi` command, as a program: what it prints, where it prints it, and its status.

mod configuration;
mod emr;
mod mistakes;
mod outputs;
mod records;
mod services;
mod surroundings;
#[cfg(unix)]
mod terminal;
mod trails;

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use crate::server::{self, Server};
use tucuxi::Value;

/// The program, in an environment with nothing but credentials.
fn tucuxi(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tucuxi"));
    command.args(arguments).env_clear().stdin(Stdio::null());
    command.env("AWS_ACCESS_KEY_ID", server::ACCESS_KEY).env("AWS_SECRET_ACCESS_KEY", server::SECRET_KEY);
    command
}

fn succeeded(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stdout(arguments: &[&str]) -> String {
    succeeded(&tucuxi(arguments).output().unwrap())
}

fn json(arguments: &[&str]) -> Value {
    Value::from_json_text(&stdout(arguments)).unwrap()
}

fn failure(arguments: &[&str]) -> String {
    let output = tucuxi(arguments).output().unwrap();
    assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// The arguments, followed by those that select the server.
fn with<'a>(url: &'a str, arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &["--region", "us-east-1", "--endpoint-url", url]].concat()
}

#[test]
fn names_and_descriptions_need_no_region() {
    assert!(stdout(&["services"]).lines().any(|line| line == "s3"));
    assert!(stdout(&["operations", "sqs"]).lines().any(|line| line == "send_message"));
    assert_eq!(json(&["describe", "sqs", "SendMessage"])["name"].as_str(), Some("SendMessage"));
    let schema: serde_json::Value =
        serde_json::from_str(&stdout(&["describe", "s3", "put_object_tagging", "--json-schema", "input"])).unwrap();
    assert_eq!(schema["properties"]["Tagging"]["$ref"], "#/$defs/Tagging");
}

#[test]
fn failures_are_written_to_standard_error() {
    assert!(failure(&["operations", "dynamobd"]).contains("Did you mean dynamodb"));
    assert!(failure(&["call", "s3", "get_objcet", "--region", "us-east-1"]).contains("Did you mean get_object"));
    assert!(failure(&["call", "s3", "get_object", "{", "--region", "us-east-1"]).contains("the parameters"));
    assert!(failure(&["call", "sqs", "list_queues"]).contains("region"));
    assert!(failure(&["call", "s3", "list_buckets", "--profile", "nobody"]).contains("nobody"));
}

#[test]
fn calls_against_a_server() {
    let server = Server::start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let url = server.url();

    json(&with(&url, &["call", "s3", "create_bucket", r#"{"Bucket": "river"}"#]));
    let photo = folder.path().join("photo.jpg");
    std::fs::write(&photo, b"\xff\xd8\x00").unwrap();
    json(&with(
        &url,
        &["call", "s3", "PutObject", r#"{"Bucket": "river", "Key": "a & b.jpg"}"#, "--file", &format!("Body={}", photo.display())],
    ));
    let bytes = r#"{"Bucket": "river", "Key": "bytes", "Body": {"$bytes": "aGk="}}"#;
    json(&with(&url, &["call", "s3", "put_object", bytes]));

    let keys = json(&with(&url, &["call", "s3", "list_objects_v2", r#"{"Bucket": "river"}"#, "--query", "Contents[].Key"]));
    assert_eq!(keys, tucuxi::value!(["a & b.jpg", "bytes"]));

    let object = r#"{"Bucket": "river", "Key": "a & b.jpg"}"#;
    let copy = folder.path().join("copy.jpg");
    let answer = json(&with(&url, &["call", "s3", "get_object", object, "--output", copy.to_str().unwrap(), "--query", "ContentLength"]));
    assert_eq!((answer.as_int(), std::fs::read(copy).unwrap()), (Some(3), b"\xff\xd8\x00".to_vec()));
    let parameters = folder.path().join("get.json");
    std::fs::write(&parameters, r#"{"Bucket": "river", "Key": "bytes"}"#).unwrap();
    assert_eq!(stdout(&with(&url, &["call", "s3", "get_object", &format!("@{}", parameters.display()), "--output", "-"])), "hi");

    let mut command = tucuxi(&with(&url, &["call", "s3", "head_object", "-", "--query", "ContentLength"]));
    let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    process.stdin.take().unwrap().write_all(br#"{"Bucket": "river", "Key": "bytes"}"#).unwrap();
    assert_eq!(succeeded(&process.wait_with_output().unwrap()).trim(), "2");

    let error = failure(&with(&url, &["call", "s3", "get_object", r#"{"Bucket": "river", "Key": "none"}"#]));
    assert!(error.contains("NoSuchKey") && error.contains("404"), "{error}");
}

#[test]
fn a_dry_run_shows_the_signed_request_and_masks_the_token() {
    let mut command = tucuxi(&["call", "sqs", "list_queues", r#"{"MaxResults": 3}"#, "--region", "eu-west-1", "--dry-run"]);
    let text = succeeded(&command.env("AWS_SESSION_TOKEN", "TOKENTOKEN").output().unwrap());
    assert!(text.starts_with("POST https://sqs.eu-west-1.amazonaws.com/\n"), "{text}");
    assert!(text.contains("Authorization: AWS4-HMAC-SHA256 Credential=") && text.contains("\n\n{\"MaxResults\""), "{text}");
    assert!(text.to_lowercase().contains("x-amz-security-token: ***") && !text.contains("TOKENTOKEN"), "{text}");
}

#[test]
fn the_demo_runs_from_its_first_to_its_last_call() {
    let text = succeeded(&tucuxi(&["demo"]).env_remove("AWS_ACCESS_KEY_ID").output().unwrap());
    for part in ["create_bucket", "bed & breakfast/menu.txt", "boto 🐬.txt", "NoSuchKey", "Did you mean get_object", "delete_bucket"] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}

#[test]
fn the_demo_runs_against_another_server_and_leaves_nothing_behind() {
    let server = Server::start().unwrap();
    stdout(&["demo", "--region", "us-east-1", "--endpoint-url", &server.url()]);
    assert_eq!(
        json(&["call", "s3", "list_buckets", "--query", "Buckets", "--region", "us-east-1", "--endpoint-url", &server.url()]),
        tucuxi::value!([])
    );
}

#[test]
fn the_command_line_of_the_aws_cli_calls_operations_and_has_its_exit_codes() {
    let server = Server::start().unwrap();
    let url = server.url();
    let run = |arguments: &[&str]| tucuxi(&with(&url, arguments)).output().unwrap();
    succeeded(&run(&["s3api", "create-bucket", "--bucket", "river"]));
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("in"), "hello").unwrap();
    succeeded(&run(&["s3api", "put-object", "--bucket", "river", "--key", "k", "--body", &path("in"), "--metadata", "a=b,c=d"]));
    let head: serde_json::Value =
        serde_json::from_str(&succeeded(&run(&["s3api", "head-object", "--bucket", "river", "--key", "k"]))).unwrap();
    assert_eq!((&head["ContentLength"], &head["Metadata"]["c"]), (&5.into(), &"d".into()));
    assert!(head.get("ResponseMetadata").is_none());
    let keys = run(&["s3api", "list-objects-v2", "--bucket", "river", "--query", "Contents[].[Key,Size]", "--output", "text"]);
    assert_eq!(succeeded(&keys), "k\t5\n");
    succeeded(&run(&["s3api", "get-object", "--bucket", "river", "--key", "k", &path("out")]));
    assert_eq!(std::fs::read_to_string(path("out")).unwrap(), "hello");

    // A failed download leaves the previous file.
    let missing = run(&["s3api", "get-object", "--bucket", "river", "--key", "nothing", &path("out")]);
    assert_eq!(missing.status.code(), Some(254), "the service rejected it");
    assert_eq!(std::fs::read_to_string(path("out")).unwrap(), "hello");
    for (arguments, code, text) in [
        (&["s3api", "get-object", "--bucket", "river"][..], 252, "the following arguments are required: --key, outfile"),
        (&["s3api", "get-objcet"], 252, "Did you mean get-object"),
        (&["s3apii", "list-buckets"], 252, "is not a service"),
        (&["s3api", "list-buckets", "--query", "x["], 252, "Bad value for --query"),
        (&["s3api", "list-buckets", "--profile", "nobody"], 253, "nobody"),
    ] {
        let output = run(arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
        assert!(stderr.contains(text) && output.stdout.is_empty(), "{arguments:?}: {stderr}");
    }
}

#[test]
fn the_s3_commands_copy_list_and_remove() {
    let server = Server::start().unwrap();
    let url = server.url();
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| tucuxi(&with(&url, arguments)).current_dir(folder.path()).output().unwrap();
    let lines = |arguments: &[&str]| {
        let mut lines: Vec<String> = succeeded(&run(arguments)).lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    std::fs::create_dir_all(folder.path().join("src/sub")).unwrap();
    std::fs::write(folder.path().join("src/a.txt"), "aaaa").unwrap();
    std::fs::write(folder.path().join("src/sub/b.jpg"), "bb").unwrap();
    assert_eq!(lines(&["s3", "mb", "s3://river"]), ["make_bucket: river"]);
    assert_eq!(
        lines(&["s3", "cp", "src", "s3://river/all", "--recursive"]),
        ["upload: src/a.txt to s3://river/all/a.txt", "upload: src/sub/b.jpg to s3://river/all/sub/b.jpg"]
    );
    let listed = lines(&["s3", "ls", "s3://river/all/"]);
    assert_eq!(listed[0], "                           PRE sub/");
    assert!(listed[1].ends_with("          4 a.txt"), "{listed:?}");
    assert_eq!(lines(&["s3", "cp", "s3://river/all/a.txt", "."]), ["download: s3://river/all/a.txt to ./a.txt"]);
    assert_eq!(lines(&["s3", "cp", "s3://river/all/a.txt", "-"]), ["aaaa"]);
    assert_eq!(lines(&["s3", "sync", "src", "s3://river/all"]), [""; 0], "nothing has changed");
    assert_eq!(
        lines(&["s3", "sync", "src/sub", "s3://river/all", "--delete", "--dryrun"]),
        [
            "(dryrun) delete: s3://river/all/a.txt",
            "(dryrun) delete: s3://river/all/sub/b.jpg",
            "(dryrun) upload: src/sub/b.jpg to s3://river/all/b.jpg"
        ]
    );
    assert_eq!(
        lines(&["s3", "rm", "s3://river", "--recursive", "--exclude", "*", "--include", "*.jpg"]),
        ["delete: s3://river/all/sub/b.jpg"]
    );
    let missing = run(&["s3", "cp", "s3://river/nothing", "b.txt"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(!folder.path().join("b.txt").exists());
    assert_eq!(run(&["s3", "cp", "a", "b"]).status.code(), Some(252));
    assert_eq!(lines(&["s3", "rb", "s3://river", "--force"]), ["delete: s3://river/all/a.txt", "remove_bucket: river"]);
}

/// A server that counts its requests and answers each one with the given response.
fn counting(response: &'static str) -> (String, std::sync::Arc<std::sync::atomic::AtomicUsize>) {
    use std::io::Read as _;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let count = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counter = count.clone();
    std::thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            counter.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let _ = connection.read(&mut [0; 4096]);
            let _ = connection.write_all(response.as_bytes());
        }
    });
    (url, count)
}

#[test]
fn mistakes_are_reported_before_anything_is_sent() {
    let (url, count) = counting("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
    let folder = tempfile::tempdir().unwrap();
    let object = r#"{"Bucket": "b", "Key": "k"}"#;
    let missing = folder.path().join("no/out").display().to_string();
    assert!(failure(&with(&url, &["call", "s3", "delete_object", object, "--query", "x["])).contains("--query"));
    assert!(failure(&with(&url, &["call", "s3", "get_object", object, "--output", &missing])).contains("--output"));
    for output in ["-", "file"] {
        let error = failure(&with(&url, &["call", "s3", "delete_object", object, "--output", output]));
        assert!(error.contains("--output: the response of delete_object has no streamed body"), "{error}");
    }
    assert_eq!(count.load(std::sync::atomic::Ordering::SeqCst), 0);
}

#[test]
fn an_incomplete_body_leaves_the_previous_output_file() {
    let (url, _) = counting("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nConnection: close\r\n\r\nhalf");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    std::fs::write(&path, "previous").unwrap();
    let object = r#"{"Bucket": "b", "Key": "k"}"#;
    failure(&with(&url, &["call", "s3", "get_object", object, "--output", path.to_str().unwrap()]));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "previous");
    let (url, _) = counting("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nx-amz-checksum-crc32: AAAAAA==\r\nConnection: close\r\n\r\nhalf");
    failure(&with(&url, &["call", "s3", "get_object", object, "--output", path.to_str().unwrap()]));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "previous");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn options_can_come_before_the_subcommand() {
    let before = ["--region", "eu-west-1", "call", "sqs", "list_queues", "--dry-run"];
    let after = ["call", "sqs", "list_queues", "--dry-run", "--region", "eu-west-1"];
    let first = |arguments: &[&str]| stdout(arguments).lines().next().unwrap().to_owned();
    assert_eq!(first(&before), "POST https://sqs.eu-west-1.amazonaws.com/");
    assert_eq!(first(&after), first(&before));
    let endpoint = ["--endpoint-url", "http://localhost:1", "--region", "us-east-1", "call", "sqs", "list_queues", "--dry-run"];
    assert_eq!(first(&endpoint), "POST http://localhost:1/");
}

#[test]
fn definitions_are_shown_without_a_valid_profile() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config");
    std::fs::write(&config, "[broken").unwrap();
    for arguments in [&["services"][..], &["operations", "sqs"], &["describe", "sqs", "SendMessage"]] {
        let mut command = tucuxi(arguments);
        command.env("AWS_PROFILE", "nobody").env("AWS_CONFIG_FILE", &config).env("AWS_RETRY_MODE", "nonsense");
        assert!(!succeeded(&command.output().unwrap()).is_empty(), "{arguments:?}");
    }
}

#[cfg(unix)]
#[test]
fn mfa_codes_are_read_from_the_terminal_and_not_from_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config");
    let role = "[default]\nregion = us-east-1\nrole_arn = arn:aws:iam::111111111111:role/R\nmfa_serial = arn:aws:iam::1:mfa/me\n\
                source_profile = b\n[profile b]\naws_access_key_id = A\naws_secret_access_key = S\n";
    std::fs::write(&config, role).unwrap();
    // A new session has no terminal.
    let mut command = Command::new("setsid");
    command.args(["--wait", env!("CARGO_BIN_EXE_tucuxi"), "call", "sqs", "list_queues", "-"]).env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("AWS_CONFIG_FILE", &config);
    let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    process.stdin.take().unwrap().write_all(b"{}\n").unwrap();
    let output = process.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{text}");
    assert!(text.contains("there is no terminal to ask for the MFA code of arn:aws:iam::1:mfa/me"), "{text}");
}

#[test]
fn help_is_text_from_the_definitions_and_needs_no_configuration() {
    let help = |words: &[&str]| {
        let mut command = tucuxi(words);
        let text = succeeded(&command.env("AWS_PROFILE", "nobody").env("AWS_CONFIG_FILE", "/nonexistent").output().unwrap());
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(96), "{words:?}: a line of {widest:?} columns");
        text
    };
    for (words, parts) in [
        (&["help"][..], &["SERVICES\n", "s3api", "--query EXPRESSION"][..]),
        (&["sqs", "help"], &["Amazon Simple Queue Service", "create-queue"]),
        (&["s3api", "wait", "help"], &["bucket-exists", "Calls head-bucket every 5 s, at most 20 times."]),
        (&["s3api", "wait", "bucket-exists", "help"], &["tucuxi s3api wait bucket-exists\n        --bucket VALUE\n"]),
        (&["s3api", "get-object", "help"], &["        --bucket VALUE\n        --key VALUE\n        [--", "OUTFILE (path, required)"]),
        (&["s3api", "put-object", "--help"], &["Values: private | public-read | ", "--bucket (string, required)"]),
        (&["--region", "x", "ec2", "create-tags", "help"], &["(list of Tag, required)", "Example: --tags Key=string,Value=string"]),
        (&["help", "ec2", "create-tags"], &["(list of Tag, required)"]),
        (&["help", "s3", "cp"], &["tucuxi s3 cp SOURCE DESTINATION"]),
        (&["s3", "help"], &["sync", "Creates a bucket."]),
        (&["s3", "cp", "help"], &["tucuxi s3 cp SOURCE DESTINATION", "--recursive (flag)"]),
    ] {
        let text = help(words);
        for part in parts {
            assert!(text.contains(part), "{words:?}: {part} is missing in\n{text}");
        }
    }
    for (words, message) in [
        (&["sqss", "help"][..], "is not a service"),
        (&["sqs", "create-quue", "help"], "Did you mean create-queue"),
        (&["s3", "cpp", "help"], "is not a command of s3"),
        (&["sqs", "wait", "help"], "sqs has no waiters"),
    ] {
        let output = tucuxi(words).output().unwrap();
        assert_eq!(output.status.code(), Some(252), "{words:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(message), "{output:?}");
    }
}

/// The text with its time and its signature masked.
fn without_time(text: &str) -> String {
    let masked = regex_lite::Regex::new(r"20\d{6}T\d{6}Z").unwrap().replace_all(text, "TIME");
    let masked = regex_lite::Regex::new("%2F20[0-9]{6}%2F").unwrap().replace_all(&masked, "%2FDAY%2F");
    regex_lite::Regex::new("Signature=[0-9a-f]{64}").unwrap().replace_all(&masked, "Signature=HASH").into_owned()
}

const SCOPE: &str = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2FDAY%2Feu-west-1";

#[test]
fn passwords_for_databases_are_printed_as_a_line() {
    let region = ["--region", "eu-west-1"];
    let user = ["--hostname", "db.x.eu-west-1.rds.amazonaws.com", "--port", "3306", "--username", "jane doe"];
    let printed = stdout(&[&["rds", "generate-db-auth-token"][..], &user, &region, &["--output", "table"]].concat());
    let expected = format!(
        "db.x.eu-west-1.rds.amazonaws.com:3306/?Action=connect&DBUser=jane%20doe&{SCOPE}%2Frds-db%2Faws4_request\
         &X-Amz-Date=TIME&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature=HASH\n"
    );
    assert_eq!(without_time(&printed).replace(server::ACCESS_KEY, "AKIDEXAMPLE"), expected);
    for (name, action) in [("connect", "DbConnect"), ("connect-admin", "DbConnectAdmin")] {
        let command = format!("generate-db-{name}-auth-token");
        let printed = stdout(&[&["dsql", &command, "--hostname", "a.dsql.eu-west-1.on.aws", "--expires-in", "60"][..], &region].concat());
        let expected = format!(
            "a.dsql.eu-west-1.on.aws/?Action={action}&{SCOPE}%2Fdsql%2Faws4_request\
             &X-Amz-Date=TIME&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=HASH\n"
        );
        assert_eq!(without_time(&printed).replace(server::ACCESS_KEY, "AKIDEXAMPLE"), expected);
    }
    let rejected = |arguments: &[&str], code: i32, text: &str| {
        let output = tucuxi(arguments).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
        assert!(stderr.contains(text) && output.stdout.is_empty(), "{arguments:?}: {stderr}");
    };
    rejected(&["rds", "generate-db-auth-token", "--hostname", "h"], 252, "the following arguments are required: --port, --username");
    rejected(&["rds", "generate-db-auth-token", "--hostname", "h", "--port", "x", "--username", "u", "--region", "r"], 252, "--port");
    rejected(&["rds", "generate-db-auth-token", "--hostname", "h", "--port", "1", "--username", "u"], 253, "region");
    rejected(&["eks", "get-token"], 252, "Either parameter --cluster-name or --cluster-id must be specified.");
    rejected(&["eks", "get-token", "--cluster-name", "a", "--cluster-id", "b"], 252, "--cluster-id");
}

#[test]
fn tokens_for_clusters_are_presigned_with_the_name_of_the_cluster() {
    use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
    let url = |printed: &Value| {
        let token = printed["status"]["token"].as_str().unwrap().strip_prefix("k8s-aws-v1.").unwrap().to_owned();
        String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(token).unwrap()).unwrap()
    };
    let printed = json(&["eks", "get-token", "--cluster-name", "reef", "--region", "eu-west-1"]);
    let expected = format!(
        "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&{SCOPE}%2Fsts%2Faws4_request\
         &X-Amz-Date=TIME&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Signature=HASH"
    );
    assert_eq!(without_time(&url(&printed)).replace(server::ACCESS_KEY, "AKIDEXAMPLE"), expected);
    // The signature is that of a GET request with the header.
    let signed = url(&printed);
    let time = signed.split_once("X-Amz-Date=").unwrap().1[..16].to_owned();
    let time = tucuxi::Timestamp::parse(&time).unwrap();
    let keys = tucuxi::Credentials::new(server::ACCESS_KEY, server::SECRET_KEY);
    let mut request = tucuxi::http::Request::new("GET", "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15");
    request.headers.set("x-k8s-aws-id", "reef");
    let signing = tucuxi::unversioned::auth::sigv4::Signing::new(&keys, "eu-west-1", "sts", time);
    tucuxi::unversioned::auth::sigv4::presign(&mut request, &signing, std::time::Duration::from_secs(60), &[]);
    assert_eq!(signed, request.url);
    assert_eq!(printed["kind"], "ExecCredential");
    assert_eq!(printed["apiVersion"], "client.authentication.k8s.io/v1beta1");
    let expiry = tucuxi::Timestamp::parse(printed["status"]["expirationTimestamp"].as_str().unwrap()).unwrap();
    let left = expiry.seconds() - tucuxi::Timestamp::now().seconds();
    assert!((780..=840).contains(&left), "{left}");
    // Without a region: the global endpoint, as with the AWS CLI.
    assert!(url(&json(&["eks", "get-token", "--cluster-id", "reef"])).starts_with("https://sts.amazonaws.com/?Action=GetCallerIdentity"));

    let role = "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
                <SessionToken>TOK</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
    let sts = crate::loopback::Server::start(move |_| crate::loopback::ok(role));
    let endpoint = sts.url();
    let role = json(&with(&endpoint, &["eks", "get-token", "--cluster-name", "reef", "--role-arn", "arn:aws:iam::123456789012:role/r"]));
    assert!(url(&role).contains("Credential=ASIAROLE%2F") && url(&role).contains("X-Amz-Security-Token=TOK&"), "{}", url(&role));
    assert_eq!(sts.lines().len(), 1);
}

#[test]
fn urls_of_cloudfront_are_signed() {
    use tucuxi::cloudfront::{CloudFrontSigner, Policy};
    let recorded = include_str!("customizations/cloudfront.jsonl").lines().next().unwrap();
    let keys: serde_json::Value = serde_json::from_str(recorded).unwrap();
    let pem = keys["pkcs1"].as_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key.pem");
    std::fs::write(&file, pem).unwrap();
    let text = format!("file://{}", file.display());
    let url = "https://d.cloudfront.net/a?b=c";
    let sign = |more: &[&str]| {
        let words = ["cloudfront", "sign", "--url", url, "--key-pair-id", "K"];
        tucuxi(&[&words[..], more].concat()).output().unwrap()
    };
    let signer = CloudFrontSigner::from_pem("K", pem).unwrap();
    let end = tucuxi::Timestamp::new(1893456000, 0);
    for written in ["2030-01-01", "2030-01-01T00:00:00", "2030-01-01T02:00:00+02:00", "1893456000"] {
        let printed = succeeded(&sign(&["--private-key", &text, "--date-less-than", written]));
        assert_eq!(printed, signer.sign_url(url, end).unwrap());
    }
    // A date without separators is a number of seconds, as with the AWS CLI.
    let seconds = succeeded(&sign(&["--private-key", pem, "--date-less-than", "20300101"]));
    assert_eq!(seconds, signer.sign_url(url, tucuxi::Timestamp::new(20300101, 0)).unwrap());
    let conditions = ["--date-less-than", "2030-01-01", "--date-greater-than", "2029-01-01", "--ip-address", "192.0.2.1"];
    let policy = Policy::new(url, end).date_greater_than(tucuxi::Timestamp::new(1861920000, 0)).ip_address("192.0.2.1").to_json().unwrap();
    let printed = succeeded(&sign(&[&["--private-key", &text], &conditions[..]].concat()));
    assert_eq!(printed, signer.sign_url_with(url, policy).unwrap());

    let failed = |more: &[&str], status: i32, expected: &str| {
        let output = sign(more);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(status), 0), "{stderr}");
        assert!(stderr.contains(expected) && !stderr.contains("PRIVATE KEY-----\n"), "{stderr}");
    };
    failed(&["--private-key", &text], 252, "--date-less-than");
    failed(&["--private-key", &text, "--date-less-than", "tomorrow"], 255, "Invalid timestamp \"tomorrow\"");
    failed(&["--private-key", "key.pem", "--date-less-than", "2030-01-01"], 252, "not an RSA key in PEM");
    failed(&["--private-key", &format!("fileb://{}", file.display()), "--date-less-than", "2030-01-01"], 252, "use file://");
}

#[test]
fn passwords_for_registries_are_taken_from_their_tokens() {
    use base64::prelude::{BASE64_STANDARD, Engine};
    let token = BASE64_STANDARD.encode("AWS:pass:word");
    for (command, data) in [
        ("ecr", format!(r#"{{"authorizationData":[{{"authorizationToken":"{token}"}}]}}"#)),
        ("ecr-public", format!(r#"{{"authorizationData":{{"authorizationToken":"{token}"}}}}"#)),
    ] {
        let registry = crate::loopback::Server::start(move |_| crate::loopback::ok(data.clone()));
        assert_eq!(stdout(&with(&registry.url(), &[command, "get-login-password"])), "pass:word\n");
    }
    let registry = crate::loopback::Server::start(|_| crate::loopback::ok(r#"{"authorizationData":[{"authorizationToken":"!"}]}"#));
    let output = tucuxi(&with(&registry.url(), &["ecr", "get-login-password"])).output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(255), 0));
}

#[test]
fn output_files_are_opened_before_the_call() {
    let (url, count) = counting("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("no/out").display().to_string();
    for arguments in [
        &["lambda", "invoke", "--function-name", "f", &missing][..],
        &["iot", "create-keys-and-certificate", "--private-key-outfile", &missing],
    ] {
        let output = tucuxi(&with(&url, arguments)).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && stderr.contains("no/out"), "{arguments:?}: {stderr}");
    }
    assert_eq!(count.load(std::sync::atomic::Ordering::SeqCst), 0);
}

#[cfg(unix)]
#[test]
fn private_keys_are_written_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let response = r#"{"certificatePem": "CERT", "keyPair": {"PublicKey": "PUBLIC", "PrivateKey": "SECRET"}}"#;
    let server = crate::loopback::Server::start(move |_| crate::loopback::ok(response));
    let folder = tempfile::tempdir().unwrap();
    let [private, public] = ["private.pem", "public.pem"].map(|name| folder.path().join(name));
    std::fs::write(&private, "previous").unwrap();
    let words = ["iot", "create-keys-and-certificate", "--private-key-outfile", private.to_str().unwrap()];
    stdout(&with(&server.url(), &[&words[..], &["--public-key-outfile", public.to_str().unwrap()]].concat()));
    assert_eq!(["SECRET", "PUBLIC"], [&private, &public].map(|path| std::fs::read_to_string(path).unwrap())[..]);
    assert_eq!(std::fs::metadata(&private).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_closed_pipe_ends_the_command_silently() {
    let server = crate::loopback::Server::start(|_| crate::loopback::ok(r#"{"TableNames": []}"#));
    let call = with(&server.url(), &["dynamodb", "list-tables", "--debug"]).into_iter().map(str::to_owned).collect::<Vec<_>>();
    for words in [vec!["services".to_owned()], vec!["ec2".to_owned(), "help".to_owned()], call] {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        // The standard output is closed: nothing is reported.
        let mut process = tucuxi(&words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(process.stdout.take());
        let output = process.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && !stderr.contains("ipe") && !stderr.contains("panicked"), "{words:?}: {stderr}");
        // The standard error is closed: the output is complete.
        let mut process = tucuxi(&words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(process.stderr.take());
        let output = process.wait_with_output().unwrap();
        assert!(output.status.success() && !output.stdout.is_empty(), "{words:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_named_aws_prints_its_version_as_aws_does() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("aws");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_tucuxi"), &link).unwrap();
    let version = succeeded(&Command::new(&link).arg("--version").env_clear().output().unwrap());
    assert!(version.starts_with(&format!("aws-cli/2.0.0 tucuxi/{} ", env!("CARGO_PKG_VERSION"))), "{version}");
    assert_eq!(stdout(&["--version"]), format!("tucuxi {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn configuration_values_are_set_read_and_kept_apart_from_credentials() {
    let folder = tempfile::tempdir().unwrap();
    let [config, credentials] = ["config", "credentials"].map(|name| folder.path().join("aws").join(name));
    let run = |words: &[&str]| {
        let mut command = tucuxi(&[&["configure"], words].concat());
        command.env_clear().env("AWS_CONFIG_FILE", &config).env("AWS_SHARED_CREDENTIALS_FILE", &credentials).output().unwrap()
    };
    for words in [
        &["set", "region", "eu-west-1"][..],
        &["set", "aws_secret_access_key", "SECRET", "--profile", "dev"],
        &["set", "s3.addressing_style", "path", "--profile", "dev"],
        &["set", "profile.dev.output", "text"],
    ] {
        assert_eq!(succeeded(&run(words)), "", "{words:?}");
    }
    let text = "[default]\nregion = eu-west-1\n[profile dev]\ns3 =\n    addressing_style = path\noutput = text\n";
    assert_eq!(std::fs::read_to_string(&config).unwrap(), text);
    assert_eq!(std::fs::read_to_string(&credentials).unwrap(), "[dev]\naws_secret_access_key = SECRET\n");
    for (words, expected) in [
        (&["get", "region"][..], "eu-west-1\n"),
        (&["get", "output", "--profile", "dev"], "text\n"),
        (&["get", "profile.dev.s3.addressing_style"], "path\n"),
        (&["get", "aws_secret_access_key", "--profile", "dev"], "SECRET\n"),
        (&["list-profiles"], "default\ndev\n"),
    ] {
        assert_eq!(succeeded(&run(words)), expected, "{words:?}");
    }
    for (words, code, message) in [
        (&["get", "output"][..], 1, ""),
        (&["get", "region", "--profile", "nobody"], 253, "nobody"),
        (&["set", "region"], 252, "the following arguments are required: value"),
        (&["set", "region", "a\nb"], 252, "argument value: a value has one line"),
        (&["lits"], 252, "argument subcommand: Invalid choice: 'lits'"),
    ] {
        let output = run(words);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{words:?}: {stderr}");
        assert!(stderr.contains(message) && stderr.is_empty() == message.is_empty(), "{words:?}: {stderr}");
    }
    #[cfg(unix)]
    for path in [&config, &credentials] {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
