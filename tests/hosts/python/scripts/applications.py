"""Functions of applications, as in tutorials: errors, logging, and results."""
import boto3, logging, json, time, uuid, datetime, decimal, io, sys
from botocore.exceptions import ClientError, ParamValidationError, EndpointConnectionError, WaiterError, NoCredentialsError, BotoCoreError, ConnectTimeoutError, ReadTimeoutError
from botocore.config import Config
import botocore
logging.basicConfig(stream=sys.stdout, format="%(levelname)s %(message)s", level=logging.ERROR)
def create_bucket(name, region=None):
    try:
        if region is None: boto3.client("s3").create_bucket(Bucket=name)
        else: boto3.client("s3", region_name=region).create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
    except ClientError as e:
        logging.error(e); return False
    return True
print(create_bucket("app-bucket"), create_bucket("app-bucket", "eu-west-1"), create_bucket("west-bucket", "us-west-2"))
s3 = boto3.client("s3"); print([b["Name"] for b in s3.list_buckets()["Buckets"]], s3.get_bucket_location(Bucket="west-bucket")["LocationConstraint"])
def exists(bucket, key):
    try: s3.head_object(Bucket=bucket, Key=key); return True
    except ClientError as e:
        if e.response["Error"]["Code"] == "404": return False
        raise
s3.put_object(Bucket="app-bucket", Key="x"); print(exists("app-bucket", "x"), exists("app-bucket", "y"))
try: s3.get_object(Bucket="app-bucket", Key="none")
except botocore.exceptions.ClientError as error:
    print(error.response["Error"]["Code"], error.operation_name, error.response["ResponseMetadata"]["HTTPStatusCode"], sorted(error.response), error.args, repr(error))
try: s3.get_object(Bucket="app-bucket")
except ParamValidationError as error: print("invalid:", error, error.kwargs, error.fmt)
try: boto3.client("s3", endpoint_url="http://127.0.0.1:1", config=Config(retries={"max_attempts": 0})).list_buckets()
except EndpointConnectionError as e: print(e, e.kwargs["endpoint_url"])
except Exception as e: print(type(e), e)
try: boto3.client("s3", endpoint_url="http://127.0.0.1:1", config=Config(connect_timeout=1, retries={"total_max_attempts": 1})).list_buckets()
except BotoCoreError as e: print(type(e).__name__)
for code in ("BucketAlreadyOwnedByYou", "NoSuchKey", "NoSuchBucket"):
    print(getattr(s3.exceptions, code).__name__, issubclass(getattr(s3.exceptions, code), ClientError))
