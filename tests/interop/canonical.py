"""Bytes rewritten where implementations write the same meaning in different ways.

There are two. What is serialized deterministically is sorted, by a rule that
each implementation has for itself: C++, Java, Go and `hello` write extensions
among the fields by number, and maps from the smallest key to the largest. upb
writes its output from the end to the beginning, and what it sorts comes out
turned round: extensions from the largest number, integer keys from the largest
(-1 being larger than 1), and of two strings that begin alike the longer first.
`ordered` brings bytes into our order, and changes nothing else.

And entries of maps and items of MessageSets have parts that mean nothing: what
stands beside a key and a value, or a number and a message. `plain` takes those
out as well; a rule of rules.py asks Python about what is left.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from generate import WIRE
from google.protobuf.descriptor import FieldDescriptor as FD
from suite import Field, Suite, Type
from wire import END, FIXED64, LENGTH, START, VARINT, field, tag, varint

# A number, a wire type, and the value: of a group what is inside, of a
# length-delimited field what its length spans.
Part = tuple[int, int, bytes]
# Where a field belongs, by its number and its key, and its bytes.
Placed = tuple[int, bytes | int, bytes]
# Behind every number.
UNKNOWN = 1 << 32


class Malformed(Exception):
    """Bytes that are no message."""


@dataclass(frozen=True)
class Rewriter:
    """Rewrites messages. `plain` and `inside_any` say how far it goes; input keeps
    its order, since of a oneof the last member counts."""

    suite: Suite
    plain: bool
    inside_any: bool
    is_input: bool = False

    def rewrite(self, name: str, data: bytes) -> bytes | None:
        """A message of the type of that name; None if it is none."""
        try:
            return self.message(self.suite.types[name], data)
        except (Malformed, IndexError, RecursionError):
            return None

    def message(self, of: Type, data: bytes) -> bytes:
        """Known fields by number, maps by key, unknown fields last."""
        if of.name == "google.protobuf.Any" and self.inside_any:
            return self.any(data)
        known = {each.number: each for each in of.fields}
        out = []
        for part in parts(data):
            if of.is_message_set:
                out.append(self.item(known, part))
            else:
                out.append(self.field(known.get(part[0]), part))
        if of.is_message_set and self.plain:
            return self.merged(out)
        if self.is_input:
            return b"".join(made for _, _, made in out)
        # Of equal places the order stays.
        return b"".join(made for _, _, made in sorted(out, key=lambda made: made[:2]))

    def field(self, of: Field | None, part: Part) -> Placed:
        """A field, and where it belongs."""
        number, wire_type, value = part
        wanted = WIRE.get(of.kind, VARINT) if of else None
        packed = of is not None and of.repeated and wanted != LENGTH and wire_type == LENGTH
        if of is None or (wire_type != wanted and not (packed and of.message is None)):
            return UNKNOWN, 0, encoded(*part)
        if of.message is None:
            declared = not of.closed or number_of(value) & 2**32 - 1 in of.values32
            place = number if packed or declared else UNKNOWN
            return place, 0, encoded(*part)
        if of.message.is_map_entry:
            key, value, unknown = self.entry(of.message, value)
            place = (UNKNOWN, 0) if unknown else (number, key)
            return *place, encoded(number, LENGTH, value)
        return number, 0, encoded(number, wire_type, self.message(of.message, value))

    def any(self, data: bytes) -> bytes:
        """What is inside of an Any, if its type is known."""
        found = {number: value for number, wire_type, value in parts(data) if wire_type == LENGTH}
        name = found.get(1, b"").decode(errors="replace").rsplit("/", 1)[-1]
        if name in self.suite.types and 2 in found:
            found[2] = self.message(self.suite.types[name], found[2])
        return b"".join(field(number, value) for number, value in sorted(found.items()))

    def entry(self, of: Type, data: bytes) -> tuple[bytes | int, bytes, bool]:
        """The key of an entry, its bytes, and whether its value is unknown."""
        found: dict[int, bytes] = {}
        known = {each.number: each for each in of.fields}
        odd = False
        for number, wire_type, value in parts(data):
            each = known.get(number)
            if each is None or wire_type != WIRE.get(each.kind, VARINT):
                odd = True
                continue
            # The parts of a message are merged, of others the last one counts.
            before = found.get(number, b"") if each.message else b""
            found[number] = before + value
        out = b""
        unknown = odd and not self.plain
        for number, each in sorted(known.items()):
            if number in found:
                value = found[number]
                if each.message:
                    value = self.message(each.message, value)
                if each.closed and number_of(value) & 2**32 - 1 not in each.values32:
                    unknown = True
                out += encoded(number, WIRE.get(each.kind, VARINT), cut(each, value))
        key = sort_key(known[1], found.get(1))
        return key, out if self.plain else data if unknown else out, unknown

    def item(self, known: dict[int, Field], part: Part) -> Placed:
        """An item: a group with a number and a message."""
        if part[:2] != (1, START):
            return UNKNOWN, 0, encoded(*part)
        number, inner = None, None
        for at, wire_type, value in parts(part[2]):
            if (at, wire_type) == (2, VARINT) and number is None:
                number = number_of(value) & 2**32 - 1
            if (at, wire_type) == (3, LENGTH) and inner is None:
                inner = value
        if number is None or inner is None:
            return UNKNOWN, 0, b"" if self.plain else encoded(*part)
        if number in known:
            inner = self.message(known[number].message, inner)
        elif not self.plain:
            return UNKNOWN, 0, encoded(*part)
        made = encoded(1, START, tag(2, VARINT) + varint(number) + field(3, inner))
        return number if number in known else UNKNOWN, 0, made


    def merged(self, items: list[Placed]) -> bytes:
        """Items, those of one extension as one."""
        inner: dict[int, bytes] = {}
        rest = b""
        for place, _, made in items:
            if place == UNKNOWN:
                rest += made
                continue
            ((_, _, item),) = parts(made)
            inner[place] = inner.get(place, b"") + next(v for n, _, v in parts(item) if n == 3)
        made = b"".join(
            encoded(1, START, tag(2, VARINT) + varint(number) + field(3, value))
            for number, value in sorted(inner.items())
        )
        return made + rest


def sort_key(of: Field, value: bytes | None) -> bytes | int:
    """What the entries of a map are sorted by."""
    if of.kind == FD.TYPE_STRING:
        return value or b""
    if value is None:
        return 0
    if of.kind in (FD.TYPE_FIXED32, FD.TYPE_FIXED64):
        return int.from_bytes(value, "little")
    if of.kind in (FD.TYPE_SFIXED32, FD.TYPE_SFIXED64):
        return int.from_bytes(value, "little", signed=True)
    number = number_of(value)
    if of.kind in (FD.TYPE_SINT32, FD.TYPE_SINT64):
        return (number >> 1) ^ -(number & 1)
    if of.kind in (FD.TYPE_INT32, FD.TYPE_INT64) and number >= 2**63:
        return number - 2**64
    return number


def cut(of: Field, value: bytes) -> bytes:
    """An enum has 32 bits, of which the highest fills the others."""
    if of.kind != FD.TYPE_ENUM:
        return value
    number = number_of(value) & 2**32 - 1
    return varint(number if number < 2**31 else number + 2**64 - 2**32)


def encoded(number: int, wire_type: int, value: bytes) -> bytes:
    """A field."""
    match wire_type:
        case 2:
            return field(number, value)
        case 3:
            return tag(number, START) + value + tag(number, END)
        case 0:
            return tag(number, VARINT) + value
        case _:
            return tag(number, wire_type) + value


def number_of(value: bytes) -> int:
    """The number of a varint, of which 64 bits count."""
    return sum((byte & 0x7F) << (7 * at) for at, byte in enumerate(value)) & 2**64 - 1


def parts(data: bytes) -> Iterator[Part]:
    """The fields of a message."""
    position = 0
    while position < len(data):
        number, wire_type, value, position = one(data, position)
        yield number, wire_type, value


def one(data: bytes, position: int) -> tuple[int, int, bytes, int]:
    """A field, and where it ends."""
    end = after_varint(data, position)
    read = number_of(data[position:end])
    number, wire_type, start = read >> 3, read & 7, end
    match wire_type:
        case 0:
            end = after_varint(data, start)
        case 1 | 5:
            end = start + (8 if wire_type == FIXED64 else 4)
        case 2:
            start = after_varint(data, end)
            end = start + number_of(data[end:start])
        case 3:
            inner = start
            while True:
                other, other_type, _, after = one(data, inner)
                if other_type == END:
                    if other != number:
                        raise Malformed
                    return number, START, data[start:inner], after
                inner = after
        case 4:
            return number, END, b"", start
        case _:
            raise Malformed
    if end > len(data):
        raise Malformed
    return number, wire_type, data[start:end], end


def after_varint(data: bytes, position: int) -> int:
    """Where a varint ends."""
    for length in range(10):
        if data[position + length] < 0x80:
            return position + length + 1
    raise Malformed
