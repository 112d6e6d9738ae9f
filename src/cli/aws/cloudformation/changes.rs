//! `cloudformation deploy`: creates or updates a stack through a change set.

use super::super::custom::Line;
use super::super::files::{self, Content};
use super::super::values;
use super::artifacts::{Uploader, template_path};
use super::template;
use crate::cli::failure::{Failure, Result};
use crate::cli::{interrupt, output};
use crate::value;
use crate::value::{List, Map, Value};
use crate::{Client, ErrorKind, Timestamp};

/// A larger template must be in S3.
const LARGEST: usize = 51_200;

/// The reasons of a change set that failed because nothing changes.
const EMPTY: [&str; 2] = ["The submitted information didn't contain changes.", "No updates are to be performed"];

/// Runs the command.
///
/// # Errors
/// 255 for a change set or a stack that fails, and for an empty change set with `--fail-on-empty-changeset`.
pub(in crate::cli::aws) fn deploy(line: &Line) -> Result<()> {
    let path = template_path(line)?;
    let text = std::fs::read_to_string(&path).map_err(|error| Failure::general(format!("{}: {error}", path.display())))?;
    let parsed = template::parse(&text)?;
    let overrides = overrides(line.list("parameter-overrides").unwrap_or_default())?;
    let client = line.client("cloudformation")?.build()?;
    let stack = line.required("stack-name");
    let is_update = exists(&client, stack)?;
    let mut params = value!({
        "ChangeSetName": format!("tucuxi-cloudformation-package-deploy{}", Timestamp::now().seconds()),
        "StackName": stack,
        "ChangeSetType": if is_update { "UPDATE" } else { "CREATE" },
        "Description": format!("Created by tucuxi at {} UTC", Timestamp::now()),
        "Capabilities": texts(line.list("capabilities").unwrap_or_default()),
        "Parameters": parameters(&parsed, &overrides, is_update),
        "Tags": tags(line.list("tags").unwrap_or_default())?,
        "RoleARN": line.text("role-arn"),
        "NotificationARNs": line.list("notification-arns").map(texts),
    });
    match line.text("s3-bucket") {
        Some(_) => {
            let uploader = Uploader::new(line)?;
            params["TemplateURL"] = uploader.http_url(&uploader.content(text.as_bytes(), ".template")?).into();
        }
        None if text.len() > LARGEST => {
            return Err(Failure::usage(
                "Templates with a size greater than 51,200 bytes must be deployed via an S3 Bucket. Please add the --s3-bucket \
                 parameter to your command. The local template will be copied to that S3 bucket and then deployed.",
            ));
        }
        None => params["TemplateBody"] = text.into(),
    }
    output::lines(["\nWaiting for changeset to be created.."])?;
    let created = interrupt::call(&client, "create_change_set", params)?;
    let id = created["Id"].as_str().unwrap_or_default().to_owned();
    if let Some(reason) = failed(&client, stack, &id)? {
        return nothing_to_do(line, stack, &reason);
    }
    if line.has("no-execute-changeset") {
        return Ok(output::lines([format!(
            "Changeset created successfully. Run the following command to review changes:\naws cloudformation describe-change-set \
             --change-set-name {id}"
        )])?);
    }
    execute(line, &client, stack, &id, is_update)
}

