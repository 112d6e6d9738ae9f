//! CBOR heads and numbers (RFC 8949, section 3): definite lengths, the shortest head.

use crate::value::Timestamp;

/// The kinds of data item that have an argument.
#[derive(Clone, Copy)]
pub(super) enum Major {
    Unsigned = 0,
    Negative = 1,
    Bytes = 2,
    Text = 3,
    List = 4,
    Map = 5,
}

/// CBOR that grows.
#[derive(Default)]
pub(super) struct CborText {
    pub bytes: Vec<u8>,
}

impl CborText {
    pub fn head(&mut self, major: Major, argument: u64) {
        let major = (major as u8) << 5;
        match argument {
            0..24 => self.bytes.push(major | argument as u8),
            24..=0xff => self.bytes.extend([major | 24, argument as u8]),
            0x100..=0xffff => self.sized(major | 25, &(argument as u16).to_be_bytes()),
            0x1_0000..=0xffff_ffff => self.sized(major | 26, &(argument as u32).to_be_bytes()),
            _ => self.sized(major | 27, &argument.to_be_bytes()),
        }
    }

    /// A whole number; `None` beyond what CBOR's integers hold (−2⁶⁴ to 2⁶⁴−1).
    pub fn int(&mut self, number: i128) -> Option<()> {
        match number {
            0.. => self.head(Major::Unsigned, u64::try_from(number).ok()?),
            _ => self.head(Major::Negative, u64::try_from(-1 - number).ok()?),
        }
        Some(())
    }

    pub fn text(&mut self, text: &str) {
        self.head(Major::Text, text.len() as u64);
        self.bytes.extend(text.as_bytes());
    }

    pub fn blob(&mut self, bytes: &[u8]) {
        self.head(Major::Bytes, bytes.len() as u64);
        self.bytes.extend(bytes);
    }

    pub fn bool(&mut self, value: bool) {
        self.bytes.push(if value { 0xf5 } else { 0xf4 });
    }

    /// Four bytes, whether or not the number loses digits; the not finite ones in two.
    pub fn float(&mut self, number: f64) {
        match number.is_finite() {
            true => self.sized(0xfa, &(number as f32).to_be_bytes()),
            false => self.not_finite(number),
        }
    }

    /// Eight bytes, the not finite ones in two.
    pub fn double(&mut self, number: f64) {
        match number.is_finite() {
            true => self.sized(0xfb, &number.to_be_bytes()),
            false => self.not_finite(number),
        }
    }

    /// Tag 1: seconds since the epoch, as a double where they have a fraction.
    pub fn timestamp(&mut self, timestamp: Timestamp) {
        self.bytes.push(0xc1);
        match timestamp.nanoseconds() {
            0..1000 => {
                self.int(timestamp.seconds().into()).expect("any i64 is a CBOR integer");
            }
            _ => self.double(timestamp.as_f64()),
        }
    }

    fn not_finite(&mut self, number: f64) {
        let half: u16 = match number {
            f64::INFINITY => 0x7c00,
            f64::NEG_INFINITY => 0xfc00,
            _ => 0x7e00,
        };
        self.sized(0xf9, &half.to_be_bytes());
    }

    fn sized(&mut self, head: u8, argument: &[u8]) {
        self.bytes.push(head);
        self.bytes.extend(argument);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(write: impl FnOnce(&mut CborText)) -> String {
        let mut cbor = CborText::default();
        write(&mut cbor);
        cbor.bytes.iter().map(|b| format!("{b:02x}")).collect()
    }

    #[test]
    fn heads_are_the_shortest() {
        for (number, bytes) in [
            (23, "17"),
            (24, "1818"),
            (-25, "3818"),
            (255, "18ff"),
            (256, "190100"),
            (300, "19012c"),
            (65_536, "1a00010000"),
            (70_000, "1a00011170"),
            (1 << 33, "1b0000000200000000"),
            (i128::from(u64::MAX), "1bffffffffffffffff"),
            (i128::from(i64::MIN), "3b7fffffffffffffff"),
        ] {
            assert_eq!(hex(|c| c.int(number).unwrap()), bytes);
        }
        assert!(CborText::default().int(1 << 64).is_none());
    }

    #[test]
    fn floats_have_their_type_s_width() {
        assert_eq!(hex(|c| c.float(1.5)), "fa3fc00000");
        assert_eq!(hex(|c| c.double(3.0)), "fb4008000000000000");
        assert_eq!(hex(|c| c.double(f64::NAN)), "f97e00");
        assert_eq!(hex(|c| c.float(f64::NEG_INFINITY)), "f9fc00");
        assert_eq!(hex(|c| c.timestamp(Timestamp::new(1, 500_000_000))), "c1fb3ff8000000000000");
        assert_eq!(hex(|c| c.timestamp(Timestamp::new(0, 999))), "c100");
    }
}
