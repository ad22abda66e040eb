"""Arbitrary objects at every argument: an exception at worst, and never a wrong acceptance."""

import ast
import datetime
import os
import pathlib

import hypothesis
import hypothesis.strategies as st
import pytest

import jwt
import lanyard

EXAMPLES = {"check": 60, "asan": 300}.get(os.environ.get("LANYARD_LEVEL", "check"), 1500)
SETTINGS = hypothesis.settings(max_examples=EXAMPLES, deadline=None, database=None,
                               suppress_health_check=list(hypothesis.HealthCheck))
KEY = lanyard.Key.secret(b"k" * 32, alg="HS256")
PAIR = lanyard.Key.generate("ES256", kid="a")
POLICY = lanyard.Policy("HS256 ES256", allow=["no_exp"])
TOKEN = lanyard.issue({"sub": "ada"}, KEY)

plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
things = st.one_of(
    plain, st.lists(plain, max_size=3), st.dictionaries(st.text(max_size=4), plain, max_size=3),
    st.binary().map(bytearray), st.binary().map(memoryview), st.sets(st.integers(), max_size=3),
    st.timedeltas(), st.datetimes(timezones=st.just(datetime.timezone.utc)), st.datetimes(),
    st.sampled_from([KEY, PAIR, POLICY, lanyard.KeySet([KEY]), TOKEN, TOKEN.encode(), object(),
                     object, "HS256", "ES256", ["HS256"], "\ud800", "a\0b", "*", "\x00", 2**200,
                     PAIR.to_pem(), PAIR.to_jwk(private=True), "any_typ", 1e300]))
ALLOWED = (lanyard.Error, TypeError, ValueError, OverflowError, AttributeError, MemoryError,
           LookupError)


def attempt(function, *args, **kwargs):
    """The result, or None after an exception of the kinds that Python's own calls raise."""
    try:
        return function(*args, **kwargs)
    except ALLOWED:
        return None


SAMPLES = {
    "Key": PAIR, "KeySet": lanyard.KeySet([KEY]), "Policy": POLICY, "Issuer": lanyard.Issuer(KEY),
    "Verifier": lanyard.Verifier(POLICY, KEY), "Token": lanyard.verify(TOKEN, KEY, POLICY),
    "Jws": lanyard._core.Jws(KEY, "HS256", '{"alg":"HS256"}'),
}


def calls():
    """Whatever the extension can be called with: of the stub, which is held against the binary."""
    tree = ast.parse(pathlib.Path(lanyard.__file__).with_name("_core.pyi").read_text())
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, (getattr(lanyard._core, node.name), *arguments(node))
        elif isinstance(node, ast.ClassDef) and not node.bases:
            yield from methods(node)


def methods(node):
    made = getattr(lanyard._core, node.name)
    for method in node.body:
        if not isinstance(method, ast.FunctionDef):
            continue
        kinds = {decorator.id for decorator in method.decorator_list}
        positional, keywords = arguments(method)
        if method.name == "__new__":
            yield node.name, (made, positional - 1, keywords)
        elif "property" not in kinds:
            place = made if "classmethod" in kinds else SAMPLES[node.name]
            yield f"{node.name}.{method.name}", (getattr(place, method.name), positional - 1, keywords)


def arguments(node):
    return (len(node.args.posonlyargs) + len(node.args.args),
            tuple(name.arg for name in node.args.kwonlyargs))


CALLS = dict(calls())


def test_every_class_has_a_sample():
    assert set(SAMPLES) <= {name.split(".")[0] for name in CALLS} and len(CALLS) > 30


@pytest.mark.parametrize("name", CALLS)
def test_arguments_of_any_kind_are_survived(name):
    function, positional, keywords = CALLS[name]

    @SETTINGS
    @hypothesis.given(st.lists(things, min_size=positional, max_size=positional),
                      st.dictionaries(st.sampled_from(keywords or ("none",)), things, max_size=4))
    def check(args, kwargs):
        attempt(function, *args, **(kwargs if keywords else {}))

    check()


@SETTINGS
@hypothesis.given(things, things)
def test_verify_accepts_only_the_token(token, now):
    made = attempt(lanyard.Verifier(POLICY, KEY).verify, token, now=now)
    if made is not None:
        assert token in (TOKEN, TOKEN.encode()) and made["sub"] == "ada"


@SETTINGS
@hypothesis.given(things, things, things, things)
def test_jwt_decode_accepts_only_what_was_signed(token, key, algorithms, options):
    try:
        claims = jwt.decode(token, key, algorithms, options)
    except (jwt.PyJWTError, *ALLOWED):
        return
    if not (isinstance(options, dict) and options.get("verify_signature") is False):
        assert token in (TOKEN, TOKEN.encode()) and key is KEY and claims == {"sub": "ada"}


@pytest.mark.filterwarnings("ignore")
@SETTINGS
@hypothesis.given(st.sampled_from([jwt.encode, jwt.decode_complete, jwt.PyJWK, jwt.PyJWKSet,
                                   jwt.PyJWT, jwt.PyJWS, jwt.get_unverified_header,
                                   jwt.PyJWS().encode, jwt.PyJWS().decode, jwt.PyJWKClient]),
                  st.lists(things, min_size=1, max_size=5))
def test_jwt_survives_arguments_of_any_kind(function, args):
    try:
        function(*args)
    except (jwt.PyJWTError, NotImplementedError, *ALLOWED):
        return


values = st.recursive(plain.filter(lambda value: not isinstance(value, bytes)),
                      lambda inner: st.lists(inner, max_size=4)
                      | st.dictionaries(st.text(max_size=6), inner, max_size=4), max_leaves=12)


@SETTINGS
@hypothesis.given(st.dictionaries(st.text(max_size=6), values, max_size=5))
def test_claims_come_back_as_json_gives_them(claims):
    import json

    text = json.dumps(claims, separators=(",", ":"))
    signer = lanyard._core.Jws(KEY, "HS256", '{"alg":"HS256"}')
    fast = signer.sign_claims(claims)
    slow = signer.sign(text.encode())
    if fast is not None:
        assert fast == slow
    read = signer.claims(slow)
    if read is not None:
        assert repr(read) == repr(json.loads(text))
