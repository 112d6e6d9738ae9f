//! Splits an expression into tokens.

use std::fmt;

use super::syntax::SyntaxError;

/// A token and its position in the expression, in bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Token<'t> {
    pub kind: TokenKind,
    pub text: &'t str,
    pub at: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum TokenKind {
    /// A name, a function, or a keyword.
    Word,
    /// `#name`.
    NamePlaceholder,
    /// `:value`.
    ValuePlaceholder,
    /// The digits of an index.
    Number,
    Symbol,
    End,
}

impl Token<'_> {
    pub fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == TokenKind::Symbol && self.text == symbol
    }

    pub fn is_keyword(&self, keyword: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(keyword)
    }
}

impl fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TokenKind::End => f.write_str("the end of the expression"),
            _ => write!(f, "{:?}", self.text),
        }
    }
}

const SYMBOLS: &[&str] = &["<>", "<=", ">=", "<", ">", "=", "(", ")", "[", "]", ",", ".", "+", "-"];

/// Returns the tokens of an expression; the last one is the end.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, SyntaxError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    loop {
        at += text[at..].len() - text[at..].trim_start_matches([' ', '\t', '\n', '\r']).len();
        let rest = &text[at..];
        let Some(first) = rest.chars().next() else {
            tokens.push(Token { kind: TokenKind::End, text: "", at });
            return Ok(tokens);
        };
        let (kind, length) = match first {
            'a'..='z' | 'A'..='Z' | '_' => (TokenKind::Word, word(rest)),
            '0'..='9' => (TokenKind::Number, rest.bytes().take_while(u8::is_ascii_digit).count()),
            '#' => (TokenKind::NamePlaceholder, 1 + word(&rest[1..])),
            ':' => (TokenKind::ValuePlaceholder, 1 + word(&rest[1..])),
            _ => match SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
                Some(symbol) => (TokenKind::Symbol, symbol.len()),
                None => return Err(SyntaxError::new(at, format!("unexpected character {first:?}"))),
            },
        };
        tokens.push(Token { kind, text: &rest[..length], at });
        at += length;
    }
}

/// The number of letters, digits, and underscores at the beginning.
fn word(text: &str) -> usize {
    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_their_positions() {
        let found = tokens("a.#b[10]<=:v1 AND\tnot(x)").unwrap();
        let texts: Vec<(&str, usize)> = found.iter().map(|token| (token.text, token.at)).collect();
        let expected = [("a", 0), (".", 1), ("#b", 2), ("[", 4), ("10", 5), ("]", 7), ("<=", 8), (":v1", 10), ("AND", 14), ("not", 18)];
        assert_eq!(texts[..10], expected);
        assert_eq!(texts[10..], [("(", 21), ("x", 22), (")", 23), ("", 24)]);
        assert!(found[8].is_keyword("and") && found[9].is_keyword("NOT"));
    }

    #[test]
    fn characters_that_no_expression_contains_are_rejected() {
        for (text, at) in [("é = :v", 0), ("a = \"x\"", 4), ("a != :v", 2), ("a\u{a0}= :v", 1)] {
            assert_eq!(tokens(text).unwrap_err().at, at, "{text}");
        }
    }
}
