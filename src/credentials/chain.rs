//! The provider chain, and the cached result that clients sign with.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::refresh::{Expires, Refreshable, Windows};
use super::{Loaded, Provider, ProviderContext, Retrieval, Skipped, none_found, partial, unretrievable};
use crate::auth::Credentials;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Limits;
use crate::value::Timestamp;

/// The providers, in the order in which they are asked. The first one that has credentials wins.
pub(crate) struct Chain(Vec<Box<dyn Provider>>);

/// Credentials, and the provider that they came from.
#[derive(Debug)]
pub(crate) struct ResolvedCredentials {
    pub credentials: Credentials,
    /// The provider's name, boto3's `method`.
    pub method: &'static str,
    /// The letters of the sources in the user agent.
    pub features: Vec<&'static str>,
}

impl Chain {
    pub(crate) fn new(providers: Vec<Box<dyn Provider>>) -> Chain {
        Chain(providers)
    }

    /// The chain with another provider at its start.
    pub(crate) fn after(mut self, first: Box<dyn Provider>) -> Chain {
        self.0.insert(0, first);
        self
    }

    /// Asks the providers until one has credentials; otherwise returns why each was skipped. The error of a provider ends
    /// the search.
    pub(crate) fn load(&self, retrieval: &Retrieval<'_>) -> Result<Result<ResolvedCredentials, Vec<Skipped>>> {
        let mut skipped = Vec::new();
        for provider in &self.0 {
            match load_complete(&**provider, retrieval)? {
                Loaded::Found(credentials) => return Ok(Ok(resolved(credentials, &**provider, retrieval))),
                Loaded::Skipped(reason) => skipped.push((provider.method(), reason)),
            }
        }
        Ok(Err(skipped))
    }

    /// Asks one provider again.
    fn reload(&self, method: &'static str, retrieval: &Retrieval<'_>) -> Result<ResolvedCredentials> {
        let provider = self.0.iter().find(|provider| provider.method() == method).ok_or_else(|| not_refreshed(method))?;
        match load_complete(&**provider, retrieval)? {
            Loaded::Found(credentials) => Ok(resolved(credentials, &**provider, retrieval)),
            Loaded::Skipped(reason) => Err(not_refreshed(method).with_detail("reason", reason.into_owned())),
        }
    }

    /// The credentials of the provider with that name.
    pub(crate) fn load_from(&self, method: &str, retrieval: &Retrieval<'_>) -> Result<Option<Credentials>> {
        let Some(provider) = self.0.iter().find(|provider| provider.method() == method) else {
            return Err(unretrievable(method, format_args!("there is no such provider; there are {}", self.methods().join(", "))));
        };
        Ok(match load_complete(&**provider, retrieval)? {
            Loaded::Found(credentials) => Some(credentials),
            Loaded::Skipped(_) => None,
        })
    }

    pub(crate) fn methods(&self) -> Vec<&'static str> {
        self.0.iter().map(|provider| provider.method()).collect()
    }
}

fn resolved(credentials: Credentials, provider: &dyn Provider, retrieval: &Retrieval<'_>) -> ResolvedCredentials {
    ResolvedCredentials { credentials, method: provider.method(), features: provider.features(retrieval) }
}

/// Loads credentials and checks that they have both keys. An empty key is an absent one, whatever its source.
fn load_complete(provider: &dyn Provider, retrieval: &Retrieval<'_>) -> Result<Loaded> {
    Ok(match provider.load(retrieval)? {
        Loaded::Found(credentials) => match check_complete(&credentials, provider.method())? {
            true => Loaded::Found(credentials),
            false => Loaded::Skipped("both keys are empty".into()),
        },
        skipped => skipped,
    })
}

/// Whether credentials have both keys; `false` if they have neither.
fn check_complete(credentials: &Credentials, method: &str) -> Result<bool> {
    match (credentials.access_key_id().is_empty(), credentials.secret_access_key().is_empty()) {
        (false, false) => Ok(true),
        (true, true) => Ok(false),
        (true, false) => Err(partial(method, "aws_access_key_id")),
        (false, true) => Err(partial(method, "aws_secret_access_key")),
    }
}

