"""Each name, in a process of its own, through each way in and out of `hello`."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from google.protobuf import json_format, text_format
from hello import WORD_MAX, Hello, Ran
from hello_pb2 import HelloRequest
from names import all_names
from official import read_json, read_text
from report import Report

# Of a message and its bytes, the words of a command and its standard input;
# None where the name doesn't fit a command line.
Way = Callable[[HelloRequest, bytes], tuple[list[str | bytes], bytes] | None]


# Binary, so that what is compared is the bytes themselves.
ENCODE = ["encode", "--to", "binary"]


def by_flag(message: HelloRequest, _: bytes) -> tuple | None:
    """`--name=…`; a command line holds no NUL."""
    word = b"--name=" + message.name.encode()
    fits = len(word) <= WORD_MAX and b"\0" not in word
    return ([*ENCODE, word], b"") if fits else None


def by_data(message: HelloRequest, _: bytes) -> tuple | None:
    """`-d JSON`, every character beyond ASCII escaped."""
    word = json_format.MessageToJson(message)
    return ([*ENCODE, "-d", word], b"") if len(word) <= WORD_MAX else None


def by_data_file(message: HelloRequest, _: bytes) -> tuple:
    """`-d @-`, what JSON doesn't make us escape left raw."""
    data = json_format.MessageToJson(message, ensure_ascii=False)
    return [*ENCODE, "-d", "@-"], data.encode()


def by_json(message: HelloRequest, _: bytes) -> tuple:
    """`--from json`."""
    data = json_format.MessageToJson(message)
    return [*ENCODE, "--from", "json"], data.encode()


def by_text(message: HelloRequest, _: bytes) -> tuple:
    """`--from text`, escaped to ASCII."""
    text = text_format.MessageToString(message, as_utf8=False)
    return [*ENCODE, "--from", "text"], text.encode()


def by_text_utf8(message: HelloRequest, _: bytes) -> tuple:
    """`--from text`, characters beyond ASCII left raw."""
    text = text_format.MessageToString(message, as_utf8=True)
    return [*ENCODE, "--from", "text"], text.encode()


def to_json(_: HelloRequest, data: bytes) -> tuple:
    """Hex on the command line where it fits, else on standard input."""
    text = data.hex()
    if 0 < len(text) <= WORD_MAX:
        return ["decode", "--to", "json", text], b""
    return ["decode", "--to", "json", "--from", "hex"], text.encode()


def to_text(_: HelloRequest, data: bytes) -> tuple:
    """Binary on standard input."""
    return ["decode", "--to", "text", "--from", "binary"], data


def to_field(_: HelloRequest, data: bytes) -> tuple:
    """The name alone."""
    return ["decode", "--field", "name", "--from", "binary"], data


def json_bytes(ran: Ran) -> bytes | str:
    """The JSON that was written, read by Python."""
    return serialized(ran, read_json)


def text_bytes(ran: Ran) -> bytes | str:
    """The text that was written, read by Python."""
    return serialized(ran, read_text)


def serialized(ran: Ran, read: Callable[[bytes], HelloRequest | str]) -> bytes | str:
    """The bytes of what Python reads in the output."""
    output = ran.result()
    message = output if isinstance(output, str) else read(output)
    return message if isinstance(message, str) else message.SerializeToString(deterministic=True)


def field_bytes(ran: Ran) -> bytes | str:
    """The raw name, put into a message again."""
    line = ran.line()
    if isinstance(line, str):
        return line
    return HelloRequest(name=line.decode(errors="replace")).SerializeToString(deterministic=True)


WAYS: list[tuple[Way, Callable[[Ran], bytes | str]]] = [
    (by_flag, Ran.result),
    (by_data, Ran.result),
    (by_data_file, Ran.result),
    (by_json, Ran.result),
    (by_text, Ran.result),
    (by_text_utf8, Ran.result),
    (to_json, json_bytes),
    (to_text, text_bytes),
    (to_field, field_bytes),
]


def run(hello: Hello, report: Report) -> None:
    """Every way ends with the bytes that Python serializes."""
    names = all_names()
    print(f"names: {len(names)}, a process for each way of each")
    # The time goes into waiting for processes, so threads are enough.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for way, read in WAYS:
            report.begin(way.__name__)
            found = pool.map(lambda name: one(hello, way, read, name), names)
            for expected, result in found:
                if result is not None:
                    report.same(way.__name__, expected, expected, result)
            report.end()


def one(hello: Hello, way: Way, read: Callable, name: str) -> tuple[bytes, bytes | str | None]:
    """The bytes that Python has for `name`, and those of `hello`, if the way takes it."""
    message = HelloRequest(name=name)
    expected = message.SerializeToString(deterministic=True)
    command = way(message, expected)
    if command is None:
        return expected, None
    words, stdin = command
    return expected, read(hello.run(*words, stdin=stdin))
