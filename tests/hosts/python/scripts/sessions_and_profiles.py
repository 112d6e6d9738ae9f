"""Sessions of boto3 and botocore, and what they say."""
import tempfile
import boto3, botocore, botocore.session, botocore.config, botocore.loaders, botocore.utils, os, logging, io, datetime
from botocore.config import Config
def t(f):
    try: print(f())
    except Exception as e: print(type(e).__name__, str(e)[:300])
folder = tempfile.mkdtemp()
boto3.set_stream_logger("boto3.resources", logging.INFO)
boto3.set_stream_logger("")
logging.getLogger().handlers.clear(); logging.getLogger().setLevel(30)
s = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", aws_session_token="c", region_name="eu-west-1")
t(lambda: s.get_credentials().get_frozen_credentials())
t(lambda: s.get_credentials().method)
t(lambda: s.region_name); t(lambda: s.profile_name); t(lambda: repr(s)); t(lambda: str(s))
bs = botocore.session.get_session()
t(lambda: bs.get_config_variable("region")); t(lambda: bs.profile); t(lambda: bs.get_credentials().access_key)
t(lambda: bs.get_available_regions("ec2")[:3]); t(lambda: bs.get_available_services()[:3]); t(lambda: bs.full_config["profiles"]); t(lambda: bs.available_profiles)
t(lambda: bs.get_config_variable("profile")); t(lambda: bs.get_config_variable("config_file")); t(lambda: bs.get_config_variable("output")); t(lambda: bs.get_config_variable("metadata_service_timeout")); t(lambda: bs.get_config_variable("nope"))
t(lambda: bs.get_scoped_config())
c = bs.create_client("s3", region_name="us-west-2", aws_access_key_id="k", aws_secret_access_key="s"); print(c.meta.region_name, type(c).__name__)
t(lambda: bs.get_service_model("s3").operation_names[:3])
bs.set_config_variable("region", "ap-south-1"); t(lambda: bs.get_config_variable("region")); t(lambda: bs.create_client("sqs").meta.region_name)
bs.user_agent_extra = "foo/1"; bs.user_agent_name = "me"; t(lambda: "me/" in bs.user_agent())
s2 = boto3.Session(botocore_session=bs); t(lambda: s2.region_name)
bs.set_credentials("x", "y", "z"); t(lambda: s2.get_credentials().token); 
bs2 = botocore.session.Session(); bs2.set_credentials("x", "y"); t(lambda: boto3.Session(botocore_session=bs2, region_name="us-east-2").client("sqs").meta.region_name)
t(lambda: bs.get_component("data_loader") is not None)
t(lambda: bs.get_data("endpoints")["partitions"][0]["partition"])
loader = botocore.loaders.Loader()
t(lambda: "s3" in loader.list_available_services("service-2")); t(lambda: loader.load_service_model("sqs", "service-2")["metadata"]["serviceId"]); t(lambda: sorted(loader.load_data("endpoints")))
t(lambda: loader.determine_latest_version("ec2", "service-2")); t(lambda: loader.list_api_versions("dynamodb", "service-2"))
t(lambda: sorted(loader.load_service_model("sqs", "paginators-1")["pagination"]))
t(lambda: len(loader.search_paths) > 0)
os.environ["AWS_PROFILE"] = "nope"
t(lambda: boto3.Session().region_name)
t(lambda: boto3.client("sqs"))
del os.environ["AWS_PROFILE"]
open(folder + "/config", "w").write("[default]\nregion=us-west-1\noutput=json\n[profile dev]\nregion = eu-west-3\nfoo = bar\ns3 =\n  addressing_style = path\n[profile role]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = dev\n")
open(folder + "/credentials", "w").write("[default]\naws_access_key_id = d\naws_secret_access_key = e\n[dev]\naws_access_key_id = dd\naws_secret_access_key = ee\naws_session_token = ff\n[other]\naws_access_key_id = o\n")
os.environ["AWS_CONFIG_FILE"] = folder + "/config"; os.environ["AWS_SHARED_CREDENTIALS_FILE"] = folder + "/credentials"
r = os.environ.pop("AWS_DEFAULT_REGION"); del os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
for p in (None, "default", "dev", "role", "other"):
    t(lambda: (lambda s: (s.region_name, s.profile_name, s.available_profiles))(boto3.Session(profile_name=p)))
    t(lambda: (lambda c: c and (c.access_key, c.token, c.method))(boto3.Session(profile_name=p).get_credentials()))
t(lambda: boto3.Session(profile_name="dev")._session.full_config["profiles"])
t(lambda: boto3.Session(profile_name="dev")._session.get_scoped_config())
t(lambda: boto3.Session(profile_name="dev").client("s3").meta.config.s3)
t(lambda: botocore.session.Session(profile="dev").get_credentials().access_key)
t(lambda: botocore.session.get_session({"profile": (None, "MYP", None, None)}).get_config_variable("region"))
b = botocore.session.Session(profile="dev"); t(lambda: b.get_config_variable("region")); t(lambda: b.get_scoped_config().get("foo"))
t(lambda: boto3.Session(aws_access_key_id="x", aws_secret_access_key="y", profile_name="dev").get_credentials().access_key)
t(lambda: boto3.DEFAULT_SESSION); boto3.setup_default_session(profile_name="dev"); t(lambda: boto3.DEFAULT_SESSION); t(lambda: boto3.client("sqs").meta.region_name); t(lambda: boto3._get_default_session().profile_name)
t(lambda: boto3.Session(foo=1))
cfg = Config(region_name="us-east-2", retries={"max_attempts": 5, "mode": "standard"}, proxies={"http": "foo:80"}, connect_timeout=5, read_timeout=6, max_pool_connections=7, user_agent_extra="x/1", s3={"use_accelerate_endpoint": False}, tcp_keepalive=True, client_context_params={"a":1})
sc = boto3.client("sqs", config=cfg); m = sc.meta.config
for n in ("region_name","retries","proxies","connect_timeout","read_timeout","max_pool_connections","user_agent_extra","s3","tcp_keepalive","client_context_params","signature_version","parameter_validation","inject_host_prefix","use_dualstack_endpoint","defaults_mode","endpoint_discovery_enabled","disable_request_compression","request_min_compression_size_bytes","request_checksum_calculation","response_checksum_validation","account_id_endpoint_mode","user_agent_appid","sigv4a_signing_region_set", "auth_scheme_preference","proxies_config","client_cert","use_fips_endpoint","ignore_configured_endpoint_urls"): t(lambda: (n, getattr(m, n)))
t(lambda: Config("us-east-1", "v4").signature_version); t(lambda: Config("us-east-1", region_name="x"))
t(lambda: cfg.foo)
