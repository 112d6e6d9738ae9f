//! A pull parser for XML over text in memory: one element at a time, names without namespaces, text joined from characters,
//! CDATA, and entities. No tree is built, and nothing is copied that the document has in one piece.
//!
//! A document must be well-formed from its first to its last byte (XML 1.0); anything else is an error, also in elements
//! that are skipped. Namespaces are ignored, so prefixes need not be declared, and character references may name control
//! characters, which S3 uses for keys. Entities declared by a document, including external ones, are not supported.

use std::borrow::Cow;

use foldhash::{HashSet, HashSetExt};
use memchr::{memchr, memchr2, memmem};

use super::{MAX_DEPTH, utf8};
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Map, Str, Value};

/// A position in an XML document, inside the element entered last.
pub(super) struct Xml<'a> {
    text: &'a str,
    at: usize,
    /// The qualified names of the elements that were entered.
    open: Vec<&'a str>,
    /// Whether the element entered last is an empty-element tag, whose end has not been returned yet.
    is_empty: bool,
    has_document_element: bool,
    /// Whether line ends must be normalized.
    has_returns: bool,
    /// The items of the lists that are being read, the innermost at the end. From here they move to lists of exactly their size.
    pub(super) items: Vec<Value>,
}

/// The start of an element.
pub(super) struct Element<'a> {
    /// The name without its prefix.
    name: &'a str,
    /// The text of the attributes, which is well-formed.
    attributes: &'a str,
}

