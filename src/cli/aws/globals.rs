//! The options that every command has.

use std::io::IsTerminal as _;
use std::time::Duration;

use super::values::BlobText;
use super::words::{Arity, Words};
use crate::cli::each::{self, Each};
use crate::cli::failure::{Failure, Result};
use crate::cli::output::{Look, Pager};
use crate::cli::{connect, terminal};
use crate::error::{ErrorKind, did_you_mean};
use crate::http::Verify;
use crate::session::{Session, SessionBuilder};
use crate::settings::{Config, Environment};
use crate::value::Expression;

/// The options and their arities.
pub(super) const OPTIONS: &[(&str, Arity)] = &[
    ("debug", Arity::None),
    ("endpoint-url", Arity::One),
    ("no-verify-ssl", Arity::None),
    ("no-paginate", Arity::None),
    ("output", Arity::One),
    ("query", Arity::One),
    ("profile", Arity::One),
    ("region", Arity::One),
    ("version", Arity::None),
    ("color", Arity::One),
    ("no-sign-request", Arity::None),
    ("ca-bundle", Arity::One),
    ("cli-read-timeout", Arity::One),
    ("cli-connect-timeout", Arity::One),
    ("cli-binary-format", Arity::One),
    ("no-cli-pager", Arity::None),
    ("cli-auto-prompt", Arity::None),
    ("no-cli-auto-prompt", Arity::None),
    ("print-request", Arity::Attached),
    ("timeout", Arity::One),
    ("each", Arity::One),
    ("parallel", Arity::One),
];

/// How `--print-request` shows a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RequestForm {
    Http,
    Curl,
    Json,
}

/// The values of the global options, checked.
#[derive(Clone, Default)]
pub(super) struct Globals {
    pub region: Option<String>,
    pub profile: Option<String>,
    pub output: Option<String>,
    pub query: Option<Expression>,
    pub debug: bool,
    pub paginates: bool,
    pub print_request: Option<RequestForm>,
    pub timeout: Option<Duration>,
    color: Option<String>,
    pages: bool,
    /// Makes a call for each line of a file.
    pub each: Option<Each>,
    blobs: Option<String>,
    endpoint_url: Option<String>,
    verify: Option<Verify>,
    unsigned: bool,
    read_timeout: Option<Option<Duration>>,
    connect_timeout: Option<Option<Duration>>,
}

impl Globals {
    /// Reads the options; `index` finds an option by its name, if the operation does not have one of that name itself.
    ///
    /// # Errors
    /// A usage failure for an invalid value. The query comes first: it is checked before anything else.
    pub(super) fn new(words: &Words, index: impl Fn(&str) -> Option<usize>) -> Result<Globals> {
        let option = |name: &str| index(name).and_then(|index| words.option(index));
        let text = |name: &str| option(name).and_then(|words| words.first().cloned());
        let given = |name: &str| option(name).is_some();
        let query = text("query").map(|query| Expression::parse(&query)).transpose();
        let query = query.map_err(|error| Failure::usage(format!("Bad value for --query: {error}")))?;
        let endpoint_url = text("endpoint-url");
        if let Some(url) = endpoint_url.as_deref().filter(|url| !url.contains("://")) {
            return Err(Failure::usage(format!(
                "Bad value for --endpoint-url \"{url}\": scheme is missing. Must be of the form http://<hostname>/ or https://<hostname>/"
            )));
        }
        let verify = match (given("no-verify-ssl"), text("ca-bundle")) {
            (true, _) => Some(Verify::Nothing),
            (false, Some(path)) => Some(Verify::Bundle(super::files::expand(&path))),
            (false, None) => None,
        };
        let print_request = option("print-request").map(|words| match words.first().map(String::as_str) {
            None | Some("http") => Ok(RequestForm::Http),
            Some("curl") => Ok(RequestForm::Curl),
            Some("json") => Ok(RequestForm::Json),
            Some(other) => Err(invalid_choice("print-request", other, &["http", "curl", "json"])),
        });
        let parallel = text("parallel").map(|text| match text.parse::<u16>() {
            Ok(count) if (1..=each::MOST).contains(&count) => Ok(count),
            _ => Err(Failure::usage(format!("argument --parallel: expected a number from 1 to {}: '{text}'", each::MOST))),
        });
        let parallel = parallel.transpose()?;
        let each = text("each").map(|path| Each { path, parallel: parallel.unwrap_or(8) });
        if parallel.is_some() && each.is_none() {
            return Err(Failure::usage("argument --parallel: requires --each"));
        }
        Ok(Globals {
            region: text("region"),
            profile: text("profile"),
            output: choice("output", text("output"), &crate::cli::output::Format::NAMES)?,
            query,
            debug: given("debug"),
            paginates: !given("no-paginate"),
            print_request: print_request.transpose()?,
            each,
            timeout: text("timeout").map(|text| seconds("timeout", &text)).transpose()?.flatten(),
            blobs: choice("cli-binary-format", text("cli-binary-format"), &["base64", "raw-in-base64-out"])?,
            endpoint_url,
            verify,
            color: choice("color", text("color"), &["on", "off", "auto"])?,
            pages: !given("no-cli-pager"),
            unsigned: given("no-sign-request"),
            read_timeout: text("cli-read-timeout").map(|text| seconds("cli-read-timeout", &text)).transpose()?,
            connect_timeout: text("cli-connect-timeout").map(|text| seconds("cli-connect-timeout", &text)).transpose()?,
        })
    }

    /// The options of a command line without any.
    pub(super) fn paging() -> Globals {
        Globals { paginates: true, pages: true, ..Globals::default() }
    }

