//! Situations in which a request may be retried: the responses of the server, in order.

use serde_json::{Value as Json, json};

/// One situation.
pub struct Situation {
    pub name: &'static str,
    pub service: &'static str,
    pub method: &'static str,
    pub params: Json,
    pub config: Json,
    /// The number of calls.
    pub calls: usize,
    /// The responses; the last one is repeated.
    pub answers: Vec<Reply>,
}

#[derive(Clone)]
pub enum Reply {
    /// Status, header lines, body.
    Http(u16, Vec<String>, String),
    /// The connection ends without a response.
    Nothing,
    /// These bytes, followed by the end of the connection.
    Raw(&'static str),
}

impl Situation {
    fn config(mut self, config: Json) -> Situation {
        self.config = config;
        self
    }

    fn calls(mut self, calls: usize) -> Situation {
        self.calls = calls;
        self
    }
}

fn on(name: &'static str, service: &'static str, method: &'static str, params: Json, answers: Vec<Reply>) -> Situation {
    Situation { name, service, method, params, config: json!({}), calls: 1, answers }
}

fn lambda(name: &'static str, answers: Vec<Reply>) -> Situation {
    on(name, "lambda", "list_functions", json!({}), answers)
}

fn dynamodb(name: &'static str, answers: Vec<Reply>) -> Situation {
    on(name, "dynamodb", "list_tables", json!({}), answers)
}

fn get_object(name: &'static str, answers: Vec<Reply>) -> Situation {
    on(name, "s3", "get_object", json!({"Bucket": "bucket", "Key": "key"}), answers)
}

fn head_object(name: &'static str, answers: Vec<Reply>) -> Situation {
    on(name, "s3", "head_object", json!({"Bucket": "bucket", "Key": "key"}), answers)
}

fn status(status: u16) -> Reply {
    Reply::Http(status, Vec::new(), "{}".to_owned())
}

fn bare(status: u16) -> Reply {
    Reply::Http(status, Vec::new(), String::new())
}

fn with(status: u16, header: &str) -> Reply {
    Reply::Http(status, vec![header.to_owned()], "{}".to_owned())
}

/// An error as the JSON protocols write it.
fn code(status: u16, code: &str) -> Reply {
    Reply::Http(status, vec![format!("x-amzn-errortype: {code}")], format!(r#"{{"__type": "{code}"}}"#))
}

fn xml(status: u16, code: &str) -> Reply {
    Reply::Http(status, Vec::new(), format!("<Error><Code>{code}</Code><Message>m</Message></Error>"))
}

/// An error as the query protocol writes it.
fn query(status: u16, code: &str) -> Reply {
    Reply::Http(status, Vec::new(), format!("<ErrorResponse><Error><Code>{code}</Code></Error><RequestId>r</RequestId></ErrorResponse>"))
}

fn moved() -> Reply {
    let body = "<Error><Code>PermanentRedirect</Code><Message>m</Message></Error>".to_owned();
    Reply::Http(301, vec!["x-amz-bucket-region: eu-west-1".to_owned()], body)
}

fn legacy() -> Json {
    json!({"retries": {"mode": "legacy"}})
}

/// Situations in which boto3 and tucuxi behave alike.
pub fn all() -> Vec<Situation> {
    [standard(), codes(), limits(), legacy_mode(), redirects()].into_iter().flatten().collect()
}

/// Situations in which boto3 behaves differently, with tucuxi's number of requests and final error.
pub fn differences() -> Vec<(Situation, usize, Option<&'static str>)> {
    let skewed = || {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let ahead = tucuxi::Timestamp::new(i64::try_from(now).unwrap() + 2 * 60 * 60, 0);
        Reply::Http(403, vec![format!("Date: {ahead}"), "x-amzn-errortype: RequestTimeTooSkewed".to_owned()], "{}".to_owned())
    };
    let short = || Reply::Raw("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}");
    vec![
        // boto3 recurses to look up the bucket's region until Python's stack is full.
        (get_object("s3 moved nobody knows where", vec![bare(301)]), 2, Some("ClientError")),
        // boto3 retries it as a closed connection.
        (lambda("garbage", vec![Reply::Raw("220 mail.example.com ESMTP\r\n\r\n"), status(200)]), 1, Some("InvalidResponseError")),
        // boto3 fails at once.
        (lambda("clocks differ", vec![skewed(), status(200)]), 2, None),
        (lambda("clocks differ for ever", vec![skewed()]), 2, Some("ClientError")),
        // boto3 accepts the partial response.
        (lambda("a body that is too short", vec![short(), status(200)]), 2, None),
        (lambda("a body that is too short for ever", vec![short()]), 3, Some("IncompleteReadError")),
        (dynamodb("a body of another crc for ever", vec![with(200, "x-amz-crc32: 1")]), 4, Some("ChecksumError")),
    ]
}

fn standard() -> Vec<Situation> {
    vec![
        lambda("200", vec![status(200)]),
        lambda("500 for ever", vec![status(500)]),
        lambda("502 for ever", vec![status(502)]),
        lambda("503 for ever", vec![status(503)]),
        lambda("504 for ever", vec![status(504)]),
        lambda("500 once", vec![status(500), status(200)]),
        lambda("500 and 503", vec![status(500), status(503), status(200)]),
        lambda("501", vec![status(501)]),
        lambda("505", vec![status(505)]),
        lambda("509", vec![status(509)]),
        lambda("404", vec![status(404)]),
        lambda("429 without a code", vec![status(429)]),
        lambda("no answer for ever", vec![Reply::Nothing]),
        lambda("no answer once", vec![Reply::Nothing, status(200)]),
        lambda("no answer, 500, 200", vec![Reply::Nothing, status(500), status(200)]),
        lambda("retry-after is nothing", vec![with(500, "Retry-After: 9"), status(200)]),
        lambda("x-amz-retry-after", vec![with(500, "x-amz-retry-after: 1500"), status(200)]),
        lambda("x-amz-retry-after too long", vec![with(500, "x-amz-retry-after: 99999"), status(200)]),
        lambda("x-amz-retry-after is no number", vec![with(500, "x-amz-retry-after: soon"), status(200)]),
        lambda("x-amz-retry-after below zero", vec![with(500, "x-amz-retry-after: -1"), status(200)]),
        lambda("adaptive, 500 for ever", vec![status(500)]).config(json!({"retries": {"mode": "adaptive"}})),
        dynamodb("dynamodb, 500 for ever", vec![status(500)]),
        dynamodb("dynamodb, right crc", vec![with(200, "x-amz-crc32: 2745614147")]),
        dynamodb("dynamodb, wrong crc once", vec![with(200, "x-amz-crc32: 1"), status(200)]),
    ]
}

fn codes() -> Vec<Situation> {
    let throttling = [
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottledException",
        "TooManyRequestsException",
        "ProvisionedThroughputExceededException",
        "TransactionInProgressException",
        "RequestLimitExceeded",
        "BandwidthLimitExceeded",
        "LimitExceededException",
        "RequestThrottled",
        "SlowDown",
        "PriorRequestNotComplete",
        "EC2ThrottledException",
    ];
    let others = [
        "RequestTimeout",
        "RequestTimeoutException",
        "InternalError",
        "InternalServerError",
        "ExpiredTokenException",
        "IDPCommunicationError",
        "throttling",
        "ValidationException",
    ];
    let mut all: Vec<Situation> = throttling.into_iter().chain(others).map(|name| lambda(name, vec![code(400, name)])).collect();
    all.push(on(
        "429, an error of the operation",
        "lambda",
        "get_function",
        json!({"FunctionName": "f"}),
        vec![code(429, "TooManyRequestsException")],
    ));
    all.push(on(
        "400, said to be retryable",
        "dynamodb",
        "execute_statement",
        json!({"Statement": "s"}),
        vec![code(400, "com.amazonaws.dynamodb.v20120810#ThrottlingException")],
    ));
    all.push(on("sts IDPCommunicationError", "sts", "get_caller_identity", json!({}), vec![query(400, "IDPCommunicationError")]));
    all.push(on("ec2 RequestLimitExceeded", "ec2", "describe_vpcs", json!({}), vec![Reply::Http(
        503,
        Vec::new(),
        "<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>m</Message></Error></Errors><RequestID>r</RequestID></Response>".to_owned(),
    )]));
    all.push(get_object("s3 SlowDown", vec![xml(503, "SlowDown")]));
    all
}

fn limits() -> Vec<Situation> {
    vec![
        lambda("one attempt, 200", vec![status(200)]).config(json!({"retries": {"total_max_attempts": 1}})),
        lambda("one attempt, 500", vec![status(500)]).config(json!({"retries": {"total_max_attempts": 1}})),
        lambda("one retry, 500", vec![status(500)]).config(json!({"retries": {"max_attempts": 1}})),
        lambda("six attempts, 500", vec![status(500)]).config(json!({"retries": {"total_max_attempts": 6}})),
        lambda("the last attempt fails for good", vec![status(500), status(500), status(404)]),
        lambda("the quota of 500", vec![status(500)]).calls(20),
        lambda("the quota, throttled", vec![code(400, "SlowDown")]).calls(52),
        on("without quota a long poll pauses", "sqs", "receive_message", json!({"QueueUrl": "http://127.0.0.1/1/q"}), vec![status(500)])
            .calls(19),
    ]
}

fn legacy_mode() -> Vec<Situation> {
    let legacies = vec![
        lambda("legacy, 200", vec![status(200)]),
        lambda("legacy, 500 for ever", vec![status(500)]),
        lambda("legacy, 502 once", vec![status(502), status(200)]),
        lambda("legacy, 509 for ever", vec![status(509)]),
        lambda("legacy, 429", vec![status(429), status(200)]),
        lambda("legacy, 501", vec![status(501)]),
        lambda("legacy, no answer for ever", vec![Reply::Nothing]),
        lambda("legacy, Throttling 400", vec![code(400, "Throttling"), status(200)]),
        lambda("legacy, Throttling 403", vec![code(403, "Throttling")]),
        lambda("legacy, SlowDown 400", vec![code(400, "SlowDown")]),
        dynamodb("legacy, dynamodb 500 for ever", vec![status(500)]),
        dynamodb("legacy, dynamodb wrong crc once", vec![with(200, "x-amz-crc32: 1"), status(200)]),
        dynamodb("legacy, dynamodb wrong crc for ever", vec![with(200, "x-amz-crc32: 1")]),
        dynamodb("legacy, dynamodb TransactionInProgress", vec![code(400, "TransactionInProgressException"), status(200)]),
        on("legacy, organizations 429", "organizations", "list_roots", json!({}), vec![status(429)]),
        on("legacy, organizations 400", "organizations", "list_roots", json!({}), vec![code(400, "TooManyRequestsException"), status(200)]),
        on("legacy, kinesis", "kinesis", "list_streams", json!({}), vec![code(400, "LimitExceededException"), status(200)]),
        get_object("legacy, s3 BadDigest", vec![xml(400, "BadDigest")]),
        get_object("legacy, s3 RequestTimeout", vec![xml(400, "RequestTimeout")]),
        on("legacy, sts", "sts", "get_caller_identity", json!({}), vec![query(400, "IDPCommunicationError")]),
    ];
    legacies.into_iter().map(|situation| situation.config(legacy())).collect()
}

fn redirects() -> Vec<Situation> {
    let region = "x-amz-bucket-region: eu-west-1".to_owned();
    vec![
        get_object("s3 moved", vec![moved(), bare(200)]),
        get_object("s3 moved, and again", vec![moved(), moved()]),
        get_object("s3 moved after the attempts", vec![bare(500), bare(500), moved(), bare(200)]),
        get_object("s3 moved, legacy", vec![moved(), bare(200)]).config(legacy()),
        get_object("s3 moved, called twice", vec![moved(), bare(200)]).calls(2),
        head_object(
            "s3 head 400, then the bucket tells",
            vec![bare(400), Reply::Http(400, vec![region.clone()], String::new()), bare(200)],
        ),
        head_object("s3 head 400, nobody knows", vec![bare(400)]),
        head_object("s3 head 404", vec![bare(404)]),
        on(
            "s3 head bucket",
            "s3",
            "head_bucket",
            json!({"Bucket": "bucket"}),
            vec![Reply::Http(301, vec![region], String::new()), bare(200)],
        ),
        get_object(
            "s3 malformed, with a region",
            vec![
                Reply::Http(
                    400,
                    Vec::new(),
                    "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>".to_owned(),
                ),
                bare(200),
            ],
        ),
    ]
}
