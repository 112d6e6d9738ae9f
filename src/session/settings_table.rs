//! Tests of the settings table: each source alone, and each pair in conflict.

use std::fs;

use super::*;
use crate::credentials::ProviderContext;
use crate::http::Verify;
use crate::settings::table::{SETTINGS, Setting, Source};
use crate::settings::*;
use crate::value;
use crate::value::{Map, Value};

/// A place that can set a setting. A `Config` is two places: the client's and the session's.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    ClientConfig,
    SessionConfig,
    Other(Source),
}

fn places(setting: &Setting) -> Vec<Place> {
    let places = setting.sources.iter().flat_map(|source| match source {
        Source::Config => vec![Place::ClientConfig, Place::SessionConfig],
        other => vec![Place::Other(*other)],
    });
    places.collect()
}

/// A session and a client in which some sources say something.
struct World {
    folder: tempfile::TempDir,
    builder: SessionBuilder,
    variables: Vec<(String, String)>,
    profile: Map,
    services: Map,
    client: Map,
    client_config: Option<Config>,
}

impl World {
    /// Files that the settings may lead to: `one` and `two` are profiles, files, folders of definitions.
    fn new(setting: &str) -> World {
        let folder = tempfile::tempdir().unwrap();
        for name in ["one", "two"] {
            let keys = format!("[default]\nregion = {name}\naws_access_key_id = {name}\naws_secret_access_key = s\n");
            fs::write(folder.path().join(name), keys).unwrap();
            let service = folder.path().join(format!("definitions-{name}/{name}/2020-01-01"));
            fs::create_dir_all(&service).unwrap();
            fs::write(service.join("service-2.json"), "{}").unwrap();
        }
        let mut variables = vec![("HOME".to_owned(), folder.path().display().to_string())];
        if setting == "ignore_configured_endpoint_urls" {
            variables.push(("AWS_ENDPOINT_URL".to_owned(), "http://configured:1".to_owned()));
        }
        let (profile, services, client) = (Map::new(), Map::new(), Map::new());
        World { folder, builder: Session::builder(), variables, profile, services, client, client_config: None }
    }

    /// Sets the setting in one place.
    fn set(mut self, setting: &str, place: Place, value: &str) -> World {
        let value = match (setting, place) {
            ("config_file" | "credentials_file", _) => self.folder.path().join(value).display().to_string(),
            ("data_path", _) => self.folder.path().join(format!("definitions-{value}")).display().to_string(),
            (_, Place::Other(Source::NotVariable(_) | Source::NotKey(_))) => opposite(value).to_owned(),
            _ => value.to_owned(),
        };
        let source = match place {
            Place::ClientConfig => {
                self.client_config = Some(config(setting, &value));
                return self;
            }
            Place::SessionConfig => {
                self.builder = self.builder.config(config(setting, &value));
                return self;
            }
            Place::Other(source) => source,
        };
        match source {
            Source::Config => unreachable!("it is two places"),
            Source::Argument if setting == "use_ssl" => drop(self.client.insert(setting, value == "true")),
            Source::Argument => drop(self.client.insert(setting, value)),
            Source::Session => {
                self.builder = match setting {
                    "profile" => self.builder.profile(value),
                    "region_name" => self.builder.region(value),
                    "config_file" => self.builder.config_file(value),
                    _ => self.builder.credentials_file(value),
                }
            }
            Source::Variable(name) | Source::NotVariable(name) => self.variables.push((name.replace("{SERVICE}", "SQS"), value)),
            Source::Key(key) | Source::NotKey(key) => {
                let key = key.replace("{service}", "sqs");
                match key.strip_prefix("services.") {
                    Some(key) => nest(&mut self.services, key, &value),
                    None => nest(&mut self.profile, &key, &value),
                }
            }
        }
        self
    }

