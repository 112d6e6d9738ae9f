"""Resumes a pagination and reads result keys."""
import boto3

iam = boto3.client("iam")
for i in range(7):
    iam.create_user(UserName=f"page-{i}", Path="/paging/")
paginator = iam.get_paginator("list_users")
first = paginator.paginate(PathPrefix="/paging/", PaginationConfig={"MaxItems": 3}).build_full_result()
print([u["UserName"] for u in first["Users"]], "NextToken" in first)
rest = paginator.paginate(PathPrefix="/paging/", PaginationConfig={"StartingToken": first["NextToken"]}).build_full_result()
print([u["UserName"] for u in rest["Users"]])
print(list(paginator.paginate(PathPrefix="/paging/").search("Users[].UserName"))[:2])
print([len(list(i)) for i in paginator.paginate(PathPrefix="/paging/").result_key_iters()])
try:
    paginator.paginate(PaginationConfig={"MaxItems": "x"})
except ValueError as e:
    print(e)
for user in boto3.resource("iam").users.filter(PathPrefix="/paging/"):
    user.delete()
