//! Character classes of regular expressions.

use super::Random;

/// A set of characters, as inclusive ranges of code points.
#[derive(Clone, Default)]
pub(super) struct Class(Vec<(u32, u32)>);

const LAST: u32 = char::MAX as u32;

impl Class {
    pub fn of(c: char) -> Class {
        Class(vec![(c.into(), c.into())])
    }

    fn of_ranges(ranges: &[(char, char)]) -> Class {
        Class(ranges.iter().map(|(from, to)| (u32::from(*from), u32::from(*to))).collect())
    }

    pub fn add(&mut self, other: &Class) {
        self.0.extend_from_slice(&other.0);
    }

    /// Adds a range; `None` if it is reversed.
    pub fn add_range(&mut self, from: char, to: char) -> Option<()> {
        (from <= to).then(|| self.0.push((from.into(), to.into())))
    }

    /// Returns the complement.
    pub fn negated(mut self) -> Class {
        self.0.sort_unstable();
        let mut rest = Vec::new();
        let mut next = 0;
        for (from, to) in self.0 {
            if from > next {
                rest.push((next, from - 1));
            }
            next = next.max(to + 1);
        }
        if next <= LAST {
            rest.push((next, LAST));
        }
        Class(rest)
    }

    /// Returns the character if there is exactly one.
    pub fn single(&self) -> Option<char> {
        match self.0[..] {
            [(from, to)] if from == to => char::from_u32(from),
            _ => None,
        }
    }

    /// Returns one of the characters: an ASCII letter or digit if there are any, otherwise preferably a printable one.
    pub fn pick(&self, random: &mut Random) -> Option<char> {
        let in_ascii = |fits: fn(&char) -> bool| -> Vec<char> { ('!'..='~').filter(|c| self.contains(*c) && fits(c)).collect() };
        let mut choice = in_ascii(char::is_ascii_alphanumeric);
        if choice.is_empty() {
            choice = in_ascii(|_| true);
        }
        if choice.is_empty() {
            let starts = self.0.iter().filter_map(|(from, to)| (*from..=*to).take(0x900).find_map(char::from_u32));
            choice = starts.collect();
            choice.sort_by_key(|c| c.is_control());
            choice.truncate(1);
        }
        choice.get(random.below(choice.len())).copied()
    }

    fn contains(&self, c: char) -> bool {
        let c = u32::from(c);
        self.0.iter().any(|(from, to)| (*from..=*to).contains(&c))
    }
}

/// Returns the class of a Java or Unicode property: a subset that is large enough to pick from.
pub(super) fn property(name: &str) -> Option<Class> {
    let ranges: &[(char, char)] = match name {
        "Digit" | "N" | "Nd" | "IsDigit" => &[('0', '9')],
        "XDigit" => &[('0', '9'), ('a', 'f'), ('A', 'F')],
        "Word" => &[('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')],
        "Alnum" => &[('a', 'z'), ('A', 'Z'), ('0', '9')],
        "L" | "LD" | "Alpha" | "IsAlphabetic" => &[('a', 'z'), ('A', 'Z')],
        "Lu" | "Upper" => &[('A', 'Z')],
        "Ll" | "Lower" => &[('a', 'z')],
        "Space" | "IsWhitespace" => &[('\t', '\r'), (' ', ' ')],
        "Z" | "Zs" | "Blank" => &[(' ', ' ')],
        "P" | "Punct" => &[('!', '#'), ('%', '*'), (',', '/'), (':', ';'), ('?', '@'), ('[', ']'), ('_', '_'), ('{', '{'), ('}', '}')],
        "Pd" => &[('-', '-')],
        "Pc" => &[('_', '_')],
        "S" => &[('$', '$'), ('+', '+'), ('<', '>'), ('^', '^'), ('`', '`'), ('|', '|'), ('~', '~')],
        "M" => &[('\u{300}', '\u{36f}')],
        "C" | "Cc" | "Cntrl" => &[('\0', '\u{1f}'), ('\u{7f}', '\u{9f}')],
        "Cf" => &[('\u{200b}', '\u{200f}')],
        "ASCII" => &[('\0', '\u{7f}')],
        "Print" => &[(' ', '~')],
        "Graph" => &[('!', '~')],
        "all" | "Any" => &[('\0', char::MAX)],
        _ => return None,
    };
    Some(Class::of_ranges(ranges))
}
