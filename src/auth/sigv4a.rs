//! Signature Version 4a (feature `sigv4a`): one signature that holds in several regions.
//!
//! The signed text is that of [`sigv4`](super::sigv4), with a set of regions in a header instead of one region in the scope.
//! The signature is ECDSA over P-256, with a key that is derived from the credentials alone. Signatures are deterministic
//! (RFC 6979). Source of the rules: "Signature Version 4a" in AWS's IAM guide.

use std::sync::{Arc, PoisonError, RwLock};

use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use ring::hmac;

use super::{Credentials, encode};

/// The name of the algorithm.
pub const ALGORITHM: &str = "AWS4-ECDSA-P256-SHA256";
/// The header, or the parameter of a presigned URL, for the regions in which the signature is valid.
pub const REGION_SET: &str = "X-Amz-Region-Set";

/// The capacity of the cache. A client signs with one set of credentials at a time.
const CAPACITY: usize = 4;

/// A cache of derived keys: a derivation costs more than a signature.
#[derive(Default)]
pub(super) struct PrivateKeys(RwLock<Vec<PrivateKey>>);

struct PrivateKey {
    access_key_id: String,
    secret: String,
    key: Arc<SigningKey>,
}

impl PrivateKeys {
    pub(super) fn key(&self, credentials: &Credentials) -> Arc<SigningKey> {
        let (id, secret) = (credentials.access_key_id(), credentials.secret_access_key());
        let cached = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = cached.iter().find(|e| e.access_key_id == id && e.secret == secret) {
            return Arc::clone(&entry.key);
        }
        drop(cached);
        let key = Arc::new(derive(credentials));
        let mut cached = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if cached.len() == CAPACITY {
            cached.remove(0);
        }
        cached.push(PrivateKey { access_key_id: id.to_owned(), secret: secret.to_owned(), key: Arc::clone(&key) });
        key
    }
}

/// Derives the private key of credentials: the first candidate that is smaller than the curve's order, plus one.
pub(super) fn derive(credentials: &Credentials) -> SigningKey {
    let secret = hmac::Key::new(hmac::HMAC_SHA256, ["AWS4A", credentials.secret_access_key()].concat().as_bytes());
    (1..=254)
        .find_map(|counter| plus_one(candidate(&secret, credentials.access_key_id(), counter)))
        .expect("one of 254 numbers fits, because each fits with a probability of 1 - 2^-32")
}

/// One block of the key derivation in counter mode (NIST SP 800-108).
fn candidate(secret: &hmac::Key, access_key_id: &str, counter: u8) -> [u8; 32] {
    let mut context = hmac::Context::with_key(secret);
    for part in [&1_u32.to_be_bytes()[..], ALGORITHM.as_bytes(), &[0], access_key_id.as_bytes(), &[counter], &256_u32.to_be_bytes()] {
        context.update(part);
    }
    let mut block = [0; 32];
    block.copy_from_slice(context.sign().as_ref());
    block
}

/// The number plus one as a key, if it is one.
fn plus_one(mut number: [u8; 32]) -> Option<SigningKey> {
    for byte in number.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            return SigningKey::from_slice(&number).ok();
        }
    }
    None
}

