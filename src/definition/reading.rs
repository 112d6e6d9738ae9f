//! Whether an operation only reads: what one wants to know before a program, or a language model, calls it unasked.
//!
//! Yes is said only where the definition gives a reason for it. What is not known counts as writing.

use super::operation::Operation;
use super::service::Service;
use crate::error::Result;

/// Verbs of operations that read, whatever the HTTP method: most protocols send everything by POST.
const READING: [&str; 10] = ["Get", "List", "Describe", "Head", "BatchGet", "BatchDescribe", "Search", "Lookup", "Query", "Scan"];
/// Verbs of operations that read when they are sent by GET. By POST they may start a job.
const READING_BY_GET: [&str; 5] = ["Export", "Suggest", "Check", "Count", "Test"];

/// Whether the operation changes nothing, by the definition: it says so itself (`readonly`), or the name begins with
/// a reading verb, is not sent by PUT, PATCH or DELETE, and takes no token that makes calling it twice safe (which a
/// reading operation has no use for).
///
/// # Errors
/// If the input's shape is not there or broken.
pub(crate) fn only_reads(service: &Service, operation: &Operation) -> Result<bool> {
    if operation.read_only {
        return Ok(true);
    }
    let begins_with = |verbs: &[&str]| verbs.iter().any(|verb| is_verb_of(verb, &operation.name));
    let by_name = match operation.http_method.as_str() {
        "GET" | "HEAD" => begins_with(&READING) || begins_with(&READING_BY_GET),
        "POST" => begins_with(&READING),
        _ => false,
    };
    Ok(by_name && !takes_token(service, operation)?)
}

/// Whether the name begins with the verb as a whole word: `Get` is no verb of `GetawayPlan`.
fn is_verb_of(verb: &str, name: &str) -> bool {
    name.strip_prefix(verb).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_lowercase()))
}

fn takes_token(service: &Service, operation: &Operation) -> Result<bool> {
    let Some(input) = service.input(operation)? else { return Ok(false) };
    for member in input.structure().map(|s| s.members.as_slice()).unwrap_or_default() {
        if input.member(member)?.has(|t| t.idempotency_token) {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verb_is_a_whole_word_and_a_token_means_writing() {
        let service = Service::parse(
            "test",
            r#"{"metadata": {}, "operations": {
                "ListRivers": {"http": {"method": "POST"}},
                "Listen": {"http": {"method": "POST"}},
                "GetRiver": {"http": {"method": "PUT"}},
                "ExportMap": {"http": {"method": "GET"}},
                "ExportAll": {"http": {"method": "POST"}},
                "Simulate": {"http": {"method": "POST"}, "readonly": true},
                "Query": {"http": {"method": "POST"}, "input": {"shape": "In"}}
            }, "shapes": {
                "In": {"type": "structure", "members": {"Token": {"shape": "Text", "idempotencyToken": true}}},
                "Text": {"type": "string"}
            }}"#,
        )
        .unwrap();
        let reads = |name: &str| only_reads(&service, service.operation(name).unwrap()).unwrap();
        assert!(reads("ListRivers") && reads("ExportMap") && reads("Simulate"));
        assert!(!reads("Listen") && !reads("GetRiver") && !reads("ExportAll") && !reads("Query"));
    }
}
