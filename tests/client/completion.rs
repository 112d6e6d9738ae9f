//! Shell completion: the candidates of the hidden subcommand, and the scripts in real shells on a pseudo-terminal. The test
//! needs bash; zsh and fish are driven as well if they are installed.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::moto::Moto;
use crate::python::python;

/// The program, in an environment with nothing but configuration files.
fn tucuxi(folder: &Path) -> Command {
    let config = folder.join("config");
    std::fs::write(&config, "[default]\nregion = us-east-1\n[profile dev]\n[profile deploy]\n").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tucuxi"));
    command.env_clear().env("AWS_CONFIG_FILE", config).env("AWS_SHARED_CREDENTIALS_FILE", folder.join("none")).stdin(Stdio::null());
    command
}

/// The candidates for the end of a line, with their descriptions.
fn described(line: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let output = tucuxi(folder.path()).args(["__complete", "fish", "--"]).args(line.split(' ')).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn candidates(line: &str) -> Vec<String> {
    described(line).iter().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
}

#[test]
fn every_kind_of_word_has_candidates() {
    for (line, expected) in [
        ("tucuxi dynamo", &["dynamodb", "dynamodbstreams"][..]),
        ("tucuxi op", &["operations", "opensearch", "opensearchserverless"]),
        ("tucuxi --region x dep", &["deploy"]),
        ("aws dep", &["deploy"]),
        ("tucuxi dynamodb describe-t", &["describe-table", "describe-table-replica-auto-scaling", "describe-time-to-live"]),
        ("tucuxi ecr get-login", &["get-login-password"]),
        ("tucuxi s3api wait object-", &["object-exists", "object-not-exists"]),
        ("tucuxi dynamodb create-table --billing", &["--billing-mode"]),
        ("tucuxi dynamodb create-table --billing-mode ", &["PROVISIONED", "PAY_PER_REQUEST"]),
        ("tucuxi dynamodb create-table --billing-mode=PAY", &["--billing-mode=PAY_PER_REQUEST"]),
        ("tucuxi dynamodb create-table --key-schema AttributeName=id,Key", &["AttributeName=id,KeyType="]),
        ("tucuxi dynamodb create-table --key-schema AttributeName=id,KeyType=H", &["AttributeName=id,KeyType=HASH"]),
        ("tucuxi ec2 run-instances --no-dry", &["--no-dry-run"]),
        ("tucuxi ec2 run-instances --cli-input", &["--cli-input-json", "--cli-input-yaml"]),
        ("tucuxi ec2 run-instances --generate-cli-skeleton y", &["yaml-input"]),
        ("tucuxi sqs list-queues --output ya", &["yaml", "yaml-stream"]),
        ("tucuxi --output t", &["text", "table"]),
        ("tucuxi sqs list-queues --profile de", &["default", "dev", "deploy"]),
        ("tucuxi call sqs --profile dev", &["dev"]),
        ("tucuxi --region eu-west-", &["eu-west-1", "eu-west-2", "eu-west-3"]),
        ("tucuxi iam list-users --region=eu-west-", &["--region=eu-west-1", "--region=eu-west-2", "--region=eu-west-3"]),
        ("tucuxi s3 s", &["sync"]),
        ("tucuxi s3 sync --exact", &["--exact-timestamps"]),
        ("tucuxi configure list-", &["list-profiles"]),
        ("tucuxi call dynamodb describe_tabl", &["describe_table", "describe_table_replica_auto_scaling"]),
        ("tucuxi describe s3 put_object --json-schema ", &["input", "output"]),
        ("tucuxi completion p", &["powershell"]),
        ("tucuxi definitions ", &["import"]),
        ("tucuxi nothing-like-this x", &[]),
        ("tucuxi sqs no-operation --x", &[]),
    ] {
        let found = candidates(line);
        let found: Vec<&str> = found.iter().map(String::as_str).collect();
        assert!(expected.iter().all(|one| found.contains(one)) && found.len() <= expected.len() + 3, "{line}: {found:?}");
        assert_eq!(found.is_empty(), expected.is_empty(), "{line}: {found:?}");
    }
    let described = described("tucuxi dynamodb get-item --");
    assert!(described.contains(&"--table-name\trequired; string".to_owned()), "{described:?}");
    assert!(described.iter().any(|line| line.starts_with("--region\tThe region")), "{described:?}");
    assert!(!candidates("tucuxi dynamodb get-item --table-name a --").contains(&"--table-name".to_owned()));
    assert!(candidates("tucuxi call --").contains(&"--query".to_owned()));
}

#[test]
fn bash_completes_a_line_without_a_script() {
    let folder = tempfile::tempdir().unwrap();
    let line = "tucuxi dynamodb describe-time-to";
    let mut command = tucuxi(folder.path());
    command.args(["tucuxi", "describe-time-to", "dynamodb"]).env("COMP_LINE", line).env("COMP_POINT", line.len().to_string());
    assert_eq!(String::from_utf8(command.output().unwrap().stdout).unwrap(), "describe-time-to-live\n");
}

#[test]
fn names_of_resources_are_completed_on_request() {
    let moto = Moto::start("completion");
    let (s3, dynamodb) = (moto.client("s3"), moto.client("dynamodb"));
    s3.call("create_bucket", tucuxi::value!({"Bucket": "river-photos"})).unwrap();
    for key in ["2024/a b.jpg", "readme"] {
        s3.call("put_object", tucuxi::value!({"Bucket": "river-photos", "Key": key, "Body": "x"})).unwrap();
    }
    let table = tucuxi::value!({
        "TableName": "boats", "BillingMode": "PAY_PER_REQUEST", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    });
    dynamodb.call("create_table", table).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let complete = |line: &str, names: &str| {
        let mut command = tucuxi(folder.path());
        command.env("AWS_ACCESS_KEY_ID", "testing").env("AWS_SECRET_ACCESS_KEY", "testing").env("AWS_ENDPOINT_URL", moto.url());
        command.env("TUCUXI_COMPLETE_NAMES", names).args(["__complete", "zsh", "--"]).args(line.split(' '));
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    assert_eq!(complete("tucuxi dynamodb get-item --table-name b", "1"), "boats\n");
    assert_eq!(complete("tucuxi dynamodb get-item --table-name b", "0"), "", "nothing is sent unless it is requested");
    assert_eq!(complete("tucuxi s3api list-objects-v2 --bucket riv", "1"), "river-photos\n");
    assert_eq!(complete("tucuxi s3 ls s3://ri", "1"), "s3://river-photos/\tbucket\n");
    assert_eq!(complete("tucuxi s3 ls s3://river-photos/", "1"), "s3://river-photos/2024/\tprefix\ns3://river-photos/readme\tobject\n");
}

/// Types lines into a shell and presses the tab key after each. Returns what the shell made of them.
fn drive(shell: &str, moto: &Moto, lines: &[&str]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let script = tucuxi(folder.path()).args(["completion", shell]).output().unwrap();
    let file = folder.path().join("script");
    std::fs::write(&file, script.stdout).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_tucuxi")).parent().unwrap().display().to_string();
    let driver = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/client/completion/drive.py");
    let mut command = Command::new(python());
    command.arg(driver).arg(shell).arg(&file).args(lines).current_dir(folder.path()).env_clear();
    command.env("PATH", format!("{program}:{}", std::env::var("PATH").unwrap())).env("AWS_CONFIG_FILE", folder.path().join("config"));
    command.env("AWS_ACCESS_KEY_ID", "testing").env("AWS_SECRET_ACCESS_KEY", "testing");
    command.env("TUCUXI_COMPLETE_NAMES", "1").env("AWS_ENDPOINT_URL", moto.url());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{shell}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn shells_complete_lines() {
    let moto = Moto::start("completion_shells");
    let s3 = moto.client("s3");
    s3.call("create_bucket", tucuxi::value!({"Bucket": "river"})).unwrap();
    s3.call("put_object", tucuxi::value!({"Bucket": "river", "Key": "a b.txt", "Body": "x"})).unwrap();
    let cases = [
        ("tucuxi dynamodb describe-time-to", "tucuxi dynamodb describe-time-to-live "),
        ("tucuxi sqs list-queues --prof", "tucuxi sqs list-queues --profile "),
        ("tucuxi sqs list-queues --profile dep", "tucuxi sqs list-queues --profile deploy "),
        ("tucuxi dynamodb create-table --billing-mode=PAY", "tucuxi dynamodb create-table --billing-mode=PAY_PER_REQUEST "),
        ("tucuxi ec2 create-tags --tags Key=a,V", "tucuxi ec2 create-tags --tags Key=a,Value="),
        ("tucuxi s3 ls s3://ri", "tucuxi s3 ls s3://river/"),
        ("tucuxi s3 rm s3://river/a", "tucuxi s3 rm s3://river/a\\ b.txt "),
        ("tucuxi completion f", "tucuxi completion fish "),
    ];
    let lines = cases.map(|(typed, _)| typed);
    let installed = |shell: &&str| *shell == "bash" || Command::new(shell).arg("--version").output().is_ok();
    for shell in ["bash", "zsh", "fish"].iter().filter(|shell| installed(shell)) {
        let completed = drive(shell, &moto, &lines);
        for ((typed, expected), found) in cases.iter().zip(completed) {
            assert_eq!(&found, expected, "{shell}: {typed}");
        }
    }
}
