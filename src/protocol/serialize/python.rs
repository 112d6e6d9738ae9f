//! Floats as botocore's runtime prints them, which is what goes to the wire.

use std::fmt::Write as _;

/// Appends `number`: the fewest digits that read back as the same double, `3.0` for whole numbers, an
/// exponent of at least two digits from 1e+16 up and below 0.0001; `NaN`, `Infinity`, `-Infinity`.
pub(crate) fn push_float(out: &mut String, number: f64) {
    if number.is_nan() {
        return out.push_str("NaN");
    }
    if number.is_infinite() {
        return out.push_str(if number > 0.0 { "Infinity" } else { "-Infinity" });
    }
    let start = out.len();
    // `{:?}` has the same digits and the same thresholds; only its exponents look otherwise.
    write!(out, "{number:?}").expect("writing to a String succeeds");
    let Some(e) = out[start..].find('e').map(|at| start + at) else { return };
    let exponent = out.split_off(e);
    let (sign, digits) = match exponent[1..].strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', &exponent[1..]),
    };
    write!(out, "e{sign}{digits:0>2}").expect("writing to a String succeeds");
}

#[cfg(test)]
mod tests {
    use super::push_float;

    #[test]
    fn floats_look_as_python_prints_them() {
        for (number, text) in [
            (1.5, "1.5"),
            (3.0, "3.0"),
            (-0.0, "-0.0"),
            (1e22, "1e+22"),
            (1e-7, "1e-07"),
            (1e16, "1e+16"),
            (9_999_999_999_999_998.0, "9999999999999998.0"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (1.234_567_890_123_456_8e17, "1.2345678901234568e+17"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (0.1 + 0.2, "0.30000000000000004"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            let mut out = String::from("e=");
            push_float(&mut out, number);
            assert_eq!(out, format!("e={text}"));
        }
    }
}
