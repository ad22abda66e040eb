"""PyJWK and PyJWKSet: keys that say of themselves what they are for."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

from .algorithms import HMACAlgorithm, _PublicKeyAlgorithm, get_default_algorithms
from . import _keys
from .exceptions import InvalidKeyError, PyJWKError, PyJWKSetError, PyJWTError
from .types import JWKDict

_DEFAULTS = {"RSA": "RS256", "oct": "HS256"}
_EC_DEFAULTS = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "secp256k1": "ES256K"}


def _default_algorithm(jwk_data: JWKDict, kty: Any) -> str:
    """The algorithm of a JWK that names none."""
    crv = jwk_data.get("crv")
    if kty == "EC":
        if not crv:
            return "ES256"
        if isinstance(crv, str) and crv in _EC_DEFAULTS:
            return _EC_DEFAULTS[crv]
        raise InvalidKeyError(f"Unsupported crv: {crv}")
    if kty == "OKP":
        if not crv:
            raise InvalidKeyError("crv is not found")
        if crv == "Ed25519":
            return "EdDSA"
        raise InvalidKeyError(f"Unsupported crv: {crv}")
    if isinstance(kty, str) and kty in _DEFAULTS:
        return _DEFAULTS[kty]
    raise InvalidKeyError(f"Unsupported kty: {kty}")


class PyJWK:
    """One key of a JWK, and the one algorithm that it is for."""

    def __init__(self, jwk_data: JWKDict, algorithm: str | None = None) -> None:
        self._jwk_data = jwk_data
        kty = jwk_data.get("kty", None)
        if not kty:
            raise InvalidKeyError("kty is not found")
        if not algorithm and isinstance(jwk_data, dict):
            algorithm = jwk_data.get("alg", None)
        if not algorithm:
            algorithm = _default_algorithm(jwk_data, kty)
        algorithms = get_default_algorithms()
        if not isinstance(algorithm, str) or algorithm not in algorithms:
            raise PyJWKError("Unable to find an algorithm for this key")
        self.algorithm_name = algorithm
        self.Algorithm: Any = algorithms[algorithm]
        self._read()

    def _read(self) -> None:
        """The key is read at once; the object that .key gives is made when it is asked for."""
        try:
            if isinstance(self.Algorithm, _PublicKeyAlgorithm):
                self._engine_key: Any = self.Algorithm._from_jwk(self._jwk_data)
                return
            self._key = self.Algorithm.from_jwk(self._jwk_data)
        except (TypeError, ValueError) as error:
            raise InvalidKeyError(f"Unable to construct key from JWK: {error}") from error
        self._engine_key = (self.Algorithm._engine(self._key)
                            if isinstance(self.Algorithm, HMACAlgorithm) else None)

    def __getstate__(self) -> dict[str, Any]:
        """To be copied and pickled, as far as .key can be: the engine's key is read again."""
        return {name: value for name, value in vars(self).items() if name != "_engine_key"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._engine_key = None
        if "_key" not in state:
            self._read()

    @property
    def key(self) -> Any:
        """What Algorithm.sign() and .verify() take; of a secret its bytes."""
        try:
            return self._key
        except AttributeError:
            self._key = _keys.object_of(self._engine_key)
            return self._key

    @key.setter
    def key(self, key: Any) -> None:
        self._key = key
        self._engine_key = None

    @staticmethod
    def from_dict(obj: JWKDict, algorithm: str | None = None) -> PyJWK:
        """The key of a JWK."""
        return PyJWK(obj, algorithm)

    @staticmethod
    def from_json(data: str, algorithm: str | None = None) -> PyJWK:
        """The key of the text of a JWK."""
        return PyJWK.from_dict(json.loads(data), algorithm)

    @property
    def key_type(self) -> str | None:
        """"kty"."""
        return self._jwk_data.get("kty", None)

    @property
    def key_id(self) -> str | None:
        """"kid"."""
        return self._jwk_data.get("kid", None)

    @property
    def public_key_use(self) -> str | None:
        """"use"."""
        return self._jwk_data.get("use", None)


def _usable(member: Any) -> PyJWK | None:
    """One bad key does not spoil a set."""
    if not isinstance(member, dict):
        return None
    try:
        return PyJWK(member)
    except (PyJWTError, KeyError, ValueError, TypeError, AttributeError, RecursionError):
        return None


class PyJWKSet:
    """The usable keys of a JWK Set."""

    def __init__(self, keys: list[JWKDict]) -> None:
        if not keys:
            raise PyJWKSetError("The JWK Set did not contain any keys")
        if not isinstance(keys, list):
            raise PyJWKSetError("Invalid JWK Set value")
        self.keys = [key for key in map(_usable, keys) if key is not None]
        if not self.keys:
            raise PyJWKSetError("The JWK Set did not contain any usable keys. Perhaps "
                                "'cryptography' is not installed?")

    @staticmethod
    def from_dict(obj: dict[str, Any]) -> PyJWKSet:
        """The set of a JWK Set."""
        return PyJWKSet(obj.get("keys", []))

    @staticmethod
    def from_json(data: str) -> PyJWKSet:
        """The set of the text of a JWK Set."""
        return PyJWKSet.from_dict(json.loads(data))

    def __getitem__(self, kid: str) -> PyJWK:
        for key in self.keys:
            if key.key_id == kid:
                return key
        raise KeyError(f"keyset has no key for kid: {kid}")

    def __iter__(self) -> Iterator[PyJWK]:
        return iter(self.keys)


class PyJWTSetWithTimestamp:
    """A set, and when it was made."""

    def __init__(self, jwk_set: PyJWKSet):
        self.jwk_set = jwk_set
        self.timestamp = time.monotonic()

    def get_jwk_set(self) -> PyJWKSet:
        """The set."""
        return self.jwk_set

    def get_timestamp(self) -> float:
        """When it was made, by the monotonic clock."""
        return self.timestamp
