"""Measures what hostile inputs cost, in memory and in time.

    python tests/interop/bounds.py [--memory] HELLO [WORD...]

HELLO is the binary. With WORDs only the cases are run that have all of them in
their names; with --memory their time is not looked at, which is most of the work. The status is 1 if a case goes beyond its bound, is ended by a
signal, or panics.

Memory is the peak of resident memory for an input of 16 MiB: at most 10 times
the input plus 2 times the output plus 32 MiB. Time is the user's and the
system's of the process: 8 MB cost at most 10 times 1 MB.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

# The source tree stays as it was checked out.
sys.dont_write_bytecode = True

import hostile  # noqa: E402

MIB = 1 << 20
MEMORY_INPUT = 16 * MIB
SMALL, LARGE = 1_000_000, 8_000_000
RATIO_MAX = 10.0
# Below this the start of the process is most of the time.
SECONDS_MIN = 0.004
# A run that is not linear may never end, and one that keeps everything may take
# the machine's memory: both are stopped.
CPU_MAX = 300
ADDRESS_MAX = 8 << 30

# What a child's peak is, is told of the process that it was forked from if that
# was larger: so it is started by a process that holds nothing, not by this one.
_STARTER = """
import json, os, resource, sys
for line in sys.stdin:
    words, source, target, said = json.loads(line)
    pid = os.fork()
    if pid == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (%d, %d))
        resource.setrlimit(resource.RLIMIT_AS, (%d, %d))
        for number, name, flags in ((0, source, os.O_RDONLY), (1, target, 577), (2, said, 577)):
            os.dup2(os.open(name, flags, 0o600), number)
        os.execv(words[0], words)
    _, status, usage = os.wait4(pid, 0)
    print(json.dumps([status, usage.ru_maxrss, usage.ru_utime + usage.ru_stime]), flush=True)
""" % (CPU_MAX, CPU_MAX, ADDRESS_MAX, ADDRESS_MAX)


@dataclass
class Cost:
    """What a run cost."""

    status: int
    memory: int
    seconds: float
    output: int
    said: str


class Starter:
    """Starts the binary from a process of a few megabytes."""

    def __init__(self, directory: Path) -> None:
        environment = {key: value for key, value in os.environ.items() if key[:6] != "HELLO_"}
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _STARTER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        self._output, self._said = directory / "output", directory / "said"

    def run(self, words: list[str], source: Path) -> Cost:
        """Runs it once, with a file as its standard input."""
        order = [words, str(source), str(self._output), str(self._said)]
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        status, kilobytes, seconds = json.loads(self._process.stdout.readline())
        output = self._output.stat().st_size
        # What it says is shown to somebody: it counts as output.
        output += self._said.stat().st_size
        said = self._said.read_text(errors="replace")[:300]
        return Cost(status, kilobytes << 10, seconds, output, said)

    def close(self) -> None:
        """Ends it."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


def ratio_of(starter: Starter, words: list[str], make: hostile.Bytes, source: Path) -> float:
    """How much more 8 MB cost than 1 MB; the machine may be busy, so the least of some runs."""
    source.write_bytes(make(SMALL))
    small = min(starter.run(words, source).seconds for _ in range(5))
    source.write_bytes(make(LARGE))
    large = starter.run(words, source).seconds
    for _ in range(3):
        if large <= RATIO_MAX * max(small, SECONDS_MIN):
            break
        large = min(large, starter.run(words, source).seconds)
    return large / max(small, SECONDS_MIN)


def measure(
    starter: Starter,
    name: str,
    words: list[str],
    make: hostile.Bytes,
    source: Path,
    memory_only: bool,
) -> bool:
    """Measures a case and prints its line; whether it stays within the bounds."""
    data = make(MEMORY_INPUT)
    # A case that overshoots has the bound of what it is.
    size = len(data)
    source.write_bytes(data)
    del data
    cost = starter.run(words, source)
    bound = 10 * size + 2 * cost.output + 32 * MIB
    ratio = 0.0 if memory_only else ratio_of(starter, words, make, source)
    wrong = []
    if cost.memory > bound:
        wrong.append("MEMORY")
    if ratio > RATIO_MAX:
        wrong.append("TIME")
    if cost.status not in (0, 1 << 8) or "panicked" in cost.said:
        wrong.append(f"STATUS {cost.status}")
    verdict = " ".join(wrong) or ("ok" if cost.status == 0 else "refused")
    figures = "".join(f"{figure / MIB:9.1f}" for figure in (size, cost.output, cost.memory, bound))
    per_input = (cost.memory - 2 * cost.output - 32 * MIB) / size
    print(
        f"{name:58}{figures}{per_input:7.1f}{cost.seconds:8.2f}{ratio:7.1f}  {verdict}", flush=True
    )
    if wrong and cost.said:
        print(f"    {cost.said.splitlines()[0][:150]}")
    return not wrong


def main() -> int:
    """Runs every case and prints the totals last."""
    arguments = sys.argv[1:]
    memory_only = "--memory" in arguments
    if memory_only:
        arguments.remove("--memory")
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    hello, wanted = str(Path(arguments[0]).resolve()), arguments[1:]
    passed = failed = 0
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "h.proto").write_text(hostile.SCHEMA)
        schema = ["--proto", str(directory / "h.proto"), "--type", "h.A"]
        decode = [hello, "decode", *schema, "--from", "binary"]
        encode = [hello, "encode", *schema, "--to", "binary"]
        kinds = [
            ("decode to json: ", [*decode, "--to", "json"], hostile.binary()),
            ("decode to text: ", [*decode, "--to", "text"], hostile.binary()),
            ("encode from json: ", [*encode, "--from", "json"], hostile.json()),
            (
                "encode, ignoring: ",
                [*encode, "--from", "json", "--ignore-unknown"],
                hostile.json_ignoring(),
            ),
            ("encode from text: ", [*encode, "--from", "text"], hostile.text()),
        ]
        heads = "".join(f"{head:>9}" for head in ("input", "output", "RSS", "bound"))
        print(f"{'case (MiB)':58}{heads}{'x in':>7}{'s':>8}{'8:1':>7}")
        starter = Starter(directory)
        for prefix, words, cases in kinds:
            for case, make in cases.items():
                if not all(word in prefix + case for word in wanted):
                    continue
                source = directory / "input"
                if measure(starter, prefix + case, words, make, source, memory_only):
                    passed += 1
                else:
                    failed += 1
        starter.close()
    print(f"bounds: {passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
