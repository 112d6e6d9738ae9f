//! The irregular names of the AWS CLI, as data: commands, operations, and options that are not the kebab case of a name in
//! the definition, and parameters that take a scalar for a structure.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::definition::{Node, ShapeType};

/// `command operation member flag`, one a line.
const RENAMED: &str = include_str!("renamed.txt");

/// Commands whose name is not that of the service's definition.
const COMMANDS: &[(&str, &str)] =
    &[("s3api", "s3"), ("deploy", "codedeploy"), ("configservice", "config"), ("runtime.sagemaker", "sagemaker-runtime")];

/// Services that have no command under their own name.
const WITHOUT_COMMAND: &[&str] = &["s3", "codedeploy", "config"];

/// Operations under another name.
const OPERATIONS: &[(&str, &str, &str)] = &[
    ("cloudwatch", "get-o-tel-enrichment", "GetOTelEnrichment"),
    ("cloudwatch", "start-o-tel-enrichment", "StartOTelEnrichment"),
    ("cloudwatch", "stop-o-tel-enrichment", "StopOTelEnrichment"),
    ("mturk", "list-hi-ts-for-qualification-type", "ListHITsForQualificationType"),
    ("rds", "add-option-to-option-group", "ModifyOptionGroup"),
    ("rds", "remove-option-from-option-group", "ModifyOptionGroup"),
    ("signin", "create-o-auth2-token", "CreateOAuth2Token"),
    ("socialmessaging", "delete-whatsapp-media-message", "DeleteWhatsAppMessageMedia"),
];

/// Operations that the AWS CLI does not offer under their own name, mostly because their input or output is a stream of
/// events that a command cannot drive, or because a custom command replaces them.
const NOT_OFFERED: &[(&str, &[&str])] = &[
    ("ec2", &["ImportInstance", "ImportVolume"]),
    (
        "emr",
        &[
            "AddInstanceGroups",
            "AddJobFlowSteps",
            "DescribeCluster",
            "DescribeJobFlows",
            "ListBootstrapActions",
            "ListInstanceGroups",
            "RunJobFlow",
            "SetKeepJobFlowAliveWhenNoSteps",
            "SetTerminationProtection",
            "SetUnhealthyNodeReplacement",
            "SetVisibleToAllUsers",
            "TerminateJobFlows",
        ],
    ),
    ("rds", &["ModifyOptionGroup"]),
    ("ses", &["DeleteVerifiedEmailAddress", "ListVerifiedEmailAddresses", "VerifyEmailAddress"]),
];

/// The negative option of a boolean member, where it is not `no-` and the positive one.
const NEGATIVES: &[(&str, &str, &str, &str)] = &[
    ("ec2", "create-image", "NoReboot", "reboot"),
    ("ec2", "create-network-acl-entry", "Egress", "ingress"),
    ("ec2", "delete-network-acl-entry", "Egress", "ingress"),
    ("ec2", "replace-network-acl-entry", "Egress", "ingress"),
    ("ec2", "run-instances", "DisableApiTermination", "enable-api-termination"),
    ("ecs", "create-daemon", "enableExecuteCommand", "disable-execute-command"),
    ("ecs", "create-service", "enableExecuteCommand", "disable-execute-command"),
    ("ecs", "run-task", "enableExecuteCommand", "disable-execute-command"),
    ("ecs", "start-task", "enableExecuteCommand", "disable-execute-command"),
    ("ecs", "update-daemon", "enableExecuteCommand", "disable-execute-command"),
    ("ecs", "update-service", "enableExecuteCommand", "disable-execute-command"),
    ("ecs", "execute-command", "interactive", "non-interactive"),
];

/// EC2's operations whose boolean attributes are options without a value.
const BOOLEAN_ATTRIBUTES: &[&str] = &[
    "modify-instance-attribute",
    "modify-network-interface-attribute",
    "modify-subnet-attribute",
    "modify-volume-attribute",
    "modify-vpc-attribute",
];

