"""Pieces of the wire format, written by hand so that they may be wrong on purpose."""

VARINT, FIXED64, LENGTH, START, END, FIXED32 = range(6)


def varint(value: int) -> bytes:
    """`value` in as few bytes as it takes."""
    return padded(value, 1)


def padded(value: int, size: int) -> bytes:
    """`value` as a varint of at least `size` bytes."""
    out = bytearray()
    while value >= 0x80 or len(out) + 1 < size:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def tag(number: int, wire_type: int) -> bytes:
    """The tag of a field."""
    return varint(number << 3 | wire_type)


def field(number: int, value: bytes) -> bytes:
    """A field of bytes."""
    return tag(number, LENGTH) + varint(len(value)) + value
