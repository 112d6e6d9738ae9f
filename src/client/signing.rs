//! The stage that proves who calls: which signer, with which region and name, and then the signature.

use std::time::Duration;

use super::call::Call;
use super::discovery;
use super::inner::Inner;
use crate::auth::sigv4::{self, Flavour, Payload, PayloadFacts, Signing};
use crate::auth::{Credentials, Scheme, SignerName, bearer, s3, sigv2, sigv3};
use crate::definition::ShapeType;
use crate::endpoint::AuthScheme;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Request;
use crate::value::{Str, Timestamp, Value};

/// The name of the signer that signs nothing.
pub(crate) const NONE: &str = "none";
/// The note by which a hook says that the resource names its region itself (an ARN).
pub(crate) const FOREIGN_REGION: &str = "foreign-region";
/// The note with the path that the old S3 signature covers.
pub(crate) const AUTH_PATH: &str = "auth-path";

/// Sets the signing context from the definition of the operation and from the endpoint.
pub(crate) fn decide(call: &mut Call<'_>) -> Result<()> {
    call.signing.auth_type = match call.operation.auth.as_slice() {
        [] => call.operation.auth_type.clone(),
        schemes => choose_scheme(schemes, &call.client.settings.signing.auth_scheme_preference),
    };
    call.signing.unsigned_payload = call.operation.unsigned_payload || call.signing.auth_type.as_deref() == Some("v4-unsigned-body");
    let endpoint = call.endpoint.clone();
    match endpoint.as_ref().and_then(|e| e.auth_schemes.as_deref()) {
        Some(schemes) => decide_by_endpoint(call, schemes),
        None => Ok(()),
    }
}

/// The first usable of the schemes that a definition lists, the preferred ones first.
pub(crate) fn choose_scheme(schemes: &[Str], preference: &[Str]) -> Option<Str> {
    let preferred = preference.iter().filter_map(|p| schemes.iter().find(|s| local_name(s) == local_name(p)));
    preferred.chain(schemes).find_map(|scheme| {
        Some(Str::from(match local_name(scheme) {
            "noAuth" => NONE,
            "sigv4" => "v4",
            "httpBearerAuth" => "bearer",
            _ => return None,
        }))
    })
}

/// `aws.auth#sigv4` is `sigv4`.
fn local_name(scheme: &str) -> &str {
    scheme.rsplit('#').next().unwrap_or(scheme)
}

/// An endpoint may say how it wants to be signed for; its word wins over the operation's.
fn decide_by_endpoint(call: &mut Call<'_>, schemes: &[AuthScheme]) -> Result<()> {
    let name = |scheme: &AuthScheme| scheme.name.strip_prefix("sig").unwrap_or(&scheme.name).to_owned();
    if call.client.settings.signing.unsigned {
        call.signing.auth_type = Some(NONE.into());
        return Ok(());
    }
    let scheme = match call.client.settings.signing.signature_version.as_deref() {
        Some(requested) => {
            let Some(scheme) = schemes.iter().find(|s| name(s) == scheme_of(requested)) else {
                call.signing.auth_type = None;
                return Ok(());
            };
            call.signing.auth_type = Some(requested.into());
            scheme
        }
        None => {
            let usable = |s: &&AuthScheme| matches!(name(s).as_str(), "v4" | "v4-s3express" | "bearer" | NONE);
            let scheme = schemes.iter().find(usable).ok_or_else(|| {
                let names: Vec<_> = schemes.iter().map(|s| s.name.as_str()).collect();
                Error::new(ErrorKind::Signing, format!("Signature version(s) are not supported: {}", names.join(", ")))
            })?;
            call.signing.auth_type = Some(name(scheme).into());
            scheme
        }
    };
    // A presigned URL keeps the client's region, unless the resource named its own.
    if !call.is_presign() || call.notes.contains_key(FOREIGN_REGION) {
        call.signing.region = scheme.signing_region.as_deref().map(Str::from);
    }
    call.signing.name = scheme.signing_name.as_deref().map(Str::from);
    Ok(())
}

/// The endpoint's name for a requested signature version: `s3v4` is `v4`; `s3` is none of them.
fn scheme_of(requested: &str) -> &str {
    let base = requested.split('-').next().unwrap_or(requested);
    if base == "s3" { base } else { base.strip_prefix("s3").unwrap_or(base) }
}

/// Signs the request of this attempt.
pub(crate) fn sign(call: &mut Call<'_>) -> Result<()> {
    call.emit("request-created")?;
    discovery::redirect(call)?;
    let Some(signer) = choose_signer(call, "")? else { return call.emit("before-sign") };
    call.emit("before-sign")?;
    match signer.scheme {
        Scheme::Bearer => {
            let token = call.client.bearer_token()?;
            bearer::sign(call.request_mut(), &token)
        }
        Scheme::V4 | Scheme::S3V4 => {
            let payload = payload(call, signer.scheme)?;
            sign_v4(call, signer.scheme, payload, sigv4::sign)
        }
        Scheme::V4S3Express => Err(no_session(signer)),
        Scheme::V2 => with_keys(call, |call, keys, now| sigv2::sign(call.request_mut(), keys, now)),
        Scheme::V3 => with_keys(call, |call, keys, now| {
            sigv3::sign(call.request_mut(), keys, now);
            Ok(())
        }),
        Scheme::S3 => with_keys(call, |call, keys, now| {
            let path = auth_path(call);
            s3::sign(call.request_mut(), keys, now, path.as_deref());
            Ok(())
        }),
    }
}

