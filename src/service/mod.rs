//! Behavior that definitions cannot express: one file per service, or a row of [`small_services`].
//!
//! This and the transfer module are the only places in the library that name services. A customization adjusts the
//! [`Setup`] of a client and registers hooks on the same mechanism that users have.

pub mod cloudfront;
mod cross_region_copy;
pub mod dynamodb;
mod ec2;
mod glacier;
mod hooks;
mod iam;
mod login_data;
mod presigned_tokens;
mod s3;
mod s3_control;
mod small_services;

use crate::client::{Client, Setup};
use crate::error::{Error, ErrorKind, Result};
use crate::resource::Method;

/// Applies the customizations of a service to a new client.
pub(crate) fn customize(setup: &mut Setup<'_>) -> Result<()> {
    match setup.service.service_id()? {
        #[cfg(feature = "cloudfront")]
        "CloudFront" => {
            setup.extra_methods.push(cloudfront::METHODS);
            Ok(())
        }
        "DocDB" | "Neptune" => cross_region_copy::customize_docdb_and_neptune(setup),
        "DynamoDB" => {
            dynamodb::customize(setup);
            Ok(())
        }
        "EC2" => ec2::customize(setup),
        "Glacier" => glacier::customize(setup),
        "IAM" => iam::customize(setup),
        "RDS" => {
            setup.extra_methods.push(presigned_tokens::RDS_METHODS);
            cross_region_copy::customize_rds(setup)
        }
        "S3" => s3::customize(setup),
        "S3 Control" => s3_control::customize(setup),
        _ => small_services::customize(setup),
    }
}

/// Prepares a client for resources, once.
pub(crate) fn customize_resources(client: &Client) -> Result<()> {
    match client.service().service_id()? {
        "DynamoDB" => dynamodb::customize_resources(client),
        _ => Ok(()),
    }
}

/// The methods of a resource type that its definition does not contain; the service itself is the type
/// `ServiceResource`.
pub(crate) fn resource_methods(service_id: &str, resource: &str) -> &'static [&'static [Method]] {
    match (service_id, resource) {
        ("EC2", "ServiceResource") => &[ec2::SERVICE_METHODS],
        ("EC2", "Instance") => &[ec2::INSTANCE_METHODS],
        ("S3", "Bucket") => &[s3::BUCKET_METHODS, s3::BUCKET_TRANSFERS],
        ("S3", "Object") => &[s3::OBJECT_TRANSFERS],
        ("S3", "ObjectSummary") => &[s3::OBJECT_SUMMARY_METHODS, s3::OBJECT_TRANSFERS],
        _ => &[],
    }
}

/// The name under which a service's definition is stored; some services also have an older name.
pub(crate) fn canonical_name(service: &str) -> &str {
    match service {
        "runtime.sagemaker" => "sagemaker-runtime",
        other => other,
    }
}

/// Names that people use for a service, where the definition is stored under a name that is not similar: the names of the
/// AWS CLI and of the console.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("applicationloadbalancer", "elbv2"),
    ("cloudwatchevents", "events"),
    ("cloudwatchlogs", "logs"),
    ("cognito", "cognito-idp"),
    ("deploy", "codedeploy"),
    ("documentdb", "docdb"),
    ("elasticcontainerregistry", "ecr"),
    ("elasticcontainerservice", "ecs"),
    ("elasticfilesystem", "efs"),
    ("elasticloadbalancing", "elb"),
    ("elasticmapreduce", "emr"),
    ("eventbridge", "events"),
    ("keymanagementservice", "kms"),
    ("parameterstore", "ssm"),
    ("s3api", "s3"),
    ("sfn", "stepfunctions"),
    ("simpleemail", "ses"),
    ("statemachine", "stepfunctions"),
    ("systemsmanager", "ssm"),
];

/// Adds the name under which an unknown service is known here, if people use another name for it.
pub(crate) fn with_known_name(error: Error, service: &str) -> Error {
    let folded: String = service.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let known = OTHER_NAMES.iter().find(|(other, _)| error.kind() == ErrorKind::UnknownService && *other == folded);
    match known {
        Some((_, known)) => Error::new(ErrorKind::UnknownService, format!("Unknown service: '{service}'. Did you mean {known}?"))
            .with_detail("nearest", [*known]),
        None => error,
    }
}
