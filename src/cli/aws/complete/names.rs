//! The names of existing resources as candidates, which takes a read-only call: only on request.
//!
//! The operation that lists the values of a parameter is found in the definition: `--table-name` is completed by
//! `ListTables`, whose response has a list `TableNames`, and `--instance-ids` by `DescribeInstances`, whose response has
//! items with an `InstanceId`. The operation must be read-only and need no parameter.

use std::time::Duration;

use super::Globals;
use crate::cli::complete::Candidates;
use crate::cli::failure::Result;
use crate::definition::{Node, Operation, Service, ShapeType, snake_case};
use crate::session::Session;
use crate::value;
use crate::value::{Str, Value};

/// How long a completion waits for the service.
const PATIENCE: Duration = Duration::from_secs(3);

/// The nesting of lists in a response that is searched: reservations, instances.
const DEPTH: usize = 3;

/// Whether values of this type can be names: strings and lists of strings, unless the definition lists them.
pub(super) fn can_name(node: &Node<'_>) -> bool {
    let node = match node.shape_type() {
        ShapeType::List(item) => match node.follow(item) {
            Ok(item) => item,
            Err(_) => return false,
        },
        _ => *node,
    };
    matches!(node.shape_type(), ShapeType::String) && node.shape().traits.values.is_empty()
}

/// Whether names are requested, by the environment or by the profile.
fn is_requested(session: &Session) -> bool {
    let setting = session.environment_text("TUCUXI_COMPLETE_NAMES").or_else(|| session.profile_text("cli_complete_names"));
    setting.is_some_and(|setting| !matches!(setting.to_ascii_lowercase().as_str(), "" | "0" | "false" | "off"))
}

/// Adds the names that a parameter of a service can have.
pub(super) fn of_member(globals: &Globals, service: &Service, member: &str, found: &mut Candidates) -> Result<()> {
    let session = globals.session()?;
    if !is_requested(&session) {
        return Ok(());
    }
    let Some((operation, path)) = listing(service, member)? else { return Ok(()) };
    let client = globals.client(&session, service.name())?.build()?;
    if client.read_only(&operation.name)? {
        let response = client.request(&operation.name, ()).deadline(PATIENCE).max_attempts(1).send()?;
        let mut names = Vec::new();
        collect(&response, &path, &mut names);
        found.add_all(names);
    }
    Ok(())
}

/// Adds buckets, or the prefixes and objects below the typed location.
pub(super) fn of_location(globals: &Globals, found: &mut Candidates) -> Result<()> {
    let session = globals.session()?;
    if !is_requested(&session) {
        return Ok(());
    }
    let client = globals.client(&session, "s3")?.build()?;
    let location = found.typed().strip_prefix("s3://").unwrap_or_default().to_owned();
    let Some((bucket, prefix)) = location.split_once('/') else {
        let response = client.request("list_buckets", ()).deadline(PATIENCE).max_attempts(1).send()?;
        for bucket in &response["Buckets"] {
            found.add(format!("s3://{}/", bucket["Name"].as_str().unwrap_or_default()), "bucket");
        }
        return Ok(());
    };
    let params = value!({"Bucket": bucket, "Prefix": prefix, "Delimiter": "/"});
    let response = client.request("list_objects_v2", params).deadline(PATIENCE).max_attempts(1).send()?;
    for common in &response["CommonPrefixes"] {
        found.add(format!("s3://{bucket}/{}", common["Prefix"].as_str().unwrap_or_default()), "prefix");
    }
    for object in &response["Contents"] {
        found.add(format!("s3://{bucket}/{}", object["Key"].as_str().unwrap_or_default()), "object");
    }
    Ok(())
}

/// The operation that lists the values of a parameter, and where they are in its response.
fn listing<'s>(service: &'s Service, member: &str) -> Result<Option<(&'s Operation, Vec<Str>)>> {
    let wanted = Wanted::of(member);
    for verb in ["Describe", "List", "Get"] {
        for noun in [plural(&wanted.noun), wanted.noun.clone()] {
            let name = format!("{verb}{noun}");
            if !service.has_operation(&name) {
                continue;
            }
            let operation = service.operation(&name)?;
            let input = service.input(operation)?;
            let is_free = input.as_ref().and_then(Node::structure).is_none_or(|structure| structure.required.is_empty());
            let Some(output) = service.output(operation)?.filter(|_| is_free) else { continue };
            if let Some(path) = find(&output, &wanted, DEPTH)? {
                return Ok(Some((operation, path)));
            }
        }
    }
    Ok(None)
}

/// A parameter whose values are sought.
struct Wanted {
    /// The name in the singular and in lower case: `instanceid`.
    name: String,
    /// The kind of resource, as in the names of operations: `Instance`.
    noun: String,
}

