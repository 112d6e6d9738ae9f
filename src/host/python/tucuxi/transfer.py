"""``boto3.s3.transfer``: managed transfers."""

import errno
import os

from . import _native
from .exceptions import BotoCoreError, ClientError, ParamValidationError
from .exceptions import boto3_exceptions as _exceptions

KB, MB = 1024, 1024 * 1024


class TransferConfig:
    """The settings of transfers. ``max_io_queue`` and ``io_chunksize`` have no effect."""

    ALIAS = {"max_concurrency": "max_request_concurrency", "max_io_queue": "max_io_queue_size"}
    DEFAULTS = {}

    def __init__(self, multipart_threshold=8 * MB, max_concurrency=10, multipart_chunksize=8 * MB, num_download_attempts=5,
                 max_io_queue=100, io_chunksize=256 * KB, use_threads=True, max_bandwidth=None, preferred_transfer_client="auto"):
        self.multipart_threshold, self.max_concurrency = multipart_threshold, max_concurrency
        self.multipart_chunksize, self.num_download_attempts = multipart_chunksize, num_download_attempts
        self.max_io_queue, self.io_chunksize, self.use_threads = max_io_queue, io_chunksize, use_threads
        self.max_bandwidth, self.preferred_transfer_client = max_bandwidth, preferred_transfer_client
        for name in ("multipart_threshold", "max_request_concurrency", "multipart_chunksize", "num_download_attempts"):
            if getattr(self, name) <= 0:
                raise ValueError(f"Provided parameter {name} of value {getattr(self, name)} must be greater than 0.")

    @property
    def max_request_concurrency(self):
        return self.max_concurrency

    def _tucuxi_value(self):
        names = ("multipart_threshold", "max_concurrency", "multipart_chunksize", "num_download_attempts", "use_threads", "max_bandwidth")
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}


def _call_method(client, verb, arguments, callback=None, **handles):
    arguments = {name: value for name, value in arguments.items() if value is not None}
    client._follow_replacements()
    return client._native.call(verb, arguments, progress=callback, **handles)


def _transfer(client, verb, arguments, callback=None, writer=None, source_client=None):
    try:
        _call_method(client, verb, arguments, callback, writer=writer, source_client=source_client and source_client._native)
    except ParamValidationError as error:
        report = str(error).partition("\n")[2]
        if report.startswith("Invalid extra_args key"):
            raise ValueError(report.partition(". Did you mean")[0].rstrip(".")) from None
        raise


def _path(filename):
    if not isinstance(filename, (str, os.PathLike)):
        raise ValueError("Filename must be a string or a path-like object")
    return os.fspath(filename)


def upload_file(self, Filename, Bucket, Key, ExtraArgs=None, Callback=None, Config=None):
    """Uploads a file, in parallel parts if it is large. ``Callback`` is called with numbers of bytes."""
    with S3Transfer(self, Config) as transfer:
        return transfer.upload_file(filename=Filename, bucket=Bucket, key=Key, extra_args=ExtraArgs, callback=Callback)


def download_file(self, Bucket, Key, Filename, ExtraArgs=None, Callback=None, Config=None):
    """Downloads an object to a file, in parallel parts if it is large. ``Callback`` is called with numbers of bytes."""
    with S3Transfer(self, Config) as transfer:
        return transfer.download_file(bucket=Bucket, key=Key, filename=Filename, extra_args=ExtraArgs, callback=Callback)


def upload_fileobj(self, Fileobj, Bucket, Key, ExtraArgs=None, Callback=None, Config=None):
    """Uploads from a file object in binary mode."""
    if not hasattr(Fileobj, "read"):
        raise ValueError("Fileobj must implement read")
    _transfer(self, "upload_fileobj", {"Fileobj": Fileobj, "Bucket": Bucket, "Key": Key, "ExtraArgs": ExtraArgs, "Config": Config}, Callback)


def download_fileobj(self, Bucket, Key, Fileobj, ExtraArgs=None, Callback=None, Config=None):
    """Downloads to a file object in binary mode."""
    if not hasattr(Fileobj, "write"):
        raise ValueError("Fileobj must implement write")
    _transfer(self, "download_fileobj", {"Bucket": Bucket, "Key": Key, "ExtraArgs": ExtraArgs, "Config": Config}, Callback, writer=Fileobj)


def copy(self, CopySource, Bucket, Key, ExtraArgs=None, Callback=None, SourceClient=None, Config=None):
    """Copies an object, in parallel parts if it is large."""
    if not isinstance(CopySource, dict):
        expected = 'Expecting dictionary formatted: {"Bucket": bucket_name, "Key": key}'
        raise TypeError(f"{expected} but got {CopySource} or type {type(CopySource)}.")
    arguments = {"CopySource": CopySource, "Bucket": Bucket, "Key": Key, "ExtraArgs": ExtraArgs, "Config": Config}
    _transfer(self, "copy", arguments, Callback, source_client=SourceClient)


def generate_presigned_post(self, Bucket, Key, Fields=None, Conditions=None, ExpiresIn=3600):
    """Returns the URL and the form fields with which a browser can upload a file."""
    arguments = {"Bucket": Bucket, "Key": Key, "Fields": Fields, "Conditions": Conditions, "ExpiresIn": int(ExpiresIn)}
    return self._native.call("generate_presigned_post", {name: value for name, value in arguments.items() if value is not None})


CLIENT_METHODS = {method.__name__: method for method in (upload_file, download_file, upload_fileobj, download_fileobj, copy, generate_presigned_post)}


