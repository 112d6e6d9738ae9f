//! The resource model of a client: the definition, checked against that of the service, and the names of its types.

use std::sync::Arc;

use super::names::{self, Meaning, Member, MemberKind, Names};
use super::{Outcome, Resource};
use crate::call::hint;
use crate::client::{Client, MethodSpec};
use crate::definition::resource::{Action, Has, ResourceType};
use crate::definition::{Node, Resources, Service, Waiters};
use crate::error::{Error, ErrorKind, Result, did_you_mean};
use crate::value::{Map, Str, Value};

/// A method that `service/` adds to a resource type. It replaces an action of the same name. The method `load` loads the
/// attributes.
pub(crate) struct Method {
    pub spec: MethodSpec,
    pub run: fn(&Resource, Map) -> Result<Outcome>,
}

/// Returns the methods of a resource type, given the service ID and the name of the type.
pub(crate) type Methods = fn(&str, &str) -> &'static [&'static [Method]];

/// The parts that all resources of one service resource share.
pub(super) struct Model {
    pub definition: Arc<Resources>,
    pub client: Client,
    /// One for each type of the definition.
    pub classes: Arc<[Class]>,
}

/// A resource type with the meaning of its names.
pub(super) struct Class {
    pub names: Names,
    /// Whether each identifier is a secret.
    pub secrets: Box<[bool]>,
    pub methods: &'static [&'static [Method]],
}

impl Model {
    /// # Errors
    /// `InvalidDefinition` if the definition uses operations, waiters, or shapes that the service does not have, or if names
    /// of a type collide.
    pub fn new(definition: Arc<Resources>, client: Client, methods: Methods) -> Result<Model> {
        // In the oldest bundled versions of a service, resources use waiters that do not exist. There, only waiting fails.
        let waits = !definition.is_builtin() && definition.types().iter().any(|kind| !kind.waiters.is_empty());
        let waiters = if waits { client.waiter_definitions()? } else { None };
        let classes = definition.types().iter().map(|kind| {
            let place = TypeDefinition { definition: &definition, kind };
            place.check_calls(client.service())?;
            if waits {
                place.check_waiters(waiters.as_deref())?;
            }
            Class::new(&place, client.service(), methods)
        });
        Ok(Model { classes: classes.collect::<Result<_>>()?, definition, client })
    }

    /// The same model with another client of the same service.
    pub fn with_client(&self, client: Client) -> Model {
        Model { definition: Arc::clone(&self.definition), client, classes: Arc::clone(&self.classes) }
    }
}

/// A type in its definition, for messages.
struct TypeDefinition<'d> {
    definition: &'d Resources,
    kind: &'d ResourceType,
}

impl TypeDefinition<'_> {
    fn check_calls(&self, service: &Service) -> Result<()> {
        match self.kind.calls().find(|(_, action)| !service.has_operation(&action.operation)) {
            None => Ok(()),
            Some((call, action)) => {
                let near = did_you_mean(&action.operation, service.operation_names().map(Str::as_str));
                let text = format!("the service has no operation {:?}.{near}", action.operation);
                Err(self.broken(&format!("{call}.request.operation"), &text))
            }
        }
    }

    fn check_waiters(&self, known: Option<&Waiters>) -> Result<()> {
        let names = || known.into_iter().flat_map(Waiters::names);
        match self.kind.waiters.iter().find(|waiter| !names().any(|known| *known == waiter.waiter)) {
            None => Ok(()),
            Some(waiter) => {
                let near = did_you_mean(&waiter.waiter, names().map(Str::as_str));
                let text = format!("the service has no waiter {:?}.{near}", waiter.waiter);
                Err(self.broken(&format!("waiters.{}.waiterName", waiter.camel_name), &text))
            }
        }
    }

    fn broken(&self, place: &str, reason: &str) -> Error {
        match std::ptr::eq(self.kind, self.definition.root()) {
            true => self.definition.invalid(&format!("service.{place}"), reason),
            false => self.definition.invalid(&format!("resources.{}.{place}", self.kind.name), reason),
        }
    }
}

impl Class {
    fn new(place: &TypeDefinition<'_>, service: &Service, methods: Methods) -> Result<Class> {
        let kind = place.kind;
        let methods = methods(service.service_id()?, &kind.name);
        let shape = match &kind.shape {
            Some(name) => Some(shape(service, name).map_err(|reason| place.broken("shape", &reason))?),
            None => None,
        };
        let secret = |name: &Str| {
            let member = shape.and_then(|shape| Some((shape, shape.structure()?.member(name)?.1)));
            member.and_then(|(shape, member)| shape.member(member).ok()).is_some_and(|node| node.has(|traits| traits.sensitive))
        };
        let secrets = kind.identifiers.iter().map(|identifier| secret(identifier.member_name.as_ref().unwrap_or(&identifier.camel_name)));
        Ok(Class {
            secrets: secrets.collect(),
            names: names::of(kind, shape, methods).map_err(|(group, reason)| place.broken(group, &reason))?,
            methods,
        })
    }

