"""Records the tokens that boto3 makes: `python tokens.py | gzip -9n > tokens.jsonl.gz`, with boto3 1.44.5 and no network.

A line is `[service, client's region, session token, method, parameters, answer]`; the clock stands still. boto3 has no method
for tokens of EKS clusters: they are its presigned URLs of STS in base64, as `aws eks get-token` prints them.
"""

import base64
import datetime
import json
import os
import random

for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true"}

import boto3  # noqa: E402
import botocore.auth  # noqa: E402
from botocore.model import ServiceId  # noqa: E402
from botocore.signers import RequestSigner  # noqa: E402

NOW = datetime.datetime(2024, 1, 2, 3, 4, 5)
REGIONS = ["us-east-1", "eu-west-1", "ap-southeast-2", "us-gov-west-1", "cn-north-1"]
METHODS = [
    ("rds", "generate_db_auth_token"),
    ("dsql", "generate_db_connect_auth_token"),
    ("dsql", "generate_db_connect_admin_auth_token"),
    ("sts", "generate_eks_auth_token"),
]
botocore.auth.get_current_datetime = lambda: NOW
pick = random.Random(11)


def word(letters, longest):
    return "".join(pick.choice(letters) for _ in range(pick.randint(1, longest)))


def parameters(service):
    if service == "sts":
        params = {"ClusterName": word("aZ09-_ .:/", 30).strip() or "c"}
    elif service == "rds":
        # Clusters of Neptune and DocumentDB have hosts of these forms.
        kind = pick.choice(["rds", "neptune", "docdb", word("abcXYZ019", 9)])
        port = pick.choice([80, 443, 3306, 5432, 8182, 27017, pick.randint(1, 65535)])
        params = {"DBHostname": f"{word('abcXYZ019-', 12)}.{kind}.amazonaws.com", "Port": pick.choice([port, str(port)])}
        params |= {"DBUsername": word("aZ09 _-.~+/=&?%@:é€'\"", 12)}
    else:
        params = {"Hostname": f"{word('abcXYZ019-', 12)}.{word('abcXYZ019', 9)}.on.aws"}
    if service != "rds" and pick.random() < 0.5:
        params["ExpiresIn"] = pick.randint(0, 604800)
    if service != "sts" and pick.random() < 0.5:
        params["Region"] = pick.choice(REGIONS)
    return params


def cluster_token(session, region, ClusterName, ExpiresIn=60):
    sts = session.client("sts", region_name=region)
    signer = RequestSigner(ServiceId("STS"), region, "sts", "v4", session.get_credentials(), sts.meta.events)
    request = {
        "method": "GET",
        "url": f"{sts.meta.endpoint_url}/?Action=GetCallerIdentity&Version=2011-06-15",
        "body": {},
        "headers": {"x-k8s-aws-id": ClusterName},
        "context": {},
    }
    url = signer.generate_presigned_url(request, region_name=region, expires_in=ExpiresIn, operation_name="")
    return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


for service, method in METHODS:
    for _ in range(200):
        region, token = pick.choice(REGIONS), pick.choice([None, word("aZ09+/=", 40)])
        session = boto3.session.Session("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token)
        params = parameters(service)
        if service == "sts":
            made = cluster_token(session, region, **params)
        else:
            made = getattr(session.client(service, region_name=region), method)(**params)
            assert "20240102T030405Z" in made
        print(json.dumps([service, region, token, method, params, made]))
