"""tucuxi: call any AWS service by name, with boto3's interface.

    import tucuxi
    s3 = tucuxi.client("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket="river"):
        ...

:func:`install_as_boto3` makes ``import boto3`` and ``import botocore`` resolve to this package.
"""

import datetime as _datetime
import decimal as _decimal
import time as _time

from . import _native, exceptions, response, types, zones
from .config import UNSIGNED, Config

# The zone of a time depends on its notation, as in boto3: dateutil takes UTC for the local zone where their names agree.
_native.configure(_datetime.datetime, zones.tzutc(), zones.tzlocal() if "UTC" in _time.tzname else zones.tzutc(), zones.tzlocal(), _decimal.Decimal, types.Binary, response.wrap, exceptions.make, exceptions.foreign)

from .plans import TransferPlan, TransferReport, plan  # noqa: E402
from .ranges import KeyRange, merge_reports, split_prefix  # noqa: E402
from .session import Session  # noqa: E402

__version__ = _native.__version__
__all__ = ["UNSIGNED", "Cancel", "Config", "KeyRange", "Session", "TransferPlan", "TransferReport", "client", "exceptions", "install_as_boto3",
           "merge_reports", "plan", "resource", "setup_default_session", "split_prefix"]

Cancel = _native.Cancel


def client(*args, **kwargs):
    """Creates a client of the default session; the arguments are those of :meth:`Session.client`."""
    from . import boto3

    return boto3.client(*args, **kwargs)


def resource(*args, **kwargs):
    """Creates the resource of a service with the default session; the arguments are those of :meth:`Session.resource`."""
    from . import boto3

    return boto3.resource(*args, **kwargs)


def setup_default_session(**kwargs):
    """Sets the default session; the arguments are those of :class:`Session`."""
    from . import boto3

    boto3.setup_default_session(**kwargs)


def install_as_boto3(botocore=True):
    """Makes ``import boto3`` resolve to tucuxi, and ``import botocore`` as well unless ``botocore`` is false."""
    from . import dropin

    dropin.install(botocore)
