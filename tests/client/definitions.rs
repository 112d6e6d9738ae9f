//! Where definitions are found, and which one takes precedence.

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;
use std::sync::Arc;

use tucuxi::Definitions;
use tucuxi::ErrorKind;
use tucuxi::unversioned::definition::{Definition, Root, Source};

/// A kind of file that is not built in, read as text.
#[derive(Debug)]
struct Notes {
    text: String,
    builtin: bool,
}

impl Definition for Notes {
    const KIND: &'static str = "notes-1";

    fn parse(source: Source) -> tucuxi::Result<Notes> {
        Ok(Notes { text: source.text, builtin: source.builtin })
    }
}

/// A shared file that is embedded in the crate.
struct Partitions(Source);

impl Definition for Partitions {
    const KIND: &'static str = "partitions";

    fn parse(source: Source) -> tucuxi::Result<Partitions> {
        Ok(Partitions(source))
    }
}

const TINY: &str = r#"{"metadata":{"apiVersion":"2020-01-01","endpointPrefix":"tiny","serviceId":"Tiny","protocol":"json"},
    "operations":{"Get":{"name":"Get","http":{"method":"POST","requestUri":"/"}}},"shapes":{}}"#;

fn write(root: &Path, path: &str, text: &str) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let bytes = if path.ends_with(".gz") { gzip(text) } else { text.as_bytes().to_vec() };
    fs::write(file, bytes).unwrap();
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, Root) {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        write(dir.path(), path, text);
    }
    let root = Root::folder(dir.path());
    (dir, root)
}

fn notes(definitions: &Definitions, version: Option<&str>) -> String {
    definitions.load::<Notes>("tiny", version).unwrap().text.clone()
}

#[test]
fn a_new_service_works_as_soon_as_it_is_in_a_folder() {
    let (_dir, root) = folder(&[("tiny/2020-01-01/service-2.json", TINY)]);
    let definitions = Definitions::new([root]);
    assert!(definitions.services().unwrap().iter().any(|name| name == "tiny"));
    assert!(definitions.services().unwrap().is_sorted());
    assert!(definitions.service("tiny", None).unwrap().operation("get").is_ok());
    assert_eq!(Definitions::embedded().service("tiny", None).unwrap_err().kind(), ErrorKind::UnknownService);
}

#[test]
fn plain_json_precedes_gzip_and_the_first_root_precedes_the_second() {
    let (_a, first) = folder(&[("tiny/1/notes-1.json.gz", "\"first, 1, gz\""), ("tiny/2/notes-1.json.gz", "\"first, 2, gz\"")]);
    let (_b, second) = folder(&[
        ("tiny/1/notes-1.json", "\"second, 1\""),
        ("tiny/3/notes-1.json", "\"second, 3\""),
        ("tiny/3/notes-1.json.gz", "\"second, 3, gz\""),
    ]);
    let definitions = Definitions::new([first, second]);
    assert_eq!(definitions.api_versions("tiny", "notes-1").unwrap(), ["1", "2", "3"]);
    assert_eq!(notes(&definitions, Some("1")), "\"first, 1, gz\"");
    assert_eq!(notes(&definitions, Some("2")), "\"first, 2, gz\"");
    assert_eq!(notes(&definitions, None), "\"second, 3\"");
}

#[test]
fn the_latest_version_is_chosen_by_kind_and_by_text_order() {
    let (_dir, root) = folder(&[("tiny/9/notes-1.json", "9"), ("tiny/10/notes-1.json", "10"), ("tiny/99/service-2.json", TINY)]);
    let definitions = Definitions::new([root]);
    assert_eq!(notes(&definitions, None), "9");
    // The crate's own data: the older version has an endpoint rule set, but no service.
    assert_eq!(definitions.api_versions("dynamodb", "service-2").unwrap(), ["2012-08-10"]);
    assert_eq!(definitions.api_versions("dynamodb", "endpoint-rule-set-1").unwrap(), ["2011-12-05", "2012-08-10"]);
}

#[test]
fn roots_that_are_not_folders_are_skipped() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let definitions = Definitions::new([Root::folder("no/such/folder"), Root::folder(file.path())]);
    assert_eq!(definitions.services().unwrap(), Definitions::embedded().services().unwrap());
    assert!(definitions.service("sts", None).is_ok());
}

