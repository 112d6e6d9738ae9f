"""``botocore.loaders``: the definitions as dictionaries."""

import json

from . import _native
from .exceptions import DataNotFoundError, UnknownServiceError


class Loader:
    """Reads definitions: tucuxi's own, and those in the folders of ``AWS_DATA_PATH``."""

    def __init__(self, extra_search_paths=None, file_loader=None, cache=None, include_default_search_paths=True, include_default_extras=True,
                 _session=None):
        options = {"definitions": str(extra_search_paths[0])} if extra_search_paths else {}
        self._session = _session or _native.session(options)
        self._search_paths = list(extra_search_paths or [])
        self._loaded = {}

    @property
    def search_paths(self):
        import os

        return [*self._search_paths, os.path.join(os.path.expanduser("~"), ".aws", "models"), "tucuxi"]

    def list_available_services(self, type_name):
        """Lists the services that have a definition of a kind, such as ``service-2``."""
        return self._session.call("services_with", {"kind": type_name})

    def list_api_versions(self, service_name, type_name):
        """Lists the API versions of a service."""
        versions = self._session.call("definition_versions", {"service_name": service_name, "kind": type_name})
        if not versions:
            raise DataNotFoundError(data_path=service_name)
        return versions

    def determine_latest_version(self, service_name, type_name):
        """Returns the latest API version of a service."""
        return max(self.list_api_versions(service_name, type_name))

    def load_service_model(self, service_name, type_name, api_version=None):
        """Returns a definition of a service."""
        known = self.list_available_services(type_name)
        if service_name not in known:
            raise UnknownServiceError(service_name=service_name, known_service_names=", ".join(sorted(known)))
        return self._load(type_name, service_name, api_version or self.determine_latest_version(service_name, type_name))

    def load_data(self, name):
        """Returns a file: ``endpoints``, or ``s3/2006-03-01/service-2``."""
        parts = name.split("/")
        return self._load(parts[-1], *parts[:2]) if len(parts) == 3 else self._load(name)

    def load_data_with_path(self, name):
        """Returns a file and the folder that it is from."""
        return self.load_data(name), "tucuxi"

    def _load(self, kind, service_name=None, api_version=None):
        key = kind, service_name, api_version
        if key not in self._loaded:
            try:
                text = self._session.call("definition", {"kind": kind, "service_name": service_name, "api_version": api_version})
            except Exception as error:
                path = "/".join(part for part in (service_name, api_version, kind) if part)
                raise DataNotFoundError(data_path=path) from error
            self._loaded[key] = json.loads(text)
        return self._loaded[key]


def create_loader(search_path_string=None):
    """Returns a loader; the folders are separated as in ``PATH``."""
    import os

    return Loader(search_path_string.split(os.pathsep) if search_path_string else None)


Loader.__module__ = "botocore.loaders"
