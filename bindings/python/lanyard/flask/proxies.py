"""current_user and current_session, in Flask's manner: they mean the request at hand."""

from __future__ import annotations

from typing import Any, cast

from flask import current_app, g
from werkzeug.local import LocalProxy

from ..client.identity import Identity


__all__ = ["current_session", "current_user", "load_user"]


class LazyUser:
    """The user of a token. id and roles stand in it; anything else is asked for once."""

    def __init__(self, identity, fetch):
        self.id = identity.sub
        self.roles = identity.roles
        self._fetch = fetch
        self._known = None

    def as_dict(self):
        if self._known is None:
            self._known = self._fetch()
        return self._known

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self.as_dict()[name]
        except KeyError:
            raise AttributeError(f"nothing is known of the user's {name}") from None

    def __repr__(self):
        return f"<user {self.id}>"


def load_user(extension, caller, loader):
    if loader is not None:
        return loader(caller.identity)
    backend = extension.backend
    return LazyUser(caller.identity,
                    lambda: backend.user(caller.identity, caller.access_token))


def _extension():
    """The Lanyard that protects this view; without one, the application's first."""
    current = g.get("_lanyard_current")
    if current is None:
        states = current_app.extensions.get("lanyard-states")
        if not states:
            raise RuntimeError("this application was not given to Lanyard.init_app()")
        name = next(iter(states))
        current = current_app.extensions["lanyard" + (f"-{name}" if name else "")]
    return current


# Any: a user_loader may make it whatever it likes.
current_user: Any = LocalProxy(lambda: _extension().user)
current_session = cast(Identity, LocalProxy(lambda: _extension().identity))
