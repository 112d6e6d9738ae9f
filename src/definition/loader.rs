//! Loads definitions from the roots and caches them. The search rules are botocore's.
//!
//! The session decides which roots there are (`AWS_DATA_PATH`, `~/.aws/models`).

use std::any::{Any, TypeId};
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use super::endpoints::{EndpointPartitions, LegacyEndpoints, ServiceEndpoints};
use super::parts::Parts;
use super::path;
use super::root::{Found, Root, embedded_parts};
use super::sdk_extras;
use super::service::Service;
use crate::error::{Error, ErrorKind, Result, did_you_mean, nearest};
use crate::value::Str;

/// A kind of definition file that [`Definitions`] can load: its name and its parser.
///
/// Programs can load their own kinds from their definition folders:
///
/// ```no_run
/// use tucuxi::Definitions;
/// use tucuxi::unversioned::definition::{Definition, Root, Source};
///
/// struct Limits(String);
///
/// impl Definition for Limits {
///     const KIND: &'static str = "limits-1";
///
///     fn parse(source: Source) -> tucuxi::Result<Limits> {
///         Ok(Limits(source.text))
///     }
/// }
///
/// let definitions = Definitions::new([Root::folder("definitions")]);
/// let limits = definitions.find::<Limits>("s3", None)?; // definitions/s3/<latest version>/limits-1.json[.gz]
/// # Ok::<(), tucuxi::Error>(())
/// ```
pub trait Definition: Sized + Send + Sync + 'static {
    /// The name of the file without extension but with its schema version: `service-2`, `partitions`.
    const KIND: &'static str;

    /// Parses the definition. This adds to the time that creating the first client takes.
    ///
    /// # Errors
    /// Fails if the definition is invalid. The loader adds the name of the file to the message.
    fn parse(source: Source) -> Result<Self>;

    /// Opens a definition that is embedded in parts, if this kind can be.
    #[doc(hidden)]
    fn from_parts(_service: &str, _parts: Parts<'static>) -> Option<Result<Self>> {
        None
    }
}

/// The text of a definition file, including the SDK additions, and its origin.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Source {
    /// The client name of the service; `None` for a shared file.
    pub service: Option<Str>,
    /// The API version, which is the name of the file's folder; `None` for a shared file.
    pub api_version: Option<Str>,
    /// The JSON.
    pub text: String,
    /// The name of the file, for messages.
    pub file: String,
    /// Whether all of it is embedded in the crate, without any part from the user's folders.
    pub builtin: bool,
}

/// The definitions of a session: its own roots first, then the embedded definitions. Cheap to clone.
///
/// Each definition is read once. Definitions that are entirely embedded are shared by the whole process, all others by the clones
/// of these `Definitions`. Files that change after they were read are not read again.
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
pub struct Definitions(Arc<Shared>);

struct Shared {
    /// The roots that are searched before the embedded definitions.
    roots: Vec<Root>,
    cache: Cache,
}

static EMBEDDED: LazyLock<Definitions> = LazyLock::new(|| Definitions(Arc::new(Shared { roots: Vec::new(), cache: Cache::default() })));

impl Definitions {
    /// Returns the embedded definitions only.
    pub fn embedded() -> Definitions {
        EMBEDDED.clone()
    }

    /// Creates definitions that search `roots` in order and then the embedded definitions. Roots are not merged: for each file,
    /// the first root that has it wins.
    pub fn new(roots: impl IntoIterator<Item = Root>) -> Definitions {
        let roots: Vec<Root> = roots.into_iter().collect();
        if roots.is_empty() {
            return Definitions::embedded();
        }
        Definitions(Arc::new(Shared { roots, cache: Cache::default() }))
    }

    /// Returns the services for which clients can be created, sorted.
    ///
    /// # Errors
    /// Fails if a folder cannot be read.
    pub fn services(&self) -> Result<Vec<Str>> {
        self.services_with(Service::KIND)
    }

    /// Returns the services that have a kind of definition (`service-2`, `resources-1`) in any version, sorted.
    ///
    /// # Errors
    /// Fails if a folder cannot be read.
    pub fn services_with(&self, kind: &str) -> Result<Vec<Str>> {
        let mut services = BTreeSet::new();
        for root in self.roots() {
            services.extend(root.services(kind)?);
        }
        Ok(services.into_iter().map(Str::from).collect())
    }

    /// Returns the API versions in which a service has a kind of definition, sorted, the latest last.
    ///
    /// # Errors
    /// Returns [`ErrorKind::DataNotFound`] if there are none, or [`ErrorKind::InvalidDefinition`] if a folder cannot be read.
    pub fn api_versions(&self, service: &str, kind: &str) -> Result<Vec<Str>> {
        let versions = self.versions(service, kind)?;
        if versions.is_empty() {
            return Err(not_found(service));
        }
        Ok(versions.into_iter().map(Str::from).collect())
    }

