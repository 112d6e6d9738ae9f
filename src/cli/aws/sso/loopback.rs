//! The sign-in to IAM Identity Center in a browser of the same machine.

use super::{Manner, Portal, Registration, register};
use crate::Client;
use crate::cli::aws::browser::{self, PATH, Secrets};
use crate::cli::failure::Result;
use crate::cli::{interrupt, output};
use crate::value;
use crate::value::Value;

pub(super) fn sign_in(client: &Client, portal: &Portal, manner: Manner) -> Result<(Registration, Value)> {
    // Any port of the registered redirect is accepted.
    let registered = format!("http://127.0.0.1{PATH}");
    let registration = register(client, portal, &["authorization_code", "refresh_token"], Some(&registered))?;
    let (listener, redirect) = browser::listen(manner.port)?;
    let secrets = Secrets::new();
    let scopes = portal.scopes.join(" ");
    let query = [
        ("response_type", "code"),
        ("client_id", &registration.id),
        ("redirect_uri", &redirect),
        ("state", &secrets.state),
        ("code_challenge_method", "S256"),
        ("scopes", &scopes),
        ("code_challenge", &secrets.challenge),
    ];
    let page = browser::page(&format!("{}/authorize", client.endpoint_url().trim_end_matches('/')), &query);
    show(&page, manner)?;
    let code = browser::receive(&listener, &secrets.state)?;
    let params = value!({
        "grantType": "authorization_code", "code": code, "codeVerifier": secrets.verifier, "redirectUri": redirect,
        "clientId": registration.id.as_str(), "clientSecret": registration.secret.as_str(),
    });
    let token = interrupt::call(client, "create_token", params)?;
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
    browser::open(page);
    Ok(())
}