/// A part of a document. Comments, processing instructions, and the document type are not returned.
enum Token<'a> {
    Start(Element<'a>),
    End,
    Text(&'a str),
    CData(&'a str),
    Char(char),
    Eof,
}

impl<'a> Xml<'a> {
    /// Enters the document element.
    pub(super) fn open(body: &'a [u8]) -> Result<(Xml<'a>, Element<'a>)> {
        let text = utf8(body)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let has_returns = memchr(b'\r', body).is_some();
        let mut xml = Xml { text, at: 0, open: Vec::new(), is_empty: false, has_document_element: false, has_returns, items: Vec::new() };
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
            self.skip_indentation();
            let outside = self.open.is_empty();
            match self.token()? {
                Token::Start(element) => return Ok(Some(element)),
                Token::End => return Ok(None),
                Token::Eof if outside => return Ok(None),
                Token::Eof => return Err(self.ends_early()),
                Token::Text(text) if outside && text.trim_ascii().is_empty() => {}
                Token::Text(_) | Token::CData(_) | Token::Char(_) if outside => return Err(self.error("text outside the document element")),
                characters => {
                    if let Some(text) = &mut text {
                        self.append(characters, text);
                    }
                }
            }
        }
    }

    /// Returns the element's text up to its first child, untrimmed, and leaves the element.
    pub(super) fn text(&mut self) -> Result<Cow<'a, str>> {
        let rest = self.rest();
        // Most texts consist of characters up to the end tag.
        if !self.is_empty
            && !self.has_returns
            && let Some(length) = memchr2(b'<', b'&', rest)
            && rest[length..].starts_with(b"</")
        {
            let text = &self.text[self.at..self.at + length];
            self.at += length;
            return self.end_tag().map(|_| Cow::Borrowed(text));
        }
        let mut text = Cow::Borrowed("");
        loop {
            match self.token()? {
                Token::End => return Ok(text),
                Token::Start(_) => {
                    self.skip()?;
                    self.skip()?;
                    return Ok(text);
                }
                Token::Eof => return Err(self.ends_early()),
                characters => self.append(characters, &mut text),
            }
        }
    }

    /// Skips to the end of the element and leaves it.
    pub(super) fn skip(&mut self) -> Result<()> {
        let outside = self.open.len() - 1;
        while self.open.len() > outside {
            if let Token::Eof = self.token()? {
                return Err(self.ends_early());
            }
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
            match self.token()? {
                Token::Start(element) => {
                    let name = Str::from(element.name());
                    let value = self.tree()?;
                    if !children.contains_key(&name) {
                        children.insert(name, value);
                    }
                }
                Token::End => {
                    return Ok(match (children.is_empty(), text.is_empty()) {
                        (false, _) => Value::Map(children),
                        (true, false) => Value::String(Str::from(text)),
                        (true, true) => Value::Null,
                    });
                }
                Token::Eof => return Err(self.ends_early()),
                characters => self.append(characters, &mut text),
            }
        }
    }

    /// The error for a document that is not valid XML, with the reason and the position. It contains nothing of the document:
    /// responses may contain credentials.
    pub(super) fn error(&self, reason: &str) -> Error {
        let text = format!("Unable to parse response ({reason}: byte {}), invalid XML received. Further retries may succeed.", self.at);
        Error::new(ErrorKind::ResponseParser, text)
    }

    fn ends_early(&self) -> Error {
        self.error("unexpected end of the document")
    }

    /// Appends characters with normalized line ends (XML 1.0, 2.11).
    fn append(&self, characters: Token<'a>, text: &mut Cow<'a, str>) {
        let part = match characters {
            Token::Text(part) | Token::CData(part) => part,
            Token::Char(char) => return self.owned(text).push(char),
            Token::Start(_) | Token::End | Token::Eof => return,
        };
        let part = match self.has_returns && part.contains('\r') {
            true => Cow::Owned(part.replace("\r\n", "\n").replace('\r', "\n")),
            false => Cow::Borrowed(part),
        };
        match text.is_empty() {
            true => *text = part,
            false => self.owned(text).push_str(&part),
        }
    }

    /// Turns the text into one that can be extended, with room for what is left of it.
    fn owned<'t>(&self, text: &'t mut Cow<'a, str>) -> &'t mut String {
        if let Cow::Borrowed(start) = *text {
            /// Longer texts grow as they are read.
            const MOST: usize = 1024;
            let left = memchr(b'<', self.rest()).unwrap_or(0).min(MOST);
            let mut owned = String::with_capacity(start.len() + left + 8);
            owned.push_str(start);
            *text = Cow::Owned(owned);
        }
        text.to_mut()
    }

    #[inline]
    fn rest(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.at..]
    }

    /// Reads the next token. Elements are entered and left here.
    fn token(&mut self) -> Result<Token<'a>> {
        if self.is_empty {
            self.is_empty = false;
            self.open.pop();
            return Ok(Token::End);
        }
        loop {
            let rest = self.rest();
            match rest {
                [] => return Ok(Token::Eof),
                [b'<', b'/', ..] => return self.end_tag(),
                [b'<', b'!', ..] => {
                    if let Some(text) = self.declaration()? {
                        return Ok(Token::CData(text));
                    }
                }
                [b'<', b'?', ..] => self.instruction()?,
                [b'<', ..] => return self.start_tag(),
                [b'&', ..] => return self.reference().map(Token::Char),
                _ => {
                    let length = memchr2(b'<', b'&', rest).unwrap_or(rest.len());
                    let text = &self.text[self.at..self.at + length];
                    self.at += length;
                    return Ok(Token::Text(text));
                }
            }
        }
    }

    fn start_tag(&mut self) -> Result<Token<'a>> {
        if self.open.len() == MAX_DEPTH {
            return Err(self.error(&format!("nested deeper than {MAX_DEPTH} levels")));
        }
        self.at += 1;
        let (name, prefix) = self.name().ok_or_else(|| self.error("invalid element name"))?;
        let start = self.at;
        if self.rest().first() != Some(&b'>') {
            self.check_attributes()?;
        }
        let attributes = &self.text[start..self.at];
        if self.rest().first() == Some(&b'/') {
            self.at += 1;
            self.is_empty = true;
        }
        self.expect(b'>')?;
        self.open.push(name);
        self.has_document_element = true;
        Ok(Token::Start(Element { name: &name[prefix..], attributes }))
    }

    fn end_tag(&mut self) -> Result<Token<'a>> {
        let Some(expected) = self.open.last() else { return Err(self.error("an end tag without a start tag")) };
        self.at += 2;
        if !self.rest().starts_with(expected.as_bytes()) {
            return Err(self.error("an end tag of another element"));
        }
        self.at += expected.len();
        self.skip_space();
        self.expect(b'>')?;
        self.open.pop();
        Ok(Token::End)
    }

    /// Moves over the attributes, and checks that they are well-formed and no name occurs twice.
    fn check_attributes(&mut self) -> Result<()> {
        let mut names: HashSet<&str> = HashSet::new();
        loop {
            let spaced = self.skip_space();
            if matches!(self.rest().first(), None | Some(b'>' | b'/')) {
                return Ok(());
            }
            let (name, _) = self.name().filter(|_| spaced).ok_or_else(|| self.error("invalid attribute name"))?;
            if !names.insert(name) {
                return Err(self.error("duplicate attribute"));
            }
            self.skip_space();
            self.expect(b'=')?;
            self.skip_space();
            let value = self.quoted()?;
            if value.contains('<') || unescape(value).is_none() {
                return Err(self.error("invalid attribute value"));
            }
        }
    }

    /// Reads text in quotation marks.
    fn quoted(&mut self) -> Result<&'a str> {
        let rest = self.rest();
        let Some(&quote @ (b'"' | b'\'')) = rest.first() else { return Err(self.error("attribute value without quotation marks")) };
        let Some(length) = memchr(quote, &rest[1..]) else { return Err(self.ends_early()) };
        let start = self.at + 1;
        self.at = start + length + 1;
        Ok(&self.text[start..start + length])
    }

    /// Moves over a comment or the document type, or returns the text of a CDATA section.
    fn declaration(&mut self) -> Result<Option<&'a str>> {
        let rest = self.rest();
        if rest.starts_with(b"<!--") {
            let length = memmem::find(&rest[4..], b"--").ok_or_else(|| self.ends_early())?;
            self.at += 4 + length + 2;
            self.expect(b'>')?;
            return Ok(None);
        }
        if rest.starts_with(b"<![CDATA[") {
            let length = memmem::find(&rest[9..], b"]]>").ok_or_else(|| self.ends_early())?;
            let start = self.at + 9;
            self.at = start + length + 3;
            return Ok(Some(&self.text[start..start + length]));
        }
        if rest.starts_with(b"<!DOCTYPE") && !self.has_document_element {
            return self.document_type().map(|()| None);
        }
        Err(self.error("invalid declaration"))
    }

    /// Moves over the document type: to the `>` that is in neither quotation marks nor brackets.
    fn document_type(&mut self) -> Result<()> {
        let (mut quote, mut brackets) = (None, 0usize);
        for (at, &byte) in self.rest().iter().enumerate() {
            match (quote, byte) {
                (Some(open), _) if byte == open => quote = None,
                (Some(_), _) => {}
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'[') => brackets += 1,
                (None, b']') => brackets = brackets.saturating_sub(1),
                (None, b'>') if brackets == 0 => {
                    self.at += at + 1;
                    return Ok(());
                }
                _ => {}
            }
        }
        Err(self.ends_early())
    }

    /// Moves over a processing instruction, or over the XML declaration at the start of the document.
    fn instruction(&mut self) -> Result<()> {
        let rest = self.rest();
        let is_declaration = rest.get(2..5).is_some_and(|target| target.eq_ignore_ascii_case(b"xml"));
        if is_declaration && self.at > 0 && rest.get(5).is_none_or(|&byte| IN_NAMES[usize::from(byte)] == 0) {
            return Err(self.error("XML declaration not at the start"));
        }
        let length = memmem::find(rest, b"?>").ok_or_else(|| self.ends_early())?;
        self.at += length + 2;
        Ok(())
    }

    /// Reads a reference to a character or to one of the five entities of XML.
    fn reference(&mut self) -> Result<char> {
        let Some((char, length)) = reference(&self.text[self.at..]) else { return Err(self.error("undefined entity")) };
        self.at += length;
        Ok(char)
    }

    /// Reads a name, and returns it with the length of its prefix. The characters beyond ASCII are not checked.
    fn name(&mut self) -> Option<(&'a str, usize)> {
        let rest = self.rest();
        let (mut length, mut kinds) = (0, 0);
        while let Some(kind @ 1..) = rest.get(length).map(|byte| IN_NAMES[usize::from(*byte)]) {
            kinds |= kind;
            length += 1;
        }
        let prefix = match kinds & COLON {
            0 => 0,
            _ => memchr(b':', rest).map_or(0, |colon| colon + 1),
        };
        if length == 0 || matches!(rest[0], b'0'..=b'9' | b'-' | b'.') {
            return None;
        }
        let name = &self.text[self.at..self.at + length];
        self.at += length;
        Some((name, prefix))
    }

    /// Moves over white space between tags. It belongs to no value: an element with child elements has no text, and white space alone
    /// in place of child elements is none either.
    #[inline]
    fn skip_indentation(&mut self) {
        let rest = self.rest();
        if self.is_empty || !matches!(rest.first(), Some(b'\n' | b' ')) {
            return;
        }
        let mut length = 1;
        while rest[length..].starts_with(b"    ") {
            length += 4;
        }
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = rest.get(length) {
            length += 1;
        }
        // Comments and CDATA sections may be in the middle of a text.
        if let Some([b'<', next]) = rest.get(length..length + 2)
            && !matches!(next, b'!' | b'?')
        {
            self.at += length;
        }
    }

    /// Moves over white space, and returns whether there was any.
    fn skip_space(&mut self) -> bool {
        let rest = self.rest();
        let length = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).unwrap_or(rest.len());
        self.at += length;
        length > 0
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Result<()> {
        match self.rest().first() {
            Some(&found) if found == byte => {
                self.at += 1;
                Ok(())
            }
            Some(_) => Err(self.unexpected(byte)),
            None => Err(self.ends_early()),
        }
    }
}

