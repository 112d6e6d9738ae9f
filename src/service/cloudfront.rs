//! CloudFront: signed URLs and signed cookies for private content, as boto3's `CloudFrontSigner` makes them. Nothing is sent.
//!
//! A signature covers a policy, which says what may be fetched, until when, from when, and from which addresses. A *canned*
//! policy consists of one resource and an end; only the end is sent, and CloudFront rebuilds the policy from it. A *custom*
//! policy is sent whole. See [Serving private content][docs] in CloudFront's developer guide.
//!
//! [docs]: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/PrivateContent.html

use std::fmt;
use std::net::IpAddr;

use base64::engine::Engine;
use base64::engine::general_purpose::STANDARD;

#[cfg(feature = "cloudfront")]
use crate::client::{ExtraMethod, ExtraMethods, ExtraParams, MethodSpec, Param};
use crate::error::{Error, Result};
use crate::text::invalid;
use crate::text::json::JsonText;
use crate::value::{Map, Timestamp, Value};

/// Signs a policy: RSA with SHA-1 and PKCS#1 v1.5 padding.
type Sign = dyn Fn(&[u8]) -> anyhow::Result<Vec<u8>> + Send + Sync;

/// A signer of URLs and cookies: the ID of a public key that CloudFront knows, and its private key.
///
/// With the cargo feature `cloudfront`, [`from_pem`](Self::from_pem) takes a private key. [`new`](Self::new) takes a function
/// that signs, for example with a key in an HSM.
///
/// ```
/// use tucuxi::Timestamp;
/// use tucuxi::cloudfront::{CloudFrontSigner, Policy};
///
/// let signer = CloudFrontSigner::new("K2JCJMDEHXQW5F", |policy| Ok(my_rsa_sha1(policy)));
/// let url = signer.sign_url("https://d111.cloudfront.net/a.mp4?size=s", Timestamp::parse("2030-01-01")?)?;
/// assert!(url.starts_with("https://d111.cloudfront.net/a.mp4?size=s&Expires=1893456000&Signature="));
/// assert!(url.ends_with("&Key-Pair-Id=K2JCJMDEHXQW5F"));
///
/// let policy = Policy::new("https://d111.cloudfront.net/*", Timestamp::parse("2030-01-01")?).ip_address("192.0.2.0/24");
/// let cookies = signer.sign_cookies_with(policy.to_json()?)?;
/// let names: Vec<&str> = cookies.keys().collect();
/// assert_eq!(names, ["CloudFront-Policy", "CloudFront-Signature", "CloudFront-Key-Pair-Id"]);
/// # fn my_rsa_sha1(_: &[u8]) -> Vec<u8> { vec![0; 256] }
/// # Ok::<(), tucuxi::Error>(())
/// ```
pub struct CloudFrontSigner {
    key_id: String,
    sign: Box<Sign>,
}

impl CloudFrontSigner {
    /// Creates a signer from the ID of a key and a function that signs its argument with RSA, SHA-1, and PKCS#1 v1.5 padding.
    pub fn new(key_id: impl Into<String>, sign: impl Fn(&[u8]) -> anyhow::Result<Vec<u8>> + Send + Sync + 'static) -> CloudFrontSigner {
        CloudFrontSigner { key_id: key_id.into(), sign: Box::new(sign) }
    }

    /// Creates a signer from the ID of a key and an RSA private key in PEM, as PKCS#1 (`BEGIN RSA PRIVATE KEY`) or PKCS#8
    /// (`BEGIN PRIVATE KEY`).
    ///
    /// # Errors
    /// `ParamValidation` if the text is not such a key, or if the key is encrypted. The error does not contain the key.
    #[cfg(feature = "cloudfront")]
    pub fn from_pem(key_id: impl Into<String>, private_key: &str) -> Result<CloudFrontSigner> {
        let key = pem::private_key(private_key)?;
        Ok(CloudFrontSigner::new(key_id, move |policy| Ok(key.pkcs1v15_sign::<pem::Sha1>(policy)?)))
    }

