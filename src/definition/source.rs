//! What the loader hands to a kind of definition, and what a kind must be able to do with it.

use crate::error::Result;
use crate::value::Str;

/// A kind of definition file that [`Definitions`](super::Definitions) can load: its name and its reader.
///
/// A program can load kinds of its own from the folders that its definitions lie in:
///
/// ```no_run
/// use tucuxi::Definitions;
/// use tucuxi::unversioned::definition::{Definition, Root, Source};
///
/// struct Limits(String);
///
/// impl Definition for Limits {
///     const KIND: &'static str = "limits-1";
///
///     fn parse(source: Source) -> tucuxi::Result<Limits> {
///         Ok(Limits(source.text))
///     }
/// }
///
/// let definitions = Definitions::new([Root::folder("definitions")]);
/// let limits = definitions.find::<Limits>("s3", None)?; // definitions/s3/<latest version>/limits-1.json[.gz]
/// # Ok::<(), tucuxi::Error>(())
/// ```
pub trait Definition: Sized + Send + Sync + 'static {
    /// The file's name without extension, its schema version included: `service-2`, `partitions`.
    const KIND: &'static str;

    /// Reads the definition. What is parsed here is paid for by the first client that needs it.
    ///
    /// # Errors
    /// If the definition is broken. The loader puts the file's name before the message.
    fn parse(source: Source) -> Result<Self>;
}

/// The text of one definition file, the SDKs' additions merged in, and where it came from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Source {
    /// The service that it belongs to, by its client name; `None` for a shared file.
    pub service: Option<Str>,
    /// The API version, the name of the file's folder; `None` for a shared file.
    pub api_version: Option<Str>,
    /// The JSON.
    pub text: String,
    /// The file's name, for messages.
    pub file: String,
    /// Whether it is the crate's own, all of it: no folder of the user's has a part in it.
    pub builtin: bool,
}
