"""The resolver of credentials: read, rearranged, and given a provider of the program; credentials set in the session below."""

import os
import re
import tempfile

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import (
    AssumeRoleProvider, ConfigProvider, ContainerProvider, CredentialProvider, Credentials, EnvProvider, InstanceMetadataProvider, JSONFileCache,
    SharedCredentialProvider, create_credential_resolver,
)
from botocore.exceptions import PartialCredentialsError, UnknownCredentialError
from botocore.utils import InstanceMetadataFetcher


def signer(client):
    url = client.generate_presigned_url("get_object", Params={"Bucket": "river", "Key": "mouth"})
    return re.search("(?:AccessKeyId=|Credential=)(\\w+)", url)[1]


def show(title, session):
    found = session.get_credentials()
    print(title, found.access_key, found.method, signer(session.client("s3")), signer(session.resource("s3").meta.client),
          session.get_credentials() is found)


class Vault(CredentialProvider):
    METHOD, CANONICAL_NAME = "vault", "Vault"

    def load(self):
        return Credentials("VAULT", "secret", method=self.METHOD)


def resolver(session):
    return session._session.get_component("credential_provider")


makers = {
    "environment": lambda: boto3.Session(region_name="eu-west-1"),
    "explicit": lambda: boto3.Session("EXPLICIT", "secret", region_name="eu-west-1"),
    "botocore": lambda: boto3.Session(botocore_session=botocore.session.get_session(), region_name="eu-west-1"),
    "both": lambda: boto3.Session("BOTH", "secret", botocore_session=botocore.session.get_session(), region_name="eu-west-1"),
}
for name, make in makers.items():
    session = make()
    show(name, session)
    # Credentials count that are set after the session was used.
    session._session._credentials = Credentials("SET", "secret")
    show(name, session)
    session = make()
    session._session.set_credentials("GIVEN", "secret", "token")
    show(name, session)

session = makers["environment"]()
for provider in resolver(session).providers:
    print(provider.METHOD, provider.CANONICAL_NAME, type(provider).__name__)
show("untouched", session)
resolver(session).insert_before("env", Vault())
show("before", session)
session = makers["environment"]()
resolver(session).insert_after("env", Vault())
show("after", session)
session = makers["environment"]()
resolver(session).remove("env")
resolver(session).remove("nothing")
resolver(session).insert_before("iam-role", Vault())
show("without env", session)
session = makers["explicit"]()
resolver(session).insert_before("env", Vault())
show("explicit", session)
for method in ("get_provider", "insert_before", "insert_after"):
    try:
        print(getattr(resolver(session), method)(*["nothing", Vault()][: 1 if method == "get_provider" else 2]))
    except UnknownCredentialError as error:
        print(method, error)

below = botocore.session.get_session()
below.get_component("credential_provider").insert_before("env", Vault())
print(below.get_credentials().method, signer(below.create_client("s3", region_name="eu-west-1")))
print(create_credential_resolver(botocore.session.get_session()).load_credentials().method)

print(CredentialProvider().load(), EnvProvider({}).load(), EnvProvider().load().access_key)
found = EnvProvider({"KEY": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_SESSION_TOKEN": "c"}, {"access_key": "KEY"}).load()
print(found.access_key, found.secret_key, found.token, found.method)
try:
    EnvProvider({"AWS_ACCESS_KEY_ID": "a"}).load()
except PartialCredentialsError as error:
    print(error)
print(InstanceMetadataProvider(iam_role_fetcher=InstanceMetadataFetcher(timeout=1, num_attempts=1)).load())
print(InstanceMetadataFetcher().retrieve_iam_role_credentials(), ContainerProvider({}).load())

# A configuration has nothing to do with the profile.
os.environ["AWS_PROFILE"] = "nothing"
print(Config(retries={"mode": "standard"}).retries)
del os.environ["AWS_PROFILE"]

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "credentials")
    with open(path, "w") as file:
        file.write("[default]\naws_access_key_id = A\naws_secret_access_key = B\n[other]\naws_access_key_id = C\naws_secret_access_key = D\n")
    print(SharedCredentialProvider(path).load().access_key, SharedCredentialProvider(path, "other").load().access_key)
    print(SharedCredentialProvider(path, "nothing").load(), ConfigProvider(path, "default").load().access_key)

    # A role of a profile, whose credentials are cached in a file as by the AWS CLI.
    config = os.path.join(folder, "config")
    with open(config, "w") as file:
        file.write("[profile base]\naws_access_key_id = BASE\naws_secret_access_key = B\n[profile role]\nrole_arn = arn:aws:iam::123456789012:role/Upstream\n"
                   "source_profile = base\nrole_session_name = barge\nregion = eu-west-1\n")
    os.environ["AWS_CONFIG_FILE"] = config
    session = botocore.session.Session(profile="role")
    provider = session.get_component("credential_provider").get_provider(AssumeRoleProvider.METHOD)
    provider.cache = JSONFileCache(os.path.join(folder, "cache"))
    first = session.get_credentials()
    print(first.method, first.access_key[:4], [len(name) for name in os.listdir(os.path.join(folder, "cache"))])
    print(first.get_frozen_credentials().access_key == first.access_key)
    again = botocore.session.Session(profile="role")
    again.get_component("credential_provider").get_provider("assume-role").cache = JSONFileCache(os.path.join(folder, "cache"))
    print(again.get_credentials().access_key == first.access_key)
    other = botocore.session.Session(profile="role")
    print(other.get_credentials().access_key == first.access_key)
