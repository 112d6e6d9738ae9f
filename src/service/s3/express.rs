//! S3 Express: a bucket in one zone is called with the keys of a session, which `CreateSession` gives.
//!
//! Sessions are kept for each bucket and renewed before they end, by one call while others go on with the old keys;
//! who comes first to a bucket, and all who come meanwhile, wait for its session.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::auth::Credentials;
use crate::call::Event;
use crate::client::Setup;
use crate::credentials::{Kept, Windows};
use crate::error::{Error, ErrorKind, Result};
use crate::value::Value;

/// How many buckets' sessions a client keeps, as boto3 does.
const CAPACITY: usize = 100;
/// A session lives for five minutes.
const WINDOWS: Windows = Windows { advisory: Duration::from_secs(45), mandatory: Duration::from_secs(10) };

pub(super) fn customize(setup: &Setup<'_>) -> Result<()> {
    let sessions = Sessions::default();
    setup.on("before-sign.s3", move |event| sessions.give_keys(event))
}

/// The sessions of a client, those used last at the end.
#[derive(Default)]
struct Sessions(Mutex<Vec<(String, Arc<Session>)>>);

/// One bucket's keys.
type Session = Kept<Credentials>;

impl Sessions {
    /// Where the endpoint asks for a session, its keys sign the call.
    fn give_keys(&self, event: &mut Event<'_, '_>) -> anyhow::Result<()> {
        if event.auth_type() != Some("v4-s3express") {
            return Ok(());
        }
        let bucket = event.params()["Bucket"].as_str().unwrap_or_default();
        let keys = self.of(bucket).find(event.now(), &event.limits(), || create(event, bucket).map(Some), |_| create(event, bucket))?;
        if let Some(keys) = keys {
            event.set_credentials(keys);
        }
        Ok(())
    }

    /// The session of a bucket, which may have no keys yet.
    fn of(&self, bucket: &str) -> Arc<Session> {
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = sessions.iter().rposition(|(name, _)| name == bucket) {
            sessions[at..].rotate_left(1);
        } else {
            if sessions.len() == CAPACITY {
                sessions.remove(0);
            }
            sessions.push((bucket.to_owned(), Arc::new(Kept::new(WINDOWS))));
        }
        Arc::clone(&sessions[sessions.len() - 1].1)
    }
}

/// Asks for a session, with the caller's own keys.
fn create(event: &Event<'_, '_>, bucket: &str) -> Result<Credentials> {
    let answer = event.call("CreateSession", [("Bucket", bucket)].into_iter().collect())?;
    let keys = &answer["Credentials"];
    let text = |name: &str| {
        keys[name].as_str().ok_or_else(|| {
            Error::new(ErrorKind::CredentialRetrieval, format!("The session of the bucket {bucket} has no {name}"))
                .with_operation("CreateSession")
        })
    };
    let credentials = Credentials::new(text("AccessKeyId")?, text("SecretAccessKey")?).with_token(text("SessionToken")?);
    Ok(match keys.get("Expiration").and_then(Value::as_timestamp) {
        Some(end) => credentials.with_expiry(end),
        None => credentials,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bucket_that_was_not_used_for_the_longest_time_leaves() {
        let sessions = Sessions::default();
        let first: Vec<_> = (0..CAPACITY).map(|n| sessions.of(&n.to_string())).collect();
        assert!(Arc::ptr_eq(&first[0], &sessions.of("0")));
        sessions.of("new");
        assert!(Arc::ptr_eq(&first[0], &sessions.of("0")));
        assert!(!Arc::ptr_eq(&first[1], &sessions.of("1")));
        assert_eq!(sessions.0.lock().unwrap().len(), CAPACITY);
    }
}
