//! The names of a resource type and their meaning. All kinds share one namespace. Of two equal names, the one whose kind
//! comes first keeps the name; the kind is appended to the other one: `network_interfaces_attribute`. The rules are boto3's.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::Method;
use crate::definition::resource::ResourceType;
use crate::definition::{Node, snake_case};
use crate::value::Str;

/// A member of a resource.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Member {
    /// The name.
    pub name: Str,
    /// The kind of member.
    pub kind: MemberKind,
}

/// The kind of a member of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MemberKind {
    /// A part of its identity: [`Resource::get`](super::Resource::get) makes no request.
    Identifier,
    /// A part of its data: [`Resource::get`](super::Resource::get) loads the data if necessary.
    Attribute,
    /// An operation on it: [`Resource::call`](super::Resource::call).
    Action,
    /// A resource type that belongs to it: [`Resource::resource`](super::Resource::resource).
    Subresource,
    /// One or several resources that its data identify: [`Resource::reference`](super::Resource::reference).
    Reference,
    /// An iterable set of resources: [`Resource::collection`](super::Resource::collection).
    Collection,
    /// A condition to wait for: [`Resource::wait`](super::Resource::wait).
    Waiter,
}

impl MemberKind {
    /// Returns the kind in one word.
    pub fn name(self) -> &'static str {
        match self {
            MemberKind::Identifier => "identifier",
            MemberKind::Attribute => "attribute",
            MemberKind::Action => "action",
            MemberKind::Subresource => "subresource",
            MemberKind::Reference => "reference",
            MemberKind::Collection => "collection",
            MemberKind::Waiter => "waiter",
        }
    }
}

pub(super) type Names = IndexMap<Str, Meaning, foldhash::fast::RandomState>;

/// The meaning of a name. Numbers are positions in the definition of the type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Identifier(usize),
    /// An attribute with the value of an identifier.
    Alias(usize),
    /// A member of the data.
    Attribute(Str),
    Load,
    Action(usize),
    /// A method added by `service/`.
    Method,
    Subresource(usize),
    Reference(usize),
    Collection(usize),
    Waiter(usize),
}

impl Meaning {
    pub fn kind(&self) -> MemberKind {
        match self {
            Meaning::Identifier(_) => MemberKind::Identifier,
            Meaning::Alias(_) | Meaning::Attribute(_) => MemberKind::Attribute,
            Meaning::Load | Meaning::Action(_) | Meaning::Method => MemberKind::Action,
            Meaning::Subresource(_) => MemberKind::Subresource,
            Meaning::Reference(_) => MemberKind::Reference,
            Meaning::Collection(_) => MemberKind::Collection,
            Meaning::Waiter(_) => MemberKind::Waiter,
        }
    }
}

/// Returns the names of a type. The error is a group of the definition and the reason.
pub(super) fn of(kind: &ResourceType, shape: Option<Node<'_>>, methods: &[&[Method]]) -> Result<Names, (&'static str, String)> {
    let mut names = Naming::new(kind);
    for (i, identifier) in kind.identifiers.iter().enumerate() {
        names.add(&identifier.name, "identifiers", "identifier", Meaning::Identifier(i))?;
    }
    for (i, action) in kind.actions.iter().enumerate() {
        names.add(&action.name, "actions", "action", Meaning::Action(i))?;
    }
    for (i, has) in kind.has.iter().enumerate() {
        match has.is_reference {
            false => names.add(&has.name, "has", "subresource", Meaning::Subresource(i))?,
            true => names.add(&has.name, "has", "reference", Meaning::Reference(i))?,
        }
    }
    for (i, collection) in kind.has_many.iter().enumerate() {
        names.add(&collection.name, "hasMany", "collection", Meaning::Collection(i))?;
    }
    for (i, waiter) in kind.waiters.iter().enumerate() {
        names.add(&waiter.name, "waiters", "waiter", Meaning::Waiter(i))?;
    }
    for member in shape.and_then(|shape| shape.structure()).into_iter().flat_map(|structure| &structure.members) {
        names.add_attribute(kind, &member.name)?;
    }
    Ok(names.finish(kind, methods))
}

struct Naming<'k> {
    kind: &'k ResourceType,
    /// Includes reserved names.
    taken: HashSet<Str>,
    names: Names,
}

impl<'k> Naming<'k> {
    fn new(kind: &'k ResourceType) -> Naming<'k> {
        let reserved = ["meta"].into_iter().chain(kind.load.is_some().then_some("load"));
        Naming { kind, taken: reserved.map(Str::from).collect(), names: Names::default() }
    }

    fn add(&mut self, name: &Str, group: &'static str, category: &str, meaning: Meaning) -> Result<(), (&'static str, String)> {
        let name = self.free(name, group, category)?;
        self.names.insert(name, meaning);
        Ok(())
    }

    /// Reserves the name, or the longer one if it is taken.
    fn free(&mut self, name: &Str, group: &'static str, category: &str) -> Result<Str, (&'static str, String)> {
        if self.taken.insert(name.clone()) {
            return Ok(name.clone());
        }
        let longer = Str::from(format!("{name}_{category}"));
        match self.taken.insert(longer.clone()) {
            true => Ok(longer),
            false => Err((group, format!("Problem renaming {} {category} to {longer}!", self.kind.name))),
        }
    }

    /// If an identifier has the name of an attribute, the attribute has no name, although its longer name is reserved.
    fn add_attribute(&mut self, kind: &ResourceType, member: &Str) -> Result<(), (&'static str, String)> {
        let plain = Str::from(snake_case(member));
        let name = self.free(&plain, "shape", "attribute")?;
        if kind.identifier(&plain).is_some() {
            return Ok(());
        }
        let is_alias = |identifier: &crate::definition::resource::Identifier| {
            identifier.member_name.as_deref().is_some_and(|member| snake_case(member) == name.as_str())
        };
        let meaning = match kind.identifiers.iter().position(is_alias) {
            Some(identifier) => Meaning::Alias(identifier),
            None => Meaning::Attribute(member.clone()),
        };
        self.names.insert(name, meaning);
        Ok(())
    }

    /// Adds the names that are not in the definition: methods replace actions, and every other name takes precedence over
    /// `reload`.
    fn finish(mut self, kind: &ResourceType, methods: &[&[Method]]) -> Names {
        if kind.load.is_some() {
            self.names.insert("load".into(), Meaning::Load);
            self.names.entry("reload".into()).or_insert(Meaning::Load);
        }
        for method in methods.iter().copied().flatten() {
            self.names.insert(method.spec.name.into(), Meaning::Method);
        }
        self.names
    }
}
