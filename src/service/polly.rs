//! Polly: a presigned URL of speech must work in a browser, which sends no content type.

use crate::call::Event;
use crate::client::Setup;
use crate::error::Result;

pub(super) fn customize(setup: &mut Setup<'_>) -> Result<()> {
    setup.on("before-sign.polly.SynthesizeSpeech", plain_url)
}

fn plain_url(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    if event.is_presign()
        && let Some(request) = event.request_mut()
    {
        request.headers.remove("Content-Type");
    }
    Ok(())
}
