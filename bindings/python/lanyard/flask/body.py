"""Bodies of the Blueprint's requests: strict JSON objects."""

import json

from flask import request

from .problems import Problem

__all__ = ["read_body"]

BODY_MAX = 65536


def _unique(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands twice")
    return found


def _parse(data):
    try:
        body = json.loads(data.decode("utf-8"), object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise Problem("malformed", f"the body is not JSON: {error}"[:160]) from None
    if not isinstance(body, dict):
        raise Problem("malformed", "the body is not a JSON object")
    return body


def read_body(required=(), optional=(), is_optional=False):
    """The members, all strings but "device", a missing one as None. Unknown members are refused:
    nobody's typing mistake becomes a password of None."""
    if (request.content_length or 0) > BODY_MAX:
        raise Problem("malformed", "the body is too large", status=413)
    data = request.get_data(cache=True)
    if not data and is_optional:
        return dict.fromkeys((*required, *optional))
    if request.mimetype != "application/json":
        raise Problem("unsupported_media_type", "send application/json")
    body = _parse(data)
    for name, value in body.items():
        if name not in required and name not in optional:
            raise Problem("invalid", f"unknown member: {name[:64]}")
        if name != "device" and not isinstance(value, str):
            raise Problem("invalid", f"{name} is not a string")
    for name in required:
        if not body.get(name):
            raise Problem("invalid", f"{name} is required")
    return {name: body.get(name) for name in (*required, *optional)}
