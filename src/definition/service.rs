//! A service's definition: `service-2.json`, read piece by piece.

use std::sync::OnceLock;

use indexmap::IndexMap;

use super::index::{Index, Places};
use super::json::NodeJson;
use super::metadata::{Metadata, ProtocolName};
use super::names::snake_case;
use super::node::Node;
use super::operation::Operation;
use super::shape::{Shape, ShapeId, ShapeRef};
use super::source::{Definition, Source};
use crate::error::{Error, ErrorKind, Result, did_you_mean};
use crate::value::Str;

/// A service's definition. It holds the text and an index of it; operations and shapes are parsed
/// when they are first asked for, each once, and stay.
pub struct Service {
    name: Str,
    text: String,
    metadata: Metadata,
    protocol: OnceLock<ProtocolName>,
    operations: Places,
    operation_cells: Box<[OnceLock<Box<Operation>>]>,
    shapes: Places,
    shape_cells: Box<[OnceLock<Box<Shape>>]>,
    methods: OnceLock<IndexMap<Str, usize, foldhash::fast::RandomState>>,
    discovers_endpoints: OnceLock<bool>,
    errors: OnceLock<IndexMap<Str, ShapeId, foldhash::fast::RandomState>>,
    client_context_params: Vec<(Str, Str)>,
}

impl Service {
    /// Reads the definition of the service `name` (the client name, `stepfunctions`).
    ///
    /// # Errors
    /// If the text is no JSON, or if its top level or its metadata are broken.
    pub fn parse(name: &str, text: impl Into<String>) -> Result<Service> {
        let text = text.into();
        let broken = |place: &str, e: serde_json::Error| invalid(name, place, &e.to_string()).with_source(e);
        let index = Index::of(&text).map_err(|e| broken("service-2", e))?;
        let metadata = serde_json::from_str(&text[index.metadata]).map_err(|e| broken("metadata", e))?;
        let client_context_params = match index.client_context_params {
            Some(place) => client_context_params(&text[place]).map_err(|e| broken("clientContextParams", e))?,
            None => Vec::new(),
        };
        let cells = index.operations.len();
        let shape_cells = index.shapes.len();
        Ok(Service {
            name: name.into(),
            metadata,
            protocol: OnceLock::new(),
            operations: index.operations,
            operation_cells: std::iter::repeat_with(OnceLock::new).take(cells).collect(),
            shapes: index.shapes,
            shape_cells: std::iter::repeat_with(OnceLock::new).take(shape_cells).collect(),
            methods: OnceLock::new(),
            discovers_endpoints: OnceLock::new(),
            errors: OnceLock::new(),
            client_context_params,
            text,
        })
    }

    /// The client name, `stepfunctions`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Who the service is and how it speaks.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The API's version.
    ///
    /// # Errors
    /// If the metadata lacks it.
    pub fn api_version(&self) -> Result<&str> {
        self.required_metadata("apiVersion", &self.metadata.api_version)
    }

    /// The name in host names and in the older data.
    ///
    /// # Errors
    /// If the metadata lacks it.
    pub fn endpoint_prefix(&self) -> Result<&str> {
        self.required_metadata("endpointPrefix", &self.metadata.endpoint_prefix)
    }

    /// The service's identity, `Elastic Load Balancing v2`.
    ///
    /// # Errors
    /// If the metadata lacks it.
    pub fn service_id(&self) -> Result<&str> {
        self.metadata.service_id.as_deref().ok_or_else(|| {
            let text = format!(
                "The model being used for the service {} is missing the serviceId metadata property, which is required.",
                self.name
            );
            Error::new(ErrorKind::InvalidDefinition, text).with_name("MissingServiceIdError")
        })
    }

    /// The service id as event names have it: `elastic-load-balancing-v2`.
    ///
    /// # Errors
    /// If the metadata lacks the service id.
    pub fn hyphenized_service_id(&self) -> Result<String> {
        Ok(self.service_id()?.replace(' ', "-").to_lowercase())
    }

    /// The name that signatures carry.
    ///
    /// # Errors
    /// If the metadata lacks it and the endpoint prefix.
    pub fn signing_name(&self) -> Result<&str> {
        match &self.metadata.signing_name {
            Some(name) => Ok(name),
            None => self.endpoint_prefix(),
        }
    }

