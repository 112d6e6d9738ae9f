//! Which operations the tools may call.

use std::str::FromStr;

use crate::error::did_you_mean;
use crate::{Client, ErrorKind, Str};

/// The rules of the command line.
pub(super) struct Policy {
    pub allows_writes: bool,
    /// If there are any, an operation must match one of them.
    pub allowed: Vec<Pattern>,
    pub denied: Vec<Pattern>,
}

/// A pattern of operations: `s3:Get*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    service: String,
    operation: String,
}

impl FromStr for Pattern {
    type Err = String;

    /// Reads `SERVICE:OPERATION`, or `SERVICE` for all of its operations. A service must exist, so that a misspelled `--deny`
    /// is not ignored.
    fn from_str(text: &str) -> Result<Pattern, String> {
        let (service, operation) = text.split_once(':').unwrap_or((text, "*"));
        if service.is_empty() || operation.is_empty() || operation.contains(':') {
            return Err("expected SERVICE:OPERATION, for example s3:Get*".to_owned());
        }
        let services = crate::cli::connect::definitions_session().map_err(|error| error.to_string())?.available_services();
        if !services.iter().any(|known| matches(service, known)) {
            let near = did_you_mean(service, services.iter().map(Str::as_str));
            return Err(format!("no service is called {service}.{near}"));
        }
        Ok(Pattern { service: service.to_owned(), operation: operation.to_owned() })
    }
}

impl Pattern {
    fn covers(&self, service: &str, operation: &str) -> bool {
        matches(&self.service, service) && matches(&self.operation, operation)
    }
}

impl Policy {
    /// Whether the patterns permit an operation, by its API name.
    pub(super) fn permits(&self, service: &str, operation: &str) -> bool {
        let covers = |pattern: &Pattern| pattern.covers(service, operation);
        !self.denied.iter().any(covers) && (self.allowed.is_empty() || self.allowed.iter().any(covers))
    }

    /// Checks that an operation may be called, and returns its API name.
    ///
    /// # Errors
    /// The reason, for the agent.
    pub(super) fn check(&self, client: &Client, operation: &str) -> Result<Str, String> {
        let service = client.service();
        let definition = service.operation(operation).map_err(|error| match error.kind() {
            ErrorKind::UnknownOperation => format!("{error} search_operations finds operations by keywords."),
            _ => error.to_string(),
        })?;
        let name = &definition.name;
        if !self.permits(service.name(), name) {
            return Err(format!("{}:{name} is not allowed: this server was started with --allow or --deny.", service.name()));
        }
        let reads = client.read_only(name).map_err(|error| error.to_string())?;
        if !reads && !self.allows_writes {
            return Err(format!("{}:{name} can write, and this server only reads: it was started without --allow-writes.", service.name()));
        }
        Ok(name.clone())
    }
}

/// Whether a text matches a pattern with `*` and `?`, without regard to case.
fn matches(pattern: &str, text: &str) -> bool {
    fn rest(pattern: &[u8], text: &[u8]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            ([b'*', after @ ..], _) => (0..=text.len()).any(|skipped| rest(after, &text[skipped..])),
            ([b'?', pattern @ ..], [_, text @ ..]) => rest(pattern, text),
            ([one, pattern @ ..], [other, text @ ..]) => one.eq_ignore_ascii_case(other) && rest(pattern, text),
            _ => false,
        }
    }
    rest(pattern.as_bytes(), text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        text.parse().unwrap()
    }

    #[test]
    fn denied_patterns_take_precedence() {
        let policy = Policy {
            allows_writes: false,
            allowed: vec![pattern("s3:Get*"), pattern("dynamodb")],
            denied: vec![pattern("s3:getobjectacl"), pattern("*:*Table?")],
        };
        for (service, operation, permitted) in [
            ("s3", "GetObject", true),
            ("s3", "GetObjectAcl", false),
            ("s3", "ListBuckets", false),
            ("dynamodb", "ListTables", false),
            ("dynamodb", "Scan", true),
            ("sqs", "GetQueueUrl", false),
        ] {
            assert_eq!(policy.permits(service, operation), permitted, "{service}:{operation}");
        }
    }

    #[test]
    fn a_misspelled_service_is_rejected() {
        assert_eq!("dynamobd:Get*".parse::<Pattern>().unwrap_err(), "no service is called dynamobd. Did you mean dynamodb?");
        assert_eq!("s3:".parse::<Pattern>().unwrap_err(), "expected SERVICE:OPERATION, for example s3:Get*");
    }
}
