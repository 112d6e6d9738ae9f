//! Shapes combined with the references to them.

use super::service::Service;
use super::shape::{Member, Shape, ShapeRef, ShapeType, Structure};
use super::traits::{Location, TimestampFormat, Traits, XmlNamespace};
use crate::error::Result;

/// A shape together with a reference to it, whose traits take precedence. Validation, serializers, and parsers traverse nodes. A
/// node consists of three pointers and is cheap to copy.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    service: &'a Service,
    shape: &'a Shape,
    reference: &'a Traits,
}

impl<'a> Node<'a> {
    pub(super) fn new(service: &'a Service, shape: &'a Shape, reference: &'a Traits) -> Node<'a> {
        Node { service, shape, reference }
    }

    /// Returns the service of the shape.
    pub fn service(&self) -> &'a Service {
        self.service
    }

    /// Returns the shape.
    pub fn shape(&self) -> &'a Shape {
        self.shape
    }

    /// Returns the name of the shape.
    pub fn name(&self) -> &'a str {
        &self.shape.name
    }

    /// Returns the type of the shape.
    #[inline]
    pub fn shape_type(&self) -> &'a ShapeType {
        &self.shape.shape_type
    }

    /// Returns the structure, if it is one.
    pub fn structure(&self) -> Option<&'a Structure> {
        match &self.shape.shape_type {
            ShapeType::Structure(structure) => Some(structure),
            _ => None,
        }
    }

    /// Follows a reference in this shape.
    ///
    /// # Errors
    /// Fails if the other shape is missing or invalid.
    #[inline]
    pub fn follow(&self, reference: &'a ShapeRef) -> Result<Node<'a>> {
        self.service.node(reference)
    }

    /// Returns the node of a member of this structure.
    ///
    /// # Errors
    /// Fails if its shape is missing or invalid.
    #[inline]
    pub fn member(&self, member: &'a Member) -> Result<Node<'a>> {
        self.service.node(&member.target)
    }

    /// Returns its location in an HTTP message.
    pub fn location(&self) -> Option<Location> {
        self.reference.location.or(self.shape.traits.location)
    }

    /// Returns its name on the wire, if that differs from the name of the member.
    pub fn location_name(&self) -> Option<&'a str> {
        self.reference.location_name.as_deref().or(self.shape.traits.location_name.as_deref())
    }

    /// Returns its name in the ec2 protocol.
    pub fn query_name(&self) -> Option<&'a str> {
        self.reference.query_name.as_deref().or(self.shape.traits.query_name.as_deref())
    }

    /// Returns the element around the result in the query protocol.
    pub fn result_wrapper(&self) -> Option<&'a str> {
        self.reference.result_wrapper.as_deref().or(self.shape.traits.result_wrapper.as_deref())
    }

    /// Returns the format of a timestamp, if the definition specifies it.
    pub fn timestamp_format(&self) -> Option<TimestampFormat> {
        self.reference.timestamp_format.or(self.shape.traits.timestamp_format)
    }

    /// Returns the XML namespace of the element.
    pub fn xml_namespace(&self) -> Option<&'a XmlNamespace> {
        self.reference.xml_namespace.as_ref().or(self.shape.traits.xml_namespace.as_ref())
    }

    /// Returns the endpoint rule parameter that it provides.
    pub fn context_param(&self) -> Option<&'a str> {
        self.reference.context_param.as_deref().or(self.shape.traits.context_param.as_deref())
    }

    /// Returns the minimum number, length, or size.
    pub fn min(&self) -> Option<f64> {
        self.reference.min.or(self.shape.traits.min)
    }

    /// Returns the maximum number, length, or size.
    pub fn max(&self) -> Option<f64> {
        self.reference.max.or(self.shape.traits.max)
    }

    /// Returns whether a boolean trait is set on the reference or the shape: `node.has(|t| t.flattened)`.
    #[inline]
    pub fn has(&self, flag: impl Fn(&Traits) -> bool) -> bool {
        flag(self.reference) || flag(&self.shape.traits)
    }
}
