"""RDS, ECR, EKS, ElastiCache, Redshift, EFS, Batch: administration."""
import boto3
from support import attempt, show

rds = boto3.client("rds")
created = rds.create_db_instance(DBInstanceIdentifier="db-1", Engine="postgres", DBInstanceClass="db.t3.micro", AllocatedStorage=20, MasterUsername="root", MasterUserPassword="password123", Tags=[{"Key": "a", "Value": "b"}])["DBInstance"]
show("created", {name: created[name] for name in ("DBInstanceIdentifier", "Engine", "AllocatedStorage", "MultiAZ", "DBInstanceArn")})
rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier="db-1", WaiterConfig={"Delay": 1, "MaxAttempts": 3})
print([(db["DBInstanceStatus"], db["Endpoint"]["Port"], type(db["InstanceCreateTime"]).__name__) for page in rds.get_paginator("describe_db_instances").paginate() for db in page["DBInstances"]])
rds.create_db_snapshot(DBInstanceIdentifier="db-1", DBSnapshotIdentifier="snap-1")
print([snapshot["DBSnapshotIdentifier"] for snapshot in rds.describe_db_snapshots(DBInstanceIdentifier="db-1")["DBSnapshots"]])
show("tags", rds.list_tags_for_resource(ResourceName=created["DBInstanceArn"])["TagList"])
rds.modify_db_instance(DBInstanceIdentifier="db-1", AllocatedStorage=40, ApplyImmediately=True)
show("group", rds.create_db_parameter_group(DBParameterGroupName="g", DBParameterGroupFamily="postgres16", Description="d"))
attempt("twice", rds.create_db_instance, DBInstanceIdentifier="db-1", Engine="postgres", DBInstanceClass="db.t3.micro")
try:
    rds.describe_db_instances(DBInstanceIdentifier="none")
except rds.exceptions.DBInstanceNotFoundFault as error:
    print(type(error).__name__, error.response["Error"]["Code"], error)
rds.delete_db_instance(DBInstanceIdentifier="db-1", SkipFinalSnapshot=True)
print(rds.describe_db_instances()["DBInstances"])
token = rds.generate_db_auth_token("db.example.com", 5432, "jane", Region="eu-west-1")
print(token.split("?")[0], sorted(part.split("=")[0] for part in token.split("?")[1].split("&")))

ecr = boto3.client("ecr")
repository = ecr.create_repository(repositoryName="team/app", imageScanningConfiguration={"scanOnPush": True}, tags=[{"Key": "k", "Value": "v"}])["repository"]
show("repository", repository)
manifest = '{"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json", "config": {"digest": "sha256:0", "size": 1, "mediaType": "x"}, "layers": []}'
ecr.put_image(repositoryName="team/app", imageManifest=manifest, imageTag="v1")
show("images", ecr.list_images(repositoryName="team/app", filter={"tagStatus": "TAGGED"}))
show("deleted", ecr.batch_delete_image(repositoryName="team/app", imageIds=[{"imageTag": "v1"}, {"imageTag": "none"}]))
authorization = ecr.get_authorization_token()["authorizationData"][0]
print(sorted(authorization), type(authorization["expiresAt"]).__name__)
attempt("no repository", ecr.describe_images, repositoryName="none")

eks = boto3.client("eks")
cluster = eks.create_cluster(name="c", roleArn="arn:aws:iam::123456789012:role/eks", resourcesVpcConfig={"subnetIds": ["subnet-1"]}, tags={"a": "b"})["cluster"]
print(sorted(cluster), cluster["status"], cluster["tags"])
eks.get_waiter("cluster_active").wait(name="c")
show("clusters", list(eks.get_paginator("list_clusters").paginate().search("clusters[]")))
attempt("no cluster", eks.describe_cluster, name="none")
attempt("group", eks.list_nodegroups, clusterName="c")

redshift = boto3.client("redshift")
show("cluster", {name: value for name, value in redshift.create_cluster(ClusterIdentifier="r", NodeType="ra3.large", MasterUsername="u", MasterUserPassword="Passw0rd", DBName="dev")["Cluster"].items() if name in ("ClusterIdentifier", "NodeType", "NumberOfNodes", "ClusterStatus")})
print(redshift.describe_clusters()["Clusters"][0]["Endpoint"]["Port"])
try:
    redshift.describe_clusters(ClusterIdentifier="none")
except redshift.exceptions.ClusterNotFoundFault as error:
    print(type(error).__name__, error)
cache = boto3.client("elasticache")
show("cache", cache.create_cache_cluster(CacheClusterId="x", Engine="redis", NumCacheNodes=1, CacheNodeType="cache.t3.micro")["CacheCluster"]["Engine"])
attempt("no cache", cache.describe_cache_clusters, CacheClusterId="none")
efs = boto3.client("efs")
system = efs.create_file_system(CreationToken="t", Encrypted=True, Tags=[{"Key": "Name", "Value": "files"}])
show("system", {name: system[name] for name in ("CreationToken", "LifeCycleState", "SizeInBytes", "Encrypted", "Tags", "NumberOfMountTargets")})
attempt("mount targets", efs.describe_mount_targets)
