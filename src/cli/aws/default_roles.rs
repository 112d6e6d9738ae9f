//! `emr create-default-roles`, `dlm create-default-role`, and `datapipeline create-default-roles`: the roles that these services use unless told otherwise.
//!
//! A role, a policy, or an instance profile that exists is not changed.

use super::custom::{Line, Options};
use super::run::Screen;
use super::words::Arity;
use crate::Client;
use crate::cli::failure::Result;
use crate::cli::interrupt;
use crate::value;
use crate::value::{List, Map, Value};

/// A role with the service that assumes it and the managed policy that it gets.
struct Role {
    name: &'static str,
    services: &'static [&'static str],
    policy: &'static str,
    has_instance_profile: bool,
}

const EMR_ROLES: &[Role] = &[
    Role {
        name: "EMR_EC2_DefaultRole",
        services: &["ec2"],
        policy: "service-role/AmazonElasticMapReduceforEC2Role",
        has_instance_profile: true,
    },
    Role {
        name: "EMR_DefaultRole",
        services: &["elasticmapreduce"],
        policy: "service-role/AmazonElasticMapReduceRole",
        has_instance_profile: false,
    },
    Role {
        name: "EMR_AutoScaling_DefaultRole",
        services: &["elasticmapreduce", "application-autoscaling"],
        policy: "service-role/AmazonElasticMapReduceforAutoScalingRole",
        has_instance_profile: false,
    },
];
const SNAPSHOTS: Role = Role {
    name: "AWSDataLifecycleManagerDefaultRole",
    services: &["dlm"],
    policy: "service-role/AWSDataLifecycleManagerServiceRole",
    has_instance_profile: false,
};
const IMAGES: Role = Role {
    name: "AWSDataLifecycleManagerDefaultRoleForAMIManagement",
    services: &["dlm"],
    policy: "service-role/AWSDataLifecycleManagerServiceRoleForAMIManagement",
    has_instance_profile: false,
};

const PIPELINE_ROLES: &[Role] = &[
    Role {
        name: "DataPipelineDefaultRole",
        services: &["datapipeline", "elasticmapreduce"],
        policy: "service-role/AWSDataPipelineRole",
        has_instance_profile: false,
    },
    Role {
        name: "DataPipelineDefaultResourceRole",
        services: &["ec2"],
        policy: "service-role/AmazonEC2RoleforDataPipelineRole",
        has_instance_profile: true,
    },
];

pub(super) const EMR: Options = &[("iam-endpoint", Arity::One, "Another endpoint of IAM.")];
pub(super) const DLM: Options = &[
    ("iam-endpoint", Arity::One, "Another endpoint of IAM."),
    ("resource-type", Arity::One, "What the role is for: snapshot (default) or image."),
];

/// `emr create-default-roles`.
///
/// # Errors
/// The failure of a call.
pub(super) fn emr(line: &Line) -> Result<()> {
    create(line, EMR_ROLES)
}

/// `datapipeline create-default-roles`.
///
/// # Errors
/// The failure of a call.
pub(super) fn pipeline(line: &Line) -> Result<()> {
    create(line, PIPELINE_ROLES)
}

/// `dlm create-default-role`.
///
/// # Errors
/// A usage failure for another type of resource; the failure of a call.
pub(super) fn dlm(line: &Line) -> Result<()> {
    match line.text("resource-type") {
        None | Some("snapshot") => create(line, &[SNAPSHOTS]),
        Some("image") => create(line, &[IMAGES]),
        Some(other) => Err(super::globals::invalid_choice("resource-type", other, &["snapshot", "image"])),
    }
}

/// Creates what is missing, and prints the new roles with their policies.
fn create(line: &Line, roles: &[Role]) -> Result<()> {
    let mut builder = line.client("iam")?;
    if let Some(url) = line.text("iam-endpoint") {
        builder = builder.endpoint_url(url);
    }
    let iam = builder.build()?;
    let partition = line.session.partition_for_region(line.session.region().as_deref().unwrap_or("us-east-1"))?;
    let mut created = List::new();
    for role in roles {
        if call(&iam, "get_role", value!({"RoleName": role.name}))?.is_none() {
            created.push(create_role(&iam, role, &partition)?);
        }
        if role.has_instance_profile && call(&iam, "get_instance_profile", value!({"InstanceProfileName": role.name}))?.is_none() {
            call(&iam, "create_instance_profile", value!({"InstanceProfileName": role.name}))?;
            call(&iam, "add_role_to_instance_profile", value!({"InstanceProfileName": role.name, "RoleName": role.name}))?;
        }
    }
    if created.is_empty() {
        return Ok(());
    }
    let created = super::run::presentable(created.into());
    let shown = line.globals.query.as_ref().map(|query| query.search(&created)).transpose()?;
    Screen::new(&line.globals, &line.session)?.print(shown.as_ref().unwrap_or(&created), line.command.name)
}

fn create_role(iam: &Client, role: &Role, partition: &str) -> Result<Value> {
    let services: List = role.services.iter().map(|service| Value::from(format!("{service}.amazonaws.com"))).collect();
    let statement = value!({"Effect": "Allow", "Principal": {"Service": services}, "Action": "sts:AssumeRole"});
    let trust = value!({"Version": "2012-10-17", "Statement": [statement]}).to_json_text(false);
    let made = call(iam, "create_role", value!({"RoleName": role.name, "AssumeRolePolicyDocument": trust}))?.unwrap_or_default();
    let arn = format!("arn:{partition}:iam::aws:policy/{}", role.policy);
    call(iam, "attach_role_policy", value!({"PolicyArn": arn.as_str(), "RoleName": role.name}))?;
    let policy = call(iam, "get_policy", value!({"PolicyArn": arn.as_str()}))?.unwrap_or_default();
    let version = policy["Policy"]["DefaultVersionId"].clone();
    let version = call(iam, "get_policy_version", value!({"PolicyArn": arn, "VersionId": version}))?.unwrap_or_default();
    Ok(Map::from_iter([("RolePolicy", version["PolicyVersion"]["Document"].clone()), ("Role", made["Role"].clone())]).into())
}

/// The response; `None` if there is no such thing.
fn call(iam: &Client, operation: &str, params: Value) -> Result<Option<Value>> {
    match interrupt::call(iam, operation, params) {
        Err(error) if error.code() == Some("NoSuchEntity") => Ok(None),
        other => Ok(Some(other?)),
    }
}
