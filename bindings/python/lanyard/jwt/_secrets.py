"""What must not be an HMAC secret: anything that a verifier may have published.

An attacker who knows a public key could otherwise sign with it (CVE-2026-48526, CVE-2026-102268,
CVE-2026-102271, -72, -73). Texts are looked at as a key loader might read them.
"""

from __future__ import annotations

import json
import re

from .. import errors
from .._core import Key
from .utils import is_pem_format, is_ssh_key

# A member's name in JSON, escapes included.
_NAME = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(:)?', re.S)


def is_asymmetric(secret: bytes) -> bool:
    """A PEM, OpenSSH or DER key or certificate."""
    return is_pem_format(secret) or is_ssh_key(secret) or _is_der(secret)


def _is_der(secret: bytes) -> bool:
    if secret[:1] != b"\x30":  # every key and certificate is a SEQUENCE
        return False
    try:
        Key(secret, format="der", allow_short=True)
    except errors.KeyFormatError:
        return False
    except errors.Error:
        return True  # a key, though none that can be used
    return True


def _text_of(secret: bytes) -> str | None:
    """The text, in the encoding that JSON readers find."""
    try:
        return secret.decode(json.detect_encoding(secret), "surrogatepass").lstrip("\ufeff")
    except UnicodeDecodeError:
        return None


def _any_kty(value: object) -> bool:
    """Whether an object with "kty" stands in value, at any depth."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if "kty" in item:
                return True
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return False


def _names_kty(text: str) -> bool:
    """The same for a text too deep to be parsed: is some member called "kty"?"""
    for match in _NAME.finditer(text):
        if match[2]:
            try:
                name = json.loads(f'"{match[1]}"', strict=False)
            except ValueError:
                continue
            if name == "kty":
                return True
    return False


def is_jwk(secret: bytes) -> bool:
    """A JWK, a set of them, or JSON with one somewhere inside."""
    text = _text_of(secret)
    if text is None or text.lstrip()[:1] not in ("{", "["):
        return False
    try:
        return _any_kty(json.loads(text, parse_int=str, parse_float=str))
    except RecursionError:
        return _names_kty(text)
    except ValueError:
        return False
