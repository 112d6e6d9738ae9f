//! The definition of a service: `service-2.json`, whose operations and shapes are parsed on first use.

use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;
use serde::Deserialize;

use super::content::{Cells, Content, OperationIndex, TopLevel};
use super::json::{NodeJson, Object};
use super::loader::{Definition, Source};
use super::metadata::{Metadata, ProtocolName};
use super::names::snake_case;
use super::node::Node;
use super::operation::Operation;
use super::parts::Parts;
use super::shape::{Shape, ShapeId, ShapeRef};
use crate::error::{Error, ErrorKind, Result, did_you_mean};
use crate::value::Str;

/// The definition of a service. It holds the unparsed operations and shapes, which are parsed on first use and remain in memory.
pub struct Service {
    name: Str,
    pub(super) content: Arc<Content>,
    metadata: Metadata,
    client_context_params: Vec<(Str, Str)>,
    protocol: OnceLock<ProtocolName>,
    /// This service in protocols that it also supports, in the order of [`ProtocolName::ALL`].
    in_other_protocols: [OnceLock<Arc<Service>>; ProtocolName::ALL.len()],
    operations: Cells<Operation>,
    shapes: Cells<Shape>,
    operation_index: OnceLock<OperationIndex>,
    operation_names: OnceLock<Box<[Str]>>,
    shape_names: OnceLock<Box<[Str]>>,
    methods: OnceLock<IndexMap<Str, usize, foldhash::fast::RandomState>>,
    discovers_endpoints: OnceLock<bool>,
    errors: OnceLock<IndexMap<Str, ShapeId, foldhash::fast::RandomState>>,
}

/// The parts of the file that are always parsed.
type Always = (Metadata, Vec<(Str, Str)>);

impl Service {
    /// Parses the definition of the service with this client name, such as `stepfunctions`.
    ///
    /// # Errors
    /// Fails if the text is not JSON, or if its top level or its metadata are invalid.
    pub fn parse(name: &str, text: impl Into<String>) -> Result<Service> {
        let scanned = Content::scan(text.into(), |top| always(name, top)).map_err(|e| broken(name, "service-2", e))?;
        Service::new(name, scanned)
    }

    fn new(name: &str, (content, always): (Content, Result<Always>)) -> Result<Service> {
        let (metadata, client_context_params) = always?;
        Ok(Service::of(name.into(), Arc::new(content), metadata, client_context_params))
    }

    fn of(name: Str, content: Arc<Content>, metadata: Metadata, client_context_params: Vec<(Str, Str)>) -> Service {
        Service {
            name,
            content,
            metadata,
            client_context_params,
            protocol: OnceLock::new(),
            in_other_protocols: Default::default(),
            operations: Cells::new(),
            shapes: Cells::new(),
            operation_index: OnceLock::new(),
            operation_names: OnceLock::new(),
            shape_names: OnceLock::new(),
            methods: OnceLock::new(),
            discovers_endpoints: OnceLock::new(),
            errors: OnceLock::new(),
        }
    }

    /// Returns the client name, such as `stepfunctions`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the metadata.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Returns the version of the API.
    ///
    /// # Errors
    /// Fails if the metadata does not contain it.
    pub fn api_version(&self) -> Result<&str> {
        self.required_metadata("apiVersion", &self.metadata.api_version)
    }

    /// Returns the name of the service in host names and in `endpoints.json`.
    ///
    /// # Errors
    /// Fails if the metadata does not contain it.
    pub fn endpoint_prefix(&self) -> Result<&str> {
        self.required_metadata("endpointPrefix", &self.metadata.endpoint_prefix)
    }

    /// Returns the service ID, such as `Elastic Load Balancing v2`.
    ///
    /// # Errors
    /// Fails if the metadata does not contain it.
    pub fn service_id(&self) -> Result<&str> {
        self.metadata.service_id.as_deref().ok_or_else(|| {
            let text = format!(
                "The model being used for the service {} is missing the serviceId metadata property, which is required.",
                self.name
            );
            Error::new(ErrorKind::InvalidDefinition, text).with_name("MissingServiceIdError")
        })
    }