/// Signs the URL of the request, so that whoever has it can send it until `expires` is over.
pub(crate) fn presign(call: &mut Call<'_>, expires: Duration) -> Result<()> {
    let Some(signer) = choose_signer(call, "-query")? else { return call.emit("before-sign") };
    call.emit("before-sign")?;
    match signer.scheme {
        Scheme::V4 | Scheme::S3V4 => {
            let params = sigv4::body_params(call.request_mut())?;
            sign_v4(call, signer.scheme, Payload::Unsigned, |request, signing| {
                sigv4::presign(request, signing, expires, &params);
                Ok(())
            })
        }
        Scheme::S3 => with_keys(call, |call, keys, now| {
            let path = auth_path(call);
            s3::presign(call.request_mut(), keys, now, expires, path.as_deref());
            Ok(())
        }),
        _ => Err(no_session(signer)),
    }
}

/// Signs the URL of a request that is not the call's own, for another region. What is not signed stays as it is.
pub(crate) fn presign_foreign(
    call: &Call<'_>,
    request: &mut Request,
    params: &[(String, String)],
    region: &str,
    expires: Duration,
) -> Result<()> {
    if call.client.settings.signing.unsigned {
        return Ok(());
    }
    let now = (call.client.clock)();
    let keys = call.client.settings.credentials.get(now)?;
    let name = call.signing.name.as_deref().unwrap_or(&call.client.endpoint.signing_name);
    let mut signing = Signing::new(&keys.credentials, region, name, now);
    signing.keys = Some(&call.client.keys);
    sigv4::presign(request, &signing, expires, params);
    Ok(())
}

/// The signer: a hook's answer, or what the context and the client say. Nothing where nothing is to be signed.
fn choose_signer(call: &mut Call<'_>, suffix: &str) -> Result<Option<SignerName>> {
    call.emit_until("choose-signer", |call| call.signing.signer.is_some())?;
    let chosen = match (&call.signing.signer, &call.signing.auth_type) {
        (Some(answer), _) => answer.as_str(),
        (None, Some(kind)) if kind == "v4-unsigned-body" => "v4",
        (None, Some(kind)) => kind.as_str(),
        (None, None) => &call.client.signature_version,
    };
    if chosen == NONE || call.client.settings.signing.unsigned {
        return Ok(None);
    }
    let name = if chosen.ends_with(suffix) { chosen.to_owned() } else { format!("{chosen}{suffix}") };
    name.parse().map(Some)
}

fn sign_v4(
    call: &mut Call<'_>,
    scheme: Scheme,
    payload: Payload<'static>,
    sign: impl FnOnce(&mut Request, &Signing<'_>) -> Result<()>,
) -> Result<()> {
    with_keys(call, |call, keys, now| {
        let (region, name) = scope(call)?;
        let client: &Inner = call.client;
        let mut signing = Signing::new(keys, &region, &name, now);
        signing.flavour = if scheme == Scheme::S3V4 { Flavour::S3 } else { Flavour::Plain };
        signing.payload = payload;
        signing.keys = Some(&client.keys);
        sign(call.request_mut(), &signing)
    })
}

/// Hands the keys of this moment, and the moment, to a way of signing.
fn with_keys(call: &mut Call<'_>, sign: impl FnOnce(&mut Call<'_>, &Credentials, Timestamp) -> Result<()>) -> Result<()> {
    let now = (call.client.clock)();
    let found = call.client.settings.credentials.get(now)?;
    sign(call, &found.credentials, now)
}

/// Region and name of the signature.
fn scope(call: &Call<'_>) -> Result<(Str, Str)> {
    let standing = &call.client.endpoint;
    let region = call.signing.region.clone().or_else(|| standing.signing_region.as_deref().map(Str::from));
    let region = region.ok_or_else(|| Error::new(ErrorKind::NoRegion, "You must specify a region."))?;
    Ok((region, call.signing.name.clone().unwrap_or_else(|| standing.signing_name.as_str().into())))
}

fn auth_path(call: &Call<'_>) -> Option<String> {
    call.notes.get(AUTH_PATH).and_then(Value::as_str).map(str::to_owned)
}

fn payload(call: &mut Call<'_>, scheme: Scheme) -> Result<Payload<'static>> {
    let trailer = call.signing.trailer_checksum;
    if scheme != Scheme::S3V4 {
        return Ok(match (trailer, call.signing.unsigned_payload) {
            (true, _) => Payload::StreamingUnsignedTrailer,
            (false, true) => Payload::Unsigned,
            (false, false) => Payload::Signed,
        });
    }
    let checksum = call.signing.checksum_header.clone();
    let mut facts = PayloadFacts {
        trailer,
        configured: call.client.settings.s3_option("payload_signing_enabled").and_then(Value::as_bool),
        streaming: has_streaming_input(call)?,
        unsigned_scheme: call.signing.unsigned_payload,
        ..PayloadFacts::default()
    };
    let request = call.request_mut();
    facts.https = request.is_https();
    facts.checksum_header = request.headers.contains(checksum.as_deref().unwrap_or("Content-MD5"));
    Ok(facts.payload())
}

/// Whether the input's payload is a blob.
pub(crate) fn has_streaming_input(call: &Call<'_>) -> Result<bool> {
    let Some(input) = call.service.input(call.operation)? else { return Ok(false) };
    let Some((_, payload)) = input.structure().and_then(|s| s.payload()) else { return Ok(false) };
    Ok(matches!(input.member(payload)?.shape_type(), ShapeType::Blob))
}

fn no_session(signer: SignerName) -> Error {
    Error::new(ErrorKind::Signing, format!("Signature version(s) are not supported: {signer}"))
}
