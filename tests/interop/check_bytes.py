"""Bytes that may not be a message: `hello` and Python accept the same ones, and read the same.

With one exception, on which the official parsers differ: upb, inside a group
that the schema does not know, passes a field number 0, which the format does
not have. protoc refuses it, and so does `hello`. Each such case is put to
protoc too.
"""

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from hello import Hello
from hello_pb2 import HelloRequest
from malformed import depths, grid, short, truncations, utf8
from mutations import mutants
from official import parse, protoc_accepts, read_json, read_text
from report import Report
from wire import varint

FIELD_NUMBER_0 = "field number 0 does not exist"

# Cases that are decoded in a process of their own too.
SINGLE_CASES = 400

GROUPS = [
    ("all of at most two bytes", short),
    ("truncations", truncations),
    ("tags, lengths and values", grid),
    ("depths", depths),
    ("UTF-8", utf8),
    ("mutations", mutants),
]


@dataclass
class Decoded:
    """A stream of cases after `hello decode`, by the number of the case."""

    lines: dict[int, bytes]
    errors: dict[int, str]


def run(hello: Hello, report: Report) -> None:
    """A process for each case would take an hour, so a group of cases is a stream."""
    for what, make in GROUPS:
        cases = list(make())
        print(f"bytes: {len(cases)} cases, {what}")
        report.begin(what)
        compare(hello, report, what, cases)
        report.end()
    report.begin("one at a time")
    singly(hello, report, list(mutants())[:SINGLE_CASES])
    report.end()


def decode(hello: Hello, report: Report, what: str, form: str, cases: list[bytes]) -> Decoded:
    """The cases as one stream, broken ones skipped."""
    stream = b"".join(varint(len(case)) + case for case in cases)
    ran = hello.run("decode", "--stream", "--keep-going", "--quiet", "--to", form, stdin=stream)
    errors = ran.broken_records()
    report.same(f"{what}: status of {form}", b"", int(bool(errors)), ran.status)
    whole = [number for number in range(len(cases)) if number not in errors]
    lines = ran.lines()
    # Without as many lines as whole records nothing below means anything.
    report.same(f"{what}: lines of {form}", b"", len(whole), len(lines))
    return Decoded(dict(zip(whole, lines)), errors)


def compare(hello: Hello, report: Report, what: str, cases: list[bytes]) -> None:
    """Acceptance, the name by JSON and by text, and the bytes encoded again."""
    json = decode(hello, report, what, "json", cases)
    text = decode(hello, report, what, "text", cases)
    again = dict(zip(json.lines, encode(hello, report, what, json.lines.values())))
    excused = []
    both = 0
    for number, case in enumerate(cases):
        message, error = parse(case), json.errors.get(number)
        report.same(f"{what}: text as json", case, error, text.errors.get(number))
        if message is not None and error == FIELD_NUMBER_0:
            excused.append(case)
            continue
        report.same(f"{what}: accepted ({error})", case, message is not None, error is None)
        if message is None or number not in json.lines or number not in text.lines:
            continue
        both += 1
        same_name(report, f"{what}: by json", case, message, read_json(json.lines[number]))
        same_name(report, f"{what}: by text", case, message, read_text(text.lines[number]))
        expected = message.SerializeToString(deterministic=True).hex().encode()
        report.same(f"{what}: encoded again", case, expected, again.get(number))
    ask_protoc(report, what, excused)
    print(f"  accepted by both: {both}; a field number 0 that only upb accepts: {len(excused)}")


def ask_protoc(report: Report, what: str, cases: list[bytes]) -> None:
    """What only `hello` refuses, protoc has to refuse as well."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for case, accepted in zip(cases, pool.map(protoc_accepts, cases)):
            report.same(f"{what}: protoc accepts a field number 0", case, False, accepted)


def encode(hello: Hello, report: Report, what: str, lines: Iterable[bytes]) -> list[bytes]:
    """The bytes of each line of JSON in hex, made of it by `hello encode`."""
    stdin = b"".join(line + b"\n" for line in lines)
    ran = hello.run("encode", "--stream", "--from", "json", "--to", "hex", stdin=stdin)
    report.same(f"{what}: status of encoding again", b"", 0, ran.status)
    return ran.lines()


def same_name(
    report: Report, what: str, case: bytes, message: HelloRequest, read: HelloRequest | str
) -> None:
    """Compares the names; `read` may be the reason that there is none."""
    report.same(what, case, message.name, read if isinstance(read, str) else read.name)


def singly(hello: Hello, report: Report, cases: list[bytes]) -> None:
    """What holds in a stream holds for a message on the command line."""
    for case in cases:
        message = parse(case)
        ran = hello.run("decode", "--quiet", "--to", "json", case.hex() or " ")
        if message is not None and FIELD_NUMBER_0.encode() in ran.stderr:
            continue
        report.same("singly: status", case, int(message is None), ran.status)
        if message is not None and ran.status == 0:
            same_name(report, "singly: name", case, message, read_json(ran.stdout))
