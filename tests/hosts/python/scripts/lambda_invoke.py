"""Functions: create, configure, list."""
import io
import zipfile

import boto3

iam = boto3.client("iam")
role = iam.create_role(RoleName="lambda-role", AssumeRolePolicyDocument="{}", Path="/x/")["Role"]
print(role["Arn"], role["RoleName"], role["CreateDate"].tzinfo)
buffer = io.BytesIO()
with zipfile.ZipFile(buffer, "w") as z:
    z.writestr("f.py", "def handler(event, context): return event")
client = boto3.client("lambda")
created = client.create_function(FunctionName="f", Runtime="python3.11", Role=role["Arn"], Handler="f.handler", Code={"ZipFile": buffer.getvalue()},
                                 Environment={"Variables": {"A": "1"}})
print(created["FunctionName"], created["Runtime"], created["Environment"])
print([f["FunctionName"] for page in client.get_paginator("list_functions").paginate() for f in page["Functions"]])
try:
    client.get_function(FunctionName="missing")
except client.exceptions.ResourceNotFoundException as e:
    print(e.response["Error"]["Code"], e)
client.delete_function(FunctionName="f")
iam.delete_role(RoleName="lambda-role")
