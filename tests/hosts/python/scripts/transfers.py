"""Transfers, streaming bodies, presigned posts."""
import boto3, io, os, tempfile, threading, json
from boto3.s3.transfer import TransferConfig, S3Transfer
from botocore.response import StreamingBody
from botocore.exceptions import ClientError, IncompleteReadError
def t(f):
    try: print(f())
    except Exception as e: print(type(e).__name__, str(e)[:300])
s3 = boto3.client("s3"); s3.create_bucket(Bucket="trb"); r = boto3.resource("s3")
d = tempfile.mkdtemp(); p = os.path.join(d, "f.txt"); open(p, "w").write("hello\n" * 1000)
seen = []
t(lambda: s3.upload_file(p, "trb", "k", ExtraArgs={"ContentType": "text/plain", "Metadata": {"a": "b"}, "ACL": "public-read", "StorageClass": "STANDARD_IA"}, Callback=seen.append)); print(sum(seen))
h = s3.head_object(Bucket="trb", Key="k"); print(h["ContentType"], h["Metadata"], h["StorageClass"])
t(lambda: s3.upload_file(Filename=p, Bucket="trb", Key="k2", Config=TransferConfig(multipart_threshold=1, use_threads=False)))
t(lambda: s3.upload_file("/nope", "trb", "k")); t(lambda: s3.upload_file(5, "trb", "k")); t(lambda: s3.upload_file(p, "trb")); t(lambda: s3.download_file("trb", "nokey", d + "/x")); t(lambda: os.listdir(d));
t(lambda: s3.upload_fileobj(open(p, "rb"), "trb", "fo", ExtraArgs={"ContentEncoding": "utf-8"})); t(lambda: s3.upload_fileobj("x", "trb", "k")); t(lambda: s3.upload_fileobj(io.StringIO("text"), "trb", "k"))
buf = io.BytesIO(); s3.download_fileobj("trb", "k", buf); print(buf.tell(), buf.getvalue()[:6]); buf.seek(0)
t(lambda: s3.download_fileobj("trb", "k", "notafile")); t(lambda: s3.copy({"Bucket": "trb", "Key": "k"}, "trb", "copied")); t(lambda: s3.copy({"Bucket": "trb", "Key": "missing"}, "trb", "copied")); t(lambda: s3.copy("trb/k", "trb", "x")); t(lambda: s3.head_object(Bucket="trb", Key="copied")["ContentLength"])
t(lambda: s3.upload_file(p, "trb", "k", ExtraArgs={"Nope": 1})); t(lambda: s3.download_file("trb", "k", d + "/y", ExtraArgs={"Nope": 1})); t(lambda: s3.download_file("trb", "k", d + "/y", ExtraArgs={"VersionId": "null"})); t(lambda: s3.copy({"Bucket": "trb", "Key": "k"}, "trb", "x", ExtraArgs={"Nope": 1}))
b = r.Bucket("trb"); t(lambda: b.upload_file(p, "bk")); t(lambda: b.download_file("bk", d + "/bk")); t(lambda: b.upload_fileobj(io.BytesIO(b"z"), "bf")); t(lambda: b.Object("bf").download_fileobj(io.BytesIO())); t(lambda: b.copy({"Bucket": "trb", "Key": "k"}, "bc")); t(lambda: r.Object("trb", "oc").copy_from(CopySource={"Bucket": "trb", "Key": "k"})["CopyObjectResult"]["ETag"]); t(lambda: r.Object("trb", "oc2").copy({"Bucket": "trb", "Key": "k"})); t(lambda: r.meta.client.upload_file(p, "trb", "mc")); t(lambda: r.Object("trb", "up").upload_file(p)); t(lambda: r.ObjectSummary("trb", "up").size)
t(lambda: r.meta.client.copy_object(Bucket="trb", Key="cs", CopySource="trb/k")["CopyObjectResult"]["ETag"])
t(lambda: s3.copy_object(Bucket="trb", Key="cs", CopySource={"Bucket": "trb", "Key": "k", "VersionId": "null"})["ResponseMetadata"]["HTTPStatusCode"])
tr = S3Transfer(s3); t(lambda: tr.upload_file(p, "trb", "st", extra_args={"ContentType": "a/b"}, callback=lambda n: None)); t(lambda: tr.download_file("trb", "st", d + "/st")); t(lambda: os.path.getsize(d + "/st")); t(lambda: S3Transfer.ALLOWED_UPLOAD_ARGS[:3]); t(lambda: S3Transfer.ALLOWED_DOWNLOAD_ARGS)
c = TransferConfig(); print(c.multipart_threshold, c.max_concurrency, c.multipart_chunksize, c.num_download_attempts, c.max_io_queue, c.io_chunksize, c.use_threads, c.max_bandwidth); c.max_concurrency = 3; print(c.max_concurrency); t(lambda: TransferConfig(max_concurrency=0)); t(lambda: TransferConfig(foo=1)); t(lambda: c.max_request_concurrency)
from boto3.s3.transfer import ClientError as CE, MB, KB; print(MB, KB)
post = s3.generate_presigned_post("trb", "form/${filename}", Fields={"acl": "public-read"}, Conditions=[{"acl": "public-read"}, ["content-length-range", 1, 10]], ExpiresIn=60); print(sorted(post), post["fields"]["key"], post["fields"]["acl"])
t(lambda: s3.generate_presigned_url("get_object", Params={"Bucket": "trb", "Key": "k"}, ExpiresIn=10).split("?")[0].split("/")[-2:]); t(lambda: s3.generate_presigned_url(ClientMethod="put_object", Params={"Bucket": "trb", "Key": "k"}, HttpMethod="PUT")[:4]); t(lambda: s3.generate_presigned_url("nope")); t(lambda: s3.generate_presigned_url("get_object", Params={"Bucket": "x"})); t(lambda: s3.generate_presigned_url("get_object", Params={"Bucket": "x", "Key": "k", "Foo": 1}))
body = StreamingBody(io.BytesIO(b"hello\nworld\n"), 12); print(list(body.iter_lines())); 
body = StreamingBody(io.BytesIO(b"hello"), 10); t(lambda: body.read())
body = StreamingBody(io.BytesIO(json.dumps({"a": 1}).encode()), len(json.dumps({"a": 1}))); print(json.load(body)); print(body.tell())
body = StreamingBody(io.BytesIO(b"abcdef"), 6); print(body.read(2), body.read(amt=2), list(body)); body.close()
body = StreamingBody(io.BytesIO(b"a,b\n1,2\n"), 8); import csv, codecs; print(list(csv.reader(codecs.getreader("utf-8")(body))))
x = s3.get_object(Bucket="trb", Key="k")["Body"]; print(x.read(3), x.read(0), len(x.read()), x.read()); x.close()
x = s3.get_object(Bucket="trb", Key="k")["Body"]; print(sum(1 for _ in x.iter_lines()), isinstance(x, io.IOBase)); 
import gzip; s3.put_object(Bucket="trb", Key="gz", Body=gzip.compress(b"zipped" * 10)); t(lambda: gzip.GzipFile(fileobj=s3.get_object(Bucket="trb", Key="gz")["Body"]).read()); t(lambda: gzip.open(s3.get_object(Bucket="trb", Key="gz")["Body"]).read(6)); t(lambda: io.TextIOWrapper(s3.get_object(Bucket="trb", Key="k")["Body"]).readline()); t(lambda: io.BufferedReader(s3.get_object(Bucket="trb", Key="k")["Body"]).read(4)); import shutil; o = io.BytesIO(); shutil.copyfileobj(s3.get_object(Bucket="trb", Key="k")["Body"], o); print(len(o.getvalue()))
import zipfile; zb = io.BytesIO(); z = zipfile.ZipFile(zb, "w"); z.writestr("a", "b"); z.close(); zb.seek(0); s3.upload_fileobj(zb, "trb", "zip"); print(zipfile.ZipFile(io.BytesIO(s3.get_object(Bucket="trb", Key="zip")["Body"].read())).namelist())
with s3.get_object(Bucket="trb", Key="k")["Body"] as bd: print(bd.readline() if hasattr(bd, "readline") else None)
t(lambda: s3.put_object(Bucket="trb", Key="p", Body="text")["ETag"]); t(lambda: s3.put_object(Bucket="trb", Key="p", Body=bytearray(b"x"))["ETag"]); t(lambda: s3.put_object(Bucket="trb", Key="p", Body=open(p, "rb"))["ETag"]); t(lambda: s3.put_object(Bucket="trb", Key="p", Body=5)); t(lambda: s3.put_object(Bucket="trb", Key="p", Body={"a": 1})); t(lambda: s3.put_object(Bucket="trb", Key="p", Body=io.StringIO("x"))["ETag"])
t(lambda: s3.put_object(Bucket="trb", Key="p", Body=s3.get_object(Bucket="trb", Key="k")["Body"].read())["ETag"]); t(lambda: s3.upload_fileobj(s3.get_object(Bucket="trb", Key="k")["Body"], "trb", "streamed"))
m = s3.create_multipart_upload(Bucket="trb", Key="mp"); parts = [{"PartNumber": n, "ETag": s3.upload_part(Bucket="trb", Key="mp", PartNumber=n, UploadId=m["UploadId"], Body=b"x" * 5242880)["ETag"]} for n in (1, 2)]; t(lambda: s3.complete_multipart_upload(Bucket="trb", Key="mp", UploadId=m["UploadId"], MultipartUpload={"Parts": parts})["Key"])
up = r.Object("trb", "mp2").initiate_multipart_upload(); t(lambda: up.Part(1).upload(Body=b"x")["ETag"]); t(lambda: up.complete(MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": list(up.parts.all())[0].e_tag}]})); t(lambda: [u.object_key for u in b.multipart_uploads.all()])
