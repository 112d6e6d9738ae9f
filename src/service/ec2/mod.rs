//! EC2: a second name for filters, base64 in two places, and copies between regions.

mod resource;

use super::{parameters, source_region};
use crate::call::Event;
use crate::client::Setup;
use crate::error::Result;
pub(super) use resource::{INSTANCE_METHODS, SERVICE_METHODS};

pub(super) fn customize(setup: &mut Setup<'_>) -> Result<()> {
    setup.on("before-parameter-build.ec2", filters)?;
    setup.on("before-parameter-build.ec2.RunInstances", parameters::encode_user_data)?;
    setup.on("before-call.ec2.CopySnapshot", source_region::presign_snapshot)?;
    setup.on("after-call.ec2.GetConsoleOutput", decode_output)
}

/// Most operations have `Filters`, a few `Filter`; these take both.
fn filters(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    let input = event.service().input(event.operation())?;
    let singular = input.and_then(|i| i.structure()).is_some_and(|s| s.member("Filter").is_some());
    if singular { parameters::accept_alias(event, "Filter", "Filters") } else { Ok(()) }
}

/// The console's output comes in base64; what is no base64 stays as it is.
fn decode_output(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    if let Some(output) = event.result_mut().and_then(|result| result.get_mut("Output"))
        && let Some(bytes) = output.as_str().and_then(decode)
    {
        *output = String::from_utf8_lossy(&bytes).into_owned().into();
    }
    Ok(())
}

/// Base64 as leniently as boto3 reads it: what is not of the alphabet is passed over, and what follows the
/// padding is ignored. Nothing if the text ends in the middle of a group.
fn decode(text: &str) -> Option<Vec<u8>> {
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
    fn base64_is_read_leniently() {
        let decoded = |text: &str| decode(text).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
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
    fn what_ends_in_the_middle_is_no_base64() {
        for text in ["a", "aGk", "aG=k", "aGVsbG8", "aGk=\u{e9}"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