try: s3.create_bucket(Bucket="west-bucket", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
except s3.exceptions.BucketAlreadyOwnedByYou as e: print("owned", e.response["Error"].get("BucketName"))
except ClientError as e: print("other", e)
class Encoder(json.JSONEncoder):
    def default(self, o):
        if isinstance(o, decimal.Decimal): return int(o) if o % 1 == 0 else float(o)
        if isinstance(o, (datetime.datetime,)): return "DATE"
        if isinstance(o, set): return sorted(o)
        return super().default(o)
t = boto3.resource("dynamodb").create_table(TableName="Movies", KeySchema=[{"AttributeName": "year", "KeyType": "HASH"}, {"AttributeName": "title", "KeyType": "RANGE"}], AttributeDefinitions=[{"AttributeName": "year", "AttributeType": "N"}, {"AttributeName": "title", "AttributeType": "S"}], ProvisionedThroughput={"ReadCapacityUnits": 10, "WriteCapacityUnits": 10})
t.meta.client.get_waiter("table_exists").wait(TableName="Movies")
with t.batch_writer() as bw:
    for y in range(2010, 2015):
        for n in range(12): bw.put_item(Item={"year": y, "title": f"m{n}", "info": {"rating": decimal.Decimal(str(n / 2)), "tags": {"a", "b"}, "n": None, "ok": True, "l": [1, 2]}})
from boto3.dynamodb.conditions import Key, Attr
resp = t.query(KeyConditionExpression=Key("year").eq(2011) & Key("title").between("m1", "m3"), ProjectionExpression="#y, title, info.rating", ExpressionAttributeNames={"#y": "year"}, ScanIndexForward=False)
print(json.dumps(resp["Items"], cls=Encoder, sort_keys=True), resp["Count"])
items, start, pages = [], None, 0
while True:
    kw = {"FilterExpression": Attr("info.rating").gte(decimal.Decimal("4")) & Attr("year").gt(2011), "Limit": 13}
    if start: kw["ExclusiveStartKey"] = start
    r = t.scan(**kw); items += r["Items"]; start = r.get("LastEvaluatedKey"); pages += 1
    if not start: break
print(len(items), pages, sorted({int(i["year"]) for i in items}))
print(t.update_item(Key={"year": 2011, "title": "m1"}, UpdateExpression="set info.rating = info.rating + :v, #c = if_not_exists(#c, :z) + :one remove info.n", ExpressionAttributeNames={"#c": "count"}, ExpressionAttributeValues={":v": decimal.Decimal("0.5"), ":z": 0, ":one": 1}, ReturnValues="UPDATED_NEW")["Attributes"])
try: t.update_item(Key={"year": 2011, "title": "m1"}, UpdateExpression="remove info", ConditionExpression="size(info.l) > :n", ExpressionAttributeValues={":n": 5})
except ClientError as e: print(e.response["Error"]["Code"], e.response["Error"]["Message"])
try: t.delete_item(Key={"year": 2011, "title": "m1"}, ConditionExpression=Attr("info.rating").lt(0))
except t.meta.client.exceptions.ConditionalCheckFailedException as e: print("failed", e.response["Error"]["Code"])
try: t.put_item(Item={"year": 1, "title": "t", "f": 1.5})
except TypeError as e: print(e)
try: t.put_item(Item={"title": "t"})
except ClientError as e: print(e.response["Error"]["Code"])
print(t.query(KeyConditionExpression="#y = :y", ExpressionAttributeNames={"#y": "year"}, ExpressionAttributeValues={":y": 2012}, Select="COUNT")["Count"], t.item_count, t.table_name, t.table_arn, t.attribute_definitions[0], t.global_secondary_indexes, t.provisioned_throughput["ReadCapacityUnits"], t.name, t.load(), t.reload())
d = boto3.resource("dynamodb"); r = d.batch_get_item(RequestItems={"Movies": {"Keys": [{"year": 2010, "title": f"m{i}"} for i in range(3)], "ProjectionExpression": "title"}}); print(sorted(i["title"] for i in r["Responses"]["Movies"]), r["UnprocessedKeys"])
c = d.meta.client; print(c.get_item(TableName="Movies", Key={"year": 2010, "title": "m1"})["Item"]["info"]["rating"], [p["Count"] for p in c.get_paginator("scan").paginate(TableName="Movies", PaginationConfig={"PageSize": 50})], c.transact_get_items(TransactItems=[{"Get": {"TableName": "Movies", "Key": {"year": 2010, "title": "m1"}}}])["Responses"][0]["Item"]["title"])
c.transact_write_items(TransactItems=[{"Put": {"TableName": "Movies", "Item": {"year": 1999, "title": "tx"}}}, {"Update": {"TableName": "Movies", "Key": {"year": 1998, "title": "up"}, "UpdateExpression": "SET a = :a", "ExpressionAttributeValues": {":a": 5}}}]); print(t.get_item(Key={"year": 1998, "title": "up"})["Item"])
print(d.Table("Movies") == t, list(d.tables.all()), d.meta.client.list_tables()["TableNames"], d.tables.limit(1))
cl = boto3.client("dynamodb"); print(cl.execute_statement(Statement="SELECT title FROM Movies WHERE year = 1999")["Items"]); print(cl.describe_table(TableName="Movies")["Table"]["CreationDateTime"].tzinfo)
sts = boto3.client("sts"); print(sts.get_caller_identity()["UserId"])
ec2 = boto3.resource("ec2"); vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16"); vpc.create_tags(Tags=[{"Key": "Name", "Value": "v"}]); vpc.wait_until_available(); sub = ec2.create_subnet(CidrBlock="10.0.1.0/24", VpcId=vpc.id); sg = ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc.id); sg.authorize_ingress(CidrIp="0.0.0.0/0", IpProtocol="tcp", FromPort=22, ToPort=22); print(sg.ip_permissions[0]["FromPort"], vpc.tags, [s.cidr_block for s in vpc.subnets.all()], sg.vpc_id == vpc.id, sub.vpc == vpc)
ins = ec2.create_instances(ImageId="ami-12c6146b", MinCount=2, MaxCount=2, SubnetId=sub.id, SecurityGroupIds=[sg.id], TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "web"}]}]); print(len(ins), [i.state["Name"] for i in ins])
for i in ins: i.wait_until_running(); i.reload()
print(sorted(i.tags[0]["Value"] for i in ec2.instances.filter(Filters=[{"Name": "instance-state-name", "Values": ["running"]}, {"Name": "tag:Name", "Values": ["web"]}])), ins[0].private_ip_address is not None, ins[0].security_groups[0]["GroupName"], ins[0].launch_time.tzinfo, ins[0].vpc == vpc, ins[0].image.id, len(list(ins[0].volumes.all())))
print([r["StoppingInstances"][0]["CurrentState"]["Name"] for r in ec2.instances.filter(InstanceIds=[ins[0].id]).stop()], ins[1].terminate()["TerminatingInstances"][0]["CurrentState"]["Name"]); ins[1].wait_until_terminated()
try: ec2.Instance("i-00000000000000000").load()
except ClientError as e: print(e.response["Error"]["Code"])
try: boto3.client("ec2").describe_instances(InstanceIds=["i-12345678"], DryRun=False)
except ClientError as e: print(e)
print(boto3.client("ec2").describe_regions()["Regions"][0]["RegionName"], [z["ZoneName"] for z in boto3.client("ec2").describe_availability_zones()["AvailabilityZones"]][:2])
