//! The SigV4 suite: from a raw request to the canonical request, the string to sign, and the header.

use std::fs;
use std::path::{Path, PathBuf};

use tucuxi::http::{Body, Request};
use tucuxi::unversioned::auth::sigv4::{Signing, canonical_request, sign, string_to_sign};
use tucuxi::{Credentials, Timestamp};

use crate::{Case, request};

pub fn cases(folder: &Path) -> Vec<Case> {
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.sort();
    files.into_iter().map(|file| Case::new(file.file_stem().unwrap().to_string_lossy().into_owned(), move || run(&file))).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "req") {
            files.push(path);
        }
    }
}

fn run(file: &Path) -> Result<(), String> {
    let expected = |kind: &str| fs::read_to_string(file.with_extension(kind)).map(|t| t.replace("\r\n", "\n")).map_err(|e| e.to_string());
    let mut request = parse(&expected("req")?)?;
    // A token that is signed but not in the request belongs to the credentials.
    if let Some((_, rest)) = expected("creq")?.split_once("\nx-amz-security-token:") {
        request.headers.set("X-Amz-Security-Token", rest.lines().next().unwrap_or_default());
    }
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let time = Timestamp::parse("2015-08-30T12:36:00Z").map_err(|e| e.to_string())?;
    let signing = Signing::new(&credentials, "us-east-1", "service", time);
    let content = match &request.body {
        Body::Bytes(bytes) => bytes.to_vec(),
        _ => Vec::new(),
    };
    let canonical = canonical_request(&request, signing.flavor, &request::sha256(&content));
    same("canonical request", &canonical, &expected("creq")?)?;
    same("string to sign", &string_to_sign(&canonical, &signing), &expected("sts")?)?;
    sign(&mut request, &signing).map_err(|e| e.to_string())?;
    same("header", request.headers.get("Authorization").unwrap_or_default(), &expected("authz")?)
}

fn same(what: &str, found: &str, expected: &str) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what}: expected\n{expected}\nfound\n{found}")) }
}

/// Reads a raw request; a line that begins with white space continues a header.
fn parse(text: &str) -> Result<Request, String> {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let (method, rest) = lines.next().and_then(|l| l.split_once(' ')).ok_or("no request line")?;
    let target = rest.rsplit_once(' ').map_or(rest, |(target, _)| target);
    let mut request = Request::new(method, "");
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in lines {
        match line.split_once(':') {
            Some((name, value)) if !line.starts_with(' ') => fields.push((name.to_owned(), value.to_owned())),
            _ => fields.last_mut().ok_or("a header is continued before the first")?.1.push_str(&format!(" {}", line.trim())),
        }
    }
    for (name, value) in fields {
        if name.eq_ignore_ascii_case("host") {
            request.url = format!("https://{}{target}", value.trim());
        } else {
            request.headers.append(name, value);
        }
    }
    if !body.is_empty() {
        request.body = Body::from(body.as_bytes());
    }
    Ok(request)
}
