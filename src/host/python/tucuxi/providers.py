"""The providers of ``botocore.credentials``, and the resolver that asks them in their order.

The native session loads the credentials of each provider. A program may rearrange the resolver of a session, add providers of its own,
or give the provider of roles a cache; sessions follow it from then on.
"""

import getpass
import os
import types

from . import _native, exceptions, utils
from .credentials import Credentials, of_session


class CredentialProvider:
    """One source of credentials. Programs derive their own from it."""

    METHOD = CANONICAL_NAME = None

    def __init__(self, session=None):
        self.session = session

    def load(self):
        """Returns the credentials, or ``None``."""
        return True

    def _tucuxi_is_changed(self):
        return True


def ask_for_code(serial):
    return getpass.getpass(f"Enter MFA code for {serial}: ")


class _NativeProvider(CredentialProvider):
    """A provider of the native session."""

    _of_session = None

    def __init__(self, options=None, environ=None):
        self._options, self._environ = options or {}, environ

    @classmethod
    def _of(cls, session):
        """The provider of a session, which has the session's settings."""
        provider = cls.__new__(cls)
        provider._options, provider._environ, provider._of_session = {}, None, session
        return provider

    def load(self):
        """Returns the credentials, or ``None``."""
        try:
            native = self._native()
        except exceptions.ProfileNotFound:
            # A provider that was created for a profile has none.
            return None
        return of_session(native, self.METHOD)

    def _native(self):
        if self._of_session is not None and not self._tucuxi_is_changed():
            return self._of_session._native
        options, environ = self._options, self._environ
        if self._of_session is not None:
            options, environ = {**self._of_session._native_options, **options}, self._of_session._environment
        return _native.session(options, environ, self._code_of)

    _code_of = staticmethod(ask_for_code)

    def _tucuxi_is_changed(self):
        return "load" in self.__dict__


def _with_environment(environ, **variables):
    """The variables of a mapping, or of the process, and further ones."""
    environ = os.environ if environ is None else environ
    return {**environ, **{name: str(value) for name, value in variables.items() if value is not None}}


class EnvProvider(_NativeProvider):
    """The environment variables ``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY``, and ``AWS_SESSION_TOKEN``.

    ``mapping`` gives them other names, by ``access_key``, ``secret_key``, and ``token``.
    """

    METHOD, CANONICAL_NAME = "env", "Environment"
    ACCESS_KEY, SECRET_KEY, TOKENS = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", ["AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN"]

    def __init__(self, environ=None, mapping=None):
        environ = os.environ if environ is None else environ
        self._given, self._names = environ, {"access_key": self.ACCESS_KEY, "secret_key": self.SECRET_KEY, **(mapping or {})}
        super().__init__()

    def load(self):
        if "_given" not in self.__dict__:
            return super().load()
        names, tokens = self._names, self._names.get("token", self.TOKENS)
        key, secret = (self._given.get(names[name]) for name in ("access_key", "secret_key"))
        if not key:
            return None
        if not secret:
            raise exceptions.PartialCredentialsError(provider=self.METHOD, cred_var=names["secret_key"])
        token = next((self._given[name] for name in ([tokens] if isinstance(tokens, str) else tokens) if self._given.get(name)), None)
        return Credentials(key, secret, token, method=self.METHOD, account_id=self._given.get(names.get("account_id", "AWS_ACCOUNT_ID")))


class _OfProfile(_NativeProvider):
    def __init__(self, load_config=None, client_creator=None, profile_name=None, **more):
        super().__init__({"profile_name": profile_name} if profile_name else {})


