"""Topics and subscriptions."""
import boto3

sns, sqs = boto3.resource("sns"), boto3.resource("sqs")
topic = sns.create_topic(Name="topic")
queue = sqs.create_queue(QueueName="of-topic")
subscription = topic.subscribe(Protocol="sqs", Endpoint=queue.attributes["QueueArn"])
print(topic, subscription.attributes["Protocol"])
print(len(list(topic.subscriptions.all())))
print("MessageId" in topic.publish(Message="hello", Subject="s", MessageAttributes={"a": {"DataType": "String", "StringValue": "b"}}))
message = queue.receive_messages()[0]
print("hello" in message.body)
subscription.delete()
topic.delete()
queue.delete()
