//! AWS Signature Version 4: in a header, or in the query of a presigned URL.
//!
//! Signing is the last stage before the transport: a signed request is sent unchanged. The caller chooses the credentials,
//! the region, the service, and the payload rule. Signature Version 4a signs the same text with another key and for a set
//! of regions; [`Algorithm`] contains the differences.

mod canonical;
mod keys;
mod payload;
mod presign;

pub use canonical::{canonical_request, string_to_sign};
pub use keys::KeyCache;
pub(crate) use payload::announce_unsigned_trailer;
pub use payload::{Payload, PayloadFacts};
pub use presign::{Params, body_params, presign};

use super::encode;
use crate::auth::Credentials;
#[cfg(feature = "sigv4a")]
use crate::auth::sigv4a;
use crate::error::Result;
use crate::http::Request;
use crate::value::{Str, Timestamp};

/// The name of the algorithm for one region.
pub const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// The header or query parameter for the session token of temporary credentials.
pub const SECURITY_TOKEN: &str = "X-Amz-Security-Token";
/// The header or query parameter for the token of an S3 Express session.
pub const S3_SESSION_TOKEN: &str = "X-Amz-S3session-Token";

/// The header that contains the digest of the payload.
const CONTENT_SHA256: &str = "X-Amz-Content-SHA256";

/// The variants of Signature Version 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// Signature Version 4: an HMAC, for one region.
    HmacSha256,
    /// Signature Version 4a: a signature that holds in a set of regions.
    #[cfg(feature = "sigv4a")]
    EcdsaP256,
}

impl Algorithm {
    /// Returns the name of the algorithm in requests.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::HmacSha256 => ALGORITHM,
            #[cfg(feature = "sigv4a")]
            Algorithm::EcdsaP256 => sigv4a::ALGORITHM,
        }
    }

    /// The header or parameter for the regions if they are not part of the scope.
    fn region_set(self) -> Option<&'static str> {
        match self {
            Algorithm::HmacSha256 => None,
            #[cfg(feature = "sigv4a")]
            Algorithm::EcdsaP256 => Some(sigv4a::REGION_SET),
        }
    }
}

/// The rules for the canonical path and for the header with the payload's digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor {
    /// The path is normalized and encoded a second time: all services except S3 and its relatives.
    Plain,
    /// The path is signed as it is sent, and `X-Amz-Content-SHA256` is always present: S3 and its relatives.
    S3,
}

/// The input of a signature besides the request.
///
/// ```
/// use tucuxi::unversioned::auth::sigv4::{Signing, sign};
/// use tucuxi::{Credentials, Timestamp, http::Request};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let signing = Signing::new(&credentials, "us-west-2", "dynamodb", Timestamp::new(1767323045, 0));
/// let mut request = Request::new("POST", "https://dynamodb.us-west-2.amazonaws.com/");
/// request.headers.set("X-Amz-Target", "DynamoDB_20120810.ListTables");
/// request.headers.set("Content-Type", "application/x-amz-json-1.0");
/// request.body = b"{}".into();
/// sign(&mut request, &signing)?;
/// let authorization = request.headers.get("Authorization").unwrap();
/// assert!(authorization.ends_with("Signature=1cf8820bf6c6e49df91c40207a9d4a8b835987d694a553203b3f914d062d2e6f"));
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Signing<'a> {
    /// The credentials that sign.
    pub credentials: &'a Credentials,
    /// The algorithm.
    pub algorithm: Algorithm,
    /// The region of the credential scope. For Signature Version 4a, the set of regions: comma-separated names in which `*`
    /// matches anything.
    pub region: &'a str,
    /// The signing name of the service, which is part of the scope.
    pub service: &'a str,
    /// The time of the signature; servers accept a difference of some minutes.
    pub time: Timestamp,
    /// The path rule.
    pub flavor: Flavor,
    /// The part of the body that is signed.
    pub payload: Payload<'a>,
    /// The header for the session token: [`SECURITY_TOKEN`] or [`S3_SESSION_TOKEN`].
    pub token_header: &'a str,
    /// The cache of derived keys; each client has one.
    pub keys: Option<&'a KeyCache>,
}

impl<'a> Signing<'a> {
    /// Creates the input of an ordinary signature over the whole body.
    pub fn new(credentials: &'a Credentials, region: &'a str, service: &'a str, time: Timestamp) -> Signing<'a> {
        Signing {
            credentials,
            algorithm: Algorithm::HmacSha256,
            region,
            service,
            time,
            flavor: Flavor::Plain,
            payload: Payload::Signed,
            token_header: SECURITY_TOKEN,
            keys: None,
        }
    }

    /// The hexadecimal signature of a text (a string to sign or a policy) with the derived key.
    pub(crate) fn signature(&self, amz_date: &str, text: &str) -> String {
        match self.algorithm {
            Algorithm::HmacSha256 => {
                let date = &amz_date[..8];
                let secret = self.credentials.secret_access_key();
                let tag = match self.keys {
                    Some(cache) => keys::tag(&cache.key(secret, date, self.region, self.service), text),
                    None => keys::tag(&keys::derive(secret, date, self.region, self.service), text),
                };
                encode::hex(tag.as_ref())
            }
            #[cfg(feature = "sigv4a")]
            Algorithm::EcdsaP256 => match self.keys {
                Some(cache) => sigv4a::signature(&cache.ecdsa.key(self.credentials), text),
                None => sigv4a::signature(&sigv4a::derive(self.credentials), text),
            },
        }
    }

    /// `<date>/<region>/<service>/aws4_request`, without the region if the algorithm signs for a set of regions.
    pub(crate) fn scope(&self, amz_date: &str) -> String {
        let date = &amz_date[..8];
        match self.algorithm.region_set() {
            None => [date, self.region, self.service, "aws4_request"].join("/"),
            Some(_) => [date, self.service, "aws4_request"].join("/"),
        }
    }
}

/// Signs a request in its `Authorization` header.
///
/// An existing `Date` header is updated; otherwise `X-Amz-Date` is set. Headers that are added later are not signed.
///
/// # Errors
/// If the body must be signed but can be read only once, or if reading it fails.
pub fn sign(request: &mut Request, signing: &Signing) -> Result<()> {
    let amz_date = signing.time.amz_date();
    prepare_headers(request, signing, &amz_date);
    let hash = payload::hash(request, signing)?;
    let canonical = canonical::canonicalize(request, signing.flavor, &hash);
    let scope = signing.scope(&amz_date);
    let signature = signing.signature(&amz_date, &canonical::to_sign(&canonical.text, signing.algorithm, &amz_date, &scope));
    let akid = signing.credentials.access_key_id();
    let authorization = Str::concat(&[
        signing.algorithm.name(),
        " Credential=",
        akid,
        "/",
        &scope,
        ", SignedHeaders=",
        &canonical.signed_headers,
        ", Signature=",
        &signature,
    ]);
    request.headers.set("Authorization", authorization);
    Ok(())
}

fn prepare_headers(request: &mut Request, signing: &Signing, amz_date: &str) {
    let headers = &mut request.headers;
    headers.remove("Authorization");
    if headers.contains("Date") {
        headers.set("Date", signing.time.wire_http_date().replace("GMT", "-0000"));
        headers.remove("X-Amz-Date");
    } else {
        headers.set("X-Amz-Date", amz_date);
    }
    if let Some(name) = signing.algorithm.region_set() {
        headers.set(name, signing.region);
    }
    if let Some(token) = signing.credentials.session_token() {
        headers.set(signing.token_header, token);
    }
}

#[cfg(test)]
mod tests;
