"""Who a verified access token speaks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .. import errors

__all__ = ["Identity", "verified"]


def verified(verifier, text, now=None, forgive_expiry=False):
    """The Token. forgive_expiry, for a logout: an expired token whose signature and every other
    claim are right still names the session that is to end."""
    try:
        return verifier.verify(text, now=now)
    except errors.ExpiredError as error:
        if not forgive_expiry or tuple(error.failed_claims) != ("exp",):
            raise
        return verifier.verify(text, now=int(error.value) - 1)


@dataclass(frozen=True)
class Identity:
    """What an access token says, after everything about it was verified. Times are seconds since
    1970."""

    sub: str
    sid: str
    roles: tuple[str, ...] = ()
    client_id: str = ""
    iat: int = 0
    exp: int = 0
    auth_time: int = 0
    claims: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, claims: dict[str, Any]) -> Identity:
        """The identity of verified claims."""
        roles = claims.get("roles") or ()
        return cls(
            sub=claims["sub"], sid=claims["sid"], client_id=claims.get("client_id", ""),
            roles=tuple(roles.split() if isinstance(roles, str) else roles),
            iat=int(claims.get("iat", 0)), exp=int(claims.get("exp", 0)),
            auth_time=int(claims.get("auth_time", claims.get("iat", 0))), claims=claims)

    def has_role(self, *wanted: str) -> bool:
        """Whether it has every one of these roles."""
        return set(wanted) <= set(self.roles)
