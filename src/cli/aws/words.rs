//! Splitting the words of a command line into options and positional words.
//!
//! The rules are those of Python's argparse, which the AWS CLI's users know: options anywhere, `--name=value`, unambiguous
//! prefixes, the last of a repeated option wins.

use crate::cli::failure::{Failure, Result};
use crate::error::did_you_mean;

/// How many words an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arity {
    None,
    /// A value only in the form `--name=value`.
    Attached,
    One,
    /// One value each time; all occurrences count, in order.
    Repeated,
    Optional,
    Many,
}

/// The words of a command line, sorted.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// The options in the order of their first occurrence: index of the option, and its words.
    pub options: Vec<(usize, Vec<String>)>,
    pub positional: Vec<String>,
    /// The values of repeated options, in the order of the command line.
    pub repeated: Vec<(usize, String)>,
}

impl Words {
    /// The words of an option, if it was given.
    pub(super) fn option(&self, index: usize) -> Option<&[String]> {
        self.options.iter().find(|(known, _)| *known == index).map(|(_, words)| words.as_slice())
    }

    fn note(&mut self, index: usize, arity: Arity, words: Vec<String>) {
        if arity == Arity::Repeated {
            self.repeated.extend(words.iter().map(|word| (index, word.clone())));
        }
        self.options.retain(|(known, _)| *known != index);
        self.options.push((index, words));
    }
}

/// Splits words by the options that are known: their names without dashes, and their arities.
///
/// # Errors
/// A usage failure for an ambiguous or unknown option and for a missing or superfluous value.
pub(super) fn split(words: &[String], options: &[(&str, Arity)]) -> Result<Words> {
    let mut found = Words::default();
    let mut unknown = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let word = &words[at];
        at += 1;
        if word == "--" {
            found.positional.extend_from_slice(&words[at..]);
            break;
        }
        let Some(kind) = classify(word, options)? else {
            found.positional.push(word.clone());
            continue;
        };
        let Kind::Option { index, attached } = kind else {
            unknown.push(word.clone());
            continue;
        };
        let (name, arity) = options[index];
        if let Some(value) = attached {
            if arity == Arity::None {
                return Err(Failure::usage(format!("argument --{name} takes no value, found '{value}'")));
            }
            found.note(index, arity, vec![value.to_owned()]);
            continue;
        }
        let most = match arity {
            Arity::None | Arity::Attached => 0,
            Arity::One | Arity::Repeated | Arity::Optional => 1,
            Arity::Many => usize::MAX,
        };
        let mut values = Vec::new();
        while at < words.len() && values.len() < most && words[at] != "--" && classify(&words[at], options)?.is_none() {
            values.push(words[at].clone());
            at += 1;
        }
        if matches!(arity, Arity::One | Arity::Repeated) && values.is_empty() {
            return Err(Failure::usage(format!("argument --{name}: expected one argument")));
        }
        found.note(index, arity, values);
    }
    if let Some(first) = unknown.first() {
        let name = first.trim_start_matches('-').split('=').next().unwrap_or_default();
        let names: Vec<String> = options.iter().map(|(name, _)| format!("--{name}")).collect();
        let near = did_you_mean(name, names.iter().map(String::as_str));
        return Err(Failure::usage(format!("Unknown options: {}{}{near}", unknown.join(", "), if near.is_empty() { "" } else { "." })));
    }
    Ok(found)
}

/// Options that the AWS CLI does not have. They must be spelled out, so that prefixes mean the same as there.
const WHOLE: [&str; 2] = ["each", "parallel"];

enum Kind<'a> {
    Option { index: usize, attached: Option<&'a str> },
    Unknown,
}

/// Whether a word is an option, and which. Words that begin with a dash are values if they are numbers or contain a blank.
fn classify<'a>(word: &'a str, options: &[(&str, Arity)]) -> Result<Option<Kind<'a>>> {
    let Some(rest) = word.strip_prefix('-').filter(|rest| !rest.is_empty()) else { return Ok(None) };
    let Some(rest) = rest.strip_prefix('-') else {
        return Ok((!is_number(word) && !word.contains(' ')).then_some(Kind::Unknown));
    };
    let index = |name: &str| options.iter().position(|(known, _)| *known == name);
    if let Some(index) = index(rest) {
        return Ok(Some(Kind::Option { index, attached: None }));
    }
    let (name, attached) = rest.split_once('=').map_or((rest, None), |(name, value)| (name, Some(value)));
    if let Some(index) = attached.and_then(|_| index(name)) {
        return Ok(Some(Kind::Option { index, attached }));
    }
    let can_be_short = |option: &str| !WHOLE.contains(&option);
    let matching: Vec<usize> =
        (0..options.len()).filter(|index| options[*index].0.starts_with(name) && can_be_short(options[*index].0)).collect();
    match matching[..] {
        [index] if !name.is_empty() => Ok(Some(Kind::Option { index, attached })),
        [_, _, ..] if !name.is_empty() => {
            let names: Vec<String> = matching.iter().map(|index| format!("--{}", options[*index].0)).collect();
            Err(Failure::usage(format!("ambiguous option: {word} could match {}", names.join(", "))))
        }
        _ if word.contains(' ') => Ok(None),
        _ => Ok(Some(Kind::Unknown)),
    }
}

/// A negative number, as argparse recognizes it.
fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix('-').unwrap_or(word);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    all(whole) && all(fraction) && !fraction.is_empty() && (!whole.is_empty() || digits.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: &[(&str, Arity)] =
        &[("region", Arity::One), ("dry-run", Arity::None), ("ids", Arity::Many), ("id", Arity::One), ("print", Arity::Attached)];

    fn split_words(words: &[&str]) -> Result<Words> {
        split(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>(), OPTIONS)
    }

    #[test]
    fn options_go_anywhere_and_the_last_wins() {
        let words = split_words(&["a", "--ids", "1", "-2", "- 3", "--reg=x", "--region", "y", "--print=curl", "b"]).unwrap();
        assert_eq!(words.positional, ["a", "b"]);
        assert_eq!(words.option(0).unwrap(), ["y"]);
        assert_eq!(words.option(2).unwrap(), ["1", "-2", "- 3"]);
        assert_eq!(words.option(4).unwrap(), ["curl"]);
        assert_eq!(words.option(1), None);
    }

    #[test]
    fn problems_are_usage_failures() {
        for (words, message) in [
            (&["--region"][..], "argument --region: expected one argument"),
            (&["--region", "--dry-run"], "argument --region: expected one argument"),
            (&["--dry-run=true"], "argument --dry-run takes no value, found 'true'"),
            (&["--i", "x"], "ambiguous option: --i could match --ids, --id"),
            (&["--regoin", "x"], "Unknown options: --regoin. Did you mean --region?"),
        ] {
            let failure = split_words(words).unwrap_err();
            assert_eq!((failure.message.as_str(), failure.code), (message, 252));
        }
    }
}
