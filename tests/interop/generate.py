"""Random messages of the suite's types, written by hand so that they may be odd.

Each oddity that the format allows, or that upb takes, has its chance here:
values packed the wrong way round, members of a oneof one after another,
entries of maps with their parts missing, twice or in the wrong order, closed
enums with values of their neighbours, varints longer than they need be.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from google.protobuf.descriptor import FieldDescriptor as FD
from suite import Field, Suite, Type
from wire import END, FIXED32, FIXED64, LENGTH, START, VARINT, padded, varint

WIRE = {
    FD.TYPE_DOUBLE: FIXED64, FD.TYPE_FIXED64: FIXED64, FD.TYPE_SFIXED64: FIXED64,
    FD.TYPE_FLOAT: FIXED32, FD.TYPE_FIXED32: FIXED32, FD.TYPE_SFIXED32: FIXED32,
    FD.TYPE_STRING: LENGTH, FD.TYPE_BYTES: LENGTH, FD.TYPE_MESSAGE: LENGTH, FD.TYPE_GROUP: START,
}  # fmt: skip

STRINGS = [
    b"", b"a", b"bobby", b"FOO", b"1", b"true", b"null", b'"', b"\\", b"\n\t\0\x7f", b"</script>",
    "é".encode(), "日本".encode(), "😀".encode(), "\u202e\u2028\ufeff".encode(), b"x" * 200,
]  # fmt: skip
NOT_UTF8 = [b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"a\xc3"]
FIXED = {
    FIXED32: ["00000000", "00000080", "0000803f", "000080bf", "0000c07f", "0100c0ff", "0000807f",
              "000080ff", "01000000", "ffff7f7f", "cdcccc3d", "ffffffff", "0000007f"],
    FIXED64: ["0000000000000000", "0000000000000080", "000000000000f03f", "000000000000f87f",
              "010000000000f8ff", "000000000000f07f", "000000000000f0ff", "0100000000000000",
              "ffffffffffffef7f", "9a9999999999b93f", "ffffffffffffffff", "000000000000e043"],
}  # fmt: skip
INTEGERS = [0, 1, 2, 3, 127, 128, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53 + 1, 2**63 - 1, 2**63]
INTEGERS += [2**64 - 1, 2**64 - 2, 2**64 - 2**31, 2**32 + 1]
SECONDS = [0, 1, -1, 253402300799, 253402300800, -62135596800, -62135596801, 315576000000]
SECONDS += [315576000001, -315576000000, 1700000000]
NANOS = [0, 1, 1000, 1000000, 500000000, 999999999, 1000000000, -1, -500000000]
PATHS = [b"foo", b"foo_bar.baz_qux", b"fooBar", b"foo__bar", b"foo_3_bar", b"", b"a,b", b"_a", b"Foo"]

# Numbers that no type of the suite has, and the largest.
UNKNOWN = (16, 1000, 123456, 2**29 - 1)


@dataclass
class Generator:
    """Draws messages from a source of chance."""

    rng: random.Random
    suite: Suite
    # How likely each place is to be odd.
    odd: float = 0.03

    def message(self, of: Type, depth: int = 0) -> bytes:
        """A message."""
        special = SPECIAL.get(of.name)
        if special is not None and self.rng.random() < 0.9:
            return special(self, depth)
        if of.is_message_set:
            return b"".join(self.item(of, depth) for _ in range(self.rng.randrange(4)))
        most = 8 if depth == 0 else 3
        out = []
        for _ in range(self.rng.randrange(most)):
            if of.fields and self.rng.random() > self.odd:
                out.append(self.field(self.rng.choice(of.fields), depth))
            else:
                out.append(self.unknown(self.rng.choice(UNKNOWN), depth))
        if self.rng.random() < 0.2 and out:
            out.append(self.rng.choice(out))
        return b"".join(out)

    def chance(self) -> bool:
        """Whether here is something odd."""
        return self.rng.random() < self.odd

    def tag(self, number: int, wire_type: int) -> bytes:
        """A tag, seldom padded."""
        return padded(number << 3 | wire_type, self.rng.randrange(1, 7) if self.chance() else 1)

    def varint(self, value: int) -> bytes:
        """A varint, seldom padded."""
        return padded(value, self.rng.randrange(2, 12) if self.chance() else 1)

    def block(self, value: bytes) -> bytes:
        """A length and as many bytes, seldom padded."""
        return padded(len(value), self.rng.randrange(2, 7) if self.chance() else 1) + value

    def field(self, of: Field, depth: int) -> bytes:
        """One or more fields of a number."""
        if of.message is not None and depth > 4:
            return b""
        if self.chance():
            return self.unknown(of.number, depth)
        wire_type = WIRE.get(of.kind, VARINT)
        if of.message is not None and of.message.is_map_entry:
            return self.tag(of.number, LENGTH) + self.block(self.entry(of.message, depth))
        if of.repeated and wire_type != LENGTH and of.message is None:
            values = [self.value(of, depth) for _ in range(self.rng.randrange(4))]
            if of.packed != (self.rng.random() < 0.2):
                return self.tag(of.number, LENGTH) + self.block(b"".join(values))
            return b"".join(self.tag(of.number, wire_type) + value for value in values)
        if of.kind == FD.TYPE_GROUP:
            inner = self.message(of.message, depth + 1)
            return self.tag(of.number, START) + inner + self.tag(of.number, END)
        return self.tag(of.number, wire_type) + self.value(of, depth)

    def value(self, of: Field, depth: int) -> bytes:
        """A value without its tag."""
        wire_type = WIRE.get(of.kind, VARINT)
        if wire_type in FIXED:
            if self.rng.random() < 0.3:
                return self.rng.randbytes(4 if wire_type == FIXED32 else 8)
            return bytes.fromhex(self.rng.choice(FIXED[wire_type]))
        if of.message is not None:
            return self.block(self.message(of.message, depth + 1))
        if of.kind == FD.TYPE_STRING:
            return self.block(self.rng.choice(NOT_UTF8 if self.chance() else STRINGS))
        if of.kind == FD.TYPE_BYTES:
            return self.block(self.rng.choice((*STRINGS, *NOT_UTF8)))
        if of.values and self.rng.random() < 0.8:
            return self.varint(self.rng.choice(of.values) & 2**64 - 1)
        return self.varint(self.rng.choice(INTEGERS))

    def entry(self, of: Type, depth: int) -> bytes:
        """An entry of a map: mostly a key and a value."""
        parts = [self.field(part, depth + 1) for part in of.fields]
        if self.rng.random() < 0.2:
            parts = self.rng.choices(parts, k=self.rng.randrange(4))
        if self.chance():
            parts.append(self.unknown(self.rng.choice((1, 2, 3)), depth))
        return b"".join(parts)

    def item(self, of: Type, depth: int) -> bytes:
        """An item of a MessageSet: a group of a number and a message."""
        known = self.rng.choice(of.fields) if of.fields and self.rng.random() < 0.8 else None
        number = known.number if known else self.rng.choice(INTEGERS)
        if known and known.message and depth < 5:
            inner = self.message(known.message, depth + 1)
        else:
            inner = self.rng.choice((b"", b"\x08\x01", b"\xff"))
        if self.rng.random() < 0.1:
            return self.tag(min(max(number, 1), 2**29 - 1), LENGTH) + self.block(inner)
        parts = [
            self.tag(2, VARINT) + self.varint(number),
            self.tag(3, LENGTH) + self.block(inner),
        ]
        if self.rng.random() < 0.2:
            parts = self.rng.choices(parts, k=self.rng.randrange(5))
        if self.chance():
            parts.append(self.unknown(self.rng.choice((1, 2, 3, 4)), depth))
        return self.tag(1, START) + b"".join(parts) + self.tag(1, END)

    def unknown(self, number: int, depth: int) -> bytes:
        """A field of any wire type."""
        wire_type = self.rng.choice((VARINT, FIXED64, LENGTH, START, FIXED32))
        if wire_type == START:
            inner = self.unknown(number, depth + 1) if self.rng.random() < 0.5 else b""
            return self.tag(number, START) + inner + self.tag(number, END)
        value = {
            VARINT: lambda: self.varint(self.rng.choice(INTEGERS)),
            FIXED64: lambda: self.rng.randbytes(8),
            FIXED32: lambda: self.rng.randbytes(4),
            LENGTH: lambda: self.block(self.rng.choice((*STRINGS, *NOT_UTF8, b"\x08\x01"))),
        }[wire_type]()
        return self.tag(number, wire_type) + value

    def any(self, depth: int) -> bytes:
        """An Any, mostly of a type that there is."""
        of = self.rng.choice(self.suite.drawn)
        url = b"type.googleapis.com/" + of.name.encode()
        if self.rng.random() < 0.1:
            url = self.rng.choice((b"", b"/", of.name.encode(), b"x/" + of.name.encode(), b"a/b.C"))
        inner = self.message(of, depth + 1) if depth < 4 else b""
        return b"\x0a" + self.block(url) + (b"\x12" + self.block(inner) if inner else b"")

    def time(self, _: int) -> bytes:
        """A Timestamp or a Duration."""
        seconds, nanos = self.rng.choice(SECONDS), self.rng.choice(NANOS)
        seconds, nanos = seconds & 2**64 - 1, nanos & 2**64 - 1
        return b"\x08" + varint(seconds) + (b"\x10" + varint(nanos) if nanos else b"")

    def mask(self, _: int) -> bytes:
        """A FieldMask."""
        good = PATHS[:2] if self.rng.random() < 0.7 else PATHS
        paths = [self.rng.choice(good) for _ in range(self.rng.randrange(4))]
        return b"".join(b"\x0a" + self.block(path) for path in paths)


SPECIAL: dict[str, Callable[[Generator, int], bytes]] = {
    "google.protobuf.Any": Generator.any,
    "google.protobuf.Timestamp": Generator.time,
    "google.protobuf.Duration": Generator.time,
    "google.protobuf.FieldMask": Generator.mask,
}
