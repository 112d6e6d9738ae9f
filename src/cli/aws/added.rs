//! The options that the AWS CLI adds to single operations, which no member of the input explains.
//!
//! Each is a row: the operation, the option, and a function that turns the words of the option into parameters.

use super::files::{self, Content};
use super::pipeline;
use super::shorthand;
use super::values;
use super::words::Arity;
use crate::Client;
use crate::cli::failure::{Failure, Result};
use crate::cli::interrupt;
use crate::text::random;
use crate::value::{List, Map, Value};

/// An option that is added to an operation.
pub(super) struct Added {
    pub command: &'static str,
    pub operations: &'static [&'static str],
    pub flag: &'static str,
    pub arity: Arity,
    pub required: bool,
    /// Members that have no option of their own beside this one.
    pub replaces: &'static [&'static str],
    /// Members that are no longer required, because the option may fill them.
    pub fills: &'static [&'static str],
    apply: Apply,
}

type Apply = fn(&mut Map, &[String]) -> Result<()>;

impl Added {
    const fn new(command: &'static str, operations: &'static [&'static str], flag: &'static str, arity: Arity, apply: Apply) -> Added {
        Added { command, operations, flag, arity, required: false, replaces: &[], fills: &[], apply }
    }

    const fn fills(mut self, members: &'static [&'static str]) -> Added {
        self.fills = members;
        self
    }

    const fn replaces(mut self, members: &'static [&'static str]) -> Added {
        self.replaces = members;
        self
    }

    const fn required(mut self) -> Added {
        self.required = true;
        self
    }

    /// Turns the words of the option into parameters.
    ///
    /// # Errors
    /// A usage failure for words that the option does not accept.
    pub(super) fn apply(&self, params: &mut Map, words: &[String]) -> Result<()> {
        (self.apply)(params, words)
    }
}

/// The options that are added to an operation.
pub(super) fn of_operation<'n>(command: &'n str, operation: &'n str) -> impl Iterator<Item = &'static Added> + use<'n> {
    ADDED.iter().filter(move |added| added.command == command && added.operations.contains(&operation))
}

const GROUP_RULES: &[&str] = &[
    "authorize-security-group-egress",
    "authorize-security-group-ingress",
    "revoke-security-group-egress",
    "revoke-security-group-ingress",
];
const RUN: &[&str] = &["run-instances"];
const METRIC: &[&str] = &["put-metric-data"];
const MAIL: &[&str] = &["send-email"];
const IMAGE: &[&str] = &[
    "detect-custom-labels",
    "detect-faces",
    "detect-labels",
    "detect-moderation-labels",
    "detect-protective-equipment",
    "detect-text",
    "index-faces",
    "recognize-celebrities",
    "search-faces-by-image",
    "search-users-by-image",
];
const REVISION: &[&str] = &["create-deployment", "get-application-revision", "register-application-revision"];
const FIELD: &[&str] = &["define-index-field"];
const PIPELINE: &[&str] = &["put-pipeline-definition"];
const VALUES: &[&str] = &["activate-pipeline", "put-pipeline-definition"];
const KEYS: &[&str] = &["create-keys-and-certificate"];

const UPDATE: &[&str] = &["update-distribution"];
const ROOT: &str = "default-root-object";

