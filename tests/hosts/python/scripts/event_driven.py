"""EventBridge, Step Functions, CloudWatch Logs, and Kinesis."""
import datetime
import json
import time

import boto3
from support import attempt, show

events = boto3.client("events")
queue = boto3.client("sqs").create_queue(QueueName="created")["QueueUrl"]
queue_arn = boto3.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
events.put_rule(Name="nightly", ScheduleExpression="rate(1 day)", State="ENABLED", Description="each night", Tags=[{"Key": "a", "Value": "b"}])
events.put_rule(Name="created", EventPattern=json.dumps({"source": ["boats"], "detail-type": ["created"]}))
print(events.put_targets(Rule="created", Targets=[{"Id": "1", "Arn": queue_arn, "InputTransformer": {"InputPathsMap": {"n": "$.detail.n"}, "InputTemplate": '"<n>"'}}])["FailedEntryCount"])
show("rules", events.list_rules()["Rules"])
show("targets", events.list_targets_by_rule(Rule="created")["Targets"])
put = events.put_events(Entries=[{"Source": "boats", "DetailType": "created", "Detail": json.dumps({"n": 1}), "Time": datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)}, {"Source": "", "DetailType": "x", "Detail": "{}"}])
show("put", put)
attempt("pattern", events.put_rule, Name="bad", EventPattern="{")
attempt("no rule", events.describe_rule, Name="none")

steps = boto3.client("stepfunctions")
role = boto3.client("iam").create_role(RoleName="steps", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
machine = steps.create_state_machine(name="m", definition=json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}), roleArn=role, tags=[{"key": "k", "value": "v"}])
run = steps.start_execution(stateMachineArn=machine["stateMachineArn"], name="run-1", input='{"a": 1}')
show("run", run)
described = steps.describe_execution(executionArn=run["executionArn"])
show("described", {name: described[name] for name in ("name", "status", "input", "startDate")})
print([e["name"] for page in steps.get_paginator("list_executions").paginate(stateMachineArn=machine["stateMachineArn"]) for e in page["executions"]])
attempt("twice", steps.start_execution, stateMachineArn=machine["stateMachineArn"], name="run-1", input='{"b": 2}')
try:
    steps.describe_execution(executionArn=run["executionArn"].replace("run-1", "run-2"))
except steps.exceptions.ExecutionDoesNotExist as error:
    print(type(error).__name__, error.response["Error"]["Code"])
show("tags", steps.list_tags_for_resource(resourceArn=machine["stateMachineArn"])["tags"])

logs = boto3.client("logs")
logs.create_log_group(logGroupName="/app/boats", tags={"a": "b"})
logs.put_retention_policy(logGroupName="/app/boats", retentionInDays=7)
logs.create_log_stream(logGroupName="/app/boats", logStreamName="one")
now = int(time.time() * 1000)
logs.put_log_events(logGroupName="/app/boats", logStreamName="one", logEvents=[{"timestamp": now - 1000 + n, "message": f"{'ERROR' if n % 3 == 0 else 'INFO'} boat {n}"} for n in range(9)])
print([event["message"] for event in logs.get_log_events(logGroupName="/app/boats", logStreamName="one", startFromHead=True)["events"]])
print([event["message"] for page in logs.get_paginator("filter_log_events").paginate(logGroupName="/app/boats", filterPattern="ERROR") for event in page["events"]])
show("groups", [{name: group[name] for name in ("logGroupName", "retentionInDays", "storedBytes")} for group in logs.describe_log_groups(logGroupNamePrefix="/app")["logGroups"]])
attempt("twice", logs.create_log_group, logGroupName="/app/boats")
attempt("retention", logs.put_retention_policy, logGroupName="/none", retentionInDays=7)
logs.put_metric_filter(logGroupName="/app/boats", filterName="errors", filterPattern="ERROR", metricTransformations=[{"metricName": "Errors", "metricNamespace": "Boats", "metricValue": "1"}])
show("filters", logs.describe_metric_filters(filterNamePrefix="err")["metricFilters"])
query = logs.start_query(logGroupNames=["/app/boats"], startTime=now // 1000 - 60, endTime=now // 1000 + 60, queryString="fields @message | limit 2")
print(sorted(logs.get_query_results(queryId=query["queryId"]))[:2])

kinesis = boto3.client("kinesis")
kinesis.create_stream(StreamName="s", ShardCount=2)
kinesis.get_waiter("stream_exists").wait(StreamName="s", WaiterConfig={"Delay": 1, "MaxAttempts": 5})
put = kinesis.put_records(StreamName="s", Records=[{"Data": f"record {n}".encode(), "PartitionKey": str(n)} for n in range(10)])
print(put["FailedRecordCount"], len(put["Records"]))
shards = [shard["ShardId"] for shard in kinesis.list_shards(StreamName="s")["Shards"]]
data = []
for shard in shards:
    iterator = kinesis.get_shard_iterator(StreamName="s", ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    records = kinesis.get_records(ShardIterator=iterator)["Records"]
    data += [record["Data"] for record in records]
    show("record", {name: records[0][name] for name in ("Data", "PartitionKey", "ApproximateArrivalTimestamp")} if records else None)
print(sorted(data), [type(item).__name__ for item in data[:1]])
attempt("no stream", kinesis.describe_stream, StreamName="none")
firehose = boto3.client("firehose")
boto3.client("s3").create_bucket(Bucket="hose")
firehose.create_delivery_stream(DeliveryStreamName="f", S3DestinationConfiguration={"RoleARN": role, "BucketARN": "arn:aws:s3:::hose"})
print(firehose.put_record_batch(DeliveryStreamName="f", Records=[{"Data": b"a"}, {"Data": "b"}])["FailedPutCount"], firehose.list_delivery_streams()["DeliveryStreamNames"])
