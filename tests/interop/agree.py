"""Whether `hello` and Python's `protobuf` agree on random messages.

    python tests/interop/agree.py TESTEE [--cases N] [--seed S] [--descriptor-set FILE]

TESTEE is examples/conformance.rs, built. A case is a payload of a type of the
conformance suite in one format and the format it is to be given back in: both
sides accept or refuse it, and what they give back means the same. The messages
are drawn from the seed, in batches that don't depend on one another; the edge
cases of edges.py come first. Where the two differ on purpose, rules.py says
why. The status is 1 if they differ anywhere else.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

# The source tree stays as it was checked out.
sys.dont_write_bytecode = True

from canonical import Rewriter  # noqa: E402
from edges import edges  # noqa: E402
from garble import JSON_TOKENS, TEXT_TOKENS, garbled  # noqa: E402
from generate import Generator  # noqa: E402
from mutations import CHANGES  # noqa: E402
from reference import Reference  # noqa: E402
from rules import PLAIN, RULES, rule_for  # noqa: E402
from suite import Suite, Type, descriptor_set  # noqa: E402
from testee import FORMATS, Outcome, Question, Testee  # noqa: E402

CASES = 400_000
SEED = 8001
BATCH = 2_000
FAILURES_SHOWN = 20
SHOWN = 600
# The tool of the conformance suite, beside this project.
TOOL = Path(__file__).resolve().parents[3] / "shared" / "tools" / "conformance"


@dataclass
class Tally:
    """The counts of a run."""

    passed: int = 0
    failed: int = 0
    by_rule: Counter[str] = field(default_factory=Counter)
    by_kind: Counter[str] = field(default_factory=Counter)

    def fail(self, question: Question, expected: Outcome, found: Outcome) -> None:
        """Counts a failure, and shows it if it is one of the first."""
        self.failed += 1
        if self.failed > FAILURES_SHOWN:
            return
        print(f"FAILED {question.source} -> {question.target} of {question.type}")
        print(f"  case:     {question.raw.hex() or '(no bytes)'}")
        if isinstance(question.payload, str):
            print(f"            {question.payload[:SHOWN]!r}")
        for side, outcome in (("expected", expected), ("found", found)):
            value = outcome.value
            text = value.hex() if isinstance(value, bytes) else repr(value)
            print(f"  {side}: {outcome.kind} {text[:SHOWN]}", flush=True)


class Agreement:
    """Puts questions to both sides."""

    def __init__(self, suite: Suite, testee: Testee) -> None:
        self.suite = suite
        self.testee = testee
        self.reference = Reference(suite)
        self.tally = Tally()

    def compare(self, questions: list[Question]) -> None:
        """Asks both, and counts."""
        before: Question | None = None
        read = None
        for question, found in zip(questions, self.testee.ask(questions)):
            # The targets of one payload stand side by side: it is read once.
            if before is None or replace(before, target=question.target) != question:
                read = self.reference.read(question)
            before = question
            expected = read
            if not isinstance(read, Outcome):
                expected = self.reference.write(read, question.target)
            self.judge(question, expected, found)

    def judge(self, question: Question, expected: Outcome, found: Outcome) -> None:
        """Counts one answer."""
        way = f"{question.source} to {question.target}"
        self.tally.by_kind[f"{way}: {'accepted' if expected.accepted else 'refused'}"] += 1
        if self.reference.same(question, expected, found):
            self.tally.passed += 1
        elif rule := rule_for(question, expected, found):
            self.tally.passed += 1
            self.tally.by_rule[rule.name] += 1
        elif self.same_in_plain_form(question, expected, found):
            self.tally.passed += 1
            self.tally.by_rule[PLAIN.name] += 1
        else:
            self.tally.fail(question, expected, found)

    def same_in_plain_form(self, question: Question, expected: Outcome, found: Outcome) -> bool:
        """Whether PLAIN covers it: Python on the plain form gives what `hello` gave."""
        if question.source != "binary" or not (expected.accepted and found.accepted):
            return False
        rewriter = Rewriter(self.suite, plain=True, inside_any=question.target != "binary")
        data = replace(rewriter, is_input=True).rewrite(question.type, question.payload)
        if data is None:
            return False
        plain = replace(question, payload=data)
        read = self.reference.read(plain)
        if isinstance(read, Outcome):
            return False
        expected = self.reference.write(read, question.target)
        if question.target != "binary":
            return self.reference.same(plain, expected, found)
        ours = rewriter.rewrite(question.type, found.value)
        return ours == rewriter.rewrite(question.type, expected.value)

    def batch(self, rng: random.Random, cases: int) -> None:
        """One batch of random messages."""
        generator = Generator(rng, self.suite)
        questions: list[Question] = []
        while len(questions) < cases:
            of = rng.choice(self.suite.main if rng.random() < 0.5 else self.suite.drawn)
            questions += self.questions(rng, generator, of)
        self.compare(questions[:cases])

    def questions(self, rng: random.Random, generator: Generator, of: Type) -> Iterator[Question]:
        """The questions that come of one message."""
        data = generator.message(of)
        yield from every_target(of.name, data)
        changed = bytearray(data)
        for _ in range(rng.choice((1, 1, 2, 4))):
            rng.choice(CHANGES)(rng, changed)
        yield from every_target(of.name, bytes(changed))
        read = self.reference.read(Question(of.name, "binary", data, "binary"))
        if isinstance(read, Outcome):
            return
        for target, tokens in (("json", JSON_TOKENS), ("text", TEXT_TOKENS)):
            outcome = self.reference.write(read, target)
            if outcome.accepted:
                yield Question(of.name, target, outcome.value, "binary")
                for _ in range(3):
                    text = garbled(rng, outcome.value, tokens)
                    yield Question(of.name, target, text, "binary")


def every_target(name: str, data: bytes) -> Iterator[Question]:
    """Bytes to be given back in each format."""
    for target in FORMATS:
        yield Question(name, "binary", data, target)


def main() -> int:
    """Runs the edge cases and then as many random ones as were asked for."""
    parser = argparse.ArgumentParser(description="Compares a testee with Python's protobuf.")
    parser.add_argument("testee")
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--descriptor-set", type=Path)
    options = parser.parse_args()
    path = options.descriptor_set or descriptor_set(str(TOOL))
    suite = Suite(path.read_bytes())
    testee = Testee(str(Path(options.testee).resolve()), str(path), suite)
    agreement = Agreement(suite, testee)
    started = time.monotonic()
    agreement.compare(list(edges(suite)))
    print(f"edge cases: {agreement.tally.passed} passed, {agreement.tally.failed} failed")
    for batch, first in enumerate(range(0, options.cases, BATCH)):
        # A batch by its own seed: a failure is found again without those before it.
        rng = random.Random(f"{options.seed}/{batch}")
        agreement.batch(rng, min(BATCH, options.cases - first))
    tally = agreement.tally
    for kind, count in sorted(tally.by_kind.items()):
        print(f"  {count:8} {kind}")
    for rule in (*RULES, PLAIN):
        print(f"  {tally.by_rule[rule.name]:8} by rule: {rule.name}")
    if tally.failed > FAILURES_SHOWN:
        print(f"{tally.failed - FAILURES_SHOWN} more failures are not shown")
    print(f"seed {options.seed}, {time.monotonic() - started:.0f} s")
    print(f"agreement: {tally.passed} passed, {tally.failed} failed")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
