"""lanyard.jwt beyond PyJWT's own suite: what callers lean on, and what must not happen."""

import base64
import copy
import datetime
import functools
import hashlib
import hmac
import inspect
import io
import json
import pickle
import subprocess
import sys
import threading
import time
import warnings

import freezegun
import pytest

import jwt
import lanyard
from lanyard.jwt import exceptions

KEY = "k" * 32
UTC = datetime.timezone.utc


def test_drop_in_is_the_very_same_modules():
    import lanyard.jwt.api_jws

    assert jwt is lanyard.jwt
    for name in ("algorithms", "api_jwk", "api_jws", "api_jwt", "exceptions", "jwk_set_cache",
                 "jwks_client", "types", "utils", "warnings"):
        assert sys.modules[f"jwt.{name}"] is sys.modules[f"lanyard.jwt.{name}"]
    assert jwt.encode.__self__._jws is jwt.register_algorithm.__self__


def test_every_name_and_signature_is_pyjwt_s():
    """Names, argument names, order, kinds and defaults, of PyJWT itself in another process."""
    script = r"""
import importlib, inspect, json
def told(function):
    return [[p.name, str(p.kind), "unset" if "object object" in repr(p.default) else repr(p.default)]
            for p in inspect.signature(function).parameters.values()]
def surface():
    found = {}
    for name in ("algorithms", "api_jwk", "api_jws", "api_jwt", "exceptions", "jwk_set_cache",
                 "jwks_client", "types", "utils", "warnings"):
        module = importlib.import_module("jwt." + name)
        for key, value in vars(module).items():
            own = getattr(value, "__module__", "") in (module.__name__, "jwt." + name)
            if key.startswith("_") or not own:
                continue
            if inspect.isclass(value):
                found[name + "." + key] = [b.__name__ for b in value.__bases__
                                           if not b.__name__.startswith("_")]
                for part, function in inspect.getmembers(value, callable):
                    if not part.startswith("_") or part == "__init__" and \
                            inspect.isfunction(function):
                        if not issubclass(value, (dict, Exception)):
                            found[f"{name}.{key}.{part}"] = told(function)
            elif callable(value):
                found[name + "." + key] = told(value)
    found["__all__"] = importlib.import_module("jwt").__all__
    return found
print(json.dumps(surface()))
"""
    theirs = json.loads(subprocess.run([sys.executable, "-I", "-c", script], text=True, check=True,
                                       stdout=subprocess.PIPE).stdout)
    names = {}
    exec(script.replace("print(json", "(json"), names)
    ours = json.loads(json.dumps(names["surface"]()))
    assert set(theirs.pop("__all__")) <= set(ours.pop("__all__"))
    bases = {"algorithms.HMACAlgorithm", "algorithms.RSAAlgorithm", "algorithms.ECAlgorithm",
             "algorithms.OKPAlgorithm"}
    different = {name for name in theirs if theirs[name] != ours.get(name)} - bases
    # The hashes of the algorithms are attributes of classes, not methods.
    assert {name for name in different if not name.rsplit(".", 1)[-1].startswith("SHA")} == set()


@pytest.mark.parametrize("name", [name for name in dir(exceptions) if name.endswith("Error")])
def test_exceptions_pickle_and_take_attributes(name):
    error = getattr(exceptions, name)("text")
    error.jwt_header = {"alg": "HS256"}
    for made in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(made) is type(error) and str(made) == str(error)
        assert made.jwt_header == {"alg": "HS256"}


def test_first_and_second_decode_are_alike():
    jws = jwt.PyJWT()
    token = jws.encode({"a": [1, 2.0, "é", None, {"b": 10**25}], "exp": 2**40}, KEY)
    first = jws.decode(token, KEY, algorithms=["HS256"])
    second = jws.decode(token, KEY, algorithms=["HS256"])
    assert first == second and first is not second
    assert [type(item) for item in first["a"]] == [type(item) for item in second["a"]]
    for times in range(3):
        with pytest.raises(jwt.InvalidSignatureError):
            jws.decode(token[:-4] + "AAAA", KEY, algorithms=["HS256"])
        with pytest.raises(jwt.InvalidAlgorithmError):
            jws.decode(token, KEY, algorithms=["HS384"])
        with pytest.raises(jwt.DecodeError):
            jws.decode(token, KEY)
        with pytest.raises(jwt.MissingRequiredClaimError):
            jws.decode(token, KEY, ["HS256"], {"require": ["iss"]})


