//! RDS, and Neptune and DocumentDB, which descend from it: copies between regions.

use super::source_region::presign_database;
use crate::client::Setup;
use crate::error::Result;

const OPERATIONS: [&str; 5] = [
    "CopyDBClusterSnapshot",
    "CreateDBCluster",
    "CopyDBSnapshot",
    "CreateDBInstanceReadReplica",
    "StartDBInstanceAutomatedBackupsReplication",
];

pub(super) fn customize(setup: &mut Setup<'_>) -> Result<()> {
    OPERATIONS.iter().try_for_each(|operation| register(setup, operation))
}

/// Neptune and DocumentDB copy clusters only.
pub(super) fn customize_clusters(setup: &mut Setup<'_>) -> Result<()> {
    OPERATIONS[..2].iter().try_for_each(|operation| register(setup, operation))
}

fn register(setup: &Setup<'_>, operation: &str) -> Result<()> {
    setup.on(&format!("before-call.{}.{operation}", setup.service.hyphenized_service_id()?), presign_database)
}
