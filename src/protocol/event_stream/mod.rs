//! Streams of events: a response's body that is a sequence of frames, read one by one while the connection is open.
//!
//! Input streams are absent: an operation that sends events cannot be called.
//!
//! # Differs from boto3
//!
//! A stream that breaks off in the middle of a frame is an error, where boto3 ends as if it were complete.

mod events;
mod frame;

pub(super) use self::events::Events;
pub use self::frame::{Frame, FrameReader};
