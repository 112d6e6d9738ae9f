//! `cloudformation package` and `cloudformation deploy`.

mod artifacts;
mod changes;
mod template;

pub(super) use artifacts::package;
pub(super) use changes::deploy;

use super::custom::Options;
use super::words::Arity;

pub(super) const PACKAGE: Options = &[
    ("template-file", Arity::One, "The template."),
    ("s3-bucket", Arity::One, "The bucket for files of the template."),
    ("s3-prefix", Arity::One, "The prefix of the uploaded keys."),
    ("kms-key-id", Arity::One, "The KMS key that encrypts the uploaded files."),
    ("output-template-file", Arity::One, "The file for the result. Default: standard output."),
    ("use-json", Arity::None, "Writes JSON instead of YAML."),
    ("force-upload", Arity::None, "Uploads files that are already in the bucket."),
    ("metadata", Arity::One, "Metadata of the uploaded files: key=value,…"),
];

pub(super) const DEPLOY: Options = &[
    ("template-file", Arity::One, "The template."),
    ("stack-name", Arity::One, "The name of the stack."),
    ("s3-bucket", Arity::One, "The bucket for files of the template."),
    ("force-upload", Arity::None, "Uploads files that are already in the bucket."),
    ("s3-prefix", Arity::One, "The prefix of the uploaded keys."),
    ("kms-key-id", Arity::One, "The KMS key that encrypts the uploaded files."),
    ("parameter-overrides", Arity::Many, "Parameters of the template: Key=Value …, or file://PATH."),
    ("capabilities", Arity::Many, "CAPABILITY_IAM, CAPABILITY_NAMED_IAM, CAPABILITY_AUTO_EXPAND."),
    ("no-execute-changeset", Arity::None, "Creates the change set and prints its ARN."),
    ("disable-rollback", Arity::None, "Keeps resources if the deployment fails."),
    ("no-disable-rollback", Arity::None, "Rolls back if the deployment fails (default)."),
    ("role-arn", Arity::One, "The role with which CloudFormation works."),
    ("notification-arns", Arity::Many, "SNS topics for events of the stack."),
    ("fail-on-empty-changeset", Arity::None, "Fails if there is nothing to change."),
    ("no-fail-on-empty-changeset", Arity::None, "Succeeds if there is nothing to change (default)."),
    ("tags", Arity::Many, "Tags of the stack: Key=Value …"),
];
