//! `s3 mv --validate-same-s3-paths`: access points and their aliases are other names of buckets, under which a move can lead onto
//! itself and lose the object.

use super::Line;
use crate::Location;
use crate::cli::failure::{Failure, Result};
use crate::value;

pub(super) const OPTION: &str = "validate-same-s3-paths";
const VARIABLE: &str = "AWS_CLI_S3_MV_VALIDATE_SAME_S3_PATHS";

/// How the buckets behind a name are found.
#[derive(Debug, PartialEq, Eq)]
enum Name<'a> {
    Bucket,
    /// The account is that of the caller if the name is an alias.
    AccessPoint {
        region: Option<&'a str>,
        account: Option<&'a str>,
        name: &'a str,
    },
    MultiRegion {
        account: &'a str,
        alias: &'a str,
    },
    /// The alias of an access point of S3 on Outposts, which nothing resolves.
    OutpostsAlias,
}

impl Name<'_> {
    fn of(bucket: &str) -> Name<'_> {
        let parts: Vec<&str> = bucket.splitn(6, ':').collect();
        if let ["arn", _, service, region, account, resource] = parts[..] {
            let name = resource.split_once(['/', ':']).map_or("", |(_, name)| name);
            let (region, account) = (Some(region).filter(|region| !region.is_empty()), account);
            return match (service, region) {
                // Outposts have the access point's ARN for its name.
                ("s3-outposts", region) => Name::AccessPoint { region, account: Some(account), name: bucket },
                (_, None) => Name::MultiRegion { account, alias: name },
                (_, region) => Name::AccessPoint { region, account: Some(account), name },
            };
        }
        match bucket {
            _ if bucket.ends_with("-s3alias") => Name::AccessPoint { region: None, account: None, name: bucket },
            _ if bucket.ends_with("--op-s3") => Name::OutpostsAlias,
            _ => Name::Bucket,
        }
    }

    /// The buckets of a name.
    fn buckets(&self, line: &Line, bucket: &str) -> Result<Vec<String>> {
        let session = line.globals.session()?;
        let client = |service: &str, region: Option<&str>| -> Result<crate::Client> {
            let builder = line.globals.client(&session, service)?;
            Ok(if let Some(region) = region { builder.region(region) } else { builder }.build()?)
        };
        match self {
            Name::Bucket => Ok(vec![bucket.to_owned()]),
            Name::OutpostsAlias => Err(Failure::usage(
                "Can't resolve the underlying bucket name of an S3 on Outposts access point alias. Use its ARN instead to validate the mv command.",
            )),
            Name::AccessPoint { region, account, name } => {
                let account = match account {
                    Some(account) => (*account).to_owned(),
                    None => client("sts", None)?.call("get_caller_identity", ())?["Account"].as_str().unwrap_or_default().to_owned(),
                };
                let found = client("s3control", *region)?.call("get_access_point", value!({"AccountId": account, "Name": *name}))?;
                Ok(found["Bucket"].as_str().map(str::to_owned).into_iter().collect())
            }
            Name::MultiRegion { account, alias } => {
                let pages =
                    client("s3control", Some("us-west-2"))?.call("list_multi_region_access_points", value!({"AccountId": *account}))?;
                let points = pages["AccessPoints"].as_list().cloned().unwrap_or_default();
                let point = points.iter().find(|point| point["Alias"] == *alias);
                let point = point.ok_or_else(|| {
                    Failure::usage(format!("Couldn't find multi-region access point with alias {alias} in account {account}"))
                })?;
                Ok(point["Regions"]
                    .as_list()
                    .into_iter()
                    .flatten()
                    .filter_map(|region| region["Bucket"].as_str().map(str::to_owned))
                    .collect())
            }
        }
    }
}

/// Rejects a move between two names of the same objects if the option or the environment variable requests it. Otherwise warns.
pub(super) fn check(line: &Line, from: &Location, to: &Location) -> Result<()> {
    let (Location::Object { bucket: one, key }, Location::Object { bucket: other, key: target }) = (from, to) else { return Ok(()) };
    let names = [Name::of(one), Name::of(other)];
    if key != target || one == other || names == [Name::Bucket, Name::Bucket] {
        return Ok(());
    }
    let is_requested = line.has(OPTION) || std::env::var(VARIABLE).is_ok_and(|text| text.eq_ignore_ascii_case("true"));
    if !is_requested {
        if !line.has("quiet") {
            super::run::eprint_line(&format!(
                "warning: {from} and {to} may be the same objects, which would be lost. --{OPTION} (which needs further permissions) makes sure that they are not."
            ));
        }
        return Ok(());
    }
    let (ones, others) = (names[0].buckets(line, one)?, names[1].buckets(line, other)?);
    match ones.iter().any(|bucket| others.contains(bucket)) {
        true => Err(Failure::usage(format!("Cannot mv a file onto itself: {from} - {to}"))),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_access_points_are_recognized() {
        let point = |region, account, name| Name::AccessPoint { region, account, name };
        for (bucket, expected) in [
            ("river", Name::Bucket),
            ("my-ap-hrzrlukc5m36ft7okagglf3gmwluquse1b-s3alias", point(None, None, "my-ap-hrzrlukc5m36ft7okagglf3gmwluquse1b-s3alias")),
            ("arn:aws:s3:us-west-2:123456789012:accesspoint/ap", point(Some("us-west-2"), Some("123456789012"), "ap")),
            ("arn:aws:s3:us-west-2:123456789012:accesspoint:ap", point(Some("us-west-2"), Some("123456789012"), "ap")),
            ("arn:aws:s3::123456789012:accesspoint/m.mrap", Name::MultiRegion { account: "123456789012", alias: "m.mrap" }),
            ("ap-o01ac5d28a6a232904e8xz5w8ijx1qzlbp3i3kuse10--op-s3", Name::OutpostsAlias),
        ] {
            assert_eq!(Name::of(bucket), expected);
        }
        let outposts = "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-1/accesspoint/ap";
        assert_eq!(Name::of(outposts), point(Some("us-west-2"), Some("123456789012"), outposts));
    }
}
