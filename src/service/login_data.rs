//! ECR and CodeArtifact: the data with which other programs log in to a registry or a repository. The services return a token;
//! what user and which address belong to it is not in the definitions.
//!
//! `get_login_data` returns a list of maps with `Username`, `Password`, `Endpoint`, and `ExpiresAt`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::client::{ExtraMethod, ExtraMethods, MethodSpec, OperationRequest, Param};
use crate::error::{Error, ErrorKind, Result};
use crate::value;
use crate::value::{List, Map, Value};

const METHOD: &str = "get_login_data";
const HELP: &str = "Returns the data with which other programs log in, each with Username, Password, Endpoint, and ExpiresAt.";

pub(super) const ECR_METHODS: ExtraMethods = &[ExtraMethod {
    spec: MethodSpec::new(
        METHOD,
        HELP,
        &[Param::optional("registryIds", &["list"], "The registries, each with a login; the caller's by default.")],
    )
    .returning("list")
    .read_only(),
    run: |request, params| {
        let response = authorization_token(request, params.all().clone())?;
        let logins = response["authorizationData"].as_list().into_iter().flatten();
        logins.map(|data| login(data, data["proxyEndpoint"].clone())).collect::<Result<List>>().map(Value::from)
    },
}];

/// There is one public registry, whose address is not in the response.
pub(super) const ECR_PUBLIC_METHODS: ExtraMethods = &[ExtraMethod {
    spec: MethodSpec::new(METHOD, HELP, &[]).returning("list").read_only(),
    run: |request, _| {
        let response = authorization_token(request, Map::new())?;
        Ok(List::from_iter([login(&response["authorizationData"], "https://public.ecr.aws".into())?]).into())
    },
}];

/// Takes the parameters of `get_repository_endpoint` and `durationSeconds`.
pub(super) const CODEARTIFACT_METHODS: ExtraMethods = &[ExtraMethod {
    spec: MethodSpec::new(
        METHOD,
        HELP,
        &[
            Param::required("domain", &["string"], "The domain of the repository."),
            Param::optional("domainOwner", &["string"], "The account that owns the domain."),
            Param::optional("durationSeconds", &["integer"], "How long the password is valid."),
            Param::required("repository", &["string"], "The repository."),
            Param::required("format", &["string"], "The format of packages, on which the endpoint depends: npm, pypi, maven, …"),
            Param::optional("endpointType", &["string"], "ipv4 or dualstack."),
        ],
    )
    .returning("list")
    .read_only(),
    run: |request, params| {
        let chosen = |names: &[&str]| -> Map { names.iter().filter_map(|name| Some((*name, params.all().get(name)?.clone()))).collect() };
        // An invalid repository fails before a token is issued.
        let repository = chosen(&["domain", "domainOwner", "repository", "format", "endpointType"]);
        let endpoint = request.for_operation("GetRepositoryEndpoint", repository).send()?;
        let token = authorization_token(request, chosen(&["domain", "domainOwner", "durationSeconds"]))?;
        Ok(value!([{
            "Username": "aws",
            "Password": token["authorizationToken"].clone(),
            "Endpoint": endpoint["repositoryEndpoint"].clone(),
            "ExpiresAt": token["expiration"].clone(),
        }]))
    },
}];

fn authorization_token(request: &OperationRequest<'_>, params: Map) -> Result<Value> {
    request.for_operation("GetAuthorizationToken", params).send()
}

/// The token of a registry is `user:password` in base64. An error does not show it.
fn login(data: &Value, endpoint: Value) -> Result<Value> {
    let token = data["authorizationToken"].as_str().unwrap_or_default();
    let decoded = STANDARD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let Some((user, password)) = decoded.as_deref().and_then(|text| text.split_once(':')) else {
        let message = "The authorization token of the registry is not a user and a password in base64.";
        return Err(Error::new(ErrorKind::ResponseParser, message));
    };
    Ok(value!({"Username": user, "Password": password, "Endpoint": endpoint, "ExpiresAt": data["expiresAt"].clone()}))
}
