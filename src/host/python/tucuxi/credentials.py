"""``botocore.credentials``: credentials that programs create, read, and refresh."""

import datetime
import importlib
import sys
import threading
from collections import namedtuple

from .utils import parse_to_aware_datetime

ReadOnlyCredentials = namedtuple("ReadOnlyCredentials", ["access_key", "secret_key", "token", "account_id"], defaults=(None,))


def _now():
    return datetime.datetime.now(datetime.timezone.utc)


class Credentials:
    """Credentials that do not change."""

    def __init__(self, access_key, secret_key, token=None, method=None, account_id=None):
        self.access_key, self.secret_key, self.token = access_key, secret_key, token
        self.method, self.account_id = method or "explicit", account_id

    def get_frozen_credentials(self):
        """Returns a copy that does not change."""
        return ReadOnlyCredentials(self.access_key, self.secret_key, self.token, self.account_id)

    def get_deferred_property(self, property_name):
        """Returns a function that reads a property when it is needed."""
        return lambda: getattr(self, property_name)


class RefreshableCredentials(Credentials):
    """Credentials that a function renews before they expire. It returns ``access_key``, ``secret_key``, ``token``, and ``expiry_time``."""

    _advisory_refresh_timeout = 15 * 60
    _mandatory_refresh_timeout = 10 * 60

    def __init__(self, access_key, secret_key, token, expiry_time, refresh_using, method, time_fetcher=_now, advisory_timeout=None,
                 mandatory_timeout=None, account_id=None):
        self._access_key, self._secret_key, self._token, self._account_id = access_key, secret_key, token, account_id
        self._expiry_time, self._refresh_using, self._time_fetcher, self.method = expiry_time, refresh_using, time_fetcher, method
        self._lock = threading.RLock()
        if advisory_timeout is not None:
            self._advisory_refresh_timeout = advisory_timeout
        if mandatory_timeout is not None:
            self._mandatory_refresh_timeout = mandatory_timeout

    @classmethod
    def create_from_metadata(cls, metadata, refresh_using, method, advisory_timeout=None, mandatory_timeout=None):
        """Creates the credentials of what ``refresh_using`` returned."""
        return cls(metadata["access_key"], metadata["secret_key"], metadata["token"], cls._expiry_datetime(metadata["expiry_time"]),
                   refresh_using, method, advisory_timeout=advisory_timeout, mandatory_timeout=mandatory_timeout,
                   account_id=metadata.get("account_id"))

    @staticmethod
    def _expiry_datetime(time_str):
        return parse_to_aware_datetime(time_str)

    def refresh_needed(self, refresh_in=None):
        """Returns whether the credentials expire within ``refresh_in`` seconds, by default 15 minutes."""
        if self._expiry_time is None:
            return False
        left = (self._expiry_time - self._time_fetcher()).total_seconds()
        return left < (self._advisory_refresh_timeout if refresh_in is None else refresh_in)

    def _refresh(self):
        if not self.refresh_needed():
            return
        with self._lock:
            if not self.refresh_needed():
                return
            mandatory = self.refresh_needed(self._mandatory_refresh_timeout)
            try:
                self._set_from_data(self._refresh_using())
            except Exception:
                # Until they must be renewed, the old ones are good enough.
                if mandatory:
                    raise
            if mandatory and self.refresh_needed(0):
                raise RuntimeError("Credentials were refreshed, but the refreshed credentials are still expired.")

    def _set_from_data(self, data):
        from .exceptions import CredentialRetrievalError

        missing = [name for name in ("access_key", "secret_key", "token", "expiry_time") if name not in (data or {})]
        if missing:
            message = f"Credential refresh failed, response did not contain: {', '.join(missing)}"
            raise CredentialRetrievalError(provider=self.method, error_msg=message)
        self._access_key, self._secret_key, self._token = data["access_key"], data["secret_key"], data["token"]
        self._expiry_time, self._account_id = parse_to_aware_datetime(data["expiry_time"]), data.get("account_id")

    def get_frozen_credentials(self):
        """Returns a copy that does not change, renewed if necessary."""
        self._refresh()
        return ReadOnlyCredentials(self._access_key, self._secret_key, self._token, self._account_id)


