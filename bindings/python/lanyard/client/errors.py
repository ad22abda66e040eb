"""What a Client raises, besides lanyard.Error for a token that is no good in itself."""

from __future__ import annotations

from typing import Any

__all__ = ["ClientError", "NoKeys", "Refused", "SessionEnded", "Stale", "Unavailable"]


class ClientError(Exception):
    """The base of all."""


class Unavailable(ClientError):
    """lanyardd did not answer."""


class NoKeys(Unavailable):
    """lanyardd publishes no key: it signs with a shared secret (HS256), which a Client never gets."""

    def __init__(self) -> None:
        super().__init__("the server publishes no key, so its alg is HS256: lanyard.Client verifies "
                         "EdDSA, ES256 and RS256, for who holds an HS256 secret can make tokens")


class Stale(ClientError):
    """Too long without news of what was ended: nothing is believed. lag: how long, in seconds."""

    def __init__(self, lag: float | None) -> None:
        super().__init__("nothing is known of ended sessions yet" if lag is None else
                         f"{lag:.1f} s behind what was ended")
        self.lag = lag


class SessionEnded(ClientError):
    """The token is right, but its session was ended, or its user or key refused."""

    def __init__(self, kind: str) -> None:
        super().__init__("the session was ended" if kind == "sid" else f"revoked by {kind}")
        self.kind = kind


class Refused(ClientError):
    """lanyardd's problem: status (401), code ("session_ended"), detail, members, retry_after."""

    def __init__(self, status: int, members: dict[str, Any],
                 retry_after: str | None = None) -> None:
        self.status = status
        self.members = members
        self.code: str = members.get("code") or members.get("error") or "malformed"
        self.detail: str = members.get("detail") or members.get("title") or self.code
        self.retry_after = retry_after
        super().__init__(f"{status} {self.code}: {self.detail}")

    def __reduce__(self) -> Any:
        return (Refused, (self.status, self.members, self.retry_after))
