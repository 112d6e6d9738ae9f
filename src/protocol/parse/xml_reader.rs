//! A pull parser for XML over text in memory: one element at a time, names without namespaces, text joined from characters,
//! CDATA, and entities. No tree is built.
//!
//! A document must be well-formed from its first to its last byte (XML 1.0); anything else is an error, also in elements
//! that are skipped. Namespaces are ignored, so prefixes need not be declared, and character references may name control
//! characters, which S3 uses for keys. Entities declared by a document, including external ones, are not supported.

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
        reader.config_mut().check_comments = true;
        let mut xml = Xml { reader, depth: 0 };
        // Without a shortcut, so that the scan is vectorized.
        let is_control = |byte: u8| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r');
        if body.iter().fold(false, |found, byte| found | is_control(*byte)) {
            return Err(xml.error("control character"));
        }
        match xml.child()? {
            Some(root) => Ok((xml, root)),
            None => Err(xml.error("no element found")),
        }
    }

    /// Enters the element's next child; returns `None` and leaves the element at its end.
    pub(super) fn child(&mut self) -> Result<Option<Element<'a>>> {
        self.next_child(None)
    }

    /// As [`child`](Self::child), and appends the text before the child or the end to `text`.
    pub(super) fn child_or_text(&mut self, text: &mut Cow<'a, str>) -> Result<Option<Element<'a>>> {
        self.next_child(Some(text))
    }

    fn next_child(&mut self, mut text: Option<&mut Cow<'a, str>>) -> Result<Option<Element<'a>>> {
        loop {
            match self.event()? {
                Event::Start(start) => return self.enter(start).map(Some),
                Event::End(_) => {
                    self.depth -= 1;
                    return Ok(None);
                }
                Event::Eof if self.depth == 0 => return Ok(None),
                Event::Eof => return Err(self.error("unexpected end of the document")),
                Event::Text(outside) if self.depth == 0 => {
                    if !outside.trim_ascii().is_empty() {
                        return Err(self.error("text outside the document element"));
                    }
                }
                Event::GeneralRef(_) | Event::CData(_) if self.depth == 0 => return Err(self.error("text outside the document element")),
                other => match &mut text {
                    Some(text) => self.characters(other, text)?,
                    // Entities are checked even if nobody wants the text.
                    None if matches!(other, Event::GeneralRef(_)) => self.characters(other, &mut Cow::Borrowed(""))?,
                    None => {}
                },
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
        let start = self.reader.buffer_position();
        let event = self.reader.read_event().map_err(|e| self.error(&e.to_string()).with_source(e))?;
        match event {
            Event::Decl(_) if start > 0 => Err(self.error("XML declaration not at the start")),
            event => Ok(event),
        }
    }

    fn enter(&mut self, start: BytesStart<'a>) -> Result<Element<'a>> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(&format!("nested deeper than {MAX_DEPTH} levels")));
        }
        if !is_name(start.name().into_inner()) {
            return Err(self.error("invalid element name"));
        }
        self.check_attributes(&start)?;
        Ok(Element(start))
    }

    fn check_attributes(&self, start: &BytesStart<'_>) -> Result<()> {
        if start.attributes_raw().is_empty() {
            return Ok(());
        }
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|e| self.error(&e.to_string()))?;
            if attribute.value.contains('&') {
                quick_xml::escape::unescape(&attribute.value).map_err(|e| self.error(&e.to_string()))?;
            }
        }
        Ok(())
    }
}