@pytest.mark.parametrize("claims", [
    {}, {"a": "b"}, {"a": 'q"\\\n\t\x7f/'}, {"a": "é\U0001f600"}, {"a": [1, -1, 1.5, 1e30, -0.0]},
    {"a": float("nan"), "b": float("inf")}, {"a": True, "b": None}, {1: 2, None: 3}, {"a": (1, 2)},
    {"a": {"b": {"c": [[[]]]}}}, {"a": 2**63, "b": -2**63, "c": 10**40}, {"iss": "me"},
    {"exp": datetime.datetime(2030, 1, 1), "x": 1}, {"a": {"b": datetime.timezone}},
    {"a": [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]},
])
def test_first_and_second_encode_are_alike(claims):
    first, second = jwt.PyJWT(), jwt.PyJWT()
    second.encode({}, KEY)

    def made(maker):
        try:
            return maker.encode(claims, KEY)
        except Exception as error:
            return type(error), str(error)

    assert made(first) == made(second)
    assert made(second) == made(second)


def test_encode_leaves_the_payload_alone():
    at = datetime.datetime(2030, 1, 1, tzinfo=UTC)
    claims = {"exp": at}
    for _ in range(2):
        jwt.encode(claims, KEY)
    assert claims == {"exp": at}


def test_iss_must_be_a_string_both_times():
    for _ in range(2):
        with pytest.raises(TypeError, match="Issuer"):
            jwt.encode({"iss": None}, KEY)
        jwt.encode({}, KEY)


def test_clock_is_datetime_s():
    token = jwt.encode({"exp": 1_800_000_000}, KEY)
    with freezegun.freeze_time(datetime.datetime.fromtimestamp(1_799_999_999, UTC)):
        assert jwt.decode(token, KEY, algorithms=["HS256"])
        assert jwt.decode(token, KEY, algorithms=["HS256"])
    with freezegun.freeze_time(datetime.datetime.fromtimestamp(1_800_000_000, UTC)):
        with pytest.raises(jwt.ExpiredSignatureError):
            jwt.decode(token, KEY, algorithms=["HS256"])


class Backwards(jwt.algorithms.Algorithm):
    """A user's own algorithm."""

    def prepare_key(self, key):
        return key

    def sign(self, msg, key):
        return msg[::-1]

    def verify(self, msg, key, sig):
        return sig == msg[::-1]

    @staticmethod
    def to_jwk(key_obj, as_dict=False):
        raise NotImplementedError

    @staticmethod
    def from_jwk(jwk):
        raise NotImplementedError


def test_own_algorithm_is_used_where_it_is_registered():
    jwt.register_algorithm("BACK", Backwards())
    try:
        token = jwt.encode({"a": 1}, "x", algorithm="BACK")
        assert jwt.decode(token, "x", algorithms=["BACK"]) == {"a": 1}
        with pytest.raises(jwt.InvalidAlgorithmError):
            jwt.PyJWT().decode(token, "x", algorithms=["BACK"])
    finally:
        jwt.unregister_algorithm("BACK")
    with pytest.raises(NotImplementedError):
        jwt.encode({"a": 1}, "x", algorithm="BACK")


def test_replaced_algorithm_takes_the_straight_road_s_place():
    maker = jwt.PyJWT()
    token = maker.encode({"a": 1}, KEY)
    assert maker.decode(token, KEY, algorithms=["HS256"]) == {"a": 1}
    maker._jws.unregister_algorithm("HS256")
    maker._jws.register_algorithm("HS256", Backwards())
    with pytest.raises(jwt.InvalidSignatureError):
        maker.decode(token, KEY, algorithms=["HS256"])
    assert maker.encode({"a": 1}, KEY) != token


def test_subclass_hooks_are_called():
    class Own(jwt.PyJWT):
        def _encode_payload(self, payload, headers=None, json_encoder=None):
            return b'{"own":true}'

        def _validate_claims(self, payload, options, **kwargs):
            payload["seen"] = True

    own = Own()
    for _ in range(2):
        assert own.decode(own.encode({}, KEY), KEY, algorithms=["HS256"]) == {"own": True, "seen": True}


