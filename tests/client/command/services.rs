//! Commands of single services that make several calls: deployments, default roles, the recorder of AWS Config, builds, and
//! distributions.

use std::process::Output;

use super::configuration::Home;
use super::succeeded;
use crate::loopback::{self, Answer, Seen};
use crate::moto;
use crate::server;

fn run(home: &Home, words: &[&str], variables: &[(&str, &str)]) -> Output {
    let keys = [("AWS_ACCESS_KEY_ID", server::ACCESS_KEY), ("AWS_SECRET_ACCESS_KEY", server::SECRET_KEY), ("AWS_REGION", "us-east-1")];
    home.command(words).envs(keys).envs(variables.iter().copied()).output().unwrap()
}

fn operation(seen: &Seen) -> &str {
    seen.header("x-amz-target").and_then(|target| target.rsplit('.').next()).unwrap_or_default()
}

fn called(server: &loopback::Server) -> Vec<(String, serde_json::Value)> {
    server.seen().iter().map(|seen| (operation(seen).to_owned(), serde_json::from_str(&seen.body).unwrap())).collect()
}

#[test]
fn deploy_push_uploads_a_revision_and_registers_it() {
    let (store, home) = (server::Server::start().unwrap(), Home::new());
    let deploy = loopback::Server::start(|_: &Seen| loopback::ok("{}"));
    let (s3, codedeploy) = (store.url(), deploy.url());
    let variables = [("AWS_ENDPOINT_URL_S3", s3.as_str()), ("AWS_ENDPOINT_URL_CODEDEPLOY", codedeploy.as_str())];
    succeeded(&run(&home, &["s3", "mb", "s3://river"], &variables));
    home.write("src/appspec.yml", "version: 0.0\n");
    home.write("src/d/f.txt", "hello");
    home.write("src/.git/config", "x");
    let push = |words: &[&str]| {
        let push = ["deploy", "push", "--application-name", "app", "--source", "src"];
        run(&home, &[&push[..], words].concat(), &variables)
    };
    let text = succeeded(&push(&["--s3-location", "s3://river/k.zip", "--ignore-hidden-files", "--description", "d"]));
    let (name, body) = called(&deploy).remove(0);
    let tag = body["revision"]["s3Location"]["eTag"].as_str().unwrap().to_owned();
    assert_eq!(name, "RegisterApplicationRevision");
    assert_eq!(
        body,
        serde_json::json!({"applicationName": "app", "description": "d", "revision": {"revisionType": "S3", "s3Location":
            {"bucket": "river", "key": "k.zip", "bundleType": "zip", "eTag": tag}}})
    );
    assert!(text.contains(&format!("--s3-location bucket=river,key=k.zip,bundleType=zip,eTag={tag} ")), "{text}");
    succeeded(&run(&home, &["s3", "cp", "s3://river/k.zip", "k.zip"], &variables));
    let archive = zip::ZipArchive::new(std::fs::File::open(home.path("k.zip")).unwrap()).unwrap();
    assert_eq!(archive.file_names().map(Result::unwrap).collect::<Vec<_>>(), ["appspec.yml", "d/f.txt"]);
    for (words, message) in [
        (&["--s3-location", "river/k.zip"][..], "--s3-location must specify the Amazon S3 URL format as s3://<bucket>/<key>."),
        (&["--s3-location", "s3://river/k.zip", "--source", "src/d"], "src/d/appspec.yml was not found"),
    ] {
        let output = push(words);
        assert_eq!(output.status.code(), Some(252), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(message), "{output:?}");
    }
}

