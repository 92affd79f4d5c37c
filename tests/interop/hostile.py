"""Inputs that are made to cost more than they should, for bounds.py.

Each case makes about as many bytes as it is asked for, so that the same shape
can be measured in several sizes. Names of fields have one letter: the shorter
an element is in the input, the dearer is what is kept for it.
"""

import random
import struct
from collections.abc import Callable

SCHEMA = """syntax = "proto2";
package h;
import "google/protobuf/any.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/wrappers.proto";
import "google/protobuf/timestamp.proto";
enum C { C0 = 0; C1 = 1; C2 = 2; }
message Set { option message_set_wire_format = true; extensions 4 to max; }
message X { extend Set { optional X x = 5; } optional int32 i = 1; }
message N {
  optional int32 a = 1;
  optional N n = 2;
  repeated N r = 3;
  optional group G = 4 { optional N n = 2; optional int32 a = 1; repeated N r = 3; }
  repeated group Q = 5 { repeated N r = 3; }
  map<int32, N> m = 6;
  optional string s = 7;
  oneof o { N u = 8; N v = 9; int32 w = 10; }
  optional google.protobuf.Any y = 11;
}
message A {
  extensions 1000 to 1999;
  reserved "gone";
  optional int32 i = 1;
  repeated int32 p = 2 [packed = true];
  repeated int32 l = 3;
  optional string s = 4;
  repeated string t = 5;
  optional bytes b = 6;
  optional N n = 7;
  repeated N r = 8;
  map<int32, int32> m = 9;
  map<string, string> k = 10;
  map<int32, N> q = 11;
  oneof o { int32 w = 12; string x = 13; N u = 14; N v = 15; }
  optional C c = 16;
  repeated C e = 17 [packed = true];
  map<int32, C> f = 18;
  optional google.protobuf.Any y = 19;
  repeated google.protobuf.Any z = 20;
  optional google.protobuf.Struct g = 21;
  optional google.protobuf.Value h = 22;
  optional google.protobuf.ListValue j = 23;
  optional double d = 24;
  repeated double ds = 25;
  optional Set set = 26;
  optional google.protobuf.FieldMask mask = 27;
  optional google.protobuf.Timestamp time = 28;
  repeated google.protobuf.Int32Value wr = 29;
  repeated bool bs = 30;
  repeated bytes bb = 31;
  map<bool, bool> mb = 32;
  optional int64 last = 99;
}
extend A { repeated int32 xs = 1000; }
"""

Bytes = Callable[[int], bytes]


def varint(value: int) -> bytes:
    """A varint, negative numbers as 64 bits."""
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def tag(number: int, wire: int) -> bytes:
    """A tag."""
    return varint(number << 3 | wire)


def num(number: int, value: int) -> bytes:
    """A field with a varint."""
    return tag(number, 0) + varint(value)


def ld(number: int, payload: bytes) -> bytes:
    """A length-delimited field."""
    return tag(number, 2) + varint(len(payload)) + payload


def group(number: int, payload: bytes) -> bytes:
    """A group."""
    return tag(number, 3) + payload + tag(number, 4)


