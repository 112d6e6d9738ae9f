//! Where a parameter goes: `Filters[0].Values[0]`, `Delete.Objects[*].Key`.

use crate::value::Str;

/// The path of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target(pub(super) Vec<TargetPart>);

/// One part of the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetPart {
    /// The member.
    pub name: Str,
    /// The place in the list that the member is.
    pub index: Option<TargetIndex>,
}

/// A place in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetIndex {
    /// `[2]`: exactly here.
    At(usize),
    /// `[]`: behind the last.
    Append,
    /// `[*]`: where the item stands of which a batch is speaking; behind the last where there is no batch.
    Item,
}

/// No list of a request is longer.
const LARGEST_INDEX: usize = 9_999;

impl Target {
    /// The parts, from the top.
    pub fn parts(&self) -> &[TargetPart] {
        &self.0
    }

    /// Reads a path; the error is the reason.
    pub(crate) fn parse(text: &str) -> Result<Target, String> {
        text.split('.').map(TargetPart::parse).collect::<Result<_, _>>().map(Target)
    }
}

impl TargetPart {
    fn parse(text: &str) -> Result<TargetPart, String> {
        let wrong = || format!("a target's part is a name, with [], [*] or [number] behind it or not, and this is {text:?}");
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
            digits.parse().ok().filter(|index| *index <= LARGEST_INDEX).map(TargetIndex::At)
        }
        _ => None,
    }
}
