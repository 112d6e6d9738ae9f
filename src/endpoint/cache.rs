//! The endpoints that a client resolved most recently, by their parameters.

use std::hash::{Hash, Hasher};
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::HashMap;

use super::Endpoint;
use crate::error::Result;
use crate::value::Value;

/// The maximum number of cached endpoints.
const CAPACITY: usize = 100;

/// The most recently used endpoints of a client, at most 100.
///
/// There are two generations. A used entry moves to the young one; when that is full, it becomes the old one, and the
/// entries of the previous old generation are discarded. A hit therefore costs one lookup, and no order is maintained.
#[derive(Debug, Default)]
pub struct EndpointCache(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Key, Arc<Endpoint>>,
    old: HashMap<Key, Arc<Endpoint>>,
}

impl EndpointCache {
    /// Returns the endpoint for `parameters`, the values of a rule set's parameters in their order, from the cache, or otherwise from
    /// `resolve`, which runs without a lock. Errors are not cached.
    ///
    /// # Errors
    /// Those of `resolve`.
    pub fn get_or_resolve(&self, parameters: Vec<Value>, resolve: impl FnOnce(&[Value]) -> Result<Endpoint>) -> Result<Arc<Endpoint>> {
        let key = Key(parameters);
        if let Some(endpoint) = self.generations(|generations| generations.get(&key)) {
            return Ok(endpoint);
        }
        let endpoint = Arc::new(resolve(&key.0)?);
        self.generations(|generations| generations.insert(key, endpoint.clone()));
        Ok(endpoint)
    }

    fn generations<T>(&self, work: impl FnOnce(&mut Generations) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Generations {
    fn get(&mut self, key: &Key) -> Option<Arc<Endpoint>> {
        if let Some(endpoint) = self.young.get(key) {
            return Some(endpoint.clone());
        }
        let (key, endpoint) = self.old.remove_entry(key)?;
        self.insert(key, endpoint.clone());
        Some(endpoint)
    }

    fn insert(&mut self, key: Key, endpoint: Arc<Endpoint>) {
        if self.young.len() >= CAPACITY / 2 {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(key, endpoint);
    }
}

/// The parameters as a key.
#[derive(Debug, PartialEq)]
struct Key(Vec<Value>);

/// Parameters of endpoint rules are strings, booleans, and lists of strings, so equality is an equivalence relation.
impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.iter().for_each(|value| hash(value, state));
    }
}

fn hash(value: &Value, state: &mut impl Hasher) {
    match value {
        Value::String(text) => text.hash(state),
        Value::Bool(value) => value.hash(state),
        Value::List(items) => items.iter().for_each(|item| hash(item, state)),
        _ => state.write_u8(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Error, ErrorKind};

    fn endpoint(url: &str) -> Result<Endpoint> {
        Ok(Endpoint { url: url.to_owned(), ..Endpoint::default() })
    }

    fn parameters(region: &str) -> Vec<Value> {
        vec![Value::Null, Value::from(region), false.into(), Value::from(["a", region])]
    }

    #[test]
    fn the_same_parameters_are_resolved_once() {
        let cache = EndpointCache::default();
        let first = cache.get_or_resolve(parameters("a"), |_| endpoint("one")).unwrap();
        let again = cache.get_or_resolve(parameters("a"), |_| endpoint("two")).unwrap();
        assert!(Arc::ptr_eq(&first, &again));
        let resolve = |parameters: &[Value]| endpoint(parameters[1].as_str().unwrap_or_default());
        assert_eq!(cache.get_or_resolve(parameters("b"), resolve).unwrap().url, "b");
        let mut others = parameters("a");
        others.swap(0, 1);
        assert_eq!(cache.get_or_resolve(others, |_| endpoint("another order")).unwrap().url, "another order");
    }

    #[test]
    fn an_error_is_not_cached() {
        let cache = EndpointCache::default();
        let error = cache.get_or_resolve(parameters("a"), |_| Err(Error::new(ErrorKind::EndpointResolution, "no")));
        assert_eq!(error.unwrap_err().kind(), ErrorKind::EndpointResolution);
        assert_eq!(cache.get_or_resolve(parameters("a"), |_| endpoint("yes")).unwrap().url, "yes");
    }

    #[test]
    fn used_entries_stay_and_the_size_is_bounded() {
        let cache = EndpointCache::default();
        cache.get_or_resolve(parameters("used"), |_| endpoint("first")).unwrap();
        for n in 0..1000 {
            cache.get_or_resolve(parameters(&n.to_string()), |_| endpoint("x")).unwrap();
            assert_eq!(cache.get_or_resolve(parameters("used"), |_| endpoint("second")).unwrap().url, "first");
        }
        let kept = cache.generations(|generations| generations.young.len() + generations.old.len());
        assert!((CAPACITY / 2..=CAPACITY).contains(&kept), "{kept}");
        assert_eq!(cache.get_or_resolve(parameters("0"), |_| endpoint("new")).unwrap().url, "new");
    }
}