def test_key_cache_is_bounded_and_can_be_turned_off():
    before = jwt.key_cache_size()
    try:
        jwt.key_cache_size(4)
        for number in range(20):
            key = f"{number:040}"
            jwt.decode(jwt.encode({}, key), key, algorithms=["HS256"])
        caches = [jwt.encode.__self__._jws._signers, jwt.encode.__self__._jws._verifiers,
                  jwt.algorithms.HMACAlgorithm._cache]
        assert [len(cache._by_str) for cache in caches] == [4, 4, 4]
        assert jwt.key_cache_size(0) == 0
        jwt.decode(jwt.encode({}, KEY), KEY, algorithms=["HS256"])
        assert [len(cache._by_str) for cache in caches] == [0, 0, 0]
        with pytest.raises(ValueError):
            jwt.key_cache_size(-1)
    finally:
        jwt.key_cache_size(before)


def test_cached_key_is_found_by_type_and_text():
    token = jwt.encode({}, KEY)
    for key in (KEY, KEY.encode(), KEY, KEY.encode()):
        assert jwt.decode(token, key, algorithms=["HS256"]) == {}
    with pytest.raises(jwt.InvalidKeyError):
        jwt.decode(token, lanyard.Key.generate("RS256").to_pem(), algorithms=["HS256"])


def test_keys_of_the_engine_are_taken_as_they_are():
    for alg in ("HS256", "RS256", "PS256", "ES256", "EdDSA"):
        key = lanyard.Key.generate(alg)
        public = key if alg == "HS256" else lanyard.Key(key.to_jwk())
        token = jwt.encode({"a": 1}, key, algorithm=alg)
        for _ in range(2):
            assert jwt.decode(token, public, algorithms=[alg]) == {"a": 1}


def test_pyjwk_that_was_changed_verifies_with_what_it_holds_now():
    first = jwt.PyJWK({"kty": "oct", "k": "a2tr" * 11, "alg": "HS256"})
    token = jwt.encode({"a": 1}, first)
    for _ in range(3):
        assert jwt.decode(token, first) == {"a": 1}
        assert jwt.decode(token, first, algorithms=["HS256", "HS512"]) == {"a": 1}
        with pytest.raises(jwt.InvalidAlgorithmError):
            jwt.decode(token, first, algorithms=["HS512"])
    first.key = b"x" * 32
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, first)
    second = jwt.PyJWK({"kty": "oct", "k": "a2tr" * 11, "alg": "HS256"})
    assert jwt.decode(token, second) == {"a": 1}
    second.algorithm_name = "HS512"
    with pytest.raises(jwt.InvalidAlgorithmError):
        jwt.decode(token, second, algorithms=["HS256", "HS512"])


def test_key_that_was_set_verifies_for_nobody_else():
    """Neither for another PyJWK whose key was set, nor for None."""
    first, second = (jwt.PyJWK({"kty": "oct", "k": "a2tr" * 11, "alg": "HS256"}) for _ in range(2))
    first.key, second.key = b"x" * 32, b"y" * 32
    token = jwt.encode({"a": 1}, b"x" * 32)
    for _ in range(2):
        assert jwt.decode(token, first) == {"a": 1}
        with pytest.raises(jwt.InvalidSignatureError):
            jwt.decode(token, second)
        with pytest.raises(TypeError):
            jwt.decode(token, None, algorithms=["HS256"])


def test_options_of_an_object_do_not_turn_the_signature_off():
    """Only the call itself may."""
    lax = jwt.PyJWT(options={"verify_signature": False})
    token = jwt.encode({"a": 1, "exp": 1}, KEY)
    for _ in range(2):
        with pytest.raises(jwt.DecodeError, match="algorithms"):
            lax.decode(token)
        with pytest.raises(jwt.InvalidSignatureError):
            lax.decode(token[:-4] + "AAAA", KEY, algorithms=["HS256"])
        assert lax.decode(token, KEY, algorithms=["HS256"])["exp"] == 1
    assert lax.decode(token, options={"verify_signature": False})["a"] == 1


def test_required_claims_hook_is_always_called():
    class Own(jwt.PyJWT):
        def _validate_required_claims(self, payload, claims):
            super()._validate_required_claims(payload, [*claims, "tenant"])

    token = jwt.encode({"a": 1}, KEY)
    with pytest.raises(jwt.MissingRequiredClaimError, match="tenant"):
        Own().decode(token, KEY, algorithms=["HS256"])
    with pytest.raises(TypeError):
        jwt.decode(token, KEY, algorithms=["HS256"], options={"require": None})


