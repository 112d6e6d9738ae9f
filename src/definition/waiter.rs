//! `waiters-2.json`: the conditions that waiters wait for.
//!
//! This module contains the typed conditions and checks responses against them; `waiter` does the polling.

use std::sync::Arc;
use std::time::Duration;

use super::lazy::LazyFile;
use super::loader::{Definition, Source};
use super::located::{Located, invalid};
use super::names::snake_case;
use crate::error::Result;
use crate::value::{Expression, Str, Value};

/// The waiters of a service.
pub struct Waiters {
    file: LazyFile<WaiterDefinition>,
    /// The method names, in the order of `file`.
    methods: Vec<Str>,
}

impl Waiters {
    /// Returns the method names, such as `bucket_exists`, in the order of the API's names.
    pub fn method_names(&self) -> Vec<Str> {
        let mut names: Vec<(&Str, &Str)> = self.file.names().zip(&self.methods).collect();
        names.sort();
        names.into_iter().map(|(_, method)| method.clone()).collect()
    }

    /// Returns the API's names in the order of the file.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &Str> {
        self.file.names()
    }

    /// Returns the waiter with this name, in either spelling (`bucket_exists` or `BucketExists`), and the API's name.
    ///
    /// # Errors
    /// Returns [`ErrorKind::InvalidDefinition`](crate::ErrorKind::InvalidDefinition) if it is invalid. The message contains file
    /// and path.
    pub fn get(&self, name: &str) -> Result<Option<(Str, WaiterDefinition)>> {
        let name = match self.methods.iter().position(|method| *method == name) {
            Some(index) => self.file.names().nth(index).map_or(name, Str::as_str),
            None => name,
        };
        let found = self.file.get(name, WaiterDefinition::read).map_err(config_error)?;
        Ok(found.map(|(name, definition)| (name.clone(), definition.clone())))
    }
}

impl Definition for Waiters {
    const KIND: &'static str = "waiters-2";

    fn parse(source: Source) -> Result<Waiters> {
        check_version(&source.text)?;
        let file = LazyFile::scan(source.file, source.text, "waiters").map_err(config_error)?;
        let methods = file.names().map(|name| snake_case(name).into()).collect();
        Ok(Waiters { file, methods })
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

/// Which operation is polled, how often, and what ends the wait. Cloning is O(1).
///
/// Programs can supply their own, with the members of an entry of `waiters-2.json`:
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
    /// Reads a definition: `operation`, `delay` (seconds), `maxAttempts`, `acceptors`, and optionally `description`.
    ///
    /// # Errors
    /// Returns [`ErrorKind::InvalidDefinition`](crate::ErrorKind::InvalidDefinition), naming the member that is missing or
    /// invalid.
    pub fn from_value(value: &Value) -> Result<WaiterDefinition> {
        WaiterDefinition::read(&Located::top(value, "waiter")).map_err(config_error)
    }

    fn read(json: &Located<'_, '_>) -> Result<WaiterDefinition> {
        let delay = json.required("delay")?;
        let max_attempts = json.required("maxAttempts")?;
        json.required("acceptors")?;
        Ok(WaiterDefinition(Arc::new(Fields {
            operation: json.required("operation")?.str()?,
            delay: seconds(delay.value).ok_or_else(|| delay.wrong_type("a number of seconds that is not negative"))?,
            max_attempts: max_attempts.value.as_int().ok_or_else(|| max_attempts.wrong_type("an integer"))?,
            description: json.get("description")?.and_then(|text| text.value.as_str().map(Str::from)),
            acceptors: json.items("acceptors", Acceptor::read)?,
        })))
    }

    /// Returns the operation that is polled, such as `HeadBucket`.
    pub fn operation(&self) -> &str {
        &self.0.operation
    }

    /// Returns the delay between two polls.
    pub fn delay(&self) -> Duration {
        self.0.delay
    }

    /// Returns the maximum number of polls. There is one even if this is 0.
    pub fn max_attempts(&self) -> i64 {
        self.0.max_attempts
    }

    /// Returns the description.
    pub fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// Returns the conditions. The first one that a response meets decides.
    pub fn acceptors(&self) -> &[Acceptor] {
        &self.0.acceptors
    }
}

/// Converts seconds to a duration; `None` if the value is not a number or is negative.
pub(crate) fn seconds(value: &Value) -> Option<Duration> {
    value.as_float().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
}

/// The state of a waiter after a poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaiterState {
    /// The condition is met.
    Success,
    /// Not yet; poll again.
    Retry,
    /// The condition can no longer be met.
    Failure,
}

