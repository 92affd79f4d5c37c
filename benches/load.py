#!/usr/bin/env python3
"""How many calls a second `hello serve` answers, beside others.

    python benches/load.py HELLO BARE [--runs 5] [--calls 100000] [--long]

HELLO is the binary, BARE that of benches/greeter: tonic's own server with the
same service and nothing else. Beside them a Greeter of the official Python
package with a pool of ten threads; run this with a Python that has the packages
of tests/interop/requirements.txt.

The client is h2load, of Debian's nghttp2-client, on one machine with the server:
runs take turns, and the medians are compared. h2load counts every answer with
the status 200 as good; so each server is asked before and after by gRPC whether
its answers are right, and h2load's bytes are compared with what right answers
have. With --long, 1,000,000 calls go to `hello serve`, and its memory is looked
at after 100,000 and at the end. --check fails where the figures are not those
that issue 5 asks for.

Two short runs, in half a minute: --runs 2 --calls 20000
"""

import argparse
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[1]

PATH = "/Greeter/SayHello"
REQUEST = b"\n\x03abc"
ANSWER = b"\n\x09\xe6\x88\x91\xe6\x98\xafabc"
# What DATA frames of a right answer hold: five bytes before the message.
ANSWER_BYTES = 5 + len(ANSWER)
CONNECTIONS, STREAMS = 10, 50

TIMES_PYTHON = 18.0
OF_BARE = 0.95
GROWTH_MAX = 8 << 20

PYTHON_SERVER = """
import sys, concurrent.futures, grpc
sys.path.insert(0, sys.argv[1])
import hello_pb2, hello_pb2_grpc
class Greeter(hello_pb2_grpc.GreeterServicer):
    def SayHello(self, request, context):
        return hello_pb2.HelloResponse(name="\u6211\u662f" + request.name)
server = grpc.server(concurrent.futures.ThreadPoolExecutor(10))
hello_pb2_grpc.add_GreeterServicer_to_server(Greeter(), server)
server.add_insecure_port(sys.argv[2])
server.start()
server.wait_for_termination()
"""


def generate(out: Path) -> None:
    """Has protoc write the modules of the Python server."""
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{ROOT / 'proto'}", "hello.proto"]
    subprocess.run([*command, f"--python_out={out}", f"--grpc_python_out={out}"], check=True)


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Server:
    """A server that is running, and how it is called here."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name = name
        self.port = free_port()
        address = f"127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [*command, address], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.rates: list[float] = []
        self.slow: list[float] = []
        self.ask()

    def ask(self) -> None:
        """One call by gRPC, whose answer has to be right."""
        import grpc

        with grpc.insecure_channel(f"127.0.0.1:{self.port}") as channel:
            method = channel.unary_unary(PATH)
            answer = method(REQUEST, timeout=20, wait_for_ready=True)
        if answer != ANSWER:
            sys.exit(f"{self.name} answers {answer!r}")

    def resident(self) -> int:
        """The bytes of memory that it has now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) << 10

    def load(self, calls: int, body: Path) -> tuple[float, float]:
        """So many calls: calls per second, and the 99th percentile in ms."""
        self.ask()
        log = body.with_suffix(".log")
        log.unlink(missing_ok=True)
        command = ["h2load", "-n", str(calls), "-c", str(CONNECTIONS), "-m", str(STREAMS)]
        command += ["-d", str(body), "--log-file", str(log)]
        command += ["-H", "content-type: application/grpc", "-H", "te: trailers"]
        command += [f"http://127.0.0.1:{self.port}{PATH}"]
        out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        good = re.search(r"requests: .* (\d+) succeeded, (\d+) failed, (\d+) errored", out)
        data = re.search(r"traffic: .*\((\d+)\) data", out)
        if not good or [int(it) for it in good.groups()] != [calls, 0, 0]:
            sys.exit(f"{self.name} has failed calls:\n{out}")
        if int(data[1]) != calls * ANSWER_BYTES:
            sys.exit(f"{self.name} sent {data[1]} bytes for {calls} answers of {ANSWER_BYTES}")
        rate = float(re.search(r"finished in .*?, ([\d.]+) req/s", out)[1])
        # Microseconds, the third column.
        times = sorted(int(line.split("\t")[2]) for line in log.read_text().splitlines())
        self.ask()
        return rate, times[len(times) * 99 // 100] / 1000

    def run(self, calls: int, body: Path) -> None:
        """A run that counts."""
        rate, slow = self.load(calls, body)
        self.rates.append(rate)
        self.slow.append(slow)

    def stop(self) -> None:
        """Ends it."""
        self.process.kill()
        self.process.wait()


def long(server: Server, body: Path) -> bool:
    """1,000,000 calls; whether the memory stays where it is."""
    server.load(100_000, body)
    first = server.resident()
    for _ in range(9):
        server.load(100_000, body)
    last = server.resident()
    print(
        f"1,000,000 calls to {server.name}, none failed: {first >> 10} KiB after 100,000,"
        f" {last >> 10} KiB at the end, {(last - first) / 1024:+.0f} KiB"
    )
    return last - first <= GROWTH_MAX


def main() -> int:
    """Measures, and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("hello")
    parser.add_argument("bare")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    servers: list[Server] = []
    with tempfile.TemporaryDirectory() as directory:
        generate(Path(directory))
        body = Path(directory) / "body"
        body.write_bytes(bytes([0, 0, 0, 0, len(REQUEST)]) + REQUEST)
        try:
            for name, command in (
                ("hello serve", [args.hello, "serve", "--listen"]),
                ("bare tonic", [args.bare]),
                ("python grpcio", [sys.executable, "-c", PYTHON_SERVER, directory]),
            ):
                servers.append(Server(name, command))
            hello, bare, python = servers
            for _ in range(args.runs):
                for server in servers:
                    # It is a twentieth as fast: fewer calls take as long.
                    calls = args.calls // 20 if server is python else args.calls
                    server.run(calls, body)
            for server in servers:
                rate, slow = statistics.median(server.rates), statistics.median(server.slow)
                all_rates = ", ".join(f"{rate:,.0f}" for rate in server.rates)
                print(f"{server.name:14} {rate:10,.0f} calls/s, p99 {slow:8.2f} ms  ({all_rates})")
            medians = [statistics.median(server.rates) for server in servers]
            times, share = medians[0] / medians[2], medians[0] / medians[1]
            print(f"hello serve is {times:.1f} times Python, {share:.3f} of bare tonic")
            good = times >= TIMES_PYTHON and share >= OF_BARE
            if args.long:
                good &= long(hello, body)
        finally:
            for server in servers:
                server.stop()
    return 1 if args.check and not good else 0


if __name__ == "__main__":
    started = time.monotonic()
    status = main()
    print(f"in {time.monotonic() - started:.0f} s")
    sys.exit(status)
