//! Imports JSON lines into a DynamoDB table and reads them back. Decimals keep their digits all the way.

use std::io::BufRead;
use std::thread::sleep;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tucuxi::{Client, Error, ErrorKind, List, Number, Result, Session, from_value, to_value, value};

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
    // The client of a resource takes plain values: `5` where the service has `{"N": "5"}`.
    let dynamodb = session.resource("dynamodb")?.client().clone();
    for batch in readings.chunks(BATCH) {
        write(&dynamodb, table, batch)?;
    }
    let pages = dynamodb.paginate("scan", value!({"TableName": table, "ConsistentRead": true}))?;
    let stored: Vec<Reading> = pages.items().map(|item| from_value(item?)).collect::<Result<_>>()?;
    match readings.iter().find(|reading| !stored.contains(reading)) {
        None => Ok(stored),
        Some(lost) => Err(Error::new(ErrorKind::Conversion, format!("the table has no item equal to {lost:?}"))),
    }
}

fn parse(lines: impl BufRead) -> Result<Vec<Reading>> {
    let readings = serde_json::Deserializer::from_reader(lines).into_iter::<Reading>().map(|reading| {
        // The message contains line and column.
        let reading = reading.map_err(|error| Error::new(ErrorKind::Conversion, format!("invalid input: {error}")))?;
        // DynamoDB returns `1.50` as `1.5`.
        Ok(Reading { level: reading.level.normalized(), ..reading })
    });
    readings.collect()
}

/// Writes a batch. DynamoDB may accept only a part of it and returns the rest.
fn write(dynamodb: &Client, table: &str, batch: &[Reading]) -> Result<()> {
    let puts = batch.iter().map(|reading| Ok(value!({"PutRequest": {"Item": to_value(reading)?}})));
    let mut unprocessed = value!({table: puts.collect::<Result<List>>()?});
    for attempt in 0..ATTEMPTS {
        unprocessed = match dynamodb.call("batch_write_item", value!({"RequestItems": unprocessed.clone()})) {
            Ok(response) => response["UnprocessedItems"].clone(),
            Err(error) => match (error.kind(), error.name()) {
                // The client has retried already. Nothing was written.
                (ErrorKind::Service, "ProvisionedThroughputExceededException") => unprocessed,
                (ErrorKind::Service, "ResourceNotFoundException") => {
                    return Err(Error::new(ErrorKind::Service, format!("create the table {table} first")).with_source(error));
                }
                _ => return Err(error),
            },
        };
        if unprocessed.is_empty() {
            return Ok(());
        }
        sleep(Duration::from_millis(50 << attempt));
    }
    Err(Error::new(ErrorKind::Service, format!("{} items were not accepted", unprocessed[table].len())))
}
