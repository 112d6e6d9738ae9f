"""Writes outputs.jsonl: commands with the responses of a moto server and the output that the AWS CLI (version 1) prints for them.

    pip install awscli 'moto[server]'
    HOME=$(mktemp -d) python tests/client/command/outputs.py > tests/client/command/outputs.jsonl

Each command is sent to moto once; every further format and query reads the recorded responses again.
"""

import http.client
import http.server
import io
import json
import os
import pathlib
import sys
import threading

from moto.server import ThreadedMotoServer

SETUP = """
s3api create-bucket --bucket river
s3api put-object --bucket river --key a.txt
s3api put-object --bucket river --key "dir/b é.txt" --metadata color=red
s3api put-object --bucket river --key dir/日本.txt
s3api put-bucket-tagging --bucket river --tagging TagSet=[{Key=a,Value=b},{Key=c,Value=d}]
s3api put-bucket-versioning --bucket river --versioning-configuration Status=Enabled
iam create-user --user-name u1
iam create-user --user-name u2 --tags Key=a,Value=b
iam create-user --user-name u3
iam create-group --group-name staff
iam add-user-to-group --group-name staff --user-name u1
iam create-access-key --user-name u1
dynamodb create-table --table-name t --attribute-definitions AttributeName=a,AttributeType=S --key-schema AttributeName=a,KeyType=HASH --billing-mode PAY_PER_REQUEST
dynamodb put-item --table-name t --item {"a":{"S":"x"},"n":{"N":"5"},"l":{"L":[{"S":"q"},{"N":"1.50"}]},"b":{"B":"AAEC"}}
dynamodb put-item --table-name t --item a={S=y},n={N=6}
sns create-topic --name top
sqs create-queue --queue-name q --attributes DelaySeconds=5
sqs send-message --queue-url http://localhost/123456789012/q --message-body hello
ec2 run-instances --image-id ami-12c6146b --count 2
ec2 create-key-pair --key-name k
logs create-log-group --log-group-name g
logs create-log-stream --log-group-name g --log-stream-name s
kms create-key --description river
ssm put-parameter --name p --value v --type String
secretsmanager create-secret --name s --secret-string x
cloudformation create-stack --stack-name st --template-body {"Resources":{"q":{"Type":"AWS::SQS::Queue"}}}
route53 create-hosted-zone --name example.com --caller-reference x
events put-rule --name r --schedule-expression "rate(5 minutes)"
cloudwatch put-metric-alarm --alarm-name a --metric-name m --namespace n --statistic Sum --period 60 --evaluation-periods 1 --threshold 1.5 --comparison-operator GreaterThanThreshold
kinesis create-stream --stream-name ks --shard-count 1
efs create-file-system --creation-token x
"""

COMMANDS = """
s3api list-buckets
s3api list-objects-v2 --bucket river
s3api list-objects --bucket river
s3api list-objects-v2 --bucket river --delimiter /
s3api list-objects-v2 --bucket river --max-items 1
s3api list-objects-v2 --bucket river --page-size 1
s3api list-objects-v2 --bucket river --no-paginate
s3api list-object-versions --bucket river
s3api head-object --bucket river --key a.txt
s3api head-object --bucket river --key "dir/b é.txt"
s3api get-bucket-location --bucket river
s3api get-bucket-tagging --bucket river
s3api get-bucket-versioning --bucket river
s3api get-bucket-acl --bucket river
iam list-users
iam list-users --max-items 2
iam list-users --page-size 1
iam get-user --user-name u2
iam get-group --group-name staff
iam list-groups-for-user --user-name u1
iam list-access-keys --user-name u1
iam list-roles
iam get-account-summary
iam list-policies --max-items 2 --scope Local
dynamodb scan --table-name t
dynamodb scan --table-name t --max-items 1
dynamodb get-item --table-name t --key a={S=x}
dynamodb describe-table --table-name t
dynamodb list-tables
sns list-topics
sns get-topic-attributes --topic-arn arn:aws:sns:us-east-1:123456789012:top
sqs list-queues
sqs get-queue-attributes --queue-url http://localhost/123456789012/q --attribute-names All
sqs receive-message --queue-url http://localhost/123456789012/q
ec2 describe-instances
ec2 describe-vpcs
ec2 describe-regions
ec2 describe-security-groups
ec2 describe-key-pairs
ec2 describe-availability-zones
ec2 describe-volumes
ec2 describe-route-tables
ec2 describe-account-attributes
logs describe-log-groups
logs describe-log-streams --log-group-name g
kms list-keys
kms list-aliases --max-items 1
ssm get-parameter --name p
ssm describe-parameters
ssm get-parameters-by-path --path /
secretsmanager list-secrets
secretsmanager get-secret-value --secret-id s
cloudformation describe-stacks
cloudformation list-stacks
cloudformation describe-stack-resources --stack-name st
route53 list-hosted-zones
events list-rules
lambda list-functions
sts get-caller-identity
sts get-session-token
cloudwatch list-metrics
kinesis describe-stream --stream-name ks
efs describe-file-systems
"""

