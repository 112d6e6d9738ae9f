//! The environment variables of a session, and the expansion of `~` and `$NAME` in paths.
//!
//! By default this is the environment of the process, read at each lookup and never written. A program or a test can
//! provide its own variables instead; those of the process are then invisible.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::value::Str;

/// The environment variables that a session sees.
///
/// ```
/// use tucuxi::{Environment, Session};
///
/// let session = Session::builder().environment([("AWS_DEFAULT_REGION", "eu-west-1")]).build()?;
/// assert_eq!(session.region().as_deref(), Some("eu-west-1"));
/// let none = Session::builder().environment(Environment::empty()).build()?;
/// assert_eq!(none.region(), None);
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Environment(Source);

#[derive(Clone, Default)]
enum Source {
    #[default]
    Process,
    Variables(Arc<HashMap<String, Str>>),
    Function(Arc<LookUp>),
}

type LookUp = dyn Fn(&str) -> Option<String> + Send + Sync;

impl Environment {
    /// Returns the environment of the process.
    pub fn process() -> Environment {
        Environment(Source::Process)
    }

    /// Returns an environment without any variable.
    pub fn empty() -> Environment {
        Environment(Source::Variables(Arc::default()))
    }

    /// Returns an environment whose variables are provided by `look_up`, which is called at each lookup.
    pub fn from_fn(look_up: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Environment {
        Environment(Source::Function(Arc::new(look_up)))
    }

    /// The variable's text, which may be empty. A variable that is not Unicode counts as not set.
    pub(crate) fn get(&self, name: &str) -> Option<Str> {
        match &self.0 {
            Source::Process => std::env::var(name).ok().map(Str::from),
            Source::Variables(variables) => variables.get(name).cloned(),
            Source::Function(look_up) => look_up(name).map(Str::from),
        }
    }

    /// Expands `$NAME` and `${NAME}`, and then a leading `~`. A variable that is not set stays as written.
    pub(crate) fn expand(&self, path: &str) -> PathBuf {
        let path = self.expand_variables(path);
        match path.strip_prefix('~') {
            Some(rest) if rest.is_empty() || rest.starts_with(std::path::is_separator) => match self.home() {
                Some(home) => home.join(rest.trim_start_matches(std::path::is_separator)),
                None => path.into(),
            },
            _ => path.into(),
        }
    }

    fn expand_variables(&self, path: &str) -> String {
        let mut out = String::with_capacity(path.len());
        let mut rest = path;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            let (reference, name) = variable_reference(rest);
            match name.and_then(|name| self.get(name)) {
                Some(value) => out.push_str(&value),
                None => out.push_str(reference),
            }
            rest = &rest[reference.len()..];
        }
        out + rest
    }

    fn home(&self) -> Option<PathBuf> {
        let variable = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
        match (self.get(variable), &self.0) {
            (Some(home), _) => Some(home.as_str().into()),
            (None, Source::Process) => std::env::home_dir(),
            (None, _) => None,
        }
    }
}

/// The reference at the start of `text`, and the name in it. A `$` that starts no reference stands for itself.
fn variable_reference(text: &str) -> (&str, Option<&str>) {
    let after = &text[1..];
    if let Some(braced) = after.strip_prefix('{') {
        return match braced.find('}') {
            Some(end) => (&text[..end + 3], Some(&braced[..end])),
            None => (&text[..1], None),
        };
    }
    let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(after.len());
    (&text[..end + 1], (end > 0).then(|| &after[..end]))
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Environment {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), Str::from(value.into())));
        Environment(Source::Variables(Arc::new(variables.collect())))
    }
}

impl<K: Into<String>, V: Into<String>, const N: usize> From<[(K, V); N]> for Environment {
    fn from(variables: [(K, V); N]) -> Environment {
        variables.into_iter().collect()
    }
}

impl From<HashMap<String, String>> for Environment {
    fn from(variables: HashMap<String, String>) -> Environment {
        variables.into_iter().collect()
    }
}

impl From<BTreeMap<String, String>> for Environment {
    fn from(variables: BTreeMap<String, String>) -> Environment {
        variables.into_iter().collect()
    }
}

/// Shows the names only: variables hold secrets.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::Process => f.write_str("Environment(process)"),
            Source::Function(_) => f.write_str("Environment(function)"),
            Source::Variables(variables) => {
                let mut names: Vec<_> = variables.keys().collect();
                names.sort();
                f.debug_tuple("Environment").field(&names).finish()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_expanded_as_by_a_shell() {
        let environment = Environment::from([("HOME", "/home/me"), ("A", "x"), ("B_1", "~")]);
        for (path, expanded) in [
            ("~/.aws/config", "/home/me/.aws/config"),
            ("~", "/home/me"),
            ("~other/c", "~other/c"),
            ("/$A/${A}b/$A.c", "/x/xb/x.c"),
            ("$B_1/c", "/home/me/c"),
            ("/$NO/${NO}/$/${A", "/$NO/${NO}/$/${A"),
        ] {
            assert_eq!(environment.expand(path), PathBuf::from(expanded), "{path}");
        }
    }

    #[test]
    fn debug_shows_no_value() {
        let environment = Environment::from([("AWS_SECRET_ACCESS_KEY", "wJalr")]);
        assert_eq!(format!("{environment:?}"), r#"Environment(["AWS_SECRET_ACCESS_KEY"])"#);
    }
}
