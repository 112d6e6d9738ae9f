//! The signing stage: it chooses the signer, the region, and the signing name, and adds the signature.

use std::sync::Arc;
use std::time::Duration;

use super::Call;
use super::auth_type;
use super::context::ClientContext;
use super::discovery;
use super::event::Event;
use super::hooks::{Hooks, Rank, Stage};
use super::user_agent;
use crate::auth::post_policy::PostPolicy;
use crate::auth::sigv4::{self, Algorithm, Flavor, Params, Payload, PayloadFacts, Signing};
use crate::auth::{Credentials, Scheme, SignaturePlace, SignerName, legacy, s3, sign_bearer};
use crate::definition::ShapeType;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Request;
use crate::text::url;
use crate::value::{Str, Timestamp, Value};

/// The name of the signer that signs nothing.
pub(crate) const NONE: &str = "none";
/// Signs the request of this attempt; a hook of `request-created` does it.
pub(crate) fn sign(call: &mut Call<'_>) -> Result<()> {
    call.emit(Stage::RequestCreated)?;
    user_agent::complete(call);
    Ok(())
}

/// Registers the signing hook. Hooks of a single operation run before it, hooks of any service after it.
pub(crate) fn register(hooks: &Hooks, service: &str) -> Result<()> {
    let sign = |event: &mut Event<'_, '_>| Ok(created(event.call_mut())?);
    hooks.register(&format!("request-created.{service}"), Rank::BuiltIn, Arc::new(sign)).map(|_| ())
}

fn created(call: &mut Call<'_>) -> Result<()> {
    discovery::redirect(call)?;
    let signer = choose_signer(call)?;
    call.emit(Stage::BeforeSign)?;
    lowercase_host(call);
    let Some(signer) = signer else {
        if call.signing.trailer_checksum {
            sigv4::announce_unsigned_trailer(call.request_mut());
        }
        return Ok(());
    };
    if let Some((_, flavor)) = signer.scheme.sigv4() {
        let payload = payload(call, flavor)?;
        return sign_v4(call, signer, payload, sigv4::sign);
    }
    match signer.scheme {
        Scheme::Bearer => {
            let token = call.client.bearer_token(&call.limits())?;
            if call.client.auth.bearer_token.is_some() {
                call.uses("3");
            }
            sign_bearer(call.request_mut(), &token)
        }
        Scheme::V2 => with_keys(call, |call, keys, now| legacy::sign_v2(call.request_mut(), keys, now)),
        Scheme::V3 => with_keys(call, |call, keys, now| {
            legacy::sign_v3(call.request_mut(), keys, now);
            Ok(())
        }),
        Scheme::S3 => with_keys(call, |call, keys, now| {
            let path = auth_path(call);
            s3::sign(call.request_mut(), keys, now, path.as_deref());
            Ok(())
        }),
        _ => Err(unsupported(signer)),
    }
}

/// Lowercases the host that a hook or endpoint discovery has set, so that the signed and the sent name are the same.
fn lowercase_host(call: &mut Call<'_>) {
    let request = call.request_mut();
    let url = std::mem::take(&mut request.url);
    request.url = url::with_lowercase_host(url);
}

/// Signs the URL of the request, which is then valid for `expires`.
pub(crate) fn presign(call: &mut Call<'_>, expires: Duration) -> Result<()> {
    let signer = choose_signer(call)?;
    call.emit(Stage::BeforeSign)?;
    lowercase_host(call);
    let Some(signer) = signer else { return Ok(()) };
    if let Some((_, flavor)) = signer.scheme.sigv4() {
        // S3 leaves the body unsigned, because the user of the URL sends one.
        let params = match flavor {
            Flavor::S3 => Vec::new(),
            Flavor::Plain => sigv4::body_params(call.request_mut())?,
        };
        return sign_v4(call, signer, Payload::Unsigned, |request, signing| {
            sigv4::presign(request, signing, expires, &params);
            Ok(())
        });
    }
    match signer.scheme {
        Scheme::S3 => with_keys(call, |call, keys, now| {
            let path = auth_path(call);
            s3::presign(call.request_mut(), keys, now, expires, path.as_deref());
            Ok(())
        }),
        _ => Err(unsupported(signer)),
    }
}

