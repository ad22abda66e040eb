"""Calls with generated arguments, made of both modules: PyJWT's jwt and ours.

A Case is a function of a module and says what it is called with; call() runs it and gives the
outcome as comparable data: the result or the exception's class and text, and the warnings.
"""

from __future__ import annotations

import base64
import datetime
import enum
import hashlib
import hmac
import json
import random
import time
import warnings
from decimal import Decimal

from keys import ALGS, FITTING, KEYS, NAMES, SECRETS, form, public_of

NOW = int(time.time())


class Color(str, enum.Enum):
    RED = "red"


class Number(enum.IntEnum):
    ONE = 1


class Encoder(json.JSONEncoder):
    def default(self, o):
        return f"<{type(o).__name__}>"


class Once:
    """An argument that is used up: each call gets an iterator of its own."""

    def __init__(self, *names):
        self.names = names

    def __repr__(self):
        return f"iter({list(self.names)})"


def fresh(value):
    return iter(value.names) if isinstance(value, Once) else value


class Case:
    """kind: which function; run: calls it on a module; text: the arguments, to be printed.

    parts: cases that this one is made of. It may differ when the parts that do may.
    instead: the same without what PyJWT stumbles over, or None. Where PyJWT does, what it makes of
    this one is what we must make of the other.
    """

    def __init__(self, kind, run, text, parts=(), instead=None):
        self.kind, self.run, self.text, self.parts = kind, run, text, parts
        self.instead = instead


