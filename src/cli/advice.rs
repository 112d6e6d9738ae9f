//! What to do next: a line for failures whose message does not say it.

use crate::Timestamp;
use crate::error::{Error, ErrorKind};

/// The advice for a failure of the library or a service.
pub(crate) fn of_error(error: &Error) -> Option<String> {
    let advice = match error.kind() {
        ErrorKind::Service => return of_code(error.code()?),
        ErrorKind::NoRegion => "Set a region with --region NAME, AWS_REGION, or `PROGRAM configure`.",
        ErrorKind::NoCredentials => {
            "Set credentials with `PROGRAM configure`, `PROGRAM configure sso`, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; \
             --no-sign-request sends none."
        }
        ErrorKind::PartialCredentials => "`PROGRAM configure list` shows where the credentials come from.",
        ErrorKind::CredentialRetrieval if is_about_sso(error) => "Sign in with `PROGRAM sso login`.",
        ErrorKind::NoAuthToken => "Sign in with `PROGRAM sso login`.",
        ErrorKind::Connect if is_local(error) => "Is the server running? --endpoint-url and the AWS_ENDPOINT_URL variables select another.",
        ErrorKind::Connect => "Check the name of the region, the endpoint URL, and the network.",
        ErrorKind::Tls => "--ca-bundle PATH trusts other certificates, for instance those of a proxy of your company.",
        ErrorKind::ReadTimeout => "--cli-read-timeout SECONDS waits longer.",
        ErrorKind::ConnectTimeout => "Check the endpoint URL and the network; --cli-connect-timeout SECONDS waits longer.",
        _ => return None,
    };
    Some(named(advice))
}

/// The text with the name of the program.
fn named(advice: &str) -> String {
    advice.replace("PROGRAM", super::program())
}

fn is_about_sso(error: &Error) -> bool {
    let text = error.to_string();
    text.contains("SSO") || text.contains("sso")
}

fn is_local(error: &Error) -> bool {
    let text = error.to_string();
    ["//localhost", "//127.0.0.1", "//[::1]"].iter().any(|host| text.contains(host))
}

/// The advice for the error code of a service.
fn of_code(code: &str) -> Option<String> {
    let now = Timestamp::now().truncate_to_seconds();
    let advice = match code {
        "RequestTimeTooSkewed" | "RequestExpired" | "RequestInTheFuture" => {
            format!("The clock of this machine says {now}. Correct it if that is wrong.")
        }
        "SignatureDoesNotMatch" | "InvalidSignatureException" => {
            format!("The secret access key is wrong, or the clock, which says {now}. `PROGRAM configure list` shows where the key comes from.")
        }
        "ExpiredToken" | "ExpiredTokenException" => {
            "The temporary credentials have expired. Get new ones, for instance with `PROGRAM sso login`; `PROGRAM configure list` shows where they \
             come from."
                .to_owned()
        }
        "InvalidClientTokenId" | "UnrecognizedClientException" | "InvalidAccessKeyId" | "AuthFailure" => {
            "The service does not know the access key, or not in this region. `PROGRAM configure list` shows where it comes from.".to_owned()
        }
        "AuthorizationHeaderMalformed" | "PermanentRedirect" | "IllegalLocationConstraintException" => {
            "The bucket may be in another region: set it with --region.".to_owned()
        }
        _ => return None,
    };
    Some(named(&advice))
}
