"""Bytes that are nearly a message, or one that nobody would write, listed in full."""

from collections.abc import Iterator

from wire import END, FIXED32, FIXED64, LENGTH, START, VARINT, field, padded, tag, varint

# The levels that every official parser accepts.
DEPTH_LIMIT = 100
NUMBER_MAX = (1 << 29) - 1

# Sequences at the edges of UTF-8, in hex: overlong, surrogates, beyond
# U+10FFFF, cut short, and bytes that no sequence has.
NOT_UTF8 = """c080 c1bf e08080 e09fbf eda080 edbfbf f0808080 f08fbfbf f4908080 f5808080 80 bf c2
    e282 f09f98 fe ff c2c2 e28228 f888808080 fc8480808080"""
# The first and the last of each length, and what looks like one of the above.
UTF8 = "00 7f c280 dfbf e0a080 ed9fbf ee8080 efbfbf efbbbf f0908080 f48fbfbf"


def messages() -> list[bytes]:
    """Well-formed messages: the known field, unknown ones of every wire type, groups."""
    name = field(1, b"bobby")
    number = tag(2, VARINT) + b"\x96\x01"
    fixed = tag(3, FIXED32) + b"\1\2\3\4" + tag(4, FIXED64) + bytes(8)
    group = tag(5, START) + name + number + tag(5, END)
    return [
        b"",
        name,
        field(1, b""),
        name + field(1, b"alice"),
        field(1, "\u00e9\u20ac\U0001f600".encode()),
        field(1, b"x" * 200),
        number + fixed,
        name + number + fixed + group,
        tag(NUMBER_MAX, START) + group + tag(NUMBER_MAX, END) + name,
        field(2, name) + name + field(19000, b"\xff\xfe"),
        tag(1, VARINT) + b"\x07" + name,
        tag(1, START) + name + tag(1, END) + name,
        tag(1, FIXED32) + b"abcd" + tag(1, FIXED64) + b"abcdefgh",
        tag(7, VARINT) + b"\xff" * 9 + b"\x01" + name,
    ]


def short() -> Iterator[bytes]:
    """Everything of at most two bytes."""
    yield b""
    for first in range(256):
        yield bytes([first])
        for second in range(256):
            yield bytes([first, second])


def truncations() -> Iterator[bytes]:
    """Each message, cut after every byte."""
    for message in messages():
        for length in range(len(message) + 1):
            yield message[:length]


def grid() -> Iterator[bytes]:
    """Each wire type of numbers at the edges, with tag, length and value padded and overlong."""
    values = {
        VARINT: list(varints()),
        FIXED32: [bytes(size) for size in range(6)],
        FIXED64: [bytes(size) for size in range(10)],
        LENGTH: list(lengths()),
        START: [b"", b"\x00"],
        END: [b""],
        6: [b"", b"\x00"],
        7: [b"", b"\x00"],
    }
    edges = (0, 1, 2, 15, 16, 2047, 2048, NUMBER_MAX - 1, NUMBER_MAX, NUMBER_MAX + 1, 1 << 61)
    for number in edges:
        for wire_type, choices in values.items():
            for size in range(1, 12):
                for value in choices if size == 1 else choices[:3]:
                    yield from placed(number, wire_type, size, value)
    yield from tag_ends()


def placed(number: int, wire_type: int, size: int, value: bytes) -> Iterator[bytes]:
    """A field alone, between others, and with the end of a group after it."""
    head = padded(number << 3 | wire_type, size) + value
    yield head
    yield field(1, b"bobby") + head + field(1, b"alice")
    yield head + padded(number << 3 | END, size)


def varints() -> Iterator[bytes]:
    """Padded ones, and ten bytes with each last byte: bits above 64."""
    for size in range(1, 13):
        yield padded(7, size)
    for last in range(256):
        yield b"\xff" * 9 + bytes([last])


def lengths() -> Iterator[bytes]:
    """Padded lengths, and those that lie, up to the limits of 31, 32 and 64 bits."""
    for size in range(1, 13):
        yield padded(3, size) + b"abc"
    for value in (0, 1, 2, 4, 127, 128):
        yield varint(value) + b"abc"
    for bits in (31, 32, 64):
        for value in ((1 << bits) - 1, 1 << bits, (1 << bits) + 3):
            yield varint(value) + b"abc"


def tag_ends() -> Iterator[bytes]:
    """Tags of five bytes and more with each last byte: bits above 32."""
    for size in range(4, 10):
        for last in range(256):
            rest = b"\x80" * (size - 1) + bytes([last])
            yield b"\x8a" + rest + b"\x01x"
            yield b"\x88" + rest + b"\x01"


def depths() -> Iterator[bytes]:
    """Groups inside one another around the limit, whole and not closed."""
    for number in (1, 2, NUMBER_MAX):
        for depth in (1, 2, DEPTH_LIMIT - 1, DEPTH_LIMIT, DEPTH_LIMIT + 1, 2 * DEPTH_LIMIT, 5000):
            opened, closed = tag(number, START) * depth, tag(number, END) * depth
            yield opened
            yield opened + closed
            yield opened + field(1, b"bobby") + closed + field(1, b"alice")
            yield opened + closed + tag(number, END)
    # A field number 0 in a group, and the end of another group.
    yield tag(2, START) + tag(0, VARINT) + b"\0" + tag(2, END)
    yield tag(2, START) + tag(3, END)
    yield tag(2, START) + tag(3, START) + tag(2, END) + tag(3, END)


def utf8() -> Iterator[bytes]:
    """Strings and unknown bytes that are UTF-8, or nearly."""
    for text in (NOT_UTF8 + " " + UTF8).split():
        value = bytes.fromhex(text)
        for whole in (value, b"a" + value, value + b"z", b"x" * 40 + value):
            yield field(1, whole)
            yield field(2, whole)
            # The last one counts; the first has to be UTF-8 all the same.
            yield field(1, whole) + field(1, b"bobby")
