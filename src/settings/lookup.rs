//! The settings of a session: its own, those of the environment, and those of the profile files.
//!
//! The files are read once, when the session is made; the environment is read at each lookup. The order of the sources
//! is that of the [`table`]. The options of a [`Config`](super::Config) and the arguments of a client come before all
//! of them; [`resolve`](super::resolve) adds them.

use super::checks;
use super::environment::Environment;
use super::profile::Profiles;
use super::table::{self, Setting, Source};
use crate::error::{Error, ErrorKind, Result, did_you_mean};
use crate::value::{Map, Str, Value};

/// The sources of a session's settings.
#[derive(Debug)]
pub(crate) struct Settings {
    pub environment: Environment,
    pub profiles: Profiles,
    /// The settings of the session's builder, by name.
    own: Map,
    profile_name: Option<Str>,
    /// The keys of the active profile.
    profile: Map,
}

impl Settings {
    /// Reads the files; `own` holds the settings of the session's builder, by name.
    ///
    /// # Errors
    /// `ConfigParse` for a broken file, `ProfileNotFound` if the profile that code or environment name does not exist.
    pub(crate) fn load(environment: Environment, own: Map) -> Result<Settings> {
        let mut settings = Settings { environment, profiles: Profiles::default(), own, profile_name: None, profile: Map::new() };
        let [config_file, credentials_file] = [&table::CONFIG_FILE, &table::CREDENTIALS_FILE].map(|file| settings.path(file));
        settings.profiles = Profiles::read(&config_file?, &credentials_file?)?;
        settings.profile_name = settings.found(&table::PROFILE).and_then(|name| name.as_str().map(Str::from));
        settings.profile = settings.find_profile()?;
        Ok(settings)
    }

    /// The name of the active profile.
    pub(crate) fn profile_name(&self) -> &str {
        self.profile_name.as_deref().unwrap_or("default")
    }

    /// Whether the profile was set on the session, and not by the environment.
    pub(crate) fn profile_is_own(&self) -> bool {
        self.own.contains_key(table::PROFILE.name)
    }

    /// The keys of the active profile.
    pub(crate) fn profile(&self) -> &Map {
        &self.profile
    }

    /// The value from the first source that has it, or the default, as text.
    pub(crate) fn text(&self, setting: &Setting) -> Result<Option<Str>> {
        Ok(self.value(setting)?.and_then(|value| value.as_str().map(Str::from)))
    }

    /// The value from the first source that has it, or the default, in the setting's type.
    pub(crate) fn value(&self, setting: &Setting) -> Result<Option<Value>> {
        self.found(setting).or_else(|| setting.default.map(Value::from)).map(|value| checks::convert(setting, value)).transpose()
    }

    /// The value from the first source that has it, as it is written there.
    pub(crate) fn found(&self, setting: &Setting) -> Option<Value> {
        self.found_for(setting, "")
    }

    /// As [`found`](Self::found), for a setting that each service has on its own.
    pub(crate) fn found_for(&self, setting: &Setting, service: &str) -> Option<Value> {
        setting.sources.iter().find_map(|source| match source {
            Source::Argument | Source::Config => None,
            Source::Session => self.own.get(setting.name).cloned(),
            Source::Variable(name) => self.environment.get(name).map(Value::from),
            Source::NotVariable(name) => self.environment.get(name).map(|text| opposite(&text.into())),
            Source::Key(key) => self.profile_key(key, service).cloned(),
            Source::NotKey(key) => self.profile_key(key, service).map(opposite),
        })
    }

    /// A key of the profile; `block.key` is a key in a nested block, and `{service}` the given service.
    fn profile_key(&self, key: &str, service: &str) -> Option<&Value> {
        let name = |part| if part == "{service}" { service } else { part };
        match key.split_once('.') {
            Some((block, key)) => self.profile.get(name(block))?.get(name(key)),
            None => self.profile.get(key),
        }
    }

    /// A path in the environment's notation; an empty one if there is none.
    fn path(&self, setting: &Setting) -> Result<std::path::PathBuf> {
        Ok(self.text(setting)?.map(|path| self.environment.expand(&path)).unwrap_or_default())
    }

