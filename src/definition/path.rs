//! The names of definition files: `<service>/<api-version>/<kind>.json[.gz]`, and shared files that belong to no service.
//!
//! Folders, archives, and the importer share these rules. Nothing here accesses the disk.

/// The kinds that belong to no service.
pub(crate) const SHARED: [&str; 5] = ["_retry", "endpoint-partitions", "endpoints", "partitions", "sdk-default-configuration"];

/// The path of a definition below a data folder, without extension.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DefinitionPath<'a> {
    /// The service and the API version; `None` for a shared file.
    pub service: Option<(&'a str, &'a str)>,
    /// `service-2`, `paginators-1.sdk-extras`, `endpoints`, …
    pub kind: &'a str,
}

impl<'a> DefinitionPath<'a> {
    /// Splits the path of a file into its data folder (which may be empty) and its path below that.
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

    /// Returns whether the file is documentation, which no call needs.
    pub(crate) fn is_documentation(&self) -> bool {
        self.kind.starts_with("examples-")
    }
}

/// Returns the path without `.json` or `.json.gz`.
pub(crate) fn base(path: &str) -> Option<&str> {
    path.strip_suffix(".gz").unwrap_or(path).strip_suffix(".json")
}

/// Returns the path of the SDK additions to a definition, both without extension.
pub(crate) fn extras(base: &str) -> String {
    format!("{base}.sdk-extras")
}

/// Returns whether this is a kind of service file, which ends with its schema version: `waiters-2`. SDK additions have a further
/// suffix.
pub(crate) fn is_kind(kind: &str) -> bool {
    let kind = kind.strip_suffix(".sdk-extras").unwrap_or(kind);
    kind.rsplit_once('-').is_some_and(|(name, version)| {
        is_name(name) && !name.contains('.') && !version.is_empty() && version.bytes().all(|b| b.is_ascii_digit())
    })
}

/// Returns whether the name of a service or an API version is a valid folder name. Names come from callers and archives.
pub(crate) fn is_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains(['/', '\\', ':']) && !name.contains(char::is_control)
}

/// Returns whether a relative path cannot leave its folder.
pub(crate) fn is_safe(path: &str) -> bool {
    path.split('/').all(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_service_version_and_kind() {
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
