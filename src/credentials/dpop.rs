//! Proofs of possession (DPoP, RFC 9449): a token that is bound to a key is useless without the key.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};

use crate::value::Timestamp;

/// The key that a token is bound to: ECDSA on P-256.
pub(crate) struct ProofKey(EcdsaKeyPair);

impl ProofKey {
    /// Reads a private key in PEM (RFC 5915, `EC PRIVATE KEY`). Returns `None` if it is invalid or lacks the public key.
    pub(crate) fn from_pem(pem: &str) -> Option<ProofKey> {
        let lines = pem.lines().filter(|line| !line.starts_with("-----BEGIN") && !line.starts_with("-----END"));
        let der = STANDARD.decode(lines.map(str::trim).collect::<String>()).ok()?;
        let (private, public) = halves(&der)?;
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        EcdsaKeyPair::from_private_key_and_public_key(algorithm, private, public, &SystemRandom::new()).ok().map(ProofKey)
    }

    /// Creates a key, as the text that [`from_pem`](ProofKey::from_pem) reads.
    ///
    /// # Errors
    /// If the system has no random numbers.
    #[cfg(any(feature = "cli", test))]
    pub(crate) fn new_pem() -> anyhow::Result<String> {
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let no_random = |_| anyhow::anyhow!("the system has no random numbers for a key");
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).map_err(no_random)?;
        // ring writes PKCS #8, whose third element is the key without its curve.
        let of_pkcs8 = |der| {
            let ((_, outer), _) = element(der)?;
            let (_, rest) = element(outer)?;
            let (_, rest) = element(rest)?;
            halves(element(rest)?.0.1)
        };
        let (private, public) = of_pkcs8(document.as_ref()).ok_or_else(|| anyhow::anyhow!("the new key has an unknown form"))?;
        // Version 1, the key, the curve P-256, and the public key; all lengths are fixed.
        let der = [
            &[0x30, 0x77, 0x02, 0x01, 0x01, 0x04, 0x20],
            private,
            &[0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0xa1, 0x44, 0x03, 0x42, 0x00],
            public,
        ];
        let text = STANDARD.encode(der.concat());
        let mut pem = "-----BEGIN EC PRIVATE KEY-----\n".to_owned();
        for line in text.as_bytes().chunks(64) {
            pem.extend(line.iter().map(|byte| char::from(*byte)));
            pem.push('\n');
        }
        Ok(pem + "-----END EC PRIVATE KEY-----\n")
    }

    /// Makes a proof for one POST to exactly this URL. `id` must be unique.
    pub(crate) fn proof(&self, url: &str, now: Timestamp, id: &str) -> anyhow::Result<String> {
        // The first byte says that both coordinates follow.
        let (x, y) = self.0.public_key().as_ref()[1..].split_at(32);
        let [x, y] = [x, y].map(|coordinate| URL_SAFE_NO_PAD.encode(coordinate));
        let header = format!(r#"{{"typ":"dpop+jwt","alg":"ES256","jwk":{{"kty":"EC","x":"{x}","y":"{y}","crv":"P-256"}}}}"#);
        let (url, id) = (serde_json::to_string(url)?, serde_json::to_string(id)?);
        let payload = format!(r#"{{"htm":"POST","htu":{url},"iat":{},"jti":{id}}}"#, now.seconds());
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes());
        let signature = signature.map_err(|_| anyhow::anyhow!("the system has no random numbers for the signature"))?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// The private and the public key in an `ECPrivateKey`: `SEQUENCE { 1, OCTET STRING, [0] curve, [1] BIT STRING }`.
fn halves(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_, key) = element(der).filter(|((tag, _), _)| *tag == 0x30).map(|((_, content), rest)| (rest, content))?;
    let ((_, version), rest) = element(key)?;
    let ((_, private), mut rest) = element(rest)?;
    if version != [1] {
        return None;
    }
    while !rest.is_empty() {
        let ((tag, content), after) = element(rest)?;
        if tag == 0xa1 {
            let ((_, bits), _) = element(content)?;
            // The first byte is the number of unused bits in the last one.
            return Some((private, bits.strip_prefix(&[0])?));
        }
        rest = after;
    }
    None
}

type Element<'a> = ((u8, &'a [u8]), &'a [u8]);

/// The tag and the content of the first element, and the rest.
fn element(der: &[u8]) -> Option<Element<'_>> {
    let [tag, length, rest @ ..] = der else { return None };
    let (length, rest) = match length {
        0..=0x7f => (usize::from(*length), rest),
        0x81 => rest.split_first().map(|(length, rest)| (usize::from(*length), rest))?,
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some(((*tag, content), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    #[test]
    fn a_proof_is_signed_and_bound_to_one_url() {
        let key = ProofKey::from_pem(&ProofKey::new_pem().unwrap()).unwrap();
        let proof = key.proof("https://h.com/v1/token", Timestamp::new(7, 0), "a-b").unwrap();
        let (signed, signature) = proof.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.0.public_key().as_ref()).verify(signed.as_bytes(), &signature).unwrap();
        let parts: Vec<_> = signed.split('.').map(|part| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()).collect();
        assert_eq!(parts[1], r#"{"htm":"POST","htu":"https://h.com/v1/token","iat":7,"jti":"a-b"}"#);
        let header: serde_json::Value = serde_json::from_str(&parts[0]).unwrap();
        assert_eq!((header["alg"].as_str(), header["jwk"]["crv"].as_str()), (Some("ES256"), Some("P-256")));
        assert_eq!(header["jwk"]["x"].as_str().unwrap().len(), 43);
    }

    #[test]
    fn an_invalid_key_is_none() {
        let half: String = ProofKey::new_pem().unwrap().chars().take(100).collect();
        for text in ["", "-----BEGIN EC PRIVATE KEY-----\n!\n", "MAA=", "MAMCAQA=", &half] {
            assert!(ProofKey::from_pem(text).is_none(), "{text:?}");
        }
    }
}
