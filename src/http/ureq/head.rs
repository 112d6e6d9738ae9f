//! Response heads: a status line and header lines, read as tolerantly as curl and browsers do.
//!
//! Proxies and S3-compatible stores send header lines that RFC 9112 forbids. Every line that has a name and a value is
//! accepted; lines that mean nothing are skipped. Only a broken status line and a contradictory body length are errors,
//! because then nobody knows where the response ends.

use std::borrow::Cow;
use std::fmt;
use std::io::Write;

use indexmap::IndexMap;
use indexmap::map::Entry;

use super::arriving::Framing;
use crate::error::{Error, ErrorKind};
use crate::http::{Headers, is_secret_header, mask};
use crate::value::Str;

type Fields = IndexMap<Str, Str, foldhash::fast::RandomState>;

/// A parsed response head.
#[derive(Debug)]
pub(super) struct Head {
    pub status: u16,
    /// The names in lowercase; fields of the same name are joined with a comma.
    pub headers: Headers,
    /// Where the body ends, if the response has one.
    pub framing: Framing,
    minor: u8,
    /// Whether the server closes the connection (`close`) or keeps it (`keep-alive`).
    connection: Vec<&'static str>,
}

impl Head {
    /// Whether a body follows. Responses to HEAD and those with the status 204 or 304 have none (RFC 9112, section 6.3).
    pub(super) fn has_body(&self, to_head: bool) -> bool {
        !to_head && !matches!(self.status, 204 | 304) && self.framing != Framing::Length(0)
    }

    /// The head for ureq: the status, whether the connection stays open, and a body of `length` bytes.
    pub(super) fn outline(&self, length: u8) -> Vec<u8> {
        let mut outline = Vec::with_capacity(128);
        let version = self.minor.min(1);
        let written = write!(outline, "HTTP/1.{version} {}\r\n", self.status)
            .and_then(|()| self.connection.iter().try_for_each(|connection| write!(outline, "connection: {connection}\r\n")))
            .and_then(|()| write!(outline, "content-length: {length}\r\n\r\n"));
        written.expect("a vector can be written to");
        outline
    }
}

/// A response that is not HTTP, or that is too large.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Malformed {
    Line { reason: &'static str, line: String },
    TooLarge { limit: usize },
}

impl Malformed {
    pub(super) fn line(reason: &'static str, line: &[u8]) -> Malformed {
        Malformed::Line { reason, line: excerpt(line) }
    }

    pub(super) fn error(&self, url: &str) -> Error {
        match self {
            Malformed::Line { .. } => Error::new(ErrorKind::InvalidResponse, format!("The response from {url} is not valid HTTP: {self}")),
            Malformed::TooLarge { .. } => Error::new(ErrorKind::ResponseTooLarge, format!("The response from {url} has {self}")),
        }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Malformed::Line { reason, line } => write!(f, "{reason}: \"{line}\""),
            Malformed::TooLarge { limit } => {
                write!(f, "headers of more than {limit} bytes. The setting max_response_header_size raises this limit.")
            }
        }
    }
}

impl std::error::Error for Malformed {}

/// Returns where the head ends: after the first empty line. `seen` bytes were searched before.
pub(super) fn end(bytes: &[u8], seen: usize) -> Option<usize> {
    let mut at = seen.saturating_sub(2);
    while let Some(newline) = bytes[at..].iter().position(|byte| *byte == b'\n').map(|i| at + i) {
        match &bytes[newline + 1..] {
            [b'\n', ..] => return Some(newline + 2),
            [b'\r', b'\n', ..] => return Some(newline + 3),
            _ => at = newline + 1,
        }
    }
    None
}

/// Checks that the bytes received so far can be the start of a response, so that another protocol is recognized at once.
pub(super) fn check_start(bytes: &[u8]) -> Result<(), Malformed> {
    const START: &[u8] = b"HTTP/";
    let length = bytes.len().min(START.len());
    if bytes[..length] == START[..length] {
        return Ok(());
    }
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let is_tls = matches!(bytes, [0x14..=0x17, 3, ..]);
    let reason = if is_tls { "the server answers with TLS; the URL should probably begin with https" } else { "bad status line" };
    Err(Malformed::line(reason, line))
}

/// Parses a whole head, including the empty line at its end.
pub(super) fn parse(bytes: &[u8]) -> Result<Head, Malformed> {
    let mut lines = bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let first = lines.next().unwrap_or_default();
    let (minor, status) = status_line(first).ok_or_else(|| Malformed::line("bad status line", first))?;
    if status == 101 {
        return Err(Malformed::line("the server switches to a protocol that was not requested", first));
    }
    let fields = fields(lines);
    let length = content_length(&fields)?;
    let chunked = minor > 0 && elements(&fields, "transfer-encoding").any(|coding| coding.eq_ignore_ascii_case("chunked"));

    let framing = match length {
        _ if chunked => Framing::Chunked,
        Some(length) => Framing::Length(length),
        None => Framing::UntilClose,
    };
    let known = |element: &str| ["close", "keep-alive"].into_iter().find(|known| element.eq_ignore_ascii_case(known));
    let connection = elements(&fields, "connection").filter_map(known).collect();
    Ok(Head { status, headers: fields.into_iter().collect(), framing, minor, connection })
}

