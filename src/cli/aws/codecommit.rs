//! `codecommit credential-helper`: passwords for git, which runs the command with the attributes of a repository on standard
//! input.

use std::io::Read as _;

use super::custom::{Line, Options};
use super::words::Arity;
use crate::Timestamp;
use crate::auth::sigv4::Signing;
use crate::cli::failure::{Failure, Result};
use crate::cli::output;

pub(super) const OPTIONS: Options =
    &[("ignore-host-check", Arity::None, "Prints a password for any host. Default: only for those of CodeCommit.")];

/// Prints a user name and a password for `get`. `store` and `erase` have nothing to do.
///
/// # Errors
/// A usage failure for another command; 253 without credentials.
pub(super) fn helper(line: &Line) -> Result<()> {
    match line.positional() {
        [command] if command == "get" => {}
        [command] if command == "store" || command == "erase" => return Ok(()),
        _ => return Err(Failure::usage("argument subcommand: Invalid choice, valid choices are: get, store, erase")),
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let attribute = |name: &str| text.lines().filter_map(|line| line.split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value);
    let (host, path) = (attribute("host").unwrap_or_default(), attribute("path").unwrap_or_default());
    let host = host.split(':').next().unwrap_or_default();
    let region = region_of(host);
    if !line.has("ignore-host-check") && (region.is_none() || !host.contains("amazonaws.com")) {
        // git asks the next helper.
        return Ok(());
    }
    let region = region.map(str::to_owned).or_else(|| line.session.region().map(String::from));
    let region = region.ok_or_else(|| Failure::from(crate::Error::new(crate::ErrorKind::NoRegion, "You must specify a region.")))?;
    let credentials = line.session.credentials()?;
    let Some(credentials) = credentials else {
        let message = format!("Unable to locate credentials. `{} configure` stores them.", crate::cli::program());
        return Err(Failure { message, code: Failure::CONFIGURATION });
    };
    let user = match credentials.session_token() {
        Some(token) => format!("{}%{token}", credentials.access_key_id()),
        None => credentials.access_key_id().to_owned(),
    };
    let signing = Signing::new(&credentials, &region, "codecommit", Timestamp::now());
    Ok(output::lines([format!("username={user}"), format!("password={}", password(&signing, host, path))])?)
}

/// `git-codecommit.REGION.amazonaws.com`, also with `-fips` or behind a VPC endpoint.
fn region_of(host: &str) -> Option<&str> {
    let mut labels = host.split('.').skip_while(|label| !label.starts_with("git-codecommit"));
    labels.next()?;
    labels.next()
}

/// The signature of a request of git (Signature Version 4 with the method GIT and the time without its zone).
fn password(signing: &Signing<'_>, host: &str, path: &str) -> String {
    let date = signing.time.amz_date();
    let local = date.trim_end_matches('Z');
    let canonical = format!("GIT\n/{path}\n\nhost:{host}\n\nhost\n");
    let hash = crate::credentials::cache::sha256(&canonical);
    let text = format!("AWS4-HMAC-SHA256\n{local}\n{}\n{hash}", signing.scope(&date));
    format!("{date}{}", signing.signature(&date, &text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Credentials;

    /// Recorded from `aws` 1.45.
    #[test]
    fn a_password_is_that_of_aws() {
        let credentials = Credentials::new("a", "b");
        for (time, region, path, expected) in [
            (1_795_823_575, "us-east-1", "/v1/repos/x", "20261127T235255Ze351e441ac1ada4be282721d52bed1c3ef9650396525f322fd89d0e9cfb370db"),
            (1_795_823_577, "us-east-1", "v1/repos/x", "20261127T235257Zd347ef8c411ac5744f5326a5d4d10e81eb149b3d8617daaf4552a88ae3b32380"),
            (1_795_823_579, "eu-west-1", "v1/repos/x", "20261127T235259Zc6d4f8c766c7e8695e21f4824b64db80a400ce3ab059cf2853f80d501771ebab"),
        ] {
            let host = format!("git-codecommit.{region}.amazonaws.com");
            assert_eq!(region_of(&host), Some(region));
            let signing = Signing::new(&credentials, region, "codecommit", Timestamp::new(time, 0));
            assert_eq!(password(&signing, &host, path), expected);
        }
        assert_eq!(region_of("example.com"), None);
    }
}
