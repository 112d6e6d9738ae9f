#!/usr/bin/env python3
"""Turns the results of the shared benchmark and of the bench `growth` into the README's table and two charts.

    python3 benches/report.py results.json [tls-results.json] [--growth growth.jsonl]

The first two files are written by `run.py --out` of the shared benchmark; workloads of the second have the suffix "TLS".
Rewrites the part of README.md between the two comments named `benchmark`, benches/compare.svg, and benches/growth.svg.
"""

import argparse
import json
import math
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SVG = "http://www.w3.org/2000/svg"

# The peers in the order of the table, with their colors, which stand out from white and from black.
PEERS = [
    ("tucuxi", "tucuxi", "#d6336c"),
    ("aws-sdk-rust", "AWS SDK for Rust", "#4c8bd8"),
    ("aws-sdk-js", "AWS SDK for JS", "#c58a00"),
    ("boto3", "boto3", "#2f9e63"),
    ("floor", "floor", "#868e96"),
]

# Workloads and their names; those of the second file after the others. The chart shows the ones with a star.
WORKLOADS = [
    ("cold_start_sts", "Whole process, one call: STS", "*"),
    ("cold_start_s3", "Whole process, one call: S3", ""),
    ("cold_start_ddb", "Whole process, one call: DynamoDB", ""),
    ("cold_start_ec2", "Whole process, one call: EC2", "*"),
    ("small_calls_sts", "GetCallerIdentity", ""),
    ("small_calls_sqs", "SendMessage", ""),
    ("small_calls_ddb", "GetItem", "*"),
    ("small_calls_s3", "GetObject, 100 bytes", "*"),
    ("small_calls_threads_8", "GetItem, 8 threads", ""),
    ("small_calls_threads_32", "GetItem, 32 threads", "*"),
    ("list_objects_parse", "ListObjectsV2, 1000 keys", "*"),
    ("ddb_query_parse", "Query, 1 MiB", "*"),
    ("ec2_describe_parse", "DescribeInstances, 1000 instances", "*"),
    ("cw_metrics_parse", "GetMetricData, 7200 points", "*"),
    ("s3_get_256m", "GetObject, 256 MiB", "*"),
    ("s3_get_256m_crc32", "GetObject, 256 MiB with CRC-32", ""),
    ("s3_download_256m", "Managed download, 256 MiB", ""),
    ("s3_put_256m", "Managed upload, 256 MiB", ""),
    ("s3_put_single_256m", "PutObject, 256 MiB", ""),
    ("many_small_puts", "PutObject, 1 KiB", ""),
    ("many_small_puts_16", "PutObject, 1 KiB, 16 threads", ""),
    ("presign", "Presigned URL", "*"),
    ("serialize_sign_only", "GetItem without a network", "*"),
]
TLS = [
    ("s3_get_256m", "GetObject, 256 MiB, TLS", ""),
    ("s3_put_256m", "Managed upload, 256 MiB, TLS", "*"),
    ("s3_put_single_256m", "PutObject, 256 MiB, TLS", ""),
    ("many_small_puts", "PutObject, 1 KiB, TLS", "*"),
    ("many_small_puts_16", "PutObject, 1 KiB, TLS, 16 threads", ""),
]