/// The minor version of HTTP/1 and the status.
fn status_line(line: &[u8]) -> Option<(u8, u16)> {
    let rest = line.strip_prefix(b"HTTP/1.")?;
    let (minor, rest) = rest.split_first().filter(|(minor, _)| minor.is_ascii_digit())?;
    let rest = rest.trim_ascii_start();
    let (code, reason) = rest.split_at_checked(3)?;
    let valid = code.iter().all(u8::is_ascii_digit) && matches!(reason.first(), None | Some(b' ' | b'\t'));
    let status = str::from_utf8(code).ok()?.parse().ok().filter(|status| valid && *status >= 100)?;
    Some((minor - b'0', status))
}

/// The header fields with lowercase names. Lines without a name or a colon are skipped; a line that starts with white space
/// continues the one before (RFC 9112, section 5.2). Fields of the same name are joined.
fn fields<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Fields {
    /// Most responses have fewer fields.
    const USUAL: usize = 16;
    let mut fields = Fields::with_capacity_and_hasher(USUAL, Default::default());
    let mut last = None;
    for line in lines {
        if line.first().is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
            if let Some((_, value)) = last.and_then(|last| fields.get_index_mut(last)) {
                *value = joined(value, " ", text(line).trim());
            }
            continue;
        }
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = (text(&line[..colon]), text(&line[colon + 1..]));
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() {
            continue;
        }
        let entry = fields.entry(Str::lowercase(name));
        last = Some(entry.index());
        match entry {
            Entry::Occupied(mut known) => drop(known.insert(joined(known.get(), ", ", value))),
            Entry::Vacant(new) => drop(new.insert(value.into())),
        }
    }
    fields
}

fn joined(first: &str, separator: &str, second: &str) -> Str {
    [first, separator, second].concat().into()
}

/// UTF-8, or else Latin-1, which HTTP/1.1 once specified. CR and NUL become spaces (RFC 9110, section 5.5).
fn text(bytes: &[u8]) -> Cow<'_, str> {
    let spaced = |c| if matches!(c, '\r' | '\0') { ' ' } else { c };
    match str::from_utf8(bytes) {
        Ok(text) if memchr::memchr2(b'\r', b'\0', bytes).is_none() => text.into(),
        Ok(text) => text.chars().map(spaced).collect(),
        Err(_) => bytes.iter().map(|byte| spaced(char::from(*byte))).collect(),
    }
}

/// The elements of a field that is a list.
fn elements<'a>(fields: &'a Fields, name: &str) -> impl Iterator<Item = &'a str> {
    fields.get(name).into_iter().flat_map(|value| value.split(',')).map(str::trim)
}

/// The length of the body. A length that is repeated counts once (RFC 9112, section 6.3).
fn content_length(fields: &Fields) -> Result<Option<u64>, Malformed> {
    let mut found = None;
    for value in elements(fields, "content-length") {
        let bad = |reason| Malformed::line(reason, format!("content-length: {value}").as_bytes());
        let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        let length: u64 = value.parse().ok().filter(|_| digits).ok_or_else(|| bad("bad body length"))?;
        if found.is_some_and(|found| found != length) {
            return Err(bad("two different body lengths"));
        }
        found = Some(length);
    }
    Ok(found)
}

