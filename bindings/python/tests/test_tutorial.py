"""The tutorial, typed line by line into a real interpreter, which imports our jwt."""

import fcntl
import os
import pathlib
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import venv

import pytest

import jwt
import lanyard

PROMPT = b">>> "
GOLDEN = ("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyIjoibWFuaXNoIn0."
          "JX4_nxeJAY8lOSrTiyzU43eKt-qEWXtNhkPwfLWanUY")


class Interpreter:
    """python -i on a terminal of its own."""

    def __init__(self, python, path):
        self.terminal, other = pty.openpty()
        # Wide enough that no line is wrapped while it is typed.
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 1000, 0, 0))
        environment = {"PYTHONPATH": path, "TERM": "dumb", "PATH": os.environ["PATH"],
                       "PYTHON_BASIC_REPL": "1"}
        environment.update((name, os.environ[name]) for name in ("LD_PRELOAD", "ASAN_OPTIONS")
                           if name in os.environ)
        self.process = subprocess.Popen([python, "-q", "-i"], stdin=other, stdout=other,
                                        stderr=other, env=environment, close_fds=True)
        os.close(other)
        self.read()

    def read(self):
        """What is printed until the next prompt."""
        seen = b""
        while not seen.endswith((PROMPT, b"... ")):
            ready, _, _ = select.select([self.terminal], [], [], 30)
            assert ready, seen
            seen += os.read(self.terminal, 4096)
        return seen

    def type(self, line):
        """The lines that one typed line prints, without its echo."""
        os.write(self.terminal, line.encode() + b"\n")
        text = self.read().decode().replace("\r", "")
        text = re.sub(r"\x1b\[[?0-9;]*[a-zA-Z]", "", text)
        return text.removeprefix(line + "\n").removesuffix(PROMPT.decode()).strip()

    def close(self):
        os.write(self.terminal, b"raise SystemExit\n")
        self.process.wait(30)
        os.close(self.terminal)


@pytest.fixture
def python(tmp_path):
    """In a fresh virtual environment with no package in it, ours on the path."""
    venv.create(tmp_path / "fresh", with_pip=False, symlinks=True)
    packages = os.pathsep.join(str(pathlib.Path(place)) for place in
                               (pathlib.Path(lanyard.__file__).parents[1], drop_in()))
    made = Interpreter(str(tmp_path / "fresh/bin/python"), packages)
    yield made
    made.close()


def drop_in():
    """Where the package jwt lies."""
    for place in sys.path:
        if (pathlib.Path(place) / "jwt/__init__.py").exists():
            return place
    raise AssertionError("no drop-in on the path")


def test_tutorial_typed_line_by_line(python):
    assert python.type("import datetime, time, jwt") == ""
    python.type("config = {'SECRET_KEY': 'somesuperrandomsecretkeynoonecancrack'}")
    python.type("token = jwt.encode({'user': 'manish'}, config.get('SECRET_KEY'))")
    assert python.type("print(token)") == GOLDEN
    assert python.type("jwt.decode(token, config.get('SECRET_KEY'), algorithms=['HS256'])") == \
        "{'user': 'manish'}"

    # encode() returns str since PyJWT 2.0: the tutorial's .decode() fails there as it does here.
    told = python.type("token.decode('UTF-8')")
    assert told.endswith("AttributeError: 'str' object has no attribute 'decode'. "
                         "Did you mean: 'encode'?")
    # decode() wants the algorithms since 2.0.
    told = python.type("jwt.decode(token, config.get('SECRET_KEY'))")
    assert 'pass in a value for the "algorithms" argument' in told

    python.type("now = datetime.datetime.now(datetime.timezone.utc)")
    python.type("payload = {'user': 'manish', 'exp': now + datetime.timedelta(seconds=900)}")
    python.type("token = jwt.encode(payload, config.get('SECRET_KEY'))")
    assert "'user': 'manish', 'exp': " in python.type(
        "jwt.decode(token, config.get('SECRET_KEY'), algorithms=['HS256'])")
    assert python.type("jwt.decode(token, 'x' * 37, algorithms=['HS256'])").endswith(
        "InvalidSignatureError: Signature verification failed")


@pytest.mark.parametrize("seconds, is_accepted", [(899, True), (901, False)])
def test_token_lives_900_seconds(seconds, is_accepted, python):
    """By the interpreter's own clock: the token is one that was made so long ago."""
    python.type("import datetime, jwt")
    python.type("now = datetime.datetime.now(datetime.timezone.utc)")
    python.type(f"made = now - datetime.timedelta(seconds={seconds})")
    python.type("payload = {'user': 'manish', 'exp': made + datetime.timedelta(seconds=900, "
                "milliseconds=900)}" if is_accepted else
                "payload = {'user': 'manish', 'exp': made + datetime.timedelta(seconds=900)}")
    python.type("token = jwt.encode(payload, 'somesuperrandomsecretkeynoonecancrack')")
    told = python.type("jwt.decode(token, 'somesuperrandomsecretkeynoonecancrack', "
                       "algorithms=['HS256'])")
    if is_accepted:
        assert told.startswith("{'user': 'manish'")
    else:
        assert told.endswith("jwt.exceptions.ExpiredSignatureError: Signature has expired")


def test_token_lives_900_seconds_by_a_stopped_clock():
    """The same without a second to spare."""
    import datetime

    import freezegun

    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    key = "somesuperrandomsecretkeynoonecancrack"
    with freezegun.freeze_time(start):
        payload = {"user": "manish", "exp": start + datetime.timedelta(seconds=900)}
        token = jwt.encode(payload, key)
    with freezegun.freeze_time(start + datetime.timedelta(seconds=899)):
        assert jwt.decode(token, key, algorithms=["HS256"])["user"] == "manish"
    for late in (900, 901):
        with freezegun.freeze_time(start + datetime.timedelta(seconds=late)):
            with pytest.raises(jwt.ExpiredSignatureError):
                jwt.decode(token, key, algorithms=["HS256"])
