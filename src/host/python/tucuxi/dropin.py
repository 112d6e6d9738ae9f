"""The modules of boto3 and botocore that programs import, made of tucuxi's.

Where botocore is installed, its own modules stay reachable: what tucuxi does not provide comes from them. So packages such as moto,
which build on the inside of botocore, work next to tucuxi's clients.
"""

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import logging
import sys
import threading
import types as _types

from . import (
    _native, auth, awsrequest, boto3, botocore_session, clients, conditions, config, config_files, credentials, exceptions, hooks, loaders, model,
    names, paginate, providers, regions, resource_model, resources, response, session, stub, table, transfer, transfer_manager, types, utils, validate, waiter,
)


def _s3transfer_modules():
    return {
        "s3transfer": {"S3Transfer": transfer.S3Transfer, "TransferConfig": transfer.TransferConfig},
        "s3transfer.manager": {"TransferManager": transfer_manager.TransferManager, "TransferConfig": transfer.TransferConfig},
        "s3transfer.subscribers": {"BaseSubscriber": transfer_manager.BaseSubscriber},
        "s3transfer.futures": {"TransferFuture": transfer_manager.TransferFuture, "TransferMeta": transfer_manager.TransferMeta},
        "s3transfer.exceptions": transfer_manager.ERRORS,
        "s3transfer.utils": {"CallArgs": transfer_manager.CallArgs},
    }


def _errors():
    return {name: value for name, value in vars(exceptions).items() if isinstance(value, type) and issubclass(value, BaseException)}


def _public(module):
    return {name: value for name, value in vars(module).items() if not name.startswith("_")}


def _boto3_modules():
    return {
        "boto3": boto3,
        "boto3.session": {"Session": session.Session, **{name: exceptions.boto3_exceptions[name] for name in ("ResourceNotExistsError", "UnknownAPIVersionError")}},
        "boto3.exceptions": exceptions.boto3_exceptions,
        "boto3.dynamodb": {},
        "boto3.dynamodb.conditions": conditions,
        "boto3.dynamodb.types": types,
        "boto3.dynamodb.table": table,
        "boto3.dynamodb.transform": {},
        "boto3.s3": {},
        "boto3.s3.transfer": transfer,
        "boto3.s3.inject": transfer.CLIENT_METHODS,
        "boto3.resources": {},
        "boto3.resources.base": {"ServiceResource": resources.ServiceResource, "ResourceMeta": resources.ResourceMeta},
        "boto3.resources.collection": {"ResourceCollection": resources.ResourceCollection, "CollectionManager": resources.CollectionManager},
        "boto3.resources.factory": {"ServiceResource": resources.ServiceResource, "ResourceMeta": resources.ResourceMeta},
        "boto3.resources.model": _public(resource_model),
        "boto3.docs": {},
        "boto3.compat": {},
        "boto3.utils": {},
        "boto3.ec2": {},
    }


# What tucuxi provides even where botocore is installed: clients, and what is made for them.
def _modules_for_clients():
    return {
        "botocore": {"UNSIGNED": config.UNSIGNED, "__version__": boto3.__version__, "xform_name": _xform_name,
                     "register_initializer": botocore_session.register_initializer, "unregister_initializer": botocore_session.unregister_initializer},
        "botocore.config": {"Config": config.Config},
        "botocore.client": {"BaseClient": clients.BaseClient, "ClientMeta": clients.ClientMeta, "Config": config.Config,
                            "ClientError": exceptions.ClientError, "UNSIGNED": config.UNSIGNED},
        "botocore.session": {"Session": botocore_session.Session, "get_session": botocore_session.get_session, "UNSIGNED": config.UNSIGNED},
        "botocore.stub": _public(stub),
        "botocore.response": {"StreamingBody": response.StreamingBody, "IncompleteReadError": exceptions.IncompleteReadError},
        "botocore.eventstream": {"EventStream": response.EventStream},
        "botocore.waiter": {name: getattr(waiter, name) for name in ("Waiter", "WaiterModel", "SingleWaiterConfig", "create_waiter_with_client", "WaiterError", "WaiterConfigError")},
        "botocore.paginate": {own.__name__: own for own in (paginate.Paginator, paginate.PageIterator, paginate.TokenEncoder, paginate.TokenDecoder)},
        "botocore.errorfactory": {"ClientExceptionsFactory": clients.ClientExceptions, "BaseClientExceptions": clients.ClientExceptions,
                                  "ClientError": exceptions.ClientError},
        "botocore.endpoint": {"Endpoint": awsrequest.Endpoint, "URLLib3Session": awsrequest.URLLib3Session},
        "botocore.httpsession": {"URLLib3Session": awsrequest.URLLib3Session, "get_cert_path": awsrequest.get_cert_path},
        "botocore.exceptions": _errors(),
        "botocore.parsers": {"ResponseParserError": exceptions.ResponseParserError},
    }


