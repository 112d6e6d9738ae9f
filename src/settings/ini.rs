//! The parser of AWS's configuration and credentials files, which use their own INI dialect.
//!
//! It turns text into sections of keys; [`profile`](super::profile) knows the meaning of the sections. The dialect has no
//! inline comments, quotes, or interpolation.

use std::path::Path;

use indexmap::IndexMap;
use indexmap::map::Entry;

use crate::error::{Error, ErrorKind, Result};
use crate::value::{Map, Str, Value};

/// The sections of a file by their header's text, in the file's order.
pub(crate) type Sections = IndexMap<Str, Map>;

/// The section whose keys all other sections inherit.
const INHERITED: &str = "DEFAULT";

/// Parses `text`. Errors name `path`.
pub(crate) fn parse(text: &str, path: &Path) -> Result<Sections> {
    let mut reader = Reader::default();
    for (at, line) in lines(text).enumerate() {
        reader.line(Line { number: at + 1, text: line }).map_err(|error| error.in_file(path))?;
    }
    reader.finish().map_err(|error| error.in_file(path))
}

/// A problem and its line.
pub(super) struct SyntaxError {
    line: usize,
    what: String,
}

impl SyntaxError {
    fn in_file(self, path: &Path) -> Error {
        let SyntaxError { line, what } = self;
        Error::new(ErrorKind::ConfigParse, format!("Unable to parse config file: {}: line {line}: {what}", path.display()))
    }
}

#[derive(Clone, Copy)]
struct Line<'a> {
    number: usize,
    text: &'a str,
}

impl<'a> Line<'a> {
    fn indent(self) -> usize {
        self.text.chars().take_while(|c| c.is_whitespace()).count()
    }

    fn trimmed(self) -> Line<'a> {
        Line { text: self.text.trim(), ..self }
    }

    fn error<T>(self, what: impl Into<String>) -> Result<T, SyntaxError> {
        Err(SyntaxError { line: self.number, what: what.into() })
    }
}

/// An option whose value may continue in the next line.
struct OpenOption<'a> {
    key: Str,
    value: Vec<Line<'a>>,
}

#[derive(Default)]
struct Reader<'a> {
    sections: Sections,
    section: Option<Str>,
    option: Option<OpenOption<'a>>,
    /// The indentation of the last header or option; a line indented deeper than an option continues it.
    indent: usize,
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: Line<'a>) -> Result<(), SyntaxError> {
        let trimmed = line.trimmed();
        if trimmed.text.starts_with(['#', ';']) {
            return Ok(());
        }
        if let Some(option) = &mut self.option
            && (trimmed.text.is_empty() || line.indent() > self.indent)
        {
            option.value.push(trimmed);
            return Ok(());
        }
        if trimmed.text.is_empty() {
            return Ok(());
        }
        self.end_option()?;
        self.indent = line.indent();
        match header(trimmed.text) {
            Some(name) => self.begin_section(name, line),
            None => self.begin_option(trimmed),
        }
    }

    fn begin_section(&mut self, name: &str, line: Line<'a>) -> Result<(), SyntaxError> {
        let name = Str::from(name);
        match self.sections.entry(name.clone()) {
            Entry::Occupied(_) if name != INHERITED => return line.error(format!("section [{name}] is there twice")),
            Entry::Occupied(_) => {}
            Entry::Vacant(entry) => {
                entry.insert(Map::new());
            }
        }
        self.section = Some(name);
        Ok(())
    }

    fn begin_option(&mut self, line: Line<'a>) -> Result<(), SyntaxError> {
        let Some(section) = &self.section else {
            return line.error("no section header before the first option");
        };
        let Some((key, value)) = line.text.split_once(['=', ':']) else {
            return line.error("an option without '='");
        };
        let key = Str::from(key.trim().to_lowercase());
        if key.is_empty() {
            return line.error("an option without a name");
        }
        if self.sections[section].contains_key(&key) {
            return line.error(format!("option {key} is there twice in section [{section}]"));
        }
        self.option = Some(OpenOption { key, value: vec![Line { text: value, ..line }.trimmed()] });
        Ok(())
    }

    fn end_option(&mut self) -> Result<(), SyntaxError> {
        let (Some(option), Some(section)) = (self.option.take(), &self.section) else {
            return Ok(());
        };
        let value = value(&option.value)?;
        self.sections[section].insert(option.key, value);
        Ok(())
    }

    fn finish(mut self) -> Result<Sections, SyntaxError> {
        self.end_option()?;
        if let Some(inherited) = self.sections.shift_remove(INHERITED) {
            for section in self.sections.values_mut() {
                for (key, value) in &inherited {
                    if !section.contains_key(key) {
                        section.insert(key.clone(), value);
                    }
                }
            }
        }
        Ok(self.sections)
    }
}