    /// What comes of it.
    fn outcome(self, setting: &str) -> Option<String> {
        let home = self.folder.path();
        fs::create_dir(home.join(".aws")).unwrap();
        fs::write(home.join(".aws/config"), self.config_file()).unwrap();
        fs::write(home.join(".aws/credentials"), "[default]\naws_access_key_id = home\naws_secret_access_key = s\n").unwrap();
        let session = self.builder.environment(self.variables.into_iter().collect::<Environment>()).build().unwrap();
        let request = ClientRequest {
            service_id: "SQS",
            endpoint_prefix: "sqs",
            discovers_endpoints: true,
            arguments: Some(&self.client),
            config: self.client_config.as_ref(),
        };
        let version = self.client["api_version"].as_str().map(Str::from);
        match setting {
            "profile" => Some(session.profile().to_owned()),
            "config_file" => session.region().map_or(Some("~/.aws/config".to_owned()), |region| Some(region.into())),
            "credentials_file" => {
                let key = session.credentials().unwrap().unwrap().access_key_id().to_owned();
                Some(if key == "home" { "~/.aws/credentials".to_owned() } else { key })
            }
            "data_path" => session.available_services().iter().find(|name| *name == "one" || *name == "two").map(Str::to_string),
            "api_version" => version.or_else(|| session.configured_api_version("sqs")).map(String::from),
            metadata if metadata.contains("metadata") || metadata.starts_with("imds") => of_metadata(&session, setting),
            _ => of_client(&session.client_settings(request).unwrap(), setting),
        }
    }

    fn config_file(&self) -> String {
        let mut text = "[profile one]\n[profile two]\n[default]\n".to_owned();
        let mut section = |keys: &Map| {
            for (key, value) in keys {
                match value.as_map() {
                    Some(block) => {
                        text += &format!("{key} =\n");
                        block.iter().for_each(|(key, value)| text += &format!("  {key} = {}\n", value.as_str().unwrap()));
                    }
                    None => text += &format!("{key} = {}\n", value.as_str().unwrap()),
                }
            }
        };
        section(&self.profile);
        if !self.services.is_empty() {
            section(&Map::from([("services", "lab")]));
            text += "[services lab]\n";
            let mut section = |keys: &Map| {
                for (key, block) in keys {
                    text += &format!("{key} =\n  endpoint_url = {}\n", block["endpoint_url"].as_str().unwrap());
                }
            };
            section(&self.services);
        }
        text
    }
}

/// Sets `key` or `block.key`.
fn nest(map: &mut Map, key: &str, value: &str) {
    match key.split_once('.') {
        None => drop(map.insert(key, value)),
        Some((block, key)) => {
            let mut inner = map[block].as_map().cloned().unwrap_or_default();
            inner.insert(key, value);
            map.insert(block, inner);
        }
    }
}

/// A config in which one option is set, in the option's type.
fn config(setting: &str, text: &str) -> Config {
    let typed = match text {
        "true" | "false" => Value::Bool(text == "true"),
        _ => text.parse().map_or(Value::from(text), Value::Int),
    };
    let options = match (setting, setting.split_once('.')) {
        ("proxies", _) => value!({"proxies": {"https": text}}),
        (_, Some((block, key))) => value!({block: {key: typed}}),
        (_, None) => value!({setting: typed}),
    };
    Config::from_value(&options).unwrap()
}

fn opposite(flag: &str) -> &'static str {
    if flag == "true" { "false" } else { "true" }
}

