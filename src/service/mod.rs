//! What definitions cannot say. One file per service, each a list of hooks.
//!
//! This is the only place in the crate that names services. A file here sets what it must when a client
//! is made, and registers hooks on the same mechanism that users have.

mod apigateway;
mod autoscaling;
mod cloudformation;
mod cloudsearchdomain;
mod cognito_identity;
mod dynamodb;
mod ec2;
mod events;
mod glacier;
mod iam;
mod importexport;
mod logs;
mod machinelearning;
mod old_names;
mod parameters;
mod polly;
mod rds;
mod retries;
mod route53;
mod s3;
mod s3_control;
mod source_region;
mod sqs;
mod sso_oidc;
mod sts;

use crate::call::Event;
use crate::client::{Client, Setup};
use crate::error::{Error, ErrorKind, Result};
use crate::resource::Method;

/// Sets a client of this service up: one line per service that needs it.
pub(crate) fn customize(setup: &mut Setup<'_>) -> Result<()> {
    retries::tune(setup)?;
    match setup.service.service_id()? {
        "API Gateway" => apigateway::customize(setup),
        "Auto Scaling" => autoscaling::customize(setup),
        "CloudFormation" => cloudformation::customize(setup),
        "CloudSearch Domain" => cloudsearchdomain::customize(setup),
        "CloudWatch" | "MTurk" | "Signin" | "SocialMessaging" => old_names::customize(setup),
        "CloudWatch Logs" => logs::customize(setup),
        "Cognito Identity" => cognito_identity::customize(setup),
        "DocDB" | "Neptune" => rds::customize_clusters(setup),
        "EC2" => ec2::customize(setup),
        "EventBridge" => events::customize(setup),
        "Glacier" => glacier::customize(setup),
        "IAM" => iam::customize(setup),
        "ImportExport" => importexport::customize(setup),
        "Machine Learning" => machinelearning::customize(setup),
        "Polly" => polly::customize(setup),
        "RDS" => rds::customize(setup),
        "Route 53" => route53::customize(setup),
        "S3" => s3::customize(setup),
        "S3 Control" => s3_control::customize(setup),
        "SQS" => sqs::customize(setup),
        "SSO OIDC" => sso_oidc::customize(setup),
        "STS" => sts::customize(setup),
        _ => Ok(()),
    }
}

/// Prepares a client that resources are made of, once.
pub(crate) fn customize_resources(client: &Client) -> Result<()> {
    match client.service().service_id()? {
        "DynamoDB" => dynamodb::customize_resources(client),
        _ => Ok(()),
    }
}

/// What a type of resource can do that its definition does not say; the service itself is the type `ServiceResource`.
pub(crate) fn resource_methods(service_id: &str, resource: &str) -> &'static [Method] {
    match (service_id, resource) {
        ("EC2", "ServiceResource") => ec2::SERVICE_METHODS,
        ("EC2", "Instance") => ec2::INSTANCE_METHODS,
        ("S3", "Bucket") => s3::BUCKET_METHODS,
        ("S3", "ObjectSummary") => s3::OBJECT_SUMMARY_METHODS,
        _ => &[],
    }
}

/// The name under which a service's definition is kept; some have an older name too.
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

/// An error in the parameters that the definition does not know of.
fn invalid_parameter(report: &str) -> anyhow::Error {
    crate::text::invalid(report).into()
}

/// A hook for operations that anybody may call.
fn unsigned(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    event.set_signer("none");
    Ok(())
}

/// An endpoint error about an ARN whose region cannot be part of a host.
fn host_label_error(text: &str) -> Option<Error> {
    let label = text.strip_prefix("Invalid region in ARN: `")?.split('`').next()?;
    let message = format!("Invalid host label to be bound to the hostname of the endpoint: \"{label}\".");
    Some(Error::new(ErrorKind::EndpointResolution, message).with_name("InvalidHostLabelError"))
}