# What stands on its own: the originals serve as well where they are installed.
def _modules_of_their_own():
    signers = {"RequestSigner": auth.RequestSigner, "CloudFrontSigner": auth.CloudFrontSigner}
    return {
        "botocore.auth": {**_public(auth), "NoCredentialsError": exceptions.NoCredentialsError},
        "botocore.awsrequest": {name: getattr(awsrequest, name) for name in ("AWSRequest", "AWSPreparedRequest", "AWSResponse", "HeadersDict")},
        "botocore.credentials": {**_public(providers), **_public(credentials)},
        "botocore.signers": signers,
        "botocore.model": _public(model),
        "botocore.loaders": _public(loaders),
        "botocore.utils": {**_public(utils), **_public(names), "InstanceMetadataFetcher": providers.InstanceMetadataFetcher},
        "botocore.validate": _public(validate),
        "botocore.configloader": {own.__name__: own for own in config_files.LOADERS},
        "botocore.configprovider": {own.__name__: own for own in config_files.PROVIDERS},
        "botocore.hooks": {"HierarchicalEmitter": hooks.LocalEmitter, "EventEmitter": hooks.LocalEmitter,
                           "first_non_none_response": hooks.first_non_none_response},
        "botocore.handlers": {"BUILTIN_HANDLERS": [], "disable_signing": _disable_signing},
        "botocore.compat": {"HTTPHeaders": awsrequest.HTTPHeaders, **_of_compat()},
        "botocore.regions": _public(regions),
        "botocore.vendored": {},
        "botocore.vendored.requests": exceptions.requests_exceptions,
        "botocore.vendored.requests.exceptions": exceptions.requests_exceptions,
        "botocore.vendored.requests.packages": {},
        "botocore.vendored.requests.packages.urllib3": {},
        "botocore.vendored.requests.packages.urllib3.exceptions": exceptions.urllib3_exceptions,
    }


def _jmespath_modules():
    """``jmespath``, which comes with botocore, so that programs import it without further ado."""
    class Expression:
        def __init__(self, expression):
            self.expression = expression

        def search(self, value, options=None):
            return _native.search(self.expression, value)

    def compile(expression, options=None):
        # An invalid expression fails here, and one that does not suit the data when it is used.
        try:
            _native.search(expression, None)
        except (exceptions.jmespath_error("JMESPathTypeError"), exceptions.jmespath_error("JMESPathValueError")):
            pass
        return Expression(expression)

    names = ("JMESPathError", "ParseError", "LexerError", "IncompleteExpressionError", "ArityError", "UnknownFunctionError", "JMESPathTypeError", "EmptyExpressionError")
    errors = {name: exceptions.jmespath_error(name) for name in names}
    return {"jmespath": {"search": lambda expression, data, options=None: _native.search(expression, data), "compile": compile},
            "jmespath.exceptions": errors}


def _of_compat():
    import json
    import urllib.parse
    from collections import OrderedDict
    from email.utils import formatdate

    names = ("urlencode", "urlsplit", "urlunsplit", "urlparse", "quote", "unquote", "unquote_str", "parse_qs", "parse_qsl", "urljoin")
    return {**{name: getattr(urllib.parse, name) for name in names if hasattr(urllib.parse, name)}, "json": json,
            "OrderedDict": OrderedDict, "formatdate": formatdate, "total_seconds": utils.total_seconds, "HAS_CRT": False,
            "MD5_AVAILABLE": True}


