//! `configure sso` and `configure sso-session`: profiles for the accounts and roles of IAM Identity Center.

use super::Line;
use super::file::Section;
use super::interactive::profile_session;
use crate::cli::aws::sso::{ACCOUNT_ACCESS, Manner, Portal, sign_in};
use crate::cli::failure::{Failure, Result};
use crate::cli::{output, terminal};
use crate::session::Session;
use crate::value;
use crate::value::{Map, Value};

/// Asks for the settings of a session and writes them.
///
/// # Errors
/// If standard input ends early or the file cannot be written.
pub(super) fn session(line: &Line) -> Result<()> {
    let session = definitions_session(line)?;
    let name = required("SSO session name: ")?;
    let known = session.sso_session(&name).unwrap_or_default();
    ask_session(&name, &known)?;
    Ok(output::lines([format!(
        "\nCompleted configuring SSO session: {name}\nRun the following to login and refresh access token for this session:\n\n\
         aws sso login --sso-session {name}"
    )])?)
}

/// Asks for a session, signs in, lets the user choose an account and a role, and writes the profile.
///
/// # Errors
/// As [`session`] and [`sign_in`]; 255 if no account or role is available.
pub(super) fn profile(line: &Line) -> Result<()> {
    let session = definitions_session(line)?;
    let name = terminal::ask("SSO session name (Recommended): ")?.trim().to_owned();
    let portal = match name.as_str() {
        // Without a session, the profile has the settings itself.
        "" => {
            output::note("WARNING: Configuring using legacy format (e.g. without an SSO session).");
            let start_url = asked("SSO start URL", None)?;
            Portal { session: None, start_url, region: asked("SSO region", None)?, scopes: Vec::new() }
        }
        name => match session.sso_session(name) {
            Some(known) if known.contains_key("sso_start_url") && known.contains_key("sso_region") => Portal::find(&session, Some(name))?,
            known => ask_session(name, &known.unwrap_or_default())?,
        },
    };
    let manner = Manner { with_device_code: line.has("use-device-code"), opens_browser: !line.has("no-browser"), port: None };
    let token = sign_in(&line.globals, &session, &portal, manner)?;
    let sso = line.globals.client(&session, "sso")?.region(portal.region.as_str()).build()?;
    let accounts = sso.paginate("list_accounts", value!({"accessToken": token.as_str()}))?.build_full_result()?;
    let account = choose(&accounts["accountList"], "AWS accounts", |account| {
        let text = |key: &str| account[key].as_str().unwrap_or_default();
        format!("{}, {} ({})", text("accountName"), text("emailAddress"), text("accountId"))
    })?;
    let id = account["accountId"].as_str().unwrap_or_default().to_owned();
    output::lines([format!("Using the account ID {id}")])?;
    let roles = sso.paginate("list_account_roles", value!({"accessToken": token, "accountId": id.as_str()}))?.build_full_result()?;
    let role = choose(&roles["roleList"], "roles", |role| role["roleName"].as_str().unwrap_or_default().to_owned())?;
    let role = role["roleName"].as_str().unwrap_or_default().to_owned();
    output::lines([format!("Using the role name \"{role}\"")])?;
    let current = line.globals.profile.as_deref().and_then(|name| profile_session(name).ok());
    let known = |key: &str| current.as_ref().and_then(|session| session.profile_text(key)).map(String::from);
    let region = optional("Default client Region", known("region"))?;
    let format = optional("CLI default output format (json if not specified)", known("output"))?;
    let suggested = line.globals.profile.clone().unwrap_or_else(|| format!("{role}-{id}"));
    let profile = match terminal::ask(&format!("Profile name [{suggested}]: "))?.trim() {
        "" => suggested,
        name => name.to_owned(),
    };
    let mut pairs: Vec<(&str, &str)> = match &portal.session {
        Some(name) => vec![("sso_session", name)],
        None => vec![("sso_start_url", &portal.start_url), ("sso_region", &portal.region)],
    };
    pairs.extend([("sso_account_id", id.as_str()), ("sso_role_name", role.as_str())]);
    pairs.extend(region.as_deref().map(|region| ("region", region)));
    pairs.extend(format.as_deref().map(|format| ("output", format)));
    Section::of_config(&profile)?.set(&pairs)?;
    let option = if profile == "default" { String::new() } else { format!(" --profile {profile}") };
    let text = format!("To use this profile, specify the profile name using --profile, as shown:\n\naws sts get-caller-identity{option}");
    Ok(output::lines([format!("\n{text}")])?)
}

