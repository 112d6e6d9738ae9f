//! `ec2 get-password-data --priv-launch-key`: decrypts the password of a Windows instance with the key pair's private key.
//!
//! The password is encrypted with RSA and the padding of PKCS #1 v1.5 (RFC 8017, sections 7.2.2 and 3.2). The key is read
//! from a PEM file in the form of PKCS #1 or PKCS #8. The crate `rsa` cannot be used: for a wrong key it returns a made-up
//! password instead of an error, as servers should.

use base64::prelude::{BASE64_STANDARD, Engine as _};

use super::files;
use super::invocation::Invocation;
use crate::cli::failure::{Failure, Result};
use crate::value::{Map, Value};

/// Replaces the encrypted password in the response, if the command line names a key. A response without a password, which
/// is that of an instance that has just started, stays.
///
/// # Errors
/// 255 for a file without an RSA key, and for a password that the key does not decrypt.
pub(super) fn decrypt_password(invocation: &Invocation, response: &mut Map) -> Result<()> {
    let Some((_, words)) = invocation.added.iter().find(|(flag, _)| *flag == "priv-launch-key") else { return Ok(()) };
    let encrypted = response.get("PasswordData").and_then(Value::as_str).unwrap_or_default().trim().to_owned();
    if encrypted.is_empty() {
        return Ok(());
    }
    let path = files::expand(words.first().map_or("", String::as_str));
    let failed = |why: &str| Failure::general(format!("Unable to decrypt password data using provided private key file: {why}"));
    let pem = std::fs::read_to_string(&path).map_err(|error| failed(&format!("{}: {error}", path.display())))?;
    let key = Key::from_pem(&pem).map_err(failed)?;
    let encrypted = BASE64_STANDARD.decode(encrypted).map_err(|_| failed("the password data is not base64."))?;
    let password = key.decrypt(&encrypted).and_then(|bytes| String::from_utf8(bytes).ok());
    let password = password.ok_or_else(|| failed("the key does not belong to the instance."))?;
    response.insert("PasswordData", password);
    Ok(())
}

/// The modulus and the exponent of a private key, the most significant byte first.
struct Key {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl Key {
    fn from_pem(pem: &str) -> std::result::Result<Key, &'static str> {
        if pem.contains("ENCRYPTED") {
            return Err("the key is protected by a passphrase. `openssl rsa -in KEY -out PLAIN` removes it.");
        }
        let is_header = |line: &&str| line.starts_with("-----BEGIN") && line.contains("PRIVATE KEY");
        let lines = pem.lines().map(str::trim).skip_while(|line| !is_header(line)).skip(1);
        let body: String = lines.take_while(|line| !line.starts_with("-----END")).collect();
        if pem.contains("BEGIN OPENSSH PRIVATE KEY") {
            return Err("the key is in the format of OpenSSH. `ssh-keygen -p -m PEM -f KEY` converts it.");
        }
        let der = BASE64_STANDARD.decode(body).ok().filter(|der| !der.is_empty()).ok_or("the file has no private key in PEM format.")?;
        Key::from_der(&der).ok_or("the file has no RSA key.")
    }

    fn from_der(der: &[u8]) -> Option<Key> {
        let (sequence, _) = element(der, 0x30)?;
        let (_, rest) = element(sequence, 0x02)?;
        // PKCS #8 wraps the key: an algorithm, and an octet string with the key itself.
        if let Some((_, rest)) = element(rest, 0x30) {
            return Key::from_der(element(rest, 0x04)?.0);
        }
        let (modulus, rest) = element(rest, 0x02)?;
        let (_, rest) = element(rest, 0x02)?;
        let (exponent, _) = element(rest, 0x02)?;
        let number = |bytes: &[u8]| bytes.iter().copied().skip_while(|byte| *byte == 0).collect::<Vec<u8>>();
        Some(Key { modulus: number(modulus), exponent: number(exponent) })
            .filter(|key| key.modulus.last().is_some_and(|byte| byte % 2 == 1))
    }

    /// The message inside the padding `00 02 random… 00`.
    fn decrypt(&self, encrypted: &[u8]) -> Option<Vec<u8>> {
        if encrypted.len() != self.modulus.len() {
            return None;
        }
        let padded = power(encrypted, &self.exponent, &self.modulus);
        let rest = padded.strip_prefix(&[0, 2])?;
        let end = rest.iter().position(|byte| *byte == 0).filter(|end| *end >= 8)?;
        Some(rest[end + 1..].to_vec())
    }
}

/// The content of a DER element with this tag, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = der.split_first()?;
    let (length, rest) = rest.split_first()?;
    let (length, rest) = match length & 0x80 {
        0 => (usize::from(*length), rest),
        _ => {
            let (bytes, rest) = rest.split_at_checked(usize::from(length & 0x7f)).filter(|(bytes, _)| bytes.len() <= 4)?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
    };
    (*first == tag).then_some(())?;
    rest.split_at_checked(length)
}