#[test]
fn embedded_definitions_are_loaded_once() {
    let (_dir, root) = folder(&[("tiny/1/notes-1.json", "1")]);
    let definitions = Definitions::new([root]);
    let embedded = Definitions::embedded().service("sqs", None).unwrap();
    assert!(Arc::ptr_eq(&embedded, &definitions.service("sqs", None).unwrap()));
    assert!(Arc::ptr_eq(&embedded, &definitions.service("sqs", Some("2012-11-05")).unwrap()));
    let own = definitions.load::<Notes>("tiny", None).unwrap();
    assert!(Arc::ptr_eq(&own, &definitions.clone().load::<Notes>("tiny", Some("1")).unwrap()));
    assert!(!own.builtin);
}

#[test]
fn threads_that_load_concurrently_get_the_same_definition() {
    let definitions = Definitions::new([Root::folder("no/such/folder")]);
    let all: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| definitions.service("lambda", None).unwrap())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(all.iter().all(|service| Arc::ptr_eq(service, &all[0])));
}

#[test]
fn a_shared_file_of_the_user_replaces_the_embedded_one() {
    assert!(Definitions::embedded().shared::<Partitions>().unwrap().0.builtin);
    let (dir, root) = folder(&[("partitions.json", "{}")]);
    let partitions = Definitions::new([root]).shared::<Partitions>().unwrap();
    assert_eq!(partitions.0.text, "{}");
    assert!(!partitions.0.builtin);
    assert_eq!(partitions.0.file, dir.path().join("partitions.json").display().to_string());
}

