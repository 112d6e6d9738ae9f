"""Metrics and logs."""
import datetime

import boto3

cloudwatch = boto3.client("cloudwatch")
now = datetime.datetime(2024, 5, 1, 12, tzinfo=datetime.timezone.utc)
cloudwatch.put_metric_data(Namespace="App", MetricData=[{"MetricName": "m", "Value": v, "Timestamp": now, "Unit": "Count"} for v in (1, 2, 3)])
stats = cloudwatch.get_metric_statistics(Namespace="App", MetricName="m", StartTime=now - datetime.timedelta(hours=1),
                                         EndTime=now + datetime.timedelta(hours=1), Period=60, Statistics=["Sum", "Maximum"])
print([(d["Sum"], d["Maximum"], d["Timestamp"]) for d in stats["Datapoints"]])
logs = boto3.client("logs")
logs.create_log_group(logGroupName="/app")
logs.create_log_stream(logGroupName="/app", logStreamName="s")
stamp = int(datetime.datetime.now().timestamp() * 1000)
logs.put_log_events(logGroupName="/app", logStreamName="s", logEvents=[{"timestamp": stamp, "message": f"line {i}"} for i in range(3)])
print([e["message"] for e in logs.get_log_events(logGroupName="/app", logStreamName="s")["events"]])
print([g["logGroupName"] for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix="/app") for g in page["logGroups"]])
resource = boto3.resource("cloudwatch")
resource.Metric("App", "m").put_alarm(AlarmName="a", EvaluationPeriods=1, Threshold=1.5, ComparisonOperator="GreaterThanThreshold", Period=60, Statistic="Sum")
alarm = resource.Alarm("a")
print(alarm.threshold, alarm.metric_name, alarm.comparison_operator)
resource.alarms.delete()
print(len(list(resource.alarms.all())))
logs.delete_log_group(logGroupName="/app")
