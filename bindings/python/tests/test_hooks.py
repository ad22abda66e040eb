"""What callers put in the place of PyJWT's own names and methods takes effect on every call."""

import abc
import collections
import json
import sys
import warnings
from unittest import mock

import pytest

import jwt
import lanyard
from lanyard.jwt import _keys

KEY = "k" * 32


def test_patched_names_are_what_is_called():
    with mock.patch("jwt.decode", return_value={"x": 1}):
        assert jwt.decode("") == {"x": 1}
    with mock.patch("jwt.PyJWKClient.get_signing_key_from_jwt", return_value=5):
        assert jwt.PyJWKClient("https://x.example").get_signing_key_from_jwt("t") == 5
    with mock.patch("jwt.api_jwt.json.loads", side_effect=lambda *args: {"alg": "HS256"}):
        token = "e30.e30." + "A" * 43
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert jwt.get_unverified_header(token) == {"alg": "HS256"}
    assert _keys.has_cryptography()


class Seen(Exception):
    """What a replaced method raises."""


def seen(*args, **kwargs):
    raise Seen


PAIR = lanyard.Key.generate("ES256")
PATCHED = [
    (name, method) for name, methods in {
        "encode": ("PyJWT._encode_payload", "PyJWS.encode", "PyJWS.get_algorithm_by_name",
                   "HMACAlgorithm.sign", "HMACAlgorithm.prepare_key",
                   "HMACAlgorithm.check_key_length"),
        "decode": ("PyJWT.decode_complete", "PyJWT._decode_payload", "PyJWT._merge_options",
                   "PyJWT._validate_claims", "PyJWT._validate_required_claims",
                   "PyJWT._validate_iss", "PyJWT._validate_aud", "PyJWS.decode_complete", "PyJWS._load",
                   "PyJWS._verify_signature", "PyJWS._decode_base64url_segment",
                   "PyJWS._validate_headers", "PyJWS.get_algorithm_by_name",
                   "HMACAlgorithm.verify", "HMACAlgorithm.prepare_key",
                   "HMACAlgorithm.check_key_length"),
    }.items() for method in methods]


def calls_of(maker):
    token = maker.encode({"a": 1}, KEY)
    calls = {"encode": lambda: maker.encode({"a": 1}, KEY),
             "decode": lambda: maker.decode(token, KEY, algorithms=["HS256"])}
    for call in calls.values():
        call(), call()  # the straight road is learned, and taken
    return calls


@pytest.mark.parametrize("name, method", PATCHED)
def test_patched_method_is_called_after_the_first_call_too(name, method):
    """And what was there before it, when the patch is over."""
    owner, attribute = method.split(".")
    call, cls = calls_of(jwt.PyJWT())[name], getattr(jwt, owner, None) or jwt.algorithms.HMACAlgorithm
    before = call()
    for _ in range(2):
        with mock.patch.object(cls, attribute, seen), pytest.raises(Seen):
            call()
        assert call() == before


@pytest.mark.parametrize("name, method", PATCHED)
def test_patched_method_of_one_object_is_called(name, method):
    owner, attribute = method.split(".")
    maker = jwt.PyJWT()
    call, other = calls_of(maker)[name], calls_of(jwt.PyJWT())[name]
    where = {"PyJWT": maker, "PyJWS": maker._jws}.get(owner) \
        or maker._jws.get_algorithm_by_name("HS256")
    before = call()
    for _ in range(2):
        with mock.patch.object(where, attribute, seen):
            with pytest.raises(Seen):
                call()
            assert other()
        assert call() == before


@pytest.mark.parametrize("patched", ["class", "object"])
def test_patched_algorithm_of_a_pyjwk_is_called(patched):
    key = jwt.PyJWK.from_json(PAIR.to_jwk())
    token = jwt.encode({"a": 1}, PAIR.to_pem(private=True), "ES256")
    for _ in range(2):
        assert jwt.decode(token, key) == {"a": 1}
    with mock.patch.object(key.Algorithm if patched == "object" else type(key.Algorithm), "verify",
                           return_value=False), pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, key)
    assert jwt.decode(token, key) == {"a": 1}


def test_json_is_what_reads_and_writes_when_it_is_patched():
    calls = calls_of(jwt.PyJWT())
    with mock.patch("json.dumps", seen), pytest.raises(Seen):
        calls["encode"]()
    with mock.patch("json.loads", seen), pytest.raises(Seen):
        calls["decode"]()


@pytest.mark.parametrize("algorithms", [
    lambda: iter(["HS256"]), lambda: (name for name in ["HS384", "HS256"]),
    lambda: {"HS256": 1}.keys(), lambda: collections.deque(["HS256"]),
])
def test_algorithms_are_looked_through_once(algorithms):
    """An iterator has nothing left for a second look."""
    maker = jwt.PyJWT()
    token = maker.encode({"a": 1}, KEY)
    for _ in range(3):
        assert maker.decode(token, KEY, algorithms=algorithms()) == {"a": 1}
        with pytest.raises(jwt.InvalidSignatureError):
            maker.decode(token[:-4] + "AAAA", KEY, algorithms=algorithms())


def test_subclass_may_be_abstract():
    class Own(jwt.PyJWT, abc.ABC):
        @abc.abstractmethod
        def tell(self):
            """To be written."""

    with pytest.raises(TypeError):
        Own()


def test_straight_road_is_taken():
    """Or all of the above says nothing: there is one, and nothing of PyJWT's is called on it."""
    calls = calls_of(jwt.PyJWT())
    seen_names = set()

    def profile(frame, event, arg):
        seen_names.add(frame.f_code.co_name if event == "call" else getattr(arg, "__name__", ""))

    sys.setprofile(profile)
    try:
        for call in calls.values():
            call()
    finally:
        sys.setprofile(None)
    assert {"sign_claims", "claims"} <= seen_names
    assert not {"_load", "_encode_payload", "_verify_signature", "dumps", "loads"} & seen_names
