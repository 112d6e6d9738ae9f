"""Sends and receives messages."""
import boto3

sqs = boto3.resource("sqs")
queue = sqs.create_queue(QueueName="messages", Attributes={"DelaySeconds": "0"})
print(queue.attributes.get("DelaySeconds"), queue.url.rsplit("/", 1)[1])
response = queue.send_message(MessageBody="boto3", MessageAttributes={"Author": {"StringValue": "Daniel", "DataType": "String"}})
print(response["MD5OfMessageBody"])
response = queue.send_messages(Entries=[{"Id": "1", "MessageBody": "world"}, {"Id": "2", "MessageBody": "hello"}])
print(len(response["Successful"]), response.get("Failed"))
got = []
while len(got) < 3:
    for message in queue.receive_messages(MessageAttributeNames=["Author"], MaxNumberOfMessages=10):
        author = (message.message_attributes or {}).get("Author", {}).get("StringValue")
        got.append((message.body, author))
        message.delete()
print(sorted(got, key=str))
print(queue.receive_messages())
same = sqs.get_queue_by_name(QueueName="messages")
print(same == queue, [q.url.rsplit("/", 1)[1] for q in sqs.queues.filter(QueueNamePrefix="messages")])
client = boto3.client("sqs")
try:
    client.get_queue_url(QueueName="missing")
except client.exceptions.QueueDoesNotExist as e:
    print(e.response["Error"]["Code"], e)
queue.delete()
