"""The keys of generated calls: made once a run, in every form that PyJWT takes, and secrets."""

from __future__ import annotations

import functools


def of_bits(bits):
    from cryptography.hazmat.primitives.asymmetric import rsa
    return rsa.generate_private_key(65537, bits)


def on_curve(name):
    from cryptography.hazmat.primitives.asymmetric import ec
    return ec.generate_private_key(getattr(ec, name)())


class Keys:
    """Made once a run, of cryptography's randomness: their values do not matter."""

    rsa = functools.cached_property(lambda self: of_bits(2048))
    rsa_short = functools.cached_property(lambda self: of_bits(1024))
    p256 = functools.cached_property(lambda self: on_curve("SECP256R1"))
    p384 = functools.cached_property(lambda self: on_curve("SECP384R1"))
    p521 = functools.cached_property(lambda self: on_curve("SECP521R1"))
    k256 = functools.cached_property(lambda self: on_curve("SECP256K1"))
    brainpool = functools.cached_property(lambda self: on_curve("BrainpoolP256R1"))

    @functools.cached_property
    def ed25519(self):
        from cryptography.hazmat.primitives.asymmetric import ed25519
        return ed25519.Ed25519PrivateKey.generate()

    @functools.cached_property
    def ed448(self):
        from cryptography.hazmat.primitives.asymmetric import ed448
        return ed448.Ed448PrivateKey.generate()


KEYS = Keys()
NAMES = ("rsa", "rsa_short", "p256", "p384", "p521", "k256", "ed25519", "ed448")
FITTING = {"RS256": "rsa", "RS384": "rsa", "RS512": "rsa", "PS256": "rsa", "PS384": "rsa",
           "PS512": "rsa", "ES256": "p256", "ES384": "p384", "ES512": "p521", "ES521": "p521",
           "ES256K": "k256", "EdDSA": "ed25519"}
ALGS = ("HS256", "HS384", "HS512", *FITTING, "none", "hs256", "XX")


def form(key, is_private, kind):
    """A key object as PEM, SSH, JWK or itself."""
    from cryptography.hazmat.primitives import serialization as s

    public = key.public_key()
    if kind == "object":
        return key if is_private else public
    if kind == "pkcs1" and is_private:
        try:
            return key.private_bytes(s.Encoding.PEM, s.PrivateFormat.TraditionalOpenSSL,
                                     s.NoEncryption())
        except ValueError:
            kind = "pem"
    if kind == "encrypted" and is_private:
        return key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8,
                                 s.BestAvailableEncryption(b"x"))
    if is_private:
        return key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())
    if kind == "ssh":
        try:
            return public.public_bytes(s.Encoding.OpenSSH, s.PublicFormat.OpenSSH)
        except Exception:
            kind = "pem"
    if kind == "der":
        return public.public_bytes(s.Encoding.DER, s.PublicFormat.SubjectPublicKeyInfo)
    return public.public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo)


def public_of(key):
    """The public half of a private key, in the same form; None where there is none to take."""
    from cryptography.hazmat.primitives import serialization as s

    if hasattr(key, "private_bytes"):
        return key.public_key()
    if not isinstance(key, (str, bytes)):
        return None
    text = key.encode("utf-8", "surrogatepass") if isinstance(key, str) else key
    try:
        public = s.load_pem_private_key(text, password=None).public_key()
    except (TypeError, ValueError):
        return None
    return public.public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo)


SECRETS = ("secret", b"secret", "k" * 32, b"k" * 48, b"\xff" * 64, "schlüssel" * 8, "", b"", None, 7,
           "-----BEGIN PUBLIC KEY-----", "ssh-rsa AAAA", '{"kty":"oct","k":"AA"}', "[1]", "{}",
           b"\x30\x03\x02\x01\x05", bytearray(b"k" * 32))
