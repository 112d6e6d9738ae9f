//! Converts ureq's errors: kind, boto3's message, and the cause as source.

use std::io;

use ureq::Timeout;

use super::head::Malformed;
use super::trust;
use crate::error::{Error, ErrorKind};
use crate::http::{deadline_exceeded, mask};

/// The exchange that failed.
pub(super) struct Failure<'a> {
    pub url: &'a str,
    pub proxy: Option<&'a str>,
}

impl Failure<'_> {
    pub(super) fn error(&self, cause: ureq::Error) -> Error {
        let url = mask::url(self.url);
        let cause = match cause {
            ureq::Error::Timeout(Timeout::Global) => return deadline_exceeded(),
            ureq::Error::Io(error) => match error.downcast::<Error>() {
                Ok(own) => return own,
                Err(error) => ureq::Error::Io(error),
            },
            other => other,
        };
        if let Some(malformed) = inner::<Malformed>(&cause) {
            return malformed.error(&url);
        }
        let kind = match self.proxy {
            Some(_) if kind(&cause) == ErrorKind::Connect => ErrorKind::Proxy,
            _ => kind(&cause),
        };
        let message = match kind {
            ErrorKind::Tls => match inner::<rustls::Error>(&cause) {
                Some(error) => format!("SSL validation failed for {url} {}", trust::explanation(error)),
                None => format!("SSL validation failed for {url} {cause}"),
            },
            ErrorKind::Connect => format!("Could not connect to the endpoint URL: \"{url}\""),
            ErrorKind::Proxy => {
                format!("Failed to connect to proxy URL: \"{}\"", mask::url(self.proxy.unwrap_or_default()))
            }
            ErrorKind::ConnectTimeout => format!("Connect timeout on endpoint URL: \"{url}\""),
            ErrorKind::ReadTimeout => format!("Read timeout on endpoint URL: \"{url}\""),
            ErrorKind::ConnectionClosed => {
                format!("Connection was closed before we received a valid response from endpoint URL: \"{url}\".")
            }
            _ => format!("An HTTP Client raised an unhandled exception: {cause}"),
        };
        Error::new(kind, message).with_source(cause.into_io())
    }
}

/// The error of another crate inside an I/O error.
fn inner<E: std::error::Error + 'static>(cause: &ureq::Error) -> Option<&E> {
    let ureq::Error::Io(error) = cause else { return None };
    error.get_ref()?.downcast_ref()
}

fn kind(cause: &ureq::Error) -> ErrorKind {
    match cause {
        ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => ErrorKind::ConnectTimeout,
        ureq::Error::Timeout(_) => ErrorKind::ReadTimeout,
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => ErrorKind::Connect,
        ureq::Error::ConnectProxyFailed(_) | ureq::Error::InvalidProxyUrl => ErrorKind::Proxy,
        ureq::Error::Tls(_) | ureq::Error::TlsRequired => ErrorKind::Tls,
        ureq::Error::Protocol(_) | ureq::Error::LargeResponseHeader(..) => ErrorKind::ConnectionClosed,
        ureq::Error::Io(error) => io_kind(error),
        _ => ErrorKind::Http,
    }
}

fn io_kind(error: &io::Error) -> ErrorKind {
    if is_out_of_sockets(error) {
        return ErrorKind::Connect;
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::NetworkDown
        | io::ErrorKind::AddrNotAvailable => ErrorKind::Connect,
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::NotConnected
        | io::ErrorKind::UnexpectedEof => ErrorKind::ConnectionClosed,
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => ErrorKind::ReadTimeout,
        // rustls reports invalid certificates and records in this way.
        io::ErrorKind::InvalidData => ErrorKind::Tls,
        _ if is_lookup_failure(error) => ErrorKind::Connect,
        _ => ErrorKind::Http,
    }
}

/// Whether the process or the system cannot open another socket at the moment.
fn is_out_of_sockets(error: &io::Error) -> bool {
    // ENFILE and EMFILE, the same on all Unix systems; WSAEMFILE and WSAENOBUFS.
    const UNIX: [i32; 2] = [23, 24];
    const WINDOWS: [i32; 2] = [10024, 10055];
    error.raw_os_error().is_some_and(|code| if cfg!(windows) { WINDOWS.contains(&code) } else { UNIX.contains(&code) })
}

/// The standard library has no kind for host names that cannot be resolved.
fn is_lookup_failure(error: &io::Error) -> bool {
    const WINDOWS_HOST_ERRORS: std::ops::RangeInclusive<i32> = 11001..=11004;
    match error.raw_os_error() {
        Some(code) => cfg!(windows) && WINDOWS_HOST_ERRORS.contains(&code),
        None => error.to_string().starts_with("failed to lookup address information"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// It passes when other connections are closed, so it is retried like a refused connection.
    #[test]
    #[cfg(unix)]
    fn too_many_open_files_is_a_connection_failure() {
        for code in [23, 24] {
            let cause = ureq::Error::Io(io::Error::from_raw_os_error(code));
            let error = Failure { url: "http://h/", proxy: None }.error(cause);
            assert_eq!((error.kind(), error.message()), (ErrorKind::Connect, "Could not connect to the endpoint URL: \"http://h/\""));
        }
    }
}
