"""./dev bench streams: as many event streams as the server bears, and one more.

A figure, not a test: how much memory ten thousand open streams cost, and how long after an edit the last of them has
heard of it. Starts a private server on loopback in a folder of its own and ends it.
"""

import argparse
import json
import os
import resource
import selectors
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path


def memory_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


class Streams:
    """Open streams that count the change events they hear; one thread, no library in between."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.selector = selectors.DefaultSelector()
        self.sockets: list[socket.socket] = []
        self.heard = 0

    def open(self) -> None:
        one = socket.create_connection(("127.0.0.1", self.port))
        one.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        one.setblocking(False)
        self.selector.register(one, selectors.EVENT_READ)
        self.sockets.append(one)

    def read(self, wait_s: float) -> int:
        """How many answers and events came; every piece holds at most one change, as edits are made one by one."""
        opened = 0
        for key, _ in self.selector.select(wait_s):
            one = key.fileobj
            assert isinstance(one, socket.socket)
            piece = one.recv(65536)
            if not piece:
                raise SystemExit("a stream ended by itself")
            self.heard += piece.count(b"event: change")
            opened += piece.count(b"event: open")
        return opened


def edit(port: int, number: int) -> None:
    body = json.dumps({"type": "Feature", "geometry": {"type": "Point", "coordinates": [61 + number / 1000, 27]},
                       "properties": {"kind": "heat"}}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/collections/hazards/items", body,
                                     {"Content-Type": "application/geo+json"})
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 201


def measure(port: int, pid: int, count: int, edits: int) -> dict[str, float | int | bool]:
    before = memory_mb(pid)
    streams = Streams(port)
    began = time.monotonic()
    opened = 0
    for at in range(count):
        streams.open()
        if at % 100 == 99:
            while opened < at + 1:
                opened += streams.read(10)
    took = time.monotonic() - began
    refused = False
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/events", timeout=10)
    except urllib.error.HTTPError as problem:
        refused = problem.code == 503 and problem.headers.get("Retry-After") is not None
    until_all: list[float] = []
    for number in range(edits):
        wanted = streams.heard + count
        sent = time.monotonic()
        edit(port, number)
        while streams.heard < wanted:
            streams.read(10)
        until_all.append(time.monotonic() - sent)
    return {"streams": count, "opened_s": round(took, 2), "memory_before_mb": round(before, 1),
            "memory_with_streams_mb": round(memory_mb(pid), 1), "one_more_refused_with_503": refused,
            "edit_until_all_heard_median_ms": round(statistics.median(until_all) * 1000, 1),
            "edit_until_all_heard_worst_ms": round(max(until_all) * 1000, 1)}


def main() -> None:
    options = argparse.ArgumentParser(prog="./dev bench streams", description=__doc__)
    options.add_argument("--program", required=True)
    options.add_argument("--streams", type=int, default=10_000)
    options.add_argument("--edits", type=int, default=20)
    options.add_argument("--out")
    asked = options.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(asked.streams, hard - 100)
    folder = tempfile.mkdtemp(prefix="sarhad-streams-")
    try:
        config = Path(folder) / "sarhad.toml"
        config.write_text(f"log_requests = false\nmax_streams = {count}\n")
        server = subprocess.Popen([asked.program, "serve", "--data-dir", f"{folder}/data", "--listen", "127.0.0.1:0",
                                   "--open", "--config", str(config)], stdout=subprocess.PIPE, text=True,
                                  stderr=subprocess.DEVNULL)
        assert server.stdout
        port = int(server.stdout.readline().rsplit(":", 1)[1])
        try:
            result = measure(port, server.pid, count, asked.edits)
        finally:
            os.kill(server.pid, signal.SIGTERM)
            server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(result))
    if asked.out:
        Path(asked.out).write_text(json.dumps(result, indent=2) + "\n")
    if not result["one_more_refused_with_503"]:
        sys.exit("one stream too many was not refused")


if __name__ == "__main__":
    main()
