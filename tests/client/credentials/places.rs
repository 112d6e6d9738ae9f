//! Local sources: variables, files, processes, and custom providers; and the order of all sources.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tucuxi::{Credentials, Timestamp};

use super::support::{Home, START, after, failure, named, sign};

const FILE: &str = "[default]\naws_access_key_id = AKFILE\naws_secret_access_key = S\naws_session_token =\n";

/// The error of a session without credentials.
const NOTHING: &str = "Unable to locate credentials. Tried: env (AWS_ACCESS_KEY_ID is not set); assume-role (profile \"default\" has no \
    role_arn to assume); assume-role-with-web-identity (no web identity token file is configured); sso (profile \"default\" has no \
    sso_role_name and no sso_account_id); shared-credentials-file (the file has no profile \"default\"); login (profile \"default\" has \
    no login_session); custom-process (profile \"default\" has no credential_process); config-file (the file has no profile \
    \"default\"); ec2-credentials-file (AWS_CREDENTIAL_FILE is not set); boto-config (no boto configuration file has an \
    aws_access_key_id); container-role (no AWS_CONTAINER_CREDENTIALS_ variable is set); iam-role (AWS_EC2_METADATA_DISABLED is true)";

fn keys(name: &str) -> String {
    format!("aws_access_key_id = {name}\naws_secret_access_key = S\n")
}

#[test]
fn the_sources_have_an_order() {
    let process = r#"credential_process = printf '{"Version": 1, "AccessKeyId": "AKPROC", "SecretAccessKey": "S"}'"#;
    let config = format!("[default]\n{process}\n{}", keys("AKCONF"));
    let home = Home::new().config(&config).credentials(FILE);
    home.write("ec2", "AWSAccessKeyId = AKEC2\nnonsense\nAWSSecretKey=S=S\n");
    home.write("boto", "[Credentials]\naws_access_key_id = AKBOTO\naws_secret_access_key = S\n");
    let [ec2, boto] = ["ec2", "boto"].map(|name| home.path(name).display().to_string());
    let home = home.env("AWS_CREDENTIAL_FILE", &ec2).env("BOTO_CONFIG", &boto);
    let home = home.env("AWS_ACCESS_KEY_ID", "AKENV").env("AWS_SECRET_ACCESS_KEY", "S");
    let whose = |home: &Home| {
        let (method, key) = home.whose();
        format!("{method} {key}")
    };
    assert_eq!(whose(&home), "env AKENV");
    let home = home.env("AWS_ACCESS_KEY_ID", "");
    assert_eq!(whose(&home), "shared-credentials-file AKFILE");
    let home = home.credentials("");
    assert_eq!(whose(&home), "custom-process AKPROC");
    let home = home.config(&format!("[default]\n{}", keys("AKCONF")));
    assert_eq!(whose(&home), "config-file AKCONF");
    let home = home.config("");
    assert_eq!(whose(&home), "ec2-credentials-file AKEC2");
    assert_eq!(home.find().unwrap().secret_access_key(), "S=S");
    let home = home.env("AWS_CREDENTIAL_FILE", "/nowhere/at/all");
    assert_eq!(home.failure(), named("ConfigNotFound", "The specified config file (/nowhere/at/all) could not be found."));
    home.write("ec2", "");
    let home = home.env("AWS_CREDENTIAL_FILE", &ec2);
    assert_eq!(whose(&home), "boto-config AKBOTO");
}

#[test]
fn missing_credentials_are_an_error_of_the_first_signature() {
    let session = Home::new().session();
    assert!(session.credentials().unwrap().is_none());
    let client = session.client_builder("sqs").region("us-west-2").build().unwrap();
    assert_eq!(failure(client.prepare("list_queues", ())), named("NoCredentialsError", NOTHING));
}

