//! Presigning: the signature goes into the query, and whoever has the URL has the call.

use std::time::Duration;

use super::{Signing, canonical, payload};
use crate::auth::encode;
use crate::http::{Body, Request};

const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

/// Signs a request in its URL, for `expires` (whole seconds; the range is not checked here).
///
/// `params` join the query, and the body is emptied: [`body_params`](super::body_params) makes them of
/// a form or a JSON body. All headers that the request has are signed, so the user of the URL must
/// send them.
pub fn presign(request: &mut Request, signing: &Signing, expires: Duration, params: &[(String, Vec<String>)]) {
    if request.headers.get("Content-Type") == Some(FORM) {
        request.headers.remove("Content-Type");
    }
    request.body = Body::Empty;
    let amz_date = signing.time.amz_date();
    let scope = signing.scope(&amz_date);
    let mut query = merged_query(request, params);
    // boto3 sets its separator also behind lists that have nothing to say.
    let is_silent = query.is_empty() && !params.is_empty();
    let credential = [signing.credentials.access_key_id(), "/", &scope].concat();
    let lifetime = expires.as_secs().to_string();
    let signed_headers = canonical::signed_header_names(request);
    for (key, value) in [
        ("X-Amz-Algorithm", signing.algorithm.name()),
        ("X-Amz-Credential", &credential),
        ("X-Amz-Date", &amz_date),
        ("X-Amz-Expires", &lifetime),
        ("X-Amz-SignedHeaders", &signed_headers),
    ] {
        encode::push_pair(&mut query, key, value);
    }
    if let Some(name) = signing.algorithm.region_set() {
        encode::push_pair(&mut query, name, signing.region);
    }
    if let Some(token) = signing.credentials.session_token() {
        encode::push_pair(&mut query, signing.token_header, token);
    }
    if is_silent {
        query.insert(0, '&');
    }
    request.set_query(&query);
    let canonical = canonical::canonicalize(request, signing.flavour, payload::presigned(signing.flavour));
    let signature = signing.signature(&amz_date, &canonical::to_sign(&canonical.text, signing.algorithm, &amz_date, &scope));
    request.url.push_str("&X-Amz-Signature=");
    request.url.push_str(&signature);
}

/// The query of the URL, the first value of each key, with `params` that replace or follow, encoded anew.
fn merged_query(request: &Request, params: &[(String, Vec<String>)]) -> String {
    let mut merged: Vec<(String, Vec<String>)> = Vec::new();
    for pair in request.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let key = encode::decode_form(key);
        if !merged.iter().any(|(k, _)| *k == key) {
            merged.push((key, vec![encode::decode_form(value)]));
        }
    }
    for (key, values) in params {
        match merged.iter_mut().find(|(k, _)| k == key) {
            Some((_, old)) => old.clone_from(values),
            None => merged.push((key.clone(), values.clone())),
        }
    }
    let mut query = String::new();
    for (key, value) in merged.iter().flat_map(|(key, values)| values.iter().map(move |value| (key, value))) {
        encode::push_pair(&mut query, key, value);
    }
    query
}
