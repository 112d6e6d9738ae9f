//! The ec2 protocol: query with names of its own and lists that are always flattened.

use super::query::Dialect;
use crate::definition::Node;

pub(super) struct Ec2;

impl Dialect for Ec2 {
    /// `queryName` as it stands, else `locationName` or the member's name with a capital letter.
    fn push_member_name(&self, out: &mut String, name: &str, node: Node<'_>) {
        if let Some(name) = node.query_name() {
            return out.push_str(name);
        }
        let mut rest = node.location_name().unwrap_or(name).chars();
        out.extend(rest.next().into_iter().flat_map(char::to_uppercase));
        out.push_str(rest.as_str());
    }

    fn empty_list(&self) -> Option<&'static str> {
        None
    }

    fn push_list_infix(&self, _: &mut String, _: Node<'_>, _: Node<'_>) {}
}
