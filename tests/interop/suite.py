"""The message types of the conformance suite, for Python and as plain data.

Descriptors answer every question through an object made on the spot; a
generator asks millions, so what it needs is copied out once.
"""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

# Packages whose messages are drawn; conformance.proto is the protocol itself.
PACKAGES = ("protobuf_test_messages.", "google.protobuf.")

# The messages that have everything, drawn more often than all others together.
MAIN = ("TestAllTypesProto2", "TestAllTypesProto3", "TestAllTypesEdition2023")


@dataclass
class Field:
    """A field as the wire has it."""

    number: int
    kind: int
    repeated: bool
    packed: bool
    # The values of an enum, declared ones only.
    values: list[int] = field(default_factory=list)
    # The same as 32 bits, and whether no other values are the field's.
    values32: frozenset[int] = frozenset()
    closed: bool = False
    message: "Type | None" = None


@dataclass
class Type:
    """A message."""

    name: str
    is_map_entry: bool
    is_message_set: bool
    fields: list[Field] = field(default_factory=list)


class Suite:
    """The types by name, and the pool and classes behind them."""

    def __init__(self, descriptor_set: bytes) -> None:
        files = descriptor_pb2.FileDescriptorSet.FromString(descriptor_set).file
        self.pool = descriptor_pool.DescriptorPool()
        for file in files:
            self.pool.Add(file)
        self.types: dict[str, Type] = {}
        self._classes: dict[str, type[Message]] = {}
        for file in files:
            found = self.pool.FindFileByName(file.name)
            for message in found.message_types_by_name.values():
                self._add(message)
        drawn = [t for t in self.types.values() if t.name.startswith(PACKAGES)]
        self.drawn = [t for t in drawn if not t.is_map_entry]
        self.main = [t for t in self.drawn if t.name.endswith(MAIN)]

    def _add(self, message: Descriptor) -> Type:
        known = self.types.get(message.full_name)
        if known is not None:
            return known
        options = message.GetOptions()
        made = Type(message.full_name, options.map_entry, options.message_set_wire_format)
        # Before its fields: types contain themselves.
        self.types[message.full_name] = made
        # The pool has them in the order of their addresses, which changes from run to run.
        extensions = sorted(self.pool.FindAllExtensions(message), key=lambda each: each.number)
        made.fields = [self._field(each) for each in [*message.fields, *extensions]]
        for nested in message.nested_types:
            self._add(nested)
        return made

    def _field(self, of: FieldDescriptor) -> Field:
        made = Field(of.number, of.type, of.is_repeated, of.is_packed)
        if of.message_type is not None:
            made.message = self._add(of.message_type)
        if of.enum_type is not None:
            made.values = [value.number for value in of.enum_type.values]
            made.values32 = frozenset(value & 2**32 - 1 for value in made.values)
            made.closed = of.enum_type.is_closed
        return made

    def new(self, name: str) -> Message:
        """An empty message."""
        made = self._classes.get(name)
        if made is None:
            made = message_factory.GetMessageClass(self.pool.FindMessageTypeByName(name))
            self._classes[name] = made
        return made()


def descriptor_set(tool: str) -> Path:
    """The path that the runner of the conformance suite prints."""
    done = subprocess.run([tool, "--descriptor-set"], capture_output=True, check=True, text=True)
    return Path(done.stdout.strip())
