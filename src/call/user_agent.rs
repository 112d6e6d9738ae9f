//! The `User-Agent` header: the library, the platform, and the features in use. Some of them are known only when the request is
//! signed, such as the source of the credentials.

use super::Call;
use crate::settings::RetryMode;
use crate::settings::{ChecksumMode, ClientSettings};

/// The header's value for a client, in the format of AWS's own SDKs (`ua/2.1`).
pub(crate) struct UserAgent {
    text: String,
    /// Where the features of a call are inserted; `None` if the program set the value.
    features_end: Option<usize>,
}

impl UserAgent {
    pub(crate) fn new(settings: &ClientSettings) -> UserAgent {
        let (mut text, features_end) = match &settings.user_agent.whole {
            Some(own) => (own.to_string(), None),
            None => {
                let start = before_call_features(settings);
                let end = start.len();
                (start + after_features(settings).as_str(), Some(end))
            }
        };
        if let Some(extra) = &settings.user_agent.extra {
            text.push(' ');
            text.push_str(extra);
        }
        UserAgent { text, features_end }
    }

    /// The value without the features of a call.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    fn with(&self, features: &[&str]) -> Option<String> {
        let (start, rest) = self.text.split_at(self.features_end?);
        Some([start, ",", &features.join(","), rest].concat())
    }
}

/// Adds the features that the call has turned out to use. A value that a hook has set stays; the header is not signed.
pub(super) fn complete(call: &mut Call<'_>) {
    let own = &call.client.user_agent;
    if call.features.is_empty() || call.request_mut().headers.get(HEADER) != Some(own.as_str()) {
        return;
    }
    if let Some(text) = own.with(&call.features) {
        call.request_mut().headers.set(HEADER, text);
    }
}

pub(super) const HEADER: &str = "User-Agent";

impl Call<'_> {
    /// Notes a feature that the call uses, by the letters that AWS's own SDKs share.
    pub(crate) fn uses(&mut self, feature: &'static str) {
        if !self.features.contains(&feature) {
            self.features.push(feature);
        }
    }
}

/// The features of the settings come last.
fn before_call_features(settings: &ClientSettings) -> String {
    let mut parts = vec![
        concat!("tucuxi/", env!("CARGO_PKG_VERSION")).to_owned(),
        "ua/2.1".to_owned(),
        os(),
        component("md", "arch", std::env::consts::ARCH),
        component("lang", "rust", env!("CARGO_PKG_RUST_VERSION")),
    ];
    if let Some(environment) = &settings.user_agent.execution_environment {
        parts.push(format!("exec-env/{}", clean(environment)));
    }
    parts.push(format!("m/{}", features(settings).join(",")));
    parts.join(" ")
}

fn after_features(settings: &ClientSettings) -> String {
    let app = settings.user_agent.appid.as_ref().map(|app| format!(" app/{}", clean(app))).unwrap_or_default();
    format!(" {}{app}", component("cfg", "retry-mode", settings.retry.mode.as_str()))
}

/// The features that the client's settings use, by the letters that AWS's own SDKs share.
fn features(settings: &ClientSettings) -> Vec<&'static str> {
    let mode = match settings.retry.mode {
        RetryMode::Legacy => "D",
        RetryMode::Standard => "E",
        RetryMode::Adaptive => "F",
    };
    let requests = match settings.request_checksum_calculation {
        ChecksumMode::WhenSupported => "Z",
        ChecksumMode::WhenRequired => "a",
    };
    let responses = match settings.response_checksum_validation {
        ChecksumMode::WhenSupported => "b",
        ChecksumMode::WhenRequired => "c",
    };
    let endpoint = settings.endpoint_url.as_ref().map(|_| "N");
    [Some(mode), endpoint, Some(requests), Some(responses)].into_iter().flatten().collect()
}

fn os() -> String {
    match std::env::consts::OS {
        known @ ("windows" | "linux" | "macos" | "android" | "ios") => format!("os/{known}"),
        other => format!("os/other {}", component("md", other, "")),
    }
}

fn component(prefix: &str, name: &str, value: &str) -> String {
    let separator = if value.is_empty() { "" } else { "#" };
    format!("{prefix}/{}{separator}{}", clean(name), clean(value))
}

/// Replaces characters that a component may not contain with hyphens.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || "!$%&'*+-.^_`|~,".contains(c) { c } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_outside_the_format_become_hyphens() {
        assert_eq!(component("app", "my app", "1/2"), "app/my-app#1-2");
        assert!(os().starts_with("os/"));
    }
}
