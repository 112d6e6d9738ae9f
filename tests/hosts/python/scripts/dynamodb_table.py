"""Creates a table, writes, queries, and scans with conditions."""
from decimal import Decimal

import boto3
from boto3.dynamodb.conditions import Attr, Key

dynamodb = boto3.resource("dynamodb")
table = dynamodb.create_table(
    TableName="users",
    KeySchema=[{"AttributeName": "username", "KeyType": "HASH"}, {"AttributeName": "last_name", "KeyType": "RANGE"}],
    AttributeDefinitions=[{"AttributeName": "username", "AttributeType": "S"}, {"AttributeName": "last_name", "AttributeType": "S"}],
    ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
)
table.wait_until_exists()
print(table.item_count, table.table_status, table)
table.put_item(Item={"username": "janedoe", "last_name": "Doe", "age": 25, "weight": Decimal("61.50"), "tags": {"a"}, "raw": b"\x00\x01",
                     "nested": {"list": [1, "two", None, True]}})
item = table.get_item(Key={"username": "janedoe", "last_name": "Doe"})["Item"]
print({name: item[name] for name in sorted(item)})
print(type(item["age"]), type(item["raw"]), type(item["tags"]))
table.update_item(Key={"username": "janedoe", "last_name": "Doe"}, UpdateExpression="SET age = :val1", ExpressionAttributeValues={":val1": 26})
print(table.get_item(Key={"username": "janedoe", "last_name": "Doe"})["Item"]["age"])
with table.batch_writer() as batch:
    for i in range(50):
        batch.put_item(Item={"username": f"user{i:02}", "last_name": "unknown", "age": i, "address": {"state": "CA" if i % 2 else "NY"}})
print(table.scan(Select="COUNT")["Count"])
response = table.query(KeyConditionExpression=Key("username").eq("user07"))
print(response["Items"], response["Count"])
response = table.scan(FilterExpression=Attr("age").lt(10) & Attr("address.state").eq("CA"))
print(sorted(i["username"] for i in response["Items"]), response["ScannedCount"])
response = table.scan(FilterExpression=Attr("username").begins_with("user1") & ~Attr("age").between(12, 18), ProjectionExpression="username")
print(sorted(i["username"] for i in response["Items"]))
try:
    table.put_item(Item={"username": "janedoe", "last_name": "Doe"}, ConditionExpression=Attr("username").not_exists())
except dynamodb.meta.client.exceptions.ConditionalCheckFailedException as e:
    print(e)
try:
    table.put_item(Item={"username": "x", "last_name": "y", "f": 1.5})
except TypeError as e:
    print(e)
try:
    table.put_item(Item={"username": "x", "last_name": "y", "f": object})
except TypeError as e:
    print(e)
with table.batch_writer(overwrite_by_pkeys=["username", "last_name"]) as batch:
    batch.put_item(Item={"username": "d", "last_name": "e", "n": 1})
    batch.put_item(Item={"username": "d", "last_name": "e", "n": 2})
    batch.delete_item(Key={"username": "user00", "last_name": "unknown"})
print(table.get_item(Key={"username": "d", "last_name": "e"})["Item"]["n"])
table.delete_item(Key={"username": "janedoe", "last_name": "Doe"})
print("Item" in table.get_item(Key={"username": "janedoe", "last_name": "Doe"}))
table.delete()