/// The requests and the output of `aws` 1.45 for the same files and responses.
#[test]
fn ecs_deploy_registers_a_definition_and_waits_for_the_deployment() {
    let group = r#"{"deploymentGroupInfo": {"ecsServices": [{"serviceName": "svc", "clusterName": "c"}]}}"#;
    let server = loopback::Server::start(move |seen: &Seen| {
        loopback::ok(match operation(seen) {
            "DescribeServices" => {
                r#"{"services": [{"serviceArn": "arn:svc", "serviceName": "svc", "clusterArn": "arn:aws:ecs:us-east-1:1:cluster/c"}]}"#
            }
            "GetApplication" => r#"{"application": {"computePlatform": "ECS"}}"#,
            "GetDeploymentGroup" => group,
            "RegisterTaskDefinition" => r#"{"taskDefinition": {"taskDefinitionArn": "arn:td:2"}}"#,
            "CreateDeployment" => r#"{"deploymentId": "d-1"}"#,
            "GetDeployment" => r#"{"deploymentInfo": {"status": "Succeeded"}}"#,
            _ => "{}",
        })
    });
    let (url, home) = (server.url(), Home::new());
    home.write("td.json", r#"{"family": "f", "containerDefinitions": []}"#);
    let properties =
        "        TaskDefinition: \"x\"\n        LoadBalancerInfo:\n          ContainerName: \"web\"\n          ContainerPort: 80\n";
    home.write(
        "app.yml",
        &format!("version: 0.0\nResources:\n  - TargetService:\n      Type: AWS::ECS::Service\n      Properties:\n{properties}"),
    );
    let deploy = ["ecs", "deploy", "--service", "svc", "--cluster", "c", "--task-definition", "td.json", "--codedeploy-appspec", "app.yml"];
    let text = succeeded(&run(&home, &[&deploy[..], &["--endpoint-url", &url]].concat(), &[]));
    assert_eq!(
        text,
        "Successfully registered new ECS task definition arn:td:2\nSuccessfully created deployment d-1\nWaiting for d-1 to succeed (will \
         wait up to 30 minutes)...\nSuccessfully deployed arn:td:2 to service 'svc'\n"
    );
    let called = called(&server);
    let names: Vec<&str> = called.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["DescribeServices", "GetApplication", "GetDeploymentGroup", "RegisterTaskDefinition", "CreateDeployment", "GetDeployment"]
    );
    assert_eq!(called[2].1, serde_json::json!({"applicationName": "AppECS-c-svc", "deploymentGroupName": "DgpECS-c-svc"}));
    assert_eq!(called[3].1, serde_json::json!({"family": "f", "containerDefinitions": []}));
    let content = &called[4].1["revision"]["appSpecContent"];
    let spec: serde_json::Value = serde_json::from_str(content["content"].as_str().unwrap()).unwrap();
    let service = serde_json::json!({"Type": "AWS::ECS::Service", "Properties":
        {"TaskDefinition": "arn:td:2", "LoadBalancerInfo": {"ContainerName": "web", "ContainerPort": 80}}});
    assert_eq!(spec, serde_json::json!({"version": 0.0, "Resources": [{"TargetService": service}]}));
    assert_eq!(content["sha256"].as_str().unwrap().len(), 64);
}