    /// The version in the content type of the json protocol.
    ///
    /// # Errors
    /// If the metadata lacks it.
    pub fn json_version(&self) -> Result<&str> {
        self.required_metadata("jsonVersion", &self.metadata.json_version)
    }

    /// What stands before the operation in the json and cbor protocols.
    ///
    /// # Errors
    /// If the metadata lacks it.
    pub fn target_prefix(&self) -> Result<&str> {
        self.required_metadata("targetPrefix", &self.metadata.target_prefix)
    }

    /// The protocol to speak.
    ///
    /// # Errors
    /// If the service speaks none that is known here.
    pub fn protocol(&self) -> Result<ProtocolName> {
        match self.protocol.get() {
            Some(protocol) => Ok(*protocol),
            None => {
                let protocol = self.metadata.choose_protocol(&self.name)?;
                Ok(*self.protocol.get_or_init(|| protocol))
            }
        }
    }

    /// The endpoint rules' parameters that a client's settings feed: name and type (`boolean`, `string`).
    pub fn client_context_params(&self) -> &[(Str, Str)] {
        &self.client_context_params
    }

    /// Whether one of the operations answers endpoints for the others.
    pub(crate) fn discovers_endpoints(&self) -> bool {
        // Most services have no such operation: a look at the text spares parsing them all.
        *self.discovers_endpoints.get_or_init(|| self.text.contains("\"endpointoperation\""))
    }

    /// The names of the operations, in the definition's order.
    pub fn operation_names(&self) -> impl ExactSizeIterator<Item = &Str> {
        self.operations.keys()
    }

    /// The method names (snake case) of the operations with the operations' names.
    pub fn method_names(&self) -> impl Iterator<Item = (&Str, &Str)> {
        self.methods().iter().filter_map(|(method, i)| Some((method, self.operations.get_index(*i)?.0)))
    }

    /// Whether there is an operation of that name, in the API's spelling. Nothing is parsed for it.
    pub fn has_operation(&self, name: &str) -> bool {
        self.operations.contains_key(name)
    }

    /// The operation of that name, in either spelling: `ListObjectsV2` or `list_objects_v2`.
    ///
    /// # Errors
    /// If there is none; the message has the nearest names. If the definition is broken.
    pub fn operation(&self, name: &str) -> Result<&Operation> {
        let index = match self.operations.get_index_of(name) {
            Some(index) => index,
            None => *self.methods().get(name).ok_or_else(|| self.unknown_operation(name))?,
        };
        let cell = &self.operation_cells[index];
        if let Some(operation) = cell.get() {
            return Ok(operation);
        }
        let (name, place) = self.operations.get_index(index).expect("an index of the same table");
        let operation = Operation::parse(name, &self.text[place.clone()], &|n| self.shape_id(n))
            .map_err(|e| invalid(&self.name, &format!("operations.{name}"), &e))?;
        Ok(cell.get_or_init(|| Box::new(operation)))
    }

    /// The shape's place in the table.
    pub fn shape_id(&self, name: &str) -> Option<ShapeId> {
        self.shapes.get_index_of(name).map(|i| ShapeId(i as u32))
    }

    /// The names of the shapes, in the definition's order.
    pub fn shape_names(&self) -> impl ExactSizeIterator<Item = &Str> {
        self.shapes.keys()
    }

    /// The shape at a place of the table.
    ///
    /// # Errors
    /// If it is broken.
    pub fn shape(&self, id: ShapeId) -> Result<&Shape> {
        let index = id.0 as usize;
        let cell = &self.shape_cells[index];
        if let Some(shape) = cell.get() {
            return Ok(shape);
        }
        let (name, place) = self.shapes.get_index(index).expect("an id of this service");
        let reason = |e: String| invalid(&self.name, &format!("shapes.{name}"), &e).with_name("InvalidShapeError");
        let json: NodeJson<'_> = serde_json::from_str(&self.text[place.clone()]).map_err(|e| reason(e.to_string()))?;
        let shape = Shape::from_json(name, &json, &|n| self.shape_id(n)).map_err(reason)?;
        Ok(cell.get_or_init(|| Box::new(shape)))
    }

