//! The options that choose the account, the region, and the endpoint of a subcommand. They can come before or after it.

use anyhow::Context as _;
use clap::Args;

use crate::error::Result;
use crate::{Client, Environment, Session, SessionBuilder};

/// Where calls go, and with which credentials. Options that are not given come from the environment and the shared files.
#[derive(Args, Default)]
pub(crate) struct Connect {
    /// The region, for example eu-west-1.
    #[arg(long, value_name = "NAME", global = true)]
    pub(crate) region: Option<String>,
    /// The profile of the shared configuration files.
    #[arg(long, value_name = "NAME", global = true)]
    pub(crate) profile: Option<String>,
    /// An endpoint that replaces the service's own, for example http://localhost:4566.
    #[arg(long, value_name = "URL", global = true)]
    pub(crate) endpoint_url: Option<String>,
}

impl Connect {
    /// Creates a session with these options, except for the endpoint.
    pub(crate) fn session(&self) -> Result<Session> {
        self.builder().build()
    }

    /// Creates a session all of whose clients use the endpoint.
    #[cfg(any(feature = "lua", feature = "rhai"))]
    pub(crate) fn session_at_endpoint(&self) -> Result<Session> {
        let Some(url) = self.endpoint_url.clone() else { return self.session() };
        let variable = move |name: &str| match name {
            "AWS_ENDPOINT_URL" => Some(url.clone()),
            name => std::env::var(name).ok(),
        };
        self.builder().environment(Environment::from_fn(variable)).build()
    }

    fn builder(&self) -> SessionBuilder {
        let mut session = Session::builder().mfa_prompt(ask_for_code);
        if let Some(region) = self.region.clone().or_else(region_variable) {
            session = session.region(region);
        }
        if let Some(profile) = &self.profile {
            session = session.profile(profile);
        }
        session
    }

    /// Creates a client with these options.
    pub(crate) fn client(&self, service: &str) -> Result<Client> {
        let session = self.session()?;
        let mut client = session.client_builder(service);
        if let Some(url) = &self.endpoint_url {
            client = client.endpoint_url(url);
        }
        client.build()
    }
}

/// The region of `AWS_REGION`, which the AWS CLI reads before `AWS_DEFAULT_REGION`, unlike boto3.
pub(super) fn region_variable() -> Option<String> {
    std::env::var("AWS_REGION").ok().filter(|region| !region.is_empty())
}

/// Asks the user at the terminal for the code of an MFA device, without showing it. Standard input may carry parameters, so
/// it is not read.
pub(super) fn ask_for_code(serial: &str) -> anyhow::Result<String> {
    let code = super::terminal::ask_hidden(&format!("Enter MFA code for {serial}: "));
    let code = code.with_context(|| format!("there is no terminal to ask for the MFA code of {serial}"))?;
    Ok(code.trim().to_owned())
}

/// The variables that say where definitions are.
const LOCATIONS: [&str; 3] = ["AWS_DATA_PATH", "HOME", "USERPROFILE"];

/// Creates a session that reads definitions only: it needs no valid profile and no valid configuration files.
pub(crate) fn definitions_session() -> Result<Session> {
    let variables = LOCATIONS.into_iter().filter_map(|name| Some((name, std::env::var(name).ok()?)));
    Session::builder().environment(variables.collect::<Environment>()).config_file("").credentials_file("").build()
}

/// Creates a client that is only asked about its operations, which are the same in every region.
pub(crate) fn definitions_client(service: &str) -> Result<Client> {
    definitions_client_of(&definitions_session()?, service)
}

/// Creates a client of a session that is only asked about its operations.
pub(crate) fn definitions_client_of(session: &Session, service: &str) -> Result<Client> {
    session.client_builder(service).region("us-east-1").build()
}
