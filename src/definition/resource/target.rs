//! The paths of parameters: `Filters[0].Values[0]`, `Delete.Objects[*].Key`.

use crate::value::Str;

/// The path of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target(pub(super) Vec<TargetPart>);

/// A part of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetPart {
    /// The member.
    pub name: Str,
    /// The position in the list, if the member is one.
    pub index: Option<TargetIndex>,
}

/// A position in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetIndex {
    /// `[2]`: this position.
    At(usize),
    /// `[]`: after the last item.
    Append,
    /// `[*]`: the position of the current item of a batch, or after the last item if there is no batch.
    Item,
}

/// No list in a request is longer.
const MAX_INDEX: usize = 9_999;

impl Target {
    /// Returns the parts, from the top.
    pub fn parts(&self) -> &[TargetPart] {
        &self.0
    }

    /// Parses a path. The error is the reason.
    pub(crate) fn parse(text: &str) -> Result<Target, String> {
        text.split('.').map(TargetPart::parse).collect::<Result<_, _>>().map(Target)
    }
}

impl TargetPart {
    fn parse(text: &str) -> Result<TargetPart, String> {
        let wrong = || format!("each part of a target must be a name, optionally followed by [], [*], or [number], but this is {text:?}");
        let (name, index) = match text.split_once('[') {
            None => (text, None),
            Some((name, rest)) => (name, Some(index(rest.strip_suffix(']').ok_or_else(wrong)?).ok_or_else(wrong)?)),
        };
        if name.is_empty() || name.contains(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-')) {
            return Err(wrong());
        }
        Ok(TargetPart { name: name.into(), index })
    }
}

fn index(text: &str) -> Option<TargetIndex> {
    match text {
        "" => Some(TargetIndex::Append),
        "*" => Some(TargetIndex::Item),
        digits if digits.bytes().all(|b| b.is_ascii_digit()) => {
            digits.parse().ok().filter(|index| *index <= MAX_INDEX).map(TargetIndex::At)
        }
        _ => None,
    }
}
