//! The names of definition files: `<service>/<api-version>/<kind>.json[.gz]`, and shared files that belong to no service.
//! What looks for definitions (folders, archives, the importer) goes by these rules; nothing here touches the disk.

/// The kinds that belong to no service.
pub(crate) const SHARED: [&str; 4] = ["_retry", "endpoints", "partitions", "sdk-default-configuration"];

/// A definition's place below a data folder, without the file's extension.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DefinitionPath<'a> {
    /// Service and API version; none for a shared file.
    pub service: Option<(&'a str, &'a str)>,
    /// `service-2`, `paginators-1.sdk-extras`, `endpoints`, …
    pub kind: &'a str,
}

impl<'a> DefinitionPath<'a> {
    /// The data folder that a file belongs to (empty for the top) and its place there, by the file's whole path.
    pub(crate) fn split(name: &'a str) -> Option<(&'a str, DefinitionPath<'a>)> {
        let (folder, last) = name.rsplit_once('/').unwrap_or(("", name));
        let kind = base(last)?;
        if SHARED.contains(&kind) {
            return Some((folder, DefinitionPath { service: None, kind }));
        }
        let (folder, version) = folder.rsplit_once('/')?;
        let (folder, service) = folder.rsplit_once('/').unwrap_or(("", folder));
        (is_kind(kind) && is_name(service) && is_name(version))
            .then_some((folder, DefinitionPath { service: Some((service, version)), kind }))
    }

    /// Whether no call ever needs the file.
    pub(crate) fn is_documentation(&self) -> bool {
        self.kind.starts_with("examples-")
    }
}

/// The path without `.json` or `.json.gz`.
pub(crate) fn base(path: &str) -> Option<&str> {
    path.strip_suffix(".gz").unwrap_or(path).strip_suffix(".json")
}

/// A kind of service file ends in its schema version: `waiters-2`; the SDKs' additions have a suffix after it.
pub(crate) fn is_kind(kind: &str) -> bool {
    let kind = kind.strip_suffix(".sdk-extras").unwrap_or(kind);
    kind.rsplit_once('-').is_some_and(|(name, version)| {
        is_name(name) && !name.contains('.') && !version.is_empty() && version.bytes().all(|b| b.is_ascii_digit())
    })
}

/// Whether a service's or an API version's name is that of one folder: names come from callers and from archives.
pub(crate) fn is_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains(['/', '\\', ':']) && !name.contains(char::is_control)
}

/// Whether a relative path stays where it begins.
pub(crate) fn is_safe(path: &str) -> bool {
    path.split('/').all(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_says_what_it_holds() {
        let split = DefinitionPath::split("botocore/data/s3/2006-03-01/paginators-1.sdk-extras.json.gz");
        let path = DefinitionPath { service: Some(("s3", "2006-03-01")), kind: "paginators-1.sdk-extras" };
        assert_eq!(split, Some(("botocore/data", path)));
        assert_eq!(DefinitionPath::split("_retry.json"), Some(("", DefinitionPath { service: None, kind: "_retry" })));
        for other in
            ["package.json", "s3/2006-03-01/notes.json", "s3/service-2.json", "s3/2006-03-01/service-2.yaml", "../1/service-2.json"]
        {
            assert_eq!(DefinitionPath::split(other), None, "{other}");
        }
    }

    #[test]
    fn names_cannot_leave_their_folder() {
        for name in ["..", "", "a/b", "a\\b", "c:", "a\0"] {
            assert!(!is_name(name), "{name}");
        }
        assert!(is_name("runtime.sagemaker"));
        assert!(!is_safe("/etc/x.json"));
        assert!(!is_safe("a/../../x.json"));
    }
}
