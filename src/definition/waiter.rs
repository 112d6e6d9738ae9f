//! `waiters-2.json`, how to tell that something has come about.
//!
//! Polling is the client's business; here are the conditions, typed, and whether a response meets them.

use std::sync::Arc;
use std::time::Duration;

use super::entries::{Entries, Members, invalid};
use super::names::snake_case;
use super::source::{Definition, Source};
use crate::error::Result;
use crate::value::{Expression, Str, Value};

/// The waiters of a service.
pub struct Waiters {
    entries: Entries<WaiterDefinition>,
    /// The method names, as `entries` has the names.
    methods: Vec<Str>,
}

impl Waiters {
    /// The method names, `bucket_exists`, by the order of the API's names.
    pub fn method_names(&self) -> Vec<Str> {
        let mut names: Vec<(&Str, &Str)> = self.entries.names().zip(&self.methods).collect();
        names.sort();
        names.into_iter().map(|(_, method)| method.clone()).collect()
    }

    /// The API's names, in the file's order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &Str> {
        self.entries.names()
    }

    /// The waiter of that name, in either spelling (`bucket_exists` or `BucketExists`), with the API's name.
    ///
    /// # Errors
    /// `InvalidDefinition` if it is broken; the message has file and path.
    pub fn get(&self, name: &str) -> Result<Option<(Str, WaiterDefinition)>> {
        let name = match self.methods.iter().position(|method| *method == name) {
            Some(index) => self.entries.names().nth(index).map_or(name, Str::as_str),
            None => name,
        };
        let found = self.entries.get(name, WaiterDefinition::read).map_err(config_error)?;
        Ok(found.map(|(name, definition)| (name.clone(), definition.clone())))
    }
}

impl Definition for Waiters {
    const KIND: &'static str = "waiters-2";

    fn parse(source: Source) -> Result<Waiters> {
        check_version(&source.text)?;
        let entries = Entries::index(source.file, source.text, "waiters").map_err(config_error)?;
        let methods = entries.names().map(|name| snake_case(name).into()).collect();
        Ok(Waiters { entries, methods })
    }
}

impl std::fmt::Debug for Waiters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Waiters").field("waiters", &self.methods).finish_non_exhaustive()
    }
}

fn check_version(text: &str) -> Result<()> {
    #[derive(serde::Deserialize)]
    struct Top {
        #[serde(default)]
        version: Value,
    }
    let Top { version } = serde_json::from_str(text).map_err(|e| config_error(invalid(&e.to_string()).with_source(e)))?;
    if version.as_float() == Some(2.0) {
        return Ok(());
    }
    let version = if version.is_null() { "unknown".to_owned() } else { version.to_string() };
    let text = format!(
        "Error processing waiter config: Unsupported waiter version, supported version must be: 2, but version of waiter config is: {version}"
    );
    Err(config_error(invalid(&text)))
}

fn config_error(error: crate::error::Error) -> crate::error::Error {
    error.with_name("WaiterConfigError")
}

/// What is polled, how often, and what ends the waiting. Clone is O(1).
///
/// A program can bring its own, of the same members as an entry of a `waiters-2.json`:
///
/// ```
/// use std::time::Duration;
/// use tucuxi::{WaiterDefinition, value};
///
/// let definition = WaiterDefinition::from_value(&value!({
///     "operation": "DescribeJob",
///     "delay": 5,
///     "maxAttempts": 60,
///     "acceptors": [
///         {"state": "success", "matcher": "path", "argument": "Job.Status", "expected": "DONE"},
///         {"state": "failure", "matcher": "error", "expected": "JobNotFound"},
///     ],
/// }))?;
/// assert_eq!(definition.delay(), Duration::from_secs(5));
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct WaiterDefinition(Arc<Fields>);

#[derive(Debug)]
struct Fields {
    operation: Str,
    delay: Duration,
    max_attempts: i64,
    description: Option<Str>,
    acceptors: Vec<Acceptor>,
}

impl WaiterDefinition {
    /// Reads a definition: `operation`, `delay` (seconds), `maxAttempts`, `acceptors`, and perhaps `description`.
    ///
    /// # Errors
    /// `InvalidDefinition`; the message has the member that is missing or broken.
    pub fn from_value(value: &Value) -> Result<WaiterDefinition> {
        WaiterDefinition::read(value).map_err(|reason| config_error(invalid(&format!("The waiter is broken at {reason}"))))
    }

