"""``boto3.session.Session``."""

from . import _native, exceptions
from . import clients
from .config import Config, own_config
from .hooks import EventEmitter

# `None` is an invalid value of a parameter, and the messages are boto3's.
_STYLE = {"message_style": "boto3", "omit_null_parameters": False}


class ReadOnlyCredentials(tuple):
    """Credentials that do not change."""

    def __new__(cls, access_key, secret_key, token, account_id=None):
        self = super().__new__(cls, (access_key, secret_key, token))
        self.access_key, self.secret_key, self.token, self.account_id = access_key, secret_key, token, account_id
        return self


class Credentials:
    """The credentials of a session."""

    def __init__(self, access_key, secret_key, token=None, method=None, account_id=None):
        self.access_key, self.secret_key, self.token = access_key, secret_key, token
        self.method, self.account_id = method or "explicit", account_id

    def get_frozen_credentials(self):
        return ReadOnlyCredentials(self.access_key, self.secret_key, self.token, self.account_id)


class Session:
    """Creates clients and resources, from the environment, the shared files, and its arguments."""

    resource_factory = None

    def __init__(self, aws_access_key_id=None, aws_secret_access_key=None, aws_session_token=None, region_name=None,
                 botocore_session=None, profile_name=None, aws_account_id=None, **more):
        if isinstance(botocore_session, BotocoreSession):
            own = botocore_session._options
            region_name = region_name or own.get("region_name")
            profile_name = profile_name or own.get("profile_name")
        config = more.pop("config", None) or Config._of({})
        options = {
            "aws_access_key_id": aws_access_key_id, "aws_secret_access_key": aws_secret_access_key,
            "aws_session_token": aws_session_token, "aws_account_id": aws_account_id, "region_name": region_name,
            "profile_name": profile_name, **more,
        }
        self._options = {name: value for name, value in options.items() if value is not None}
        self._config = config
        self._native = _native.session({**self._options, "config": {**_STYLE, **config._tucuxi_value()}})
        self._events = None
        self._session = botocore_session or BotocoreSession(self)

    @property
    def region_name(self):
        """The region, or ``None``."""
        return self._native.get("region_name")

    @property
    def profile_name(self):
        """The profile; ``default`` if none was chosen."""
        return self._native.get("profile_name")

    @property
    def events(self):
        """The events of the clients that are created from here on."""
        if self._events is None:
            self._events = EventEmitter(self._native)
        return self._events

    @property
    def available_profiles(self):
        """The profiles of the shared files."""
        return self._native.call("available_profiles")

    def get_available_services(self):
        """Lists the services."""
        return self._native.call("available_services")

    def get_available_resources(self):
        """Lists the services that have resources."""
        return self._native.call("available_resources")

    def get_available_partitions(self):
        """Lists the partitions."""
        return self._native.call("available_partitions")

    def get_available_regions(self, service_name, partition_name="aws", allow_non_regional=False):
        """Lists the regions of a service."""
        arguments = {"service_name": service_name, "partition_name": partition_name, "allow_non_regional": allow_non_regional}
        return self._native.call("available_regions", arguments)

    def get_partition_for_region(self, region_name):
        """Returns the partition of a region."""
        return self._native.call("partition_for_region", {"region_name": region_name})

    def get_credentials(self):
        """Returns the credentials, or ``None``."""
        found = self._native.call("credentials")
        return found and Credentials(found["access_key"], found["secret_key"], found["token"], found["method"], found["account_id"])

    def client(self, service_name, region_name=None, api_version=None, use_ssl=True, verify=None, endpoint_url=None,
               aws_access_key_id=None, aws_secret_access_key=None, aws_session_token=None, config=None, aws_account_id=None):
        """Creates a client."""
        options = _chosen(locals())
        return clients.make(self._create("client", service_name, options), (self, service_name, options))

    def resource(self, service_name, region_name=None, api_version=None, use_ssl=True, verify=None, endpoint_url=None,
                 aws_access_key_id=None, aws_secret_access_key=None, aws_session_token=None, config=None):
        """Creates the resource of a service."""
        from . import resources

        options = _chosen(locals())
        native = self._create("resource", service_name, options)
        client = clients.make(native.get("client"), (self, service_name, options))
        return resources.make(native, client, (self, service_name, options))

    def _create(self, verb, service_name, options):
        if not isinstance(service_name, str):
            raise exceptions.ParamValidationError(report=f"Invalid service name: {service_name!r}")
        try:
            return self._native.call(verb, {**options, "service_name": service_name})
        except exceptions.UnknownServiceError:
            known = ", ".join(sorted(self.get_available_services()))
            raise exceptions.UnknownServiceError(service_name=service_name, known_service_names=known) from None

    def __reduce__(self):
        return _rebuild, (self._options, self._config)

    def __repr__(self):
        return f"Session(region_name={self.region_name!r})"


