//! Which values are secret, according to the shapes: everything below a shape or a reference that is marked as sensitive.
//!
//! Validation messages, requests, and recordings ask this file; none of them knows names of members.

use std::collections::HashSet;

use super::node::Node;
use super::shape::ShapeType;
use crate::error::Result;
use crate::value::Value;

/// The text that is shown in place of a secret.
pub(crate) const MASK: &str = "***";

/// Values that are nested deeper than this are taken for secrets instead of being searched.
const DEEPEST: usize = 100;

impl Node<'_> {
    /// Whether the shape, or the reference to it, is marked as sensitive.
    pub(crate) fn is_sensitive(&self) -> bool {
        self.has(|traits| traits.sensitive)
    }

    /// Whether a value of this shape can contain a secret. The result is cached for each shape.
    pub(crate) fn can_hold_secrets(&self) -> bool {
        self.is_sensitive() || *self.shape().holds_secrets.get_or_init(|| self.search_shapes())
    }

    /// Whether the value, which belongs to this shape, contains a secret.
    ///
    /// # Errors
    /// If a shape is broken.
    pub(crate) fn holds_secret(&self, value: &Value) -> Result<bool> {
        self.search(value, 0)
    }

    fn search_shapes(&self) -> bool {
        let mut visited = HashSet::new();
        let mut open = vec![*self];
        while let Some(node) = open.pop() {
            if node.is_sensitive() {
                return true;
            }
            if !visited.insert(std::ptr::from_ref(node.shape())) {
                continue;
            }
            // A broken shape cannot hold a value.
            match node.shape_type() {
                ShapeType::Structure(structure) => open.extend(structure.members.iter().filter_map(|member| node.member(member).ok())),
                ShapeType::List(item) => open.extend(node.follow(item).ok()),
                ShapeType::Map { key, value } => open.extend([key, value].into_iter().filter_map(|inner| node.follow(inner).ok())),
                _ => {}
            }
        }
        false
    }

    fn search(&self, value: &Value, depth: usize) -> Result<bool> {
        if !self.can_hold_secrets() || value.is_null() {
            return Ok(false);
        }
        if self.is_sensitive() || depth > DEEPEST {
            return Ok(true);
        }
        match (self.shape_type(), value) {
            (ShapeType::Structure(structure), Value::Map(map)) => {
                for (name, value) in map {
                    if let Some((_, member)) = structure.member(name)
                        && self.member(member)?.search(value, depth + 1)?
                    {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            (ShapeType::List(item), Value::List(list)) => {
                let item = self.follow(item)?;
                for value in list {
                    if item.search(value, depth + 1)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            (ShapeType::Map { key, value: of }, Value::Map(map)) => {
                let (key, of) = (self.follow(key)?, self.follow(of)?);
                if key.is_sensitive() && !map.is_empty() {
                    return Ok(true);
                }
                for value in map.values() {
                    if of.search(value, depth + 1)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            // A value of the wrong type where there could be a secret.
            _ => Ok(true),
        }
    }
}
