//! Signed URLs and cookies of CloudFront, beside those that botocore makes.

use tucuxi::cloudfront::{CloudFrontSigner, Policy};
use tucuxi::{ErrorKind, Timestamp, Value, value};

use super::support::client;

/// Recorded by `cloudfront.py`.
const RECORDED: &str = include_str!("cloudfront.jsonl");
const KEY_ID: &str = "K2JCJMDEHXQW5F";

fn rows() -> (Value, Vec<Value>) {
    let mut rows: Vec<Value> = RECORDED.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let keys = rows.remove(0);
    assert_eq!(rows.len(), 200);
    (keys, rows)
}

fn signer() -> CloudFrontSigner {
    CloudFrontSigner::from_pem(KEY_ID, rows().0["pkcs1"].as_str().unwrap()).unwrap()
}

fn time(params: &Value, name: &str) -> Option<Timestamp> {
    params[name].as_str().map(|text| Timestamp::parse(text).unwrap())
}

/// The policy of a row that has one made from conditions.
fn policy(row: &Value) -> Option<Policy> {
    let mut policy = Policy::new(row[0].as_str().unwrap(), time(&row[1], "date_less_than")?);
    if let Some(start) = time(&row[1], "date_greater_than") {
        policy = policy.date_greater_than(start);
    }
    if let Some(address) = row[1]["ip_address"].as_str() {
        policy = policy.ip_address(address);
    }
    Some(policy)
}

/// What a signed URL has after the URL, by the names of cookies.
fn parameters(url: &str, signed: &str) -> Vec<(String, Value)> {
    let added = signed.strip_prefix(url).unwrap();
    added[1..]
        .split('&')
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(name, value)| (format!("CloudFront-{name}"), value.into()))
        .collect()
}

#[test]
fn signed_urls_and_cookies_are_those_of_botocore() {
    let signer = signer();
    let (mut canned, mut custom) = (0, 0);
    for row in rows().1 {
        let (url, signed) = (row[0].as_str().unwrap(), row[3].as_str().unwrap());
        let (made, cookies) = match row[2].as_str() {
            None => {
                canned += 1;
                let end = time(&row[1], "date_less_than").unwrap();
                (signer.sign_url(url, end).unwrap(), signer.sign_cookies(url, end).unwrap())
            }
            Some(text) => {
                if let Some(policy) = policy(&row) {
                    custom += 1;
                    assert_eq!(policy.to_json().unwrap(), text);
                }
                (signer.sign_url_with(url, text).unwrap(), signer.sign_cookies_with(text).unwrap())
            }
        };
        assert_eq!(made, signed);
        let cookies: Vec<(String, Value)> = cookies.into_iter().map(|(name, value)| (name.to_string(), value)).collect();
        assert_eq!(cookies, parameters(url, signed));
    }
    assert_eq!((canned, custom), (100, 80));
}

#[test]
fn both_forms_of_a_key_sign_alike() {
    let (keys, rows) = rows();
    let (url, end) = (rows[1][0].as_str().unwrap(), time(&rows[1][1], "date_less_than").unwrap());
    let pkcs8 = keys["pkcs8"].as_str().unwrap();
    for pem in [pkcs8.to_owned(), format!("a comment\n{pkcs8}\n\n"), pkcs8.replace('\n', "\r\n")] {
        assert_eq!(CloudFrontSigner::from_pem(KEY_ID, &pem).unwrap().sign_url(url, end).unwrap(), rows[1][3]);
    }
}

#[test]
fn a_text_that_is_not_a_private_key_is_rejected_without_showing_it() {
    let pem = rows().0["pkcs8"].as_str().unwrap().to_owned();
    let encrypted = pem.replace("BEGIN PRIVATE", "BEGIN ENCRYPTED PRIVATE");
    let old_style =
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    let public = pem.replace("PRIVATE", "PUBLIC");
    let other = pem.replace("BEGIN PRIVATE", "BEGIN RSA PRIVATE").replace("END PRIVATE", "END RSA PRIVATE");
    let cut = &pem[..pem.len() / 2];
    for (text, expected) in [
        (encrypted.as_str(), "is encrypted"),
        (old_style, "is encrypted"),
        (public.as_str(), "is not an RSA key in PEM"),
        (other.as_str(), "is not an RSA key in PEM"),
        (cut, "is not an RSA key in PEM"),
        ("", "is not an RSA key in PEM"),
        ("K2JCJMDEHXQW5F", "is not an RSA key in PEM"),
    ] {
        let error = CloudFrontSigner::from_pem(KEY_ID, text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ParamValidation);
        assert!(error.message().contains(expected), "{error}");
        let shown = format!("{error:?} {error}");
        assert!(text.lines().filter(|line| line.len() == 64).all(|line| !shown.contains(line)), "{shown}");
    }
    assert_eq!(format!("{:?}", signer()), "CloudFrontSigner { key_id: \"K2JCJMDEHXQW5F\", .. }");
}