impl Xml<'_> {
    #[cold]
    fn unexpected(&self, wanted: u8) -> Error {
        self.error(&format!("expected {}", wanted as char))
    }
}

impl Element<'_> {
    /// Returns the name without its prefix.
    pub(super) fn name(&self) -> &str {
        self.name
    }

    /// Whether the element has any attribute, including namespace declarations.
    pub(super) fn has_attributes(&self) -> bool {
        !self.attributes.is_empty()
    }

    /// Returns the value of the attribute `name` or `prefix:name`. All prefixes are equivalent.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let (wanted_prefix, wanted) = local(name);
        let mut rest = self.attributes;
        while let Some((name, after)) = rest.split_once('=') {
            let quote = after.trim_start().chars().next()?;
            let (_, after) = after.split_once(quote)?;
            let (value, after) = after.split_once(quote)?;
            if local(name.trim()) == (wanted_prefix, wanted) {
                return unescape(value).map(Cow::into_owned);
            }
            rest = after;
        }
        None
    }
}

/// Whether a name has a prefix, and the name without it.
fn local(name: &str) -> (bool, &str) {
    match name.split_once(':') {
        Some((_, local)) => (true, local),
        None => (false, name),
    }
}

/// Replaces the references in the value of an attribute; `None` if one is invalid.
fn unescape(text: &str) -> Option<Cow<'_, str>> {
    let Some(first) = text.find('&') else { return Some(text.into()) };
    let mut out = text[..first].to_owned();
    let mut rest = &text[first..];
    while !rest.is_empty() {
        let (char, length) = reference(rest)?;
        out.push(char);
        rest = &rest[length..];
        let plain = rest.find('&').unwrap_or(rest.len());
        out.push_str(&rest[..plain]);
        rest = &rest[plain..];
    }
    Some(out.into())
}

