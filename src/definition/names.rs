//! Converts the API's names to boto3's method names. A first client converts all names of a service.

use std::borrow::Cow;

/// Returns the method name of an operation, a waiter, or a parameter: `list_objects_v2` for `ListObjectsV2`.
///
/// ```
/// use tucuxi::unversioned::definition::snake_case;
///
/// assert_eq!(snake_case("DescribeDBInstances"), "describe_db_instances");
/// assert_eq!(snake_case("ListACLs"), "list_acls");
/// assert_eq!(snake_case("GetOAuth2"), "get_o_auth2");
/// ```
pub fn snake_case(name: &str) -> String {
    if name.contains('_') {
        return name.to_owned();
    }
    if let Some((_, snake)) = IRREGULAR.iter().find(|(irregular, _)| *irregular == name) {
        return (*snake).to_owned();
    }
    if WHATSAPP.contains(&name) {
        return regular(&name.replace("WhatsApp", "Whatsapp"));
    }
    regular(name)
}

fn regular(name: &str) -> String {
    let words = split_before_words(&split_plural_acronym(name));
    let snake = split_after_lower(&words);
    match String::from_utf8(snake) {
        Ok(mut snake) if snake.is_ascii() => {
            snake.make_ascii_lowercase();
            snake
        }
        Ok(snake) => snake.to_lowercase(),
        // Only ASCII was inserted, and between characters.
        Err(_) => name.to_lowercase(),
    }
}

/// Converts `ListACLs` to `List_acls`: a plural acronym at the end is one word.
fn split_plural_acronym(name: &str) -> Cow<'_, str> {
    let Some(stem) = name.strip_suffix('s') else { return name.into() };
    let start = stem.len() - stem.bytes().rev().take_while(u8::is_ascii_uppercase).count();
    if stem.len() - start < 2 {
        return name.into();
    }
    format!("{}_{}", &name[..start], name[start..].to_lowercase()).into()
}

/// Inserts an underscore before each uppercase letter followed by lowercase letters, except for the first character.
/// Matches do not overlap: the character before the uppercase letter is part of the match.
fn split_before_words(name: &str) -> Vec<u8> {
    let bytes = name.as_bytes();
    let is = |at: usize, kind: fn(&u8) -> bool| bytes.get(at).is_some_and(kind);
    let mut out = Vec::with_capacity(name.len() + 8);
    let mut i = 0;
    while i < bytes.len() {
        out.push(bytes[i]);
        i += 1;
        if is(i, u8::is_ascii_uppercase) && is(i + 1, u8::is_ascii_lowercase) {
            out.extend([b'_', bytes[i]]);
            i += 1;
            while is(i, u8::is_ascii_lowercase) {
                out.push(bytes[i]);
                i += 1;
            }
        }
    }
    out
}

/// Inserts an underscore between a lowercase letter or digit and an uppercase letter.
fn split_after_lower(name: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(name.len() + 4);
    let mut before = b'_';
    for &byte in name {
        if byte.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit()) {
            out.push(b'_');
        }
        out.push(byte);
        before = byte;
    }
    out
}

/// Operations whose method names are irregular (botocore 1.44.5).
const IRREGULAR: &[(&str, &str)] = &[
    ("CreateCachediSCSIVolume", "create_cached_iscsi_volume"),
    ("DescribeCachediSCSIVolumes", "describe_cached_iscsi_volumes"),
    ("DescribeStorediSCSIVolumes", "describe_stored_iscsi_volumes"),
    ("CreateStorediSCSIVolume", "create_stored_iscsi_volume"),
    ("ListHITsForQualificationType", "list_hits_for_qualification_type"),
    ("ExecutePartiQLStatement", "execute_partiql_statement"),
    ("ExecutePartiQLTransaction", "execute_partiql_transaction"),
    ("ExecutePartiQLBatch", "execute_partiql_batch"),
    ("CreateOAuth2Token", "create_oauth2_token"),
    ("CreateOAuth2TokenWithIAM", "create_oauth2_token_with_iam"),
    ("IntrospectOAuth2TokenWithIAM", "introspect_oauth2_token_with_iam"),
    ("RevokeOAuth2TokenWithIAM", "revoke_oauth2_token_with_iam"),
    ("GetOTelEnrichment", "get_otel_enrichment"),
    ("StartOTelEnrichment", "start_otel_enrichment"),
    ("StopOTelEnrichment", "stop_otel_enrichment"),
    ("UpdateOTelEnrichment", "update_otel_enrichment"),
];

/// Operations in which `WhatsApp` is one word (botocore 1.44.5); in others it is two.
const WHATSAPP: &[&str] = &[
    "AssociateWhatsAppBusinessAccount",
    "CreateWhatsAppDataset",
    "CreateWhatsAppFlow",
    "CreateWhatsAppMessageTemplate",
    "CreateWhatsAppMessageTemplateFromLibrary",
    "CreateWhatsAppMessageTemplateMedia",
    "DeleteWhatsAppFlow",
    "DeleteWhatsAppMessageMedia",
    "DeleteWhatsAppMessageTemplate",
    "DeprecateWhatsAppFlow",
    "DisassociateWhatsAppBusinessAccount",
    "GetLinkedWhatsAppBusinessAccount",
    "GetLinkedWhatsAppBusinessAccountPhoneNumber",
    "GetWhatsAppBusinessPublicKey",
    "GetWhatsAppCallPermission",
    "GetWhatsAppFlow",
    "GetWhatsAppFlowPreview",
    "GetWhatsAppMessageMedia",
    "GetWhatsAppMessageTemplate",
    "ListLinkedWhatsAppBusinessAccounts",
    "ListWhatsAppFlowAssets",
    "ListWhatsAppFlows",
    "ListWhatsAppMessageTemplates",
    "ListWhatsAppTemplateLibrary",
    "PostWhatsAppMessageMedia",
    "PublishWhatsAppFlow",
    "PutWhatsAppBusinessAccountEventDestinations",
    "PutWhatsAppBusinessPublicKey",
    "SendWhatsAppCallEvent",
    "SendWhatsAppConversionEvent",
    "SendWhatsAppMessage",
    "UpdateLinkedWhatsAppBusinessAccountPhoneNumber",
    "UpdateWhatsAppFlow",
    "UpdateWhatsAppFlowAssets",
    "UpdateWhatsAppMessageTemplate",
];

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn names_follow_botocore() {
        for (name, snake) in [
            ("ListObjectsV2", "list_objects_v2"),
            ("DescribeDBInstances", "describe_db_instances"),
            ("GetARNs", "get_arns"),
            ("ListACLs", "list_acls"),
            ("CreateHITWithHITType", "create_hit_with_hit_type"),
            ("GetEC2Foo", "get_ec2_foo"),
            ("ListIPSets", "list_ip_sets"),
            ("GetOAuth2", "get_o_auth2"),
            ("StartQBusiness", "start_q_business"),
            ("PutACLsX", "put_ac_ls_x"),
            ("GetSSMparams", "get_ss_mparams"),
            ("Get2Things", "get2_things"),
            ("CreateStackInstances2", "create_stack_instances2"),
            ("UpdateV1AndV2", "update_v1_and_v2"),
            ("IDs", "_ids"),
            ("SomeIDs", "some_ids"),
            ("ABC", "abc"),
            ("already_snake", "already_snake"),
            ("GetOTelEnrichment", "get_otel_enrichment"),
            ("SendWhatsAppMessage", "send_whatsapp_message"),
            ("SendWhatsAppOther", "send_whats_app_other"),
        ] {
            assert_eq!(snake_case(name), snake, "{name}");
        }
    }
}
