//! Checksums of bodies. The algorithms have the names that services use.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crc_fast::{CrcAlgorithm, Digest as Crc};
use ring::digest;
use xxhash_rust::xxh3::Xxh3;
use xxhash_rust::xxh64::Xxh64;

/// An algorithm for the checksum of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
#[non_exhaustive]
pub enum ChecksumAlgorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
    Sha512,
    XxHash64,
    XxHash3,
    XxHash128,
}

use ChecksumAlgorithm as A;

impl ChecksumAlgorithm {
    /// All algorithms. If a response has several checksums, the first in this order is verified.
    pub const ALL: [ChecksumAlgorithm; 9] =
        [A::XxHash128, A::XxHash3, A::Crc64Nvme, A::XxHash64, A::Crc32c, A::Crc32, A::Sha1, A::Sha256, A::Sha512];

    /// Returns the algorithm with that name, in any case.
    pub fn parse(name: &str) -> Option<ChecksumAlgorithm> {
        A::ALL.into_iter().find(|a| a.as_str().eq_ignore_ascii_case(name))
    }

    /// Returns the name in lowercase, as in the headers `x-amz-checksum-…`.
    pub fn as_str(self) -> &'static str {
        match self {
            A::Crc32 => "crc32",
            A::Crc32c => "crc32c",
            A::Crc64Nvme => "crc64nvme",
            A::Sha1 => "sha1",
            A::Sha256 => "sha256",
            A::Sha512 => "sha512",
            A::XxHash64 => "xxhash64",
            A::XxHash3 => "xxhash3",
            A::XxHash128 => "xxhash128",
        }
    }
}

/// A checksum that is being calculated.
pub struct Checksum(State);

enum State {
    Crc(Crc, usize),
    Sha(digest::Context),
    Xx64(Xxh64),
    Xx3(Box<Xxh3>),
    Xx128(Box<Xxh3>),
}

impl Checksum {
    /// Starts a calculation.
    pub fn new(algorithm: ChecksumAlgorithm) -> Checksum {
        Checksum(match algorithm {
            A::Crc32 => State::Crc(Crc::new(CrcAlgorithm::Crc32IsoHdlc), 4),
            A::Crc32c => State::Crc(Crc::new(CrcAlgorithm::Crc32Iscsi), 4),
            A::Crc64Nvme => State::Crc(Crc::new(CrcAlgorithm::Crc64Nvme), 8),
            A::Sha1 => State::Sha(digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY)),
            A::Sha256 => State::Sha(digest::Context::new(&digest::SHA256)),
            A::Sha512 => State::Sha(digest::Context::new(&digest::SHA512)),
            A::XxHash64 => State::Xx64(Xxh64::new(0)),
            A::XxHash3 => State::Xx3(Box::new(Xxh3::new())),
            A::XxHash128 => State::Xx128(Box::new(Xxh3::new())),
        })
    }

    /// Adds the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        match &mut self.0 {
            State::Crc(crc, _) => crc.update(piece),
            State::Sha(sha) => sha.update(piece),
            State::Xx64(xx) => xx.update(piece),
            State::Xx3(xx) | State::Xx128(xx) => xx.update(piece),
        }
    }

    /// Returns the checksum of two pieces in a row from their checksums as in headers, and the length of the second piece.
    /// `None` if the algorithm cannot do that (only CRCs can), or a checksum is damaged.
    pub(crate) fn joined(algorithm: ChecksumAlgorithm, first: &str, second: &str, length: u64) -> Option<String> {
        let (crc, width) = match algorithm {
            A::Crc32 => (CrcAlgorithm::Crc32IsoHdlc, 4),
            A::Crc32c => (CrcAlgorithm::Crc32Iscsi, 4),
            A::Crc64Nvme => (CrcAlgorithm::Crc64Nvme, 8),
            _ => return None,
        };
        let number = |text: &str| {
            let bytes = STANDARD.decode(text).ok().filter(|bytes| bytes.len() == width)?;
            Some(bytes.iter().fold(0, |number: u64, byte| number << 8 | u64::from(*byte)))
        };
        let joined = crc_fast::checksum_combine(crc, number(first)?, number(second)?, length);
        Some(STANDARD.encode(&joined.to_be_bytes()[8 - width..]))
    }

    /// Returns the checksum as in headers: the base64 of its bytes in big-endian order.
    pub fn finish(self) -> String {
        match self.0 {
            State::Crc(crc, width) => STANDARD.encode(&crc.finalize().to_be_bytes()[8 - width..]),
            State::Sha(sha) => STANDARD.encode(sha.finish()),
            State::Xx64(xx) => STANDARD.encode(xx.digest().to_be_bytes()),
            State::Xx3(xx) => STANDARD.encode(xx.digest().to_be_bytes()),
            State::Xx128(xx) => STANDARD.encode(xx.digest128().to_be_bytes()),
        }
    }
}

/// Returns the CRC-32 of bytes in memory.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new(CrcAlgorithm::Crc32IsoHdlc);
    crc.update(bytes);
    // The checksum is 32 bits wide.
    crc.finalize() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(algorithm: ChecksumAlgorithm, content: &[u8]) -> String {
        let mut checksum = Checksum::new(algorithm);
        checksum.update(content);
        checksum.finish()
    }

    /// The check values in the catalogs of the algorithms, for the digits `123456789`.
    #[test]
    fn check_values() {
        let digits = b"123456789";
        assert_eq!(of(A::Crc32, digits), STANDARD.encode(0xcbf43926_u32.to_be_bytes()));
        assert_eq!(of(A::Crc32c, digits), STANDARD.encode(0xe3069283_u32.to_be_bytes()));
        assert_eq!(of(A::Crc64Nvme, digits), STANDARD.encode(0xae8b14860a799888_u64.to_be_bytes()));
        assert_eq!(of(A::Sha1, b""), "2jmj7l5rSw0yVb/vlWAYkK/YBwk=");
        assert_eq!(of(A::XxHash64, b""), STANDARD.encode(0xef46db3751d8e999_u64.to_be_bytes()));
        assert_eq!(of(A::XxHash3, b""), STANDARD.encode(0x2d06800538d394c2_u64.to_be_bytes()));
        assert_eq!(of(A::XxHash128, b""), STANDARD.encode(0x99aa06d3014798d86001c324468d497f_u128.to_be_bytes()));
    }

    #[test]
    fn checksums_of_pieces_are_joined() {
        for algorithm in [A::Crc32, A::Crc32c, A::Crc64Nvme] {
            let joined = Checksum::joined(algorithm, &of(algorithm, b"12345"), &of(algorithm, b"6789"), 4);
            assert_eq!(joined, Some(of(algorithm, b"123456789")));
            assert_eq!(Checksum::joined(algorithm, "AA", "AA", 4), None);
        }
        assert_eq!(Checksum::joined(A::Sha1, "", "", 0), None);
    }

    #[test]
    fn every_name_is_found_in_any_case() {
        for algorithm in A::ALL {
            assert_eq!(A::parse(&algorithm.as_str().to_uppercase()), Some(algorithm));
        }
        assert_eq!(A::parse("md5"), None);
    }
}