#[test]
fn the_address_of_a_policy_is_an_address_or_a_range() {
    let json = |address: &str| Policy::new("u", Timestamp::new(1, 0)).ip_address(address).to_json();
    for (address, range) in [("192.0.2.1", "192.0.2.1/32"), ("192.0.2.0/24", "192.0.2.0/24"), ("2001:db8::1", "2001:db8::1/128")] {
        assert!(json(address).unwrap().contains(&format!("{{\"AWS:SourceIp\":\"{range}\"}}")));
    }
    for address in ["", "192.0.2", "192.0.2.1/33", "192.0.2.1/", "2001:db8::/129", "example.com", "1.2.3.4/-1"] {
        let error = json(address).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ParamValidation);
        assert!(error.message().contains(&format!("Invalid IP address {address:?}")), "{error}");
    }
}

#[test]
fn the_error_of_the_function_that_signs_is_returned() {
    let signer = CloudFrontSigner::new("K", |_| anyhow::bail!("the HSM is locked"));
    let error = signer.sign_url("https://d.cloudfront.net/", Timestamp::new(1, 0)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Foreign);
    assert!(error.message().contains("the HSM is locked"), "{error}");
}

#[test]
fn urls_and_cookies_are_signed_by_name() {
    let (keys, rows) = rows();
    let cloudfront = client("cloudfront", "us-east-1");
    let mut wildcards = 0;
    for row in &rows {
        let mut params = value!({"Url": row[0].clone(), "KeyPairId": KEY_ID, "PrivateKey": keys["pkcs8"].clone()});
        let by_name = [("date_less_than", "DateLessThan"), ("date_greater_than", "DateGreaterThan"), ("ip_address", "IpAddress")];
        for (recorded, name) in by_name.into_iter().filter(|(recorded, _)| !row[1][*recorded].is_null()) {
            params[name] = row[1][recorded].clone();
        }
        match row[2].as_str() {
            Some(policy) if row[1].as_map().unwrap().is_empty() => params["Policy"] = policy.into(),
            // A policy with nothing but an end is custom if it names its resource.
            Some(_) => params["Resource"] = row[0].clone(),
            None => {}
        }
        wildcards += usize::from(params.get("Resource").is_some());
        assert_eq!(cloudfront.call("sign_url", params.clone()).unwrap(), row[3]);
        let cookies = cloudfront.call("sign_cookies", params).unwrap();
        let expected: Value = parameters(row[0].as_str().unwrap(), row[3].as_str().unwrap()).into_iter().collect::<tucuxi::Map>().into();
        assert_eq!(cookies, expected);
    }
    assert_eq!(wildcards, 80);
}

#[test]
fn invalid_parameters_of_a_signature_are_named() {
    let key = &rows().0["pkcs1"];
    let cloudfront = client("cloudfront", "us-east-1");
    let with = |more: Value| {
        let mut params = value!({"Url": "u", "KeyPairId": "K", "PrivateKey": key.clone()});
        for (name, value) in more.as_map().unwrap().iter() {
            params[name.as_str()] = value.clone();
        }
        params
    };
    for (params, expected) in [
        (value!({"KeyPairId": "K"}), "Missing required parameter in input: \"PrivateKey\""),
        (value!({"KeyPairId": "K", "PrivateKey": key.clone()}), "Missing required parameter in input: \"Url\""),
        (with(value!({})), "Need to provide either DateLessThan or Policy, but not both"),
        (with(value!({"Policy": "{}", "DateLessThan": 1})), "Policy excludes DateLessThan"),
        (with(value!({"Policy": "{}", "IpAddress": "1.2.3.4"})), "Policy excludes"),
        (with(value!({"DateLessThan": "tomorrow"})), "Parameter DateLessThan: Invalid timestamp \"tomorrow\""),
        (with(value!({"DateLessThan": true})), "parameter DateLessThan"),
        (with(value!({"DateLessThan": 1, "DateMoreThan": 1})), "Unknown parameter in input: \"DateMoreThan\""),
    ] {
        let error = cloudfront.call("sign_url", params).unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::ParamValidation, Some("sign_url")));
        assert!(error.message().contains(expected), "{error}");
        assert!(!format!("{error:?} {error}").contains("PRIVATE KEY"));
    }
}
