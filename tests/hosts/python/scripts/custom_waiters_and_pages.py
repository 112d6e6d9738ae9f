"""Waiters of one's own, and everything that page iterators offer."""
import boto3
import botocore.waiter
from botocore.exceptions import PaginationError, WaiterError
from botocore.waiter import WaiterModel, create_waiter_with_client
from jmespath.exceptions import JMESPathError
from support import attempt, show

s3 = boto3.client("s3")
s3.create_bucket(Bucket="pages")
for n in range(25):
    s3.put_object(Bucket="pages", Key=f"{'a' if n < 10 else 'b'}/{n:02}", Body=b"x" * n)

model = WaiterModel({"version": 2, "waiters": {
    "ObjectLarge": {"delay": 1, "maxAttempts": 2, "operation": "HeadObject", "acceptors": [
        {"matcher": "path", "expected": True, "argument": "ContentLength > `20`", "state": "success"},
        {"matcher": "status", "expected": 404, "state": "failure"}]},
    "ListingFull": {"delay": 0, "maxAttempts": 3, "operation": "ListObjectsV2", "acceptors": [
        {"matcher": "pathAll", "expected": 5, "argument": "Contents[].Size", "state": "success"},
        {"matcher": "pathAny", "expected": 24, "argument": "Contents[].Size", "state": "failure"},
        {"matcher": "error", "expected": "NoSuchBucket", "state": "success"}]}}})
print(model.waiter_names, model.version, model.get_waiter("ObjectLarge").delay, model.get_waiter("ObjectLarge").operation)
waiter = create_waiter_with_client("ObjectLarge", model, s3)
print(type(waiter).__name__, waiter.name, waiter.config.max_attempts)
print(waiter.wait(Bucket="pages", Key="b/24"))
for key, config in (("none", {}), ("a/01", {"Delay": 0, "MaxAttempts": 2})):
    try:
        waiter.wait(Bucket="pages", Key=key, WaiterConfig=config)
    except WaiterError as error:
        print(error, error.kwargs["name"], error.kwargs["reason"], error.last_response.get("ContentLength"))
full = create_waiter_with_client("ListingFull", model, s3)
print(full.wait(Bucket="pages", Prefix="a/05"), full.wait(Bucket="no-such-bucket"))
attempt("fails", full.wait, Bucket="pages")
attempt("unknown", create_waiter_with_client, "Nope", model, s3)
attempt("unknown waiter", s3.get_waiter, "bucket_exist")
attempt("not a waiter", s3.get_waiter("object_exists").wait, Bucket="pages", Key="none", WaiterConfig={"Delay": 0, "MaxAttempts": 1})
attempt("bad version", WaiterModel, {"version": 1, "waiters": {}})

paginator = s3.get_paginator("list_objects_v2")
print(type(paginator).__name__, paginator.result_keys[0].expression if hasattr(paginator.result_keys[0], "expression") else paginator.result_keys)
pages = paginator.paginate(Bucket="pages", PaginationConfig={"PageSize": 10, "MaxItems": 12})
print([(page["KeyCount"], len(page["Contents"]), page["IsTruncated"]) for page in pages], pages.resume_token is not None)
rest = paginator.paginate(Bucket="pages", PaginationConfig={"StartingToken": pages.resume_token})
print(sum(len(page["Contents"]) for page in rest))
whole = paginator.paginate(Bucket="pages", Delimiter="/", PaginationConfig={"PageSize": 1}).build_full_result()
show("whole", whole)
print([len(list(part)) for part in paginator.paginate(Bucket="pages", Delimiter="/").result_key_iters()])
for expression in ("Contents[?Size > `20`].Key", "Contents[].{k: Key, s: Size} | [?s == `3`]", "length(Contents)", "sort_by(Contents, &Size)[-1].Key", "KeyCount",
                   "max_by(Contents, &Size).[Key, Size]", "sum(Contents[].Size)", "Contents[::12].Key", "nothing", "Contents[0].LastModified.nothing",
                   "join('|', Contents[:2].Key)", "Contents[?starts_with(Key, 'a/')] | length(@)"):
    attempt(expression, lambda: list(paginator.paginate(Bucket="pages", PaginationConfig={"PageSize": 13}).search(expression)))
try:
    list(paginator.paginate(Bucket="pages").search("Contents["))
except JMESPathError as error:
    print("bad expression", isinstance(error, ValueError))
attempt("bad token", lambda: list(paginator.paginate(Bucket="pages", PaginationConfig={"StartingToken": "%%%"})))
attempt("bad limit", lambda: list(paginator.paginate(Bucket="pages", PaginationConfig={"MaxItems": "x"})))
attempt("not pageable", s3.get_paginator, "put_object")
attempt("missing parameter", lambda: list(paginator.paginate()))
print(s3.can_paginate("list_objects_v2"), s3.can_paginate("put_object"), issubclass(PaginationError, Exception), botocore.waiter.Waiter.__name__)
keys = [item["Key"] for page in s3.get_paginator("list_objects").paginate(Bucket="pages", PaginationConfig={"PageSize": 7}) for item in page["Contents"]]
print(len(keys), keys[7])
iam = boto3.client("iam")
for n in range(5):
    iam.create_user(UserName=f"user-{n}", Path="/team/")
print(list(iam.get_paginator("list_users").paginate(PathPrefix="/team/", PaginationConfig={"PageSize": 2}).search("Users[].UserName")))
print([user.name for user in boto3.resource("iam").users.filter(PathPrefix="/team/").limit(3)])