impl Element<'_> {
    /// Returns the name without its prefix.
    pub(super) fn name(&self) -> &str {
        self.0.local_name().into_inner()
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

/// Returns the name of an XML body's document element, without a prefix.
///
/// # Errors
/// [`ErrorKind::ResponseParser`] if the body is not a well-formed document.
pub(crate) fn xml_root_name(body: &[u8]) -> Result<String> {
    let (mut xml, root) = Xml::open(body)?;
    xml.skip()?;
    xml.end()?;
    Ok(root.name().to_owned())
}

/// Returns the text of an XML body's document element up to its first child.
///
/// # Errors
/// [`ErrorKind::ResponseParser`] if the body is not a well-formed document.
pub(crate) fn xml_root_text(body: &[u8]) -> Result<String> {
    let (mut xml, _) = Xml::open(body)?;
    let text = xml.text()?.into_owned();
    xml.end()?;
    Ok(text)
}

/// Whether this is an XML name. The characters beyond ASCII are not checked.
fn is_name(name: &str) -> bool {
    let starts = name.bytes().next().is_some_and(|byte| !matches!(byte, b'0'..=b'9' | b'-' | b'.'));
    starts && name.bytes().all(|byte| IN_NAMES[usize::from(byte)])
}

const IN_NAMES: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = byte >= 0x80 || (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'_' | b':' | b'-' | b'.');
        byte += 1;
    }
    table
};

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
        let everywhere =
            ["", "  ", "text", "<a>", "<a></b>", "<a/><b/>", "<a/>x", "<a>&nbsp;</a>", "<a>&#xD800;</a>", "x<a/>", "<a", "</a>"];
        let skipped = [
            "<a><b>&nbsp;</b></a>",
            "<a><b c='&nbsp;'/></a>",
            "<a><b c=d/></a>",
            "<a><b c='' c=''/></a>",
            "<a><1/></a>",
            "<a><b<c/></a>",
            "<a>\u{1}</a>",
            "<a><!-- a -- b --></a>",
            "\n\n<?xml version='1.0'?><a/>",
            "xx<?xml version='1.0'?><a/>",
            "<a><?xml version='1.0'?></a>",
            "<?xml version='1.0'?><?xml version='1.0'?><a/>",
        ];
        for bad in everywhere.into_iter().chain(skipped) {
            for error in [text_of(bad).err(), xml_root_name(bad.as_bytes()).err()] {
                let error = error.unwrap_or_else(|| panic!("{bad} was accepted"));
                assert_eq!(error.kind(), ErrorKind::ResponseParser);
                assert!(error.message().contains("invalid XML received"));
            }
        }
        assert_eq!(xml_root_name(b"<a>\xff</a>").unwrap_err().kind(), ErrorKind::ResponseParser);
    }

    #[test]
    fn namespaces_are_ignored_and_control_characters_may_be_referenced() {
        assert_eq!(xml_root_name(b"<?xml version=\"1.0\"?><Error><Code>x</Code></Error>").unwrap(), "Error");
        assert_eq!(xml_root_text(b"<L xmlns=\"x\">eu-west-1</L>").unwrap(), "eu-west-1");
        assert_eq!(xml_root_text(b"<L/>").unwrap(), "");
        assert_eq!(xml_root_name(b"<undeclared:a><n:b/></undeclared:a>").unwrap(), "a");
        assert_eq!(xml_root_text(b"<a>k&#1;</a>").unwrap(), "k\u{1}");
        assert_eq!(xml_root_text(b"<a><![CDATA[eu-]]>west<!-- c -->&#45;<![CDATA[1]]></a>").unwrap(), "eu-west-1");
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = "<a>".repeat(200_000);
        assert_eq!(Xml::open(deep.as_bytes()).unwrap().0.tree().unwrap_err().kind(), ErrorKind::ResponseParser);
        assert_eq!(xml_root_name(deep.as_bytes()).unwrap_err().kind(), ErrorKind::ResponseParser);
    }

    #[test]
    fn a_tree_takes_the_first_of_several_elements_with_the_same_name() {
        let (mut xml, root) = Xml::open(b"<n:E xmlns:n='u'><Code>a</Code><Code>b</Code><None/><M><x>1</x></M></n:E>").unwrap();
        assert_eq!(root.name(), "E");
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
