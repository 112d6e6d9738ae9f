"""Starts instances, waits, tags, and terminates."""
import boto3

ec2 = boto3.resource("ec2")
client = boto3.client("ec2")
image = client.describe_images()["Images"][0]["ImageId"]
instances = ec2.create_instances(ImageId=image, MinCount=2, MaxCount=2, InstanceType="t2.micro")
print(len(instances), type(instances[0]).__name__)
for instance in instances:
    instance.wait_until_running()
    instance.load()
    print(instance.state["Name"], instance.instance_type, instance.state)
tags = ec2.create_tags(Resources=[i.id for i in instances], Tags=[{"Key": "Name", "Value": "web"}])
print(len(tags), type(tags[0]).__name__)
running = ec2.instances.filter(Filters=[{"Name": "tag:Name", "Values": ["web"]}, {"Name": "instance-state-name", "Values": ["running"]}])
print(len(list(running)))
instance = instances[0]
print([t["Key"] for t in ec2.Instance(instance.id).tags], instance.vpc == ec2.Vpc(instance.vpc_id), instance.subnet is not None)
result = running.stop()
print([s["CurrentState"]["Name"] for s in result[0]["StoppingInstances"]])
client.get_waiter("instance_stopped").wait(InstanceIds=[i.id for i in instances], WaiterConfig={"Delay": 1, "MaxAttempts": 5})
for i in instances:
    i.reload()
    print(i.state["Name"])
    i.terminate()
group = ec2.create_security_group(GroupName="script-group", Description="d")
group.authorize_ingress(IpPermissions=[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}])
group.reload()
print(group.ip_permissions[0]["FromPort"], group.group_name)
group.delete()
try:
    client.describe_instances(InstanceIds=["i-0123456789abcdef0"])
except client.exceptions.ClientError as e:
    print(e)
