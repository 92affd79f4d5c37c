"""The binary under test, as a function."""

import os
import re
import subprocess
from dataclasses import dataclass

# The kernel takes no longer word on a command line (MAX_ARG_STRLEN, its
# closing NUL included).
WORD_MAX = 128 * 1024 - 1

_BROKEN = re.compile(r"^error: (.*)\n  in record (\d+)\b", re.MULTILINE)


@dataclass
class Ran:
    """What a run left behind."""

    status: int
    stdout: bytes
    stderr: bytes

    def result(self) -> bytes | str:
        """Standard output, or what went wrong: never equal to bytes that are expected."""
        if self.status == 0:
            return self.stdout
        return f"status {self.status}: {self.stderr.decode(errors='replace')}"

    def line(self) -> bytes | str:
        """As `result`, for output that ends with a newline, which is taken off."""
        result = self.result()
        if isinstance(result, str):
            return result
        return result[:-1] if result.endswith(b"\n") else f"no newline ends {result[-20:]!r}"

    def lines(self) -> list[bytes]:
        """The lines of standard output; only \\n ends one."""
        return self.stdout.split(b"\n")[:-1]

    def broken_records(self) -> dict[int, str]:
        """The records that standard error calls broken, counted from 0, and what it says."""
        errors = _BROKEN.findall(self.stderr.decode())
        return {int(number) - 1: what for what, number in errors}


class Hello:
    """Runs the binary with nothing in the environment that steers it."""

    def __init__(self, binary: str) -> None:
        self._binary = binary
        self._environment = {
            name: value for name, value in os.environ.items() if not name.startswith("HELLO_")
        }

    def run(self, *words: str | bytes, stdin: bytes = b"") -> Ran:
        """Runs it once."""
        done = subprocess.run(
            [self._binary, *words],
            input=stdin,
            capture_output=True,
            env=self._environment,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)
