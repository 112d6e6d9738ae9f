//! The endpoint URL that is configured for a service in environment or files.
//!
//! AWS's own endpoints come from rule sets and partitions, not from here.

use super::lookup::Settings;
use super::table;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Map, Str, Value};

/// The endpoint URL from environment or files for the service with this ID (`serviceId` of its definition). A URL for one
/// service comes before one for all services, and the environment comes before the files.
///
/// # Errors
/// `InvalidConfig` if the profile refers to a `services` section that does not exist.
pub(super) fn configured(settings: &Settings, service_id: &str) -> Result<Option<Str>> {
    let service = service_id.to_lowercase().replace([' ', '-'], "_");
    let mut names = table::ENDPOINT_URL.variables().map(|name| name.replace("{SERVICE}", &service.to_uppercase()));
    if let Some(url) = names.find_map(|name| settings.environment.get(&name).filter(|url| !url.is_empty())) {
        return Ok(Some(url));
    }
    let text = |value: Option<&Value>| value.and_then(Value::as_str).filter(|url| !url.is_empty()).map(Str::from);
    let for_one = services_section(settings)?.and_then(|section| text(section.get(&service)?.get("endpoint_url")));
    Ok(for_one.or_else(|| text(settings.profile().get("endpoint_url"))))
}

fn services_section(settings: &Settings) -> Result<Option<&Map>> {
    let Some(name) = settings.profile().get("services").and_then(Value::as_str) else {
        return Ok(None);
    };
    match settings.profiles.services.get(name).filter(|section| !section.is_empty()) {
        Some(section) => Ok(Some(section)),
        None => {
            let message =
                format!("The profile is configured to use the services section but the \"{name}\" services configuration does not exist.");
            Err(Error::new(ErrorKind::InvalidConfig, message))
        }
    }
}

/// The host of an absolute URL, an IPv6 address with its brackets.
pub(super) fn host(url: &str) -> Option<&str> {
    let host = authority(url)?.rsplit('@').next()?;
    if host.starts_with('[') { host.find(']').map(|end| &host[..=end]) } else { host.split(':').next() }
}

/// The part of an absolute URL between `//` and the path.
pub(super) fn authority(url: &str) -> Option<&str> {
    url.split_once("://")?.1.split(['/', '?', '#']).next()
}

#[cfg(test)]
mod tests {
    use super::super::lookup::tests::settings;
    use super::*;
    use crate::value;

    const CONFIG: &str = "[default]\nservices = s\nendpoint_url = http://profile:1\n[services s]\nstate_machine =\n \
                          endpoint_url = http://service:1\n[profile lost]\nservices = nowhere\n[profile bare]\nregion = x\n";

    fn url(variables: &[(&str, &str)], service_id: &str) -> Result<Option<String>> {
        let settings = settings(CONFIG, "", variables, value!({}))?;
        Ok(configured(&settings, service_id)?.map(String::from))
    }

    #[test]
    fn the_environment_comes_before_the_files_and_one_service_before_all() {
        let all = ("AWS_ENDPOINT_URL", "http://all:1");
        let one = ("AWS_ENDPOINT_URL_STATE_MACHINE", "http://one:1");
        assert_eq!(url(&[all, one], "State Machine").unwrap().as_deref(), Some("http://one:1"));
        assert_eq!(url(&[all], "State-Machine").unwrap().as_deref(), Some("http://all:1"));
        assert_eq!(url(&[], "State Machine").unwrap().as_deref(), Some("http://service:1"));
        assert_eq!(url(&[], "Other").unwrap().as_deref(), Some("http://profile:1"));
        assert_eq!(url(&[("AWS_ENDPOINT_URL", "")], "Other").unwrap().as_deref(), Some("http://profile:1"));
        assert_eq!(url(&[("AWS_PROFILE", "bare")], "Other").unwrap(), None);
    }

    #[test]
    fn a_services_section_must_exist_when_it_is_needed() {
        let error = url(&[("AWS_PROFILE", "lost")], "Other").unwrap_err();
        let message = "The profile is configured to use the services section but the \"nowhere\" services configuration does not exist.";
        assert_eq!((error.name(), error.message()), ("InvalidConfigError", message));
        let found_before = [("AWS_PROFILE", "lost"), ("AWS_ENDPOINT_URL", "http://all:1")];
        assert_eq!(url(&found_before, "Other").unwrap().as_deref(), Some("http://all:1"));
    }
}
