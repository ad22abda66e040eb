"""Keys in all the forms that PyJWT takes, as keys of the engine.

Text is read by the engine. Keys of the cryptography package are taken when it is installed, and
given back where PyJWT gives them; nothing here needs it, and it is imported only when it is used.
What was read once is kept, in a bounded cache that key_cache_size() can turn off.
"""

from __future__ import annotations

import importlib.util
import json
import weakref
from typing import Any

from .. import errors
from .._core import Key
from .exceptions import InvalidKeyError

_CACHE_SIZE = 128


class KeyCache:
    """Values by key text, or by the very object. Bounded: the oldest goes first."""

    def __init__(self) -> None:
        self.size = _CACHE_SIZE
        self._by_str: dict[str, Any] = {}
        self._by_bytes: dict[bytes, Any] = {}
        self._by_id: dict[int, Any] = {}

    def get(self, key: Any) -> Any:
        """What was put for this key, or None."""
        kind = type(key)
        if kind is str:
            return self._by_str.get(key)
        if kind is bytes:
            return self._by_bytes.get(key)
        found = self._by_id.get(id(key))
        return found[1] if found and found[0] is key else None

    def put(self, key: Any, value: Any) -> None:
        """Keeps value; an object is kept too, so that its identity stays its own.

        For None, which every caller has in common, nothing is kept.
        """
        kind = type(key)
        if not self.size or key is None:
            return
        if kind is str:
            self._add(self._by_str, key, value)
        elif kind is bytes:
            self._add(self._by_bytes, key, value)
        else:
            self._add(self._by_id, id(key), (key, value))

    def _add(self, table: dict[Any, Any], key: Any, value: Any) -> None:
        while len(table) >= self.size:
            try:
                del table[next(iter(table))]
            except (KeyError, RuntimeError, StopIteration):
                break  # another thread was faster
        table[key] = value

    def __reduce__(self) -> Any:
        """A copy of what holds a cache begins with an empty one."""
        return new_cache, ()

    def clear(self) -> None:
        """Forgets everything."""
        self._by_str.clear()
        self._by_bytes.clear()
        self._by_id.clear()

    def resize(self, size: int) -> None:
        """At most so many of each kind; 0 keeps nothing."""
        self.clear()
        self.size = size


_caches: weakref.WeakSet[KeyCache] = weakref.WeakSet()


def new_cache() -> KeyCache:
    """A cache that key_cache_size() reaches."""
    cache = KeyCache()
    _caches.add(cache)
    return cache


def key_cache_size(size: int | None = None) -> int:
    """How many parsed keys of each kind are kept; sets it when size is given. 0 keeps none."""
    global _CACHE_SIZE
    if size is not None:
        if size < 0:
            raise ValueError("size must not be negative")
        _CACHE_SIZE = size
        for cache in list(_caches):
            cache.resize(size)
    return _CACHE_SIZE


def has_cryptography() -> bool:
    """Whether the cryptography package can be imported."""
    return importlib.util.find_spec("cryptography") is not None


_objects = new_cache()


def key_of_object(key: Any) -> Key:
    """The engine's key of a cryptography key object. TypeError for anything else."""
    found = _objects.get(key)
    if found is None:
        found = read(_der_of(key), format="der")
        _objects.put(key, found)
    return found


def _der_of(key: Any) -> bytes:
    from cryptography.hazmat.primitives import serialization

    if hasattr(key, "private_bytes"):
        return key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8,
                                 serialization.NoEncryption())
    return key.public_bytes(serialization.Encoding.DER,
                            serialization.PublicFormat.SubjectPublicKeyInfo)


def load_text(text: bytes, is_ssh: bool, is_private_first: bool) -> Any:
    """The key object of a PEM, whichever half it is, or of a line of OpenSSH. ValueError for none."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    def load_private() -> Any:
        return serialization.load_pem_private_key(text, password=None)

    def load_public() -> Any:
        return serialization.load_pem_public_key(text)

    first, second = load_public, load_private
    if is_private_first:
        first, second = second, first
    try:
        return serialization.load_ssh_public_key(text) if is_ssh else first()
    except ValueError:
        try:
            return second()
        except UnsupportedAlgorithm as error:
            raise ValueError(str(error)) from error


def is_object(key: Any) -> bool:
    """Whether key looks like a key of the cryptography package."""
    return hasattr(key, "private_bytes") or hasattr(key, "public_bytes")


def read(data: bytes | str, **options: Any) -> Key:
    """A key of any length; what the engine refuses is an InvalidKeyError."""
    try:
        return Key(data, allow_short=True, **options)
    except errors.Error as error:
        raise InvalidKeyError(str(error)) from error


def object_of(key: Key) -> Any:
    """What PyJWT gives out: an object of cryptography, or the key itself without it."""
    if not has_cryptography():
        return key
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    try:
        if key.is_private:
            made: Any = serialization.load_der_private_key(key.to_der(private=True), None)
        else:
            made = serialization.load_der_public_key(key.to_der())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InvalidKeyError("Invalid key parameter") from error
    _objects.put(made, key)
    return made


def read_jwk(members: dict[str, str]) -> Key:
    """The key of a JWK that holds the members of the key itself and no others."""
    return read(json.dumps(members), format="jwk")
