"""Refresh tokens: "lr1." + base64url( kid 1 | sid 16 | family secret 16 | gen varint | MAC 16 ).

The MAC is HMAC-SHA256 over everything before it, cut to 16 bytes, so that garbage is refused before
the database is asked. It is deterministic: the same session and generation give the same text. A
stolen database forges nothing (it lacks the MAC key), a stolen key neither (the row holds only the
SHA-256 of the family secret). The form is lanyardd's.
"""

import base64
import binascii
import hashlib
import hmac
from typing import NamedTuple
from uuid import UUID

__all__ = ["Codec", "RefreshToken", "sid_of"]

PREFIX = "lr1."
SECRET_LEN = 16
MAC_LEN = 16
TEXT_MAX = 96
_SHORTEST = 1 + 16 + SECRET_LEN + 1 + MAC_LEN


class RefreshToken(NamedTuple):
    sid: UUID
    secret: bytes
    gen: int

    @property
    def family(self):
        """What the row keeps of the secret."""
        return hashlib.sha256(self.secret).digest()


def _varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _varint_read(data):
    """The number, or None: cut short, or longer than it had to be."""
    number = 0
    for index, byte in enumerate(data):
        number |= (byte & 0x7F) << (7 * index)
        if not byte & 0x80:
            is_whole = index == len(data) - 1 and _varint(number) == bytes(data)
            return number if is_whole and number < 1 << 63 else None
    return None


def _raw(text):
    """The bytes behind the prefix, or None. Only the one canonical spelling counts."""
    if not isinstance(text, str) or not text.startswith(PREFIX) or len(text) > TEXT_MAX:
        return None
    body = text[len(PREFIX):]
    try:
        data = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    except (binascii.Error, ValueError):
        return None
    is_canonical = base64.urlsafe_b64encode(data).rstrip(b"=").decode() == body
    return data if is_canonical and len(data) >= _SHORTEST else None


def sid_of(text):
    """The session that a text names, its MAC not looked at; None for anything else."""
    data = _raw(text)
    return str(UUID(bytes=data[1:17])) if data else None


class Codec:
    """Writes with the first secret, reads with every one of them."""

    def __init__(self, secrets):
        self._keys = []
        for secret in secrets:
            key = hmac.digest(secret, b"lanyard refresh mac 1", "sha256")
            self._keys.append((hashlib.sha256(key).digest()[0], key))

    def write(self, token):
        kid, key = self._keys[0]
        data = bytes([kid]) + token.sid.bytes + token.secret + _varint(token.gen)
        data += hmac.digest(key, data, "sha256")[:MAC_LEN]
        return PREFIX + base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    def read(self, text):
        """The token, or None: not one of ours."""
        data = _raw(text)
        if data is None:
            return None
        body, mac = data[:-MAC_LEN], data[-MAC_LEN:]
        for kid, key in self._keys:
            if kid == body[0] and hmac.compare_digest(
                    hmac.digest(key, body, "sha256")[:MAC_LEN], mac):
                gen = _varint_read(body[33:])
                return None if gen is None else RefreshToken(UUID(bytes=body[1:17]), body[17:33], gen)
        return None
