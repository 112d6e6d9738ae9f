//! Finds definitions in the roots and keeps what it read: the first stop of every client.
//! The rules of the search are botocore's. Where roots come from (`AWS_DATA_PATH`, `~/.aws/models`) the session knows, not this.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, LazyLock};

use super::cache::{Cache, Key};
use super::extras;
use super::path;
use super::root::{Found, Root};
use super::service::Service;
use super::source::{Definition, Source};
use crate::error::{Error, ErrorKind, Result, did_you_mean, nearest};
use crate::value::Str;

/// The definitions that a session knows: its own places first, then those that the crate carries. Cheap to clone.
///
/// Each definition is read once. Those that come from the crate alone are shared by the whole process, the others
/// by the clones of these `Definitions`. Files that change after they were read are not read again.
///
/// ```
/// use tucuxi::Definitions;
///
/// let definitions = Definitions::embedded();
/// let sqs = definitions.service("sqs", None)?;
/// assert!(sqs.operation("send_message").is_ok());
/// assert!(definitions.services()?.len() > 400);
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[derive(Clone)]
pub struct Definitions(Arc<Inner>);

struct Inner {
    /// What is searched before the crate's own.
    roots: Vec<Root>,
    cache: Cache,
}

static EMBEDDED: LazyLock<Definitions> = LazyLock::new(|| Definitions(Arc::new(Inner { roots: Vec::new(), cache: Cache::default() })));

impl Definitions {
    /// Only those that the crate carries.
    pub fn embedded() -> Definitions {
        EMBEDDED.clone()
    }

    /// Those of `roots`, the first first, then those that the crate carries. Roots are not merged: the first that has a
    /// file wins, file by file.
    pub fn new(roots: impl IntoIterator<Item = Root>) -> Definitions {
        let roots: Vec<Root> = roots.into_iter().collect();
        if roots.is_empty() {
            return Definitions::embedded();
        }
        Definitions(Arc::new(Inner { roots, cache: Cache::default() }))
    }

    /// The services that a client can be made for, sorted.
    ///
    /// # Errors
    /// If a folder cannot be read.
    pub fn services(&self) -> Result<Vec<Str>> {
        self.services_with(Service::KIND)
    }

    /// The services that have a kind of definition (`service-2`, `resources-1`) in some version, sorted.
    ///
    /// # Errors
    /// If a folder cannot be read.
    pub fn services_with(&self, kind: &str) -> Result<Vec<Str>> {
        let mut services = BTreeSet::new();
        for root in self.roots() {
            services.extend(root.services(kind)?);
        }
        Ok(services.into_iter().map(Str::from).collect())
    }

    /// The API versions in which a service has a kind of definition, sorted; the last is the latest.
    ///
    /// # Errors
    /// `DataNotFound` if there are none; `InvalidDefinition` if a folder cannot be read.
    pub fn api_versions(&self, service: &str, kind: &str) -> Result<Vec<Str>> {
        let versions = self.versions(service, kind)?;
        if versions.is_empty() {
            return Err(not_found(service));
        }
        Ok(versions.into_iter().map(Str::from).collect())
    }

    /// The definition of a service, in its latest version if none is given.
    ///
    /// # Errors
    /// As [`load`](Definitions::load).
    pub fn service(&self, name: &str, api_version: Option<&str>) -> Result<Arc<Service>> {
        self.load(name, api_version)
    }

    /// A definition of a service. Without a version it is the latest in which the service has this kind, by the order of text.
    ///
    /// # Errors
    /// - `UnknownService` if the service has the kind in no version; the message has the nearest names.
    /// - `DataNotFound` if it lacks it in this version.
    /// - `InvalidDefinition` if the definition is broken.
    pub fn load<T: Definition>(&self, service: &str, api_version: Option<&str>) -> Result<Arc<T>> {
        match self.find(service, api_version)? {
            Some(definition) => Ok(definition),
            None => Err(self.missing(T::KIND, service, api_version)),
        }
    }

    /// Like [`load`](Definitions::load), for what a service need not have: paginators, waiters, resources.
    ///
    /// # Errors
    /// If the definition is broken.
    pub fn find<T: Definition>(&self, service: &str, api_version: Option<&str>) -> Result<Option<Arc<T>>> {
        let asked = Key::new::<T>(Some(service), api_version);
        if let Some(definition) = self.0.cache.get(&asked) {
            return Ok(Some(definition));
        }
        let latest;
        let version = match api_version {
            Some(version) => version,
            None => match self.versions(service, T::KIND)?.pop_last() {
                Some(version) => {
                    latest = version;
                    &latest
                }
                None => return Ok(None),
            },
        };
        let definition = self.read_once::<T>(Some((service, version)))?;
        Ok(definition.map(|definition| self.0.cache.keep(asked, definition)))
    }

    /// A definition that belongs to no service: `partitions`, `endpoints`, …
    ///
    /// # Errors
    /// `DataNotFound` if no root has it; `InvalidDefinition` if it is broken.
    pub fn shared<T: Definition>(&self) -> Result<Arc<T>> {
        self.read_once::<T>(None)?.ok_or_else(|| not_found(T::KIND))
    }

