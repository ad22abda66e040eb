"""The embedded back end: this process makes and checks tokens, the application's database keeps the
sessions. What it does is what served.py asks lanyardd for; the two have the same methods, and a
TokenSet of either looks the same.
"""

import datetime
from contextlib import contextmanager

from sqlalchemy import create_engine, event, func, select

from .accounts import Accounts
from .problems import Problem
from .refresh_token import Codec
from .sessions import SECOND, Sessions, clock
from .tables import metadata
from .tables import sessions as sessions_table
from .tokens import AccessTokens

__all__ = ["Embedded"]


def _stamp(micros):
    """RFC 3339, to the second, in UTC."""
    at = datetime.datetime.fromtimestamp(micros // SECOND, datetime.timezone.utc)
    return at.isoformat().replace("+00:00", "Z")


def _on_sqlite_connect(raw, _record):
    """Readers beside a writer, foreign keys, and waiting instead of failing."""
    cursor = raw.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.close()


def engine_for(url):
    """An engine of our own, for an application that has none."""
    engine = create_engine(url, pool_pre_ping=url.startswith("postgresql"))
    if engine.dialect.name == "sqlite" and engine.url.database not in (None, "", ":memory:"):
        event.listen(engine, "connect", _on_sqlite_connect)
    return engine


class Embedded:
    """engine: a SQLAlchemy Engine, or a function that gives one when it is needed."""

    is_embedded = True

    def __init__(self, engine, secrets, rules, *, issuer, audience, realm="", leeway=0,
                 password_min=15, hash_method="scrypt", check_sessions=True, now=clock,
                 on_end=None):
        self._engine = engine
        self._isolated = None
        self.now = now
        self.check_sessions = check_sessions
        self.tokens = AccessTokens(secrets, issuer, audience, leeway)
        self.sessions = Sessions(self.begin, Codec(secrets), rules, realm, now, on_end)
        self.accounts = Accounts(self.sessions, password_min, hash_method)
        self.password_check = None  # (login, password) -> user id or None, of the application
        self.roles_of = None  # user id -> roles, or None: the user is no more
        self.extra_claims = None  # user id -> claims of the access token

    # The database.

    @property
    def engine(self):
        """READ COMMITTED where there is a choice: a refresh that waited for another must see
        what the other one did."""
        if self._isolated is None:
            engine = self._engine() if callable(self._engine) else self._engine
            if engine.dialect.name != "sqlite":
                engine = engine.execution_options(isolation_level="READ COMMITTED")
            self._isolated = engine
        return self._isolated

    @contextmanager
    def begin(self):
        with self.engine.begin() as connection:
            yield connection

    def create_tables(self):
        metadata.create_all(self.engine)

    # Token sets.

    def _standing(self, user_id):
        """(roles, User or None); roles None: no session for this user any more."""
        if self.roles_of:
            return self.roles_of(user_id), None
        user = self.accounts.get(user_id)
        return None if user is None or user.disabled else user.roles, user

    def _token_set(self, grant, roles, user=None):
        extra = self.extra_claims(grant.user_id) if self.extra_claims else {}
        who = user.as_dict() if user else {"id": grant.user_id, "roles": list(roles)}
        return {
            "access_token": self.tokens.write(grant, roles, extra), "token_type": "Bearer",
            "expires_in": grant.exp - grant.iat,
            "refresh_token": self.sessions.codec.write(grant.token),
            "refresh_expires_in":
                min(grant.idle_expires, grant.abs_expires) // SECOND - grant.iat,
            "session": {"id": grant.sid, "expires_at": _stamp(grant.abs_expires)}, "user": who,
        }

    # What the Blueprint does.

    def register(self, username, email, password, origin, device=""):
        self.accounts.add(username, email, password)
        return self.login(username or email, password, origin, device)

    def login(self, login, password, origin, device=""):
        if self.password_check is None:
            user, grant = self.accounts.log_in(login, password, origin, device)
            return self._token_set(grant, user.roles, user)
        user_id = self.password_check(login, password)
        if user_id is None:
            raise Problem("invalid_credentials")
        return self.begin_session(user_id, origin, device)

    def begin_session(self, user_id, origin, device=""):
        """A TokenSet for a user whom the application itself has recognized. An ID is text from
        here on, whatever the application's column holds."""
        user_id = str(user_id)
        roles, user = self._standing(user_id)
        if roles is None:
            raise Problem("account_disabled")
        with self.sessions.begin() as db:
            grant = self.sessions.start(db, user_id, origin, device)
        return self._token_set(grant, roles, user)

    def refresh(self, refresh_token, origin):
        grant = self.sessions.refresh(refresh_token, origin)
        roles, user = self._standing(grant.user_id)
        if roles is None:
            self.sessions.logout(grant.sid, grant.user_id, reason="account_disabled")
            raise Problem("session_ended", reason="account_disabled")
        return self._token_set(grant, roles, user)

    def verify(self, access_token, check_session=None):
        """The Identity of a live session, or a Problem."""
        identity = self.tokens.read(access_token, self.now() // SECOND)
        if self.check_sessions if check_session is None else check_session:
            self.sessions.check(identity.sid)
        return identity

    def logout(self, access_token=None, refresh_token=None, scope="this"):
        """How many sessions it ended. An expired access token is as good as a fresh one."""
        if access_token:
            identity = self.tokens.read(access_token, self.now() // SECOND, forgive_expiry=True)
            sid, user_id = identity.sid, identity.sub
        elif refresh_token:
            sid, user_id = self.sessions.of_refresh(refresh_token)
        else:
            raise Problem("no_credential")
        return self.sessions.logout(sid, user_id, scope)

    def list_sessions(self, identity, access_token):
        return [{
            "id": row["id"], "current": row["id"] == identity.sid, "device": row["device"],
            "created_at": _stamp(row["created_at"]),
            "last_seen_at": _stamp(self.sessions.last_seen(row)),
            "expires_at": _stamp(row["abs_expires"]), "ip": row["prefix"],
            "user_agent": row["user_agent"],
        } for row in self.sessions.list(identity.sub)]

    def end_session(self, identity, access_token, sid):
        """Ends one of the user's own sessions; not_found for anybody else's."""
        mine = {row["id"] for row in self.sessions.list(identity.sub)}
        if sid not in mine:
            raise Problem("not_found")
        return self.sessions.logout(sid, identity.sub)

    def reauth(self, identity, access_token, password, origin, login=None):
        """A TokenSet of a new session with a fresh auth_time; the old one ends."""
        if self.password_check is None:
            user, grant = self.accounts.reauthenticate(identity.sub, identity.sid, password, origin)
            return self._token_set(grant, user.roles, user)
        user_id = self.password_check(login or identity.sub, password)
        if user_id is None or str(user_id) != identity.sub:
            raise Problem("invalid_credentials")
        roles, _ = self._standing(identity.sub)
        if roles is None:
            raise Problem("account_disabled")
        with self.sessions.begin() as db:
            self.sessions.end(db, identity.sid, "reauthenticated")
            grant = self.sessions.start(db, identity.sub, origin)
        return self._token_set(grant, roles)

    def change_password(self, identity, access_token, password, new_password, origin):
        """A TokenSet of a new session; every other of the user ends."""
        if self.password_check is not None:
            raise Problem("not_found", "the application changes passwords itself")
        user, grant = self.accounts.change_password(identity.sub, password, new_password, origin)
        return self._token_set(grant, user.roles, user)

    def user(self, identity, access_token):
        """What is known of the user, as a dict."""
        user = self.accounts.get(identity.sub) if not self.roles_of else None
        return user.as_dict() if user else {"id": identity.sub, "roles": list(identity.roles)}

    def diagnose(self):
        """Lines for `flask lanyard doctor`. Fails as a request would."""
        with self.begin() as db:
            count = db.execute(select(func.count()).select_from(sessions_table).where(
                sessions_table.c.ended_at.is_(None))).scalar()
        return [f"database   {self.engine.url.render_as_string(hide_password=True)}",
                f"sessions   {count} not ended"]
