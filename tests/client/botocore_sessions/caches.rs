//! Cache files: each side uses the file that the other wrote without a request, and writes the same content.

use std::fs;
use std::path::Path;

use serde_json::{Value as Json, json};
use tucuxi::{Environment, Session, Timestamp};

use super::cases::Case;
use super::world::{START_URL, World};
use super::{keys, reference};

const ROLE: &str = "[default]\nregion = us-west-2\nrole_arn = arn:aws:iam::111122223333:role/Leaf\nsource_profile = base\n\
                    external_id = éé\nduration_seconds = 900\nrole_session_name = me\n[profile base]\naws_access_key_id = BASE\n\
                    aws_secret_access_key = S\n";
const WEB: &str = "[default]\nregion = us-west-2\nrole_arn = arn:aws:iam::111122223333:role/Web\nweb_identity_token_file = {home}/token\n";
const SSO: &str = "[default]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Admin Role\n[sso-session corp]\n\
                   sso_start_url = https://d-123.awsapps.com/start\nsso_region = us-west-2\n";
const LEGACY: &str = "[default]\nsso_account_id = 111122223333\nsso_role_name = Admin\nsso_start_url = https://d-123.awsapps.com/start\n\
                      sso_region = us-west-2\n";

fn case(config: &'static str) -> Case {
    Case { config, credentials: "", variables: &[], profile: None, service: "sqs", region: Some("us-west-2") }
}

fn ours(world: &World, case: &Case, cache: &Path) -> Json {
    let environment: Environment = world.variables(case).into_iter().collect();
    keys(&Session::builder().environment(environment).credential_cache(cache).build().unwrap()).unwrap()
}

fn theirs(world: &World, case: &Case, cache: &Path) -> Json {
    let mut question = world.question(case);
    question["cache"] = json!(cache.display().to_string());
    reference::ask(world, [question].into_iter()).remove(0)["credentials"]["ok"].take()
}

/// The only file in a folder: its name, and its text up to the part about each side's own HTTP exchange.
fn only_file(folder: &Path) -> (String, String) {
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    let [file] = &files[..] else { panic!("{files:?}") };
    let text = fs::read_to_string(file).unwrap();
    let text = text.split(", \"ResponseMetadata\"").next().unwrap().trim_end_matches('}').to_owned();
    (file.file_name().unwrap().to_str().unwrap().to_owned(), text)
}

#[test]
fn each_side_uses_the_credentials_that_the_other_wrote() {
    let world = World::new();
    for config in [ROLE, WEB, SSO, LEGACY] {
        let case = case(config);
        let [of_ours, of_theirs] = ["ours", "theirs"].map(|name| world.home().join(format!("cache-{name}-{}", config.len())));
        let written = (ours(&world, &case, &of_ours), theirs(&world, &case, &of_theirs));
        assert_eq!(written.0, written.1, "{config}");
        assert!(written.0.is_array(), "{config}");
        assert_eq!(only_file(&of_ours), only_file(&of_theirs), "{config}");

        let asked = world.asked().len();
        assert_eq!(ours(&world, &case, &of_theirs), written.0, "{config}");
        assert_eq!(theirs(&world, &case, &of_ours), written.0, "{config}");
        assert_eq!(world.asked().len(), asked, "{config}");
    }
}

#[test]
fn each_side_uses_the_token_that_the_other_renewed() {
    let world = World::new();
    let in_seconds = |seconds: i64| Timestamp::new(Timestamp::now().seconds() + seconds, 0).to_string();
    let ending = json!({
        "startUrl": START_URL, "region": "us-west-2", "accessToken": "OLD", "expiresAt": in_seconds(300), "clientId": "CID",
        "clientSecret": "CSEC", "registrationExpiresAt": in_seconds(86_400), "refreshToken": "RT1",
    });
    let cache = |name: &str| world.home().join(name);
    let case = case(SSO);
    let mut texts = Vec::new();
    for theirs_first in [false, true] {
        world.write_token("corp", &ending.to_string());
        let asked = world.asked().len();
        let [first, second] = [cache(&format!("first-{theirs_first}")), cache(&format!("second-{theirs_first}"))];
        let (renewed, read) = match theirs_first {
            false => (ours(&world, &case, &first), theirs(&world, &case, &second)),
            true => (theirs(&world, &case, &first), ours(&world, &case, &second)),
        };
        assert!(renewed[1].as_str().unwrap().starts_with("SSO-NEW-"), "{renewed}");
        assert_eq!(read, renewed);
        let lines = world.asked().split_off(asked);
        assert_eq!(lines.iter().filter(|line| *line == "POST /token").count(), 1, "{lines:?}");
        let text = fs::read_to_string(world.token("corp")).unwrap();
        let record: Json = serde_json::from_str(&text).unwrap();
        texts.push(text.replace(record["expiresAt"].as_str().unwrap(), "LATER"));
    }
    assert_eq!(texts[0], texts[1]);
}
