//! The command line that is being edited: its words before the cursor, and the form in which a shell expects candidates.

use super::{Candidate, Shell, candidates};

/// A command line up to the cursor.
pub(super) struct Line {
    program: String,
    words: Vec<String>,
    /// The word at the cursor.
    typed: String,
    /// The bytes of that word that the shell does not replace. Bash breaks words at `:` and `=`.
    fixed: usize,
    is_quoted: bool,
}

impl Line {
    /// Creates the line of words that the shell has split. The last one is being completed.
    pub(super) fn of_words(words: &[String]) -> Line {
        let (program, words) = words.split_first().map_or(("", words), |(program, words)| (program.as_str(), words));
        let (typed, words) = words.split_last().map_or((String::new(), words), |(typed, words)| (typed.clone(), words));
        Line { program: program.to_owned(), words: words.to_vec(), typed, fixed: 0, is_quoted: false }
    }

    /// Creates the line of `COMP_LINE` up to `COMP_POINT`. `fragment` is the part of the last word that the shell replaces.
    pub(super) fn of_environment(fragment: &str) -> Option<Line> {
        let line = std::env::var("COMP_LINE").ok()?;
        let point: usize = std::env::var("COMP_POINT").ok()?.parse().ok()?;
        Some(Line::of_text(line.get(..point).unwrap_or(&line), fragment))
    }

    fn of_text(text: &str, fragment: &str) -> Line {
        let (mut words, is_quoted) = split(text);
        let typed = words.pop().unwrap_or_default();
        let fixed = if typed.ends_with(fragment) { typed.len() - fragment.len() } else { 0 };
        let program = if words.is_empty() { String::new() } else { words.remove(0) };
        Line { program, words, typed, fixed, is_quoted }
    }

    pub(super) fn candidates(&self) -> Vec<Candidate> {
        candidates(&self.program, &self.words, &self.typed)
    }

    /// A candidate as the script for the shell reads it: bash takes a word, the others a word and a description after a tab.
    pub(super) fn shown(&self, candidate: &Candidate, shell: Shell) -> String {
        let Candidate { value, about } = candidate;
        match shell {
            Shell::Bash => {
                let value = value.get(self.fixed..).unwrap_or(value);
                if self.is_quoted { value.to_owned() } else { escaped(value) }
            }
            _ if about.is_empty() => value.clone(),
            _ => format!("{value}\t{about}"),
        }
    }
}

/// Splits a line as a POSIX shell does, without expansions, and tells whether it ends inside quotes. The last word is the one
/// at the end of the line, which is empty after a blank.
fn split(line: &str) -> (Vec<String>, bool) {
    let mut words = vec![String::new()];
    let mut quote = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        let word = words.last_mut().expect("there is always a word");
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None | Some('"'), '\\') => word.extend(chars.next()),
            (None, c) if c.is_whitespace() => {
                // Several blanks separate the same words.
                if !word.is_empty() {
                    words.push(String::new());
                }
            }
            _ => word.push(c),
        }
    }
    (words, quote.is_some())
}

/// The word with backslashes before the characters that are special to bash.
fn escaped(word: &str) -> String {
    let mut text = String::with_capacity(word.len());
    for c in word.chars() {
        if c.is_whitespace() || "'\"\\$`&;()<>|*?[]{}!#~".contains(c) {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_split_like_a_shell_splits_them() {
        for (line, words, quoted) in [
            ("tucuxi s3  ls ", vec!["tucuxi", "s3", "ls", ""], false),
            ("tucuxi s3 ls a\\ b", vec!["tucuxi", "s3", "ls", "a b"], false),
            ("tucuxi --query 'a b", vec!["tucuxi", "--query", "a b"], true),
            (r#"x "a\"b"c"#, vec!["x", "a\"bc"], false),
        ] {
            assert_eq!(split(line), (words.into_iter().map(str::to_owned).collect(), quoted), "{line}");
        }
    }

    #[test]
    fn bash_replaces_only_the_part_of_the_word_after_its_last_break() {
        let line = Line::of_text("tucuxi s3 ls s3://ri", "//ri");
        let candidate = |value: &str| Candidate { value: value.to_owned(), about: "a bucket".to_owned() };
        assert_eq!(line.shown(&candidate("s3://river/"), Shell::Bash), "//river/");
        assert_eq!(line.shown(&candidate("s3://a (1)"), Shell::Bash), "//a\\ \\(1\\)");
        assert_eq!(line.shown(&candidate("s3://river/"), Shell::Fish), "s3://river/\ta bucket");
    }
}
