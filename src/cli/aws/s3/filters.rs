//! `--include` and `--exclude`: the last pattern that matches decides.

/// The filters of a command line, in order.
pub(super) struct Filters(Vec<(bool, String)>);

impl Filters {
    /// Filters from the words of a command line, which has them in order.
    pub(super) fn new(ordered: &[(String, String)]) -> Filters {
        Filters(ordered.iter().map(|(name, pattern)| (name == "include", pattern.clone())).collect())
    }

    /// Whether a path, relative to the source, is included.
    pub(super) fn include(&self, path: &str) -> bool {
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
        let filters = Filters::new(&[("exclude".into(), "*".into()), ("include".into(), "*.txt".into()), ("exclude".into(), "b*".into())]);
        assert!(filters.include("a.txt") && !filters.include("a.jpg") && !filters.include("b.txt"));
    }
}
