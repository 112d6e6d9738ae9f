//! The history of commands, `--each` in every format, sessions that another program takes over, and passwords for git.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use super::configuration::Home;
#[cfg(unix)]
use super::configuration::mode;
use super::succeeded;
use crate::loopback::{self, Answer, Seen};

const KEYS: [(&str, &str); 3] = [("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b"), ("AWS_REGION", "us-east-1")];

fn run(home: &Home, words: &[&str], input: &str) -> std::process::Output {
    let mut command = home.command(words);
    command.envs(KEYS).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    // A command that fails early does not read its input.
    let _ = process.stdin.take().unwrap().write_all(input.as_bytes());
    process.wait_with_output().unwrap()
}

#[test]
fn the_history_has_commands_and_requests_but_no_secrets() {
    let server = loopback::Server::start(|seen: &Seen| match seen.header("x-amz-target") {
        Some(target) if target.ends_with("DeleteSecret") => Answer::Reply(400, r#"{"__type": "InvalidRequestException"}"#.to_owned()),
        _ => loopback::ok("{}"),
    });
    let (url, home) = (server.url(), Home::new());
    let of = |words: &[&str]| run(&home, &[words, &["--endpoint-url", &url]].concat(), "");
    let path = ".aws/cli/history/tucuxi.jsonl";
    let missing = run(&home, &["history", "list"], "");
    assert_eq!(missing.status.code(), Some(255));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("configure set cli_history enabled"), "{missing:?}");
    succeeded(&of(&["secretsmanager", "list-secrets"]));
    assert!(!home.path(path).exists(), "nothing is recorded unless the profile says so");
    home.write(".aws/config", "[default]\ncli_history = enabled\n");
    succeeded(&of(&["secretsmanager", "put-secret-value", "--secret-id", "s", "--secret-string", "hunter2"]));
    assert_eq!(of(&["secretsmanager", "delete-secret", "--secret-id", "s"]).status.code(), Some(254));
    succeeded(&of(&["eks", "get-token", "--cluster-name", "c"]));
    #[cfg(unix)]
    assert_eq!(mode(&home.path(path)), 0o600);
    let file = home.read(path);
    assert!(!file.contains("hunter2") && !file.contains("Signature") && !file.contains("k8s-aws"), "{file}");

    let list = succeeded(&run(&home, &["history", "list"], ""));
    let rows: Vec<Vec<&str>> = list.lines().map(|line| line.split_whitespace().skip(2).collect()).collect();
    assert_eq!(
        rows,
        [vec!["eks", "get-token", "0"], vec!["secretsmanager", "delete-secret", "254"], vec!["secretsmanager", "put-secret-value", "0"]]
    );
    let id = list.lines().nth(2).unwrap().split(' ').next().unwrap();
    let shown = succeeded(&run(&home, &["history", "show", id], ""));
    assert!(shown.contains("Command     secretsmanager put-secret-value\n") && shown.contains("\"SecretString\": \"***\""), "{shown}");
    assert!(shown.contains(&format!("Request     POST {url}/ (status 200)\n")), "{shown}");
    let last = succeeded(&run(&home, &["history", "show", "--format", "json", "--query", "command", "--output", "text"], ""));
    assert_eq!(last, "eks get-token\n");
    assert_eq!(run(&home, &["history", "show", "none"], "").status.code(), Some(252));
}

