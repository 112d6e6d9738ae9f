//! Commands that put a folder into an archive, upload it, and tell a service: `deploy push` and `gamelift upload-build`. The
//! other way, `gamelift get-game-session-log` downloads one.

use std::io::Write as _;
use std::path::Path;

use super::archive;
use super::custom::{Line, Options};
use super::files;
use super::words::Arity;
use crate::cli::failure::{Failure, Result};
use crate::cli::replace_file::ReplaceFile;
use crate::cli::{interrupt, output};
use crate::value;
use crate::value::{List, Map, Value};
use crate::{Credentials, Session, Timestamp, Transfer};

pub(super) const PUSH: Options = &[
    ("application-name", Arity::One, "The application of CodeDeploy."),
    ("s3-location", Arity::One, "Where the archive goes: s3://BUCKET/KEY."),
    ("source", Arity::One, "The folder with the appspec.yml. Default: the current one."),
    ("description", Arity::One, "A comment about the revision."),
    ("ignore-hidden-files", Arity::None, "Leaves files out whose name, or whose folder's name, begins with a dot."),
    ("no-ignore-hidden-files", Arity::None, "Keeps them (default)."),
];
pub(super) const BUILD: Options = &[
    ("name", Arity::One, "The name of the build."),
    ("build-version", Arity::One, "The version of the build."),
    ("build-root", Arity::One, "The folder of the build."),
    ("server-sdk-version", Arity::One, "The version of the server SDK in the build."),
    ("operating-system", Arity::One, "The operating system of the build."),
    ("tags", Arity::Many, "key=value …"),
];
pub(super) const LOG: Options =
    &[("game-session-id", Arity::One, "The session of the game."), ("save-as", Arity::One, "The file for the log.")];

/// `deploy push`: uploads a revision and registers it with its ETag.
///
/// # Errors
/// A usage failure without an appspec.yml; the failure of a call.
pub(super) fn push(line: &Line) -> Result<()> {
    let location = line.required("s3-location");
    let parts =
        location.strip_prefix("s3://").and_then(|rest| rest.split_once('/')).filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty());
    let Some((bucket, key)) = parts else {
        return Err(Failure::usage("--s3-location must specify the Amazon S3 URL format as s3://<bucket>/<key>."));
    };
    if line.has("ignore-hidden-files") && line.has("no-ignore-hidden-files") {
        return Err(Failure::usage("You cannot specify both --ignore-hidden-files and --no-ignore-hidden-files."));
    }
    let source = files::expand(line.text("source").unwrap_or("."));
    let appspec = source.join("appspec.yml");
    if !appspec.is_file() {
        return Err(Failure::usage(format!("{} was not found", appspec.display())));
    }
    let hides = line.has("ignore-hidden-files");
    let content = archive::of_path(&source, |name| !hides || !name.split('/').any(|part| part.starts_with('.')))?;
    let (s3, deploy) = (line.client("s3")?.build()?, line.client("codedeploy")?.build()?);
    Transfer::new(&s3).cancel(interrupt::cancel()).upload_fileobj(&content[..], bucket, key)?;
    let stored = interrupt::call(&s3, "head_object", value!({"Bucket": bucket, "Key": key}))?;
    let tag = stored["ETag"].as_str().unwrap_or_default().trim_matches('"').to_owned();
    let mut place = Map::from_iter([("bucket", bucket), ("key", key), ("bundleType", "zip"), ("eTag", &tag)]);
    if let Some(version) = stored["VersionId"].as_str() {
        place.insert("version", version);
    }
    let application = line.required("application-name");
    let description = line.text("description").map_or_else(|| format!("Uploaded by tucuxi '{}' UTC", Timestamp::now()), str::to_owned);
    let params = value!({
        "applicationName": application, "description": description,
        "revision": {"revisionType": "S3", "s3Location": place.clone()},
    });
    interrupt::call(&deploy, "register_application_revision", params)?;
    let version = place.get("version").and_then(Value::as_str).map(|version| format!(",version={version}")).unwrap_or_default();
    let program = crate::cli::program();
    Ok(output::lines([
        "To deploy with this revision, run:".to_owned(),
        format!(
            "{program} deploy create-deployment --application-name {application} --s3-location \
             bucket={bucket},key={key},bundleType=zip,eTag={tag}{version} --deployment-group-name <deployment-group-name> \
             --deployment-config-name <deployment-config-name> --description <description>"
        ),
    ])?)
}

