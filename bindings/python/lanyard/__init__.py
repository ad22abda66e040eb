"""JSON Web Tokens, strict by default, on liblanyard.

    import lanyard

    key = lanyard.Key.generate("EdDSA", kid="2026-11")
    token = lanyard.issue({"sub": "ada"}, key, aud="orders", lifetime=900)
    lanyard.verify(token, key, "EdDSA", audiences="orders")["sub"]

lanyard.jwt has the whole surface of PyJWT on the same engine.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from . import errors
from ._core import (
    CallerError,
    CryptographyRefusal,
    Error,
    Issuer,
    Key,
    KeySet,
    MalformedToken,
    Policy,
    PolicyRefusal,
    Token,
    Verifier,
    algorithm_rows,
    check_bytes,
    peek_parts,
    sign_bytes,
)
from ._core import version as __version__

if TYPE_CHECKING:  # at run time by __getattr__, below
    from .client import AsyncClient as AsyncClient
    from .client import Client as Client

__all__ = [
    "__version__", "Algorithm", "CallerError", "CryptographyRefusal", "Error", "Issuer", "Key", "KeySet",
    "MalformedToken", "Peek", "Policy", "PolicyRefusal", "Token", "Verifier", "algorithms",
    "check_bytes", "errors", "explain", "issue", "peek", "sign_bytes", "verify",
]


class Algorithm(NamedTuple):
    """What the engine knows about an algorithm."""

    name: str
    kty: str
    crv: str
    standing: str
    rfc: str
    key_bits_min: int
    signature_len: int
    is_available: bool


class Peek(NamedTuple):
    """What a token says of itself. Nothing of it is verified: believe none of it.

    claims is None when the payload is no JSON object.
    """

    header: dict[str, Any]
    claims: dict[str, Any] | None
    payload: bytes
    signature: bytes


_Keys = KeySet | Key | str | bytes | Iterable[Key]


def _verifier(keys: _Keys, policy: Policy | str | Iterable[str], rules: dict[str, Any]) -> Verifier:
    if not isinstance(policy, Policy):
        policy = Policy(policy, **rules)
    elif rules:
        raise TypeError("rules belong into the policy: " + ", ".join(sorted(rules)))
    return Verifier(policy, keys)


def verify(token: str | bytes, keys: _Keys, policy: Policy | str | Iterable[str], *,
           now: Any = None, **rules: Any) -> Token:
    """The Token, or one of the exceptions in lanyard.errors.

    keys: a KeySet, a Key, several of them, or the text of either. policy: a Policy, or the names
    of the algorithms and with them the keyword arguments of Policy. Who verifies more than one
    token makes a Verifier.
    """
    return _verifier(keys, policy, rules).verify(token, now=now)


def explain(token: str | bytes, keys: _Keys, policy: Policy | str | Iterable[str], *,
            now: Any = None, **rules: Any) -> dict[str, Any]:
    """Every rule of a verification with its outcome, as a dict. Takes what verify() takes."""
    return _verifier(keys, policy, rules).explain(token, now=now)


def issue(claims: dict[str, Any] | str | bytes | None, key: Key, *, now: Any = None,
          **defaults: Any) -> str:
    """A token of these claims. The keyword arguments are those of Issuer."""
    return Issuer(key, **defaults).issue(claims, now=now)


def peek(token: str | bytes) -> Peek:
    """What a token says of itself, unverified."""
    return Peek(*peek_parts(token))


def algorithms() -> list[Algorithm]:
    """All algorithms, whether this libcrypto has them or not."""
    return [Algorithm(*row) for row in algorithm_rows()]


def __getattr__(name: str) -> Any:
    """Client and AsyncClient, which bring threads and HTTP along, once they are asked for."""
    if name not in ("Client", "AsyncClient"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import client

    globals()["Client"], globals()["AsyncClient"] = client.Client, client.AsyncClient
    return globals()[name]
