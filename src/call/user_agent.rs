//! The `User-Agent` header: the library, the platform, and the features in use.

use crate::settings::RetryMode;
use crate::settings::{ChecksumMode, ClientSettings};

/// The header's value for a client, in the format of AWS's own SDKs (`ua/2.1`).
pub(crate) fn user_agent(settings: &ClientSettings) -> String {
    let mut parts = match &settings.user_agent.whole {
        Some(own) => vec![own.to_string()],
        None => components(settings),
    };
    parts.extend(settings.user_agent.extra.iter().map(|extra| extra.to_string()));
    parts.join(" ")
}

fn components(settings: &ClientSettings) -> Vec<String> {
    let mut parts = vec![
        concat!("tucuxi/", env!("CARGO_PKG_VERSION")).to_owned(),
        "ua/2.1".to_owned(),
        os(),
        component("md", "arch", std::env::consts::ARCH),
    ];
    parts.push(component("lang", "rust", env!("CARGO_PKG_RUST_VERSION")));
    if let Some(environment) = &settings.user_agent.execution_environment {
        parts.push(format!("exec-env/{}", clean(environment)));
    }
    parts.push(format!("m/{}", features(settings).join(",")));
    parts.push(component("cfg", "retry-mode", settings.retry.mode.as_str()));
    if let Some(app) = &settings.user_agent.appid {
        parts.push(format!("app/{}", clean(app)));
    }
    parts
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
