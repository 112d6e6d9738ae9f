//! The cases: every file, every set of variables, and every argument alone, and a fixed sample of their combinations.

/// One combination.
#[derive(Clone, Debug)]
pub struct Case {
    pub config: &'static str,
    pub credentials: &'static str,
    pub variables: &'static [(&'static str, &'static str)],
    pub profile: Option<&'static str>,
    pub service: &'static str,
    pub region: Option<&'static str>,
}

const CONFIGS: &[&str] = &[
    "",
    "[default]\nregion = us-west-2\n",
    "[default]\nregion = us-west-2\n[profile dev]\nregion = eu-west-1\n",
    "[default]\naws_access_key_id = CONF\naws_secret_access_key = S\naws_session_token = T\naws_account_id = 1\n[profile dev]\n",
    "[default]\naws_access_key_id = CONF\n[profile dev]\naws_secret_access_key = S\n",
    "[profile dev]\nregion = eu-west-1\nrole_arn = arn:aws:iam::111122223333:role/Dev\nsource_profile = base\nexternal_id = ext\n\
     duration_seconds = 900\n[profile base]\naws_access_key_id = BASE\naws_secret_access_key = S\n",
    "[default]\nregion = us-west-2\nrole_arn = arn:aws:iam::111122223333:role/Leaf\nsource_profile = dev\n[profile dev]\n\
     role_arn = arn:aws:iam::444455556666:role/Hub\nsource_profile = base\nduration_seconds = x\n",
    "[default]\nrole_arn = arn:aws:iam::111122223333:role/Env\ncredential_source = Environment\n[profile dev]\n\
     role_arn = arn:aws:iam::111122223333:role/Box\ncredential_source = EcsContainer\n",
    "[default]\nrole_arn = arn:aws:iam::111122223333:role/Vm\ncredential_source = Ec2InstanceMetadata\nregion = us-west-2\n\
     [profile dev]\nrole_arn = arn:aws:iam::111122223333:role/Odd\ncredential_source = environment\n",
    "[default]\nrole_arn = arn:aws:iam::111122223333:role/Both\nsource_profile = dev\ncredential_source = Environment\n[profile dev]\n\
     role_arn = arn:aws:iam::111122223333:role/None\n",
    "[default]\nrole_arn = arn:aws:iam::111122223333:role/Loop\nsource_profile = dev\n[profile dev]\n\
     role_arn = arn:aws:iam::111122223333:role/Loop\nsource_profile = default\n",
    "[default]\nrole_arn = arn:aws:iam::111122223333:role/Self\nsource_profile = default\naws_access_key_id = SELF\n\
     aws_secret_access_key = S\n[profile dev]\nrole_arn = arn:aws:iam::111122223333:role/Gone\nsource_profile = gone\n",
    "[default]\nrole_arn = arn:aws:iam::111122223333:role/Web\nweb_identity_token_file = {home}/token\nregion = us-west-2\n\
     [profile dev]\nweb_identity_token_file = {home}/token\n",
    "[default]\nrole_arn = arn:aws:iam::111122223333:role/Web\nweb_identity_token_file = {home}/no-token\nregion = us-west-2\n\
     [profile dev]\nrole_arn = arn:aws:iam::111122223333:role/OfWeb\nsource_profile = default\nregion = us-west-2\n",
    "[default]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Admin\n[profile dev]\nsso_session = corp\n\
     region = us-east-2\n[sso-session corp]\nsso_start_url = https://d-123.awsapps.com/start\nsso_region = us-west-2\n",
    "[default]\nsso_start_url = https://d-123.awsapps.com/start\nsso_region = us-west-2\nsso_account_id = 111122223333\n\
     sso_role_name = Old\n[profile dev]\nsso_account_id = 1\nregion = us-west-2\n",
    "[default]\nsso_session = gone\nsso_account_id = 1\nsso_role_name = R\nregion = us-west-2\n[profile dev]\nsso_session = damaged\n\
     sso_account_id = 1\nsso_role_name = R\nregion = us-west-2\n[sso-session damaged]\nsso_start_url = u\nsso_region = us-west-2\n",
    "[default]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = R\nsso_region = eu-west-1\n[sso-session corp]\n\
     sso_start_url = https://d-123.awsapps.com/start\nsso_region = us-west-2\n[profile dev]\nsso_session = lost\nsso_account_id = 1\n\
     sso_role_name = R\n[sso-session lost]\nsso_start_url = https://nowhere\nsso_region = us-west-2\n",
    "[default]\ncredential_process = printf '{\"Version\": 1, \"AccessKeyId\": \"PROC\", \"SecretAccessKey\": \"S\"}'\n\
     aws_account_id = 7\n[profile dev]\ncredential_process = false\n",
    "[default]\ncredential_process = printf '{\"Version\": 2}'\n[profile dev]\ncredential_process =\n",
    "[default]\nregion = us-west-2\nservices = lab\n[services lab]\nsqs =\n  endpoint_url = http://localhost:4566\n[profile dev]\n\
     services = gone\nregion = us-west-2\n",
    "[default]\nregion = us-west-2\nendpoint_url = http://localhost:4567\n[profile dev]\nregion = us-west-2\n\
     use_fips_endpoint = true\nendpoint_url = http://localhost:4567\nignore_configured_endpoint_urls = True\n",
    "[default]\nregion = fips-us-west-2\n[profile dev]\nregion = us-gov-west-1\nuse_dualstack_endpoint = true\n",
    "[default]\nregion = not a region\n[profile dev]\nregion =\n",
    "[default]\nregion = us-west-2\nretry_mode = Standard\n[profile dev]\nregion = us-west-2\nmax_attempts = x\n",
    "[default]\nregion = us-west-2\ns3 =\n  addressing_style = bad\n[profile dev]\nregion = us-west-2\nca_bundle = \n",
    "[default]\nregion = us-west-2\nsts_regional_endpoints = bad\n[profile dev]\nregion = us-west-2\ndefaults_mode = bad\n",
    "[default]\nregion = us-west-2\nrequest_checksum_calculation = bad\n[profile dev]\nregion = us-west-2\n\
     account_id_endpoint_mode = bad\n",
    "[DEFAULT]\nregion = sa-east-1\n[default]\naws_access_key_id = CONF\naws_secret_access_key = S\n[profile dev]\n",
    "[default]\nregion = us-west-2\n[profile \"dev\"]\nregion = eu-north-1 # here\n[profile a b]\nregion = x\n",
    "[default]\nREGION : ap-south-1\n  continued\n[profile dev]\nregion=us-west-2\n  # a comment\n",
    "[default\nregion = x\n",
    "region = x\n",
    "[default]\nregion = a\nregion = b\n",
    "[profile dev]\nregion = a\n[profile dev]\nregion = b\n",
    "[default]\ns3 =\n  no delimiter\n",
];