fn of_client(settings: &ClientSettings, setting: &str) -> Option<String> {
    let seconds = settings.transport.connect_timeout.map(|timeout| timeout.as_secs_f64());
    let shown = settings.config(settings.region.as_deref(), settings.signing.signature_version.as_deref().unwrap_or_default());
    match setting {
        "endpoint_url" => settings.endpoint_url.as_ref().map(|endpoint| endpoint.url.to_string()),
        "use_ssl" => Some(settings.use_ssl.to_string()),
        "execution_environment" => settings.user_agent.execution_environment.clone().map(String::from),
        "proxies_config.proxy_use_forwarding_for_https" => Some(settings.transport.proxy.use_forwarding_for_https.to_string()),
        "proxies_config.proxy_client_cert" => text(&shown.get("proxies_config")?["proxy_client_cert"][0]),
        "key_log_file" => settings.transport.key_log_file.as_ref().map(|path| path.display().to_string()),
        "csm_enabled" => Some(settings.monitoring.enabled.to_string()),
        "csm_client_id" => Some(settings.monitoring.client_id.to_string()).filter(|id| !id.is_empty()),
        "csm_host" => Some(settings.monitoring.host.to_string()),
        "csm_port" => Some(settings.monitoring.port.to_string()),
        "ignore_configured_endpoint_urls" => Some(settings.endpoint_url.is_none().to_string()),
        "s3_no_empty_continue" => Some(settings.s3_no_empty_continue.to_string()),
        "sts_regional_endpoints" => Some(settings.sts_regional_endpoints.to_string()),
        "verify" => Some(match &settings.transport.verify {
            Verify::Bundle(path) => path.display().to_string(),
            other => (*other == Verify::Roots).to_string(),
        }),
        "defaults_mode" => {
            let modes = [(60.0, "legacy"), (1.1, "in-region"), (3.1, "cross-region"), (30.0, "mobile")];
            modes.iter().find(|(timeout, _)| seconds == Some(*timeout)).map(|(_, mode)| (*mode).to_owned())
        }
        "proxies" => text(&shown.get("proxies")?["https"]),
        "client_cert" => text(&shown.get("client_cert")?[0]),
        "signature_version" => text(shown.get(setting)?).filter(|version| !version.is_empty()),
        _ => match setting.split_once('.') {
            Some((block, key)) => text(&shown.get(block)?[key]),
            None => text(shown.get(setting)?),
        },
    }
}

fn of_metadata(session: &Session, setting: &str) -> Option<String> {
    let settings = session.0.context.metadata_service().unwrap();
    match setting {
        "metadata_service_timeout" => Some(settings.timeout.as_secs().to_string()),
        "metadata_service_num_attempts" => Some(settings.attempts.to_string()),
        "ec2_metadata_service_endpoint" => settings.endpoint.map(String::from),
        "ec2_metadata_service_endpoint_mode" => settings.endpoint_mode.map(String::from),
        "ec2_metadata_v1_disabled" => Some(settings.v1_disabled.to_string()),
        _ => Some((settings.endpoint_mode.as_deref() == Some("ipv6")).to_string()),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        other => other.as_str().map(str::to_owned),
    }
}

/// The value that results from two places, of which the first is the earlier one in the table.
fn winner<'a>(setting: &str, first: &'a str, second: &'a str, places: [Place; 2]) -> &'a str {
    let switches_on = setting == "parameter_validation" && first == "true" && matches!(places, [_, Place::Other(Source::Key(_))]);
    if switches_on { second } else { first }
}

#[test]
fn each_source_sets_the_setting_alone_and_the_first_of_each_pair_wins() {
    let (mut alone, mut pairs) = (0, 0);
    for setting in SETTINGS {
        let (name, places) = (setting.name, places(setting));
        let default = setting.default.map(str::to_owned).filter(|_| !setting.examples.is_empty());
        assert_eq!(World::new(name).outcome(name), default, "{name}, by default");
        for (i, place) in places.iter().enumerate() {
            for value in setting.examples {
                let outcome = World::new(name).set(name, *place, value).outcome(name);
                assert_eq!(outcome.as_deref(), Some(*value), "{name} from {place:?}");
                alone += 1;
            }
            for later in &places[i + 1..] {
                for (first, second) in setting.examples.iter().flat_map(|first| setting.examples.iter().map(move |second| (first, second)))
                {
                    if first == second {
                        continue;
                    }
                    let world = World::new(name).set(name, *place, first).set(name, *later, second);
                    let expected = winner(name, first, second, [*place, *later]);
                    assert_eq!(world.outcome(name).as_deref(), Some(expected), "{name}: {place:?} is {first}, {later:?} is {second}");
                    pairs += 1;
                }
            }
        }
    }
    assert!(alone > 220 && pairs > 380, "{alone} alone, {pairs} pairs");
}
