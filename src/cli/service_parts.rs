//! Writes a service definition in the parts that the crate embeds; `definition::parts` describes and reads them.

use std::collections::HashMap;
use std::ops::Range;

use anyhow::ensure;
use flate2::{Compress, Compression, FlushCompress, Status};
use memchr::memmem;

use crate::definition::parts::{Header, Parts, REFERENCE, dictionary, members};

/// A block ends with the entry that reaches this length. Smaller blocks take more space; larger ones take longer to inflate.
const BLOCK: usize = 24 << 10;

/// Returns the parts of a definition. Its text has no white space.
///
/// # Errors
/// If the text is not a definition, or the parts do not give the same text.
pub(crate) fn divide(text: &str) -> anyhow::Result<Vec<u8>> {
    let top = members(text)?;
    let entries = |section: &str| match top.iter().find(|(key, _)| key == section) {
        Some((_, raw)) => members(raw.get()).map(|members| members.into_iter().map(|(name, raw)| (name, raw.get())).collect()),
        None => Ok(Vec::new()),
    };
    let (operations, in_file) = (entries("operations")?, entries("shapes")?);
    let is_sorted = in_file.is_sorted_by_key(|(name, _)| name);
    let places = if is_sorted { by_operation(&operations, &in_file) } else { (0..in_file.len()).collect() };
    let shapes: Vec<_> = places.iter().map(|place| &in_file[*place]).collect();
    let numbers: HashMap<&str, usize> = shapes.iter().enumerate().map(|(i, (name, _))| (&**name, i)).collect();

    let mut head = String::from("{");
    for (i, (key, raw)) in top.iter().enumerate() {
        let value = if matches!(&**key, "operations" | "shapes") { "{}" } else { raw.get() };
        let separator = if i == 0 { "" } else { "," };
        head.extend([separator, "\"", key, "\":", value]);
    }
    head.push('}');
    let json = head.len();
    operations.iter().for_each(|(name, _)| head.extend([name, "\n"]));

    let names: String = shapes.iter().flat_map(|(name, _)| [name, "\n"]).collect();
    let mut blocks: Vec<(usize, String)> = Vec::new();
    for (_, text) in operations.iter().chain(shapes.iter().copied()) {
        if blocks.last().is_none_or(|(_, block)| block.len() >= BLOCK) {
            blocks.push((0, String::new()));
        }
        if let Some((entries, block)) = blocks.last_mut() {
            *entries += 1;
            block.extend([numbered(text, &numbers).as_str(), "\n"]);
        }
    }
    let mut block_table = Vec::new();
    blocks.iter().flat_map(|(entries, block)| [*entries, block.len()]).for_each(|number| write_number(number, &mut block_table));
    for (name, _) in in_file.iter().filter(|(_, text)| text.contains("\"exception\"")) {
        write_number(numbers[&**name], &mut block_table);
    }
    let header = Header {
        operations: operations.len(),
        shapes: shapes.len(),
        discovers_endpoints: text.contains("\"endpointoperation\"").into(),
        reordered: is_sorted.into(),
        head: head.len(),
        json,
        index: names.len() + block_table.len(),
        names: names.len(),
        blocks: blocks.len(),
    };
    let index = [names.as_bytes(), &block_table].concat();
    let mut deflated = vec![deflate(head.as_bytes(), &[])?, deflate(&index, dictionary(&head[json..]))?];
    for (_, block) in &blocks {
        deflated.push(deflate(block.as_bytes(), dictionary(&names))?);
    }
    let mut out = Vec::new();
    header.numbers().into_iter().chain(deflated.iter().map(Vec::len)).for_each(|number| write_number(number, &mut out));
    out.extend(deflated.concat());
    ensure!(Parts::open(&out)?.text()? == text, "the parts do not give the same definition");
    Ok(out)
}

