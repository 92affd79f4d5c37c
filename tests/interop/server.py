"""A running `hello serve`."""

import os
import resource
import signal
import subprocess
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """`hello serve` at a free port, ended when its block is left."""

    def __init__(self, hello: str, *options: str, descriptors: int | None = None) -> None:
        def limit() -> None:
            if descriptors is not None:
                resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

        environment = {key: value for key, value in os.environ.items() if "HELLO_" not in key}
        self.process = subprocess.Popen(
            [hello, "serve", "--listen", "127.0.0.1:0", *options],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            preexec_fn=limit,
        )
        line = self.process.stderr.readline()
        if not line.startswith("listening on "):
            self.process.kill()
            raise RuntimeError(f"hello serve says {line!r}")
        self.address = line.split()[2]
        self.port = int(self.address.rsplit(":", 1)[1])

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()

    def stop(self) -> tuple[int, float]:
        """Ends it by SIGTERM: the status, and the seconds it took."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(60)
        return status, time.monotonic() - started

    def processor(self) -> float:
        """The seconds of processor that it took."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def resident(self) -> int:
        """The bytes of memory that it has now."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
