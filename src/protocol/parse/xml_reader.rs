//! A pull parser for XML over text in memory: one element at a time, names without namespaces, text joined from characters,
//! CDATA, and entities. No tree is built.
//!
//! Entities declared by a document, including external ones, are not supported.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{MAX_DEPTH, utf8};
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Map, Str, Value};

/// A position in an XML document, inside the element entered last.
pub(super) struct Xml<'a> {
    reader: Reader<&'a [u8]>,
    depth: usize,
}

/// The start of an element.
pub(super) struct Element<'a>(BytesStart<'a>);

impl<'a> Xml<'a> {
    /// Enters the document element.
    pub(super) fn open(body: &'a [u8]) -> Result<(Xml<'a>, Element<'a>)> {
        let text = utf8(body)?;
        let mut reader = Reader::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
        reader.config_mut().expand_empty_elements = true;
        let mut xml = Xml { reader, depth: 0 };
        match xml.child()? {
            Some(root) => Ok((xml, root)),
            None => Err(xml.error("no element found")),
        }
    }

    /// Enters the element's next child; returns `None` and leaves the element at its end.
    pub(super) fn child(&mut self) -> Result<Option<Element<'a>>> {
        loop {
            match self.event()? {
                Event::Start(start) => return self.enter(start).map(Some),
                Event::End(_) => {
                    self.depth -= 1;
                    return Ok(None);
                }
                Event::Eof if self.depth == 0 => return Ok(None),
                Event::Eof => return Err(self.error("unexpected end of the document")),
                Event::Text(text) if self.depth == 0 && !text.trim_ascii().is_empty() => {
                    return Err(self.error("text outside the document element"));
                }
                Event::GeneralRef(_) | Event::CData(_) if self.depth == 0 => return Err(self.error("text outside the document element")),
                _ => {}
            }
        }
    }

    /// Returns the element's text up to its first child, untrimmed, and leaves the element.
    pub(super) fn text(&mut self) -> Result<Cow<'a, str>> {
        let mut text = Cow::Borrowed("");
        loop {
            match self.event()? {
                Event::End(_) => {
                    self.depth -= 1;
                    return Ok(text);
                }
                Event::Start(start) => {
                    self.enter(start)?;
                    self.skip()?;
                    self.skip()?;
                    return Ok(text);
                }
                Event::Eof => return Err(self.error("unexpected end of the document")),
                other => self.characters(other, &mut text)?,
            }
        }
    }

    /// Skips to the end of the element and leaves it.
    pub(super) fn skip(&mut self) -> Result<()> {
        let outside = self.depth - 1;
        while self.depth > outside {
            self.child()?;
        }
        Ok(())
    }

    /// Checks that nothing follows the document element.
    pub(super) fn end(&mut self) -> Result<()> {
        match self.child()? {
            None => Ok(()),
            Some(_) => Err(self.error("a second document element")),
        }
    }

    /// Returns the element as a map of its children if it has any, otherwise as text, or null if it is empty. Of several
    /// children with the same name, the first counts.
    pub(super) fn tree(&mut self) -> Result<Value> {
        let mut text = Cow::Borrowed("");
        let mut children = Map::new();
        loop {
            match self.event()? {
                Event::Start(start) => {
                    let name = Str::from(self.enter(start)?.name());
                    let value = self.tree()?;
                    if !children.contains_key(&name) {
                        children.insert(name, value);
                    }
                }
                Event::End(_) => {
                    self.depth -= 1;
                    return Ok(match (children.is_empty(), text.is_empty()) {
                        (false, _) => Value::Map(children),
                        (true, false) => Value::String(Str::from(text)),
                        (true, true) => Value::Null,
                    });
                }
                Event::Eof => return Err(self.error("unexpected end of the document")),
                other => self.characters(other, &mut text)?,
            }
        }
    }

    /// The error for a document that is not valid XML, with the reason and the position. It contains nothing of the document:
    /// responses may contain credentials.
    pub(super) fn error(&self, reason: &str) -> Error {
        let place = self.reader.buffer_position();
        let text = format!("Unable to parse response ({reason}: byte {place}), invalid XML received. Further retries may succeed.");
        Error::new(ErrorKind::ResponseParser, text)
    }

    /// Appends the characters of an event: text, CDATA, or an entity.
    fn characters(&self, event: Event<'a>, text: &mut Cow<'a, str>) -> Result<()> {
        match event {
            Event::Text(part) => append(text, part.xml10_content()),
            Event::CData(part) => append(text, part.xml10_content()),
            Event::GeneralRef(entity) => {
                let char = match entity.resolve_char_ref().map_err(|e| self.error(&e.to_string()))? {
                    Some(char) => char,
                    None => named_entity(&entity).ok_or_else(|| self.error(&format!("undefined entity &{};", &*entity)))?,
                };
                text.to_mut().push(char);
            }
            _ => {}
        }
        Ok(())
    }

    fn event(&mut self) -> Result<Event<'a>> {
        self.reader.read_event().map_err(|e| self.error(&e.to_string()).with_source(e))
    }

    fn enter(&mut self, start: BytesStart<'a>) -> Result<Element<'a>> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(&format!("nested deeper than {MAX_DEPTH} levels")));
        }
        Ok(Element(start))
    }
}

