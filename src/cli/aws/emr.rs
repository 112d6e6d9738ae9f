//! The commands for clusters of EMR: `create-cluster` and its relatives put together the requests of the API, which they replace.
//!
//! Clusters with an AMI version (before release 4.0, 2015) are described and ended here, but not created.

use std::process::Command;

use super::custom::{Line, Options};
use super::run::Screen;
use super::values::{self, BlobText};
use super::words::Arity;
use crate::Client;
use crate::cli::failure::{Failure, Result};
use crate::cli::interrupt;
use crate::definition::Node;
use crate::value;
use crate::value::{List, Map, Value};

const GROUPS: &str = "InstanceGroupType=MASTER|CORE|TASK,InstanceType=TYPE,InstanceCount=N[,BidPrice=USD] …, or JSON.";
const STEPS: &str = "Type=CUSTOM_JAR|SPARK|STREAMING|HIVE|PIG,Name=NAME,Args=[a,b],Jar=URI,ActionOnFailure=CONTINUE …, or JSON.";

pub(super) const CREATE: Options = &[
    ("release-label", Arity::One, "The release of EMR, for example emr-7.1.0."),
    ("os-release-label", Arity::One, "The release of Amazon Linux."),
    ("instance-groups", Arity::Many, GROUPS),
    ("instance-type", Arity::One, "The type of all instances, instead of groups."),
    ("instance-count", Arity::One, "The number of instances of that type; one of them is the master."),
    ("instance-fleets", Arity::Many, "Fleets of instances, instead of groups: JSON or shorthand."),
    ("auto-terminate", Arity::None, "Terminates the cluster after its steps."),
    ("no-auto-terminate", Arity::None, "Keeps the cluster after its steps (default)."),
    ("use-default-roles", Arity::None, "Uses the roles of `emr create-default-roles`."),
    ("service-role", Arity::One, "The role of EMR."),
    ("auto-scaling-role", Arity::One, "The role for the automatic scaling of instance groups."),
    ("configurations", Arity::One, "Configurations of applications: JSON, or file://PATH."),
    ("name", Arity::One, "The name. Default: Development Cluster."),
    ("log-uri", Arity::One, "The location of logs in S3."),
    ("log-encryption-kms-key-id", Arity::One, "The KMS key that encrypts logs."),
    ("additional-info", Arity::One, "Additional features, as JSON."),
    (
        "ec2-attributes",
        Arity::One,
        "KeyName, SubnetId or SubnetIds, AvailabilityZone or AvailabilityZones, InstanceProfile, security groups.",
    ),
    ("termination-protected", Arity::None, "Protects the cluster from termination."),
    ("no-termination-protected", Arity::None, "Does not protect it (default)."),
    ("unhealthy-node-replacement", Arity::None, "Replaces unhealthy nodes."),
    ("no-unhealthy-node-replacement", Arity::None, "Does not replace them."),
    ("scale-down-behavior", Arity::One, "TERMINATE_AT_INSTANCE_HOUR or TERMINATE_AT_TASK_COMPLETION."),
    ("visible-to-all-users", Arity::None, "Shows the cluster to every user of the account (default)."),
    ("no-visible-to-all-users", Arity::None, "No longer supported by EMR."),
    ("enable-debugging", Arity::None, "Sets up Hadoop's debugging; needs --log-uri."),
    ("no-enable-debugging", Arity::None, "Does not (default)."),
    ("tags", Arity::Many, "key=value …"),
    ("applications", Arity::Many, "Name=Spark Name=Hive,Args=[a,b] …"),
    ("emrfs", Arity::One, "Consistent, RetryCount, RetryPeriod, Args, Encryption or SSE, KMSKeyId."),
    ("bootstrap-actions", Arity::Many, "Path=URI[,Name=NAME,Args=[a,b]] …"),
    ("steps", Arity::Many, STEPS),
    ("security-configuration", Arity::One, "The name of a security configuration."),
    ("custom-ami-id", Arity::One, "The AMI of all instances."),
    ("ebs-root-volume-size", Arity::One, "The size of the root volume, in GiB."),
    ("ebs-root-volume-iops", Arity::One, "The IOPS of the root volume."),
    ("ebs-root-volume-throughput", Arity::One, "The throughput of the root volume, in MiB/s."),
    ("repo-upgrade-on-boot", Arity::One, "SECURITY or NONE."),
    ("kerberos-attributes", Arity::One, "Realm, KdcAdminPassword, and others."),
    ("managed-scaling-policy", Arity::One, "ComputeLimits={MinimumCapacityUnits=2,…}"),
    ("placement-group-configs", Arity::Many, "InstanceRole=MASTER …"),
    ("auto-termination-policy", Arity::One, "IdleTimeout=SECONDS"),
    ("extended-support", Arity::None, "Uses extended support."),
    ("no-extended-support", Arity::None, "Does not."),
];
pub(super) const CLUSTER: Options = &[("cluster-id", Arity::One, "The ID of the cluster.")];
pub(super) const CLUSTERS: Options = &[("cluster-ids", Arity::Many, "The IDs of the clusters.")];
pub(super) const ADD_STEPS: Options = &[
    ("cluster-id", Arity::One, "The ID of the cluster."),
    ("steps", Arity::Many, STEPS),
    ("execution-role-arn", Arity::One, "The role with which the steps run."),
];
pub(super) const ADD_GROUPS: Options = &[("cluster-id", Arity::One, "The ID of the cluster."), ("instance-groups", Arity::Many, GROUPS)];
pub(super) const MODIFY: Options = &[
    ("cluster-id", Arity::One, "The ID of the cluster."),
    ("visible-to-all-users", Arity::None, "Shows the cluster to every user of the account."),
    ("no-visible-to-all-users", Arity::None, "No longer supported by EMR."),
    ("termination-protected", Arity::None, "Protects the cluster from termination."),
    ("no-termination-protected", Arity::None, "Removes the protection."),
    ("auto-terminate", Arity::None, "Terminates the cluster after its steps."),
    ("no-auto-terminate", Arity::None, "Keeps the cluster after its steps."),
    ("unhealthy-node-replacement", Arity::None, "Replaces unhealthy nodes."),
    ("no-unhealthy-node-replacement", Arity::None, "Does not replace them."),
];
pub(super) const SSH: Options = &[
    ("cluster-id", Arity::One, "The ID of the cluster."),
    ("key-pair-file", Arity::One, "The private key."),
    ("command", Arity::One, "The command to run on the master. Default: a shell."),
];
pub(super) const SOCKS: Options =
    &[("cluster-id", Arity::One, "The ID of the cluster."), ("key-pair-file", Arity::One, "The private key.")];
