"""``botocore.session``: the session below a session, as far as programs use it."""

import logging
import os
import platform
import weakref

from . import _native, exceptions, providers
from .config import Config
from .credentials import Credentials, of_session, provider_of

# name: (key in the configuration file, environment variables, default, conversion)
_VARIABLES = {
    "profile": (None, ["AWS_DEFAULT_PROFILE", "AWS_PROFILE"], None, None),
    "region": ("region", "AWS_DEFAULT_REGION", None, None),
    "data_path": ("data_path", "AWS_DATA_PATH", None, None),
    "config_file": (None, "AWS_CONFIG_FILE", "~/.aws/config", None),
    "ca_bundle": ("ca_bundle", "AWS_CA_BUNDLE", None, None),
    "api_versions": ("api_versions", None, {}, None),
    "credentials_file": (None, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials", None),
    "metadata_service_timeout": ("metadata_service_timeout", "AWS_METADATA_SERVICE_TIMEOUT", 1, int),
    "metadata_service_num_attempts": ("metadata_service_num_attempts", "AWS_METADATA_SERVICE_NUM_ATTEMPTS", 1, int),
    "ec2_metadata_service_endpoint": ("ec2_metadata_service_endpoint", "AWS_EC2_METADATA_SERVICE_ENDPOINT", None, None),
    "parameter_validation": ("parameter_validation", None, True, None),
    "retry_mode": ("retry_mode", "AWS_RETRY_MODE", "legacy", None),
    "defaults_mode": ("defaults_mode", "AWS_DEFAULTS_MODE", "legacy", None),
    "max_attempts": ("max_attempts", "AWS_MAX_ATTEMPTS", None, int),
    "user_agent_appid": ("sdk_ua_app_id", "AWS_SDK_UA_APP_ID", None, None),
    "sts_regional_endpoints": ("sts_regional_endpoints", "AWS_STS_REGIONAL_ENDPOINTS", "regional", None),
    "use_dualstack_endpoint": ("use_dualstack_endpoint", "AWS_USE_DUALSTACK_ENDPOINT", None, None),
    "use_fips_endpoint": ("use_fips_endpoint", "AWS_USE_FIPS_ENDPOINT", None, None),
}


_initializers = []


def register_initializer(callback):
    """Has a function called with every session that is created."""
    _initializers.append(callback)


def unregister_initializer(callback):
    """Takes back a function that was registered."""
    _initializers.remove(callback)


class Session:
    """Variables, credentials, and components, from which clients are created."""

    SESSION_VARIABLES = dict(_VARIABLES)
    LOG_FORMAT = "%(asctime)s - %(name)s - %(levelname)s - %(message)s"

    def __init__(self, session_vars=None, event_hooks=None, include_builtin_handlers=True, profile=None, *, _boto3_session=None):
        self.session_var_map = {**_VARIABLES, **(session_vars or {})}
        self._variables = {} if profile is None else {"profile": profile}
        self._credentials = self._found = self._client_config = None
        self._components = {}
        self._boto3_session, self._handlers = _boto3_session, []
        # The other sessions that were created of this one.
        self._sessions = weakref.WeakSet()
        self.user_agent_name, self.user_agent_version, self.user_agent_extra = "Botocore", "1.44.5", ""
        for initialize in list(_initializers):
            initialize(self)

    @property
    def _own(self):
        """The session that creates clients; a new one after a change."""
        if self._boto3_session is None:
            from .session import Session as Boto3Session

            self._boto3_session = Boto3Session(botocore_session=self)
        return self._boto3_session

    def _changed(self):
        self._boto3_session = None

    @property
    def profile(self):
        return self.get_config_variable("profile")

    @property
    def full_config(self):
        """The shared files as dictionaries."""
        options = {name: self.get_config_variable(name) for name in ("config_file", "credentials_file")}
        native = _native.session({name: os.path.expanduser(path) for name, path in options.items()})
        return {"profiles": native.call("profiles")}

    @property
    def available_profiles(self):
        return list(self.full_config["profiles"])

    def get_scoped_config(self):
        """The options of the profile."""
        profiles, profile = self.full_config["profiles"], self.get_config_variable("profile")
        if profile is None:
            return profiles.get("default", {})
        if profile not in profiles:
            raise exceptions.ProfileNotFound(profile=profile)
        return profiles[profile]

    def get_config_variable(self, logical_name, methods=("instance", "env", "config")):
        """Returns a variable: as set in this object, in the environment, or in the profile; otherwise its default."""
        if logical_name in self._variables:
            return self._variables[logical_name]
        if logical_name not in self.session_var_map:
            return None
        key, variables, default, convert = (tuple(self.session_var_map[logical_name]) + (None,) * 4)[:4]
        found = None
        for variable in [variables] if isinstance(variables, str) else variables or []:
            found = os.environ.get(variable) if found is None else found
        if found is None and key is not None:
            try:
                found = self.get_scoped_config().get(key)
            except exceptions.ProfileNotFound:
                if logical_name != "region":
                    raise
        if found is None:
            return default
        return convert(found) if convert else found

    def set_config_variable(self, logical_name, value):
        """Sets a variable."""
        self._variables[logical_name] = value
        self._changed()

    def instance_variables(self):
        return dict(self._variables)

    def set_credentials(self, access_key, secret_key, token=None, account_id=None):
        """Sets the credentials."""
        self._credentials = Credentials(access_key, secret_key, token, account_id=account_id)

    def get_credentials(self):
        """Returns the credentials, or ``None``."""
        if self._credentials is None:
            if self._chooses_credentials():
                # Programs also set this attribute, to credentials that refresh themselves.
                self._credentials = self.get_component("credential_provider").load_credentials()
            elif self._found is None:
                self._found = of_session(self._own._native)
        return self._found if self._credentials is None else self._credentials

    def _chooses_credentials(self):
        """Whether the program has changed the resolver of credentials."""
        if self._found is not None or self._own._has_credentials():
            return False
        resolver = self._components.get("credential_provider")
        if resolver is not None and providers.is_changed(resolver, self._own._native.call("credential_providers")):
            return True
        return providers.is_replaced()

    def _credential_lookup(self):
        """The function that provides the credentials of clients, if they are not those that the native session finds."""
        return provider_of(self.get_credentials) if self._credentials is not None or self._chooses_credentials() else None

    def create_client(self, service_name, region_name=None, api_version=None, use_ssl=True, verify=None, endpoint_url=None,
                      aws_access_key_id=None, aws_secret_access_key=None, aws_session_token=None, config=None, aws_account_id=None):
        """Creates a client."""
        if self._client_config is not None:
            config = self._client_config.merge(config) if config is not None else self._client_config
        from .session import _chosen

        return self._own._client(service_name, _chosen(locals()))

    def get_default_client_config(self):
        return self._client_config

    def set_default_client_config(self, client_config):
        """Sets a configuration that the one of a client overrides."""
        self._client_config = client_config

    def get_available_services(self):
        return self._own.get_available_services()

    def get_available_regions(self, service_name, partition_name="aws", allow_non_regional=False):
        return self._own.get_available_regions(service_name, partition_name, allow_non_regional)

    def get_available_partitions(self):
        return self._own.get_available_partitions()

    def get_partition_for_region(self, region_name):
        return self._own.get_partition_for_region(region_name)

    def get_service_model(self, service_name, api_version=None):
        """Returns the model of a service."""
        from .model import ServiceModel

        return ServiceModel(self.get_service_data(service_name, api_version), service_name)

    def get_service_data(self, service_name, api_version=None):
        return self.get_component("data_loader").load_service_model(service_name, "service-2", api_version)

    def get_data(self, data_path):
        return self.get_component("data_loader").load_data(data_path)

    def get_component(self, name):
        """Returns a component: ``data_loader``, ``event_emitter``, or one that was registered."""
        if name not in self._components:
            if name == "data_loader":
                from .loaders import Loader

                self._components[name] = Loader(_session=self._own._native)
            elif name == "event_emitter":
                return self._own.events
            elif name == "endpoint_resolver":
                from .regions import EndpointResolver

                self._components[name] = EndpointResolver(self.get_data("endpoints"), uses_builtin_data=True)
            elif name == "credential_provider":
                self._components[name] = providers.resolver_of(self._own)
            else:
                raise ValueError(f"Unknown component: {name}")
        found = self._components[name]
        return found() if getattr(found, "_tucuxi_lazy", False) else found

    def register_component(self, name, component):
        self._components[name] = component

    def lazy_register_component(self, name, component):
        def make():
            self._components[name] = component()
            return self._components[name]

        make._tucuxi_lazy = True
        self._components[name] = make

    def register(self, event_name, handler, unique_id=None, unique_id_uses_count=False):
        """Adds a hook for the clients that are created from here on."""
        for session in {self._own, *self._sessions}:
            session.events.register(event_name, handler, unique_id)
        self._handlers.append((event_name, handler, unique_id))

    def unregister(self, event_name, handler=None, unique_id=None, unique_id_uses_count=False):
        """Removes a hook."""
        self._handlers = [own for own in self._handlers if own[0] != event_name or (own[1] is not handler and own[2] != unique_id)]
        for session in {self._own, *self._sessions}:
            session.events.unregister(event_name, handler, unique_id)

    def emit(self, event_name, **kwargs):
        return self._own.events.emit(event_name, **kwargs)

    def emit_first_non_none_response(self, event_name, **kwargs):
        return next((result for _, result in self.emit(event_name, **kwargs) if result is not None), None)

    def _own_user_agent(self):
        """The part of the user agent that the program has set."""
        own = f"{self.user_agent_name}/{self.user_agent_version} " if self.user_agent_name not in ("Boto3", "Botocore") else ""
        return (own + (self.user_agent_extra or "")).strip()

    def user_agent(self):
        """The beginning of the user agent of requests."""
        system = f"{platform.system()}/{platform.release()}"
        base = f"{self.user_agent_name}/{self.user_agent_version} Python/{platform.python_version()} {system}"
        return f"{base} {self.user_agent_extra}" if self.user_agent_extra else base

    def set_stream_logger(self, logger_name, log_level, stream=None, format_string=None):
        """Logs to the standard error or another stream."""
        self._log(logging.StreamHandler(stream), logger_name, log_level, format_string)

    def set_file_logger(self, log_level, path, logger_name="botocore"):
        """Logs to a file."""
        self._log(logging.FileHandler(path), logger_name, log_level, None)

    def set_debug_logger(self, logger_name="botocore"):
        self.set_stream_logger(logger_name, logging.DEBUG)

    def _log(self, handler, logger_name, log_level, format_string):
        handler.setLevel(log_level)
        handler.setFormatter(logging.Formatter(format_string or self.LOG_FORMAT))
        logger = logging.getLogger(logger_name)
        logger.setLevel(logging.DEBUG)
        logger.addHandler(handler)


def get_session(env_vars=None):
    """Returns a session; ``env_vars`` adds variables."""
    return Session(env_vars)


Session.__module__ = "botocore.session"