impl Element<'_> {
    /// Returns the name without its prefix.
    pub(super) fn name(&self) -> &str {
        self.0.local_name().into_inner()
    }

    /// Whether the name has no namespace: no prefix, and no default namespace declared on this element.
    pub(super) fn is_plain(&self) -> bool {
        self.0.name().prefix().is_none() && !self.0.attributes().flatten().any(|a| a.key.into_inner() == "xmlns")
    }

    /// Whether the element has any attribute, including namespace declarations.
    pub(super) fn has_attributes(&self) -> bool {
        !self.0.attributes_raw().is_empty()
    }

    /// Returns the value of the attribute `name` or `prefix:name`. All prefixes are equivalent.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let (prefixed, local) = match name.split_once(':') {
            Some((_, local)) => (true, local),
            None => (false, name),
        };
        let wanted = |key: quick_xml::name::QName<'_>| key.local_name().into_inner() == local && key.prefix().is_some() == prefixed;
        let attribute = self.0.attributes().flatten().find(|a| wanted(a.key))?;
        quick_xml::escape::unescape(&attribute.value).map(Cow::into_owned).ok()
    }
}

fn append<'a>(text: &mut Cow<'a, str>, part: Cow<'a, str>) {
    if text.is_empty() {
        *text = part;
    } else {
        text.to_mut().push_str(&part);
    }
}

fn named_entity(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    fn text_of(xml: &str) -> Result<String> {
        let (mut xml, _) = Xml::open(xml.as_bytes())?;
        let text = xml.text()?.into_owned();
        xml.end()?;
        Ok(text)
    }

    #[test]
    fn text_is_joined_from_characters_cdata_and_entities() {
        assert_eq!(text_of("<a> x&amp;y&#x20AC;<!-- no --><![CDATA[<&>]]>z </a>").unwrap(), " x&y€<&>z ");
        assert_eq!(text_of("<a>l1\r\nl2\rl3&#13;</a>").unwrap(), "l1\nl2\nl3\r");
        assert_eq!(text_of("<a>before<b>in</b>after</a>").unwrap(), "before");
        assert_eq!(text_of("\u{feff}<?xml version=\"1.0\"?>\n<!DOCTYPE a>\n<a/>\n<!-- end -->").unwrap(), "");
    }

    #[test]
    fn invalid_xml_is_an_error() {
        for bad in ["", "  ", "text", "<a>", "<a></b>", "<a/><b/>", "<a/>x", "<a>&nbsp;</a>", "<a>&#xD800;</a>", "x<a/>", "<a", "</a>"] {
            let error = text_of(bad).expect_err(bad);
            assert_eq!(error.kind(), ErrorKind::ResponseParser);
            assert!(error.message().contains("invalid XML received"));
        }
        assert!(Xml::open(b"<a>\xff</a>").is_err());
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = "<a>".repeat(200_000);
        assert!(Xml::open(deep.as_bytes()).unwrap().0.tree().is_err());
        assert!(Xml::open(deep.as_bytes()).unwrap().0.skip().is_err());
    }

    #[test]
    fn a_tree_takes_the_first_of_several_elements_with_the_same_name() {
        let (mut xml, root) = Xml::open(b"<n:E xmlns:n='u'><Code>a</Code><Code>b</Code><None/><M><x>1</x></M></n:E>").unwrap();
        assert_eq!(root.name(), "E");
        assert!(!root.is_plain());
        assert_eq!(xml.tree().unwrap(), value!({"Code": "a", "None": null, "M": {"x": "1"}}));
    }

    #[test]
    fn attributes_are_found_with_any_prefix() {
        let (_, root) = Xml::open(b"<G xmlns:q='u' q:type='a&amp;b' id='1'/>").unwrap();
        assert_eq!(root.attribute("xsi:type").as_deref(), Some("a&b"));
        assert_eq!(root.attribute("id").as_deref(), Some("1"));
        assert_eq!(root.attribute("type"), None);
    }
}
