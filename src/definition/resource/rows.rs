//! Reads the identifiers of several resources row by row.
//!
//! A definition has a path for each identifier, such as `Addresses[].AllocationId`, and one for the data, such as `Addresses[]`.
//! Each yields a list without the items that lack the member. If the lists differ in length, boto3 combines values that do not
//! belong together. If all paths begin with the same list, such as `Addresses[]`, tucuxi reads it once instead, and each item
//! yields its own identifiers.

use super::{Base, IdentifierSource};
use crate::value::Expression;

/// The list with which all paths begin.
#[derive(Debug)]
#[non_exhaustive]
pub struct Rows {
    /// The value that contains the list.
    pub base: Base,
    /// The path of the list.
    pub list: Expression,
    /// The path of each identifier within an item, or `None` for identifiers that all items share.
    pub cells: Vec<Option<Expression>>,
}

impl Rows {
    /// Returns the common list of these paths, if they have one.
    pub(super) fn of(identifiers: &[IdentifierSource], data: Option<&Expression>, is_reference: bool) -> Option<Rows> {
        let mut common: Option<(Base, &str)> = None;
        let mut cells = Vec::with_capacity(identifiers.len());
        for identifier in identifiers {
            let IdentifierSource::Search { base, path, .. } = identifier else {
                cells.push(None);
                continue;
            };
            let Some((list, rest)) = split(path.as_str()) else {
                cells.push(None);
                continue;
            };
            if *common.get_or_insert((*base, list)) != (*base, list) {
                return None;
            }
            cells.push(Some(Expression::parse(rest).ok()?));
        }
        let (base, list) = common?;
        let data_base = if is_reference { Base::Data } else { Base::Response };
        if data.is_some_and(|path| path.as_str() != list || base != data_base) {
            return None;
        }
        Some(Rows { base, list: Expression::parse(list).ok()?, cells })
    }
}

/// Splits a path after its last projection: `A[].B[].C.D` is `C.D` of each item of `A[].B[]`. Returns `None` if this is not
/// certain to be equivalent.
fn split(path: &str) -> Option<(&str, &str)> {
    let end = path.rfind("[]").map(|at| at + 2).max(path.rfind("[*]").map(|at| at + 3))?;
    let (list, rest) = path.split_at(end);
    let rest = if rest.is_empty() { "@" } else { rest.strip_prefix('.')? };
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.@[]".contains(c);
    let certain = rest.chars().all(plain) && !list.contains(['(', '&', '?', '`', '\'', '"', '!', '<', '>', '=']) && !list.contains("||");
    certain.then_some((list, rest))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_path_is_split_after_its_last_projection() {
        assert_eq!(split("Addresses[].AllocationId"), Some(("Addresses[]", "AllocationId")));
        assert_eq!(split("A[].B[*].C.D"), Some(("A[].B[*]", "C.D")));
        assert_eq!(split("PolicyNames[]"), Some(("PolicyNames[]", "@")));
        assert_eq!(split("[Versions,DeleteMarkers]|[].Key"), Some(("[Versions,DeleteMarkers]|[]", "Key")));
        for uncertain in ["A.B", "A[0]", "C || A[].B", "A[].B || C", "length(A[].B)", "A[?x=='[]'].B", "A[].B | [0]"] {
            assert_eq!(split(uncertain), None, "{uncertain}");
        }
    }
}