impl Wanted {
    fn of(member: &str) -> Wanted {
        let singular = ["Ids", "Names", "Arns", "Urls", "Identifiers"].iter().find(|suffix| member.ends_with(**suffix));
        let singular = singular.map_or(member, |_| &member[..member.len() - 1]);
        let noun = ["Identifier", "Id", "Name", "Arn", "Url", "URL", "ARN"].iter().find_map(|suffix| singular.strip_suffix(suffix));
        let noun = noun.filter(|noun| !noun.is_empty()).unwrap_or(singular);
        let capital = noun.chars().next().map(|c| c.to_ascii_uppercase()).into_iter();
        Wanted { name: singular.to_ascii_lowercase(), noun: capital.chain(noun.chars().skip(1)).collect() }
    }

    /// Whether a list of strings has the values: `TableNames`, or `clusterArns` for a parameter `cluster`.
    fn is_list(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        name == plural(&self.name)
            || name == plural(&self.noun.to_ascii_lowercase())
            || self.is_whole_noun() && name.starts_with(&self.name)
    }

    /// Whether a member of the items of a list has the values: `InstanceId`, or `Name` in `Buckets` for a parameter `Bucket`.
    fn is_item(&self, list: &str, name: &str) -> bool {
        let is_own = list.eq_ignore_ascii_case(&plural(&self.noun));
        name.eq_ignore_ascii_case(&self.name)
            || is_own && (snake_case(name) == "name" && (self.is_whole_noun() || self.name.ends_with("name")))
    }

    fn is_whole_noun(&self) -> bool {
        self.name.len() == self.noun.len()
    }
}

fn plural(noun: &str) -> String {
    match noun.strip_suffix(['y', 'Y']) {
        Some(stem) if !stem.ends_with(['a', 'e', 'o']) => format!("{stem}ies"),
        _ if noun.ends_with(['s', 'x', 'h']) => format!("{noun}es"),
        _ => format!("{noun}s"),
    }
}

/// The path to the values in a structure: the names of lists, and last the member of the items, unless the items are strings.
fn find(node: &Node<'_>, wanted: &Wanted, depth: usize) -> Result<Option<Vec<Str>>> {
    let members = node.structure().map(|structure| structure.members.as_slice()).unwrap_or_default();
    let mut deeper = Vec::new();
    for member in members {
        let list = node.member(member)?;
        let ShapeType::List(item) = list.shape_type() else { continue };
        let item = list.follow(item)?;
        match item.shape_type() {
            ShapeType::String if wanted.is_list(&member.name) => return Ok(Some(vec![member.name.clone()])),
            ShapeType::Structure(structure) => {
                if let Some(name) = structure.members.iter().find(|inner| wanted.is_item(&member.name, &inner.name)) {
                    return Ok(Some(vec![member.name.clone(), name.name.clone()]));
                }
                deeper.push((member, item));
            }
            _ => {}
        }
    }
    for (member, item) in deeper.into_iter().filter(|_| depth > 1) {
        if let Some(mut path) = find(&item, wanted, depth - 1)? {
            path.insert(0, member.name.clone());
            return Ok(Some(path));
        }
    }
    Ok(None)
}

fn collect(value: &Value, path: &[Str], names: &mut Vec<String>) {
    match (value, path) {
        (Value::List(list), _) => list.iter().for_each(|item| collect(item, path, names)),
        (value, [first, rest @ ..]) => collect(&value[first.as_str()], rest, names),
        (value, []) => names.extend(value.as_str().map(str::to_owned)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::Definitions;

    #[test]
    fn the_listing_operation_of_a_parameter_is_found_in_the_definition() {
        let definitions = Definitions::embedded();
        for (service, member, expected) in [
            ("dynamodb", "TableName", "ListTables TableNames"),
            ("s3", "Bucket", "ListBuckets Buckets.Name"),
            ("sqs", "QueueUrl", "ListQueues QueueUrls"),
            ("ec2", "InstanceIds", "DescribeInstances Reservations.Instances.InstanceId"),
            ("ec2", "VpcId", "DescribeVpcs Vpcs.VpcId"),
            ("lambda", "FunctionName", "ListFunctions Functions.FunctionName"),
            ("iam", "RoleName", "ListRoles Roles.RoleName"),
            ("rds", "DBInstanceIdentifier", "DescribeDBInstances DBInstances.DBInstanceIdentifier"),
            ("ecs", "cluster", "ListClusters clusterArns"),
            ("logs", "logGroupName", "DescribeLogGroups logGroups.logGroupName"),
            ("cloudformation", "StackName", "DescribeStacks Stacks.StackName"),
            ("s3", "Key", "none"),
            ("sns", "Message", "none"),
        ] {
            let service = definitions.service(service, None).unwrap();
            let found = listing(&service, member).unwrap();
            let found = found.map_or("none".to_owned(), |(operation, path)| format!("{} {}", operation.name, path.join(".")));
            assert_eq!(found, expected, "{} {member}", service.name());
        }
    }
}
