"""The models of resources, and the arguments of exceptions."""

import re

import boto3
import botocore.config
from botocore.exceptions import BotoCoreError, ClientError


def show(name, model):
    print("==", name, type(model).__name__, model.name, model.shape)
    print([(own.name, own.member_name) for own in model.identifiers], model.load and (model.load.name, model.load.request.operation, model.load.path))
    for kind in ("actions", "batch_actions"):
        for action in getattr(model, kind):
            made = action.resource and (action.resource.type, action.resource.path, [(own.target, own.source, own.path) for own in action.resource.identifiers])
            parameters = [(own.target, own.source, own.name, own.path, own.value) for own in action.request.params]
            print(kind, action.name, action.path, action.request.operation, parameters, made)
    for kind in ("subresources", "references"):
        print(kind, [(own.name, own.resource.type) for own in getattr(model, kind)])
    print([(own.name, own.resource.type, own.request.operation, [action.name for action in own.batch_actions]) for own in model.collections])
    print([(own.name, own.waiter_name, len(own.params)) for own in model.waiters])


s3, ec2, sqs = boto3.resource("s3"), boto3.resource("ec2"), boto3.resource("sqs")
show("service", s3.meta.resource_model)
for resource in (s3.Bucket("river"), s3.Object("river", "mouth"), s3.ObjectSummary("river", "mouth"), ec2.Instance("i-1"), ec2.Vpc("vpc-1"), sqs.Queue("url"),
                 boto3.resource("dynamodb").Table("rivers"), boto3.resource("iam").Role("ferryman"), boto3.resource("sns").Topic("arn")):
    show(type(resource).__name__, resource.meta.resource_model)
shape = s3.meta.client.meta.service_model.shape_for("Object")
print([(name, member, own.type_name) for name, (member, own) in s3.ObjectSummary("river", "mouth").meta.resource_model.get_attributes(shape).items()])

shape = ec2.meta.client.meta.service_model.shape_for("Instance")
print(list(ec2.Instance("i-1").meta.resource_model.get_attributes(shape))[:20])


def failure(function, *arguments, **more):
    try:
        function(*arguments, **more)
    except (BotoCoreError, ClientError) as error:
        print(type(error).__name__, getattr(error, "kwargs", None), re.sub("(?s)Valid service.*", "", str(error)) if "service" in str(error) else error, hasattr(error, "fmt"))


for options in ({"retries": {"x": 1}}, {"retries": {"max_attempts": -1}}, {"s3": {"addressing_style": "x"}}, {"retries": {"mode": "x"}}):
    failure(botocore.config.Config, **options)
failure(boto3.Session, profile_name="nowhere")
failure(boto3.client, "s3", region_name="bad region")
failure(s3.meta.client.get_paginator, "get_object")
failure(s3.meta.client.head_object, Bucket="river", Key="mouth")
failure(s3.meta.client.generate_presigned_url, "flow")
