//! Method names that an older rule of spelling gave: `mturk`, `cloudwatch`, `signin` and `socialmessaging` still
//! take them.

use crate::client::Setup;
use crate::error::Result;

pub(super) fn customize(setup: &mut Setup<'_>) -> Result<()> {
    setup.method_aliases = &[
        ("list_hi_ts_for_qualification_type", "list_hits_for_qualification_type"),
        ("get_o_tel_enrichment", "get_otel_enrichment"),
        ("start_o_tel_enrichment", "start_otel_enrichment"),
        ("stop_o_tel_enrichment", "stop_otel_enrichment"),
        ("update_o_tel_enrichment", "update_otel_enrichment"),
        ("create_o_auth2_token", "create_oauth2_token"),
        ("delete_whatsapp_media_message", "delete_whatsapp_message_media"),
    ];
    Ok(())
}