    pub fn members(&self) -> Vec<Member> {
        self.names.iter().map(|(name, meaning)| Member { name: name.clone(), kind: meaning.kind() }).collect()
    }

    pub fn members_of(&self, kind: MemberKind) -> impl Iterator<Item = &Str> {
        self.names.iter().filter(move |(_, meaning)| meaning.kind() == kind).map(|(name, _)| name)
    }

    pub fn method(&self, name: &str) -> Option<&'static Method> {
        self.methods.iter().copied().flatten().find(|method| method.spec.name == name)
    }

    pub fn subresource<'r>(&self, of: &'r Resource, name: &str) -> Result<&'r Has> {
        match self.names.get(name) {
            Some(Meaning::Subresource(index)) => Ok(&of.resource_type().has[*index]),
            _ => Err(self.unknown(of, MemberKind::Subresource, name)),
        }
    }

    pub fn reference<'r>(&self, of: &'r Resource, name: &str) -> Result<&'r Has> {
        match self.names.get(name) {
            Some(Meaning::Reference(index)) => Ok(&of.resource_type().has[*index]),
            _ => Err(self.unknown(of, MemberKind::Reference, name)),
        }
    }

    /// Returns the position of a collection.
    pub fn collection(&self, of: &Resource, name: &str) -> Result<usize> {
        match self.names.get(name) {
            Some(Meaning::Collection(index)) => Ok(*index),
            _ => Err(self.unknown(of, MemberKind::Collection, name)),
        }
    }

    /// The error for a name that is unknown or of another kind. It suggests similar names of the wanted kind, otherwise of any
    /// kind, and names the method that such a member is used with.
    pub fn unknown(&self, of: &Resource, wanted: MemberKind, name: &str) -> Error {
        let text = format!("{}.{} has no {} {name:?}.", of.service_name(), of.type_name(), wanted.name());
        let error = Error::new(ErrorKind::UnknownName, text);
        if let Some(meaning) = self.names.get(name) {
            return error.with_hint(&usage(name, meaning.kind())).with_detail("nearest", [name]);
        }
        let is_wanted = |kind| kind == wanted || (wanted, kind) == (MemberKind::Attribute, MemberKind::Identifier);
        let known = |wants: bool| self.names.iter().filter(move |(_, meaning)| is_wanted(meaning.kind()) == wants);
        let error = error.with_suggestions(name, known(true).map(|(known, _)| known.as_str()));
        if error.has_suggestions() {
            return error;
        }
        let error = error.with_suggestions(name, known(false).map(|(known, _)| known.as_str()));
        let details = error.details();
        let nearest = details["nearest"].as_list().and_then(|nearest| nearest.iter().next()).and_then(Value::as_str);
        match nearest.and_then(|nearest| Some((nearest, self.names.get(nearest)?))) {
            Some((nearest, meaning)) => error.with_hint(&usage(nearest, meaning.kind())),
            None => match hint(name) {
                Some(hint) => error.with_hint(hint),
                None => error,
            },
        }
    }
}

/// Says how a member is used.
fn usage(name: &str, kind: MemberKind) -> String {
    let method = match kind {
        MemberKind::Identifier | MemberKind::Attribute => "get",
        MemberKind::Action => "call",
        MemberKind::Subresource => "resource",
        MemberKind::Reference => "reference",
        MemberKind::Collection => "collection",
        MemberKind::Waiter => "wait",
    };
    let kind = kind.name();
    let article = if kind.starts_with(['a', 'i']) { "an" } else { "a" };
    format!("{name} is {article} {kind}: use Resource::{method}.")
}

/// Returns the structure with the given name.
fn shape<'s>(service: &'s Service, name: &str) -> Result<Node<'s>, String> {
    let Some(node) = service.shape_node(name).map_err(|e| e.to_string())? else {
        let near = did_you_mean(name, service.shape_names().map(Str::as_str));
        return Err(format!("the service has no shape {name:?}.{near}"));
    };
    match node.structure() {
        Some(_) => Ok(node),
        None => Err(format!("the shape {name:?} is not a structure")),
    }
}

/// Finds a batch action by name.
pub(super) fn batch_action<'t>(item: &'t ResourceType, name: &str) -> Option<&'t Action> {
    item.batch_actions.iter().find(|action| action.name == name)
}
