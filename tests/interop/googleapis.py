"""Loads every schema of the googleapis tree, and takes 15 MB of descriptors there and back.

    python tests/interop/googleapis.py HELLO [OUT]

HELLO is the binary. OUT is a directory for the tree and what protoc makes of
it (by default target/googleapis). The status is 1 if a file does not load that
protoc can read, or if the bytes are not those of official Python.

The tree is the npm package google-proto-files, in the version pinned below:
what fails must not change from one day to the next.
"""

import concurrent.futures
import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

# The source tree stays as it was checked out.
sys.dont_write_bytecode = True

from arguments import binary_and_out  # noqa: E402
from google.protobuf import descriptor_pb2  # noqa: E402

PACKAGE, VERSION = "google-proto-files", "6.0.1"
SET_TYPE = "google.protobuf.FileDescriptorSet"
# What the issue asks for; files are taken in the order of their names until
# their descriptors, with source info, come to it.
SET_SIZE = 15 << 20
# The command line would get too long with all of them at once.
PER_PROTOC = 1500
SHOWN_MAX = 40

_NOISE = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)
_MESSAGE = re.compile(r"(?<![\w.])message\s+(\w+)\s*\{")
_NAME = re.compile(r"(?<![\w.])package\s+([\w.]+)\s*;")

_ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("HELLO_")}


def fetch(out: Path) -> Path:
    """The directory of the tree, fetched and unpacked unless it is there already."""
    tree = out / "package"
    if not (tree / "package.json").is_file():
        out.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}"]
        subprocess.run(command, cwd=out, check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["tar", "xzf", f"{PACKAGE}-{VERSION}.tgz"], cwd=out, check=True)
    return tree


def first_message(path: Path) -> str | None:
    """The full name of the first top-level message; none for services and enums alone."""
    # A word inside of a comment or a string declares nothing.
    source = _NOISE.sub(" ", path.read_text(encoding="utf-8", errors="replace"))
    message = _MESSAGE.search(source)
    if message is None:
        return None
    package = _NAME.search(source)
    return f"{package[1]}.{message[1]}" if package else message[1]


def load(hello: str, path: Path) -> str | None:
    """Encodes the first message of a file, without -I; what is wrong, if anything."""
    name = first_message(path)
    # Without a message of its own any type of another file will do: what is
    # asked is whether the schema loads.
    command = [hello, "encode", "--proto", str(path), "--type", name or "google.protobuf.Empty"]
    done = subprocess.run(
        [*command, "--from", "json", "--to", "hex"],
        input=b"{}",
        capture_output=True,
        env=_ENVIRONMENT,
        check=False,
    )
    said = done.stderr.decode(errors="replace").strip()
    if done.returncode == 0:
        return None
    # It loaded: a message that is not empty is asked for, or there is none.
    if "lacks the required field" in said or (name is None and "no message" in said):
        return None
    return said or f"status {done.returncode}"


def protoc(tree: Path, files: list[Path], out: Path, *options: str) -> str | None:
    """Has protoc write the descriptors of files; what it says if it cannot."""
    names = [str(file.relative_to(tree)) for file in files]
    command = [sys.executable, "-m", "grpc_tools.protoc", "-I.", *options, f"-o{out}"]
    done = subprocess.run(
        [*command, *names], cwd=tree, capture_output=True, check=False, text=True
    )
    return None if done.returncode == 0 else done.stderr.strip()


def check_files(hello: str, tree: Path, files: list[Path], out: Path) -> tuple[int, int, set[Path]]:
    """Loads every file; those that fail here and in protoc are told apart."""
    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        said = list(pool.map(lambda file: load(hello, file), files))
    seconds = time.monotonic() - started
    print(f"{len(files)} files loaded in {seconds:.1f} s ({seconds / len(files) * 1000:.1f} ms each)")
    failed = 0
    broken: set[Path] = set()
    reasons: dict[str, list[str]] = {}
    for file, error in zip(files, said):
        if error is None:
            continue
        name = str(file.relative_to(tree))
        official = protoc(tree, [file], out / "one.binpb")
        if official is not None:
            broken.add(file)
            print(f"broken for protoc too: {name}\n  {official.splitlines()[-1]}")
            continue
        failed += 1
        # Hundreds of files may fail for one reason.
        reasons.setdefault(re.sub(r"\S*\.proto\S*|\d+", "…", error), []).append(f"{name}\n{error}")
    for same in sorted(reasons.values(), key=len, reverse=True)[:SHOWN_MAX]:
        print(f"{len(same)} file(s) like {same[0]}\n")
    return len(files) - failed - len(broken), failed, broken