    fn read(json: &Value) -> Result<WaiterDefinition, String> {
        let json = Members(json);
        let acceptors = json.required("acceptors")?;
        let acceptors = acceptors.as_list().ok_or_else(|| format!("acceptors: must be a list, not {}", acceptors.type_name()))?;
        let max_attempts = json.required("maxAttempts")?;
        Ok(WaiterDefinition(Arc::new(Fields {
            operation: json.text("operation")?.ok_or("operation: is missing")?,
            delay: seconds(json.required("delay")?).ok_or("delay: must be a number of seconds, not below 0")?,
            max_attempts: max_attempts.as_int().ok_or_else(|| format!("maxAttempts: must be a whole number, not {max_attempts}"))?,
            description: json.text("description")?,
            acceptors: acceptors
                .iter()
                .enumerate()
                .map(|(i, json)| Acceptor::read(json).map_err(|reason| format!("acceptors[{i}].{reason}")))
                .collect::<Result<_, _>>()?,
        })))
    }

    /// The operation that is polled, `HeadBucket`.
    pub fn operation(&self) -> &str {
        &self.0.operation
    }

    /// How long to wait between two polls.
    pub fn delay(&self) -> Duration {
        self.0.delay
    }

    /// How many polls there are at most; there is one even if this is 0.
    pub fn max_attempts(&self) -> i64 {
        self.0.max_attempts
    }

    /// What it is for.
    pub fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// The conditions; the first that a response meets decides.
    pub fn acceptors(&self) -> &[Acceptor] {
        &self.0.acceptors
    }
}

/// Seconds as a span of time; nothing for what is none.
pub(crate) fn seconds(value: &Value) -> Option<Duration> {
    value.as_float().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
}

/// What a waiter knows after a poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaiterState {
    /// It has come about.
    Success,
    /// It has not yet; poll again.
    Retry,
    /// It will never come about.
    Failure,
}

/// A condition on a response, and what it means if the response meets it.
#[derive(Debug)]
pub struct Acceptor {
    state: WaiterState,
    matcher: Matcher,
    expected: Value,
}

/// Where the expected value is looked for.
#[derive(Debug)]
enum Matcher {
    Path(Expression),
    PathAll(Expression),
    PathAny(Expression),
    Status,
    Error,
}

impl Acceptor {
    fn read(json: &Value) -> Result<Acceptor, String> {
        let json = Members(json);
        let argument = || json.expression("argument")?.ok_or_else(|| "argument: is missing".to_owned());
        let state = json.text("state")?.ok_or("state: is missing")?;
        let matcher = json.text("matcher")?.ok_or("matcher: is missing")?;
        Ok(Acceptor {
            state: match &*state {
                "success" => WaiterState::Success,
                "retry" => WaiterState::Retry,
                "failure" => WaiterState::Failure,
                other => return Err(format!("state: must be success, retry or failure, not {other}")),
            },
            matcher: match &*matcher {
                "path" => Matcher::Path(argument()?),
                "pathAll" => Matcher::PathAll(argument()?),
                "pathAny" => Matcher::PathAny(argument()?),
                "status" => Matcher::Status,
                "error" => Matcher::Error,
                other => return Err(format!("matcher: Error processing waiter config: Unknown acceptor: {other}")),
            },
            expected: json.0.get("expected").cloned().ok_or("expected: is missing")?,
        })
    }

    /// What it means if a response meets the condition.
    pub fn state(&self) -> WaiterState {
        self.state
    }

    /// The kind of condition, as the definition has it: `pathAll`.
    pub fn matcher(&self) -> &'static str {
        match self.matcher {
            Matcher::Path(_) => "path",
            Matcher::PathAll(_) => "pathAll",
            Matcher::PathAny(_) => "pathAny",
            Matcher::Status => "status",
            Matcher::Error => "error",
        }
    }

    /// The expression that is evaluated on the response, for the kinds of path.
    pub fn argument(&self) -> Option<&Expression> {
        match &self.matcher {
            Matcher::Path(argument) | Matcher::PathAll(argument) | Matcher::PathAny(argument) => Some(argument),
            Matcher::Status | Matcher::Error => None,
        }
    }

    /// The value that is expected.
    pub fn expected(&self) -> &Value {
        &self.expected
    }

    /// Whether a response meets the condition. An error that the service answered is a response with `Error` and
    /// `ResponseMetadata`; no path matches in it.
    ///
    /// # Errors
    /// If the expression fails on the response: `length(x)` where there is no `x`.
    pub fn accepts(&self, response: &Value) -> Result<bool> {
        let is_expected = |value: &Value| equal(value, &self.expected);
        let elements = |argument: &Expression| match found(argument, response)? {
            Some(Value::List(list)) if !list.is_empty() => Ok::<_, crate::error::Error>(Some(list)),
            _ => Ok(None),
        };
        Ok(match &self.matcher {
            Matcher::Path(argument) => found(argument, response)?.is_some_and(|value| is_expected(&value)),
            Matcher::PathAll(argument) => elements(argument)?.is_some_and(|list| list.iter().all(is_expected)),
            Matcher::PathAny(argument) => elements(argument)?.is_some_and(|list| list.iter().any(is_expected)),
            Matcher::Status => is_expected(&response["ResponseMetadata"]["HTTPStatusCode"]),
            Matcher::Error => match &self.expected {
                Value::Bool(true) => is_error(response),
                Value::Bool(false) => response.get("Error").is_none(),
                code => response["Error"].get("Code").map_or_else(|| code.as_str().is_some_and(str::is_empty), |actual| actual == code),
            },
        })
    }
}

