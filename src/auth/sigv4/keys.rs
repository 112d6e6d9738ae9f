//! The signing key: derived from the secret, the day, the region and the service, and kept.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use ring::hmac;

/// How many keys are kept: a client mostly needs one, one with a session for each bucket needs many.
const CAPACITY: usize = 16;

/// Signing keys derived before, so that a signature costs one HMAC instead of five.
///
/// A client has one. Reading it takes a shared lock for the time of some comparisons.
#[derive(Default)]
pub struct KeyCache {
    hmac: RwLock<Vec<Entry>>,
    /// Those of Signature Version 4a, which know neither day nor region.
    #[cfg(feature = "sigv4a")]
    pub(super) ecdsa: crate::auth::sigv4a::Keys,
}

struct Entry {
    secret: String,
    date: String,
    region: String,
    service: String,
    key: Arc<hmac::Key>,
}

impl KeyCache {
    /// An empty cache.
    pub fn new() -> KeyCache {
        KeyCache::default()
    }

    pub(super) fn key(&self, secret: &str, date: &str, region: &str, service: &str) -> Arc<hmac::Key> {
        let kept = self.hmac.read().unwrap_or_else(PoisonError::into_inner);
        let fits = |e: &&Entry| e.date == date && e.region == region && e.service == service && e.secret == secret;
        if let Some(entry) = kept.iter().rev().find(fits) {
            return Arc::clone(&entry.key);
        }
        drop(kept);
        let key = Arc::new(derive(secret, date, region, service));
        let mut kept = self.hmac.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == CAPACITY {
            kept.remove(0);
        }
        let (secret, date) = (secret.to_owned(), date.to_owned());
        kept.push(Entry { secret, date, region: region.to_owned(), service: service.to_owned(), key: Arc::clone(&key) });
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
    fn a_kept_key_is_the_derived_one_and_old_ones_leave() {
        let cache = KeyCache::new();
        for day in 0..40 {
            let date = format!("202601{day:02}");
            for _ in 0..2 {
                let kept = tag(&cache.key("s", &date, "r", "x"), "text");
                assert_eq!(kept.as_ref(), tag(&derive("s", &date, "r", "x"), "text").as_ref());
            }
            let other = tag(&cache.key("t", &date, "r", "x"), "text");
            assert_eq!(other.as_ref(), tag(&derive("t", &date, "r", "x"), "text").as_ref());
        }
        assert_eq!(cache.hmac.read().unwrap().len(), CAPACITY);
    }
}
