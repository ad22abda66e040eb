"""Claims to JSON: what lanyard.issue and lanyard.Issuer write."""

import datetime
import json
from collections.abc import Mapping
from typing import Any

__all__ = ["dump"]


def _default(value: object) -> int:
    """A time as seconds since 1970. One without a time zone is nobody's time in particular."""
    if isinstance(value, datetime.datetime):
        if value.utcoffset() is None:
            raise ValueError("a datetime without a time zone cannot be a claim")
        return int(value.timestamp())
    raise TypeError(f"{type(value).__name__} is not a JSON value")


def dump(claims: Mapping[str, Any]) -> str:
    """The JSON object of a mapping, without white space."""
    return json.dumps(dict(claims), separators=(",", ":"), ensure_ascii=False, allow_nan=False,
                      default=_default)