static ADDED: &[Added] = &[
    Added::new("ec2", GROUP_RULES, "protocol", Arity::One, |params, words| {
        let protocol = if words[0] == "all" { "-1" } else { &words[0] };
        set(params, "IpPermissions.0.IpProtocol", protocol)
    }),
    Added::new("ec2", GROUP_RULES, "port", Arity::One, |params, words| {
        let number = |text: &str| {
            text.trim().parse::<i64>().map_err(|_| {
                Failure::usage(format!("port parameter should be of the form <from[-to]> (e.g. 22 or 22-25), got '{}'", words[0]))
            })
        };
        let (from, to) = match words[0].as_str() {
            "-1" | "all" => (-1, -1),
            range => match range.split_once('-') {
                Some((from, to)) => (number(from)?, number(to)?),
                None => (number(range)?, number(range)?),
            },
        };
        set(params, "IpPermissions.0.FromPort", from)?;
        set(params, "IpPermissions.0.ToPort", to)
    }),
    Added::new("ec2", GROUP_RULES, "cidr", Arity::One, |params, words| set(params, "IpPermissions.0.IpRanges.0.CidrIp", words[0].as_str())),
    Added::new("ec2", GROUP_RULES, "source-group", Arity::One, |params, words| {
        let member = if words[0].starts_with("sg-") { "GroupId" } else { "GroupName" };
        set(params, &format!("IpPermissions.0.UserIdGroupPairs.0.{member}"), words[0].as_str())
    }),
    Added::new("ec2", GROUP_RULES, "group-owner", Arity::One, |params, words| {
        set(params, "IpPermissions.0.UserIdGroupPairs.0.UserId", words[0].as_str())
    }),
    Added::new("ec2", RUN, "count", Arity::One, |params, words| {
        let (least, most) = words[0].split_once(':').unwrap_or((&words[0], &words[0]));
        let number =
            |text: &str| text.parse::<i64>().map_err(|_| Failure::usage("count parameter should be of form min[:max] (e.g. 1 or 1:10)"));
        params.insert("MinCount", number(least)?);
        params.insert("MaxCount", number(most)?);
        Ok(())
    })
    .fills(&["MinCount", "MaxCount"])
    .replaces(&["MinCount", "MaxCount"]),
    Added::new("ec2", RUN, "secondary-private-ip-addresses", Arity::Many, |params, words| {
        let addresses =
            words.iter().map(|word| Map::from_iter([("Primary", Value::from(false)), ("PrivateIpAddress", word.as_str().into())]));
        first_interface(params)?;
        set(params, "NetworkInterfaces.0.PrivateIpAddresses", addresses.map(Value::from).collect::<List>())
    }),
    Added::new("ec2", RUN, "secondary-private-ip-address-count", Arity::One, |params, words| {
        first_interface(params)?;
        let count = words[0].trim().parse::<i64>().map_err(|_| Failure::usage(format!("invalid int value: '{}'", words[0])))?;
        set(params, "NetworkInterfaces.0.SecondaryPrivateIpAddressCount", count)
    }),
    Added::new("ec2", RUN, "associate-public-ip-address", Arity::None, |params, _| {
        first_interface(params)?;
        set(params, "NetworkInterfaces.0.AssociatePublicIpAddress", true)
    }),
    Added::new("ec2", RUN, "no-associate-public-ip-address", Arity::None, |params, _| {
        first_interface(params)?;
        set(params, "NetworkInterfaces.0.AssociatePublicIpAddress", false)
    }),
    Added::new("ec2", &["get-password-data"], "priv-launch-key", Arity::One, |_, words| {
        if files::expand(&words[0]).is_file() {
            return Ok(());
        }
        Err(Failure::usage("priv-launch-key should be a path to the local SSH private key file used to launch the instance."))
    }),
    Added::new("ec2", &["bundle-instance"], "bucket", Arity::One, |params, words| set(params, "Storage.S3.Bucket", words[0].as_str()))
        .fills(&["Storage"]),
    Added::new("ec2", &["bundle-instance"], "prefix", Arity::One, |params, words| set(params, "Storage.S3.Prefix", words[0].as_str())),
    Added::new("ec2", &["bundle-instance"], "owner-akid", Arity::One, |params, words| {
        set(params, "Storage.S3.AWSAccessKeyId", words[0].as_str())
    }),
    Added::new("ec2", &["bundle-instance"], "policy", Arity::One, |params, words| {
        set(params, "Storage.S3.UploadPolicy", words[0].as_str())
    }),
    Added::new("ec2", &["bundle-instance"], "owner-sak", Arity::One, |params, words| sign_upload(params, &words[0])),
    Added::new("cloudwatch", METRIC, "metric-name", Arity::One, |params, words| set(params, "MetricData.0.MetricName", words[0].as_str()))
        .fills(&["MetricData"]),
    Added::new("cloudwatch", METRIC, "timestamp", Arity::One, |params, words| set(params, "MetricData.0.Timestamp", words[0].as_str())),
    Added::new("cloudwatch", METRIC, "unit", Arity::One, |params, words| set(params, "MetricData.0.Unit", words[0].as_str())),
    Added::new("cloudwatch", METRIC, "value", Arity::One, |params, words| set(params, "MetricData.0.Value", float(&words[0])?)),
    Added::new("cloudwatch", METRIC, "dimensions", Arity::One, |params, words| {
        let pairs = shorthand::parse(&words[0])?;
        let dimensions =
            pairs.into_iter().map(|(name, value)| Value::from(Map::from_iter([("Name", Value::from(name)), ("Value", value)])));
        set(params, "MetricData.0.Dimensions", dimensions.collect::<List>())
    }),
    Added::new("cloudwatch", METRIC, "statistic-values", Arity::One, |params, words| {
        let mut values = Map::new();
        for (name, value) in shorthand::parse(&words[0])? {
            values.insert(name, float(value.as_str().unwrap_or_default())?);
        }
        set(params, "MetricData.0.StatisticValues", values)
    }),
    Added::new("cloudwatch", METRIC, "storage-resolution", Arity::One, |params, words| {
        let seconds = words[0].trim().parse::<i64>().map_err(|_| Failure::usage(format!("invalid int value: '{}'", words[0])))?;
        set(params, "MetricData.0.StorageResolution", seconds)
    }),
    Added::new("ses", MAIL, "to", Arity::Many, |params, words| set(params, "Destination.ToAddresses", texts(words)))
        .fills(&["Destination", "Message"]),
    Added::new("ses", MAIL, "cc", Arity::Many, |params, words| set(params, "Destination.CcAddresses", texts(words))),
    Added::new("ses", MAIL, "bcc", Arity::Many, |params, words| set(params, "Destination.BccAddresses", texts(words))),
    Added::new("ses", MAIL, "subject", Arity::One, |params, words| set(params, "Message.Subject.Data", text(&words[0])?)),
    Added::new("ses", MAIL, "text", Arity::One, |params, words| set(params, "Message.Body.Text.Data", text(&words[0])?)),
    Added::new("ses", MAIL, "html", Arity::One, |params, words| set(params, "Message.Body.Html.Data", text(&words[0])?)),
    Added::new("cloudfront", &["create-invalidation"], "paths", Arity::Many, |params, words| {
        let count = i64::try_from(words.len()).unwrap_or(i64::MAX);
        set(params, "InvalidationBatch.Paths.Quantity", count)?;
        set(params, "InvalidationBatch.Paths.Items", texts(words))?;
        set(params, "InvalidationBatch.CallerReference", format!("cli-{}", random::uuid()))
    })
    .fills(&["InvalidationBatch"]),
    Added::new("cloudfront", &["create-distribution"], "origin-domain-name", Arity::One, |params, words| distribution(params, &words[0]))
        .fills(&["DistributionConfig"]),
    Added::new("cloudfront", &["create-distribution"], "default-root-object", Arity::One, |params, words| {
        set(params, "DistributionConfig.DefaultRootObject", words[0].as_str())
    }),
    Added::new("cloudfront", UPDATE, ROOT, Arity::One, |params, words| {
        if params.contains_key("DistributionConfig") {
            return Err(Failure::usage("it cannot be specified together with --distribution-config"));
        }
        // The rest of the configuration is that of the distribution; see `complete`.
        set(params, "DistributionConfig.DefaultRootObject", words[0].as_str())
    })
    .fills(&["DistributionConfig"]),
    Added::new("lambda", &["create-function"], "zip-file", Arity::One, |params, words| set(params, "Code.ZipFile", zip(&words[0])?))
        .fills(&["Code"]),
    Added::new("lambda", &["publish-layer-version"], "zip-file", Arity::One, |params, words| {
        set(params, "Content.ZipFile", zip(&words[0])?)
    })
    .fills(&["Content"]),
    Added::new("lambda", &["update-function-code"], "zip-file", Arity::One, |params, words| set(params, "ZipFile", zip(&words[0])?))
        .replaces(&["ZipFile"]),
    Added::new("rekognition", IMAGE, "image-bytes", Arity::One, |params, words| set(params, "Image.Bytes", bytes(&words[0])?))
        .fills(&["Image"]),
    Added::new("rekognition", &["compare-faces"], "source-image-bytes", Arity::One, |params, words| {
        set(params, "SourceImage.Bytes", bytes(&words[0])?)
    })
    .fills(&["SourceImage", "TargetImage"]),
    Added::new("rekognition", &["compare-faces"], "target-image-bytes", Arity::One, |params, words| {
        set(params, "TargetImage.Bytes", bytes(&words[0])?)
    }),
    Added::new("quicksight", &["start-asset-bundle-import-job"], "asset-bundle-import-source-bytes", Arity::One, |params, words| {
        set(params, "AssetBundleImportSource.Body", bytes(&words[0])?)
    })
    .fills(&["AssetBundleImportSource"]),
    Added::new("translate", &["import-terminology"], "data-file", Arity::One, |params, words| {
        set(params, "TerminologyData.File", bytes(&words[0])?)
    })
    .fills(&["TerminologyData"]),
    Added::new("translate", &["translate-document"], "document-content", Arity::One, |params, words| {
        set(params, "Document.Content", bytes(&words[0])?)
    })
    .fills(&["Document"]),
    Added::new("deploy", REVISION, "s3-location", Arity::One, |params, words| {
        set(params, "revision.revisionType", "S3")?;
        set(params, "revision.s3Location", structure(&words[0])?)
    })
    .fills(&["revision"]),
    Added::new("deploy", REVISION, "github-location", Arity::One, |params, words| {
        set(params, "revision.revisionType", "GitHub")?;
        set(params, "revision.gitHubLocation", structure(&words[0])?)
    }),
    Added::new("configservice", &["put-configuration-recorder"], "recording-group", Arity::One, |params, words| {
        let group = typed_flags(structure(&words[0])?);
        set(params, "ConfigurationRecorder.recordingGroup", group)
    }),
    Added::new("cloudsearch", &["define-expression"], "name", Arity::One, |params, words| {
        set(params, "Expression.ExpressionName", words[0].as_str())
    })
    .replaces(&["Expression"])
    .required(),
    Added::new("cloudsearch", &["define-expression"], "expression", Arity::One, |params, words| {
        set(params, "Expression.ExpressionValue", text(&words[0])?)
    })
    .required(),
    Added::new("cloudsearch", FIELD, "name", Arity::One, |params, words| set(params, "IndexField.IndexFieldName", words[0].as_str()))
        .replaces(&["IndexField"])
        .required(),
    Added::new("cloudsearch", FIELD, "type", Arity::One, |params, words| set(params, "IndexField.IndexFieldType", words[0].as_str()))
        .required(),
    Added::new("cloudsearch", FIELD, "default-value", Arity::One, |params, words| {
        let kind = params["IndexField"]["IndexFieldType"].as_str().unwrap_or_default();
        let value = match kind.trim_end_matches("-array") {
            "int" => Value::from(integer(&words[0])?),
            "double" => float(&words[0])?.into(),
            _ => text(&words[0])?,
        };
        set_field(params, "DefaultValue", value)
    }),
    Added::new("cloudsearch", FIELD, "facet-enabled", Arity::One, |params, words| set_field(params, "FacetEnabled", is_true(&words[0]))),
    Added::new("cloudsearch", FIELD, "search-enabled", Arity::One, |params, words| set_field(params, "SearchEnabled", is_true(&words[0]))),
    Added::new("cloudsearch", FIELD, "return-enabled", Arity::One, |params, words| set_field(params, "ReturnEnabled", is_true(&words[0]))),
    Added::new("cloudsearch", FIELD, "sort-enabled", Arity::One, |params, words| set_field(params, "SortEnabled", is_true(&words[0]))),
    Added::new("cloudsearch", FIELD, "source-field", Arity::One, |params, words| set_field(params, "SourceField", text(&words[0])?)),
    Added::new("cloudsearch", FIELD, "highlight-enabled", Arity::One, |params, words| {
        set_field(params, "HighlightEnabled", is_true(&words[0]))
    }),
    Added::new("cloudsearch", FIELD, "analysis-scheme", Arity::One, |params, words| set_field(params, "AnalysisScheme", text(&words[0])?)),
    Added::new("datapipeline", PIPELINE, "pipeline-definition", Arity::One, pipeline::definition).replaces(&["pipelineObjects"]).required(),
    Added::new("datapipeline", PIPELINE, "parameter-objects", Arity::One, pipeline::parameter_objects).replaces(&["parameterObjects"]),
    Added::new("datapipeline", VALUES, "parameter-values-uri", Arity::One, pipeline::values_document),
    Added::new("datapipeline", VALUES, "parameter-values", Arity::Many, pipeline::parameter_values).replaces(&["parameterValues"]),
    Added::new("emr", &["add-tags"], "tags", Arity::Many, |params, words| {
        params.insert("Tags", words.iter().map(|word| tag(word)).collect::<List>());
        Ok(())
    })
    .replaces(&["Tags"]),
    Added::new("emr", &["list-clusters"], "active", Arity::None, |params, _| {
        states(params, &["STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING", "TERMINATING"])
    }),
    Added::new("emr", &["list-clusters"], "terminated", Arity::None, |params, _| states(params, &["TERMINATED"])),
    Added::new("emr", &["list-clusters"], "failed", Arity::None, |params, _| states(params, &["TERMINATED_WITH_ERRORS"])),
    Added::new("rds", &["add-option-to-option-group"], "options", Arity::Many, |params, words| {
        let options = words.iter().map(|word| structure(word).map(option_configuration)).collect::<Result<List>>()?;
        params.insert("OptionsToInclude", options);
        Ok(())
    })
    .replaces(&["OptionsToInclude", "OptionsToRemove"]),
    Added::new("rds", &["remove-option-from-option-group"], "options", Arity::Many, |params, words| {
        params.insert("OptionsToRemove", texts(words));
        Ok(())
    })
    .replaces(&["OptionsToInclude", "OptionsToRemove"]),
    Added::new("iam", &["create-virtual-mfa-device"], "outfile", Arity::One, |_, words| writable(&words[0])),
    Added::new("iam", &["create-virtual-mfa-device"], "bootstrap-method", Arity::One, |_, words| match words[0].as_str() {
        "QRCodePNG" | "Base32StringSeed" => Ok(()),
        other => Err(Failure::usage(format!(
            "argument --bootstrap-method: Invalid choice: '{other}', valid choices are: QRCodePNG, Base32StringSeed"
        ))),
    }),
    Added::new("iot", &["create-certificate-from-csr"], "certificate-pem-outfile", Arity::One, |_, words| writable(&words[0])),
    Added::new("iot", KEYS, "certificate-pem-outfile", Arity::One, |_, words| writable(&words[0])),
    Added::new("iot", KEYS, "public-key-outfile", Arity::One, |_, words| writable(&words[0])),
    Added::new("iot", KEYS, "private-key-outfile", Arity::One, |_, words| writable(&words[0])),
];

