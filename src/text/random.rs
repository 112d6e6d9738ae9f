//! Random bytes, fractions, and UUIDs from the system's source of randomness.

use super::encoding::push_hex;

/// Returns a random UUID (RFC 9562, version 4).
pub(crate) fn uuid() -> String {
    let mut bytes: [u8; 16] = bytes();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut text = String::with_capacity(36);
    let groups = [&bytes[..4], &bytes[4..6], &bytes[6..8], &bytes[8..10], &bytes[10..]];
    for (index, group) in groups.into_iter().enumerate() {
        if index > 0 {
            text.push('-');
        }
        push_hex(&mut text, group);
    }
    text
}

/// Returns a random number in [0, 1).
pub(crate) fn fraction() -> f64 {
    // A double has 53 bits of precision.
    (u64::from_le_bytes(bytes()) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Returns random bytes.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let random = ring::rand::SystemRandom::new();
    // This fails only on systems without any source of randomness.
    ring::rand::SecureRandom::fill(&random, &mut bytes).expect("the system has a source of randomness");
    bytes
}

#[cfg(test)]
mod tests {
    use super::{fraction, uuid};

    #[test]
    fn a_uuid_has_its_version_and_variant() {
        let text = uuid();
        assert_eq!(text.len(), 36);
        assert_eq!(&text[14..15], "4");
        assert!("89ab".contains(&text[19..20]));
        assert!([8, 13, 18, 23].into_iter().all(|at| &text[at..=at] == "-"));
        assert_ne!(text, uuid());
    }

    #[test]
    fn a_fraction_is_below_one() {
        assert!((0..1000).all(|_| (0.0..1.0).contains(&fraction())));
    }
}
