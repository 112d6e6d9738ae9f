"""A prefix is cut into parts that processes of Dask list and process with clients of their own."""

import os
import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
import tucuxi

# Far below 100,000, because moto needs minutes to store that many; `benches/dask_listing.py` lists as many as you like.
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


def write(folder, count):
    for n in range(count):
        path = folder / f"{n % 3}" / f"{n:03}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bytes([n % 256]) * (n + 1))


def run(part):
    """A part of a plan, in a process."""
    report = part.run()
    report["skipped"].append({"path": "process", "reason": str(os.getpid())})
    return report


def test_a_plan_is_executed_in_parts_by_processes_of_dask(s3, tmp_path):
    distributed = pytest.importorskip("distributed")
    write(tmp_path, 90)
    counted = []
    plan = tucuxi.plan(s3, tmp_path, "s3://parts/up", filters=[{"exclude": "*/001"}])
    assert (len(plan), plan.bytes, plan.skipped) == (89, 90 * 91 // 2 - 2, [])
    parts = plan.split(6)
    assert len(parts) == 6 and pickle.loads(pickle.dumps(parts)) == parts
    assert sorted(item["target"] for part in parts for item in part) == sorted(item["target"] for item in plan)
    assert max(part.bytes for part in parts) - min(part.bytes for part in parts) < 100
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as dask:
        report = tucuxi.TransferReport.merge(dask.gather(dask.map(run, parts))).check()
        processes = {entry["reason"] for entry in report["skipped"]}
        assert (report["objects"], report["bytes"], len(processes)) == (89, plan.bytes, 2) and str(os.getpid()) not in processes
        down = tucuxi.plan(s3, "s3://parts/up", tmp_path / "copy")
        assert tucuxi.TransferReport.merge(dask.gather(dask.map(run, down.split(4))))["objects"] == 89
    assert (tmp_path / "copy/2/005").read_bytes() == b"\x05" * 6
    # What is the same is not planned again; what the source has no more is deleted on request.
    (tmp_path / "0/000").unlink()
    again = tucuxi.plan(s3, tmp_path, "s3://parts/up", compare="size_and_time", delete=True, filters=[{"exclude": "copy/*"}, {"exclude": "*/001"}])
    assert [(item["action"], item["target"]) for item in again] == [("delete", "s3://parts/up/0/000")]
    assert again.run(callback=counted.append)["deleted"] == 1 and counted == []


def test_reports_of_failures_are_merged_and_raised(s3, tmp_path):
    write(tmp_path, 4)
    counted = []
    plan = tucuxi.plan(s3, tmp_path, "s3://parts/failures")
    (tmp_path / "0/003").unlink()
    reports = [part.run(callback=counted.append) for part in plan.split(4)]
    merged = tucuxi.TransferReport.merge(reports)
    assert (merged["objects"], merged["bytes"], sum(counted), len(merged["failures"])) == (3, 6, 6, 1)
    assert merged["elapsed"] == max(report["elapsed"] for report in reports)
    with pytest.raises(tucuxi.exceptions.boto3_exceptions["S3TransferFailedError"], match="0/003"):
        merged.check()
    with pytest.raises(tucuxi.exceptions.ParamValidationError, match="chcksum"):
        tucuxi.plan(s3, tmp_path, "s3://parts/x", compare="chcksum")
    with pytest.raises(tucuxi.exceptions.ParamValidationError, match=r"reports\[0\]"):
        tucuxi.TransferReport.merge([{}])


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