const CREDENTIALS: &[&str] = &[
    "",
    "[default]\naws_access_key_id = FILE\naws_secret_access_key = S\n",
    "[default]\naws_access_key_id = FILE\n[dev]\naws_access_key_id = FDEV\naws_secret_access_key = S\naws_security_token = sec\n\
     aws_session_token = ses\n",
    "[base]\naws_access_key_id = FBASE\naws_secret_access_key = S\naws_session_token = T\n[dev]\nregion = ca-central-1\n",
    "[dev]\naws_access_key_id =\naws_secret_access_key =\naws_session_token =\n[profile dev]\naws_access_key_id = NO\n",
    "[default]\naws_access_key_id = FILE\naws_secret_access_key = S\n[default]\n",
];

const VARIABLES: &[&[(&str, &str)]] = &[
    &[],
    &[("AWS_ACCESS_KEY_ID", "ENV"), ("AWS_SECRET_ACCESS_KEY", "S")],
    &[("AWS_ACCESS_KEY_ID", "ENV")],
    &[("AWS_SECRET_ACCESS_KEY", "S")],
    &[
        ("AWS_ACCESS_KEY_ID", "ENV"),
        ("AWS_SECRET_ACCESS_KEY", "S"),
        ("AWS_SESSION_TOKEN", "ses"),
        ("AWS_SECURITY_TOKEN", "sec"),
        ("AWS_ACCOUNT_ID", "5"),
        ("AWS_PROFILE", "dev"),
    ],
    &[("AWS_ACCESS_KEY_ID", "ENV"), ("AWS_SECRET_ACCESS_KEY", "S"), ("AWS_CREDENTIAL_EXPIRATION", "2099-01-01T00:00:00Z")],
    &[("AWS_ACCESS_KEY_ID", "ENV"), ("AWS_SECRET_ACCESS_KEY", "S"), ("AWS_CREDENTIAL_EXPIRATION", "2001-01-01T00:00:00Z")],
    &[("AWS_PROFILE", "dev")],
    &[("AWS_DEFAULT_PROFILE", "default"), ("AWS_PROFILE", "dev")],
    &[("AWS_PROFILE", "nope")],
    &[("AWS_DEFAULT_PROFILE", "")],
    &[("AWS_DEFAULT_REGION", "ap-southeast-1"), ("AWS_REGION", "us-east-1")],
    &[("AWS_REGION", "us-east-1")],
    &[("AWS_WEB_IDENTITY_TOKEN_FILE", "{home}/token"), ("AWS_ROLE_ARN", "arn:aws:iam::777788889999:role/Pod")],
    &[("AWS_WEB_IDENTITY_TOKEN_FILE", "{home}/token"), ("AWS_DEFAULT_REGION", "us-west-2")],
    &[("AWS_WEB_IDENTITY_TOKEN_FILE", "")],
    &[("AWS_CONTAINER_CREDENTIALS_FULL_URI", "{url}/box"), ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic-x")],
    &[("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.com/box")],
    &[("AWS_EC2_METADATA_DISABLED", "false")],
    &[("AWS_CREDENTIAL_FILE", "/nowhere/at/all")],
    &[("AWS_ENDPOINT_URL", "http://localhost:1234"), ("AWS_DEFAULT_REGION", "us-west-2")],
    &[("AWS_ENDPOINT_URL_SQS", "http://localhost:1235"), ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"), ("AWS_PROFILE", "dev")],
    &[("AWS_USE_FIPS_ENDPOINT", "true"), ("AWS_USE_DUALSTACK_ENDPOINT", "TRUE"), ("AWS_DEFAULT_REGION", "us-west-2")],
    &[("AWS_STS_REGIONAL_ENDPOINTS", "legacy"), ("AWS_MAX_ATTEMPTS", "0"), ("AWS_DEFAULT_REGION", "us-west-2")],
    &[("AWS_RETRY_MODE", "legacy"), ("AWS_DEFAULT_REGION", "")],
];

const ARGUMENTS: &[(Option<&str>, &str, Option<&str>)] = &[
    (None, "sqs", None),
    (Some("dev"), "sqs", None),
    (Some("default"), "sqs", Some("us-east-2")),
    (Some("nope"), "sqs", None),
    (None, "iam", None),
    (None, "s3", None),
    (Some("dev"), "sts", Some("cn-north-1")),
    (None, "sqs", Some("-bad-")),
];

/// How many combinations are sampled, besides those that differ from the plainest case in one part.
const CHOSEN: usize = 260;

/// All cases; the same each time.
pub fn all() -> Vec<Case> {
    let lengths = [CONFIGS.len(), CREDENTIALS.len(), VARIABLES.len(), ARGUMENTS.len()];
    let alone = (0..lengths.len()).flat_map(|part| {
        (0..lengths[part]).map(move |choice| {
            let mut choices = [0; 4];
            choices[part] = choice;
            choices
        })
    });
    // A linear congruential sequence (Knuth's constants); its upper bits are mixed well.
    let mut state = 4_u64;
    let mut next = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let chosen = (0..CHOSEN).map(move |_| lengths.map(&mut next));
    alone.chain(chosen).map(case).collect()
}

fn case([config, credentials, variables, arguments]: [usize; 4]) -> Case {
    let (profile, service, region) = ARGUMENTS[arguments];
    Case { config: CONFIGS[config], credentials: CREDENTIALS[credentials], variables: VARIABLES[variables], profile, service, region }
}
