//! `login` and `logout`: temporary credentials of the user of the AWS console, in the file from which the provider
//! [`login`](crate::credentials) reads and renews them.
//!
//! The user signs in in a browser, on this machine or, with `--remote`, on another one. The page is that of the AWS Sign-In
//! API (`AuthorizeOAuth2Access`); its code is exchanged with `CreateOAuth2Token` for credentials that are bound to a new key.

use std::path::PathBuf;

use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD, Engine as _};

use super::browser::{self, Secrets};
use super::configure::Section;
use super::custom::{Line, Options};
use super::files;
use super::words::Arity;
use crate::cli::failure::{Failure, Result};
use crate::cli::{interrupt, output, terminal};
use crate::credentials::cache;
use crate::credentials::dpop::ProofKey;
use crate::session::Session;
use crate::settings::Environment;
use crate::text::random;
use crate::value;
use crate::value::{Map, Value};
use crate::{Client, Timestamp};

pub(super) const LOGIN: Options = &[
    ("remote", Arity::None, "Prints the URL, for a browser on another machine, and asks for the code that the browser shows."),
    ("redirect-port", Arity::One, "The port on loopback that receives the browser's redirect. Default: any free one."),
];
pub(super) const LOGOUT: Options = &[("all", Arity::None, "Removes the credentials of all profiles.")];

const CACHE: &str = "~/.aws/login/cache";
const SAME_DEVICE: &str = "arn:aws:signin:::devtools/same-device";
const CROSS_DEVICE: &str = "arn:aws:signin:::devtools/cross-device";
const USUAL_REGION: &str = "us-east-1";

/// Settings that would take precedence over the sign-in, or would be lost beside it.
const OTHERS: [(&str, &str); 6] = [
    ("aws_access_key_id", "access keys"),
    ("role_arn", "a role"),
    ("web_identity_token_file", "a web identity"),
    ("sso_session", "IAM Identity Center"),
    ("sso_start_url", "IAM Identity Center"),
    ("credential_process", "a process"),
];

/// `login`.
///
/// # Errors
/// 253 for a profile that has credentials of another kind; 255 if the user is refused or does not sign in in time.
pub(super) fn login(line: &Line) -> Result<()> {
    let profile = profile(line);
    let own = Session::builder().profile(profile.as_str()).build().ok();
    let setting = |key: &str| own.as_ref().and_then(|session| session.profile_text(key)).map(String::from);
    if let Some((key, kind)) = OTHERS.into_iter().find(|(key, _)| setting(key).is_some()) {
        let message = format!(
            "The profile \"{profile}\" has credentials of another kind: {kind} ({key}).\n`{} login --profile NAME` creates another \
             profile.",
            crate::cli::program()
        );
        return Err(Failure { message, code: Failure::CONFIGURATION });
    }
    let configured = line.session.region().map(String::from).or_else(|| setting("region"));
    let region = match &configured {
        Some(region) => region.clone(),
        None => ask_region()?,
    };
    let client = line.client("signin")?.region(region.as_str()).build()?;
    let (record, session) = sign_in(line, &client, &region)?;
    let previous = setting("login_session");
    if previous.as_ref().is_some_and(|previous| *previous != session) && !confirmed(&profile, &previous.unwrap_or_default(), &session)? {
        return Err(Failure::general("The profile was not changed."));
    }
    let folder = folder();
    cache::save(&folder, &cache::sha256(&session), record).map_err(|error| Failure::general(format!("{}: {error}", folder.display())))?;
    let mut pairs = vec![("login_session", session.as_str())];
    if configured.is_none() {
        pairs.push(("region", &region));
    }
    Section::of_config(&profile)?.set(&pairs)?;
    let option = if profile == "default" { String::new() } else { format!(" --profile {profile}") };
    Ok(output::lines([
        format!("\nUpdated profile {profile} to use {session} credentials."),
        format!("To use them, run for example: {} sts get-caller-identity{option}", crate::cli::program()),
    ])?)
}

/// The profile of the option, the environment, or the default one.
fn profile(line: &Line) -> String {
    let environment = Environment::process();
    let variable = |name: &&str| environment.get(name).map(|name| name.to_string()).filter(|name| !name.is_empty());
    let configured = || ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"].iter().find_map(variable);
    line.globals.profile.clone().or_else(configured).unwrap_or_else(|| "default".to_owned())
}

