//! What a client holds instead of credentials: it finds them at the first signature and keeps them.

use std::fmt;
use std::sync::Arc;

use super::refresh::{Expires, Kept, Windows};
use super::{Chain, Found, Lookup, Surroundings, none_found};
use crate::auth::Credentials;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Limits;
use crate::value::Timestamp;

/// Credentials, now or when they are asked for. Cheap to clone; the clones share what was found.
#[derive(Clone)]
pub(crate) struct CredentialSource(Arc<Source>);

enum Source {
    Nobody,
    Fixed(Arc<Found>),
    Searched { keys: Box<Keys>, surroundings: Arc<dyn Surroundings> },
}

/// A chain, and what it found.
pub(super) struct Keys {
    chain: Chain,
    kept: Kept<Found>,
}

impl CredentialSource {
    /// None.
    pub(crate) fn nobody() -> CredentialSource {
        CredentialSource(Arc::new(Source::Nobody))
    }

    /// Exactly these; they are never renewed.
    pub(crate) fn fixed(credentials: Credentials) -> CredentialSource {
        CredentialSource(Arc::new(Source::Fixed(Arc::new(Found { credentials, method: "explicit" }))))
    }

    /// Those that `chain` finds when they are asked for.
    pub(crate) fn searched(chain: Chain, windows: Windows, surroundings: Arc<dyn Surroundings>) -> CredentialSource {
        CredentialSource(Arc::new(Source::Searched { keys: Box::new(Keys::new(chain, windows)), surroundings }))
    }

    /// The credentials to sign with at the instant `now`: one snapshot, to be used as a whole.
    ///
    /// # Errors
    /// `NoCredentials` where there are none; whatever a provider fails with.
    pub(crate) fn get(&self, now: Timestamp, limits: &Limits) -> Result<Arc<Found>> {
        self.find(now, limits)?.ok_or_else(none_found)
    }

    /// Whether the credentials were given, so that nobody has to be asked for them.
    pub(crate) fn is_at_hand(&self) -> bool {
        !matches!(&*self.0, Source::Searched { .. })
    }

    /// As [`get`](Self::get), but none is no error. What was not found is looked for again the next time.
    pub(crate) fn find(&self, now: Timestamp, limits: &Limits) -> Result<Option<Arc<Found>>> {
        match &*self.0 {
            Source::Nobody => Ok(None),
            Source::Fixed(found) => Ok(Some(found.clone())),
            Source::Searched { keys, surroundings } => keys.find(&Lookup::new(&**surroundings, limits), now),
        }
    }
}

impl Keys {
    pub(super) fn new(chain: Chain, windows: Windows) -> Keys {
        Keys { chain, kept: Kept::new(windows) }
    }

    pub(super) fn find(&self, surroundings: &Lookup<'_>, now: Timestamp) -> Result<Option<Arc<Found>>> {
        let search = || self.chain.load(surroundings);
        let renew = |old: &Found| {
            let credentials = self.chain.reload(old.method, surroundings)?.ok_or_else(|| not_renewed(old.method))?;
            Ok(Found { credentials, method: old.method })
        };
        self.kept.find(now, surroundings.limits, search, renew)
    }
}

impl Expires for Found {
    fn expires(&self) -> Option<Timestamp> {
        self.credentials.expires()
    }

    fn came_too_late(&self) -> Error {
        self.credentials.came_too_late()
    }
}

impl Expires for Credentials {
    fn expires(&self) -> Option<Timestamp> {
        Credentials::expires(self)
    }

    fn came_too_late(&self) -> Error {
        let message = "Credentials were refreshed, but the refreshed credentials are still expired.";
        Error::new(ErrorKind::CredentialRetrieval, message).with_name("RuntimeError")
    }
}

fn not_renewed(method: &str) -> Error {
    let message = format!(
        "Error when retrieving credentials from {method}: Credential refresh failed, response did not contain: \
         access_key, secret_key, token, expiry_time"
    );
    Error::new(ErrorKind::CredentialRetrieval, message)
}

/// Says nothing about the credentials.
impl fmt::Debug for CredentialSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Source::Nobody => f.write_str("CredentialSource(none)"),
            Source::Fixed(_) => f.write_str("CredentialSource(explicit)"),
            Source::Searched { keys, .. } => {
                let method = keys.kept.peek().map_or("not asked yet", |found| found.method);
                write!(f, "CredentialSource({method})")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Custom;
    use super::super::tests::Fixed;
    use super::*;
    use crate::value::Value;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// A source whose n-th answer (from 0) is `answer(n)`, and the count of questions.
    fn source(
        answer: impl Fn(usize) -> anyhow::Result<Option<Credentials>> + Send + Sync + 'static,
    ) -> (CredentialSource, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = asked.clone();
        let custom = Custom::new(move || answer(counter.fetch_add(1, Ordering::SeqCst)));
        let nothing = Fixed::new(Value::Null, Value::Null, Value::Null);
        (CredentialSource::searched(Chain::new(vec![Box::new(custom)]), Windows::DEFAULT, Arc::new(nothing)), asked)
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::new(seconds, 0)
    }

    #[test]
    fn nobody_is_asked_before_the_first_signature_and_only_once() {
        let (source, asked) = source(|_| Ok(Some(Credentials::new("A", "S"))));
        assert_eq!(asked.load(Ordering::SeqCst), 0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| assert_eq!(source.get(at(0), &Limits::default()).unwrap().credentials.access_key_id(), "A"));
            }
        });
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn nothing_found_is_not_kept() {
        let (source, _) = source(|n| Ok((n > 0).then(|| Credentials::new("A", "S"))));
        let error = source.get(at(0), &Limits::default()).unwrap_err();
        assert_eq!((error.name(), error.message()), ("NoCredentialsError", "Unable to locate credentials"));
        assert!(source.get(at(0), &Limits::default()).is_ok());
    }

    #[test]
    fn a_failure_of_the_program_s_own_provider_names_it() {
        let (source, _) = source(|_| Err(anyhow::anyhow!("vault is sealed")));
        let error = source.get(at(0), &Limits::default()).unwrap_err();
        assert_eq!(
            (error.kind(), error.message()),
            (ErrorKind::CredentialRetrieval, "Error when retrieving credentials from custom: vault is sealed")
        );
    }

    #[test]
    fn a_renewal_that_fails_matters_only_in_the_mandatory_window() {
        for (left, questions, fails) in [(901, 0, false), (900, 0, false), (899, 1, false), (600, 1, false), (599, 1, true), (-1, 1, true)]
        {
            let (source, asked) = source(|n| match n {
                0 => Ok(Some(Credentials::new("A", "S").with_expiry(at(10_000)))),
                _ => Err(anyhow::anyhow!("down")),
            });
            source.get(at(0), &Limits::default()).unwrap();
            let outcome = source.get(at(10_000 - left), &Limits::default());
            assert_eq!(outcome.is_err(), fails, "{left}");
            assert_eq!(asked.load(Ordering::SeqCst), 1 + questions, "{left}");
        }
    }

    #[test]
    fn expired_answers_are_refused() {
        let (source, _) = source(|_| Ok(Some(Credentials::new("A", "S").with_expiry(at(-1)))));
        let message = "Credentials were refreshed, but the refreshed credentials are still expired.";
        assert_eq!(source.get(at(0), &Limits::default()).unwrap_err().message(), message);
    }

    #[test]
    fn debug_shows_no_key() {
        let source = CredentialSource::fixed(Credentials::new("A", "SECRET"));
        assert_eq!(format!("{source:?}"), "CredentialSource(explicit)");
    }
}
