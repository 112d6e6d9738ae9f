"""Secrets, parameters, and keys."""
import boto3

secrets = boto3.client("secretsmanager")
secrets.create_secret(Name="db", SecretString='{"user": "x"}')
print(secrets.get_secret_value(SecretId="db")["SecretString"])
secrets.create_secret(Name="bin", SecretBinary=b"\x00\xff")
print(secrets.get_secret_value(SecretId="bin")["SecretBinary"])
try:
    secrets.get_secret_value(SecretId="none")
except secrets.exceptions.ResourceNotFoundException as e:
    print(e)
ssm = boto3.client("ssm")
for name in ("/a/x", "/a/y"):
    ssm.put_parameter(Name=name, Value=name.upper(), Type="SecureString")
print(ssm.get_parameter(Name="/a/x", WithDecryption=True)["Parameter"]["Value"])
print([p["Name"] for page in ssm.get_paginator("get_parameters_by_path").paginate(Path="/a") for p in page["Parameters"]])
kms = boto3.client("kms")
key = kms.create_key(Description="k")["KeyMetadata"]
blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"secret")["CiphertextBlob"]
print(type(blob).__name__, kms.decrypt(CiphertextBlob=blob)["Plaintext"], key["Enabled"])
print(len(kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256")["Plaintext"]))
secrets.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
secrets.delete_secret(SecretId="bin", ForceDeleteWithoutRecovery=True)
ssm.delete_parameters(Names=["/a/x", "/a/y"])