#[test]
fn each_prints_in_the_format_that_is_requested() {
    let server = loopback::Server::start(|seen: &Seen| match seen.body.contains("\"b\"") {
        true => Answer::Reply(400, r#"{"__type": "QueueDoesNotExist", "message": "no"}"#.to_owned()),
        false => loopback::ok(r#"{"QueueUrl": "https://q"}"#),
    });
    let (url, home) = (server.url(), Home::new());
    let of = |format: &str| {
        let words = ["sqs", "get-queue-url", "--each", "-", "--output", format, "--endpoint-url", &url];
        let output = run(&home, &words, "{\"QueueName\": \"a\"}\n{\"QueueName\": \"b\"}\n{\"QueueName\": \"c\"}\n");
        assert_eq!(output.status.code(), Some(254), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("1 of 3 calls failed"), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let lines = of("json");
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!(
        (lines[0], lines[2]),
        (r#"{"line":1,"result":{"QueueUrl":"https://q"}}"#, r#"{"line":3,"result":{"QueueUrl":"https://q"}}"#)
    );
    assert!(lines[1].starts_with(r#"{"line":2,"error":{"#), "{}", lines[1]);
    assert_eq!(of("text"), "https://q\nhttps://q\n");
    assert_eq!(of("off"), "");
    let tables = of("table");
    assert_eq!((tables.matches("GetQueueUrl").count(), tables.matches("https://q").count()), (2, 2), "{tables}");
    let documents: serde_json::Value = serde_saphyr::from_str(&of("yaml")).unwrap();
    assert_eq!((&documents[0]["line"], &documents[2]["result"]["QueueUrl"]), (&1.into(), &"https://q".into()));
    assert_eq!(documents[1]["line"], 2);
}

/// What `aws` 1.45 passes to the program, for the same responses.
#[cfg(unix)]
#[test]
fn a_session_is_handed_to_the_session_manager_plugin() {
    use std::os::unix::fs::PermissionsExt as _;
    let server = loopback::Server::start(|seen: &Seen| match seen.header("x-amz-target").unwrap_or_default() {
        target if target.ends_with("StartSession") => {
            loopback::ok(r#"{"SessionId": "s-1", "TokenValue": "tok", "StreamUrl": "wss://x/y"}"#)
        }
        target if target.ends_with("ExecuteCommand") => loopback::ok(
            r#"{"clusterArn": "arn:aws:ecs:us-east-1:1:cluster/c", "containerName": "web", "interactive": true,
                "session": {"sessionId": "ecs-1", "streamUrl": "wss://x", "tokenValue": "tv"}, "taskArn": "arn:aws:ecs:us-east-1:1:task/c/abc"}"#,
        ),
        _ => loopback::ok(r#"{"tasks": [{"containers": [{"name": "side", "runtimeId": "no"}, {"name": "web", "runtimeId": "abc-123"}]}]}"#),
    });
    let (url, home) = (server.url(), Home::new());
    let start = ["ssm", "start-session", "--target", "i-1", "--endpoint-url", &url];
    let without = home.command(&start).envs(KEYS).env("PATH", "/nowhere").output().unwrap();
    assert_eq!(without.status.code(), Some(255));
    assert!(String::from_utf8_lossy(&without.stderr).contains("session-manager-plugin is not installed"), "{without:?}");
    assert!(server.lines().is_empty(), "nothing is started that nobody takes over");

    let plugin = home.path("bin/session-manager-plugin");
    let path = format!("{}:/usr/bin:/bin", home.path("bin").display());
    let run = |version: &str, words: &[&str]| {
        let script = format!(
            "#!/bin/sh\nif [ \"$1\" = --version ]; then echo {version}; exit; fi\nprintf '%s\\n' \"$AWS_SSM_START_SESSION_RESPONSE\" \"$@\" > log\nexit 3\n"
        );
        fs::create_dir_all(home.path("bin")).unwrap();
        fs::write(&plugin, script).unwrap();
        fs::set_permissions(&plugin, fs::Permissions::from_mode(0o755)).unwrap();
        let output = home.command(words).envs(KEYS).env("PATH", &path).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{output:?}");
        home.read("log").lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let response = r#"{"SessionId":"s-1","TokenValue":"tok","StreamUrl":"wss://x/y"}"#;
    let target = r#"{"Target":"i-1"}"#;
    assert_eq!(run("1.2.650.0", &start), [response, "AWS_SSM_START_SESSION_RESPONSE", "us-east-1", "StartSession", "", target, &url]);
    assert_eq!(run("1.2.300.0", &start), ["", response, "us-east-1", "StartSession", "", target, &url]);
    let execute = ["ecs", "execute-command", "--cluster", "c", "--task", "abc", "--interactive", "--command", "sh", "--endpoint-url", &url];
    let log = run("1.2.650.0", &execute);
    assert_eq!(log[0], r#"{"sessionId":"ecs-1","streamUrl":"wss://x","tokenValue":"tv"}"#);
    assert_eq!(log[5], r#"{"Target":"ecs:c_abc_abc-123"}"#);
    let printed =
        succeeded(&home.command(&[&start[..], &["--print-request=json"]].concat()).envs(KEYS).env("PATH", "/nowhere").output().unwrap());
    assert!(printed.contains("AmazonSSM.StartSession"), "{printed}");
}

#[test]
fn git_gets_passwords_for_codecommit_only() {
    let home = Home::new();
    let ask = |words: &[&str], host: &str| {
        let words = [&["codecommit", "credential-helper"], words].concat();
        succeeded(&run(&home, &words, &format!("protocol=https\nhost={host}\npath=v1/repos/x\n\n")))
    };
    let host = "git-codecommit.us-east-1.amazonaws.com";
    let answer = ask(&["get"], host);
    let lines: Vec<&str> = answer.lines().collect();
    assert_eq!(lines[0], "username=a");
    let password = lines[1].strip_prefix("password=").unwrap();
    assert_eq!((password.len(), &password[15..16]), (16 + 64, "Z"), "{password}");
    assert_eq!(ask(&["get"], "github.com"), "");
    assert!(ask(&["--ignore-host-check", "get"], "example.com").starts_with("username=a\n"));
    assert_eq!((ask(&["store"], host).as_str(), ask(&["erase"], host).as_str()), ("", ""));
    assert_eq!(run(&home, &["codecommit", "credential-helper", "put"], "").status.code(), Some(252));
}
