"""The package lanyard: the engine's strictness in Python's manners."""

import base64
import datetime
import json
import math
import pickle

import freezegun
import pytest

import lanyard
from lanyard import errors

NOW = 1_800_000_000
SECRET = lanyard.Key.secret(b"k" * 32, alg="HS256")
UTC = datetime.timezone.utc


def token(claims=None, **defaults):
    defaults.setdefault("lifetime", 900)
    return lanyard.issue(claims, SECRET, now=NOW, **defaults)


def test_issue_writes_the_golden_token():
    key = lanyard.Key.secret("somesuperrandomsecretkeynoonecancrack")
    assert lanyard.issue({"user": "manish"}, key) == (
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyIjoibWFuaXNoIn0."
        "JX4_nxeJAY8lOSrTiyzU43eKt-qEWXtNhkPwfLWanUY")


def test_verify_accepts_until_the_second_of_expiry():
    assert lanyard.verify(token({"sub": "ada"}), SECRET, "HS256", now=NOW + 899)["sub"] == "ada"
    with pytest.raises(errors.ExpiredError) as caught:
        lanyard.verify(token(), SECRET, "HS256", now=NOW + 900)
    assert caught.value.where == "claim:exp"
    assert caught.value.value == NOW + 900
    assert caught.value.failed_claims == ("exp",)


def test_error_has_code_place_and_http():
    with pytest.raises(lanyard.PolicyRefusal) as caught:
        lanyard.verify(token(aud="orders"), SECRET, ["HS256"], now=NOW)
    error = caught.value
    assert (error.code, error.number, error.http) == ("E_AUDIENCE_UNASKED", 2028, 401)
    assert (error.where, error.bearer) == ("claim:aud", "invalid_token")
    assert error.offset > 0
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert (copy.offset, str(copy), copy.failed_claims) == (error.offset, str(error), ("aud",))


@pytest.mark.parametrize("text, name, where, offset", [
    ("", "TokenPartsError", "token", 0),
    ("a.b", "TokenPartsError", "token", 0),
    ("!.e30.AA", "Base64CharError", "header", 0),
])
def test_malformed_tokens_are_refused_by_name(text, name, where, offset):
    with pytest.raises(lanyard.MalformedToken) as caught:
        lanyard.verify(text, SECRET, "HS256")
    assert type(caught.value).__name__ == name
    assert (caught.value.where, caught.value.offset) == (where, offset)


def test_signature_refusal_carries_no_detail():
    with pytest.raises(errors.SignatureError) as caught:
        lanyard.verify(token(), lanyard.Key.secret(b"x" * 32), "HS256", now=NOW)
    assert isinstance(caught.value, lanyard.CryptographyRefusal)
    assert str(caught.value) == "the signature does not match"


def test_policy_takes_lists_and_durations():
    policy = lanyard.Policy(["HS256"], issuers=("a", "b"), audiences="orders", required=["jti"],
                            leeway=datetime.timedelta(seconds=30), max_age=3600, allow=["any_typ"])
    assert json.loads(policy.to_json()) == {
        "algs": ["HS256"], "issuers": ["a", "b"], "audiences": ["orders"], "required": ["jti"],
        "leeway_s": 30, "max_age_s": 3600, "allow": ["any_typ"]}
    assert lanyard.Policy.read(policy.to_json()).to_json() == policy.to_json()


@pytest.mark.parametrize("algs, rules, error", [
    ("", {}, errors.PolicyError),
    ("none", {}, errors.PolicyError),
    ("HS256", {"leeway": 86401}, errors.PolicyError),
    ("HS256", {"leeway": -1}, ValueError),
    ("HS256", {"leeway": "1"}, TypeError),
    ("HS256", {"leeway": 0.5}, ValueError),
    ("HS256", {"leeway": float("nan")}, ValueError),
    ("HS256", {"max_age": 0}, ValueError),
    ("HS256", {"max_age": 0.5}, ValueError),
    ("HS256", {"max_age": 1.5}, ValueError),
    ("HS256", {"max_age": datetime.timedelta(milliseconds=999)}, ValueError),
    ("HS256", {"allow": "everything"}, ValueError),
    ("HS256", {"issuers": [None]}, TypeError),
    ("HS256", {"issuers": ["a\0b"]}, ValueError),
    ("HS256", {"typo": 1}, TypeError),
])
def test_policy_refuses_what_makes_no_sense(algs, rules, error):
    with pytest.raises(error):
        lanyard.Policy(algs, **rules)


def test_verifier_verifies_again_and_again():
    verifier = lanyard.Verifier(lanyard.Policy("HS256"), SECRET)
    for name in ("ada", "bob"):
        assert verifier.verify(token({"sub": name}), now=NOW).claims["sub"] == name


