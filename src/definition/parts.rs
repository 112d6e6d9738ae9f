//! The form in which the crate embeds `service-2.json`: parts that are inflated when they are first needed.
//!
//! A call needs a few operations and shapes of a definition. Inflating the whole definition and scanning it for their ranges is
//! most of the cost of a first client. Therefore `definitions embed` writes it in parts:
//!
//! - the head: the file without operations and shapes, and the names of the operations;
//! - the index: the names of the shapes, the first entry of each block, and the shapes that are errors;
//! - blocks of about 24 KiB with the operations, followed by the shapes, one per line, in which a reference to a shape is its
//!   number instead of its name. Shapes are ordered so that those of one operation are in few blocks.
//!
//! Each part is deflated. The names of the operations are the dictionary of the index, those of the shapes are that of the blocks.
//! [`Parts::text`] returns the text of the file.
//!
//! The numbers of [`Header`] come first, then the lengths of the deflated parts, then the parts. All numbers have seven bits per
//! byte, the lowest first; the highest bit is set in all bytes but the last.

use std::sync::{Mutex, OnceLock, PoisonError};

use flate2::{Decompress, FlushDecompress, Status};
use memchr::memmem;
use serde_json::value::RawValue;

use super::json::Object;
use crate::error::{Error, ErrorKind, Result};

/// The part of the dictionary that deflate can use.
const WINDOW: usize = 32 << 10;
/// The key of a reference to a shape. Inside a string, its quotation marks would be escaped.
pub(crate) const REFERENCE: &str = "\"shape\":";

/// A definition in parts.
pub struct Parts<'a> {
    header: Header,
    /// The deflated index, and the deflated blocks.
    index_part: &'a [u8],
    block_parts: Box<[&'a [u8]]>,
    /// The file with empty objects for operations and shapes, followed by the names of the operations, one per line.
    head: String,
    operation_names: Lines,
    index: OnceLock<Index>,
    blocks: Box<[OnceLock<Block>]>,
}

/// The numbers at the beginning of a file.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Header {
    pub operations: usize,
    pub shapes: usize,
    /// 1 if an operation discovers endpoints.
    pub discovers_endpoints: usize,
    /// 1 if the shapes are not in the order of the file, which is that of their names.
    pub reordered: usize,
    /// The lengths of the inflated head, of the JSON in it, of the inflated index, and of the names in it.
    pub head: usize,
    pub json: usize,
    pub index: usize,
    pub names: usize,
    pub blocks: usize,
}

/// The names of the shapes, and where each entry is.
#[derive(Default)]
struct Index {
    names: String,
    lines: Lines,
    /// The first entry and the inflated length of each block.
    blocks: Box<[(usize, usize)]>,
    errors: Box<[u32]>,
}

/// Entries, one per line.
struct Block {
    text: Box<str>,
    lines: Lines,
}

/// The ends of the lines of a text.
#[derive(Default)]
struct Lines(Box<[u32]>);

impl Lines {
    fn of(text: &str, count: usize) -> Lines {
        let mut ends = Vec::with_capacity(count);
        ends.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|end| end as u32));
        Lines(ends.into())
    }

    fn line<'t>(&self, text: &'t str, i: usize) -> Option<&'t str> {
        let start = if i == 0 { 0 } else { *self.0.get(i - 1)? as usize + 1 };
        text.get(start..*self.0.get(i)? as usize)
    }
}

impl Header {
    #[cfg(feature = "cli")]
    pub(crate) fn numbers(&self) -> [usize; 9] {
        let Header { operations, shapes, discovers_endpoints, reordered, head, json, index, names, blocks } = *self;
        [operations, shapes, discovers_endpoints, reordered, head, json, index, names, blocks]
    }

    fn read(bytes: &mut &[u8]) -> Option<Header> {
        let mut header = Header::default();
        let Header { operations, shapes, discovers_endpoints, reordered, head, json, index, names, blocks } = &mut header;
        for field in [operations, shapes, discovers_endpoints, reordered, head, json, index, names, blocks] {
            *field = read_number(bytes)?;
        }
        Some(header)
    }
}

