"""The members of a JWK, as PyJWT takes them: base64url with or without padding, and more."""

from __future__ import annotations

import json
import math
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
