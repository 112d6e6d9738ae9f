//! The options that say which account, region and endpoint a subcommand talks to.

use clap::Args;

use crate::error::Result;
use crate::{Client, Session};

/// Where calls go, and in whose name. What is not given comes from the environment and the shared files.
#[derive(Args, Default)]
pub(crate) struct Connect {
    /// The region, for example eu-west-1.
    #[arg(long, value_name = "NAME")]
    pub(crate) region: Option<String>,
    /// The profile of the shared configuration files.
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Another endpoint than the service's own, for example http://localhost:4566.
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
}

impl Connect {
    /// The session that the options ask for.
    pub(crate) fn session(&self) -> Result<Session> {
        let mut session = Session::builder().mfa_prompt(ask_for_code);
        if let Some(region) = &self.region {
            session = session.region(region);
        }
        if let Some(profile) = &self.profile {
            session = session.profile(profile);
        }
        session.build()
    }

    /// The client that the options ask for.
    pub(crate) fn client(&self, service: &str) -> Result<Client> {
        let session = self.session()?;
        let mut client = session.client_builder(service);
        if let Some(url) = &self.endpoint_url {
            client = client.endpoint_url(url);
        }
        client.build()
    }
}

/// Asks whoever sits at the terminal for the code of an MFA device.
pub(super) fn ask_for_code(serial: &str) -> anyhow::Result<String> {
    eprint!("Enter MFA code for {serial}: ");
    let mut code = String::new();
    std::io::stdin().read_line(&mut code)?;
    Ok(code.trim().to_owned())
}

/// A client that is only asked what its service can do. Definitions are the same in every region, so none need be configured.
pub(crate) fn definitions_only(service: &str) -> Result<Client> {
    Session::new()?.client_builder(service).region("us-east-1").build()
}
