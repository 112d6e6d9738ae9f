"""Several services of the query and JSON protocols."""
import boto3

ecs = boto3.client("ecs")
print(ecs.create_cluster(clusterName="c")["cluster"]["status"])
print([a.rsplit("/", 1)[1] for a in ecs.list_clusters()["clusterArns"]])
ec2 = boto3.client("ec2")
subnets = [s["SubnetId"] for s in ec2.describe_subnets()["Subnets"]][:2]
elb = boto3.client("elbv2")
balancer = elb.create_load_balancer(Name="lb", Subnets=subnets)["LoadBalancers"][0]
print(balancer["LoadBalancerName"], balancer["State"], balancer["Type"])
try:
    elb.describe_load_balancers(Names=["none"])
except elb.exceptions.LoadBalancerNotFoundException as e:
    print(e)
elb.delete_load_balancer(LoadBalancerArn=balancer["LoadBalancerArn"])
rds = boto3.client("rds")
created = rds.create_db_instance(DBInstanceIdentifier="db1", DBInstanceClass="db.t3.micro", Engine="postgres", AllocatedStorage=10,
                                 MasterUsername="root", MasterUserPassword="secret99")["DBInstance"]
print(created["Engine"], created["DBInstanceIdentifier"], created["Endpoint"]["Port"])
print("Action=connect" in rds.generate_db_auth_token("db.example.com", 3306, "root", "us-east-1"))
ecs.delete_cluster(cluster="c")
