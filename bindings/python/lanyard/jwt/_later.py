"""Classes of the cryptography package as attributes, imported when somebody reads them.

PyJWT's algorithms show hash and curve classes of that package. Ours do not use them, so that
importing lanyard.jwt does not import it, and has stand-ins where it is not installed.
"""

from __future__ import annotations

import hashlib
from typing import Any

from . import _keys

# JOSE's name of a curve: the name that cryptography has for it, and the length of a coordinate.
CURVES = {
    "P-256": ("secp256r1", 32, "ES256", 256),
    "P-384": ("secp384r1", 48, "ES384", 384),
    "P-521": ("secp521r1", 66, "ES512", 512),
    "secp256k1": ("secp256k1", 32, "ES256K", 256),
}
CURVE_OF_NAME = {row[0]: crv for crv, row in CURVES.items()}
_CURVE_CLASSES = {"P-256": "SECP256R1", "P-384": "SECP384R1", "P-521": "SECP521R1",
                  "secp256k1": "SECP256K1"}


class Later:
    """A hash: what hash classes are without cryptography, and with it until one is asked for."""

    def __init__(self, bits: int) -> None:
        self.bits = bits
        self.name = f"sha{bits}"
        self.digest_size = bits // 8

    def __call__(self, data: bytes = b"") -> Any:
        return hashlib.new(self.name, data)

    def resolve(self) -> Any:
        """The class of cryptography where it is installed."""
        if not _keys.has_cryptography():
            return self
        from cryptography.hazmat.primitives import hashes

        return getattr(hashes, f"SHA{self.bits}")


class LaterCurve:
    """A curve, likewise."""

    def __init__(self, crv: str) -> None:
        self.crv = crv
        self.name = CURVES[crv][0]

    def resolve(self) -> Any:
        """The class of cryptography where it is installed."""
        if not _keys.has_cryptography():
            return self
        from cryptography.hazmat.primitives.asymmetric import ec

        return getattr(ec, _CURVE_CLASSES[self.crv])


class HashClass:
    """SHA256 and the others as attributes of a class, imported when they are read."""

    def __init__(self, bits: int) -> None:
        self._hash = Later(bits)

    def __get__(self, instance: Any, owner: Any) -> Any:
        return self._hash.resolve()


class Resolved:
    """An attribute that may hold one of the above, and gives what it stands for."""

    def __set_name__(self, owner: Any, name: str) -> None:
        self._slot = "_later_" + name

    def __get__(self, instance: Any, owner: Any) -> Any:
        if instance is None:
            return self
        value = getattr(instance, self._slot)
        return value.resolve() if isinstance(value, (Later, LaterCurve)) else value

    def __set__(self, instance: Any, value: Any) -> None:
        setattr(instance, self._slot, value)


def hash_name(hash_alg: Any) -> str:
    """"sha256", of a class of cryptography or a function of hashlib."""
    name = getattr(hash_alg, "name", None)
    return str(name if isinstance(name, str) else hash_alg().name).lower()


def bits_of(hash_alg: Any) -> int:
    """256, 384 or 512 where the hash is the SHA-2 of that length, else 0."""
    return {"sha256": 256, "sha384": 384, "sha512": 512}.get(hash_name(hash_alg), 0)


class KeyTypes:
    """_crypto_key_types: the classes of cryptography, imported when they are read."""

    def __init__(self, module: str, *names: str) -> None:
        self._module = module
        self._names = names

    def __get__(self, instance: Any, owner: Any) -> Any:
        return key_types(*self._names) if _keys.has_cryptography() else None


def key_types(*names: str) -> tuple[Any, ...]:
    """The classes of cryptography that are called so."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

    found = {}
    for module in (rsa, ec, ed25519, ed448):
        found.update(vars(module))
    return tuple(found[name] for name in names)


RSA_TYPES = ("RSAPrivateKey", "RSAPublicKey")
EC_TYPES = ("EllipticCurvePrivateKey", "EllipticCurvePublicKey")
OKP_TYPES = ("Ed25519PrivateKey", "Ed25519PublicKey", "Ed448PrivateKey", "Ed448PublicKey")
ALLOWED = {
    "AllowedRSAKeys": RSA_TYPES,
    "AllowedECKeys": EC_TYPES,
    "AllowedOKPKeys": OKP_TYPES,
    "AllowedKeys": RSA_TYPES + EC_TYPES + OKP_TYPES,
    "AllowedPrivateKeys": ("RSAPrivateKey", "EllipticCurvePrivateKey", "Ed25519PrivateKey",
                           "Ed448PrivateKey"),
    "AllowedPublicKeys": ("RSAPublicKey", "EllipticCurvePublicKey", "Ed25519PublicKey",
                          "Ed448PublicKey"),
}
