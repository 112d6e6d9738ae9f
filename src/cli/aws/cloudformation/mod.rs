//! `cloudformation package` and `cloudformation deploy`.

mod artifacts;
mod changes;
mod template;

pub(super) use artifacts::package;
pub(super) use changes::deploy;

use super::words::Arity;

pub(super) const PACKAGE: &[(&str, Arity)] = &[
    ("template-file", Arity::One),
    ("s3-bucket", Arity::One),
    ("s3-prefix", Arity::One),
    ("kms-key-id", Arity::One),
    ("output-template-file", Arity::One),
    ("use-json", Arity::None),
    ("force-upload", Arity::None),
    ("metadata", Arity::One),
];

pub(super) const DEPLOY: &[(&str, Arity)] = &[
    ("template-file", Arity::One),
    ("stack-name", Arity::One),
    ("s3-bucket", Arity::One),
    ("force-upload", Arity::None),
    ("s3-prefix", Arity::One),
    ("kms-key-id", Arity::One),
    ("parameter-overrides", Arity::Many),
    ("capabilities", Arity::Many),
    ("no-execute-changeset", Arity::None),
    ("disable-rollback", Arity::None),
    ("no-disable-rollback", Arity::None),
    ("role-arn", Arity::One),
    ("notification-arns", Arity::Many),
    ("fail-on-empty-changeset", Arity::None),
    ("no-fail-on-empty-changeset", Arity::None),
    ("tags", Arity::Many),
];
