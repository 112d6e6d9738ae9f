"""The signer that hooks get, of a client and of a session."""

import boto3


def show(request_signer, event_name, **kwargs):
    # In `before-sign`, signing would call the hook again.
    signed = "" if event_name.startswith("before-sign") else request_signer.generate_presigned_url(
        {"method": "GET", "url": "https://sts.amazonaws.com/?Action=GetCallerIdentity", "headers": {}, "body": {}, "context": {}, "query_string": {}},
        operation_name="GetCallerIdentity", expires_in=60)
    print(event_name, request_signer.region_name, request_signer.signing_name, request_signer.signature_version, signed.partition("X-Amz-Date")[0])


for event in ("before-call.sts", "before-sign.sts"):
    session = boto3.Session("FERRY", "secret", region_name="eu-west-1")
    session.events.register(event, show)
    session.client("sts").get_caller_identity()
    client = boto3.client("sts")
    client.meta.events.register(f"{event}.GetCallerIdentity", show)
    client.get_caller_identity()