def _disable_signing(**kwargs):
    """A hook for ``choose-signer``: requests are not signed."""
    return config.UNSIGNED


def _xform_name(name, sep="_", _xform_cache=None):
    """The method name of an operation."""
    return name if sep in name else _native.method_name(name).replace("_", sep)


class _Installed:
    """The modules of an installed botocore, which keep seeing each other rather than tucuxi's."""

    def __init__(self):
        self._modules, self._lock = awsrequest._botocore_modules, threading.RLock()

    def keep(self, name, module):
        self._modules[name] = module

    def get(self, name):
        """Imports a module among its own kind."""
        with self._lock:
            if name not in self._modules:
                ours = {own: module for own, module in sys.modules.items() if _within(own)}
                for own in ours:
                    del sys.modules[own]
                sys.modules.update(self._modules)
                finder_active, _finder.active = _finder.active, False
                try:
                    importlib.import_module(name)
                finally:
                    _finder.active = finder_active
                    self._modules.update({own: module for own, module in sys.modules.items() if _within(own)})
                    for own in self._modules:
                        sys.modules.pop(own, None)
                    sys.modules.update(ours)
            return self._modules[name]


def _within(name):
    return name == "botocore" or name.startswith("botocore.")


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the modules of an installed botocore that tucuxi does not replace."""

    active = False

    def find_spec(self, name, path=None, target=None):
        if not self.active or not name.startswith("botocore."):
            return None
        try:
            _installed.get(name)
        except ImportError:
            return None
        return importlib.machinery.ModuleSpec(name, self)

    def create_module(self, spec):
        return _installed.get(spec.name)

    def exec_module(self, module):
        pass


_installed, _finder = _Installed(), _Finder()


def installed_module(name):
    """A module of an installed botocore, or ``None``."""
    try:
        return _installed.get(name) if _finder.active or not isinstance(sys.modules.get("botocore"), _Module) else None
    except ImportError:
        return None


def _fallback(name):
    """The `__getattr__` of a module: what it lacks comes from the installed one."""
    def get(attribute):
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        try:
            return getattr(_installed.get(name), attribute)
        except ImportError as error:
            raise AttributeError(f"module {name!r} has no attribute {attribute!r}") from error

    return get


def _find_installed():
    try:
        return importlib.util.find_spec("botocore")
    except (ImportError, ValueError):
        return None


def install(botocore=True):
    """Registers the modules. Modules that were imported before keep what they imported."""
    modules, installed = _boto3_modules(), None
    if botocore and not isinstance(sys.modules.get("botocore"), _Module):
        installed = _find_installed()
        modules.update(_modules_for_clients())
        if installed is None:
            modules.update({**_modules_of_their_own(), **_s3transfer_modules()})
            if "jmespath" not in sys.modules and importlib.util.find_spec("jmespath") is None:
                modules.update(_jmespath_modules())
    for name in [name for name in sys.modules if name == "boto3" or name.startswith("boto3.")]:
        del sys.modules[name]
    if "botocore" in modules:
        for name in [name for name in sys.modules if _within(name)]:
            _installed.keep(name, sys.modules[name])
            if name in modules:
                del sys.modules[name]
    for name, content in modules.items():
        if not isinstance(content, _types.ModuleType):
            module = _Module(name)
            vars(module).update(content)
            if installed is not None and _within(name):
                module.__getattr__ = _fallback(name)
            content = module
        sys.modules[name] = content
        parent, _, last = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], last, content)
    for root in {name.partition(".")[0] for name in modules}:
        # A module with a path is a package; only the finder finds anything below this one.
        sys.modules[root].__path__ = []
        logging.getLogger(root).addHandler(logging.NullHandler())
    if installed is not None:
        sys.modules["botocore"].__path__ = list(installed.submodule_search_locations or [])
        if _finder not in sys.meta_path:
            sys.meta_path.insert(0, _finder)
        _finder.active = True
        for name in [name for name in _installed._modules if name.count(".") == 1 and name not in modules]:
            setattr(sys.modules["botocore"], name.partition(".")[2], _installed._modules[name])


class _Module(_types.ModuleType):
    """A module of the drop-in."""
