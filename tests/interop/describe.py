"""Has official protoc compile what `hello describe` prints, and compares the descriptors.

    python tests/interop/describe.py HELLO [OUT]

HELLO is the binary. OUT is a directory for what is made (by default
target/describe). The corpus are the files of tests/interop and of tests/describe,
the well-known types, the messages of the conformance suite and the googleapis
tree where these are there (CONFORMANCE_DESCRIPTOR_SET, and OUT or GOOGLEAPIS).
Each file is printed whole, compiled, and its FileDescriptorProto compared with
the original, comments included; and a sample of single messages, enums and
services. The status is 1 if one differs.
"""

import concurrent.futures
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

# The source tree stays as it was checked out.
sys.dont_write_bytecode = True

from arguments import ROOT, binary_and_out  # noqa: E402
from google.protobuf import descriptor_pb2  # noqa: E402

SAMPLES = 3
SHOWN_MAX = 12
_ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("HELLO_")}


def protoc(includes: list[Path], names: list[str], out: Path, *options: str) -> str | None:
    """Has protoc write descriptors; what it says if it cannot."""
    paths = [f"-I{path}" for path in includes]
    command = [sys.executable, "-m", "grpc_tools.protoc", *paths, *options, f"-o{out}", *names]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    return None if done.returncode == 0 else done.stderr.strip()[-1500:]


def describe(hello: str, schema: Path, name: str, *options: str) -> tuple[str | None, str]:
    """What the binary prints of a name; what it says."""
    command = [hello, "describe", "--descriptor-set", str(schema), name, *options]
    done = subprocess.run(command, capture_output=True, env=_ENVIRONMENT, check=False, text=True)
    return (done.stdout if done.returncode == 0 else None), done.stderr.strip()


def comments(file: descriptor_pb2.FileDescriptorProto) -> dict:
    """The words of the comments of a file, by the paths of what they are of."""
    found = {}
    for location in file.source_code_info.location:
        said = [location.leading_comments, location.trailing_comments]
        said += location.leading_detached_comments
        words = " ".join(said).split()
        if words:
            found.setdefault(tuple(location.path), words)
    return found


def plain(file: descriptor_pb2.FileDescriptorProto) -> descriptor_pb2.FileDescriptorProto:
    """A file without where it was written."""
    copy = descriptor_pb2.FileDescriptorProto()
    copy.CopyFrom(file)
    copy.ClearField("source_code_info")
    copy.ClearField("name")
    strip(copy)
    return copy


def tidy(message):
    """A copy without empty options: some compilers leave these where they took one out."""
    copy = type(message)()
    copy.CopyFrom(message)
    strip(copy)
    return copy


def strip(message) -> None:
    """Takes empty options out of a message and of all in it."""
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        for inner in value if isinstance(value, Sequence) else [value]:
            strip(inner)
        if field.name == "options" and not value.ByteSize():
            message.ClearField("options")


def difference(one, other) -> str:
    """The first lines in which two messages differ."""
    import difflib

    lines = difflib.unified_diff(str(one).splitlines(), str(other).splitlines(), lineterm="", n=2)
    return "\n".join(list(lines)[:25])