def descriptors(tree: Path, files: list[Path], out: Path) -> bytes:
    """A FileDescriptorSet of about 15 MB, as protoc writes it: with source info and options."""
    whole = descriptor_pb2.FileDescriptorSet()
    have: set[str] = set()
    for start in range(0, len(files), PER_PROTOC):
        part = out / "part.binpb"
        options = ["--include_imports", "--include_source_info"]
        said = protoc(tree, files[start : start + PER_PROTOC], part, *options)
        if said is not None:
            raise SystemExit(f"protoc: {said}")
        piece = descriptor_pb2.FileDescriptorSet.FromString(part.read_bytes())
        for file in piece.file:
            if file.name not in have:
                have.add(file.name)
                whole.file.add().CopyFrom(file)
            if len(have) % 50 == 0 and whole.ByteSize() >= SET_SIZE:
                return whole.SerializeToString()
    return whole.SerializeToString()


def timed(hello: str, *words: str, stdin: bytes) -> tuple[bytes | None, float, str]:
    """What the binary writes (none if it fails), how long it takes, what it says."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [hello, *words], input=stdin, capture_output=True, env=_ENVIRONMENT, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    said = done.stderr.decode(errors="replace")
    return (done.stdout if done.returncode == 0 else None), seconds, said


def check_set(hello: str, data: bytes) -> tuple[int, int]:
    """Takes a descriptor set to JSON and text and back."""
    official = descriptor_pb2.FileDescriptorSet.FromString(data)
    # Custom options are unknown there, and neither format carries them.
    official.DiscardUnknownFields()
    wanted = official.SerializeToString(deterministic=True)
    print(f"descriptor set: {len(official.file)} files, {len(data)} bytes, {len(wanted)} known")
    passed = failed = 0
    for format in ("json", "text"):
        schema = ["--type", SET_TYPE, "--from"]
        fields, there, said = timed(
            hello, "decode", *schema, "binary", "--to", format, "-q", stdin=data
        )
        if fields is None:
            print(f"{format}: decode fails: {said.strip()[:2000]}")
            failed += 1
            continue
        if format == "text":
            # Text has unknown fields by number, to be read, not to be encoded.
            known, _, said = timed(
                hello, "decode", *schema, "binary", "--to", format, "-q", stdin=wanted
            )
            fields = known if known is not None else fields
        back, here, said = timed(hello, "encode", *schema, format, "--to", "binary", stdin=fields)
        if back == wanted:
            passed += 1
            verdict = "the same bytes"
        else:
            failed += 1
            verdict = said.strip()[:2000] if back is None else difference(back, wanted)
        print(
            f"{format}: {len(fields)} bytes; decode {there:.2f} s, encode {here:.2f} s: {verdict}"
        )
    return passed, failed


def difference(found: bytes, wanted: bytes) -> str:
    """Where two serializations part."""
    at = next(
        (at for at, (a, b) in enumerate(zip(found, wanted)) if a != b), min(len(found), len(wanted))
    )
    near = slice(max(0, at - 40), at + 40)
    return f"{len(found)} bytes, not {len(wanted)}; from {at}: {found[near]!r} for {wanted[near]!r}"


def main() -> int:
    """Runs both checks and prints the totals last."""
    hello, out = binary_and_out(__doc__, "googleapis")
    tree = fetch(out)
    # What stands in google/protobuf/ is built in, and partly tests of protoc.
    official = tree / "google" / "protobuf"
    files = sorted(file for file in tree.rglob("*.proto") if official not in file.parents)
    passed, failed, broken = check_files(hello, tree, files, out)
    usable = [file for file in files if file not in broken]
    more_passed, more_failed = check_set(hello, descriptors(tree, usable, out))
    passed, failed = passed + more_passed, failed + more_failed
    print(f"googleapis: {passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
