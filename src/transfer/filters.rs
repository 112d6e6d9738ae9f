//! Include and exclude patterns: the last pattern that matches decides.

/// Patterns that select files and keys below a folder or prefix. Without any, everything is included; otherwise the last
/// pattern that matches a path decides. `*` matches any text including slashes, `?` one character, `[abc]` one of these, and
/// `[!abc]` one of the others, as with the AWS CLI.
///
/// ```
/// use tucuxi::Filters;
///
/// let photos = Filters::new().exclude("*").include("*.jpg").exclude("draft/*");
/// assert!(photos.includes("2024/river.jpg"));
/// assert!(!photos.includes("draft/river.jpg") && !photos.includes("notes.txt"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Filters(Vec<(bool, String)>);

impl Filters {
    /// Returns filters that include everything.
    pub fn new() -> Filters {
        Filters::default()
    }

    /// Includes the paths that match a pattern.
    pub fn include(mut self, pattern: impl Into<String>) -> Filters {
        self.0.push((true, pattern.into()));
        self
    }

    /// Excludes the paths that match a pattern.
    pub fn exclude(mut self, pattern: impl Into<String>) -> Filters {
        self.0.push((false, pattern.into()));
        self
    }

    /// Returns whether a path, relative to the folder or prefix and with slashes, is included.
    pub fn includes(&self, path: &str) -> bool {
        self.0.iter().rev().find(|(_, pattern)| matches(pattern, path)).is_none_or(|(include, _)| *include)
    }
}

/// Whether a pattern matches: `*` any text, `?` one character, `[abc]` one of these, `[!abc]` one of the others.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where the last `*` was, and how much of the text it covers.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
                continue;
            }
            Some('[') => {
                if let Some(length) = class(&pattern[p..], text[t]) {
                    p += length;
                    t += 1;
                    continue;
                }
            }
            Some(c) if *c == '?' || *c == text[t] => {
                p += 1;
                t += 1;
                continue;
            }
            _ => {}
        }
        match star {
            Some((at, covered)) => {
                star = Some((at, covered + 1));
                (p, t) = (at + 1, covered + 1);
            }
            None => return false,
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// The length of a class that contains the character.
fn class(pattern: &[char], c: char) -> Option<usize> {
    let negated = pattern.get(1) == Some(&'!');
    let start = if negated { 2 } else { 1 };
    let end = start + 1 + pattern.get(start + 1..)?.iter().position(|c| *c == ']')?;
    let members = &pattern[start..end];
    let mut found = false;
    let mut at = 0;
    while at < members.len() {
        if members.get(at + 1) == Some(&'-') && at + 2 < members.len() {
            found |= (members[at]..=members[at + 2]).contains(&c);
            at += 3;
        } else {
            found |= members[at] == c;
            at += 1;
        }
    }
    (found != negated).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_a_shell() {
        for (pattern, text, expected) in [
            ("*", "a/b", true),
            ("*.txt", "a/b.txt", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("[ab]*", "bx", true),
            ("[!ab]*", "bx", false),
            ("[a-c]x", "bx", true),
            ("a*b*c", "a1b2b3c", true),
            ("a*b", "ac", false),
            ("", "", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn the_last_matching_filter_decides() {
        let filters = Filters::new().exclude("*").include("*.txt").exclude("b*");
        assert!(filters.includes("a.txt") && !filters.includes("a.jpg") && !filters.includes("b.txt"));
    }
}
