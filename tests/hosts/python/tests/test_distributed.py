"""A prefix is cut into parts that processes of Dask list and process with clients of their own."""

import os
import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
import tucuxi

# Far below 100,000, because moto needs minutes to store that many.
COUNT = 3_000


@pytest.fixture(scope="module")
def s3():
    client = tucuxi.client("s3")
    client.create_bucket(Bucket="parts")
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: client.put_object(Bucket="parts", Key=f"images/2024/{n:05}.jpg", Body=b"x" * (n % 5)), range(COUNT)))
    client.put_object(Bucket="parts", Key="other", Body=b"x")
    return client


def report(part):
    """The work of a process."""
    items = list(part)
    return {"objects": len(items), "bytes": sum(item["Size"] for item in items), "first": [items[0]["Key"]] if items else [], "processes": [os.getpid()]}


def check(parts, reports):
    merged = tucuxi.merge_reports(reports)
    assert merged["objects"] == COUNT
    assert merged["bytes"] == sum(n % 5 for n in range(COUNT))
    assert merged["first"] == sorted(merged["first"]) and len(set(merged["first"])) == len(parts)
    assert os.getpid() not in merged["processes"] and len(set(merged["processes"])) > 1


def test_parts_are_disjoint_and_complete_and_found_with_few_requests(s3):
    calls = []
    hook = lambda **event: calls.append(event["event_name"])
    s3.meta.events.register("before-send.s3.ListObjectsV2", hook)
    parts = tucuxi.split_prefix(s3, "parts", "images/", parts=8)
    s3.meta.events.unregister("before-send.s3.ListObjectsV2", hook)
    assert 4 < len(parts) <= 8 and len(calls) < 52, (parts, len(calls))
    keys = [item["Key"] for part in parts for item in part]
    assert keys == [f"images/2024/{n:05}.jpg" for n in range(COUNT)]
    assert [item["Key"] for part in tucuxi.split_prefix(s3, "parts", "oth", parts=3) for item in part] == ["other"]
    assert tucuxi.split_prefix(s3, "parts", "none", parts=3)[0].end is None
    with pytest.raises(tucuxi.exceptions.ParamValidationError):
        tucuxi.split_prefix(s3, "parts", parts=0)


def test_parts_travel_to_spawned_processes(s3):
    parts = tucuxi.split_prefix(s3, "parts", "images/", parts=8)
    assert repr(pickle.loads(pickle.dumps(parts))) == repr(parts)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        check(parts, list(pool.map(report, parts)))


def test_a_dask_cluster_of_processes(s3):
    distributed = pytest.importorskip("distributed")
    parts = tucuxi.split_prefix(s3, "parts", "images/", parts=8)
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as dask:
        check(parts, dask.gather(dask.map(report, parts)))
