"""Records and event streams."""
import boto3

kinesis = boto3.client("kinesis")
kinesis.create_stream(StreamName="records", ShardCount=1)
kinesis.get_waiter("stream_exists").wait(StreamName="records")
for i in range(3):
    kinesis.put_record(StreamName="records", Data=f"data {i}".encode(), PartitionKey="p")
shard = kinesis.describe_stream(StreamName="records")["StreamDescription"]["Shards"][0]["ShardId"]
iterator = kinesis.get_shard_iterator(StreamName="records", ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
print([r["Data"] for r in kinesis.get_records(ShardIterator=iterator)["Records"]])
kinesis.delete_stream(StreamName="records")
