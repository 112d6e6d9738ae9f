"""Typed values with a client, transactions, and the serializers."""
from decimal import Decimal

import boto3
from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer

client = boto3.client("dynamodb")
client.create_table(TableName="typed", KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                    AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}], BillingMode="PAY_PER_REQUEST")
client.get_waiter("table_exists").wait(TableName="typed")
serializer, deserializer = TypeSerializer(), TypeDeserializer()
item = {"pk": "a", "n": 5, "d": Decimal("1.25"), "l": [1, "x", None, False], "m": {"k": {"deep"}}, "b": b"raw"}
typed = {name: serializer.serialize(value) for name, value in item.items()}
print(typed)
client.put_item(TableName="typed", Item=typed)
back = client.get_item(TableName="typed", Key={"pk": {"S": "a"}})["Item"]
print({name: back[name] for name in sorted(back)})
print({name: deserializer.deserialize(back[name]) for name in sorted(back)})
client.transact_write_items(TransactItems=[
    {"Put": {"TableName": "typed", "Item": {"pk": {"S": "t1"}, "v": {"N": "1"}}}},
    {"Update": {"TableName": "typed", "Key": {"pk": {"S": "a"}}, "UpdateExpression": "SET n = n + :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}},
])
print(client.get_item(TableName="typed", Key={"pk": {"S": "a"}}, ProjectionExpression="n")["Item"])
try:
    client.transact_write_items(TransactItems=[
        {"Put": {"TableName": "typed", "Item": {"pk": {"S": "t1"}}, "ConditionExpression": "attribute_not_exists(pk)"}}])
except client.exceptions.TransactionCanceledException as e:
    print(e, e.response["CancellationReasons"][0]["Code"])
try:
    client.put_item(TableName="typed", Item={"pk": "a"})
except Exception as e:
    print(type(e).__name__, e)
try:
    client.describe_table(TableName="missing")
except client.exceptions.ResourceNotFoundException as e:
    print(e)
for value in ({1, 2}, {"a"}, {b"x"}, Binary(b"y"), {}, []):
    print(serializer.serialize(value))
for value in (1.5, object, {1, "a"}):
    try:
        serializer.serialize(value)
    except TypeError as e:
        print(e)
for page in client.get_paginator("scan").paginate(TableName="typed", PaginationConfig={"PageSize": 1}):
    print(page["Count"])
client.delete_table(TableName="typed")