/// A session that is independent of the profile, which may not exist yet.
fn definitions_session(line: &Line) -> Result<Session> {
    let mut globals = line.globals.clone();
    globals.profile = None;
    globals.session()
}

/// Asks for the settings of a session, with the known ones as defaults, and writes them.
fn ask_session(name: &str, known: &Map) -> Result<Portal> {
    let current = |key: &str| known.get(key).and_then(Value::as_str).map(str::to_owned);
    let start_url = asked("SSO start URL", current("sso_start_url"))?;
    let region = asked("SSO region", current("sso_region"))?;
    let scopes = asked("SSO registration scopes", current("sso_registration_scopes").or_else(|| Some(ACCOUNT_ACCESS.to_owned())))?;
    let pairs = [("sso_start_url", start_url.as_str()), ("sso_region", region.as_str()), ("sso_registration_scopes", scopes.as_str())];
    Section::of_sso_session(name)?.set(&pairs)?;
    let scopes = scopes.split(',').map(|scope| scope.trim().to_owned()).collect();
    Ok(Portal { session: Some(name.to_owned()), start_url, region, scopes })
}

/// Asks until there is a value. An empty answer takes the current one.
fn asked(question: &str, current: Option<String>) -> Result<String> {
    let shown = current.as_deref().unwrap_or("None");
    loop {
        let answer = terminal::ask(&format!("{question} [{shown}]: "))?;
        match (answer.trim(), &current) {
            ("", Some(current)) => return Ok(current.clone()),
            ("", None) => output::note("A value is required."),
            (answer, _) => return Ok(answer.to_owned()),
        }
    }
}

fn optional(question: &str, current: Option<String>) -> Result<Option<String>> {
    let answer = terminal::ask(&format!("{question} [{}]: ", current.as_deref().unwrap_or("None")))?;
    Ok(Some(answer.trim().to_owned()).filter(|answer| !answer.is_empty()))
}

fn required(question: &str) -> Result<String> {
    loop {
        let answer = terminal::ask(question)?;
        if !answer.trim().is_empty() {
            return Ok(answer.trim().to_owned());
        }
        output::note("A value is required.");
    }
}

/// The only item of a list, or the one that the user chooses by its number.
fn choose<'v>(list: &'v Value, what: &str, shown: impl Fn(&Value) -> String) -> Result<&'v Value> {
    let items: Vec<&Value> = list.as_list().into_iter().flatten().collect();
    match items[..] {
        [] => return Err(Failure::general(format!("No {what} are available to you."))),
        [only] => {
            output::lines([format!("The only one of the {what} available to you is: {}", shown(only))])?;
            return Ok(only);
        }
        _ => {}
    }
    output::lines([format!("There are {} {what} available to you.", items.len())])?;
    output::lines(items.iter().enumerate().map(|(index, item)| format!("{:>4}  {}", index + 1, shown(item))))?;
    loop {
        let answer = terminal::ask(&format!("Number (1-{}): ", items.len()))?;
        let chosen = answer.trim().parse::<usize>().ok().and_then(|number| items.get(number.checked_sub(1)?).copied());
        match chosen {
            Some(item) => return Ok(item),
            None => output::note(format_args!("\"{}\" is not a number from 1 to {}.", answer.trim(), items.len())),
        }
    }
}
