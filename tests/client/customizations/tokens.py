"""Records the database tokens that boto3 makes: `python tokens.py > tokens.jsonl`, with boto3 1.43.5 and no network.

A line is `[service, client's region, session token, method, parameters, answer]`; the clock stands still.
"""

import datetime
import json
import os
import random

for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true"}

import boto3  # noqa: E402
import botocore.auth  # noqa: E402

NOW = datetime.datetime(2024, 1, 2, 3, 4, 5)
REGIONS = ["us-east-1", "eu-west-1", "ap-southeast-2", "us-gov-west-1", "cn-north-1"]
METHODS = [
    ("rds", "generate_db_auth_token"),
    ("dsql", "generate_db_connect_auth_token"),
    ("dsql", "generate_db_connect_admin_auth_token"),
]
botocore.auth.get_current_datetime = lambda: NOW
pick = random.Random(11)


def word(letters, longest):
    return "".join(pick.choice(letters) for _ in range(pick.randint(1, longest)))


def parameters(service):
    host = f"{word('abcXYZ019-', 12)}.{word('abcXYZ019', 9)}.amazonaws.com"
    params = {"DBHostname": host} if service == "rds" else {"Hostname": host}
    if service == "rds":
        port = pick.choice([80, 443, 3306, 5432, pick.randint(1, 65535)])
        params |= {"Port": pick.choice([port, str(port)]), "DBUsername": word("aZ09 _-.~+/=&?%@:é€'\"", 12)}
    elif pick.random() < 0.5:
        params["ExpiresIn"] = pick.randint(0, 604800)
    if pick.random() < 0.5:
        params["Region"] = pick.choice(REGIONS)
    return params


for service, method in METHODS:
    for _ in range(60):
        region, token = pick.choice(REGIONS), pick.choice([None, word("aZ09+/=", 40)])
        session = boto3.session.Session("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token)
        params = parameters(service)
        made = getattr(session.client(service, region_name=region), method)(**params)
        assert "20240102T030405Z" in made
        print(json.dumps([service, region, token, method, params, made]))
