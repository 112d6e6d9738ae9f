//! Chooses how a call is signed, before there is a request: from the operation, the endpoint, and the settings.
//!
//! Lists of schemes are in the order of the service's preference; the first that this build supports is used. Signature
//! Version 4a is supported with the feature `sigv4a`. Without it, lists that contain both fall back to Signature Version
//! 4, as boto3 does without its CRT.

use super::Call;
use super::context::ClientContext;
use super::signing::NONE;
use crate::auth::sigv4::Algorithm;
use crate::auth::{SignaturePlace, SignerName, needs_feature};
use crate::definition::Service;
use crate::endpoint::AuthScheme;
use crate::error::{Error, ErrorKind, Result};
use crate::settings::SigningSettings;
use crate::value::Str;

/// How a client signs by default: the user's choice, or the first supported one of the definition.
///
/// A bearer token that the environment has for this service takes precedence over credentials, unless the program itself
/// chooses how to sign; the environment and the profile cannot override it.
pub(crate) fn of_client(service: &Service, settings: &SigningSettings, special: Option<&'static str>, has_token: bool) -> Result<Str> {
    if settings.unsigned {
        return Ok(NONE.into());
    }
    let metadata = service.metadata();
    if has_token && !settings.is_set_in_code && metadata.auth.iter().any(|scheme| signer_of(scheme) == Some("bearer")) {
        return Ok("bearer".into());
    }
    if let Some(requested) = &settings.signature_version {
        return Ok(requested.clone());
    }
    if let Some(special) = special {
        return Ok(special.into());
    }
    if !metadata.auth.is_empty() {
        return choose_scheme(&metadata.auth, &settings.auth_scheme_preference)
            .ok_or_else(|| none_usable(metadata.auth.iter().map(Str::as_str)));
    }
    Ok(metadata.signature_version.clone().unwrap_or_else(|| "v4".into()))
}

/// How a client presigns by default. A bearer token cannot sign a URL: if requests carry one because of the definition or a
/// preference, URLs are signed with credentials if the service accepts them.
pub(super) fn of_presigned(client: &ClientContext) -> &str {
    let requests = &*client.auth.signature_version;
    if requests != "bearer" || client.settings.signing.signature_version.is_some() {
        return requests;
    }
    let mut signers = client.service.metadata().auth.iter().filter_map(|scheme| signer_of(scheme));
    signers.find(|signer| *signer != requests && is_usable(signer, SignaturePlace::Query)).unwrap_or(requests)
}

/// Sets the signing context from the definition of the operation and from the endpoint.
pub(super) fn decide(call: &mut Call<'_>) -> Result<()> {
    let auth_type = match call.operation.auth.as_slice() {
        [] => call.operation.auth_type.clone(),
        schemes => choose_scheme(schemes, &call.client.settings.signing.auth_scheme_preference),
    };
    decide_with(call, auth_type)
}

/// As [`decide`], for a URL or a form. As in boto3, an operation that needs no signature is presigned all the same.
pub(super) fn decide_presigned(call: &mut Call<'_>) -> Result<()> {
    decide_with(call, None)
}

fn decide_with(call: &mut Call<'_>, auth_type: Option<Str>) -> Result<()> {
    call.signing.auth_type = auth_type;
    call.signing.unsigned_payload = call.operation.unsigned_payload || call.signing.auth_type.as_deref() == Some("v4-unsigned-body");
    let endpoint = call.endpoint.clone();
    match endpoint.as_ref().and_then(|e| e.auth_schemes.as_deref()) {
        Some(schemes) => decide_by_endpoint(call, schemes),
        None => Ok(()),
    }
}

/// The first supported scheme of a definition's list, preferred ones first.
fn choose_scheme(schemes: &[Str], preference: &[Str]) -> Option<Str> {
    let preferred = preference.iter().filter_map(|p| schemes.iter().find(|s| local_name(s) == local_name(p)));
    preferred.chain(schemes).filter_map(|scheme| signer_of(scheme)).find(|signer| is_usable(signer, SignaturePlace::Request)).map(Str::from)
}

/// The name of the signer of a scheme.
fn signer_of(scheme: &str) -> Option<&'static str> {
    Some(match local_name(scheme) {
        "noAuth" => NONE,
        "sigv4" => "v4",
        "sigv4a" => "v4a",
        "httpBearerAuth" => "bearer",
        _ => return None,
    })
}

/// `aws.auth#sigv4` is `sigv4`.
fn local_name(scheme: &str) -> &str {
    scheme.rsplit('#').next().unwrap_or(scheme)
}

/// Whether this build supports a signer. The policy of a form cannot contain a region set.
fn is_usable(signer: &str, place: SignaturePlace) -> bool {
    let fits = |name: SignerName| {
        place != SignaturePlace::PresignPost || name.scheme.sigv4().is_none_or(|(algorithm, _)| algorithm == Algorithm::HmacSha256)
    };
    signer == NONE || signer.parse::<SignerName>().is_ok_and(fits)
}

