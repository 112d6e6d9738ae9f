//! `deploy register` and `deploy deregister`: instances outside EC2 for CodeDeploy.

use std::io::Write as _;
use std::path::Path;

use super::custom::{Line, Options};
use super::values;
use super::words::Arity;
use crate::cli::failure::{Failure, Result};
use crate::cli::replace_file::ReplaceFile;
use crate::cli::{interrupt, output};
use crate::value;
use crate::value::{List, Value};

pub(super) const REGISTER: Options = &[
    ("instance-name", Arity::One, "The name of the instance."),
    ("tags", Arity::Many, "Up to 10 tags: Key=KEY,Value=VALUE …"),
    ("iam-user-arn", Arity::One, "The IAM user of the instance. Default: a new one."),
];
pub(super) const DEREGISTER: Options = &[
    ("instance-name", Arity::One, "The name of the instance."),
    ("no-delete-iam-user", Arity::None, "Does not delete the IAM user of the instance."),
];

const CONFIGURATION: &str = "codedeploy.onpremises.yml";
const POLICY_NAME: &str = "codedeploy-agent";
const POLICY: &str = r#"{
    "Version": "2012-10-17",
    "Statement": [ {
        "Action": [ "s3:Get*", "s3:List*" ],
        "Effect": "Allow",
        "Resource": "*"
    } ]
}"#;
const MOST_TAGS: usize = 10;

/// `deploy register`: creates a user for the instance, unless there is one, and registers the instance.
///
/// # Errors
/// A usage failure for an invalid name, ARN, or tag; if the configuration cannot be written; the failure of a call.
pub(super) fn register(line: &Line) -> Result<()> {
    let name = instance(line)?;
    let tags = tags(line)?;
    let deploy = line.client("codedeploy")?.build()?;
    let user = match line.text("iam-user-arn") {
        Some(arn) if is_user(arn) => arn.to_owned(),
        Some(_) => return Err(Failure::usage("Invalid IAM user ARN.")),
        None => create_user(line, name, deploy.region().unwrap_or_default())?,
    };
    step("Registering the on-premises instance", || {
        interrupt::call(&deploy, "register_on_premises_instance", value!({"instanceName": name, "iamUserArn": user.as_str()}))
    })?;
    if !tags.is_empty() {
        step("Adding tags to the on-premises instance", || {
            interrupt::call(&deploy, "add_tags_to_on_premises_instances", value!({"tags": tags, "instanceNames": [name]}))
        })?;
    }
    // The agent is installed by the AWS CLI: it depends on the operating system's packages.
    Ok(output::lines([
        format!(
            "Copy the on-premises configuration file named {CONFIGURATION} to the on-premises instance, and run the following command on \
             the on-premises instance to install and configure the AWS CodeDeploy Agent:"
        ),
        format!("aws deploy install --config-file {CONFIGURATION}"),
    ])?)
}

/// `deploy deregister`: removes the tags of the instance, the instance, and its user.
///
/// # Errors
/// A usage failure for an invalid name; the failure of a call.
pub(super) fn deregister(line: &Line) -> Result<()> {
    let name = instance(line)?;
    let deploy = line.client("codedeploy")?.build()?;
    let found = step("Retrieving on-premises instance information", || {
        interrupt::call(&deploy, "get_on_premises_instance", value!({"instanceName": name}))
    })?;
    let found = &found["instanceInfo"];
    let user = found["iamUserArn"].as_str().unwrap_or_default();
    output::lines([format!("IamUserArn: {user}")])?;
    if let Some(tags) = found["tags"].as_list().filter(|tags| !tags.is_empty()) {
        let text = |tag: &Value, member: &str| tag[member].as_str().unwrap_or_default().to_owned();
        let words: Vec<String> = tags.iter().map(|tag| format!("Key={},Value={}", text(tag, "Key"), text(tag, "Value"))).collect();
        output::lines([format!("Tags: {}", words.join(" "))])?;
        step("Removing tags from the on-premises instance", || {
            interrupt::call(&deploy, "remove_tags_from_on_premises_instances", value!({"tags": tags.clone(), "instanceNames": [name]}))
        })?;
    }
    step("Deregistering the on-premises instance", || {
        interrupt::call(&deploy, "deregister_on_premises_instance", value!({"instanceName": name}))
    })?;
    if !line.has("no-delete-iam-user") && is_user(user) {
        delete_user(line, user.rsplit('/').next().unwrap_or_default())?;
    }
    Ok(output::lines(["Run the following command on the on-premises instance to uninstall the codedeploy-agent:", "aws deploy uninstall"])?)
}

