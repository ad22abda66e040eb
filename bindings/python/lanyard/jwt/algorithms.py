"""The Algorithm classes of PyJWT over the engine's keys and signatures.

Each class of ours knows, besides PyJWT's methods, _engine(key): the engine's key of whatever the
caller gave, cached; and _name(key): what the engine calls the algorithm. PyJWS uses these two when
it meets one of our own classes, and PyJWT's methods when it meets a user's.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NoReturn, TypeAlias

from .. import errors
from .._core import Key, check_bytes, sign_bytes
from . import _foreign, _hooks, _keys, _secrets
from ._jwk import ec_key, json_object, okp_key, rsa_key, text_of
from ._later import ALLOWED, CURVE_OF_NAME, CURVES, EC_TYPES, OKP_TYPES, RSA_TYPES, HashClass, \
    KeyTypes, Later, LaterCurve, Resolved, bits_of, hash_name, key_types
from .exceptions import InvalidKeyError, _KeyFormatError, _KeyUseError
from .types import HashlibHash, JWKDict
from .utils import base64url_decode, force_bytes

has_crypto = True  # the engine is always there

requires_cryptography = {
    "RS256", "RS384", "RS512", "ES256", "ES256K", "ES384", "ES521", "ES512",
    "PS256", "PS384", "PS512", "EdDSA",
}


def get_default_algorithms() -> dict[str, Algorithm]:
    """The algorithms of a new PyJWS, by name."""
    return {
        "none": NoneAlgorithm(),
        "HS256": HMACAlgorithm(HMACAlgorithm.SHA256),
        "HS384": HMACAlgorithm(HMACAlgorithm.SHA384),
        "HS512": HMACAlgorithm(HMACAlgorithm.SHA512),
        "RS256": RSAAlgorithm(Later(256)),
        "RS384": RSAAlgorithm(Later(384)),
        "RS512": RSAAlgorithm(Later(512)),
        "ES256": ECAlgorithm(Later(256), LaterCurve("P-256")),
        "ES256K": ECAlgorithm(Later(256), LaterCurve("secp256k1")),
        "ES384": ECAlgorithm(Later(384), LaterCurve("P-384")),
        "ES521": ECAlgorithm(Later(512), LaterCurve("P-521")),
        "ES512": ECAlgorithm(Later(512), LaterCurve("P-521")),
        "PS256": RSAPSSAlgorithm(Later(256)),
        "PS384": RSAPSSAlgorithm(Later(384)),
        "PS512": RSAPSSAlgorithm(Later(512)),
        "EdDSA": OKPAlgorithm(),
    }


if TYPE_CHECKING:
    AllowedRSAKeys: TypeAlias = Any
    AllowedECKeys: TypeAlias = Any
    AllowedOKPKeys: TypeAlias = Any
    AllowedKeys: TypeAlias = Any
    AllowedPrivateKeys: TypeAlias = Any
    AllowedPublicKeys: TypeAlias = Any


def __getattr__(name: str) -> Any:
    """The types of the keys that are taken, which would import cryptography."""
    if name not in ALLOWED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if not _keys.has_cryptography():
        return Key
    from typing import Union

    return Union[key_types(*ALLOWED[name])]


class Algorithm(ABC, metaclass=_hooks.Watched):
    """What an algorithm must be able to do; users write their own."""

    _crypto_key_types: Any = None

    def compute_hash_digest(self, bytestr: bytes) -> bytes:
        """The digest of bytestr by the algorithm's hash. NotImplementedError when it has none."""
        hash_alg = getattr(self, "hash_alg", None)
        if hash_alg is None:
            raise NotImplementedError
        if isinstance(hash_alg, type) and isinstance(getattr(hash_alg, "name", None), str):
            return hashlib.new(hash_name(hash_alg), bytestr).digest()  # a class of cryptography
        return bytes(hash_alg(bytestr).digest())

    def check_crypto_key_type(self, key: Any) -> None:
        """InvalidKeyError when key is of another family."""
        types = self._crypto_key_types
        if types is None:
            raise ValueError(
                "This method requires the cryptography library, and should only be used by "
                "cryptography-based algorithms."
            )
        if not isinstance(key, types):
            wanted = tuple(cls.__name__ for cls in types)
            raise InvalidKeyError(f"Expected one of {wanted}, got: {type(key).__name__}. "
                                  f"Invalid Key type for {type(self).__name__}")

    @abstractmethod
    def prepare_key(self, key: Any) -> Any:
        """What sign() and verify() take, of what the caller gave."""

    @abstractmethod
    def sign(self, msg: bytes, key: Any) -> bytes:
        """The signature of msg."""

    @abstractmethod
    def verify(self, msg: bytes, key: Any, sig: bytes) -> bool:
        """Whether sig is the signature of msg."""

    @staticmethod
    @abstractmethod
    def to_jwk(key_obj: Any, as_dict: bool = False) -> Any:
        """The key as a JWK: its text, or a dict."""

    @staticmethod
    @abstractmethod
    def from_jwk(jwk: str | JWKDict) -> Any:
        """The key of a JWK."""

    def check_key_length(self, key: Any) -> str | None:
        """What is wrong with the key's length, or None."""
        return None