    /// Returns a URL with a canned policy: the URL itself is valid until a time. Fractions of a second are dropped.
    ///
    /// # Errors
    /// The error of the function that signs.
    pub fn sign_url(&self, url: &str, date_less_than: impl Into<Timestamp>) -> Result<String> {
        let end = date_less_than.into();
        Ok(with_query(url, &self.signed(("Expires", end.seconds().to_string()), &canned(url, end))?))
    }

    /// Returns a URL with a custom policy: the JSON of a [`Policy`], or another one.
    ///
    /// # Errors
    /// The error of the function that signs.
    pub fn sign_url_with(&self, url: &str, policy: impl AsRef<str>) -> Result<String> {
        let policy = policy.as_ref();
        Ok(with_query(url, &self.signed(("Policy", encode(policy.as_bytes())), policy)?))
    }

    /// Returns the names and the values of cookies with a canned policy: one URL, without wildcards, is valid until a time.
    ///
    /// # Errors
    /// The error of the function that signs.
    pub fn sign_cookies(&self, url: &str, date_less_than: impl Into<Timestamp>) -> Result<Map> {
        let end = date_less_than.into();
        Ok(cookies(self.signed(("Expires", end.seconds().to_string()), &canned(url, end))?))
    }

    /// Returns the names and the values of cookies with a custom policy: the JSON of a [`Policy`], or another one.
    ///
    /// # Errors
    /// The error of the function that signs.
    pub fn sign_cookies_with(&self, policy: impl AsRef<str>) -> Result<Map> {
        let policy = policy.as_ref();
        Ok(cookies(self.signed(("Policy", encode(policy.as_bytes())), policy)?))
    }

    /// The parameters of a URL, or of cookies with a prefix. The first one tells CloudFront the policy.
    fn signed(&self, told: (&'static str, String), policy: &str) -> Result<[(&'static str, String); 3]> {
        let signature = (self.sign)(policy.as_bytes()).map_err(|error| Error::foreign("the signature of a CloudFront policy", error))?;
        Ok([told, ("Signature", encode(&signature)), ("Key-Pair-Id", self.key_id.clone())])
    }
}

impl fmt::Debug for CloudFrontSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloudFrontSigner").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// A policy with one statement: what may be fetched, and when and from where.
///
/// ```
/// use tucuxi::Timestamp;
/// use tucuxi::cloudfront::Policy;
///
/// let policy = Policy::new("https://d111.cloudfront.net/films/*", Timestamp::new(1893456000, 0)).ip_address("192.0.2.1");
/// let expected = r#"{"Statement":[{"Resource":"https://d111.cloudfront.net/films/*","Condition":{"DateLessThan":{"AWS:EpochTime":1893456000},"IpAddress":{"AWS:SourceIp":"192.0.2.1/32"}}}]}"#;
/// assert_eq!(policy.to_json()?, expected);
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Policy {
    resource: String,
    date_less_than: Timestamp,
    date_greater_than: Option<Timestamp>,
    ip_address: Option<String>,
}

impl Policy {
    /// Creates a policy for a URL, in which `*` stands for any characters and `?` for any one, that ends at a time.
    pub fn new(resource: impl Into<String>, date_less_than: impl Into<Timestamp>) -> Policy {
        Policy { resource: resource.into(), date_less_than: date_less_than.into(), date_greater_than: None, ip_address: None }
    }

    /// Sets the time before which the policy does not hold.
    pub fn date_greater_than(mut self, start: impl Into<Timestamp>) -> Policy {
        self.date_greater_than = Some(start.into());
        self
    }

    /// Sets the address, or the range of addresses in CIDR notation, of the clients.
    pub fn ip_address(mut self, address: impl Into<String>) -> Policy {
        self.ip_address = Some(address.into());
        self
    }

