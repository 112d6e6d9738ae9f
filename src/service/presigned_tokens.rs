//! Tokens that are presigned URLs: RDS's and Aurora DSQL's passwords for databases that authenticate with IAM, and STS's
//! tokens for EKS clusters. Making one sends nothing.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::client::{ExtraMethod, ExtraMethods, ExtraParams, MethodSpec, OperationRequest, Param};
use crate::error::Result;
use crate::protocol::serialize::form_urlencode;
use crate::value::Value;

/// How long a password is valid, unless the caller says otherwise.
const LIFETIME: Duration = Duration::from_secs(900);

const REGION: Param = Param::optional("Region", &["string"], "The region of the database; that of the client by default.");

pub(super) const RDS_METHODS: ExtraMethods = &[ExtraMethod {
    spec: MethodSpec::new(
        "generate_db_auth_token",
        "Returns a password for a database that authenticates with IAM. It is valid for 15 minutes, and nothing is sent.",
        &[
            Param::required("DBHostname", &["string"], "The host name of the database."),
            Param::required("Port", &["integer", "string"], "The port of the database."),
            Param::required("DBUsername", &["string"], "The name of the database's user."),
            REGION,
        ],
    )
    .returning("string")
    .read_only(),
    run: generate_db_auth_token,
}];

const DSQL_PARAMS: &[Param] = &[
    Param::required("Hostname", &["string"], "The host name of the cluster."),
    REGION,
    Param::optional("ExpiresIn", &["integer"], "How long the password is valid, in seconds; 900 by default."),
];

pub(super) const STS_METHODS: ExtraMethods = &[ExtraMethod {
    spec: MethodSpec::new(
        "generate_eks_auth_token",
        "Returns the token for an EKS cluster that `aws eks get-token` prints. Nothing is sent.",
        &[
            Param::required("ClusterName", &["string"], "The name of the cluster."),
            Param::optional("ExpiresIn", &["integer"], "How long the presigned URL is valid, in seconds; 60 by default."),
        ],
    )
    .returning("string")
    .read_only(),
    run: generate_eks_auth_token,
}];

/// The header whose value is the cluster, and the validity of the URL. EKS accepts the token for longer: 15 minutes.
const CLUSTER_HEADER: &str = "x-k8s-aws-id";
const CLUSTER_LIFETIME: Duration = Duration::from_secs(60);

/// The cluster proves the identity of the caller by sending the presigned request itself. It sends GET, whereas the definition
/// says POST.
fn generate_eks_auth_token(request: &OperationRequest<'_>, params: &ExtraParams<'_>) -> Result<Value> {
    let cluster = params.required_text("ClusterName")?;
    if cluster.is_empty() || !cluster.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        return Err(params.invalid(&format!("Invalid value for parameter ClusterName: {cluster:?} is not the name of a cluster")));
    }
    let request = request.for_operation("GetCallerIdentity", ()).http_method("GET").header(CLUSTER_HEADER, cluster);
    let url = request.presign(params.expiry_or(CLUSTER_LIFETIME)?)?;
    Ok(format!("k8s-aws-v1.{}", URL_SAFE_NO_PAD.encode(url)).into())
}

pub(super) const DSQL_METHODS: ExtraMethods = &[
    ExtraMethod {
        spec: MethodSpec::new(
            "generate_db_connect_auth_token",
            "Returns a password for a user of a cluster. Nothing is sent.",
            DSQL_PARAMS,
        )
        .returning("string")
        .read_only(),
        run: |request, params| dsql_token(request, params, "DbConnect"),
    },
    ExtraMethod {
        spec: MethodSpec::new(
            "generate_db_connect_admin_auth_token",
            "Returns a password for the administrator of a cluster. Nothing is sent.",
            DSQL_PARAMS,
        )
        .returning("string")
        .read_only(),
        run: |request, params| dsql_token(request, params, "DbConnectAdmin"),
    },
];

fn generate_db_auth_token(request: &OperationRequest<'_>, params: &ExtraParams<'_>) -> Result<Value> {
    let host = hostname(params, "DBHostname")?;
    let address = format!("{host}:{}", port(params)?);
    let form = [("Action", "connect"), ("DBUser", params.required_text("DBUsername")?)];
    password(request, &address, &form, "rds-db", params.text("Region")?, LIFETIME)
}

fn dsql_token(request: &OperationRequest<'_>, params: &ExtraParams<'_>, action: &'static str) -> Result<Value> {
    let host = hostname(params, "Hostname")?;
    password(request, host, &[("Action", action)], "dsql", params.text("Region")?, params.expiry_or(LIFETIME)?)
}

/// The name is part of a URL, so it must not contain the characters that end a host or hide it.
fn hostname<'p>(params: &ExtraParams<'p>, name: &str) -> Result<&'p str> {
    let host = params.required_text(name)?;
    if host.is_empty() || !host.bytes().all(|b| b.is_ascii_graphic() && !b"/?#@\\%".contains(&b)) {
        return Err(params.invalid(&format!("Invalid value for parameter {name}: {host:?} is not a host name")));
    }
    Ok(host)
}

/// A number, or its digits as a string.
fn port(params: &ExtraParams<'_>) -> Result<u16> {
    let number = match params.value("Port") {
        Value::String(digits) => digits.parse().ok(),
        value => value.as_int().and_then(|number| u16::try_from(number).ok()),
    };
    number.ok_or_else(|| params.wrong_type("Port", params.value("Port"), "a port number"))
}

fn password(
    request: &OperationRequest<'_>,
    address: &str,
    form: &[(&str, &str)],
    signing_name: &'static str,
    region: Option<&str>,
    expires: Duration,
) -> Result<Value> {
    let form: Vec<(String, String)> = form.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let url = format!("https://{address}/?{}", form_urlencode(&form));
    let signed = request.presign_url(form[0].1.as_str(), url, signing_name, region, expires)?;
    // The signature covers the name in lowercase; the password has it as it was given, as in boto3.
    let query = signed.split_once("/?").map(|(_, query)| query).unwrap_or_default();
    Ok(format!("{address}/?{query}").into())
}