def _refreshed(name):
    def get(self):
        self._refresh()
        return getattr(self, name)

    return property(get, lambda self, value: setattr(self, name, value))


for _name in ("access_key", "secret_key", "token", "account_id"):
    setattr(RefreshableCredentials, _name, _refreshed("_" + _name))


class DeferredRefreshableCredentials(RefreshableCredentials):
    """Credentials that a function provides when they are first needed."""

    def __init__(self, refresh_using, method, time_fetcher=_now):
        super().__init__(None, None, None, None, refresh_using, method, time_fetcher)

    def refresh_needed(self, refresh_in=None):
        return self._access_key is None or super().refresh_needed(refresh_in)


class AssumeRoleCredentialFetcher:
    """Assumes a role with the credentials of a source."""

    def __init__(self, client_creator, source_credentials, role_arn, extra_args=None, mfa_prompter=None, cache=None, expiry_window_seconds=None):
        self._client_creator, self._source, self._role_arn, self._cache = client_creator, source_credentials, role_arn, cache
        self._extra_args, self._mfa_prompter = dict(extra_args or {}), mfa_prompter

    def fetch_credentials(self):
        """Returns credentials in the form that :class:`RefreshableCredentials` expects."""
        arguments = {"RoleArn": self._role_arn, **self._extra_args}
        arguments.setdefault("RoleSessionName", f"botocore-session-{int(_now().timestamp())}")
        if arguments.get("SerialNumber"):
            import getpass

            arguments["TokenCode"] = (self._mfa_prompter or getpass.getpass)(f"Enter MFA code for {arguments['SerialNumber']}: ")
        source = self._source.get_frozen_credentials()
        client = self._client_creator("sts", aws_access_key_id=source.access_key, aws_secret_access_key=source.secret_key,
                                      aws_session_token=source.token)
        found = client.assume_role(**arguments)["Credentials"]
        return {"access_key": found["AccessKeyId"], "secret_key": found["SecretAccessKey"], "token": found["SessionToken"],
                "expiry_time": found["Expiration"].isoformat(), "account_id": None}


def create_assume_role_refresher(client, params):
    """Returns a function that assumes a role, for :class:`RefreshableCredentials`."""
    def refresh():
        found = client.assume_role(**params)["Credentials"]
        return {"access_key": found["AccessKeyId"], "secret_key": found["SecretAccessKey"], "token": found["SessionToken"],
                "expiry_time": found["Expiration"].isoformat()}

    return refresh


def classes():
    """The module of the classes that programs import, which may be an installed botocore's."""
    return importlib.import_module("botocore.credentials") if "botocore.session" in sys.modules else sys.modules[__name__]


def of_session(native, provider=None):
    """The credentials of a native session, or of one of its providers, or ``None``. Temporary ones are renewed before they expire."""
    arguments = {"provider": provider} if provider else {}
    found = native.call("credentials", arguments)
    if not found:
        return None
    known = found["access_key"], found["secret_key"], found["token"]
    if found["expires"] is None:
        return classes().Credentials(*known, found["method"], account_id=found["account_id"])

    def refresh():
        renewed = native.call("credentials", arguments)
        return {**renewed, "expiry_time": renewed["expires"]}

    return classes().RefreshableCredentials(*known, found["expires"], refresh, found["method"], account_id=found["account_id"])


def provider_of(get):
    """The function with which a native session asks for the credentials that a function returns."""
    def look_up():
        credentials = get()
        if credentials is None:
            return None
        own = credentials.get_frozen_credentials() if hasattr(credentials, "get_frozen_credentials") else credentials
        found = {"access_key": own.access_key, "secret_key": own.secret_key, "token": own.token}
        expires = getattr(credentials, "_expiry_time", None)
        return {**found, "expires": expires} if isinstance(expires, datetime.datetime) else found

    return look_up


for _class in list(globals().values()):
    if isinstance(_class, type) and _class.__module__ == __name__:
        _class.__module__ = "botocore.credentials"
