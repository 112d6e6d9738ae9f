//! S3 Express: requests for a directory bucket are signed with the credentials of a session, which `CreateSession` returns.
//!
//! A client caches one session per endpoint and bucket. A session is renewed before it expires by one call, while other calls continue
//! with the old credentials. The first calls for a bucket wait for its session.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::auth::Credentials;
use crate::call::Event;
use crate::client::Setup;
use crate::credentials::{Refreshable, Windows};
use crate::error::{Error, ErrorKind, Result};
use crate::value::Value;

/// The number of buckets whose sessions a client caches, as in boto3.
const CAPACITY: usize = 100;
/// A session is valid for five minutes.
const WINDOWS: Windows = Windows { advisory: Duration::from_secs(45), mandatory: Duration::from_secs(10) };

pub(super) fn customize(setup: &Setup<'_>) -> Result<()> {
    let sessions = Sessions::default();
    setup.on("before-sign.s3", move |event| sessions.set_credentials(event))
}

/// The sessions of a client; the most recently used one is last.
#[derive(Default)]
struct Sessions(Mutex<Vec<(Key, Arc<Session>)>>);

/// The endpoint of the calls, if it is not the client's, and the bucket.
type Key = (Option<String>, String);

/// The credentials of one bucket.
type Session = Refreshable<Credentials>;

impl Sessions {
    /// Signs the call with the session's credentials if the endpoint requires a session.
    fn set_credentials(&self, event: &mut Event<'_, '_>) -> anyhow::Result<()> {
        if event.auth_type() != Some("v4-s3express") {
            return Ok(());
        }
        let bucket = event.params()["Bucket"].as_str().unwrap_or_default();
        let session = self.of(event.own_endpoint_url(), bucket);
        let credentials = session.find(event.now(), &event.limits(), || create(event, bucket).map(Some), |_| create(event, bucket))?;
        if let Some(credentials) = credentials {
            event.set_credentials(credentials);
        }
        Ok(())
    }

    /// The session of a bucket at an endpoint, which may not have credentials yet.
    fn of(&self, endpoint_url: Option<&str>, bucket: &str) -> Arc<Session> {
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = sessions.iter().rposition(|(key, _)| key.0.as_deref() == endpoint_url && key.1 == bucket) {
            sessions[at..].rotate_left(1);
        } else {
            if sessions.len() == CAPACITY {
                sessions.remove(0);
            }
            sessions.push(((endpoint_url.map(str::to_owned), bucket.to_owned()), Arc::new(Refreshable::new(WINDOWS))));
        }
        Arc::clone(&sessions[sessions.len() - 1].1)
    }
}

/// Creates a session with the caller's own credentials.
fn create(event: &Event<'_, '_>, bucket: &str) -> Result<Credentials> {
    let response = event.call("CreateSession", [("Bucket", bucket)].into_iter().collect())?;
    let keys = &response["Credentials"];
    let text = |name: &str| {
        keys[name].as_str().filter(|text| !text.is_empty()).ok_or_else(|| {
            Error::new(ErrorKind::CredentialRetrieval, format!("The session for the bucket {bucket} has no {name}"))
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
    fn the_least_recently_used_bucket_is_dropped() {
        let sessions = Sessions::default();
        let first: Vec<_> = (0..CAPACITY).map(|n| sessions.of(None, &n.to_string())).collect();
        assert!(Arc::ptr_eq(&first[0], &sessions.of(None, "0")));
        sessions.of(None, "new");
        assert!(Arc::ptr_eq(&first[0], &sessions.of(None, "0")));
        assert!(!Arc::ptr_eq(&first[1], &sessions.of(None, "1")));
        assert_eq!(sessions.0.lock().unwrap().len(), CAPACITY);
    }
}
