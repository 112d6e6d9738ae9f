//! Converts regular expressions of definitions to those of JSON Schema.
//!
//! Definitions use Java's syntax. JSON Schema uses that of ECMA-262 with the flag `u`, which rejects unnecessary escapes. A pattern
//! that uses anything beyond the common subset is omitted from schemas, because a wrong pattern is worse than none.

/// Returns the equivalent expression for JSON Schema, if there is one.
pub(super) fn portable(pattern: &str) -> Option<String> {
    // Expressions that do not compile are invalid or not portable (look-around, properties, back references).
    regex_lite::Regex::new(pattern).ok()?;
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern.chars().peekable();
    let (mut class, mut count, mut before) = (false, false, ' ');
    while let Some(c) = rest.next() {
        match c {
            '\\' => push_escape(rest.next()?, class, &mut out)?,
            // Flags and group names. Only non-capturing groups are portable.
            '(' if !class && rest.peek() == Some(&'?') => {
                rest.next();
                (rest.next()? == ':').then(|| out.push_str("(?:"))?;
            }
            // A possessive quantifier, or a double one.
            '+' if !class && matches!(before, '+' | '*' | '?' | '}') => return None,
            '[' if class => return None,
            '&' if class && rest.peek() == Some(&'&') => return None,
            // A closing bracket without an opening one.
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

/// Adds the character after a backslash.
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
    fn unnecessary_escapes_are_removed_and_nonportable_patterns_are_omitted() {
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