class AssumeRoleProvider(_NativeProvider):
    """The role of a profile. ``cache`` may be a :class:`JSONFileCache`, which other processes share; other mappings have no effect."""

    METHOD = "assume-role"

    def __init__(self, load_config=None, client_creator=None, cache=None, profile_name=None, prompter=getpass.getpass,
                 credential_sourcer=None, profile_provider_builder=None):
        super().__init__({"profile_name": profile_name} if profile_name else {})
        self._cache, self._prompter = cache, prompter

    _cache, _prompter = None, getpass.getpass

    @property
    def cache(self):
        if self._cache is None:
            self._cache = {}
        return self._cache

    @cache.setter
    def cache(self, cache):
        self._cache = cache
        folder = getattr(cache, "_working_dir", None)
        self._options = {name: value for name, value in self._options.items() if name != "credential_cache"}
        if folder is not None:
            self._options["credential_cache"] = str(folder)

    def _code_of(self, serial):
        return self._prompter(f"Enter MFA code for {serial}: ")

    def _tucuxi_is_changed(self):
        return "_prompter" in self.__dict__ or "credential_cache" in self._options or super()._tucuxi_is_changed()

    def __setattr__(self, name, value):
        # The name of the attribute in botocore, where programs set it before there was a public one.
        object.__setattr__(self, name, value)
        if name == "_cache" and isinstance(getattr(value, "_working_dir", None), (str, os.PathLike)):
            self._options = {**self._options, "credential_cache": str(value._working_dir)}


class AssumeRoleWithWebIdentityProvider(_OfProfile):
    """A web identity token, by environment variables or a profile."""

    METHOD = "assume-role-with-web-identity"


class SSOProvider(_OfProfile):
    """The IAM Identity Center login of a profile."""

    METHOD = "sso"


class SharedCredentialProvider(_NativeProvider):
    """The keys of a profile in the credentials file."""

    METHOD, CANONICAL_NAME = "shared-credentials-file", "SharedCredentials"

    def __init__(self, creds_filename, profile_name=None, ini_parser=None):
        super().__init__({"credentials_file": os.path.expanduser(creds_filename), "profile_name": profile_name or "default"})


class LoginProvider(_OfProfile):
    """The login of a profile with console credentials."""

    METHOD = "login"


class ProcessProvider(_OfProfile):
    """The program ``credential_process`` of a profile."""

    METHOD = "custom-process"

    def __init__(self, profile_name=None, load_config=None, popen=None):
        super().__init__(load_config, None, profile_name)


class ConfigProvider(_NativeProvider):
    """The keys of a profile in the configuration file."""

    METHOD, CANONICAL_NAME = "config-file", "SharedConfig"

    def __init__(self, config_filename, profile_name, config_parser=None):
        super().__init__({"config_file": os.path.expanduser(config_filename), "profile_name": profile_name})


class _OfEnvironment(_NativeProvider):
    def __init__(self, environ=None, parser=None):
        super().__init__({}, None if environ is None else dict(environ))


class OriginalEC2Provider(_OfEnvironment):
    """The file ``AWS_CREDENTIAL_FILE``."""

    METHOD, CANONICAL_NAME = "ec2-credentials-file", "Ec2Config"


class BotoProvider(_OfEnvironment):
    """The files ``BOTO_CONFIG``, ``/etc/boto.cfg``, and ``~/.boto``."""

    METHOD, CANONICAL_NAME = "boto-config", "Boto2Config"


class ContainerProvider(_OfEnvironment):
    """The endpoint of a container of ECS or EKS."""

    METHOD, CANONICAL_NAME = "container-role", "EcsContainer"


class InstanceMetadataProvider(_NativeProvider):
    """The role of an EC2 instance."""

    METHOD, CANONICAL_NAME = "iam-role", "Ec2InstanceMetadata"

    def __init__(self, iam_role_fetcher):
        super().__init__()
        self._role_fetcher = iam_role_fetcher

    def load(self):
        fetcher = self.__dict__.get("_role_fetcher")
        if fetcher is None:
            return super().load()
        if type(fetcher) is InstanceMetadataFetcher:
            return of_session(fetcher._session(), self.METHOD)
        from .credentials import RefreshableCredentials

        found = fetcher.retrieve_iam_role_credentials()
        return RefreshableCredentials.create_from_metadata(found, fetcher.retrieve_iam_role_credentials, self.METHOD) if found else None


