"""Hosted zones and records."""
import boto3

route53 = boto3.client("route53")
zone = route53.create_hosted_zone(Name="example.com.", CallerReference="1")["HostedZone"]
print(zone["Name"], zone["Id"].startswith("/hostedzone/"))
change = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": {"Name": "a.example.com", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "10.0.0.1"}]}}]}
print(route53.change_resource_record_sets(HostedZoneId=zone["Id"], ChangeBatch=change)["ChangeInfo"]["Status"])
for page in route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone["Id"]):
    print([(r["Name"], r["Type"]) for r in page["ResourceRecordSets"]])
