//! Prints the EC2 instances and the S3 buckets of several regions as a table.

use std::io::Write;

use tucuxi::{ErrorKind, Result, Session, Value, value};

/// The columns of the table, as JMESPath picks them from a page of each kind.
const INSTANCES: &str = "Reservations[].Instances[].[InstanceId, InstanceType, State.Name, Tags[?Key=='Name'].Value | [0] || '-']";
const BUCKETS: &str = "Buckets[].[Name, 'bucket', CreationDate, '-']";

/// Writes the table and returns the number of instances and buckets in it.
pub fn run(session: &Session, regions: &[&str], out: &mut impl Write) -> Result<usize> {
    let mut count = 0;
    writeln!(out, "{:<14} {:<24} {:<12} {:<26} NAME", "REGION", "ID", "TYPE", "STATE/CREATED")?;
    for region in regions {
        let rows = match rows(session, region) {
            Ok(rows) => rows,
            Err(error) => match (error.kind(), error.code()) {
                // The account has not enabled the region.
                (ErrorKind::Service, Some("OptInRequired" | "AuthFailure" | "InvalidClientTokenId")) => {
                    writeln!(out, "{region:<14} (not enabled)")?;
                    continue;
                }
                _ => return Err(error),
            },
        };
        for row in &rows {
            writeln!(out, "{region:<14} {:<24} {:<12} {:<26} {}", row[0], row[1], row[2], row[3])?;
        }
        count += rows.len();
    }
    Ok(count)
}

/// The instances and then the buckets of a region, from all pages.
fn rows(session: &Session, region: &str) -> Result<Vec<Value>> {
    let ec2 = session.client_builder("ec2").region(region).build()?;
    let alive = value!({"Filters": [{"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]}]});
    let instances = ec2.paginate("describe_instances", alive)?.page_size(100).search(INSTANCES)?;

    let s3 = session.client_builder("s3").region(region).build()?;
    let buckets = s3.paginate("list_buckets", value!({"BucketRegion": region}))?.search(BUCKETS)?;

    instances.chain(buckets).collect()
}