def fill(unit: bytes) -> Bytes:
    """One thing over and over."""
    return lambda size: unit * (size // len(unit))


def framed(head: bytes, unit: bytes, tail: bytes, between: bytes = b"") -> Bytes:
    """One thing over and over, between two others."""

    def make(size: int) -> bytes:
        count = max(1, (size - len(head) - len(tail)) // (len(unit) + len(between)))
        return head + between.join([unit] * count) + tail

    return make


def inside(number: int, unit: bytes, after: bytes = b"") -> Bytes:
    """One thing over and over in a length-delimited field."""
    return lambda size: ld(number, unit * (size // len(unit))) + after


def within(number: int, make: Bytes) -> Bytes:
    """Puts what is made into a length-delimited field."""
    return lambda size: ld(number, make(size - 6))


def many(element: Callable[[int], bytes], order: str = "up", join: bytes = b"") -> Bytes:
    """Elements that differ by their number, in an order."""

    def make(size: int) -> bytes:
        count = size // (len(element(size // 8)) + len(join))
        numbers = list(range(count))
        if order == "down":
            numbers.reverse()
        elif order == "random":
            random.Random(7).shuffle(numbers)
        return join.join([element(number) for number in numbers])

    return make


def around(head: bytes, make: Bytes, tail: bytes) -> Bytes:
    """Puts what is made between two others."""
    return lambda size: head + make(size - len(head) - len(tail)) + tail


def nest(wrap: Callable[[bytes], bytes], depth: int, core: bytes) -> bytes:
    """Wraps something so many times."""
    for _ in range(depth):
        core = wrap(core)
    return core


def levels(wrap: Callable[[bytes], bytes], depth: int, wide: bytes, outer: bytes = b"") -> Bytes:
    """Nested, and every level as wide as the others: it starts with its share of `wide`."""

    def make(size: int) -> bytes:
        share = wide * max(1, size // depth // len(wide))
        core = share
        for _ in range(depth - 1):
            core = share + wrap(core) + outer
        return core

    return make


def any_of(name: str, value: bytes) -> bytes:
    """The bytes of an Any."""
    return ld(1, b"a/" + name.encode()) + ld(2, value)


def entry(number: int, key: int, value: bytes) -> bytes:
    """A map's entry with a number as its key."""
    return ld(number, num(1, key) + value)


def parts(depth: int) -> bytes:
    """A chain of messages, each in the other's field n, to be merged with others."""
    return nest(lambda core: ld(2, core), depth, b"")


def binary() -> dict[str, Bytes]:
    """What is decoded."""
    late = num(1, 1)  # a field out of order, where anything stands before it
    text_entry = lambda i: ld(10, ld(1, b"%07x" % i) + ld(2, b"v"))  # noqa: E731
    cases = {
        "empty messages": fill(ld(8, b"")),
        "empty messages, out of order": lambda n: fill(ld(8, b""))(n) + late,
        "empty groups, nested one": inside(8, group(5, b"")),
        "empty groups, out of order": inside(8, group(5, b""), late),
        "one message again, empty": fill(ld(7, b"")),
        "one message again, 8 bytes": fill(ld(7, num(1, 1) + ld(2, ld(7, b"")))),
        "one message again, chain of 20": fill(ld(7, parts(20))),
        "one message again, chain of 99": fill(ld(7, parts(99))),
        "one group again": inside(7, group(4, b"")),
        "one scalar again": fill(num(1, 1)),
        "one string again": fill(ld(4, b"")),
        "packed": inside(2, b"\1"),
        "packed, out of order": inside(2, b"\1", late),
        "packed bools": inside(30, b"\1"),
        "packed in lists of one": fill(ld(2, b"\1")),
        "packed, empty lists": fill(ld(2, b"")),
        "packed, empty lists, out of order": lambda n: fill(ld(2, b""))(n) + late,
        "unpacked": fill(num(3, 1)),
        "unpacked, out of order": lambda n: fill(num(3, 1))(n) + late,
        "two lists in turn": fill(num(3, 1) + num(2, 1)),
        "two messages in turn": fill(ld(8, b"") + ld(7, b"")),
        "empty strings": fill(ld(5, b"")),
        "empty strings, out of order": lambda n: fill(ld(5, b""))(n) + late,
        "doubles packed": inside(25, struct.pack("<d", 1e-300 / 3)),
        "wrappers": fill(ld(29, b"")),
        "map up": many(lambda i: entry(9, i, num(2, 1))),
        "map down": many(lambda i: entry(9, i, num(2, 1)), "down"),
        "map random": many(lambda i: entry(9, i, num(2, 1)), "random"),
        "map keys alone, random": many(lambda i: ld(9, num(1, i)), "random"),
        "map one key": fill(entry(9, 1, num(2, 1))),
        "map empty entries": fill(ld(9, b"")),
        "map string keys up": many(text_entry),
        "map string keys random": many(text_entry, "random"),
        "map string keys down": many(text_entry, "down"),
        "map messages random": many(lambda i: entry(11, i, ld(2, num(1, 1))), "random"),
        "map messages one key": fill(entry(11, 1, ld(2, num(1, 1)))),
        "map messages, a value in many parts": inside(11, ld(2, b"")),
        "map entry, its key again": inside(9, num(1, 1)),
        "map messages empty entries": fill(ld(11, b"")),
        "map in map, one key": fill(ld(11, ld(2, nest(lambda c: ld(6, ld(2, c)), 40, b"")))),
        "map in map, wide": within(7, levels(lambda c: ld(6, ld(2, c)), 45, ld(6, b""))),
        "map of enums, unknown": fill(ld(18, num(2, 9))),
        "oneof in turn": fill(num(12, 1) + ld(13, b"")),
        "oneof messages in turn": fill(ld(14, b"") + ld(15, b"")),
        "oneof messages in turn, nested": fill(
            ld(14, b"") + ld(15, nest(lambda c: ld(8, b"") + ld(9, c), 30, b""))
        ),
        "oneof messages replaced, nested": fill(
            ld(14, nest(lambda c: ld(9, c) + ld(8, b""), 30, b"")) + ld(15, b"")
        ),
        "oneof replaced at every level": within(
            7, levels(lambda c: ld(8, c) + ld(9, b""), 90, ld(8, b"") + ld(9, b""))
        ),
        "nested 99, wide": within(7, levels(lambda c: ld(2, c), 99, num(1, 1))),
        "nested 99, wide, out of order": within(
            7, levels(lambda c: ld(2, c), 99, ld(3, b""), late)
        ),
        "nested 99, repeated, out of order": lambda n: b"".join(
            [ld(8, nest(lambda c: ld(3, c) + late, 98, b""))] * (n // 600)
        ),
        "nested groups, wide": within(
            7, levels(lambda c: group(4, ld(2, c)), 49, ld(3, b""))
        ),
        "nested groups, wide, out of order": within(
            7, levels(lambda c: group(4, ld(2, c) + num(1, 1)), 49, ld(3, b""), late)
        ),
        "nested groups, many": fill(
            ld(7, nest(lambda c: group(4, ld(2, c)), 49, b""))
        ),
        "closed enum, packed unknown values": inside(17, b"\5"),
        "closed enum, one unknown again": fill(num(16, 9)),
        "unknown varints": fill(num(80, 1)),
        "unknown, one byte tags": inside(7, num(15, 1)),
        "unknown numbers, all different": many(lambda i: num(2000 + i, 1)),
        "unknown messages": fill(ld(80, b"")),
        "unknown strings": fill(ld(80, b"abc")),
        "unknown messages nested": fill(nest(lambda c: ld(15, c), 100, b"\x08\x01")),
        "unknown bytes that nearly read": fill(ld(80, fill(num(15, 1))(1 << 16) + b"\xff")),
        "unknown, deep and wide": levels(lambda c: ld(15, c), 12, num(15, 1)),
        "unknown groups": inside(7, group(15, b"")),
        "unknown groups nested 99": inside(7, nest(lambda c: group(15, c), 99, b"")),
        "unknown groups, wide": lambda n: ld(
            7, levels(lambda c: group(15, c), 90, num(15, 1))(n)
        ),
        "wrong wire types": fill(num(4, 1)),
        "wrong wire types, packed as singular": fill(ld(1, b"")),
        "anys": fill(ld(20, any_of("h.N", b""))),
        "anys, empty": fill(ld(20, b"")),
        "anys unknown, wide": lambda n: ld(19, any_of("h.N", fill(ld(3, b""))(n))),
        "any in any": fill(
            ld(20, nest(lambda c: any_of("google.protobuf.Any", c), 45, any_of("h.N", b"")))
        ),
        "any in any, wide": lambda n: ld(
            19,
            nest(
                lambda c: any_of("google.protobuf.Any", c),
                48,
                any_of("h.N", fill(ld(3, b""))(n)),
            ),
        ),
        "any in message in any": lambda n: ld(
            19,
            nest(
                lambda c: any_of("h.N", ld(11, c)), 30, any_of("h.N", fill(num(1, 1))(n))
            ),
        ),
        "any in message in any, out of order": lambda n: ld(
            19,
            nest(
                lambda c: any_of("h.N", ld(11, c) + late), 30, any_of("h.N", fill(ld(3, b""))(n))
            ),
        ),
        "any, its type again": inside(19, ld(1, b"")),
        "struct": many(lambda i: ld(21, ld(1, ld(1, b"%06x" % i) + ld(2, num(4, 1)))), "random"),
        "struct wide": lambda n: ld(
            21, many(lambda i: ld(1, ld(1, b"%06x" % i) + ld(2, num(1, 0))), "down")(n)
        ),
        "values in a list": inside(23, ld(1, num(1, 0))),
        "values, lists in a list": inside(23, ld(1, ld(6, b""))),
        "values nested": lambda n: ld(
            23,
            ld(1, nest(lambda c: ld(6, ld(1, c)), 48, num(1, 0))) * (n // 230),
        ),
        "structs nested": lambda n: ld(
            23, ld(1, nest(lambda c: ld(5, ld(1, ld(2, c))), 30, num(1, 0))) * (n // 230)
        ),
        "value, its kinds in turn": inside(22, num(1, 0) + num(4, 1)),
        "message set": inside(26, group(1, num(2, 5) + ld(3, b""))),
        "message set, unknown": inside(26, group(1, num(2, 6) + ld(3, b""))),
        "field mask": inside(27, ld(1, b"a")),
        "time, its seconds again": inside(28, num(1, 1)),
        "string of control characters": inside(4, b"\1"),
        "string": inside(4, b"a"),
        "string of quotes": inside(4, b'"'),
        "bytes": inside(6, b"\xff"),
        "extensions": fill(num(1000, 1)),
        "many fields out of order": fill(
            b"".join(num(number, 1) for number in (30, 3, 2, 1)) + ld(4, b"")
        ),
        "cut short": lambda n: fill(ld(8, b""))(n) + b"\x42",
        "cut short, out of order": lambda n: fill(ld(8, b""))(n) + late + b"\x42",
        "not a message": lambda n: b"\x42" + b"a" * n,
        "text for binary": fill(b"0a0"),
    }
    return cases


def json() -> dict[str, Bytes]:
    """What is encoded from JSON."""
    comma = b","

    def array(name: str, element: bytes, tail: bytes = b"]}") -> Bytes:
        return framed(b'{"%s":[' % name.encode(), element, tail, comma)

    def object_(name: str, element: Callable[[int], bytes], order: str, tail: bytes) -> Bytes:
        return around(b'{"%s":{' % name.encode(), many(element, order, comma), tail)

    late = b'],"i":1}'
    cases = {
        "empty messages": array("r", b"{}"),
        "empty messages, out of order": array("r", b"{}", late),
        "empty messages, in a later one": around(
            b'{"n":', framed(b'{"r":[', b"{}", b'],"a":1}', comma), b"}"
        ),
        "packed": array("p", b"1"),
        "packed, out of order": array("p", b"1", late),
        "unpacked": array("l", b"1"),
        "unpacked, out of order": array("l", b"1", late),
        "strings": array("t", b'""'),
        "strings, out of order": array("t", b'""', late),
        "bytes, empty": array("bb", b'""'),
        "wrappers": array("wr", b"0"),
        "wrappers, out of order": array("wr", b"0", late),
        "doubles": array("ds", b"1"),
        "doubles, long": array("ds", b"1.7976931348623157e308"),
        "enums": array("e", b"0"),
        "enum names": array("e", b'"C1"'),
        "extensions": array("[h.xs]", b"1"),
        "messages with a field each": array("r", b'{"a":1}'),
        "messages out of order inside": array("r", b'{"r":[],"n":{},"a":1}'),
        "message fields in reverse": array(
            "r", b'{"w":1,"s":"","m":{},"q":[],"g":{},"r":[],"n":{},"a":1}'
        ),
        "map up": object_("m", lambda i: b'"%d":1' % (i + 1000000), "up", b"}}"),
        "map down": object_("m", lambda i: b'"%d":1' % (i + 1000000), "down", b"}}"),
        "map random": object_("m", lambda i: b'"%d":1' % (i + 1000000), "random", b"}}"),
        "map short keys": object_("m", lambda i: b'"%d":0' % i, "random", b'},"i":1}'),
        "map short string keys": object_("k", lambda i: b'"%x":""' % i, "random", b'},"i":1}'),
        "map of messages": object_("q", lambda i: b'"%d":{}' % i, "random", b"}}"),
        "map in map": framed(
            b'{"q":{"1":{"m":{',
            b'"9":{}',
            b"}}}}",
            comma,
        ),
        "map one key": framed(b'{"m":{', b'"1":1', b"}}", comma),
        "nested 99, white space": around(
            b'{"n":{', levels(lambda c: b'"n":{' + c + b"}", 99, b" "), b"}}"
        ),
        "nested 99, repeated": array("r", nest(lambda c: b'{"r":[' + c + b"]}", 98, b"")),
        "nested 99, repeated, out of order": array(
            "r", nest(lambda c: b'{"r":[' + c + b'],"a":1}', 98, b"{}")
        ),
        "nested 50, wide levels, out of order": around(
            b'{"n":',
            lambda n: nest(
                lambda c: b'{"r":[' + comma.join([b"{}"] * (n // 150)) + b'],"n":' + c + b"}",
                50,
                b"{}",
            ),
            b"}",
        ),
        "list of null": array("j", b"null"),
        "list of numbers": array("j", b"1"),
        "list of lists": array("j", b"[]"),
        "list of strings": array("j", b'""'),
        "list nested": array("j", nest(lambda c: b"[" + c + b"]", 48, b"1")),
        "struct up": object_("g", lambda i: b'"%05x":1' % i, "up", b"}}"),
        "struct random": object_("g", lambda i: b'"%x":0' % i, "random", b"}}"),
        "struct nested": array("j", nest(lambda c: b'{"":' + c + b"}", 30, b"1")),
        "anys": array("z", b'{"@type":"a/h.N"}'),
        "anys, type last": array("z", b'{"a":1,"@type":"a/h.N"}'),
        "any wide": framed(b'{"y":{"r":[', b"{}", b'],"@type":"a/h.N"}}', comma),
        "any wide, out of order": framed(
            b'{"y":{"r":[', b"{}", b'],"a":1,"@type":"a/h.N"}}', comma
        ),
        "any in any, wide": around(
            b'{"y":',
            lambda n: nest(
                lambda c: b'{"value":' + c + b',"@type":"a/google.protobuf.Any"}',
                45,
                framed(b'{"r":[', b"{}", b'],"@type":"a/h.N"}', comma)(n),
            ),
            b"}",
        ),
        "any in any, many": array(
            "z",
            nest(
                lambda c: b'{"value":' + c + b',"@type":"a/google.protobuf.Any"}',
                45,
                b'{"@type":"a/h.N"}',
            ),
        ),
        "any in message in any, wide": around(
            b'{"y":',
            lambda n: nest(
                lambda c: b'{"y":' + c + b',"@type":"a/h.N"}',
                45,
                framed(b'{"r":[', b"{}", b'],"@type":"a/h.N"}', comma)(n),
            ),
            b"}",
        ),
        "field mask": framed(b'{"mask":"', b"a", b'"}', comma),
        "string": around(b'{"s":"', fill(b"a"), b'"}'),
        "string of escapes": around(b'{"s":"', fill(b"\\n"), b'"}'),
        "string of \\u": around(b'{"s":"', fill(b"\\u00e9"), b'"}'),
        "string of pairs": around(b'{"s":"', fill(b"\\ud83d\\ude00"), b'"}'),
        "bytes": around(b'{"b":"', fill(b"AAAA"), b'"}'),
        "bytes as escapes": around(b'{"b":"', fill(b"\\u0041" * 4), b'"}'),
        "key, long": around(b'{"', fill(b"a"), b'":1}'),
        "key, long, escapes": around(b'{"', fill(b"\\u0001"), b'":1}'),
        "key of a map, long": around(b'{"k":{"', fill(b"a"), b'":""}}'),
        "enum name, long": around(b'{"c":"', fill(b"a"), b'"}'),
        "time, long": around(b'{"time":"', fill(b"1"), b'"}'),
        "number of many digits": around(b'{"d":', fill(b"1"), b"}"),
        "fraction of many digits": around(b'{"d":0.', fill(b"1"), b"}"),
        "integer with zeros": around(b'{"i":1.', fill(b"0"), b"}"),
        "integer with exponent": around(b'{"i":0.', fill(b"0"), b"1e9}"),
        "integer too large": around(b'{"i":', fill(b"9"), b"}"),
        "exponent of many digits": around(b'{"d":1e-', fill(b"9"), b"}"),
        "number in quotes": around(b'{"last":"', fill(b"0"), b'"}'),
        "value of many digits": around(b'{"h":', fill(b"1"), b"}"),
        "map key of many digits": around(b'{"m":{"1.', fill(b"0"), b'":1}}'),
        "white space": around(b"{", fill(b" "), b"}"),
        "lines": around(b"{", fill(b"\n"), b"}"),
        "lines, then wrong": around(b"{", fill(b"\n"), b"?"),
        "a wrong end": array("r", b"{}", b"]?"),
        "a wrong end, out of order": array("r", b"{}", b'],"i":1,"zz":1}'),
        "text for JSON": fill(b"r{}"),
        "nulls": framed(b"{", b'"i":null', b"}", comma),
    }
    return cases


def json_ignoring() -> dict[str, Bytes]:
    """What is encoded from JSON with --ignore-unknown."""
    comma = b","
    return {
        "unknown, many": around(
            b"{", many(lambda i: b'"u%d":{}' % i, "up", comma), b"}"
        ),
        "unknown, wide": framed(b'{"unknown":[', b"{}", b"]}", comma),
        "unknown, nested": framed(
            b'{"unknown":[', nest(lambda c: b"[" + c + b"]", 90, b""), b"]}", comma
        ),
        "unknown enum names": framed(b'{"e":[', b'"Z"', b"]}", comma),
        "unknown enum names in a map": around(
            b'{"f":{', many(lambda i: b'"%d":"Z"' % i, "random", comma), b"}}"
        ),
        "unknown string": around(b'{"unknown":"', fill(b"\\u0001"), b'"}'),
    }


def text() -> dict[str, Bytes]:
    """What is encoded from text."""
    comma = b","
    late = b" i:1"

    def each(element: bytes, tail: bytes = b"") -> Bytes:
        return framed(b"", element, tail)

    def listed(name: bytes, element: bytes, tail: bytes = b"") -> Bytes:
        return framed(name + b":[", element, b"]" + tail, comma)

    return {
        "empty messages": each(b"r{}"),
        "empty messages, out of order": each(b"r{}", late),
        "empty messages, listed": listed(b"r", b"{}"),
        "empty messages, listed, out of order": listed(b"r", b"{}", late),
        "groups": around(b"n{", fill(b"Q{}"), b"}"),
        "groups, out of order": around(b"n{", fill(b"Q{}"), b"a:1}"),
        "packed, listed": listed(b"p", b"1"),
        "packed, each": each(b"p:1 "),
        "packed, listed, out of order": listed(b"p", b"1", late),
        "unpacked, listed": listed(b"l", b"1"),
        "unpacked, listed, out of order": listed(b"l", b"1", late),
        "unpacked, each": each(b"l:1 "),
        "strings, listed": listed(b"t", b"''"),
        "strings, listed, out of order": listed(b"t", b"''", late),
        "empty lists": each(b"l:[]"),
        "enums": listed(b"e", b"0"),
        "doubles": listed(b"ds", b"1"),
        "two in turn": each(b"r{}l:1 "),
        "two messages in turn": each(b"r{}q{}"),
        "map up": many(lambda i: b"m{key:%d}" % i, "up"),
        "map down": many(lambda i: b"m{key:%d}" % i, "down"),
        "map random": many(lambda i: b"m{key:%d}" % i, "random"),
        "map empty entries": each(b"m{}"),
        "map empty entries, listed": listed(b"m", b"{}"),
        "map empty entries, listed, out of order": listed(b"m", b"{}", late),
        "map of messages, empty entries": listed(b"q", b"{}"),
        "map of strings, empty entries": listed(b"k", b"{}"),
        "map of bools, listed": listed(b"mb", b"{}"),
        "map value first": each(b"m{value:1 key:1}"),
        "nested 99, repeated": each(b"r{" + nest(lambda c: b"r{" + c + b"}", 98, b"") + b"}"),
        "nested 99, repeated, out of order": each(
            b"r{" + nest(lambda c: b"r{" + c + b"}a:1", 98, b"") + b"}"
        ),
        "nested 50, wide levels, out of order": lambda n: b"n{"
        + nest(lambda c: b"r{}" * (n // 150) + b"n{" + c + b"}", 50, b"")
        + b"}",
        "anys": each(b"z{[a/h.N]{}}"),
        "any wide": around(b"y{[a/h.N]{", fill(b"r{}"), b"}}"),
        "any wide, out of order": around(b"y{[a/h.N]{", fill(b"r{}"), b"a:1}}"),
        "any in any": around(
            b"y{",
            lambda n: nest(
                lambda c: b"[a/google.protobuf.Any]{" + c + b"}",
                45,
                b"[a/h.N]{" + b"r{}" * (n // 3) + b"}",
            ),
            b"}",
        ),
        "values": around(b"j{", fill(b"values{}"), b"}"),
        "values, listed": around(b"j{values:[", lambda n: b",".join([b"{}"] * (n // 3)), b"]}"),
        "extensions": each(b"[h.xs]:1 "),
        "extensions, listed": listed(b"[h.xs]", b"1"),
        "reserved": each(b"gone:1 "),
        "reserved, nested": each(b"gone{" + nest(lambda c: b"a{" + c + b"}", 90, b"") + b"}"),
        "reserved, listed": listed(b"gone", b"{}"),
        "string": around(b's:"', fill(b"a"), b'"'),
        "string of escapes": around(b's:"', fill(b"\\n"), b'"'),
        "string of octal": around(b'b:"', fill(b"\\377"), b'"'),
        "string in pieces": around(b"s:", fill(b"''"), b""),
        "string in pieces of one": around(b"s:", fill(b"'a' "), b""),
        "name, long": around(b"", fill(b"a"), b":1"),
        "extension name, long": around(b"[", fill(b"a."), b"a]:1"),
        "number of many digits": around(b"d:", fill(b"1"), b""),
        "fraction of many digits": around(b"d:0.", fill(b"1"), b""),
        "integer of many digits": around(b"i:", fill(b"9"), b""),
        "integer with zeros": around(b"i:0", fill(b"0"), b""),
        "minus signs": around(b"i:", fill(b"- "), b"1"),
        "comments": fill(b"#\n"),
        "comment, long": around(b"#", fill(b"a"), b""),
        "white space": fill(b" "),
        "separators": each(b"l:1;"),
        "a wrong end": each(b"r{}", b"?"),
        "a wrong end, out of order": each(b"r{}", b" i:1 ?"),
        "JSON for text": framed(b'{"r":[', b"{}", b"]}", comma),
    }
