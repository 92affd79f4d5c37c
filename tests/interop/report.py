"""Counts what agreed and shows what did not."""

import time

FAILURES_SHOWN = 20
BYTES_SHOWN = 200


def shown(data: bytes) -> str:
    """`data` in hex, cut where a name of 1 MiB would fill the screen."""
    if len(data) <= BYTES_SHOWN:
        return data.hex() or "(no bytes)"
    return f"{data[:BYTES_SHOWN].hex()}… ({len(data)} bytes)"


class Report:
    """The counts of a run, and its sections with their own."""

    def __init__(self, name: str = "interop") -> None:
        self._name = name
        self.passed = 0
        self.failed = 0
        self._section = ""
        self._before = 0
        self._started = 0.0

    def begin(self, section: str) -> None:
        """Begins a section; `end` prints its counts."""
        self._section = section
        self._before = self.passed
        self._started = time.monotonic()

    def end(self) -> None:
        """Prints how many passed since `begin`."""
        seconds = time.monotonic() - self._started
        print(
            f"  {self._section}: {self.passed - self._before} passed in {seconds:.1f} s", flush=True
        )

    def same(self, what: str, data: bytes, expected: object, found: object) -> None:
        """Counts one comparison. `data` is the case, shown when they differ."""
        if expected == found:
            self.passed += 1
            return
        self.failed += 1
        if self.failed > FAILURES_SHOWN:
            return
        print(f"FAILED {what}\n  case:     {shown(data)}")
        for side, value in (("expected", expected), ("found", found)):
            text = shown(value) if isinstance(value, bytes) else repr(value)[: 2 * BYTES_SHOWN]
            print(f"  {side}: {text}", flush=True)

    def finish(self) -> int:
        """Prints the totals; gives the exit status."""
        if self.failed > FAILURES_SHOWN:
            print(f"{self.failed - FAILURES_SHOWN} more failures are not shown")
        print(f"{self._name}: {self.passed} passed, {self.failed} failed", flush=True)
        return 1 if self.failed else 0
