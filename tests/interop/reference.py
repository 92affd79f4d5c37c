"""What Python's `protobuf` makes of the same questions.

It is called as its users call it, with two exceptions. Messages nested 100
deep are accepted: its JSON counts the outermost message as a level, which
its binary parser doesn't, and its text has no limit at all by default. And
what lacks required fields is written all the same, or one type of the suite,
which requires itself, could not be compared at all.
"""

import json
import re
import struct

from canonical import Rewriter
from google.protobuf import json_format, text_encoding, text_format
from google.protobuf.message import DecodeError, Message
from suite import Suite
from testee import Outcome, Question

# The outermost message counts as a level here.
DEPTH = 101
LARGEST = "3.4028234663852886e38"


class Reference:
    """Python's answers."""

    def __init__(self, suite: Suite) -> None:
        self._suite = suite
        self.unreadable = 0

    def read(self, question: Question) -> Message | Outcome:
        """The message of a payload, or the error."""
        message = self._suite.new(question.type)
        try:
            match question.source:
                case "binary":
                    message.ParseFromString(question.payload)
                case "json":
                    json_format.Parse(
                        question.payload,
                        message,
                        descriptor_pool=self._suite.pool,
                        max_recursion_depth=DEPTH,
                    )
                case "text":
                    text_format.Parse(
                        question.payload,
                        message,
                        descriptor_pool=self._suite.pool,
                        max_recursion_depth=DEPTH,
                    )
        except DecodeError as error:
            return Outcome("parse_error", str(error))
        # Some errors leave Python as whatever was raised first.
        except Exception as error:
            return Outcome("parse_error", f"{type(error).__name__}: {error}")
        return message

    def write(self, message: Message, target: str) -> Outcome:
        """A message in a format."""
        try:
            match target:
                case "binary":
                    return Outcome("binary", message.SerializePartialToString(deterministic=True))
                case "json":
                    return Outcome("json", self._json(message))
                case _:
                    text = text_format.MessageToString(message, descriptor_pool=self._suite.pool)
                    return Outcome("text", text)
        except Exception as error:
            return Outcome("serialize_error", f"{type(error).__name__}: {error}")

    def _json(self, message: Message) -> str:
        # Maps come out as a hash table has them, and what is mutated further on has to be the
        # same from run to run.
        return json_format.MessageToJson(
            message,
            indent=None,
            ensure_ascii=False,
            sort_keys=True,
            descriptor_pool=self._suite.pool,
        )

    def same(self, question: Question, mine: Outcome, other: Outcome) -> bool:
        """Whether two outputs of one format mean the same."""
        if mine.kind != other.kind or not mine.accepted:
            return mine.accepted == other.accepted and mine.kind == other.kind
        if mine.value == other.value:
            return True
        if mine.kind == "binary":
            # What is inside of an Any is written by Python as a hash table has it.
            inside_any = question.source != "binary"
            ordered = Rewriter(self._suite, plain=False, inside_any=inside_any)
            return ordered.rewrite(question.type, mine.value) == (
                ordered.rewrite(question.type, other.value) if inside_any else other.value
            )
        if mine.kind == "json" and same_json(mine.value, other.value):
            return True
        if mine.kind == "text" and same_text(mine.value, other.value):
            return True
        ours = self._meaning(question, mine)
        theirs = self._meaning(question, other)
        not_utf8 = isinstance(theirs, Outcome) and re.search(r"\\[23]\d\d", other.value)
        if mine.kind == "text" and (isinstance(ours, Outcome) or not_utf8):
            # Python reads no string that is not UTF-8, and no message that lacks required fields,
            # though it writes both: so there is no telling what such text means.
            self.unreadable += 1
            return True
        return isinstance(ours, bytes) and ours == theirs

    def _meaning(self, question: Question, outcome: Outcome) -> bytes | Outcome:
        """The bytes of what Python reads in output."""
        text = outcome.value
        if outcome.kind == "json":
            # Its own spelling of the largest float is too large for it.
            text = re.sub(r"3\.40282(35|34\d*)[eE]\+?38\b", LARGEST, text)
        read = self.read(Question(question.type, outcome.kind, text, "binary"))
        if isinstance(read, Outcome):
            return read
        data = read.SerializePartialToString(deterministic=True)
        again = Rewriter(self._suite, plain=False, inside_any=True)
        return again.rewrite(question.type, data) or b""


def same_text(mine: str, other: str) -> bool:
    """Whether two texts differ only in escapes, in how floats are spelt, in the order of fields
    and in the defaults of map entries. Python cannot read all that it writes."""
    mine, other = (
        re.sub(r"\n +(key|value): (0|false|\"\")(?=\n)", "", FLOAT.sub(spelt, text))
        for text in (mine, other)
    )
    try:
        # Python puts extensions among the fields, by number.
        return sorted(text_encoding.CUnescape(mine).split(b"\n")) == sorted(
            text_encoding.CUnescape(other).split(b"\n")
        )
    except (ValueError, UnicodeEncodeError):
        return False


# A number that is not written as a whole one, as one of the two writes it at least.
FLOAT = re.compile(r"(?<=: )-?\d+(\.\d+)?(e[-+]?\d+)?(?=\n)")


def spelt(found: re.Match[str]) -> str:
    """A number in one spelling; the smallest floats have fewer digits than Python prints."""
    text = found.group()
    is_whole = text.lstrip("-").isdigit()
    return text if is_whole and len(text) > 12 else f"{number(text):.12g}"


def same_json(mine: str, other: str) -> bool:
    """Whether two texts are the same JSON; one with a name given twice is none."""
    try:
        one, two = (
            json.loads(text, object_pairs_hook=once, parse_float=number) for text in (mine, other)
        )
        return one == two
    except ValueError:
        return False


def number(text: str) -> float:
    """A number; one smaller than any float but the last few as the float that it is, since
    Python prints more digits of those than they have."""
    value = float(text)
    small = 0 < abs(value) < 1e-37
    return struct.unpack("f", struct.pack("f", value))[0] if small else value


def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object of names that are there once."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name is given twice")
    return made
