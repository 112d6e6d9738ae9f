//! The patterns of definitions: regular expressions in Java's notation, compiled for `regex-lite`.
//!
//! A pattern without `^`, `$`, `\A`, and `\z` must match the whole text, as `matches` does in Java; one with such an anchor is
//! searched for. Where the two engines differ, the translation accepts more, so that no valid text is rejected:
//!
//! - Beyond ASCII, every character belongs to every Unicode property (`\p{L}`, `\P{M}`). Java's POSIX classes (`\p{Alnum}`)
//!   are exact.
//! - Possessive quantifiers are greedy.
//! - Look-ahead at the start and look-behind at the end are separate conditions. Elsewhere they are not supported.
//!
//! Other patterns (look-around inside, back references, intersections of classes, JavaScript's `/…/`, more than 1 MiB when
//! compiled) are not supported. In the embedded definitions these are 80 of 4,880 different patterns.

use regex_lite::{Regex, RegexBuilder};

/// A compiled pattern.
#[derive(Debug)]
pub(crate) struct Pattern {
    main: Condition,
    /// Look-ahead at the start and look-behind at the end.
    beside: Vec<Condition>,
}

#[derive(Debug)]
struct Condition {
    regex: Regex,
    /// Whether the expression must match.
    holds: bool,
    /// The maximum size of the compiled expression, in bytes.
    size: usize,
}

/// The maximum sizes of compiled expressions that are tried, in bytes.
const SIZES: [usize; 2] = [32 << 10, 1 << 20];

/// The maximum product of the size of an expression and the length of a text. The time of a match is proportional to it.
const WORK: u64 = 4 << 30;

impl Pattern {
    /// Compiles a pattern; `None` if it is not supported.
    pub(crate) fn compile(pattern: &str) -> Option<Pattern> {
        if pattern.len() > 1 && pattern.starts_with('/') && pattern.ends_with('/') {
            return None;
        }
        let parts = Parts::of(pattern)?;
        let main = translate(parts.main)?;
        let mut beside = Vec::new();
        for (holds, ahead) in &parts.ahead {
            beside.push(Condition::compile(&format!("^(?:{})", translate(ahead)?.text), *holds)?);
        }
        for (holds, behind) in &parts.behind {
            beside.push(Condition::compile(&format!("(?:{})$", translate(behind)?.text), *holds)?);
        }
        // The conditions of one alternative must not hold for the others.
        if !beside.is_empty() && main.has_alternatives {
            return None;
        }
        let whole = !(parts.starts || parts.ends || main.is_anchored);
        let start = if whole || parts.starts || !parts.ahead.is_empty() { "^" } else { "" };
        let end = if whole || parts.ends || !parts.behind.is_empty() { "$" } else { "" };
        Some(Pattern { main: Condition::compile(&format!("{start}(?:{}){end}", main.text), true)?, beside })
    }

    /// Returns whether a text matches. A text that is too long to check in reasonable time matches.
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.beside.iter().chain([&self.main]).all(|condition| condition.is_met(text))
    }
}

impl Condition {
    fn compile(text: &str, holds: bool) -> Option<Condition> {
        SIZES.iter().find_map(|&size| {
            let regex = RegexBuilder::new(text).size_limit(size).build().ok()?;
            Some(Condition { regex, holds, size })
        })
    }

    fn is_met(&self, text: &str) -> bool {
        (self.size as u64).saturating_mul(text.len() as u64) > WORK || self.regex.is_match(text) == self.holds
    }
}

