//! The proxies of a client, from its config or the environment.

use super::config::Config;
use super::endpoint_url;
use super::environment::Environment;
use crate::http::{Proxies, masked_url};
use crate::value::{Map, Str, Value};

/// The configured proxies, independent of the host that is called.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct ProxySettings {
    http: Option<Str>,
    https: Option<Str>,
    /// The environment's list of hosts that are called directly. It does not apply to proxies set in code.
    no_proxy: Option<Str>,
}

impl ProxySettings {
    /// Those of the config, even if its map is empty; otherwise those of the environment.
    pub(super) fn new(config: &Config, environment: &Environment) -> ProxySettings {
        match config.some("proxies").and_then(Value::as_map) {
            Some(proxies) => ProxySettings::of_map(proxies),
            None => ProxySettings::of_environment(environment),
        }
    }

    fn of_map(proxies: &Map) -> ProxySettings {
        let proxy = |scheme| proxies[scheme].as_str().map(with_scheme);
        ProxySettings { http: proxy("http"), https: proxy("https"), no_proxy: None }
    }

    fn of_environment(environment: &Environment) -> ProxySettings {
        // A server that runs CGI programs sets HTTP_PROXY from the client's `Proxy` header.
        let is_cgi = environment.get("REQUEST_METHOD").is_some();
        let variable = |lower: &str| {
            let upper = || environment.get(&lower.to_ascii_uppercase()).filter(|_| !(is_cgi && lower == "http_proxy"));
            environment.get(lower).or_else(upper).filter(|value| !value.is_empty())
        };
        let proxy = |name| variable(name).map(|url| with_scheme(&url));
        ProxySettings { http: proxy("http_proxy"), https: proxy("https_proxy"), no_proxy: variable("no_proxy") }
    }

    /// The proxies for a client with this endpoint: none if its host is called directly.
    pub(crate) fn for_endpoint(&self, url: &str) -> Proxies {
        if self.no_proxy.as_deref().is_some_and(|list| is_direct(list, url)) {
            return Proxies::default();
        }
        let proxy = |url: &Option<Str>| url.as_ref().map(|url| String::from(url.clone()));
        Proxies { http: proxy(&self.http), https: proxy(&self.https) }
    }

    /// The proxies by scheme, without passwords.
    pub(super) fn to_value(&self) -> Value {
        let proxies = [("http", &self.http), ("https", &self.https)].into_iter();
        let shown = proxies.filter_map(|(scheme, url)| Some((scheme, Value::from(masked_url(url.as_deref()?)))));
        let proxies: Map = shown.collect();
        if proxies.is_empty() { Value::Null } else { proxies.into() }
    }
}

/// Proxy URLs may contain passwords.
impl std::fmt::Debug for ProxySettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hidden = |url: &Option<Str>| url.as_deref().and_then(endpoint_url::host).map(str::to_owned);
        let (http, https) = (hidden(&self.http), hidden(&self.https));
        f.debug_struct("ProxySettings").field("http", &http).field("https", &https).field("no_proxy", &self.no_proxy).finish()
    }
}

fn with_scheme(url: &str) -> Str {
    match url.strip_prefix("//") {
        Some(rest) => format!("http://{rest}").into(),
        None if url.contains("://") => url.into(),
        None => format!("http://{url}").into(),
    }
}

/// Whether the list contains the URL's host or a domain above it.
fn is_direct(list: &str, url: &str) -> bool {
    let (Some(host), Some(authority)) = (endpoint_url::host(url), endpoint_url::authority(url)) else {
        return false;
    };
    let authority = authority.rsplit('@').next().unwrap_or(authority);
    let (host, authority) = (host.to_ascii_lowercase(), authority.to_ascii_lowercase());
    let names = |entry: &str, name: &str| name == entry || name.strip_suffix(entry).is_some_and(|rest| rest.ends_with('.'));
    list.trim() == "*"
        || list.split(',').any(|entry| {
            let entry = entry.trim().trim_start_matches('.').to_ascii_lowercase();
            !entry.is_empty() && (names(&entry, &host) || names(&entry, &authority))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(variables: &[(&str, &str)], url: &str) -> Option<String> {
        let environment = variables.iter().copied().collect();
        let proxies = ProxySettings::new(&Config::new(), &environment).for_endpoint(url);
        if url.starts_with("https:") { proxies.https } else { proxies.http }
    }

    #[test]
    fn the_environment_s_proxies_go_by_scheme_and_the_lower_case_name_wins() {
        let variables = [("HTTPS_PROXY", "upper:1"), ("https_proxy", "//lower:1"), ("HTTP_PROXY", "http://plain:1"), ("all_proxy", "x")];
        assert_eq!(proxy(&variables, "https://h").as_deref(), Some("http://lower:1"));
        assert_eq!(proxy(&variables, "http://h").as_deref(), Some("http://plain:1"));
        assert_eq!(proxy(&[variables[2], ("REQUEST_METHOD", "GET")], "http://h"), None);
        assert_eq!(proxy(&[variables[0], ("https_proxy", "")], "https://h"), None);
    }

    #[test]
    fn hosts_and_domains_of_the_list_are_called_directly() {
        for (list, direct) in
            [("*", true), ("b.c", true), (" .B.C , x", true), ("a.b.c:8", true), ("a.b.c:9", false), ("xb.c", false), ("", false)]
        {
            let variables = [("http_proxy", "p:1"), ("no_proxy", list)];
            assert_eq!(proxy(&variables, "http://a.b.c:8/x").is_none(), direct, "{list}");
        }
    }

    #[test]
    fn proxies_of_the_config_replace_those_of_the_environment() {
        let environment = Environment::from([("https_proxy", "env:1"), ("no_proxy", "*")]);
        let config = Config::new().proxies(Proxies::for_https("user:pw@code:1"));
        let proxies = ProxySettings::new(&config, &environment);
        assert_eq!(proxies.for_endpoint("https://h").https.as_deref(), Some("http://user:pw@code:1"));
        assert!(!format!("{proxies:?}").contains("pw"));
        assert_eq!(ProxySettings::new(&Config::new().proxies(Proxies::none()), &environment), ProxySettings::default());
    }
}