    /// The options without the profile, which may not exist yet.
    pub(super) fn without_profile(&self) -> Globals {
        Globals { profile: None, ..self.clone() }
    }

    /// The session with the options' region and profile.
    ///
    /// # Errors
    /// As [`SessionBuilder::build`].
    pub(super) fn session(&self) -> Result<Session> {
        let mut builder: SessionBuilder = Session::builder().mfa_prompt(connect::ask_for_code);
        if let Some(region) = self.region.clone().or_else(connect::region_variable) {
            builder = builder.region(region);
        }
        if let Some(profile) = &self.profile {
            builder = builder.profile(profile);
        }
        builder.build().map_err(|error| match error.kind() {
            ErrorKind::ProfileNotFound => unknown_profile(self.profile.as_deref(), error),
            _ => error.into(),
        })
    }

    /// A client with the options' endpoint, certificates, and timeouts.
    ///
    /// # Errors
    /// As [`ClientBuilder::build`](crate::ClientBuilder::build).
    pub(super) fn client(&self, session: &Session, service: &str) -> Result<crate::ClientBuilder> {
        let mut config = Config::new().user_agent_extra("command");
        if self.unsigned {
            config = config.unsigned();
        }
        if let Some(timeout) = self.read_timeout {
            config = config.read_timeout(timeout);
        }
        if let Some(timeout) = self.connect_timeout {
            config = config.connect_timeout(timeout);
        }
        if let Some(timeout) = self.timeout {
            config = config.deadline(timeout);
        }
        let mut builder = session.client_builder(service).config(config);
        if let Some(url) = &self.endpoint_url {
            builder = builder.endpoint_url(url);
        }
        if let Some(verify) = &self.verify {
            builder = builder.verify(verify.clone());
        }
        Ok(builder)
    }

    /// Whether and how wide the output is, and whether it has colors: those of a terminal, unless the options or `NO_COLOR`
    /// say otherwise.
    pub(super) fn look(&self) -> Look {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_capable = || std::io::stdout().is_terminal() && !set("NO_COLOR") && std::env::var("TERM").as_deref() != Ok("dumb");
        let colors = match self.color.as_deref() {
            Some("on") => true,
            Some("off") => false,
            _ => is_capable(),
        };
        Look { colors, width: terminal::width().unwrap_or(Look::PLAIN.width) }
    }

    /// The pager of the user: `AWS_PAGER`, `cli_pager` in the profile, `PAGER`, or the usual one. An empty name disables it.
    pub(super) fn pager(&self, session: Option<&Session>) -> Pager {
        if !self.pages {
            return Pager::default();
        }
        let variable = |name: &str| std::env::var(name).ok();
        let configured = || session.and_then(|session| session.profile_text("cli_pager")).map(String::from);
        let usual = || if cfg!(windows) { "more" } else { "less" }.to_owned();
        Pager::new(&variable("AWS_PAGER").or_else(configured).or_else(|| variable("PAGER")).unwrap_or_else(usual))
    }

    /// How blobs are written: by the option, or by `cli_binary_format` in the profile.
    ///
    /// # Errors
    /// A usage failure if the profile has another format.
    pub(super) fn blobs(&self, session: &Session) -> Result<BlobText> {
        let configured = || session.profile_text("cli_binary_format").map(String::from);
        match self.blobs.clone().or_else(configured).as_deref() {
            None | Some("base64") => Ok(BlobText::Base64),
            Some("raw-in-base64-out") => Ok(BlobText::Raw),
            Some(other) => Err(invalid_choice("cli-binary-format", other, &["base64", "raw-in-base64-out"])),
        }
    }
}

/// The failure for a profile that does not exist, with the ones that do.
fn unknown_profile(name: Option<&str>, error: crate::Error) -> Failure {
    let variables = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"];
    let named = name.map(str::to_owned).or_else(|| variables.iter().find_map(|name| std::env::var(name).ok())).unwrap_or_default();
    let look_up = move |name: &str| if variables.contains(&name) { None } else { std::env::var(name).ok() };
    let session = Session::builder().environment(Environment::from_fn(look_up)).build();
    let known = session.and_then(|session| session.available_profiles()).unwrap_or_default();
    let names: Vec<&str> = known.iter().map(|name| name.as_str()).take(10).collect();
    let listed = if names.is_empty() { "There are no profiles yet.".to_owned() } else { format!("Profiles: {}.", names.join(", ")) };
    let program = crate::cli::program();
    Failure::from(error).with_advice(&format!("{listed} `{program} configure --profile {named}` creates it."))
}

fn choice(flag: &str, value: Option<String>, choices: &[&str]) -> Result<Option<String>> {
    match value {
        Some(value) if !choices.contains(&value.as_str()) => Err(invalid_choice(flag, &value, choices)),
        value => Ok(value),
    }
}

pub(super) fn invalid_choice(flag: &str, value: &str, choices: &[&str]) -> Failure {
    let near = did_you_mean(value, choices.iter().copied());
    Failure::usage(format!("argument --{flag}: Invalid choice: '{value}', valid choices are: {}.{near}", choices.join(", ")))
}

/// A timeout in seconds; 0 for no limit.
fn seconds(flag: &str, text: &str) -> Result<Option<Duration>> {
    let invalid = || Failure::usage(format!("argument --{flag}: invalid number of seconds: '{text}'"));
    let seconds: f64 = text.trim().parse().map_err(|_| invalid())?;
    let duration = Duration::try_from_secs_f64(seconds).map_err(|_| invalid())?;
    Ok((!duration.is_zero()).then_some(duration))
}