/// Uses the schemes of the endpoint, which take precedence over the operation's.
fn decide_by_endpoint(call: &mut Call<'_>, schemes: &[AuthScheme]) -> Result<()> {
    let settings = &call.client.settings.signing;
    if settings.unsigned {
        call.signing.auth_type = Some(NONE.into());
        return Ok(());
    }
    let scheme = match settings.signature_version.as_deref() {
        Some(requested) => match schemes.iter().find(|s| signer_at_endpoint(s) == scheme_of(requested)) {
            Some(scheme) => {
                call.signing.auth_type = Some(requested.into());
                scheme
            }
            None => {
                call.signing.auth_type = None;
                return Ok(());
            }
        },
        None => {
            let scheme = choose_at_endpoint(schemes, &settings.auth_scheme_preference, call.options.place)?;
            call.signing.auth_type = Some(signer_at_endpoint(scheme).into());
            scheme
        }
    };
    // A presigned URL keeps the client's region, unless the resource named its own or the client has none.
    if !call.is_presign() || call.foreign_region || call.client.endpoints.client.signing_region.is_none() {
        call.signing.region = region(scheme);
    }
    call.signing.name = scheme.signing_name.as_deref().map(Str::from);
    Ok(())
}

fn choose_at_endpoint<'s>(schemes: &'s [AuthScheme], preference: &[Str], place: SignaturePlace) -> Result<&'s AuthScheme> {
    let preferred = preference.iter().filter_map(|p| schemes.iter().find(|s| s.name == local_name(p)));
    let mut ordered = preferred.chain(schemes);
    let found = ordered.find(|scheme| is_usable(signer_at_endpoint(scheme), place));
    found.ok_or_else(|| none_usable(schemes.iter().map(|s| s.name.as_str())))
}

/// `sigv4-s3express` is signed by `v4-s3express`.
fn signer_at_endpoint(scheme: &AuthScheme) -> &str {
    scheme.name.strip_prefix("sig").unwrap_or(&scheme.name)
}

/// The endpoint's name for a requested signature version: `s3v4` is `v4`; `s3` has none.
fn scheme_of(requested: &str) -> &str {
    let base = requested.split('-').next().unwrap_or(requested);
    if base == "s3" { base } else { base.strip_prefix("s3").unwrap_or(base) }
}

/// The region, or the region set, as the signature contains it.
fn region(scheme: &AuthScheme) -> Option<Str> {
    let set = || scheme.signing_region_set.as_ref().map(|set| set.join(","));
    scheme.signing_region.clone().or_else(set).map(Str::from)
}

fn none_usable<'a>(schemes: impl Iterator<Item = &'a str>) -> Error {
    let schemes: Vec<&str> = schemes.collect();
    if cfg!(not(feature = "sigv4a")) && schemes.iter().any(|scheme| local_name(scheme) == "sigv4a") {
        return needs_feature("v4a");
    }
    Error::new(ErrorKind::Signing, format!("Signature version(s) are not supported: {}", schemes.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Vec<Str> {
        list.iter().map(|name| Str::from(*name)).collect()
    }

    fn endpoint_schemes(list: &[&str]) -> Vec<AuthScheme> {
        list.iter().map(|name| AuthScheme { name: (*name).to_owned(), ..AuthScheme::default() }).collect()
    }

    fn at_endpoint<'s>(schemes: &'s [AuthScheme], preference: &[Str]) -> Result<&'s AuthScheme> {
        choose_at_endpoint(schemes, preference, SignaturePlace::Request)
    }

    #[test]
    fn the_first_supported_scheme_is_used_and_preferred_ones_come_first() {
        let both = names(&["aws.auth#sigv4", "smithy.api#httpBearerAuth"]);
        let chosen = |preference: &[&str]| choose_scheme(&both, &names(preference)).unwrap();
        assert_eq!(chosen(&[]), "v4");
        assert_eq!(chosen(&["noAuth", "httpBearerAuth", "sigv4"]), "bearer");
        assert_eq!(choose_scheme(&names(&["x#unknown"]), &[]), None);

        let schemes = endpoint_schemes(&["unknown", "sigv4", "none"]);
        assert_eq!(at_endpoint(&schemes, &[]).unwrap().name, "sigv4");
        assert_eq!(at_endpoint(&schemes, &names(&["none"])).unwrap().name, "none");
        assert_eq!(at_endpoint(&schemes[..1], &[]).unwrap_err().name(), "UnsupportedSignatureVersionError");
    }

    #[test]
    fn without_the_feature_a_list_with_sigv4a_falls_back_to_sigv4() {
        let expected = if cfg!(feature = "sigv4a") { "sigv4a" } else { "sigv4" };
        let schemes = endpoint_schemes(&["sigv4a", "sigv4"]);
        assert_eq!(at_endpoint(&schemes, &[]).unwrap().name, expected);
        assert_eq!(at_endpoint(&schemes, &names(&["sigv4"])).unwrap().name, "sigv4");
        assert_eq!(choose_at_endpoint(&schemes, &[], SignaturePlace::PresignPost).unwrap().name, "sigv4");
        assert_eq!(choose_scheme(&names(&["aws.auth#sigv4a", "aws.auth#sigv4"]), &[]).unwrap(), expected[3..]);
        match at_endpoint(&schemes[..1], &[]) {
            Ok(scheme) => assert!(cfg!(feature = "sigv4a") && scheme.name == "sigv4a"),
            Err(error) => assert!(cfg!(not(feature = "sigv4a")) && error.name() == "MissingDependencyException"),
        }
    }

    #[test]
    fn an_endpoint_names_a_region_or_a_set_of_them() {
        let mut scheme = AuthScheme { signing_region_set: Some(vec!["eu-*".into(), "us-east-1".into()]), ..AuthScheme::default() };
        assert_eq!(region(&scheme).as_deref(), Some("eu-*,us-east-1"));
        scheme.signing_region = Some("eu-west-1".into());
        assert_eq!(region(&scheme).as_deref(), Some("eu-west-1"));
    }
}
