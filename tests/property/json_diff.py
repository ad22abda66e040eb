#!/usr/bin/python3
"""json_diff - our JSON reader and Python's must agree on random texts.

Texts are written by chance, valid ones and ones broken in one place. Python's
reader is made as strict as ours: UTF-8 without surrogates, no NaN, no member
twice, no control characters, no lone surrogates. The seed is printed and may be
given as the first argument, the number of texts as the second.
"""
import json
import pathlib
import random
import struct
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = ROOT / "build/plain/tests/property/json_diff"
TEXTS = 20000
DEPTH_MAX = 5
SPACES = (b"", b"", b"", b"", b" ", b"\n", b"\t\r ")
NUMBERS = (b"0", b"-0", b"1", b"-12.50", b"1e5", b"1E+5", b"2.5e-7", b"123456789012345678901234567890")
ALMOST_NUMBERS = (b"01", b"+1", b".5", b"1.", b"1e", b"--1", b"0x1", b"NaN", b"Infinity", b"-Infinity")
PIECES = (b"a", b"b", b"name", b"\\n", b"\\\"", b"\\\\", b"\\/", b"\\u0061", b"\\u00e9", b"\\u0000",
          b"\\ud83d\\udd11", "\u00e9".encode(), "\u20ac".encode(), "\U0001f511".encode(), b" ", b"\x7f")
BROKEN_PIECES = (b"\\x", b"\\u12", b"\\ud83d", b"\\udd11", b"\\udd11\\ud83d", b"\\ud83d\\ud83d", b"\n",
                 b"\x00", b"\x1f", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82")


class Repeated(ValueError):
    """A member stands twice."""


def pairs(members):
    if len({name for name, _ in members}) != len(members):
        raise Repeated
    return dict(members)


def has_surrogate(value):
    if isinstance(value, str):
        return any(0xD800 <= ord(c) <= 0xDFFF for c in value)
    if isinstance(value, list):
        return any(has_surrogate(item) for item in value)
    if isinstance(value, dict):
        return any(has_surrogate(key) or has_surrogate(item) for key, item in value.items())
    return False


def refuse_constant(name):
    raise ValueError(name)


def reference(text):
    """Does Python take it, strictly?"""
    try:
        value = json.loads(text.decode("utf-8", "strict"), object_pairs_hook=pairs,
                           parse_constant=refuse_constant, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return False
    return not has_surrogate(value)


class Writer:
    def __init__(self, chance):
        self.chance = chance

    def space(self):
        return self.chance.choice(SPACES)

    def string(self):
        return b'"' + b"".join(self.chance.choices(PIECES, k=self.chance.randrange(5))) + b'"'

    def value(self, depth=0):
        kind = self.chance.randrange(8 if depth < DEPTH_MAX else 5)
        if kind == 0:
            return self.chance.choice((b"true", b"false", b"null"))
        if kind in (1, 2):
            return self.chance.choice(NUMBERS)
        if kind in (3, 4):
            return self.string()
        count = self.chance.choice((0, 1, 2, 3, 4, 30))
        if depth > 1:
            count = min(count, 3)
        if kind == 5:
            items = [self.space() + self.value(depth + 1) + self.space() for _ in range(count)]
            return b"[" + b",".join(items) + b"]"
        items = [self.space() + self.name(i) + self.space() + b":" + self.space()
                 + self.value(depth + 1) + self.space() for i in range(count)]
        return b"{" + b",".join(items) + b"}"

    def name(self, index):
        """Mostly a new one; now and then one that may stand already."""
        return self.string() if self.chance.randrange(40) == 0 else b'"%d"' % index

    def break_somewhere(self, text):
        at = self.chance.randrange(len(text) + 1)
        how = self.chance.randrange(5)
        if how == 0:
            return text[:at]
        if how == 1:
            return text[:at] + text[at + 1:]
        if how == 2:
            return text[:at] + bytes([self.chance.randrange(256)]) + text[at:]
        if how == 3:
            return text[:at] + self.chance.choice(BROKEN_PIECES + ALMOST_NUMBERS) + text[at:]
        return text[:at] + self.chance.choice((b",", b":", b"]", b"}", b'"', b"[", b"{")) + text[at + 1:]

    def text(self):
        text = self.space() + self.value() + self.space()
        return self.break_somewhere(text) if self.chance.randrange(2) else text


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else random.SystemRandom().randrange(1 << 32)
    count = int(sys.argv[2]) if len(sys.argv) > 2 else TEXTS
    print(f"# seed {seed}", flush=True)
    writer = Writer(random.Random(seed))
    texts = [writer.text() for _ in range(count)]
    sent = b"".join(struct.pack(">I", len(text)) + text for text in texts)
    answers = subprocess.run([PROGRAM], input=sent, stdout=subprocess.PIPE,
                             check=True).stdout.decode().splitlines()
    if len(answers) != count:
        print(f"not ok - {len(answers)} answers to {count} texts")
        return 1
    wanted = [reference(text) for text in texts]
    wrong = [(text, answer) for text, answer, want in zip(texts, answers, wanted)
             if (answer == "OK") != want]
    for text, answer in sorted(wrong, key=lambda pair: len(pair[0]))[:10]:
        print(f"not ok - {answer}: {text!r}")
    if not 0 < sum(wanted) < count:
        print("not ok - all texts were of one kind")
        return 1
    print(f"{count - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong else 0


sys.exit(main())
