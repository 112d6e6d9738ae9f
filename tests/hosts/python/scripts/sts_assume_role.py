"""Assumes a role and makes a session of it."""
import boto3

sts = boto3.client("sts")
print(sts.get_caller_identity()["Account"])
role = sts.assume_role(RoleArn="arn:aws:iam::123456789012:role/demo", RoleSessionName="session", DurationSeconds=900)
credentials = role["Credentials"]
print(sorted(credentials), type(credentials["Expiration"]).__name__, credentials["Expiration"].tzinfo)
session = boto3.Session(aws_access_key_id=credentials["AccessKeyId"], aws_secret_access_key=credentials["SecretAccessKey"],
                        aws_session_token=credentials["SessionToken"], region_name="us-west-2")
print(session, session.region_name, session.profile_name)
print(session.get_credentials().access_key == credentials["AccessKeyId"], session.get_credentials().get_frozen_credentials().token == credentials["SessionToken"])
iam = session.client("iam")
print(iam.meta.region_name, iam.meta.service_model.service_name)
s3 = session.resource("s3")
print(s3.meta.client.meta.region_name)
