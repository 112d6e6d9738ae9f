//! Reads the files of a zip archive: those that are stored or deflated, in an archive of up to 4 GiB in one file (APPNOTE.TXT
//! 4.3, without Zip64 and encryption). Wheels are such archives.

use std::io::{self, Read};

use flate2::CrcReader;
use flate2::read::DeflateDecoder;

const END: &[u8] = b"PK\x05\x06";
const ENTRY: &[u8] = b"PK\x01\x02";
const FILE: &[u8] = b"PK\x03\x04";
/// The lengths of the records without names and comments.
const END_LENGTH: usize = 22;
const ENTRY_LENGTH: usize = 46;
const FILE_LENGTH: usize = 30;

/// Calls `visit` with the name and the content of each file, in the order of the archive's directory.
///
/// # Errors
/// Returns `InvalidData` if the archive is damaged or has a feature that is not supported, and the errors of `visit`. Reading
/// the content fails if it is damaged.
pub(super) fn read<E: From<io::Error>>(archive: &[u8], mut visit: impl FnMut(&str, &mut dyn Read) -> Result<(), E>) -> Result<(), E> {
    // A comment of up to 64 KiB follows the record.
    let from = archive.len().saturating_sub(END_LENGTH + usize::from(u16::MAX));
    let end = memchr::memmem::rfind(&archive[from..], END).ok_or_else(|| invalid("the directory is missing"))?;
    let end = record(archive, from + end, END, END_LENGTH)?;
    let (entries, mut at) = (u16_at(end, 10), u32_at(end, 16));
    if entries == usize::from(u16::MAX) || at == u32::MAX as usize {
        return Err(invalid("Zip64 is not supported").into());
    }
    for _ in 0..entries {
        let entry = record(archive, at, ENTRY, ENTRY_LENGTH)?;
        let name_length = u16_at(entry, 28);
        let name = archive.get(at + ENTRY_LENGTH..at + ENTRY_LENGTH + name_length).ok_or_else(|| invalid("a name is cut off"))?;
        let name = String::from_utf8_lossy(name);
        if !name.ends_with('/') {
            visit(&name, &mut Content::open(archive, entry, &name)?)?;
        }
        at += ENTRY_LENGTH + name_length + u16_at(entry, 30) + u16_at(entry, 32);
    }
    Ok(())
}

/// The content of a file, which is compared with its checksum at the end.
struct Content<'a> {
    content: CrcReader<Box<dyn Read + 'a>>,
    name: String,
    checksum: u32,
}

impl<'a> Content<'a> {
    fn open(archive: &'a [u8], entry: &[u8], name: &str) -> io::Result<Content<'a>> {
        let broken = |what: &str| invalid(&format!("{name}: {what}"));
        let start = u32_at(entry, 42);
        let file = record(archive, start, FILE, FILE_LENGTH)?;
        let start = start + FILE_LENGTH + u16_at(file, 26) + u16_at(file, 28);
        let bytes = archive.get(start..).and_then(|rest| rest.get(..u32_at(entry, 20))).ok_or_else(|| broken("it is cut off"))?;
        if u16_at(entry, 8) & 1 == 1 {
            return Err(broken("encryption is not supported"));
        }
        let content: Box<dyn Read> = match u16_at(entry, 10) {
            0 => Box::new(bytes),
            8 => Box::new(DeflateDecoder::new(bytes)),
            method => return Err(broken(&format!("compression method {method} is not supported"))),
        };
        Ok(Content { content: CrcReader::new(content), name: name.to_owned(), checksum: u32_at(entry, 16) as u32 })
    }
}

impl Read for Content<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.content.read(buffer)?;
        if read == 0 && !buffer.is_empty() && self.content.crc().sum() != self.checksum {
            return Err(invalid(&format!("{}: the checksum is wrong", self.name)));
        }
        Ok(read)
    }
}

/// Returns the record of this length at a place, which begins with a signature.
fn record<'a>(archive: &'a [u8], at: usize, signature: &[u8], length: usize) -> io::Result<&'a [u8]> {
    let record = archive.get(at..).and_then(|rest| rest.get(..length));
    record.filter(|record| record.starts_with(signature)).ok_or_else(|| invalid("a record is missing"))
}

fn u16_at(record: &[u8], at: usize) -> usize {
    usize::from(u16::from_le_bytes([record[at], record[at + 1]]))
}

fn u32_at(record: &[u8], at: usize) -> usize {
    u16_at(record, at) | u16_at(record, at + 2) << 16
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("invalid zip archive: {what}"))
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    use super::*;

    fn archive() -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.add_directory("d", SimpleFileOptions::default()).unwrap();
        for (name, method) in [("d/stored", CompressionMethod::Stored), ("d/deflated", CompressionMethod::Deflated)] {
            zip.start_file(name, SimpleFileOptions::default().compression_method(method)).unwrap();
            zip.write_all(name.repeat(20).as_bytes()).unwrap();
        }
        zip.set_comment("a comment").unwrap();
        zip.finish().unwrap().into_inner()
    }

    fn contents(archive: &[u8]) -> io::Result<Vec<(String, String)>> {
        let mut files = Vec::new();
        read(archive, |name, content| {
            files.push((name.to_owned(), io::read_to_string(content)?));
            Ok::<_, io::Error>(())
        })?;
        Ok(files)
    }

    #[test]
    fn stored_and_deflated_files_are_read() {
        let expected = ["d/stored", "d/deflated"].map(|name| (name.to_owned(), name.repeat(20)));
        assert_eq!(contents(&archive()).unwrap(), expected);
    }

    #[test]
    fn damage_is_an_error() {
        let archive = archive();
        let stored = memchr::memmem::find(&archive, b"d/storedd/stored").unwrap();
        let mut changed = archive.clone();
        changed[stored + 20] ^= 1;
        let message = |bytes: &[u8]| contents(bytes).unwrap_err().to_string();
        assert_eq!(message(&changed), "invalid zip archive: d/stored: the checksum is wrong");
        assert_eq!(message(&archive[..archive.len() - 40]), "invalid zip archive: the directory is missing");
        assert_eq!(message(&archive[50..]), "invalid zip archive: a record is missing");
        assert_eq!(message(b"PK\x03\x04"), "invalid zip archive: the directory is missing");
        // No damage leads to a panic.
        for i in 0..archive.len() {
            let mut changed = archive.clone();
            changed[i] = 0xff;
            if let Err(error) = contents(&changed) {
                assert!(
                    matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof),
                    "{error}"
                );
            }
        }
    }
}
