//! A home for each test: files, variables, and a clock. Nothing of the user or the machine is visible.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tucuxi::{Config, Credentials, Environment, Error, Session, SessionBuilder, Timestamp, Value};

use crate::loopback::Server;

/// The time at which the tests begin: 2026-11-21T10:00:00Z.
pub const START: i64 = 1_795_255_200;

/// A home folder with `.aws`, and the variables of a process.
pub struct Home {
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
    clock: Arc<AtomicI64>,
}

impl Home {
    /// An empty home, without a metadata service and without files of boto 2.
    pub fn new() -> Home {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(".aws")).unwrap();
        let home = folder.path().display().to_string();
        let variables = [("HOME", home.as_str()), ("BOTO_CONFIG", "/nowhere"), ("AWS_EC2_METADATA_DISABLED", "true")];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Home { folder, variables, clock: Arc::new(AtomicI64::new(START)) }
    }

    /// Adds a configuration file.
    pub fn config(self, text: &str) -> Home {
        self.write(".aws/config", text);
        self
    }

    /// Adds a credentials file.
    pub fn credentials(self, text: &str) -> Home {
        self.write(".aws/credentials", text);
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: &str) -> Home {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets a server that plays the services that issue credentials.
    pub fn services(self, server: &Server) -> Home {
        let services = ["STS", "SSO", "SSO_OIDC", "SIGNIN"];
        services.iter().fold(self, |home, service| home.env(&format!("AWS_ENDPOINT_URL_{service}"), &server.url()))
    }

    /// Sets a server that plays the metadata service.
    pub fn metadata(self, server: &Server) -> Home {
        self.env("AWS_EC2_METADATA_DISABLED", "false").env("AWS_EC2_METADATA_SERVICE_ENDPOINT", &server.url())
    }

    /// A path in the home.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file in the home.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Reads a JSON file in the home.
    pub fn json(&self, name: &str) -> serde_json::Value {
        serde_json::from_slice(&fs::read(self.path(name)).unwrap()).unwrap()
    }

    /// Advances the clock.
    pub fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    /// A session in this home, whose service calls have one attempt and a short timeout.
    pub fn builder(&self) -> SessionBuilder {
        let clock = self.clock.clone();
        Session::builder()
            .environment(self.variables.iter().cloned().collect::<Environment>())
            .clock(move || Timestamp::new(clock.load(Ordering::SeqCst), 0))
            .config(Config::new().total_max_attempts(1).read_timeout(Duration::from_millis(500)))
    }

    pub fn session(&self) -> Session {
        self.builder().build().unwrap()
    }

    /// The credentials of a session in this home.
    pub fn find(&self) -> Result<Credentials, Error> {
        self.session().credentials().map(|credentials| credentials.expect("credentials"))
    }

    /// The method of the credentials, and their access key.
    pub fn whose(&self) -> (&'static str, String) {
        let session = self.session();
        let method = session.credentials_method().unwrap().expect("credentials");
        (method, session.credentials().unwrap().unwrap().access_key_id().to_owned())
    }

    /// The name and the message of the error.
    pub fn failure(&self) -> (String, String) {
        failure(self.find())
    }
}

/// The name and the message of the error.
pub fn failure<T>(outcome: Result<T, Error>) -> (String, String) {
    let error = outcome.err().expect("an error");
    (error.name().to_owned(), error.message().to_owned())
}

/// An expected name and message.
pub fn named(name: &str, message: impl Into<String>) -> (String, String) {
    (name.to_owned(), message.into())
}

/// An instant so many seconds after the start, `2026-11-21T10:00:00Z`.
pub fn after(seconds: i64) -> String {
    Timestamp::new(START + seconds, 0).to_string()
}

/// The response of STS to an operation that assumes a role.
pub fn role_answer(operation: &str, key: &str, expires: &str) -> String {
    format!(
        "<{operation}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{operation}Result>\
         <AssumedRoleUser><AssumedRoleId>AROA:s</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/R/s</Arn></AssumedRoleUser>\
         <Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>SECRET-{key}</SecretAccessKey>\
         <SessionToken>TOKEN-{key}</SessionToken><Expiration>{expires}</Expiration></Credentials>\
         </{operation}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{operation}Response>"
    )
}

/// The parameters of a form, in their order.
pub fn form(body: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let mut out = Vec::new();
        let mut bytes = text.bytes();
        while let Some(byte) = bytes.next() {
            out.push(match byte {
                b'+' => b' ',
                b'%' => {
                    let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
                    u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
                }
                byte => byte,
            });
        }
        String::from_utf8(out).unwrap()
    };
    body.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, value)| (decode(name), decode(value))).collect()
}

/// A parameter of a form.
pub fn param(body: &str, name: &str) -> Option<String> {
    form(body).into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

/// Signs a request, which requires the credentials.
pub fn sign(session: &Session) -> Result<Value, Error> {
    let client = session.client_builder("sqs").region("us-west-2").build()?;
    client.prepare("list_queues", ()).map(|request| request.headers.get("Authorization").map(str::to_owned).into())
}
