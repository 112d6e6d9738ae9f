//! Scanning the segments of a table in parallel.

use std::collections::VecDeque;
use std::fmt;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::client::{Client, params_map};
use crate::error::Result;
use crate::http::{Cancel, canceled};
use crate::text::invalid;
use crate::value::{Map, Value};

/// The default number of segments.
const SEGMENTS: usize = 4;

/// The maximum number of segments that DynamoDB supports, 1,000,000, would be as many threads.
const MAX_SEGMENTS: usize = 1000;

/// How often an iterator that waits for a page checks whether it is canceled.
const TICK: Duration = Duration::from_millis(20);

/// Returns a scan that reads the segments of a table in parallel.
///
/// `params` are those of the operation `scan`, without `Segment` and `TotalSegments`. A `FilterExpression` can be a
/// [`Condition`](super::Condition) if the client has plain values.
///
/// ```no_run
/// use tucuxi::{Session, dynamodb, value};
///
/// let table = Session::new()?.resource("dynamodb")?.resource("Table", "fish")?;
/// for item in dynamodb::scan(table.client(), value!({"TableName": "fish"}))?.segments(8) {
///     println!("{}", item?["name"]);
/// }
/// # Ok::<(), tucuxi::Error>(())
/// ```
///
/// # Errors
/// Returns [`ErrorKind::ParamValidation`](crate::ErrorKind::ParamValidation) if the parameters are not a map or contain
/// `Segment` or `TotalSegments`.
pub fn scan(client: &Client, params: impl Into<Value>) -> Result<Scan> {
    let params = params_map(params.into())?;
    if let Some(name) = ["Segment", "TotalSegments"].into_iter().find(|name| params.contains_key(name)) {
        return Err(invalid(format_args!("{name} is set by the scan; use segments")));
    }
    Ok(Scan { client: client.clone(), params, segments: SEGMENTS, cancel: None, deadline: None })
}

/// A parallel scan, from [`scan`]. Iterating over it starts one thread per segment.
#[derive(Clone, Debug)]
#[must_use = "a scan makes no call until it is iterated over"]
pub struct Scan {
    client: Client,
    params: Map,
    segments: usize,
    cancel: Option<Cancel>,
    deadline: Option<Duration>,
}

impl Scan {
    /// Sets the number of segments, which are read at the same time: 4 by default, at least 1, and at most 1000.
    pub fn segments(mut self, segments: usize) -> Scan {
        self.segments = segments.clamp(1, MAX_SEGMENTS);
        self
    }

    /// Sets the time limit for the whole scan, counted from the start of the iteration. The iterator then ends with an error of
    /// kind [`Deadline`](crate::ErrorKind::Deadline).
    pub fn deadline(mut self, total: Duration) -> Scan {
        self.deadline = Some(total);
        self
    }

    /// Sets the handle with which another thread can cancel the scan. The iterator then ends with an error of kind
    /// [`Canceled`](crate::ErrorKind::Canceled).
    pub fn cancel(mut self, cancel: &Cancel) -> Scan {
        self.cancel = Some(cancel.clone());
        self
    }
}

impl IntoIterator for Scan {
    type Item = Result<Value>;
    type IntoIter = ScanItems;

    fn into_iter(self) -> ScanItems {
        // One page per segment can wait; then the threads wait for the iterator.
        let (sender, pages) = sync_channel(self.segments);
        let stop = Cancel::new();
        let started = Instant::now();
        for segment in 0..self.segments {
            let (scan, sender, stop) = (self.clone(), sender.clone(), stop.clone());
            thread::spawn(move || {
                for page in scan.pages(segment, started, &stop) {
                    let failed = page.is_err();
                    if sender.send(page).is_err() || failed {
                        break;
                    }
                }
            });
        }
        ScanItems { pages: Some(pages), items: VecDeque::new(), cancel: self.cancel, stop }
    }
}

impl Scan {
    /// The pages of one segment.
    fn pages(&self, segment: usize, started: Instant, stop: &Cancel) -> Box<dyn Iterator<Item = Result<Value>>> {
        let mut params = self.params.clone();
        params.insert("Segment", segment);
        params.insert("TotalSegments", self.segments);
        match self.client.paginate("scan", params) {
            Ok(pages) => match self.deadline {
                Some(total) => Box::new(pages.cancel(stop).deadline(total.saturating_sub(started.elapsed()))),
                None => Box::new(pages.cancel(stop)),
            },
            Err(error) => Box::new(std::iter::once(Err(error))),
        }
    }
}

/// The items of all segments, in no particular order. The iterator ends after an error.
///
/// At most one page per segment is read ahead. Dropping the iterator cancels the calls of its threads.
pub struct ScanItems {
    /// `None` after an error.
    pages: Option<Receiver<Result<Value>>>,
    items: VecDeque<Value>,
    cancel: Option<Cancel>,
    stop: Cancel,
}

impl Iterator for ScanItems {
    type Item = Result<Value>;

    fn next(&mut self) -> Option<Result<Value>> {
        loop {
            if let Some(item) = self.items.pop_front() {
                return Some(Ok(item));
            }
            let pages = self.pages.as_ref()?;
            if self.cancel.as_ref().is_some_and(Cancel::is_canceled) {
                return self.end(canceled());
            }
            match pages.recv_timeout(TICK) {
                Ok(Ok(page)) => self.items.extend(page["Items"].into_iter().cloned()),
                Ok(Err(error)) => return self.end(error),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => self.pages = None,
            }
        }
    }
}

impl std::iter::FusedIterator for ScanItems {}

impl ScanItems {
    fn end(&mut self, error: crate::error::Error) -> Option<Result<Value>> {
        self.stop.cancel();
        self.pages = None;
        Some(Err(error))
    }
}

impl Drop for ScanItems {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl fmt::Debug for ScanItems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScanItems").field("waiting", &self.items.len()).finish_non_exhaustive()
    }
}