    /// Returns the service ID as used in event names, such as `elastic-load-balancing-v2`.
    ///
    /// # Errors
    /// Fails if the metadata does not contain it.
    pub fn hyphenized_service_id(&self) -> Result<String> {
        Ok(self.service_id()?.replace(' ', "-").to_lowercase())
    }

    /// Returns the name of the service in signatures.
    ///
    /// # Errors
    /// Fails if the metadata contains neither it nor the endpoint prefix.
    pub fn signing_name(&self) -> Result<&str> {
        match &self.metadata.signing_name {
            Some(name) => Ok(name),
            None => self.endpoint_prefix(),
        }
    }

    /// Returns the version in the content type of the json protocol.
    ///
    /// # Errors
    /// Fails if the metadata does not contain it.
    pub fn json_version(&self) -> Result<&str> {
        self.required_metadata("jsonVersion", &self.metadata.json_version)
    }

    /// Returns the prefix of the operation name in the json and cbor protocols.
    ///
    /// # Errors
    /// Fails if the metadata does not contain it.
    pub fn target_prefix(&self) -> Result<&str> {
        self.required_metadata("targetPrefix", &self.metadata.target_prefix)
    }

    /// Returns the protocol to use.
    ///
    /// # Errors
    /// Fails if none of the service's protocols is supported.
    pub fn protocol(&self) -> Result<ProtocolName> {
        match self.protocol.get() {
            Some(protocol) => Ok(*protocol),
            None => {
                let protocol = self.metadata.choose_protocol(&self.name)?;
                Ok(*self.protocol.get_or_init(|| protocol))
            }
        }
    }

    /// Returns the service in the first of these protocols that it supports. If it supports none of them, [`protocol`](Self::protocol)
    /// stays the same.
    ///
    /// ```
    /// use tucuxi::Definitions;
    /// use tucuxi::unversioned::definition::ProtocolName;
    ///
    /// let cloudwatch = Definitions::embedded().service("cloudwatch", None)?;
    /// assert_eq!(cloudwatch.protocol()?, ProtocolName::Json);
    /// assert_eq!(cloudwatch.preferring(&[ProtocolName::Cbor])?.protocol()?, ProtocolName::Cbor);
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    ///
    /// # Errors
    /// Fails if none of the service's protocols is supported.
    pub fn preferring(self: &Arc<Service>, preference: &[ProtocolName]) -> Result<Arc<Service>> {
        let usual = self.protocol()?;
        let preferred = preference.iter().copied().find(|protocol| self.metadata.supports(*protocol)).unwrap_or(usual);
        let index = ProtocolName::ALL.iter().position(|protocol| *protocol == preferred);
        match index.filter(|_| preferred != usual) {
            // Shapes keep what the parsers of a protocol know about them, so another protocol needs shapes of its own.
            Some(index) => Ok(Arc::clone(self.in_other_protocols[index].get_or_init(|| {
                let (content, context) = (Arc::clone(&self.content), self.client_context_params.clone());
                let service = Service::of(self.name.clone(), content, self.metadata.clone(), context);
                Arc::new(Service { protocol: preferred.into(), ..service })
            }))),
            None => Ok(Arc::clone(self)),
        }
    }

    /// Returns the endpoint rule parameters that client settings provide: name and type (`boolean`, `string`).
    pub fn client_context_params(&self) -> &[(Str, Str)] {
        &self.client_context_params
    }

    /// Returns whether one of the operations discovers the endpoints of the others.
    pub(crate) fn discovers_endpoints(&self) -> bool {
        *self.discovers_endpoints.get_or_init(|| self.content.discovers_endpoints())
    }

    /// Returns the names of the operations in the order of the definition.
    pub fn operation_names(&self) -> impl ExactSizeIterator<Item = &Str> {
        self.operation_names.get_or_init(|| self.content.operation_names()).iter()
    }

    /// Returns the method names (snake case) and names of the operations.
    pub fn method_names(&self) -> impl Iterator<Item = (&Str, &Str)> {
        let names = self.operation_names.get_or_init(|| self.content.operation_names());
        self.methods().iter().map(|(method, i)| (method, &names[*i]))
    }

