"""The modules of boto3 and botocore that programs import, made of tucuxi's."""

import logging
import sys
import types as _types

from . import (
    boto3, clients, conditions, config, exceptions, hooks, model, paginate, resources, response, session, stub, table, transfer, types, waiter,
)


class _CaseInsensitive(hooks.HTTPHeaders):
    pass


def _boto3_modules():
    needs = {
        "boto3.session": {"Session": session.Session},
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
        "boto3.resources.factory": {},
        "boto3.compat": {},
        "boto3.utils": {},
        "boto3.ec2": {},
    }
    return {"boto3": boto3, **needs}


def _botocore_modules():
    errors = {name: value for name, value in vars(exceptions).items() if isinstance(value, type) and issubclass(value, BaseException)}
    request = {"AWSRequest": hooks.AWSRequest, "AWSResponse": hooks.AWSResponse, "AWSPreparedRequest": hooks.AWSRequest,
               "HTTPHeaders": hooks.HTTPHeaders, "HeadersDict": hooks.HTTPHeaders}
    return {
        "botocore": {"UNSIGNED": config.UNSIGNED, "__version__": boto3.__version__, "xform_name": _xform_name},
        "botocore.exceptions": errors,
        "botocore.config": {"Config": config.Config},
        "botocore.client": {"BaseClient": clients.BaseClient, "ClientMeta": clients.ClientMeta, "Config": config.Config,
                            "ClientError": exceptions.ClientError, "UNSIGNED": config.UNSIGNED},
        "botocore.session": {"Session": session.BotocoreSession, "get_session": session.get_session},
        "botocore.credentials": {"Credentials": session.Credentials, "ReadOnlyCredentials": session.ReadOnlyCredentials},
        "botocore.stub": stub,
        "botocore.response": {"StreamingBody": response.StreamingBody, "IncompleteReadError": exceptions.IncompleteReadError},
        "botocore.eventstream": {"EventStream": response.EventStream},
        "botocore.waiter": {"Waiter": waiter.Waiter, "WaiterError": exceptions.WaiterError},
        "botocore.paginate": {"Paginator": paginate.Paginator, "PageIterator": paginate.PageIterator},
        "botocore.errorfactory": {"ClientExceptionsFactory": clients.ClientExceptions, "BaseClientExceptions": clients.ClientExceptions},
        "botocore.model": {"ServiceModel": model.ServiceModel, "OperationModel": model.OperationModel, "Shape": model.Shape},
        "botocore.hooks": {"HierarchicalEmitter": hooks.EventEmitter, "EventEmitter": hooks.EventEmitter},
        "botocore.awsrequest": request,
        "botocore.httpsession": {},
        "botocore.parsers": {"ResponseParserError": exceptions.ResponseParserError},
        "botocore.compat": {"HTTPHeaders": hooks.HTTPHeaders},
        "botocore.utils": {"CaseInsensitiveDict": _CaseInsensitive},
        "botocore.vendored": {},
        "botocore.loaders": {},
    }


def _xform_name(name, sep="_", _xform_cache=None):
    import re

    if sep in name:
        return name
    partial = re.sub(r"(.)([A-Z][a-z]+)", r"\1" + sep + r"\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1" + sep + r"\2", partial).lower()


def install(botocore=True):
    """Registers the modules. Modules that were imported before keep what they imported."""
    modules = _boto3_modules()
    if botocore:
        modules.update(_botocore_modules())
    roots = {name.partition(".")[0] for name in modules}
    for name in [name for name in sys.modules if name.partition(".")[0] in roots]:
        del sys.modules[name]
    for name, content in modules.items():
        if not isinstance(content, _types.ModuleType):
            module = _types.ModuleType(name)
            vars(module).update(content)
            content = module
        sys.modules[name] = content
        parent, _, last = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], last, content)
    for root in roots:
        # A module with a path is a package; nothing is found below this one.
        sys.modules[root].__path__ = []
        logging.getLogger(root).addHandler(logging.NullHandler())
