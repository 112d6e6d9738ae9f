//! The commands beside operations: kubectl, Windows passwords, logs, package managers, CloudFormation, and aliases.

use std::fs;
use std::process::Output;

use super::configuration::Home;
#[cfg(unix)]
use super::configuration::mode;
use super::succeeded;
use crate::loopback::{self, Answer, Seen};
use crate::moto;

/// Runs a command against a server, with keys.
fn run(home: &Home, url: &str, words: &[&str]) -> Output {
    let mut command = home.command(&[words, &["--region", "us-east-1", "--endpoint-url", url]].concat());
    command.envs([("AWS_ACCESS_KEY_ID", "testing"), ("AWS_SECRET_ACCESS_KEY", "testing")]).output().unwrap()
}

fn failed(output: &Output, code: i32) -> String {
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const CLUSTER: &str = r#"{"cluster": {"name": "c1", "arn": "arn:aws:eks:us-east-1:123456789012:cluster/c1", "status": "ACTIVE",
    "endpoint": "https://E", "certificateAuthority": {"data": "Q0E="}}}"#;

#[test]
fn a_cluster_is_added_to_the_configuration_of_kubectl() {
    let server = loopback::Server::start(|_: &Seen| loopback::ok(CLUSTER));
    let (url, home) = (server.url(), Home::new());
    let update = |words: &[&str]| run(&home, &url, &[&["eks", "update-kubeconfig", "--name", "c1"], words].concat());
    let path = home.path(".kube/config").display().to_string();
    let arn = "arn:aws:eks:us-east-1:123456789012:cluster/c1";
    assert_eq!(succeeded(&update(&[])), format!("Added new context {arn} to {path}\n"));
    #[cfg(unix)]
    assert_eq!(mode(&home.path(".kube/config")), 0o600);
    let config = || -> serde_json::Value { serde_saphyr::from_str(&home.read(".kube/config")).unwrap() };
    let first = config();
    let keys: Vec<&str> = first.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["apiVersion", "clusters", "contexts", "current-context", "kind", "preferences", "users"]);
    assert_eq!(first["clusters"][0]["cluster"]["server"], "https://E");
    assert_eq!(first["current-context"], arn);
    let exec = &first["users"][0]["user"]["exec"];
    let arguments = serde_json::json!(["--region", "us-east-1", "eks", "get-token", "--cluster-name", "c1", "--output", "json"]);
    assert_eq!((&exec["command"], &exec["args"]), (&"aws".into(), &arguments));
    assert_eq!(succeeded(&update(&[])), format!("Updated context {arn} in {path}\n"));
    assert_eq!(config(), first);

    // What is there already stays.
    let mine = home.read(".kube/config").replace("preferences: {}", "preferences:\n  colors: true");
    home.write(".kube/config", &mine);
    let aliased = ["--alias", "stage", "--user-alias", "me", "--role-arn", "arn:aws:iam::1:role/R"];
    succeeded(&update(&aliased));
    let second = config();
    assert_eq!((&second["preferences"]["colors"], &second["current-context"]), (&true.into(), &"stage".into()));
    assert_eq!(second["contexts"][1], serde_json::json!({"context": {"cluster": arn, "user": "me"}, "name": "stage"}));
    assert_eq!(second["users"][1]["user"]["exec"]["args"][9], "arn:aws:iam::1:role/R");
    assert_eq!(second["clusters"].as_array().unwrap().len(), 1);
    let before = home.read(".kube/config");
    assert!(succeeded(&update(&["--dry-run", "--alias", "other"])).contains("current-context: other"));
    assert_eq!(home.read(".kube/config"), before);
    home.write(".kube/config", "just text");
    assert!(failed(&update(&[]), 255).contains("is not a valid kubeconfig"));
    assert_eq!(home.read(".kube/config"), "just text");
}

#[test]
fn a_cluster_that_is_not_active_has_no_endpoint_yet() {
    let server = loopback::Server::start(|_: &Seen| loopback::ok(CLUSTER.replace("ACTIVE", "CREATING")));
    let message = failed(&run(&Home::new(), &server.url(), &["eks", "update-kubeconfig", "--name", "c1"]), 255);
    assert!(message.contains("Cluster status is CREATING") && message.contains("eks wait cluster-active --name c1"), "{message}");
}