fn folder() -> PathBuf {
    let environment = Environment::process();
    let folder = environment.get("AWS_LOGIN_CACHE_DIRECTORY").filter(|folder| !folder.is_empty());
    environment.expand(folder.as_deref().unwrap_or(CACHE))
}

fn ask_region() -> Result<String> {
    output::lines(["No AWS region is configured. It is written to the profile; `configure set region NAME` changes it later."])?;
    let answer = terminal::ask(&format!("AWS Region [{USUAL_REGION}]: "))?;
    Ok(if answer.trim().is_empty() { USUAL_REGION.to_owned() } else { answer.trim().to_owned() })
}

fn confirmed(profile: &str, previous: &str, session: &str) -> Result<bool> {
    let question = format!("\nThe profile {profile} uses the session {previous}.\nDo you want it to use {session} instead? (y/n): ");
    let answer = terminal::ask(&question)?;
    Ok(answer.trim().eq_ignore_ascii_case("y") || answer.trim().eq_ignore_ascii_case("yes"))
}

/// Signs in, and returns the record for the cache with the name of the session, which is the ARN of the user.
fn sign_in(line: &Line, client: &Client, region: &str) -> Result<(Map, String)> {
    let secrets = Secrets::new();
    // The page is at the endpoint of the operation.
    let example = value!({"tokenInput": {"clientId": SAME_DEVICE, "grantType": "authorization_code"}});
    let url = client.prepare("create_oauth2_token", example)?.url;
    let endpoint = url.split("/v1/token").next().unwrap_or_default().to_owned();
    let is_remote = line.has("remote");
    let (id, redirect, code) = if is_remote {
        let redirect = format!("{endpoint}/v1/sessions/confirmation");
        let page = authorization(&endpoint, CROSS_DEVICE, &redirect, &secrets);
        output::lines([format!("Browser will not be automatically opened.\nPlease visit the following URL:\n\n{page}\n")])?;
        let answer = terminal::ask("Please enter the authorization code displayed in the browser: ")?;
        (CROSS_DEVICE, redirect, pasted_code(answer.trim(), &secrets.state)?)
    } else {
        let (listener, redirect) = browser::listen(line.port("redirect-port")?)?;
        let page = authorization(&endpoint, SAME_DEVICE, &redirect, &secrets);
        output::lines([format!(
            "Attempting to open your default browser.\nIf the browser does not open, open the following URL:\n\n{page}\n\nIf this machine \
             has no browser, use --remote.\n"
        )])?;
        browser::open(&page);
        (SAME_DEVICE, redirect, browser::receive(&listener, &secrets.state)?)
    };
    let pem = ProofKey::new_pem().map_err(|error| Failure::general(error.to_string()))?;
    prove(client, &pem)?;
    let input = value!({
        "clientId": id, "grantType": "authorization_code", "code": code, "codeVerifier": secrets.verifier, "redirectUri": redirect,
    });
    let response = interrupt::call(client, "create_oauth2_token", value!({"tokenInput": input}))?;
    record(&response["tokenOutput"], id, pem, region)
}

fn authorization(endpoint: &str, id: &str, redirect: &str, secrets: &Secrets) -> String {
    let query = [
        ("response_type", "code"),
        ("client_id", id),
        ("state", &secrets.state),
        ("code_challenge_method", "SHA-256"),
        ("scope", "openid"),
        ("redirect_uri", redirect),
        ("code_challenge", &secrets.challenge),
    ];
    browser::page(&format!("{endpoint}/v1/authorize"), &query)
}

/// Adds the proof of possession of the key to each attempt.
fn prove(client: &Client, pem: &str) -> Result<()> {
    let key = ProofKey::from_pem(pem).ok_or_else(|| Failure::general("The new key cannot be read."))?;
    client.on("before-send.signin.CreateOAuth2Token", move |event| {
        if let Some(request) = event.request_mut() {
            let proof = key.proof(&request.url, Timestamp::now(), &random::uuid())?;
            request.headers.set("DPoP", proof);
        }
        Ok(())
    })?;
    Ok(())
}

/// The code that the user has copied: alone, or with the state as a query, which may be in base64.
fn pasted_code(text: &str, state: &str) -> Result<String> {
    let engines = [&BASE64_STANDARD, &BASE64_STANDARD_NO_PAD, &BASE64_URL_SAFE_NO_PAD];
    let decoded = engines.iter().find_map(|engine| String::from_utf8(engine.decode(text).ok()?).ok());
    let query = decoded.filter(|decoded| decoded.contains("code=")).unwrap_or_else(|| text.to_owned());
    match query.contains("code=") {
        true => browser::code_of(query.rsplit('?').next().unwrap_or_default(), state),
        false if text.is_empty() => Err(Failure::general("A code is required. Run the command again.")),
        false => Ok(text.to_owned()),
    }
}

