"""Hashes and curves that the engine does not have: for algorithms that a user registers of RSAAlgorithm,
RSAPSSAlgorithm or ECAlgorithm with another hash. They come from the cryptography package, which
signs and verifies with them, so that it is always installed where this is called.
"""

from __future__ import annotations

from typing import Any

from .exceptions import InvalidKeyError, _KeyUseError
from .utils import der_to_raw_signature, raw_to_der_signature


def rsa(hash_alg: Any, is_pss: bool) -> tuple[Any, ...]:
    """What sign() and verify() of an RSA key want besides message and signature."""
    from cryptography.hazmat.primitives.asymmetric import padding

    hashed = hash_alg()
    if not is_pss:
        return padding.PKCS1v15(), hashed
    return padding.PSS(mgf=padding.MGF1(hashed), salt_length=hashed.digest_size), hashed


def ecdsa(hash_alg: Any) -> tuple[Any, ...]:
    """The same of a key on a curve."""
    from cryptography.hazmat.primitives.asymmetric import ec

    return (ec.ECDSA(hash_alg()),)


def sign(msg: bytes, key: Any, how: tuple[Any, ...]) -> bytes:
    """The signature as a token has it, by a key object of cryptography."""
    if not hasattr(key, "private_bytes"):
        raise _KeyUseError("a public key cannot sign")
    try:
        made = key.sign(msg, *how)
    except ValueError as error:
        raise InvalidKeyError(str(error)) from error
    return der_to_raw_signature(made, key.curve) if hasattr(key, "curve") else made


def verify(msg: bytes, key: Any, sig: bytes, how: tuple[Any, ...]) -> bool:
    """Whether such a signature holds."""
    from cryptography.exceptions import InvalidSignature

    public = key.public_key() if hasattr(key, "private_bytes") else key
    try:
        public.verify(raw_to_der_signature(sig, key.curve) if hasattr(key, "curve") else sig, msg,
                      *how)
    except (InvalidSignature, ValueError):
        return False
    return True