/// The lines of a text, ended by CR, LF, or CRLF.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

/// The name in a section header: from `[` to the last `]` of the line.
fn header(line: &str) -> Option<&str> {
    let inside = line.strip_prefix('[')?;
    inside.rfind(']').filter(|&end| end > 0).map(|end| &inside[..end])
}

/// The value of an option's lines: a block if the first is empty and others follow, otherwise text.
fn value(lines: &[Line<'_>]) -> Result<Value, SyntaxError> {
    let end = lines.iter().rposition(|line| !line.text.is_empty()).map_or(0, |last| last + 1);
    match &lines[..end] {
        [] => Ok(Value::from("")),
        [only] => Ok(Value::from(only.text)),
        [first, block @ ..] if first.text.is_empty() => block_of(block),
        several => Ok(Value::from(several.iter().map(|line| line.text).collect::<Vec<_>>().join("\n"))),
    }
}

/// A nested block, one level deep. Keys are case-sensitive; the last of equal keys wins.
fn block_of(lines: &[Line<'_>]) -> Result<Value, SyntaxError> {
    let mut block = Map::new();
    for line in lines.iter().filter(|line| !line.text.is_empty()) {
        match line.text.split_once('=') {
            Some((key, value)) => block.insert(key.trim(), value.trim()),
            None => return line.error("a nested option without '='"),
        };
    }
    Ok(Value::Map(block))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    fn sections(text: &str) -> Value {
        let sections = parse(text, Path::new("f")).unwrap();
        Value::Map(sections.into_iter().map(|(name, section)| (name, Value::Map(section))).collect())
    }

    #[test]
    fn headers_end_at_the_last_bracket() {
        assert_eq!(sections("[a] # hi\n[a]b]\n  [ c ]\nk=1\n"), value!({"a": {}, "a]b": {}, " c ": {"k": "1"}}));
    }

    #[test]
    fn values_are_trimmed_and_otherwise_verbatim() {
        assert_eq!(
            sections("[a]\r\nREGION :  x # y\r\nb=\"q\"\r\nc =\r\nd: http://h:1=2\r\ne f = %(g)s\r\n"),
            value!({"a": {"region": "x # y", "b": "\"q\"", "c": "", "d": "http://h:1=2", "e f": "%(g)s"}})
        );
    }

    #[test]
    fn a_line_indented_deeper_continues_the_value() {
        assert_eq!(
            sections("[a]\nk = 1\n  [profile b]\n# comment\n\n  x = 2\n\n\n[c]\n  k = 1\n  l = 2\n"),
            value!({"a": {"k": "1\n[profile b]\n\nx = 2"}, "c": {"k": "1", "l": "2"}})
        );
    }

    #[test]
    fn a_block_is_one_level_deep() {
        assert_eq!(
            sections("[a]\ns3 =\n  A = 1\n ; comment\n\n  b =\n    c = 2=3\n  A = 4\nt =\nu = 5\nv = w\n  x = y\n"),
            value!({"a": {"s3": {"A": "4", "b": "", "c": "2=3"}, "t": "", "u": "5", "v": "w\nx = y"}})
        );
    }

    #[test]
    fn the_default_section_is_inherited() {
        assert_eq!(sections("[DEFAULT]\nr=1\nf=2\n[a]\nr=3\n[b]\n"), value!({"a": {"r": "3", "f": "2"}, "b": {"r": "1", "f": "2"}}));
    }

    #[test]
    fn errors_name_file_and_line() {
        for (text, problem) in [
            ("a=1\n", "line 1: no section header before the first option"),
            ("[a]\n[b]\n[a]\n", "line 3: section [a] is there twice"),
            ("[a]\nr=1\nR=2\n", "line 3: option r is there twice in section [a]"),
            ("[a]\n\nregion\n", "line 3: an option without '='"),
            ("[a]\n= 1\n", "line 2: an option without a name"),
            ("[a]\n[]\n", "line 2: an option without '='"),
            ("[a]\ns3 =\n  b = 1\n\n  c\n", "line 5: a nested option without '='"),
            ("\u{feff}[a]\n", "line 1: no section header before the first option"),
        ] {
            let error = parse(text, Path::new("/home/me/.aws/config")).unwrap_err();
            assert_eq!(error.message(), format!("Unable to parse config file: /home/me/.aws/config: {problem}"), "{text:?}");
            assert_eq!(error.name(), "ConfigParseError");
        }
    }
}
