//! Generates text that matches a regular expression of a definition, by walking the parsed expression at random.
//!
//! Look-around is parsed but ignored. Expressions with back-references are not supported.

use super::Random;
use super::class::{Class, property};

/// A parsed regular expression.
pub(super) struct Pattern {
    alternatives: Vec<Sequence>,
    /// Whether it contains an anchor for the start or the end of the text.
    anchored: bool,
    /// Checks whether a text matches, if the expression can be compiled.
    regex: Option<regex_lite::Regex>,
}

type Sequence = Vec<Repeat>;

struct Repeat {
    piece: Piece,
    least: usize,
    greatest: usize,
}

enum Piece {
    /// An assertion without width.
    Nothing,
    Char(Class),
    Group(Vec<Sequence>),
}

/// The maximum number of repetitions without an upper bound.
const UNBOUNDED: usize = 1 << 20;
/// The maximum nesting of groups.
const MAX_DEPTH: usize = 50;
/// The maximum number of additional repetitions in successive attempts.
const GROWTH: [usize; 18] = [5, 3, 1, 0, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256, 512, 1024, 2048, 4096];

impl Pattern {
    /// Parses an expression; `None` if it is not supported.
    pub fn parse(text: &str) -> Option<Pattern> {
        let mut reader = Reader { rest: text.chars().collect(), at: 0 };
        let alternatives = reader.alternatives(0)?;
        let anchored = text.contains(['^', '$']) || text.contains("(?=");
        (reader.at == reader.rest.len()).then(|| Pattern { alternatives, anchored, regex: regex_lite::Regex::new(text).ok() })
    }

    /// Generates matching text with a number of characters in the given range.
    pub fn sample(&self, random: &mut Random, least: usize, greatest: usize) -> Option<String> {
        let random_text = GROWTH.into_iter().flat_map(|growth| [growth; 4]).find_map(|growth| {
            let text = self.write(random, More::UpTo(growth), least, greatest);
            self.fits(&text, least, greatest).then_some(text)
        });
        // Random attempts rarely produce one exact length.
        random_text.or_else(|| {
            (0..16).find_map(|_| {
                let shortest = self.write(random, More::Exactly(0), 0, greatest).chars().count();
                let text = self.write(random, More::Exactly(least.saturating_sub(shortest)), least, greatest);
                self.fits(&text, least, greatest).then_some(text)
            })
        })
    }

    fn fits(&self, text: &str, least: usize, greatest: usize) -> bool {
        (least..=greatest).contains(&text.chars().count()) && self.regex.as_ref().is_none_or(|regex| regex.is_match(text))
    }

    fn write(&self, random: &mut Random, more: More, least: usize, greatest: usize) -> String {
        let mut writer = Writer { random, more, room: greatest.saturating_add(1), text: String::new() };
        writer.alternatives(&self.alternatives);
        // Without an anchor, matching text can be repeated.
        while !self.anchored && writer.room > 0 && writer.text.chars().count() < least {
            let before = writer.text.len();
            writer.alternatives(&self.alternatives);
            if writer.text.len() == before {
                break;
            }
        }
        writer.text
    }
}

/// The number of additional repetitions.
#[derive(Clone, Copy)]
enum More {
    /// A random number up to this one, for each repetition.
    UpTo(usize),
    /// This number, for all repetitions together.
    Exactly(usize),
}

struct Writer<'r> {
    random: &'r mut Random,
    more: More,
    /// The number of characters that can still be written.
    room: usize,
    text: String,
}

impl Writer<'_> {
    fn alternatives(&mut self, alternatives: &[Sequence]) {
        let Some(sequence) = alternatives.get(self.random.below(alternatives.len())) else { return };
        for repeat in sequence.iter().filter(|repeat| !matches!(repeat.piece, Piece::Nothing)) {
            for _ in 0..repeat.least + self.more(repeat.greatest - repeat.least) {
                if self.room == 0 {
                    return;
                }
                match &repeat.piece {
                    Piece::Nothing => {}
                    Piece::Char(class) => {
                        self.text.extend(class.pick(self.random));
                        self.room -= 1;
                    }
                    Piece::Group(alternatives) => self.alternatives(alternatives),
                }
            }
        }
    }

    fn more(&mut self, allowed: usize) -> usize {
        match &mut self.more {
            More::UpTo(growth) => self.random.below(allowed.min(*growth) + 1),
            More::Exactly(left) => {
                let taken = allowed.min(*left);
                *left -= taken;
                taken
            }
        }
    }
}

