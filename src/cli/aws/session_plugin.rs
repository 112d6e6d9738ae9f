//! `ssm start-session` and `ecs execute-command`: the program `session-manager-plugin` takes over the session that the call
//! has started.

use std::process::{Command, Stdio};

use super::invocation::Invocation;
use crate::Client;
use crate::cli::failure::{Failure, Result};
use crate::cli::interrupt;
use crate::value;
use crate::value::{List, Value};

const PROGRAM: &str = "session-manager-plugin";
/// The variable that holds the response, so that its token is not in the list of processes.
const RESPONSE: &str = "AWS_SSM_START_SESSION_RESPONSE";
/// The first version that reads the variable.
const READS_VARIABLE: [u64; 3] = [1, 2, 497];

/// Calls the operation and runs the plugin if the operation starts a session. The plugin is looked for before the call.
///
/// # Errors
/// 255 without the plugin; the failure of the call; the exit code of the plugin.
pub(super) fn run(client: &Client, invocation: &Invocation) -> Option<Result<()>> {
    let is_session = match (invocation.service.as_str(), invocation.operation.as_str()) {
        ("ssm", "StartSession") | ("ecs", "ExecuteCommand") => invocation.globals.print_request.is_none(),
        _ => false,
    };
    is_session.then(|| session(client, invocation))
}

fn session(client: &Client, invocation: &Invocation) -> Result<()> {
    let version = Command::new(PROGRAM).arg("--version").stdin(Stdio::null()).output().map_err(|_| {
        Failure::general(format!(
            "{PROGRAM} is not installed or not in PATH. The session was not started.\nHow to install it: \
             https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html"
        ))
    })?;
    let params = Value::from(invocation.params.clone());
    let call = |operation: &str, params: Value| interrupt::call(client, operation, params);
    let response = call(&invocation.operation, params.clone())?;
    let (response, target) = match invocation.service.as_str() {
        "ecs" => {
            let tasks = value!({"cluster": params["cluster"].clone(), "tasks": List::from_iter([params["task"].clone()])});
            let tasks = call("describe_tasks", tasks)?;
            let target = container(&response, &tasks).ok_or_else(|| Failure::general("The task has no such container that runs."))?;
            (response["session"].clone(), value!({"Target": target}))
        }
        _ => {
            let member = |name: &'static str| (name, response[name].clone());
            let session = ["SessionId", "TokenValue", "StreamUrl"].map(member);
            (Value::from(value::Map::from_iter(session)), params)
        }
    };
    let response = json(&response)?;
    let mut command = Command::new(PROGRAM);
    match reads_variable(&String::from_utf8_lossy(&version.stdout)) {
        true => command.arg(RESPONSE).env(RESPONSE, response),
        false => command.arg(response),
    };
    let profile = invocation.globals.profile.as_deref().unwrap_or_default();
    command.args([client.region().unwrap_or_default(), "StartSession", profile, &json(&target)?, client.endpoint_url()]);
    let status = interrupt::ignored(|| command.status())?;
    match status.success() {
        true => Ok(()),
        false => Err(Failure {
            message: String::new(),
            code: status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(Failure::GENERAL),
        }),
    }
}

fn json(value: &Value) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Failure::general(error.to_string()))
}

/// The target of a session in a container: `ecs:CLUSTER_TASK_RUNTIME`.
fn container(response: &Value, tasks: &Value) -> Option<String> {
    let last = |arn: &Value| arn.as_str()?.rsplit('/').next().map(str::to_owned);
    let name = response["containerName"].as_str()?;
    let containers = tasks["tasks"][0]["containers"].as_list()?;
    let runtime = containers.iter().find(|container| container["name"].as_str() == Some(name))?["runtimeId"].as_str()?;
    Some(format!("ecs:{}_{}_{runtime}", last(&response["clusterArn"])?, last(&response["taskArn"])?))
}

fn reads_variable(version: &str) -> bool {
    let parts: Vec<u64> = version.trim().split('.').map_while(|part| part.parse().ok()).collect();
    parts.get(..3).is_some_and(|parts| parts >= &READS_VARIABLE[..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_response_is_in_a_variable_for_plugins_that_read_it() {
        for (version, expected) in
            [("1.2.497.0\n", true), ("1.2.496.0", false), ("1.10.0.0", true), ("2.0.0", true), ("", false), ("x", false)]
        {
            assert_eq!(reads_variable(version), expected, "{version}");
        }
    }
}
