"""Walks a tree of resources."""
import boto3

s3 = boto3.resource("s3")
bucket = s3.create_bucket(Bucket="tree")
print(bucket, type(bucket).__name__, bucket.name)
for key in ("a.txt", "b.txt", "sub/c.txt"):
    bucket.put_object(Key=key, Body=key.encode())
for obj in bucket.objects.all():
    print(obj, obj.key, obj.size, obj.bucket_name)
print([o.key for o in bucket.objects.filter(Prefix="sub/")])
print([o.key for o in bucket.objects.limit(2)])
print([[o.key for o in page] for page in bucket.objects.page_size(2).pages()])
obj = s3.Object("tree", "a.txt")
print(obj.content_length, obj.get()["Body"].read(), obj.e_tag)
print(obj.Bucket(), obj.Acl(), obj.Version("x"))
print(s3.Bucket("tree") == bucket, bucket != s3.Bucket("other"), len({bucket, s3.Bucket("tree")}))
print(bucket.objects, bucket.objects.all())
print(obj.meta.identifiers, obj.meta.service_name, obj.meta.client.meta.region_name)
print(obj.get_available_subresources(), s3.get_available_subresources())
obj.copy_from(CopySource={"Bucket": "tree", "Key": "b.txt"})
obj.reload()
print(obj.get()["Body"].read())
print(bucket.objects.filter(Prefix="sub/").delete()[0]["Deleted"])
print([o.key for o in bucket.objects.all()])
bucket.wait_until_exists()
for o in bucket.objects.all():
    o.delete()
bucket.delete()
print([b.name for b in s3.buckets.all() if b.name == "tree"])
try:
    s3.Bucket()
except ValueError as e:
    print(e)
try:
    s3.Object("x")
except ValueError as e:
    print(e)
try:
    bucket.foo
except AttributeError as e:
    print(e)