def _bucket_upload_file(self, Filename, Key, ExtraArgs=None, Callback=None, Config=None):
    return self._client.upload_file(Filename, self.name, Key, ExtraArgs=ExtraArgs, Callback=Callback, Config=Config)


def _bucket_download_file(self, Key, Filename, ExtraArgs=None, Callback=None, Config=None):
    return self._client.download_file(self.name, Key, Filename, ExtraArgs=ExtraArgs, Callback=Callback, Config=Config)


def _bucket_upload_fileobj(self, Fileobj, Key, ExtraArgs=None, Callback=None, Config=None):
    return self._client.upload_fileobj(Fileobj, self.name, Key, ExtraArgs=ExtraArgs, Callback=Callback, Config=Config)


def _bucket_download_fileobj(self, Key, Fileobj, ExtraArgs=None, Callback=None, Config=None):
    return self._client.download_fileobj(self.name, Key, Fileobj, ExtraArgs=ExtraArgs, Callback=Callback, Config=Config)


def _bucket_copy(self, CopySource, Key, ExtraArgs=None, Callback=None, SourceClient=None, Config=None):
    return self._client.copy(CopySource, self.name, Key, ExtraArgs=ExtraArgs, Callback=Callback, SourceClient=SourceClient, Config=Config)


def _object_upload_file(self, Filename, ExtraArgs=None, Callback=None, Config=None):
    return self._client.upload_file(Filename, self.bucket_name, self.key, ExtraArgs=ExtraArgs, Callback=Callback, Config=Config)


def _object_download_file(self, Filename, ExtraArgs=None, Callback=None, Config=None):
    return self._client.download_file(self.bucket_name, self.key, Filename, ExtraArgs=ExtraArgs, Callback=Callback, Config=Config)


def _object_upload_fileobj(self, Fileobj, ExtraArgs=None, Callback=None, Config=None):
    return self._client.upload_fileobj(Fileobj, self.bucket_name, self.key, ExtraArgs=ExtraArgs, Callback=Callback, Config=Config)


def _object_download_fileobj(self, Fileobj, ExtraArgs=None, Callback=None, Config=None):
    return self._client.download_fileobj(self.bucket_name, self.key, Fileobj, ExtraArgs=ExtraArgs, Callback=Callback, Config=Config)


def _object_copy(self, CopySource, ExtraArgs=None, Callback=None, SourceClient=None, Config=None):
    return self._client.copy(CopySource, self.bucket_name, self.key, ExtraArgs=ExtraArgs, Callback=Callback, SourceClient=SourceClient,
                             Config=Config)


def _methods(*functions):
    methods = {}
    for function in functions:
        name = function.__name__.split("_", 2)[2]
        function.__name__, function.__doc__ = name, CLIENT_METHODS[name].__doc__
        methods[name] = function
    return methods


_OF_OBJECT = _methods(_object_upload_file, _object_download_file, _object_upload_fileobj, _object_download_fileobj, _object_copy)
RESOURCE_METHODS = {
    "Bucket": _methods(_bucket_upload_file, _bucket_download_file, _bucket_upload_fileobj, _bucket_download_fileobj, _bucket_copy),
    "Object": _OF_OBJECT,
    "ObjectSummary": _OF_OBJECT,
}


class S3Transfer:
    """Transfers of files with a client."""

    ALLOWED_DOWNLOAD_ARGS, ALLOWED_UPLOAD_ARGS, ALLOWED_COPY_ARGS = (list(names) for names in _native.TRANSFER_ARGUMENTS)

    def __init__(self, client=None, config=None, osutil=None, manager=None):
        if not client and not manager:
            raise ValueError("Either a boto3.Client or s3transfer.manager.TransferManager must be provided")
        self._client, self._config = client, config

    def upload_file(self, filename, bucket, key, callback=None, extra_args=None):
        """Uploads a file."""
        filename = _path(filename)
        # The message of a missing file is Python's own.
        os.stat(filename)
        arguments = {"Filename": filename, "Bucket": bucket, "Key": key, "ExtraArgs": extra_args, "Config": self._config}
        try:
            _transfer(self._client, "upload_file", arguments, callback)
        except ClientError as error:
            raise _exceptions["S3UploadFailedError"](f"Failed to upload {filename} to {bucket}/{key}: {error}") from error

    def download_file(self, bucket, key, filename, extra_args=None, callback=None):
        """Downloads an object to a file."""
        filename = _path(filename)
        arguments = {"Bucket": bucket, "Key": key, "Filename": filename, "ExtraArgs": extra_args, "Config": self._config}
        try:
            _transfer(self._client, "download_file", arguments, callback)
        except BotoCoreError as error:
            if not os.path.isdir(os.path.dirname(filename) or "."):
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), filename) from error
            raise

    def __enter__(self):
        return self

    def __exit__(self, *details):
        pass


class ProgressCallbackInvoker:
    """Calls a function with numbers of bytes."""

    def __init__(self, callback):
        self._callback = callback

    def on_progress(self, bytes_transferred, **kwargs):
        self._callback(bytes_transferred)


def create_transfer_manager(client, config, osutil=None):
    """Returns a manager of transfers that run in the background."""
    from .transfer_manager import TransferManager

    return TransferManager(client, config, osutil)


def __getattr__(name):
    # That module needs this one.
    if name == "TransferManager":
        from .transfer_manager import TransferManager

        return TransferManager
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


TransferConfig.__module__ = S3Transfer.__module__ = "boto3.s3.transfer"
