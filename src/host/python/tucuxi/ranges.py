"""Listings cut into parts that other threads, processes, and machines list and process.

    parts = tucuxi.split_prefix(s3, "river", "images/", parts=16)
    sizes = dask.bag.from_sequence(parts, npartitions=len(parts)).map(lambda part: sum(item["Size"] for item in part))

A part is pickled with what its client was created from; every process has a client of its own.
"""


class KeyRange:
    """The keys of a prefix after ``start_after``, up to ``end``. Iterating over it lists the objects as dictionaries."""

    def __init__(self, client, bucket, prefix, start_after=None, end=None):
        self.client, self.bucket, self.prefix, self.start_after, self.end = client, bucket, prefix, start_after, end

    def __iter__(self):
        bounds = {"StartAfter": self.start_after} if self.start_after is not None else {}
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix, **bounds):
            contents = page.get("Contents", [])
            if self.end is not None and contents and contents[-1]["Key"] > self.end:
                yield from (item for item in contents if item["Key"] <= self.end)
                return
            yield from contents

    def __dask_tokenize__(self):
        return type(self).__name__, self.bucket, self.prefix, self.start_after, self.end

    def __repr__(self):
        return f"KeyRange(bucket={self.bucket!r}, prefix={self.prefix!r}, start_after={self.start_after!r}, end={self.end!r})"


def split_prefix(client, bucket, prefix="", parts=8):
    """Cuts the keys of a prefix into at most ``parts`` disjoint ranges of similar sizes. Together they contain every key.

    The number of requests depends on the number of parts, not on the number of keys.
    """
    bounds = client._native.call("split_keys", {"Bucket": bucket, "Prefix": prefix, "Parts": parts})
    return [KeyRange(client, bucket, prefix, part.get("StartAfter"), part.get("End")) for part in bounds]


def merge_reports(reports):
    """Adds up reports: numbers are added, lists are joined, and dictionaries are merged at every depth."""
    merged = {}
    for report in reports:
        for name, value in report.items():
            if name not in merged:
                merged[name] = merge_reports([value]) if isinstance(value, dict) else list(value) if isinstance(value, (list, tuple)) else value
            elif isinstance(value, dict):
                merged[name] = merge_reports([merged[name], value])
            else:
                merged[name] = merged[name] + (list(value) if isinstance(value, tuple) else value)
    return merged
