//! AWS Signature Version 4: in a header, or in the query of a presigned URL.
//!
//! It is the last stage before the transport: what is signed here is sent as it stands. Which
//! credentials, region, service and payload rule apply is decided by whoever calls. SigV4a signs the same
//! text with another key and a set of regions: what differs is asked of [`Algorithm`].

mod canonical;
mod keys;
mod params;
mod payload;
mod presign;

pub use canonical::{canonical_request, string_to_sign};
pub use keys::KeyCache;
pub use params::{Params, body_params};
pub(crate) use payload::announce_unsigned_trailer;
pub use payload::{Payload, PayloadFacts};
pub use presign::presign;

use super::encode;
use crate::auth::Credentials;
#[cfg(feature = "sigv4a")]
use crate::auth::sigv4a;
use crate::error::Result;
use crate::http::Request;
use crate::value::Timestamp;

/// The name of the algorithm that signs for one region.
pub const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// Where the session token of temporary credentials goes: header or query parameter.
pub const SECURITY_TOKEN: &str = "X-Amz-Security-Token";
/// Where the token of an S3 Express session goes.
pub const S3_SESSION_TOKEN: &str = "X-Amz-S3session-Token";

/// The header that tells the server what the payload's digest was.
const CONTENT_SHA256: &str = "X-Amz-Content-SHA256";

/// The variants of the signature.
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
    /// The name by which servers know it.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::HmacSha256 => ALGORITHM,
            #[cfg(feature = "sigv4a")]
            Algorithm::EcdsaP256 => sigv4a::ALGORITHM,
        }
    }

    /// The header or parameter with the regions, where they are not in the scope.
    fn region_set(self) -> Option<&'static str> {
        match self {
            Algorithm::HmacSha256 => None,
            #[cfg(feature = "sigv4a")]
            Algorithm::EcdsaP256 => Some(sigv4a::REGION_SET),
        }
    }
}

/// How the path is made canonical, and whether the payload's digest is always sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// Path normalized and encoded once more: all services but those below.
    Plain,
    /// Path as it is on the wire, `X-Amz-Content-SHA256` always there: S3 and its relatives.
    S3,
}

/// Everything that a signature is made of besides the request.
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
    /// Whose signature it is.
    pub credentials: &'a Credentials,
    /// The variant.
    pub algorithm: Algorithm,
    /// The region of the credential scope. For Signature Version 4a the set of regions: names with commas between
    /// them, in which `*` stands for anything.
    pub region: &'a str,
    /// The signing name of the service, also of the scope.
    pub service: &'a str,
    /// The time of the signature; servers accept some minutes of difference.
    pub time: Timestamp,
    /// The path rule.
    pub flavour: Flavour,
    /// What is signed of the body.
    pub payload: Payload<'a>,
    /// Where the session token goes: [`SECURITY_TOKEN`] or [`S3_SESSION_TOKEN`].
    pub token_header: &'a str,
    /// Keys derived before; a client has one of these.
    pub keys: Option<&'a KeyCache>,
}

impl<'a> Signing<'a> {
    /// A plain signature over the whole body.
    pub fn new(credentials: &'a Credentials, region: &'a str, service: &'a str, time: Timestamp) -> Signing<'a> {
        Signing {
            credentials,
            algorithm: Algorithm::HmacSha256,
            region,
            service,
            time,
            flavour: Flavour::Plain,
            payload: Payload::Signed,
            token_header: SECURITY_TOKEN,
            keys: None,
        }
    }

    /// The hexadecimal signature of a text under the derived key: of a string to sign, or of a policy.
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

    /// `<date>/<region>/<service>/aws4_request`, without the region where that is a set beside it.
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
/// A `Date` header is brought up to date, otherwise `X-Amz-Date` is set. Headers that are added
/// afterwards are not covered.
///
/// # Errors
/// If the body is to be signed and can be read only once, or reading it fails.
pub fn sign(request: &mut Request, signing: &Signing) -> Result<()> {
    let amz_date = signing.time.amz_date();
    prepare_headers(request, signing, &amz_date);
    let hash = payload::hash(request, signing)?;
    let canonical = canonical::canonicalize(request, signing.flavour, &hash);
    let scope = signing.scope(&amz_date);
    let signature = signing.signature(&amz_date, &canonical::to_sign(&canonical.text, signing.algorithm, &amz_date, &scope));
    let akid = signing.credentials.access_key_id();
    let authorization = [
        signing.algorithm.name(),
        " Credential=",
        akid,
        "/",
        &scope,
        ", SignedHeaders=",
        &canonical.signed_headers,
        ", Signature=",
        &signature,
    ]
    .concat();
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
