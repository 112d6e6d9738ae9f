"""``boto3.session.Session``."""

import re

from . import _native, clients, exceptions, providers
from .botocore_session import Session as BotocoreSession
from .config import Config, own_config
from .hooks import EventEmitter, definitions_of_server, register_builtin

# `None` is an invalid value of a parameter, and the messages are boto3's.
_STYLE = {"message_style": "boto3", "omit_null_parameters": False}


class Session:
    """Creates clients and resources, from the environment, the shared files, and its arguments."""

    resource_factory = None

    def __init__(self, aws_access_key_id=None, aws_secret_access_key=None, aws_session_token=None, region_name=None,
                 botocore_session=None, profile_name=None, aws_account_id=None, *, config=None, environment=None, definitions=None,
                 config_file=None, credentials_file=None):
        own, text = botocore_session, lambda value: value if isinstance(value, str) else None
        if own is not None:
            # A double returns anything.
            region_name, profile_name = (
                given or text(own.get_config_variable(name)) for given, name in ((region_name, "region"), (profile_name, "profile")))
            if isinstance(own, BotocoreSession) and aws_access_key_id and aws_secret_access_key:
                own.set_credentials(aws_access_key_id, aws_secret_access_key, aws_session_token, aws_account_id)
        config = config or Config._of({})
        options = {
            "aws_access_key_id": aws_access_key_id, "aws_secret_access_key": aws_secret_access_key,
            "aws_session_token": aws_session_token, "aws_account_id": aws_account_id, "region_name": region_name,
            "profile_name": profile_name, "definitions": definitions, "config_file": config_file, "credentials_file": credentials_file,
        }
        self._options = {name: value for name, value in options.items() if value is not None}
        self._config = config
        given = {**self._options, "config": {**_STYLE, **config._tucuxi_value()}}
        if definitions is None and (folder := definitions_of_server()):
            given["definitions"] = folder
        self._native_options = given
        self._native = _native.session(given, environment, providers.ask_for_code)
        self._events = None
        self._environment = environment
        self._session = self._botocore_session(own)
        register_builtin(self)

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
            self._events = EventEmitter(self._native, owner=self)
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
        return self._session.get_credentials()

    def client(self, service_name, region_name=None, api_version=None, use_ssl=True, verify=None, endpoint_url=None,
               aws_access_key_id=None, aws_secret_access_key=None, aws_session_token=None, config=None, aws_account_id=None):
        """Creates a client."""
        options = _chosen(locals())
        own = self._session
        if not isinstance(own, BotocoreSession):
            return own.create_client(service_name, region_name=region_name, api_version=api_version, use_ssl=use_ssl, verify=verify,
                                     endpoint_url=endpoint_url, aws_access_key_id=aws_access_key_id,
                                     aws_secret_access_key=aws_secret_access_key, aws_session_token=aws_session_token, config=config,
                                     aws_account_id=aws_account_id)
        if type(own).create_client is not _CREATE_CLIENT or "create_client" in own.__dict__:
            # A test or a subclass has replaced it, and boto3 creates its clients there.
            return own.create_client(service_name, **options)
        return self._client(service_name, options)

    def _client(self, service_name, options):
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
        more = self._session._own_user_agent() if isinstance(self._session, BotocoreSession) else ""
        if more:
            config = options.get("config") or Config._of({})
            options = {**options, "config": config.merge(Config._of({"user_agent_extra": f"{more} {config.user_agent_extra or ''}".strip()}))}
        try:
            return self._signing().call(verb, {**options, "service_name": service_name})
        except exceptions.UnknownServiceError:
            known = ", ".join(sorted(self.get_available_services()))
            raise exceptions.UnknownServiceError(service_name=service_name, known_service_names=known) from None
        except exceptions.boto3_exceptions["ResourceNotExistsError"] as error:
            error.args = (re.sub(r" Did you mean [^\n]*\?", "", str(error)).replace(" a client(", " a boto3.client("),)
            raise

    def _signing(self):
        """The native session, with the credentials that the program has set in the session below."""
        own = self._session
        look_up = own._credential_lookup() if isinstance(own, BotocoreSession) else None
        return self._native if look_up is None else self._native.with_credentials(look_up)

    def _has_credentials(self):
        """Whether the session was created with credentials."""
        return "aws_access_key_id" in self._options

    def _botocore_session(self, given):
        if given is None:
            given = BotocoreSession(_boto3_session=self)
            given._variables.update({name: value for name, value in (("profile", self._options.get("profile_name")),
                                                                    ("region", self._options.get("region_name"))) if value is not None})
        elif isinstance(given, BotocoreSession):
            for event_name, handler, unique_id in given._handlers:
                self.events.register(event_name, handler, unique_id)
            given._sessions.add(self)
        return given

    def __reduce__(self):
        return _rebuild, (self._options, self._config, self._environment)

    def __repr__(self):
        return f"Session(region_name={self.region_name!r})"


_OPTIONS = {"region_name", "api_version", "use_ssl", "verify", "endpoint_url", "aws_access_key_id", "aws_secret_access_key",
            "aws_session_token", "config", "aws_account_id"}


_CREATE_CLIENT = BotocoreSession.create_client


def _rebuild(options, config, environment):
    return Session(config=config, environment=environment, **options)


def _chosen(arguments):
    chosen = {name: value for name, value in arguments.items() if name in _OPTIONS and value is not None}
    if chosen.get("use_ssl") is True:
        del chosen["use_ssl"]
    if "config" in chosen:
        chosen["config"] = own_config(chosen["config"])
    return chosen


Session.__module__ = "boto3.session"
