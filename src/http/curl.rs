//! Formats a request as a `curl` command line for POSIX shells.
//!
//! The signature covers what is sent, so curl must not change anything: the path stays as it is, globbing is off, and curl adds
//! no header that the service would store.

use super::request::{Body, Request};
use crate::error::{Error, ErrorKind, Result};
use crate::value::Bytes;
use base64::prelude::{BASE64_STANDARD, Engine};

/// How keys, tokens, and signatures are displayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// They are included. Anybody can use the text.
    Shown,
    /// They are replaced by `***`. The text can be passed on.
    Masked,
}

impl Request {
    /// Returns a `curl` command that sends the request.
    ///
    /// A binary body is piped from `base64`. A body that can be read only once is not read; the command takes it from its
    /// standard input. Masking covers the signature, credentials, and every parameter that the definition marks as sensitive,
    /// in the URL and the headers; a body with such a parameter is masked as a whole.
    ///
    /// ```
    /// use tucuxi::http::Secrets;
    /// use tucuxi::{Credentials, Session, value};
    ///
    /// let session = Session::builder().region("us-east-1").credentials(Credentials::new("AKID", "SECRET")).build()?;
    /// let mut request = session.client("sts")?.prepare("get_caller_identity", ())?;
    /// let command = request.to_curl(Secrets::Masked)?;
    /// assert!(command.contains("-X POST"));
    /// assert!(command.contains("-H 'Authorization: ***'"));
    /// assert!(command.contains("--data-binary 'Action=GetCallerIdentity&Version=2011-06-15'"));
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    ///
    /// # Errors
    /// Returns the error of reading the body, if it is a stream.
    pub fn to_curl(&mut self, secrets: Secrets) -> Result<String> {
        let masked = secrets == Secrets::Masked;
        let body = match masked && self.secrets.body {
            true => Content::Bytes(b"***".into()),
            false => content(&mut self.body)?,
        };
        let (before, data) = match &body {
            Content::None => (String::new(), None),
            Content::Input => (String::new(), Some("@-".to_owned())),
            Content::Bytes(bytes) => match std::str::from_utf8(bytes).ok().filter(|text| is_argument(text)) {
                Some(text) => (String::new(), Some(quoted(text))),
                None => (format!("printf %s {} | base64 -d | ", BASE64_STANDARD.encode(bytes)), Some("@-".to_owned())),
            },
        };
        let method = if self.method == "HEAD" { "--head".to_owned() } else { format!("-X {}", quoted_word(&self.method)) };
        let mut command = format!("{before}curl -sS --globoff --path-as-is {method}");
        for (name, value) in self.headers.iter() {
            let value = if masked && self.headers.is_secret(name) { "***" } else { value };
            // With only a colon after the name, curl would remove the header.
            let field = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
            command.push_str(&format!(" \\\n  -H {}", quoted(&field)));
        }
        if data.is_some() && !self.headers.contains("Content-Type") {
            command.push_str(" \\\n  -H 'Content-Type:'");
        }
        if let Some(data) = data {
            command.push_str(&format!(" \\\n  --data-binary {data}"));
        }
        let url = if masked { self.masked_url() } else { self.url.clone() };
        command.push_str(&format!(" \\\n  {}", quoted(&url)));
        Ok(command)
    }
}

/// The body that curl sends.
enum Content {
    None,
    Bytes(Bytes),
    /// Standard input.
    Input,
}

fn content(body: &mut Body) -> Result<Content> {
    Ok(match body {
        Body::Empty => Content::None,
        Body::Bytes(bytes) if bytes.is_empty() => Content::None,
        Body::Bytes(bytes) => Content::Bytes(bytes.clone()),
        Body::Reader(_) if !body.is_rewindable() => Content::Input,
        Body::Reader(_) => {
            let mut bytes = Vec::new();
            let read = body.scan(|piece| bytes.extend_from_slice(piece));
            read.map_err(|e| Error::new(ErrorKind::Stream, format!("The body cannot be read for the curl command: {e}")).with_source(e))?;
            Content::Bytes(bytes.into())
        }
    })
}

/// Whether the text can be passed as an argument: curl does not interpret it, and a shell can contain it.
fn is_argument(text: &str) -> bool {
    !text.starts_with('@') && !text.contains('\0') && text.len() <= 64 * 1024
}

fn quoted_word(word: &str) -> String {
    if word.bytes().all(|b| b.is_ascii_alphanumeric()) { word.to_owned() } else { quoted(word) }
}

/// Quotes a text with single quotes, in which a shell interprets nothing but the quote itself.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// The arguments that a shell passes to curl, one per line, and the content of the pipe.
    fn run(command: &str) -> String {
        let shell = format!("curl() {{ for a in \"$@\"; do printf '<%s>' \"$a\"; if [ \"$a\" = @- ]; then cat; fi; done; }}\n{command}");
        let output = Command::new("sh").args(["-c", &shell]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    #[test]
    fn a_shell_hands_over_what_the_request_has() {
        let mut request = Request::new("PUT", "https://h.com/a'b/../$HOME/[1]?x=*&y");
        request.headers.set("X-Quote", "it's `id` \"$HOME\"");
        request.headers.set("X-Empty", "");
        request.body = "{\"a\": 'é\n'}".as_bytes().into();
        let handed = run(&request.to_curl(Secrets::Shown).unwrap());
        assert_eq!(
            handed,
            "<-sS><--globoff><--path-as-is><-X><PUT><-H><X-Quote: it's `id` \"$HOME\"><-H><X-Empty;><-H><Content-Type:>\
             <--data-binary><{\"a\": 'é\n'}><https://h.com/a'b/../$HOME/[1]?x=*&y>"
        );
    }

    #[test]
    fn bytes_go_through_a_pipe_and_a_reader_is_left_to_the_input() {
        let mut request = Request::new("POST", "http://h.com/");
        request.headers.set("Content-Type", "text/plain");
        request.body = b"\x00a".into();
        assert!(run(&request.to_curl(Secrets::Shown).unwrap()).ends_with("<--data-binary><@->\0a<http://h.com/>"));
        request.body = b"@file".into();
        assert!(run(&request.to_curl(Secrets::Shown).unwrap()).contains("<@->@file"));
        let stream = crate::Stream::from_reader(&b"once"[..]);
        request.body = Body::Reader(stream.take().unwrap());
        assert!(request.to_curl(Secrets::Shown).unwrap().contains("--data-binary @-"));
        let stream = crate::Stream::from_seekable(std::io::Cursor::new(b"again".to_vec())).unwrap();
        request.body = Body::Reader(stream.take().unwrap());
        assert!(request.to_curl(Secrets::Shown).unwrap().contains("--data-binary 'again'"));
        assert_eq!(request.body.length(), Some(5));
    }

    #[test]
    fn masked_nobody_can_use_it() {
        let mut request = Request::new("HEAD", "https://h.com/k?X-Amz-Signature=abc&versionId=1");
        request.headers.set("authorization", "AWS4-HMAC-SHA256 Credential=A");
        request.headers.set("X-Amz-Security-Token", "abc");
        let command = request.to_curl(Secrets::Masked).unwrap();
        assert!(!command.contains("abc") && !command.contains("AWS4"));
        assert!(command.contains("--head") && command.contains("versionId=1") && command.contains("-H 'authorization: ***'"));
    }
}
