//! Header fields, in order, found whatever their case.

use std::fmt;

/// Header fields in the order in which they were added; names keep their case and are found without
/// regard to it (RFC 9110, section 5.1).
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
    fields: Vec<(String, String)>,
    /// The names of further headers with secrets; a `*` at the end matches any suffix.
    secret: Vec<String>,
}

impl Headers {
    /// No header.
    pub fn new() -> Headers {
        Headers::default()
    }

    /// The value of the first field of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// Whether there is a field of that name.
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Replaces every field of that name by this one; a new name goes to the end.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
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

    /// Adds a field, whether or not one of that name is there.
    pub fn append(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.fields.push((name.into(), value.into()));
    }

    /// Removes every field of that name and returns the first value.
    pub fn remove(&mut self, name: &str) -> Option<String> {
        let first = self.get(name).map(str::to_owned);
        self.fields.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        first
    }

    /// The fields, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(n, v)| (n.as_str(), v.as_str()))
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

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there is no field.
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

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Headers {
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