@pytest.mark.parametrize("alg, family, hashed", [
    ("HS256", "HMACAlgorithm", hashlib.sha1), ("HS256", "HMACAlgorithm", hashlib.blake2s),
    ("HS256", "HMACAlgorithm", functools.partial(hashlib.blake2b, digest_size=32)),
    ("RS256", "RSAAlgorithm", "SHA1"), ("PS256", "RSAPSSAlgorithm", "SHA3_256"),
    ("ES256", "ECAlgorithm", "SHA512"), ("ES384", "ECAlgorithm", "SHA384"),
])
def test_own_hashes_sign_and_verify(alg, family, hashed):
    """PyJWT's classes with a hash that the engine does not have, and without the curve."""
    from cryptography.hazmat.primitives import hashes

    hash_alg = getattr(hashes, hashed) if isinstance(hashed, str) else hashed
    jws, pair = jwt.PyJWS(), lanyard.Key.generate(alg)
    own = getattr(jwt.algorithms, family)(hash_alg)
    jws.register_algorithm("OWN", own)
    private, public = (KEY, KEY) if alg == "HS256" else (pair.to_pem(private=True), pair.to_pem())
    token = jws.encode(b"x", private, "OWN")
    assert jws.decode(token, public, ["OWN"]) == jws.decode(token, private, ["OWN"]) == b"x"
    for other in (token[:-6] + "AAAAAA", token.rsplit(".", 1)[0] + "."):
        with pytest.raises(jwt.InvalidSignatureError):
            jws.decode(other, public, ["OWN"])
    digest = own.compute_hash_digest(b"x")
    assert len(digest) == (hash_alg.digest_size if isinstance(hashed, str) else
                           hash_alg().digest_size)
    if alg != "HS256":
        with pytest.raises(jwt.InvalidKeyError):
            jws.encode(b"x", public, "OWN")


def test_subclass_prepares_a_key_once():
    """Of a secret in base64, or of an encrypted PEM: in PyJWT, too, sign() gets what that made."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    class Base64(jwt.algorithms.HMACAlgorithm):
        def prepare_key(self, key):
            return base64.b64decode(super().prepare_key(key))

    secret = base64.b64encode(KEY.encode())
    jws = jwt.PyJWS()
    jws.register_algorithm("B64", Base64(hashlib.sha256))
    for _ in range(2):
        token = jws.encode(b"x", secret, "B64")
        assert jws.decode(token, secret, ["B64"]) == b"x"
        head, _, signature = token.rpartition(".")
        assert jwt.utils.base64url_decode(signature) == hmac.digest(KEY.encode(), head.encode(),
                                                                    "sha256")
        jws.encode(b"x", secret, "HS256")
    for alg in ("RS256", "ES256", "EdDSA"):
        base = type(jwt.get_algorithm_by_name(alg))
        opened = type("Opened", (base,), {
            "prepare_key": lambda self, key: load_pem_private_key(key, b"open sesame")})
        jws.register_algorithm("X" + alg, opened(*([base.SHA256] if alg != "EdDSA" else [])))
        pair = lanyard.Key.generate(alg)
        pem = pair.to_pem(private=True, passphrase="open sesame").encode()
        assert jws.decode(jws.encode(b"x", pem, "X" + alg), pem, ["X" + alg]) == b"x"


def test_objects_are_copied_and_pickled_as_pyjwt_s():
    pair = lanyard.Key.generate("ES256")
    token, signed = jwt.encode({"a": 1}, KEY), jwt.encode({"a": 1}, pair, "ES256")
    secret = jwt.PyJWK({"kty": "oct", "k": jwt.utils.base64url_encode(KEY.encode()).decode()})
    public = jwt.PyJWK(json.loads(pair.to_jwk()))
    caller = jwt.PyJWT()
    assert caller.decode(token, KEY, algorithms=["HS256"]) == {"a": 1}
    assert copy.deepcopy(jwt.PyJWKSet([public._jwk_data])).keys[0].key_type == "EC"
    for copied in (copy.copy, copy.deepcopy, lambda made: pickle.loads(pickle.dumps(made))):
        assert jwt.decode(token, copied(secret)) == {"a": 1}
        assert jwt.decode(signed, copied(public)) == {"a": 1}
        assert copied(caller).decode(token, KEY, algorithms=["HS256"]) == {"a": 1}
        assert copied(jwt.get_algorithm_by_name("ES384")).hash_alg.name == "sha384"
    public.key = pair
    with pytest.raises(TypeError):
        pickle.dumps(public)


class Answers:
    """An opener of urllib that gives a key set, and counts."""

    def __init__(self, *keys):
        self.text, self.count = json.dumps({"keys": keys}), 0

    def __call__(self, *handlers):
        return self

    def open(self, request, timeout):
        self.count += 1
        return io.StringIO(self.text)


def test_client_keeps_what_it_fetched(monkeypatch):
    jwk = json.loads(lanyard.Key.generate("ES256", kid="a").to_jwk())
    answers = Answers(jwk)
    monkeypatch.setattr("urllib.request.build_opener", answers)
    client = jwt.PyJWKClient("https://x.example")
    client.fetch_data()
    assert client.get_signing_key("a") is client.get_signing_key("a") and answers.count == 1
    with pytest.raises(jwt.PyJWKClientError, match='matches: "b"'):
        client.get_signing_key("b")
    assert answers.count == 1  # it has only just asked

    class Parsed(jwt.PyJWKClient):
        def fetch_data(self):
            return jwt.PyJWKSet([jwk])

    class Plain:
        def get(self):
            return {"keys": [jwk]}

    assert Parsed("https://x.example").get_signing_key("a").key_id == "a"
    client.jwk_set_cache = Plain()
    assert client.get_signing_key("a").key_id == "a"


def test_client_fetches_once_for_all_threads(monkeypatch):
    answers = Answers(json.loads(lanyard.Key.generate("ES256", kid="a").to_jwk()))
    slow = answers.open
    answers.open = lambda *args, **kwargs: time.sleep(0.05) or slow(*args, **kwargs)
    monkeypatch.setattr("urllib.request.build_opener", answers)
    client, found = jwt.PyJWKClient("https://x.example"), []
    threads = [threading.Thread(target=lambda: found.append(client.get_signing_key("a").key_id))
               for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["a"] * 8 and answers.count == 1


def test_short_key_warns_where_pyjwt_does():
    """In the frame that PyJWT's own stacklevel ends in, so that it is shown once for each."""
    with pytest.warns(jwt.InsecureKeyLengthWarning) as seen:
        token = jwt.encode({}, "secret")
        jwt.decode(token, "secret", algorithms=["HS256"])
        jwt.PyJWS().decode(token, "secret", ["HS256"])
    assert [warning.filename == __file__ for warning in seen] == [False, False, True]
    assert all("jwt/api_jwt.py" in warning.filename for warning in seen[:2])