/// The record of the cache, and the subject of the ID token.
fn record(output: &Value, id: &str, pem: String, region: &str) -> Result<(Map, String)> {
    let incomplete = |what: &str| Failure::general(format!("The response to the sign-in has no {what}."));
    let text = |value: &Value, name: &'static str| value[name].as_str().map(str::to_owned).ok_or_else(|| incomplete(name));
    let id_token = text(output, "idToken")?;
    let session = subject(&id_token).ok_or_else(|| incomplete("subject"))?;
    let life = output["expiresIn"].as_int().ok_or_else(|| incomplete("expiresIn"))?;
    let mut token = Map::new();
    for name in ["accessKeyId", "secretAccessKey", "sessionToken"] {
        token.insert(name, text(&output["accessToken"], name)?);
    }
    // arn:partition:service:region:account:resource
    if let Some(account) = session.split(':').nth(4).filter(|account| !account.is_empty()) {
        token.insert("accountId", account);
    }
    token.insert("expiresAt", Timestamp::new(Timestamp::now().seconds().saturating_add(life), 0).to_string());
    let record = Map::from_iter([
        ("accessToken", Value::from(token)),
        ("tokenType", output["tokenType"].clone()),
        ("refreshToken", text(output, "refreshToken")?.into()),
        ("idToken", id_token.into()),
        ("clientId", id.into()),
        ("dpopKey", pem.into()),
        ("signInRegion", region.into()),
    ]);
    Ok((record, session))
}

/// The subject in the payload of a JSON Web Token, which came from the service itself over TLS.
fn subject(token: &str) -> Option<String> {
    let payload = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?.trim_end_matches('=')).ok()?;
    let payload: serde_json::Value = serde_json::from_slice(&payload).ok()?;
    payload["sub"].as_str().filter(|subject| !subject.is_empty()).map(str::to_owned)
}

/// `logout`.
///
/// # Errors
/// 253 if the profile has no sign-in; 255 if a file cannot be removed.
pub(super) fn logout(line: &Line) -> Result<()> {
    let profiles = match line.has("all") {
        true => line.session.available_profiles()?.iter().map(|name| name.to_string()).collect(),
        false => vec![profile(line)],
    };
    let mut removed = Vec::new();
    for profile in profiles {
        let own = Session::builder().profile(profile.as_str()).build().ok();
        let session = own.and_then(|own| own.profile_text("login_session")).map(String::from);
        match session {
            Some(session) => {
                files::remove(&folder().join(format!("{}.json", cache::sha256(&session))))?;
                removed.push(format!("Removed the cached credentials of profile {profile}."));
            }
            None if line.has("all") => {}
            None => {
                let message = format!("The profile \"{profile}\" has no sign-in of `login`: no login_session is set.");
                return Err(Failure { message, code: Failure::CONFIGURATION });
            }
        }
    }
    if !removed.is_empty() {
        removed.push("Programs that have read them can use them until they expire, at most 15 minutes from now.".to_owned());
    }
    Ok(output::lines(removed)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_code_may_come_with_its_state() {
        assert_eq!(pasted_code("abc-123", "s").unwrap(), "abc-123");
        assert_eq!(pasted_code("code=a%2Fb&state=s", "s").unwrap(), "a/b");
        assert_eq!(pasted_code(&BASE64_STANDARD.encode("state=s&code=x"), "s").unwrap(), "x");
        assert!(pasted_code(&BASE64_STANDARD.encode("state=t&code=x"), "s").unwrap_err().message.contains("another sign-in"));
        assert_eq!(pasted_code("", "s").unwrap_err().message, "A code is required. Run the command again.");
    }

    #[test]
    fn the_subject_is_in_the_payload_of_the_token() {
        let token = format!("e30.{}.sig", BASE64_URL_SAFE_NO_PAD.encode(r#"{"sub":"arn:aws:iam::1:user/me"}"#));
        assert_eq!(subject(&token).as_deref(), Some("arn:aws:iam::1:user/me"));
        assert!(["", "a", "a.!.c", "a.e30.c"].iter().all(|token| subject(token).is_none()));
    }
}