/// Lists of structures with one member that take that member as words: command, structure, member.
const SCALAR_LISTS: &[(&str, &str, &str)] = &[
    ("elb", "Instance", "InstanceId"),
    ("elb", "TagKeyOnly", "Key"),
    ("firehose", "Record", "Data"),
    ("workspaces", "RebootRequest", "WorkspaceId"),
    ("workspaces", "RebuildRequest", "WorkspaceId"),
    ("workspaces", "TerminateRequest", "WorkspaceId"),
];

/// Whether a structure has one of its members only, although its definition does not say so: the values of DynamoDB.
pub(super) fn is_choice(node: &Node<'_>) -> bool {
    node.name() == "AttributeValue" && node.structure().is_some_and(|structure| structure.member("NULL").is_some())
}

/// The name of the definition of a command's service.
pub(super) fn service_of(command: &str) -> Option<&str> {
    match COMMANDS.iter().find(|(known, _)| *known == command) {
        Some((_, service)) => Some(service),
        None if WITHOUT_COMMAND.contains(&command) => None,
        None => Some(command),
    }
}

/// The page size of operations that would otherwise return everything at once, if nothing filters their result.
pub(super) fn page_size(command: &str, operation: &str) -> Option<i64> {
    (command == "ec2" && matches!(operation, "describe-snapshots" | "describe-volumes")).then_some(1000)
}

/// Whether a command needs `--endpoint-url`, because each customer has an endpoint of their own.
pub(super) fn requires_endpoint(command: &str) -> bool {
    command == "cloudsearchdomain"
}

/// The command of a service.
pub(super) fn command_of(service: &str) -> &str {
    COMMANDS.iter().find(|(_, known)| *known == service).map_or(service, |(command, _)| command)
}

/// The API name of an operation with another command name.
pub(super) fn operation_of(command: &str, name: &str) -> Option<&'static str> {
    OPERATIONS.iter().find(|(known, operation, _)| *known == command && *operation == name).map(|(_, _, api)| *api)
}

/// Whether the command offers the operation under its own name.
pub(super) fn is_offered(command: &str, operation: &str) -> bool {
    !NOT_OFFERED.iter().any(|(known, names)| *known == command && names.contains(&operation))
}

/// The option of a member with another name.
pub(super) fn renamed(command: &str, operation: &str, member: &str) -> Option<&'static str> {
    static NAMES: LazyLock<HashMap<[&str; 3], &str>> = LazyLock::new(|| {
        let rows = RENAMED.lines().filter(|line| !line.starts_with('#'));
        let row = |line: &'static str| {
            let mut words = line.split(' ');
            Some(([words.next()?, words.next()?, words.next()?], words.next()?))
        };
        rows.filter_map(row).collect()
    });
    NAMES.get(&[command, operation, member]).copied()
}

/// The negative option of a boolean member, if it has a name of its own.
pub(super) fn negative(command: &str, operation: &str, member: &str) -> Option<&'static str> {
    let found = NEGATIVES.iter().find(|row| (row.0, row.1, row.2) == (command, operation, member));
    found.map(|(_, _, _, flag)| *flag)
}

/// Whether a structure is a boolean attribute of EC2, which is an option without a value.
pub(super) fn is_boolean_attribute(command: &str, operation: &str, node: &Node<'_>) -> bool {
    command == "ec2" && BOOLEAN_ATTRIBUTES.contains(&operation) && node.name() == "AttributeBooleanValue"
}

/// Whether a structure is an attribute value of EC2, which may be given as its text.
pub(super) fn is_attribute_value(command: &str, node: &Node<'_>) -> bool {
    command == "ec2" && matches!(node.name(), "AttributeValue" | "BlobAttributeValue")
}

/// The member that the words of a list of structures stand for.
pub(super) fn scalar_list(command: &str, node: &Node<'_>) -> Option<&'static str> {
    let ShapeType::List(item) = node.shape_type() else { return None };
    let item = node.follow(item).ok()?;
    SCALAR_LISTS.iter().find(|(known, shape, _)| *known == command && *shape == item.name()).map(|(_, _, member)| *member)
}