def test_public_key_never_verifies_hmac():
    """The oldest trick: sign with the public key as a secret (CVE-2026-102268 and its kin)."""
    pair = lanyard.Key.generate("RS256")
    forms = [pair.to_pem(), pair.to_pem().encode(), pair.to_jwk(), pair.to_der(),
             "\n " + pair.to_pem().replace("\n", "\r\n"), "\ufeff" + pair.to_jwk(),
             lanyard.KeySet([lanyard.Key(pair.to_jwk())]).to_jwks()]
    for form in forms:
        raw = form.encode() if isinstance(form, str) else form
        head = b"eyJhbGciOiJIUzI1NiJ9.e30"
        mac = hmac.new(raw, head, hashlib.sha256).digest()
        token = head + b"." + jwt.utils.base64url_encode(mac)
        with pytest.raises(jwt.InvalidKeyError):
            jwt.decode(token, form, algorithms=["RS256", "HS256"])


def test_no_message_prints_a_key():
    pair = lanyard.Key.generate("ES256")
    jwk = json.loads(pair.to_jwk(private=True))
    said = []
    for attempt in (
            lambda: jwt.PyJWK({**jwk, "alg": "XX"}), lambda: jwt.PyJWK({"k": jwk["d"]}),
            lambda: jwt.PyJWK({**jwk, "kty": "OKP", "crv": None}),
            lambda: jwt.PyJWK({**jwk, "x": jwk["d"]}), lambda: jwt.PyJWK({**jwk, "kty": "RSA"}),
            lambda: jwt.encode({}, pair.to_jwk(private=True)),
            lambda: jwt.encode({}, pair.to_pem(private=True)),
            lambda: jwt.encode({}, pair.to_pem(private=True), "RS256"),
            lambda: jwt.encode({}, jwk["d"], "EdDSA"), lambda: jwt.encode({}, jwk["d"], "ES256")):
        with pytest.raises(jwt.PyJWTError) as caught:
            attempt()
        error = caught.value
        while error is not None:
            said.append(str(error) + repr(error))
            error = error.__cause__
    body = pair.to_pem(private=True).split("\n")[1]
    assert not [text for text in said if jwk["d"] in text or body in text]


