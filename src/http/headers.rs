//! Header fields in order, with case-insensitive names.

use std::fmt;

use crate::value::Str;

/// Header fields in the order in which they were added. Names keep their case and are compared case-insensitively (RFC 9110,
/// section 5.1).
///
/// ```
/// use tucuxi::http::Headers;
///
/// let mut headers = Headers::new();
/// headers.set("Content-Type", "text/plain");
/// assert_eq!(headers.get("content-type"), Some("text/plain"));
/// ```
#[derive(Clone, Default)]
pub struct Headers {
    fields: Vec<(Str, Str)>,
    /// The names of further headers with secrets; a `*` at the end matches any suffix.
    secret: Vec<String>,
}

impl Headers {
    /// Creates an empty collection.
    pub fn new() -> Headers {
        Headers::default()
    }

    /// Creates an empty collection with room for the fields of most requests.
    pub(crate) fn with_usual_capacity() -> Headers {
        const USUAL: usize = 12;
        Headers { fields: Vec::with_capacity(USUAL), ..Headers::default() }
    }

    /// Returns the value of the first field with that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// Returns whether there is a field with that name.
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Replaces all fields with that name by this one. A new name is added at the end.
    pub fn set(&mut self, name: impl Into<Str>, value: impl Into<Str>) {
        let (name, value) = (name.into(), value.into());
        match self.fields.iter().position(|(n, _)| n.eq_ignore_ascii_case(&name)) {
            Some(first) => {
                let mut index = 0;
                self.fields.retain(|(n, _)| {
                    index += 1;
                    index - 1 == first || !n.eq_ignore_ascii_case(&name)
                });
                self.fields[first] = (name, value);
            }
            None => self.fields.push((name, value)),
        }
    }

    /// Adds a field at the end, even if there is one with that name.
    pub fn append(&mut self, name: impl Into<Str>, value: impl Into<Str>) {
        self.fields.push((name.into(), value.into()));
    }

    /// Removes all fields with that name and returns the value of the first.
    pub fn remove(&mut self, name: &str) -> Option<String> {
        let first = self.get(name)?.to_owned();
        self.fields.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        Some(first)
    }

    /// Returns the fields in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }

    /// Returns the fields in order, as text that is cheap to clone.
    pub(crate) fn fields(&self) -> &[(Str, Str)] {
        &self.fields
    }

    /// Marks a header as secret, so that its value is masked wherever it is shown. A `*` at the end matches any suffix.
    pub(crate) fn mark_secret(&mut self, name: impl Into<String>) {
        self.secret.push(name.into());
    }

    /// Whether a header with this name contains a secret.
    pub(crate) fn is_secret(&self, name: &str) -> bool {
        let matches = |secret: &String| match secret.strip_suffix('*') {
            Some(prefix) => name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix)),
            None => name.eq_ignore_ascii_case(secret),
        };
        is_secret(name) || self.secret.iter().any(matches)
    }

    /// Returns the number of fields.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Returns whether there are no fields.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }
}

impl PartialEq for Headers {
    fn eq(&self, other: &Headers) -> bool {
        self.fields == other.fields
    }
}

impl Eq for Headers {}

impl<N: Into<Str>, V: Into<Str>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(fields: I) -> Self {
        Headers { fields: fields.into_iter().map(|(n, v)| (n.into(), v.into())).collect(), secret: Vec::new() }
    }
}

/// Whether a header with this name contains a secret in every service.
pub(crate) fn is_secret(name: &str) -> bool {
    const SECRET: [&str; 12] = [
        "authorization",
        "proxy-authorization",
        "x-amz-security-token",
        "x-amz-s3session-token",
        "x-amz-server-side-encryption-customer-key",
        "x-amz-copy-source-server-side-encryption-customer-key",
        "x-amz-sso_bearer_token",
        "x-amz-mfa",
        "authentication",
        "dpop",
        "cookie",
        "set-cookie",
    ];
    SECRET.iter().any(|s| name.eq_ignore_ascii_case(s))
}

/// Prints the fields; secret ones with `***` for their value.
impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(n, v)| (n, if self.is_secret(n) { "***" } else { v }))).finish()
    }
}