def test_token_reads_like_a_mapping():
    made = lanyard.verify(token({"sub": "ada", "n": [1, 2.5, None, True]}), SECRET, "HS256", now=NOW)
    assert dict(made.claims) == {"sub": "ada", "n": [1, 2.5, None, True], "exp": NOW + 900}
    assert list(made) == ["sub", "n", "exp"] and len(made) == 3 and "sub" in made
    assert made.get("iss") is None and made.get("iss", 5) == 5
    assert made.header == {"alg": "HS256", "typ": "JWT"}
    assert (made.alg, made.key_index) == ("HS256", 0)
    assert made.payload.startswith(b'{"sub":"ada"')
    with pytest.raises(KeyError):
        made["iss"]


def test_times_are_numbers_or_aware():
    at = datetime.datetime.fromtimestamp(NOW, UTC)
    assert lanyard.issue({"exp": at}, SECRET) == lanyard.issue({"exp": NOW}, SECRET)
    assert lanyard.verify(token(), SECRET, "HS256", now=at)
    with pytest.raises(ValueError, match="time zone"):
        lanyard.verify(token(), SECRET, "HS256", now=datetime.datetime(2027, 1, 1))
    with pytest.raises(ValueError, match="time zone"):
        lanyard.issue({"exp": datetime.datetime(2027, 1, 1)}, SECRET)


def test_clock_is_python_s():
    with freezegun.freeze_time(datetime.datetime.fromtimestamp(NOW + 899, UTC)):
        assert lanyard.verify(token(), SECRET, "HS256")
    with freezegun.freeze_time(datetime.datetime.fromtimestamp(NOW + 900, UTC)):
        with pytest.raises(errors.ExpiredError):
            lanyard.verify(token(), SECRET, "HS256")


def test_issuer_adds_what_it_was_told_to():
    issuer = lanyard.Issuer(SECRET, iss="me", sub="ada", aud=["a", "b"], nbf=True, iat=True, jti=True,
                            lifetime=datetime.timedelta(minutes=15))
    claims = lanyard.peek(issuer.issue({"x": 1}, now=NOW)).claims
    assert list(claims) == ["x", "iss", "sub", "aud", "exp", "nbf", "iat", "jti"]
    assert (claims["aud"], claims["exp"], claims["nbf"]) == (["a", "b"], NOW + 900, NOW)
    assert lanyard.peek(issuer.issue('{"iss":"you"}', now=NOW)).claims["iss"] == "you"


@pytest.mark.parametrize("lifetime", [
    0, 0.0, 0.999, 1.5, -1, 2**32, float("nan"), datetime.timedelta(0),
    datetime.timedelta(milliseconds=500), datetime.timedelta(seconds=1, microseconds=1),
])
def test_issuer_refuses_a_lifetime_that_is_no_whole_seconds(lifetime):
    """None is the one way to a token that never expires."""
    with pytest.raises(ValueError, match="lifetime must be whole seconds, from 1"):
        lanyard.Issuer(SECRET, lifetime=lifetime)


def test_shortest_lifetime_and_age_are_one_second():
    for one in (1, 1.0, datetime.timedelta(seconds=1)):
        made = lanyard.issue({"iat": NOW}, SECRET, lifetime=one, now=NOW)
        assert lanyard.peek(made).claims["exp"] == NOW + 1
        assert json.loads(lanyard.Policy("HS256", max_age=one).to_json())["max_age_s"] == 1
    assert "exp" not in lanyard.peek(lanyard.issue({}, SECRET, lifetime=None)).claims


@pytest.mark.parametrize("claims, error", [
    ([1], TypeError), ("[]", errors.ClaimsError), ("{", errors.Error), ({"exp": "x"}, errors.ClaimsError),
    ({"a": object()}, TypeError), ({"a": float("nan")}, ValueError),
])
def test_issue_refuses_what_is_no_claims_set(claims, error):
    with pytest.raises(error):
        lanyard.issue(claims, SECRET)


def test_explain_tells_every_rule():
    told = lanyard.explain(token(), SECRET, "HS256", now=NOW + 900)
    assert told["accepted"] is False and told["status"] == "E_EXPIRED"
    assert {"exp is later than now"} == {
        step["rule"] for step in told["steps"] if step["outcome"] == "failed"}


def test_peek_reads_without_believing():
    seen = lanyard.peek(token({"sub": "ada"}))
    assert seen.header == {"alg": "HS256", "typ": "JWT"}
    assert seen.claims["sub"] == "ada" and len(seen.signature) == 32
    assert lanyard.peek("eyJhbGciOiJIUzI1NiJ9.AQID.AA").claims is None


def unsigned(header, payload):
    parts = (header, payload, b"x" * 32)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


@pytest.mark.parametrize("number, value", [
    (b"1e999", math.inf), (b"-1e999", -math.inf), (b"1" * 64, int("1" * 64)),
    (b"1" * 65, int("1" * 65)), (b"1" * 4300, int("1" * 4300)),
], ids=["huge", "-huge", "64 digits", "65 digits", "4300 digits"])
def test_peek_reads_every_number_that_python_reads(number, value):
    text = b'{"alg":"HS256","x":' + number + b"}"
    seen = lanyard.peek(unsigned(text, text))
    assert seen.header == seen.claims == {"alg": "HS256", "x": value}


