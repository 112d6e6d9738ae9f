//! Tokens that are presigned URLs: RDS's and Aurora DSQL's passwords for databases that authenticate with IAM, and STS's
//! tokens for EKS clusters. Making one sends nothing.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::client::{ExtraMethods, ExtraParams, OperationRequest};
use crate::error::Result;
use crate::protocol::serialize::form_urlencode;
use crate::value::{Map, Value};

/// How long a password is valid, unless the caller says otherwise.
const LIFETIME: Duration = Duration::from_secs(900);

pub(super) const RDS_METHODS: ExtraMethods = &[("generate_db_auth_token", generate_db_auth_token)];

pub(super) const DSQL_METHODS: ExtraMethods = &[
    ("generate_db_connect_auth_token", |request, params| dsql_token(request, params, "DbConnect")),
    ("generate_db_connect_admin_auth_token", |request, params| dsql_token(request, params, "DbConnectAdmin")),
];

/// `generate_eks_auth_token` takes `ClusterName` and `ExpiresIn`, and returns the token that `aws eks get-token` prints.
pub(super) const STS_METHODS: ExtraMethods = &[("generate_eks_auth_token", generate_eks_auth_token)];

/// The header whose value is the cluster, and the validity of the URL. EKS accepts the token for longer: 15 minutes.
const CLUSTER_HEADER: &str = "x-k8s-aws-id";
const CLUSTER_LIFETIME: Duration = Duration::from_secs(60);

/// The cluster proves the identity of the caller by sending the presigned request itself. It sends GET, whereas the definition
/// says POST.
fn generate_eks_auth_token(request: &OperationRequest<'_>, params: &Map) -> Result<Value> {
    let params = ExtraParams::new(params, &["ClusterName", "ExpiresIn"])?;
    let cluster = params.required_text("ClusterName")?;
    if cluster.is_empty() || !cluster.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        return Err(params.invalid(&format!("Invalid value for parameter ClusterName: {cluster:?} is not the name of a cluster")));
    }
    let request = request.for_operation("GetCallerIdentity", ()).http_method("GET").header(CLUSTER_HEADER, cluster);
    let url = request.presign(params.expiry_or(CLUSTER_LIFETIME)?)?;
    Ok(format!("k8s-aws-v1.{}", URL_SAFE_NO_PAD.encode(url)).into())
}

fn generate_db_auth_token(request: &OperationRequest<'_>, params: &Map) -> Result<Value> {
    let params = ExtraParams::new(params, &["DBHostname", "Port", "DBUsername", "Region"])?;
    let host = hostname(&params, "DBHostname")?;
    let address = format!("{host}:{}", port(&params)?);
    let form = [("Action", "connect"), ("DBUser", params.required_text("DBUsername")?)];
    password(request, &address, &form, "rds-db", params.text("Region")?, LIFETIME)
}

fn dsql_token(request: &OperationRequest<'_>, params: &Map, action: &'static str) -> Result<Value> {
    let params = ExtraParams::new(params, &["Hostname", "Region", "ExpiresIn"])?;
    let host = hostname(&params, "Hostname")?;
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
        Value::Null => return Err(params.missing("Port")),
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