fn not_refreshed(method: &str) -> Error {
    unretrievable(method, "Credential refresh failed, response did not contain: access_key, secret_key, token, expiry_time")
}

/// A chain with its cached result.
pub(super) struct CachedChain {
    chain: Chain,
    cached: Refreshable<ResolvedCredentials>,
    /// Why the last search found nothing.
    skipped: Mutex<Vec<Skipped>>,
}

impl CachedChain {
    pub(super) fn new(chain: Chain, windows: Windows) -> CachedChain {
        CachedChain { chain, cached: Refreshable::new(windows), skipped: Mutex::default() }
    }

    pub(super) fn find(&self, retrieval: &Retrieval<'_>, now: Timestamp) -> Result<Option<Arc<ResolvedCredentials>>> {
        let search = || {
            Ok(self.chain.load(retrieval)?.map_or_else(
                |skipped| {
                    *self.skipped.lock().unwrap_or_else(PoisonError::into_inner) = skipped;
                    None
                },
                Some,
            ))
        };
        let refresh = |old: &ResolvedCredentials| self.chain.reload(old.method, retrieval);
        self.cached.find(now, retrieval.limits, search, refresh)
    }

    /// The letters of the sources that the credentials came from.
    pub(super) fn features(&self) -> Vec<&'static str> {
        self.cached.peek().map(|found| found.features.clone()).unwrap_or_default()
    }

    /// The error for a search that found nothing.
    pub(super) fn none_found(&self) -> Error {
        none_found(&self.skipped.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Where a client gets its credentials when it signs. Cheap to clone; clones share the result.
#[derive(Clone)]
pub(crate) struct CredentialSource(Arc<Origin>);

enum Origin {
    Anonymous,
    Explicit(Arc<ResolvedCredentials>),
    Chain { chain: Box<CachedChain>, context: Arc<dyn ProviderContext> },
}

impl CredentialSource {
    /// No credentials.
    pub(crate) fn nobody() -> CredentialSource {
        CredentialSource(Arc::new(Origin::Anonymous))
    }

    /// Exactly these credentials; they are never refreshed.
    pub(crate) fn fixed(credentials: Credentials) -> CredentialSource {
        let features = super::features_of(EXPLICIT);
        CredentialSource(Arc::new(Origin::Explicit(Arc::new(ResolvedCredentials { credentials, method: EXPLICIT, features }))))
    }

    /// The credentials that `chain` finds when they are first needed.
    pub(crate) fn searched(chain: Chain, windows: Windows, context: Arc<dyn ProviderContext>) -> CredentialSource {
        CredentialSource(Arc::new(Origin::Chain { chain: Box::new(CachedChain::new(chain, windows)), context }))
    }

    /// Returns the credentials to sign with: one snapshot, to be used as a whole. `now` is the local time: the service's
    /// clock must not decide when credentials expire.
    ///
    /// # Errors
    /// `NoCredentials` if there are none; the error of a provider.
    pub(crate) fn get(&self, now: Timestamp, limits: &Limits) -> Result<Arc<ResolvedCredentials>> {
        self.find(now, limits)?.ok_or_else(|| match &*self.0 {
            Origin::Anonymous => none_found(&[]),
            Origin::Explicit(_) => none_found(&[(EXPLICIT, "both keys are empty".into())]),
            Origin::Chain { chain, .. } => chain.none_found(),
        })
    }

    /// Whether the credentials are explicit, so that no provider has to be asked.
    pub(crate) fn is_at_hand(&self) -> bool {
        !matches!(&*self.0, Origin::Chain { .. })
    }

    /// Like [`get`](Self::get), but returns `None` if there are no credentials. An unsuccessful search is repeated the next
    /// time.
    pub(crate) fn find(&self, now: Timestamp, limits: &Limits) -> Result<Option<Arc<ResolvedCredentials>>> {
        match &*self.0 {
            Origin::Anonymous => Ok(None),
            Origin::Explicit(found) => Ok(check_complete(&found.credentials, EXPLICIT)?.then(|| found.clone())),
            Origin::Chain { chain, context } => chain.find(&Retrieval::new(&**context, limits), now),
        }
    }
}

/// The method of credentials that the program passed in.
pub(super) const EXPLICIT: &str = "explicit";

impl Expires for ResolvedCredentials {
    fn expires(&self) -> Option<Timestamp> {
        self.credentials.expires()
    }

    fn already_expired(&self) -> Error {
        self.credentials.already_expired()
    }
}

impl Expires for Credentials {
    fn expires(&self) -> Option<Timestamp> {
        Credentials::expires(self)
    }

    fn already_expired(&self) -> Error {
        let message = "Credentials were refreshed, but the refreshed credentials are still expired.";
        Error::new(ErrorKind::CredentialRetrieval, message).with_name("RuntimeError")
    }
}

/// Shows the provider, not the credentials.
impl fmt::Debug for CredentialSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Origin::Anonymous => f.write_str("CredentialSource(none)"),
            Origin::Explicit(_) => f.write_str("CredentialSource(explicit)"),
            Origin::Chain { chain, .. } => {
                let method = chain.cached.peek().map_or("not loaded yet", |found| found.method);
                write!(f, "CredentialSource({method})")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::super::CustomProvider;
    use super::super::tests::FixedContext;
    use super::*;
    use crate::value;
    use crate::value::Value;

    fn load(variables: Value, shared_file: Value, config_file: Value) -> Result<Option<(&'static str, Credentials)>> {
        let mut variables = variables;
        if let Some(variables) = variables.as_map_mut() {
            variables.insert("AWS_EC2_METADATA_DISABLED", "true");
        }
        let chain = super::super::chain(&"default".into(), false);
        let found = chain.load(&Retrieval::new(&FixedContext::new(variables, shared_file, config_file), &Limits::default()))?;
        Ok(found.ok().map(|found| (found.method, found.credentials)))
    }

    fn message(result: Result<Option<(&'static str, Credentials)>>) -> (String, String) {
        let error: Error = result.unwrap_err();
        (error.name().to_owned(), error.message().to_owned())
    }

    fn partial(method: &str, missing: &str) -> (String, String) {
        ("PartialCredentialsError".to_owned(), format!("Partial credentials found in {method}, missing: {missing}"))
    }

    #[test]
    fn the_first_provider_with_an_access_key_wins() {
        let keys = value!({"aws_access_key_id": "F", "aws_secret_access_key": "S", "aws_session_token": "T", "aws_account_id": "1"});
        let variables =
            value!({"AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": "S", "AWS_SESSION_TOKEN": "t", "AWS_SECURITY_TOKEN": "s"});
        let of_file = Credentials::new("F", "S").with_token("T").with_account_id("1");
        assert_eq!(load(variables, keys.clone(), Value::Null).unwrap(), Some(("env", Credentials::new("E", "S").with_token("s"))));
        let lone_secret = value!({"AWS_SECRET_ACCESS_KEY": "S", "AWS_ACCESS_KEY_ID": ""});
        assert_eq!(load(lone_secret, keys.clone(), keys.clone()).unwrap(), Some(("shared-credentials-file", of_file.clone())));
        assert_eq!(load(value!({}), value!({"region": "r"}), keys).unwrap(), Some(("config-file", of_file)));
        assert_eq!(load(value!({}), Value::Null, Value::Null).unwrap(), None);
    }

    #[test]
    fn an_access_key_without_a_secret_ends_the_search() {
        let whole = value!({"aws_access_key_id": "F", "aws_secret_access_key": "S"});
        let variables = value!({"AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": ""});
        assert_eq!(message(load(variables, whole.clone(), Value::Null)), partial("env", "AWS_SECRET_ACCESS_KEY"));
        for half in [value!({"aws_access_key_id": "F"}), value!({"aws_access_key_id": "F", "aws_secret_access_key": ""})] {
            let missing = "aws_secret_access_key";
            assert_eq!(message(load(value!({}), half.clone(), whole.clone())), partial("shared-credentials-file", missing));
            assert_eq!(message(load(value!({}), Value::Null, half)), partial("config-file", missing));
        }
    }

    #[test]
    fn the_documented_order_is_the_actual_order() {
        let documented = include_str!("../session/credentials.md").lines().filter_map(|line| line.strip_prefix("| "));
        let documented: Vec<_> = documented.skip(1).map(|row| row.split('`').nth(1).unwrap()).collect();
        let methods = |profile_is_own| super::super::chain(&"default".into(), profile_is_own).methods();
        assert_eq!(methods(false), documented);
        assert_eq!(methods(true), documented[1..]);
    }

    /// A source whose provider returns `outcome(n)` the n-th time (from 0), and the number of times it was asked.
    fn source(
        outcome: impl Fn(usize) -> anyhow::Result<Option<Credentials>> + Send + Sync + 'static,
    ) -> (CredentialSource, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = asked.clone();
        let custom = CustomProvider::new(move || outcome(counter.fetch_add(1, Ordering::SeqCst)));
        let nothing = FixedContext::new(Value::Null, Value::Null, Value::Null);
        (CredentialSource::searched(Chain::new(vec![Box::new(custom)]), Windows::DEFAULT, Arc::new(nothing)), asked)
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::new(seconds, 0)
    }

    #[test]
    fn providers_are_asked_once_at_the_first_signature() {
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
    fn an_unsuccessful_search_is_repeated() {
        let (source, _) = source(|n| Ok((n > 0).then(|| Credentials::new("A", "S"))));
        let error = source.get(at(0), &Limits::default()).unwrap_err();
        let message = "Unable to locate credentials. Tried: custom (the program's provider returned none)";
        assert_eq!((error.name(), error.message()), ("NoCredentialsError", message));
        assert_eq!(source.get(at(0), &Limits::default()).unwrap().credentials.access_key_id(), "A");
    }

    #[test]
    fn empty_keys_are_absent_whatever_the_source() {
        let (empty, _) = source(|_| Ok(Some(Credentials::new("", "").with_token("").with_account_id(""))));
        assert!(empty.find(at(0), &Limits::default()).unwrap().is_none());
        for (source, method) in [
            (source(|_| Ok(Some(Credentials::new("A", "")))).0, "custom"),
            (CredentialSource::fixed(Credentials::new("A", "")), "explicit"),
        ] {
            let error = source.get(at(0), &Limits::default()).unwrap_err();
            assert_eq!(error.message(), format!("Partial credentials found in {method}, missing: aws_secret_access_key"));
        }
        let error = CredentialSource::fixed(Credentials::new("", "")).get(at(0), &Limits::default()).unwrap_err();
        assert_eq!(error.message(), "Unable to locate credentials. Tried: explicit (both keys are empty)");
        let found = load(value!({}), value!({"aws_access_key_id": "", "aws_secret_access_key": ""}), Value::Null).unwrap();
        assert_eq!(found, None);
        let token = value!({"aws_access_key_id": "A", "aws_secret_access_key": "S", "aws_session_token": "", "aws_account_id": ""});
        assert_eq!(load(value!({}), token, Value::Null).unwrap().unwrap().1, Credentials::new("A", "S"));
    }

    #[test]
    fn an_error_of_the_programs_own_provider_names_it() {
        let (source, _) = source(|_| Err(anyhow::anyhow!("vault is sealed")));
        let error = source.get(at(0), &Limits::default()).unwrap_err();
        assert_eq!(
            (error.kind(), error.message()),
            (ErrorKind::CredentialRetrieval, "Error when retrieving credentials from custom: vault is sealed")
        );
    }

    #[test]
    fn a_failed_refresh_matters_only_in_the_mandatory_window() {
        for (left, refreshes, fails) in [(901, 0, false), (900, 0, false), (899, 1, false), (600, 1, false), (599, 1, true), (-1, 1, true)]
        {
            let (source, asked) = source(|n| match n {
                0 => Ok(Some(Credentials::new("A", "S").with_expiry(at(10_000)))),
                _ => Err(anyhow::anyhow!("down")),
            });
            source.get(at(0), &Limits::default()).unwrap();
            let outcome = source.get(at(10_000 - left), &Limits::default());
            let kind = outcome.err().map(|error| error.kind());
            assert_eq!(kind, fails.then_some(ErrorKind::CredentialRetrieval), "{left}");
            assert_eq!(asked.load(Ordering::SeqCst), 1 + refreshes, "{left}");
        }
    }

    #[test]
    fn credentials_that_are_already_expired_are_rejected() {
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
