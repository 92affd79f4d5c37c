"""The program itself, as it stands in a pipe.

    cargo run --release --manifest-path benches/rivals/Cargo.toml -- write --into DIR --megabytes 200
    python3 benches/commands.py target/release/hello threads DIR
    python3 benches/commands.py target/release/hello memory
    python3 benches/commands.py target/release/hello text SET PROTOC

`threads`: wall time of the streams in DIR by one thread and by two, the median
of five, by turns; beside them what the machine has to give at that time: half
of what two processes take, of one thread each, that convert the same stream at
once, and how many times as fast as one that would be. `memory`: what 4 GiB from
a pipe take, records of up to 1 MiB, both ways. `text`: SET, a
FileDescriptorSet, beside `PROTOC --decode`: user and system seconds, the best
of five, by turns; PROTOC has descriptor.proto beside it as its packages do, or
PROTOC_INCLUDE names where it is.
"""

import os
import random
import re
import resource
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

RUNS = 5
LONG = 4 << 30
TO_JSON = ["decode", "--stream", "--to", "json"]
TO_BINARY = ["encode", "--stream", "--from", "json", "--to", "binary"]
WAYS = [("binary to JSON", TO_JSON, "binpb"), ("JSON to binary", TO_BINARY, "jsonl")]
TYPES = {"tiny": "HelloRequest", "log": "LogRecord", "numbers": "Numbers", "deep": "Event"}
SHAPES = Path(__file__).parent / "rivals/proto/shapes.proto"
SET_TYPE = "google.protobuf.FileDescriptorSet"


def run(command: list[str], source: Path) -> tuple[float, float]:
    """Its wall time, and its user and system time together."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    with source.open("rb") as stdin:
        subprocess.run(command, stdin=stdin, stdout=subprocess.DEVNULL, check=True)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def pair(command: list[str], source: Path) -> float:
    """Half the wall time of two that run at once."""
    start = time.perf_counter()
    with source.open("rb") as one, source.open("rb") as two:
        inputs = (one, two)
        children = [subprocess.Popen(command, stdin=stdin, stdout=subprocess.DEVNULL) for stdin in inputs]
        if any([child.wait() for child in children]):
            raise SystemExit(f"{source}: it fails")
    return (time.perf_counter() - start) / 2


def threads(hello: str, streams: str) -> None:
    print(f"{'shape':8} {'direction':15} {'1 thread':>9} {'2 threads':>10} {'ratio':>6} {'2 processes':>12} {'ratio':>6}")
    for shape, name in TYPES.items():
        for title, way, ending in WAYS:
            command = [hello, *way, "--proto", str(SHAPES), "--type", f"shapes.{name}", "--threads"]
            source = Path(streams, f"{shape}.{ending}")
            times = []
            for _ in range(RUNS):
                alone, both = (run([*command, count], source)[0] for count in ("1", "2"))
                times.append((alone, both, pair([*command, "1"], source)))
            one, two, apart = (statistics.median(walls) for walls in zip(*times))
            print(
                f"{shape:8} {title:15} {one:8.3f}s {two:9.3f}s {one / two:6.2f}"
                f" {apart:11.3f}s {one / apart:6.2f}",
                flush=True,
            )


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out) + bytes([value])


def records(way: list[str], fill: bytes) -> bytes:
    """Some 40 MB of records: most of them small, some of up to 1 MiB."""
    dice = random.Random(1)
    out = bytearray()
    while len(out) < 40_000_000:
        name = fill * ((1 << 20) - 20 if dice.random() < 0.01 else dice.randrange(200))
        if way is TO_JSON:
            body = b"\x0a" + varint(len(name)) + name
            out += varint(len(body)) + body
        else:
            out += b'{"name":"' + name + b'"}\n'
    return bytes(out)


def feed(pipe, block: bytes, status: Path, peak: list[int]) -> None:
    for _ in range(LONG // len(block) + 1):
        pipe.write(block)
    # The program still waits for more.
    peak.append(int(re.search(r"VmHWM:\s*(\d+) kB", status.read_text())[1]))
    pipe.close()


def memory(hello: str) -> None:
    print(f"{'direction':15} {'threads':>8} {'peak':>10} {'GiB/s':>6}")
    rows = [(title, way, b"x") for title, way, _ in WAYS]
    # Each byte becomes six.
    for title, way, fill in [*rows, ("escapes", TO_JSON, b"\1")]:
        block = records(way, fill)
        for count in ("1", "2", "8"):
            command = [hello, *way, "--threads", count]
            start, peak = time.perf_counter(), []
            child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
            status = Path(f"/proc/{child.pid}/status")
            feeder = threading.Thread(target=feed, args=(child.stdin, block, status, peak))
            feeder.start()
            feeder.join()
            if child.wait() != 0:
                raise SystemExit(f"{title}: it fails")
            rate = LONG / (time.perf_counter() - start) / (1 << 30)
            print(f"{title:15} {count:>8} {peak[0] / 1024:6.1f} MiB {rate:6.2f}", flush=True)


def text(hello: str, descriptors: str, protoc: str) -> None:
    # Its options have to be known, or they would be unknown fields.
    include = os.environ.get("PROTOC_INCLUDE", str(Path(protoc).parent.parent / "include"))
    commands = {
        "hello decode": [hello, "decode", "--type", SET_TYPE, "--from", "binary", "-q"],
        "protoc --decode": [protoc, f"-I{include}", f"--decode={SET_TYPE}", "google/protobuf/descriptor.proto"],
    }
    best = dict.fromkeys(commands, float("inf"))
    for _ in range(RUNS):
        for name, command in commands.items():
            best[name] = min(best[name], run(command, Path(descriptors))[1])
    for name, seconds in best.items():
        print(f"{name:16} {seconds:6.3f}s {seconds / best['hello decode']:6.2f}")


def main() -> None:
    hello, task, *rest = sys.argv[1:]
    {"threads": threads, "memory": memory, "text": text}[task](hello, *rest)


if __name__ == "__main__":
    main()