#[test]
fn default_roles_are_created_if_they_are_missing() {
    let missing = "<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>no</Message></Error></ErrorResponse>";
    let server = loopback::Server::start(move |seen: &Seen| match seen.body.split('&').next().unwrap() {
        "Action=GetRole" if !seen.body.contains("EMR_DefaultRole") => Answer::Reply(404, missing.to_owned()),
        "Action=GetInstanceProfile" => Answer::Reply(404, missing.to_owned()),
        "Action=GetPolicy" => {
            loopback::ok("<R><GetPolicyResult><Policy><DefaultVersionId>v3</DefaultVersionId></Policy></GetPolicyResult></R>")
        }
        "Action=GetPolicyVersion" => loopback::ok(
            "<R><GetPolicyVersionResult><PolicyVersion><Document>%7B%22Statement%22%3A%5B%5D%7D</Document></PolicyVersion>\
             </GetPolicyVersionResult></R>",
        ),
        "Action=CreateRole" => loopback::ok("<R><CreateRoleResult><Role><RoleName>r</RoleName></Role></CreateRoleResult></R>"),
        "Action=GetRole" => loopback::ok("<R><GetRoleResult/></R>"),
        "Action=CreateInstanceProfile" => loopback::ok("<R><CreateInstanceProfileResult/></R>"),
        _ => loopback::ok("<R/>"),
    });
    let (url, home) = (server.url(), Home::new());
    let text = succeeded(&run(&home, &["emr", "create-default-roles", "--iam-endpoint", &url], &[]));
    let shown: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(shown[0], serde_json::json!({"RolePolicy": {"Statement": []}, "Role": {"RoleName": "r"}}));
    assert_eq!(shown.as_array().unwrap().len(), 2, "a role that exists is left alone");
    let actions: Vec<String> = server.seen().iter().map(|seen| seen.body.split('&').next().unwrap().replace("Action=", "")).collect();
    let created = ["GetRole", "CreateRole", "AttachRolePolicy", "GetPolicy", "GetPolicyVersion"];
    let profile = ["GetInstanceProfile", "CreateInstanceProfile", "AddRoleToInstanceProfile"];
    assert_eq!(actions, [&created[..], &profile, &["GetRole"], &created].concat());
    let before = server.seen().len();
    succeeded(&run(&home, &["dlm", "create-default-role", "--resource-type", "image", "--iam-endpoint", &url], &[]));
    let attached = server.seen()[before..].iter().find(|seen| seen.body.starts_with("Action=AttachRolePolicy")).unwrap().body.clone();
    assert!(attached.contains("AWSDataLifecycleManagerServiceRoleForAMIManagement"), "{attached}");
    assert_eq!(run(&home, &["dlm", "create-default-role", "--resource-type", "x"], &[]).status.code(), Some(252));
}

#[test]
fn the_status_of_the_recorder_reads_like_that_of_aws() {
    let server = loopback::Server::start(|seen: &Seen| {
        loopback::ok(match operation(seen) {
            "DescribeConfigurationRecorderStatus" => {
                r#"{"ConfigurationRecordersStatus": [{"name": "default", "recording": true, "lastStatus": "SUCCESS"}]}"#
            }
            _ => {
                r#"{"DeliveryChannelsStatus": [{"name": "default", "configStreamDeliveryInfo": {"lastStatus": "SUCCESS"},
                    "configHistoryDeliveryInfo": {"lastStatus": "FAILURE", "lastErrorCode": "E", "lastErrorMessage": "M"},
                    "configSnapshotDeliveryInfo": {}}]}"#
            }
        })
    });
    let text = succeeded(&run(&Home::new(), &["configservice", "get-status", "--endpoint-url", &server.url()], &[]));
    assert_eq!(
        text,
        "Configuration Recorders:\n\nname: default\nrecorder: ON\nlast status: SUCCESS\n\nDelivery Channels:\n\nname: default\nlast stream \
         delivery status: SUCCESS\nlast history delivery status: FAILURE\nerror code: E\nmessage: M\n\n"
    );
}

#[test]
fn the_root_object_of_a_distribution_is_changed_in_its_configuration() {
    let (moto, home) = (moto::Moto::start("command_services"), Home::new());
    let url = moto.url();
    let call = |words: &[&str]| run(&home, &[&["cloudfront"], words, &["--endpoint-url", url.as_str()]].concat(), &[]);
    let origin = ["create-distribution", "--origin-domain-name", "a.example.com", "--default-root-object", "old.html"];
    let created: serde_json::Value = serde_json::from_str(&succeeded(&call(&origin))).unwrap();
    let id = created["Distribution"]["Id"].as_str().unwrap();
    let changed = succeeded(&call(&["update-distribution", "--id", id, "--default-root-object", "new.html"]));
    let changed: serde_json::Value = serde_json::from_str(&changed).unwrap();
    let config = &changed["Distribution"]["DistributionConfig"];
    assert_eq!(config["DefaultRootObject"], "new.html");
    assert_eq!(config["Origins"]["Items"][0]["DomainName"], "a.example.com", "the rest stays");
    let both = call(&["update-distribution", "--id", id, "--default-root-object", "x", "--distribution-config", "{}"]);
    assert_eq!(both.status.code(), Some(252), "{both:?}");
}
