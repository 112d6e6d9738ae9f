"""``s3transfer``: transfers that run in the background and report to subscribers."""

import concurrent.futures
import itertools
import os

from .transfer import S3Transfer, TransferConfig


class BaseSubscriber:
    """Is told about a transfer."""

    def on_queued(self, future, **kwargs):
        """The transfer was submitted."""

    def on_progress(self, future, bytes_transferred, **kwargs):
        """Bytes were transferred."""

    def on_done(self, future, **kwargs):
        """The transfer has ended, with or without success."""


class CallArgs:
    """The arguments of a transfer as attributes."""

    def __init__(self, **kwargs):
        vars(self).update(kwargs)


class TransferMeta:
    """The arguments of a transfer, its number, and its size once it is known. Subscribers may keep data in ``user_context``."""

    def __init__(self, call_args=None, transfer_id=None):
        self.call_args, self.transfer_id, self.size, self.user_context = call_args, transfer_id, None, {}

    def provide_transfer_size(self, size):
        """Sets the size, so that nothing has to find it."""
        self.size = size


class TransferFuture:
    """A transfer that runs in the background."""

    def __init__(self, meta=None, coordinator=None):
        self._future, self.meta = None, meta or TransferMeta()

    def done(self):
        return self._future.done()

    def result(self):
        """Waits for the end; raises the error of the transfer."""
        return self._future.result()

    def cancel(self):
        """Cancels the transfer if it has not started."""
        return self._future.cancel()


class TransferManager:
    """Runs transfers of a client on as many threads as its configuration allows."""

    ALLOWED_DOWNLOAD_ARGS = S3Transfer.ALLOWED_DOWNLOAD_ARGS
    ALLOWED_UPLOAD_ARGS = S3Transfer.ALLOWED_UPLOAD_ARGS
    ALLOWED_COPY_ARGS = S3Transfer.ALLOWED_COPY_ARGS

    def __init__(self, client, config=None, osutil=None, executor_cls=None):
        self.client, self.config = client, config or TransferConfig()
        self._numbers = itertools.count()
        self._pool = concurrent.futures.ThreadPoolExecutor(self.config.max_request_concurrency, "s3transfer")

    def upload(self, fileobj, bucket, key, extra_args=None, subscribers=None):
        """Uploads a file, given by its name or as an object."""
        method = self.client.upload_fileobj if hasattr(fileobj, "read") else self.client.upload_file
        named = CallArgs(fileobj=fileobj, bucket=bucket, key=key, extra_args=extra_args or {}, subscribers=subscribers or [])
        size = os.path.getsize(fileobj) if not hasattr(fileobj, "read") and os.path.isfile(fileobj) else None
        return self._submit(named, method, fileobj, bucket, key, size=size, ExtraArgs=extra_args, Config=self.config)

    def download(self, bucket, key, fileobj, extra_args=None, subscribers=None):
        """Downloads to a file, given by its name or as an object."""
        method = self.client.download_fileobj if hasattr(fileobj, "write") else self.client.download_file
        named = CallArgs(bucket=bucket, key=key, fileobj=fileobj, extra_args=extra_args or {}, subscribers=subscribers or [])
        return self._submit(named, method, bucket, key, fileobj, ExtraArgs=extra_args, Config=self.config)

    def copy(self, copy_source, bucket, key, extra_args=None, subscribers=None, source_client=None):
        """Copies an object."""
        named = CallArgs(copy_source=copy_source, bucket=bucket, key=key, extra_args=extra_args or {}, subscribers=subscribers or [],
                         source_client=source_client or self.client)
        return self._submit(named, self.client.copy, copy_source, bucket, key, ExtraArgs=extra_args, SourceClient=source_client,
                            Config=self.config)

    def delete(self, bucket, key, extra_args=None, subscribers=None):
        """Deletes an object."""
        named = CallArgs(bucket=bucket, key=key, extra_args=extra_args or {}, subscribers=subscribers or [])
        return self._submit(named, lambda Callback: self.client.delete_object(Bucket=bucket, Key=key, **(extra_args or {})))

    def _submit(self, call_args, method, *args, size=None, **kwargs):
        future, subscribers = TransferFuture(TransferMeta(call_args, next(self._numbers))), call_args.subscribers
        future.meta.size = size

        def progress(count):
            for subscriber in subscribers:
                if hasattr(subscriber, "on_progress"):
                    subscriber.on_progress(future=future, bytes_transferred=count)

        future._future = self._pool.submit(method, *args, Callback=progress, **kwargs)
        for subscriber in subscribers:
            if hasattr(subscriber, "on_queued"):
                subscriber.on_queued(future=future)
            if hasattr(subscriber, "on_done"):
                future._future.add_done_callback(lambda _, subscriber=subscriber: subscriber.on_done(future=future))
        return future

    def shutdown(self, cancel=False, cancel_msg=""):
        """Waits for the transfers; with ``cancel``, those that have not started are canceled."""
        self._pool.shutdown(wait=True, cancel_futures=cancel)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        self.shutdown(cancel=kind is not None)


BaseSubscriber.__module__ = "s3transfer.subscribers"
TransferFuture.__module__ = "s3transfer.futures"
TransferManager.__module__ = "s3transfer.manager"
TransferMeta.__module__, CallArgs.__module__ = "s3transfer.futures", "s3transfer.utils"


def _errors():
    names = ("S3UploadFailedError", "S3DownloadFailedError", "S3CopyFailedError", "InvalidSubscriberMethodError", "TransferNotDoneError",
             "S3ValidationError")
    own = {name: type(name, (Exception,), {"__module__": "s3transfer.exceptions"}) for name in names}

    def __init__(self, last_exception, msg="Max Retries Exceeded"):
        Exception.__init__(self, msg)
        self.last_exception = last_exception

    own["RetriesExceededError"] = type("RetriesExceededError", (Exception,), {"__module__": "s3transfer.exceptions", "__init__": __init__})
    own["CancelledError"] = concurrent.futures.CancelledError
    own["FatalError"] = type("FatalError", (concurrent.futures.CancelledError,), {"__module__": "s3transfer.exceptions"})
    return own


ERRORS = _errors()