/// `Pa$$w0rd é`, encrypted for the keys in `keys/` with `openssl pkeyutl -encrypt -pkeyopt rsa_padding_mode:pkcs1`.
const ENCRYPTED: &str = "aT+lFNLZExPCrGrHRG0kPccLv/mkgTHRr1ZzZVJFHzQIwM8iidC/jZyLY44rf9kNhMkxtUg61thuX3JvQ9ygdLiTpptyMSDzed4dgckINTqoPnE6\
                         yFIdxIL94mUgAaFg14WoFGIveE4bHyUORA6pS1ldP9rc/Kxr9rutixHquEg=";

#[test]
fn the_password_of_an_instance_is_decrypted_with_the_key_pair() {
    let data = std::sync::Arc::new(std::sync::Mutex::new(ENCRYPTED.to_owned()));
    let shared = data.clone();
    let server = loopback::Server::start(move |_: &Seen| {
        let data = shared.lock().unwrap();
        loopback::ok(format!(
            "<R><instanceId>i-1</instanceId><timestamp>2024-01-02T03:04:05Z</timestamp><passwordData>\n{data}\n</passwordData></R>"
        ))
    });
    let (url, home) = (server.url(), Home::new());
    let pkcs1 = include_str!("keys/launch_pkcs1.pem");
    home.write("one.pem", pkcs1);
    home.write("eight.pem", include_str!("keys/launch_pkcs8.pem"));
    home.write("text.pem", "hello");
    let password = |key: &str| {
        let words = ["ec2", "get-password-data", "--instance-id", "i-1", "--query", "PasswordData", "--output", "text"];
        run(&home, &url, &[&words[..], &["--priv-launch-key", key]].concat())
    };
    for key in ["one.pem", "eight.pem"] {
        assert_eq!(succeeded(&password(key)), "Pa$$w0rd é\n", "{key}");
    }
    assert!(failed(&password("text.pem"), 255).contains("no private key in PEM format"));
    assert!(failed(&password("missing.pem"), 252).contains("path to the local SSH private key"));
    *data.lock().unwrap() = ENCRYPTED.replace("aT+l", "bT+l");
    assert!(failed(&password("one.pem"), 255).contains("the key does not belong to the instance"));
    // An instance that has just started has no password yet.
    data.lock().unwrap().clear();
    assert_eq!(succeeded(&password("one.pem")).trim(), "");
}

#[test]
fn the_events_of_a_log_group_are_printed_in_three_formats() {
    let (url, home) = (moto::url(), Home::new());
    let group = "/tail/test";
    succeeded(&run(&home, &url, &["logs", "create-log-group", "--log-group-name", group]));
    succeeded(&run(&home, &url, &["logs", "create-log-stream", "--log-group-name", group, "--log-stream-name", "s1"]));
    let now = tucuxi::Timestamp::now().seconds() * 1000;
    let events = format!(
        r#"[{{"timestamp": {}, "message": "old"}}, {{"timestamp": {now}, "message": "{{\"level\":\"info\"}}"}}, {{"timestamp": {now}, "message": "ERROR x"}}]"#,
        now - 1_800_000
    );
    succeeded(&run(
        &home,
        &url,
        &["logs", "put-log-events", "--log-group-name", group, "--log-stream-name", "s1", "--log-events", &events],
    ));
    let tail = |words: &[&str]| succeeded(&run(&home, &url, &[&["logs", "tail", group], words].concat()));
    let time = tucuxi::Timestamp::new(now / 1000, 0).to_string();
    let seconds = time.trim_end_matches('Z');
    assert_eq!(tail(&[]), format!("{seconds}.000000+00:00 s1 {{\"level\":\"info\"}}\n{seconds}.000000+00:00 s1 ERROR x\n"));
    assert_eq!(tail(&["--since", "1h", "--format", "short"]).lines().count(), 3);
    assert_eq!(tail(&["--format", "short", "--filter-pattern", "ERROR"]), format!("{seconds} ERROR x\n"));
    assert!(tail(&["--format", "json"]).contains(" s1 {\n    \"level\": \"info\"\n}\n"));
    let message = |words: &[&str], code| failed(&run(&home, &url, words), code);
    assert!(message(&["logs", "tail"], 252).contains("required: group_name"));
    assert!(message(&["logs", "tail", "g", "--since", "soon"], 252).contains("Examples: 30s, 5m"));
    assert!(message(&["logs", "tail", "g", "--format", "xml"], 252).contains("valid choices are: detailed, short, json"));
    assert!(message(&["logs", "tail", "/no/such/group"], 254).contains("ResourceNotFoundException"));
}

