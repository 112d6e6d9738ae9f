"""What boto3 makes of variables, files and arguments: cases come in as lines of JSON, outcomes go out as lines."""

import json
import os
import sys

import boto3
from botocore.credentials import JSONFileCache


def outcome(function):
    """What the function answers, or the name of what it raises."""
    try:
        return {"ok": function()}
    except Exception as error:
        return {"error": type(error).__name__, "message": str(error)}


def keys(session):
    credentials = session.get_credentials()
    if credentials is None:
        return None
    frozen = credentials.get_frozen_credentials()
    return [credentials.method, frozen.access_key, frozen.secret_key, frozen.token, frozen.account_id]


def endpoint(session, case):
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    return session.client(case["service"], region_name=case["region"], **keys).meta.endpoint_url


def session_of(case):
    session = boto3.session.Session(profile_name=case["profile"])
    if case.get("cache"):
        chain = session._session.get_component("credential_provider")
        for method in ["assume-role", "assume-role-with-web-identity", "sso"]:
            chain.get_provider(method).cache = JSONFileCache(case["cache"])
    return session


for line in sys.stdin:
    case = json.loads(line)
    os.environ.clear()
    os.environ.update(case["variables"])
    made = outcome(lambda: session_of(case))
    if "ok" in made:
        session = made["ok"]
        made = {
            "region": outcome(lambda: session.region_name),
            "endpoint": outcome(lambda: endpoint(session, case)),
            "credentials": outcome(lambda: keys(session)),
        }
    print(json.dumps(made), flush=True)