def test_peek_refuses_a_header_that_python_does_not_read():
    text = b'{"alg":"HS256","x":' + b"1" * 4301 + b"}"
    with pytest.raises(errors.JsonSyntaxError) as caught:
        lanyard.peek(unsigned(text, b"{}"))
    assert caught.value.where == "header"


@pytest.mark.parametrize("payload", [
    b"[1]", b"null", b"5", b'"x"', b"", b"{", b'{"a":1,"a":2}', b'{"a":' + b"1" * 4301 + b"}",
], ids=["array", "null", "number", "string", "empty", "open", "twice", "4301 digits"])
def test_peek_gives_no_claims_where_there_is_no_object_to_read(payload):
    seen = lanyard.peek(unsigned(b'{"alg":"HS256"}', payload))
    assert seen.claims is None and seen.payload == payload


@pytest.mark.parametrize("alg", [row.name for row in lanyard.algorithms() if row.is_available])
def test_keys_go_through_every_form(alg):
    key = lanyard.Key.generate(alg, kid="k1")
    assert key.alg == alg and key.kid == "k1" and key.is_private and key.fits(alg)
    again = lanyard.Key(key.to_jwk(private=True))
    assert again.to_jwk(private=True) == key.to_jwk(private=True)
    message = b"x" * 100
    signature = lanyard.sign_bytes(key, alg, message)
    if key.kty == "oct":
        assert lanyard.Key.secret(key.to_der(private=True)).bits == key.bits
        public = key
    else:
        for form in (key.to_pem(), key.to_der(), key.to_jwk()):
            public = lanyard.Key(form, alg=alg)
            assert not public.is_private and public.thumbprint() == key.thumbprint()
        with pytest.raises(errors.KeyUseError):
            lanyard.sign_bytes(public, alg, message)
    assert lanyard.check_bytes(public, alg, bytearray(message), memoryview(signature)) is True
    assert lanyard.check_bytes(public, alg, message + b"y", signature) is False


def test_key_opens_with_its_passphrase():
    key = lanyard.Key.generate("ES256")
    pem = key.to_pem(private=True, passphrase="open sesame")
    assert lanyard.Key(pem, passphrase="open sesame").is_private
    with pytest.raises(errors.KeyPassphraseError):
        lanyard.Key(pem, passphrase="no")


def test_secrets_are_never_guessed_and_never_public_keys():
    public = lanyard.Key.generate("RS256").to_pem()
    with pytest.raises(errors.KeyPublicSecretError):
        lanyard.Key.secret(public)
    with pytest.raises(errors.KeyFormatError):
        lanyard.Key("k" * 32)
    with pytest.raises(ValueError):
        lanyard.Key("k" * 32, format="raw")


def test_no_text_prints_a_key():
    secret = "correct horse battery staple, no one will guess"
    key = lanyard.Key.secret(secret)
    said = [repr(key), repr(lanyard.KeySet([key])), repr(lanyard.Verifier(lanyard.Policy("HS256"), key))]
    for attempt in (lambda: lanyard.Key(secret), lambda: lanyard.Key.secret(secret, alg="RS256"),
                    lambda: lanyard.KeySet(secret), lambda: lanyard.verify(secret, key, "HS256"),
                    lambda: lanyard.Key('{"kty":"oct","k":"' + secret + '"}')):
        with pytest.raises(lanyard.Error) as caught:
            attempt()
        said.append(str(caught.value) + repr(caught.value) + str(vars(caught.value)))
    assert not [text for text in said if "horse" in text]


def test_keyset_finds_skips_and_writes():
    first, second = lanyard.Key.generate("ES256", kid="a"), lanyard.Key.generate("EdDSA", kid="b")
    text = json.dumps({"keys": [json.loads(first.to_jwk()), {"kty": "EC", "crv": "P-256", "x": "AA"},
                                json.loads(second.to_jwk())]})
    keys = lanyard.KeySet(text)
    assert len(keys) == 2 and [key.kid for key in keys] == ["a", "b"]
    assert keys.find("b").kty == "OKP" and keys.find("c") is None
    (position, why), = keys.skipped
    assert position == 1 and isinstance(why, errors.CallerError)
    assert len(lanyard.KeySet(keys.to_jwks())) == 2
    with pytest.raises(IndexError):
        keys[2]
    with pytest.raises(TypeError):
        lanyard.KeySet([first, "x"])


def test_errors_are_the_status_map():
    from lanyard import _core

    made = {cls.__name__ for cls in _core.errors_by_number.values()}
    assert made | {"Error", "MalformedToken", "PolicyRefusal", "CryptographyRefusal", "CallerError"} \
        == set(errors.__all__)
    for number, cls in _core.errors_by_number.items():
        assert cls.number == number and cls.code.startswith("E_") and cls.__doc__
        assert cls.__module__ == "lanyard.errors" and getattr(errors, cls.__name__) is cls
    assert len(_core.errors_by_number) == len({cls.code for cls in _core.errors_by_number.values()})
