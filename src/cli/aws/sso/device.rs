//! The sign-in with a code that the user enters on any device (RFC 8628).

use std::time::Duration;

use super::{Manner, Portal, Registration, register};
use crate::Client;
use crate::cli::aws::browser;
use crate::cli::failure::{Failure, Result};
use crate::cli::{interrupt, output};
use crate::value;
use crate::value::Value;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// How many seconds are added to the interval when the service asks for fewer requests.
const SLOW_DOWN: u64 = 5;

pub(super) fn sign_in(client: &Client, portal: &Portal, manner: Manner) -> Result<(Registration, Value)> {
    let registration = register(client, portal, &[GRANT, "refresh_token"], None)?;
    let started = client.call(
        "start_device_authorization",
        value!({
            "clientId": registration.id.as_str(), "clientSecret": registration.secret.as_str(), "startUrl": portal.start_url.as_str(),
        }),
    )?;
    let text = |key: &str| started[key].as_str().unwrap_or_default();
    show(text("verificationUri"), text("userCode"), text("verificationUriComplete"), manner)?;
    let seconds = |key: &str, usual: u64| started[key].as_int().and_then(|seconds| u64::try_from(seconds).ok()).unwrap_or(usual);
    let mut interval = seconds("interval", 5);
    let mut left = seconds("expiresIn", 600);
    let params = value!({
        "grantType": GRANT, "deviceCode": text("deviceCode"),
        "clientId": registration.id.as_str(), "clientSecret": registration.secret.as_str(),
    });
    loop {
        let outcome = interrupt::call(client, "create_token", params.clone());
        match outcome {
            Ok(token) => return Ok((registration, token)),
            Err(error) if error.code() == Some("SlowDownException") => interval += SLOW_DOWN,
            Err(error) if error.code() == Some("AuthorizationPendingException") => {}
            Err(error) if error.code() == Some("ExpiredTokenException") => return Err(expired()),
            Err(error) => return Err(error.into()),
        }
        if left < interval {
            return Err(expired());
        }
        left -= interval;
        interrupt::cancel().sleep(Duration::from_secs(interval));
    }
}

fn expired() -> Failure {
    Failure::general("The code has expired before you signed in. Run the command again.")
}

fn show(page: &str, code: &str, complete: &str, manner: Manner) -> Result<()> {
    if !manner.opens_browser {
        let text = format!(
            "Browser will not be automatically opened.\nPlease visit the following URL:\n\n{page}\n\nThen enter the code:\n\n{code}\n\n\
             Alternatively, you may visit the following URL which will autofill the code upon loading:\n{complete}"
        );
        return Ok(output::lines([text])?);
    }
    output::lines([format!(
        "Attempting to automatically open the SSO authorization page in your default browser.\nIf the browser does not open or you \
         wish to use a different device to authorize this request, open the following URL:\n\n{page}\n\nThen enter the code:\n\n{code}"
    )])?;
    browser::open(complete);
    Ok(())
}
