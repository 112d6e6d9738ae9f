//! With the same variables and files, tucuxi and boto3 have the same region, endpoint, and credentials, or the same error.
//!
//! The cases are combinations of variables, configuration files, credentials files, and arguments. Both sides call
//! one loopback server, whose responses identify the request, so the complete retrieval of credentials is compared.

mod caches;
mod cases;
mod known;
mod reference;
mod world;

use std::io::Write as _;

use serde_json::{Value as Json, json};
use tucuxi::{Credentials, Environment, Error, Session};

use cases::Case;
use world::World;

#[test]
fn sessions_resolve_the_same_settings_as_boto3() {
    let world = World::new();
    let cases = cases::all();
    assert!(cases.len() > 300, "{} cases", cases.len());
    let theirs = reference::ask(&world, cases.iter().map(|case| world.question(case)));
    let (mut differences, mut departures) = (Vec::new(), 0);
    for (case, theirs) in cases.iter().zip(&theirs) {
        for (what, ours) in outcome(&world, case) {
            let (theirs, message) = (told(&theirs[what]), theirs[what]["message"].as_str().unwrap_or_default());
            match ours == theirs {
                true => {}
                false if known::is_departure(case, what, &theirs, message, &ours) => departures += 1,
                false => differences.push(format!("{case:#?}\n{what}: boto3 {theirs} {message}, tucuxi {ours}")),
            }
        }
    }
    let (count, different) = (cases.len(), differences.len());
    writeln!(std::io::stderr(), "{count} cases, {departures} known departures, {different} differences").unwrap();
    for place in ["POST /", "GET /box", "GET /latest/meta-data/iam/security-credentials/role", "GET /federation/credentials?"] {
        assert!(world.asked().iter().any(|line| line.starts_with(place)), "nobody asked {place}");
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

/// The outcomes of tucuxi for a case, by name.
fn outcome(world: &World, case: &Case) -> Vec<(&'static str, Json)> {
    let mut builder = Session::builder().environment(world.variables(case).into_iter().collect::<Environment>());
    if let Some(profile) = case.profile {
        builder = builder.profile(profile);
    }
    let session = match builder.build() {
        Ok(session) => session,
        Err(error) => return vec![("error", json!(error.name()))],
    };
    let endpoint = || {
        let mut client = session.client_builder(case.service).credentials(Credentials::new("a", "b"));
        if let Some(region) = case.region {
            client = client.region(region);
        }
        Ok(json!(client.build()?.endpoint_url()))
    };
    vec![
        ("error", Json::Null),
        ("region", json!(session.region().as_deref())),
        ("endpoint", told_of(endpoint())),
        ("credentials", told_of(keys(&session))),
    ]
}

fn keys(session: &Session) -> Result<Json, Error> {
    let Some(keys) = session.credentials()? else { return Ok(Json::Null) };
    let method = session.credentials_method()?;
    Ok(json!([method, keys.access_key_id(), keys.secret_access_key(), keys.session_token(), keys.account_id()]))
}

/// An outcome: the result, or the name of the error.
fn told_of(outcome: Result<Json, Error>) -> Json {
    outcome.unwrap_or_else(|error| json!({"error": error.name()}))
}

/// The same for an outcome of boto3.
fn told(outcome: &Json) -> Json {
    match outcome.get("error") {
        Some(name) => json!({"error": name}),
        None => outcome.get("ok").unwrap_or(outcome).clone(),
    }
}
