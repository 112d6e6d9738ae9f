#!/usr/bin/env python3
"""Lists and processes a large prefix on a Dask cluster of several processes.

    python3 benches/dask_listing.py [KEYS] [PROCESSES] [PARTS]

Needs the packages tucuxi and dask[distributed]. A process of this program plays S3 and lists made-up keys; it counts the requests.
"""

import bisect
import multiprocessing
import os
import socketserver
import sys
import time
from urllib.parse import parse_qs, quote, urlsplit
from xml.sax.saxutils import escape

ENTRY = "<Contents><Key>{}</Key><LastModified>2025-11-08T12:00:00.000Z</LastModified><ETag>&quot;0&quot;</ETag><Size>{}</Size></Contents>"


def keys(count):
    """Keys in folders of different sizes, as people have them."""
    return sorted(f"images/{2010 + n * n // (count * count // 15 + 1)}/{n % 12 + 1:02}/{n:07}.jpg" for n in range(count))


class Handler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        while line := self.rfile.readline():
            while self.rfile.readline() not in (b"\r\n", b""):
                pass
            with self.server.requests.get_lock():
                self.server.requests.value += 1
            body = self.page(parse_qs(urlsplit(line.split()[1].decode()).query)).encode()
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    def page(self, query):
        one = lambda name, default="": query.get(name, [default])[0]
        prefix, limit, known = one("prefix"), int(one("max-keys", "1000")), self.server.keys
        after = one("continuation-token") or one("start-after")
        first = max(bisect.bisect_left(known, prefix), bisect.bisect_right(known, after) if after else 0)
        end = bisect.bisect_left(known, prefix + "\U0010ffff")
        found = known[first:min(first + limit, end)]
        more = first + len(found) < end
        token = f"<NextContinuationToken>{escape(found[-1])}</NextContinuationToken>" if more and found else ""
        entries = "".join(ENTRY.format(quote(key), len(key)) for key in found)
        return (f"<ListBucketResult><EncodingType>url</EncodingType><KeyCount>{len(found)}</KeyCount><IsTruncated>{str(more).lower()}</IsTruncated>{token}{entries}</ListBucketResult>")


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True


def serve(count, requests, ready):
    with Server(("127.0.0.1", 0), Handler) as server:
        server.keys, server.requests = keys(count), requests
        ready.put(server.server_address[1])
        server.serve_forever()


def report(part):
    """The work of a process: the number of keys, their lengths, and the first and last key."""
    found = [item["Key"] for item in part]
    return {"keys": len(found), "characters": sum(map(len, found)), "bounds": [(found[0], found[-1])] if found else [], "processes": [os.getpid()]}


def main(count=100_000, processes=4, parts=32):
    import tucuxi
    from dask.distributed import Client, LocalCluster

    context = multiprocessing.get_context("spawn")
    requests, ready = context.Value("l", 0), context.Queue()
    server = context.Process(target=serve, args=(count, requests, ready), daemon=True)
    server.start()
    try:
        session = tucuxi.Session(region_name="us-east-1", aws_access_key_id="AKID", aws_secret_access_key="SECRET")
        s3 = session.client("s3", endpoint_url=f"http://127.0.0.1:{ready.get()}", config=tucuxi.Config(s3={"addressing_style": "path"}))
        with LocalCluster(n_workers=processes, threads_per_worker=1, processes=True, dashboard_address=None) as cluster, Client(cluster) as dask:
            start = time.perf_counter()
            ranges = tucuxi.split_prefix(s3, "river", "images/", parts=parts)
            cut, for_cut = time.perf_counter() - start, requests.value
            merged = tucuxi.merge_reports(dask.gather(dask.map(report, ranges)))
            whole = time.perf_counter() - start
        expected = keys(count)
        bounds = merged["bounds"]
        assert (merged["keys"], merged["characters"]) == (count, sum(map(len, expected)))
        assert all(one[1] < two[0] for one, two in zip(bounds, bounds[1:])) and (bounds[0][0], bounds[-1][1]) == (expected[0], expected[-1])
        print(f"{count} keys in {len(ranges)} parts on {len(set(merged['processes']))} processes: {whole:.2f} s, of which {cut:.2f} s for cutting; "
              f"{requests.value} requests, of which {for_cut} for cutting")
    finally:
        server.terminate()
        server.join()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