/// A pattern, separated into its look-ahead at the start, its look-behind at the end, and the expression between.
struct Parts<'p> {
    /// Whether each must match, and its expression.
    ahead: Vec<(bool, &'p str)>,
    behind: Vec<(bool, &'p str)>,
    main: &'p str,
    /// Whether `^` precedes the look-ahead.
    starts: bool,
    /// Whether `$` follows the look-behind.
    ends: bool,
}

impl<'p> Parts<'p> {
    fn of(pattern: &'p str) -> Option<Parts<'p>> {
        let mut parts = Parts { ahead: Vec::new(), behind: Vec::new(), main: pattern, starts: false, ends: false };
        let mut rest = pattern.strip_prefix('^').unwrap_or(pattern);
        while let Some((holds, inside)) = group(rest, "(?=", "(?!")? {
            parts.ahead.push((holds, inside));
            rest = &rest[inside.len() + "(?=)".len()..];
        }
        if !parts.ahead.is_empty() {
            parts.starts = pattern.starts_with('^');
            parts.main = rest;
        }
        let end = parts.main.strip_suffix('$').unwrap_or(parts.main);
        let Some(first) = end.find("(?<=").into_iter().chain(end.find("(?<!")).min() else { return Some(parts) };
        let mut rest = &end[first..];
        while let Some((holds, inside)) = group(rest, "(?<=", "(?<!")? {
            parts.behind.push((holds, inside));
            rest = &rest[inside.len() + "(?<=)".len()..];
        }
        parts.ends = parts.main.ends_with('$');
        parts.main = &parts.main[..first];
        // Look-behind before anything else is not at the end.
        rest.is_empty().then_some(parts)
    }
}

/// Returns the content of the group at the start of `text`, and whether it has the first of the two openings. The outer
/// `None` is a group without an end.
fn group<'p>(text: &'p str, positive: &str, negative: &str) -> Option<Option<(bool, &'p str)>> {
    let (holds, rest) = match (text.strip_prefix(positive), text.strip_prefix(negative)) {
        (Some(rest), _) => (true, rest),
        (_, Some(rest)) => (false, rest),
        _ => return Some(None),
    };
    let (mut depth, mut in_class, mut escaped) = (1, false, false);
    for (at, c) in rest.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => depth += 1,
            ')' if !in_class => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(Some((holds, &rest[..at])));
        }
    }
    None
}

/// A translated expression.
struct Translated {
    text: String,
    /// Whether it contains an anchor.
    is_anchored: bool,
    /// Whether it consists of alternatives at the top.
    has_alternatives: bool,
}

/// Translates an expression from Java's notation; `None` if it is not supported.
fn translate(pattern: &str) -> Option<Translated> {
    let mut out = Translated { text: String::with_capacity(pattern.len() + 8), is_anchored: false, has_alternatives: false };
    let mut rest = Chars::new(pattern);
    let mut depth = 0_usize;
    while let Some(c) = rest.next() {
        match c {
            '\\' => match escape(&mut rest)? {
                Escape::Char(c) => push_literal(&mut out.text, c),
                Escape::Class(class) => class.push_alone(&mut out.text),
                Escape::Boundary(c) => {
                    out.is_anchored |= matches!(c, 'A' | 'z');
                    out.text.extend(['\\', c]);
                }
            },
            '[' => class(&mut rest, &mut out.text)?,
            '(' => {
                depth += 1;
                out.text.push('(');
                if rest.skip('?') {
                    let kind = rest.next()?;
                    if matches!(kind, '=' | '!' | '>') || (kind == '<' && matches!(rest.peek(), Some('=' | '!'))) {
                        return None;
                    }
                    out.text.extend(['?', kind]);
                }
            }
            ')' => {
                depth = depth.checked_sub(1)?;
                out.text.push(')');
            }
            '|' => {
                out.has_alternatives |= depth == 0;
                out.text.push('|');
            }
            '{' => match rest.count() {
                Some(count) => {
                    out.text.push_str(&format!("{{{count}}}"));
                    quantifier_end(&mut rest, &mut out.text);
                }
                None => out.text.push_str("\\{"),
            },
            '*' | '+' | '?' => {
                out.text.push(c);
                quantifier_end(&mut rest, &mut out.text);
            }
            '^' | '$' => {
                out.is_anchored = true;
                out.text.push(c);
            }
            '.' => out.text.push('.'),
            // Part of a flag group, as in `(?s)`, or a literal.
            _ if c.is_alphanumeric() || matches!(c, ':' | '<' | '>' | '-') => out.text.push(c),
            _ => push_literal(&mut out.text, c),
        }
    }
    (depth == 0).then_some(out)
}

/// Copies the mark of a lazy quantifier and drops that of a possessive one.
fn quantifier_end(rest: &mut Chars<'_>, out: &mut String) {
    if rest.skip('?') {
        out.push('?');
    } else {
        rest.skip('+');
    }
}

/// The characters that remain of an expression.
struct Chars<'p>(std::str::Chars<'p>);

impl<'p> Chars<'p> {
    fn new(text: &'p str) -> Chars<'p> {
        Chars(text.chars())
    }

    fn next(&mut self) -> Option<char> {
        self.0.next()
    }

    fn peek(&self) -> Option<char> {
        self.0.clone().next()
    }

    fn skip(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.0.next();
        }
        found
    }