/// The start of a line as a message may show it: printable, and without secrets.
fn excerpt(line: &[u8]) -> String {
    const LONGEST: usize = 80;
    let line = text(line);
    let line = match line.split_once(':') {
        Some((name, _)) if is_secret_header(name.trim()) => format!("{name}: ***"),
        _ => line.split(' ').map(mask::url).collect::<Vec<_>>().join(" "),
    };
    let shown: String = line.trim().chars().take(LONGEST).flat_map(char::escape_debug).collect();
    if line.trim().chars().count() > LONGEST { shown + "…" } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &str) -> Vec<(String, String)> {
        let head = parse(format!("HTTP/1.1 200 OK\r\n{lines}\r\n").as_bytes()).unwrap();
        head.headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn malformed(head: &[u8]) -> String {
        parse(head).err().map(|malformed| malformed.to_string()).unwrap_or_default()
    }

    #[test]
    fn the_end_of_a_head_is_found_across_pieces() {
        for head in ["HTTP/1.1 200 OK\r\na: b\r\n\r\n", "HTTP/1.1 200 OK\na: b\n\n", "HTTP/1.1 200 OK\r\na: b\n\r\n"] {
            let whole = format!("{head}body\r\n\r\n");
            assert_eq!(end(whole.as_bytes(), 0), Some(head.len()), "{head:?}");
            for seen in 0..head.len() {
                assert_eq!(end(&whole.as_bytes()[..seen], 0), None, "{head:?}");
                assert_eq!(end(whole.as_bytes(), seen), Some(head.len()), "{head:?} {seen}");
            }
        }
    }

    #[test]
    fn header_lines_are_read_tolerantly() {
        for (line, name, value) in [
            ("x-amz-meta-größe: 1\r\n", "x-amz-meta-größe", "1"),
            ("X-Amz-Meta-File Name: a\r\n", "x-amz-meta-file name", "a"),
            ("file[0]: a\r\n", "file[0]", "a"),
            ("a : b\r\n", "a", "b"),
            ("a:b\r\n", "a", "b"),
            ("a:\r\n", "a", ""),
            ("no colon\r\na: b\r\n", "a", "b"),
            (": no name\r\na: b\r\n", "a", "b"),
            (" folded nowhere\r\na: b\r\n", "a", "b"),
            ("a: b\r\n\t c\r\n", "a", "b c"),
            ("a: b\0c\rd\x01\r\n", "a", "b c d\x01"),
            ("a: b\nc\n", "a", "b"),
        ] {
            assert_eq!(headers(line), [(name.to_owned(), value.to_owned())], "{line:?}");
        }
        let latin = parse(b"HTTP/1.1 200 OK\r\nx-\xe9: \xfc\r\n\r\n").unwrap();
        assert_eq!(latin.headers.get("x-é"), Some("ü"));
        let repeated = headers("a: 1\r\nb: x\r\nA: 2\r\n");
        assert_eq!(repeated, [("a".to_owned(), "1, 2".to_owned()), ("b".to_owned(), "x".to_owned())]);
    }

    #[test]
    fn the_framing_is_that_of_rfc_9112() {
        let framing = |head: &str| parse(head.as_bytes()).unwrap().framing;
        assert_eq!(framing("HTTP/1.1 200 OK\r\nX: y\r\nContent-Length : 5\r\n\r\n"), Framing::Length(5));
        assert_eq!(framing("HTTP/1.1 200\r\nContent-Length: 5, 5\r\n\r\n"), Framing::Length(5));
        assert_eq!(framing("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: Chunked\r\n\r\n"), Framing::Chunked);
        assert_eq!(framing("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), Framing::UntilClose);
        assert_eq!(framing("HTTP/1.1 200 OK\r\n\r\n"), Framing::UntilClose);
    }

    #[test]
    fn ureq_sees_the_status_and_whether_the_connection_stays_open() {
        let outline = |head: &str| String::from_utf8(parse(head.as_bytes()).unwrap().outline(1)).unwrap();
        assert_eq!(
            outline("HTTP/1.1 200 OK\r\nLocation: http://h/?secret\r\nConnection: Close, TE\r\n\r\n"),
            "HTTP/1.1 200\r\nconnection: close\r\ncontent-length: 1\r\n\r\n"
        );
        assert_eq!(outline("HTTP/1.0 404 \r\n\r\n"), "HTTP/1.0 404\r\ncontent-length: 1\r\n\r\n");
    }

    #[test]
    fn responses_without_a_body_are_recognized() {
        let has_body = |head: &str, to_head| parse(head.as_bytes()).unwrap().has_body(to_head);
        assert!(has_body("HTTP/1.1 200 OK\r\n\r\n", false));
        assert!(!has_body("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", true));
        assert!(!has_body("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false));
        assert!(!has_body("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", false));
        assert!(!has_body("HTTP/1.1 304 Not Modified\r\n\r\n", false));
    }

    #[test]
    fn a_head_that_cannot_be_parsed_is_quoted() {
        assert_eq!(malformed(b"HTTP/1.1 OK\r\n\r\n"), "bad status line: \"HTTP/1.1 OK\"");
        assert_eq!(malformed(b"HTTP/1.1 2000 OK\r\n\r\n"), "bad status line: \"HTTP/1.1 2000 OK\"");
        assert_eq!(malformed(b"HTTP/1.1 099 OK\r\n\r\n"), "bad status line: \"HTTP/1.1 099 OK\"");
        assert_eq!(malformed(b"HTTP/2 200 OK\r\n\r\n"), "bad status line: \"HTTP/2 200 OK\"");
        let lengths = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 7\r\n\r\n";
        assert_eq!(malformed(lengths), "two different body lengths: \"content-length: 7\"");
        assert_eq!(malformed(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"), "bad body length: \"content-length: -1\"");
        assert!(malformed(b"HTTP/1.1 101 Switching\r\n\r\n").contains("not requested"));

        let start = |bytes: &[u8]| check_start(bytes).err().map(|malformed| malformed.to_string()).unwrap_or_default();
        assert_eq!(start(b"SSH-2.0-x\r\nmore"), "bad status line: \"SSH-2.0-x\"");
        assert_eq!(start(b"HT"), "");
        assert!(start(b"\x15\x03\x01\0\x02").contains("https"));
        assert_eq!(start(b"Authorization: AWS4 Signature=1\r\n"), "bad status line: \"Authorization: ***\"");
        assert_eq!(start(b"GET /?X-Amz-Signature=abc HTTP/1.1\r\n"), "bad status line: \"GET /?X-Amz-Signature=*** HTTP/1.1\"");
        let long = start("ä".repeat(100).as_bytes());
        assert!(long.ends_with("…\"") && long.len() < 600, "{long}");
    }
}
