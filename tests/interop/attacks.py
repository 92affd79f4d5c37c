"""What `hello serve` does not let itself be led into.

Each attack bounds itself in time, and while it goes on honest calls are made.
"""

import gzip
import socket
import struct
import threading
import time

import frames
import grpc
from report import Report
from server import Server

PATH = "/Greeter/SayHello"
ANSWER = b"\n\x09\xe6\x88\x91\xe6\x98\xafabc"
REQUEST = b"\n\x03abc"
SECONDS = 3.0
# Memory that an attack may cost, beside what a server takes anyway.
MEMORY_MAX = 64 << 20


def honest(address: str, seconds: float = 10.0) -> bytes | str:
    """A call on a connection of its own: the answer, or the status."""
    with grpc.insecure_channel(address, options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
        try:
            return channel.unary_unary(PATH)(REQUEST, timeout=seconds, wait_for_ready=True)
        except grpc.RpcError as error:
            return str(error.code())


def silent(hello: str, report: Report) -> None:
    """300 connections that say nothing, where there are 128 descriptors."""
    with Server(hello, descriptors=128) as server:
        held = []
        for _ in range(300):
            held.append(socket.create_connection(("127.0.0.1", server.port), timeout=5))
        before, started = server.processor(), time.monotonic()
        report.same("a call beside 300 silent connections", REQUEST, ANSWER, honest(server.address))
        took = time.monotonic() - started
        report.same(f"it takes at most 10 s, not {took:.1f}", REQUEST, True, took < 10)
        time.sleep(max(0.0, 8 - took))
        share = (server.processor() - before) / (time.monotonic() - started)
        report.same(f"the processor is under 5 %, not {share:.1%}", b"", True, share < 0.05)
        print(f"  300 silent connections: answered in {took:.2f} s, processor {share:.1%}")
        open_still = 0
        for connection in held:
            connection.setblocking(False)
            try:
                open_still += connection.recv(1) != b""
            except BlockingIOError:
                open_still += 1
            except OSError:
                pass
            connection.close()
        report.same("silent connections are closed", b"", 0, open_still)


def idle(hello: str, report: Report) -> None:
    """The same by connections that say what they are, and then nothing."""
    with Server(hello, descriptors=128) as server:
        held = []
        for _ in range(300):
            try:
                held.append(frames.opened(server.port))
            except OSError:
                continue
        started = time.monotonic()
        report.same("a call beside 300 idle connections", REQUEST, ANSWER, honest(server.address))
        print(f"  300 idle connections: answered in {time.monotonic() - started:.2f} s")
        for connection in held:
            connection.close()


def floods(hello: str, report: Report) -> None:
    """Floods of frames, and honest calls meanwhile."""
    for attack in (frames.rapid_reset, frames.continuation, frames.pings, frames.settings):
        name = attack.__name__
        with Server(hello) as server:
            report.same(name, REQUEST, ANSWER, honest(server.address))
            before = server.resident()
            sent = []
            thread = threading.Thread(
                target=lambda: sent.append(frames.flood(server.port, SECONDS, attack))
            )
            thread.start()
            calls, slowest = 0, 0.0
            while thread.is_alive():
                started = time.monotonic()
                report.same(f"a call beside {name}", REQUEST, ANSWER, honest(server.address))
                slowest = max(slowest, time.monotonic() - started)
                calls += 1
            thread.join()
            grown = server.resident() - before
            report.same(f"memory beside {name}, {grown >> 20} MiB", b"", True, grown < MEMORY_MAX)
            report.same(f"{name} ends", b"", 0, server.stop()[0])
            print(
                f"  {name}: {sent[0] >> 10} KiB sent, {calls} calls, slowest {slowest:.2f} s,"
                f" memory +{grown >> 10} KiB"
            )


def ends(server: Server, message: bytes, *headers: tuple[bytes, bytes]) -> bool:
    """Sends one message as it stands; whether the call ends."""
    with frames.opened(server.port) as connection:
        start = frames.frame(
            frames.HEADERS, frames.END_HEADERS, 1, frames.call(PATH.encode(), *headers)
        )
        body = b"".join(
            frames.frame(frames.DATA, 0, 1, message[at : at + 16384])
            for at in range(0, len(message), 16384)
        )
        connection.sendall(start + body + frames.frame(frames.DATA, frames.END_STREAM, 1))
        return frames.answered(connection, 1)


def sizes(hello: str, report: Report) -> None:
    """Lengths that are claimed, and a bomb: refused without the memory."""
    with Server(hello) as server:
        report.same("sizes", REQUEST, ANSWER, honest(server.address))
        before = server.resident()
        claim = struct.pack(">BI", 0, 0xFFFFFFFF) + b"x"
        for _ in range(50):
            report.same("it refuses a claim", claim, True, ends(server, claim))
        # As much as may be sent before the other side allows more.
        packed = gzip.compress(bytes(48 << 20), 9)
        bomb = struct.pack(">BI", 1, len(packed)) + packed
        for _ in range(50):
            ended = ends(server, bomb, (b"grpc-encoding", b"gzip"))
            report.same("it refuses a bomb", bomb[:99], True, ended)
        grown = server.resident() - before
        report.same(f"memory of sizes, {grown >> 20} MiB", b"", True, grown < MEMORY_MAX)
        report.same("a call after them", REQUEST, ANSWER, honest(server.address))
        print(f"  claims of 2^32 - 1 bytes, and bombs: memory +{grown >> 10} KiB")


def run(hello: str, report: Report) -> None:
    """Every attack."""
    report.begin("attacks")
    for attack in (silent, idle, floods, sizes):
        attack(hello, report)
    report.end()