#[test]
fn variables_with_an_expiry_are_read_again() {
    let home = Home::new().env("AWS_ACCESS_KEY_ID", "A").env("AWS_SECRET_ACCESS_KEY", "S").env("AWS_SESSION_TOKEN", "T");
    let home = home.env("AWS_CREDENTIAL_EXPIRATION", &after(60));
    let session = home.session();
    assert_eq!(session.credentials().unwrap().unwrap().expires(), Some(Timestamp::new(START + 60, 0)));
    home.pass(61);
    let message = "Credentials were refreshed, but the refreshed credentials are still expired.";
    assert_eq!(failure(sign(&session)), named("RuntimeError", message));
    assert_eq!(home.env("AWS_CREDENTIAL_EXPIRATION", "soon").failure().0, "CredentialRetrievalError");
}

#[test]
fn a_process_is_run_again_when_its_credentials_expire() {
    let home = Home::new();
    let script = home.path("give me");
    home.write(
        "give me",
        &format!(
            "n=$(cat {0}/n 2>/dev/null || echo 0); n=$((n + 1)); echo $n > {0}/n\n\
             echo '{{\"Version\": 1, \"AccessKeyId\": \"AK'$n'\", \"SecretAccessKey\": \"S\", \"SessionToken\": \"'\"$1\"'\",'\n\
             echo '\"Expiration\": \"{1}\"}}'\n",
            home.path("").display(),
            after(3600)
        ),
    );
    let home = home.config(&format!("[default]\ncredential_process = sh \"{}\" 'a b'\naws_account_id = 42\n", script.display()));
    let session = home.session();
    let first = session.credentials().unwrap().unwrap();
    assert_eq!((first.access_key_id(), first.session_token(), first.account_id()), ("AK1", Some("a b"), Some("42")));
    home.pass(2701);
    assert_eq!(session.credentials().unwrap().unwrap().access_key_id(), "AK2");
}

#[test]
fn failing_processes_are_named() {
    let run = |command: &str| Home::new().config(&format!("[default]\ncredential_process = {command}\n")).failure();
    let start = "Error when retrieving credentials from custom-process:";
    let failed = "sh failed (exit status: 3); its standard error (6 bytes) is not shown, because it may contain secrets";
    assert_eq!(run("sh -c 'echo sorry >&2; exit 3'"), named("CredentialRetrievalError", format!("{start} {failed}")));
    let (name, message) = run("/nowhere/at/all");
    assert!(name == "CredentialRetrievalError" && message.starts_with(&format!("{start} /nowhere/at/all: ")), "{message}");
    let (name, message) = run("echo SECRET");
    assert!(name == "CredentialRetrievalError" && message.contains("is not JSON") && !message.contains("SECRET"), "{message}");
    assert_eq!(run("'unended").0, "InvalidConfigError");
}

#[test]
fn a_custom_provider_comes_first_or_alone() {
    let home = Home::new().credentials(FILE);
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    let own = move || {
        let n = counter.fetch_add(1, Ordering::SeqCst) as i64;
        Ok(Some(Credentials::new(format!("AKOWN{n}"), "S").with_expiry(Timestamp::new(START + 3600 * (n + 1), 0))))
    };
    let session = home.builder().credential_provider(own).build().unwrap();
    let key = || session.credentials().unwrap().unwrap().access_key_id().to_owned();
    assert_eq!((key(), session.credentials_method().unwrap()), ("AKOWN0".to_owned(), Some("custom")));
    home.pass(2800);
    assert_eq!((key(), asked.load(Ordering::SeqCst)), ("AKOWN1".to_owned(), 2));

    let passing = home.builder().credential_provider(|| Ok(None)).build().unwrap();
    assert_eq!(passing.credentials_method().unwrap(), Some("shared-credentials-file"));
    let alone = home.builder().sole_credential_provider(|| Ok(None)).build().unwrap();
    assert!(alone.credentials().unwrap().is_none());
    let failing = home.builder().sole_credential_provider(|| Err(anyhow::anyhow!("sealed"))).build().unwrap();
    assert_eq!(failure(failing.credentials()), named("CredentialRetrievalError", "Error when retrieving credentials from custom: sealed"));
}
