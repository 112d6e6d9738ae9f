//! The shorthand syntax: `Name=tag:team,Values=a,b`, `Tags=[{Key=k,Value=v}]`.
//!
//! A word of shorthand becomes a map of texts, lists, and maps; [`values`](super::values) converts them to the types of
//! the shape. The syntax is that of the AWS CLI, found by observing which words it accepts.

use super::files;
use crate::cli::failure::{Failure, Result};
use crate::value::{List, Map, Value};

/// Parses one word of shorthand.
///
/// # Errors
/// A usage failure with the word and the position of the problem.
pub(super) fn parse(word: &str) -> Result<Map> {
    Parser { word, at: 0 }.top()
}

struct Parser<'a> {
    word: &'a str,
    /// The position, in bytes.
    at: usize,
}

impl Parser<'_> {
    /// Pairs until the end. At the top, items without a key join the value before them into a list.
    fn top(mut self) -> Result<Map> {
        let mut pairs = Map::new();
        loop {
            let key = self.key(&pairs)?;
            let (first, may_join) = self.pair_value()?;
            let mut items = vec![first];
            self.blanks();
            let mut ended = self.peek().is_none();
            while !ended {
                self.expect(',')?;
                self.blanks();
                if self.at_key() {
                    break;
                }
                if !may_join {
                    return Err(self.expected("="));
                }
                match self.peek() {
                    Some(',') => continue,
                    _ => items.push(self.item()?),
                }
                self.blanks();
                ended = self.peek().is_none();
            }
            let value = if items.len() == 1 { items.remove(0) } else { List::from_iter(items).into() };
            pairs.insert(key, value);
            if ended {
                return Ok(pairs);
            }
        }
    }

    fn key(&mut self, known: &Map) -> Result<String> {
        let start = self.at;
        self.take_while(is_key);
        let key = self.word[start..self.at].to_owned();
        self.blanks();
        if self.peek() != Some('=') && !self.word[self.at..].starts_with("@=") {
            return Err(self.expected("="));
        }
        if known.contains_key(&key) {
            let hint = "This is often because there is a preceding \",\" instead of a space.";
            return Err(self.failure(&format!("Second instance of key \"{key}\" encountered"), start, hint));
        }
        Ok(key)
    }

    /// The value after a key, and whether further items may join it.
    fn pair_value(&mut self) -> Result<(Value, bool)> {
        if self.peek() == Some('@') {
            self.at += 2;
            self.blanks();
            let path = self.bare(|c| c == ',' || c == ']' || c == '}')?;
            return Ok((files::load(&path)?.into_value(), false));
        }
        self.expect('=')?;
        self.blanks();
        match self.peek() {
            None | Some(',') => Ok(("".into(), true)),
            Some('=') => Err(self.expected("a value")),
            Some('[' | '{') => Ok((self.nested()?, false)),
            Some(_) => Ok((self.text(|c| c == ',' || c == ']' || c == '}')?, true)),
        }
    }

    /// An item that joins the value before it: it must not contain `=`.
    fn item(&mut self) -> Result<Value> {
        let start = self.at;
        match self.peek() {
            None => Err(self.expected("a value")),
            Some('"' | '\'') => self.text(|_| true),
            Some(_) => {
                let text = self.bare(|c| matches!(c, ',' | ']' | '}'))?;
                match self.word[start..self.at].find('=') {
                    Some(at) => {
                        self.at = start + at;
                        Err(self.expected(","))
                    }
                    None => Ok(text.into()),
                }
            }
        }
    }

    /// A list in brackets, a map in braces, or text.
    fn nested(&mut self) -> Result<Value> {
        match self.peek() {
            Some('[') => self.list(),
            Some('{') => self.map(),
            _ => self.text(|c| matches!(c, ',' | ']' | '}')),
        }
    }

    fn list(&mut self) -> Result<Value> {
        self.expect('[')?;
        let mut items = List::new();
        loop {
            self.blanks();
            if self.peek() == Some(']') {
                self.at += 1;
                return Ok(items.into());
            }
            items.push(self.nested()?);
            self.blanks();
            if self.peek() != Some(']') {
                self.expect(',')?;
            }
        }
    }

    fn map(&mut self) -> Result<Value> {
        self.expect('{')?;
        let mut pairs = Map::new();
        loop {
            self.blanks();
            if self.peek() == Some('}') {
                self.at += 1;
                return Ok(pairs.into());
            }
            let key = self.key(&pairs)?;
            let value = if self.peek() == Some('@') {
                self.pair_value()?.0
            } else {
                self.expect('=')?;
                self.blanks();
                match self.peek() {
                    Some(',' | '}') => "".into(),
                    _ => self.nested()?,
                }
            };
            pairs.insert(key, value);
            self.blanks();
            if self.peek() != Some('}') {
                self.expect(',')?;
            }
        }
    }

    /// Text in quotes, or bare text up to a character that ends it.
    fn text(&mut self, ends: impl Fn(char) -> bool) -> Result<Value> {
        match self.peek() {
            Some(quote @ ('"' | '\'')) => self.quoted(quote).map(Value::from),
            _ => self.bare(ends).map(Value::from),
        }
    }

    fn quoted(&mut self, quote: char) -> Result<String> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        while let Some(c) = self.next() {
            match c {
                c if c == quote => return Ok(text),
                '\\' if matches!(self.peek(), Some('"' | '\'' | '\\')) => text.extend(self.next()),
                c => text.push(c),
            }
        }
        self.at = start;
        Err(self.expected("a closing quote"))
    }

    /// Bare text, trimmed. Its first character may be one that would end it later.
    fn bare(&mut self, ends: impl Fn(char) -> bool) -> Result<String> {
        let mut text = String::new();
        while let Some(c) = self.peek() {
            match c {
                '\\' if self.word[self.at..].starts_with("\\,") => {
                    self.at += 1;
                    text.extend(self.next());
                    continue;
                }
                ',' => break,
                c if !text.is_empty() && ends(c) => break,
                '"' | '\'' => return Err(self.expected(",")),
                _ => {}
            }
            text.push(c);
            self.at += c.len_utf8();
        }
        Ok(text.trim().to_owned())
    }

    /// Whether a key and its `=` follow.
    fn at_key(&self) -> bool {
        let rest = self.word[self.at..].trim_start_matches(is_key).trim_start();
        !rest.is_empty() && (rest.starts_with('=') || rest.starts_with("@="))
    }

    fn peek(&self) -> Option<char> {
        self.word[self.at..].chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn blanks(&mut self) {
        self.take_while(char::is_whitespace);
    }

    fn take_while(&mut self, keep: impl Fn(char) -> bool) {
        let rest = &self.word[self.at..];
        self.at += rest.find(|c| !keep(c)).unwrap_or(rest.len());
    }

    fn expect(&mut self, wanted: char) -> Result<()> {
        if self.peek() != Some(wanted) {
            return Err(self.expected(&wanted.to_string()));
        }
        self.at += wanted.len_utf8();
        Ok(())
    }

    fn expected(&self, what: &str) -> Failure {
        let got = self.peek().map_or("the end".to_owned(), |c| format!("'{c}'"));
        self.failure(&format!("Expected '{what}', got {got}"), self.at, "")
    }

    fn failure(&self, problem: &str, at: usize, hint: &str) -> Failure {
        let column = self.word[..at].chars().count();
        let mut message = format!("{problem} in:\n{}\n{:column$}^", self.word, "");
        let hint = match hint {
            "" if self.word[at..].starts_with(['"', '\'']) => "A value with quotes is quoted as a whole: Key=\"it's\"",
            "" if self.word.trim_end().ends_with(',') => "Pairs are written without blanks: Key=a,Value=b",
            hint => hint,
        };
        if !hint.is_empty() {
            message = format!("{message}\n{hint}");
        }
        Failure::usage(message)
    }
}