    /// The shape of that name, to be walked along; nothing if there is none.
    ///
    /// # Errors
    /// If it is broken.
    pub fn shape_node(&self, name: &str) -> Result<Option<Node<'_>>> {
        let Some(id) = self.shape_id(name) else { return Ok(None) };
        let shape = self.shape(id)?;
        Ok(Some(Node::new(self, shape, &shape.traits)))
    }

    /// The shape that a reference leads to, seen through it.
    ///
    /// # Errors
    /// If the shape is not there or broken.
    pub fn node<'a>(&'a self, reference: &'a ShapeRef) -> Result<Node<'a>> {
        match &reference.target {
            Ok(id) => Ok(Node::new(self, self.shape(*id)?, &reference.traits)),
            Err(name) => {
                let text =
                    format!("{}: there is no shape {name}.{}", self.name, did_you_mean(name, self.shapes.keys().map(|k| k.as_str())));
                Err(Error::new(ErrorKind::InvalidDefinition, text).with_name("NoShapeFoundError"))
            }
        }
    }

    /// The input structure of an operation.
    ///
    /// # Errors
    /// If its shape is not there or broken.
    pub fn input<'a>(&'a self, operation: &'a Operation) -> Result<Option<Node<'a>>> {
        operation.input.as_ref().map(|r| self.node(r)).transpose()
    }

    /// The output structure of an operation.
    ///
    /// # Errors
    /// If its shape is not there or broken.
    pub fn output<'a>(&'a self, operation: &'a Operation) -> Result<Option<Node<'a>>> {
        operation.output.as_ref().map(|r| self.node(r)).transpose()
    }

    /// The shape of the error with that code.
    ///
    /// # Errors
    /// If it is broken.
    pub fn error_shape(&self, code: &str) -> Result<Option<&Shape>> {
        self.error_shapes().get(code).map(|id| self.shape(*id)).transpose()
    }

    /// The error with that code, to be walked along.
    ///
    /// # Errors
    /// If it is broken.
    pub fn error_node(&self, code: &str) -> Result<Option<Node<'_>>> {
        Ok(self.error_shape(code)?.map(|shape| Node::new(self, shape, &shape.traits)))
    }

    /// The codes of all modeled errors with the names of their shapes.
    pub fn error_codes(&self) -> impl Iterator<Item = (&Str, &Str)> {
        self.error_shapes().iter().filter_map(|(code, id)| Some((code, self.shapes.get_index(id.0 as usize)?.0)))
    }

    /// Codes to error shapes; of two with the same code the later counts.
    fn error_shapes(&self) -> &IndexMap<Str, ShapeId, foldhash::fast::RandomState> {
        self.errors.get_or_init(|| {
            let mut codes = IndexMap::default();
            for (index, (name, place)) in self.shapes.iter().enumerate() {
                // Most shapes are no errors: a look at the text spares parsing them.
                if !self.text[place.clone()].contains("\"exception\"") {
                    continue;
                }
                let id = ShapeId(index as u32);
                let Ok(shape) = self.shape(id) else { continue };
                if shape.traits.exception {
                    let code = shape.traits.error.as_ref().and_then(|e| e.code.clone()).unwrap_or_else(|| name.clone());
                    codes.insert(code, id);
                }
            }
            codes
        })
    }

    fn methods(&self) -> &IndexMap<Str, usize, foldhash::fast::RandomState> {
        self.methods.get_or_init(|| self.operations.keys().enumerate().map(|(i, name)| (Str::from(snake_case(name)), i)).collect())
    }

    fn unknown_operation(&self, name: &str) -> Error {
        let snake = !name.contains(|c: char| c.is_ascii_uppercase());
        let error = Error::new(ErrorKind::UnknownOperation, format!("The service {} has no operation {name:?}.", self.name));
        match snake {
            true => error.with_suggestions(name, self.methods().keys().map(|k| k.as_str())),
            false => error.with_suggestions(name, self.operations.keys().map(|k| k.as_str())),
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
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").field("name", &self.name).field("operations", &self.operations.len()).finish_non_exhaustive()
    }
}

fn invalid(service: &str, place: &str, reason: &str) -> Error {
    Error::new(ErrorKind::InvalidDefinition, format!("The definition of {service} is broken at {place}: {reason}"))
}

fn client_context_params(text: &str) -> serde_json::Result<Vec<(Str, Str)>> {
    #[derive(serde::Deserialize)]
    struct Param {
        #[serde(rename = "type")]
        kind: Str,
    }
    let params: super::json::Object<'_, Param> = serde_json::from_str(text)?;
    Ok(params.0.into_iter().map(|(name, p)| (Str::from(name), p.kind)).collect())
}