#[test]
fn new_events_are_printed_once_while_they_arrive() {
    use std::io::{BufRead as _, BufReader};
    let now = tucuxi::Timestamp::now().seconds() * 1000;
    let event = move |id: u32| {
        format!(r#"{{"eventId": "{id}", "timestamp": {}, "logStreamName": "s", "message": "m{id}"}}"#, now + i64::from(id / 2))
    };
    let requests = std::sync::atomic::AtomicU32::new(0);
    let server = loopback::Server::start(move |_: &Seen| {
        // The events at the newest time are in the next response again.
        let events = match requests.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
            0 => vec![event(2), event(3)],
            _ => vec![event(2), event(3), event(4)],
        };
        loopback::ok(format!(r#"{{"events": [{}]}}"#, events.join(",")))
    });
    let home = Home::new();
    let mut command =
        home.command(&["logs", "tail", "g", "--follow", "--format", "short", "--region", "us-east-1", "--endpoint-url", &server.url()]);
    command.envs([("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b")]).stdout(std::process::Stdio::piped());
    let mut process = command.spawn().unwrap();
    let lines: Vec<String> = BufReader::new(process.stdout.take().unwrap()).lines().take(3).map(Result::unwrap).collect();
    process.kill().unwrap();
    process.wait().unwrap();
    let messages: Vec<&str> = lines.iter().filter_map(|line| line.split(' ').nth(1)).collect();
    assert_eq!(messages, ["m2", "m3", "m4"]);
}

/// What `aws codeartifact login --dry-run` prints, for the same responses.
#[test]
fn package_managers_are_set_up_as_aws_does() {
    let server = loopback::Server::start(|seen: &Seen| {
        let format = seen.line.split("format=").nth(1).and_then(|rest| rest.split('&').next()).unwrap_or_default();
        if seen.line.contains("authorization-token") {
            return loopback::ok(r#"{"authorizationToken": "TOKEN", "expiration": 1893456000}"#);
        }
        loopback::ok(format!(r#"{{"repositoryEndpoint": "https://dd-1.d.codeartifact.us-east-1.amazonaws.com/{format}/repo/"}}"#))
    });
    let (url, home) = (server.url(), Home::new());
    let login = |tool: &str, words: &[&str]| {
        let command = ["codeartifact", "login", "--tool", tool, "--domain", "dd", "--repository", "repo"];
        run(&home, &url, &[&command[..], words].concat())
    };
    let dry = |tool: &str, words: &[&str]| succeeded(&login(tool, &[&["--dry-run"], words].concat()));
    let host = "dd-1.d.codeartifact.us-east-1.amazonaws.com";
    assert_eq!(dry("pip", &[]), format!("pip config set global.index-url https://aws:TOKEN@{host}/pypi/repo/simple/\n\n"));
    let registry = |scope: &str| {
        format!(
            "npm config set {scope}registry https://{host}/npm/repo/\n\nnpm config set //{host}/npm/repo/:always-auth true\n\nnpm config set \
             //{host}/npm/repo/:_authToken TOKEN\n\n"
        )
    };
    assert_eq!(dry("npm", &[]), registry(""));
    assert_eq!(dry("npm", &["--namespace", "ns", "--duration-seconds", "900"]), registry("@ns:"));
    assert!(server.lines().iter().any(|line| line.contains("duration=900")));
    let pypirc = format!(
        "[distutils]\nindex-servers = \n\tpypi\n\tcodeartifact\n\n[codeartifact]\nrepository = https://{host}/pypi/repo/\nusername = \
         aws\npassword = TOKEN\n\n"
    );
    assert!(dry("twine", &[]).contains(&pypirc));
    assert!(!home.path(".pypirc").exists());
    let text = succeeded(&login("twine", &[]));
    assert!(
        text.starts_with(&format!("Successfully configured twine to use AWS CodeArtifact repository https://{host}/pypi/repo/ \n")),
        "{text}"
    );
    assert!(text.contains(" at 2030-01-01"), "{text}");
    assert_eq!(home.read(".pypirc"), pypirc);
    #[cfg(unix)]
    assert_eq!(mode(&home.path(".pypirc")), 0o600);
    if cfg!(target_os = "linux") {
        let swift = dry("swift", &[]);
        assert!(swift.contains(&format!("machine {host} login token password TOKEN\n")), "{swift}");
        assert!(swift.contains(&format!("swift package-registry login https://{host}/swift/repo/login\n")), "{swift}");
    }
    assert!(failed(&login("pip", &["--namespace", "x"]), 252).contains("--namespace is not supported for pip"));
    assert!(failed(&login("pipp", &[]), 252).contains("Did you mean pip"));
    // The token is in the arguments of the program, and must not be in the message.
    home.write("bin/pip", "#!/bin/sh\necho \"bad $*\" >&2\nexit 3\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(home.path("bin/pip"), fs::Permissions::from_mode(0o755)).unwrap();
        let mut command =
            home.command(&["codeartifact", "login", "--tool", "pip", "--domain", "dd", "--repository", "repo", "--endpoint-url", &url]);
        command.envs([("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b"), ("AWS_REGION", "us-east-1")]);
        let path = format!("{}:/bin:/usr/bin", home.path("bin").display());
        let message = failed(&command.env("PATH", path).output().unwrap(), 255);
        assert!(message.contains("pip config set") && message.contains("bad ") && !message.contains("TOKEN"), "{message}");
    }
}

const TEMPLATE: &str = "AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Name: {Type: String, Default: one}
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub '${Name}-deploy'
      Tags: [{Key: account, Value: \"012345678901\"}]
";

#[test]
fn a_stack_is_deployed_through_a_change_set() {
    let (url, home) = (moto::url(), Home::new());
    home.write("t.yaml", TEMPLATE);
    let deploy = |words: &[&str]| {
        run(&home, &url, &[&["cloudformation", "deploy", "--template-file", "t.yaml", "--stack-name", "deploy-test"], words].concat())
    };
    let text = succeeded(&deploy(&["--no-execute-changeset", "--stack-name", "deploy-review"]));
    assert!(text.contains("Changeset created successfully") && text.contains("describe-change-set --change-set-name arn:"), "{text}");
    let text = succeeded(&deploy(&["--parameter-overrides", "Name=two", "--tags", "a=b", "--capabilities", "CAPABILITY_IAM"]));
    assert_eq!(
        text,
        "\nWaiting for changeset to be created..\nWaiting for stack create/update to complete\nSuccessfully created/updated stack - \
         deploy-test\n"
    );
    let queues =
        succeeded(&run(&home, &url, &["sqs", "list-queues", "--queue-name-prefix", "two-", "--query", "QueueUrls", "--output", "text"]));
    assert!(queues.trim().ends_with("/two-deploy"), "{queues}");
    let stack =
        ["cloudformation", "describe-stacks", "--stack-name", "deploy-test", "--query", "Stacks[0].Tags[0].Value", "--output", "text"];
    assert_eq!(succeeded(&run(&home, &url, &stack)), "b\n");
    home.write("t.yaml", &TEMPLATE.replace("Tags:", "DelaySeconds: 7\n      Tags:"));
    succeeded(&deploy(&["--parameter-overrides", "[\"Name=two\"]"]));
    let status =
        ["cloudformation", "describe-stacks", "--stack-name", "deploy-test", "--query", "Stacks[0].StackStatus", "--output", "text"];
    assert_eq!(succeeded(&run(&home, &url, &status)), "UPDATE_COMPLETE\n");
    assert!(failed(&deploy(&["--template-file", "no.yaml"]), 252).contains("Invalid template path no.yaml"));
    home.write("large.yaml", &format!("{TEMPLATE}{}", "# comment\n".repeat(6000)));
    assert!(failed(&deploy(&["--template-file", "large.yaml"]), 252).contains("Please add the --s3-bucket"));
}

#[test]
fn an_empty_change_set_is_no_failure_unless_wanted() {
    let server = loopback::Server::start(|seen: &Seen| {
        let text = |action: &str, body: &str| {
            loopback::ok(format!("<{action}Response><{action}Result>{body}</{action}Result></{action}Response>"))
        };
        let action = seen.body.split("Action=").nth(1).and_then(|rest| rest.split('&').next()).unwrap_or_default();
        match action {
            "DescribeStacks" => text(action, "<Stacks><member><StackStatus>CREATE_COMPLETE</StackStatus></member></Stacks>"),
            "CreateChangeSet" => text(action, "<Id>arn:cs</Id>"),
            "DescribeChangeSet" => text(
                action,
                "<Status>FAILED</Status><StatusReason>The submitted information didn't contain changes. Submit different \
                 information.</StatusReason>",
            ),
            other => Answer::Reply(400, format!("unexpected {other}")),
        }
    });
    let (url, home) = (server.url(), Home::new());
    home.write("t.yaml", TEMPLATE);
    let words = ["cloudformation", "deploy", "--template-file", "t.yaml", "--stack-name", "s"];
    let text = succeeded(&run(&home, &url, &words));
    assert!(text.ends_with("\nNo changes to deploy. Stack s is up to date\n"), "{text}");
    let message = failed(&run(&home, &url, &[&words[..], &["--fail-on-empty-changeset"]].concat()), 255);
    assert!(message.contains("No changes to deploy"), "{message}");
    assert!(server.seen().iter().any(|seen| seen.body.contains("ChangeSetType=UPDATE") && seen.body.contains("UsePreviousValue=true")));
}

#[test]
fn local_files_of_a_template_are_uploaded_once() {
    let (url, home) = (moto::url(), Home::new());
    succeeded(&run(&home, &url, &["s3", "mb", "s3://artifacts"]));
    home.write("app/index.js", "exports.handler = 1\n");
    home.write("app/lib/x.js", "1\n");
    home.write("state.json", "{}");
    home.write("child/child.yaml", "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties: {CodeUri: ../app}\n");
    home.write(
        "t.yaml",
        "Resources:
  Code: {Type: AWS::Lambda::Function, Properties: {Code: app, Role: !GetAtt R.Arn}}
  Inline: {Type: AWS::Lambda::Function, Properties: {Code: {ZipFile: 'x'}}}
  There: {Type: AWS::Serverless::Function, Properties: {CodeUri: s3://b/k}}
  Machine: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionS3Location: state.json}}
  Child: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child/child.yaml}}
  Included:
    Fn::Transform: {Name: AWS::Include, Parameters: {Location: state.json}}
",
    );
    let package = |words: &[&str]| {
        let command = ["cloudformation", "package", "--template-file", "t.yaml", "--s3-bucket", "artifacts", "--s3-prefix", "p"];
        run(&home, &url, &[&command[..], words].concat())
    };
    let first = package(&["--use-json"]);
    let template: serde_json::Value = serde_json::from_str(&succeeded(&first)).unwrap();
    let resources = &template["Resources"];
    let property = |name: &str| resources[name]["Properties"].clone();
    let key = property("Code")["Code"]["S3Key"].as_str().unwrap().to_owned();
    assert_eq!((property("Code")["Code"]["S3Bucket"].as_str(), key.len()), (Some("artifacts"), 2 + 32));
    assert_eq!(property("Code")["Role"]["Fn::GetAtt"], serde_json::json!(["R", "Arn"]));
    assert_eq!((&property("Inline")["Code"]["ZipFile"], &property("There")["CodeUri"]), (&"x".into(), &"s3://b/k".into()));
    let state = "p/99914b932bd37a50b983c5e7c90ae93b";
    assert_eq!(property("Machine")["DefinitionS3Location"], serde_json::json!({"Bucket": "artifacts", "Key": state}));
    assert_eq!(resources["Included"]["Fn::Transform"]["Parameters"]["Location"], format!("s3://artifacts/{state}"));
    let child = property("Child")["TemplateURL"].as_str().unwrap().to_owned();
    let child_key = child.strip_prefix(&format!("{url}/artifacts/")).unwrap();
    assert!(child_key.ends_with(".template"));
    succeeded(&run(&home, &url, &["s3", "cp", &format!("s3://artifacts/{child_key}"), "child.out"]));
    assert!(home.read("child.out").contains(&format!("s3://artifacts/{key}")));
    succeeded(&run(&home, &url, &["s3", "cp", &format!("s3://artifacts/{key}"), "app.zip"]));
    let mut archive = zip::ZipArchive::new(fs::File::open(home.path("app.zip")).unwrap()).unwrap();
    assert_eq!(archive.file_names().map(Result::unwrap).collect::<Vec<_>>(), ["index.js", "lib/x.js"]);
    let mut text = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("index.js").unwrap(), &mut text).unwrap();
    assert_eq!(text, "exports.handler = 1\n");
    assert_eq!(String::from_utf8_lossy(&first.stderr).matches("Uploading to").count(), 3);

    let second = package(&["--output-template-file", "out.yaml"]);
    assert!(!String::from_utf8_lossy(&second.stderr).contains("Uploading to p/9"), "what is there is not uploaded again");
    assert!(succeeded(&second).contains("aws cloudformation deploy --template-file /"));
    assert!(home.read("out.yaml").contains(&key));
    home.write("t.yaml", "Resources:\n  A: {Type: AWS::Lambda::Function, Properties: {Code: nothing}}\n");
    let message = failed(&package(&["--output-template-file", "out.yaml"]), 255);
    assert!(message.contains("referenced by Code of A") && message.contains("nothing"), "{message}");
    assert!(home.read("out.yaml").contains(&key), "the previous file stays");
}

#[cfg(unix)]
#[test]
fn aliases_are_words_or_commands_of_the_shell() {
    let home = Home::new();
    home.write(
        ".aws/cli/alias",
        "[toplevel]\nwho = sts get-caller-identity --no-sign-request\nfail = !exit\nhello =\n  !f() {\n    echo \"hello $1\"\n  }; f\n[command sqs]\nls = \
         list-queues --queue-name-prefix p\n",
    );
    let print = |words: &[&str]| {
        let options = ["--region", "us-east-1", "--print-request=json", "--no-sign-request"];
        serde_json::from_str::<serde_json::Value>(&succeeded(&home.run(&[words, &options].concat()))).unwrap()
    };
    assert!(print(&["who"])["body"].as_str().unwrap().contains("GetCallerIdentity"));
    assert_eq!(print(&["sqs", "ls"])["body"], r#"{"QueueNamePrefix": "p"}"#);
    assert_eq!(succeeded(&home.run(&["hello", "big world"])), "hello big world\n");
    assert_eq!(home.run(&["fail", "7"]).status.code(), Some(7));
}

#[test]
fn definitions_of_pipelines_and_index_fields_become_parameters() {
    let home = Home::new();
    home.write("p.json", r#"{"objects": [{"id": "A", "schedule": {"ref": "S"}}], "values": {"v": "1"}}"#);
    let body = |words: &[&str]| {
        let output = run(&home, "http://localhost:1", &[words, &["--print-request=json"]].concat());
        let request: serde_json::Value = serde_json::from_str(&succeeded(&output)).unwrap();
        request["body"].as_str().unwrap().to_owned()
    };
    let put = ["datapipeline", "put-pipeline-definition", "--pipeline-id", "df-1", "--pipeline-definition", "file://p.json"];
    let request: serde_json::Value = serde_json::from_str(&body(&put)).unwrap();
    assert_eq!(request["pipelineObjects"][0]["fields"][0], serde_json::json!({"key": "schedule", "refValue": "S"}));
    let define = ["cloudsearch", "define-index-field", "--domain-name", "abc", "--name", "f1"];
    let int = [&define[..], &["--type", "int", "--default-value", "5", "--sort-enabled", "true"]].concat();
    assert_eq!(
        body(&int),
        "Action=DefineIndexField&Version=2013-01-01&DomainName=abc&IndexField.IndexFieldName=f1&IndexField.IndexFieldType=int&\
         IndexField.IntOptions.DefaultValue=5&IndexField.IntOptions.SortEnabled=true"
    );
    assert!(failed(&run(&home, "http://localhost:1", &define), 252).contains("required: --type"));
}