QUERIES = {
    "iam list-users": ["Users[].UserName", "Users[].[UserName,Arn]", "Users[0]", "Users[].{Name:UserName,Path:Path}", "Nope", "length(Users)", "Users[?UserName=='u2']"],
    "s3api list-objects-v2 --bucket river": ["Contents[].Key", "Contents[].[Key,Size]", "sum(Contents[].Size)", "Contents[].{k:Key,s:Size,t:LastModified}"],
    "s3api list-objects-v2 --bucket river --page-size 1": ["Contents[].Key"],
    "ec2 describe-instances": ["Reservations[].Instances[].[InstanceId,State.Name]", "Reservations[].Instances[].State", "Reservations[].Instances[].[InstanceId]"],
    "ec2 describe-regions": ["Regions[].RegionName", "Regions[0:2].[RegionName,Endpoint]"],
    "dynamodb scan --table-name t": ["Items[].a.S", "Count", "Items[*].n"],
    "sts get-caller-identity": ["Account", "[Account,Arn]", "[[Account,Arn],[UserId,`x`]]", "`[]`", "`{}`", "`[[]]`", "`[{}]`", "`{\"a\":[],\"b\":1}`", "`[1,true,null,1.5,\"a\"]`", "`1.0`"],
}
FORMATS = ["json", "text", "table"]
DROPPED = {"date", "server", "content-length", "transfer-encoding", "connection"}


def words(line):
    """Splits at blanks outside of double quotes; quotes inside of words stay."""
    found, quoted = [""], False
    for at, c in enumerate(line):
        if c == '"' and (quoted or not found[-1]):
            quoted = not quoted
        elif c == " " and not quoted:
            found.append("")
        else:
            found[-1] += c
    return found


class Proxy(http.server.BaseHTTPRequestHandler):
    """Records the responses of moto, or replays them."""

    port = 0
    recorded = []
    replayed = None

    def respond(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if Proxy.replayed is not None:
            status, headers, text = Proxy.replayed.pop(0)
        else:
            peer = http.client.HTTPConnection("127.0.0.1", Proxy.port)
            sent = {k: v for k, v in self.headers.items() if k.lower() != "connection"}
            peer.request(self.command, self.path, body, sent)
            response = peer.getresponse()
            headers = {k: v for k, v in response.getheaders() if k.lower() not in DROPPED}
            status, text = response.status, response.read().decode()
            Proxy.recorded.append([status, headers, text])
        content = text.encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = do_PATCH = respond

    def log_message(self, *_):
        pass


def main():
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    Proxy.port = moto.get_host_and_port()[1]
    proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    folder = pathlib.Path(os.environ["HOME"]) / ".aws"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config").write_text("[default]\ncli_timestamp_format = iso8601\n")
    os.environ.update(AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing", AWS_DEFAULT_REGION="us-east-1", AWS_PAGER="")
    endpoint = ["--endpoint-url", f"http://127.0.0.1:{proxy.server_port}"]
    from awscli.clidriver import create_clidriver

    driver = create_clidriver()

    def aws(arguments):
        out, sys.stdout = sys.stdout, io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
        try:
            code = driver.main(arguments + endpoint)
            sys.stdout.flush()
            text = sys.stdout.buffer.getvalue().decode()
        finally:
            sys.stdout = out
        return code, text

    for line in SETUP.strip().splitlines():
        if aws(words(line))[0]:
            print("failed:", line, file=sys.stderr)
    for line in COMMANDS.strip().splitlines():
        Proxy.recorded, Proxy.replayed, outputs = [], None, []
        runs = [(form, query) for query in [None, *QUERIES.get(line, [])] for form in FORMATS]
        for form, query in runs:
            arguments = ["--output", form, *(["--query", query] if query else [])]
            code, text = aws(words(line) + arguments)
            if code:
                print("failed:", line, arguments, file=sys.stderr)
                continue
            outputs.append({"arguments": arguments, "stdout": text})
            Proxy.replayed = [list(response) for response in Proxy.recorded]
        print(json.dumps({"command": words(line), "responses": Proxy.recorded, "outputs": outputs}, ensure_ascii=False))


main()
