"""Stacks."""
import json

import boto3

template = json.dumps({"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "of-stack"}}},
                       "Outputs": {"Url": {"Value": {"Ref": "Q"}}}})
cloudformation = boto3.resource("cloudformation")
stack = cloudformation.create_stack(StackName="stack", TemplateBody=template, Tags=[{"Key": "a", "Value": "b"}])
boto3.client("cloudformation").get_waiter("stack_create_complete").wait(StackName="stack")
stack = cloudformation.Stack("stack")
print(stack.stack_status, stack.outputs[0]["OutputKey"], stack.tags)
print([(r.logical_resource_id, r.resource_type) for r in stack.resource_summaries.all()])
print(len(list(stack.events.all())) > 0)
stack.delete()
