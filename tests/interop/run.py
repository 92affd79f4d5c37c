"""Runs `hello` against the official Python `protobuf` package.

    python tests/interop/run.py HELLO [OUT]

HELLO is the binary. OUT is a directory for what protoc generates (by default
target/interop). requirements.txt names the packages; .ci/run installs them
and runs this. The status is 1 if the two disagree on anything.
"""

import subprocess
import sys
from pathlib import Path

# The source tree stays as it was checked out.
sys.dont_write_bytecode = True

from arguments import ROOT, binary_and_out  # noqa: E402


def generate(out: Path) -> None:
    """Has protoc write hello_pb2.py into `out`, and makes it importable."""
    out.mkdir(parents=True, exist_ok=True)
    proto = ROOT / "proto"
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{proto}", f"--python_out={out}"]
    subprocess.run([*command, "hello.proto"], check=True)
    sys.path.insert(0, str(out))


def main() -> int:
    """Runs every check and prints the totals last."""
    binary, out = binary_and_out(__doc__, "interop")
    generate(out)
    # These import hello_pb2, which is there only now.
    import check_bytes
    import check_names
    import check_streams
    import check_views
    from google.protobuf.internal import api_implementation
    from hello import Hello
    from report import Report

    hello = Hello(binary)
    print(f"python protobuf: {api_implementation.Type()}")
    report = Report()
    for check in (check_names, check_streams, check_bytes, check_views):
        check.run(hello, report)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
