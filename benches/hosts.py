#!/usr/bin/env python3
"""What the packages for Python and Node cost next to boto3 and the AWS SDK for JavaScript.

    python3 benches/hosts.py                          # builds both packages in release, installs the peers by pip and npm, and measures
    python3 benches/hosts.py --wheel FILE --module FILE --boto3 PYTHON --sdk FOLDER --only python

Each workload runs in a process of its own, in interleaved rounds, against a server of this program on the loopback interface that
sends prepared responses. The table shows medians: CPU time (`getrusage`, user and system) and wall time per operation in the timed loop,
and the ratios, which are taken within a round. On a busy machine the CPU columns count.
"""

import argparse
import json
import os
import pathlib
import socketserver
import statistics
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "target/bench-hosts"
BOTO3 = "1.44.5"
SDK = ["@aws-sdk/client-dynamodb@3", "@aws-sdk/client-s3@3", "@aws-sdk/client-ec2@3"]

# ---- Workloads: a name, how many operations, and what must be at least that many times cheaper --------------------------------------

WORKLOADS = {"create_s3": (100, 10), "create_ec2": (100, 10), "get_item": (1000, 10), "head_object": (1000, 10), "get_item_8_threads": (2000, 10),
             "list_1000_keys": (20, 4), "query_1_mib": (10, 4), "table_query_1_mib": (10, 4)}
NOT_IN_NODE = {"table_query_1_mib"}

# ---- The server ------------------------------------------------------------------------------------------------------------------


def listing():
    entry = "<Contents><Key>photos/2025/11/{0:06}.jpg</Key><LastModified>2025-11-08T12:{1:02}:30.000Z</LastModified><ETag>&quot;{0:032x}&quot;</ETag>" \
            "<Size>{0}</Size><Owner><ID>{0:064x}</ID></Owner><StorageClass>STANDARD</StorageClass></Contents>"
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix></Prefix>'
            "<KeyCount>1000</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>" + "".join(entry.format(n, n % 60) for n in range(1000)) + "</ListBucketResult>").encode()


def items():
    item = {"pk": {"S": "customer#00000007"}, "sk": {"S": ""}, "total": {"N": "129.90"}, "count": {"N": "3"}, "paid": {"BOOL": True}, "state": {"S": "delivered"},
            "tags": {"SS": ["new", "gift"]}, "address": {"M": {"city": {"S": "Manaus"}, "zip": {"S": "69000-000"}, "country": {"S": "BR"}}},
            "lines": {"L": [{"M": {"sku": {"S": "A-1234"}, "qty": {"N": "2"}}}, {"M": {"sku": {"S": "B-9876"}, "qty": {"N": "1"}}}]}, "note": {"S": "leave at the door of the boat house"}}
    texts, size = [], 0
    while size < 1 << 20:
        item["sk"]["S"] = f"order#2025-11-08#{len(texts):06}"
        texts.append(json.dumps(item, separators=(",", ":")))
        size += len(texts[-1]) + 1
    return '{"Items":[' + ",".join(texts) + f'],"Count":{len(texts)},"ScannedCount":{len(texts)}}}', texts[0]


class Handler(socketserver.StreamRequestHandler):
    """Answers by method and target; connections stay open."""

    disable_nagle_algorithm = True

    def handle(self):
        while line := self.rfile.readline():
            length, target = 0, b""
            while (header := self.rfile.readline()) != b"\r\n":
                name, _, value = header.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
                elif name.lower() == b"x-amz-target":
                    target = value.strip()
            self.rfile.read(length)
            self.server.requests += 1
            self.wfile.write(RESPONSES[b"HEAD" if line.startswith(b"HEAD") else target])


def response(body, kind, headers=""):
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


QUERY, ITEM = items()
RESPONSES = {
    b"": response(listing(), "application/xml"),
    b"HEAD": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: text/plain\r\nETag: \"5d41402abc4b2a76b9719d911017c592\"\r\nLast-Modified: Sat, 08 Nov 2025 12:00:00 GMT\r\n"
             b"x-amz-request-id: 4442587FB7D0A2F9\r\nx-amz-meta-color: red\r\n\r\n",
    b"DynamoDB_20120810.GetItem": response(f'{{"Item":{ITEM}}}'.encode(), "application/x-amz-json-1.0"),
    b"DynamoDB_20120810.Query": response(QUERY.encode(), "application/x-amz-json-1.0"),
}


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True
    requests = 0


# ---- The measured program of Python: runs under boto3 and, with `tucuxi`, as the drop-in --------------------------------------------------