/// A condition on a response, and the state of the waiter if the response meets it.
#[derive(Debug)]
pub struct Acceptor {
    state: WaiterState,
    matcher: Matcher,
    expected: Value,
}

/// The part of a response that is compared with the expected value.
#[derive(Debug)]
enum Matcher {
    Path(Expression),
    PathAll(Expression),
    PathAny(Expression),
    Status,
    Error,
}

impl Acceptor {
    fn read(json: &Located<'_, '_>) -> Result<Acceptor> {
        let argument = || json.required("argument")?.expression();
        let (state, matcher) = (json.required("state")?, json.required("matcher")?);
        Ok(Acceptor {
            state: match state.text()? {
                "success" => WaiterState::Success,
                "retry" => WaiterState::Retry,
                "failure" => WaiterState::Failure,
                other => return Err(state.error(&format!("it must be success, retry, or failure, not {other}"))),
            },
            matcher: match matcher.text()? {
                "path" => Matcher::Path(argument()?),
                "pathAll" => Matcher::PathAll(argument()?),
                "pathAny" => Matcher::PathAny(argument()?),
                "status" => Matcher::Status,
                "error" => Matcher::Error,
                other => return Err(matcher.error(&format!("Error processing waiter config: Unknown acceptor: {other}"))),
            },
            // Unlike other keys, null counts as present.
            expected: match json.value.get("expected") {
                Some(expected) => expected.clone(),
                None => json.required("expected")?.value.clone(),
            },
        })
    }

    /// Returns the state of the waiter if a response meets the condition.
    pub fn state(&self) -> WaiterState {
        self.state
    }

    /// Returns the kind of condition as named in the definition, such as `pathAll`.
    pub fn matcher(&self) -> &'static str {
        match self.matcher {
            Matcher::Path(_) => "path",
            Matcher::PathAll(_) => "pathAll",
            Matcher::PathAny(_) => "pathAny",
            Matcher::Status => "status",
            Matcher::Error => "error",
        }
    }

    /// Returns the expression that is evaluated on the response, for the path kinds.
    pub fn argument(&self) -> Option<&Expression> {
        match &self.matcher {
            Matcher::Path(argument) | Matcher::PathAll(argument) | Matcher::PathAny(argument) => Some(argument),
            Matcher::Status | Matcher::Error => None,
        }
    }

    /// Returns the expected value.
    pub fn expected(&self) -> &Value {
        &self.expected
    }

    /// Returns whether a response meets the condition. An error from the service is a response with `Error` and
    /// `ResponseMetadata`, in which no path matches.
    ///
    /// # Errors
    /// Fails if the expression fails on the response, for example `length(x)` if there is no `x`.
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

/// Evaluates the expression on a response. It finds nothing in an error.
fn found(argument: &Expression, response: &Value) -> Result<Option<Value>> {
    if is_error(response) { Ok(None) } else { argument.search(response).map(Some) }
}

/// Returns whether the response is an error, that is, has an error code.
pub(crate) fn is_error(response: &Value) -> bool {
    response["Error"].get("Code").is_some()
}

/// Compares like JSON: numbers are compared by their values.
fn equal(a: &Value, b: &Value) -> bool {
    a == b || matches!((a.as_float(), b.as_float()), (Some(a), Some(b)) if a == b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::value;

    fn acceptor(matcher: &str, argument: &str, expected: Value) -> Acceptor {
        let json = value!({"state": "success", "matcher": matcher, "argument": argument, "expected": expected});
        Acceptor::read(&Located::top(&json, "acceptor")).unwrap()
    }

    #[test]
    fn paths_match_in_responses_but_not_in_errors() {
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
    fn errors_match_by_code_or_by_presence() {
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
    fn an_invalid_waiter_is_an_error_with_its_path() {
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
