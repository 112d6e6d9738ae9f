//! The names of the ways to sign, as `signature_version` and the hooks know them.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind, did_you_mean};

/// An algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scheme {
    /// `v2`: Signature Version 2, in the form of the body.
    V2,
    /// `v3` and `v3https`: Signature Version 3, over the date alone.
    V3,
    /// `s3`: HMAC-SHA1 over what S3 knew first.
    S3,
    /// `v4`: Signature Version 4.
    V4,
    /// `s3v4`: Signature Version 4 in its S3 flavour.
    S3V4,
    /// `v4-s3express`: as `s3v4`, with the keys of a session.
    V4S3Express,
    /// `bearer`: a token instead of a signature.
    Bearer,
}

/// Where the signature goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// Into the request that is sent.
    Request,
    /// Into a URL that somebody else uses (suffix `-query`).
    Query,
    /// Into the fields of a form that a browser posts (suffix `-presign-post`).
    PresignPost,
}

impl Place {
    fn suffix(self) -> &'static str {
        match self {
            Place::Request => "",
            Place::Query => "-query",
            Place::PresignPost => "-presign-post",
        }
    }
}

/// An algorithm and where its signature goes.
///
/// ```
/// use tucuxi::auth::{Place, Scheme, SignerName};
///
/// let name: SignerName = "s3v4-query".parse()?;
/// assert_eq!((name.scheme, name.place), (Scheme::S3V4, Place::Query));
/// assert_eq!(name.to_string(), "s3v4-query");
/// assert_eq!("v9".parse::<SignerName>().unwrap_err().name(), "UnknownSignatureVersionError");
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SignerName {
    /// The algorithm.
    pub scheme: Scheme,
    /// Where its signature goes.
    pub place: Place,
}

const SCHEMES: [(&str, Scheme); 8] = [
    ("v2", Scheme::V2),
    ("v3", Scheme::V3),
    ("v3https", Scheme::V3),
    ("s3", Scheme::S3),
    ("v4", Scheme::V4),
    ("s3v4", Scheme::S3V4),
    ("v4-s3express", Scheme::V4S3Express),
    ("bearer", Scheme::Bearer),
];

impl SignerName {
    fn exists(self) -> bool {
        match self.place {
            Place::Request => true,
            Place::Query => matches!(self.scheme, Scheme::S3 | Scheme::V4 | Scheme::S3V4 | Scheme::V4S3Express),
            Place::PresignPost => matches!(self.scheme, Scheme::S3 | Scheme::S3V4 | Scheme::V4S3Express),
        }
    }
}

impl FromStr for SignerName {
    type Err = Error;

    /// # Errors
    /// If nothing signs under that name: `UnknownSignatureVersionError`, or
    /// `UnsupportedSignatureVersionError` where the algorithm is known but has no such presigned form.
    fn from_str(name: &str) -> Result<SignerName, Error> {
        let presigned = |place: Place| name.strip_suffix(place.suffix()).map(|base| (base, place));
        let (base, place) = presigned(Place::Query).or_else(|| presigned(Place::PresignPost)).unwrap_or((name, Place::Request));
        let signer = SCHEMES.iter().find(|(known, _)| *known == base).map(|&(_, scheme)| SignerName { scheme, place });
        match signer {
            Some(signer) if signer.exists() => Ok(signer),
            _ if place != Place::Request => Err(Error::new(ErrorKind::Signing, format!("Signature version(s) are not supported: {name}"))),
            _ => {
                let near = did_you_mean(name, SCHEMES.iter().map(|(known, _)| *known));
                Err(Error::new(ErrorKind::Signing, format!("Unknown Signature Version: {name}.{near}"))
                    .with_name("UnknownSignatureVersionError"))
            }
        }
    }
}

impl fmt::Display for SignerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.scheme {
            Scheme::V2 => "v2",
            Scheme::V3 => "v3",
            Scheme::S3 => "s3",
            Scheme::V4 => "v4",
            Scheme::S3V4 => "s3v4",
            Scheme::V4S3Express => "v4-s3express",
            Scheme::Bearer => "bearer",
        };
        write!(f, "{scheme}{}", self.place.suffix())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_boto3_is_known_and_no_other() {
        let names = "v2 v3 s3 s3-query s3-presign-post s3v4 s3v4-query s3v4-presign-post v4 v4-query v4-s3express \
                     v4-s3express-query v4-s3express-presign-post bearer";
        for name in names.split(' ') {
            assert_eq!(name.parse::<SignerName>().unwrap().to_string(), name);
        }
        assert_eq!("v3https".parse::<SignerName>().unwrap().scheme, Scheme::V3);
        for name in ["v2-query", "bearer-query", "v4-presign-post", "x-query"] {
            assert_eq!(name.parse::<SignerName>().unwrap_err().name(), "UnsupportedSignatureVersionError", "{name}");
        }
        assert_eq!("".parse::<SignerName>().unwrap_err().name(), "UnknownSignatureVersionError");
    }
}
