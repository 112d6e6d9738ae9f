//! Copies between regions, of EC2, RDS, Neptune and DocumentDB: the region that gets the copy asks the region
//! that has the original, with a URL that the caller presigns for it.

use std::time::Duration;

use crate::auth::sigv4;
use crate::call::Event;
use crate::error::Result;
use crate::http::Request;
use crate::protocol::serialize::form_urlencode;

/// How long the URL holds.
const LIFETIME: Duration = Duration::from_secs(3600);

type Form = Vec<(String, String)>;

/// EC2: the URL is added unless the caller made it; the destination is the client's region, whatever the caller says.
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

/// RDS and its relatives: `SourceRegion` is a parameter of the SDKs only. It is taken out, and the URL is added
/// unless the caller made it.
pub(super) fn presign_database(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
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

/// The same call as a GET to the source's region, signed for it.
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
