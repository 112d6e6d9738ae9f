//! Splits a command line into words without a shell.

/// Splits and unquotes words as a POSIX shell does. Returns `None` if a quote or an escape is not terminated.
pub(crate) fn posix(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' | '\r' | '\n' => words.extend(word.take()),
            '\\' => word.get_or_insert_default().push(chars.next()?),
            '\'' | '"' => unquote(c, &mut chars, word.get_or_insert_default())?,
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Some(words)
}

/// Appends everything up to the closing `quote`. Within double quotes, a backslash escapes itself and the quote.
fn unquote(quote: char, chars: &mut std::str::Chars<'_>, word: &mut String) -> Option<()> {
    loop {
        match chars.next()? {
            c if c == quote => return Some(()),
            '\\' if quote == '"' => match chars.next()? {
                c @ ('"' | '\\') => word.push(c),
                c => word.extend(['\\', c]),
            },
            c => word.push(c),
        }
    }
}

/// Splits words as the C runtime on Windows does: a backslash escapes only before a double quote.
#[cfg(any(windows, test))]
pub(crate) fn windows(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let (mut quoted, mut backslashes) = (false, 0);
    for c in line.chars() {
        if c == '\\' {
            backslashes += 1;
            continue;
        }
        if backslashes > 0 {
            let (shown, escaped) = if c == '"' { (backslashes / 2, backslashes % 2 == 1) } else { (backslashes, false) };
            word.get_or_insert_default().push_str(&"\\".repeat(shown));
            backslashes = 0;
            if escaped {
                word.get_or_insert_default().push('"');
                continue;
            }
        }
        match c {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' | '\t' if !quoted => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    if backslashes > 0 {
        word.get_or_insert_default().push_str(&"\\".repeat(backslashes));
    }
    words.extend(word);
    (!quoted).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn posix_and_windows_quoting() {
        assert_eq!(posix(r#"a "b \" \c" 'd "e' f\ g"#).unwrap(), ["a", r#"b " \c"#, r#"d "e"#, "f g"]);
        assert_eq!(posix("a 'b"), None);
        assert_eq!(windows(r#"C:\a\b.exe "c d\\" e\"f 'g h"#).unwrap(), [r"C:\a\b.exe", r"c d\", r#"e"f"#, "'g", "h"]);
        assert_eq!(windows(r#"a "b"#), None);
        assert_eq!(windows(r#"a\ """#).unwrap(), [r"a\", ""]);
    }
}
