"""bench.py - microseconds a call, of lanyard.jwt, PyJWT and pyjwt-rs in turn, and the targets.

Every module does the same work on the same token before the next one does, again and again; the
median of the thread's CPU time counts, so that what else the machine does matters little. It is
what lanyard-bench tells as well: its C row of the same algorithm, over a token of the same claims
and length with the same rules, is the engine's own verify. The exit status is 1 when a target is
missed.
"""

import importlib
import importlib.metadata
import json
import pathlib
import platform
import resource
import statistics
import subprocess
import sys
import time
import timeit
import warnings

import lanyard

ROUNDS = 15
SECRET = b"k" * 32
NOW = int(time.time())
CLAIMS = {"sub": "user-1234", "iss": "https://idp.example", "iat": NOW, "exp": NOW + 3600,
          "name": "Ada", "admin": True}
BENCH = pathlib.Path(__file__).resolve().parents[3] / "build/bin/lanyard-bench"
# What bench/subject.c signs and asks for.
ISSUER, AUDIENCE = "https://id.example.com", "https://api.example.com"
C_CLAIMS = {"sub": "user-0001", "sid": "c8a1f00000007919", "scope": "read write", "admin": False,
            "iss": ISSUER, "aud": AUDIENCE, "exp": NOW + 3600, "iat": NOW}
MODULES = {"lanyard.jwt": "lanyard", "jwt": "PyJWT", "jwt_rs": "pyjwt-rs"}


def load():
    """The modules that are there, by the name of their distribution."""
    found = {}
    for module, name in MODULES.items():
        try:
            found[name] = importlib.import_module(module)
        except ImportError:
            print(f"{name} cannot be imported and is left out")
    return found


def measure(calls, seconds=0.02):
    """Microseconds of each call: the median of ROUNDS, the calls one after the other in each."""
    timers = {name: timeit.Timer(call, timer=time.thread_time) for name, call in calls.items()}
    numbers = {}
    for name, timer in timers.items():
        timer.timeit(5)  # caches, and what is learned on the first call
        numbers[name] = max(1, int(seconds / max(timer.timeit(5) / 5, 1e-7)))
    rounds = {name: [] for name in timers}
    for _ in range(ROUNDS):
        for name, timer in timers.items():
            rounds[name].append(timer.timeit(numbers[name]) / numbers[name])
    return {name: statistics.median(values) * 1e6 for name, values in rounds.items()}


def show(title, times):
    ours = times["lanyard"]
    print(f"{title:<24}" + "".join(
        f"{times[name]:>10.2f} {times[name] / ours:>5.1f}x" if name in times else f"{'-':>17}"
        for name in MODULES.values()))
    return times


def hmac_rows(modules):
    token = modules["PyJWT"].encode(CLAIMS, SECRET, algorithm="HS256")
    return (
        show("HS256 encode", measure({name: lambda m=module: m.encode(CLAIMS, SECRET,
                                                                      algorithm="HS256")
                                      for name, module in modules.items()})),
        show("HS256 decode", measure({name: lambda m=module: m.decode(token, SECRET,
                                                                      algorithms=["HS256"])
                                      for name, module in modules.items()})),
    )


def prepared(module, alg, pem):
    """The key as that module wants it prepared, or the text where there is no way to."""
    try:
        return module.get_algorithm_by_name(alg).prepare_key(pem)
    except AttributeError:
        return pem


def engine_row(alg):
    """Microseconds of lanyard_verify() called from C, and the length of the token."""
    told = subprocess.run([BENCH, "--quick", "--json", "--op", "verify", "--alg", alg], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    row, = (row for row in json.loads(told)["rows"] if row["alg"] == alg)
    return row["ns"] / 1e3, row["text_len"]


def public_row(modules, alg):
    """Decoding with a prepared key; and what verifying takes in C, and through lanyard.Verifier."""
    pair = lanyard.Key.generate(alg)
    token = modules["PyJWT"].encode(C_CLAIMS, pair.to_pem(private=True), algorithm=alg,
                                    headers={"kid": pair.kid or pair.thumbprint()})
    verifier = lanyard.Verifier(lanyard.Policy(alg, issuers=ISSUER, audiences=AUDIENCE),
                                lanyard.Key(pair.to_pem()))
    calls = {name: lambda m=module, k=prepared(module, alg, pair.to_pem()): m.decode(
        token, k, algorithms=[alg], audience=AUDIENCE, issuer=ISSUER)
        for name, module in modules.items()}
    calls["Verifier"] = lambda: verifier.verify(token, now=NOW)
    before, length = engine_row(alg)
    if length != len(token):
        sys.exit(f"lanyard-bench verifies {length} bytes of {alg}, and we {len(token)}")
    times = measure(calls, 0.05)
    # The lesser of the two: where the machine was slower for one of them, it does not count for us.
    times["engine"] = min(before, engine_row(alg)[0])
    show(f"{alg} decode", times)
    print(f"{'':<24}{times['lanyard'] - times['engine']:>10.2f} over lanyard_verify() in C, "
          f"{times['engine']:.2f}; lanyard.Verifier.verify() {times['Verifier']:.2f}")
    return times


def import_time(module):
    """Milliseconds of processor time of importing it in a new interpreter, over an empty one's."""
    def least(code):
        taken = []
        for _ in range(9):
            before = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
            subprocess.run([sys.executable, "-c", code], check=True)
            taken.append(sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]) - before)
        return min(taken)
    return (least(f"import {module}") - least("pass")) * 1e3


def main():
    warnings.simplefilter("ignore")
    modules = load()
    libcrypto = importlib.import_module("cryptography.hazmat.backends.openssl.backend").backend
    print(f"CPython {platform.python_version()}, " + ", ".join(
        f"{name} {importlib.metadata.version(name) if name != 'lanyard' else lanyard.__version__}"
        for name in modules) + f"; PyJWT on {libcrypto.openssl_version_text()}")
    print(f"{'microseconds a call':<24}" + "".join(f"{name:>17}" for name in MODULES.values()))
    encode, decode = hmac_rows(modules)
    public = {alg: public_row(modules, alg) for alg in ("RS256", "ES256", "EdDSA")}
    imports = {name: import_time(module) for module, name in MODULES.items()
               if name in ("lanyard", "PyJWT")}
    print(f"{'import, milliseconds':<24}{imports['lanyard']:>10.1f}       {imports['PyJWT']:>10.1f}")
    targets = {
        "HS256 encode at least 5x PyJWT": encode["PyJWT"] >= 5 * encode["lanyard"],
        "HS256 decode at least 5x PyJWT": decode["PyJWT"] >= 5 * decode["lanyard"],
        "import below PyJWT's": imports["lanyard"] < imports["PyJWT"],
    }
    if "pyjwt-rs" in modules:
        targets["HS256 ahead of pyjwt-rs"] = (encode["pyjwt-rs"] > encode["lanyard"]
                                              and decode["pyjwt-rs"] > decode["lanyard"])
    for alg, times in public.items():
        targets[f"{alg} at most 4 us over the engine"] = times["lanyard"] - times["engine"] <= 4
    for target, is_met in targets.items():
        print(f"{'met' if is_met else 'MISSED':<7} {target}")
    return 0 if all(targets.values()) else 1


sys.exit(main())