PYTHON = r"""
import json, resource, sys, threading, time
peer, workload, count, url = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
if peer == "tucuxi":
    import tucuxi
    tucuxi.install_as_boto3()
import boto3
from botocore.config import Config
session = boto3.session.Session(region_name="us-east-1", aws_access_key_id="AKID", aws_secret_access_key="SECRET")
config = Config(s3={"addressing_style": "path"}, max_pool_connections=16)
client = lambda name: session.client(name, endpoint_url=url, config=config)
key = {"pk": {"S": "customer#00000007"}, "sk": {"S": "order#2025-11-08#000007"}}
query = dict(TableName="t", KeyConditionExpression="pk = :p")
def operation():
    if workload.startswith("create_"):
        return lambda: client(workload[7:])
    if workload.startswith("get_item"):
        c = client("dynamodb")
        def get():
            assert c.get_item(TableName="t", Key=key)["Item"]["state"]["S"] == "delivered"
        return get
    if workload == "head_object":
        c = client("s3")
        def head():
            assert c.head_object(Bucket="b", Key="k")["Metadata"]["color"] == "red"
        return head
    if workload == "list_1000_keys":
        c = client("s3")
        def list_keys():
            assert len(c.list_objects_v2(Bucket="b")["Contents"]) == 1000
        return list_keys
    if workload == "query_1_mib":
        c = client("dynamodb")
        def run_query():
            assert len(c.query(ExpressionAttributeValues={":p": {"S": "customer#00000007"}}, **query)["Items"]) > 1000
        return run_query
    table = session.resource("dynamodb", endpoint_url=url, config=config).Table("t")
    del query["TableName"]
    def query_table():
        assert len(table.query(ExpressionAttributeValues={":p": "customer#00000007"}, **query)["Items"]) > 1000
    return query_table
run = operation()
def repeat(times):
    for _ in range(times):
        run()
def work(times):
    if not workload.endswith("8_threads"):
        return repeat(times)
    threads = [threading.Thread(target=repeat, args=(times // 8,)) for _ in range(8)]
    [t.start() for t in threads]
    [t.join() for t in threads]
work(max(8, count // 10))
def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
before, start = cpu(), time.perf_counter()
work(count)
wall = time.perf_counter() - start
print(json.dumps({"cpu": (cpu() - before) / count, "wall": wall / count}))
"""

# ---- The same in JavaScript --------------------------------------------------------------------------------------------------------

NODE = r"""
const [peer, workload, number, url] = process.argv.slice(2);
const count = +number;
const Key = { pk: { S: 'customer#00000007' }, sk: { S: 'order#2025-11-08#000007' } };
const query = { TableName: 't', KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': { S: 'customer#00000007' } } };
let create, call;
if (peer === 'tucuxi') {
  const { Session } = require('tucuxi');
  const session = new Session({ region: 'us-east-1', accessKeyId: 'AKID', secretAccessKey: 'SECRET' });
  create = (name) => session.client(name, { endpoint: url, config: { s3: { addressing_style: 'path' } } });
  call = (client, name, params) => client[name](params);
} else {
  const names = { s3: 'S3', dynamodb: 'DynamoDB', ec2: 'EC2' };
  const options = { region: 'us-east-1', endpoint: url, forcePathStyle: true, credentials: { accessKeyId: 'AKID', secretAccessKey: 'SECRET' } };
  create = (name) => new (require(`@aws-sdk/client-${name}`)[names[name]])(options);
  call = (client, name, params) => client[name](params);
}
const check = (right) => { if (!right) throw new Error('wrong response'); };
function operation() {
  if (workload.startsWith('create_')) return async () => void create(workload.slice(7));
  const client = create(workload.startsWith('get_item') || workload.startsWith('query') ? 'dynamodb' : 's3');
  if (workload.startsWith('get_item')) return async () => check((await call(client, 'getItem', { TableName: 't', Key })).Item.state.S === 'delivered');
  if (workload === 'head_object') return async () => check((await call(client, 'headObject', { Bucket: 'b', Key: 'k' })).Metadata.color === 'red');
  if (workload === 'list_1000_keys') return async () => check((await call(client, 'listObjectsV2', { Bucket: 'b' })).Contents.length === 1000);
  return async () => check((await call(client, 'query', query)).Items.length > 1000);
}
(async () => {
  const run = operation();
  const repeat = async (times) => { for (let n = 0; n < times; n++) await run(); };
  const work = (times) => (workload.endsWith('8_threads') ? Promise.all(Array.from({ length: 8 }, () => repeat(times / 8 | 0))) : repeat(times));
  await work(Math.max(8, count / 10 | 0));
  const cpu = () => { const usage = process.resourceUsage(); return (usage.userCPUTime + usage.systemCPUTime) / 1e6; };
  const [before, start] = [cpu(), process.hrtime.bigint()];
  await work(count);
  const wall = Number(process.hrtime.bigint() - start) / 1e9;
  console.log(JSON.stringify({ cpu: (cpu() - before) / count, wall: wall / count }));
  process.exit();
})();
"""

# ---- Installation --------------------------------------------------------------------------------------------------------------------


