//! Profiles, merged from the configuration file and the credentials file.
//!
//! [`ini`](super::ini) parses the files; this module interprets the section names. [`lookup`](super::lookup) knows the paths
//! of the files and the profile of the session.

use std::fs;
use std::io;
use std::path::Path;

use super::ini::{self, Sections};
use crate::error::{Error, ErrorKind, Result};
use crate::text::shell_words;
use crate::value::Str;

/// Both files as a session sees them, read once.
#[derive(Debug, Default)]
pub(crate) struct Profiles {
    /// The profiles of both files. A key of the credentials file takes precedence.
    pub merged: Sections,
    /// The profiles of the configuration file alone.
    pub config: Sections,
    /// The credentials file alone; a section's text is the profile's name.
    pub credentials: Sections,
    /// The `[services NAME]` sections of the configuration file.
    pub services: Sections,
    /// The `[sso-session NAME]` sections of the configuration file.
    pub sso_sessions: Sections,
}

impl Profiles {
    /// Reads both files. A missing file has no profiles.
    pub(crate) fn read(config_file: &Path, credentials_file: &Path) -> Result<Profiles> {
        let mut profiles = Profiles { credentials: read(credentials_file)?, ..Profiles::default() };
        for (header, section) in read(config_file)? {
            let meaning = match () {
                () if header.starts_with("profile") => (&mut profiles.config, second_word(&header)),
                () if header.starts_with("sso-session") => (&mut profiles.sso_sessions, second_word(&header)),
                () if header.starts_with("services") => (&mut profiles.services, second_word(&header)),
                () if header == "default" => (&mut profiles.config, Some(header)),
                () => continue,
            };
            if let (sections, Some(name)) = meaning {
                sections.insert(name, section);
            }
        }
        profiles.merged = profiles.config.clone();
        for (name, section) in &profiles.credentials {
            let keys = section.iter().map(|(key, value)| (key.clone(), value));
            profiles.merged.entry(name.clone()).or_default().extend(keys);
        }
        Ok(profiles)
    }
}

/// The sections of a file; none if the file does not exist or cannot be opened.
pub(crate) fn read(path: &Path) -> Result<Sections> {
    if !path.is_file() {
        return Ok(Sections::default());
    }
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Ok(Sections::default()),
        Err(error) => return Err(unreadable(path, error)),
    };
    let text = String::from_utf8(bytes).map_err(|error| unreadable(path, error.utf8_error()))?;
    ini::parse(&text, path)
}

fn unreadable(path: &Path, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::ConfigParse, format!("Unable to parse config file: {}: {error}", path.display())).with_source(error)
}

/// The second of exactly two words, as a POSIX shell splits and unquotes them.
fn second_word(header: &str) -> Option<Str> {
    match <[String; 2]>::try_from(shell_words::posix(header)?) {
        Ok([_, name]) => Some(name.into()),
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;
    use crate::value::{Map, Value};

    fn read_files(config: &str, credentials: &str) -> Result<Profiles> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [config_file, credentials_file] = ["config", "credentials"].map(|name| folder.path().join(name));
        fs::write(&config_file, config).expect("a writable folder");
        fs::write(&credentials_file, credentials).expect("a writable folder");
        Profiles::read(&config_file, &credentials_file)
    }

    fn map(sections: &Sections) -> Value {
        Value::Map(sections.iter().map(|(name, section)| (name.clone(), section.clone())).collect::<Map>())
    }

    #[test]
    fn section_names_get_their_meaning() {
        let config = "[default]\na=1\n[profile b c]\na=2\n[profile 'b c']\na=3\n[profile x\\y]\na=4\n[profile \"open]\n[profilex]\n\
                      [sso-session s]\na=5\n[services t]\nq =\n  endpoint_url = http://h:1\n[plugins]\na=6\n[profile-a z]\na=7\n";
        let profiles = read_files(config, "").unwrap();
        assert_eq!(map(&profiles.config), value!({"default": {"a": "1"}, "b c": {"a": "3"}, "xy": {"a": "4"}, "z": {"a": "7"}}));
        assert_eq!(map(&profiles.sso_sessions), value!({"s": {"a": "5"}}));
        assert_eq!(map(&profiles.services), value!({"t": {"q": {"endpoint_url": "http://h:1"}}}));
    }

    #[test]
    fn the_later_spelling_of_a_profile_replaces_the_earlier() {
        let profiles = read_files("[default]\na=1\nb=1\n[profile default]\na=2\n", "").unwrap();
        assert_eq!(map(&profiles.config), value!({"default": {"a": "2"}}));
    }

    #[test]
    fn the_credentials_file_wins_key_by_key() {
        let profiles = read_files("[profile dev]\nregion=a\ns3 =\n x = 1\n", "[new]\nk=v\n[dev]\nregion=b\n[profile dev]\nq=1\n").unwrap();
        let expected = value!({"dev": {"region": "b", "s3": {"x": "1"}}, "new": {"k": "v"}, "profile dev": {"q": "1"}});
        assert_eq!(map(&profiles.merged), expected);
        assert_eq!(profiles.merged.keys().collect::<Vec<_>>(), ["dev", "new", "profile dev"]);
    }

    #[test]
    fn a_file_that_is_not_there_is_empty_and_one_that_is_no_text_is_an_error() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(Profiles::read(&folder.path().join("none"), folder.path()).unwrap().merged.is_empty());
        let broken = folder.path().join("broken");
        fs::write(&broken, b"[default]\na=\xff\n").expect("a writable folder");
        let error = Profiles::read(&broken, folder.path()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConfigParse);
        assert!(error.message().starts_with(&format!("Unable to parse config file: {}", broken.display())));
    }
}
