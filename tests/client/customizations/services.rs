//! Lex, IoT data, Bedrock, and EventBridge: hosts, signing names, and signatures are botocore's for the same time and keys.

use tucuxi::http::Request;
use tucuxi::{Client, Config, Environment, ErrorKind, Session, Value, value};

use super::support::{client, configured, fixed};

/// The host and the path of a request, the scope of its signature, the signed headers, and the signature.
fn signed(request: &Request) -> [String; 4] {
    let authorization = request.headers.get("Authorization").unwrap();
    let part = |name: &str| authorization.split_once(name).unwrap().1.split(',').next().unwrap().to_owned();
    let scope = part("Credential=AKIDEXAMPLE/20240102/");
    [request.url.clone(), scope, part("SignedHeaders="), part("Signature=")]
}

fn prepared(service: &str, operation: &str, params: Value) -> Request {
    client(service, "us-east-1").prepare(operation, params).unwrap()
}

#[test]
fn requests_to_lex_are_signed_for_lex_and_streams_are_not_hashed() {
    let v1 = "https://runtime.lex.us-east-1.amazonaws.com/bot/b/alias/a/user/uu";
    let v2 = "https://runtime-v2-lex.us-east-1.amazonaws.com/bots/ABCDEFGHIJ/botAliases/TSTALIASID/botLocales/en_US/sessions/s1";
    let bot = || value!({"botName": "b", "botAlias": "a", "userId": "uu"});
    let session = || value!({"botId": "ABCDEFGHIJ", "botAliasId": "TSTALIASID", "localeId": "en_US", "sessionId": "s1"});
    let with = |mut params: Value, more: &[(&str, Value)]| {
        more.iter().for_each(|(name, value)| params[*name] = value.clone());
        params
    };
    let plain = Value::from("text/plain; charset=utf-8");
    let stream = || Value::Bytes(b"hi".to_vec().into());
    let text = with(bot(), &[("inputText", "hi".into())]);
    let content = with(bot(), &[("contentType", plain.clone()), ("inputStream", stream()), ("accept", plain.clone())]);
    let utterance = with(session(), &[("requestContentType", plain.clone()), ("inputStream", stream())]);
    for (service, operation, params, url, headers, signature) in [
        (
            "lex-runtime",
            "post_text",
            text,
            format!("{v1}/text"),
            "content-type;host;x-amz-date",
            "b1cbe49a629fa6d8bac88dfb43258495e626632ff113b974f8297c867ef8e975",
        ),
        (
            "lex-runtime",
            "post_content",
            content,
            format!("{v1}/content"),
            "accept;content-type;host;x-amz-content-sha256;x-amz-date",
            "c4827d5316bb4beeafaebd9cdd7218a44ae6eb32e17484ce44035a06ff96f5cd",
        ),
        (
            "lexv2-runtime",
            "recognize_text",
            with(session(), &[("text", "hi".into())]),
            format!("{v2}/text"),
            "content-type;host;x-amz-date",
            "76245105039d4c4d4eb1698e1e09f03b314004ab5fb6b81bbe0d332d9e041e1a",
        ),
        (
            "lexv2-runtime",
            "recognize_utterance",
            utterance,
            format!("{v2}/utterance"),
            "content-type;host;x-amz-content-sha256;x-amz-date",
            "3e2cfa2f9a0c2e8635d5f9805cf277953eeaada88aa1cb1e701ef7c16671dd0d",
        ),
    ] {
        let request = prepared(service, operation, params);
        let is_stream = headers.contains("sha256");
        assert_eq!(request.headers.get("X-Amz-Content-SHA256"), is_stream.then_some("UNSIGNED-PAYLOAD"), "{operation}");
        assert_eq!(signed(&request), [&url, "us-east-1/lex/aws4_request", headers, signature], "{operation}");
    }
}

#[test]
fn requests_to_iot_data_go_to_the_ats_host_and_are_signed_for_iotdata() {
    let publish = value!({"topic": "a/b c", "qos": 1, "payload": Value::Bytes(b"hi".to_vec().into())});
    let ours = signed(&prepared("iot-data", "publish", publish));
    let url = "https://data-ats.iot.us-east-1.amazonaws.com/topics/a%2Fb%20c?qos=1";
    let signature = "3d53441749a410abc0b40f57e5a661a58461e3ebbf17a377c0710935c6e515fc";
    assert_eq!(ours, [url, "us-east-1/iotdata/aws4_request", "host;x-amz-date", signature]);

    let payload = value!({"topic": "a", "payload": Value::Bytes(b"hi".to_vec().into())});
    let china = signed(&client("iot-data", "cn-north-1").prepare("publish", payload).unwrap());
    let signature = "07c11e54ce1f098e86161e33d9d5d28dd7647247377ca1aad420d0dc1f2fa2d7";
    let url = "https://data.ats.iot.cn-north-1.amazonaws.com.cn/topics/a";
    assert_eq!(china, [url, "cn-north-1/iotdata/aws4_request", "host;x-amz-date", signature]);

    let shadow = signed(&prepared("iot-data", "get_thing_shadow", value!({"thingName": "t"})));
    let signature = "853cf15fa0e7ac2ebb3598251eac2f70f3c34e1333c5ca06e3fdf1d934131e16";
    let url = "https://data-ats.iot.us-east-1.amazonaws.com/things/t/shadow";
    assert_eq!(shadow, [url, "us-east-1/iotdata/aws4_request", "host;x-amz-date", signature]);
}