    /// Returns the policy as JSON, in boto3's form.
    ///
    /// # Errors
    /// `ParamValidation` if the address is not an IP address or a range of them.
    pub fn to_json(&self) -> Result<String> {
        let range = self.ip_address.as_deref().map(range).transpose()?;
        let mut json = JsonText::compact();
        json.text.push_str(r#"{"Statement":[{"Resource":"#);
        json.string(&self.resource);
        json.text.push_str(r#","Condition":{"#);
        push_time(&mut json, "DateLessThan", self.date_less_than);
        if let Some(range) = range {
            json.text.push_str(r#","IpAddress":{"AWS:SourceIp":"#);
            json.string(&range);
            json.text.push('}');
        }
        if let Some(start) = self.date_greater_than {
            json.text.push(',');
            push_time(&mut json, "DateGreaterThan", start);
        }
        json.text.push_str("}}]}");
        Ok(json.text)
    }
}

fn push_time(json: &mut JsonText, condition: &str, time: Timestamp) {
    json.text.push_str(&format!(r#""{condition}":{{"AWS:EpochTime":{}}}"#, time.seconds()));
}

/// The policy that CloudFront rebuilds.
fn canned(url: &str, end: Timestamp) -> String {
    Policy::new(url, end).to_json().expect("a policy without an address is valid")
}

/// An address alone is a range of one.
fn range(text: &str) -> Result<String> {
    let not_a_range = || invalid(format_args!("Invalid IP address {text:?}, valid addresses: an address or a range such as 192.0.2.0/24"));
    let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
    let longest = match address.parse().map_err(|_| not_a_range())? {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    };
    match length.map(str::parse::<u8>) {
        None => Ok(format!("{text}/{longest}")),
        Some(Ok(length)) if length <= longest => Ok(text.to_owned()),
        Some(_) => Err(not_a_range()),
    }
}

/// Base64 without the characters that have a meaning in a query.
fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes).replace('+', "-").replace('=', "_").replace('/', "~")
}

fn with_query(url: &str, parameters: &[(&str, String)]) -> String {
    let pairs: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{url}{}{}", if url.contains('?') { '&' } else { '?' }, pairs.join("&"))
}

fn cookies(parameters: [(&'static str, String); 3]) -> Map {
    parameters.into_iter().map(|(name, value)| (format!("CloudFront-{name}"), Value::from(value))).collect()
}

#[cfg(feature = "cloudfront")]
pub(super) const METHODS: ExtraMethods = &[
    ExtraMethod {
        spec: MethodSpec::new(
            "sign_url",
            "Signs a URL with a canned policy, or a custom one if there are other conditions than its end. Nothing is sent.",
            PARAMETERS,
        )
        .returning("string")
        .read_only(),
        run: |_, params| {
            let url = params.required_text("Url")?;
            let signer = signer(params)?;
            let signed = match grant(params)? {
                Grant::Canned(_, end) => signer.sign_url(url, end),
                Grant::Custom(policy) => signer.sign_url_with(url, policy),
            };
            signed.map(Value::from)
        },
    },
    ExtraMethod {
        spec: MethodSpec::new("sign_cookies", "Signs the cookies for a URL, and returns them as a map. Nothing is sent.", PARAMETERS)
            .returning("map")
            .read_only(),
        run: |_, params| {
            let signer = signer(params)?;
            let signed = match grant(params)? {
                Grant::Canned(url, end) => signer.sign_cookies(&url, end),
                Grant::Custom(policy) => signer.sign_cookies_with(policy),
            };
            signed.map(Value::from)
        },
    },
];

#[cfg(feature = "cloudfront")]
const PARAMETERS: &[Param] = &[
    Param::optional("Url", &["string"], "The URL. Cookies do not need it with Resource or Policy."),
    Param::required("KeyPairId", &["string"], "The ID of the public key."),
    Param::required("PrivateKey", &["string"], "The private key as PEM."),
    Param::optional("DateLessThan", TIME, "When the access ends."),
    Param::optional("DateGreaterThan", TIME, "When the access starts."),
    Param::optional("IpAddress", &["string"], "The addresses that have access."),
    Param::optional("Resource", &["string"], "A URL with wildcards, instead of the URL itself."),
    Param::optional("Policy", &["string"], "A policy as JSON text, instead of the other conditions."),
];

#[cfg(feature = "cloudfront")]
const TIME: &[&str] = &["timestamp", "number", "string"];

/// What the parameters of a method allow.
#[cfg(feature = "cloudfront")]
enum Grant {
    Canned(String, Timestamp),
    Custom(String),
}

#[cfg(feature = "cloudfront")]
fn signer(params: &ExtraParams<'_>) -> Result<CloudFrontSigner> {
    CloudFrontSigner::from_pem(params.required_text("KeyPairId")?, params.required_text("PrivateKey")?)
}

#[cfg(feature = "cloudfront")]
fn grant(params: &ExtraParams<'_>) -> Result<Grant> {
    let (start, address, resource) = (timestamp(params, "DateGreaterThan")?, params.text("IpAddress")?, params.text("Resource")?);
    let is_custom = start.is_some() || address.is_some() || resource.is_some();
    match (timestamp(params, "DateLessThan")?, params.text("Policy")?) {
        (None, Some(policy)) if !is_custom => Ok(Grant::Custom(policy.to_owned())),
        (_, Some(_)) => Err(params.invalid("Policy excludes DateLessThan, DateGreaterThan, IpAddress, and Resource")),
        (None, None) => Err(params.invalid("Need to provide either DateLessThan or Policy, but not both")),
        (Some(end), None) => {
            let resource = resource.map_or_else(|| params.required_text("Url"), Ok)?;
            if !is_custom {
                return Ok(Grant::Canned(resource.to_owned(), end));
            }
            let mut policy = Policy::new(resource, end);
            policy.date_greater_than = start;
            policy.ip_address = address.map(str::to_owned);
            policy.to_json().map(Grant::Custom)
        }
    }
}

/// A timestamp, seconds since the epoch, or text.
#[cfg(feature = "cloudfront")]
fn timestamp(params: &ExtraParams<'_>, name: &str) -> Result<Option<Timestamp>> {
    let value = params.value(name);
    let time = match value {
        Value::Null => return Ok(None),
        Value::Timestamp(time) => Some(*time),
        Value::String(text) => {
            Some(Timestamp::parse(text).map_err(|error| params.invalid(&format!("Parameter {name}: {}", error.message())))?)
        }
        Value::Int(seconds) => Timestamp::checked(*seconds, 0),
        other => other.as_float().and_then(Timestamp::from_f64),
    };
    time.map(Some).ok_or_else(|| params.wrong_type(name, value, "a timestamp"))
}

#[cfg(feature = "cloudfront")]
mod pem {
    use rsa::PrivateKey;
    use rsa::pkcs1::DecodeRsaPrivateKey;
    use rsa::pkcs8::DecodePrivateKey;
    pub(super) use sha1::Sha1;

    use crate::error::Result;
    use crate::text::invalid;

    pub(super) fn private_key(text: &str) -> Result<PrivateKey> {
        let label = text.split_once("-----BEGIN ").and_then(|(_, rest)| rest.split_once("-----")).map(|(label, _)| label);
        // What precedes the key, such as a comment, is not part of it.
        let key = text.find("-----BEGIN ").map_or(text, |at| &text[at..]).trim_end();
        let read = match label {
            Some("RSA PRIVATE KEY") if !key.contains("Proc-Type:") => PrivateKey::from_pkcs1_pem(key).ok(),
            Some("PRIVATE KEY") => PrivateKey::from_pkcs8_pem(key).ok(),
            Some("RSA PRIVATE KEY" | "ENCRYPTED PRIVATE KEY") => {
                return Err(invalid("The private key is encrypted; decrypt it first, for example with `openssl rsa`."));
            }
            _ => None,
        };
        read.ok_or_else(|| {
            invalid("The private key is not an RSA key in PEM, as PKCS#1 (BEGIN RSA PRIVATE KEY) or PKCS#8 (BEGIN PRIVATE KEY).")
        })
    }
}