/// Whether the stack exists. One that has only a change set under review does not yet.
fn exists(client: &Client, stack: &str) -> Result<bool> {
    match client.call("describe_stacks", value!({"StackName": stack})) {
        Ok(response) => Ok(response["Stacks"][0]["StackStatus"].as_str() != Some("REVIEW_IN_PROGRESS")),
        Err(error) if error.kind() == ErrorKind::Service && error.to_string().contains("does not exist") => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Waits for the change set; the reason if it has failed.
fn failed(client: &Client, stack: &str, id: &str) -> Result<Option<String>> {
    let params = value!({"ChangeSetName": id, "StackName": stack, "WaiterConfig": {"Delay": 5}});
    match client.waiter("change_set_create_complete")?.cancel(interrupt::cancel()).wait(params) {
        Ok(_) => Ok(None),
        Err(error) if error.kind() == ErrorKind::Canceled => Err(error.into()),
        Err(error) => {
            let described = client.call("describe_change_set", value!({"ChangeSetName": id, "StackName": stack}))?;
            let status = described["Status"].as_str().unwrap_or_default();
            let reason = described["StatusReason"].as_str().unwrap_or_default();
            match status {
                "FAILED" => Ok(Some(reason.to_owned())),
                _ => Err(Failure::general(format!("Failed to create the changeset: {error}. Status: {status}. Reason: {reason}"))),
            }
        }
    }
}

fn nothing_to_do(line: &Line, stack: &str, reason: &str) -> Result<()> {
    if !EMPTY.iter().any(|empty| reason.contains(empty)) {
        return Err(Failure::general(format!("Failed to create the changeset: Status: FAILED. Reason: {reason}")));
    }
    let message = format!("\nNo changes to deploy. Stack {stack} is up to date");
    match line.has("fail-on-empty-changeset") {
        true => Err(Failure::general(message)),
        false => Ok(output::lines([message])?),
    }
}

fn execute(line: &Line, client: &Client, stack: &str, id: &str, is_update: bool) -> Result<()> {
    let rollback = match (line.has("disable-rollback"), line.has("no-disable-rollback")) {
        (true, _) => Value::from(true),
        (_, true) => Value::from(false),
        _ => Value::Null,
    };
    let params = value!({"ChangeSetName": id, "StackName": stack, "DisableRollback": rollback});
    interrupt::call(client, "execute_change_set", params)?;
    output::lines(["Waiting for stack create/update to complete"])?;
    let waiter = client.waiter(if is_update { "stack_update_complete" } else { "stack_create_complete" })?;
    let waited = waiter.cancel(interrupt::cancel()).wait(value!({"StackName": stack, "WaiterConfig": {"Delay": 5, "MaxAttempts": 720}}));
    match waited {
        Ok(_) => Ok(output::lines([format!("Successfully created/updated stack - {stack}")])?),
        Err(error) if error.kind() == ErrorKind::Canceled => Err(error.into()),
        Err(_) => Err(Failure::general(format!(
            "\nFailed to create/update the stack. Run the following command\nto fetch the list of events leading up to the failure\naws \
             cloudformation describe-stack-events --stack-name {stack}"
        ))),
    }
}

fn texts(words: &[String]) -> Value {
    words.iter().map(|word| Value::from(word.as_str())).collect::<List>().into()
}

/// The parameters of the template. Those without a value keep that of the stack, or have the default of the template.
fn parameters(template: &Value, overrides: &Map, is_update: bool) -> List {
    let names = template["Parameters"].as_map().into_iter().flat_map(Map::iter).map(|(name, _)| name);
    let parameter = |name: &str| match overrides.get(name) {
        Some(value) => Some(value!({"ParameterKey": name, "ParameterValue": value.clone()})),
        None => is_update.then(|| value!({"ParameterKey": name, "UsePreviousValue": true})),
    };
    names.filter_map(|name| parameter(name)).collect()
}

/// `Key=Value` words, or JSON: a map, a list of such words, or a list of parameters as CloudFormation has them.
fn overrides(words: &[String]) -> Result<Map> {
    let invalid = |what: &str| {
        let forms = "Key=Value, or JSON: {\"Parameters\": {...}}, [\"Key=Value\"], [{\"ParameterKey\": ..., \"ParameterValue\": ...}]";
        Failure::usage(format!("argument --parameter-overrides: invalid value: {what}. Expected: {forms}"))
    };
    let pair = |word: &str| word.split_once('=').map(|(key, value)| (key.to_owned(), Value::from(value))).ok_or_else(|| invalid(word));
    if let [word] = words
        && let Content::Text(text) = files::load(word)?
        && text.trim_start().starts_with(['{', '['])
    {
        return match values::json(&text)? {
            Value::Map(map) => Ok(map.get("Parameters").and_then(Value::as_map).cloned().unwrap_or(map)),
            Value::List(items) => items
                .iter()
                .map(|item| match (item.as_str(), item["ParameterKey"].as_str()) {
                    (Some(word), _) => pair(word),
                    (None, Some(key)) => Ok((key.to_owned(), item["ParameterValue"].clone())),
                    _ => Err(invalid(&item.to_string())),
                })
                .collect(),
            other => Err(invalid(&other.to_string())),
        };
    }
    words.iter().map(|word| pair(word)).collect()
}

fn tags(words: &[String]) -> Result<List> {
    let tag = |word: &String| {
        let invalid = || Failure::usage(format!("argument --tags: invalid value: {word}. Expected: Key=Value"));
        let (key, value) = word.split_once('=').ok_or_else(invalid)?;
        Ok(value!({"Key": key, "Value": value}))
    };
    words.iter().map(tag).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overrides_have_three_forms() {
        let expected = value!({"A": "1", "B": "x=y"});
        for words in [
            &["A=1", "B=x=y"][..],
            &[r#"["A=1", "B=x=y"]"#],
            &[r#"{"Parameters": {"A": "1", "B": "x=y"}}"#],
            &[r#"[{"ParameterKey": "A", "ParameterValue": "1"}, "B=x=y"]"#],
        ] {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(Value::from(overrides(&words).unwrap()), expected, "{words:?}");
        }
        assert_eq!(overrides(&["A".to_owned()]).unwrap_err().code, Failure::USAGE);
        let template = value!({"Parameters": {"A": {}, "C": {}}});
        let overrides = Map::from_iter([("A", "1")]);
        assert_eq!(Value::from(parameters(&template, &overrides, false)), value!([{"ParameterKey": "A", "ParameterValue": "1"}]));
        assert_eq!(parameters(&template, &overrides, true).len(), 2);
    }
}
