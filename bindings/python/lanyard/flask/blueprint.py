"""The ready Blueprint: register, login, refresh, logout, reauth, password, me, sessions, and the
script for pages. Each view says what it takes and hands the work to the back end, so that it is
the same with lanyardd and without.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, make_response, request

from .body import read_body
from .problems import Problem
from .refresh_token import sid_of

if TYPE_CHECKING:
    from .extension import Lanyard

__all__ = ["make_blueprint"]


def make_blueprint(lanyard: Lanyard) -> Blueprint:
    """A new Blueprint for that Lanyard. init_app() makes and registers one; an application that
    wants it elsewhere turns that off (blueprint=False) and registers its own."""
    blueprint = Blueprint(lanyard.blueprint_name, __name__)
    views = _Views(lanyard)
    for method, path, function in (
            ("POST", "/register", views.register), ("POST", "/login", views.login),
            ("POST", "/refresh", views.refresh), ("POST", "/logout", views.logout),
            ("POST", "/reauth", views.reauth), ("POST", "/password", views.password),
            ("GET", "/me", views.me), ("GET", "/sessions", views.sessions),
            ("DELETE", "/sessions/<sid>", views.end_session),
            ("GET", "/lanyard.js", views.script)):
        blueprint.add_url_rule(path, function.__name__, function, methods=[method])
    return blueprint


class _Views:
    def __init__(self, lanyard):
        self.lanyard = lanyard

    # Answers.

    def _wants_cookies(self, mode):
        mode = mode or self.lanyard.state.settings.mode
        if mode not in ("token", "cookie"):
            raise Problem("invalid", "mode is neither token nor cookie")
        if mode == "cookie" and not self.lanyard.state.cookies.are_used:
            raise Problem("invalid", "this application takes no cookies: mode is token")
        return mode == "cookie"

    def _answer(self, token_set, is_cookie, status=200):
        cookies = self.lanyard.state.cookies
        if is_cookie:
            shown = {name: value for name, value in token_set.items()
                     if name not in ("access_token", "refresh_token", "token_type")}
            response = make_response(jsonify(shown), status)
            cookies.put(response, token_set)
        else:
            response = make_response(jsonify(token_set), status)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _device(self, body):
        device = body.get("device") or {}
        label = device.get("label", "") if isinstance(device, dict) else device
        if not isinstance(label, str):
            raise Problem("invalid", "device is neither a string nor an object with a label")
        return label

    def _refuse_other_sites(self):
        """A login by another site's page would log a browser in as the attacker."""
        self.lanyard.state.cookies.check_origin(request)

    # Views.

    def register(self):
        body = read_body(("password",), ("username", "email", "device", "mode"))
        is_cookie = self._wants_cookies(body["mode"])
        self._refuse_other_sites()
        token_set = self.lanyard.backend.register(
            body["username"], body["email"], body["password"], self.lanyard.origin(),
            self._device(body))
        return self._answer(token_set, is_cookie, 201)

    def login(self):
        body = read_body(("login", "password"), ("device", "mode"))
        is_cookie = self._wants_cookies(body["mode"])
        self._refuse_other_sites()
        token_set = self.lanyard.backend.login(
            body["login"], body["password"], self.lanyard.origin(), self._device(body))
        return self._answer(token_set, is_cookie)

    def _refresh_cookie(self):
        """The refresh token of the cookie, after the checks that a cookie needs."""
        cookies = self.lanyard.state.cookies
        text = request.cookies.get(cookies.refresh) if cookies.are_used else None
        if text is None:
            return None
        cookies.check_origin(request)
        cookies.check_double_submit(request, sid_of(text) or "")
        return text

    def refresh(self):
        text = read_body((), ("refresh_token",), is_optional=True)["refresh_token"]
        is_cookie = text is None
        if is_cookie:
            text = self._refresh_cookie()
        if text is None:
            raise Problem("no_credential", "no refresh token, neither in the body nor as a cookie")
        try:
            token_set = self.lanyard.backend.refresh(text, self.lanyard.origin())
        except Problem as problem:
            if is_cookie and problem.code == 401:
                self.lanyard.state.cookies.clear(problem.response)
            raise
        return self._answer(token_set, is_cookie)

    def logout(self):
        """With an access token, expired or not; with a refresh token in the body; or with the
        refresh cookie alone."""
        body = read_body((), ("scope", "refresh_token"), is_optional=True)
        scope = body["scope"] or "this"
        if scope not in ("this", "others", "all"):
            raise Problem("invalid", "scope is none of this, others, all")
        access, is_cookie = self.lanyard.credential()
        refresh = body["refresh_token"]
        if is_cookie and access is None and refresh is None:
            refresh = self._refresh_cookie()
        elif is_cookie and access is not None:
            self._check_cookie_of(access)
        revoked = self.lanyard.backend.logout(access, refresh, scope)
        response = jsonify({"revoked": revoked})
        if is_cookie and scope != "others":
            self.lanyard.state.cookies.clear(response)
        return response

    def _check_cookie_of(self, access):
        """The refresh cookie names the session as well, and stays when the access token is
        expired: its checks do for both."""
        cookies = self.lanyard.state.cookies
        cookies.check_origin(request)
        text = request.cookies.get(cookies.refresh)
        sid = sid_of(text) if text else self.lanyard.backend.verify(access, False).sid
        cookies.check_double_submit(request, sid or "")

    def reauth(self):
        identity, token, is_cookie = self._caller()
        body = read_body(("password",), ("login",))
        token_set = self.lanyard.backend.reauth(
            identity, token, body["password"], self.lanyard.origin(), body["login"])
        return self._answer(token_set, is_cookie)

    def password(self):
        identity, token, is_cookie = self._caller()
        body = read_body(("current_password", "new_password"))
        token_set = self.lanyard.backend.change_password(
            identity, token, body["current_password"], body["new_password"],
            self.lanyard.origin())
        return self._answer(token_set, is_cookie)

    def _caller(self):
        identity = self.lanyard.check()
        token, is_cookie = self.lanyard.credential()
        return identity, token, is_cookie

    def me(self):
        identity, token, _ = self._caller()
        user = self.lanyard.backend.user(identity, token)
        return self._private({"user": user, "session": {"id": identity.sid},
                              "expires_in": max(0, identity.exp - self._now())})

    def _now(self):
        return self.lanyard.backend.now() // 1_000_000

    @staticmethod
    def _private(body):
        response = jsonify(body)
        response.headers["Cache-Control"] = "no-store"
        return response

    def sessions(self):
        identity, token, _ = self._caller()
        return self._private({"items": self.lanyard.backend.list_sessions(identity, token)})

    def end_session(self, sid):
        identity, token, is_cookie = self._caller()
        self.lanyard.backend.end_session(identity, token, sid)
        response = Response(status=204)
        if is_cookie and sid == identity.sid:
            self.lanyard.state.cookies.clear(response)
        return response

    def script(self):
        """lanyard.js, told where it was served from and what the cookie is called."""
        state = self.lanyard.state
        text = resources.files(__package__).joinpath("lanyard.js").read_text("utf-8")
        text = text.replace("%PREFIX%", request.path.rpartition("/")[0])
        text = text.replace("%CSRF%", state.cookies.csrf)
        response = Response(text, mimetype="text/javascript")
        response.headers["Cache-Control"] = "public, max-age=300"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
