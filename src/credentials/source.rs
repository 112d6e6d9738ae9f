//! What a client holds instead of credentials: it finds them at the first signature and keeps them.
//!
//! The way through is one read of a shared pointer. Credentials with an expiry are renewed by one thread at a
//! time: early, while the others sign with the old ones, and late, when all must wait (botocore's two windows).

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock, TryLockError};

use super::{Chain, Found, Surroundings, none_found};
use crate::auth::Credentials;
use crate::error::{Error, ErrorKind, Result};
use crate::value::Timestamp;

/// Seconds before the expiry from which on a renewal is tried.
const ADVISORY: i64 = 900;
/// Seconds before the expiry from which on a renewal must succeed.
const MANDATORY: i64 = 600;

/// Credentials, now or when they are asked for. Cheap to clone; the clones share what was found.
#[derive(Clone)]
pub(crate) struct CredentialSource(Arc<Source>);

enum Source {
    Fixed(Arc<Found>),
    Searched(Search),
}

struct Search {
    chain: Chain,
    surroundings: Arc<dyn Surroundings>,
    current: RwLock<Option<Arc<Found>>>,
    /// Held while providers are asked.
    asking: Mutex<()>,
}

impl CredentialSource {
    /// Exactly these; they are never renewed.
    pub(crate) fn fixed(credentials: Credentials) -> CredentialSource {
        CredentialSource(Arc::new(Source::Fixed(Arc::new(Found { credentials, method: "explicit" }))))
    }

    /// Those that `chain` finds when they are asked for.
    pub(crate) fn searched(chain: Chain, surroundings: Arc<dyn Surroundings>) -> CredentialSource {
        let search = Search { chain, surroundings, current: RwLock::default(), asking: Mutex::default() };
        CredentialSource(Arc::new(Source::Searched(search)))
    }

    /// The credentials to sign with at the instant `now`: one snapshot, to be used as a whole.
    ///
    /// # Errors
    /// `NoCredentials` where there are none; whatever a provider fails with.
    pub(crate) fn get(&self, now: Timestamp) -> Result<Arc<Found>> {
        self.find(now)?.ok_or_else(none_found)
    }

    /// As [`get`](Self::get), but none is no error. What was not found is looked for again the next time.
    pub(crate) fn find(&self, now: Timestamp) -> Result<Option<Arc<Found>>> {
        match &*self.0 {
            Source::Fixed(found) => Ok(Some(found.clone())),
            Source::Searched(search) => search.find(now),
        }
    }
}

impl Search {
    fn find(&self, now: Timestamp) -> Result<Option<Arc<Found>>> {
        match self.current() {
            Some(found) if !expires_within(&found, ADVISORY, now) => Ok(Some(found)),
            Some(found) => self.renew(found, now).map(Some),
            None => self.search(now),
        }
    }

    fn search(&self, now: Timestamp) -> Result<Option<Arc<Found>>> {
        let _asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = self.current() {
            return Ok(Some(found));
        }
        match self.chain.load(&*self.surroundings)? {
            Some(found) => self.publish(found, now).map(Some),
            None => Ok(None),
        }
    }

    /// Asks the provider again. Who finds another thread at it goes on with what there is, if that is good for a while.
    fn renew(&self, old: Arc<Found>, now: Timestamp) -> Result<Arc<Found>> {
        let (_asking, window) = match self.asking.try_lock() {
            Ok(asking) => (asking, ADVISORY),
            Err(TryLockError::Poisoned(asking)) => (asking.into_inner(), ADVISORY),
            Err(TryLockError::WouldBlock) if !expires_within(&old, MANDATORY, now) => return Ok(old),
            Err(TryLockError::WouldBlock) => (self.asking.lock().unwrap_or_else(PoisonError::into_inner), MANDATORY),
        };
        let old = self.current().unwrap_or(old);
        if !expires_within(&old, window, now) {
            return Ok(old);
        }
        match self.chain.reload(old.method, &*self.surroundings) {
            Ok(Some(credentials)) => self.publish(Found { credentials, method: old.method }, now),
            Ok(None) => Err(not_renewed(old.method)),
            Err(_) if !expires_within(&old, MANDATORY, now) => Ok(old),
            Err(error) => Err(error),
        }
    }

    fn current(&self) -> Option<Arc<Found>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn publish(&self, found: Found, now: Timestamp) -> Result<Arc<Found>> {
        let found = Arc::new(found);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(found.clone());
        if expires_within(&found, 0, now) {
            let message = "Credentials were refreshed, but the refreshed credentials are still expired.";
            return Err(Error::new(ErrorKind::CredentialRetrieval, message).with_name("RuntimeError"));
        }
        Ok(found)
    }
}

fn not_renewed(method: &str) -> Error {
    let message = format!(
        "Error when retrieving credentials from {method}: Credential refresh failed, response did not contain: \
         access_key, secret_key, token, expiry_time"
    );
    Error::new(ErrorKind::CredentialRetrieval, message)
}

fn expires_within(found: &Found, seconds: i64, now: Timestamp) -> bool {
    let limit = Timestamp::new(now.seconds().saturating_add(seconds), now.nanoseconds());
    found.credentials.expires().is_some_and(|expires| expires < limit)
}

/// Says nothing about the credentials.
impl fmt::Debug for CredentialSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Source::Fixed(_) => f.write_str("CredentialSource(explicit)"),
            Source::Searched(search) => {
                let method = search.current().map_or("not asked yet", |found| found.method);
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
        (CredentialSource::searched(Chain::new(vec![Box::new(custom)]), Arc::new(nothing)), asked)
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
                scope.spawn(|| assert_eq!(source.get(at(0)).unwrap().credentials.access_key_id(), "A"));
            }
        });
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn nothing_found_is_not_kept() {
        let (source, _) = source(|n| Ok((n > 0).then(|| Credentials::new("A", "S"))));
        let error = source.get(at(0)).unwrap_err();
        assert_eq!((error.name(), error.message()), ("NoCredentialsError", "Unable to locate credentials"));
        assert!(source.get(at(0)).is_ok());
    }

    #[test]
    fn a_failure_of_the_program_s_own_provider_names_it() {
        let (source, _) = source(|_| Err(anyhow::anyhow!("vault is sealed")));
        let error = source.get(at(0)).unwrap_err();
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
            source.get(at(0)).unwrap();
            let outcome = source.get(at(10_000 - left));
            assert_eq!(outcome.is_err(), fails, "{left}");
            assert_eq!(asked.load(Ordering::SeqCst), 1 + questions, "{left}");
        }
    }

    #[test]
    fn expired_answers_are_refused() {
        let (source, _) = source(|_| Ok(Some(Credentials::new("A", "S").with_expiry(at(-1)))));
        let message = "Credentials were refreshed, but the refreshed credentials are still expired.";
        assert_eq!(source.get(at(0)).unwrap_err().message(), message);
    }

    #[test]
    fn debug_shows_no_key() {
        let source = CredentialSource::fixed(Credentials::new("A", "SECRET"));
        assert_eq!(format!("{source:?}"), "CredentialSource(explicit)");
    }
}