/// `base` to the power of `exponent`, modulo an odd number, with as many bytes as the modulus.
fn power(base: &[u8], exponent: &[u8], modulus: &[u8]) -> Vec<u8> {
    let modulus = limbs(modulus, modulus.len().div_ceil(4));
    let count = modulus.len();
    let domain = Montgomery::new(&modulus);
    let one = domain.enter(&limbs(&[1], count));
    let base = domain.enter(&limbs(base, count));
    let bits = exponent.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1));
    let result = bits.fold(one, |result, bit| {
        let square = domain.multiply(&result, &result);
        if bit { domain.multiply(&square, &base) } else { square }
    });
    let plain = domain.multiply(&result, &limbs(&[1], count));
    plain.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect()
}

/// A number in limbs of 32 bits, the least significant one first.
fn limbs(bytes: &[u8], count: usize) -> Vec<u32> {
    let mut limbs: Vec<u32> = bytes.rchunks(4).map(|chunk| chunk.iter().fold(0, |limb, byte| limb << 8 | u32::from(*byte))).collect();
    limbs.resize(count, 0);
    limbs
}

/// Multiplication modulo an odd number without division (Montgomery).
struct Montgomery<'m> {
    modulus: &'m [u32],
    /// The negative inverse of the modulus, modulo 2^32.
    inverse: u32,
    /// The square of 2^(32 n), modulo the modulus.
    square: Vec<u32>,
}

impl Montgomery<'_> {
    fn new(modulus: &[u32]) -> Montgomery<'_> {
        // Each step of Newton's method doubles the number of correct bits.
        let inverse = (0..5).fold(1u32, |x, _| x.wrapping_mul(2u32.wrapping_sub(modulus[0].wrapping_mul(x)))).wrapping_neg();
        let mut square = limbs(&[1], modulus.len());
        for _ in 0..64 * modulus.len() {
            let carry = square.iter_mut().fold(0, |carry, limb| {
                let high = *limb >> 31;
                *limb = *limb << 1 | carry;
                high
            });
            subtract_if_greater(&mut square, carry, modulus);
        }
        Montgomery { modulus, inverse, square }
    }

    fn enter(&self, number: &[u32]) -> Vec<u32> {
        self.multiply(number, &self.square)
    }

    fn multiply(&self, a: &[u32], b: &[u32]) -> Vec<u32> {
        let count = self.modulus.len();
        let mut sum = vec![0u32; count + 2];
        for digit in a {
            add_product(&mut sum, *digit, b);
            let factor = sum[0].wrapping_mul(self.inverse);
            add_product(&mut sum, factor, self.modulus);
            // The lowest limb is zero now.
            sum.copy_within(1.., 0);
            sum[count + 1] = 0;
        }
        let carry = sum[count];
        sum.truncate(count);
        subtract_if_greater(&mut sum, carry, self.modulus);
        sum
    }
}

fn add_product(sum: &mut [u32], digit: u32, number: &[u32]) {
    let mut carry = 0u64;
    for (at, limb) in sum.iter_mut().enumerate() {
        let product = u64::from(digit) * u64::from(number.get(at).copied().unwrap_or(0));
        let total = u64::from(*limb) + product + carry;
        *limb = total as u32;
        carry = total >> 32;
    }
}

fn subtract_if_greater(number: &mut [u32], carry: u32, modulus: &[u32]) {
    if carry == 0 && number.iter().rev().lt(modulus.iter().rev()) {
        return;
    }
    let mut borrow = 0i64;
    for (limb, other) in number.iter_mut().zip(modulus) {
        let difference = i64::from(*limb) - i64::from(*other) + borrow;
        *limb = difference as u32;
        borrow = difference >> 32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_those_of_arithmetic() {
        // 7^560 mod 561 = 1 (a Carmichael number), and a number of several limbs.
        assert_eq!(power(&[7], &[0x02, 0x30], &[0x02, 0x31]), [0, 0, 0, 1]);
        let modulus = [0xff; 9];
        let mut base = vec![0; 9];
        base[0] = 0x80;
        // (2^71)^2 = 2^142 = 2^(142 - 72) modulo 2^72 - 1.
        let mut expected = vec![0; 12];
        expected[3] = 0x40;
        assert_eq!(power(&base, &[2], &modulus), expected);
    }

    #[test]
    fn keys_that_cannot_be_used_are_explained() {
        let why = |pem| Key::from_pem(pem).err().unwrap();
        assert!(why("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n").contains("passphrase"));
        assert!(why("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----").contains("ssh-keygen"));
        assert!(why("hello").contains("no private key"));
        assert!(why("-----BEGIN PRIVATE KEY-----\nMAMCAQA=\n-----END PRIVATE KEY-----").contains("no RSA key"));
    }
}