STYLE = """
text { font: 12px system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; fill: #24292f }
.title { font-size: 15px; font-weight: 600 }
.minor { font-size: 11px; fill: #57606a }
.number { font-size: 10px; fill: #57606a }
.grid { stroke: #8c959f; stroke-opacity: .35; stroke-width: 1 }
.rule { stroke: #8c959f; stroke-width: 1; stroke-dasharray: 4 4; fill: none }
.line { stroke-width: 2; fill: none }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .minor, .number { fill: #9da7b3 }
}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", nargs="+", type=Path)
    parser.add_argument("--growth", type=Path)
    arguments = parser.parse_args()
    rows, rounds = [], []
    for file, workloads in zip(arguments.results, (WORKLOADS, TLS)):
        results = json.loads(file.read_text())
        rounds.append(results["rounds"])
        for workload, name, starred in workloads:
            measured = results["summary"].get(workload, {})
            if "tucuxi" in measured:
                rows.append((name, bool(starred), measured))
    readme = ROOT / "README.md"
    text, found = re.subn(
        r"(<!-- benchmark: [^\n]*-->\n).*?(<!-- end of benchmark -->)",
        lambda part: part[1] + table(rows, min(rounds)) + part[2],
        readme.read_text(),
        flags=re.DOTALL,
    )
    if not found:
        raise SystemExit("README.md has no comments <!-- benchmark: ... --> and <!-- end of benchmark -->")
    readme.write_text(text)
    (ROOT / "benches/compare.svg").write_text(compare([(name, measured) for name, starred, measured in rows if starred]))
    if arguments.growth:
        points = [json.loads(line) for line in arguments.growth.read_text().splitlines() if line.startswith("{")]
        (ROOT / "benches/growth.svg").write_text(growth(points))


def time(microseconds):
    """A time with three significant digits at most."""
    for unit, size in (("s", 1e6), ("ms", 1e3), ("µs", 1)):
        if microseconds >= size or unit == "µs":
            number = microseconds / size
            return f"{number:.0f} {unit}" if number >= 100 else f"{number:.3g} {unit}"


def table(rows, rounds):
    peers = [(key, name) for key, name, _ in PEERS if any(key in measured for _, _, measured in rows)]
    lines = [f"Medians of {rounds} or more interleaved rounds.", ""]
    lines.append("| CPU time per operation | " + " | ".join(name for _, name in peers) + " | ratio | memory |")
    lines.append("|---|" + "--:|" * (len(peers) + 2))
    for name, _, measured in rows:
        own, sdk = measured["tucuxi"], measured.get("aws-sdk-rust")
        cells = [time(measured[key]["cpu_us"]) if key in measured else "–" for key, _ in peers]
        # run.py divides a peer by tucuxi within each round, which is steadier than a ratio of medians.
        ratio = f"{1 / sdk['cpu_ratio']:.2f}" if sdk and sdk.get("cpu_ratio") else "–"
        memory = f"{own['rss_kb'] / sdk['rss_kb']:.2f}" if sdk else "–"
        lines.append(f"| {name} | " + " | ".join([*cells, ratio, memory]) + " |")
    return "\n".join(lines) + "\n"


def compare(rows):
    """Bars on a logarithmic scale, a group for each workload."""
    bar, gap, left, right, top = 12, 14, 250, 70, 74
    width = 900
    group = len(PEERS) * bar + gap
    bottom = top + len(rows) * group
    values = [peer["cpu_us"] for _, measured in rows for key, peer in measured.items() if key in {key for key, _, _ in PEERS}]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))

    def x(value):
        return left + (math.log10(value) - low) / (high - low) * (width - left - right)

    out = [tag("text", "CPU time per operation, logarithmic scale; less is better", x=12, y=24, class_="title")]
    at = 12
    for _, name, color in PEERS:
        out.append(tag("rect", x=at, y=38, width=10, height=10, fill=color, rx=2))
        out.append(tag("text", name, x=at + 15, y=47, class_="minor"))
        at += 15 + 7 * len(name) + 20
    for power in range(low, high + 1):
        out.append(tag("line", x1=x(10**power), x2=x(10**power), y1=top - 6, y2=bottom - gap + 4, class_="grid"))
        out.append(tag("text", time(10**power), x=x(10**power), y=bottom + 6, text_anchor="middle", class_="minor"))
    for index, (name, measured) in enumerate(rows):
        y = top + index * group
        out.append(tag("text", name, x=left - 10, y=y + len(PEERS) * bar / 2 + 4, text_anchor="end"))
        for row, (key, _, color) in enumerate(PEERS):
            if key in measured:
                value = measured[key]["cpu_us"]
                out.append(tag("rect", x=left, y=y + row * bar, width=x(value) - left, height=bar - 1, fill=color, rx=1))
                out.append(tag("text", time(value), x=x(value) + 4, y=y + row * bar + bar - 2, class_="number"))
    return document(width, bottom + 18, "CPU time per operation of tucuxi and other SDKs", out)


def growth(points):
    """A panel for each kind of growth: the CPU time over the number of things, both logarithmic, and a proportional line."""
    series = {}
    for point in points:
        series.setdefault(point["series"], []).append((point["n"], point["cpu_us"]))
    columns, panel, height, top = 3, 280, 190, 62
    rows = math.ceil(len(series) / columns)
    out = [
        tag("text", "How cost grows: CPU time over the number of things, both logarithmic", x=12, y=24, class_="title"),
        tag("line", x1=12, x2=42, y1=41, y2=41, class_="rule"),
        tag("text", "in proportion to the largest number", x=48, y=45, class_="minor"),
    ]
    for index, (name, measured) in enumerate(series.items()):
        left, y0 = 12 + index % columns * panel + 48, top + index // columns * (height + 20)
        out += chart(name, sorted(measured), left, y0 + 24, panel - 78, height - 62)
    return document(columns * panel + 12, top + rows * (height + 20), "CPU time of tucuxi as inputs grow", out)


def chart(name, points, left, top, width, height):
    (first, last) = (points[0][0], points[-1][0])
    per_unit = points[-1][1] / last
    values = [value for _, value in points] + [per_unit * first]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))

    def place(n, value):
        across = math.log10(n / first) / math.log10(last / first)
        return f"{left + across * width:.1f},{top + height - (math.log10(value) - low) / (high - low) * height:.1f}"

    out = [tag("text", name, x=left - 48, y=top - 12)]
    out.append(tag("text", f"{time(per_unit)} each", x=left + width, y=top - 12, text_anchor="end", class_="minor"))
    for power in range(low, high + 1):
        y = top + height - (power - low) / (high - low) * height
        out.append(tag("line", x1=left, x2=left + width, y1=y, y2=y, class_="grid"))
        out.append(tag("text", time(10**power), x=left - 6, y=y + 4, text_anchor="end", class_="minor"))
    for n in (first, last):
        x = place(n, 10**low).split(",")[0]
        out.append(tag("text", f"{n:,}", x=x, y=top + height + 16, text_anchor="middle", class_="minor"))
    out.append(tag("polyline", points=f"{place(first, per_unit * first)} {place(last, per_unit * last)}", class_="rule"))
    line = " ".join(place(n, value) for n, value in points)
    out.append(tag("polyline", points=line, class_="line", stroke=PEERS[0][2]))
    for n, value in points:
        x, y = place(n, value).split(",")
        out.append(tag("circle", cx=x, cy=y, r=3, fill=PEERS[0][2]))
    return out


def tag(name, content=None, **attributes):
    def number(value):
        return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else escape(str(value))

    text = "".join(f' {key.rstrip("_").replace("_", "-")}="{number(value)}"' for key, value in attributes.items())
    return f"<{name}{text}/>" if content is None else f"<{name}{text}>{escape(content)}</{name}>"


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def document(width, height, title, body):
    head = f'<svg xmlns="{SVG}" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">'
    return "\n".join([head, f"<title>{escape(title)}</title>", f"<style>{STYLE}</style>", *body, "</svg>", ""])


if __name__ == "__main__":
    main()