class NoneAlgorithm(Algorithm):
    """No signature: signs with the empty one, and never verifies."""

    def prepare_key(self, key: str | None) -> None:
        if key == "":
            key = None
        if key is not None:
            raise InvalidKeyError('When alg = "none", key value must be None.')

    def sign(self, msg: bytes, key: None) -> bytes:
        return b""

    def verify(self, msg: bytes, key: None, sig: bytes) -> bool:
        return False

    @staticmethod
    def to_jwk(key_obj: Any, as_dict: bool = False) -> NoReturn:
        raise NotImplementedError

    @staticmethod
    def from_jwk(jwk: str | JWKDict) -> NoReturn:
        raise NotImplementedError


class _EngineAlgorithm(Algorithm):
    """What the algorithms of the engine have in common.

    Where _is_standard is false, the hash or the curve is a user's own, and may not be the engine's.
    """

    _is_standard = True

    def _engine(self, key: Any) -> Key:
        raise NotImplementedError

    def _name(self, key: Key) -> str:
        raise NotImplementedError

    def _length_trouble(self, key: Key) -> str | None:
        return None

    def sign(self, msg: bytes, key: Any) -> bytes:
        return self._sign(force_bytes(msg), self._engine(key))

    def verify(self, msg: bytes, key: Any, sig: bytes) -> bool:
        return self._verify(force_bytes(msg), self._engine(key), force_bytes(sig))

    def _sign(self, msg: bytes, key: Key) -> bytes:
        try:
            return sign_bytes(key, self._name(key), msg)
        except errors.KeyUseError as error:
            raise _KeyUseError("a public key cannot sign") from error
        except errors.CryptoError as error:
            if key.kty == "RSA":
                raise _KeyFormatError("The RSA key is too short for this algorithm") from error
            raise InvalidKeyError(str(error)) from error
        except errors.Error as error:
            raise InvalidKeyError(str(error)) from error

    def _verify(self, msg: bytes, key: Key, sig: bytes) -> bool:
        try:
            return check_bytes(key, self._name(key), msg, sig)
        except errors.Error as error:
            raise InvalidKeyError(str(error)) from error