/// Sets a value at a path whose parts are member names and list positions. Lists and maps on the way are created.
fn set(params: &mut Map, path: &str, value: impl Into<Value>) -> Result<()> {
    let parts: Vec<&str> = path.split('.').collect();
    let whole = Value::from(std::mem::take(params));
    let Value::Map(filled) = placed(whole, &parts, value.into()) else {
        return Err(Failure::general(format!("{path} is not a path of parameters")));
    };
    *params = filled;
    Ok(())
}

fn placed(into: Value, parts: &[&str], value: Value) -> Value {
    let Some((part, rest)) = parts.split_first() else { return value };
    match part.parse::<usize>() {
        Ok(index) => {
            let mut items: Vec<Value> = match into {
                Value::List(list) => list.into_iter().collect(),
                _ => Vec::new(),
            };
            if items.len() <= index {
                items.resize(index + 1, Value::Null);
            }
            items[index] = placed(std::mem::take(&mut items[index]), rest, value);
            items.into()
        }
        Err(_) => {
            let mut map = match into {
                Value::Map(map) => map,
                _ => Map::new(),
            };
            let old = map.get(part).cloned().unwrap_or_default();
            map.insert(*part, placed(old, rest, value));
            map.into()
        }
    }
}

/// Adds the parameters that an option leaves to the service: the configuration of the distribution that
/// `cloudfront update-distribution --default-root-object` changes.
///
/// # Errors
/// Those of the call.
pub(super) fn complete(client: &Client, options: &[(&str, Vec<String>)], operation: &str, params: &mut Map) -> Result<()> {
    let Some((_, words)) = options.iter().find(|(flag, _)| *flag == ROOT).filter(|_| operation == "UpdateDistribution") else {
        return Ok(());
    };
    let id = Map::from_iter([("Id", params["Id"].clone())]);
    let current = interrupt::call(client, "get_distribution_config", id)?;
    params.insert("DistributionConfig", current["DistributionConfig"].clone());
    set(params, "DistributionConfig.DefaultRootObject", words[0].as_str())?;
    if params["IfMatch"].is_null() {
        params.insert("IfMatch", current["ETag"].clone());
    }
    Ok(())
}