class InstanceMetadataFetcher:
    """Reads the credentials of the role of an EC2 instance."""

    def __init__(self, timeout=1, num_attempts=1, base_url=None, env=None, user_agent=None, config=None):
        endpoint = base_url or (config or {}).get("ec2_metadata_service_endpoint")
        self._environ = _with_environment(env, AWS_METADATA_SERVICE_TIMEOUT=max(1, int(timeout)), AWS_METADATA_SERVICE_NUM_ATTEMPTS=num_attempts,
                                          AWS_EC2_METADATA_SERVICE_ENDPOINT=endpoint)

    def _session(self):
        return _native.session({}, self._environ)

    def retrieve_iam_role_credentials(self):
        """Returns ``access_key``, ``secret_key``, ``token``, and ``expiry_time``; an empty dictionary if there are none."""
        found = self._session().call("credentials", {"provider": InstanceMetadataProvider.METHOD})
        if not found:
            return {}
        return {**{name: found[name] for name in ("access_key", "secret_key", "token")}, "expiry_time": found["expires"]}


class CredentialResolver:
    """Asks providers in their order until one has credentials."""

    def __init__(self, providers):
        self.providers = providers

    def _place(self, name):
        for place, provider in enumerate(self.providers):
            if name in (provider.METHOD, provider.CANONICAL_NAME):
                return place
        raise exceptions.UnknownCredentialError(name=name)

    def insert_before(self, name, credential_provider):
        """Adds a provider before the one with that name."""
        self.providers.insert(self._place(name), credential_provider)

    def insert_after(self, name, credential_provider):
        """Adds a provider after the one with that name."""
        self.providers.insert(self._place(name) + 1, credential_provider)

    def remove(self, name):
        """Removes a provider, if there is one with that name."""
        if any(name in (provider.METHOD, provider.CANONICAL_NAME) for provider in self.providers):
            del self.providers[self._place(name)]

    def get_provider(self, name):
        """Returns the provider with that name."""
        return self.providers[self._place(name)]

    def load_credentials(self):
        """Returns the credentials of the first provider that has some, or ``None``."""
        return next((found for found in (provider.load() for provider in self.providers) if found is not None), None)


_PROVIDERS = {own.METHOD: own for own in (
    EnvProvider, AssumeRoleProvider, AssumeRoleWithWebIdentityProvider, SSOProvider, SharedCredentialProvider, LoginProvider, ProcessProvider,
    ConfigProvider, OriginalEC2Provider, BotoProvider, ContainerProvider, InstanceMetadataProvider)}


def resolver_class():
    """The class of resolvers: that of an installed botocore, which programs import and patch, or the one of this module."""
    from .credentials import classes

    return getattr(classes(), "CredentialResolver", CredentialResolver)


def resolver_of(session):
    """The resolver of a session: its providers in their order."""
    return resolver_class()([_PROVIDERS[name]._of(session) for name in session._native.call("credential_providers")])


def is_replaced():
    """Whether a test has replaced the method that loads credentials."""
    method = resolver_class().load_credentials
    return not isinstance(method, types.FunctionType) or method.__module__ not in ("botocore.credentials", __name__)


def is_changed(resolver, names):
    """Whether a resolver differs from the one that has the providers with these names."""
    providers = getattr(resolver, "providers", None)
    if not isinstance(providers, list) or [getattr(provider, "METHOD", None) for provider in providers] != names:
        return True
    return any(not isinstance(provider, _NativeProvider) or provider._tucuxi_is_changed() for provider in providers)


def create_credential_resolver(session, cache=None, region_name=None):
    """Returns the resolver of a ``botocore.session.Session``."""
    resolver = resolver_of(session._own)
    if cache is not None:
        resolver.get_provider(AssumeRoleProvider.METHOD).cache = cache
    return resolver


def get_credentials(session):
    """Returns the credentials of a ``botocore.session.Session``, or ``None``."""
    return create_credential_resolver(session).load_credentials()


JSONFileCache = utils.JSONFileCache
for _class in [*_PROVIDERS.values(), CredentialProvider, CredentialResolver]:
    _class.__module__ = "botocore.credentials"
InstanceMetadataFetcher.__module__ = "botocore.utils"
