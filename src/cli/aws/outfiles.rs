//! The files that take a part of a response: the body of a stream, events, certificates, and keys.
//!
//! All of them are opened before the request is sent, so that an unusable path does not cost the result of a call that cannot
//! be repeated. Each is replaced as a whole or not at all.

use std::io::{self, Write};
use std::path::PathBuf;

use super::files;
use super::invocation::Invocation;
use super::run::presentable;
use crate::Stream;
use crate::cli::failure::{Failure, Result};
use crate::cli::output;
use crate::cli::replace_file::ReplaceFile;
use crate::value::{Map, Value};

/// An option that writes a part of the response to a file.
struct PartFile {
    operation: &'static str,
    option: &'static str,
    /// Where the part is in the response.
    path: &'static str,
    is_private: bool,
}

const fn part(operation: &'static str, option: &'static str, path: &'static str, is_private: bool) -> PartFile {
    PartFile { operation, option, path, is_private }
}

const PART_FILES: &[PartFile] = &[
    part("CreateCertificateFromCsr", "certificate-pem-outfile", "certificatePem", false),
    part("CreateKeysAndCertificate", "certificate-pem-outfile", "certificatePem", false),
    part("CreateKeysAndCertificate", "public-key-outfile", "keyPair.PublicKey", false),
    part("CreateKeysAndCertificate", "private-key-outfile", "keyPair.PrivateKey", true),
    part("CreateVirtualMFADevice", "outfile", "VirtualMFADevice", true),
];

/// The opened files of a command line.
pub(super) struct Outfiles<'a> {
    invocation: &'a Invocation,
    body: Option<Target>,
    parts: Vec<(&'static PartFile, OpenFile)>,
}

/// Whether the output of the command is complete.
#[derive(PartialEq)]
pub(super) enum Printed {
    /// The body went to standard output, which has no place for the rest of the response.
    Yes,
    No,
}

enum Target {
    StandardOutput,
    File(OpenFile),
}

struct OpenFile {
    file: ReplaceFile,
    path: PathBuf,
}

impl OpenFile {
    fn create(word: &str, is_private: bool) -> Result<OpenFile> {
        let path = files::expand(word);
        let create = if is_private { ReplaceFile::create_private } else { ReplaceFile::create };
        match create(&path) {
            Ok(file) => Ok(OpenFile { file, path }),
            Err(error) => Err(Failure::general(format!("{}: {error}", path.display()))),
        }
    }

    /// Writes the whole content and puts the file in its place.
    fn write(mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
        let written = write(&mut self.file).and_then(|()| self.file.finish());
        written.map_err(|error| match error.downcast::<crate::Error>() {
            Ok(error) => error.into(),
            Err(error) => Failure::general(format!("{}: {error}", self.path.display())),
        })
    }
}

impl<'a> Outfiles<'a> {
    /// Opens the files of a command line; none if the request is only printed.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub(super) fn open(invocation: &'a Invocation) -> Result<Outfiles<'a>> {
        if invocation.globals.print_request.is_some() {
            return Ok(Outfiles { invocation, body: None, parts: Vec::new() });
        }
        let body = match invocation.outfile.as_deref() {
            None => None,
            Some("-") => Some(Target::StandardOutput),
            Some(path) => Some(Target::File(OpenFile::create(path, false)?)),
        };
        let of_operation = PART_FILES.iter().filter(|part| part.operation == invocation.operation);
        let parts = of_operation.filter_map(|part| Some((part, OpenFile::create(word(invocation, part.option)?, part.is_private))));
        let parts = parts.map(|(part, file)| Ok((part, file?))).collect::<Result<Vec<_>>>()?;
        Ok(Outfiles { invocation, body, parts })
    }

    /// Writes the files and removes their streams from the response.
    ///
    /// # Errors
    /// If a stream breaks off or a file cannot be written.
    pub(super) fn write(self, response: &mut Map) -> Result<Printed> {
        for (part, file) in self.parts {
            let content = match part.operation {
                "CreateVirtualMFADevice" => take_seed(self.invocation, response),
                _ => Value::from(response.clone()).search(part.path)?.as_str().unwrap_or_default().as_bytes().to_vec(),
            };
            file.write(|out| out.write_all(&content))?;
        }
        let streams: Vec<(String, Stream)> =
            response.iter().filter_map(|(name, value)| Some((name.to_string(), value.as_stream()?.clone()))).collect();
        let mut body = self.body;
        let mut printed = Printed::No;
        for (name, stream) in streams {
            response.remove(&name);
            let target = body.take();
            if matches!(target, Some(Target::StandardOutput)) {
                printed = Printed::Yes;
            }
            match (stream.events(), target) {
                (Some(events), Some(Target::File(file))) => file.write(|out| write_events(events, out))?,
                (Some(events), _) => output::print(|out| write_events(events, out))?,
                (None, Some(Target::File(file))) => file.write(|out| copy(&stream, out))?,
                (None, Some(Target::StandardOutput)) => output::print(|out| copy(&stream, out))?,
                (None, None) => {}
            }
        }
        Ok(printed)
    }
}

fn word<'i>(invocation: &'i Invocation, option: &str) -> Option<&'i str> {
    invocation.added.iter().find(|(known, _)| *known == option)?.1.first().map(String::as_str)
}

/// Takes both forms of the seed of an MFA device out of the response, and returns the one that was requested.
fn take_seed(invocation: &Invocation, response: &mut Map) -> Vec<u8> {
    let Some(device) = response.get("VirtualMFADevice").and_then(Value::as_map) else { return Vec::new() };
    let mut device = device.clone();
    let method = word(invocation, "bootstrap-method").unwrap_or_default();
    let seed = device.get(method).and_then(Value::as_bytes).map(<[u8]>::to_vec).unwrap_or_default();
    device.remove("Base32StringSeed");
    device.remove("QRCodePNG");
    response.insert("VirtualMFADevice", device);
    seed
}

/// Events as JSON lines while they arrive.
fn write_events(events: impl Iterator<Item = crate::Result<Value>>, out: &mut dyn Write) -> io::Result<()> {
    for event in events {
        let event = event.map_err(io::Error::other)?;
        writeln!(out, "{}", serde_json::to_string(&presentable(event))?)?;
        out.flush()?;
    }
    Ok(())
}

fn copy(stream: &Stream, out: &mut dyn Write) -> io::Result<()> {
    let mut body = stream.take().ok_or_else(|| io::Error::other("The body was already read."))?;
    io::copy(&mut body, out).map(drop)
}
