"""All names in one stream: the delimited format, JSON Lines, text a line each."""

import io
from collections.abc import Callable

from google.protobuf import json_format, proto, text_format
from google.protobuf.message import DecodeError
from hello import Hello, Ran
from hello_pb2 import HelloRequest
from names import all_names
from official import read_json, read_text
from report import Report

ENCODE = ["encode", "--stream", "--to", "binary", "--from"]
DECODE = ["decode", "--stream", "--to"]


def run(hello: Hello, report: Report) -> None:
    """Python's streams are read by `hello`, and its streams by Python."""
    messages = [HelloRequest(name=name) for name in all_names()]
    stream = delimited(messages)
    print(f"streams: {len(messages)} records")
    for what, form, line in WRITTEN:
        report.begin(what)
        stdin = b"".join(line(message) + b"\n" for message in messages)
        ran = hello.run(*ENCODE, form, stdin=stdin)
        report.same(f"{what}: the whole stream", b"", stream, ran.result())
        compare(report, what, messages, parse_delimited(ran))
        report.end()
    for what, form, read in READ:
        report.begin(what)
        ran = hello.run(*DECODE, form, stdin=stream)
        report.same(f"{what}: status", b"", 0, ran.status)
        compare(report, what, messages, [read(line) for line in ran.lines()])
        report.end()


def delimited(messages: list[HelloRequest]) -> bytes:
    """The official library's stream of `messages`."""
    out = io.BytesIO()
    for message in messages:
        proto.serialize_length_prefixed(message, out)
    return out.getvalue()


def parse_delimited(ran: Ran) -> list[HelloRequest | str]:
    """What the official library reads in a stream of `hello`, up to where it cannot."""
    source = io.BytesIO(ran.stdout)
    messages = []
    try:
        while (message := proto.parse_length_prefixed(HelloRequest, source)) is not None:
            messages.append(message)
    except (DecodeError, ValueError) as error:
        messages.append(f"python refuses the stream: {error}")
    return messages


def compare(report: Report, what: str, expected: list, found: list) -> None:
    """Counts a comparison a record."""
    report.same(f"{what}: records", b"", len(expected), len(found))
    for number, (left, right) in enumerate(zip(expected, found), start=1):
        report.same(f"{what}: record {number}", left.SerializeToString(), left, right)


def json_line(ensure_ascii: bool) -> Callable[[HelloRequest], bytes]:
    """JSON on one line, as Python writes it."""
    return lambda message: json_format.MessageToJson(
        message, indent=None, ensure_ascii=ensure_ascii
    ).encode()


def text_line(as_utf8: bool) -> Callable[[HelloRequest], bytes]:
    """Text on one line, as Python writes it."""
    return lambda message: text_format.MessageToString(
        message, as_one_line=True, as_utf8=as_utf8
    ).encode()


WRITTEN = [
    ("JSON in ASCII to a stream", "json", json_line(True)),
    ("JSON in UTF-8 to a stream", "json", json_line(False)),
    ("text in ASCII to a stream", "text", text_line(False)),
    ("text in UTF-8 to a stream", "text", text_line(True)),
]
READ = [
    ("a stream to JSON", "json", read_json),
    ("a stream to text", "text", read_text),
]