    /// Reads the rest of a count (`2,5}`), without its end.
    fn count(&mut self) -> Option<&'p str> {
        let text = self.0.as_str();
        let (count, rest) = text.split_once('}')?;
        let (least, greatest) = count.split_once(',').unwrap_or((count, ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let found = !least.is_empty() && digits(least) && digits(greatest);
        found.then(|| {
            self.0 = rest.chars();
            count
        })
    }

    /// Reads a number of hexadecimal digits.
    fn hex(&mut self, digits: usize) -> Option<u32> {
        let text = self.0.as_str();
        let number = u32::from_str_radix(text.get(..digits)?, 16).ok()?;
        self.0 = text[digits..].chars();
        Some(number)
    }
}

/// The meaning of an escape sequence.
enum Escape {
    Char(char),
    Class(Class),
    /// `\b`, `\B`, `\A`, or `\z`.
    Boundary(char),
}

fn escape(rest: &mut Chars<'_>) -> Option<Escape> {
    Some(match rest.next()? {
        'p' => Escape::Class(property(rest)?),
        'P' => Escape::Class(property(rest)?.negated()),
        c @ ('d' | 'w' | 's') => Escape::Class(Class::of_letter(c)),
        c @ ('D' | 'W' | 'S') => Escape::Class(Class::of_letter(c.to_ascii_lowercase()).negated()),
        'v' => Escape::Class(Class { ascii: mask('\n'..='\r'), others: Others::Maybe }),
        c @ ('b' | 'B' | 'A' | 'z') => Escape::Boundary(c),
        'n' => Escape::Char('\n'),
        'r' => Escape::Char('\r'),
        't' => Escape::Char('\t'),
        'f' => Escape::Char('\u{c}'),
        'x' => Escape::Char(char::from_u32(rest.hex(2)?)?),
        'u' => Escape::Char(utf16(rest)?),
        c if c.is_alphanumeric() => return None,
        c => Escape::Char(c),
    })
}

/// Reads the digits after `\u`. Two surrogates are one character.
fn utf16(rest: &mut Chars<'_>) -> Option<char> {
    let first = rest.hex(4)?;
    if !(0xD800..0xDC00).contains(&first) {
        return char::from_u32(first);
    }
    let second = (rest.skip('\\') && rest.skip('u')).then(|| rest.hex(4))??;
    char::decode_utf16([u16::try_from(first).ok()?, u16::try_from(second).ok()?]).next()?.ok()
}

/// Translates a class in brackets, after the opening one.
fn class(rest: &mut Chars<'_>, out: &mut String) -> Option<()> {
    let negated = rest.skip('^');
    out.push_str(if negated { "[^" } else { "[" });
    let mut first = true;
    loop {
        let c = rest.next()?;
        let from = match c {
            ']' if !first => break,
            '[' => return None,
            '&' if rest.peek() == Some('&') => return None,
            '\\' => match escape(rest)? {
                Escape::Char(c) => c,
                Escape::Class(class) => {
                    class.push_inside(out, negated);
                    first = false;
                    continue;
                }
                Escape::Boundary(_) => return None,
            },
            c => c,
        };
        first = false;
        push_literal(out, from);
        let mut ahead = Chars(rest.0.clone());
        if !ahead.skip('-') {
            continue;
        }
        // A range, unless the hyphen is the last character or precedes a class.
        let to = match ahead.next()? {
            ']' | '[' => continue,
            '\\' => match escape(&mut ahead)? {
                Escape::Char(c) => c,
                _ => continue,
            },
            c => c,
        };
        *rest = ahead;
        out.push('-');
        push_literal(out, to);
    }
    out.push(']');
    Some(())
}

fn push_literal(out: &mut String, c: char) {
    if c.is_alphanumeric() {
        out.push(c);
    } else {
        out.push_str(&format!("\\x{{{:X}}}", u32::from(c)));
    }
}

/// A set of characters.
#[derive(Clone, Copy)]
struct Class {
    /// A bit for each ASCII character.
    ascii: u128,
    others: Others,
}

/// Whether a class contains the characters beyond ASCII. `Maybe` stands for those that need the tables of Unicode.
#[derive(Clone, Copy)]
enum Others {
    None,
    All,
    Maybe,
}

impl Class {
    fn of_letter(letter: char) -> Class {
        let ascii = match letter {
            'd' => DIGITS,
            'w' => LETTERS | DIGITS | mask('_'..='_'),
            _ => mask('\t'..='\r') | mask(' '..=' '),
        };
        Class { ascii, others: Others::None }
    }

    fn negated(self) -> Class {
        let others = match self.others {
            Others::None => Others::All,
            Others::All => Others::None,
            Others::Maybe => Others::Maybe,
        };
        Class { ascii: !self.ascii, others }
    }

