"""Seeded random changes of well-formed messages."""

import random
from collections.abc import Iterator

from malformed import NUMBER_MAX, messages
from wire import END, START, padded, tag

RANDOM_CASES = 24_000
SEED = 8001

# Bytes at which something changes: lengths, wire types, the continuation bit.
EDGES = (0, 1, 7, 0x0A, 0x0B, 0x0C, 0x7F, 0x80, 0xFF)


def mutants() -> Iterator[bytes]:
    """Messages, alone or two run together, with one to five changes."""
    rng = random.Random(SEED)
    seeds = messages()
    for _ in range(RANDOM_CASES):
        data = bytearray(rng.choice(seeds))
        if rng.random() < 0.3:
            data += rng.choice(seeds)
        for _ in range(rng.choice((1, 1, 1, 2, 3, 5))):
            rng.choice(CHANGES)(rng, data)
        yield bytes(data)


def place(rng: random.Random, data: bytearray) -> int:
    """A position at which something can be inserted."""
    return rng.randrange(len(data) + 1)


def flip_bit(rng: random.Random, data: bytearray) -> None:
    """Turns one bit round."""
    if data:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def set_byte(rng: random.Random, data: bytearray) -> None:
    """Replaces a byte, by one of the edges half of the time."""
    if data:
        byte = rng.choice(EDGES) if rng.random() < 0.5 else rng.randrange(256)
        data[rng.randrange(len(data))] = byte


def insert(rng: random.Random, data: bytearray) -> None:
    """Puts random bytes somewhere."""
    at = place(rng, data)
    data[at:at] = rng.randbytes(rng.randrange(1, 9))


def delete(rng: random.Random, data: bytearray) -> None:
    """Takes a stretch out."""
    at = place(rng, data)
    del data[at : at + rng.randrange(1, 5)]


def duplicate(rng: random.Random, data: bytearray) -> None:
    """Repeats a stretch, so that fields come twice."""
    at, end = sorted((place(rng, data), place(rng, data)))
    data[end:end] = data[at:end]


def wire_type(rng: random.Random, data: bytearray) -> None:
    """Gives the first byte, which is a tag, another wire type."""
    if data:
        data[0] = data[0] & 0xF8 | rng.randrange(8)


def group(rng: random.Random, data: bytearray) -> None:
    """Puts the message into a group, which is closed seven times in eight."""
    number = rng.choice((1, 2, 15, 16, NUMBER_MAX))
    data[:0] = tag(number, START)
    if rng.randrange(8):
        data += tag(number, END)


def overlong(rng: random.Random, data: bytearray) -> None:
    """Pads a byte that may be a tag, a length or a varint."""
    small = [at for at, byte in enumerate(data) if byte < 0x80]
    if small:
        at = rng.choice(small)
        data[at : at + 1] = padded(data[at], rng.randrange(2, 12))


def random_bytes(rng: random.Random, data: bytearray) -> None:
    """Keeps nothing."""
    data[:] = rng.randbytes(rng.randrange(1, 40))


CHANGES = [
    flip_bit, flip_bit, set_byte, set_byte, insert, delete, duplicate,
    wire_type, group, overlong, random_bytes,
]  # fmt: skip
