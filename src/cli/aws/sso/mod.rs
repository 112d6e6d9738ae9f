//! `sso login` and `sso logout`: the token of IAM Identity Center, in the file where the AWS CLI and the SDKs look for it.

mod device;
mod loopback;

use std::path::{Path, PathBuf};

use super::custom::{Line, Options};
use super::files;
use super::globals::Globals;
use super::words::Arity;
use crate::cli::failure::{Failure, Result};
use crate::cli::output;
use crate::credentials::cache;
use crate::session::Session;
use crate::value;
use crate::value::{List, Map, Value};
use crate::{Client, Timestamp};

pub(super) const LOGIN: Options = &[
    ("sso-session", Arity::One, "The session of the configuration file. Default: that of the profile."),
    ("no-browser", Arity::None, "Prints the URL only."),
    ("use-device-code", Arity::None, "Signs in with a code that can be entered on any device."),
    ("redirect-port", Arity::One, "The port on loopback that receives the browser's redirect. Default: any free one."),
];

/// The scope that profiles need.
pub(super) const ACCOUNT_ACCESS: &str = "sso:account:access";

const CACHE: &str = "~/.aws/sso/cache";
const ROLE_CACHE: &str = "~/.aws/cli/cache";

/// What a sign-in needs: the portal, its region, and with a session its name and the scopes.
pub(super) struct Portal {
    pub session: Option<String>,
    pub start_url: String,
    pub region: String,
    pub scopes: Vec<String>,
}

/// How the user signs in.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    pub with_device_code: bool,
    pub opens_browser: bool,
    /// The port of the redirect; without one, the system chooses it.
    pub port: Option<u16>,
}

impl Portal {
    /// The portal of a session, or of the profile.
    ///
    /// # Errors
    /// 253 for a session that does not exist, and for missing settings.
    pub(super) fn find(session: &Session, name: Option<&str>) -> Result<Portal> {
        let name = name.map(str::to_owned).or_else(|| session.profile_text("sso_session").map(String::from));
        let invalid = |message: String| Failure { message, code: Failure::CONFIGURATION };
        let section = match &name {
            Some(name) => Some(session.sso_session(name).ok_or_else(|| {
                invalid(format!("The specified sso-session does not exist: \"{name}\". `configure sso-session` creates one."))
            })?),
            None => None,
        };
        let text = |key: &str| match &section {
            Some(section) => section.get(key).and_then(Value::as_str).map(str::to_owned),
            None => session.profile_text(key).map(String::from),
        };
        let (Some(start_url), Some(region)) = (text("sso_start_url"), text("sso_region")) else {
            let missing: Vec<&str> = ["sso_start_url", "sso_region"].into_iter().filter(|key| text(key).is_none()).collect();
            return Err(invalid(format!(
                "Missing the following required SSO configuration values: {}. To make sure this profile is properly configured to use \
                 SSO, please run: {} configure sso",
                missing.join(", "),
                crate::cli::program()
            )));
        };
        let scopes = text("sso_registration_scopes").unwrap_or_else(|| ACCOUNT_ACCESS.to_owned());
        let scopes = scopes.split(',').map(|scope| scope.trim().to_owned()).filter(|scope| !scope.is_empty()).collect();
        Ok(Portal { session: name, start_url, region, scopes })
    }

    /// The text whose hash is the name of the token's file.
    fn identity(&self) -> &str {
        self.session.as_deref().unwrap_or(&self.start_url)
    }
}

/// The registration of this program with the portal.
struct Registration {
    id: String,
    secret: String,
    expires: Timestamp,
}