    /// Adds the class as an expression.
    fn push_alone(self, out: &mut String) {
        out.push('[');
        self.push_inside(out, false);
        out.push(']');
    }

    /// Adds the class to a class in brackets. In a negated one, an unknown character is not contained: both accept it.
    fn push_inside(self, out: &mut String, negated: bool) {
        let mut from = 0;
        while from < 128 {
            let skipped = (self.ascii >> from).trailing_zeros();
            if skipped == 128 {
                break;
            }
            from += skipped;
            let length = (self.ascii >> from).trailing_ones();
            out.push_str(&format!("\\x{{{from:X}}}-\\x{{{:X}}}", from + length - 1));
            from += length;
        }
        if matches!(self.others, Others::All) || (matches!(self.others, Others::Maybe) && !negated) {
            out.push_str(r"\x{80}-\x{10FFFF}");
        }
    }
}

/// The bits of a range of ASCII characters.
const fn mask(range: std::ops::RangeInclusive<char>) -> u128 {
    let (from, to) = (*range.start() as u32, *range.end() as u32);
    (u128::MAX >> (127 - (to - from))) << from
}

const DIGITS: u128 = mask('0'..='9');
const UPPER: u128 = mask('A'..='Z');
const LOWER: u128 = mask('a'..='z');
const LETTERS: u128 = UPPER | LOWER;
const GRAPHIC: u128 = mask('!'..='~');
const CONTROLS: u128 = mask('\0'..='\u{1f}') | mask('\u{7f}'..='\u{7f}');
/// The characters of Unicode's categories of symbols.
const SYMBOLS: u128 =
    mask('$'..='$') | mask('+'..='+') | mask('<'..='>') | mask('^'..='^') | mask('`'..='`') | mask('|'..='|') | mask('~'..='~');

/// Reads the name of a property: `{Alnum}`, or one letter.
fn property(rest: &mut Chars<'_>) -> Option<Class> {
    let letter;
    let name = match rest.next()? {
        '{' => {
            let (name, after) = rest.0.as_str().split_once('}')?;
            rest.0 = after.chars();
            name
        }
        c => {
            letter = c.to_string();
            &letter
        }
    };
    let exact = |ascii| Class { ascii, others: Others::None };
    let unicode = |ascii| Class { ascii, others: Others::Maybe };
    Some(match name {
        // POSIX, in Java for ASCII only.
        "ASCII" => exact(u128::MAX),
        "Alnum" => exact(LETTERS | DIGITS),
        "Alpha" => exact(LETTERS),
        "Blank" => exact(mask('\t'..='\t') | mask(' '..=' ')),
        "Cntrl" => exact(CONTROLS),
        "Digit" => exact(DIGITS),
        "Graph" => exact(GRAPHIC),
        "Lower" => exact(LOWER),
        "Print" => exact(mask(' '..='~')),
        "Punct" => exact(GRAPHIC & !LETTERS & !DIGITS),
        "Space" => exact(mask('\t'..='\r') | mask(' '..=' ')),
        "Upper" => exact(UPPER),
        "XDigit" => exact(DIGITS | mask('A'..='F') | mask('a'..='f')),
        // Unicode.
        "L" | "IsAlphabetic" | "IsLetter" | "IsL" => unicode(LETTERS),
        "Lu" | "IsUppercase" => unicode(UPPER),
        "Ll" | "IsLowercase" => unicode(LOWER),
        "LD" => unicode(LETTERS | DIGITS),
        "N" | "Nd" | "IsDigit" => unicode(DIGITS),
        "M" | "Mn" | "Mc" | "Me" | "Lt" | "Lm" | "Lo" | "Nl" | "No" | "So" | "Cf" | "Co" | "Cn" | "Cs" | "Zl" | "Zp" => unicode(0),
        "Z" | "Zs" => unicode(mask(' '..=' ')),
        "IsWhitespace" | "IsWhite_Space" => unicode(mask('\t'..='\r') | mask(' '..=' ')),
        "P" | "IsPunctuation" => unicode(GRAPHIC & !LETTERS & !DIGITS & !SYMBOLS),
        "Pd" => unicode(mask('-'..='-')),
        "Pc" => unicode(mask('_'..='_')),
        "S" => unicode(SYMBOLS),
        "C" | "Cc" | "IsControl" => unicode(CONTROLS),
        "all" | "Any" => Class { ascii: u128::MAX, others: Others::All },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::definition::Definitions;

    #[test]
    fn patterns_accept_and_reject_as_in_java() {
        for (pattern, accepted, rejected) in [
            // A whole match, unless there is an anchor.
            ("[a-z]+", &["abc"][..], &["", "abc ", "ABC"][..]),
            ("^ab", &["abc"], &["xab"]),
            ("a|bc", &["a", "bc"], &["ab", "abc"]),
            (r"\A[a-z]\z", &["a"], &["ab"]),
            (r"[\w+=,.@-]+", &["a-b@c.d"], &["a b", "a/b"]),
            (r"[\p{L}\p{N}\p{Z}-_]*", &["a-b é_ 1"], &["a+b", "a\tb"]),
            (r"[^\p{C}]*", &["a b é", ""], &["a\nb"]),
            (r"\P{C}+", &["aé"], &["a\u{7}"]),
            (r"\p{Alnum}+", &["aZ9"], &["é", "a-"]),
            (r"[\P{Alnum}]+", &["é-"], &["a"]),
            (r"[^\P{Alnum}]+", &["a1"], &["é", "-"]),
            (r"\p{LD}{2,3}", &["a1", "a1é"], &["a", "a-1"]),
            (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*", &["a😀\t"], &["a\u{1}"]),
            ("(?!aws:)[a-z:]+", &["a:aws:"], &["aws:a"]),
            (r"(?!.* {2})[a-z ]+", &["a b"], &["a  b"]),
            ("^(?=.{2,3}$)(?!x)[a-z]+$", &["ab"], &["a", "xab", "abcd"]),
            (r"^[0-9a-z\.]*(?<!\.)$", &["a.b"], &["a."]),
            ("[a-z-]+(?<!-a)(?<!-b)", &["a-c"], &["x-a", "x-b"]),
            ("[a-z]++", &["ab"], &["a1"]),
            (r"\d{1}+:\d{2,}", &["1:22"], &["1:2"]),
            ("(?i)true|(?:no)", &["TRUE", "no"], &["yes"]),
            ("(?s).{0,3}", &["a\nb"], &["abcd"]),
            ("{a}", &["{a}"], &["a"]),
            (r"[]a[\]", &[], &[]),
            (r"[\s\S]*", &["", "any\n"], &[]),
            (r"\$\{[^}]+\}", &["${a}"], &["$a"]),
        ] {
            let compiled = Pattern::compile(pattern);
            if accepted.is_empty() {
                assert!(compiled.is_none(), "{pattern}");
                continue;
            }
            let compiled = compiled.unwrap_or_else(|| panic!("{pattern} does not compile"));
            for text in accepted {
                assert!(compiled.matches(text), "{pattern} rejects {text:?}");
            }
            for text in rejected {
                assert!(!compiled.matches(text), "{pattern} accepts {text:?}");
            }
        }
    }

    #[test]
    fn unsupported_patterns_are_skipped() {
        for pattern in
            ["a(?!b)c", r"(.)\1", "[a-z&&[^b]]", "/^a$/", "(?<!a)b", "(?!a)b|c", r"\p{Nonsense}", "a)", "(a", "[", r"\", "*", "a{9999999}"]
        {
            assert!(Pattern::compile(pattern).is_none(), "{pattern}");
        }
    }

    /// The number in the documentation above.
    #[test]
    fn almost_all_patterns_of_the_embedded_definitions_compile() {
        let definitions = Definitions::embedded();
        let mut patterns = BTreeSet::new();
        for name in definitions.services().unwrap() {
            for version in definitions.api_versions(&name, "service-2").unwrap() {
                let service = definitions.service(&name, Some(&version)).unwrap();
                for shape in service.shape_names().filter_map(|name| service.shape_id(name)) {
                    patterns.extend(service.shape(shape).unwrap().traits.pattern.clone());
                }
            }
        }
        let skipped: Vec<_> = patterns.iter().filter(|pattern| Pattern::compile(pattern).is_none()).collect();
        assert_eq!((patterns.len(), skipped.len()), (4880, 80), "{skipped:#?}");
    }

    #[test]
    fn neither_a_pattern_nor_a_text_takes_long() {
        let started = Instant::now();
        for pattern in ["((a{1,1000}){1,1000}){1,1000}", "(a*)*b", "(?:a|aa)+$", ".{0,30000}", "(x+x+)+y", &"(".repeat(100_000)] {
            if let Some(pattern) = Pattern::compile(pattern) {
                pattern.matches(&"a".repeat(100_000));
                pattern.matches(&"x".repeat(1_000));
            }
        }
        assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
    }
}
