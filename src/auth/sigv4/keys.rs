//! The signing key, which is derived from the secret, the day, the region, and the service; and its cache.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use ring::hmac;

/// The capacity of the cache. Most clients need one key; a client with a session for each bucket needs many.
const CAPACITY: usize = 16;

/// A cache of derived signing keys, so that a signature costs one HMAC instead of five.
///
/// Each client has one. A lookup takes a shared lock for a few comparisons.
#[derive(Default)]
pub struct KeyCache {
    hmac: RwLock<Vec<DerivedKey>>,
    /// The keys of Signature Version 4a, which depend on neither the day nor the region.
    #[cfg(feature = "sigv4a")]
    pub(super) ecdsa: crate::auth::sigv4a::PrivateKeys,
}

struct DerivedKey {
    secret: String,
    date: String,
    region: String,
    service: String,
    key: Arc<hmac::Key>,
}

impl KeyCache {
    /// Creates an empty cache.
    pub fn new() -> KeyCache {
        KeyCache::default()
    }

    pub(super) fn key(&self, secret: &str, date: &str, region: &str, service: &str) -> Arc<hmac::Key> {
        let cached = self.hmac.read().unwrap_or_else(PoisonError::into_inner);
        let fits = |e: &&DerivedKey| e.date == date && e.region == region && e.service == service && e.secret == secret;
        if let Some(entry) = cached.iter().rev().find(fits) {
            return Arc::clone(&entry.key);
        }
        drop(cached);
        let key = Arc::new(derive(secret, date, region, service));
        let mut cached = self.hmac.write().unwrap_or_else(PoisonError::into_inner);
        if cached.len() == CAPACITY {
            cached.remove(0);
        }
        let (secret, date) = (secret.to_owned(), date.to_owned());
        cached.push(DerivedKey { secret, date, region: region.to_owned(), service: service.to_owned(), key: Arc::clone(&key) });
        key
    }
}

impl fmt::Debug for KeyCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyCache(***)")
    }
}

pub(super) fn derive(secret: &str, date: &str, region: &str, service: &str) -> hmac::Key {
    let start = hmac::Key::new(hmac::HMAC_SHA256, ["AWS4", secret].concat().as_bytes());
    [date, region, service, "aws4_request"]
        .iter()
        .fold(start, |key, part| hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&key, part.as_bytes()).as_ref()))
}

pub(super) fn tag(key: &hmac::Key, text: &str) -> hmac::Tag {
    hmac::sign(key, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cached_key_equals_the_derived_one_and_old_keys_are_evicted() {
        let cache = KeyCache::new();
        for day in 0..40 {
            let date = format!("202601{day:02}");
            for _ in 0..2 {
                let cached = tag(&cache.key("s", &date, "r", "x"), "text");
                assert_eq!(cached.as_ref(), tag(&derive("s", &date, "r", "x"), "text").as_ref());
            }
            let other = tag(&cache.key("t", &date, "r", "x"), "text");
            assert_eq!(other.as_ref(), tag(&derive("t", &date, "r", "x"), "text").as_ref());
        }
        assert_eq!(cache.hmac.read().unwrap().len(), CAPACITY);
    }
}
