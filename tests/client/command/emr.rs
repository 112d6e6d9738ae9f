//! The commands for clusters of EMR: the requests and outputs that `aws` 1.45 made for the same words and responses
//! (`emr.jsonl`), and its refusals.

use super::configuration::Home;
use super::succeeded;
use crate::loopback::{self, Seen};

const KEYS: [(&str, &str); 3] = [("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b"), ("AWS_REGION", "us-east-1")];

fn service() -> loopback::Server {
    loopback::Server::start(|seen: &Seen| {
        loopback::ok(match operation(seen) {
            "RunJobFlow" => r#"{"JobFlowId": "j-NEW", "ClusterArn": "arn:aws:elasticmapreduce:us-east-1:1:cluster/j-NEW"}"#,
            "AddJobFlowSteps" => r#"{"StepIds": ["s-1", "s-2"]}"#,
            "AddInstanceGroups" => r#"{"InstanceGroupIds": ["ig-1"], "JobFlowId": "j-1", "ClusterArn": "arn:x"}"#,
            "DescribeCluster" => {
                r#"{"Cluster": {"Id": "j-1", "Name": "n", "Status": {"State": "WAITING", "StateChangeReason": {}},
                    "MasterPublicDnsName": "master.example", "ReleaseLabel": "emr-5.9.0", "InstanceCollectionType": "INSTANCE_GROUP",
                    "RunningAmiVersion": "3.1.0", "Applications": [{"Name": "hive", "Version": "1"}],
                    "Ec2InstanceAttributes": {"Ec2KeyName": "k"}}}"#
            }
            "ListInstanceGroups" => r#"{"InstanceGroups": [{"Id": "ig-1", "InstanceGroupType": "MASTER"}]}"#,
            "ListBootstrapActions" => r#"{"BootstrapActions": [{"Name": "b", "ScriptPath": "s", "Args": []}]}"#,
            _ => "{}",
        })
    })
}

fn operation(seen: &Seen) -> &str {
    seen.header("x-amz-target").and_then(|target| target.rsplit('.').next()).unwrap_or_default()
}

#[test]
fn clusters_are_created_and_changed_by_the_requests_of_aws() {
    let (server, home) = (service(), Home::new());
    let url = server.url();
    let mut differences = Vec::new();
    let (mut requests, mut refusals) = (0, 0);
    for line in include_str!("emr.jsonl").lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let argv: Vec<&str> = case["argv"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
        let before = server.seen().len();
        let output = home.command(&[&argv[..], &["--endpoint-url", &url]].concat()).envs(KEYS).output().unwrap();
        let seen: Vec<serde_json::Value> = server.seen()[before..]
            .iter()
            .filter(|seen| argv[1] != "add-steps" || operation(seen) != "DescribeCluster")
            .map(|seen| serde_json::json!({"operation": operation(seen), "body": serde_json::from_str::<serde_json::Value>(&seen.body).unwrap()}))
            .collect();
        if case["error"] == true {
            refusals += 1;
            if output.status.code() != Some(252) || !seen.is_empty() {
                differences.push(format!("{argv:?}: {output:?}"));
            }
            continue;
        }
        requests += 1;
        if serde_json::Value::from(seen.clone()) != case["requests"] {
            differences.push(format!("{argv:?}\n  tucuxi {}\n  aws {}\n  {output:?}", serde_json::json!(seen), case["requests"]));
        } else if let Some(expected) = case["output"].as_str().filter(|expected| *expected != succeeded(&output)) {
            differences.push(format!("{argv:?}\n{}\n{expected}", succeeded(&output)));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert_eq!((requests, refusals), (18, 13));
}

#[cfg(unix)]
#[test]
fn a_shell_on_the_master_is_one_of_ssh() {
    use std::os::unix::fs::PermissionsExt as _;
    let (server, home) = (service(), Home::new());
    let url = server.url();
    for program in ["ssh", "scp"] {
        home.write(&format!("bin/{program}"), "#!/bin/sh\necho \"$0\" \"$@\" | sed 's/.*bin.//'\n");
        std::fs::set_permissions(home.path(&format!("bin/{program}")), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:/usr/bin:/bin", home.path("bin").display());
    let run = |words: &[&str]| {
        let words = [words, &["--cluster-id", "j-1", "--key-pair-file", "k.pem", "--endpoint-url", &url]].concat();
        succeeded(&home.command(&words).envs(KEYS).env("PATH", &path).output().unwrap())
    };
    let options = "-o StrictHostKeyChecking=accept-new";
    let alive = "-o ServerAliveInterval=10";
    assert_eq!(run(&["emr", "ssh", "--command", "ls"]), format!("ssh {options} {alive} -i k.pem hadoop@master.example -t ls\n"));
    assert_eq!(run(&["emr", "socks"]), format!("ssh {options} {alive} -ND 8157 -i k.pem hadoop@master.example\n"));
    assert_eq!(run(&["emr", "put", "--src", "a/b"]), format!("scp {options} -r {alive} -i k.pem a/b hadoop@master.example:b\n"));
    assert_eq!(run(&["emr", "get", "--src", "/x/y"]), format!("scp {options} -r {alive} -i k.pem hadoop@master.example:/x/y y\n"));
}
