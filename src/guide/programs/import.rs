//! Imports JSON lines into a DynamoDB table and reads them back. Decimals keep their digits all the way.

use std::io::BufRead;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use tucuxi::{Client, List, Number, Session, dynamodb, value};

/// A line of the file and an item of the table. A [`Number`] has all digits of a decimal; an `f64` would round it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    pub station: String,
    pub day: String,
    pub level: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}

/// The most items that `BatchWriteItem` takes, and the number of attempts to write a batch completely.
const BATCH: usize = 25;
const ATTEMPTS: u32 = 8;

/// Imports all lines, or none if one of them is invalid, and returns the items of the table.
pub fn run(session: &Session, table: &str, lines: impl BufRead) -> Result<Vec<Reading>> {
    let readings = parse(lines)?;
    // Plain values: `5` where the service has `{"N": "5"}`.
    let client = dynamodb::plain(&session.client("dynamodb")?)?;
    for batch in readings.chunks(BATCH) {
        write(&client, table, batch)?;
    }

    let mut stored: Vec<Reading> = Vec::new();
    for item in client.paginate("scan", value!({"TableName": table, "ConsistentRead": true}))?.items() {
        stored.push(dynamodb::from_item(item?.try_into()?)?);
    }
    for reading in &readings {
        ensure!(stored.contains(reading), "the table has no item equal to {reading:?}");
    }
    Ok(stored)
}

fn parse(lines: impl BufRead) -> Result<Vec<Reading>> {
    let readings = serde_json::Deserializer::from_reader(lines).into_iter::<Reading>().map(|reading| {
        let reading = reading.context("invalid input")?;
        // DynamoDB returns `1.50` as `1.5`.
        Ok(Reading { level: reading.level.normalized(), ..reading })
    });
    readings.collect()
}

/// Writes a batch. DynamoDB may accept only a part of it and return the rest.
fn write(client: &Client, table: &str, batch: &[Reading]) -> Result<()> {
    let puts = batch.iter().map(|reading| Ok(value!({"PutRequest": {"Item": dynamodb::to_item(reading)?}})));
    let mut unprocessed = value!({table: puts.collect::<Result<List>>()?});
    for attempt in 0..ATTEMPTS {
        match client.call("batch_write_item", value!({"RequestItems": &unprocessed})) {
            Ok(response) if response["UnprocessedItems"].is_empty() => return Ok(()),
            Ok(response) => unprocessed = response["UnprocessedItems"].clone(),
            Err(error) => match error.name() {
                // Nothing was written, and the client has retried already.
                "ProvisionedThroughputExceededException" => {}
                "ResourceNotFoundException" => return Err(error).context(format!("create the table {table} first")),
                _ => return Err(error.into()),
            },
        }
        sleep(Duration::from_millis(50 << attempt));
    }
    bail!("DynamoDB did not accept {} items in {ATTEMPTS} attempts", unprocessed[table].len())
}