/// Creates EC2's first network interface.
fn first_interface(params: &mut Map) -> Result<()> {
    set(params, "NetworkInterfaces.0.DeviceIndex", 0)
}

const ACL_ENTRIES: &[&str] = &["create-network-acl-entry", "replace-network-acl-entry"];

/// Replaces the name of a protocol with its number (IANA).
fn number_protocol(params: &mut Map) -> Result<()> {
    let numbers = [("icmp", "1"), ("tcp", "6"), ("udp", "17"), ("all", "-1")];
    let found = params["Protocol"].as_str().and_then(|name| numbers.iter().find(|(known, _)| *known == name));
    if let Some((_, number)) = found {
        params.insert("Protocol", *number);
    }
    Ok(())
}

/// Completes the parameters once all options are known: the defaults of `run-instances`, the first network interface, which
/// takes over the subnet, the groups, and the address, and the numbers of protocols.
pub(super) fn finish(command: &str, operation: &str, params: &mut Map, built_interface: bool) -> Result<()> {
    if command == "ec2" && ACL_ENTRIES.contains(&operation) {
        return number_protocol(params);
    }
    if (command, operation) != ("ec2", "run-instances") {
        return Ok(());
    }
    if !params.contains_key("MinCount") && !params.contains_key("MaxCount") {
        params.insert("MaxCount", 1);
        params.insert("MinCount", 1);
    }
    if !built_interface {
        return Ok(());
    }
    if let Some(subnet) = params.remove("SubnetId") {
        set(params, "NetworkInterfaces.0.SubnetId", subnet)?;
    }
    if let Some(groups) = params.remove("SecurityGroupIds") {
        set(params, "NetworkInterfaces.0.Groups", groups)?;
    }
    if let Some(address) = params.remove("PrivateIpAddress") {
        let primary = Value::from(Map::from_iter([("Primary", Value::from(true)), ("PrivateIpAddress", address)]));
        let others = params["NetworkInterfaces"][0]["PrivateIpAddresses"].as_list().cloned().unwrap_or_default();
        set(params, "NetworkInterfaces.0.PrivateIpAddresses", [primary].into_iter().chain(others).collect::<List>())?;
    }
    Ok(())
}

