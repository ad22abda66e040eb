"""Arbitrary objects at every argument: an exception at worst, and never a wrong acceptance."""

import datetime
import os

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
ALLOWED = (lanyard.Error, TypeError, ValueError, OverflowError, AttributeError, MemoryError)


def attempt(function, *args, **kwargs):
    """The result, or None after an exception of the kinds that Python's own calls raise."""
    try:
        return function(*args, **kwargs)
    except ALLOWED:
        return None


CALLS = {
    "Key": (lanyard.Key, 1, ("format", "alg", "kid", "passphrase", "allow_short")),
    "Key.secret": (lanyard.Key.secret, 1, ("alg", "kid", "allow_short")),
    "KeySet": (lanyard.KeySet, 1, ("alg", "passphrase", "allow_short")),
    "Policy": (lanyard.Policy, 1, ("issuers", "audiences", "subject", "typ", "required", "leeway",
                                   "max_age", "allow", "token_len", "json_depth")),
    "Policy.read": (lanyard.Policy.read, 1, ()),
    "Verifier": (lanyard.Verifier, 2, ()),
    "Issuer": (lanyard.Issuer, 1, ("alg", "typ", "header", "kid", "iss", "sub", "aud", "lifetime",
                                   "nbf", "jti")),
    "issue": (lanyard.Issuer(KEY).issue, 1, ("now",)),
    "sign_bytes": (lanyard.sign_bytes, 3, ()),
    "check_bytes": (lanyard.check_bytes, 4, ()),
    "peek": (lanyard.peek, 1, ()),
    "explain": (lanyard.Verifier(POLICY, KEY).explain, 1, ("now",)),
    "find": (lanyard.KeySet([KEY]).find, 1, ()),
    "fits": (KEY.fits, 1, ()),
    "to_pem": (PAIR.to_pem, 0, ("private", "passphrase")),
    "thumbprint": (PAIR.thumbprint, 0, ("bits", "uri")),
    "json_loads": (lanyard._core.json_loads, 1, ()),
    "Jws": (lanyard._core.Jws, 3, ()),
    "Jws.claims": (lanyard._core.Jws(KEY, "HS256", "{}").claims, 1, ()),
    "Jws.sign": (lanyard._core.Jws(KEY, "HS256", '{"alg":"HS256"}').sign, 1, ()),
    "Jws.sign_claims": (lanyard._core.Jws(KEY, "HS256", '{"alg":"HS256"}').sign_claims, 1, ()),
}


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
    except (jwt.PyJWTError, *ALLOWED, LookupError):
        return
    if not (isinstance(options, dict) and options.get("verify_signature") is False):
        assert token in (TOKEN, TOKEN.encode()) and key is KEY and claims == {"sub": "ada"}


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
