"""``botocore.config.Config``."""

import copy

from . import _native


class _Unsigned:
    """The signature version of requests without a signature."""

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __reduce__(self):
        return "UNSIGNED"


try:
    # The one of an installed botocore is the same object for programs that use both.
    from botocore import UNSIGNED
except ImportError:
    UNSIGNED = _Unsigned()

_DEFAULTS = dict(
    region_name=None, signature_version=None, user_agent=None, user_agent_extra=None, user_agent_appid=None, connect_timeout=60,
    read_timeout=60, parameter_validation=True, max_pool_connections=10, proxies=None, proxies_config=None, s3=None, retries=None,
    client_cert=None, inject_host_prefix=None, endpoint_discovery_enabled=None, use_dualstack_endpoint=None, use_fips_endpoint=None,
    ignore_configured_endpoint_urls=None, defaults_mode=None, tcp_keepalive=None, request_min_compression_size_bytes=None,
    disable_request_compression=None, client_context_params=None, sigv4a_signing_region_set=None, request_checksum_calculation=None,
    response_checksum_validation=None, account_id_endpoint_mode=None, auth_scheme_preference=None,
)


class Config:
    """Settings of a client, by botocore's names. Settings of tucuxi itself (``deadline``, ``s3_compatible``, …) are accepted as well."""

    OPTION_DEFAULTS = dict(_DEFAULTS)
    NON_LEGACY_OPTION_DEFAULTS = {"connect_timeout": None}

    def __init__(self, *args, **kwargs):
        names = list(_DEFAULTS)
        if len(args) > len(names):
            raise TypeError(f"Takes at most {len(names)} arguments ({len(args)} given)")
        options = dict(zip(names, args))
        for name in options:
            if name in kwargs:
                raise TypeError(f"Got multiple values for keyword argument '{name}'")
        options.update(kwargs)
        self._user_provided_options = options
        self._check()

    def _check(self):
        unknown = [name for name in self._user_provided_options if name not in _DEFAULTS and name not in _EXTENSIONS]
        if unknown:
            raise TypeError(f"Got unexpected keyword argument '{unknown[0]}'")
        # The environment of the process has no part in it.
        _native.session({"config": self._tucuxi_value(), "config_file": "/dev/null", "credentials_file": "/dev/null"}, {})

    def __getattr__(self, name):
        options = self.__dict__.get("_user_provided_options", {})
        if name in options:
            return options[name]
        if name in _DEFAULTS:
            return _DEFAULTS[name]
        raise AttributeError(f"'Config' object has no attribute '{name}'")

    def __setattr__(self, name, value):
        if name == "_user_provided_options":
            object.__setattr__(self, name, value)
        else:
            self._user_provided_options[name] = value

    def __copy__(self):
        return Config._of(dict(self._user_provided_options))

    def __deepcopy__(self, memo):
        return Config._of(copy.deepcopy(self._user_provided_options, memo))

    def __getstate__(self):
        return dict(self._user_provided_options)

    def __setstate__(self, state):
        self._user_provided_options = state

    @classmethod
    def _of(cls, options):
        config = cls.__new__(cls)
        if options.get("signature_version") in ("unsigned", "none"):
            options = {**options, "signature_version": UNSIGNED}
        config._user_provided_options = options
        return config

    def merge(self, other_config):
        """Returns these settings overridden by those of another one."""
        return Config._of({**self._user_provided_options, **other_config._user_provided_options})

    def _tucuxi_value(self):
        options = self._user_provided_options.items()
        return {name: "unsigned" if value is UNSIGNED else value for name, value in options if value is not None}

    def __repr__(self):
        return f"<botocore.config.Config object at {id(self):#x}>"


def own_config(config):
    """Returns a configuration as it is, and one of an installed botocore with the same options."""
    options = getattr(config, "_user_provided_options", None)
    if isinstance(config, Config) or not isinstance(options, dict):
        return config
    return Config._of(dict(options))


_EXTENSIONS = {"deadline", "omit_null_parameters", "message_style", "max_response_header_size", "s3_compatible",
               "s3_disable_express_session_auth", "max_response_body_size", "lenient_parsing", "strict_validation", "report_unknown_output", "protocol_preference",
               "retry_mode", "total_max_attempts"}
