"""A loop over many small calls with pagination tokens by hand."""
import boto3

sqs = boto3.client("sqs")
urls = [sqs.create_queue(QueueName=f"loop-{i}")["QueueUrl"] for i in range(5)]
token, names = None, []
while True:
    arguments = {"QueueNamePrefix": "loop-", "MaxResults": 2}
    if token:
        arguments["NextToken"] = token
    page = sqs.list_queues(**arguments)
    names += [u.rsplit("/", 1)[1] for u in page.get("QueueUrls", [])]
    token = page.get("NextToken")
    if not token:
        break
print(names)
for url in urls:
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "5"})
    print(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"])
    sqs.delete_queue(QueueUrl=url)
