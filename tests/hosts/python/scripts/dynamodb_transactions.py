"""DynamoDB: transactions, batches, indexes, streams, time to live, and serializers."""
from decimal import Decimal

import boto3
from boto3.dynamodb.conditions import Key
from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer
from support import attempt, show

client, dynamodb = boto3.client("dynamodb"), boto3.resource("dynamodb")
table = dynamodb.create_table(
    TableName="orders", BillingMode="PAY_PER_REQUEST",
    KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind} for name, kind in (("pk", "S"), ("sk", "S"), ("state", "S"), ("total", "N"))],
    GlobalSecondaryIndexes=[{"IndexName": "by-state", "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}, {"AttributeName": "total", "KeyType": "RANGE"}],
                             "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["note"]}}],
    LocalSecondaryIndexes=[{"IndexName": "by-total", "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "total", "KeyType": "RANGE"}],
                            "Projection": {"ProjectionType": "ALL"}}],
    StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}, Tags=[{"Key": "a", "Value": "b"}])
table.wait_until_exists()
show("indexes", [sorted(index["IndexName"] for index in table.global_secondary_indexes), table.local_secondary_indexes[0]["KeySchema"], table.stream_specification])
show("description", client.describe_table(TableName="orders"))
with table.batch_writer(overwrite_by_pkeys=["pk", "sk"]) as batch:
    for n in range(60):
        batch.put_item(Item={"pk": f"c{n % 3}", "sk": f"{n:03}", "state": "open" if n % 2 else "paid", "total": Decimal(n) / 4, "note": "x" * (n % 5), "n": n})
        batch.put_item(Item={"pk": f"c{n % 3}", "sk": f"{n:03}", "state": "open" if n % 2 else "paid", "total": Decimal(n) / 4})
    batch.delete_item(Key={"pk": "c0", "sk": "000"})
print(table.scan(Select="COUNT")["Count"])
found = table.query(IndexName="by-state", KeyConditionExpression=Key("state").eq("open") & Key("total").gt(Decimal("12.5")), ScanIndexForward=False, Limit=3)
print(found["Items"], sorted(found["LastEvaluatedKey"].items()))
print([item["sk"] for item in table.query(IndexName="by-total", KeyConditionExpression=Key("pk").eq("c1") & Key("total").between(1, 5), ProjectionExpression="sk")["Items"]])
write = [{"Update": {"TableName": "orders", "Key": {"pk": "c1", "sk": "001"}, "UpdateExpression": "SET #s = :s", "ConditionExpression": "attribute_exists(pk)",
                     "ExpressionAttributeNames": {"#s": "state"}, "ExpressionAttributeValues": {":s": "sent"}}},
         {"Put": {"TableName": "orders", "Item": {"pk": "c9", "sk": "new", "state": "open", "total": 1}, "ConditionExpression": "attribute_not_exists(pk)"}}]
dynamodb.meta.client.transact_write_items(TransactItems=write, ClientRequestToken="token-1")
try:
    dynamodb.meta.client.transact_write_items(TransactItems=write[1:] + [{"ConditionCheck": {"TableName": "orders", "Key": {"pk": "c1", "sk": "001"}, "ConditionExpression": "#s = :s", "ExpressionAttributeNames": {"#s": "state"}, "ExpressionAttributeValues": {":s": "sent"}}}])
except client.exceptions.TransactionCanceledException as error:
    print(error.response["Error"]["Code"], error.response["CancellationReasons"], error)
got = client.transact_get_items(TransactItems=[{"Get": {"TableName": "orders", "Key": {"pk": {"S": "c1"}, "sk": {"S": "001"}}}}, {"Get": {"TableName": "orders", "Key": {"pk": {"S": "none"}, "sk": {"S": "x"}}}}])
show("transaction", got)
batch = dynamodb.batch_get_item(RequestItems={"orders": {"Keys": [{"pk": "c1", "sk": "001"}, {"pk": "c2", "sk": "002"}, {"pk": "x", "sk": "y"}], "ConsistentRead": True}})
print(sorted(item["pk"] for item in batch["Responses"]["orders"]), batch["UnprocessedKeys"])
attempt("duplicate keys", client.batch_get_item, RequestItems={"orders": {"Keys": [{"pk": {"S": "a"}, "sk": {"S": "b"}}] * 2}})
attempt("too many", dynamodb.batch_write_item, RequestItems={"orders": [{"PutRequest": {"Item": {"pk": str(n), "sk": "x"}}} for n in range(26)]})
client.update_time_to_live(TableName="orders", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"})
show("ttl", client.describe_time_to_live(TableName="orders"))
show("backups", client.describe_continuous_backups(TableName="orders"))
show("tags", client.list_tags_of_resource(ResourceArn=table.table_arn))

streams = boto3.client("dynamodbstreams")
shard = streams.describe_stream(StreamArn=table.latest_stream_arn)["StreamDescription"]["Shards"][0]["ShardId"]
iterator = streams.get_shard_iterator(StreamArn=table.latest_stream_arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
records = streams.get_records(ShardIterator=iterator, Limit=4)["Records"]
show("records", [(record["eventName"], sorted(record["dynamodb"]), record["dynamodb"]["Keys"]) for record in records])

serializer, deserializer = TypeSerializer(), TypeDeserializer()
for value in ("s", 5, Decimal("1.50"), True, None, b"b", Binary(b"c"), bytearray(b"d"), {"s", "t"}, {1, Decimal("2.5")}, {b"x"}, [1, "a", [None]], {"m": {"n": 1}}, set(), 1.5, object, (1, 2),
              frozenset({"z"}), Decimal("1E+130"), 10 ** 38, Decimal("Infinity"), ""):
    try:
        serialized = serializer.serialize(value)
        back = deserializer.deserialize({kind: sorted(inner) if isinstance(inner, list) and kind.endswith("S") else inner for kind, inner in serialized.items()})
        print(type(value).__name__, sorted(serialized) if isinstance(value, (set, frozenset)) else serialized, sorted(back, key=str) if isinstance(back, set) else repr(back))
    except Exception as error:
        print(type(value).__name__, type(error).__name__, error)
for wrong in ({}, {"Q": 1}, {"S": "a", "N": "1"}, {"N": "x"}):
    try:
        print(deserializer.deserialize(wrong))
    except Exception as error:
        print(wrong, type(error).__name__, error)
old = table.put_item(Item={"pk": "c1", "sk": "001", "b": Binary(b"\x00\xff"), "l": [{"deep": {"set": {1, 2}}}]}, ReturnValues="ALL_OLD")["Attributes"]
item = table.get_item(Key={"pk": "c1", "sk": "001"}, ReturnConsumedCapacity="TOTAL")
print(sorted(old.items()), item["Item"]["b"] == b"\x00\xff", bytes(item["Item"]["b"]), sorted(item["Item"]["l"][0]["deep"]["set"]), item["ConsumedCapacity"]["TableName"])
show("paginated", [page["Count"] for page in client.get_paginator("query").paginate(TableName="orders", KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "c1"}}, PaginationConfig={"PageSize": 8, "MaxItems": 12})])
table.update(BillingMode="PROVISIONED", ProvisionedThroughput={"ReadCapacityUnits": 3, "WriteCapacityUnits": 4})
print(dynamodb.Table("orders").provisioned_throughput["ReadCapacityUnits"])
attempt("exists", client.create_table, TableName="orders", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}], AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}])
show("deleted", table.delete()["TableDescription"]["TableStatus"])
table.wait_until_not_exists()
attempt("gone", table.scan)
