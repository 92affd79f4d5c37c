"""The testee of the conformance suite, asked many questions at a time.

One process answers a batch: it is started, given all requests and read to its
end, so neither side waits for the other and nothing of it outlives the batch.
"""

import os
import struct
import subprocess
from dataclasses import dataclass

from suite import Suite

FORMATS = {"binary": 1, "json": 2, "text": 4}
PAYLOADS = {"binary": "protobuf_payload", "json": "json_payload", "text": "text_payload"}
# How much of what a crash says is kept.
SHOWN = 300
# What an answer of each name is.
ANSWERS = {"protobuf_payload": "binary", "json_payload": "json", "text_payload": "text"}


@dataclass(frozen=True)
class Question:
    """A payload of a type, and the format it is to be given back in."""

    type: str
    source: str
    payload: bytes | str
    target: str

    @property
    def raw(self) -> bytes:
        """The payload as bytes."""
        return self.payload if isinstance(self.payload, bytes) else self.payload.encode()


@dataclass(frozen=True)
class Outcome:
    """What became of a question: `kind` is a format, or how it failed."""

    kind: str
    value: bytes | str

    @property
    def accepted(self) -> bool:
        """Whether there is output."""
        return self.kind in FORMATS


class Testee:
    """The program under test."""

    def __init__(self, program: str, descriptor_set: str, suite: Suite) -> None:
        self._program = program
        self._environment = {**os.environ, "CONFORMANCE_DESCRIPTOR_SET": descriptor_set}
        self._suite = suite

    def ask(self, questions: list[Question]) -> list[Outcome]:
        """The answers in order; one that ended the process instead is a `crash`."""
        outcomes: list[Outcome] = []
        while len(outcomes) < len(questions):
            rest = questions[len(outcomes) :]
            stdin = b"".join(self._request(question) for question in rest)
            done = subprocess.run(
                [self._program],
                input=stdin,
                capture_output=True,
                env=self._environment,
                check=False,
            )
            answers = self._responses(done.stdout)
            outcomes += answers
            if len(answers) < len(rest):
                why = done.stderr.decode(errors="replace")[:SHOWN]
                outcomes.append(Outcome("crash", f"status {done.returncode}: {why}"))
        return outcomes

    def _request(self, question: Question) -> bytes:
        request = self._suite.new("conformance.ConformanceRequest")
        request.requested_output_format = FORMATS[question.target]
        request.message_type = question.type
        setattr(request, PAYLOADS[question.source], question.payload)
        data = request.SerializeToString()
        return struct.pack("<I", len(data)) + data

    def _responses(self, stdout: bytes) -> list[Outcome]:
        outcomes = []
        position = 0
        while position + 4 <= len(stdout):
            (length,) = struct.unpack_from("<I", stdout, position)
            response = self._suite.new("conformance.ConformanceResponse")
            response.ParseFromString(stdout[position + 4 : position + 4 + length])
            position += 4 + length
            name = response.WhichOneof("result")
            outcomes.append(Outcome(ANSWERS.get(name, name), getattr(response, name)))
        return outcomes
