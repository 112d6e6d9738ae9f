"""Measures the command: start to first output, CPU, and peak memory next to `aws` and a bare request, completions, and the size.

    cargo build --release --features cli
    python3 -m venv v && v/bin/pip install awscli
    python3 benches/command.py --aws v/bin/aws [--runs 30] [--command target/release/tucuxi]

A server in this process answers on loopback with fixed bodies. The floor is a program of ten lines that posts with ureq and prints
the response (built with cargo, offline, under target/floor). The runs of the programs are interleaved. Wall time ends with the first
byte of the output; CPU time is that of user and system; peak memory needs GNU time. The stripped size is that after `strip`.
Run it on an idle machine.
"""

import argparse
import http.server
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import threading
import time

STS = "https://sts.amazonaws.com/doc/2011-06-15/"
CALLS = {
    "sts": (
        ["sts", "get-caller-identity"],
        f'<GetCallerIdentityResponse xmlns="{STS}"><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/x</Arn><UserId>A</UserId>'
        "<Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
    ),
    "s3api": (
        ["s3api", "list-buckets"],
        "<ListAllMyBucketsResult><Buckets><Bucket><Name>b</Name><CreationDate>2024-01-02T03:04:05Z</CreationDate></Bucket></Buckets>"
        "</ListAllMyBucketsResult>",
    ),
    "ec2": (
        ["ec2", "describe-regions"],
        "<DescribeRegionsResponse><regionInfo><item><regionName>us-east-1</regionName><regionEndpoint>e</regionEndpoint></item>"
        "</regionInfo></DescribeRegionsResponse>",
    ),
    "dynamodb": (["dynamodb", "list-tables"], '{"TableNames":["a"]}'),
}
# What is typed, per case: a service, an operation, an option, a value.
LINES = ["ec2 desc", "ec2 describe-instances --fil", "s3api put-object --acl ", "dynamodb put-item --return-values ", "eks "]

FLOOR = {
    "Cargo.toml": '[package]\nname = "floor"\nversion = "0.1.0"\nedition = "2024"\n[workspace]\n[dependencies]\n'
    'ureq = { version = "~3.5.1", default-features = false }\n[profile.release]\nlto = "thin"\n',
    "src/main.rs": "fn main() {\n    let url = std::env::args().nth(1).unwrap();\n    let mut response = ureq::post(&url).send(&[][..]).unwrap();\n"
    '    print!("{}", response.body_mut().read_to_string().unwrap());\n}\n',
}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    body = b""

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.send_response(200)
        self.send_header("content-length", str(len(Handler.body)))
        self.end_headers()
        self.wfile.write(Handler.body)

    do_GET = do_POST

    def log_message(self, *_):
        pass


def floor(target):
    folder = target / "floor"
    for name, text in FLOOR.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    shutil.copy("Cargo.lock", folder)
    subprocess.run(["cargo", "build", "--release", "--offline", "--quiet"], cwd=folder, check=True)
    return str(folder / "target/release/floor")


def measure(argv, environment):
    """Wall seconds to the first byte of the output, and CPU seconds."""
    started = time.perf_counter()
    process = subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.read(1)
    first = time.perf_counter() - started
    process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = status
    if status:
        raise SystemExit(f"{argv}: {process.stderr.read().decode()}")
    return first, used.ru_utime + used.ru_stime


def peak(argv, environment):
    """KiB of peak memory. A process counts the memory of the one that forked it, so a small program has to start it."""
    if not shutil.which("time"):
        return 0
    timed = subprocess.run(["time", "-f", "%M", *argv], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return int(timed.stderr.split()[-1])


def table(title, programs, environment, runs):
    """Prints a row for each program, with interleaved runs. A program that needs long gets a fifth of them."""
    samples = {name: [] for name in programs}
    for run in range(runs):
        for name, argv in programs.items():
            if name != "aws" or run % 5 == 0:
                samples[name].append(measure(argv, environment))
    for name, values in samples.items():
        first, cpu = zip(*values)
        text = [f"{min(part) * 1000:8.1f} {statistics.median(part) * 1000:8.1f}" for part in (first, cpu)]
        print(f"{title:34} {name:8} {text[0]}   {text[1]}   {peak(programs[name], environment) / 1024:7.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--command", default="target/release/tucuxi")
    parser.add_argument("--aws", help="the AWS CLI; left out without this option")
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--no-floor", action="store_true", help="leaves out the bare request, which has to be compiled")
    options = parser.parse_args()
    command = str(pathlib.Path(options.command).resolve())

    with tempfile.TemporaryDirectory() as folder:
        stripped = shutil.copy(command, pathlib.Path(folder) / "tucuxi")
        subprocess.run(["strip", stripped], check=True)
        print(f"stripped size: {os.path.getsize(stripped):,} bytes\n")

        environment = {"HOME": folder, "PATH": os.environ["PATH"], "AWS_EC2_METADATA_DISABLED": "true"}
        environment.update(AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b", AWS_DEFAULT_REGION="us-east-1")
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        bare = None if options.no_floor else floor(pathlib.Path("target").resolve())

        print(f"{'':43} {'first output (ms)':>17}   {'CPU (ms)':>17}   {'peak':>7}")
        print(f"{'':43} {'min':>8} {'median':>8}   {'min':>8} {'median':>8}   {'MB':>7}")
        for name, (words, body) in CALLS.items():
            Handler.body = body.encode()
            programs = {"tucuxi": [command, *words, "--endpoint-url", url]}
            if bare:
                programs["floor"] = [bare, url]
            if options.aws:
                programs["aws"] = [options.aws, *words, "--endpoint-url", url]
            table(" ".join(words), programs, environment, options.runs)
        print()
        for line in LINES:
            typed = f"tucuxi {line}"
            words = typed.split(" ")
            completing = dict(environment, COMP_LINE=typed, COMP_POINT=str(len(typed)))
            shells = {
                "bash -C": [command, "tucuxi", words[-1], words[-2]],
                "bash": [command, "__complete", "bash", words[-1]],
                "zsh": [command, "__complete", "zsh", "--", *words],
                "fish": [command, "__complete", "fish", "--", *words],
                "pwsh": [command, "__complete", "powershell"],
            }
            table(f"{line}<tab>", shells, completing, options.runs)


if __name__ == "__main__":
    main()