/// A tag from `key=value`, or from a key alone.
pub(super) fn tag(word: &str) -> Value {
    let (key, value) = word.split_once('=').unwrap_or((word, ""));
    Map::from_iter([("Key", key), ("Value", value)]).into()
}

fn text(word: &str) -> Result<Value> {
    Ok(files::load(word)?.into_value())
}

fn texts(words: &[String]) -> List {
    words.iter().map(|word| Value::from(word.as_str())).collect()
}

fn integer(word: &str) -> Result<i64> {
    word.trim()
        .parse()
        .map_err(|_| Failure::usage(format!("invalid literal for int() with base 10: '{word}'. A whole number is expected.")))
}

fn float(word: &str) -> Result<f64> {
    word.trim().parse().map_err(|_| Failure::usage(format!("invalid float value: '{word}'")))
}

fn bytes(word: &str) -> Result<Value> {
    match files::load(word)? {
        content @ Content::Bytes(_) => Ok(content.into_value()),
        Content::Text(_) => Err(Failure::usage("The value must be a file with the fileb:// prefix. Example usage: fileb://path/to/file")),
    }
}

fn zip(word: &str) -> Result<Value> {
    match files::load(word)? {
        Content::Bytes(bytes) if bytes.starts_with(b"PK") => Ok(Value::Bytes(bytes.into())),
        _ => Err(Failure::usage(
            "--zip-file must be a zip file with the fileb:// prefix.\nExample usage:  --zip-file fileb://path/to/file.zip",
        )),
    }
}