/// Reads a reference at the start of the text. Returns the character and the length of the reference.
fn reference(text: &str) -> Option<(char, usize)> {
    /// `&#x10FFFF;`, with some leading zeros.
    const LONGEST: usize = 32;
    let end = text.bytes().take(LONGEST).position(|byte| byte == b';')?;
    let name = text[..end].strip_prefix('&')?;
    let char = match name.strip_prefix('#') {
        Some(number) => {
            let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |digits| (digits, 16));
            // `from_str_radix` accepts signs.
            let code = digits.chars().all(|digit| digit.is_digit(radix)).then(|| u32::from_str_radix(digits, radix).ok())??;
            char::from_u32(code).filter(|char| *char != '\0')?
        }
        None => named_entity(name)?,
    };
    Some((char, end + 1))
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

/// Returns the name of an XML body's document element, without a prefix. The rest of the document is not read.
///
/// # Errors
/// [`ErrorKind::ResponseParser`] if the body does not start like a well-formed document.
pub(crate) fn xml_document_element(body: &[u8]) -> Result<String> {
    Xml::open(body).map(|(_, root)| root.name().to_owned())
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

/// The kinds of bytes in [`IN_NAMES`]. All other bytes are 0.
const LETTER: u8 = 1;
const COLON: u8 = 2;

/// The bytes that occur in names, with those beyond ASCII.
const IN_NAMES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        if byte >= 0x80 || (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'_' | b'-' | b'.') {
            table[byte] = LETTER;
        }
        byte += 1;
    }
    table[b':' as usize] = COLON;
    table
};

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
            "<a b='1'c='2'/>",
            "<a b='<'/>",
            "<a b='&x'/>",
            "<a b=''",
            "<a/ >",
            "<a><b></b c=''></a>",
            "<a><![CDATA[x]]</a>",
            "<a>&#0;</a>",
            "<a>&#+65;</a>",
            "<a>&#x;</a>",
            "<a>&amp</a>",
            "<a><!DOCTYPE a></a>",
            "<a/><!DOCTYPE a>",
            "<![CDATA[]]><a/>",
            "<a/>&amp;",
            "<ab></a>",
            "<a></ab>",
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