/// The hexadecimal signature of a text, in DER.
pub(super) fn signature(key: &SigningKey, text: &str) -> String {
    let signature: Signature = key.sign(text.as_bytes());
    encode::hex(signature.to_der().as_bytes())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p256::ecdsa::signature::Verifier;

    use super::*;
    use crate::auth::sigv4::{self, Algorithm, Flavor, KeyCache, Signing};
    use crate::http::Request;
    use crate::value::Timestamp;

    fn credentials() -> Credentials {
        Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    }

    /// 2015-08-30T12:36:00Z
    fn time() -> Timestamp {
        Timestamp::new(1_440_938_160, 0)
    }

    fn signing(credentials: &Credentials) -> Signing<'_> {
        let mut signing = Signing::new(credentials, "us-east-1", "service", time());
        signing.algorithm = Algorithm::EcdsaP256;
        signing
    }

    fn unhex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
    }

    fn is_valid(signature: &str, text: &str) -> bool {
        let signature = Signature::from_der(&unhex(signature)).unwrap();
        derive(&credentials()).verifying_key().verify(text.as_bytes(), &signature).is_ok()
    }

    #[test]
    fn the_key_is_the_published_one() {
        let key = derive(&Credentials::new("AKISORANDOMAASORANDOM", "q+jcrXGc+0zWN6uzclKVhvMmUsIfRPa4rlRandom"));
        let point = key.verifying_key().to_sec1_point(false);
        let [x, y] = [point.x(), point.y()].map(|part| encode::hex(part.unwrap()));
        assert_eq!(x, "15d242ceebf8d8169fd6a8b5a746c41140414c3b07579038da06af89190fffcb");
        assert_eq!(y, "0515242cedd82e94799482e4c0514b505afccf2c0c98d6a553bf539f424c5ec0");

        let point = derive(&credentials()).verifying_key().to_sec1_point(false);
        let [x, y] = [point.x(), point.y()].map(|part| encode::hex(part.unwrap()));
        assert_eq!(x, "b6618f6a65740a99e650b33b6b4b5bd0d43b176d721a3edfea7e7d2d56d936b1");
        assert_eq!(y, "865ed22a7eadc9c5cb9d2cbaca1b3699139fedc5043dc6661864218330c8e518");
    }

    #[test]
    fn the_addition_carries_and_rejects_numbers_that_are_too_great() {
        let mut number = [0; 32];
        number[31] = 0xff;
        assert_eq!(encode::hex(&plus_one(number).unwrap().to_bytes()[30..]), "0100");
        assert!(plus_one([0xff; 32]).is_none());
        let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
        let mut number: [u8; 32] = unhex(order).try_into().unwrap();
        number[31] -= 1;
        assert!(plus_one(number).is_none());
        number[31] -= 1;
        assert!(plus_one(number).is_some());
    }

    /// The hash is from AWS's test suite for signers (`get-vanilla`).
    #[test]
    fn the_scope_has_no_region() {
        let url = "https://example.amazonaws.com/?X-Amz-SignedHeaders=host&X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256\
                   &X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fservice%2Faws4_request&X-Amz-Date=20150830T123600Z\
                   &X-Amz-Region-Set=us-east-1";
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let canonical = sigv4::canonical_request(&Request::new("GET", url), Flavor::Plain, empty);
        assert_eq!(
            sigv4::string_to_sign(&canonical, &signing(&credentials())),
            "AWS4-ECDSA-P256-SHA256\n20150830T123600Z\n20150830/service/aws4_request\n\
             367f580f0138ac98f22166a3bc5286fb61ab0fba16667aadfce7054aaadf0677"
        );
    }

    #[test]
    fn a_header_contains_the_regions_and_signatures_are_deterministic() {
        let (credentials, keys) = (credentials(), KeyCache::new());
        let mut signing = signing(&credentials);
        signing.region = "us-east-1,eu-*";
        signing.keys = Some(&keys);
        let signed = || {
            let mut request = Request::new("GET", "https://example.amazonaws.com/");
            sigv4::sign(&mut request, &signing).unwrap();
            assert_eq!(request.headers.get(REGION_SET), Some("us-east-1,eu-*"));
            request.headers.get("Authorization").unwrap().to_owned()
        };
        let authorization = signed();
        let start = "AWS4-ECDSA-P256-SHA256 Credential=AKIDEXAMPLE/20150830/service/aws4_request, \
                     SignedHeaders=host;x-amz-date;x-amz-region-set, Signature=30";
        assert!(authorization.starts_with(start), "{authorization}");
        assert_eq!(signed(), authorization);
    }

    #[test]
    fn a_url_contains_the_regions_before_its_signature() {
        let credentials = credentials().with_token("TOK");
        let mut signing = signing(&credentials);
        signing.region = "*";
        signing.flavor = Flavor::S3;
        let mut request = Request::new("GET", "https://h.com/a%20b");
        sigv4::presign(&mut request, &signing, Duration::from_secs(60), &[]);
        let (url, signature) = request.url.split_once("&X-Amz-Signature=").unwrap();
        let expected = "https://h.com/a%20b?X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256\
                        &X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fservice%2Faws4_request&X-Amz-Date=20150830T123600Z\
                        &X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Region-Set=%2A&X-Amz-Security-Token=TOK";
        assert_eq!(url, expected);
        let unsigned = Request::new("GET", url);
        let canonical = sigv4::canonical_request(&unsigned, Flavor::S3, "UNSIGNED-PAYLOAD");
        assert!(is_valid(signature, &sigv4::string_to_sign(&canonical, &signing)));
    }
}