def test_short_keys_warn_every_time():
    for _ in range(3):
        with pytest.warns(jwt.InsecureKeyLengthWarning, match="below"):
            token = jwt.encode({}, "secret")
        with pytest.warns(jwt.InsecureKeyLengthWarning, match="below"):
            jwt.decode(token, "secret", algorithms=["HS256"])


def test_works_without_cryptography():
    script = """
import sys
sys.modules["cryptography"] = None
import jwt, lanyard
from jwt.algorithms import has_crypto, RSAAlgorithm, ECAlgorithm, OKPAlgorithm, AllowedRSAKeys
assert has_crypto and AllowedRSAKeys is lanyard.Key
for alg in ("RS256", "PS384", "ES256", "ES384", "ES512", "ES256K", "EdDSA"):
    pair = lanyard.Key.generate("Ed25519" if alg == "EdDSA" else alg)
    token = jwt.encode({"a": 1}, pair.to_pem(private=True), alg)
    for _ in range(2):
        assert jwt.decode(token, pair.to_pem(), algorithms=[alg]) == {"a": 1}
    algorithm = jwt.get_algorithm_by_name(alg)
    prepared = algorithm.prepare_key(pair.to_pem())
    assert isinstance(prepared, lanyard.Key) and algorithm.prepare_key(prepared) is prepared
    made = algorithm.from_jwk(algorithm.to_jwk(prepared))
    assert jwt.decode(token, made, algorithms=[alg]) == {"a": 1}
    jwk = jwt.PyJWK(dict(algorithm.to_jwk(prepared, as_dict=True), alg=alg))
    assert jwt.decode(token, jwk) == {"a": 1}
    assert jwk.Algorithm.verify(*[token.rsplit(".", 1)[0].encode(), jwk.key,
                                  jwt.utils.base64url_decode(token.rsplit(".", 1)[1])])
    for text in ("garbage", "-----BEGIN PUBLIC KEY-----\\nAA==\\n-----END PUBLIC KEY-----"):
        try:
            jwt.decode(token, text, algorithms=[alg])
        except jwt.InvalidKeyError:
            continue
        raise AssertionError(alg)
assert RSAAlgorithm.SHA256(b"").hexdigest().startswith("e3b0")
assert "cryptography.hazmat" not in " ".join(sys.modules)
"""
    subprocess.run([sys.executable, "-W", "error", "-c", script], check=True)


def test_importing_does_not_import_cryptography():
    script = "import sys, jwt; print([name for name in sys.modules if name.startswith('crypto')])"
    assert subprocess.run([sys.executable, "-c", script], text=True, stdout=subprocess.PIPE,
                          check=True).stdout == "[]\n"


def test_help_tells_the_versions():
    told = json.loads(subprocess.run([sys.executable, "-m", "jwt.help"], text=True, check=True,
                                     stdout=subprocess.PIPE).stdout)
    assert told["pyjwt"]["version"] == jwt.__version__
    assert told["lanyard"]["version"] == lanyard.__version__


def undocumented(module):
    """Public functions, classes, their methods and properties without a word about them."""
    for name, value in vars(module).items():
        is_ours = getattr(value, "__module__", "").startswith("lanyard")
        if name.startswith("_") or not is_ours or not (inspect.isclass(value)
                                                       or inspect.isroutine(value)):
            continue
        if not inspect.getdoc(value):
            yield name
        for part, inner in vars(value).items() if inspect.isclass(value) else ():
            is_told = inspect.isroutine(inner) or isinstance(inner, (property, classmethod,
                                                                     staticmethod))
            if is_told and not part.startswith("_") and not inspect.getdoc(getattr(value, part)):
                yield f"{name}.{part}"


def test_everything_is_documented():
    import lanyard.client

    told = {module.__name__: sorted(undocumented(module)) for module in (
        lanyard, lanyard.client, lanyard.errors, jwt, jwt.algorithms, jwt.api_jwk, jwt.api_jws,
        jwt.api_jwt, jwt.exceptions, jwt.jwk_set_cache, jwt.jwks_client, jwt.utils)}
    assert not any(told.values()), told