fn register(client: &Client, portal: &Portal, grants: &[&str], redirect: Option<&str>) -> Result<Registration> {
    let name = match &portal.session {
        Some(session) => format!("tucuxi-client-{session}"),
        None => format!("tucuxi-client-{}", Timestamp::now().seconds()),
    };
    let texts = |texts: &[&str]| texts.iter().map(|text| Value::from(*text)).collect::<List>();
    let mut params = Map::from_iter([("clientName", Value::from(name)), ("clientType", "public".into())]);
    // A sign-in without a session knows neither scopes nor grants.
    if portal.session.is_some() {
        params.insert("scopes", portal.scopes.iter().map(|scope| Value::from(scope.as_str())).collect::<List>());
        params.insert("grantTypes", texts(grants));
    }
    if let Some(redirect) = redirect {
        params.insert("redirectUris", texts(&[redirect]));
        params.insert("issuerUrl", portal.start_url.as_str());
    }
    let response = crate::cli::interrupt::call(client, "register_client", params)?;
    let text = |key: &str| response[key].as_str().unwrap_or_default().to_owned();
    let expires = Timestamp::new(response["clientSecretExpiresAt"].as_int().unwrap_or_default(), 0);
    Ok(Registration { id: text("clientId"), secret: text("clientSecret"), expires })
}

/// Signs in, stores the token, and returns it.
///
/// # Errors
/// If the user does not sign in in time or is refused, or if the token cannot be stored.
pub(super) fn sign_in(globals: &Globals, session: &Session, portal: &Portal, manner: Manner) -> Result<String> {
    let client = globals.client(session, "sso-oidc")?.region(portal.region.as_str()).build()?;
    let with_device_code = manner.with_device_code || portal.session.is_none();
    let (registration, token) = match with_device_code {
        true => device::sign_in(&client, portal, manner)?,
        false => loopback::sign_in(&client, portal, manner)?,
    };
    let access = token["accessToken"].as_str().unwrap_or_default();
    if access.is_empty() {
        return Err(Failure::general("The response to the sign-in did not contain a token."));
    }
    let expires = Timestamp::new(Timestamp::now().seconds() + token["expiresIn"].as_int().unwrap_or_default(), 0);
    let mut record = Map::from_iter([
        ("startUrl", Value::from(portal.start_url.as_str())),
        ("region", portal.region.as_str().into()),
        ("accessToken", access.into()),
        ("expiresAt", expires.to_string().into()),
        ("clientId", registration.id.into()),
        ("clientSecret", registration.secret.into()),
        ("registrationExpiresAt", registration.expires.to_string().into()),
    ]);
    if let Some(refresh) = token["refreshToken"].as_str() {
        record.insert("refreshToken", refresh);
    }
    let folder = files::expand(CACHE);
    let stored = cache::save(&folder, &cache::sha1(portal.identity()), record);
    stored.map_err(|error| Failure::general(format!("{}: {error}", folder.display())))?;
    Ok(access.to_owned())
}

/// `sso login`.
///
/// # Errors
/// As [`Portal::find`] and [`sign_in`].
pub(super) fn login(line: &Line) -> Result<()> {
    let portal = Portal::find(&line.session, line.text("sso-session"))?;
    let manner =
        Manner { with_device_code: line.has("use-device-code"), opens_browser: !line.has("no-browser"), port: line.port("redirect-port")? };
    sign_in(&line.globals, &line.session, &portal, manner)?;
    Ok(output::lines([format!("Successfully logged into Start URL: {}", portal.start_url)])?)
}

/// `sso logout`: invalidates and removes all tokens, and the credentials that came from them.
///
/// # Errors
/// If a file cannot be removed. A token that the service refuses is removed as well.
pub(super) fn logout(line: &Line) -> Result<()> {
    for (path, record) in records(&files::expand(CACHE)) {
        let text = |key: &str| record[key].as_str().unwrap_or_default().to_owned();
        let (token, region) = (text("accessToken"), text("region"));
        if token.is_empty() {
            continue;
        }
        if !region.is_empty() {
            let client = line.client("sso")?.region(region).build()?;
            // It may have expired.
            let _ = client.call("logout", value!({"accessToken": token}));
        }
        files::remove(&path)?;
    }
    for (path, record) in records(&files::expand(ROLE_CACHE)) {
        if record["ProviderType"].as_str() == Some("sso") {
            files::remove(&path)?;
        }
    }
    Ok(())
}

/// The JSON files of a folder.
fn records(folder: &Path) -> Vec<(PathBuf, Value)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let json = entries.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    json.filter_map(|path| Some((path.clone(), serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()?))).collect()
}
