//! Where in the parameters one is: a chain of steps on the stack that costs nothing until an error prints it.

use std::fmt;

use crate::error::{Error, ErrorKind, Result};

/// How deep parameters may be nested; services stop at 32, documents rarely reach it.
const MAX_DEPTH: usize = 200;

/// The way from the parameters' root to one value, as boto3 prints it: `Tags[0].Key`.
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
    /// The parameters themselves; printed as nothing.
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

    /// A path that prints `name` alone, but is as deep as if it followed this one.
    pub fn restart(&self, name: &'a str) -> Path<'a> {
        Path { parent: None, step: Step::Name(name), depth: self.depth + 1 }
    }

    fn then(&'a self, step: Step<'a>) -> Path<'a> {
        Path { parent: Some(self), step, depth: self.depth + 1 }
    }

    /// Whether this is the parameters themselves.
    pub fn is_root(&self) -> bool {
        matches!(self.step, Step::Root)
    }

    /// Refuses what is nested too deep to be walked along.
    ///
    /// # Errors
    /// Of kind [`ErrorKind::ParamValidation`]; it names the outermost parameter only, the path is long.
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

/// A parameter error with boto3's headline.
pub(crate) fn invalid(report: impl fmt::Display) -> Error {
    Error::new(ErrorKind::ParamValidation, format!("Parameter validation failed:\n{report}"))
}

#[cfg(test)]
mod tests {
    use super::Path;

    #[test]
    fn paths_print_as_boto3_prints_them() {
        let tags = Path::ROOT.name("Tags");
        let first = tags.index(0);
        assert_eq!(first.name("Key").to_string(), "Tags[0].Key");
        assert_eq!(tags.key("k").to_string(), "Tags (key: k)");
        assert_eq!(first.restart("a").index(2).to_string(), "a[2]");
        assert_eq!(Path::ROOT.to_string(), "");
    }
}
