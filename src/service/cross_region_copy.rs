//! Copies between regions for EC2, RDS, Neptune, and DocumentDB: the destination region calls the source region with a
//! URL that the caller has presigned for it.

use std::time::Duration;

use crate::auth::sigv4;
use crate::call::Event;
use crate::client::Setup;
use crate::error::Result;
use crate::http::Request;
use crate::protocol::serialize::form_urlencode;

/// How long the URL is valid.
const LIFETIME: Duration = Duration::from_secs(3600);

type Form = Vec<(String, String)>;

/// The database operations that take a `SourceRegion`. Neptune and DocumentDB have the first two, which copy clusters.
const DATABASE_OPERATIONS: [&str; 5] = [
    "CopyDBClusterSnapshot",
    "CreateDBCluster",
    "CopyDBSnapshot",
    "CreateDBInstanceReadReplica",
    "StartDBInstanceAutomatedBackupsReplication",
];

pub(super) fn customize_rds(setup: &Setup<'_>) -> Result<()> {
    DATABASE_OPERATIONS.iter().try_for_each(|operation| register(setup, operation))
}

pub(super) fn customize_docdb_and_neptune(setup: &Setup<'_>) -> Result<()> {
    DATABASE_OPERATIONS[..2].iter().try_for_each(|operation| register(setup, operation))
}

fn register(setup: &Setup<'_>, operation: &str) -> Result<()> {
    setup.on(&format!("before-call.{}.{operation}", setup.service.hyphenized_service_id()?), presign_database)
}

/// EC2: adds the URL unless the caller provided one. The destination is always the client's region.
pub(super) fn presign_snapshot(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    let Some(mut form) = form(event)? else { return Ok(()) };
    let Some(source) = find(&form, "SourceRegion").map(str::to_owned) else { return Ok(()) };
    if find(&form, "PresignedUrl").is_some() {
        return Ok(());
    }
    let destination = destination(event);
    let url = presigned_url(event, &form, &source)?;
    set(&mut form, "PresignedUrl", url);
    set(&mut form, "DestinationRegion", destination);
    replace_form(event, &form);
    Ok(())
}

/// RDS, Neptune, and DocumentDB: removes `SourceRegion`, a parameter of the SDKs only, and adds the URL unless the caller
/// provided one.
fn presign_database(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    let Some(mut form) = form(event)? else { return Ok(()) };
    let Some(source) = find(&form, "SourceRegion").map(str::to_owned) else { return Ok(()) };
    form.retain(|(key, _)| key != "SourceRegion");
    if find(&form, "PreSignedUrl").is_none() {
        let url = presigned_url(event, &form, &source)?;
        set(&mut form, "PreSignedUrl", url);
    }
    replace_form(event, &form);
    Ok(())
}

/// The same call as a GET request to the source region, signed for that region.
fn presigned_url(event: &Event<'_, '_>, form: &Form, source: &str) -> Result<String> {
    let mut form = form.clone();
    let destination = destination(event);
    let url = event.request().map(|r| r.url.as_str()).unwrap_or_default();
    let url = if destination.is_empty() { url.to_owned() } else { url.replace(&destination, source) };
    set(&mut form, "DestinationRegion", destination);
    let mut request = Request::new("GET", url);
    event.presign(&mut request, &form, source, LIFETIME)?;
    Ok(request.url)
}

fn destination(event: &Event<'_, '_>) -> String {
    event.signing_region().unwrap_or_default().to_owned()
}

fn form(event: &Event<'_, '_>) -> Result<Option<Form>> {
    let params = event.request().map(sigv4::body_params).transpose()?;
    Ok(params.map(|params| params.into_iter().flat_map(|(key, values)| values.into_iter().map(move |v| (key.clone(), v))).collect()))
}

fn find<'f>(form: &'f Form, key: &str) -> Option<&'f str> {
    form.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
}

fn set(form: &mut Form, key: &str, value: String) {
    match form.iter_mut().find(|(k, _)| k == key) {
        Some(pair) => pair.1 = value,
        None => form.push((key.to_owned(), value)),
    }
}

fn replace_form(event: &mut Event<'_, '_>, form: &Form) {
    if let Some(request) = event.request_mut() {
        request.body = form_urlencode(form).into_bytes().into();
    }
}
