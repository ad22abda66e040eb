"""Starlette middleware over lanyard.AsyncClient: request.state.lanyard is the Identity.

    app = Starlette(routes=..., middleware=[Middleware(Lanyard, client=sessions, public=("/",))])
"""

import json

import lanyard

from .client import Refused, SessionEnded, Stale, Unavailable

__all__ = ["Lanyard", "refusal_of"]


def refusal_of(error):
    """(status, code, headers) for what verify() raised; any other error goes on."""
    if isinstance(error, SessionEnded):
        code = "session_ended"
    elif isinstance(error, (Stale, Unavailable, Refused)):
        return 503, "unavailable", {"Retry-After": "1"}
    elif isinstance(error, lanyard.Error):
        code = "invalid_token"
    else:
        raise error
    return 401, code, {"WWW-Authenticate": f'Bearer error="invalid_token", error_description="{code}"'}


class Lanyard:
    """Pure ASGI. Every path is protected but those of public, and what is below them when they
    end in a slash; with optional=True a request without a good token goes on as nobody."""

    def __init__(self, app, client, public=(), optional=False):
        self.app = app
        self.client = client
        self.public = tuple(public)
        self.optional = optional

    async def __call__(self, scope, receive, send):
        if scope["type"] not in ("http", "websocket") or scope.get("method") == "OPTIONS":
            return await self.app(scope, receive, send)
        state = scope.setdefault("state", {})
        state["lanyard"], refusal = await self._identify(scope)
        if refusal is None or self.optional or self._is_public(scope["path"]):
            return await self.app(scope, receive, send)
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1008})
        await self._refuse(send, *refusal)

    def _is_public(self, path):
        return any(path == one or (one.endswith("/") and len(one) > 1 and path.startswith(one))
                   for one in self.public)

    async def _identify(self, scope):
        """(Identity or None, refusal or None)"""
        headers = [value for name, value in scope["headers"] if name == b"authorization"]
        scheme, _, token = (headers[0] if headers else b"").decode("latin-1").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return None, (401, "no_credential", {"WWW-Authenticate": "Bearer"})
        try:
            return await self.client.verify(token.strip()), None
        except Exception as error:
            return None, refusal_of(error)

    async def _refuse(self, send, status, code, headers):
        body = json.dumps({"status": status, "code": code}).encode()
        fields = {"Content-Type": "application/problem+json", "Content-Length": str(len(body)),
                  **headers}
        await send({"type": "http.response.start", "status": status, "headers": [
            (name.lower().encode(), value.encode()) for name, value in fields.items()]})
        await send({"type": "http.response.body", "body": body})
