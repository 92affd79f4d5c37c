"""Calls `hello serve` with the official Python gRPC, and no generated code.

    pip install grpcio grpcio-reflection
    hello serve &
    python examples/greeter.py zzz

The types come from the server itself, by reflection.
"""

import sys

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

name = sys.argv[1] if len(sys.argv) > 1 else "zzz"
address = sys.argv[2] if len(sys.argv) > 2 else "127.0.0.1:8001"
with grpc.insecure_channel(address) as channel:
    pool = DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
    method = pool.FindServiceByName("Greeter").FindMethodByName("SayHello")
    request = GetMessageClass(method.input_type)(name=name)
    call = channel.unary_unary(
        "/Greeter/SayHello",
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=GetMessageClass(method.output_type).FromString,
    )
    print(call(request, timeout=10).name)
