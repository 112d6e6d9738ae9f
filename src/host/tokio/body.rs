//! Bodies between blocking and async readers and writers.

use std::future::Future;
use std::io::{self, Read, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use ::tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use ::tokio::runtime::Handle;
use ::tokio::task::{JoinHandle, spawn_blocking};

use super::ended;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Cancel;
use crate::value::{Stream, StreamReader};

/// How much is read at a time.
const CHUNK: usize = 64 * 1024;

/// The body of a response, whose reads run on the blocking pool; see [`Stream::into_async_read`].
pub struct AsyncBody {
    state: State,
    /// The part that was read last, and how much of it was passed on.
    chunk: Vec<u8>,
    position: usize,
    stream: Stream,
}

enum State {
    Idle(StreamReader),
    Running(JoinHandle<(StreamReader, Vec<u8>, io::Result<usize>)>),
    Done,
}

impl Stream {
    /// Takes a body for reading with tokio. Dropping the reader during a read ends it if the response came from an async call; otherwise the
    /// read ends with the next bytes or at the read timeout.
    ///
    /// # Errors
    /// `Stream` if the body was already taken, or if this is a stream of events.
    pub fn into_async_read(&self) -> Result<AsyncBody> {
        let reader =
            self.take().ok_or_else(|| Error::new(ErrorKind::Stream, "The body was already taken, or it is a stream of events."))?;
        Ok(AsyncBody { state: State::Idle(reader), chunk: Vec::new(), position: 0, stream: self.clone() })
    }

    /// Creates a body of a request from an async reader, which is polled by the thread of the call, within the runtime that this function is
    /// called in. It can be read only once; see [`from_reader`](Self::from_reader).
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn from_async_read(reader: impl AsyncRead + Send + Unpin + 'static, length: Option<u64>) -> Stream {
        let reader = Blocking::new(reader, None);
        match length {
            Some(length) => Stream::from_reader_with_length(reader, length),
            None => Stream::from_reader(reader),
        }
    }
}

impl AsyncRead for AsyncBody {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let body = &mut *self;
        loop {
            if body.position < body.chunk.len() {
                let count = buffer.remaining().min(body.chunk.len() - body.position);
                buffer.put_slice(&body.chunk[body.position..body.position + count]);
                body.position += count;
                return Poll::Ready(Ok(()));
            }
            match std::mem::replace(&mut body.state, State::Done) {
                State::Done => return Poll::Ready(Ok(())),
                State::Idle(mut reader) => {
                    let mut chunk = std::mem::take(&mut body.chunk);
                    body.position = 0;
                    body.state = State::Running(spawn_blocking(move || {
                        chunk.resize(CHUNK, 0);
                        let read = reader.read(&mut chunk);
                        (reader, chunk, read)
                    }));
                }
                State::Running(mut running) => {
                    let Poll::Ready(step) = Pin::new(&mut running).poll(context) else {
                        body.state = State::Running(running);
                        return Poll::Pending;
                    };
                    let (reader, mut chunk, read) = step.map_err(ended)?;
                    let count = read?;
                    chunk.truncate(count);
                    body.chunk = chunk;
                    if count > 0 {
                        body.state = State::Idle(reader);
                    }
                }
            }
        }
    }
}

impl Drop for AsyncBody {
    fn drop(&mut self) {
        if let State::Running(running) = &self.state {
            self.stream.interrupt();
            running.abort();
        }
    }
}

/// An async reader or writer, used by a thread that may block.
pub(super) struct Blocking<T> {
    inner: T,
    runtime: Handle,
    cancel: Option<Cancel>,
}

impl<T: Unpin> Blocking<T> {
    /// # Panics
    /// Outside of a tokio runtime.
    pub(super) fn new(inner: T, cancel: Option<&Cancel>) -> Blocking<T> {
        Blocking { inner, runtime: Handle::current(), cancel: cancel.cloned() }
    }

    /// Polls until the result is there or the call is canceled. Only wakes this thread, so that it works on every thread, those of a
    /// transfer and those of a runtime too.
    fn wait<R>(&mut self, mut poll: impl FnMut(Pin<&mut T>, &mut Context<'_>) -> Poll<io::Result<R>>) -> io::Result<R> {
        let _runtime = self.runtime.enter();
        let thread = Arc::new(Unpark(thread::current()));
        let _canceled = self.cancel.as_ref().map(|cancel| {
            let thread = Arc::clone(&thread);
            cancel.on_cancel(move || thread.0.unpark())
        });
        let waker = Waker::from(Arc::clone(&thread));
        let mut context = Context::from_waker(&waker);
        loop {
            if let Some(cancel) = &self.cancel {
                cancel.check()?;
            }
            match poll(Pin::new(&mut self.inner), &mut context) {
                Poll::Ready(result) => return result,
                Poll::Pending => thread::park(),
            }
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

impl<T: AsyncRead + Unpin> Read for Blocking<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut buffer = ReadBuf::new(buffer);
        self.wait(|inner, context| inner.poll_read(context, &mut buffer))?;
        Ok(buffer.filled().len())
    }
}

impl<T: AsyncWrite + Unpin> Write for Blocking<T> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.wait(|inner, context| inner.poll_write(context, buffer))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.wait(|inner, context| inner.poll_flush(context))
    }
}
