//! Prints who each profile is, and who it becomes in other accounts by assuming their audit role.

use std::io::Write;
use std::time::Duration;

use tucuxi::{AssumeRole, Environment, ErrorKind, Result, Session};

/// An identity: the account and the ARN of the user or the assumed role.
#[derive(Debug, PartialEq)]
pub struct Identity {
    pub account: String,
    pub arn: String,
}

/// Prints and returns the identity of each profile, followed by those of the role `Audit` in the accounts that the profile
/// may enter. Profiles are read from the files that the environment names; [`Environment::process`] is the usual one.
pub fn run(environment: &Environment, profiles: &[&str], accounts: &[&str], out: &mut impl Write) -> Result<Vec<Identity>> {
    let mut identities = Vec::new();
    for profile in profiles {
        // A profile with `role_arn` and `source_profile` is a role already, and its source may be one, too.
        let session = match Session::builder().environment(environment.clone()).profile(*profile).build() {
            Ok(session) => session,
            Err(error) if error.kind() == ErrorKind::ProfileNotFound => {
                writeln!(out, "{profile}: not in the configuration file")?;
                continue;
            }
            Err(error) => return Err(error),
        };
        identities.extend(report(profile, &session, out)?);
        for account in accounts {
            let role = AssumeRole::new(format!("arn:aws:iam::{account}:role/Audit"));
            let role = role.role_session_name(format!("{profile}-audit")).duration(Duration::from_secs(900));
            identities.extend(report(&format!("{profile} in {account}"), &session.assume_role(role), out)?);
        }
    }
    Ok(identities)
}

/// Prints one identity. No role is assumed before the first call.
fn report(name: &str, session: &Session, out: &mut impl Write) -> Result<Option<Identity>> {
    let caller = match session.client("sts")?.call("get_caller_identity", ()) {
        Ok(caller) => caller,
        Err(error) => {
            match (error.kind(), error.code()) {
                (ErrorKind::NoCredentials | ErrorKind::PartialCredentials, _) => writeln!(out, "{name}: no credentials")?,
                (ErrorKind::Service, Some("AccessDenied")) => writeln!(out, "{name}: may not assume the role")?,
                (ErrorKind::InvalidConfig | ErrorKind::CredentialRetrieval, _) => writeln!(out, "{name}: {}", error.message())?,
                _ => return Err(error),
            }
            return Ok(None);
        }
    };
    writeln!(out, "{name}: account {}, {}", caller["Account"], caller["Arn"])?;
    Ok(Some(Identity { account: String::try_from(&caller["Account"])?, arn: String::try_from(&caller["Arn"])? }))
}
