"""Changes of JSON and text: of characters, and of whole tokens.

A change of one character mostly ends the parse at once. Tokens put in the
place of one another get further, to what a value may look like.
"""

import random
import re

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[-+.\w]+|\s+|.', re.DOTALL)

JSON_TOKENS = [
    "0", "-0", "1", "-1", "1.0", "1.5", "1e3", "1E+2", "1e-1", "100e-2", "01", "+1", ".5", "1.",
    "2147483647", "2147483648", "-2147483649", "4294967295", "4294967296", "9223372036854775807",
    "9223372036854775808", "18446744073709551615", "18446744073709551616", "1e400", "-1e400",
    "3.4028236e38", "3.4028234e38", "1e39", "5e-324", "1e-50", "NaN", "Infinity", "-Infinity",
    '"NaN"', '"Infinity"', '"-Infinity"', '"nan"', '"inf"', '"1"', '"1.0"', '"1e3"', '" 1"', '"1 "',
    '"0x1"', '"+1"', '"1.5"', '"1_000"', '"\u0661"', '""', "true", "false", '"true"', '"True"', "null",
    '"null"', "{}", "[]", "[null]", "[1]", '{"a":1}', '{"1":{}}', "[[]]", '"FOO"', '"foo"', '"BAZ"',
    '"NEG"', "7", '"YQ=="', '"YQ"', '"YQ="', '"YR=="', '"-_"', '"+/"', '"a"', '"Y Q"', '"*"',
    '"\\ud83d\\ude00"', '"\\ud83d"', '"\\u0041"', '"\\x"', '"\t"', '"\\/"', "'a'", '"2026-01-01T00:00:00Z"',
    '"2026-01-01t00:00:00z"', '"2026-01-01T00:00:00.123+01:00"', '"2026-02-30T00:00:00Z"', '"1s"',
    '"1.5s"', '"-1.000000001s"', '"1.1234567891s"', '"1"', '"315576000001s"', '"s"', '"fooBar,b.cD"',
    '"foo_bar"', '"@type"', '"type.googleapis.com/google.protobuf.Duration"', '"value"',
    '"[protobuf_test_messages.proto2.extension_int32]"', '"optionalInt32"', '"optional_int32"',
    '"oneofUint32"', '"oneofString"', '"fieldname1"', '"nope"', "//", "/**/", ",", ":", "{", "}", "[", "]",
]  # fmt: skip

TEXT_TOKENS = [
    "0", "-0", "1", "-1", "- 1", "1.0", "1.5", "1e3", "1.5f", "1f", "0x1F", "0X1f", "017", "08", "-0x1",
    "+1", ".5", "1.", "1e", "2147483647", "2147483648", "-2147483649", "4294967296", "1e400", "-1e400",
    "18446744073709551615", "18446744073709551616", "9223372036854775808", "inf", "-inf", "Infinity",
    "-infinity", "nan", "-nan", "NaN", "INF", "infinityf", "true", "false", "True", "t", "f", "TRUE",
    '"a"', "'a'", '"a" "b"', "'a' \"b\"", '"\\x41"', '"\\101"', '"\\400"', '"\\u00e9"', '"\\U0001f600"',
    '"\\ud83d\\ude00"', '"\\ud83d"', '"\\q"', '"\\?"', '"\\xff"', '"\n"', '"\\n"', '"', "FOO", "BAZ",
    "foo", "NEG", "7", "{", "}", "<", ">", "{}", "<>", "[", "]", "[]", "[1]", "[1,2]", "[1,]", "[{}]",
    ":", ",", ";", ",,", "# comment\n", "optional_int32", "optional_int32: 1", "oneof_uint32: 1",
    'oneof_string: "a"', "data {}", "Data {}", "groupfield {}", "reserved_field: 1", "nope: 1",
    "[protobuf_test_messages.proto2.extension_int32]: 1", "[nope.nope]: 1", "1: 1", "repeated_int32: []",
    "map_int32_int32 { key: 1 value: 2 }", "map_int32_int32 {}", "map_int32_int32: [{key: 1}, {key: 1}]",
    "[type.googleapis.com/google.protobuf.Duration] { seconds: 1 }", "optional_nested_message {}",
    "optional_nested_message: { a: 1 }", "optional_nested_message < a: 1 >", 'type_url: "a"',
]  # fmt: skip

CHARACTERS = '{}[]<>:,;"\'\\/#.-+eE0179 \t\n\r\0\x0b\x0c\x7f\x85\u00a0\u2028aﬀ_٠'


def garbled(rng: random.Random, text: str, tokens: list[str]) -> str:
    """`text` after one to three changes."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        if rng.random() < 0.7:
            text = token(rng, text, tokens)
        else:
            text = character(rng, text)
    return text


def token(rng: random.Random, text: str, tokens: list[str]) -> str:
    """Replaces, repeats, drops or moves a token, or adds one."""
    parts = TOKEN.findall(text) or [""]
    at = rng.randrange(len(parts))
    match rng.randrange(8):
        case 0:
            parts[at] = ""
        case 1:
            parts.insert(at, rng.choice(tokens))
        case 2:
            other = rng.randrange(len(parts))
            parts[at], parts[other] = parts[other], parts[at]
        case 3:
            end = rng.randrange(at, len(parts)) + 1
            parts[end:end] = parts[at:end]
        case 4:
            parts[at] = rng.choice(parts)
        case _:
            parts[at] = rng.choice(tokens)
    return "".join(parts)


def character(rng: random.Random, text: str) -> str:
    """Replaces, drops or adds a character."""
    at = rng.randrange(len(text) + 1)
    match rng.randrange(3):
        case 0:
            return text[:at] + text[at + 1 :]
        case 1:
            return text[:at] + rng.choice(CHARACTERS) + text[at:]
        case _:
            return text[:at] + rng.choice(CHARACTERS) + text[at + 1 :]
