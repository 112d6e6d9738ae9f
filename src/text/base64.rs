//! Base64 as Python reads it. Strict base64 is the `base64` crate's.

/// Decodes as Python does: characters outside the alphabet are skipped, and what follows the padding is ignored. `None` if
/// the text ends within a group or is not ASCII.
pub(crate) fn decode_lenient(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut group, mut digits, mut padding) = (0_u32, 0, 0);
    for byte in text.bytes() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' if digits >= 2 => {
                padding += 1;
                if digits + padding == 4 {
                    return Some(bytes);
                }
                continue;
            }
            _ => continue,
        };
        padding = 0;
        group = group << 6 | u32::from(digit);
        if digits > 0 {
            // The shift is 4, 2 and 0 for the second, third and fourth digit; the cast cuts off what was taken before.
            bytes.push((group >> (6 - 2 * digits)) as u8);
        }
        digits = (digits + 1) % 4;
    }
    (digits == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_characters_are_skipped() {
        let decoded = |text: &str| decode_lenient(text).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        assert_eq!(decoded("aGVsbG8=").as_deref(), Some("hello"));
        assert_eq!(decoded("a GVs bG8=!!\n").as_deref(), Some("hello"));
        assert_eq!(decoded("aGk=aGk=").as_deref(), Some("hi"));
        assert_eq!(decoded("aA==").as_deref(), Some("h"));
        assert_eq!(decoded("YWJjZGVm").as_deref(), Some("abcdef"));
        assert_eq!(decoded("").as_deref(), Some(""));
        assert_eq!(decoded("====").as_deref(), Some(""));
        assert_eq!(decoded(" lead and trail ").as_deref(), Some("\u{fffd}\u{fffd}jwm\u{fffd}\u{fffd}\u{fffd}"));
    }

    #[test]
    fn an_incomplete_group_is_rejected() {
        for text in ["a", "aGk", "aG=k", "aGVsbG8", "aGk=\u{e9}"] {
            assert_eq!(decode_lenient(text), None, "{text}");
        }
    }
}
