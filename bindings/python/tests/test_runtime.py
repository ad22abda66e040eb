"""What the extension does to the interpreter: references, threads, data, types."""

import base64
import ctypes
import gc
import os
import pathlib
import re
import shutil
import subprocess
import sys
import textwrap
import threading
import time

import pytest

import jwt
import lanyard

ALL = os.environ.get("LANYARD_LEVEL", "check") == "all"
ASAN = os.environ.get("LANYARD_LEVEL") == "asan"
SECRET = lanyard.Key.secret(b"k" * 32, alg="HS256")
PAIR = lanyard.Key.generate("ES256", kid="a")
VERIFIER = lanyard.Verifier(lanyard.Policy("HS256 ES256", allow="no_exp"), SECRET)
PUBLIC = lanyard.Verifier(lanyard.Policy("ES256", allow="no_exp"), [lanyard.Key(PAIR.to_jwk())])
TOKEN = lanyard.issue({"sub": "ada", "n": [1, {"b": None}]}, SECRET)
SIGNED = lanyard.issue({"sub": "ada"}, PAIR)
# A number that Python reads and the engine does not, and one that Python refuses.
ODD = "eyJhbGciOiJIUzI1NiIsIngiOjFlOTk5fQ.eyJ4IjoxZTk5OX0.AA"
TOO_LONG = base64.b64encode(b'{"alg":"HS256","xx":' + b"1" * 4501 + b"}").decode() + ".e30.AA"


def refused(function, *args, **kwargs):
    try:
        function(*args, **kwargs)
    except (lanyard.Error, jwt.PyJWTError, TypeError, ValueError):
        return
    raise AssertionError("not refused")


OPERATIONS = {
    "verify": lambda: VERIFIER.verify(TOKEN).claims,
    "verify_header": lambda: VERIFIER.verify(TOKEN).header,
    "verify_refused": lambda: refused(VERIFIER.verify, TOKEN + "A"),
    "verify_type": lambda: refused(VERIFIER.verify, 5),
    "verify_es256": lambda: PUBLIC.verify(SIGNED),
    "explain": lambda: VERIFIER.explain(TOKEN),
    "peek": lambda: lanyard.peek(TOKEN),
    "peek_odd": lambda: lanyard.peek(ODD),
    "peek_refused": lambda: refused(lanyard.peek, TOO_LONG),
    "issue": lambda: lanyard.issue({"a": 1}, SECRET, aud=["a", "b"], lifetime=5, header={"x": 1,
                                                                                  "alg": "HS256"}),
    "issue_refused": lambda: refused(lanyard.issue, {"a": object()}, SECRET, aud=["a"]),
    "issuer_refused": lambda: refused(lanyard.Issuer, SECRET, aud=["a", 5]),
    "policy": lambda: lanyard.Policy(["HS256"], issuers=["a"], required=("b",)).to_json(),
    "policy_refused": lambda: refused(lanyard.Policy, ["HS256"], issuers=["a", None]),
    "key": lambda: lanyard.Key(PAIR.to_pem(private=True)).to_jwk(),
    "key_refused": lambda: refused(lanyard.Key, "x"),
    "keyset": lambda: list(lanyard.KeySet(lanyard.KeySet([PAIR, PAIR.__class__.generate("EdDSA")])
                                          .to_jwks())),
    "keyset_refused": lambda: refused(lanyard.KeySet, [PAIR, 5]),
    "verifier_refused": lambda: refused(lanyard.Verifier, lanyard.Policy("HS256"), [5]),
    "sign": lambda: lanyard.check_bytes(PAIR, "ES256", b"x", lanyard.sign_bytes(PAIR, "ES256", b"x")),
    "sign_refused": lambda: refused(lanyard.check_bytes, PAIR, "ES256", b"x", 5),
    "jwt": lambda: jwt.decode(jwt.encode({"a": [1.5, "x", None]}, "k" * 32), "k" * 32, ["HS256"]),
    "jwt_odd": lambda: jwt.decode(jwt.encode({"a": "é", "b": [float("inf")]}, "k" * 32), "k" * 32,
                                  ["HS256"]),
    "jwt_refused": lambda: refused(jwt.decode, TOKEN[:-3] + "AAA", "k" * 32, ["HS256"]),
}


class Mallinfo(ctypes.Structure):
    """struct mallinfo2 of <malloc.h>."""

    _fields_ = [(name, ctypes.c_size_t) for name in (
        "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks",
        "fordblks", "keepcost")]


def native_bytes():
    """What malloc() has given out and was not given back: of the engine, libcrypto and all else.

    Python's own small objects are not among these: getallocatedblocks() counts them. Under
    AddressSanitizer they are, and too many come and go to tell: the plain build is looked at.
    """
    if ASAN:
        return 0
    library = ctypes.CDLL(None)
    library.mallinfo2.restype = Mallinfo
    info = library.mallinfo2()
    return info.uordblks + info.hblkhd