impl<'a> Parts<'a> {
    /// Opens a definition.
    ///
    /// # Errors
    /// Returns [`ErrorKind::InvalidDefinition`] if the head is damaged.
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Parts<'a>> {
        Parts::read(bytes).unwrap_or_else(|| Err(damaged()))
    }

    fn read(mut bytes: &'a [u8]) -> Option<Result<Parts<'a>>> {
        let header = Header::read(&mut bytes)?;
        if header.blocks > bytes.len() {
            return None;
        }
        let lengths = (0..header.blocks + 2).map(|_| read_number(&mut bytes)).collect::<Option<Vec<usize>>>()?;
        let mut parts = Vec::with_capacity(lengths.len());
        for length in lengths {
            let (part, rest) = bytes.split_at_checked(length)?;
            parts.push(part);
            bytes = rest;
        }
        let block_parts: Box<[&[u8]]> = parts.split_off(2).into();
        Some(inflate(parts[0], header.head, &[]).map(|head| Parts {
            operation_names: Lines::of(head.get(header.json..).unwrap_or_default(), header.operations),
            header,
            index_part: parts[1],
            head,
            index: OnceLock::new(),
            blocks: block_parts.iter().map(|_| OnceLock::new()).collect(),
            block_parts,
        }))
    }

    /// Returns the file with empty objects for operations and shapes.
    pub(super) fn json(&self) -> &str {
        self.head.get(..self.header.json).unwrap_or_default()
    }

    pub(super) fn operations(&self) -> usize {
        self.header.operations
    }

    pub(super) fn shapes(&self) -> usize {
        self.header.shapes
    }

    pub(super) fn discovers_endpoints(&self) -> bool {
        self.header.discovers_endpoints != 0
    }

    pub(super) fn operation_name(&self, i: usize) -> Option<&str> {
        self.operation_names.line(self.operation_names_text(), i)
    }

    fn operation_names_text(&self) -> &str {
        self.head.get(self.header.json..).unwrap_or_default()
    }

    pub(super) fn shape_name(&self, i: usize) -> Option<&str> {
        let index = self.index();
        index.lines.line(&index.names, i)
    }

    /// Returns the numbers of the shapes in the order of the file.
    pub(super) fn shape_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.shapes()).collect();
        if self.header.reordered != 0 {
            order.sort_by_key(|i| self.shape_name(*i));
        }
        order
    }

    /// Finds a shape by its name. References between shapes do not need this.
    pub(super) fn shape_index(&self, name: &str) -> Option<usize> {
        let index = self.index();
        let names = index.names.as_bytes();
        if name.is_empty() || name.contains('\n') {
            return None;
        }
        memmem::find_iter(names, name).find_map(|start| {
            let end = start + name.len();
            let whole = (start == 0 || names[start - 1] == b'\n') && names.get(end) == Some(&b'\n');
            whole.then(|| index.lines.0.binary_search(&(end as u32)).ok())?
        })
    }

    /// Returns the shapes that are errors, in the order of the file.
    pub(super) fn errors(&self) -> impl Iterator<Item = usize> {
        self.index().errors.iter().map(|i| *i as usize)
    }

    /// Returns the JSON of an operation.
    pub(super) fn operation(&self, i: usize) -> Result<&str> {
        self.entry(i)
    }

    /// Returns the JSON of a shape.
    pub(super) fn shape(&self, i: usize) -> Result<&str> {
        self.entry(self.header.operations + i)
    }

    fn entry(&self, i: usize) -> Result<&str> {
        let blocks = &self.index().blocks;
        let number = blocks.partition_point(|(first, _)| *first <= i).checked_sub(1).ok_or_else(damaged)?;
        let (first, length) = blocks[number];
        let block = self.block(number, length)?;
        block.lines.line(&block.text, i - first).ok_or_else(damaged)
    }

    fn block(&self, number: usize, length: usize) -> Result<&Block> {
        let cell = &self.blocks[number];
        if let Some(block) = cell.get() {
            return Ok(block);
        }
        let text = inflate(self.block_parts[number], length, dictionary(&self.index().names))?;
        Ok(cell.get_or_init(|| Block { lines: Lines::of(&text, 0), text: text.into() }))
    }

    /// The index of a damaged file is empty, so that every access returns an error.
    fn index(&self) -> &Index {
        self.index.get_or_init(|| self.read_index().unwrap_or_default())
    }

    fn read_index(&self) -> Option<Index> {
        let mut names = inflate_bytes(self.index_part, self.header.index, dictionary(self.operation_names_text())).ok()?;
        let numbers = (self.header.names <= names.len()).then(|| names.split_off(self.header.names))?;
        let names = String::from_utf8(names).ok()?;
        let mut numbers = numbers.as_slice();
        let mut first = 0;
        let blocks = (0..self.header.blocks).map(|_| {
            let (entries, length) = (read_number(&mut numbers)?, read_number(&mut numbers)?);
            first += entries;
            Some((first - entries, length))
        });
        let blocks = blocks.collect::<Option<_>>()?;
        let mut errors = Vec::new();
        while !numbers.is_empty() {
            errors.push(u32::try_from(read_number(&mut numbers)?).ok()?);
        }
        Some(Index { lines: Lines::of(&names, self.header.shapes), names, blocks, errors: errors.into() })
    }

    /// Returns the text of the file.
    ///
    /// # Errors
    /// Returns [`ErrorKind::InvalidDefinition`] if a part is damaged.
    pub(crate) fn text(&self) -> Result<String> {
        let top: Object<'_, &RawValue> = serde_json::from_str(self.json()).map_err(|_| damaged())?;
        let mut out = String::with_capacity(self.head.len() + 2 * self.index().blocks.iter().map(|(_, length)| length).sum::<usize>());
        let mut separator = '{';
        for (key, value) in &top.0 {
            out.push(std::mem::replace(&mut separator, ','));
            out.extend(["\"", key, "\":"]);
            match &**key {
                "operations" => {
                    self.write_object((0..self.operations()).map(|i| (self.operation_name(i), self.operation(i))), &mut out)?;
                }
                "shapes" => {
                    self.write_object(self.shape_order().into_iter().map(|i| (self.shape_name(i), self.shape(i))), &mut out)?;
                }
                _ => out.push_str(value.get()),
            }
        }
        out.push('}');
        Ok(out)
    }

    fn write_object<'e>(&self, entries: impl Iterator<Item = (Option<&'e str>, Result<&'e str>)>, out: &mut String) -> Result<()> {
        let mut separator = '{';
        for (name, text) in entries {
            out.push(std::mem::replace(&mut separator, ','));
            out.extend(["\"", name.ok_or_else(damaged)?, "\":"]);
            self.write_named(text?, out)?;
        }
        out.push_str(if separator == '{' { "{}" } else { "}" });
        Ok(())
    }

    /// Writes an entry with the names of the shapes to which it refers.
    fn write_named(&self, mut text: &str, out: &mut String) -> Result<()> {
        while let Some(at) = text.find(REFERENCE) {
            let (before, after) = text.split_at(at + REFERENCE.len());
            let digits = after.bytes().take_while(u8::is_ascii_digit).count();
            out.push_str(before);
            if digits > 0 {
                let name = after[..digits].parse().ok().and_then(|i| self.shape_name(i)).ok_or_else(damaged)?;
                out.extend(["\"", name, "\""]);
            }
            text = &after[digits..];
        }
        out.push_str(text);
        Ok(())
    }
}

