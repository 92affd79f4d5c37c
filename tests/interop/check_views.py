"""The view of bytes that may not be a message: it shows each byte once, and marks what Python refuses."""

import json

from check_bytes import FIELD_NUMBER_0, GROUPS
from hello import Hello
from official import parse
from report import Report
from wire import varint


def run(hello: Hello, report: Report) -> None:
    """Each group of cases as one stream, with the schema and without."""
    for what, make in GROUPS:
        cases = list(make())
        print(f"views: {len(cases)} cases, {what}")
        report.begin(f"views of {what}")
        stream = b"".join(varint(len(case)) + case for case in cases)
        marked = view(hello, report, what, stream, "--type", "HelloRequest")
        for number, case in enumerate(cases, 1):
            said, refused = marked.get(number, []), parse(case) is None
            # Inside an unknown group upb passes what the format does not have.
            if not refused and any(FIELD_NUMBER_0 in error for error in said):
                continue
            report.same(f"{what}: marked ({said})", case, refused, bool(said))
        view(hello, report, what, stream)
        report.end()


def view(
    hello: Hello, report: Report, what: str, stream: bytes, *schema: str
) -> dict[int, list[str]]:
    """Reads the bytes off the view; gives the errors by the number of the record."""
    ran = hello.run("inspect", "--stream", "--to", "json", *schema, stdin=stream)
    shown = bytearray()
    errors: dict[int, list[str]] = {}
    astray = 0
    for line in ran.stdout.splitlines():
        row = json.loads(line)
        astray += row["offset"] != len(shown)
        shown += bytes.fromhex(row["bytes"])
        errors.setdefault(row["record"], []).extend(row.get("errors", []))
    report.same(f"{what}: offsets that are not where the bytes are", b"", 0, astray)
    report.same(f"{what}: the bytes of the view", b"", stream, bytes(shown))
    broken = {number: said for number, said in errors.items() if said}
    report.same(f"{what}: the status of the view", b"", int(bool(broken)), ran.status)
    return broken