    /// Returns whether there is an operation with this name, in the API's spelling. This parses nothing.
    pub fn has_operation(&self, name: &str) -> bool {
        self.find_operation(name).is_some_and(|i| self.content.operation_name(i) == name)
    }

    /// Returns the operation with this name in either spelling: `ListObjectsV2` or `list_objects_v2`.
    ///
    /// # Errors
    /// Fails if there is none (the message suggests similar names) or if the definition is invalid.
    pub fn operation(&self, name: &str) -> Result<&Operation> {
        let index = self.find_operation(name).ok_or_else(|| self.unknown_operation(name))?;
        self.operations.get(index, self.content.operations(), || {
            let name = Str::from(self.content.operation_name(index));
            Operation::parse(&name, self.content.operation(index)?, &self.content)
                .map_err(|e| invalid(&self.name, &format!("operations.{name}"), &e))
        })
    }

    fn find_operation(&self, name: &str) -> Option<usize> {
        let index = self.operation_index.get_or_init(|| OperationIndex::new(&self.content));
        index.find(&self.content, name, |i| self.operations.parsed(i).map(|operation| operation.method_name.as_str()))
    }

    /// Returns the ID of the shape with this name.
    pub fn shape_id(&self, name: &str) -> Option<ShapeId> {
        self.content.shape_named(name)
    }

    /// Returns the names of the shapes in the order of the definition.
    pub fn shape_names(&self) -> impl ExactSizeIterator<Item = &Str> {
        self.shape_names.get_or_init(|| self.content.shape_names()).iter()
    }

    /// Returns the shape with this ID.
    ///
    /// # Errors
    /// Fails if the definition of the shape is invalid.
    #[inline]
    pub fn shape(&self, id: ShapeId) -> Result<&Shape> {
        let index = id.0 as usize;
        self.shapes.get(index, self.content.shapes(), || {
            let name = Str::from(self.content.shape_name(index));
            let reason = |e: String| invalid(&self.name, &format!("shapes.{name}"), &e).with_name("InvalidShapeError");
            let json: NodeJson<'_> = serde_json::from_str(self.content.shape(index)?).map_err(|e| reason(e.to_string()))?;
            Shape::from_json(&name, &json, &self.content).map_err(reason)
        })
    }

