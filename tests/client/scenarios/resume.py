"""Goes on with boto3 where a token of tucuxi ends, and prints what was found and a token of its own."""

import base64
import json
import sys

import boto3

endpoint, service, operation, params, expression, token = sys.argv[1:]
client = boto3.Session("testing", "testing", region_name="us-east-1").client(service, endpoint_url=endpoint)
paginator = client.get_paginator(operation)


def found(pages):
    values = pages.search(expression)
    return [base64.b64encode(value).decode() if isinstance(value, bytes) else value for value in values]


rest = found(paginator.paginate(**json.loads(params), PaginationConfig={"PageSize": 2, "StartingToken": token}))
own = paginator.paginate(**json.loads(params), PaginationConfig={"PageSize": 2, "MaxItems": 3})
json.dump({"rest": rest, "first": found(own), "token": own.resume_token}, sys.stdout)
