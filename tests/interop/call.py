"""Has `hello call` call servers of the official Python `grpcio`.

    python tests/interop/call.py HELLO [OUT]

HELLO is the binary, OUT a directory for what protoc generates and for
certificates (by default target/interop-call). The servers are those of
greeter_server.py: the Greeter, and a service with all kinds of streaming, by
their reflection; plain, and with TLS. The status is 1 if an answer is wrong.
"""

import subprocess
import sys
from pathlib import Path

# The source tree stays as it was checked out.
sys.dont_write_bytecode = True

from arguments import binary_and_out
from report import Report

CALLS = 1000
SINGLE_CALLS = 50


class Served:
    """A server in a process of its own, as long as the block lasts."""

    def __init__(self, out: Path, *certificate: str) -> None:
        script = Path(__file__).with_name("greeter_server.py")
        self.process = subprocess.Popen(
            [sys.executable, str(script), str(out), *certificate],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> str:
        port = self.process.stdout.readline().strip()
        if not port:
            raise RuntimeError("the server has not started")
        return f"127.0.0.1:{port}"

    def __exit__(self, *_: object) -> None:
        self.process.stdin.close()
        self.process.wait(30)


def certificate(out: Path) -> tuple[str, str]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    names = out / "cert.pem", out / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=interop", "-keyout", str(names[1])]
    command += ["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
    command += ["-addext", "basicConstraints=critical,CA:FALSE", "-out", str(names[0])]
    subprocess.run(command, check=True, capture_output=True)
    return str(names[0]), str(names[1])


class Caller:
    """Runs `hello call` and compares what comes out."""

    def __init__(self, hello: str, address: str, more: list[str], report: Report) -> None:
        self.hello, self.address, self.more, self.report = hello, address, more, report

    def run(self, *words: str, given: str = "") -> tuple[str, str, int]:
        """What a call prints, and its status."""
        command = [self.hello, "call", self.address, *words, *self.more]
        ran = subprocess.run(command, input=given, capture_output=True, text=True, timeout=120)
        return ran.stdout, ran.stderr, ran.returncode

    def expect(self, expected: str, *words: str, given: str = "", status: int = 0) -> None:
        """Counts a call that is to print `expected` on standard output."""
        out, errors, code = self.run(*words, given=given)
        case = " ".join(words).encode()
        self.report.same(f"call ({errors.strip()})", case, (expected, status), (out, code))

    def greeter(self) -> None:
        """Many calls over one connection, and single ones."""
        names = [f"name {number} ü\"\\" for number in range(CALLS)]
        lines = "".join('{"name":"%s"}\n' % name.replace("\\", "\\\\").replace('"', '\\"') for name in names)
        out, errors, code = self.run("--stream", "--field", "name", given=lines)
        self.report.same("status of the stream", errors.encode(), 0, code)
        answers = out.splitlines()
        self.report.same("answers of the stream", b"", len(names), len(answers))
        for name, answer in zip(names, answers):
            self.report.same("an answer of the stream", name.encode(), "我是" + name, answer)
        for number in range(SINGLE_CALLS):
            self.expect(f'name: "我是zzz{number}"\n', "--name", f"zzz{number}")
        self.expect('{"name":"我是zzz"}\n', "Greeter/SayHello", "-d", '{"name":"zzz"}', "--to", "json")

    def streams(self) -> None:
        """All kinds of streaming, by the schema of the reflection."""
        numbers = "".join('{"value":"%d"}\n' % number for number in range(1, 101))
        self.expect("5050\n", "Sum", "--stream", "--field", "value", given=numbers)
        counted = "".join('{"value":"%d"}\n' % number for number in range(1, 101))
        self.expect(counted, "interop.Streams/Count", "--value", "100", "--to", "json")
        doubled = "".join(f"value: {2 * number}\n" for number in range(1, 101))
        self.expect(doubled, "Streams.Double", "--stream", given=numbers)
        self.expect("", "Double", "--stream")
        # A call for each request, whose answers come one after another.
        counts = [3, 0, *range(1, 60)]
        each = "".join('{"value":"%d"}\n' % count for count in counts)
        all_values = "".join(f"{value}\n" for count in counts for value in range(1, count + 1))
        self.expect(all_values, "Count", "--stream", "--field", "value", given=each)
        # A message of defaults is an empty one.
        self.expect("", "Sum", "--stream")

    def statuses(self) -> None:
        """Each status, details, the deadline, metadata."""
        for code in range(1, 17):
            words = ("Fail", "--code", str(code), "--message", "nein ü\n")
            self.expect("", *words, status=64 + code)
            _, errors, _ = self.run(*words)
            self.report.same("the text of a status", words[2].encode(), True, "nein ü\\n" in errors)
        _, errors, _ = self.run("Fail", "--code", "9", "--message", "no", "--details")
        parts = ('reason: "NO"', 'description: "nein ü"', "value: 7", '"x/unknown.Type" 0102')
        for part in parts:
            self.report.same("details of a status", errors.encode(), True, part in errors)
        request = '{"code":9,"message":"no","details":true}'
        _, errors, code = self.run("Fail", "--stream", given=request)
        for part in (*parts, "in request 1"):
            self.report.same("details in a stream", errors.encode(), (True, 73), (part in errors, code))
        self.expect("", "Wait", "--seconds", "5", "--timeout", "0.2", status=68)
        words = ("Echo", "-H", "a: b", "-H", "c-bin: AAE=", "--to", "json")
        out, _, code = self.run(*words)
        for part in ('"a":"b"', '"c-bin":"AAE="'):
            self.report.same("metadata", out.encode(), (True, 0), (part in out, code))
        self.expect("0001\n", *words[:-2], "--field", 'binary["c-bin"]', "--to", "hex")
        _, errors, _ = self.run(*words, "-v")
        for part in ("< x-trailer: end", "< x-trailer-bin: AP8"):
            self.report.same("trailers", errors.encode(), True, part in errors)

    def mistakes(self) -> None:
        """What is refused before any call."""
        for words in (("Fail", "--cod", "1"), ("Nope",), ("x.Y/Z",), ("interop.Streams/Coun",)):
            self.expect("", *words, status=2)


def main() -> int:
    """Runs every check and prints the totals last."""
    hello, out = binary_and_out(__doc__, "interop-call")
    report = Report("call")
    for name, files in (("plain", ()), ("TLS", certificate(out))):
        with Served(out, *files) as address:
            report.begin(name)
            url = f"https://{address}" if files else address
            caller = Caller(hello, url, ["--ca", files[0]] if files else [], report)
            for check in (caller.greeter, caller.streams, caller.statuses, caller.mistakes):
                check()
            report.end()
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