struct Reader {
    rest: Vec<char>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    fn take(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += 1;
        Some(next)
    }

    fn takes(&mut self, text: &str) -> bool {
        let found = text.chars().enumerate().all(|(i, c)| self.rest.get(self.at + i) == Some(&c));
        if found {
            self.at += text.chars().count();
        }
        found
    }

    fn alternatives(&mut self, depth: usize) -> Option<Vec<Sequence>> {
        if depth > MAX_DEPTH {
            return None;
        }
        let mut all = vec![Sequence::new()];
        while let Some(next) = self.peek() {
            match next {
                ')' if depth > 0 => break,
                '|' => {
                    self.at += 1;
                    all.push(Sequence::new());
                }
                _ => {
                    let piece = self.piece(depth)?;
                    let repeat = self.repeats(piece)?;
                    all.last_mut()?.push(repeat);
                }
            }
        }
        Some(all)
    }

    fn piece(&mut self, depth: usize) -> Option<Piece> {
        Some(match self.take()? {
            '(' => self.group(depth)?,
            '[' => Piece::Char(self.class(depth)?),
            '.' => Piece::Char(Class::of('\n').negated()),
            ')' => return None,
            '^' | '$' => Piece::Nothing,
            '\\' if matches!(self.peek()?, 'b' | 'B' | 'A' | 'z' | 'Z') => {
                self.at += 1;
                Piece::Nothing
            }
            '\\' => Piece::Char(self.escape()?),
            c => Piece::Char(Class::of(c)),
        })
    }

    /// Parses a group after its opening parenthesis.
    fn group(&mut self, depth: usize) -> Option<Piece> {
        let around = ["?=", "?!", "?<=", "?<!"].into_iter().any(|kind| self.takes(kind));
        if !around && self.takes("?") {
            let named = self.takes("P<") || self.takes("<");
            // Flags end with a colon, or with the parenthesis if they apply to the rest of the expression.
            loop {
                match self.take()? {
                    '>' if named => break,
                    ':' if !named => break,
                    ')' if !named => return Some(Piece::Nothing),
                    c if c.is_ascii_alphanumeric() || c == '-' || c == '_' => {}
                    _ => return None,
                }
            }
        }
        let inside = self.alternatives(depth + 1)?;
        (self.take()? == ')').then_some(if around { Piece::Nothing } else { Piece::Group(inside) })
    }

    /// Parses the quantifiers after a piece; a second one repeats the first.
    fn repeats(&mut self, piece: Piece) -> Option<Repeat> {
        let mut repeat = Repeat { piece, least: 1, greatest: 1 };
        let mut first = true;
        while let Some((least, greatest)) = self.quantifier()? {
            // A question mark or a plus after a quantifier makes it lazy or possessive, which does not matter here.
            let _ = self.takes("?") || self.takes("+");
            repeat = match first {
                true => Repeat { piece: repeat.piece, least, greatest },
                false => Repeat { piece: Piece::Group(vec![vec![repeat]]), least, greatest },
            };
            first = false;
        }
        Some(repeat)
    }

    #[expect(clippy::option_option, reason = "the outer option is a parse failure")]
    fn quantifier(&mut self) -> Option<Option<(usize, usize)>> {
        Some(match self.peek() {
            Some('*') => self.takes("*").then_some((0, UNBOUNDED)),
            Some('+') => self.takes("+").then_some((1, UNBOUNDED)),
            Some('?') => self.takes("?").then_some((0, 1)),
            Some('{') => {
                let end = self.rest[self.at..].iter().position(|c| *c == '}')? + self.at;
                let text: String = self.rest[self.at + 1..end].iter().collect();
                self.at = end + 1;
                let (least, greatest) = text.split_once(',').unwrap_or((&text, &text));
                let least = least.trim().parse().ok()?;
                let greatest = if greatest.trim().is_empty() { UNBOUNDED } else { greatest.trim().parse().ok()? };
                Some((least, (least <= greatest).then_some(greatest)?))
            }
            _ => None,
        })
    }

    /// Parses a class after its opening bracket.
    fn class(&mut self, depth: usize) -> Option<Class> {
        let negated = self.takes("^");
        let mut class = Class::default();
        let mut first = true;
        loop {
            let item = match self.take()? {
                ']' if !first => break,
                '[' if depth < MAX_DEPTH => self.class(depth + 1)?,
                '&' if self.peek() == Some('&') => return None,
                '\\' => self.escape()?,
                c => Class::of(c),
            };
            first = false;
            let ranges = self.peek() == Some('-') && self.rest.get(self.at + 1).is_some_and(|next| *next != ']');
            match item.single().filter(|_| ranges) {
                Some(from) => {
                    self.at += 1;
                    let to = match self.take()? {
                        '\\' => self.escape()?,
                        c => Class::of(c),
                    };
                    class.add_range(from, to.single()?)?;
                }
                None => class.add(&item),
            }
        }
        Some(if negated { class.negated() } else { class })
    }

