//! Processes the messages of an SQS queue with several threads until it is canceled.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use tucuxi::{Cancel, Client, ErrorKind, Result, Session, Value, value};

pub struct Worker {
    pub session: Session,
    pub queue: String,
    pub threads: usize,
    /// How long a received message is hidden from other receivers: longer than the work on ten messages takes.
    pub visibility_timeout: Duration,
}

/// The number of messages that were processed, and the number of failures.
#[derive(Debug, Default)]
pub struct Counts {
    pub done: AtomicUsize,
    pub failed: AtomicUsize,
}

/// Calls `work` with the body of each message, and deletes the message if it succeeds. Otherwise the message is delivered
/// again after the visibility timeout, or moved to the queue's dead-letter queue.
///
/// After `cancel`, a thread that waits for messages stops at once, and a thread that works finishes its message.
pub fn run(worker: &Worker, cancel: &Cancel, work: impl Fn(&str) -> anyhow::Result<()> + Sync) -> Result<Counts> {
    let sqs = worker.session.client("sqs")?;
    let url = sqs.call("get_queue_url", value!({"QueueName": &worker.queue}))?["QueueUrl"].clone();
    let counts = Counts::default();
    let one = || {
        let _all = CancelOnExit(cancel);
        receive(worker, &sqs, &url, cancel, |message| match cancel.is_canceled() {
            true => give_back(&sqs, &url, message),
            false => process(&sqs, &url, message, &counts, &work),
        })
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..worker.threads).map(|_| scope.spawn(one)).collect();
        let outcomes: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic))).collect();
        outcomes.into_iter().collect::<Result<()>>()
    })?;
    Ok(counts)
}

/// Stops all threads when one ends, be it with an error or a panic.
struct CancelOnExit<'c>(&'c Cancel);

impl Drop for CancelOnExit<'_> {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

fn receive(worker: &Worker, sqs: &Client, url: &Value, cancel: &Cancel, handle: impl Fn(&Value) -> Result<()>) -> Result<()> {
    let hidden = worker.visibility_timeout.as_secs();
    // Without messages, the service takes 20 seconds to respond.
    let params = value!({"QueueUrl": url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 20, "VisibilityTimeout": hidden});
    while !cancel.is_canceled() {
        match sqs.request("receive_message", params.clone()).cancel(cancel).send() {
            Ok(response) => response["Messages"].into_iter().try_for_each(&handle)?,
            Err(error) => match error.kind() {
                ErrorKind::Canceled => break,
                // The client has retried already; a worker is more patient.
                _ if error.is_retryable() => cancel.sleep(Duration::from_secs(5)),
                _ => return Err(error),
            },
        }
    }
    Ok(())
}

fn process(sqs: &Client, url: &Value, message: &Value, counts: &Counts, work: impl Fn(&str) -> anyhow::Result<()>) -> Result<()> {
    match work(message["Body"].as_str().unwrap_or_default()) {
        Ok(()) => {
            sqs.call("delete_message", value!({"QueueUrl": url, "ReceiptHandle": &message["ReceiptHandle"]}))?;
            counts.done.fetch_add(1, Relaxed);
        }
        Err(error) => {
            eprintln!("message {}: {error:#}", message["MessageId"]);
            counts.failed.fetch_add(1, Relaxed);
        }
    }
    Ok(())
}

/// Makes a message that was received but not processed visible again, so that it is not lost for the timeout.
fn give_back(sqs: &Client, url: &Value, message: &Value) -> Result<()> {
    let params = value!({"QueueUrl": url, "ReceiptHandle": &message["ReceiptHandle"], "VisibilityTimeout": 0});
    sqs.call("change_message_visibility", params).map(|_| ())
}
