//! The sign-in in a browser of the same machine: an authorization code with PKCE (RFC 7636), received on loopback (RFC 8252).

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use ring::digest;

use super::{Manner, Portal, Registration, open_browser, register};
use crate::Client;
use crate::cli::failure::{Failure, Result};
use crate::cli::{interrupt, output};
use crate::text::encoding::{form_decode, percent_encode};
use crate::text::random;
use crate::value;
use crate::value::Value;

/// The redirect as it is registered: any port of it is accepted.
const REDIRECT: &str = "http://127.0.0.1/oauth/callback";
const PATH: &str = "/oauth/callback";

/// How long the user has to sign in.
const PATIENCE: Duration = Duration::from_secs(600);
/// How long a connection may take to send its request.
const READ: Duration = Duration::from_secs(3);

pub(super) fn sign_in(client: &Client, portal: &Portal, manner: Manner) -> Result<(Registration, Value)> {
    let registration = register(client, portal, &["authorization_code", "refresh_token"], Some(REDIRECT))?;
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let redirect = format!("http://127.0.0.1:{}{PATH}", listener.local_addr()?.port());
    let state = random::uuid();
    let verifier = BASE64_URL_SAFE_NO_PAD.encode(random::bytes::<48>());
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()));
    let scopes = portal.scopes.join(" ");
    let query = [
        ("response_type", "code"),
        ("client_id", &registration.id),
        ("redirect_uri", &redirect),
        ("state", &state),
        ("code_challenge_method", "S256"),
        ("scopes", &scopes),
        ("code_challenge", &challenge),
    ];
    let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={}", percent_encode(value, "-_.~"))).collect();
    let page = format!("{}/authorize?{}", client.endpoint_url().trim_end_matches('/'), query.join("&"));
    show(&page, manner)?;
    let code = receive(&listener, &state)?;
    let params = value!({
        "grantType": "authorization_code", "code": code, "codeVerifier": verifier, "redirectUri": redirect,
        "clientId": registration.id.as_str(), "clientSecret": registration.secret.as_str(),
    });
    let token = client.request("create_token", params).cancel(interrupt::cancel()).send()?;
    Ok((registration, token))
}

fn show(page: &str, manner: Manner) -> Result<()> {
    if !manner.opens_browser {
        return Ok(output::lines([format!("Browser will not be automatically opened.\nPlease visit the following URL:\n\n{page}\n")])?);
    }
    output::lines([format!(
        "Attempting to automatically open the SSO authorization page in your default browser.\nIf the browser does not open, open the \
         following URL:\n\n{page}\n"
    )])?;
    open_browser(page);
    Ok(())
}

/// Serves the redirect of the browser until it has a code, or an error.
fn receive(listener: &TcpListener, state: &str) -> Result<String> {
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
fn code_of(query: &str, state: &str) -> Result<String> {
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