/// What the expression finds; nothing in an error.
fn found(argument: &Expression, response: &Value) -> Result<Option<Value>> {
    if is_error(response) { Ok(None) } else { argument.search(response).map(Some) }
}

/// Whether the response is an error: one with a code.
pub(crate) fn is_error(response: &Value) -> bool {
    response["Error"].get("Code").is_some()
}

/// As JSON has it: numbers are equal by their amount.
fn equal(a: &Value, b: &Value) -> bool {
    a == b || matches!((a.as_float(), b.as_float()), (Some(a), Some(b)) if a == b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::value;

    fn acceptor(matcher: &str, argument: &str, expected: Value) -> Acceptor {
        Acceptor::read(&value!({"state": "success", "matcher": matcher, "argument": argument, "expected": expected})).unwrap()
    }

    #[test]
    fn paths_match_in_what_is_no_error() {
        let response = value!({"S": "up", "L": ["up", "down"], "U": ["up"], "E": [], "N": 3});
        for (matcher, argument, expected, matches) in [
            ("path", "S", value!("up"), true),
            ("path", "S", value!("down"), false),
            ("path", "N", value!(3.0), true),
            ("path", "length(L) > `1`", value!(true), true),
            ("pathAll", "L", value!("up"), false),
            ("pathAll", "U", value!("up"), true),
            ("pathAll", "E", value!("up"), false),
            ("pathAll", "S", value!("up"), false),
            ("pathAny", "L", value!("down"), true),
            ("pathAny", "E", value!("down"), false),
            ("pathAny", "S", value!("up"), false),
        ] {
            let acceptor = acceptor(matcher, argument, expected);
            assert_eq!(acceptor.accepts(&response).unwrap(), matches, "{acceptor:?}");
            let mut error = response.clone();
            error.as_map_mut().unwrap().insert("Error", value!({"Code": "X"}));
            assert!(!acceptor.accepts(&error).unwrap());
        }
        assert_eq!(acceptor("path", "length(Q)", value!(1)).accepts(&response).unwrap_err().kind(), ErrorKind::JmesPath);
    }

    #[test]
    fn errors_match_by_code_or_by_being_there() {
        let error = value!({"Error": {"Code": "NotFound"}, "ResponseMetadata": {"HTTPStatusCode": 404}});
        let success = value!({"ResponseMetadata": {"HTTPStatusCode": 200}});
        for (expected, on_error, on_success) in [
            (value!(true), true, false),
            (value!(false), false, true),
            (value!("NotFound"), true, false),
            (value!("Other"), false, false),
            (value!(""), false, true),
        ] {
            let acceptor = acceptor("error", "-", expected);
            assert_eq!((acceptor.accepts(&error).unwrap(), acceptor.accepts(&success).unwrap()), (on_error, on_success), "{acceptor:?}");
        }
        assert!(acceptor("status", "-", value!(404)).accepts(&error).unwrap());
        assert!(!acceptor("status", "-", value!(404)).accepts(&success).unwrap());
    }

    #[test]
    fn a_broken_waiter_is_an_error_with_its_path() {
        let waiters = |text: &str| {
            Waiters::parse(Source { service: None, api_version: None, text: text.to_owned(), file: "x.json".to_owned(), builtin: false })
        };
        let text = r#"{"version": 2, "waiters": {"AGood": {"operation": "O", "delay": 1, "maxAttempts": 2, "acceptors": []},
            "Odd": {"operation": "O", "delay": 1, "maxAttempts": 2, "acceptors": [{"state": "success", "matcher": "zzz", "expected": 1}]}}}"#;
        let found = waiters(text).unwrap();
        assert_eq!(found.method_names(), ["a_good", "odd"]);
        assert_eq!(found.get("a_good").unwrap().unwrap().0, "AGood");
        let error = found.get("Odd").unwrap_err();
        assert_eq!(error.name(), "WaiterConfigError");
        let text = "x.json: waiters.Odd.acceptors[0].matcher: Error processing waiter config: Unknown acceptor: zzz";
        assert_eq!(error.message(), text);
        for (version, shown) in [(r#""version": 1,"#, "is: 1"), ("", "is: unknown")] {
            let error = waiters(&format!(r#"{{{version} "waiters": {{}}}}"#)).unwrap_err();
            assert!(error.message().ends_with(shown), "{error}");
        }
    }
}