/// `gamelift upload-build`: creates a build and uploads its folder with credentials of the service.
///
/// # Errors
/// A usage failure for an empty folder; the failure of a call.
pub(super) fn build(line: &Line) -> Result<()> {
    let root = line.required("build-root");
    let folder = files::expand(root);
    if std::fs::read_dir(&folder).map_or(true, |mut entries| entries.next().is_none()) {
        return Err(Failure::usage(format!("Fail to upload {root}. The build root directory is empty or does not exist.")));
    }
    let content = archive::of_path(&folder, |_| true)?;
    let gamelift = line.client("gamelift")?.build()?;
    let call = |operation: &str, params: Value| interrupt::call(&gamelift, operation, params);
    let mut params = Map::from_iter([("Name", line.required("name")), ("Version", line.required("build-version"))]);
    for (option, member) in [("operating-system", "OperatingSystem"), ("server-sdk-version", "ServerSdkVersion")] {
        if let Some(text) = line.text(option) {
            params.insert(member, text);
        }
    }
    if let Some(tags) = line.list("tags") {
        params.insert("Tags", tags.iter().map(|word| super::added::tag(word)).collect::<List>());
    }
    let created = call("create_build", params.into())?;
    let id = created["Build"]["BuildId"].clone();
    let upload = call("request_upload_credentials", value!({"BuildId": id.clone()}))?;
    let text = |part: &str, name: &str| upload[part][name].as_str().unwrap_or_default().to_owned();
    let key = |name: &str| text("UploadCredentials", name);
    let credentials = Credentials::new(key("AccessKeyId"), key("SecretAccessKey")).with_token(key("SessionToken"));
    let s3 = line.client("s3")?.credentials(credentials).build()?;
    let (bucket, key) = (text("StorageLocation", "Bucket"), text("StorageLocation", "Key"));
    Transfer::new(&s3).cancel(interrupt::cancel()).upload_fileobj(&content[..], &bucket, &key)?;
    Ok(output::lines([format!("Successfully uploaded {root} to AWS GameLift"), format!("Build ID: {}", id.as_str().unwrap_or_default())])?)
}

/// `gamelift get-game-session-log`: saves the log of a session. The URL is signed already.
///
/// # Errors
/// The failure of a call; if the file cannot be written.
pub(super) fn session_log(line: &Line) -> Result<()> {
    let mut file = ReplaceFile::create(Path::new(line.required("save-as")))
        .map_err(|error| Failure::usage(format!("argument --save-as: {}: {error}", line.required("save-as"))))?;
    let gamelift = line.client("gamelift")?.build()?;
    let params = value!({"GameSessionId": line.required("game-session-id")});
    let found = interrupt::call(&gamelift, "get_game_session_log_url", params)?;
    let url = found["PreSignedUrl"].as_str().unwrap_or_default();
    let path = url.splitn(4, '/').nth(3).unwrap_or_default();
    let host = url.strip_suffix(path).unwrap_or(url);
    let plain = Session::builder().region("us-east-1").build()?.client_builder("s3").endpoint_url(host);
    let mut response = plain.config(crate::Config::new().unsigned()).build()?.raw("GET", format!("/{path}")).send()?;
    if response.status != 200 {
        return Err(Failure::general(format!("The log cannot be downloaded: status {}.", response.status)));
    }
    file.write_all(&response.body.buffer()?)?;
    file.flush()?;
    file.finish()?;
    let name = line.required("save-as");
    Ok(output::lines([format!("Successfully downloaded log archive for game session {} to {name}", line.required("game-session-id"))])?)
}
