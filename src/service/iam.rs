//! IAM: policy documents arrive as percent-encoded JSON text and are returned as maps.

use crate::call::Event;
use crate::client::Setup;
use crate::definition::{Node, ShapeType};
use crate::error::Result;
use crate::value::{List, Value};

/// The name of the shape of policy documents.
const DOCUMENT: &str = "policyDocumentType";

pub(super) fn customize(setup: &mut Setup<'_>) -> Result<()> {
    setup.on("after-call.iam", decode_policies)
}

fn decode_policies(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    if let Some(output) = event.output()?
        && let Some(result) = event.result_mut()
    {
        for member in output.structure().map(|s| s.members.as_slice()).unwrap_or_default() {
            if let Some(value) = result.get_mut(&member.name) {
                decode(output.member(member)?, value)?;
            }
        }
    }
    Ok(())
}

/// Decodes the documents in structures and lists; IAM has none in maps.
fn decode(node: Node<'_>, value: &mut Value) -> Result<()> {
    match node.shape_type() {
        ShapeType::Structure(structure) => {
            let Some(map) = value.as_map_mut() else { return Ok(()) };
            for member in &structure.members {
                if let Some(value) = map.get_mut(&member.name) {
                    decode(node.member(member)?, value)?;
                }
            }
        }
        ShapeType::List(item) => {
            let item = node.follow(item)?;
            for value in value.as_list_mut().map(List::as_mut_vec).into_iter().flatten() {
                decode(item, value)?;
            }
        }
        ShapeType::String if node.shape().name == DOCUMENT => {
            if let Some(document) = value.as_str().and_then(document) {
                *value = document;
            }
        }
        _ => {}
    }
    Ok(())
}

/// The document, or `None` if the text is not JSON.
fn document(text: &str) -> Option<Value> {
    crate::text::json_reader::document(&crate::text::encoding::percent_decode(text)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    #[test]
    fn a_document_is_decoded_without_touching_plus_signs() {
        let text = "%7B%22b%22%3A%5B%22x+y%22%5D%2C%22a%22%3A1%7D";
        let policy = document(text).unwrap();
        assert_eq!(policy, value!({"b": ["x+y"], "a": 1}));
        assert_eq!(policy.as_map().unwrap().keys().collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(document("%7B"), None);
    }
}
