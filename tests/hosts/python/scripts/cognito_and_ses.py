"""Users of an application, and mail."""
import boto3
from botocore.exceptions import ClientError
from support import attempt, show

idp = boto3.client("cognito-idp")
pool = idp.create_user_pool(PoolName="boats", Policies={"PasswordPolicy": {"MinimumLength": 8, "RequireNumbers": True}}, Schema=[{"Name": "email", "AttributeDataType": "String", "Required": True}])["UserPool"]
show("pool", {name: pool[name] for name in ("Name", "Policies", "CreationDate")})
app = idp.create_user_pool_client(UserPoolId=pool["Id"], ClientName="web", ExplicitAuthFlows=["ADMIN_NO_SRP_AUTH"], GenerateSecret=False)["UserPoolClient"]
created = idp.admin_create_user(UserPoolId=pool["Id"], Username="ana", UserAttributes=[{"Name": "email", "Value": "ana@example.com"}], TemporaryPassword="Secret123!", MessageAction="SUPPRESS")
show("created", [created["User"]["UserStatus"], sorted(a["Name"] for a in created["User"]["Attributes"])])
idp.admin_set_user_password(UserPoolId=pool["Id"], Username="ana", Password="Better123!", Permanent=True)
login = idp.admin_initiate_auth(UserPoolId=pool["Id"], ClientId=app["ClientId"], AuthFlow="ADMIN_NO_SRP_AUTH", AuthParameters={"USERNAME": "ana", "PASSWORD": "Better123!"})
print(sorted(login["AuthenticationResult"]), login["AuthenticationResult"]["TokenType"])
show("user", idp.get_user(AccessToken=login["AuthenticationResult"]["AccessToken"])["Username"])
try:
    idp.admin_initiate_auth(UserPoolId=pool["Id"], ClientId=app["ClientId"], AuthFlow="ADMIN_NO_SRP_AUTH", AuthParameters={"USERNAME": "ana", "PASSWORD": "wrong"})
except idp.exceptions.NotAuthorizedException as error:
    print("refused", error.response["Error"], isinstance(error, ClientError))
try:
    idp.admin_get_user(UserPoolId=pool["Id"], Username="nobody")
except idp.exceptions.UserNotFoundException as error:
    print(error.response["Error"]["Code"], error.response["message"] if "message" in error.response else sorted(error.response))
idp.create_group(GroupName="crew", UserPoolId=pool["Id"], Precedence=5)
idp.admin_add_user_to_group(UserPoolId=pool["Id"], Username="ana", GroupName="crew")
print([g["GroupName"] for page in idp.get_paginator("admin_list_groups_for_user").paginate(UserPoolId=pool["Id"], Username="ana") for g in page["Groups"]])
print([u["Username"] for u in idp.list_users(UserPoolId=pool["Id"], Filter='email = "ana@example.com"')["Users"]])
attempt("short", idp.sign_up, ClientId=app["ClientId"], Username="x", Password="1")
attempt("type", idp.list_users, UserPoolId=pool["Id"], Limit="ten")
identity = boto3.client("cognito-identity").create_identity_pool(IdentityPoolName="fish", AllowUnauthenticatedIdentities=True)
print(identity["IdentityPoolName"], identity["AllowUnauthenticatedIdentities"])

ses = boto3.client("ses")
attempt("unverified", ses.send_email, Source="a@example.com", Destination={"ToAddresses": ["b@example.com"]}, Message={"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}})
ses.verify_email_identity(EmailAddress="a@example.com")
sent = ses.send_email(Source="a@example.com", Destination={"ToAddresses": ["b@example.com"], "CcAddresses": ["c@example.com"]}, Message={"Subject": {"Data": "ü & <s>", "Charset": "UTF-8"}, "Body": {"Text": {"Data": "t\n\nü"}, "Html": {"Data": "<p>t</p>"}}})
print(len(sent["MessageId"]) > 10, ses.get_send_quota()["SentLast24Hours"], ses.list_identities()["Identities"])
ses.create_template(Template={"TemplateName": "t", "SubjectPart": "Hi {{name}}", "TextPart": "Dear {{name}}"})
print(ses.get_template(TemplateName="t")["Template"], ses.send_templated_email(Source="a@example.com", Destination={"ToAddresses": ["b@example.com"]}, Template="t", TemplateData='{"name": "x"}')["ResponseMetadata"]["HTTPStatusCode"])
attempt("no template", ses.get_template, TemplateName="none")
raw = ses.send_raw_email(Source="a@example.com", Destinations=["b@example.com"], RawMessage={"Data": b"From: a@example.com\nTo: b@example.com\nSubject: s\n\nbody"})
print(sorted(raw))
v2 = boto3.client("sesv2")
print(v2.send_email(FromEmailAddress="a@example.com", Destination={"ToAddresses": ["b@example.com"]}, Content={"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}})["ResponseMetadata"]["HTTPStatusCode"])
v2.create_contact_list(ContactListName="readers", Topics=[{"TopicName": "boats", "DisplayName": "Boats", "DefaultSubscriptionStatus": "OPT_IN"}])
v2.create_contact(ContactListName="readers", EmailAddress="r@example.com")
show("contacts", v2.list_contacts(ContactListName="readers")["Contacts"])
