"""Users, groups, and policies."""
import json

import boto3

iam = boto3.resource("iam")
user = iam.create_user(UserName="alice")
print(user, user.name, user.arn, user.create_date.tzinfo)
group = iam.create_group(GroupName="staff")
user.add_group(GroupName="staff")
print([g.name for g in user.groups.all()], [u.name for u in group.users.all()])
document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
policy = iam.create_policy(PolicyName="all-s3", PolicyDocument=json.dumps(document))
user.attach_policy(PolicyArn=policy.arn)
print([p.arn for p in user.attached_policies.all()], policy.default_version.document if policy.default_version else None)
key = user.create_access_key_pair()
print(type(key).__name__, key.user_name, key.status)
print([k.status for k in user.access_keys.all()])
inline = user.create_policy(PolicyName="inline", PolicyDocument=json.dumps(document))
print(inline, inline.policy_document)
key.delete()
inline.delete()
user.detach_policy(PolicyArn=policy.arn)
user.remove_group(GroupName="staff")
policy.delete(); group.delete(); user.delete()
try:
    iam.User("alice").load()
except iam.meta.client.exceptions.NoSuchEntityException as e:
    print(e)