/// Returns the places of the shapes so that those of each operation follow each other: each shape precedes those to which it refers.
fn by_operation(operations: &[(std::borrow::Cow<'_, str>, &str)], shapes: &[(std::borrow::Cow<'_, str>, &str)]) -> Vec<usize> {
    let places: HashMap<&str, usize> = shapes.iter().enumerate().map(|(place, (name, _))| (&**name, place)).collect();
    let referred = |text: &str| references(text).filter_map(|name| places.get(&text[name]).copied()).rev().collect::<Vec<_>>();
    let (mut order, mut seen) = (Vec::with_capacity(shapes.len()), vec![false; shapes.len()]);
    let mut follow = |mut waiting: Vec<usize>| {
        while let Some(place) = waiting.pop() {
            if !std::mem::replace(&mut seen[place], true) {
                order.push(place);
                waiting.extend(referred(shapes[place].1));
            }
        }
    };
    operations.iter().for_each(|(_, text)| follow(referred(text)));
    follow((0..shapes.len()).rev().collect());
    order
}

/// Returns the ranges of the names of shapes to which an entry refers.
fn references(text: &str) -> impl DoubleEndedIterator<Item = Range<usize>> {
    let starts = memmem::find_iter(text.as_bytes(), REFERENCE).map(|at| at + REFERENCE.len() + 1).collect::<Vec<_>>();
    let quoted = move |start: usize| {
        let end = start + text.get(start..).filter(|_| text[..start].ends_with('"'))?.find('"')?;
        Some(start..end)
    };
    starts.into_iter().filter_map(quoted)
}

/// Returns an entry in which each reference to a shape is its number.
fn numbered(text: &str, numbers: &HashMap<&str, usize>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = 0;
    for name in references(text) {
        if let Some(number) = numbers.get(&text[name.clone()]) {
            out.push_str(&text[rest..name.start - 1]);
            out.push_str(&number.to_string());
            rest = name.end + 1;
        }
    }
    out + &text[rest..]
}

fn write_number(mut number: usize, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Deflates a part. At level 9 the compressor uses no hash instructions of the processor, so that every machine finds the same matches.
///
/// # Errors
/// If the part would become larger.
pub(crate) fn deflate(bytes: &[u8], dictionary: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut compress = Compress::new(Compression::new(9), false);
    if !dictionary.is_empty() {
        compress.set_dictionary(dictionary)?;
    }
    let mut out = Vec::with_capacity(bytes.len() + 64);
    let status = compress.compress_vec(bytes, &mut out, FlushCompress::Finish)?;
    ensure!(status == Status::StreamEnd, "a part does not become smaller");
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_give_the_same_text() {
        let shape =
            |name: &str| format!(r#""{name}":{{"type":"structure","members":{{"shape":{{"shape":"B"}},"x":{{"shape":"Missing"}}}}}}"#);
        let large: Vec<String> = (0..400).map(|i| shape(&format!("S{i:03}"))).collect();
        for (operations, shapes) in [
            (r#""Get":{"input":{"shape":"C"},"errors":[{"shape":"A"}]}"#, [shape("A"), shape("B"), shape("C")].join(",")),
            ("", [shape("C"), shape("B")].join(",")),
            ("", large.join(",")),
            ("", String::new()),
        ] {
            let text = format!(r#"{{"version":"2.0","metadata":{{"a":"\n"}},"operations":{{{operations}}},"shapes":{{{shapes}}},"z":1}}"#);
            divide(&text).unwrap();
        }
        divide(r#"{"metadata":{}}"#).unwrap();
    }

    #[test]
    fn a_text_that_parts_cannot_hold_is_an_error() {
        let error = |text: &str| divide(text).unwrap_err().to_string();
        assert_eq!(error(r#"{"shapes": {}}"#), "the parts do not give the same definition");
        assert_eq!(error(r#"{"shapes":{"A":{},"B":{"shape":1}}}"#), "the parts do not give the same definition");
        assert_eq!(error("["), "invalid type: sequence, expected an object at line 1 column 0");
    }
}
