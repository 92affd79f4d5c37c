"""Where `hello` and Python differ on purpose, each with the reason for ours.

A rule looks at the question and both outcomes and says whether the difference
is its own. It is narrow, because what it excuses is not looked at again: it
names the format, which side refuses, and how the errors begin. A difference in
what was read is excused only where Python, asked about the same bytes in their
plain form, gives what `hello` gave.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from testee import Outcome, Question

Covers = Callable[[Question, Outcome, Outcome], bool]


@dataclass(frozen=True)
class Rule:
    """A known difference."""

    name: str
    reason: str
    covers: Covers


def only_ours(source: str, target: str, error: str, payload: str = "") -> Covers:
    """`hello` refuses with an error that matches, and Python accepts."""
    return lambda question, expected, found: bool(
        question.source == source
        and question.target in target.split()
        and expected.accepted
        and found.kind in ("parse_error", "serialize_error")
        and re.match("error: " + error, str(found.value))
        and (not payload or re.search(payload, str(question.payload)))
    )


def only_theirs(source: str, target: str, error: str, payload: str = "") -> Covers:
    """Python refuses with an error that matches, and `hello` accepts."""
    return lambda question, expected, found: bool(
        question.source == source
        and question.target in target.split()
        and found.accepted
        and not expected.accepted
        and re.search(error, str(expected.value), re.DOTALL)
        and (not payload or re.search(payload, str(question.payload)))
    )


def rule_for(question: Question, expected: Outcome, found: Outcome) -> Rule | None:
    """The rule that covers a difference, if there is one."""
    return next((rule for rule in RULES if rule.covers(question, expected, found)), None)


# What Python takes for white space, or for a digit, and the formats do not.
ODD_SPACE = "[\x1c-\x1f\x85\xa0\u2028\u2029\u3000\u0660-\u0669]"
ANY_FORMAT = "binary json text"

RULES = [
    Rule(
        "field number 0 in a skipped group",
        "The format has no such number. upb looks at it everywhere but in a group that it skips;"
        " C++ refuses it there too.",
        only_ours("binary", ANY_FORMAT, "field number 0 does not exist"),
    ),
    Rule(
        "required fields in JSON and text",
        "What lacks a required field is no message of its type. C++ refuses it; Python checks"
        " only when bytes are written, which the comparison has to leave out.",
        lambda q, e, f: any(
            only_ours(source, "binary", r"\S+ lacks the required field")(q, e, f)
            for source in ("json", "text")
        ),
    ),
    Rule(
        "a Value that holds nothing",
        "google.protobuf.Value says that no kind set is an error. upb and C++ refuse to write it"
        " as JSON; Python writes null, which is another value.",
        only_ours("binary", "json", "a google.protobuf.Value holds no value"),
    ),
    Rule(
        "strings that are not UTF-8 as JSON",
        "proto2 lets a string hold any bytes, JSON cannot. Python writes the repr of a bytes"
        " object, b'…', as if that were the text.",
        only_ours("binary", "json", r"field \d+ .* is not valid UTF-8, which JSON cannot hold"),
    ),
    Rule(
        "strings that are not UTF-8 in text",
        "proto2 lets a string hold any bytes, and text has escapes for them. Python's str has"
        " none, so it refuses what C++ reads and writes.",
        lambda q, e, f: any(
            only_theirs(source, "binary text", "codec can't decode byte|'<' not supported")(q, e, f)
            for source in ("binary", "text")
        ),
    ),
    Rule(
        "an Any as text whose bytes are no message",
        "The text format then shows type_url and value, as C++ does. Python raises.",
        only_theirs("binary", "text", "^DecodeError: Error parsing message with type"),
    ),
    Rule(
        "the largest float",
        "Python compares a JSON number with the largest float before it rounds it, and so refuses"
        " 3.4028235e+38, which it writes for that float itself.",
        only_theirs("json", "binary", r"Float value too (large|small)", r"3\.40282(35|36)e\+?38"),
    ),
    Rule(
        "white space and digits of Unicode",
        "The formats have ASCII's. Python's \\s, strip() and int() know what Unicode calls so.",
        lambda q, e, f: any(
            only_ours(source, "binary", "", ODD_SPACE)(q, e, f) for source in ("json", "text")
        ),
    ),
    Rule(
        "numbers in quotes as Python's int and float read them",
        "A number in a JSON string is spelled as a JSON number. Python also takes 1_000, +1,"
        " spaces around it, digits of any script, and infinity spelled in its own ways.",
        only_ours(
            "json",
            "binary",
            r'("[^"]*" is (out of range of|no) (double|float|[us]?int|s?fixed|the enum)|"[^"]*" is no (time|duration)'
            r'|\S+ has no value ")',
            r"""(?x) "[^"]*\d_\d | "\+\d | "\s | \s" | [^\x00-\x7f] | "0\d | "-?\.\d | \d\."
                | "[-+]?(?i:inf|nan|infinity)" | "-?\d+\ *[smhT"] | "0\w | \d\.e""",
        ),
    ),
    Rule(
        "times with parts of fewer digits",
        "RFC 3339 has two digits for each part. Python's strptime takes one.",
        only_ours("json", "binary", r'"[^"]*" is no time', r"[-T:]\d(?!\d)|\d\d\d\d-"),
    ),
    Rule(
        "a bool for a number or an enum",
        "Python's bool is an int, so that float(True) is 1.0; ProtoJSON has no such conversion.",
        only_ours("json", "binary", r"expected (an? \w+|a value of the enum|the name of an enum value|a number).* found (a bool|`?true|`?false)"),
    ),
    Rule(
        "an empty array or string for a message",
        "Python iterates over any value as if it were an object, and finds no names in these.",
        only_ours("json", "binary", "expected an object, found (an array|a string)", r'\[\s*\]|""'),
    ),
    Rule(
        "characters that base64 does not have",
        "Python's decoder leaves them out, and takes any number of `=`. Bytes would be read that"
        " nobody wrote.",
        only_ours("json", "binary", r"(found .*, which is not a base64 character|.*base64)"),
    ),
    Rule(
        "a tenth digit of a fraction of a second",
        "Nanoseconds have nine; Python rounds.",
        only_ours("json", "binary", '"[^"]*" is no duration', r"\.\d{10,}s"),
    ),
    Rule(
        "the last name of an extension in JSON",
        "Python looks up what it does not know once more without what follows the last dot, and"
        " so takes any word there. It is a field that the schema does not have.",
        only_ours("json", "binary", r"\S+MessageSetCorrect has no (field|extension) \"", r"\.\w+\]"),
    ),
    Rule(
        "infinity as a bare word",
        "JSON has no such word; Python's json module reads it, and a Value takes what it gives.",
        only_ours("json", "binary", r'("-?(Infinity|NaN)" is no number|expected a JSON value)', "Inf|NaN"),
    ),
    Rule(
        "negative zero as a whole JSON number",
        "-0 is a double in JSON, and negative. Python's json module reads a word without a point"
        " as an int, which has no negative zero.",
        lambda q, e, f: q.source == "json"
        and e.accepted
        and f.accepted
        and re.search(r"(?<![\w.])-0(?![\d.eE])", str(q.payload)) is not None
        and minus_zero(e.value) == minus_zero(f.value),
    ),
    Rule(
        "escapes that the text format does not have",
        "Python leaves the backslash of an escape that it doesn't know, and does not know \\?.",
        lambda q, e, f: only_ours("text", "binary", "the text format has no such escape")(q, e, f)
        or (
            q.source == "text"
            and e.accepted
            and f.accepted
            and "\\?" in q.payload
            # Each backslash is a byte more; what else differs are the lengths.
            and e.value.count(b"?") == f.value.count(b"?")
            and 0 < e.value.count(b"\\?") <= len(e.value) - len(f.value)
        ),
    ),
    Rule(
        "reserved names in text",
        "What was once a field of the type is passed over, as the conformance suite asks.",
        only_theirs("text", "binary", 'has no field named "reserved_field"', "reserved_field"),
    ),
    Rule(
        "a sign apart from its number, and a sign of plus",
        "In text `-` is a token of its own, behind which there may be space (the suite asks for"
        " it), and `+` is none.",
        lambda q, e, f: only_theirs("text", "binary", "Couldn't parse (integer|float): -|no value named -", r"-\s")(
            q, e, f
        )
        or only_ours("text", "binary", r"expected an? \w+, found `\+`", r"\+\d")(q, e, f),
    ),
    Rule(
        "underscores in numbers of text",
        "Python's int takes 1_000; the grammar of text doesn't.",
        only_ours("text", "binary", r'(expected an? \w+|"[^"]*_[^"]*" is no \w+)', r"\d_\d"),
    ),
    Rule(
        "-0 for an unsigned number",
        "The grammar of text has no sign there, and C++ refuses it.",
        only_ours("text", "binary", r'"?-?0"? is out of range of (uint|fixed)', "-0"),
    ),
    Rule(
        "levels of maps in JSON and text",
        "A level is one of the binary form, in which the entry of a map is one. Python leaves it"
        " out, and so reads what it cannot read back as bytes.",
        only_ours("json", "binary", "messages are nested more than 100 deep", r'\{"k":'),
    ),
    Rule(
        "an Any in an Any, as bytes",
        "What an Any holds is a level deeper than the Any, in every format. Python begins to"
        " count anew, as each is bytes of its own to it.",
        lambda q, e, f: only_ours("binary", "json text", "messages are nested more than 100 deep")(
            q, e, f
        )
        and bytes(q.raw).count(b"google.protobuf.Any") > 50,
    ),
    Rule(
        "levels without bytes of their own",
        "An entry without a value has the empty message as its value, which we write, one level"
        " deeper; and an item of a MessageSet is a group, a level like any other. upb counts"
        " neither, and so writes what it cannot read.",
        lambda q, e, f: only_ours("binary", ANY_FORMAT, "messages are nested more than 100 deep")(
            q, e, f
        )
        and re.search(rb"(\x0b.*\x0c|\xba\x04\x00)$", q.raw, re.DOTALL) is not None,
    ),
    Rule(
        "an Any whose type URL has no slash",
        "`@type` has to have one, by any.proto and the conformance suite.",
        lambda q, e, f: any(
            only_ours(source, "binary json", r'the type (URL )?(of an Any .*: )?"[^/"…]*["…]')(q, e, f)
            for source in ("binary", "json")
        ),
    ),
    Rule(
        "an item of a MessageSet given twice, or with a number beyond 32 bits",
        "An item is a singular message field, so both are merged, as C++ does; upb takes the last."
        " upb cuts the number to 32 bits, and so may find another item.",
        lambda q, e, f: q.source == "binary"
        and e.accepted
        and f.accepted
        and re.search(
            rb"(\x0b\x10[\x80-\xff]{1,4}[\x00-\x7f]\x1a).*\1|\x0b\x10[\x80-\xff]{4}[\x10-\x7f]",
            q.raw,
            re.DOTALL,
        )
        is not None,
    ),
    Rule(
        "words for numbers that the text format does not have",
        "An enum has names and whole numbers of 32 bits, which Python lets wrap; a sign of plus, an"
        " `f` behind inf and nan, and a name that ends in a dot are in no grammar. Two zeros are 0.",
        lambda q, e, f: only_ours("text", "binary", r"expected the name of an enum value, found `\+`")(q, e, f)
        or only_ours("text", "binary", r"\S+ is out of range of (an|the) enum")(q, e, f)
        or only_ours("text", "binary", r"expected an? \w+, found", r"(?i)(inf|infinity|nan)f")(q, e, f)
        or only_ours("json", "binary", r'\S+ has no (field|extension) "\[?.*\.\]?"')(q, e, f)
        or only_ours("json", "binary", r'".* s" is no duration')(q, e, f)
        or only_theirs("text", "binary", 'Expected "true" or "false"', r": 0+[01]\b")(q, e, f),
    ),
    Rule(
        "a number that is not finite in an entry with unknown fields",
        "upb takes such an entry for unknown and so never looks at its Value; see `what means"
        " nothing in an entry`.",
        lambda q, e, f: only_ours("binary", "json", "a Value holds a number that is not finite")(q, e, f)
        and re.search(rb"(\xf8\x7f|\xf0\x7f|\xf0\xff|\xff\x7f|\xff\xff)", q.raw) is not None,
    ),
    Rule(
        "an Any expanded twice in text",
        "Each gives its type and its value, which are singular. Python lets the last one count.",
        only_ours("text", "binary", r'the field "type_url" is given twice', r"\["),
    ),
    Rule(
        "numbers too large or too small for a double",
        "1e400 in a Value would be infinity, which JSON does not have; 1e-400 is no whole number,"
        " but Python has rounded it to 0 when it looks.",
        only_ours("json", "binary", r'"?[^"]*"? is (out of range of|no) ', r"\d[eE][-+]?\d\d\d"),
    ),
    Rule(
        "an enum that is no 32-bit whole number",
        "Python cuts 1.5 to 1, and of a larger number the bits above 32.",
        only_ours("json", "binary", r"-?\d+(\.\d+|e-\d+|\d{9,}) is (out of range of (an|the) enum|no value of)"),
    ),
    Rule(
        "whole numbers with an exponent",
        "90071992547409E3 is exactly a whole number. Python reads it as a double, which rounds.",
        lambda q, e, f: q.source == "json"
        and e.accepted
        and f.accepted
        and re.search(r'"-?\d{14,}[eE]\d', q.raw.decode()) is not None,
    ),
    Rule(
        "a separator behind an expanded Any",
        "`;` and `,` may follow any field. Python returns before it looks for one.",
        only_theirs("text", "binary", r"Expected identifier or number, got [;,]", r"[}>]\s*[;,]"),
    ),
]

# The rule that Agreement itself looks after, since it asks Python once more.
PLAIN = Rule(
    "what means nothing in an entry or an item",
    "Of a map's entry only the key and the value count, of each the last. upb calls an entry"
    " unknown, whole, that holds anything else, and the map then lacks it; C++ and Java read it,"
    " and so do we. Of an item of a MessageSet upb writes the number and the message anew, and"
    " drops the item if it has not got both, and of two items of one extension it takes the last;"
    " we keep unknown bytes as they came, and merge the two, as C++ does.",
    lambda question, expected, found: False,
)


def minus_zero(data: bytes | str) -> bytes | None:
    """Bytes whose negative zeros are taken out; fields that then are default too."""
    if not isinstance(data, bytes):
        return None
    data = data.replace(bytes.fromhex("0000000000000080"), bytes(8))
    return re.sub(rb"\x09\x00{8}|\x0d\x00{4}", b"", data.replace(bytes.fromhex("00000080"), bytes(4)))