class Corpus:
    """A descriptor set with its sources."""

    # Messages of a file whose skeletons are encoded.
    most = SAMPLES

    def __init__(self, hello: str, schema: Path, includes: list[Path], names: list[str]):
        self.hello, self.schema, self.includes, self.names = hello, schema, includes, names
        data = schema.read_bytes()
        self.files = {f.name: f for f in descriptor_pb2.FileDescriptorSet.FromString(data).file}

    def compiled(self, text: str, name: str) -> tuple:
        """What protoc makes of a text, beside the schema's own files."""
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            out = Path(directory) / "out.binpb"
            includes = [Path(directory), *self.includes]
            said = protoc(includes, [name], out, "--include_source_info", "--retain_options")
            if said is not None:
                return None, said
            return descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes()).file[0], ""

    def file(self, name: str) -> tuple[list[str], int, int]:
        """Checks a file: what is wrong, and how many comments came back."""
        text, said = describe(self.hello, self.schema, name)
        if text is None:
            return [f"{name}: hello: {said}"], 0, 0
        found, said = self.compiled(text, name)
        if found is None:
            return [f"{name}: protoc: {said}"], 0, 0
        original = self.files[name]
        if plain(found) != plain(original):
            return [f"{name}: {difference(plain(original), plain(found))}"], 0, 0
        ours, theirs = comments(found), comments(original)
        same = sum(ours.get(path) == words for path, words in theirs.items())
        wrong = self.samples(name, original) + self.skeletons(original)
        return wrong, same, len(theirs)

    def skeletons(self, file) -> list[str]:
        """Encodes the skeletons of messages of a file as they stand."""
        wrong = []
        dot = f"{file.package}." if file.package else ""
        messages = list(file.message_type)
        every = max(1, len(messages) // self.most)
        for message in messages[::every]:
            text, said = describe(self.hello, self.schema, dot + message.name, "--to", "json")
            if text is not None:
                schema = ["--descriptor-set", str(self.schema), "--type", dot + message.name]
                command = [self.hello, "encode", *schema, "--from", "json"]
                done = subprocess.run(
                    command, input=text, capture_output=True, env=_ENVIRONMENT, check=False, text=True
                )
                said = done.stderr.strip() if done.returncode else ""
            if said:
                wrong.append(f"{dot}{message.name}, the skeleton: {said}")
        return wrong

    def samples(self, name: str, original) -> list[str]:
        """Checks single declarations of a file."""
        wrong = []
        dot = f"{original.package}." if original.package else ""
        kinds = [
            ("message_type", original.message_type),
            ("enum_type", original.enum_type),
            ("service", original.service),
            ("extension", original.extension),
        ]
        nested = [(m, n) for m in original.message_type for n in m.nested_type]
        nested = [(m, n) for m, n in nested if not n.options.map_entry]
        for field, all_of_kind in kinds:
            for one in list(all_of_kind)[:: max(1, len(all_of_kind) // SAMPLES)][:SAMPLES]:
                wrong += self.sample(name, dot + one.name, field, one)
        for outer, inner in nested[:1]:
            wrong += self.sample(name, f"{dot}{outer.name}.{inner.name}", None, inner, outer.name)
        return wrong

    def sample(self, name: str, full: str, field, one, outer=None) -> list[str]:
        """Checks one declaration."""
        text, said = describe(self.hello, self.schema, full)
        if text is None:
            return [f"{name}, {full}: hello: {said}"]
        found, said = self.compiled(text, "hello_describe_sample.proto")
        if found is None:
            return [f"{name}, {full}: protoc: {said}\n{text[:600]}"]
        if outer is not None:
            around = next((m for m in found.message_type if m.name == outer), None)
            inside = list(around.nested_type) if around else []
        else:
            inside = list(getattr(found, field))
        again = next((other for other in inside if other.name == one.name), None)
        if again is None:
            return [f"{name}, {full}: it is not there"]
        return [] if tidy(again) == tidy(one) else [f"{name}, {full}: {difference(one, again)}"]

    def run(self) -> tuple[int, int]:
        """Checks all files; how many are right and wrong."""
        same = all_comments = failed = 0
        shown = 0
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for wrong, had, wanted in pool.map(self.file, self.names):
                same, all_comments = same + had, all_comments + wanted
                failed += bool(wrong)
                for line in wrong:
                    shown += 1
                    if shown <= SHOWN_MAX:
                        print(line)
        passed = len(self.names) - failed
        print(f"{self.schema.name}: {passed} files right, {failed} wrong; "
              f"{same} of {all_comments} comments where they were")
        return passed, failed


def compile_set(includes: list[Path], names: list[str], out: Path, comments: bool = True) -> Path:
    """A descriptor set of files, with what they import and their comments."""
    options = ["--include_imports", "--retain_options"]
    said = protoc(includes, names, out, *options, *["--include_source_info"] * comments)
    if said is not None:
        raise SystemExit(f"protoc: {said}")
    return out


def printed(hello: str, schema: Path, tree: Path) -> Corpus:
    """A set without its sources: all that it has is printed first, and imported from there."""
    names = [f.name for f in descriptor_pb2.FileDescriptorSet.FromString(schema.read_bytes()).file]
    for name in names:
        text, said = describe(hello, schema, name)
        if text is None:
            raise SystemExit(f"{name}: hello: {said}")
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Corpus(hello, schema, [tree], names)


def built_in(hello: str, out: Path):
    """The well-known types, as the binary has them."""
    schema = out / "well_known.binpb"
    names = ["api", "compiler/plugin", "field_mask", "struct", "timestamp", "wrappers"]
    pieces = b""
    for name in names:
        command = [hello, "describe", f"google/protobuf/{name}.proto", "--to", "descriptor-set"]
        pieces += subprocess.run(command, capture_output=True, env=_ENVIRONMENT, check=True).stdout
    files = {f.name: f for f in descriptor_pb2.FileDescriptorSet.FromString(pieces).file}
    schema.write_bytes(descriptor_pb2.FileDescriptorSet(file=files.values()).SerializeToString())
    yield printed(hello, schema, out / "well_known")


def corpora(hello: str, out: Path):
    """Everything there is to check."""
    interop = ROOT / "tests" / "interop"
    own = ROOT / "tests" / "describe"
    names = sorted(path.name for path in own.glob("*.proto"))
    yield Corpus(hello, compile_set([own], names, out / "own.binpb"), [own], names)
    # Without a source the order has to be found out.
    bare = compile_set([own], names, out / "bare.binpb", comments=False)
    yield Corpus(hello, bare, [own], names)
    yield from built_in(hello, out)
    suite = os.environ.get("CONFORMANCE_DESCRIPTOR_SET")
    if suite:
        yield printed(hello, Path(suite), out / "suite")
    else:
        print("not run: CONFORMANCE_DESCRIPTOR_SET does not name the messages of the suite")
    yield Corpus(hello, compile_set([interop], ["streams.proto"], out / "streams.binpb"), [interop], ["streams.proto"])
    tree = Path(os.environ.get("GOOGLEAPIS", out / "googleapis")) / "package"
    if tree.is_dir():
        official = tree / "google" / "protobuf"
        files = sorted(file for file in tree.rglob("*.proto") if official not in file.parents)
        names = [str(file.relative_to(tree)) for file in files]
        good = []
        # A few files of the tree are broken for protoc too.
        for start in range(0, len(names), 200):
            part = names[start : start + 200]
            if protoc([tree], part, out / "part.binpb") is None:
                good += part
            else:
                good += [n for n in part if protoc([tree], [n], out / "part.binpb") is None]
        every = int(os.environ.get("EVERY", "1"))
        good = good[::every]
        # A set of all of them would be read for each.
        for start in range(0, len(good), 100):
            part = good[start : start + 100]
            schema = out / f"googleapis-{start}.binpb"
            yield Corpus(hello, compile_set([tree], part, schema), [tree], part)
    else:
        print("not run: the googleapis tree is not here")


def main() -> int:
    """Runs all checks and prints the totals last."""
    hello, out = binary_and_out(__doc__, "describe")
    passed = failed = 0
    for corpus in corpora(hello, out):
        right, wrong = corpus.run()
        passed, failed = passed + right, failed + wrong
    print(f"describe: {passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