    fn find_profile(&self) -> Result<Map> {
        let profiles = &self.profiles.merged;
        match &self.profile_name {
            None => Ok(profiles.get("default").cloned().unwrap_or_default()),
            Some(name) => profiles.get(name.as_str()).cloned().ok_or_else(|| {
                let near = did_you_mean(name, profiles.keys().map(Str::as_str));
                Error::new(ErrorKind::ProfileNotFound, format!("The config profile ({name}) could not be found{}", in_sentence(&near)))
            }),
        }
    }
}

fn opposite(flag: &Value) -> Value {
    Value::Bool(!checks::is_true(flag))
}

fn in_sentence(hint: &str) -> String {
    if hint.is_empty() { String::new() } else { format!(".{hint}") }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::value;

    /// Settings of a session with these files and variables.
    pub(crate) fn settings(config: &str, credentials: &str, variables: &[(&str, &str)], own: Value) -> Result<Settings> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("a writable folder");
            path.display().to_string()
        };
        let files = [("AWS_CONFIG_FILE", file("config", config)), ("AWS_SHARED_CREDENTIALS_FILE", file("credentials", credentials))];
        let variables = variables.iter().map(|(name, value)| (*name, (*value).to_owned()));
        Settings::load(files.into_iter().chain(variables).collect(), own.as_map().expect("a map").clone())
    }

    const CONFIG: &str = "[default]\nregion = file\n[profile dev]\nregion = dev\nmax_attempts = x\ns3_use_arn_region = TRUE\ns3 =\n \
                          use_arn_region = no\n addressing_style = path\n";

    #[test]
    fn the_session_comes_before_the_environment_and_that_before_the_profile() {
        let region = |variables: &[_], own| settings(CONFIG, "", variables, own).unwrap().text(&table::REGION).unwrap();
        assert_eq!(region(&[], value!({})).as_deref(), Some("file"));
        assert_eq!(region(&[("AWS_DEFAULT_REGION", "env"), ("AWS_REGION", "other")], value!({})).as_deref(), Some("env"));
        assert_eq!(region(&[("AWS_DEFAULT_REGION", "env")], value!({"region_name": "own"})).as_deref(), Some("own"));
        assert_eq!(region(&[("AWS_DEFAULT_REGION", "")], value!({})).as_deref(), Some(""));
        assert_eq!(region(&[("AWS_PROFILE", "dev")], value!({})).as_deref(), Some("dev"));
    }

    #[test]
    fn a_named_profile_must_exist() {
        for (variables, own, name) in [
            (vec![("AWS_PROFILE", "nope")], value!({}), "nope"),
            (vec![("AWS_PROFILE", "dev"), ("AWS_DEFAULT_PROFILE", "")], value!({}), ""),
            (vec![("AWS_PROFILE", "dev")], value!({"profile": "other"}), "other"),
        ] {
            let error = settings(CONFIG, "", &variables, own).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ProfileNotFound);
            assert_eq!(error.message(), format!("The config profile ({name}) could not be found"));
        }
        let error = settings(CONFIG, "", &[("AWS_PROFILE", "dve")], value!({})).unwrap_err();
        assert_eq!(error.message(), "The config profile (dve) could not be found. Did you mean dev?");
        assert_eq!(settings("", "", &[], value!({})).unwrap().profile_name(), "default");
    }

    #[test]
    fn values_have_the_type_of_their_row() {
        let dev = settings(CONFIG, "", &[("AWS_USE_FIPS_ENDPOINT", "1"), ("BOTOCORE_TCP_KEEPALIVE", "True")], value!({"profile": "dev"}))
            .unwrap();
        assert_eq!(dev.value(&table::USE_FIPS_ENDPOINT).unwrap(), Some(Value::Bool(false)));
        assert_eq!(dev.value(&table::TCP_KEEPALIVE).unwrap(), Some(Value::Bool(true)));
        assert_eq!(dev.value(&table::USE_DUALSTACK_ENDPOINT).unwrap(), Some(Value::Bool(false)));
        assert_eq!(dev.value(&table::S3_USE_DUALSTACK).unwrap(), None);
        assert_eq!(
            dev.value(&table::MAX_ATTEMPTS).unwrap_err().message(),
            "Invalid value \"x\" for max_attempts. Value must be an integer."
        );
        assert_eq!(dev.value(&table::S3_USE_ARN_REGION).unwrap(), Some(Value::Bool(true)));
    }
}
