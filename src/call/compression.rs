//! Request compression, for the operations whose definition offers it (`requestcompression`).

use std::io::Read;

use flate2::Compression;
use flate2::read::GzEncoder;

use super::Call;
use crate::auth::Scheme;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Body, Request};

/// Compresses the body if the operation, the settings, and the body's size call for it.
pub(crate) fn apply(call: &mut Call<'_>) -> Result<()> {
    let settings = &call.client.settings;
    if call.is_answered() || settings.compression.disabled || call.client.auth.scheme() == Some(Scheme::V2) {
        return Ok(());
    }
    // gzip is the only supported encoding.
    if !call.operation.request_compression.iter().any(|e| e == "gzip") {
        return Ok(());
    }
    let least = settings.compression.min_size_bytes;
    let request = call.request_mut();
    if request.body.length().unwrap_or(0) < least {
        return Ok(());
    }
    gzip(request)?;
    call.uses("L");
    Ok(())
}

fn gzip(request: &mut Request) -> Result<()> {
    let mut compressed = Vec::new();
    let read = match &mut request.body {
        Body::Empty => return Ok(()),
        Body::Bytes(bytes) => GzEncoder::new(&bytes[..], Compression::default()).read_to_end(&mut compressed),
        Body::Reader(reader) => GzEncoder::new(reader, Compression::default()).read_to_end(&mut compressed),
    };
    read.map_err(|e| Error::new(ErrorKind::Stream, format!("The body cannot be read to be compressed: {e}")).with_source(e))?;
    request.body = compressed.into();
    let encoding = match request.headers.get("Content-Encoding") {
        Some(existing) => format!("{existing},gzip"),
        None => "gzip".to_owned(),
    };
    request.headers.set("Content-Encoding", encoding);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compressed_body_decompresses_and_is_announced() {
        let mut request = Request::new("POST", "https://h/");
        request.headers.set("Content-Encoding", "custom");
        request.body = vec![b'x'; 20_000].into();
        gzip(&mut request).unwrap();
        assert_eq!(request.headers.get("content-encoding"), Some("custom,gzip"));
        let Body::Bytes(bytes) = &request.body else { panic!("it is in memory") };
        assert!(bytes.len() < 1000);
        let mut content = String::new();
        flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut content).unwrap();
        assert_eq!(content.len(), 20_000);
    }
}
