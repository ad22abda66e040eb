"""Bytes, numbers and base64url, as PyJWT's users call them.

base64url_decode() is lenient as PyJWT's is; tokens are never read with it.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurve


def force_bytes(value: bytes | str) -> bytes:
    """The UTF-8 of a str; bytes as they are."""
    if isinstance(value, str):
        return value.encode("utf-8")
    if isinstance(value, bytes):
        return value
    raise TypeError("Expected a string or bytes value")


def base64url_decode(input: bytes | str) -> bytes:  # the name is PyJWT's
    """Reads base64url, with or without padding, and skips what is none."""
    data = force_bytes(input)
    missing = -len(data) % 4
    return base64.urlsafe_b64decode(data + b"=" * missing)


def base64url_encode(input: bytes) -> bytes:
    """Writes base64url without padding."""
    return binascii.b2a_base64(input, newline=False).translate(_TO_URL, b"=")


_TO_URL = bytes.maketrans(b"+/", b"-_")


def to_base64url_uint(val: int, *, bit_length: int | None = None) -> bytes:
    """A number as in a JWK: big endian, at least one byte."""
    if val < 0:
        raise ValueError("Must be a positive integer")
    return base64url_encode(bytes_from_int(val, bit_length=bit_length) or b"\x00")


def from_base64url_uint(val: bytes | str) -> int:
    """The number of a JWK's member."""
    return int.from_bytes(base64url_decode(val), byteorder="big")


def number_to_bytes(num: int, num_bytes: int) -> bytes:
    """Big endian, of that length."""
    digits = "%0*x" % (2 * num_bytes, num)
    return binascii.a2b_hex(digits.encode("ascii"))


def bytes_to_number(string: bytes) -> int:
    """Big endian."""
    return int(binascii.b2a_hex(string), 16)


def bytes_from_int(val: int, *, bit_length: int | None = None) -> bytes:
    """Big endian, as long as it must be, or as bit_length says."""
    length = val.bit_length() if bit_length is None else bit_length
    return val.to_bytes((length + 7) // 8, "big", signed=False)


def der_to_raw_signature(der_sig: bytes, curve: EllipticCurve) -> bytes:
    """An ECDSA signature from ASN.1 to R and S, one after the other."""
    length = (curve.key_size + 7) // 8
    r, s = _read_der(der_sig)
    return number_to_bytes(r, length) + number_to_bytes(s, length)


def raw_to_der_signature(raw_sig: bytes, curve: EllipticCurve) -> bytes:
    """An ECDSA signature from R and S to ASN.1."""
    length = (curve.key_size + 7) // 8
    if len(raw_sig) != 2 * length:
        raise ValueError("Invalid signature")
    body = _der_integer(raw_sig[:length]) + _der_integer(raw_sig[length:])
    return b"\x30" + _der_length(len(body)) + body


def _der_length(length: int) -> bytes:
    return bytes([length]) if length < 128 else b"\x81" + bytes([length])


def _der_integer(number: bytes) -> bytes:
    digits = number.lstrip(b"\x00") or b"\x00"
    if digits[0] & 0x80:
        digits = b"\x00" + digits
    return b"\x02" + _der_length(len(digits)) + digits


def _read_der_value(data: bytes, tag: int) -> tuple[bytes, bytes]:
    """The contents of the first value, and what follows it."""
    if len(data) < 2 or data[0] != tag:
        raise ValueError("Invalid signature")
    length, start = data[1], 2
    if length == 0x81 and len(data) > 2 and data[2] >= 0x80:
        length, start = data[2], 3
    elif length >= 0x80:
        raise ValueError("Invalid signature")
    if len(data) < start + length:
        raise ValueError("Invalid signature")
    return data[start:start + length], data[start + length:]


def _read_der_integer(data: bytes) -> tuple[int, bytes]:
    digits, rest = _read_der_value(data, 0x02)
    if not digits or digits[0] & 0x80 or (len(digits) > 1 and digits[0] == 0 and digits[1] < 0x80):
        raise ValueError("Invalid signature")
    return int.from_bytes(digits, "big"), rest


def _read_der(der_sig: bytes) -> tuple[int, int]:
    body, rest = _read_der_value(der_sig, 0x30)
    if rest:
        raise ValueError("Invalid signature")
    r, body = _read_der_integer(body)
    s, body = _read_der_integer(body)
    if body:
        raise ValueError("Invalid signature")
    return r, s


# The labels of RFC 7468 and its neighbors that key loaders know.
_PEMS = {
    b"CERTIFICATE", b"CERTIFICATE REQUEST", b"DH PARAMETERS", b"DSA PRIVATE KEY",
    b"EC PRIVATE KEY", b"ENCRYPTED PRIVATE KEY", b"NEW CERTIFICATE REQUEST",
    b"OPENSSH PRIVATE KEY", b"PRIVATE KEY", b"PUBLIC KEY", b"RSA PRIVATE KEY", b"RSA PUBLIC KEY",
    b"SSH2 ENCRYPTED PRIVATE KEY", b"SSH2 PUBLIC KEY", b"TRUSTED CERTIFICATE", b"X509 CRL",
}
# Looked ahead for, so that a marker inside another one is seen as well.
_PEM_MARKER = re.compile(rb"(?=----[- ](BEGIN|END) (" + b"|".join(sorted(_PEMS)) + rb")[- ]----)")

_SSH_KEY_FORMATS = (
    b"ssh-ed25519", b"ssh-rsa", b"ssh-dss",
    b"ecdsa-sha2-nistp256", b"ecdsa-sha2-nistp384", b"ecdsa-sha2-nistp521",
)


def is_pem_format(key: bytes) -> bool:
    """Whether a BEGIN stands in key, and an END of the same kind after it."""
    begun: set[Any] = set()
    for match in _PEM_MARKER.finditer(key):
        if match[1] == b"BEGIN":
            begun.add(match[2])
        elif match[2] in begun:
            return True
    return False


def is_ssh_key(key: bytes) -> bool:
    """Whether key begins as a public key of OpenSSH does."""
    return key.startswith(_SSH_KEY_FORMATS)
