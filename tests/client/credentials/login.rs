//! Console sign-ins: the file of `aws login`, and its renewal with a proof of possession.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, UnparsedPublicKey};
use serde_json::{Value as Json, json};

use super::support::{Home, START, after, named};
use crate::loopback::{Answer, Server, ok};

const CONFIG: &str = "[default]\nlogin_session = arn:aws:iam::123456789012:user/me\nregion = eu-west-1\n";
const FILE: &str = ".aws/login/cache/286187707741fc2ccb93cf9e56dbd0ee0a16208feed5fbc8ae1baa86d44c283f.json";

/// A new key in PEM, as the AWS CLI writes it: the key begins at byte 29 of ring's PKCS #8.
fn key() -> String {
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    let der = &pkcs8.as_ref()[29..];
    assert_eq!(der[0], 0x30);
    format!("-----BEGIN EC PRIVATE KEY-----\n{}\n-----END EC PRIVATE KEY-----\n", STANDARD.encode(der))
}

fn record(expires: i64) -> Json {
    json!({
        "accessToken": {"accessKeyId": "ASIAOLD", "secretAccessKey": "S", "sessionToken": "T", "accountId": "123456789012",
                        "expiresAt": after(expires)},
        "tokenType": "aws_sigv4", "refreshToken": "RT1", "idToken": "ID", "clientId": "arn:aws:signin:::devtools/same-device",
        "dpopKey": key(), "signInRegion": "us-east-1", "another": [1],
    })
}

fn home(server: &Server, record: &Json) -> Home {
    let home = Home::new().config(CONFIG).services(server);
    home.write(FILE, &record.to_string());
    home
}

fn signin() -> Server {
    let access = r#"{"accessKeyId":"ASIANEW","secretAccessKey":"S2","sessionToken":"T2"}"#;
    Server::start(move |_| ok(format!(r#"{{"accessToken":{access},"tokenType":"aws_sigv4","expiresIn":900,"refreshToken":"RT2"}}"#)))
}

#[test]
fn credentials_with_five_minutes_left_are_used_as_they_are() {
    let server = signin();
    let home = home(&server, &record(301));
    assert_eq!(home.whose(), ("login", "ASIAOLD".to_owned()));
    assert_eq!(home.find().unwrap().account_id(), Some("123456789012"));
    assert_eq!(server.lines().len(), 0);
}

#[test]
fn older_credentials_are_renewed_with_a_proof_and_written_back() {
    let server = signin();
    let old = record(300);
    let home = home(&server, &old);
    let credentials = home.find().unwrap();
    assert_eq!((credentials.access_key_id(), credentials.account_id()), ("ASIANEW", Some("123456789012")));
    assert_eq!(credentials.expires().unwrap().to_string(), after(900));

    let seen = server.seen()[0].clone();
    assert_eq!((seen.line.as_str(), seen.header("Authorization")), ("POST /v1/token", None));
    assert_eq!(seen.header("Content-Type"), Some("application/json"));
    let body: Json = serde_json::from_str(&seen.body).unwrap();
    assert_eq!(body, json!({"clientId": "arn:aws:signin:::devtools/same-device", "refreshToken": "RT1", "grantType": "refresh_token"}));
    check_proof(seen.header("DPoP").unwrap(), &format!("{}/v1/token", server.url()));

    let mut expected = old;
    expected["accessToken"] = json!({"accessKeyId": "ASIANEW", "secretAccessKey": "S2", "sessionToken": "T2",
                                     "accountId": "123456789012", "expiresAt": after(900)});
    expected["refreshToken"] = "RT2".into();
    assert_eq!(home.json(FILE), expected);
}

/// Checks that the signature matches the key in the proof, and that the proof is for this request.
fn check_proof(proof: &str, url: &str) {
    let parts: Vec<_> = proof.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap()).collect();
    let header: Json = serde_json::from_slice(&parts[0]).unwrap();
    let payload: Json = serde_json::from_slice(&parts[1]).unwrap();
    assert_eq!((header["typ"].as_str(), header["alg"].as_str()), (Some("dpop+jwt"), Some("ES256")));
    assert_eq!((payload["htm"].as_str(), payload["htu"].as_str()), (Some("POST"), Some(url)));
    assert_eq!((payload["iat"].as_i64(), payload["jti"].as_str().unwrap().len()), (Some(START), 36));
    let coordinate = |name: &str| URL_SAFE_NO_PAD.decode(header["jwk"][name].as_str().unwrap()).unwrap();
    let public = [vec![4], coordinate("x"), coordinate("y")].concat();
    let signed = proof.rsplit_once('.').unwrap().0;
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public).verify(signed.as_bytes(), &parts[2]).unwrap();
}

#[test]
fn credentials_renewed_by_another_process_are_used() {
    let server = signin();
    let home = home(&server, &record(1000));
    let session = home.session();
    session.credentials().unwrap();
    home.pass(200);
    let mut newer = record(5000);
    newer["accessToken"]["accessKeyId"] = "ASIAOTHER".into();
    home.write(FILE, &newer.to_string());
    assert_eq!(session.credentials().unwrap().unwrap().access_key_id(), "ASIAOTHER");
    assert_eq!(server.lines().len(), 0);
}

#[test]
fn the_folder_can_be_configured() {
    let server = signin();
    let home = Home::new().config(CONFIG).services(&server).env("AWS_LOGIN_CACHE_DIRECTORY", "$HOME/elsewhere");
    home.write(&FILE.replace(".aws/login/cache", "elsewhere"), &record(5000).to_string());
    assert_eq!(home.whose().0, "login");
}

#[test]
fn failures_are_named() {
    let server = signin();
    let start = "Error loading login session token:";
    let load = |what: &str| named("LoginTokenLoadError", format!("{start} {what}"));
    let none = Home::new().config(CONFIG).services(&server).failure();
    let message =
        "Unable to load a existing login session for session arn:aws:iam::123456789012:user/me. Please reauthenticate with 'aws login'.";
    assert_eq!(none, load(message));
    let mut lacking = record(5000);
    for name in ["refreshToken", "clientId"] {
        lacking.as_object_mut().unwrap().remove(name);
    }
    let message = "Failed to load access token from token cache, missing required fields: refreshToken, clientId.";
    assert_eq!(home(&server, &lacking).failure(), load(message));
    let mut keyless = record(0);
    keyless["dpopKey"] = "SECRET".into();
    assert_eq!(home(&server, &keyless).failure(), load("Unable to load private key from cached token."));

    for (reason, name) in [
        ("TOKEN_EXPIRED", "LoginRefreshRequired"),
        ("USER_CREDENTIALS_CHANGED", "LoginRefreshRequired"),
        ("INSUFFICIENT_PERMISSIONS", "LoginInsufficientPermissions"),
        ("AUTHCODE_EXPIRED", "LoginError"),
    ] {
        let body = format!(r#"{{"__type":"AccessDeniedException","error":"{reason}","message":"m"}}"#);
        let refusing = Server::start(move |_| Answer::Reply(403, body.clone()));
        assert_eq!(home(&refusing, &record(0)).failure().0, name, "{reason}");
    }
    let odd = Server::start(|_| ok(r#"{"accessToken":{"accessKeyId":"A"}}"#));
    let message = "Unable to refresh access token due to an invalid service response. Please try running 'aws login' again. If the issue \
                   persists, there may be a temporary signin service problem.";
    assert_eq!(home(&odd, &record(0)).failure(), load(message));
}
