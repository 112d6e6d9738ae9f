//! `configure list`: the values in use and where they come from.

use super::Line;
use super::interactive::masked;
use crate::cli::failure::Result;
use crate::cli::output;
use crate::settings::Environment;

const REGION_VARIABLES: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];

/// A row: the value, the kind of its source, and the place.
struct Row(String, String, String);

impl Row {
    fn not_set() -> Row {
        Row("<not set>".to_owned(), "None".to_owned(), "None".to_owned())
    }

    fn new(value: impl Into<String>, kind: &str, place: impl Into<String>) -> Row {
        Row(value.into(), kind.to_owned(), place.into())
    }

    fn print(&self, name: &str) -> anyhow::Result<()> {
        output::lines([format!("{name:>10} {:>24} {:>16}    {}", self.0, self.1, self.2)])
    }
}

/// Prints the profile, the keys, and the region. Keys are masked.
///
/// # Errors
/// 253 for an unknown profile, after the row that names it.
pub(super) fn run(line: &Line) -> Result<()> {
    Row::new("Value", "Type", "Location").print("Name")?;
    Row::new("-----", "----", "--------").print("----")?;
    let environment = Environment::process();
    let variable = |name: &str| environment.get(name).filter(|value| !value.is_empty());
    let profile = match (&line.globals.profile, variable("AWS_PROFILE"), variable("AWS_DEFAULT_PROFILE")) {
        (Some(name), _, _) => Row::new(name, "manual", "--profile"),
        (None, Some(name), _) => Row::new(name, "env", "AWS_PROFILE"),
        (None, None, Some(name)) => Row::new(name, "env", "AWS_DEFAULT_PROFILE"),
        (None, None, None) => Row::not_set(),
    };
    profile.print("profile")?;
    let session = line.globals.session()?;
    let (mut key, mut secret) = (Row::not_set(), Row::not_set());
    if let (Some(credentials), Some(method)) = (session.credentials()?, session.credentials_method()?) {
        key = Row::new(masked(credentials.access_key_id()), method, "");
        secret = Row::new(masked(credentials.secret_access_key()), method, "");
    }
    key.print("access_key")?;
    secret.print("secret_key")?;
    let from_environment = REGION_VARIABLES.into_iter().find_map(|name| Some((name, variable(name)?)));
    let region = match (&line.globals.region, from_environment, session.region()) {
        (Some(region), _, _) => Row::new(region, "manual", "--region"),
        (None, Some((name, region)), _) => Row::new(region, "env", name),
        (None, None, Some(region)) => {
            let path = environment.get("AWS_CONFIG_FILE").map_or_else(|| "~/.aws/config".to_owned(), |path| path.to_string());
            Row::new(region, "config-file", path)
        }
        (None, None, None) => Row::not_set(),
    };
    Ok(region.print("region")?)
}