fn instance(line: &Line) -> Result<&str> {
    let name = line.required("instance-name");
    let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
    match name {
        "" => Err(Failure::usage("Instance name cannot be empty.")),
        _ if name.starts_with("i-") => Err(Failure::usage("Instance name cannot start with 'i-'.")),
        _ if name.len() > 100 => Err(Failure::usage("Instance name cannot be longer than 100 characters.")),
        _ if !name.bytes().all(is_valid) => Err(Failure::usage("Instance name contains invalid characters.")),
        _ => Ok(name),
    }
}

fn is_user(arn: &str) -> bool {
    arn.starts_with("arn:") && arn.contains(":iam::") && arn.contains(":user/")
}

fn tags(line: &Line) -> Result<List> {
    let words = line.list("tags").unwrap_or_default();
    let tags = match words {
        [json] if json.trim_start().starts_with('[') => values::json(json)?.as_list().cloned().unwrap_or_default(),
        words => words.iter().map(|word| values::untyped(word)).collect::<Result<List>>()?,
    };
    if tags.len() > MOST_TAGS {
        return Err(Failure::usage("Instances can only have a maximum of 10 tags."));
    }
    match tags.iter().position(|tag| tag["Key"].as_str().is_none() || tag["Value"].as_str().is_none()) {
        Some(at) => {
            Err(Failure::usage(format!("argument --tags: {} is not of the form Key=KEY,Value=VALUE", words[at.min(words.len() - 1)])))
        }
        None => Ok(tags),
    }
}

/// Prints what is done, and whether it is done.
fn step<T, E: Into<Failure>>(title: &str, work: impl FnOnce() -> std::result::Result<T, E>) -> Result<T> {
    output::print(|out| write!(out, "{title}... "))?;
    let done = work().inspect_err(|_| output::note("ERROR")).map_err(Into::into)?;
    output::lines(["DONE"])?;
    Ok(done)
}

/// Creates a user that may read from S3, and writes its keys to the configuration of the agent.
fn create_user(line: &Line, name: &str, region: &str) -> Result<String> {
    let iam = line.client("iam")?.build()?;
    // The file is opened first: the keys cannot be read again.
    let mut file = ReplaceFile::create_private(Path::new(CONFIGURATION))?;
    let user =
        step("Creating the IAM user", || interrupt::call(&iam, "create_user", value!({"Path": "/AWS/CodeDeploy/", "UserName": name})))?;
    let arn = user["User"]["Arn"].as_str().unwrap_or_default().to_owned();
    output::lines([format!("IamUserArn: {arn}")])?;
    let key = step("Creating the IAM user access key", || interrupt::call(&iam, "create_access_key", value!({"UserName": name})))?;
    let [id, secret] = ["AccessKeyId", "SecretAccessKey"].map(|member| key["AccessKey"][member].as_str().unwrap_or_default().to_owned());
    output::lines([format!("AccessKeyId: {id}")])?;
    step("Creating the IAM user policy", || {
        interrupt::call(&iam, "put_user_policy", value!({"UserName": name, "PolicyName": POLICY_NAME, "PolicyDocument": POLICY}))
    })?;
    output::lines([format!("PolicyName: {POLICY_NAME}"), format!("PolicyDocument: {POLICY}")])?;
    step(&format!("Creating the on-premises instance configuration file named {CONFIGURATION}"), || {
        let keys = format!("aws_access_key_id: {id}\naws_secret_access_key: {secret}");
        write!(file, "---\nregion: {region}\niam_user_arn: {arn}\n{keys}\n")?;
        file.flush()?;
        file.finish()
    })?;
    Ok(arn)
}

/// Deletes a user with its policies and keys. What does not exist is no failure.
fn delete_user(line: &Line, user: &str) -> Result<()> {
    let iam = line.client("iam")?.build()?;
    let each = |listing: &str, members: &str, deletion: &str, param: fn(&Value) -> (&'static str, &Value)| -> Result<()> {
        for page in iam.paginate(listing, value!({"UserName": user}))?.cancel(interrupt::cancel()) {
            let page = match page {
                Err(error) if error.code() == Some("NoSuchEntity") => return Ok(()),
                page => page?,
            };
            for item in page[members].as_list().into_iter().flatten() {
                let (name, value) = param(item);
                let mut params = value!({"UserName": user});
                params[name] = value.clone();
                interrupt::call(&iam, deletion, params)?;
            }
        }
        Ok(())
    };
    step("Deleting the IAM user policies", || {
        each("list_user_policies", "PolicyNames", "delete_user_policy", |name| ("PolicyName", name))
    })?;
    step("Deleting the IAM user access keys", || {
        each("list_access_keys", "AccessKeyMetadata", "delete_access_key", |key| ("AccessKeyId", &key["AccessKeyId"]))
    })?;
    step(&format!("Deleting the IAM user ({user})"), || match interrupt::call(&iam, "delete_user", value!({"UserName": user})) {
        Err(error) if error.code() == Some("NoSuchEntity") => Ok(()),
        other => other.map(drop),
    })
}
