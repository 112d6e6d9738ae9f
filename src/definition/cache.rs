//! Definitions that were read, by type, service and API version. A hit costs one short read lock; nothing is ever dropped.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::value::Str;

#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    kind: TypeId,
    service: Option<Str>,
    api_version: Option<Str>,
}

impl Key {
    /// The key of what was asked for: no service for a shared file, no version for the latest.
    pub(crate) fn new<T: 'static>(service: Option<&str>, api_version: Option<&str>) -> Key {
        Key { kind: TypeId::of::<T>(), service: service.map(Str::from), api_version: api_version.map(Str::from) }
    }
}

#[derive(Default)]
pub(crate) struct Cache(RwLock<HashMap<Key, Arc<dyn Any + Send + Sync>, foldhash::fast::RandomState>>);

impl Cache {
    pub(crate) fn get<T: Send + Sync + 'static>(&self, key: &Key) -> Option<Arc<T>> {
        let found = self.0.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned();
        found.and_then(|definition| definition.downcast().ok())
    }

    /// Keeps the definition, unless another thread was faster: then that one's is returned, so that there is only one.
    pub(crate) fn keep<T: Send + Sync + 'static>(&self, key: Key, definition: Arc<T>) -> Arc<T> {
        let mut map = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let kept = map.entry(key).or_insert_with(|| definition.clone());
        kept.clone().downcast().unwrap_or(definition)
    }
}