    /// Parses an escape after its backslash.
    fn escape(&mut self) -> Option<Class> {
        Some(match self.take()? {
            'd' => property("Digit")?,
            'D' => property("Digit")?.negated(),
            'w' => property("Word")?,
            'W' => property("Word")?.negated(),
            's' => property("Space")?,
            'S' => property("Space")?.negated(),
            'n' => Class::of('\n'),
            'r' => Class::of('\r'),
            't' => Class::of('\t'),
            'f' => Class::of('\u{c}'),
            'v' => Class::of('\u{b}'),
            'x' => Class::of(char::from_u32(self.hexadecimal(2)?)?),
            'u' => Class::of(self.unicode()?),
            kind @ ('p' | 'P') => {
                let name = match self.take()? {
                    '{' => std::iter::from_fn(|| self.take().filter(|c| *c != '}')).collect(),
                    c => c.to_string(),
                };
                let class = property(&name)?;
                if kind == 'P' { class.negated() } else { class }
            }
            c if c.is_ascii_alphanumeric() => return None,
            c => Class::of(c),
        })
    }

    /// Parses the code of a character. As in Java, two surrogates are one character.
    fn unicode(&mut self) -> Option<char> {
        let high = self.hexadecimal(4)?;
        if !(0xd800..0xdc00).contains(&high) {
            return char::from_u32(high);
        }
        let low = if self.takes("\\u") { self.hexadecimal(4)? } else { return None };
        char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + low.checked_sub(0xdc00)?)
    }

    fn hexadecimal(&mut self, digits: usize) -> Option<u32> {
        if self.takes("{") {
            let text: String = std::iter::from_fn(|| self.take().filter(|c| *c != '}')).collect();
            return u32::from_str_radix(&text, 16).ok();
        }
        (0..digits).try_fold(0, |number, _| Some(number * 16 + self.take()?.to_digit(16)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_text_matches_and_has_the_required_length() {
        for (pattern, least, greatest) in [
            ("^[a-z0-9]{10}$", 0, 64),
            ("arn:(aws|aws-cn):[a-z-]+::[0-9]{12}:.+", 60, 70),
            ("[\\w+=,.@-]+", 3, 3),
            ("^[a-f0-9]+$", 64, 64),
            ("[\\x21-\\x7e&&[^a]]", 1, 1),
            ("(?:[A-F0-9]{1,4}:){7}[A-F0-9]{1,4}", 0, 99),
            ("(?s).{4,255}", 200, 255),
            ("^(?!-)[a-z]+(-[a-z]+){2,3}?$", 9, 20),
            ("[\\S]", 8, 8),
            ("[^\\x00-\\x7F]+", 2, 5),
            ("(a|b|){3}\\.", 2, 2),
            ("^$|^x+$", 4, 4),
        ] {
            let Some(parsed) = Pattern::parse(pattern) else {
                assert!(pattern.contains("&&"), "{pattern}");
                continue;
            };
            for seed in 0..20 {
                let text = parsed.sample(&mut Random::new(seed), least, greatest).unwrap_or_else(|| panic!("{pattern}"));
                assert!((least..=greatest).contains(&text.chars().count()), "{pattern}: {text}");
                let whole = regex_lite::Regex::new(&format!("^(?:{})+$", pattern.replace("(?!-)", ""))).unwrap();
                assert!(whole.is_match(&text), "{pattern}: {text}");
            }
        }
    }

    #[test]
    fn surrogates_are_one_character_and_unsupported_notations_are_rejected() {
        let pattern = Pattern::parse("[\\uD83D\\uDC2C-\\uDBFF\\uDFFF]{2}").unwrap();
        assert_eq!(pattern.sample(&mut Random::new(1), 0, 9).unwrap(), "\u{1f42c}\u{1f42c}");
        for foreign in ["(a)\\1", "\\p{Foreign}", "[a-z", "(a", "a{2,1}", "a)"] {
            assert!(Pattern::parse(foreign).is_none(), "{foreign}");
        }
        assert!(Pattern::parse("a{5}").unwrap().sample(&mut Random::new(1), 0, 4).is_none());
    }
}
