//! A response body whose checksum is verified at its end.

use std::io::{self, Read};

use super::digest::{Checksum, ChecksumAlgorithm};
use super::response::ResponseBody;
use crate::error::{Error, ErrorKind, Result};

/// The body, verified: at once where it is in memory, otherwise when its reader comes to the end.
pub(crate) fn verified(body: ResponseBody, algorithm: ChecksumAlgorithm, expected: String) -> Result<ResponseBody> {
    match body {
        ResponseBody::Bytes(bytes) => {
            let mut checksum = Checksum::new(algorithm);
            checksum.update(&bytes);
            compare(checksum, &expected)?;
            Ok(ResponseBody::Bytes(bytes))
        }
        ResponseBody::Reader(reader) => {
            Ok(ResponseBody::Reader(Box::new(Verified { reader, checksum: Some(Checksum::new(algorithm)), expected })))
        }
    }
}

struct Verified {
    reader: Box<dyn Read + Send>,
    /// Nothing once it is compared.
    checksum: Option<Checksum>,
    expected: String,
}

impl Read for Verified {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.reader.read(buf)?;
        if n > 0 {
            if let Some(checksum) = &mut self.checksum {
                checksum.update(&buf[..n]);
            }
        } else if !buf.is_empty()
            && let Some(checksum) = self.checksum.take()
        {
            compare(checksum, &self.expected)?;
        }
        Ok(n)
    }
}

fn compare(checksum: Checksum, expected: &str) -> Result<()> {
    let calculated = checksum.finish();
    if calculated == expected {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Checksum, format!("Expected checksum {expected} did not match calculated checksum: {calculated}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_checksum_is_a_typed_error_at_the_end_of_the_stream() {
        let body = ResponseBody::Reader(Box::new(&b"hello"[..]));
        let ResponseBody::Reader(mut reader) = verified(body, ChecksumAlgorithm::Crc32, "AAAAAA==".to_owned()).unwrap() else {
            unreachable!()
        };
        let error = Error::from_stream(reader.read_to_end(&mut Vec::new()).unwrap_err());
        assert_eq!(error.kind(), ErrorKind::Checksum);
        let right = verified(ResponseBody::Bytes(b"hello".into()), ChecksumAlgorithm::Crc32, "NhCmhg==".to_owned());
        assert!(right.is_ok());
    }
}
