"""Lanyard: the extension object."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, overload

from flask import Blueprint, Flask, current_app, g, request

from ..client.identity import Identity
from .cookies import Cookies
from .embedded import Embedded, engine_for
from .problems import Problem
from .sessions import Origin, Rules
from .settings import Settings
from .tokens import secret_bytes

__all__ = ["Lanyard", "State"]

FRESH_SECONDS = 300
_View = TypeVar("_View", bound=Callable[..., Any])
_Function = TypeVar("_Function", bound=Callable[..., Any])
_Scope = TypeVar("_Scope", bound=Flask | Blueprint)


class State:
    """What one application has of one Lanyard."""

    def __init__(self, settings, backend, cookies):
        self.settings = settings
        self.backend = backend
        self.cookies = cookies


class _Caller:
    """Who sent the current request, found out once."""

    def __init__(self) -> None:
        self.identity: Identity | None = None
        self.access_token: str | None = None
        self.refusal: Any = None  # the Problem, when there is no identity
        self.user: Any = None
        self.is_unchecked = False  # a view did not want the session looked up


def _seconds(value):
    return value.total_seconds() if isinstance(value, timedelta) else value


class Lanyard:
    """User sessions for a Flask application: init_app(), then @required or protect().

    name: for a second one in the same application; it has its own configuration keys
    (LANYARD_<NAME>_...), cookies, tokens and sessions. engine: a SQLAlchemy Engine, a function that
    gives one, or a Flask-SQLAlchemy object, for the embedded mode; without one
    LANYARD_DATABASE_URL or SQLALCHEMY_DATABASE_URI says where the sessions live.
    """

    def __init__(self, app: Flask | None = None, *, name: str = "", engine: Any = None,
                 blueprint: bool = True) -> None:
        self.name = name
        self._engine = engine
        self._has_blueprint = blueprint
        self._user_loader: Callable[[Identity], Any] | None = None
        self._callbacks: dict[str, Callable[..., Any]] = {}
        self._end_listeners: list[Callable[[str, str, str], Any]] = []
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask, *, engine: Any = None) -> None:
        """Reads the configuration, and registers the Blueprint and `flask lanyard`."""
        from .blueprint import make_blueprint
        from .commands import group

        settings = Settings.of(app.config, self.name)
        engine = engine if engine is not None else self._engine
        backend = self._served(settings) if settings.server else self._embedded(app, settings, engine)
        cookies = Cookies(self.name, self._cookie_secret(app, settings), settings.cookie_secure,
                          settings.url_prefix, settings.origins)
        key = "lanyard" + (f"-{self.name}" if self.name else "")
        if key in app.extensions:
            raise RuntimeError(f"this application has a {key} already: give the second a name")
        app.extensions[key] = self
        app.extensions.setdefault("lanyard-states", {})[self.name] = State(
            settings, backend, cookies)
        self._apply_callbacks(backend)
        if self._has_blueprint:
            app.register_blueprint(make_blueprint(self), url_prefix=settings.url_prefix)
        if "lanyard" not in app.cli.commands:
            app.cli.add_command(group)

    # Making the back end.

    def _secrets(self, app, settings):
        name = "LANYARD_SECRET_KEY" if settings.secret_key else "SECRET_KEY"
        first = settings.secret_key or app.config.get("SECRET_KEY")
        rest = [*settings.secret_key_fallbacks, *(app.config.get("SECRET_KEY_FALLBACKS") or ())]
        return [secret_bytes(first, name)] + [secret_bytes(one, name + "_FALLBACKS")
                                              for one in rest]

    def _cookie_secret(self, app, settings):
        """None where there are no cookies: nothing is protected by a key that anybody knows."""
        if "cookie" not in settings.locations:
            return None
        secret = settings.secret_key or app.config.get("SECRET_KEY")
        if not secret:
            raise RuntimeError("SECRET_KEY is not set: cookies need it against forged requests. "
                               "Without cookies: LANYARD_LOCATIONS = \"header\"")
        return secret.encode() if isinstance(secret, str) else bytes(secret)

    def _embedded(self, app, settings, engine):
        rules = Rules(access=settings.access_seconds, grace=settings.grace_seconds,
                      idle=settings.idle_seconds, absolute=settings.absolute_seconds,
                      cap=settings.session_cap)
        url = settings.database_url or app.config.get("SQLALCHEMY_DATABASE_URI")
        if engine is None and url is None:
            raise RuntimeError("no database for the sessions: set LANYARD_DATABASE_URL or "
                               "SQLALCHEMY_DATABASE_URI, pass engine=, or set LANYARD_SERVER")
        if engine is None:
            engine = engine_for(url)
        elif hasattr(type(engine), "engines"):  # Flask-SQLAlchemy
            extension = engine
            engine = lambda: _flask_sqlalchemy_engine(app, extension)
        audience = settings.audience or app.name + (f"/{self.name}" if self.name else "")
        return Embedded(engine, self._secrets(app, settings), rules,
                        issuer=settings.issuer or "lanyard", audience=audience, realm=self.name,
                        leeway=settings.leeway_seconds, password_min=settings.password_min,
                        hash_method=settings.password_method,
                        check_sessions=settings.check_sessions, on_end=self._tell_end)

    @staticmethod
    def _served(settings):
        from .served import Served

        return Served(settings)

    # What the application may say.

    def _apply_callbacks(self, backend):
        if backend.is_embedded:
            for name, function in self._callbacks.items():
                setattr(backend, name, function)

    def _callback(self, name: str, function: _Function) -> _Function:
        self._callbacks[name] = function
        if current_app and self.name in current_app.extensions.get("lanyard-states", {}):
            self._apply_callbacks(self.state.backend)
        return function

    def user_loader(self, function: _Function) -> _Function:
        """Registers what makes current_user of an Identity. None: the user is no more, and the
        caller is nobody."""
        self._user_loader = function
        return function

    def password_checker(self, function: _Function) -> _Function:
        """Embedded, for an application with users of its own: (login, password) -> the id of the
        user, or None. Before init_app."""
        return self._callback("password_check", function)

    def roles_loader(self, function: _Function) -> _Function:
        """Embedded: user id -> the roles for the next token, or None: no session any more. Before
        init_app."""
        return self._callback("roles_of", function)

    def claims_loader(self, function: _Function) -> _Function:
        """Embedded: user id -> more claims of the access token. Before init_app."""
        return self._callback("extra_claims", function)

    def on_session_end(self, function: _Function) -> _Function:
        """Embedded: function(sid, user_id, reason) is called after each end, once it is
        committed; reason "reuse" is worth a message to the user."""
        self._end_listeners.append(function)
        return function

    def _tell_end(self, sid, user_id, reason):
        for listener in self._end_listeners:
            listener(sid, user_id, reason)

    # Finding out who asks.

    @property
    def state(self) -> State:
        """What this application has of this Lanyard: settings, back end, cookies."""
        states = current_app.extensions.get("lanyard-states", {})
        if self.name not in states:
            raise RuntimeError("this application was not given to Lanyard.init_app()")
        return states[self.name]

    @property
    def backend(self) -> Any:
        """What the Blueprint calls: login(), refresh(), logout() and so on, as bare helpers."""
        return self.state.backend

    @staticmethod
    def origin() -> Origin:
        """Where the current request comes from."""
        return Origin(request.remote_addr or "", request.headers.get("User-Agent", ""))

    def credential(self) -> tuple[str | None, bool]:
        """(access token or None, whether it came by cookie)."""
        settings = self.state.settings
        if "header" in settings.locations and "Authorization" in request.headers:
            scheme, _, token = request.headers["Authorization"].partition(" ")
            if scheme.lower() == "bearer":
                return token.strip(), False
        if "cookie" in settings.locations:
            return request.cookies.get(self.state.cookies.access), True
        return None, False

    def _find(self, caller, check_session):
        token, is_cookie = self.credential()
        if not token:
            raise Problem("no_credential", realm=current_app.name)
        identity = self.backend.verify(token, check_session)
        if is_cookie:
            self.state.cookies.check(request, identity.sid)
        caller.identity, caller.access_token = identity, token

    def caller(self, check_session: bool | None = None) -> _Caller:
        """Who sent this request. Its refusal says why it is nobody. Asked once a request."""
        callers = g.setdefault("_lanyard_callers", {})
        caller = callers.get(self.name)
        if caller is None or (caller.is_unchecked and check_session is not False):
            caller = _Caller()
            caller.is_unchecked = check_session is False
            try:
                self._find(caller, check_session)
            except Problem as refusal:
                caller.refusal = refusal
            callers[self.name] = caller
        return caller

    def _known(self):
        """The caller as the view's own decorator found it."""
        return g.get("_lanyard_callers", {}).get(self.name) or self.caller()

    @property
    def identity(self) -> Identity | None:
        """The Identity of this request, or None."""
        return self._known().identity

    @property
    def user(self) -> Any:
        """current_user: what the user_loader makes, else a User."""
        from .proxies import load_user

        caller = self._known()
        if caller.user is None and caller.identity is not None:
            caller.user = load_user(self, caller, self._user_loader)
        return caller.user

    # Protecting.

    def check(self, *, optional: bool = False, roles: str | Iterable[str] = (),
              any_role: str | Iterable[str] = (), max_age: float | timedelta | None = None,
              fresh: bool = False, check_session: bool | None = None) -> Identity | None:
        """Refuses the current request, or returns its Identity (None with optional). What
        required() does to a view, for use inside of one."""
        caller = self.caller(check_session)
        if self._user_loader and caller.identity is not None and self.user is None:
            caller.identity = None
            caller.refusal = Problem("invalid_token", "the user of this token is no more")
        if caller.identity is None:
            if optional:
                return None
            raise caller.refusal
        identity = caller.identity
        wanted = (roles,) if isinstance(roles, str) else tuple(roles)
        if not identity.has_role(*wanted):
            raise Problem("forbidden", "this needs the role " + " and ".join(wanted))
        others = (any_role,) if isinstance(any_role, str) else tuple(any_role)
        if others and not set(others) & set(identity.roles):
            raise Problem("forbidden", "this needs the role " + " or ".join(others))
        if fresh and identity.iat - identity.auth_time > 1:
            raise Problem("reauth_required", "this needs a token straight from a login",
                          challenge={"max_age": 0})
        if max_age is not None:
            self._check_age(identity, _seconds(max_age))
        g._lanyard_current = self
        return identity

    def _check_age(self, identity, max_age):
        age = self.backend.now() // 1_000_000 - identity.auth_time
        if age > max_age:
            raise Problem("reauth_required", f"the last login was {age} s ago, this needs one of "
                          f"at most {max_age:g} s", challenge={"max_age": int(max_age)})

    @overload
    def required(self, view: _View, **rules: Any) -> _View: ...

    @overload
    def required(self, view: None = None, **rules: Any) -> Callable[[_View], _View]: ...

    def required(self, view: Any = None, **rules: Any) -> Any:
        """@lanyard.required, @lanyard.required(roles="admin", max_age=300, optional=True ...)."""
        def decorate(function):
            @wraps(function)
            def guarded(*args, **kwargs):
                if request.method != "OPTIONS":
                    self.check(**rules)
                return current_app.ensure_sync(function)(*args, **kwargs)
            return guarded
        return decorate if view is None else decorate(view)

    def roles(self, *roles: str) -> Callable[[_View], _View]:
        """@lanyard.roles("admin"): every one of them."""
        return self.required(roles=roles)

    @overload
    def fresh_login(self, view: _View) -> _View: ...

    @overload
    def fresh_login(self, view: None = None) -> Callable[[_View], _View]: ...

    def fresh_login(self, view: Any = None) -> Any:
        """Only with a token that came straight from a login, not from a refresh."""
        return self.required(view, fresh=True)

    def step_up(self, max_age: float | timedelta = FRESH_SECONDS) -> Callable[[_View], _View]:
        """Only within max_age seconds of the last proof of the password. The refusal says so
        (RFC 9470), and POST /auth/reauth answers it."""
        return self.required(max_age=max_age)

    @staticmethod
    def public(view: _View) -> _View:
        """Exempts a view of what protect() protects."""
        marked: Any = view
        marked._lanyard_is_public = True
        return view

    def protect(self, scope: _Scope, **rules: Any) -> _Scope:
        """Protects every view of a Blueprint or of the application, but those marked @public, the
        Blueprint of this extension, and static files."""
        @scope.before_request
        def guard():
            endpoint = request.endpoint or ""
            view = current_app.view_functions.get(endpoint)
            is_own = endpoint.startswith("lanyard") and request.blueprint == self.blueprint_name
            is_static = endpoint == "static" or endpoint.endswith(".static")
            if (request.method == "OPTIONS" or is_own or is_static or view is None
                    or getattr(view, "_lanyard_is_public", False)):
                return
            self.check(**rules)
        return scope

    @property
    def blueprint_name(self) -> str:
        """What url_for() calls its Blueprint."""
        return "lanyard" + (f"_{self.name}" if self.name else "")


def _flask_sqlalchemy_engine(app, extension):
    with app.app_context():
        return extension.engine