class HMACAlgorithm(_EngineAlgorithm):
    """HS256, HS384 and HS512."""

    SHA256: ClassVar[HashlibHash] = hashlib.sha256
    SHA384: ClassVar[HashlibHash] = hashlib.sha384
    SHA512: ClassVar[HashlibHash] = hashlib.sha512
    _cache = _keys.new_cache()

    def __init__(self, hash_alg: HashlibHash) -> None:
        self.hash_alg = hash_alg
        self._bits = bits_of(hash_alg)
        # A subclass prepares keys in its own way, and only once.
        self._is_standard = self._bits != 0 and type(self) is HMACAlgorithm

    def prepare_key(self, key: str | bytes) -> bytes:
        secret = force_bytes(key)
        if not secret:
            raise InvalidKeyError("HMAC key must not be empty.")
        if _secrets.is_asymmetric(secret):
            raise InvalidKeyError("The specified key is an asymmetric key or x509 certificate and "
                                  "should not be used as an HMAC secret.")
        if _secrets.is_jwk(secret):
            raise InvalidKeyError(
                "The specified key looks like a JWK and should not be used directly as an HMAC "
                "secret. Load it via PyJWK / HMACAlgorithm.from_jwk first."
            )
        return secret

    @staticmethod
    def to_jwk(key_obj: str | bytes, as_dict: bool = False) -> Any:
        jwk = {"k": text_of(force_bytes(key_obj)), "kty": "oct"}
        return jwk if as_dict else json.dumps(jwk)

    @staticmethod
    def from_jwk(jwk: str | JWKDict) -> bytes:
        members = json_object(jwk)
        if members.get("kty") != "oct":
            raise InvalidKeyError("Not an HMAC key")
        return _HS256.prepare_key(base64url_decode(members["k"]))

    def check_key_length(self, key: bytes) -> str | None:
        return self._short(len(key))

    def _short(self, length: int) -> str | None:
        hashed = self.hash_alg()
        if length >= hashed.digest_size:
            return None
        return (f"The HMAC key is {length} bytes long, which is below the minimum recommended "
                f"length of {hashed.digest_size} bytes for {hashed.name.upper()}. "
                "See RFC 7518 Section 3.2.")

    def _engine(self, key: Any) -> Key:
        if isinstance(key, Key) and key.kty == "oct":
            return key
        found = self._cache.get(key)
        if found is None:
            found = _keys.read(self.prepare_key(key), format="secret")
            self._cache.put(key, found)
        return found

    def _name(self, key: Key) -> str:
        return f"HS{self._bits}"

    def _length_trouble(self, key: Key) -> str | None:
        return self._short(key.bits // 8) if key.bits < self._bits else None

    def sign(self, msg: bytes, key: bytes) -> bytes:
        if not self._is_standard:
            return hmac.new(key, msg, self.hash_alg).digest()
        return super().sign(msg, key)

    def verify(self, msg: bytes, key: bytes, sig: bytes) -> bool:
        if not self._is_standard:
            return hmac.compare_digest(sig, self.sign(msg, key))
        return super().verify(msg, key, sig)


class _PublicKeyAlgorithm(_EngineAlgorithm):
    """What RSA, EC and OKP have in common: keys in many forms."""

    _kty: ClassVar[str]
    _cache: ClassVar[_keys.KeyCache]

    def _engine(self, key: Any) -> Key:
        found = self._cache.get(key)
        if found is None:
            found = self._engine_of(key)
            self._cache.put(key, found)
        return found

    def _engine_of(self, key: Any) -> Key:
        if isinstance(key, (str, bytes)):
            found = self._engine_of_text(force_bytes(key))
            if found is not None:
                return found
        # A subclass may prepare what was not prepared, and nothing else.
        prepared = key if self._is_own(key) else self.prepare_key(key)
        return prepared if isinstance(prepared, Key) else _keys.key_of_object(prepared)

    def _engine_of_text(self, text: bytes) -> Key | None:
        """None when the engine does not read it: prepare_key() then says why."""
        form = self._form_of(text)
        if form is None or b"-----BEGIN CERTIFICATE" in text:
            return None
        try:
            found = Key(text, format=form, allow_short=True)
        except errors.Error:
            return None
        return found if found.kty == self._kty else None

    def _form_of(self, text: bytes) -> Literal["pem", "ssh"] | None:
        raise NotImplementedError

    _from_jwk: ClassVar[Any]

    def _is_own(self, key: Any) -> bool:
        if isinstance(key, Key):
            return key.kty == self._kty
        types = self._crypto_key_types if _keys.is_object(key) else None
        return types is not None and isinstance(key, types)


class _PemAlgorithm(_PublicKeyAlgorithm):
    """What RSA and EC have in common: any PEM is tried, and the hash may be a user's."""

    SHA256: ClassVar[Any] = HashClass(256)
    SHA384: ClassVar[Any] = HashClass(384)
    SHA512: ClassVar[Any] = HashClass(512)
    hash_alg: Any = Resolved()
    _ssh: ClassVar[bytes]
    _is_private_first: ClassVar[bool]
    _Unreadable: ClassVar[type[InvalidKeyError]]

    def _form_of(self, text: bytes) -> Literal["pem", "ssh"]:
        return "ssh" if text.startswith(self._ssh) else "pem"

    def prepare_key(self, key: Any) -> Any:
        if self._is_own(key):
            return key
        if not isinstance(key, (str, bytes)):
            raise TypeError("Expecting a PEM-formatted key.")
        text = force_bytes(key)
        if not _keys.has_cryptography():
            found: Any = self._engine_of_text(text)
            if found is None:
                raise self._Unreadable("Could not parse the provided public key.")
            return found
        try:
            found = _keys.load_text(text, self._form_of(text) == "ssh", self._is_private_first)
        except ValueError as error:
            raise self._Unreadable("Could not parse the provided public key.") from error
        self.check_crypto_key_type(found)
        return found

    def _how(self, key: Any) -> tuple[Any, ...] | None:
        """How cryptography does what the engine cannot; None for what it can."""
        raise NotImplementedError

    def sign(self, msg: bytes, key: Any) -> bytes:
        how = self._how(key)
        return _foreign.sign(force_bytes(msg), key, how) if how else super().sign(msg, key)

    def verify(self, msg: bytes, key: Any, sig: bytes) -> bool:
        how = self._how(key)
        if how:
            return _foreign.verify(force_bytes(msg), key, force_bytes(sig), how)
        return super().verify(msg, key, sig)


class RSAAlgorithm(_PemAlgorithm):
    """RS256, RS384 and RS512."""

    _crypto_key_types: Any = KeyTypes("rsa", *RSA_TYPES)
    _MIN_KEY_SIZE: ClassVar[int] = 2048
    _kty = "RSA"
    _prefix = "RS"
    _ssh = b"ssh-rsa"
    _is_private_first = True
    _Unreadable = InvalidKeyError
    _cache = _keys.new_cache()

    def __init__(self, hash_alg: Any) -> None:
        self.hash_alg = hash_alg
        self._bits = bits_of(hash_alg)
        self._is_standard = self._bits != 0

    def check_key_length(self, key: Any) -> str | None:
        return self._short(key.bits if isinstance(key, Key) else key.key_size)

    def _short(self, bits: int) -> str | None:
        if bits >= self._MIN_KEY_SIZE:
            return None
        return (f"The RSA key is {bits} bits long, which is below the minimum recommended size of "
                f"{self._MIN_KEY_SIZE} bits. See NIST SP 800-131A.")

    def _length_trouble(self, key: Key) -> str | None:
        return self._short(key.bits)

    def _name(self, key: Key) -> str:
        return f"{self._prefix}{self._bits}"

    def _how(self, key: Any) -> tuple[Any, ...] | None:
        return None if self._is_standard else _foreign.rsa(self.hash_alg, self._prefix == "PS")

    @staticmethod
    def to_jwk(key_obj: Any, as_dict: bool = False) -> Any:
        jwk = _jwk_of(key_obj, "RSA", ("kty", "key_ops", "n", "e", "d", "p", "q", "dp", "dq", "qi"))
        return jwk if as_dict else json.dumps(jwk)

    @staticmethod
    def from_jwk(jwk: str | JWKDict) -> Any:
        return _keys.object_of(rsa_key(jwk))

    _from_jwk = staticmethod(rsa_key)


class RSAPSSAlgorithm(RSAAlgorithm):
    """PS256, PS384 and PS512."""

    _prefix = "PS"


class ECAlgorithm(_PemAlgorithm):
    """ES256, ES256K, ES384 and ES512."""

    expected_curve: Any = Resolved()
    _crypto_key_types: Any = KeyTypes("ec", *EC_TYPES)
    _kty = "EC"
    _ssh = b"ecdsa-sha2-"
    _is_private_first = False
    _Unreadable = _KeyFormatError
    _cache = _keys.new_cache()

    def __init__(self, hash_alg: Any, expected_curve: Any = None) -> None:
        self.hash_alg = hash_alg
        self.expected_curve = expected_curve
        self._bits = bits_of(hash_alg)
        self._curve_name = expected_curve.name if expected_curve is not None else None
        self._is_standard = self._fits(self._curve_name)

    def _fits(self, curve_name: str | None) -> bool:
        """Whether the engine has the curve with this hash."""
        row = CURVES.get(CURVE_OF_NAME.get(curve_name or "", ""))
        return row is not None and row[3] == self._bits

    def _validate_curve(self, key: Any) -> None:
        name = _curve_name(key)
        if self._curve_name is not None and name != self._curve_name:
            raise InvalidKeyError(f"The key's curve '{name}' does not match the expected curve "
                                  f"'{self._curve_name}' for this algorithm")

    def _engine(self, key: Any) -> Key:
        found = super()._engine(key)
        self._validate_curve(found)
        return found

    def _name(self, key: Key) -> str:
        name, _, alg, bits = CURVES[key.crv]
        if bits != self._bits:
            raise InvalidKeyError(f"A key on {name} does not sign with a hash of {self._bits} bits")
        return alg

    def prepare_key(self, key: Any) -> Any:
        found = super().prepare_key(key)
        self._validate_curve(found)
        return found

    def _how(self, key: Any) -> tuple[Any, ...] | None:
        if self._is_standard or not hasattr(key, "curve") or self._fits(key.curve.name):
            return None
        return _foreign.ecdsa(self.hash_alg)

    @staticmethod
    def to_jwk(key_obj: Any, as_dict: bool = False) -> Any:
        curve = getattr(key_obj, "curve", None)
        if curve is not None and curve.name not in CURVE_OF_NAME:
            raise InvalidKeyError(f"Invalid curve: {curve}")
        jwk = _jwk_of(key_obj, "EC", ("kty", "crv", "x", "y", "d"))
        return jwk if as_dict else json.dumps(jwk)

    @staticmethod
    def from_jwk(jwk: str | JWKDict) -> Any:
        return _keys.object_of(ec_key(jwk))

    _from_jwk = staticmethod(ec_key)


class OKPAlgorithm(_PublicKeyAlgorithm):
    """EdDSA, with Ed25519 and Ed448."""

    _crypto_key_types: Any = KeyTypes("ed25519", *OKP_TYPES)
    _kty = "OKP"
    _cache = _keys.new_cache()

    def __init__(self, **kwargs: Any) -> None:
        pass

    def _name(self, key: Key) -> str:
        return "EdDSA"

    def _form_of(self, text: bytes) -> Literal["pem", "ssh"] | None:
        if text.startswith(b"ssh-"):
            return "ssh"
        return "pem" if b"-----BEGIN PUBLIC" in text or b"-----BEGIN PRIVATE" in text else None

    def prepare_key(self, key: Any) -> Any:
        if self._is_own(key):
            return key
        if not isinstance(key, (str, bytes)):
            if _keys.has_cryptography():
                self.check_crypto_key_type(key)
            raise InvalidKeyError(f"Not a key: {type(key).__name__}")
        text = force_bytes(key)
        found = self._load(text) if _keys.has_cryptography() else self._engine_of_text(text)
        if found is None:
            raise InvalidKeyError("Not a public or private key")
        return found

    def _load(self, text: bytes) -> Any:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives import serialization

        try:
            if b"-----BEGIN PUBLIC" in text:
                key: Any = serialization.load_pem_public_key(text)
            elif b"-----BEGIN PRIVATE" in text:
                key = serialization.load_pem_private_key(text, password=None)
            elif text.startswith(b"ssh-"):
                key = serialization.load_ssh_public_key(text)
            else:
                return None
        except (ValueError, UnsupportedAlgorithm) as error:
            raise _KeyFormatError("Could not parse the provided public key.") from error
        self.check_crypto_key_type(key)
        return key

    @staticmethod
    def to_jwk(key: Any, as_dict: bool = False) -> Any:
        jwk = _jwk_of(key, "OKP", ("x", "d", "kty", "crv"))
        return jwk if as_dict else json.dumps(jwk)

    @staticmethod
    def from_jwk(jwk: str | JWKDict) -> Any:
        return _keys.object_of(okp_key(jwk))

    _from_jwk = staticmethod(okp_key)


def _curve_name(key: Any) -> str:
    return CURVES[key.crv][0] if isinstance(key, Key) else key.curve.name


def _jwk_of(key: Any, kty: str, names: tuple[str, ...]) -> JWKDict:
    """The members of a key object that it has, in this order."""
    if _keys.is_object(key):
        key = _keys.key_of_object(key)
    if not isinstance(key, Key) or key.kty != kty:
        raise InvalidKeyError("Not a public or private key")
    members = json.loads(key.to_jwk(private=key.is_private))
    members["key_ops"] = ["sign" if key.is_private else "verify"]
    return {name: members[name] for name in names if name in members}


_HS256 = HMACAlgorithm(hashlib.sha256)