    /// Returns the node of the shape with this name, if there is one.
    ///
    /// # Errors
    /// Fails if the definition of the shape is invalid.
    pub fn shape_node(&self, name: &str) -> Result<Option<Node<'_>>> {
        let Some(id) = self.shape_id(name) else { return Ok(None) };
        let shape = self.shape(id)?;
        Ok(Some(Node::new(self, shape, &shape.traits)))
    }

    /// Follows a reference to a shape.
    ///
    /// # Errors
    /// Fails if the shape is missing or invalid.
    #[inline]
    pub fn node<'a>(&'a self, reference: &'a ShapeRef) -> Result<Node<'a>> {
        match &reference.target {
            Ok(id) => Ok(Node::new(self, self.shape(*id)?, &reference.traits)),
            Err(name) => {
                let text =
                    format!("{}: there is no shape {name}.{}", self.name, did_you_mean(name, self.shape_names().map(|k| k.as_str())));
                Err(Error::new(ErrorKind::InvalidDefinition, text).with_name("NoShapeFoundError"))
            }
        }
    }

    /// Returns the input structure of an operation.
    ///
    /// # Errors
    /// Fails if its shape is missing or invalid.
    pub fn input<'a>(&'a self, operation: &'a Operation) -> Result<Option<Node<'a>>> {
        operation.input.as_ref().map(|r| self.node(r)).transpose()
    }

    /// Returns the output structure of an operation.
    ///
    /// # Errors
    /// Fails if its shape is missing or invalid.
    pub fn output<'a>(&'a self, operation: &'a Operation) -> Result<Option<Node<'a>>> {
        operation.output.as_ref().map(|r| self.node(r)).transpose()
    }

    /// Returns the shape of the error with this code.
    ///
    /// # Errors
    /// Fails if the definition of the shape is invalid.
    pub fn error_shape(&self, code: &str) -> Result<Option<&Shape>> {
        self.error_shapes().get(code).map(|id| self.shape(*id)).transpose()
    }

    /// Returns the node of the error with this code.
    ///
    /// # Errors
    /// Fails if the definition of the shape is invalid.
    pub fn error_node(&self, code: &str) -> Result<Option<Node<'_>>> {
        Ok(self.error_shape(code)?.map(|shape| Node::new(self, shape, &shape.traits)))
    }

    /// Returns the codes of all modeled errors and the names of their shapes.
    pub fn error_codes(&self) -> impl Iterator<Item = (&Str, &Str)> {
        self.error_shapes().iter().filter_map(|(code, id)| Some((code, &self.shape(*id).ok()?.name)))
    }

    /// The error shapes by code. If two have the same code, the later one wins.
    fn error_shapes(&self) -> &IndexMap<Str, ShapeId, foldhash::fast::RandomState> {
        self.errors.get_or_init(|| {
            let mut codes = IndexMap::default();
            for index in self.content.possible_errors() {
                let id = ShapeId(index as u32);
                let Ok(shape) = self.shape(id) else { continue };
                if shape.traits.exception {
                    let code = shape.traits.error.as_ref().and_then(|e| e.code.clone()).unwrap_or_else(|| shape.name.clone());
                    codes.insert(code, id);
                }
            }
            codes
        })
    }

    fn methods(&self) -> &IndexMap<Str, usize, foldhash::fast::RandomState> {
        self.methods.get_or_init(|| self.operation_names().enumerate().map(|(i, name)| (Str::from(snake_case(name)), i)).collect())
    }

    fn unknown_operation(&self, name: &str) -> Error {
        let snake = !name.contains(|c: char| c.is_ascii_uppercase());
        let error = Error::new(ErrorKind::UnknownOperation, format!("The service {} has no operation {name:?}.", self.name));
        match snake {
            true => error.with_suggestions(name, self.methods().keys().map(|k| k.as_str())),
            false => error.with_suggestions(name, self.operation_names().map(|k| k.as_str())),
        }
    }

    fn required_metadata<'a>(&self, key: &str, value: &'a Option<Str>) -> Result<&'a str> {
        value.as_deref().ok_or_else(|| {
            let text = format!("\"{key}\" not defined in the metadata of the model: ServiceModel({})", self.name);
            Error::new(ErrorKind::InvalidDefinition, text).with_name("UndefinedModelAttributeError")
        })
    }
}

impl Definition for Service {
    const KIND: &'static str = "service-2";

    fn parse(source: Source) -> Result<Service> {
        Service::parse(source.service.as_deref().unwrap_or_default(), source.text)
    }

    fn from_parts(service: &str, parts: Parts<'static>) -> Option<Result<Service>> {
        let opened = Content::open(parts, |top| always(service, top)).map_err(|e| broken(service, "service-2", e));
        Some(opened.and_then(|opened| Service::new(service, opened)))
    }
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").field("name", &self.name).field("operations", &self.content.operations()).finish_non_exhaustive()
    }
}

fn always(service: &str, top: &TopLevel<'_>) -> Result<Always> {
    let metadata = serde_json::from_str(top.metadata.get()).map_err(|e| broken(service, "metadata", e))?;
    let params = top.client_context_params.map(|params| client_context_params(params.get())).transpose();
    Ok((metadata, params.map_err(|e| broken(service, "clientContextParams", e))?.unwrap_or_default()))
}

fn broken(service: &str, place: &str, error: serde_json::Error) -> Error {
    invalid(service, place, &error.to_string()).with_source(error)
}

fn invalid(service: &str, place: &str, reason: &str) -> Error {
    Error::new(ErrorKind::InvalidDefinition, format!("The definition of {service} is invalid at {place}: {reason}"))
}

fn client_context_params(text: &str) -> serde_json::Result<Vec<(Str, Str)>> {
    #[derive(Deserialize)]
    struct Param {
        #[serde(rename = "type")]
        kind: Str,
    }
    let params: Object<'_, Param> = serde_json::from_str(text)?;
    Ok(params.0.into_iter().map(|(name, p)| (Str::from(name), p.kind)).collect())
}