#[test]
fn sdk_extras_are_merged_from_every_root() {
    let (_a, first) = folder(&[("tiny/1/notes-1.json", r#"{"a": {"list": [1], "x": 1}}"#)]);
    let (_b, second) = folder(&[("tiny/1/notes-1.sdk-extras.json", r#"{"version": 1.0, "merge": {"a": {"list": [2]}, "b": 2}}"#)]);
    assert_eq!(notes(&Definitions::new([first, second]), None), r#"{"a":{"list":[2],"x":1},"b":2}"#);

    // Merged into an embedded definition, the result counts as the user's.
    let (_c, extras) = folder(&[("sts/2011-06-15/service-2.sdk-extras.json", r#"{"merge": {"metadata": {"serviceId": "Mine"}}}"#)]);
    let definitions = Definitions::new([extras]);
    assert_eq!(definitions.service("sts", None).unwrap().service_id().unwrap(), "Mine");
    assert_eq!(Definitions::embedded().service("sts", None).unwrap().service_id().unwrap(), "STS");
    assert!(!definitions.source("service-2", "sts", None).unwrap().builtin);

    // The embedded extras: without them, Expires would be a string.
    let s3 = Definitions::embedded().source("service-2", "s3", None).unwrap();
    assert!(s3.text.contains(r#""Expires":{"type":"timestamp"}"#));
}

#[test]
fn errors_say_what_is_missing() {
    let definitions = Definitions::embedded();
    let unknown = definitions.service("dynamobd", None).unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::UnknownService);
    assert_eq!(unknown.name(), "UnknownServiceError");
    let text = unknown.to_string();
    assert!(text.starts_with("Unknown service: 'dynamobd'. Did you mean dynamodb"), "{text}");

    let no_version = definitions.service("ec2", Some("1999-01-01")).unwrap_err();
    assert_eq!(no_version.kind(), ErrorKind::DataNotFound);
    assert_eq!(no_version.to_string(), "Unable to load data for: ec2/1999-01-01/service-2");
    assert_eq!(definitions.api_versions("nope", "service-2").unwrap_err().to_string(), "Unable to load data for: nope");
    assert!(definitions.find::<Notes>("s3", None).unwrap().is_none());
}

#[test]
fn names_cannot_leave_the_folder() {
    let (dir, _) = folder(&[("secret/1/notes-1.json", "1"), ("data/tiny/1/notes-1.json", "2")]);
    let definitions = Definitions::new([Root::folder(dir.path().join("data"))]);
    for (service, version) in [("../secret", None), ("../secret", Some("1")), ("tiny", Some("../../secret/1")), ("", Some("1"))] {
        let error = definitions.load::<Notes>(service, version).unwrap_err();
        let kind = if service.is_empty() || service.starts_with("..") { ErrorKind::UnknownService } else { ErrorKind::DataNotFound };
        assert_eq!(error.kind(), kind, "{service} {version:?}");
    }
}

#[test]
fn broken_definitions_are_errors_that_name_the_file() {
    let (dir, root) = folder(&[
        ("tiny/1/service-2.json", "{\"metadata\": "),
        ("tiny/2/service-2.json", "{}"),
        ("tiny/4/service-2.sdk-extras.json", "["),
        ("tiny/4/service-2.json", TINY),
    ]);
    fs::create_dir_all(dir.path().join("tiny/3")).unwrap();
    fs::write(dir.path().join("tiny/3/service-2.json.gz"), &gzip(TINY)[..40]).unwrap();
    fs::write(dir.path().join("tiny/2/service-2.json"), b"\xff\xfe").unwrap();
    let definitions = Definitions::new([root]);
    for version in ["1", "2", "3", "4"] {
        let error = definitions.service("tiny", Some(version)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidDefinition);
        assert!(error.to_string().contains(&format!("{version}{}service-2", std::path::MAIN_SEPARATOR)), "{error}");
    }
}

#[test]
fn archives_are_searched_without_unpacking() {
    let files = [
        ("package-1.0/mine/data/tiny/1/notes-1.json", b"\"plain\"".to_vec()),
        ("package-1.0/mine/data/tiny/2/notes-1.json.gz", gzip("\"gz\"")),
    ];
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in &files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, path, bytes.as_slice()).unwrap();
        zip.start_file(*path, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    let tar = tar.into_inner().unwrap().finish().unwrap();
    let zip = zip.finish().unwrap().into_inner();
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in [("mine.tar.gz", tar), ("mine.whl", zip)] {
        let path = dir.path().join(name);
        fs::write(&path, &bytes).unwrap();
        for root in [Root::bytes(&bytes).unwrap(), Root::open(&path).unwrap()] {
            let definitions = Definitions::new([root]);
            assert_eq!(notes(&definitions, Some("1")), "\"plain\"", "{name}");
            assert_eq!(notes(&definitions, None), "\"gz\"", "{name}");
        }
    }
}

#[test]
fn files_that_are_not_archives_of_definitions_are_rejected() {
    let empty_zip = zip::ZipWriter::new(Cursor::new(Vec::new())).finish().unwrap().into_inner();
    for bytes in [&b""[..], b"text", &gzip("no tar"), b"PK\x03\x04 and nothing", &empty_zip] {
        assert_eq!(Root::bytes(bytes).unwrap_err().kind(), ErrorKind::InvalidDefinition);
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = Root::open(file.path()).unwrap_err();
    assert!(error.to_string().starts_with(&file.path().display().to_string()), "{error}");
}

/// The parts of `endpoints.json` belong to the file and the definition beside them, in one root.
#[test]
fn parts_of_the_endpoint_data_of_another_folder_are_not_used() {
    let sts = |roots: &[Root]| {
        let mut session = tucuxi::Session::builder()
            .environment([("AWS_CONFIG_FILE", ""), ("AWS_SHARED_CREDENTIALS_FILE", "")])
            .region("us-east-1")
            .credentials(tucuxi::Credentials::new("a", "b"));
        for root in roots {
            session = session.definitions(root.clone());
        }
        session.build().unwrap().client("sts").unwrap().endpoint_url().to_owned()
    };
    let file = |host: &str| {
        format!(
            r#"{{"partitions": [{{"partition": "aws", "dnsSuffix": "d", "regionRegex": "^us-", "regions": {{}},
                "services": {{"sts": {{"endpoints": {{"us-east-1": {{"hostname": "{host}", "protocols": ["https"]}}}}}}}}}}]}}"#
        )
    };
    let (_dir, own_file) = folder(&[("endpoints.json", &file("own.example"))]);
    assert_eq!(sts(&[own_file]), "https://own.example");
    let own_definition = TINY.replace("\"tiny\"", "\"s3\"");
    let (_dir, other_prefix) = folder(&[("sts/2011-06-15/service-2.json", &own_definition)]);
    assert_eq!(sts(&[other_prefix]), "https://s3.us-east-1.amazonaws.com");
    let parts = file("part.example");
    let (_dir, only_parts) = folder(&[("endpoint-partitions.json", &parts), ("sts/2011-06-15/endpoints-1.json", &parts)]);
    assert_eq!(sts(&[only_parts]), "https://sts.us-east-1.amazonaws.com");
}