/// Returns the part of the names that deflate can use as a dictionary.
pub(crate) fn dictionary(names: &str) -> &[u8] {
    &names.as_bytes()[names.len().saturating_sub(WINDOW)..]
}

/// Returns the members of an object, unparsed, in the order of the text.
///
/// # Errors
/// If the text is not an object.
#[cfg(feature = "cli")]
pub(crate) fn members(text: &str) -> serde_json::Result<Vec<(std::borrow::Cow<'_, str>, &RawValue)>> {
    serde_json::from_str(text).map(|object: Object<'_, &RawValue>| object.0)
}

/// Reads a number from the beginning of `bytes`.
fn read_number(bytes: &mut &[u8]) -> Option<usize> {
    let mut number = 0;
    for shift in (0..32).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

/// Inflates a text of this length.
pub(super) fn inflate(deflated: &[u8], length: usize, dictionary: &[u8]) -> Result<String> {
    String::from_utf8(inflate_bytes(deflated, length, dictionary)?).map_err(|_| damaged())
}

/// An inflater that is not in use. A call inflates several parts, and each inflater has a window to allocate.
static SPARE: Mutex<Option<Decompress>> = Mutex::new(None);

fn inflate_bytes(deflated: &[u8], length: usize, dictionary: &[u8]) -> Result<Vec<u8>> {
    let spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner).take();
    let mut inflater = spare.unwrap_or_else(|| Decompress::new(false));
    inflater.reset(false);
    if !dictionary.is_empty() {
        inflater.set_dictionary(dictionary).map_err(|_| damaged())?;
    }
    let mut inflated = Vec::with_capacity(length);
    let status = inflater.decompress_vec(deflated, &mut inflated, FlushDecompress::Finish);
    *SPARE.lock().unwrap_or_else(PoisonError::into_inner) = Some(inflater);
    match status {
        Ok(Status::StreamEnd) if inflated.len() == length => Ok(inflated),
        _ => Err(damaged()),
    }
}

fn damaged() -> Error {
    Error::new(ErrorKind::InvalidDefinition, "The parts of the definition are damaged.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_seven_bits_per_byte() {
        let read = |mut bytes: &[u8]| read_number(&mut bytes).map(|number| (number, bytes.len()));
        assert_eq!(read(&[5, 1]), Some((5, 1)));
        assert_eq!(read(&[0x80 | 0x2c, 2]), Some((300, 0)));
        assert_eq!(read(&[0x80]), None);
        assert_eq!(read(&[0x80; 9]), None);
    }

    #[test]
    fn damaged_bytes_are_rejected() {
        for bytes in [&b""[..], &[1; 11], &[0; 11], &[0xff; 60]] {
            let error = Parts::open(bytes).err().unwrap();
            assert_eq!(error.kind(), ErrorKind::InvalidDefinition, "{bytes:?}");
        }
    }
}
