"""The words that the checks here are started with: BINARY [DIRECTORY]."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def binary_and_out(usage: str, name: str) -> tuple[str, Path]:
    """The binary, and the directory for what is made: target/NAME if none is given.

    Ends the process with `usage` and status 2 if they are wrong."""
    if len(sys.argv) not in (2, 3):
        print(usage, file=sys.stderr)
        sys.exit(2)
    binary = Path(sys.argv[1]).resolve()
    if not binary.is_file():
        print(f"there is no binary {binary}", file=sys.stderr)
        sys.exit(2)
    out = Path(sys.argv[2]).resolve() if len(sys.argv) == 3 else ROOT / "target" / name
    out.mkdir(parents=True, exist_ok=True)
    return str(binary), out