def run(*command, **options):
    subprocess.run([str(part) for part in command], check=True, **options)


def environment(folder, *packages):
    """A virtual environment with these packages, without those of the machine."""
    python = folder / "bin/python"
    if not python.exists():
        run(sys.executable, "-m", "venv", folder)
    if packages:
        run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages)
    return python


def peers_of_python(options):
    wheel = options.wheel
    if wheel is None:
        maturin = environment(BUILD / "maturin", "maturin>=1.9,<2").parent / "maturin"
        run(maturin, "build", "--release", "--out", BUILD, cwd=ROOT / "src/host/python")
        wheel = max(BUILD.glob("tucuxi-*.whl"), key=lambda file: file.stat().st_mtime)
    own = environment(BUILD / "own", "--force-reinstall", "--no-deps", wheel)
    return {"tucuxi": own, "boto3": options.boto3 or environment(BUILD / "boto3", f"boto3=={BOTO3}")}


def peers_of_node(options):
    module = options.module
    if module is None:
        run("npm", "run", "--silent", "build", cwd=ROOT / "src/host/node")
        module = ROOT / "src/host/node/tucuxi.node"
    own = BUILD / "node/own"
    package = own / "node_modules/tucuxi"
    package.mkdir(parents=True, exist_ok=True)
    for name in ("index.js", "package.json"):
        (package / name).write_bytes((ROOT / "src/host/node" / name).read_bytes())
    (package / "tucuxi.node").write_bytes(pathlib.Path(module).read_bytes())
    sdk = options.sdk or BUILD / "node/sdk"
    if options.sdk is None and not sdk.exists():
        sdk.mkdir(parents=True)
        run("npm", "install", "--silent", "--no-audit", "--no-fund", *SDK, cwd=sdk)
    programs = {"tucuxi": own / "driver.cjs", "sdk": pathlib.Path(sdk) / "tucuxi-bench-driver.cjs"}
    for program in programs.values():
        program.write_text(NODE)
    return programs


# ---- Measuring -----------------------------------------------------------------------------------------------------------------------


def measured(command, workload, scale, url):
    variables = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
                 "AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE": "1", "NODE_NO_WARNINGS": "1"}
    count = max(8, int(WORKLOADS[workload][0] * scale))
    done = subprocess.run([*map(str, command), workload, str(count), url], env=variables, capture_output=True, text=True, timeout=600)
    if done.returncode:
        sys.exit(f"{command[-1]} {workload}:\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def compare(language, commands, options, url):
    (own, own_command), (peer, peer_command) = commands.items()
    print(f"{language}: {own} next to {peer}, per operation, medians of {options.rounds} rounds")
    print(f"{'workload':22} {peer + ' CPU':>12} {'own CPU':>10} {'ratio':>7} {'required':>9} {peer + ' wall':>12} {'own wall':>10} {'ratio':>7}")
    missed = 0
    for workload, (_, required) in WORKLOADS.items():
        if language == "Node" and workload in NOT_IN_NODE or options.workload and options.workload not in workload:
            continue
        rounds = [(measured(own_command, workload, options.scale, url), measured(peer_command, workload, options.scale, url)) for _ in range(options.rounds)]
        column = lambda side, name: statistics.median(pair[side][name] for pair in rounds) * 1e3
        ratio = lambda name: statistics.median(pair[1][name] / pair[0][name] for pair in rounds)
        required = f"{required}x" if language == "Python" else ""
        missed += bool(required) and ratio("cpu") < float(required[:-1])
        print(f"{workload:22} {column(1, 'cpu'):9.3f} ms {column(0, 'cpu'):7.3f} ms {ratio('cpu'):6.1f}x {required:>9} {column(1, 'wall'):9.3f} ms {column(0, 'wall'):7.3f} ms {ratio('wall'):6.1f}x", flush=True)
    return missed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--wheel", type=pathlib.Path, help="a wheel that is built already")
    parser.add_argument("--module", type=pathlib.Path, help="a native module for Node that is built already")
    parser.add_argument("--boto3", help="a Python with boto3")
    parser.add_argument("--sdk", type=pathlib.Path, help="a folder with node_modules/@aws-sdk")
    parser.add_argument("--only", choices=["python", "node"])
    parser.add_argument("--workload", help="a part of the name of a workload")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0, help="multiplies the numbers of operations")
    options = parser.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        missed = 0
        if options.only != "node":
            program = BUILD / "driver.py"
            program.write_text(PYTHON)
            missed += compare("Python", {peer: [python, program, peer] for peer, python in peers_of_python(options).items()}, options, url)
        if options.only != "python":
            compare("Node", {peer: ["node", program, peer] for peer, program in peers_of_node(options).items()}, options, url)
        print(f"{server.requests} requests were answered")
        server.shutdown()
    if missed:
        sys.exit(f"{missed} ratios are below what is required")


if __name__ == "__main__":
    main()