fn is_key(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '#' | '.' | '/' | ':' | '_' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    #[test]
    fn words_become_maps() {
        for (word, expected) in [
            ("Name=a,Values=b,c", value!({"Name": "a", "Values": ["b", "c"]})),
            ("Name=a,,Values=b", value!({"Name": "a", "Values": "b"})),
            ("a=,b=", value!({"a": "", "b": ""})),
            ("a=x\\y", value!({"a": "x\\y"})),
            ("Key=\"a\" ,Value=\"b\\\\c\"", value!({"Key": "a", "Value": "b\\c"})),
            ("Ebs={Size=10,Tags=[{K=v},]},N=[ ]", value!({"Ebs": {"Size": "10", "Tags": [{"K": "v"}]}, "N": []})),
            ("Value=}c", value!({"Value": "}c"})),
        ] {
            assert_eq!(Value::from(parse(word).unwrap()), expected, "{word}");
        }
    }

    #[test]
    fn a_problem_is_shown_with_its_position() {
        let message = |word| parse(word).unwrap_err().message;
        assert_eq!(
            message("Key=a,Value=it's"),
            "Expected ',', got ''' in:\nKey=a,Value=it's\n              ^\nA value with quotes is quoted as a whole: Key=\"it's\""
        );
        assert!(message("a=b,a=c").starts_with("Second instance of key \"a\" encountered in:\na=b,a=c\n    ^\nThis is often"));
        for word in ["", "5", "a=b,", "a={v", "a=[b", "a=[b]x", "a=b}", "Key==a", "a b=c", "a=b,c\\=d", "v={a=b,c}"] {
            assert_eq!(parse(word).unwrap_err().code, 252, "{word}");
        }
    }
}
