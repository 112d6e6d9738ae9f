"""Threads, forks, pickling, callbacks, and handles that are used wrongly."""

import io
import multiprocessing
import os
import pickle
import threading

import pytest
import tucuxi
from tucuxi import exceptions


@pytest.fixture
def s3():
    client = tucuxi.client("s3")
    client.create_bucket(Bucket="robust")
    client.put_object(Bucket="robust", Key="k", Body=b"content")
    return client


def test_32_threads_share_a_client(s3):
    results, errors = [], []

    def work(i):
        try:
            s3.put_object(Bucket="robust", Key=f"t/{i}", Body=str(i).encode())
            results.append(int(s3.get_object(Bucket="robust", Key=f"t/{i}")["Body"].read()))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(32)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert not errors and sorted(results) == list(range(32))


def test_a_forked_child_uses_its_own_connections(s3):
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writer, s3.get_object(Bucket="robust", Key="k")["Body"].read())
        finally:
            os._exit(0)
    assert s3.get_object(Bucket="robust", Key="k")["Body"].read() == b"content"
    os.waitpid(child, 0)
    assert os.read(reader, 100) == b"content"


def _read(client):
    return client.get_object(Bucket="robust", Key="k")["Body"].read()


def test_clients_resources_and_sessions_travel(s3):
    for method in ("fork", "spawn"):
        with multiprocessing.get_context(method).Pool(2) as pool:
            assert pool.map(_read, [s3, s3]) == [b"content", b"content"]
    bucket = pickle.loads(pickle.dumps(tucuxi.resource("s3").Bucket("robust")))
    assert bucket.name == "robust" and [o.key for o in bucket.objects.all()]
    session = tucuxi.Session(region_name="eu-west-1", config=tucuxi.Config(read_timeout=5))
    assert pickle.loads(pickle.dumps(session)).region_name == "eu-west-1"
    assert pickle.loads(pickle.dumps(tucuxi.Config(read_timeout=5))).read_timeout == 5


def test_pickles_contain_no_secret_that_was_looked_up(s3):
    s3.list_buckets()
    assert os.environ["AWS_SECRET_ACCESS_KEY"].encode() not in pickle.dumps(s3)


class Own(Exception):
    pass


def test_an_exception_in_a_hook_comes_out_unchanged(s3):
    error = Own("hook")

    def fail(**kwargs):
        raise error

    s3.meta.events.register("before-send.s3", fail)
    with pytest.raises(Own) as raised:
        s3.list_buckets()
    assert raised.value is error


def test_exceptions_in_progress_callbacks_and_files_come_out_unchanged(s3):
    def fail(count):
        raise Own("progress")

    with pytest.raises(Own):
        s3.upload_fileobj(io.BytesIO(b"x" * 100), "robust", "p", Callback=fail)

    class Broken:
        def seek(self, *args):
            pass

        def tell(self):
            return 0

        def read(self, n=-1):
            raise Own("file")

        def write(self, data):
            raise Own("file")

    for call in (lambda: s3.upload_fileobj(Broken(), "robust", "p"), lambda: s3.put_object(Bucket="robust", Key="p", Body=Broken()),
                 lambda: s3.download_fileobj("robust", "k", Broken())):
        with pytest.raises(Own, match="file"):
            call()


def test_a_callback_that_calls_back_into_the_client(s3):
    seen = []
    s3.upload_fileobj(io.BytesIO(b"x"), "robust", "p", Callback=lambda n: seen.append(len(s3.list_buckets()["Buckets"])))
    assert seen and all(seen)


def test_a_closed_body_is_a_typed_error(s3):
    body = s3.get_object(Bucket="robust", Key="k")["Body"]
    body.close()
    with pytest.raises(exceptions.BotoCoreError):
        body.read()


def test_a_call_is_canceled_from_another_thread():
    import socket

    silent = socket.create_server(("127.0.0.1", 0))
    client = tucuxi.client("s3", endpoint_url=f"http://127.0.0.1:{silent.getsockname()[1]}")
    cancel = tucuxi.Cancel()
    threading.Timer(0.2, cancel.cancel).start()
    with pytest.raises(exceptions.CanceledError):
        client._native.call("list_buckets", {}, cancel=cancel)
    with pytest.raises(exceptions.DeadlineExceededError):
        client._native.call("list_buckets", {}, deadline=0.2)
    silent.close()


def test_values_that_no_parameter_takes(s3):
    with pytest.raises(exceptions.ParamValidationError, match="<class 'object'>"):
        s3.put_object(Bucket="robust", Key=object())
    deep = value = []
    for _ in range(10_000):
        value.append([])
        value = value[0]
    with pytest.raises((RecursionError, exceptions.ParamValidationError)):
        s3.put_object(Bucket="robust", Key=deep)


def test_a_configuration_of_an_installed_botocore_is_accepted():
    class Foreign:
        _user_provided_options = {"read_timeout": 7, "retries": {"mode": "adaptive"}}

    client = tucuxi.client("s3", config=Foreign())
    assert client.meta.config.read_timeout == 7 and client.meta.config.retries["mode"] == "adaptive"


def test_errors_and_items_travel(s3):
    with pytest.raises(s3.exceptions.NoSuchKey) as caught:
        s3.get_object(Bucket="robust", Key="none")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(copy, exceptions.ClientError) and copy.response == caught.value.response and str(copy) == str(caught.value)
    for error in (exceptions.NoCredentialsError(), exceptions.ProfileNotFound(profile="p"), exceptions.WaiterError("n", "r", {})):
        copy = pickle.loads(pickle.dumps(error))
        assert type(copy) is type(error) and str(copy) == str(error)
    from tucuxi.types import Binary

    assert pickle.loads(pickle.dumps({"b": Binary(b"x")})) == {"b": Binary(b"x")}


def test_a_host_supplies_the_environment(s3):
    variables = {"AWS_DEFAULT_REGION": "eu-west-3", "AWS_ACCESS_KEY_ID": "from-map", "AWS_SECRET_ACCESS_KEY": "s"}
    session = tucuxi.Session(environment=variables)
    assert session.region_name == "eu-west-3" and session.get_credentials().access_key == "from-map"
    copy = pickle.loads(pickle.dumps(session))
    assert copy.region_name == "eu-west-3"
    asked = []
    looked_up = tucuxi.Session(environment=lambda name: asked.append(name) or variables.get(name))
    assert looked_up.region_name == "eu-west-3" and "AWS_DEFAULT_REGION" in asked
    assert tucuxi.Session(environment={}).get_credentials() is None


def test_calls_with_settings(s3):
    seen = []
    s3.meta.events.register("before-send.s3.ListBuckets", lambda request, **event: seen.append(request.headers.get("x-trace")))
    s3.with_settings(headers={"x-trace": "7"}, deadline=30).list_buckets()
    s3.list_buckets()
    assert seen == [b"7", None]
    canceled = tucuxi.Cancel()
    canceled.cancel()
    with pytest.raises(tucuxi.exceptions.CanceledError):
        s3.with_settings(cancel=canceled).list_buckets()
    with pytest.raises(tucuxi.exceptions.CanceledError):
        list(s3.with_settings(cancel=canceled).get_paginator("list_buckets").paginate())


def test_repr_dir_and_help(s3):
    assert repr(s3).startswith("<botocore.client.S3 object at")
    assert {"put_object", "upload_file", "meta", "exceptions"} <= set(dir(s3))
    assert "PutObject" in s3.put_object.__doc__
    with pytest.raises(AttributeError, match="'S3' object has no attribute 'put_objct'"):
        s3.put_objct()
