"""Plans of transfers, whole and in parts that other threads, processes, and machines execute.

    plan = tucuxi.plan(s3, "photos", "s3://river/photos", compare="size_and_time")
    reports = dask.gather(dask.map(TransferPlan.run, plan.split(16)))
    print(TransferReport.merge(reports))

A plan is pickled with what its client was created from; every process has a client of its own.
"""

import os

from . import _native
from .transfer import _call_method


class TransferPlan:
    """What would be transferred and deleted. Iterating over it yields the items as dictionaries: ``action``, ``source``, ``target``, ``size``."""

    def __init__(self, client, value):
        self.client, self.value = client, value

    @property
    def bytes(self):
        """The number of bytes to transfer."""
        return sum(item["size"] for item in self if "source" in item)

    @property
    def skipped(self):
        """What is not transferred although it was selected: dictionaries of ``path`` and ``reason``."""
        return self.value["skipped"]

    def split(self, parts):
        """Cuts the plan into at most ``parts`` plans of about the same number of bytes, with no item in common."""
        return [TransferPlan(self.client, part) for part in self.client._native.call("split_plan", {"Plan": self.value, "Parts": parts})]

    def run(self, client=None, *, no_overwrite=False, resume=None, extra_args=None, config=None, callback=None):
        """Executes the plan with its own client or another one, and returns the report. If a transfer fails, the others continue.

        ``no_overwrite`` keeps what exists at the target, ``resume`` names a folder for the state of interrupted transfers, and
        ``callback`` is called with numbers of bytes. The targets of downloads are files of the machine that runs the part.
        """
        arguments = {"Plan": self.value, "NoOverwrite": no_overwrite, "Resume": resume and os.fspath(resume), "ExtraArgs": extra_args, "Config": config}
        return TransferReport(_call_method(client or self.client, "execute_plan", arguments, callback))

    def __len__(self):
        return len(self.value["items"])

    def __iter__(self):
        return iter(self.value["items"])

    def __eq__(self, other):
        return self.value == other.value if isinstance(other, TransferPlan) else NotImplemented

    __hash__ = None

    def __dask_tokenize__(self):
        return type(self).__name__, repr(self.value)

    def __repr__(self):
        return f"TransferPlan({len(self)} items, {self.bytes} bytes)"


class TransferReport(dict):
    """What the execution of a plan has done: ``objects``, ``deleted``, ``bytes``, ``parts``, ``retries``, ``elapsed``, ``rate``, ``skipped``, and
    ``failures``, a list of dictionaries with ``action``, ``source``, ``target``, and ``error``."""

    @staticmethod
    def merge(reports):
        """Adds up the reports of the parts of a plan. The longest time counts, because parts run side by side."""
        return TransferReport(_native.merge_reports(list(reports)))

    def check(self):
        """Returns the report if nothing failed; raises ``S3TransferFailedError`` otherwise."""
        for failure in self["failures"]:
            place = failure["target"] if failure["source"] is None else f"{failure['source']} to {failure['target']}"
            raise _failed(f"{failure['action']} {place}: {failure['error']['message']}")
        return self


def _failed(text):
    from .exceptions import boto3_exceptions

    return boto3_exceptions["S3TransferFailedError"](text)


def plan(client, source, target, *, filters=(), compare=None, delete=False, follow_symlinks=True):
    """Plans the transfers between two places, each a folder or ``s3://bucket/prefix``. Nothing is transferred.

    ``filters`` are patterns in order, each ``{"exclude": pattern}`` or ``{"include": pattern}``; the last match counts. ``compare`` leaves out what is
    equal by ``size_and_time``, ``size``, ``exact_time``, or ``checksum``. ``delete`` plans to delete what the source does not have.
    """
    arguments = {"Source": os.fspath(source), "Target": os.fspath(target), "Filters": list(filters), "Compare": compare, "Delete": delete,
                 "FollowSymlinks": follow_symlinks}
    return TransferPlan(client, _call_method(client, "plan_transfers", arguments))
