//! The definitions' regular expressions, as far as JSON Schema's readers share them.
//!
//! Definitions have Java's notation. JSON Schema has ECMA-262's with the flag `u`, which refuses needless escapes. An
//! expression that uses anything beyond is left out of a schema: a wrong pattern is worse than none.

/// The same expression in the notation that JSON Schema has, or nothing.
pub(super) fn portable(pattern: &str) -> Option<String> {
    // What does not compile here is broken, or goes beyond what readers share: look-around, properties, references.
    regex_lite::Regex::new(pattern).ok()?;
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern.chars().peekable();
    let (mut class, mut count, mut before) = (false, false, ' ');
    while let Some(c) = rest.next() {
        match c {
            '\\' => push_escape(rest.next()?, class, &mut out)?,
            // Flags and names; only a group that is not captured is shared.
            '(' if !class && rest.peek() == Some(&'?') => {
                rest.next();
                (rest.next()? == ':').then(|| out.push_str("(?:"))?;
            }
            // A possessive quantifier, or two of them.
            '+' if !class && matches!(before, '+' | '*' | '?' | '}') => return None,
            '[' if class => return None,
            '&' if class && rest.peek() == Some(&'&') => return None,
            // Closing what was not opened.
            ']' if !class => out.push_str("\\]"),
            '}' if !class && !count => out.push_str("\\}"),
            _ => {
                class = (class || c == '[') && c != ']';
                count = (count || c == '{') && c != '}';
                out.push(c);
            }
        }
        before = if c == '\\' { ' ' } else { c };
    }
    Some(out)
}

/// What follows a backslash.
fn push_escape(c: char, class: bool, out: &mut String) -> Option<()> {
    let shared = matches!(c, 'd' | 'D' | 'w' | 'W' | 's' | 'S' | 'n' | 'r' | 't' | 'f' | 'v' | 'x' | 'u') || (c == 'b' && !class);
    let syntax = r"^$\.*+?()[]{}|/".contains(c) || (class && c == '-');
    if c.is_ascii_alphanumeric() && !shared {
        return None;
    }
    if shared || syntax {
        out.push('\\');
    }
    out.push(c);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::portable;

    #[test]
    fn needless_escapes_go_and_what_is_not_shared_is_left_out() {
        for (pattern, expected) in [
            (r"^[\w\-\.:/]+$", Some(r"^[\w\-\.:/]+$")),
            (r"arn\:aws\-x:[\@\_a]{1,3}\s\*", Some(r"arn:aws-x:[@_a]{1,3}\s\*")),
            (r"^(?:a|b)*?$", Some(r"^(?:a|b)*?$")),
            (r"a{2,3}}]", Some(r"a{2,3}\}\]")),
            (r"[\u0020-\uD7FF\x7e]", Some(r"[\u0020-\uD7FF\x7e]")),
            (r"a++", None),
            (r"(?i)abc", None),
            (r"^(?!x).*$", None),
            (r"\p{L}+", None),
            (r"[a-z&&[^b]]", None),
            (r"\Aabc\z", None),
            ("[", None),
        ] {
            assert_eq!(portable(pattern).as_deref(), expected, "{pattern}");
        }
    }
}