def plain(value):
    """A result without what differs by identity."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float) and value != value:
        return "nan"
    if hasattr(value, "private_bytes") or hasattr(value, "public_bytes"):
        return key_text(value)
    if type(value).__name__ == "PyJWK":
        return ["PyJWK", value.algorithm_name, value.key_type, value.key_id, value.public_key_use,
                plain(value.key)]
    return value


def key_text(key):
    from cryptography.hazmat.primitives import serialization as s

    if hasattr(key, "private_bytes"):
        return key.private_bytes(s.Encoding.DER, s.PrivateFormat.PKCS8, s.NoEncryption()).hex()
    return key.public_bytes(s.Encoding.DER, s.PublicFormat.SubjectPublicKeyInfo).hex()


def call(case, module):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            outcome = ["returns", plain(case.run(module))]
        except RecursionError:
            outcome = ["raises", "RecursionError", ""]
        except Exception as error:
            outcome = ["raises", type(error).__name__, str(error)]
    return outcome + [[f"{w.category.__name__}: {w.message}" for w in seen]]


def shown(outcome):
    """One line, for regular expressions and for eyes."""
    if outcome[0] == "returns":
        text = f"returns {type(outcome[1]).__name__} {outcome[1]!r}"
    else:
        text = f"{outcome[1]}: {outcome[2]}"
    return text.replace("\n", " ") + "".join(f" | {warning}" for warning in outcome[-1])


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Generator:
    """Cases from a seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, *choices):
        return self.random.choice(choices)

    def chance(self, part):
        return self.random.random() < part

    def text(self):
        return self.pick("", "a", "ada", "urn:x", "é", "\U0001f600", "a\"b\\c\n", "\x7f", "/",
                         "x" * 40, "\ud800")

    def number(self):
        return self.pick(0, 1, -1, 2**31, 2**63, 10**30, 1.0, 1.5, -0.0, 1e22, 1e-7,
                         float("nan"), float("inf"), True, NOW + 500)

    def value(self, depth=0):
        kind = self.random.randrange(12 if depth < 3 else 6)
        if kind < 2:
            return self.text()
        if kind < 4:
            return self.number()
        if kind < 6:
            return self.pick(None, True, False, Color.RED, Number.ONE)
        if kind < 8:
            return [self.value(depth + 1) for _ in range(self.random.randrange(4))]
        if kind < 9:
            return tuple(self.value(depth + 1) for _ in range(self.random.randrange(3)))
        if kind < 11:
            return {self.text(): self.value(depth + 1) for _ in range(self.random.randrange(4))}
        return self.pick(Decimal("1.5"), {1, 2}, b"x", {1: 2}, {None: 1, True: 2, 1.5: 3},
                         datetime.datetime(2030, 1, 1), object)

    def when(self):
        return self.pick(NOW + 1000, NOW - 1000, NOW + 100000, str(NOW + 1000), float(NOW + 1000.5),
                         "x", None, [], {}, True, "", 1e999, float("nan"), 10**400, "1.5", -1, 0,
                         datetime.datetime(2031, 1, 2, 3, 4, 5, 6),
                         datetime.datetime(2031, 1, 2, tzinfo=datetime.timezone.utc),
                         datetime.datetime(2031, 1, 2, tzinfo=datetime.timezone(
                             datetime.timedelta(hours=2))), datetime.date(2031, 1, 1))

    def claims(self):
        claims = {}
        for name in ("exp", "nbf", "iat"):
            if self.chance(0.3):
                claims[name] = NOW + 1000 if name == "exp" and self.chance(0.6) else self.when()
        for name in ("iss", "sub", "jti"):
            if self.chance(0.3):
                claims[name] = self.pick("me", "me", "you", "", None, 5, ["me"])
        if self.chance(0.3):
            claims["aud"] = self.pick("me", "me", ["me", "you"], [], "", None, ["me", 5], 5, {},
                                      {"me": 1}, [[]])
        for _ in range(self.random.randrange(3)):
            claims[self.text()] = self.value()
        return claims

    def headers(self):
        if self.chance(0.5):
            return None
        headers = {}
        for name, values in (("kid", ("a", "", None, 5)), ("typ", (None, "", "at+jwt", 0, 7)),
                             ("alg", ("HS256", "", None, "none", "RS256", "XX")),
                             ("b64", (True, False, None, 0)),
                             ("crit", (["b64"], [], "b64", ["x"], [5], None)), ("x", (1, "é"))):
            if self.chance(0.25):
                headers[name] = self.pick(*values)
        return headers

    def key_for(self, alg, is_private):
        """Mostly one that fits."""
        if alg in ("HS256", "HS384", "HS512") and self.chance(0.9) or self.chance(0.05):
            return self.random.choice(SECRETS)
        if alg == "none" and self.chance(0.8):
            return self.pick(None, "", "x")
        name = FITTING.get(alg, "rsa") if self.chance(0.8) else self.random.choice(NAMES)
        kind = self.pick("pem", "pem", "object", "pkcs1", "ssh", "encrypted", "der")
        private = is_private if self.chance(0.9) else not is_private
        key = form(getattr(KEYS, name), private, kind)
        if isinstance(key, bytes) and kind != "der" and self.chance(0.3):
            key = key.decode()
        if isinstance(key, bytes) and self.chance(0.05):
            key = key.replace(b"A", b"!", 1)
        return key

    def case(self):
        makers = (self.encode, self.decode, self.decode, self.decode, self.jws_encode,
                  self.jws_decode, self.jwk, self.jwk_set, self.prepare, self.util, self.header,
                  self.registered)
        return self.random.choice(makers)()

    def encode(self):
        alg = self.random.choice(ALGS) if self.chance(0.5) else "HS256"
        payload = self.claims() if self.chance(0.95) else self.pick(None, "x", [1], b"{}")
        options = {}
        if self.chance(0.6):
            options["headers"] = self.headers()
        if self.chance(0.2):
            options["json_encoder"] = Encoder
        if self.chance(0.2):
            options["sort_headers"] = False
        if self.chance(0.8):
            options["algorithm"] = alg if self.chance(0.95) else None
        key = self.key_for(alg if "algorithm" in options else "HS256", True)
        return Case("encode", lambda m: fixed(m, m.encode(payload, key, **options)),
                    f"encode({payload!r}, {short(key)}, {options!r})")

    def jws_encode(self):
        alg = self.pick("HS256", "HS512", "none", "EdDSA", "RS256", "hs256")
        key = self.key_for(alg, True)
        headers = self.headers()
        detached = self.chance(0.3)
        payload = self.pick(b"", b"x", b"a.b", b"\xff" * 20, "text")
        return Case("jws.encode", lambda m: fixed(m, m.PyJWS().encode(
            payload, key, alg, headers, None, detached)),
            f"PyJWS().encode({payload!r}, {short(key)}, {alg!r}, {headers!r}, None, {detached})")

    def signed(self, header, payload, key=b"k" * 32):
        """A token by hand, its header and payload whatever bytes."""
        head = b64(header) + "." + b64(payload)
        return head + "." + b64(hmac.new(key, head.encode(), hashlib.sha256).digest())

    def raw_json(self):
        return self.pick(
            b"{}", b'{"a":1,"a":2}', b"[]", b"1", b'"x"', b"", b"{", b'{"a":NaN}', b'{"a":1e999}',
            b'{"a":"\\ud800"}', b"\xef\xbb\xbf{}", "{}".encode("utf-16"), "{}".encode("utf-32"),
            b"\xff", b'{"a":' + b"1" * 5000 + b"}", b"[" * 2000, b'{"a":' * 40 + b"1" + b"}" * 40,
            b'{"a":"\x01"}', b' {"a" : 1 } ', b'{"a":-0,"b":-0.0,"c":1E5,"d":1e-320}',
            '{"é":"ü"}'.encode(), b'{"a":\xff}', b"null", b'{"a":123456789012345678901234567890}',
            json.dumps(self.claims(), default=str).encode("utf-8", "surrogatepass"))

    def raw_header(self):
        return self.pick(
            b'{"alg":"HS256"}', b'{"alg":"HS256","typ":"JWT"}', b'{"typ":"JWT"}', b"{}",
            b'{"alg":null}', b'{"alg":5}', b'{"alg":["HS256"]}', b'{"alg":"HS256","alg":"none"}',
            b'{"alg":"none"}', b'{"alg":"HS256","kid":5}', b'{"alg":"HS256","kid":"x"}',
            b'{"alg":"HS256","crit":["b64"]}', b'{"alg":"HS256","crit":["x"],"x":1}',
            b'{"alg":"HS256","b64":false}', b'{"alg":"HS256","b64":false,"crit":["b64"]}',
            b'{"alg":"HS256","b64":true}', b'{"alg":"HS256","b64":true,"crit":["b64"]}',
            b'{"alg":"HS256","b64":0}', b'{"alg":"HS256","crit":[]}', b'{"alg":"HS256","crit":null}',
            b'{"alg":"HS256","b64":null,"crit":["b64"]}', b'{"alg":"HS256","typ":5}',
            b'{"alg":""}', b'{"alg":"HS"}', b'{"alg":"HS256","x":1e999}',
            b'{"alg":"HS256","crit":["b64","b64"],"b64":false}', b"\xef\xbb\xbf" + b'{"alg":"HS256"}',
            b'{"alg":"HS256","jwk":{"kty":"oct","k":"AA"}}', self.raw_json())

    def mutated(self, token):
        kind = self.random.randrange(12)
        at = self.random.randrange(len(token) + 1)
        if kind == 0:
            return token[:at] + self.pick(".", "=", "!", "+", "/", " ", "\n", "é", "A") + token[at:]
        if kind == 1:
            return token[:at] + token[at + 1:]
        if kind == 2:
            return token + self.pick("=", "==", "\n", ".", ".x", "A", " ")
        if kind == 3:
            return " " + token
        if kind == 4:
            return ".".join(part + "=" * (-len(part) % 4) for part in token.split("."))
        if kind == 5:
            return token.encode()
        if kind == 6:
            return self.pick("", ".", "..", "...", "a", "a.b", None, 5, bytearray(b"a.b.c"),
                             "\ud800.a.b", [token])
        if kind == 7:
            return token.rsplit(".", 1)[0] + "."
        return token

    def token(self):
        """A token, and the key that verifies it."""
        if self.chance(0.4):
            return self.signed(self.raw_header(), self.raw_json()), "k" * 32
        alg = self.random.choice(ALGS[:15])
        if alg.startswith("HS"):
            key = other = self.pick("k" * 64, b"k" * 64, "secret")
        else:
            private = getattr(KEYS, FITTING[alg])
            key = private
            other = form(private, self.chance(0.1), self.pick("pem", "object", "ssh", "pkcs1"))
        import jwt

        claims = json.loads(json.dumps(self.claims(), default=lambda v: NOW + 1000, skipkeys=True))
        if not isinstance(claims.get("iss", ""), str):
            del claims["iss"]
        headers = self.pick(None, None, {"kid": "x"}, {"typ": "at+jwt"})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return jwt.encode(claims, key, algorithm=alg, headers=headers), other

    def algorithms(self):
        every = [alg for alg in ALGS if alg != "XX"]
        return self.pick(every, every, every, ["HS256"], ("HS256", "RS256"), "HS256", [], None,
                         {"HS256": 1}, {"HS256", "ES256"}, ["none"], ["hs256"], ["HS256", "none"],
                         Once("HS256", "RS256"))

    def options(self):
        if self.chance(0.6):
            return None
        options = {}
        for name in ("verify_signature", "verify_exp", "verify_nbf", "verify_iat", "verify_aud",
                     "verify_iss", "verify_sub", "verify_jti", "strict_aud",
                     "enforce_minimum_key_length"):
            if self.chance(0.2):
                options[name] = self.chance(0.5)
        if self.chance(0.2):
            options["require"] = self.pick(["exp"], ["iss", "sub"], [], ("aud",), ["x"], {"jti"})
        if self.chance(0.05):
            options["unknown"] = 1
        return options if self.chance(0.97) else self.pick("x", 5, [("verify_exp", False)])

    def checks(self):
        checks = {}
        if self.chance(0.3):
            checks["audience"] = self.pick("me", ["me"], ("you", "me"), {"me"}, [], "", 5, ["other"],
                                           None, [5])
        if self.chance(0.3):
            checks["issuer"] = self.pick("me", ["me"], {"me", "you"}, "", [], 5, "meme", None)
        if self.chance(0.2):
            checks["subject"] = self.pick("me", "", None, 5)
        if self.chance(0.2):
            checks["leeway"] = self.pick(0, 10, 5000, datetime.timedelta(hours=1), 0.5, -10, None)
        if self.chance(0.05):
            checks["detached_payload"] = self.pick(b"x", b"", "x")
        if self.chance(0.03):
            checks["verify"] = self.pick(True, False, None)
        if self.chance(0.02):
            checks["foo"] = 1
        return checks

    def decode(self):
        token, key = self.token()
        if self.chance(0.25):
            token = self.mutated(token)
        if self.chance(0.1):
            key = self.random.choice(SECRETS) if self.chance(0.5) else self.key_for("RS256", False)
        algorithms, options, checks = self.algorithms(), self.options(), self.checks()
        name = self.pick("decode", "decode", "decode", "decode_complete")
        times = self.pick(1, 2)  # the second call goes the straight road
        is_own, made_with = self.chance(0.2), self.options()

        def run(module, key=key):
            caller = module.PyJWT(made_with) if is_own else module
            for _ in range(times - 1):
                try:
                    getattr(caller, name)(token, key, fresh(algorithms))
                except Exception:
                    pass
            return getattr(caller, name)(token, key, fresh(algorithms), options, **checks)

        public = public_of(key)
        return Case(name, run, (f"PyJWT({made_with!r})." if is_own else "") +
                    f"{name}({token!r}, {short(key)}, {algorithms!r}, {options!r}, {checks!r})",
                    instead=public and Case(name, lambda m: run(m, public), ""))

    def registered(self):
        """An algorithm of PyJWT's own classes with another hash, or another curve."""
        kind = self.pick("HMAC", "HMAC", "RSA", "RSAPSS", "EC", "EC")
        hashed = self.pick("sha1", "sha224", "sha256", "sha512", "sha3_256", "blake2s")
        curve = self.pick(None, "SECP256R1", "SECP384R1", "BrainpoolP256R1")
        name = "rsa" if kind.startswith("RSA") else self.pick("p256", "p256", "p384", "brainpool")
        key = self.random.choice(SECRETS) if kind == "HMAC" else getattr(KEYS, name)
        public, is_pem = key, self.chance(0.5)
        if kind != "HMAC":
            public = form(key, False, "pem" if is_pem else "object")
            key = form(key, self.chance(0.9), "pem" if is_pem else "object")

        def run(module):
            if kind == "HMAC":
                own = module.algorithms.HMACAlgorithm(getattr(hashlib, hashed))
            else:
                from cryptography.hazmat.primitives import hashes
                from cryptography.hazmat.primitives.asymmetric import ec

                hash_class = getattr(hashes, hashed.upper(), hashes.SHA256)
                more = (getattr(ec, curve),) if kind == "EC" and curve else ()
                own = getattr(module.algorithms, kind + "Algorithm")(hash_class, *more)
            jws = module.PyJWS()
            jws.register_algorithm("OWN", own)
            token = jws.encode(b"x", key, "OWN")
            seen = [own.compute_hash_digest(b"x"), jws.decode(token, public, ["OWN"])]
            try:
                jws.decode(token[:-6] + "AAAAAA", public, ["OWN"])
            except module.InvalidSignatureError as error:
                seen.append(str(error))
            return seen

        return Case("registered.encode", run, f"{kind}Algorithm({hashed}, {curve}) with {short(key)}")

    def jws_decode(self):
        header = self.raw_header()
        payload = self.pick(b"", b"x", b"{}", b"a.b")
        token = self.signed(header, payload)
        if self.chance(0.4):
            head = b64(header) + "."
            mac = hmac.new(b"k" * 32, head.encode() + payload, hashlib.sha256).digest()
            token = head + "." + b64(mac)
        if self.chance(0.2):
            token = self.mutated(token)
        algorithms, detached = self.algorithms(), self.pick(None, None, payload, b"other")
        options = self.pick(None, None, {}, {"verify_signature": False}, "x",
                            {"enforce_minimum_key_length": True})
        name = self.pick("decode", "decode_complete")
        return Case("jws." + name, lambda m: getattr(m.PyJWS(), name)(
            token, "k" * 32, fresh(algorithms), options, detached_payload=detached),
            f"PyJWS().{name}({token!r}, 'k'*32, {algorithms!r}, {options!r}, {detached!r})")

    def header(self):
        token = self.mutated(self.signed(self.raw_header(), self.raw_json()))
        return Case("header", lambda m: m.get_unverified_header(token),
                    f"get_unverified_header({token!r})")

    def jwk_members(self):
        name = self.random.choice(NAMES + ("oct", "oct"))
        if name == "oct":
            jwk = {"kty": "oct", "k": self.pick("c2VjcmV0", "", "a2s=", "A", 5, None, b64(b"k" * 64))}
        else:
            import jwt

            key = getattr(KEYS, name)
            family = {"rsa": "RSAAlgorithm", "ed": "OKPAlgorithm"}.get(
                name.rstrip("_short0123456789"), "ECAlgorithm")
            jwk = getattr(jwt.algorithms, family).to_jwk(
                key if self.chance(0.5) else key.public_key(), as_dict=True)
        if self.chance(0.5):
            jwk["alg"] = self.pick("HS256", "RS256", "PS256", "ES256", "ES384", "EdDSA", "none", "XX",
                                   "", None, 5)
        if self.chance(0.5):
            jwk["kid"] = self.pick("a", "b", "", None, 5)
        if self.chance(0.5):
            jwk["use"] = self.pick("sig", "enc", None)
        if self.chance(0.3):
            member = self.random.choice(list(jwk))
            change = self.random.randrange(5)
            if change == 0:
                del jwk[member]
            elif change == 1:
                jwk[member] = self.pick(5, None, "", "A", "AAAA", [], "!!!!", "é")
            elif change == 2 and isinstance(jwk[member], str):
                jwk[member] += self.pick("=", "==", "A", "AAAA")
            elif change == 3 and isinstance(jwk[member], str):
                jwk[member] = "AAAA" + jwk[member]
            else:
                jwk["oth"] = []
        return jwk

    def jwk(self):
        jwk = self.jwk_members()
        algorithm = self.pick(None, None, "HS256", "RS256", "ES256", "EdDSA", "XX")
        return Case("jwk", lambda m: m.PyJWK(jwk, algorithm), f"PyJWK({jwk!r}, {algorithm!r})")

    def jwk_set(self):
        keys = [self.jwk_members() if self.chance(0.9) else self.pick(None, 5, "x", {})
                for _ in range(self.random.randrange(4))]
        value = keys if self.chance(0.95) else self.pick(None, "x", {}, 5)
        kid = self.pick("a", "b", "")

        def run(module, value=value):
            made = module.PyJWKSet.from_dict({"keys": value})
            return [made.keys, made[kid]]

        parts = [Case("jwk", lambda m, jwk=jwk: m.PyJWK(jwk), f"PyJWK({jwk!r})")
                 for jwk in value or () if isinstance(jwk, dict)] if value is keys else ()
        # An oct without "k" is a KeyError in the midst of PyJWT's reading of the others; a key of a
        # kind that it does not know is one that it leaves out.
        whole = [{"kty": "XX"} if isinstance(jwk, dict) and jwk.get("kty") == "oct"
                 and "k" not in jwk else jwk for jwk in keys]
        return Case("jwk_set", run, f"PyJWKSet({value!r})[{kid!r}]", parts,
                    Case("jwk_set", lambda m: run(m, whole), "", parts))

    def prepare(self):
        alg = self.random.choice(("HS256", *FITTING, "none"))
        key = self.key_for(alg, self.chance(0.5))
        method = self.pick("prepare_key", "to_jwk", "from_jwk", "check_key_length", "verify", "hash")

        def run(module, key=key):
            algorithm = module.get_algorithm_by_name(alg)
            if method == "from_jwk":
                return algorithm.from_jwk(key)
            if method == "hash":
                return algorithm.compute_hash_digest(b"x")
            prepared = algorithm.prepare_key(key)
            if method == "to_jwk":
                return [algorithm.to_jwk(prepared), algorithm.to_jwk(prepared, as_dict=True)]
            if method == "check_key_length":
                return algorithm.check_key_length(prepared)
            if method == "verify":
                return algorithm.verify(b"x", prepared, b"y" * 64)
            return prepared

        public = public_of(key)
        return Case("algorithm." + method, run, f"{alg}.{method}({short(key)})",
                    instead=public and Case("algorithm." + method, lambda m: run(m, public), ""))

    def util(self):
        name = self.pick("base64url_decode", "base64url_encode", "to_base64url_uint",
                         "from_base64url_uint", "force_bytes", "is_pem_format", "is_ssh_key",
                         "bytes_from_int", "bytes_to_number")
        value = self.pick(b"", b"a", "YQ", b"YQ==", "Y Q", "A", "é", 0, 1, 65537, -1, None, b"ssh-rsa",
                          b"x ssh-rsa", b"-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----",
                          2**70, b"\x00\xff")
        return Case("util." + name, lambda m: getattr(m.utils, name)(value), f"{name}({value!r})")


def fixed(module, token):
    """A token, but of a signature that is different each time only whether it verifies."""
    head, _, signature = token.rpartition(".")
    header = json.loads(base64.urlsafe_b64decode(head.split(".")[0] + "=="))
    is_random = not header.get("alg") or str(header["alg"])[:2] in ("ES", "PS")
    return [head, len(signature)] if is_random else token


def short(key):
    return repr(key) if len(repr(key)) < 70 else repr(key)[:60] + "..."