/// Signs the policy of an HTML form.
pub(crate) fn presign_post(call: &mut Call<'_>, policy: &mut PostPolicy, expires: Duration) -> Result<()> {
    let signer = choose_signer(call)?;
    call.emit(Stage::BeforeSign)?;
    let Some(signer) = signer else { return Ok(()) };
    let seconds = i64::try_from(expires.as_secs()).unwrap_or(i64::MAX);
    let until = |now: Timestamp| Timestamp::new(now.seconds().saturating_add(seconds), 0);
    if signer.scheme == Scheme::S3 {
        return with_keys(call, |_, keys, now| policy.sign_s3(keys, until(now)));
    }
    sign_v4(call, signer, Payload::Unsigned, |_, signing| policy.sign_v4(signing, until(signing.time)))
}

/// Signs the URL of another request, for another region. An unsigned client leaves it as it is.
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
    let now = call.client.time.now();
    let found;
    let keys: &Credentials = match &call.signing.credentials {
        Some(own) => own,
        None => {
            found = call.client.auth.credentials.get((call.client.time.clock)(), &call.limits())?;
            &found.credentials
        }
    };
    let name = call.signing.name.as_deref().unwrap_or(&call.client.endpoints.client.signing_name);
    let mut signing = Signing::new(keys, region, name, now);
    signing.keys = Some(&call.client.auth.keys);
    let params: Params = params.iter().map(|(key, value)| (key.clone(), vec![value.clone()])).collect();
    sigv4::presign(request, &signing, expires, &params);
    Ok(())
}

/// Chooses the signer and notes it. `None` if the request is not signed.
fn choose_signer(call: &mut Call<'_>) -> Result<Option<SignerName>> {
    call.signing.chosen = chosen_signer(call)?;
    Ok(call.signing.chosen)
}

/// The signer: a hook's choice, or that of the signing context or the client.
fn chosen_signer(call: &mut Call<'_>) -> Result<Option<SignerName>> {
    call.emit_until(Stage::ChooseSigner, |call| call.signing.signer.is_some())?;
    let chosen = match (&call.signing.signer, &call.signing.auth_type) {
        (Some(answer), _) => answer.as_str(),
        (None, Some(kind)) if kind == "v4-unsigned-body" => "v4",
        (None, Some(kind)) => kind.as_str(),
        (None, None) if call.is_presign() => auth_type::of_presigned(call.client),
        (None, None) => &call.client.auth.signature_version,
    };
    if chosen == NONE || call.client.settings.signing.unsigned {
        return Ok(None);
    }
    match call.options.place {
        SignaturePlace::Request => chosen.parse(),
        place => SignerName::at(chosen.strip_suffix(place.suffix()).unwrap_or(chosen), place),
    }
    .map(Some)
}