pub(super) const COPY: Options = &[
    ("cluster-id", Arity::One, "The ID of the cluster."),
    ("key-pair-file", Arity::One, "The private key."),
    ("src", Arity::One, "The file to copy."),
    ("dest", Arity::One, "The destination of the copy."),
];

const DEFAULT_SERVICE_ROLE: &str = "EMR_DefaultRole";
const DEFAULT_PROFILE: &str = "EMR_EC2_DefaultRole";
const DEBUGGING: &str = "state-pusher-script";
const RUNNER: &str = "command-runner.jar";

/// Options of `create-cluster` that are members of the request under another name, or under a name with capitals that the
/// option does not tell.
const MEMBERS: &[(&str, &str)] = &[
    ("release-label", "ReleaseLabel"),
    ("os-release-label", "OSReleaseLabel"),
    ("auto-scaling-role", "AutoScalingRole"),
    ("configurations", "Configurations"),
    ("log-uri", "LogUri"),
    ("log-encryption-kms-key-id", "LogEncryptionKmsKeyId"),
    ("additional-info", "AdditionalInfo"),
    ("scale-down-behavior", "ScaleDownBehavior"),
    ("applications", "Applications"),
    ("security-configuration", "SecurityConfiguration"),
    ("custom-ami-id", "CustomAmiId"),
    ("ebs-root-volume-size", "EbsRootVolumeSize"),
    ("ebs-root-volume-iops", "EbsRootVolumeIops"),
    ("ebs-root-volume-throughput", "EbsRootVolumeThroughput"),
    ("repo-upgrade-on-boot", "RepoUpgradeOnBoot"),
    ("kerberos-attributes", "KerberosAttributes"),
    ("managed-scaling-policy", "ManagedScalingPolicy"),
    ("placement-group-configs", "PlacementGroupConfigs"),
    ("auto-termination-policy", "AutoTerminationPolicy"),
];

