//! `cloudformation package`: uploads the files and folders that a template names, and writes the template with their place
//! in S3.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use md5::{Digest as _, Md5};

use super::super::custom::Line;
use super::super::{archive, files};
use super::template;
use crate::cli::failure::{Failure, Result};
use crate::cli::output;
use crate::cli::replace_file::ReplaceFile;
use crate::text::encoding::hex;
use crate::value;
use crate::value::{Map, Value};
use crate::{Client, Transfer};

/// How a template names an object in S3.
#[derive(Clone, Copy)]
enum Form {
    /// `s3://bucket/key`.
    Url,
    /// A structure with these members for bucket and key.
    Members(&'static str, &'static str),
    /// A template, which is packaged itself; its URL.
    Template,
}

/// A property that can be a path.
struct Property {
    resource: &'static str,
    path: &'static [&'static str],
    form: Form,
    /// A single file is put into an archive as well.
    zips: bool,
    /// Without the property, the folder of the template is meant.
    has_default: bool,
}

const fn property(resource: &'static str, path: &'static [&'static str], form: Form) -> Property {
    Property { resource, path, form, zips: false, has_default: false }
}

const fn code(resource: &'static str, path: &'static [&'static str], form: Form) -> Property {
    Property { resource, path, form, zips: true, has_default: true }
}

const BUCKET: Form = Form::Members("Bucket", "Key");
const S3_BUCKET: Form = Form::Members("S3Bucket", "S3Key");

const PROPERTIES: &[Property] = &[
    code("AWS::Serverless::Function", &["CodeUri"], Form::Url),
    code("AWS::Serverless::LayerVersion", &["ContentUri"], Form::Url),
    code("AWS::Lambda::Function", &["Code"], S3_BUCKET),
    code("AWS::Lambda::LayerVersion", &["Content"], S3_BUCKET),
    property("AWS::Serverless::Api", &["DefinitionUri"], Form::Url),
    property("AWS::Serverless::HttpApi", &["DefinitionUri"], Form::Url),
    property("AWS::Serverless::StateMachine", &["DefinitionUri"], BUCKET),
    property("AWS::Serverless::Application", &["Location"], Form::Template),
    property("AWS::ServerlessRepo::Application", &["LicenseUrl"], Form::Url),
    property("AWS::ServerlessRepo::Application", &["ReadmeUrl"], Form::Url),
    property("AWS::AppSync::GraphQLSchema", &["DefinitionS3Location"], Form::Url),
    property("AWS::AppSync::Resolver", &["RequestMappingTemplateS3Location"], Form::Url),
    property("AWS::AppSync::Resolver", &["ResponseMappingTemplateS3Location"], Form::Url),
    property("AWS::AppSync::Resolver", &["CodeS3Location"], Form::Url),
    property("AWS::AppSync::FunctionConfiguration", &["RequestMappingTemplateS3Location"], Form::Url),
    property("AWS::AppSync::FunctionConfiguration", &["ResponseMappingTemplateS3Location"], Form::Url),
    property("AWS::AppSync::FunctionConfiguration", &["CodeS3Location"], Form::Url),
    property("AWS::ApiGateway::RestApi", &["BodyS3Location"], BUCKET),
    property("AWS::ElasticBeanstalk::ApplicationVersion", &["SourceBundle"], S3_BUCKET),
    property("AWS::CloudFormation::Stack", &["TemplateURL"], Form::Template),
    property("AWS::CloudFormation::StackSet", &["TemplateURL"], Form::Template),
    property("AWS::CloudFormation::ModuleVersion", &["ModulePackage"], Form::Url),
    property("AWS::CloudFormation::ResourceVersion", &["SchemaHandlerPackage"], Form::Url),
    property("AWS::Glue::Job", &["Command", "ScriptLocation"], Form::Url),
    property("AWS::StepFunctions::StateMachine", &["DefinitionS3Location"], BUCKET),
    property("AWS::CodeCommit::Repository", &["Code", "S3"], BUCKET),
];

/// Runs the command.
///
/// # Errors
/// 255 for a file that does not exist, and those of the uploads.
pub(in crate::cli::aws) fn package(line: &Line) -> Result<()> {
    let path = template_path(line)?;
    let uploader = Uploader::new(line)?;
    let packaged = packaged(&path, &uploader)?;
    let text = template::text(&packaged, line.has("use-json"))?;
    let Some(target) = line.text("output-template-file") else {
        return Ok(output::print(|out| out.write_all(text.as_bytes()))?);
    };
    let target = files::expand(target);
    let write = || {
        let mut file = ReplaceFile::create(&target)?;
        file.write_all(text.as_bytes())?;
        file.finish()
    };
    write().map_err(|error: io::Error| Failure::general(format!("{}: {error}", target.display())))?;
    let full = fs::canonicalize(&target).unwrap_or(target);
    Ok(output::lines([format!(
        "\nSuccessfully packaged artifacts and wrote output template to file {}.\nExecute the following command to deploy the packaged \
         template\naws cloudformation deploy --template-file {} --stack-name <YOUR STACK NAME>",
        line.required("output-template-file"),
        full.display()
    )])?)
}

/// The path of the template.
///
/// # Errors
/// A usage failure if there is no such file.
pub(super) fn template_path(line: &Line) -> Result<PathBuf> {
    let word = line.required("template-file");
    let path = files::expand(word);
    match path.is_file() {
        true => Ok(path),
        false => Err(Failure::usage(format!("Invalid template path {word}: there is no such file."))),
    }
}

/// The template in a file, with the files that it names uploaded. Paths are relative to the folder of the template.
fn packaged(path: &Path, uploader: &Uploader<'_>) -> Result<Value> {
    let text = fs::read_to_string(path).map_err(|error| Failure::general(format!("{}: {error}", path.display())))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let template = template::parse(&text).map_err(|failure| Failure { message: format!("{}: {failure}", path.display()), ..failure })?;
    let mut template = included(template, folder, uploader)?;
    let sections = ["Resources", "Metadata"];
    for section in sections {
        let Some(entries) = template[section].as_map().cloned() else { continue };
        for (name, entry) in entries {
            // In the metadata, the name is the type, and there are no properties.
            let kind = if section == "Metadata" { name.to_string() } else { entry["Type"].as_str().unwrap_or_default().to_owned() };
            for property in PROPERTIES.iter().filter(|property| property.resource == kind) {
                let at = if section == "Metadata" { vec![] } else { vec!["Properties"] };
                let at = [at, property.path.to_vec()].concat();
                let entry = &mut template[section][name.as_str()];
                let current = at.iter().fold(&*entry, |value, key| &value[*key]).clone();
                let done = uploader.exported(property, &current, entry, folder);
                let done = done.map_err(|failure| Failure {
                    message: format!("Unable to upload artifact {current} referenced by {} of {name}: {failure}", property.path.join(".")),
                    ..failure
                });
                if let Some(place) = done? {
                    put(entry, &at, place);
                }
            }
        }
    }
    Ok(template)
}

fn put(into: &mut Value, path: &[&str], value: Value) {
    match path {
        [] => *into = value,
        [key, rest @ ..] => {
            if into.as_map().is_none() {
                *into = Map::new().into();
            }
            if into.get(key).is_none()
                && let Some(map) = into.as_map_mut()
            {
                map.insert(*key, Value::Null);
            }
            put(&mut into[*key], rest, value);
        }
    }
}

/// The template with the files of its `AWS::Include` transforms uploaded, wherever they are.
fn included(value: Value, folder: &Path, uploader: &Uploader<'_>) -> Result<Value> {
    match value {
        Value::List(list) => Ok(Value::List(list.into_iter().map(|item| included(item, folder, uploader)).collect::<Result<_>>()?)),
        Value::Map(map) => {
            let mut done = Map::new();
            for (key, value) in map {
                let mut value = included(value, folder, uploader)?;
                let is_include = key == "Fn::Transform" && value["Name"].as_str() == Some("AWS::Include");
                let location = value["Parameters"]["Location"].as_str().filter(|_| is_include).filter(|location| is_path(location));
                if let Some(location) = location.map(str::to_owned) {
                    value["Parameters"]["Location"] = uploader.url(&uploader.file(&folder.join(location), "")?).into();
                }
                done.insert(key, value);
            }
            Ok(done.into())
        }
        other => Ok(other),
    }
}

/// Whether a text is a path rather than a URL.
fn is_path(text: &str) -> bool {
    !text.is_empty() && !["s3://", "http://", "https://"].iter().any(|scheme| text.starts_with(scheme))
}

/// Uploads artifacts under the hash of their content. What is there already is not uploaded again.
pub(super) struct Uploader<'a> {
    line: &'a Line,
    s3: Client,
    bucket: &'a str,
}

impl<'a> Uploader<'a> {
    /// An uploader to the bucket of the command line.
    ///
    /// # Errors
    /// If the client cannot be created.
    pub(super) fn new(line: &'a Line) -> Result<Uploader<'a>> {
        Ok(Uploader { line, s3: line.client("s3")?.build()?, bucket: line.required("s3-bucket") })
    }

    /// The value of a property in S3; `None` if the property stays as it is.
    fn exported(&self, property: &Property, current: &Value, entry: &Value, folder: &Path) -> Result<Option<Value>> {
        let path = match current {
            Value::String(text) if is_path(text) => folder.join(text.as_str()),
            Value::Null if property.has_default && !has_other_code(entry) => folder.to_owned(),
            _ => return Ok(None),
        };
        if matches!(property.form, Form::Template) {
            if !path.is_file() {
                return Err(Failure::general(format!("{} is not a file", path.display())));
            }
            let text = template::text(&packaged(&path, self)?, self.line.has("use-json"))?;
            let key = self.content(text.as_bytes(), ".template")?;
            return Ok(Some(self.http_url(&key).into()));
        }
        let key = match path.is_dir() || property.zips && !is_archive(&path) {
            true => self.archive(&path)?,
            false => self.file(&path, "")?,
        };
        Ok(Some(match property.form {
            Form::Members(bucket, object) => Map::from_iter([(bucket, self.bucket), (object, key.as_str())]).into(),
            _ => self.url(&key).into(),
        }))
    }

    fn url(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.bucket)
    }

    /// The URL of an object as CloudFormation takes templates.
    pub(super) fn http_url(&self, key: &str) -> String {
        format!("{}/{}/{key}", self.s3.endpoint_url().trim_end_matches('/'), self.bucket)
    }

    fn file(&self, path: &Path, extension: &str) -> Result<String> {
        let content = fs::read(path).map_err(|error| Failure::general(format!("{}: {error}", path.display())))?;
        self.content(&content, extension)
    }

    /// Uploads a folder, or a file, in an archive. The archive depends on names, permissions, and contents only.
    fn archive(&self, path: &Path) -> Result<String> {
        self.content(&archive::of_path(path, |_| true)?, "")
    }

    /// Uploads bytes and returns their key.
    ///
    /// # Errors
    /// Those of the upload.
    pub(super) fn content(&self, content: &[u8], extension: &str) -> Result<String> {
        let name = format!("{}{extension}", hex(&Md5::digest(content)));
        let key = match self.line.text("s3-prefix").map(|prefix| prefix.trim_end_matches('/')) {
            Some(prefix) if !prefix.is_empty() => format!("{prefix}/{name}"),
            _ => name,
        };
        let known = || self.s3.call("head_object", value!({"Bucket": self.bucket, "Key": key.as_str()}));
        if !self.line.has("force-upload") && known().is_ok() {
            return Ok(key);
        }
        output::note(format_args!("Uploading to {key}  {} bytes", content.len()));
        let mut args = Map::new();
        if let Some(id) = self.line.text("kms-key-id") {
            args.insert("ServerSideEncryption", "aws:kms");
            args.insert("SSEKMSKeyId", id);
        }
        if let Some(metadata) = self.line.text("metadata") {
            args.insert("Metadata", super::super::shorthand::parse(metadata)?);
        }
        let transfer = Transfer::new(&self.s3).cancel(crate::cli::interrupt::cancel()).extra_args(args);
        let uploaded = transfer.upload_fileobj(content, self.bucket, &key);
        match uploaded {
            Err(error) if error.code() == Some("NoSuchBucket") => {
                Err(Failure { message: format!("S3 Bucket does not exist: {}. {error}", self.bucket), code: Failure::SERVICE })
            }
            other => other.map(|()| key).map_err(Failure::from),
        }
    }
}

/// Whether a function has its code in the template or in an image.
fn has_other_code(entry: &Value) -> bool {
    let properties = &entry["Properties"];
    properties.get("InlineCode").is_some() || properties["PackageType"].as_str() == Some("Image") || properties.get("ImageUri").is_some()
}

fn is_archive(path: &Path) -> bool {
    let mut start = [0; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == *b"PK\x03\x04"
}