    /// The text of a service's definition of any kind, whether the crate knows the kind or not. It is not kept.
    ///
    /// # Errors
    /// As [`load`](Definitions::load).
    pub fn source(&self, kind: &str, service: &str, api_version: Option<&str>) -> Result<Source> {
        let version = match api_version {
            Some(version) => Some(version.to_owned()),
            None => self.versions(service, kind)?.pop_last(),
        };
        let source = match &version {
            Some(version) => self.read(kind, Some((service, version)))?,
            None => None,
        };
        source.ok_or_else(|| self.missing(kind, service, api_version))
    }

    /// The definition in exactly this place: from the cache, from the whole process's cache, or read now.
    fn read_once<T: Definition>(&self, owner: Option<(&str, &str)>) -> Result<Option<Arc<T>>> {
        let key = Key::new::<T>(owner.map(|o| o.0), owner.map(|o| o.1));
        if let Some(definition) = self.0.cache.get(&key) {
            return Ok(Some(definition));
        }
        if !self.0.roots.is_empty() && self.is_builtin(T::KIND, owner)? {
            let shared = EMBEDDED.read_once::<T>(owner)?;
            return Ok(shared.map(|definition| self.0.cache.keep(key, definition)));
        }
        let Some(source) = self.read(T::KIND, owner)? else { return Ok(None) };
        let file = source.file.clone();
        let definition = T::parse(source).map_err(|e| e.with_place(&file))?;
        Ok(Some(self.0.cache.keep(key, Arc::new(definition))))
    }

    fn read(&self, kind: &str, owner: Option<(&str, &str)>) -> Result<Option<Source>> {
        let Some(base) = base(kind, owner) else { return Ok(None) };
        let Some((mut found, mut builtin)) = self.first(&base)? else { return Ok(None) };
        if owner.is_some()
            && let Some((additions, own)) = self.first(&extras_base(&base))?
        {
            builtin &= own;
            found.text = extras::merge(found.text, &additions.text).map_err(|e| {
                let text = format!("{}, merged with {}: {e}", found.file, additions.file);
                Error::new(ErrorKind::InvalidDefinition, text).with_source(e)
            })?;
        }
        let (service, api_version) = owner.map(|(service, version)| (Str::from(service), Str::from(version))).unzip();
        Ok(Some(Source { service, api_version, text: found.text, file: found.file, builtin }))
    }

    /// The file in the first root that has it, and whether that is the crate's own.
    fn first(&self, base: &str) -> Result<Option<(Found, bool)>> {
        for root in &self.0.roots {
            if let Some(found) = root.read(base)? {
                return Ok(Some((found, false)));
            }
        }
        Ok(Root::embedded().read(base)?.map(|found| (found, true)))
    }

    /// Whether none of the user's roots has a part in the definition.
    fn is_builtin(&self, kind: &str, owner: Option<(&str, &str)>) -> Result<bool> {
        let Some(base) = base(kind, owner) else { return Ok(true) };
        Ok(!self.0.roots.iter().any(|root| root.has(&base) || (owner.is_some() && root.has(&extras_base(&base)))))
    }

    fn versions(&self, service: &str, kind: &str) -> Result<BTreeSet<String>> {
        let mut versions = BTreeSet::new();
        if path::is_name(service) {
            for root in self.roots() {
                versions.append(&mut root.versions(service, kind)?);
            }
        }
        Ok(versions)
    }

    fn roots(&self) -> impl Iterator<Item = &Root> {
        self.0.roots.iter().chain([Root::embedded()])
    }

    /// Why there is no such definition.
    fn missing(&self, kind: &str, service: &str, api_version: Option<&str>) -> Error {
        match (self.versions(service, kind), api_version) {
            (Err(error), _) => error,
            (Ok(versions), Some(version)) if !versions.is_empty() => not_found(&format!("{service}/{version}/{kind}")),
            _ => self.unknown_service(kind, service),
        }
    }

    fn unknown_service(&self, kind: &str, service: &str) -> Error {
        let names = match self.services_with(kind) {
            Ok(names) => names,
            Err(error) => return error,
        };
        let near = did_you_mean(service, names.iter().map(Str::as_str));
        let near = if near.is_empty() { " No known name is similar.".to_owned() } else { near };
        let text = format!("Unknown service: '{service}'.{near} {} services have a definition of kind {kind}.", names.len());
        Error::new(ErrorKind::UnknownService, text).with_detail("nearest", nearest(service, names.iter().map(Str::as_str)))
    }
}

/// The definition's path without extension; none for names that are no folder's.
fn base(kind: &str, owner: Option<(&str, &str)>) -> Option<String> {
    match owner {
        Some((service, version)) => {
            (path::is_name(service) && path::is_name(version) && path::is_name(kind)).then(|| format!("{service}/{version}/{kind}"))
        }
        None => path::is_name(kind).then(|| kind.to_owned()),
    }
}

fn extras_base(base: &str) -> String {
    format!("{base}.sdk-extras")
}

fn not_found(what: &str) -> Error {
    Error::new(ErrorKind::DataNotFound, format!("Unable to load data for: {what}"))
}

impl Default for Definitions {
    fn default() -> Self {
        Definitions::embedded()
    }
}

impl fmt::Debug for Definitions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Definitions").field("roots", &self.0.roots).finish_non_exhaustive()
    }
}
