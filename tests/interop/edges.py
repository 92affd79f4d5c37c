"""Cases at the edges, listed and not drawn."""

from collections.abc import Iterator

from suite import Suite
from testee import FORMATS, Question
from wire import END, LENGTH, START, VARINT, field, tag

P2 = "protobuf_test_messages.proto2.TestAllTypesProto2"
P3 = "protobuf_test_messages.proto3.TestAllTypesProto3"
E23 = "protobuf_test_messages.editions.TestAllTypesEdition2023"
DEPTHS = (1, 2, 32, 33, 34, 48, 49, 50, 51, 98, 99, 100, 101, 102, 200)


def edges(_: Suite) -> Iterator[Question]:
    """All of them."""
    for name, data in binary():
        for target in FORMATS:
            yield Question(name, "binary", data, target)
    for name, text in json():
        yield Question(name, "json", text, "binary")
    for name, text in text_format():
        yield Question(name, "text", text, "binary")


def nested(depth: int, number: int, core: bytes = b"") -> bytes:
    """Messages in one field inside one another."""
    for _ in range(depth):
        core = field(number, core)
    return core


def groups(depth: int, number: int) -> bytes:
    """Groups inside one another."""
    return tag(number, START) * depth + tag(number, END) * depth


def anys(depth: int) -> bytes:
    """Any in Any."""
    core = b""
    for _ in range(depth):
        core = field(1, b"type.googleapis.com/google.protobuf.Any") + (field(2, core) if core else b"")
    return core


def maps(depth: int, number: int) -> bytes:
    """Maps whose values hold maps: NestedMessage.corecursive leads back."""
    core = b""
    for _ in range(depth):
        core = field(number, field(1, b"k") + field(2, field(2, core)))
    return core


def structs(depth: int) -> bytes:
    """A Struct in a Value in a Struct."""
    core = b""
    for _ in range(depth):
        core = field(5, field(1, field(1, b"k") + field(2, core)))
    return core


def binary() -> Iterator[tuple[str, bytes]]:
    """Nesting, and oddities of single fields."""
    for depth in DEPTHS:
        for name in (P2, P3, E23):
            yield name, nested(depth, 27)
            yield name, nested(depth - 1, 27, groups(1, 999))
            yield name, nested(depth, 1001)
            yield name, groups(depth, 1001)
            yield name, groups(depth, 1)
            yield name, maps(depth, 71)
            yield name, nested(depth - 1, 27, maps(1, 71))
            yield name, nested(depth - 1, 27, field(69, b""))
        yield P2, nested(depth - 1, 27, groups(1, 201))
        yield P2, nested(depth - 1, 27, field(500, groups(1, 1)))
        item = tag(1, START) + tag(2, VARINT) + b"\xc9\xbb\x5e" + field(3, b"") + tag(1, END)
        yield P2, nested(depth - 1, 27, field(500, item))
        yield E23, nested(depth - 1, 27, groups(1, 202))
        yield "google.protobuf.Any", anys(depth)
        yield "google.protobuf.Value", structs(depth)
        yield "google.protobuf.Value", nested(depth, 6, b"")
        yield "google.protobuf.ListValue", nested(depth, 1, b"")
    for number in (21, 51, 88, 102, 119):
        for name in (P2, P3, E23):
            for value in (b"\x00", b"\x03", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", b"\x80\x80\x80\x80\x10"):
                yield name, tag(number, VARINT) + value
                yield name, tag(number, VARINT) + value + tag(number, VARINT) + b"\x01"
                yield name, tag(number, VARINT) + b"\x01" + tag(number, VARINT) + value
                yield name, field(number, value + b"\x01" + value)
                yield name, field(111, b"") + tag(119, VARINT) + value
                yield name, tag(111, VARINT) + b"\x01" + tag(119, VARINT) + value
    for value in (b"\x00", b"\x03", b"\x01\x10\x03", b"\x03\x10\x01"):
        for rest in (b"", b"\x18\x01", field(1, b"b")):
            yield P2, field(73, field(1, b"k") + tag(2, VARINT) + value + rest)
            yield P2, field(73, tag(2, VARINT) + value + field(1, b"k") + rest)
            yield P3, field(73, tag(2, VARINT) + value + field(1, b"k") + rest)
    for first in range(111, 120):
        for second in (111, 112, 113, 119):
            for name in (P2, P3, E23):
                for value in (b"\x01", b"\x00", b"\x7f"):
                    data = b"".join(
                        field(n, b"") if n in (112, 113, 114) else tag(n, VARINT) + value
                        for n in (first, second, first)
                    )
                    yield name, data


def json() -> Iterator[tuple[str, str]]:
    """Nesting."""
    any_open = '{"@type":"type.googleapis.com/google.protobuf.Any","value":'
    for depth in DEPTHS:
        yield P3, '{"recursiveMessage":' * depth + "{}" + "}" * depth
        yield P3, '{"mapStringNestedMessage":{"k":{"corecursive":' * depth + "{}" + "}}}" * depth
        yield P3, '{"nope":' + "[" * depth + "]" * depth + "}"
        yield "google.protobuf.Value", "[" * depth + "]" * depth
        yield "google.protobuf.Value", '{"k":' * depth + "{}" + "}" * depth
        yield "google.protobuf.Any", any_open * depth + "{}" + "}" * depth


def text_format() -> Iterator[tuple[str, str]]:
    """Nesting."""
    for depth in DEPTHS:
        yield P3, "recursive_message {" * depth + "}" * depth
        yield P2, "data {" * depth + "}" * depth
        yield P2, "recursive_message {" * (depth - 1) + "data {}" + "}" * (depth - 1)
        yield P3, 'map_string_nested_message { value { corecursive {' * depth + "}}}" * depth
        yield P3, "reserved_field {" + "a {" * depth + "}" * depth + "}"
        yield "google.protobuf.Any", "[type.googleapis.com/google.protobuf.Any] {" * depth + "}" * depth
