"""The events of SelectObjectContent."""
import boto3

s3 = boto3.client("s3")
s3.create_bucket(Bucket="select")
s3.put_object(Bucket="select", Key="people.csv", Body=b"name,age\nann,31\nbob,25\n")
response = s3.select_object_content(Bucket="select", Key="people.csv", ExpressionType="SQL", Expression="select s.name from s3object s",
                                    InputSerialization={"CSV": {"FileHeaderInfo": "USE"}}, OutputSerialization={"JSON": {}})
for event in response["Payload"]:
    if "Records" in event:
        print(event["Records"]["Payload"].decode().strip())
    else:
        print(sorted(event))
print(type(response["Payload"]).__name__)
