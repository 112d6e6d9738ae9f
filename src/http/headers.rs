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
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// No header.
    pub fn new() -> Headers {
        Headers::default()
    }

    /// The value of the first field of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// Whether there is a field of that name.
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Replaces every field of that name by this one; a new name goes to the end.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        let (name, value) = (name.into(), value.into());
        match self.0.iter().position(|(n, _)| n.eq_ignore_ascii_case(&name)) {
            Some(first) => {
                let mut index = 0;
                self.0.retain(|(n, _)| {
                    index += 1;
                    index - 1 == first || !n.eq_ignore_ascii_case(&name)
                });
                self.0[first] = (name, value);
            }
            None => self.0.push((name, value)),
        }
    }

    /// Adds a field, whether or not one of that name is there.
    pub fn append(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// Removes every field of that name and returns the first value.
    pub fn remove(&mut self, name: &str) -> Option<String> {
        let first = self.get(name).map(str::to_owned);
        self.0.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        first
    }

    /// The fields, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no field.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(fields: I) -> Self {
        Headers(fields.into_iter().map(|(n, v)| (n.into(), v.into())).collect())
    }
}

/// Whether a header of this name carries a secret.
pub(crate) fn is_secret(name: &str) -> bool {
    const SECRET: [&str; 8] = [
        "authorization",
        "proxy-authorization",
        "x-amz-security-token",
        "x-amz-s3session-token",
        "x-amz-server-side-encryption-customer-key",
        "x-amz-copy-source-server-side-encryption-customer-key",
        "cookie",
        "set-cookie",
    ];
    SECRET.iter().any(|s| name.eq_ignore_ascii_case(s))
}

/// Prints the fields; secret ones with `***` for their value.
impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(n, v)| (n, if is_secret(n) { "***" } else { v }))).finish()
    }
}
