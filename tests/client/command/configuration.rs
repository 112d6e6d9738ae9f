//! `configure` and `sso`: what they ask, print, and write.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::succeeded;
use crate::loopback::{self, Answer, Seen};

/// A home of the user, with the program in it.
pub(super) struct Home(tempfile::TempDir);

impl Home {
    pub(super) fn new() -> Home {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(".aws")).unwrap();
        Home(folder)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    pub(super) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(super) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tucuxi"));
        command.args(words).env_clear().env("HOME", self.0.path()).current_dir(self.0.path()).stdin(Stdio::null());
        command.env("AWS_EC2_METADATA_DISABLED", "true").env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command
    }

    pub(super) fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// Runs the command with these answers as its standard input.
    fn answer(&self, words: &[&str], answers: &str, variables: &[(&str, &str)]) -> Output {
        let mut command = self.command(words);
        command.envs(variables.iter().copied()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        // A command that fails early does not read all answers.
        let _ = process.stdin.take().unwrap().write_all(answers.as_bytes());
        process.wait_with_output().unwrap()
    }
}

#[cfg(unix)]
pub(super) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn failed(output: &Output, code: i32) -> String {
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const CREDENTIALS: &str = "[default]\naws_access_key_id=AKIDEXAMPLE\naws_secret_access_key=secretsecret\n";

#[test]
fn configure_asks_for_each_value_and_keeps_those_that_are_not_answered() {
    let home = Home::new();
    home.write(".aws/config", "[default]\nregion=eu-west-1\n[profile p]\nregion=us-west-2\n");
    home.write(".aws/credentials", CREDENTIALS);
    let prompts = succeeded(&home.answer(&["configure"], "AKIDNEW\n\nus-east-2\n\n", &[]));
    assert_eq!(
        prompts,
        "AWS Access Key ID [****************MPLE]: AWS Secret Access Key [****************cret]: Default region name [eu-west-1]: \
         Default output format [None]: "
    );
    assert_eq!(home.read(".aws/credentials"), "[default]\naws_access_key_id = AKIDNEW\naws_secret_access_key=secretsecret\n");
    assert_eq!(home.read(".aws/config"), "[default]\nregion = us-east-2\n[profile p]\nregion=us-west-2\n");
    succeeded(&home.answer(&["configure", "--profile", "new one"], "A\nB\n\njson\n", &[]));
    assert!(home.read(".aws/credentials").ends_with("[\"new one\"]\naws_access_key_id = A\naws_secret_access_key = B\n"));
    assert!(home.read(".aws/config").ends_with("[profile \"new one\"]\noutput = json\n"));
    let before = home.read(".aws/credentials");
    let message = failed(&home.answer(&["configure"], "AKIDX\n", &[]), 255);
    assert!(message.contains("Standard input ended before the answer to \"AWS Secret Access Key"), "{message}");
    assert_eq!(home.read(".aws/credentials"), before, "nothing is written before the last answer");
}

/// The output of `aws configure list` for the same files and variables.
#[test]
fn configure_list_prints_what_aws_prints() {
    let home = Home::new();
    let head = "      Name                    Value             Type    Location\n      ----                    -----             ----    --------\n";
    assert_eq!(
        succeeded(&home.run(&["configure", "list"])),
        format!(
            "{head}   profile                <not set>             None    None\naccess_key                <not set>             None    None\n\
             secret_key                <not set>             None    None\n    region                <not set>             None    None\n"
        )
    );
    home.write(
        ".aws/config",
        "[default]\nregion=eu-west-1\n[profile p]\nregion=us-west-2\naws_access_key_id=AKIDCONFIG\naws_secret_access_key=sec\n",
    );
    home.write(".aws/credentials", CREDENTIALS);
    assert_eq!(
        succeeded(&home.run(&["configure", "list"])),
        format!(
            "{head}   profile                <not set>             None    None\naccess_key     ****************MPLE \
             shared-credentials-file    \nsecret_key     ****************cret shared-credentials-file    \n    \
             region                eu-west-1      config-file    ~/.aws/config\n"
        )
    );
    assert_eq!(
        succeeded(&home.run(&["configure", "list", "--profile", "p"])),
        format!(
            "{head}   profile                        p           manual    --profile\naccess_key     ****************NFIG      \
             config-file    \nsecret_key      ****************sec      config-file    \n    region                us-west-2      \
             config-file    ~/.aws/config\n"
        )
    );
    let mut command = home.command(&["configure", "list"]);
    command.envs([("AWS_DEFAULT_REGION", "x"), ("AWS_PROFILE", "p"), ("AWS_ACCESS_KEY_ID", "abc"), ("AWS_SECRET_ACCESS_KEY", "d")]);
    let text = succeeded(&command.output().unwrap());
    assert!(text.contains("   profile                        p              env    AWS_PROFILE\n"), "{text}");
    assert!(text.contains("access_key      ****************abc              env    \n"), "{text}");
    assert!(text.contains("    region                        x              env    AWS_DEFAULT_REGION\n"), "{text}");
    assert!(failed(&home.run(&["configure", "list", "--profile", "nope"]), 253).contains("nope"));
}

#[test]
fn credentials_are_exported_in_six_formats() {
    let home = Home::new();
    let export = |format: &str| {
        let mut command = home.command(&["configure", "export-credentials", "--format", format]);
        command.envs([("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "s/e+c"), ("AWS_SESSION_TOKEN", "tok")]);
        succeeded(&command.output().unwrap())
    };
    assert_eq!(
        export("process"),
        "{\n    \"Version\": 1,\n    \"AccessKeyId\": \"AKID\",\n    \"SecretAccessKey\": \"s/e+c\",\n    \"SessionToken\": \"tok\"\n}\n"
    );
    let lines = |template: &str| {
        let pairs = [("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "s/e+c"), ("AWS_SESSION_TOKEN", "tok")];
        pairs.map(|(name, value)| template.replace("NAME", name).replace("VALUE", value) + "\n").concat()
    };
    for (format, template) in [
        ("env", "export NAME=VALUE"),
        ("env-no-export", "NAME=VALUE"),
        ("powershell", "$Env:NAME=\"VALUE\""),
        ("windows-cmd", "set NAME=VALUE"),
        ("fish", "set -gx NAME VALUE;"),
    ] {
        assert_eq!(export(format), lines(template), "{format}");
    }
    assert!(failed(&home.run(&["configure", "export-credentials", "--format", "evn"]), 252).contains("Did you mean env"));
    assert!(failed(&home.run(&["configure", "export-credentials"]), 253).contains("no credentials found"));
}

#[test]
fn keys_and_definitions_are_imported() {
    let home = Home::new();
    home.write("keys.csv", "\u{feff}User name,Password,Access key ID,Secret access key\nme,x,AKID1,S1\n,x,AKID2,S2\n");
    let words = ["configure", "import", "--csv", "file://keys.csv", "--profile-prefix", "a-"];
    assert!(failed(&home.run(&words), 252).contains("Row 3 of the CSV has an empty value"));
    let skipping = [&words[..], &["--skip-invalid"]].concat();
    assert_eq!(succeeded(&home.run(&skipping)), "Successfully imported 1 profile(s)\n");
    assert_eq!(home.read(".aws/credentials"), "[a-me]\naws_access_key_id = AKID1\naws_secret_access_key = S1\n");
    #[cfg(unix)]
    assert_eq!(mode(&home.path(".aws/credentials")), 0o600);
    home.write("bad.csv", "a,b\n");
    assert!(failed(&home.run(&["configure", "import", "--csv", "file://bad.csv"]), 252).contains("\"user name\" not found"));

    let model = r#"{"version": "2.0", "metadata": {"apiVersion": "2020-01-01", "endpointPrefix": "zoo", "protocol": "json",
        "jsonVersion": "1.1", "targetPrefix": "Zoo", "signatureVersion": "v4", "serviceId": "My Zoo"},
        "operations": {"Feed": {"name": "Feed", "http": {"method": "POST", "requestUri": "/"}}}, "shapes": {}}"#;
    home.write("zoo.json", model);
    succeeded(&home.run(&["configure", "add-model", "--service-model", "file://zoo.json"]));
    assert_eq!(home.read(".aws/models/my-zoo/2020-01-01/service-2.json"), model);
    let words =
        ["my-zoo", "feed", "--print-request=json", "--region", "us-east-1", "--endpoint-url", "http://localhost:1", "--no-sign-request"];
    assert!(succeeded(&home.run(&words)).contains("Zoo.Feed"));
    assert!(failed(&home.run(&["configure", "add-model", "--service-model", "{}"]), 252).contains("not a service definition"));
}

const PORTAL: &str = "[sso-session corp]\nsso_start_url = https://corp.example/start\nsso_region = eu-west-1\n\
                      sso_registration_scopes = sso:account:access\n[profile dev]\nsso_session = corp\n[profile legacy]\n\
                      sso_start_url = https://old.example/start\nsso_region = eu-west-1\n";

/// A portal: registers clients, grants a token at the second request, and has one account with two roles.
fn portal() -> loopback::Server {
    let pending = std::sync::atomic::AtomicUsize::new(1);
    loopback::Server::start(move |seen: &Seen| {
        let path = seen.line.split(' ').nth(1).unwrap_or_default();
        let body = match path.split('?').next().unwrap_or_default() {
            "/client/register" => r#"{"clientId": "CID", "clientSecret": "CSECRET", "clientSecretExpiresAt": 1893456000}"#,
            "/device_authorization" => {
                r#"{"deviceCode": "DEV", "userCode": "ABCD-EFGH", "verificationUri": "https://corp.example/device",
                    "verificationUriComplete": "https://corp.example/device?user_code=ABCD-EFGH", "expiresIn": 600, "interval": 0}"#
            }
            "/token" if seen.body.contains("device_code") && pending.swap(0, std::sync::atomic::Ordering::SeqCst) > 0 => {
                return Answer::Reply(400, r#"{"__type": "AuthorizationPendingException", "error": "authorization_pending"}"#.to_owned());
            }
            "/token" => r#"{"accessToken": "ACCESS", "expiresIn": 28800, "refreshToken": "REFRESH", "tokenType": "Bearer"}"#,
            "/assignment/accounts" => {
                r#"{"accountList": [{"accountId": "111122223333", "accountName": "Dev", "emailAddress": "dev@example.com"}]}"#
            }
            "/assignment/roles" => {
                r#"{"roleList": [{"roleName": "ReadOnly", "accountId": "111122223333"}, {"roleName": "Admin", "accountId": "111122223333"}]}"#
            }
            _ => "{}",
        };
        loopback::ok(body)
    })
}

fn endpoints(url: &str) -> [(&str, &str); 2] {
    [("AWS_ENDPOINT_URL_SSO_OIDC", url), ("AWS_ENDPOINT_URL_SSO", url)]
}

/// The SHA-1 of `corp`.
const TOKEN: &str = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";

#[test]
fn sso_login_with_a_device_code_stores_the_token_and_logout_removes_it() {
    let server = portal();
    let (url, home) = (server.url(), Home::new());
    home.write(".aws/config", PORTAL);
    let run = |words: &[&str]| home.answer(words, "", &endpoints(&url));
    let text = succeeded(&run(&["sso", "login", "--profile", "dev", "--use-device-code", "--no-browser"]));
    assert!(text.contains("https://corp.example/device\n\nThen enter the code:\n\nABCD-EFGH\n"), "{text}");
    assert!(text.ends_with("Successfully logged into Start URL: https://corp.example/start\n"), "{text}");
    let record: serde_json::Value = serde_json::from_str(&home.read(TOKEN)).unwrap();
    let keys: Vec<&str> = record.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        ["accessToken", "clientId", "clientSecret", "expiresAt", "refreshToken", "region", "registrationExpiresAt", "startUrl"]
    );
    assert_eq!((&record["region"], &record["accessToken"]), (&"eu-west-1".into(), &"ACCESS".into()));
    assert_eq!(record["registrationExpiresAt"], "2030-01-01T00:00:00Z");
    #[cfg(unix)]
    assert_eq!(mode(&home.path(TOKEN)), 0o600);
    let registered = server.seen().into_iter().find(|seen| seen.line.contains("/client/register")).unwrap();
    assert!(registered.body.contains("sso:account:access") && registered.body.contains("device_code"), "{}", registered.body);

    // A profile without a session has a file of its own.
    succeeded(&run(&["sso", "login", "--profile", "legacy", "--no-browser"]));
    assert_eq!(fs::read_dir(home.path(".aws/sso/cache")).unwrap().count(), 2);
    home.write(".aws/cli/cache/role.json", r#"{"ProviderType": "sso", "Credentials": {}}"#);
    home.write(".aws/cli/cache/other.json", r#"{"Credentials": {}}"#);
    succeeded(&run(&["sso", "logout"]));
    assert_eq!(fs::read_dir(home.path(".aws/sso/cache")).unwrap().count(), 0);
    assert!(!home.path(".aws/cli/cache/role.json").exists() && home.path(".aws/cli/cache/other.json").exists());
    assert_eq!(server.lines().iter().filter(|line| line.contains("/logout")).count(), 2);
    for (words, message) in [
        (&["sso", "login"][..], "Missing the following required SSO configuration values: sso_start_url, sso_region"),
        (&["sso", "login", "--sso-session", "other"], "does not exist: \"other\""),
    ] {
        assert!(failed(&run(words), 253).contains(message), "{words:?}");
    }
}

fn get(url: &str) -> String {
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut connection = std::net::TcpStream::connect(host).unwrap();
    connection.write_all(format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes()).unwrap();
    let mut status = String::new();
    BufReader::new(connection).read_line(&mut status).unwrap();
    status
}

#[test]
fn sso_login_receives_the_code_of_the_browser_on_loopback() {
    let server = portal();
    let home = Home::new();
    home.write(".aws/config", PORTAL);
    let mut command = home.command(&["sso", "login", "--sso-session", "corp", "--no-browser"]);
    let mut process = command.envs(endpoints(&server.url())).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
    let page = lines.find(|line| line.contains("/authorize?")).unwrap();
    let query: std::collections::HashMap<&str, &str> =
        page.split_once('?').unwrap().1.split('&').filter_map(|pair| pair.split_once('=')).collect();
    assert!(page.starts_with(&format!("{}/authorize?response_type=code&client_id=CID&", server.url())), "{page}");
    assert_eq!((query["code_challenge_method"], query["scopes"]), ("S256", "sso%3Aaccount%3Aaccess"));
    let redirect = query["redirect_uri"].replace("%3A", ":").replace("%2F", "/");
    assert!(redirect.starts_with("http://127.0.0.1:") && redirect.ends_with("/oauth/callback"), "{redirect}");
    let icon = redirect.replace("/oauth/callback", "/favicon.ico");
    assert!(get(&icon).contains("404"));
    assert!(get(&format!("{redirect}?code=C%2F1&state={}", query["state"])).contains("200"));
    assert!(process.wait().unwrap().success());
    assert!(home.read(TOKEN).contains("\"ACCESS\""));
    let token = server.seen().into_iter().find(|seen| seen.line.contains("/token")).unwrap();
    let body: serde_json::Value = serde_json::from_str(&token.body).unwrap();
    assert_eq!((&body["code"], &body["grantType"], &body["redirectUri"]), (&"C/1".into(), &"authorization_code".into(), &redirect.into()));
    use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
    let verifier = body["codeVerifier"].as_str().unwrap();
    let challenge = ring::digest::digest(&ring::digest::SHA256, verifier.as_bytes());
    assert_eq!(BASE64_URL_SAFE_NO_PAD.encode(challenge), query["code_challenge"]);
}

#[test]
fn configure_sso_writes_the_session_and_the_profile() {
    let server = portal();
    let (url, home) = (server.url(), Home::new());
    let answers = "corp\nhttps://corp.example/start\neu-west-1\n\n3\n2\neu-central-1\n\ndev\n";
    let text = succeeded(&home.answer(&["configure", "sso", "--use-device-code", "--no-browser"], answers, &endpoints(&url)));
    for part in [
        "SSO registration scopes [sso:account:access]: ",
        "Dev, dev@example.com (111122223333)",
        "There are 2 roles available to you.",
        "Using the role name \"Admin\"",
        "Profile name [Admin-111122223333]: ",
        "aws sts get-caller-identity --profile dev\n",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    assert_eq!(
        home.read(".aws/config"),
        "[sso-session corp]\nsso_start_url = https://corp.example/start\nsso_region = eu-west-1\nsso_registration_scopes = \
         sso:account:access\n[profile dev]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Admin\nregion = \
         eu-central-1\n"
    );
    let text = succeeded(&home.answer(&["configure", "sso-session"], "corp\n\nus-east-1\n\n", &[]));
    assert!(text.contains("SSO start URL [https://corp.example/start]: ") && text.contains("aws sso login --sso-session corp\n"), "{text}");
    assert!(home.read(".aws/config").contains("sso_region = us-east-1\n"));
}

const CONSOLE: &str = "arn:aws:iam::123456789012:user/me";

/// The sign-in service: a code becomes credentials of [`CONSOLE`].
fn console() -> loopback::Server {
    loopback::Server::start(|seen| {
        if !seen.line.starts_with("POST /v1/token") {
            return Answer::Reply(404, "{}".to_owned());
        }
        use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
        let payload = BASE64_URL_SAFE_NO_PAD.encode(format!("{{\"sub\":\"{CONSOLE}\"}}"));
        loopback::ok(format!(
            r#"{{"accessToken": {{"accessKeyId": "ASIACONSOLE", "secretAccessKey": "SECRET", "sessionToken": "TOKEN"}},
                "tokenType": "aws_sigv4", "expiresIn": 900, "refreshToken": "REFRESH", "idToken": "e30.{payload}.sig"}}"#
        ))
    })
}

/// The SHA-256 of [`CONSOLE`].
const CONSOLE_FILE: &str = ".aws/login/cache/286187707741fc2ccb93cf9e56dbd0ee0a16208feed5fbc8ae1baa86d44c283f.json";

#[test]
fn login_in_a_browser_stores_what_the_provider_reads_and_logout_removes_it() {
    let server = console();
    let home = Home::new();
    let mut command = home.command(&["login", "--profile", "dev", "--region", "eu-west-1"]);
    command.env("AWS_ENDPOINT_URL_SIGNIN", server.url()).env("BROWSER", "true");
    let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
    let page = lines.find(|line| line.contains("/v1/authorize?")).unwrap();
    let query: std::collections::HashMap<&str, &str> =
        page.split_once('?').unwrap().1.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let client = "arn%3Aaws%3Asignin%3A%3A%3Adevtools%2Fsame-device";
    assert!(page.starts_with(&format!("{}/v1/authorize?response_type=code&client_id={client}&", server.url())), "{page}");
    assert_eq!((query["code_challenge_method"], query["scope"]), ("SHA-256", "openid"));
    let redirect = query["redirect_uri"].replace("%3A", ":").replace("%2F", "/");
    assert!(get(&format!("{redirect}?code=CODE&state={}", query["state"])).contains("200"));
    let rest: Vec<String> = lines.collect();
    assert!(process.wait().unwrap().success());
    assert!(rest.contains(&format!("Updated profile dev to use {CONSOLE} credentials.")), "{rest:?}");

    let seen = server.seen().remove(0);
    let body: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
    assert_eq!((&body["code"], &body["grantType"], &body["redirectUri"]), (&"CODE".into(), &"authorization_code".into(), &redirect.into()));
    use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
    let challenge = ring::digest::digest(&ring::digest::SHA256, body["codeVerifier"].as_str().unwrap().as_bytes());
    assert_eq!(BASE64_URL_SAFE_NO_PAD.encode(challenge), query["code_challenge"]);
    let proof = seen.header("dpop").unwrap().to_owned();
    let payload = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(proof.split('.').nth(1).unwrap()).unwrap()).unwrap();
    assert!(payload.starts_with(&format!(r#"{{"htm":"POST","htu":"{}/v1/token","iat":"#, server.url())), "{payload}");
    assert_eq!(seen.header("authorization"), None);

    let record: serde_json::Value = serde_json::from_str(&home.read(CONSOLE_FILE)).unwrap();
    let keys: Vec<&str> = record.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["accessToken", "clientId", "dpopKey", "idToken", "refreshToken", "signInRegion", "tokenType"]);
    assert_eq!((&record["accessToken"]["accountId"], &record["signInRegion"]), (&"123456789012".into(), &"eu-west-1".into()));
    #[cfg(unix)]
    assert_eq!(mode(&home.path(CONSOLE_FILE)), 0o600);
    assert_eq!(home.read(".aws/config"), format!("[profile dev]\nlogin_session = {CONSOLE}\n"));
    let exported = succeeded(&home.run(&["configure", "export-credentials", "--profile", "dev", "--format", "env"]));
    assert!(exported.contains("export AWS_ACCESS_KEY_ID=ASIACONSOLE\n"), "{exported}");
    // OpenSSL reads the key, as other programs that share the file do.
    home.write("key.pem", record["dpopKey"].as_str().unwrap());
    if let Ok(read) = Command::new("openssl").args(["ec", "-noout", "-text", "-in", "key.pem"]).current_dir(home.path("")).output() {
        assert!(succeeded(&read).contains("prime256v1"));
    }

    let text = succeeded(&home.run(&["logout", "--profile", "dev"]));
    assert!(text.starts_with("Removed the cached credentials of profile dev.\n"), "{text}");
    assert!(!home.path(CONSOLE_FILE).exists());
    assert_eq!(succeeded(&home.run(&["logout", "--all"])), text);
    let message = failed(&home.run(&["logout"]), 253);
    assert!(message.contains("The profile \"default\" has no sign-in"), "{message}");
}

#[test]
fn login_for_a_browser_elsewhere_asks_for_the_region_and_the_code() {
    let server = console();
    let (url, home) = (server.url(), Home::new());
    let run = |words: &[&str], answers: &str| home.answer(words, answers, &[("AWS_ENDPOINT_URL_SIGNIN", url.as_str())]);
    let text = succeeded(&run(&["login", "--remote"], "\nCODE\n"));
    assert!(text.contains("AWS Region [us-east-1]: ") && text.contains("devtools%2Fcross-device"), "{text}");
    assert!(
        text.contains(&format!("redirect_uri={}%2Fv1%2Fsessions%2Fconfirmation", url.replace(':', "%3A").replace('/', "%2F"))),
        "{text}"
    );
    assert_eq!(home.read(".aws/config"), format!("[default]\nlogin_session = {CONSOLE}\nregion = us-east-1\n"));
    // Another user replaces the session only if this is confirmed.
    home.write(".aws/config", "[default]\nlogin_session = arn:aws:iam::1:user/you\nregion = us-east-1\n");
    let message = failed(&run(&["login", "--remote"], "CODE\nn\n"), 255);
    assert!(message.contains("The profile was not changed."), "{message}");
    assert!(home.read(".aws/config").contains("user/you"));
    succeeded(&run(&["login", "--remote"], "CODE\ny\n"));
    assert!(home.read(".aws/config").contains("user/me"));
    // Keys would take precedence over the sign-in.
    home.write(".aws/credentials", CREDENTIALS);
    let message = failed(&run(&["login", "--remote"], ""), 253);
    assert!(message.contains("has credentials of another kind: access keys (aws_access_key_id)"), "{message}");
    assert!(message.contains("login --profile NAME"), "{message}");
}