fn sign_v4(
    call: &mut Call<'_>,
    signer: SignerName,
    payload: Payload<'static>,
    sign: impl FnOnce(&mut Request, &Signing<'_>) -> Result<()>,
) -> Result<()> {
    let (algorithm, flavor) = signer.scheme.sigv4().ok_or_else(|| unsupported(signer))?;
    let in_session = signer.scheme == Scheme::V4S3Express;
    if in_session && call.signing.credentials.is_none() {
        return Err(unsupported(signer));
    }
    with_keys(call, |call, keys, now| {
        let (region, name) = scope(call, algorithm)?;
        if algorithm != Algorithm::HmacSha256 {
            call.uses("S");
        }
        let client: &ClientContext = call.client;
        let mut signing = Signing::new(keys, &region, &name, now);
        signing.algorithm = algorithm;
        signing.flavor = flavor;
        signing.token_header = if in_session { sigv4::S3_SESSION_TOKEN } else { sigv4::SECURITY_TOKEN };
        signing.payload = payload;
        signing.keys = Some(&client.auth.keys);
        sign(call.request_mut(), &signing)
    })
}

/// Calls `sign` with the current credentials and time.
fn with_keys(call: &mut Call<'_>, sign: impl FnOnce(&mut Call<'_>, &Credentials, Timestamp) -> Result<()>) -> Result<()> {
    let now = call.client.time.now();
    if let Some(own) = call.signing.credentials.clone() {
        return sign(call, &own, now);
    }
    // The local clock judges expiry. The corrected one comes from a response, which must not expire credentials.
    let found = call.client.auth.credentials.get((call.client.time.clock)(), &call.limits())?;
    call.signing.provider = Some(found.method);
    found.features.iter().for_each(|feature| call.uses(feature));
    sign(call, &found.credentials, now)
}

/// The region (or region set) and the name of the signature.
fn scope(call: &Call<'_>, algorithm: Algorithm) -> Result<(Str, Str)> {
    let standing = &call.client.endpoints.client;
    let of_endpoint = call.signing.region.clone();
    // An endpoint of the call's own replaces the known one, and the scope of its signatures.
    let of_own_endpoint = || call.options.endpoint_url.is_some().then(|| call.client.settings.region.clone()).flatten();
    let of_client = || of_own_endpoint().or_else(|| standing.signing_region.as_deref().map(Str::from));
    let region = match algorithm {
        Algorithm::HmacSha256 => {
            let region = of_endpoint.or_else(of_client);
            region.ok_or_else(|| Error::new(ErrorKind::NoRegion, "You must specify a region."))?
        }
        #[cfg(feature = "sigv4a")]
        Algorithm::EcdsaP256 => {
            let configured = call.client.settings.signing.sigv4a_signing_region_set.clone();
            configured.or(of_endpoint).or_else(of_client).unwrap_or_else(|| "*".into())
        }
    };
    Ok((region, call.signing.name.clone().unwrap_or_else(|| standing.signing_name.as_str().into())))
}

fn auth_path(call: &Call<'_>) -> Option<String> {
    call.auth_path.clone()
}

fn payload(call: &mut Call<'_>, flavor: Flavor) -> Result<Payload<'static>> {
    let trailer = call.signing.trailer_checksum;
    if flavor == Flavor::Plain {
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

/// Whether the signature of the request will probably cover the digest of its body.
pub(super) fn covers_body(call: &mut Call<'_>) -> bool {
    let settings = &call.client.settings;
    let is_disabled = settings.signing.unsigned || settings.s3_option("payload_signing_enabled").and_then(Value::as_bool) == Some(false);
    !is_disabled && !call.signing.unsigned_payload && !call.request_mut().is_https()
}

/// Whether the request is signed with a signature that contains the time.
pub(crate) fn covers_time(call: &Call<'_>) -> bool {
    let scheme = call.signing.signer.as_deref().or(call.signing.auth_type.as_deref()).unwrap_or(&call.client.auth.signature_version);
    scheme != NONE && scheme != "bearer" && !call.client.settings.signing.unsigned
}

/// Whether the input's payload is a blob.
pub(crate) fn has_streaming_input(call: &Call<'_>) -> Result<bool> {
    let Some(input) = call.service.input(call.operation)? else { return Ok(false) };
    let Some((_, payload)) = input.structure().and_then(|s| s.payload()) else { return Ok(false) };
    Ok(matches!(input.member(payload)?.shape_type(), ShapeType::Blob))
}

fn unsupported(signer: SignerName) -> Error {
    Error::new(ErrorKind::Signing, format!("Signature version(s) are not supported: {signer}"))
}
