"""Servers of the official Python `grpcio`, for `hello call` to call.

    python tests/interop/greeter_server.py OUT [CERTIFICATE KEY]

OUT is a directory for what protoc generates. With a certificate TLS is spoken.
The first line of standard output is the port. It ends when standard input
does.
"""

import subprocess
import sys
import time
from concurrent import futures
from pathlib import Path

sys.dont_write_bytecode = True

ROOT = Path(__file__).resolve().parents[2]

# What a server of a pool of ten threads does at a time.
THREADS = 10


def generate(out: Path) -> None:
    """Has protoc write the modules into `out`, and makes them importable."""
    out.mkdir(parents=True, exist_ok=True)
    for directory, name in ((ROOT / "proto", "hello.proto"), (ROOT / "tests/interop", "streams.proto")):
        command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{directory}"]
        command += [f"--python_out={out}", f"--grpc_python_out={out}", name]
        subprocess.run(command, check=True)
    sys.path.insert(0, str(out))


def serve(certificate: tuple[str, str] | None) -> None:
    """Serves until standard input ends."""
    import grpc
    import hello_pb2
    import hello_pb2_grpc
    import streams_pb2
    import streams_pb2_grpc
    from google.protobuf import any_pb2
    from google.rpc import code_pb2, error_details_pb2, status_pb2
    from grpc_reflection.v1alpha import reflection
    from grpc_status import rpc_status

    class Greeter(hello_pb2_grpc.GreeterServicer):
        def SayHello(self, request, context):
            return hello_pb2.HelloResponse(name="我是" + request.name)

    class Streams(streams_pb2_grpc.StreamsServicer):
        def Sum(self, requests, context):
            return streams_pb2.Number(value=sum(number.value for number in requests))

        def Count(self, request, context):
            for value in range(1, request.value + 1):
                yield streams_pb2.Number(value=value)

        def Double(self, requests, context):
            for number in requests:
                yield streams_pb2.Number(value=2 * number.value)

        def Fail(self, request, context):
            if not request.details:
                codes = {code.value[0]: code for code in grpc.StatusCode}
                context.abort(codes[request.code], request.message)
            packed = []
            for detail in (
                error_details_pb2.ErrorInfo(reason="NO", domain="d", metadata={"k": "v"}),
                error_details_pb2.BadRequest(
                    field_violations=[{"field": "code", "description": "nein ü"}]
                ),
                streams_pb2.Number(value=7),
            ):
                any_detail = any_pb2.Any()
                any_detail.Pack(detail)
                packed.append(any_detail)
            packed.append(any_pb2.Any(type_url="x/unknown.Type", value=b"\x01\x02"))
            status = status_pb2.Status(
                code=code_pb2.Code.Name(request.code) and request.code,
                message=request.message,
                details=packed,
            )
            context.abort_with_status(rpc_status.to_status(status))

        def Wait(self, request, context):
            time.sleep(request.seconds + request.nanos / 1e9)
            return streams_pb2.Number(value=1)

        def Echo(self, request, context):
            answer = streams_pb2.Metadata()
            for key, value in context.invocation_metadata():
                if isinstance(value, bytes):
                    answer.binary[key] = value
                else:
                    answer.text[key] = value
            context.set_trailing_metadata((("x-trailer", "end"), ("x-trailer-bin", b"\x00\xff")))
            return answer

    server = grpc.server(futures.ThreadPoolExecutor(max_workers=THREADS))
    hello_pb2_grpc.add_GreeterServicer_to_server(Greeter(), server)
    streams_pb2_grpc.add_StreamsServicer_to_server(Streams(), server)
    services = [
        hello_pb2.DESCRIPTOR.services_by_name["Greeter"].full_name,
        streams_pb2.DESCRIPTOR.services_by_name["Streams"].full_name,
        reflection.SERVICE_NAME,
    ]
    reflection.enable_server_reflection(services, server)
    if certificate is None:
        port = server.add_insecure_port("127.0.0.1:0")
    else:
        chain, key = (Path(name).read_bytes() for name in certificate)
        credentials = grpc.ssl_server_credentials([(key, chain)])
        port = server.add_secure_port("127.0.0.1:0", credentials)
    server.start()
    print(port, flush=True)
    sys.stdin.read()
    server.stop(0)


def main() -> int:
    """Serves."""
    if len(sys.argv) not in (2, 4):
        print(__doc__, file=sys.stderr)
        return 2
    generate(Path(sys.argv[1]))
    serve((sys.argv[2], sys.argv[3]) if len(sys.argv) == 4 else None)
    return 0


if __name__ == "__main__":
    sys.exit(main())
