//! Base64 as bodies and headers have it: standard alphabet, padded, one line.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Appends `bytes` in base64.
pub(super) fn push_base64(out: &mut String, bytes: &[u8]) {
    STANDARD.encode_string(bytes, out);
}