/// The client, and the input of `RunJobFlow`, whose shapes tell how values are read.
struct Cluster<'a> {
    line: &'a Line,
    client: Client,
}

impl<'a> Cluster<'a> {
    fn new(line: &'a Line) -> Result<Cluster<'a>> {
        Ok(Cluster { line, client: line.client("emr")?.build()? })
    }

    fn call(&self, operation: &str, params: impl Into<Value>) -> Result<Value> {
        let mut response = interrupt::call(&self.client, operation, params)?;
        if let Some(map) = response.as_map_mut() {
            map.remove("ResponseMetadata");
        }
        Ok(response)
    }

    /// The value of an option, by the shape of a member of `RunJobFlow`.
    fn value(&self, option: &str, path: &[&str]) -> Result<Option<Value>> {
        let Some(words) = self.line.list(option) else { return Ok(None) };
        let service = self.client.service();
        let node = service.input(service.operation("RunJobFlow")?)?;
        let missing = || Failure::general(format!("RunJobFlow has no member {}.", path.join(".")));
        let mut node: Node<'_> = node.ok_or_else(missing)?;
        for name in path {
            let structure = node.structure().ok_or_else(missing)?;
            node = node.member(structure.member(name).ok_or_else(missing)?.1)?;
        }
        values::parse(&node, words, BlobText::Raw).map(Some).map_err(|failure| failure.of_option(option))
    }

    /// Prints the response, or the part of it that a query selects.
    fn print(&self, response: Value) -> Result<()> {
        let shown = match &self.line.globals.query {
            Some(query) => query.search(&response)?,
            None => response,
        };
        Screen::new(&self.line.globals, &self.line.session)?.print(&shown, self.line.command.name)
    }

    /// One of the two options of a switch.
    fn switch(&self, name: &str) -> Result<Option<bool>> {
        match (self.line.has(name), self.line.has(&format!("no-{name}"))) {
            (true, true) => Err(Failure::usage(format!("cannot use both --{name} and --no-{name} options together."))),
            (true, false) => Ok(Some(true)),
            (false, true) => Ok(Some(false)),
            (false, false) => Ok(None),
        }
    }

    /// The instance groups in the form of the API.
    fn groups(&self) -> Result<Option<Value>> {
        let Some(groups) = self.value("instance-groups", &["Instances", "InstanceGroups"])? else { return Ok(None) };
        let group = |group: &Value| -> Result<Value> {
            let mut group = group
                .as_map()
                .cloned()
                .ok_or_else(|| Failure::usage("Error parsing parameter '--instance-groups': a structure is expected"))?;
            let role = group.remove("InstanceGroupType");
            for (name, value) in [
                ("InstanceGroupType", role.as_ref()),
                ("InstanceType", group.get("InstanceType")),
                ("InstanceCount", group.get("InstanceCount")),
            ] {
                if value.is_none_or(Value::is_null) {
                    return Err(Failure::usage(format!("The following required parameters are missing for structure:: {name}")));
                }
            }
            let role = role.unwrap_or_default();
            if !group.contains_key("Name") {
                group.insert("Name", role.clone());
            }
            group.insert("InstanceRole", role);
            let is_spot = group.contains_key("BidPrice");
            if group.get("BidPrice").and_then(Value::as_str) == Some("OnDemandPrice") {
                // Without a price, that of instances on demand is the limit.
                group.remove("BidPrice");
            }
            group.insert("Market", if is_spot { "SPOT" } else { "ON_DEMAND" });
            Ok(group.into())
        };
        groups.as_list().into_iter().flatten().map(group).collect::<Result<List>>().map(|groups| Some(groups.into()))
    }

    fn steps(&self) -> Result<Option<List>> {
        let Some(words) = self.line.list("steps") else { return Ok(None) };
        let steps = untyped(words).map_err(|failure| failure.of_option("steps"))?;
        steps.iter().map(step).collect::<Result<List>>().map(Some)
    }
}

/// Structures as JSON or shorthand, without a shape.
fn untyped(words: &[String]) -> Result<Vec<Map>> {
    let mut found = Vec::new();
    for word in words {
        match values::untyped(word)? {
            Value::Map(map) => found.push(map),
            Value::List(list) => found.extend(list.iter().filter_map(Value::as_map).cloned()),
            _ => return Err(Failure::usage("a structure is expected")),
        }
    }
    Ok(found)
}

/// A step in the form of the API: those of Spark, Hive, and others are commands of the runner.
fn step(step: &Map) -> Result<Value> {
    let text = |name: &str| step[name].as_str();
    let args: List = match &step["Args"] {
        Value::List(list) => list.clone(),
        Value::Null => List::new(),
        one => List::from_iter([one.clone()]),
    };
    let kind = text("Type").unwrap_or("CUSTOM_JAR").to_ascii_lowercase();
    let (usual, runs): (&str, &[&str]) = match kind.as_str() {
        "custom_jar" => ("Custom JAR", &[]),
        "streaming" => ("Streaming program", &["hadoop-streaming"]),
        "spark" => ("Spark application", &["spark-submit"]),
        "hive" => ("Hive program", &["hive-script", "--run-hive-script", "--args"]),
        "pig" => ("Pig program", &["pig-script", "--run-pig-script", "--args"]),
        _ => {
            let kinds = "CUSTOM_JAR, SPARK, STREAMING, HIVE, PIG";
            return Err(Failure::usage(format!("The step type {} is not supported. Types: {kinds}.", text("Type").unwrap_or_default())));
        }
    };
    let mut jar = Map::new();
    if runs.is_empty() {
        let Some(own) = text("Jar") else {
            return Err(Failure::usage("The following required parameters are missing for CustomJARStepConfig: Jar."));
        };
        jar.insert("Jar", own);
        if !args.is_empty() {
            jar.insert("Args", args);
        }
        if let Some(class) = text("MainClass") {
            jar.insert("MainClass", class);
        }
        if let Some(properties) = text("Properties") {
            let pair = |pair: &str| {
                let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                value!({"Key": key, "Value": value})
            };
            jar.insert("Properties", properties.split(',').map(pair).collect::<List>());
        }
    } else {
        if args.is_empty() {
            return Err(Failure::usage(format!("The following required parameters are missing for {}StepConfig: Args.", capital(&kind))));
        }
        jar.insert("Jar", RUNNER);
        jar.insert("Args", runs.iter().map(|word| Value::from(*word)).chain(args).collect::<List>());
    }
    let mut made = Map::from_iter([
        ("Name", Value::from(text("Name").unwrap_or(usual))),
        ("ActionOnFailure", text("ActionOnFailure").unwrap_or("CONTINUE").into()),
        ("HadoopJarStep", jar.into()),
    ]);
    let mut log = Map::new();
    for name in ["LogUri", "EncryptionKeyArn"] {
        if let Some(value) = text(name) {
            log.insert(name, value);
        }
    }
    if !log.is_empty() {
        made.insert("StepMonitoringConfiguration", Map::from_iter([("S3MonitoringConfiguration", log)]));
    }
    Ok(made.into())
}

fn capital(word: &str) -> String {
    word.split_at_checked(1).map(|(first, rest)| first.to_uppercase() + rest).unwrap_or_default()
}

/// `emr create-cluster`.
///
/// # Errors
/// A usage failure for options that contradict each other; the failure of the call.
pub(super) fn create(line: &Line) -> Result<()> {
    let cluster = Cluster::new(line)?;
    let mut params = Map::from_iter([("Name", Value::from(line.text("name").unwrap_or("Development Cluster")))]);
    for (option, member) in MEMBERS {
        if let Some(value) = cluster.value(option, &[member])? {
            params.insert(*member, value);
        }
    }
    params.insert("VisibleToAllUsers", cluster.switch("visible-to-all-users")?.unwrap_or(true));
    if let Some(extended) = cluster.switch("extended-support")? {
        params.insert("ExtendedSupport", extended);
    }
    params.insert("Tags", line.list("tags").into_iter().flatten().map(|word| super::added::tag(word)).collect::<List>());
    let mut instances = instances(&cluster)?;
    instances.insert("KeepJobFlowAliveWhenNoSteps", !cluster.switch("auto-terminate")?.unwrap_or(false));
    instances.insert("TerminationProtected", cluster.switch("termination-protected")?.unwrap_or(false));
    if let Some(replaces) = cluster.switch("unhealthy-node-replacement")? {
        instances.insert("UnhealthyNodeReplacement", replaces);
    }
    let attributes = match line.text("ec2-attributes") {
        Some(word) => untyped(&[word.to_owned()]).map_err(|failure| failure.of_option("ec2-attributes"))?.pop().unwrap_or_default(),
        None => Map::new(),
    };
    apply_attributes(&mut instances, &attributes)?;
    params.insert("Instances", instances);
    apply_roles(&cluster, &mut params, &attributes)?;
    if cluster.switch("enable-debugging")? == Some(true) {
        if !params.contains_key("LogUri") {
            return Err(Failure::usage("LogUri not specified. You must specify a logUri if you enable debugging when creating a cluster."));
        }
        let jar = value!({"Jar": RUNNER, "Args": [DEBUGGING]});
        let debugging = value!({"Name": "Setup Hadoop Debugging", "ActionOnFailure": "TERMINATE_CLUSTER", "HadoopJarStep": jar});
        params.insert("Steps", List::from_iter([debugging]));
    }
    if let Some(steps) = cluster.steps()? {
        let before = params["Steps"].as_list().cloned().unwrap_or_default();
        params.insert("Steps", before.into_iter().chain(steps).collect::<List>());
    }
    if let Some(words) = line.list("bootstrap-actions") {
        let actions = untyped(words).map_err(|failure| failure.of_option("bootstrap-actions"))?;
        params.insert("BootstrapActions", actions.iter().map(bootstrap_action).collect::<Result<List>>()?);
    }
    if let Some(word) = line.text("emrfs") {
        let emrfs = untyped(&[word.to_owned()]).map_err(|failure| failure.of_option("emrfs"))?.pop().unwrap_or_default();
        let before = params["Configurations"].as_list().cloned().unwrap_or_default();
        params.insert("Configurations", before.into_iter().chain([emrfs_site(&emrfs)?]).collect::<List>());
    }
    let response = cluster.call("run_job_flow", params)?;
    cluster.print(value!({"ClusterId": response["JobFlowId"].clone(), "ClusterArn": response["ClusterArn"].clone()}))
}

/// The members that say which instances there are.
fn instances(cluster: &Cluster<'_>) -> Result<Map> {
    let line = cluster.line;
    if line.text("release-label").is_none() {
        return Err(Failure::usage(
            "--release-label is required. Clusters with an AMI version (before emr-4.0.0) cannot be created with this command.",
        ));
    }
    let kinds = ["instance-groups", "instance-type", "instance-fleets"];
    match kinds.iter().filter(|kind| line.has(kind)).count() {
        1 => {}
        0 => {
            let message =
                "Must specify either --instance-groups or --instance-type with --instance-count(optional) to configure instance groups.";
            return Err(Failure::usage(message));
        }
        _ => return Err(Failure::usage("You may specify only one of --instance-groups, --instance-type, and --instance-fleets.")),
    }
    let mut instances = Map::new();
    if let Some(groups) = cluster.groups()? {
        instances.insert("InstanceGroups", groups);
    }
    if let Some(fleets) = cluster.value("instance-fleets", &["Instances", "InstanceFleets"])? {
        let named = |fleet: &Value| {
            let mut fleet = fleet.as_map().cloned().unwrap_or_default();
            if !fleet.contains_key("Name") {
                fleet.insert("Name", fleet["InstanceFleetType"].clone());
            }
            Value::from(fleet)
        };
        instances.insert("InstanceFleets", fleets.as_list().into_iter().flatten().map(named).collect::<List>());
    }
    if let Some(kind) = line.text("instance-type") {
        let count = line.number("instance-count")?.unwrap_or(1);
        let group = |role: &str, count: i64| value!({"InstanceRole": role, "InstanceCount": count, "Name": role, "Market": "ON_DEMAND", "InstanceType": kind});
        if count < 1 {
            return Err(Failure::usage("argument --instance-count: a cluster has at least one instance"));
        }
        let core = (count > 1).then(|| group("CORE", count - 1));
        instances.insert("InstanceGroups", [group("MASTER", 1)].into_iter().chain(core).collect::<List>());
    }
    Ok(instances)
}

/// The members of `Instances` that `--ec2-attributes` has.
const ATTRIBUTES: &[(&str, &str)] = &[
    ("KeyName", "Ec2KeyName"),
    ("SubnetId", "Ec2SubnetId"),
    ("SubnetIds", "Ec2SubnetIds"),
    ("EmrManagedMasterSecurityGroup", "EmrManagedMasterSecurityGroup"),
    ("EmrManagedSlaveSecurityGroup", "EmrManagedSlaveSecurityGroup"),
    ("ServiceAccessSecurityGroup", "ServiceAccessSecurityGroup"),
    ("AdditionalMasterSecurityGroups", "AdditionalMasterSecurityGroups"),
    ("AdditionalSlaveSecurityGroups", "AdditionalSlaveSecurityGroups"),
];

fn apply_attributes(instances: &mut Map, attributes: &Map) -> Result<()> {
    let places = ["SubnetId", "SubnetIds", "AvailabilityZone", "AvailabilityZones"];
    if places.iter().filter(|name| attributes.contains_key(name)).count() > 1 {
        let message = "You may not specify more than one of SubnetId, SubnetIds, AvailabilityZone, and AvailabilityZones.";
        return Err(Failure::usage(format!("{message} The zone follows from the subnet.")));
    }
    let list = |value: &Value| match value {
        Value::List(list) => list.clone(),
        one => List::from_iter([one.clone()]),
    };
    for (name, value) in attributes {
        let (member, value) = match name.as_str() {
            "AvailabilityZone" => ("Placement", Map::from_iter([("AvailabilityZone", value.clone())]).into()),
            "AvailabilityZones" => ("Placement", Map::from_iter([("AvailabilityZones", list(value))]).into()),
            "InstanceProfile" => continue,
            name => match ATTRIBUTES.iter().find(|(known, _)| *known == name) {
                Some((_, member)) if name.ends_with('s') => (*member, list(value).into()),
                Some((_, member)) => (*member, value.clone()),
                None => {
                    let names =
                        ATTRIBUTES.iter().map(|(known, _)| *known).chain(["AvailabilityZone", "AvailabilityZones", "InstanceProfile"]);
                    let near = crate::error::did_you_mean(name, names);
                    return Err(Failure::usage(format!("argument --ec2-attributes: unknown attribute {name}.{near}")));
                }
            },
        };
        instances.insert(member, value);
    }
    Ok(())
}

fn apply_roles(cluster: &Cluster<'_>, params: &mut Map, attributes: &Map) -> Result<()> {
    let (line, own) = (cluster.line, attributes.get("InstanceProfile"));
    if !line.has("use-default-roles") {
        if let Some(role) = line.text("service-role") {
            params.insert("ServiceRole", role);
        }
        if let Some(own) = own {
            params.insert("JobFlowRole", own.clone());
        }
        return Ok(());
    }
    if line.has("service-role") || own.is_some() {
        let message = "You may not specify --use-default-roles together with --service-role or with InstanceProfile in --ec2-attributes.";
        return Err(Failure::usage(message));
    }
    params.insert("ServiceRole", DEFAULT_SERVICE_ROLE);
    params.insert("JobFlowRole", DEFAULT_PROFILE);
    Ok(())
}

fn bootstrap_action(action: &Map) -> Result<Value> {
    let Some(path) = action["Path"].as_str() else {
        return Err(Failure::usage("argument --bootstrap-actions: Path is required"));
    };
    let mut script = Map::from_iter([("Path", Value::from(path))]);
    match &action["Args"] {
        Value::Null => {}
        Value::List(list) => drop(script.insert("Args", list.clone())),
        one => drop(script.insert("Args", List::from_iter([one.clone()]))),
    }
    Ok(value!({"Name": action["Name"].as_str().unwrap_or("Bootstrap action"), "ScriptBootstrapAction": script}))
}

/// The configuration of EMR's file system.
fn emrfs_site(emrfs: &Map) -> Result<Value> {
    let mut properties = Map::new();
    let text = |name: &str| emrfs[name].as_str();
    if let Some(consistent) = text("Consistent") {
        properties.insert("fs.s3.consistent", consistent.to_ascii_lowercase());
    }
    for (name, property) in [("RetryCount", "fs.s3.consistent.retryCount"), ("RetryPeriod", "fs.s3.consistent.retryPeriodSeconds")] {
        if let Some(value) = text(name) {
            properties.insert(property, value);
        }
    }
    let encryption = text("Encryption").map(str::to_ascii_lowercase);
    match (encryption.as_deref(), text("SSE")) {
        (Some("serverside"), None) => properties.insert("fs.s3.enableServerSideEncryption", "true"),
        (None, Some(sse)) => properties.insert("fs.s3.enableServerSideEncryption", sse.to_ascii_lowercase()),
        (None, None) => None,
        (Some("clientside"), None) if text("ProviderType").is_some_and(|kind| kind.eq_ignore_ascii_case("kms")) => {
            let key = text("KMSKeyId").ok_or_else(|| Failure::usage("argument --emrfs: KMSKeyId is required"))?;
            properties.insert("fs.s3.cse.enabled", "true");
            properties.insert("fs.s3.cse.encryptionMaterialsProvider", "com.amazon.ws.emr.hadoop.fs.cse.KMSEncryptionMaterialsProvider");
            properties.insert("fs.s3.cse.kms.keyId", key)
        }
        _ => return Err(Failure::usage("argument --emrfs: Encryption is ServerSide, or ClientSide with ProviderType=KMS; or SSE=true")),
    };
    let own: Vec<&Value> = match &emrfs["Args"] {
        Value::List(list) => list.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    };
    for pair in own.iter().filter_map(|value| value.as_str()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        properties.insert(key, value);
    }
    Ok(value!({"Classification": "emrfs-site", "Properties": properties}))
}

/// `emr add-steps`.
///
/// # Errors
/// As [`create`].
pub(super) fn add_steps(line: &Line) -> Result<()> {
    let cluster = Cluster::new(line)?;
    let mut params = value::Map::from_iter([("JobFlowId", Value::from(line.required("cluster-id")))]);
    let steps = cluster.steps()?.unwrap_or_default();
    let uses_runner = |step: &Value| step["HadoopJarStep"]["Jar"].as_str() == Some(RUNNER);
    if steps.iter().any(uses_runner) {
        let described = cluster.call("describe_cluster", value!({"ClusterId": line.required("cluster-id")}))?;
        if described["Cluster"]["ReleaseLabel"].is_null() {
            return Err(Failure::usage("The cluster has an AMI version, for which only steps of the type CUSTOM_JAR are supported."));
        }
    }
    params.insert("Steps", steps);
    if let Some(role) = line.text("execution-role-arn") {
        params.insert("ExecutionRoleArn", role);
    }
    cluster.print(cluster.call("add_job_flow_steps", params)?)
}

/// `emr add-instance-groups`.
///
/// # Errors
/// As [`create`].
pub(super) fn add_groups(line: &Line) -> Result<()> {
    let cluster = Cluster::new(line)?;
    let params = value!({"JobFlowId": line.required("cluster-id"), "InstanceGroups": cluster.groups()?.unwrap_or_default()});
    let response = cluster.call("add_instance_groups", params)?;
    let mut shown = Map::from_iter([("ClusterId", response["JobFlowId"].clone())]);
    for name in ["InstanceGroupIds", "ClusterArn"] {
        shown.insert(name, response[name].clone());
    }
    cluster.print(shown.into())
}

/// `emr terminate-clusters`.
///
/// # Errors
/// The failure of the call.
pub(super) fn terminate(line: &Line) -> Result<()> {
    let ids: List = line.list("cluster-ids").into_iter().flatten().map(|id| Value::from(id.as_str())).collect();
    Cluster::new(line)?.call("terminate_job_flows", value!({"JobFlowIds": ids})).map(drop)
}

/// `emr modify-cluster-attributes`: a call for each attribute.
///
/// # Errors
/// A usage failure without an attribute; the failure of a call.
pub(super) fn modify(line: &Line) -> Result<()> {
    let cluster = Cluster::new(line)?;
    let ids = || List::from_iter([Value::from(line.required("cluster-id"))]);
    let attributes = [
        ("visible-to-all-users", "set_visible_to_all_users", "VisibleToAllUsers"),
        ("termination-protected", "set_termination_protection", "TerminationProtected"),
        ("auto-terminate", "set_keep_job_flow_alive_when_no_steps", "KeepJobFlowAliveWhenNoSteps"),
        ("unhealthy-node-replacement", "set_unhealthy_node_replacement", "UnhealthyNodeReplacement"),
    ];
    let mut calls = Vec::new();
    for (option, operation, member) in attributes {
        if let Some(value) = cluster.switch(option)? {
            let value = if option == "auto-terminate" { !value } else { value };
            calls.push((operation, Map::from_iter([("JobFlowIds", Value::from(ids())), (member, value.into())])));
        }
    }
    if calls.is_empty() {
        let options = attributes.map(|(option, ..)| format!("--{option} or --no-{option}")).join(", ");
        return Err(Failure::usage(format!("You need to specify at least one of the options: {options}.")));
    }
    calls.into_iter().try_for_each(|(operation, params)| cluster.call(operation, params).map(drop))
}

/// `emr describe-cluster`: with the instance groups or fleets and the bootstrap actions.
///
/// # Errors
/// The failure of a call.
pub(super) fn describe(line: &Line) -> Result<()> {
    let cluster = Cluster::new(line)?;
    let id = || value!({"ClusterId": line.required("cluster-id")});
    let mut described = cluster.call("describe_cluster", id())?;
    let all = |operation: &str, key: &str| -> Result<Value> {
        let pages = cluster.client.paginate(operation, id())?.cancel(interrupt::cancel()).build_full_result()?;
        Ok(pages[key].clone())
    };
    let fleets = described["Cluster"]["InstanceCollectionType"].as_str() == Some("INSTANCE_FLEET");
    let (name, found) = match fleets {
        true => ("InstanceFleets", all("list_instance_fleets", "InstanceFleets")?),
        false => ("InstanceGroups", all("list_instance_groups", "InstanceGroups")?),
    };
    let actions = all("list_bootstrap_actions", "BootstrapActions")?;
    if let Some(map) = described.as_map_mut().and_then(|map| map.get_mut("Cluster")).and_then(Value::as_map_mut) {
        map.insert("BootstrapActions", actions);
        map.insert(name, found);
    }
    cluster.print(described)
}

/// `emr ssh`: a shell, or a command, on the master.
///
/// # Errors
/// If the cluster has ended or has no master yet; if ssh is missing; with the exit code of ssh.
pub(super) fn ssh(line: &Line) -> Result<()> {
    let (mut command, master) = remote(line, "ssh")?;
    command.args(["-o", "ServerAliveInterval=10", "-i", line.required("key-pair-file"), &format!("hadoop@{master}"), "-t"]);
    command.args(line.text("command"));
    run(command)
}

/// `emr socks`: a SOCKS proxy on port 8157 through the master.
///
/// # Errors
/// As [`ssh`].
pub(super) fn socks(line: &Line) -> Result<()> {
    let (mut command, master) = remote(line, "ssh")?;
    command.args(["-o", "ServerAliveInterval=10", "-ND", "8157", "-i", line.required("key-pair-file"), &format!("hadoop@{master}")]);
    run(command)
}

/// `emr put` and `emr get`: copies a file to the master, or from it.
///
/// # Errors
/// As [`ssh`].
pub(super) fn copy(line: &Line) -> Result<()> {
    let (mut command, master) = remote(line, "scp")?;
    let source = line.required("src");
    let name = source.rsplit('/').next().unwrap_or(source);
    command.args(["-r", "-o", "ServerAliveInterval=10", "-i", line.required("key-pair-file")]);
    match line.command.name {
        "put" => command.args([source, &format!("hadoop@{master}:{}", line.text("dest").unwrap_or(name))]),
        _ => command.args([&format!("hadoop@{master}:{source}"), line.text("dest").unwrap_or(name)]),
    };
    run(command)
}

/// The program, and the host name of the master of a cluster that runs.
fn remote(line: &Line, program: &str) -> Result<(Command, String)> {
    let described = Cluster::new(line)?.call("describe_cluster", value!({"ClusterId": line.required("cluster-id")}))?;
    let state = described["Cluster"]["Status"]["State"].as_str().unwrap_or_default();
    if state.starts_with("TERMINAT") {
        return Err(Failure::general(format!("The cluster is {state}.")));
    }
    let master = described["Cluster"]["MasterPublicDnsName"].as_str().filter(|name| !name.is_empty());
    let master = master.ok_or_else(|| Failure::general(format!("The cluster has no master node yet; it is {state}.")))?;
    let mut command = Command::new(program);
    // Each cluster has a new host; a host whose key has changed is refused, unlike with `aws`.
    command.args(["-o", "StrictHostKeyChecking=accept-new"]);
    Ok((command, master.to_owned()))
}

fn run(mut command: Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = interrupt::ignored(|| command.status()).map_err(|error| Failure::general(format!("{name}: {error}")))?;
    match status.success() {
        true => Ok(()),
        false => Err(Failure {
            message: String::new(),
            code: status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(Failure::GENERAL),
        }),
    }
}