/// A structure as JSON or shorthand, from the word or a file.
fn structure(word: &str) -> Result<Map> {
    let Content::Text(text) = files::load(word)? else {
        return Err(Failure::usage("The value must be text, not bytes."));
    };
    if text.trim_start().starts_with(['{', '[']) {
        return values::json(&text)?.as_map().cloned().ok_or_else(|| Failure::usage("The value must be a JSON object."));
    }
    shorthand::parse(&text)
}

/// Texts of flags as flags.
fn typed_flags(map: Map) -> Map {
    let typed = map.into_iter().map(|(key, value)| {
        let flag = value.as_str().and_then(|text| text.to_ascii_lowercase().parse::<bool>().ok());
        (key, flag.map_or(value, Value::from))
    });
    typed.collect()
}

fn option_configuration(mut option: Map) -> Value {
    if let Some(port) = option.get("Port").and_then(Value::as_str).and_then(|port| port.parse::<i64>().ok()) {
        option.insert("Port", port);
    }
    for list in ["DBSecurityGroupMemberships", "VpcSecurityGroupMemberships"] {
        if let Some(text) = option.get(list).filter(|value| value.as_str().is_some()).cloned() {
            option.insert(list, List::from_iter([text]));
        }
    }
    option.into()
}

fn states(params: &mut Map, states: &[&str]) -> Result<()> {
    if params.contains_key("ClusterStates") {
        let filters = "--cluster-states, --active, --terminated, --failed";
        return Err(Failure::usage(format!("You can specify only one of the cluster state filters: {filters}.")));
    }
    params.insert("ClusterStates", states.iter().map(|state| Value::from(*state)).collect::<List>());
    Ok(())
}

