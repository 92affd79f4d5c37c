"""The official Python gRPC as a client of `hello serve`.

    python tests/interop/greeter.py HELLO [OUT]

HELLO is the binary. OUT is a directory for what protoc generates (by default
target/interop). requirements.txt names the packages; .ci/run installs them
and runs this. Then come attacks, over loopback only. The status is 1 if
anything went otherwise than it should.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

# The source tree stays as it was checked out.
sys.dont_write_bytecode = True

from arguments import ROOT, binary_and_out  # noqa: E402

CALLS = 1000


def generate(out: Path) -> None:
    """Has protoc write hello_pb2.py and hello_pb2_grpc.py into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{ROOT / 'proto'}", "hello.proto"]
    subprocess.run([*command, f"--python_out={out}", f"--grpc_python_out={out}"], check=True)
    sys.path.insert(0, str(out))


def certificates(directory: Path) -> None:
    """A root, and a certificate of it for the server and one for a client."""

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], check=True, cwd=directory, capture_output=True)

    new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *new, "-days", "2", "-subj", "/CN=root", "-keyout", "root.key",
            "-out", "root.pem")
    for name in ("server", "client"):
        openssl("req", *new, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        (directory / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "root.pem", "-CAkey", "root.key",
                "-CAcreateserial", "-days", "2", "-extfile", "names", "-out", f"{name}.pem")


def greet(channel, report, count: int) -> None:
    """So many calls, in turn and then at the same time, each with its answer."""
    import hello_pb2
    import hello_pb2_grpc

    stub = hello_pb2_grpc.GreeterStub(channel)
    names = [f"{index} 你好 {'x' * (index % 97)}" for index in range(count)]
    for name in names[: count // 2]:
        answer = stub.SayHello(hello_pb2.HelloRequest(name=name), timeout=30)
        report.same("a greeting", name.encode(), "我是" + name, answer.name)
    rest = names[count // 2 :]
    futures = [stub.SayHello.future(hello_pb2.HelloRequest(name=name), timeout=30) for name in rest]
    for name, future in zip(rest, futures, strict=True):
        report.same("a greeting", name.encode(), "我是" + name, future.result().name)


def offered(channel, report) -> None:
    """What reflection and health tell, by the official packages."""
    from google.protobuf.descriptor_pool import DescriptorPool
    from google.protobuf.message_factory import GetMessageClass
    from grpc_health.v1 import health_pb2, health_pb2_grpc
    from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
        ProtoReflectionDescriptorDatabase,
    )

    database = ProtoReflectionDescriptorDatabase(channel)
    expected = ["Greeter", "grpc.health.v1.Health"]
    expected += [f"grpc.reflection.{it}.ServerReflection" for it in ("v1", "v1alpha")]
    report.same("services", b"", expected, sorted(database.get_services()))
    pool = DescriptorPool(database)
    method = pool.FindServiceByName("Greeter").FindMethodByName("SayHello")
    report.same("its input", b"", "HelloRequest", method.input_type.full_name)
    request = GetMessageClass(method.input_type)(name="zzz").SerializeToString()
    report.same("a reflected request", request, b"\n\x03zzz", request)
    # The older and the newer protocol answer the same bytes.
    asked = [b"\x3a\x00", b"\x22\x07Greeter", b"\x1a\x0bhello.proto", b"\x22\x06Nobody"]
    answers = [
        list(channel.stream_stream(f"/grpc.reflection.{it}.ServerReflection/ServerReflectionInfo")(
            iter(asked), timeout=10))
        for it in ("v1", "v1alpha")
    ]
    report.same("both versions", b"", answers[0], answers[1])
    report.same("an answer for each", b"", len(asked), len(answers[0]))
    health = health_pb2_grpc.HealthStub(channel)
    for service in ("", "Greeter"):
        answer = health.Check(health_pb2.HealthCheckRequest(service=service), timeout=10)
        report.same("health", service.encode(), health_pb2.HealthCheckResponse.SERVING, answer.status)


def kinds(hello: str, report) -> None:
    """Each kind of method of another schema, and its statuses."""
    import grpc
    from server import Server

    schema = """syntax = "proto3"; package shop;
    message Query { string name = 1; } message Item { string name = 1; }
    service Cart { rpc Get(Query) returns (Item); rpc List(Query) returns (stream Item);
      rpc Add(stream Item) returns (Item); rpc Talk(stream Query) returns (stream Item);
      rpc None(Query) returns (Item); }"""
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "shop.proto"
        file.write_text(schema)
        items = '={"name":"a"} {"name":"b"}'
        replies = ['Get={"name":"a"}', "List" + items, 'Add={"name":"a"}', "Talk" + items]
        options = [word for reply in replies for word in ("--reply", reply)]
        with Server(hello, "--proto", str(file), *options) as server:
            with grpc.insecure_channel(server.address) as channel:
                a, b = b"\n\x01a", b"\n\x01b"
                path = "/shop.Cart/"
                report.same("unary", b"", a, channel.unary_unary(path + "Get")(a))
                report.same("server", b"", [a, b], list(channel.unary_stream(path + "List")(a)))
                report.same("client", b"", a, channel.stream_unary(path + "Add")(iter([a, b, a])))
                for sent in ([], [a], [a] * 5):
                    found = list(channel.stream_stream(path + "Talk")(iter(sent)))
                    report.same("both", b"", [a, b], found)
                for method, request, code in (
                    ("Get", b"\n\x05a", grpc.StatusCode.INVALID_ARGUMENT),
                    ("None", a, grpc.StatusCode.UNIMPLEMENTED),
                    ("Nothing", a, grpc.StatusCode.UNIMPLEMENTED),
                    ("Get", b"\n" + bytes(5 << 20), grpc.StatusCode.RESOURCE_EXHAUSTED),
                ):
                    try:
                        found = channel.unary_unary(path + method)(request)
                    except grpc.RpcError as error:
                        found = error.code()
                    report.same(method, request[:99], code, found)


def tls(hello: str, report) -> None:
    """The same calls by TLS, and by mutual TLS."""
    import grpc
    from server import Server

    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        certificates(directory)
        read = {file.name: file.read_bytes() for file in directory.iterdir()}
        options = ["--tls-cert", f"{name}/server.pem", "--tls-key", f"{name}/server.key"]
        trusting = grpc.ssl_channel_credentials(read["root.pem"])
        known = grpc.ssl_channel_credentials(
            read["root.pem"], read["client.key"], read["client.pem"]
        )
        with Server(hello, *options) as server:
            with grpc.secure_channel(server.address, trusting) as channel:
                greet(channel, report, CALLS)
        with Server(hello, *options, "--tls-client-ca", f"{name}/root.pem") as server:
            with grpc.secure_channel(server.address, known) as channel:
                greet(channel, report, 10)
            with grpc.secure_channel(server.address, trusting) as channel:
                try:
                    found = channel.unary_unary("/Greeter/SayHello")(b"", timeout=10)
                except grpc.RpcError as error:
                    found = error.code()
                report.same("no certificate", b"", grpc.StatusCode.UNAVAILABLE, found)


def main() -> int:
    """Runs every check and prints the totals last."""
    hello, out = binary_and_out(__doc__, "interop")
    generate(out)
    import attacks
    import grpc
    from report import Report
    from server import Server

    report = Report("greeter")
    print(f"python grpcio: {grpc.__version__}")
    report.begin("calls, reflection, health")
    with Server(hello) as server:
        with grpc.insecure_channel(server.address) as channel:
            greet(channel, report, CALLS)
            offered(channel, report)
        status, seconds = server.stop()
        report.same(f"it ends at once, not in {seconds:.1f} s", b"", (0, True), (status, seconds < 5))
    report.end()
    report.begin("other services")
    kinds(hello, report)
    report.end()
    report.begin("TLS")
    tls(hello, report)
    report.end()
    attacks.run(hello, report)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
