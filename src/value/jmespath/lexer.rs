//! Splits the text of an expression into tokens.

use super::Failure;
use super::node::Comparator;
use crate::value::{Str, Value};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Identifier(Str),
    QuotedIdentifier(Str),
    Literal(Value),
    Number(i64),
    Comparator(Comparator),
    Dot,
    Star,
    Comma,
    Colon,
    At,
    Ampersand,
    And,
    Or,
    Pipe,
    Not,
    /// `[]`
    Flatten,
    /// `[?`
    Filter,
    LeftBracket,
    RightBracket,
    LeftBrace,
    RightBrace,
    LeftParenthesis,
    RightParenthesis,
    End,
}

/// Returns the tokens with their columns, counted in characters from 1. The last token is [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, usize)>, Failure> {
    let mut lexer = Lexer { text, at: 0, column: 1, counted: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_white_space();
        let column = lexer.column();
        let token = lexer.token(column)?;
        let end = token == Token::End;
        tokens.push((token, column));
        if end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    column: usize,
    /// The number of bytes included in `column`.
    counted: usize,
}

impl<'a> Lexer<'a> {
    fn column(&mut self) -> usize {
        self.column += self.text[self.counted..self.at].chars().count();
        self.counted = self.at;
        self.column
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_white_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn eat(&mut self, next: &str) -> bool {
        let hit = self.rest().starts_with(next);
        if hit {
            self.at += next.len();
        }
        hit
    }

    /// Takes characters while they fit.
    fn take_while(&mut self, fits: impl Fn(u8) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.bytes().position(|b| !fits(b)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn token(&mut self, column: usize) -> Result<Token, Failure> {
        let Some(first) = self.rest().chars().next() else { return Ok(Token::End) };
        match first {
            'a'..='z' | 'A'..='Z' | '_' => {
                return Ok(Token::Identifier(self.take_while(|b| b.is_ascii_alphanumeric() || b == b'_').into()));
            }
            '0'..='9' | '-' => return self.number(column),
            '"' => return self.quoted_identifier(column),
            '\'' => return self.raw_string(column),
            '`' => return self.literal(column),
            _ => self.at += first.len_utf8(),
        }
        Ok(match first {
            '.' => Token::Dot,
            '*' => Token::Star,
            ',' => Token::Comma,
            ':' => Token::Colon,
            '@' => Token::At,
            ']' => Token::RightBracket,
            '{' => Token::LeftBrace,
            '}' => Token::RightBrace,
            '(' => Token::LeftParenthesis,
            ')' => Token::RightParenthesis,
            '[' if self.eat("]") => Token::Flatten,
            '[' if self.eat("?") => Token::Filter,
            '[' => Token::LeftBracket,
            '&' if self.eat("&") => Token::And,
            '&' => Token::Ampersand,
            '|' if self.eat("|") => Token::Or,
            '|' => Token::Pipe,
            '=' if self.eat("=") => Token::Comparator(Comparator::Equal),
            '!' if self.eat("=") => Token::Comparator(Comparator::NotEqual),
            '!' => Token::Not,
            '<' if self.eat("=") => Token::Comparator(Comparator::LessOrEqual),
            '<' => Token::Comparator(Comparator::Less),
            '>' if self.eat("=") => Token::Comparator(Comparator::GreaterOrEqual),
            '>' => Token::Comparator(Comparator::Greater),
            other => return Err(Failure::syntax(format_args!("unexpected character {other:?}"), column)),
        })
    }

    fn number(&mut self, column: usize) -> Result<Token, Failure> {
        let negative = self.eat("-");
        let digits = self.take_while(|b| b.is_ascii_digit());
        if digits.is_empty() {
            return Err(Failure::syntax("'-' without a number", column));
        }
        // An index beyond 64 bits is out of bounds of every list, and so is the largest one.
        let number = digits.parse().unwrap_or(i64::MAX);
        Ok(Token::Number(if negative { -number } else { number }))
    }

    fn quoted_identifier(&mut self, column: usize) -> Result<Token, Failure> {
        let start = self.at;
        self.delimited('"', column)?;
        let name: Str = serde_json::from_str(&self.text[start..self.at])
            .map_err(|e| Failure::syntax(format_args!("the quoted identifier is not a JSON string ({e})"), column))?;
        Ok(Token::QuotedIdentifier(name))
    }

    /// Reads `'text'`, in which `\'` is the only escape.
    fn raw_string(&mut self, column: usize) -> Result<Token, Failure> {
        let content = self.delimited('\'', column)?;
        Ok(Token::Literal(Value::from(content.replace("\\'", "'"))))
    }

    /// Reads `` `JSON` ``. As in boto3, anything that is not JSON is a string, unless it begins with a quote.
    fn literal(&mut self, column: usize) -> Result<Token, Failure> {
        let content = self.delimited('`', column)?.replace("\\`", "`");
        if let Ok(value) = serde_json::from_str(&content) {
            return Ok(Token::Literal(value));
        }
        serde_json::from_str::<Value>(&format!("\"{}\"", content.trim_start()))
            .map(Token::Literal)
            .map_err(|e| Failure::syntax(format_args!("the literal is not JSON ({e})"), column))
    }

    /// Returns the text between the next delimiter and its counterpart. A backslash escapes the character after it.
    fn delimited(&mut self, delimiter: char, column: usize) -> Result<&'a str, Failure> {
        let content = &self.rest()[1..];
        let mut escaped = false;
        for (i, c) in content.char_indices() {
            if c == delimiter && !escaped {
                self.at += i + 2;
                return Ok(&content[..i]);
            }
            escaped = c == '\\' && !escaped;
        }
        Err(Failure::syntax(format_args!("the closing {delimiter} is missing"), column))
    }
}
