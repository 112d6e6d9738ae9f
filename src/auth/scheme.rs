//! The signature schemes and their names in `signature_version` and hooks.

use std::fmt;
use std::str::FromStr;

use super::sigv4::{Algorithm, Flavor};
use crate::error::{Error, ErrorKind, did_you_mean};

/// A signature scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scheme {
    /// `v2`: Signature Version 2, in the form of the body.
    V2,
    /// `v3` and `v3https`: Signature Version 3, over the date alone.
    V3,
    /// `s3`: the original signature of S3, an HMAC-SHA1.
    S3,
    /// `v4`: Signature Version 4.
    V4,
    /// `s3v4`: Signature Version 4 with the rules of S3.
    S3V4,
    /// `v4a`: Signature Version 4a, for a set of regions.
    #[cfg(feature = "sigv4a")]
    V4a,
    /// `s3v4a`: Signature Version 4a with the rules of S3.
    #[cfg(feature = "sigv4a")]
    S3V4a,
    /// `v4-s3express`: `s3v4` with the credentials of an S3 Express session.
    V4S3Express,
    /// `bearer`: a token instead of a signature.
    Bearer,
}

impl Scheme {
    /// Returns the algorithm and the rules of Signature Version 4, if the scheme is one of its variants.
    pub fn sigv4(self) -> Option<(Algorithm, Flavor)> {
        match self {
            Scheme::V4 => Some((Algorithm::HmacSha256, Flavor::Plain)),
            Scheme::S3V4 | Scheme::V4S3Express => Some((Algorithm::HmacSha256, Flavor::S3)),
            #[cfg(feature = "sigv4a")]
            Scheme::V4a => Some((Algorithm::EcdsaP256, Flavor::Plain)),
            #[cfg(feature = "sigv4a")]
            Scheme::S3V4a => Some((Algorithm::EcdsaP256, Flavor::S3)),
            Scheme::V2 | Scheme::V3 | Scheme::S3 | Scheme::Bearer => None,
        }
    }
}

/// The place of a signature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SignaturePlace {
    /// In the headers or the body of the request.
    #[default]
    Request,
    /// In a presigned URL (suffix `-query`).
    Query,
    /// In the fields of an HTML form (suffix `-presign-post`).
    PresignPost,
}

impl SignaturePlace {
    pub(crate) fn suffix(self) -> &'static str {
        match self {
            SignaturePlace::Request => "",
            SignaturePlace::Query => "-query",
            SignaturePlace::PresignPost => "-presign-post",
        }
    }
}

/// A signature scheme and the place of the signature.
///
/// ```
/// use tucuxi::unversioned::auth::{SignaturePlace, Scheme, SignerName};
///
/// let name: SignerName = "s3v4-query".parse()?;
/// assert_eq!((name.scheme, name.place), (Scheme::S3V4, SignaturePlace::Query));
/// assert_eq!(name.to_string(), "s3v4-query");
/// assert_eq!("v9".parse::<SignerName>().unwrap_err().name(), "UnknownSignatureVersionError");
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SignerName {
    /// The signature scheme.
    pub scheme: Scheme,
    /// The place of the signature.
    pub place: SignaturePlace,
}

const SCHEMES: &[(&str, Scheme)] = &[
    ("v2", Scheme::V2),
    ("v3", Scheme::V3),
    ("v3https", Scheme::V3),
    ("s3", Scheme::S3),
    ("v4", Scheme::V4),
    ("s3v4", Scheme::S3V4),
    ("v4-s3express", Scheme::V4S3Express),
    #[cfg(feature = "sigv4a")]
    ("v4a", Scheme::V4a),
    #[cfg(feature = "sigv4a")]
    ("s3v4a", Scheme::S3V4a),
    ("bearer", Scheme::Bearer),
];

impl SignerName {
    /// Returns the signer with this name of a scheme and this place.
    ///
    /// # Errors
    /// As [`SignerName::from_str`].
    pub(crate) fn at(base: &str, place: SignaturePlace) -> Result<SignerName, Error> {
        let name = || format!("{base}{}", place.suffix());
        let signer = SCHEMES.iter().find(|(known, _)| *known == base).map(|&(_, scheme)| SignerName { scheme, place });
        match signer {
            Some(signer) if signer.exists() => Ok(signer),
            None if cfg!(not(feature = "sigv4a")) && matches!(base, "v4a" | "s3v4a") => Err(needs_feature(&name())),
            _ if place != SignaturePlace::Request => {
                Err(Error::new(ErrorKind::Signing, format!("Signature version(s) are not supported: {}", name())))
            }
            _ => {
                let near = did_you_mean(&name(), SCHEMES.iter().map(|(known, _)| *known));
                Err(Error::new(ErrorKind::Signing, format!("Unknown Signature Version: {}.{near}", name()))
                    .with_name("UnknownSignatureVersionError"))
            }
        }
    }

    fn exists(self) -> bool {
        match self.place {
            SignaturePlace::Request => true,
            SignaturePlace::Query => self.scheme == Scheme::S3 || self.scheme.sigv4().is_some(),
            SignaturePlace::PresignPost => matches!(self.scheme, Scheme::S3 | Scheme::S3V4 | Scheme::V4S3Express),
        }
    }
}

impl FromStr for SignerName {
    type Err = Error;

    /// # Errors
    /// `UnknownSignatureVersionError` if the scheme is unknown; `UnsupportedSignatureVersionError` if it is known but has no
    /// such presigned form.
    fn from_str(name: &str) -> Result<SignerName, Error> {
        let presigned = |place: SignaturePlace| name.strip_suffix(place.suffix()).map(|base| (base, place));
        let (base, place) =
            presigned(SignaturePlace::Query).or_else(|| presigned(SignaturePlace::PresignPost)).unwrap_or((name, SignaturePlace::Request));
        SignerName::at(base, place)
    }
}

/// The error for Signature Version 4a in a build without its feature.
pub(crate) fn needs_feature(name: &str) -> Error {
    Error::new(ErrorKind::Signing, format!("Signature version {name} requires the cargo feature `sigv4a` of tucuxi."))
        .with_name("MissingDependencyException")
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
            #[cfg(feature = "sigv4a")]
            Scheme::V4a => "v4a",
            #[cfg(feature = "sigv4a")]
            Scheme::S3V4a => "s3v4a",
            Scheme::Bearer => "bearer",
        };
        write!(f, "{scheme}{}", self.place.suffix())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_names_of_boto3_are_known() {
        let names = "v2 v3 s3 s3-query s3-presign-post s3v4 s3v4-query s3v4-presign-post v4 v4-query v4-s3express \
                     v4-s3express-query v4-s3express-presign-post bearer";
        for name in names.split(' ') {
            assert_eq!(name.parse::<SignerName>().unwrap().to_string(), name);
        }
        for name in ["v4a", "v4a-query", "s3v4a", "s3v4a-query"] {
            match name.parse::<SignerName>() {
                Ok(signer) => assert!(cfg!(feature = "sigv4a") && signer.to_string() == name),
                Err(error) => assert!(cfg!(not(feature = "sigv4a")) && error.name() == "MissingDependencyException", "{error}"),
            }
        }
        assert_eq!("v3https".parse::<SignerName>().unwrap().scheme, Scheme::V3);
        for name in ["v2-query", "bearer-query", "v4-presign-post", "x-query"] {
            assert_eq!(name.parse::<SignerName>().unwrap_err().name(), "UnsupportedSignatureVersionError", "{name}");
        }
        assert_eq!("".parse::<SignerName>().unwrap_err().name(), "UnknownSignatureVersionError");
    }
}
