//! The ec2 protocol: query with names of its own and lists that are always flattened.

use super::query::Dialect;
use crate::definition::Node;

pub(super) struct Ec2;

impl Dialect for Ec2 {
    /// `queryName` as it stands, else `locationName` with a capital letter, else the member's name.
    fn push_member_name(&self, out: &mut String, name: &str, node: Node<'_>) {
        match (node.query_name(), node.location_name()) {
            (Some(name), _) => out.push_str(name),
            (None, Some(name)) => {
                let mut rest = name.chars();
                out.extend(rest.next().into_iter().flat_map(char::to_uppercase));
                out.push_str(rest.as_str());
            }
            (None, None) => out.push_str(name),
        }
    }

    fn empty_list(&self) -> Option<&'static str> {
        None
    }

    fn push_list_infix(&self, _: &mut String, _: Node<'_>, _: Node<'_>) {}
}