/// Sets a member of the options that belong to the type of an index field: those of `int-array` are `IntArrayOptions`.
fn set_field(params: &mut Map, member: &str, value: impl Into<Value>) -> Result<()> {
    let kind = params["IndexField"]["IndexFieldType"].as_str().unwrap_or_default();
    let capital = |part: &str| part.split_at_checked(1).map(|(first, rest)| first.to_uppercase() + rest).unwrap_or_default();
    let options: String = kind.split('-').map(capital).collect();
    set(params, &format!("IndexField.{options}Options.{member}"), value)
}

/// Any text but `false` is true here, as for `aws`.
fn is_true(word: &str) -> bool {
    !word.eq_ignore_ascii_case("false")
}

/// Signs the policy of an upload with the owner's key. Without a policy, one is made that holds for a day.
fn sign_upload(params: &mut Map, secret: &str) -> Result<()> {
    use base64::prelude::{BASE64_STANDARD, Engine as _};
    let storage = params["Storage"]["S3"].clone();
    let text = |member: &str| storage[member].as_str().unwrap_or_default();
    let policy = match storage["UploadPolicy"].as_str() {
        Some(policy) => policy.to_owned(),
        None => {
            let expiry = crate::Timestamp::new(crate::Timestamp::now().seconds() + 86_400, 0).to_string();
            let expiry = expiry.trim_end_matches('Z');
            BASE64_STANDARD.encode(format!(
                "{{\"expiration\": \"{expiry}.000000Z\",\"conditions\": [{{\"bucket\": \"{}\"}},{{\"acl\": \"ec2-bundle-read\"}},\
                 [\"starts-with\", \"$key\", \"{}\"]]}}",
                text("Bucket"),
                text("Prefix")
            ))
        }
    };
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes());
    let signature = BASE64_STANDARD.encode(ring::hmac::sign(&key, policy.as_bytes()));
    set(params, "Storage.S3.UploadPolicy", policy)?;
    set(params, "Storage.S3.UploadPolicySignature", signature)
}

/// Whether a file can be written at the path.
fn writable(path: &str) -> Result<()> {
    let path = files::expand(path);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_none_or(|folder| folder.is_dir()) {
        return Ok(());
    }
    Err(Failure::usage(format!("Unable to write to file: {}", path.display())))
}

/// The smallest configuration of a distribution with one origin.
fn distribution(params: &mut Map, domain: &str) -> Result<()> {
    let id = format!("{domain}-cli");
    let origin = if domain.contains(".s3.") || domain.ends_with(".s3.amazonaws.com") {
        crate::value!({"Id": id.as_str(), "DomainName": domain, "OriginPath": "", "S3OriginConfig": {"OriginAccessIdentity": ""}})
    } else {
        crate::value!({
            "Id": id.as_str(), "DomainName": domain, "OriginPath": "",
            "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"},
        })
    };
    let config = crate::value!({
        "CallerReference": format!("cli-{}", random::uuid()),
        "Comment": "",
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {
            "TargetOriginId": id,
            "ForwardedValues": {"QueryString": false, "Cookies": {"Forward": "none"}},
            "TrustedSigners": {"Enabled": false, "Quantity": 0},
            "ViewerProtocolPolicy": "allow-all",
            "MinTTL": 0,
        },
        "Enabled": true,
    });
    params.insert("DistributionConfig", config);
    Ok(())
}