_OPTIONS = {"region_name", "api_version", "use_ssl", "verify", "endpoint_url", "aws_access_key_id", "aws_secret_access_key",
            "aws_session_token", "config", "aws_account_id"}


def _rebuild(options, config):
    return Session(config=config, **options)


def _chosen(arguments):
    chosen = {name: value for name, value in arguments.items() if name in _OPTIONS and value is not None}
    if chosen.get("use_ssl") is True:
        del chosen["use_ssl"]
    if "config" in chosen:
        chosen["config"] = own_config(chosen["config"])
    return chosen


class BotocoreSession:
    """The part of ``botocore.session.Session`` that programs use."""

    def __init__(self, session=None, profile=None):
        self._boto3_session, self._options = session, {}
        if profile is not None:
            self._options["profile_name"] = profile

    @property
    def _own(self):
        if self._boto3_session is None:
            self._boto3_session = Session(botocore_session=self)
        return self._boto3_session

    @property
    def profile(self):
        return self._options.get("profile_name") or (self._own.profile_name if self._own.profile_name != "default" else None)

    def create_client(self, service_name, *args, **kwargs):
        return self._own.client(service_name, *args, **kwargs)

    def get_credentials(self):
        return self._own.get_credentials()

    def set_credentials(self, access_key, secret_key, token=None, account_id=None):
        self._boto3_session = Session(access_key, secret_key, token, aws_account_id=account_id, **self._options)

    def get_available_services(self):
        return self._own.get_available_services()

    def get_available_regions(self, *args, **kwargs):
        return self._own.get_available_regions(*args, **kwargs)

    def get_available_partitions(self):
        return self._own.get_available_partitions()

    def get_partition_for_region(self, region_name):
        return self._own.get_partition_for_region(region_name)

    @property
    def available_profiles(self):
        return self._own.available_profiles

    def get_config_variable(self, logical_name):
        known = {"region": lambda: self._own.region_name, "profile": lambda: self.profile}
        return known[logical_name]() if logical_name in known else None

    def set_config_variable(self, logical_name, value):
        name = {"region": "region_name", "profile": "profile_name"}.get(logical_name)
        if name:
            self._options[name], self._boto3_session = value, None

    def get_service_model(self, service_name, api_version=None):
        from .model import ServiceModel

        region = {} if self._own.region_name else {"region_name": "us-east-1"}
        return ServiceModel(self._own._create("client", service_name, region))

    def get_component(self, name):
        raise ValueError(f"Unknown component: {name}")

    def register(self, event_name, handler, unique_id=None, unique_id_uses_count=False):
        self._own.events.register(event_name, handler, unique_id)

    def unregister(self, event_name, handler=None, unique_id=None, unique_id_uses_count=False):
        self._own.events.unregister(event_name, handler, unique_id)

    def user_agent(self):
        return f"tucuxi/{_native.__version__}"


def get_session(env_vars=None):
    """``botocore.session.get_session``."""
    return BotocoreSession()


Session.__module__ = "boto3.session"