/// A client of a program whose environment has a token for Bedrock.
fn with_token(service: &str, config: Config) -> Client {
    let keys = tucuxi::Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let session = Session::builder().environment(Environment::from([("AWS_BEARER_TOKEN_BEDROCK", "tok en")])).credentials(keys);
    fixed(session.build().unwrap().client_builder(service).region("us-east-1")).config(config).build().unwrap()
}

#[test]
fn bedrocks_token_of_the_environment_replaces_the_signature_unless_code_chooses_one() {
    let converse = || value!({"modelId": "m", "messages": []});
    let authorization = |client: Client, operation: &str, params: Value| {
        client.prepare(operation, params).unwrap().headers.get("Authorization").unwrap().to_owned()
    };
    assert_eq!(authorization(with_token("bedrock", Config::new()), "list_foundation_models", ().into()), "Bearer tok en");
    assert_eq!(authorization(with_token("bedrock-runtime", Config::new()), "converse", converse()), "Bearer tok en");
    let v4 = || Config::new().signature_version("v4");
    let request = with_token("bedrock", v4()).prepare("list_foundation_models", ()).unwrap();
    assert_eq!(signed(&request)[3], "4ba7c9ebb567b0f10b61e92fb84748d479f573c464733576dbfe7a74529895b8");
    let request = with_token("bedrock-runtime", v4()).prepare("converse", converse()).unwrap();
    assert_eq!(signed(&request)[3], "87cc9ae72a27ef136865fded3c2dc4c3e2ac213b8980e0b10db39b270b858b4a");
    // Services that offer no tokens ignore it, although their signing name is the same.
    let request = with_token("bedrock-agent", Config::new()).prepare("list_agents", ()).unwrap();
    assert_eq!(signed(&request)[3], "0100a4319573c6403333b1a3d767030ac32c8f73fab04ba488a78456cbea9b9a");
}

#[test]
fn a_token_is_not_sent_without_tls() {
    let client = with_token("bedrock", Config::new());
    let error = client.request("list_foundation_models", ()).endpoint_url("http://127.0.0.1:9").prepare().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidEndpoint);
    assert!(error.message().contains("Bearer authorization requires an HTTPS endpoint"), "{error}");
}

#[cfg(feature = "sigv4a")]
#[test]
fn events_for_a_global_endpoint_are_signed_for_every_region() {
    let entries = value!([{"Source": "s", "DetailType": "d", "Detail": "{}"}]);
    let request = prepared("events", "put_events", value!({"Entries": entries.clone(), "EndpointId": "abcde.veo"}));
    assert_eq!(request.url, "https://abcde.veo.endpoint.events.amazonaws.com/");
    assert_eq!(request.headers.get("X-Amz-Region-Set"), Some("*"));
    let authorization = request.headers.get("Authorization").unwrap();
    let start = "AWS4-ECDSA-P256-SHA256 Credential=AKIDEXAMPLE/20240102/events/aws4_request, \
                 SignedHeaders=content-type;host;x-amz-date;x-amz-region-set;x-amz-target, Signature=";
    assert!(authorization.starts_with(start), "{authorization}");

    let params = value!({"Entries": entries.clone(), "EndpointId": "abcde.veo"});
    let config = Config::from_value(&value!({"use_dualstack_endpoint": true})).unwrap();
    let dualstack = configured("events", "us-east-1", config).prepare("put_events", params).unwrap();
    assert_eq!(dualstack.url, "https://abcde.veo.endpoint.events.api.aws/");
    // Without an endpoint ID, the request is for one region.
    let regional = signed(&prepared("events", "put_events", value!({"Entries": entries})));
    let signature = "9a01caf83e132d84b2916c2feb78b6bcd40f670ec5bf132e599f7359c0e6e318";
    assert_eq!(
        regional,
        [
            "https://events.us-east-1.amazonaws.com/",
            "us-east-1/events/aws4_request",
            "content-type;host;x-amz-date;x-amz-target",
            signature
        ]
    );
}
