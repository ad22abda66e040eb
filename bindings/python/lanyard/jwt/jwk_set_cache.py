"""A key set that is kept for a while."""

from __future__ import annotations

import time
from typing import Any

from .api_jwk import PyJWKSet, PyJWTSetWithTimestamp
from .exceptions import PyJWKSetError


class JWKSetCache:
    """Keeps one PyJWKSet for lifespan seconds of the monotonic clock; for ever when negative."""

    def __init__(self, lifespan: float) -> None:
        self.jwk_set_with_timestamp: PyJWTSetWithTimestamp | None = None
        self.lifespan = lifespan

    def put(self, jwk_set: PyJWKSet | dict[str, Any] | None) -> None:
        """Keeps a set, parsed; None forgets it."""
        if jwk_set is None:
            self.jwk_set_with_timestamp = None
            return
        if isinstance(jwk_set, dict):
            jwk_set = PyJWKSet.from_dict(jwk_set)
        if not isinstance(jwk_set, PyJWKSet):
            raise PyJWKSetError("Invalid JWK Set value")
        self.jwk_set_with_timestamp = PyJWTSetWithTimestamp(jwk_set)

    def get(self) -> PyJWKSet | None:
        """The set, or None when there is none or it is too old."""
        if self.jwk_set_with_timestamp is None or self.is_expired():
            return None
        return self.jwk_set_with_timestamp.get_jwk_set()

    def is_expired(self) -> bool:
        """Whether the set is too old."""
        kept = self.jwk_set_with_timestamp
        return (kept is not None and self.lifespan > -1
                and time.monotonic() > kept.get_timestamp() + self.lifespan)
