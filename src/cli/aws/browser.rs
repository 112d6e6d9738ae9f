//! A sign-in in a browser of the same machine: an authorization code with PKCE (RFC 7636), received on loopback (RFC 8252).

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use ring::digest;

use crate::cli::failure::{Failure, Result};
use crate::text::encoding::{form_decode, percent_encode};
use crate::text::random;

/// The path of the redirect.
pub(super) const PATH: &str = "/oauth/callback";

/// How long the user has to sign in.
const PATIENCE: Duration = Duration::from_secs(600);
/// How long a connection may take to send its request.
const READ: Duration = Duration::from_secs(3);

/// The secrets of one sign-in: who has seen the page's URL cannot use the code, and a code of another sign-in is refused.
pub(super) struct Secrets {
    pub state: String,
    pub verifier: String,
    pub challenge: String,
}

impl Secrets {
    pub(super) fn new() -> Secrets {
        let verifier = BASE64_URL_SAFE_NO_PAD.encode(random::bytes::<48>());
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()));
        Secrets { state: random::uuid(), verifier, challenge }
    }
}

/// The URL of a page with a query.
pub(super) fn page(url: &str, query: &[(&str, &str)]) -> String {
    let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={}", percent_encode(value, "-_.~"))).collect();
    format!("{url}?{}", query.join("&"))
}

/// A listener for the redirect of the browser, and the URL of the redirect. Without a port, the system chooses one.
///
/// # Errors
/// A usage failure if the port is in use.
pub(super) fn listen(port: Option<u16>) -> Result<(TcpListener, String)> {
    let listener = TcpListener::bind(("127.0.0.1", port.unwrap_or(0)));
    let listener = listener.map_err(|error| Failure::usage(format!("argument --redirect-port: {error}")))?;
    let redirect = format!("http://127.0.0.1:{}{PATH}", listener.local_addr()?.port());
    Ok((listener, redirect))
}

/// Serves the redirect of the browser until it has a code, or an error.
pub(super) fn receive(listener: &TcpListener, state: &str) -> Result<String> {
    listener.set_nonblocking(true)?;
    let started = Instant::now();
    loop {
        match listener.accept() {
            Ok((connection, _)) => {
                // Other requests are for a page icon, or a connection that the browser opened in advance.
                if let Ok(Some(outcome)) = answer(connection, state) {
                    return outcome;
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                if started.elapsed() > PATIENCE {
                    return Err(Failure::general("Nobody signed in within 10 minutes. Run the command again."));
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Answers a request; `None` if it is not the redirect.
fn answer(mut connection: TcpStream, state: &str) -> std::io::Result<Option<Result<String>>> {
    connection.set_nonblocking(false)?;
    connection.set_read_timeout(Some(READ))?;
    let mut line = String::new();
    BufReader::new(std::io::Read::take(&connection, 16 * 1024)).read_line(&mut line)?;
    let target = line.split(' ').nth(1).unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let outcome = (path == PATH).then(|| code_of(query, state));
    let (status, text) = match &outcome {
        None => ("404 Not Found", "There is nothing here."),
        Some(Ok(_)) => ("200 OK", "You are signed in. You can close this page and return to the terminal."),
        Some(Err(_)) => ("400 Bad Request", "The sign-in failed. The terminal says why."),
    };
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}", text.len());
    connection.write_all(format!("{head}\r\nConnection: close\r\n\r\n{text}").as_bytes())?;
    Ok(outcome)
}

/// The code in the query of the redirect.
pub(super) fn code_of(query: &str, state: &str) -> Result<String> {
    let value = |wanted: &str| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(name, _)| *name == wanted).map(|(_, value)| form_decode(value)).next()
    };
    if let Some(error) = value("error") {
        let why = value("error_description").unwrap_or_default();
        return Err(Failure::general(format!("The sign-in was refused: {error} {why}").trim_end().to_owned()));
    }
    match (value("code"), value("state")) {
        (Some(code), Some(own)) if own == state => Ok(code),
        (Some(_), _) => Err(Failure::general("The redirect of the browser belongs to another sign-in. Run the command again.")),
        (None, _) => Err(Failure::general("The redirect of the browser has no code. Run the command again.")),
    }
}

/// Opens a page in the user's browser: the program in `BROWSER`, or the usual one of the system. The page is printed
/// anyway, so that a browser that is missing does not matter.
pub(super) fn open(url: &str) {
    let usual: &[&str] = if cfg!(target_os = "macos") {
        &["open"]
    } else if cfg!(windows) {
        &["rundll32", "url.dll,FileProtocolHandler"]
    } else {
        &["xdg-open"]
    };
    let own = std::env::var("BROWSER").ok().filter(|browser| !browser.is_empty());
    let command: Vec<&str> = own.as_deref().map_or_else(|| usual.to_vec(), |browser| vec![browser]);
    let Some((program, arguments)) = command.split_first() else { return };
    let quiet = std::process::Stdio::null;
    let _ = std::process::Command::new(program).args(arguments).arg(url).stdin(quiet()).stdout(quiet()).stderr(quiet()).spawn();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_redirect_must_belong_to_the_sign_in() {
        assert_eq!(code_of("code=a%2Bb&state=s", "s").unwrap(), "a+b");
        let message = |query| code_of(query, "s").unwrap_err().message;
        assert!(message("code=a&state=t").contains("another sign-in"));
        assert!(message("state=s").contains("no code"));
        assert_eq!(message("error=access_denied&error_description=no+way"), "The sign-in was refused: access_denied no way");
    }
}
