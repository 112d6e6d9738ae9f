//! The environment of both sides: a home folder, the files of the cases, and a server for all services.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use serde_json::{Value as Json, json};

use super::cases::Case;
use crate::loopback::{Answer, Seen, Server, ok};

pub struct World {
    folder: tempfile::TempDir,
    server: Server,
    /// The files written so far, by their text.
    files: RefCell<HashMap<String, String>>,
}

impl World {
    pub fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        let tokens = folder.path().join(".aws/sso/cache");
        fs::create_dir_all(&tokens).unwrap();
        fs::write(folder.path().join("token"), "JWT.abc.def").unwrap();
        let world = World { folder, server: Server::start(answer), files: RefCell::default() };
        for name in ["corp", START_URL] {
            let open = json!({"startUrl": START_URL, "region": "us-west-2", "accessToken": "OPEN", "expiresAt": "2099-01-01T00:00:00Z"});
            world.write_token(name, &open.to_string());
        }
        world.write_token("damaged", "{");
        world
    }

    pub fn home(&self) -> &Path {
        self.folder.path()
    }

    /// The path of a session's token; legacy tokens are named after the start URL.
    pub fn token(&self, name: &str) -> PathBuf {
        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, name.as_bytes());
        let hash: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        self.home().join(format!(".aws/sso/cache/{hash}.json"))
    }

    pub fn write_token(&self, name: &str, text: &str) {
        fs::write(self.token(name), text).unwrap();
    }

    /// The requests that the server has received.
    pub fn asked(&self) -> Vec<String> {
        self.server.lines()
    }

    /// The variables of a case: its own, and those that select its files and the server.
    pub fn variables(&self, case: &Case) -> Vec<(String, String)> {
        let home = self.home().display().to_string();
        let url = self.server.url();
        let mut variables = vec![
            ("HOME".to_owned(), home.clone()),
            ("BOTO_CONFIG".to_owned(), "/nowhere".to_owned()),
            ("AWS_CONFIG_FILE".to_owned(), self.file(case.config)),
            ("AWS_SHARED_CREDENTIALS_FILE".to_owned(), self.file(case.credentials)),
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT".to_owned(), url.clone()),
        ];
        if !case.variables.iter().any(|(name, _)| *name == "AWS_EC2_METADATA_DISABLED") {
            variables.push(("AWS_EC2_METADATA_DISABLED".to_owned(), "true".to_owned()));
        }
        for service in ["STS", "SSO", "SSO_OIDC"] {
            variables.push((format!("AWS_ENDPOINT_URL_{service}"), url.clone()));
        }
        let own = case.variables.iter().map(|(name, value)| ((*name).to_owned(), value.replace("{url}", &url).replace("{home}", &home)));
        variables.extend(own);
        variables
    }

    /// The case as boto3 gets it.
    pub fn question(&self, case: &Case) -> Json {
        let variables: serde_json::Map<_, _> = self.variables(case).into_iter().map(|(name, value)| (name, value.into())).collect();
        json!({"variables": variables, "profile": case.profile, "service": case.service, "region": case.region})
    }

    /// A file with that text; paths in the home folder are filled in.
    fn file(&self, text: &str) -> String {
        let text = text.replace("{home}", &self.home().display().to_string());
        let mut files = self.files.borrow_mut();
        let number = files.len();
        let path = files.entry(text.clone()).or_insert_with(|| {
            let path = self.home().join(format!("file-{number}"));
            fs::write(&path, &text).unwrap();
            path.display().to_string()
        });
        path.clone()
    }
}

/// The start URL of the cases.
pub const START_URL: &str = "https://d-123.awsapps.com/start";

/// Credentials whose access key identifies the request.
fn answer(seen: &Seen) -> Answer {
    let header = |name: &str| seen.header(name).unwrap_or("nobody").to_owned();
    let expires = "2099-01-01T00:00:00Z";
    let document = |key: &str| {
        ok(json!({"Code": "Success", "AccessKeyId": key, "SecretAccessKey": "S", "Token": "T", "Expiration": expires}).to_string())
    };
    match seen.line.as_str() {
        "POST /" => {
            let authorization = header("Authorization");
            let signer = authorization.split_once("Credential=").map_or("nobody", |(_, rest)| rest.split('/').next().unwrap());
            let parameter = |name: &str| {
                let pair = seen.body.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
                pair.unwrap_or("none").to_owned()
            };
            let operation = parameter("Action");
            let (account, role) = (
                parameter("RoleArn").split("%3A").nth(4).unwrap_or("0").to_owned(),
                parameter("RoleArn").rsplit("%2F").next().unwrap().to_owned(),
            );
            let details: Vec<_> = ["ExternalId", "DurationSeconds", "WebIdentityToken"].map(parameter).into();
            ok(format!(
                "<{operation}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{operation}Result><AssumedRoleUser>\
                 <AssumedRoleId>A:s</AssumedRoleId><Arn>arn:aws:sts::{account}:assumed-role/{role}/s</Arn></AssumedRoleUser><Credentials>\
                 <AccessKeyId>{role}-by-{signer}</AccessKeyId><SecretAccessKey>{}</SecretAccessKey><SessionToken>T</SessionToken>\
                 <Expiration>{expires}</Expiration></Credentials></{operation}Result></{operation}Response>",
                details.join("-")
            ))
        }
        "POST /token" => ok(json!({"accessToken": "NEW", "expiresIn": 28_800, "refreshToken": "RT2"}).to_string()),
        "GET /box" => document(&format!("BOX-{}", header("Authorization"))),
        "PUT /latest/api/token" => ok("TOKEN"),
        "GET /latest/meta-data/iam/security-credentials/" => ok("role"),
        "GET /latest/meta-data/iam/security-credentials/role" => document(&format!("VM-{}", header("x-aws-ec2-metadata-token"))),
        line if line.starts_with("GET /federation/credentials?") => {
            let key = format!("SSO-{}-{}", header("x-amz-sso_bearer_token"), line.split_once('?').unwrap().1);
            let expiration = 4_070_908_800_000_i64;
            let credentials = json!({"accessKeyId": key, "secretAccessKey": "S", "sessionToken": "T", "expiration": expiration});
            ok(json!({ "roleCredentials": credentials }).to_string())
        }
        _ => Answer::Reply(404, String::new()),
    }
}
