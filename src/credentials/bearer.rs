//! Bearer tokens: from the environment for one service, or the profile's `sso_session` for all.

use std::sync::Arc;
use std::time::Duration;

use super::refresh::{Expires, Kept, Windows};
use super::sso_token::{SsoConfig, Token, session_token};
use super::{Lookup, Surroundings};
use crate::error::{Error, ErrorKind, Result};
use crate::http::Limits;
use crate::value::{Str, Timestamp};

/// The token of a profile's session, fetched when it is first needed. Cheap to clone; the clones share what was found.
#[derive(Clone)]
pub(crate) struct TokenSource(Arc<Inner>);

struct Inner {
    profile: Str,
    surroundings: Arc<dyn Surroundings>,
    kept: Kept<Token>,
}

/// A refresh that fails is not tried again at every request.
const PAUSE: Duration = Duration::from_secs(60);

impl TokenSource {
    pub(crate) fn new(profile: Str, surroundings: Arc<dyn Surroundings>) -> TokenSource {
        TokenSource(Arc::new(Inner { profile, surroundings, kept: Kept::new(Windows::DEFAULT).with_pause(PAUSE) }))
    }

    /// The token; `None` where the profile names no session.
    ///
    /// # Errors
    /// If the session is not there or lacks something, and what fetching the token fails with.
    pub(crate) fn find(&self, now: Timestamp, limits: &Limits) -> Result<Option<Str>> {
        let inner = &*self.0;
        let surroundings = &Lookup::new(&*inner.surroundings, limits);
        let Some(sso) = config(&inner.profile, surroundings)? else { return Ok(None) };
        let search = || session_token(&sso, surroundings).map(Some);
        let token = inner.kept.find(now, limits, search, |_| session_token(&sso, surroundings))?;
        Ok(token.map(|token| token.access_token.clone()))
    }
}

impl Expires for Token {
    fn expires(&self) -> Option<Timestamp> {
        Some(self.expires)
    }

    fn came_too_late(&self) -> Error {
        super::sso_token::expired()
    }
}

/// The variable that has a token for the service of a signing name.
pub(crate) fn token_variable(signing_name: &str) -> String {
    format!("AWS_BEARER_TOKEN_{}", signing_name.replace(['-', ' '], "_").to_uppercase())
}

fn config(profile: &str, surroundings: &Lookup<'_>) -> Result<Option<SsoConfig>> {
    let Some(name) = surroundings.profile(profile).and_then(|keys| keys["sso_session"].as_str()) else { return Ok(None) };
    let start = format!("The profile \"{profile}\" is configured to use the SSO token provider but");
    let invalid = |what: String| Error::new(ErrorKind::InvalidConfig, format!("{start} {what}"));
    let section = surroundings.sso_session(name);
    let section = section.ok_or_else(|| invalid(format!("the \"{name}\" sso_session configuration does not exist.")))?;
    let key = |key: &str| section[key].as_str().map(Str::from);
    let required = ["sso_start_url", "sso_region"];
    let [Some(start_url), Some(region)] = required.map(key) else {
        let missing: Vec<_> = required.into_iter().filter(|name| key(name).is_none()).map(|name| format!("'{name}'")).collect();
        return Err(invalid(format!("is missing the following configuration: [{}].", missing.join(", "))));
    };
    Ok(Some(SsoConfig { session: Some(name.into()), start_url, region }))
}
