//! A shape seen through the reference that leads to it.

use super::service::Service;
use super::shape::{Member, Shape, ShapeRef, ShapeType, Structure};
use super::traits::{Location, TimestampFormat, Traits, XmlNamespace};
use crate::error::Result;

/// A shape together with the reference that leads to it: the reference's traits win. This is what
/// validation, serializers and parsers walk along; it is three pointers and copied freely.
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

    /// The service that the shape belongs to.
    pub fn service(&self) -> &'a Service {
        self.service
    }

    /// The shape itself.
    pub fn shape(&self) -> &'a Shape {
        self.shape
    }

    /// The shape's name.
    pub fn name(&self) -> &'a str {
        &self.shape.name
    }

    /// What the shape is.
    pub fn shape_type(&self) -> &'a ShapeType {
        &self.shape.shape_type
    }

    /// The members, if it is a structure.
    pub fn structure(&self) -> Option<&'a Structure> {
        match &self.shape.shape_type {
            ShapeType::Structure(structure) => Some(structure),
            _ => None,
        }
    }

    /// The node that a reference inside this shape leads to.
    ///
    /// # Errors
    /// If the shape is not there or broken.
    pub fn follow(&self, reference: &'a ShapeRef) -> Result<Node<'a>> {
        self.service.node(reference)
    }

    /// The node of a member of this structure.
    ///
    /// # Errors
    /// If its shape is not there or broken.
    pub fn member(&self, member: &'a Member) -> Result<Node<'a>> {
        self.service.node(&member.target)
    }

    /// Where it is bound in an HTTP message.
    pub fn location(&self) -> Option<Location> {
        self.reference.location.or(self.shape.traits.location)
    }

    /// Its name on the wire, where it is not the member's.
    pub fn location_name(&self) -> Option<&'a str> {
        self.reference.location_name.as_deref().or(self.shape.traits.location_name.as_deref())
    }

    /// Its name in the ec2 protocol.
    pub fn query_name(&self) -> Option<&'a str> {
        self.reference.query_name.as_deref().or(self.shape.traits.query_name.as_deref())
    }

    /// The element around the result in the query protocol.
    pub fn result_wrapper(&self) -> Option<&'a str> {
        self.reference.result_wrapper.as_deref().or(self.shape.traits.result_wrapper.as_deref())
    }

    /// How a timestamp is written here, where the definition says it.
    pub fn timestamp_format(&self) -> Option<TimestampFormat> {
        self.reference.timestamp_format.or(self.shape.traits.timestamp_format)
    }

    /// The XML namespace of the element.
    pub fn xml_namespace(&self) -> Option<&'a XmlNamespace> {
        self.reference.xml_namespace.as_ref().or(self.shape.traits.xml_namespace.as_ref())
    }

    /// The endpoint rules' parameter that it feeds.
    pub fn context_param(&self) -> Option<&'a str> {
        self.reference.context_param.as_deref().or(self.shape.traits.context_param.as_deref())
    }

    /// The least number, length or size.
    pub fn min(&self) -> Option<f64> {
        self.reference.min.or(self.shape.traits.min)
    }

    /// The greatest number, length or size.
    pub fn max(&self) -> Option<f64> {
        self.reference.max.or(self.shape.traits.max)
    }

    /// Whether one of the yes-or-no traits holds here, on the reference or on the shape:
    /// `node.has(|t| t.flattened)`.
    pub fn has(&self, flag: impl Fn(&Traits) -> bool) -> bool {
        flag(self.reference) || flag(&self.shape.traits)
    }
}
