"""The names that both sides encode: chosen ones first, then seeded random ones."""

import random

RANDOM_NAMES = 900
SEED = 8001
MIB = 1 << 20

# Names that mean something to a shell, a command line or one of the formats.
WORDS = [
    "", "bobby", " ", "  bobby  ", "a b", "-", "--", "-x", "--name", "--name=x", "@file", "@-", "=",
    "a=b", 'name: "x"', "{}", '{"name":"x"}', "[]", "null", "true", "0", "-1", "1e400",
    "0a05626f626279", "CgVib2JieQ==", "0x05", "#comment", "a,b;c", "$HOME", "$(id)", "`id`", "*",
    "~", "%s%n", "!!", "a\\", "\\", "\\\\", "\\n", "\\u0041", "\\x41", "\\101", '\\"', '"', "'",
    '""', "'\"'", "\\'", "</script>", "&amp;", "..", "/dev/null", "\n", "a\nb", "a\r\nb", "\r",
    "\t", "\0", "a\0b", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\b\b\b",
]  # fmt: skip

# Characters that belong together: families, flags, skin tones, a keycap.
EMOJI = [
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "\U0001f469\U0001f3fd\u200d\U0001f680",
    "\U0001f3f3\ufe0f\u200d\U0001f308",
    "\U0001f1e9\U0001f1ea\U0001f1ef\U0001f1f5",
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "\U0001faf1\U0001f3fb\u200d\U0001faf2\U0001f3ff",
    "1\ufe0f\u20e3",
    "\u2764\ufe0f",
]

# Composed and decomposed, of which neither may become the other; scripts; what
# hides, turns the line round, or ends it for some.
SCRIPTS = [
    "\u00e9", "e\u0301", "\uac01", "\u1100\u1161\u11a8", "\ufb01", "\u212b", "Z\u0334\u0361\u0354a",
    "\u0130\u0131\u017f\u212a", "क्षि", "นี้", "日本語", "Ελληνικά", "ⴰⵎⴰⵣⵉⵖ", "𠜎𠜱𠝹", "𝔟𝔬𝔟𝔟𝔶", "𐍈",
    "\ufeffbobby", "bobby\ufeff", "a\u200bb", "a\u2028b", "a\u2029b", "a\u0085b", "a\u00adb",
    "\u061ca", "abc\u202edef\u202c", "\u2066a\u2069", "\u200e\u05e9\u05dc\u200f", "\ufffd",
    "\ufff9a\ufffab\ufffb",
]  # fmt: skip


def code_points() -> list[int]:
    """ASCII and every control, then the edges of UTF-8 and of each plane."""
    points = list(range(0xA1))
    # Where UTF-8 takes a byte more, and where the surrogates are left out.
    points += [0x7FF, 0x800, 0xFFF, 0x1000, 0xCFFF, 0xD000, 0xD7FF, 0xE000, 0xF8FF, 0xFDD0, 0xFDEF]
    # What hides or turns the line round.
    points += [0x61C, *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070)]
    for plane in range(17):
        base = plane << 16
        points += [base + low for low in (0x100, 0x1234, 0x8000, 0xE001, 0xFFFD, 0xFFFE, 0xFFFF)]
        if plane > 0:
            points += [base, base + 1, base + 0xD800, base + 0xDFFF]
    return points


def lengths() -> list[str]:
    """Names around each length at which the length itself takes one byte more; 1 MiB."""
    names = []
    for bits in (7, 14, 21):
        for length in ((1 << bits) - 1, 1 << bits):
            # The same in bytes, of characters that take one and that take two.
            names += ["x" * length, "é" * (length // 2) + "x" * (length % 2)]
    names += ["b" * MIB, "😀" * (MIB // 4), "\x01" * 5000, "\u202e" * 5000, '"\\' * 5000]
    return names


def any_character(rng: random.Random) -> str:
    """A character of any plane, the planes equally likely; no surrogate."""
    while True:
        point = (rng.randrange(17) << 16) + rng.randrange(1 << 16)
        if not 0xD800 <= point <= 0xDFFF:
            return chr(point)


def random_name(rng: random.Random) -> str:
    """Up to 40 characters, ASCII, Latin, controls and all of Unicode mixed."""
    kinds = (
        lambda: chr(rng.randrange(0x20, 0x7F)),
        lambda: chr(rng.randrange(0x00, 0x100)),
        lambda: rng.choice("\"'\\\n\r\t\x7f\u202e\u2066\u0085"),
        lambda: any_character(rng),
    )
    return "".join(rng.choice(kinds)() for _ in range(rng.randrange(1, 41)))


def all_names() -> list[str]:
    """Every name, in one order, without repetition."""
    rng = random.Random(SEED)
    names = WORDS + EMOJI + SCRIPTS + [chr(point) for point in code_points()] + lengths()
    names += [random_name(rng) for _ in range(RANDOM_NAMES)]
    return list(dict.fromkeys(names))