def growth(operation, rounds):
    """The least that blocks, references and native bytes grew by in so many rounds.

    A leak shows in every repetition; a cache, a free list or another thread only in some.
    """
    watched = (SECRET, PAIR, VERIFIER.__class__, lanyard.Token, lanyard.Key,
               lanyard.errors.SignatureError)
    for _ in range(10):
        operation()
    gc.collect()
    gc.freeze()  # what was there before is not looked through again and again

    def level():
        gc.collect()
        return (sys.getallocatedblocks(), native_bytes(),
                [sys.getrefcount(item) for item in watched])

    grown = (float("inf"),) * 3
    for _ in range(8):
        blocks, native, counts = level()
        for _ in range(rounds):
            operation()
        after, native_after, counts_after = level()
        much = (after - blocks, max(b - a for a, b in zip(counts, counts_after)),
                native_after - native)
        grown = tuple(map(min, grown, much))
        if not leaks(grown, rounds):
            break
    gc.unfreeze()
    return grown


def leaks(grown, rounds):
    """What grew by more than half a piece a round; malloc() gives none smaller than 16 bytes."""
    bounds = {"blocks": rounds // 2, "references": rounds // 2, "native": rounds * 8}
    return [name for (name, bound), much in zip(bounds.items(), grown) if much >= bound]


@pytest.mark.parametrize("name", OPERATIONS)
def test_memory_and_references_stay_level(name):
    rounds = 30 if ASAN else 120
    grown = growth(OPERATIONS[name], rounds)
    assert leaks(grown, rounds) == [], grown


KEPT = []


@pytest.mark.skipif(ASAN, reason="only references are counted there")
@pytest.mark.parametrize("leak, seen", [
    (lambda: KEPT.append(object()), ["blocks"]),
    (lambda: KEPT.append(SECRET), ["references"]),
    (lambda: ctypes.CDLL(None).malloc(16), ["native"]),
    (lambda: ctypes.CDLL(None).malloc(1000), ["native"]),
    (lambda: object(), []),
], ids=["an object", "a reference", "16 bytes", "1000 bytes", "nothing"])
def test_leak_is_seen(leak, seen):
    """Or that all of the above stays level would say nothing."""
    found = leaks(growth(leak, 120), 120)
    assert set(seen) <= set(found) and (seen or not found)
    KEPT.clear()


def test_eight_threads_share_everything():
    failures, rounds = [], 2000 if ALL else 200

    def work(number):
        try:
            for turn in range(rounds):
                assert VERIFIER.verify(TOKEN)["sub"] == "ada"
                assert jwt.decode(TOKEN, "k" * 32, algorithms=["HS256"])["sub"] == "ada"
                if turn % 10 == 0:
                    assert PUBLIC.verify(SIGNED)["sub"] == "ada"
                    key = f"{number}-{turn}" + "k" * 40
                    assert jwt.decode(jwt.encode({"n": turn}, key), key, ["HS256"]) == {"n": turn}
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_other_threads_run_while_rsa_signs():
    """The lock of the interpreter is let go around asymmetric operations."""
    key = lanyard.Key.generate("RS256")
    turns, stop = [0], threading.Event()

    def count():
        while not stop.is_set():
            turns[0] += 1
            time.sleep(0)  # hands over, for nobody takes

    old = sys.getswitchinterval()
    thread = threading.Thread(target=count)
    thread.start()
    sys.setswitchinterval(5)  # nobody is asked to hand over before that: only who lets go does
    try:
        for _ in range(50):
            before = turns[0]
            lanyard.sign_bytes(key, "RS256", b"x")
            if turns[0] > before:
                break
        assert turns[0] > before
        before = turns[0]
        lanyard.sign_bytes(SECRET, "HS256", b"x")
        assert turns[0] == before  # an HMAC is over sooner than a hand-over
    finally:
        sys.setswitchinterval(old)
        stop.set()
        thread.join()


def run(script, *options):
    return subprocess.run([sys.executable, *options, "-c", textwrap.dedent(script)], check=True,
                          stdout=subprocess.PIPE, text=True).stdout


def test_module_can_be_made_twice():
    run("""
        import importlib.util, sys
        import lanyard
        spec = importlib.util.find_spec("lanyard._core")
        for _ in range(20):
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            assert module.Key is not lanyard.Key
            key = module.Key.secret(b"k" * 32)
            try:
                lanyard.Issuer(key)
            except TypeError:
                pass
            else:
                raise AssertionError
            del module, key
    """)


def test_works_after_fork():
    run("""
        import os, lanyard
        key = lanyard.Key.generate("ES256")
        verifier = lanyard.Verifier(lanyard.Policy("ES256", allow="no_exp"), key)
        verifier.verify(lanyard.issue({"a": 1}, key))
        pid = os.fork()
        verifier.verify(lanyard.issue({"a": 1}, key))
        if pid:
            assert os.waitpid(pid, 0)[1] == 0
    """)


def test_strings_and_bytes_are_never_compared():
    run("""
        import jwt
        for key in ("k" * 32, b"k" * 32):
            for _ in range(2):
                jwt.decode(jwt.encode({}, key), key, algorithms=["HS256"])
    """, "-bb")


def test_extension_has_no_writable_data_of_its_own():
    """But the module definition, which CPython writes to."""
    nm = shutil.which("nm")
    built = pathlib.Path(lanyard._core.__file__).resolve()
    objects = sorted(built.parent.glob("_core.abi3.so.p/*.o"))
    if ASAN or not nm or not objects:
        pytest.skip("the object files are not at hand, or instrumented")
    writable = []
    for file in objects:
        told = subprocess.run([nm, "-f", "sysv", str(file)], stdout=subprocess.PIPE, text=True,
                              check=True).stdout
        for line in told.splitlines():
            fields = [field.strip() for field in line.split("|")]
            if len(fields) == 7 and re.match(r"\.(data(?!\.rel\.ro)|bss|tdata|tbss)", fields[6]):
                writable.append(fields[0])
    assert writable == ["module_def"]


def test_uses_only_the_limited_api():
    nm = shutil.which("nm")
    if not nm:
        pytest.skip("no nm")
    told = subprocess.run([nm, "-D", "--undefined-only", lanyard._core.__file__], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    private = re.findall(r"\b_Py\w+", told)
    assert set(private) <= {"_Py_NoneStruct", "_Py_TrueStruct", "_Py_FalseStruct", "_Py_Dealloc",
                            "_PyArg_ParseTuple_SizeT", "_PyArg_ParseTupleAndKeywords_SizeT",
                            "_Py_BuildValue_SizeT", "_PyObject_CallMethod_SizeT"}


@pytest.mark.skipif(ASAN, reason="mypy judges text, not the build")
def test_stubs_are_what_the_binary_has(tmp_path):
    packages = str(pathlib.Path(lanyard.__file__).parents[1])
    told = subprocess.run([sys.executable, "-m", "mypy.stubtest", "lanyard._core"], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=tmp_path,
                          env={**os.environ, "MYPYPATH": packages}, check=False)
    assert told.returncode == 0, told.stdout


@pytest.mark.skipif(not ALL, reason="only at level all")
def test_types_hold(tmp_path):
    packages = str(pathlib.Path(lanyard.__file__).parents[1])
    # What needs a web framework is checked where those are: tests/flask/test_types.py.
    told = subprocess.run([sys.executable, "-m", "mypy", "-m", "lanyard", "-p", "lanyard.jwt"],
                          text=True, cwd=tmp_path, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env={**os.environ, "MYPYPATH": packages},
                          check=False)
    assert told.returncode == 0, told.stdout


CALLER = """
import datetime
from typing import Any

import jwt
from jwt import PyJWK, PyJWKClient
from jwt.algorithms import AllowedPublicKeys, RSAAlgorithm
from jwt.exceptions import InvalidTokenError
from jwt.types import Options
from jwt.warnings import RemovedInPyjwt3Warning

options: Options = {"verify_exp": False}
token: str = jwt.encode({"a": 1}, "k" * 32, algorithm="HS256", headers={"kid": "a"})
claims: dict[str, Any] = jwt.decode(token, "k" * 32, algorithms=["HS256"], options=options,
                                    leeway=datetime.timedelta(seconds=1), audience=["a"])
key: PyJWK = PyJWKClient("https://x.example").get_signing_key_from_jwt(token)
jwt.decode_complete(token, key, options={"require": ["exp"], "verify_aud": False})
jwk = RSAAlgorithm.to_jwk(RSAAlgorithm.from_jwk("{}"), as_dict=True)
jwk["kid"] = "a"
text: str = RSAAlgorithm.to_jwk(RSAAlgorithm.from_jwk("{}"))
errors: tuple[type[Exception], ...] = (jwt.ExpiredSignatureError, InvalidTokenError,
                                       RemovedInPyjwt3Warning, jwt.exceptions.PyJWKError)

def given(public: AllowedPublicKeys) -> None:
    jwt.decode("", public, algorithms=[])

wrong: int = jwt.encode({}, "")
"""


@pytest.mark.skipif(not ALL, reason="only at level all")
def test_drop_in_has_pyjwt_s_types(tmp_path):
    """Of a caller's lines that PyJWT's own types take, all but the last, which they refuse."""
    (tmp_path / "caller.py").write_text(CALLER)
    packages = [str(pathlib.Path(lanyard.__file__).parents[1]),
                *(place for place in sys.path if (pathlib.Path(place) / "jwt/__init__.pyi").exists())]
    told = subprocess.run([sys.executable, "-m", "mypy", "caller.py"], text=True, cwd=tmp_path,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                          env={**os.environ, "MYPYPATH": os.pathsep.join(packages)})
    lines = told.stdout.splitlines()
    assert len(lines) == 2 and "caller.py:27" in lines[0], told.stdout
