"""The members of a JWK, as PyJWT takes them: base64url with or without padding, and more."""

from __future__ import annotations

import json
import math

from .._core import Key
from ._keys import read_jwk
from ._later import CURVES
from .exceptions import InvalidKeyError
from .types import JWKDict
from .utils import base64url_decode, base64url_encode, from_base64url_uint, to_base64url_uint

NOT_JSON = "Key is not valid JSON"
BAD_MEMBER = "Invalid key parameter"


def json_object(jwk: str | JWKDict) -> JWKDict:
    """The members of a JWK in either form."""
    try:
        if isinstance(jwk, str):
            members = json.loads(jwk)
        elif isinstance(jwk, dict):
            members = jwk
        else:
            raise ValueError
    except (ValueError, RecursionError):
        raise InvalidKeyError(NOT_JSON) from None
    if not isinstance(members, dict):
        raise InvalidKeyError(NOT_JSON)
    return members


def bytes_member(members: JWKDict, name: str) -> bytes:
    try:
        return base64url_decode(members[name])
    except (ValueError, TypeError, KeyError):
        raise InvalidKeyError(BAD_MEMBER) from None


def text_of(data: bytes) -> str:
    """Bytes in base64url, as text."""
    return base64url_encode(data).decode("ascii")


def uint(number: int) -> str:
    return to_base64url_uint(number).decode("ascii")


def number_member(members: JWKDict, name: str) -> int:
    try:
        return from_base64url_uint(members[name])
    except (ValueError, TypeError):
        raise InvalidKeyError(BAD_MEMBER) from None


def rsa_numbers(members: JWKDict) -> dict[str, int]:
    """The numbers of an RSA key, the private ones made up for where only d is given."""
    others = ("p", "q", "dp", "dq", "qi")
    names = ["n", "e"]
    given = [name for name in others if name in members]
    if "d" in members:
        if "oth" in members:
            raise InvalidKeyError("Unsupported RSA private key: > 2 primes not supported")
        if given and len(given) != len(others):
            raise InvalidKeyError(
                "RSA key must include all parameters if any are present besides d") from None
        names += ["d", *given]
    numbers = {name: number_member(members, name) for name in names}
    if "d" in numbers and not given:
        numbers.update(rsa_recover(numbers["n"], numbers["e"], numbers["d"]))
    return numbers


def rsa_recover(n: int, e: int, d: int) -> dict[str, int]:
    """The primes of n, by NIST SP 800-56B, appendix C, the greater one first."""
    even = d * e - 1
    if even <= 0 or even % 2 or n < 6:
        raise InvalidKeyError(BAD_MEMBER)
    odd = even
    while odd % 2 == 0:
        odd //= 2
    for base in range(2, 102):
        root = pow(base, odd, n)
        while root not in (0, 1, n - 1):
            square = root * root % n
            if square == 1:
                p = math.gcd(root - 1, n)
                return rsa_crt(max(p, n // p), min(p, n // p), d)
            root = square
            if pow(root, 2, n) == root:
                break
    raise InvalidKeyError(BAD_MEMBER)


def rsa_crt(p: int, q: int, d: int) -> dict[str, int]:
    return {"p": p, "q": q, "dp": d % (p - 1), "dq": d % (q - 1), "qi": pow(q, -1, p)}


def rsa_key(jwk: str | JWKDict) -> Key:
    """The engine's key of the JWK of an RSA key."""
    members = json_object(jwk)
    if members.get("kty") != "RSA":
        raise InvalidKeyError("Not an RSA key") from None
    if not ("n" in members and "e" in members):
        raise InvalidKeyError("Not a public or private key")
    numbers = rsa_numbers(members)
    return read_jwk({"kty": "RSA", **{name: uint(n) for name, n in numbers.items()}})


def ec_key(jwk: str | JWKDict) -> Key:
    """The engine's key of the JWK of a key on a curve."""
    members = json_object(jwk)
    if members.get("kty") != "EC" or "x" not in members or "y" not in members:
        raise InvalidKeyError("Not an Elliptic curve key") from None
    crv = members.get("crv")
    x, y = bytes_member(members, "x"), bytes_member(members, "y")
    if not isinstance(crv, str) or crv not in CURVES:
        raise InvalidKeyError(f"Invalid curve: {crv}")
    length = CURVES[crv][1]
    if not len(x) == len(y) == length:
        raise InvalidKeyError(f"Coords should be {length} bytes for curve {crv}")
    made = {"kty": "EC", "crv": crv, "x": text_of(x), "y": text_of(y)}
    if "d" in members:
        d = bytes_member(members, "d")
        if len(d) != length:
            raise InvalidKeyError(f"D should be {length} bytes for curve {crv}")
        made["d"] = text_of(d)
    return read_jwk(made)


def okp_key(jwk: str | JWKDict) -> Key:
    """The engine's key of the JWK of an Ed25519 or Ed448 key."""
    members = json_object(jwk)
    if members.get("kty") != "OKP":
        raise InvalidKeyError("Not an Octet Key Pair")
    crv = members.get("crv")
    if crv not in ("Ed25519", "Ed448"):
        raise InvalidKeyError(f"Invalid curve: {crv}")
    if "x" not in members:
        raise InvalidKeyError('OKP should have "x" parameter')
    made = {"kty": "OKP", "crv": crv, "x": text_of(bytes_member(members, "x"))}
    if "d" in members:
        made["d"] = text_of(bytes_member(members, "d"))
    return read_jwk(made)
