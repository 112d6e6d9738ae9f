//! CloudFormation: a template that is JSON comes as a map; YAML stays text.

use crate::call::Event;
use crate::client::Setup;
use crate::error::Result;

pub(super) fn customize(setup: &mut Setup<'_>) -> Result<()> {
    setup.on("after-call.cloudformation.GetTemplate", parse_template)
}

fn parse_template(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    if let Some(body) = event.result_mut().and_then(|result| result.get_mut("TemplateBody"))
        && let Some(template) = body.as_str().and_then(|text| crate::text::json_reader::document(text).ok())
    {
        *body = template;
    }
    Ok(())
}