    /// Returns the definition of a service, by default in its latest version.
    ///
    /// # Errors
    /// Fails like [`load`](Definitions::load).
    pub fn service(&self, name: &str, api_version: Option<&str>) -> Result<Arc<Service>> {
        self.load(name, api_version)
    }

    /// Loads a definition of a service, by default in the latest version in which the service has this kind.
    ///
    /// # Errors
    /// - [`ErrorKind::UnknownService`] if the service has this kind in no version; the message suggests similar names.
    /// - [`ErrorKind::DataNotFound`] if the service lacks it in this version.
    /// - [`ErrorKind::InvalidDefinition`] if the definition is invalid.
    pub fn load<T: Definition>(&self, service: &str, api_version: Option<&str>) -> Result<Arc<T>> {
        match self.find(service, api_version)? {
            Some(definition) => Ok(definition),
            None => Err(self.missing(T::KIND, service, api_version)),
        }
    }

    /// Loads a definition that a service need not have, such as paginators, waiters, or resources.
    ///
    /// # Errors
    /// Returns [`ErrorKind::InvalidDefinition`] if the definition is invalid.
    pub fn find<T: Definition>(&self, service: &str, api_version: Option<&str>) -> Result<Option<Arc<T>>> {
        let requested = Key::new::<T>(Some(service), api_version);
        if let Some(definition) = self.0.cache.get(&requested) {
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
        Ok(definition.map(|definition| self.0.cache.store(requested, definition)))
    }

    /// Loads a definition that belongs to no service, such as `partitions` or `endpoints`.
    ///
    /// # Errors
    /// Returns [`ErrorKind::DataNotFound`] if no root has it, or [`ErrorKind::InvalidDefinition`] if it is invalid.
    pub fn shared<T: Definition>(&self) -> Result<Arc<T>> {
        self.read_once::<T>(None)?.ok_or_else(|| not_found(T::KIND))
    }

    /// Returns the older endpoint data of a service, by default in its latest version. It has no other service if the folder that
    /// has `endpoints.json` has its parts, too.
    ///
    /// # Errors
    /// Fails like [`shared`](Definitions::shared).
    pub(crate) fn endpoints(&self, service: &str, api_version: Option<&str>) -> Result<LegacyEndpoints> {
        let key = Key::new::<LegacyEndpoints>(Some(service), api_version);
        if let Some(endpoints) = self.0.cache.get::<LegacyEndpoints>(&key) {
            return Ok((*endpoints).clone());
        }
        let endpoints = match self.divided_endpoints(service, api_version)? {
            Some(endpoints) => endpoints,
            None => (*self.shared::<LegacyEndpoints>()?).clone(),
        };
        Ok((*self.0.cache.store(key, Arc::new(endpoints))).clone())
    }

    /// The parts of `endpoints.json` that a service needs. Parts in another root than the file itself may be out of date.
    fn divided_endpoints(&self, service: &str, api_version: Option<&str>) -> Result<Option<LegacyEndpoints>> {
        let version = match api_version {
            Some(version) => Some(version.to_owned()),
            None => self.versions(service, ServiceEndpoints::KIND)?.pop_last(),
        };
        let owner = version.as_deref().map(|version| (service, version));
        let place = |kind, owner| base(kind, owner).and_then(|base| self.roots().position(|root| root.has(&base)));
        let whole = place(LegacyEndpoints::KIND, None);
        let parts = [(EndpointPartitions::KIND, None), (ServiceEndpoints::KIND, owner), (Service::KIND, owner)];
        if owner.is_none() || whole.is_none() || parts.into_iter().any(|(kind, owner)| place(kind, owner) != whole) {
            return Ok(None);
        }
        let Some(entries) = self.read_once::<ServiceEndpoints>(owner)? else { return Ok(None) };
        let builtin = whole == Some(self.0.roots.len());
        Ok(Some(LegacyEndpoints::of_service(self.shared::<EndpointPartitions>()?, entries, builtin)))
    }

    /// Reads the text of a definition of any kind, known to the crate or not. It is not cached.
    ///
    /// # Errors
    /// Fails like [`load`](Definitions::load).
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

    /// Reads the text of a file that all services share, such as `endpoints` or `partitions`. It is not cached.
    ///
    /// # Errors
    /// `UnknownName` if there is no such file, and the errors of reading it.
    pub fn shared_source(&self, kind: &str) -> Result<Source> {
        let missing =
            || Error::new(ErrorKind::UnknownName, format!("There is no shared definition {kind:?}.")).with_name("DataNotFoundError");
        self.read(kind, None)?.ok_or_else(missing)
    }

    /// Returns a definition from the cache or the process-wide cache, or reads it.
    fn read_once<T: Definition>(&self, owner: Option<(&str, &str)>) -> Result<Option<Arc<T>>> {
        let key = Key::new::<T>(owner.map(|o| o.0), owner.map(|o| o.1));
        if let Some(definition) = self.0.cache.get(&key) {
            return Ok(Some(definition));
        }
        if !self.0.roots.is_empty() && self.is_builtin(T::KIND, owner)? {
            let shared = EMBEDDED.read_once::<T>(owner)?;
            return Ok(shared.map(|definition| self.0.cache.store(key, definition)));
        }
        if let Some(definition) = self.embedded_parts::<T>(owner)? {
            return Ok(Some(self.0.cache.store(key, Arc::new(definition))));
        }
        let Some(source) = self.read(T::KIND, owner)? else { return Ok(None) };
        let file = source.file.clone();
        let definition = T::parse(source).map_err(|e| e.with_place(&file))?;
        Ok(Some(self.0.cache.store(key, Arc::new(definition))))
    }

    /// Opens a definition that is embedded in parts, unless the roots change it.
    fn embedded_parts<T: Definition>(&self, owner: Option<(&str, &str)>) -> Result<Option<T>> {
        let (Some((service, _)), true) = (owner, self.0.roots.is_empty()) else { return Ok(None) };
        let Some(base) = base(T::KIND, owner).filter(|base| !Root::embedded().has(&path::extras(base))) else { return Ok(None) };
        let Some((parts, file)) = embedded_parts(&base)? else { return Ok(None) };
        T::from_parts(service, parts).transpose().map_err(|e| e.with_place(&file))
    }

    fn read(&self, kind: &str, owner: Option<(&str, &str)>) -> Result<Option<Source>> {
        let Some(base) = base(kind, owner) else { return Ok(None) };
        let Some((mut found, mut builtin)) = self.first(&base)? else { return Ok(None) };
        if owner.is_some()
            && let Some((additions, own)) = self.first(&path::extras(&base))?
        {
            builtin &= own;
            sdk_extras::merge_files(&mut found, &additions)?;
        }
        let (service, api_version) = owner.map(|(service, version)| (Str::from(service), Str::from(version))).unzip();
        Ok(Some(Source { service, api_version, text: found.text, file: found.file, builtin }))
    }

    /// Returns the file in the first root that has it, and whether it is embedded.
    fn first(&self, base: &str) -> Result<Option<(Found, bool)>> {
        for root in &self.0.roots {
            if let Some(found) = root.read(base)? {
                return Ok(Some((found, false)));
            }
        }
        Ok(Root::embedded().read(base)?.map(|found| (found, true)))
    }

    /// Returns whether no part of the definition is in the user's roots.
    fn is_builtin(&self, kind: &str, owner: Option<(&str, &str)>) -> Result<bool> {
        let Some(base) = base(kind, owner) else { return Ok(true) };
        Ok(!self.0.roots.iter().any(|root| root.has(&base) || (owner.is_some() && root.has(&path::extras(&base)))))
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

    /// Returns the error for a definition that does not exist.
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

/// What a definition is cached under: no service for a shared file, no version for the latest.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    kind: TypeId,
    service: Option<Str>,
    api_version: Option<Str>,
}

impl Key {
    fn new<T: 'static>(service: Option<&str>, api_version: Option<&str>) -> Key {
        Key { kind: TypeId::of::<T>(), service: service.map(Str::from), api_version: api_version.map(Str::from) }
    }
}

/// The definitions that were loaded. A hit takes one short read lock; nothing is ever evicted.
#[derive(Default)]
struct Cache(RwLock<HashMap<Key, Arc<dyn Any + Send + Sync>, foldhash::fast::RandomState>>);

impl Cache {
    fn get<T: Send + Sync + 'static>(&self, key: &Key) -> Option<Arc<T>> {
        let found = self.0.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned();
        found.and_then(|definition| definition.downcast().ok())
    }

    /// Stores the definition, or returns the one that another thread has stored meanwhile, so that there is only one.
    fn store<T: Send + Sync + 'static>(&self, key: Key, definition: Arc<T>) -> Arc<T> {
        let mut map = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let stored = map.entry(key).or_insert_with(|| definition.clone());
        stored.clone().downcast().unwrap_or(definition)
    }
}

/// Returns the path of a definition without extension, or `None` for names that cannot be folder names.
fn base(kind: &str, owner: Option<(&str, &str)>) -> Option<String> {
    match owner {
        Some((service, version)) => {
            (path::is_name(service) && path::is_name(version) && path::is_name(kind)).then(|| format!("{service}/{version}/{kind}"))
        }
        None => path::is_name(kind).then(|| kind.to_owned()),
    }
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
