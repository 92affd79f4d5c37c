"""What the official parsers make of bytes: Python's, which is upb, and protoc's, which is C++."""

import subprocess
import sys
from pathlib import Path

from google.protobuf import json_format, text_format
from google.protobuf.message import DecodeError
from hello_pb2 import HelloRequest

PROTO = Path(__file__).resolve().parents[2] / "proto"


def parse(data: bytes) -> HelloRequest | None:
    """What Python makes of the bytes, if anything, unknown fields left out."""
    message = HelloRequest()
    try:
        message.ParseFromString(data)
    except DecodeError:
        return None
    message.DiscardUnknownFields()
    return message


def read_json(data: bytes) -> HelloRequest | str:
    """The message that Python reads in JSON, or why it doesn't."""
    try:
        return json_format.Parse(data, HelloRequest())
    except (json_format.ParseError, UnicodeDecodeError) as error:
        return f"python refuses {data[:200]!r}: {error}"


def read_text(data: bytes) -> HelloRequest | str:
    """The same of text, which has unknown fields by their numbers."""
    try:
        return text_format.Parse(data, HelloRequest(), allow_unknown_field=True)
    except (text_format.ParseError, UnicodeDecodeError) as error:
        return f"python refuses {data[:200]!r}: {error}"


def protoc_accepts(data: bytes) -> bool:
    """Whether `protoc --decode` takes the bytes."""
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTO}", "--decode=HelloRequest"]
    done = subprocess.run([*command, "hello.proto"], input=data, capture_output=True, check=False)
    return done.returncode == 0
