//! What the names of a type mean. All kinds share one namespace; of two with the same name the one whose kind comes first
//! keeps it, and the other gets its kind behind its name: `network_interfaces_attribute`. The rules are boto3's.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::Method;
use super::member::MemberKind;
use crate::definition::resource::ResourceType;
use crate::definition::{Node, snake_case};
use crate::value::Str;

pub(super) type Names = IndexMap<Str, Meaning, foldhash::fast::RandomState>;

/// What a name means; the numbers are positions in the type's definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Identifier(usize),
    /// An attribute that says what an identifier says.
    Alias(usize),
    /// A member of the data.
    Attribute(Str),
    Load,
    Action(usize),
    /// What `service/` adds.
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

/// The names of a type; the error is a group of the definition and the reason.
pub(super) fn of(kind: &ResourceType, shape: Option<Node<'_>>, methods: &[Method]) -> Result<Names, (&'static str, String)> {
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
    /// Also names that nothing can have.
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

    /// Takes the name, or the longer one if it is taken.
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

    /// An identifier may have an attribute's name; then the attribute has none, though its longer name is taken.
    fn add_attribute(&mut self, kind: &ResourceType, member: &Str) -> Result<(), (&'static str, String)> {
        let plain = Str::from(snake_case(member));
        let name = self.free(&plain, "shape", "attribute")?;
        if kind.identifier(&plain).is_some() {
            return Ok(());
        }
        let says_the_same = |identifier: &crate::definition::resource::Identifier| {
            identifier.member_name.as_deref().is_some_and(|member| snake_case(member) == name.as_str())
        };
        let meaning = match kind.identifiers.iter().position(says_the_same) {
            Some(identifier) => Meaning::Alias(identifier),
            None => Meaning::Attribute(member.clone()),
        };
        self.names.insert(name, meaning);
        Ok(())
    }

    /// Adds what is not the definition's: methods take the place of actions, and `reload` yields to everything.
    fn finish(mut self, kind: &ResourceType, methods: &[Method]) -> Names {
        if kind.load.is_some() {
            self.names.insert("load".into(), Meaning::Load);
            self.names.entry("reload".into()).or_insert(Meaning::Load);
        }
        for method in methods {
            self.names.insert(method.name.into(), Meaning::Method);
        }
        self.names
    }
}
