//! `ecs deploy`: a new task definition for a service, with a blue/green deployment of CodeDeploy.

use super::custom::{Line, Options};
use super::files::{self, Content};
use super::words::Arity;
use crate::cli::failure::{Failure, Result};
use crate::cli::{interrupt, output};
use crate::credentials::cache;
use crate::value;
use crate::value::Value;

pub(super) const OPTIONS: Options = &[
    ("service", Arity::One, "The service."),
    ("task-definition", Arity::One, "The file with the new task definition, in JSON."),
    ("codedeploy-appspec", Arity::One, "The file with the AppSpec, in YAML or JSON."),
    ("cluster", Arity::One, "The cluster of the service. Default: default."),
    ("codedeploy-application", Arity::One, "The application of CodeDeploy. Default: AppECS-CLUSTER-SERVICE."),
    ("codedeploy-deployment-group", Arity::One, "The deployment group. Default: DgpECS-CLUSTER-SERVICE."),
];

/// The wait, in minutes, without the group's own times.
const USUAL_WAIT: i64 = 30;
/// The longest wait, in minutes.
const LONGEST_WAIT: i64 = 360;
/// The time, in minutes, that is added to the times of the group.
const SPARE: i64 = 10;
/// The pause between two looks at the deployment, in seconds.
const PAUSE: i64 = 15;

/// Registers the task definition, starts the deployment, and waits for its end.
///
/// # Errors
/// A usage failure for a file that is not what it should be; 255 if the group is for another service or the deployment fails.
pub(super) fn run(line: &Line) -> Result<()> {
    let read = |option: &str| match files::load(&format!("file://{}", line.required(option)))? {
        Content::Text(text) => Ok(text),
        Content::Bytes(_) => Err(Failure::usage(format!("argument --{option}: the file is not text"))),
    };
    let definition = super::values::json(&read("task-definition")?)?;
    let mut appspec: Value = output::yaml::parse(&read("codedeploy-appspec")?)
        .map_err(|error| Failure::usage(format!("argument --codedeploy-appspec: {error}")))?;
    let (service, cluster) = (line.required("service"), line.text("cluster").unwrap_or("default"));
    let (ecs, deploy) = (line.client("ecs")?.build()?, line.client("codedeploy")?.build()?);

    let found = interrupt::call(&ecs, "describe_services", value!({"cluster": cluster, "services": [service]}))?;
    let found = &found["services"][0];
    let text = |name: &str| found[name].as_str().unwrap_or_default().to_owned();
    if text("serviceName").is_empty() {
        return Err(Failure::general(format!("The service {service} does not exist in the cluster {cluster}.")));
    }
    let cluster = text("clusterArn").rsplit('/').next().unwrap_or(cluster).to_owned();
    let own_name = |prefix: &str| {
        // Names of CodeDeploy have at most 100 characters.
        let part = |text: &str| text.chars().take(46).collect::<String>();
        format!("{prefix}-{}-{}", part(&cluster), part(&text("serviceName")))
    };
    let application = line.text("codedeploy-application").map_or_else(|| own_name("AppECS"), str::to_owned);
    let group = line.text("codedeploy-deployment-group").map_or_else(|| own_name("DgpECS"), str::to_owned);
    let known = interrupt::call(&deploy, "get_application", value!({"applicationName": application.as_str()}))?;
    if known["application"]["computePlatform"].as_str() != Some("ECS") {
        return Err(Failure::general(format!("The application {application} of CodeDeploy is not for ECS.")));
    }
    let described = value!({"applicationName": application.as_str(), "deploymentGroupName": group.as_str()});
    let described = interrupt::call(&deploy, "get_deployment_group", described)?;
    let info = &described["deploymentGroupInfo"];
    let target = &info["ecsServices"][0];
    if target["serviceName"].as_str() != Some(&text("serviceName")) || target["clusterName"].as_str() != Some(&cluster) {
        return Err(Failure::general(format!(
            "The deployment group {group} is for another service than {service} in the cluster {cluster}."
        )));
    }

    let registered = interrupt::call(&ecs, "register_task_definition", definition)?;
    let arn = registered["taskDefinition"]["taskDefinitionArn"].as_str().unwrap_or_default().to_owned();
    output::lines([format!("Successfully registered new ECS task definition {arn}")])?;
    let content = with_definition(&mut appspec, &arn)?;
    let content = serde_json::to_string(&content).map_err(|error| Failure::general(error.to_string()))?;
    let hash = cache::sha256(&content);
    let revision = value!({"revisionType": "AppSpecContent", "appSpecContent": {"content": content, "sha256": hash}});
    let params = value!({"applicationName": application, "deploymentGroupName": group, "revision": revision});
    let created = interrupt::call(&deploy, "create_deployment", params)?;
    let id = created["deploymentId"].as_str().unwrap_or_default().to_owned();
    let minutes = wait_of(info);
    output::lines([
        format!("Successfully created deployment {id}"),
        format!("Waiting for {id} to succeed (will wait up to {minutes} minutes)..."),
    ])?;
    let settings = value!({"Delay": PAUSE, "MaxAttempts": minutes * 60 / PAUSE});
    let waiter = deploy.waiter("deployment_successful")?.cancel(interrupt::cancel());
    waiter.wait(value!({"deploymentId": id, "WaiterConfig": settings}))?;
    Ok(output::lines([format!("Successfully deployed {arn} to service '{service}'")])?)
}

/// The AppSpec with the task definition in each of its resources. Keys are found in any case.
fn with_definition<'a>(appspec: &'a mut Value, arn: &str) -> Result<&'a Value> {
    fn member<'v>(value: &'v mut Value, name: &str) -> Option<&'v mut Value> {
        let map = value.as_map_mut()?;
        let key = map.keys().find(|key| key.eq_ignore_ascii_case(name))?.to_owned();
        map.get_mut(&key)
    }
    let missing = |name: &str| Failure::usage(format!("argument --codedeploy-appspec: {name} is missing"));
    let resources = member(appspec, "resources").ok_or_else(|| missing("Resources"))?;
    for index in 0..resources.as_list().map_or(0, |list| list.len()) {
        let resource = &mut resources[index];
        let names: Vec<String> = resource.as_map().into_iter().flat_map(|map| map.keys().map(str::to_owned)).collect();
        for name in names {
            let properties = member(resource, &name).and_then(|resource| member(resource, "properties"));
            let properties = properties.and_then(Value::as_map_mut).ok_or_else(|| missing("Properties"))?;
            let key = properties.keys().find(|key| key.eq_ignore_ascii_case("taskDefinition")).map(str::to_owned);
            properties.insert(key.unwrap_or_else(|| "TaskDefinition".to_owned()), arn);
        }
    }
    Ok(appspec)
}

/// How many minutes the deployment may take: the times that the group waits, and some more.
fn wait_of(group: &Value) -> i64 {
    let settings = &group["blueGreenDeploymentConfiguration"];
    let minutes = |value: &Value| value.as_int().unwrap_or(0);
    let own = minutes(&settings["deploymentReadyOption"]["waitTimeInMinutes"])
        + minutes(&settings["terminateBlueInstancesOnDeploymentSuccess"]["terminationWaitTimeInMinutes"]);
    (own + SPARE).clamp(USUAL_WAIT, LONGEST_WAIT)
}
