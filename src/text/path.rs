//! The position of a value in the parameters: a chain of steps on the stack, which costs nothing until an error prints it.

use std::fmt;

use crate::error::{Error, ErrorKind, Result};

/// The maximum nesting depth of parameters. Services allow up to 32 levels; documents rarely reach that.
const MAX_DEPTH: usize = 200;

/// The path from the root of the parameters to a value, as boto3 prints it: `Tags[0].Key`.
#[derive(Clone, Copy)]
pub(crate) struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
    depth: usize,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Name(&'a str),
    Index(usize),
    Key(&'a str),
}

impl<'a> Path<'a> {
    /// The parameters themselves; displays as an empty string.
    pub const ROOT: Path<'static> = Path { parent: None, step: Step::Root, depth: 0 };

    /// A member of a structure, or a value of a map.
    pub fn name(&'a self, name: &'a str) -> Path<'a> {
        self.then(Step::Name(name))
    }

    /// An item of a list.
    pub fn index(&'a self, index: usize) -> Path<'a> {
        self.then(Step::Index(index))
    }

    /// A key of a map.
    pub fn key(&'a self, key: &'a str) -> Path<'a> {
        self.then(Step::Key(key))
    }

    /// A path that displays as `name` alone but counts as one level below this one.
    pub fn restart(&self, name: &'a str) -> Path<'a> {
        Path { parent: None, step: Step::Name(name), depth: self.depth + 1 }
    }

    fn then(&'a self, step: Step<'a>) -> Path<'a> {
        Path { parent: Some(self), step, depth: self.depth + 1 }
    }

    /// Returns whether this is the root.
    pub fn is_root(&self) -> bool {
        matches!(self.step, Step::Root)
    }

    /// Checks that the value is not nested too deeply to recurse into.
    ///
    /// # Errors
    /// Returns [`ErrorKind::ParamValidation`], naming only the outermost parameter because the full path is long.
    pub fn check_depth(&self) -> Result<()> {
        if self.depth <= MAX_DEPTH {
            return Ok(());
        }
        let mut outermost = self;
        while let Some(parent) = outermost.parent.filter(|p| !p.is_root()) {
            outermost = parent;
        }
        Err(invalid(format!("The value of the parameter {outermost} is nested deeper than {MAX_DEPTH} levels")))
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            fmt::Display::fmt(parent, f)?;
        }
        match self.step {
            Step::Root => Ok(()),
            Step::Name(name) if self.parent.is_none_or(Path::is_root) => f.write_str(name),
            Step::Name(name) => write!(f, ".{name}"),
            Step::Index(index) => write!(f, "[{index}]"),
            Step::Key(key) => write!(f, " (key: {key})"),
        }
    }
}

/// Creates a parameter validation error with boto3's heading.
pub(crate) fn invalid(report: impl fmt::Display) -> Error {
    Error::new(ErrorKind::ParamValidation, format!("Parameter validation failed:\n{report}"))
}

#[cfg(test)]
mod tests {
    use super::Path;

    #[test]
    fn paths_print_like_boto3() {
        let tags = Path::ROOT.name("Tags");
        let first = tags.index(0);
        assert_eq!(first.name("Key").to_string(), "Tags[0].Key");
        assert_eq!(tags.key("k").to_string(), "Tags (key: k)");
        assert_eq!(first.restart("a").index(2).to_string(), "a[2]");
        assert_eq!(Path::ROOT.to_string(), "");
    }
}
