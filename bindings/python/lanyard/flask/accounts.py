"""Users of the embedded mode: a name or an address, a password, roles.

The rules are lanyardd's: user names are [a-z0-9._-]{1,64} after lower-casing, passwords are bytes,
15 code points at least by default and 1,024 bytes at most, and an unknown user costs the same work
and gets the same words as a wrong password. The hash is Werkzeug's (scrypt), which Flask brings.
"""

import re
from dataclasses import dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from werkzeug.security import check_password_hash, generate_password_hash

from .problems import Problem
from .sessions import new_id
from .tables import users as table

__all__ = ["Accounts", "User", "clean_roles"]

_USERNAME = re.compile(r"[a-z0-9._-]{1,64}\Z")
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+\Z")
_ROLE = re.compile(r"[a-z0-9._:-]{1,64}\Z")
PASSWORD_MAX = 1024


@dataclass(frozen=True)
class User:
    id: str
    username: str | None = None
    email: str | None = None
    roles: tuple = ()
    disabled: bool = False

    def as_dict(self):
        return {"id": self.id, "username": self.username, "email": self.email,
                "roles": list(self.roles)}


def _lower(text):
    """Lower case of ASCII alone: no other letter becomes one that is allowed."""
    return "".join(c.lower() if "A" <= c <= "Z" else c for c in text)


def clean_username(text):
    name = _lower(text)
    if not _USERNAME.match(name):
        raise Problem("invalid_username", "a user name is 1 to 64 of a-z, 0-9, dot, dash, "
                      "underscore")
    return name


def clean_email(text):
    if len(text) > 254 or not _EMAIL.match(text):
        raise Problem("invalid_email", "an address has one @ and no white space")
    return text, _lower(text)


def clean_roles(roles):
    """The roles, sorted, none twice; ValueError for a name that cannot be one."""
    names = roles.split() if isinstance(roles, str) else list(roles)
    for name in names:
        if not _ROLE.match(name):
            raise ValueError(f"a role is made of a-z, 0-9, dot, dash, underscore, colon: {name!r}")
    return tuple(sorted(set(names)))


def password_faults(password, username, email, points_min):
    """Why a password may not be chosen; empty: it may."""
    faults = []
    lowered = password.lower()
    if len(password) < points_min:
        faults.append("too_short")
    if len(password.encode("utf-8", "surrogatepass")) > PASSWORD_MAX:
        faults.append("too_long")
    if any(len(password) == size * (len(password) // size)
           and password == password[:size] * (len(password) // size)
           for size in range(1, min(5, len(password)))):
        faults.append("repeats")
    own = [username or "", (email or "").partition("@")[0]]
    if any(len(name) >= 4 and name.lower() in lowered for name in own):
        faults.append("own_name")
    return faults


class Accounts:
    def __init__(self, sessions, password_min=15, method="scrypt"):
        self.sessions = sessions
        self.password_min = password_min
        self.method = method
        self._nobody = None

    # Looking.

    def _where(self, login):
        column = table.c.email_norm if "@" in login else table.c.username
        return (table.c.realm == self.sessions.realm) & (column == _lower(login))

    @staticmethod
    def _user(row):
        return User(row.id, row.username, row.email, tuple(row.roles.split()),
                    row.disabled_at is not None)

    def get(self, user_id):
        """The User of that id, or None."""
        with self.sessions.begin() as db:
            row = db.execute(select(table).where(
                table.c.id == user_id, table.c.realm == self.sessions.realm)).first()
        return self._user(row) if row else None

    def find(self, login):
        """The User of that name or address, or None."""
        with self.sessions.begin() as db:
            row = db.execute(select(table).where(self._where(login))).first()
        return self._user(row) if row else None

    # Passwords.

    def _hash(self, password):
        return generate_password_hash(password, method=self.method)

    def _fits(self, stored, password):
        """The same work for an unknown user, whose hash is nobody's."""
        if len(password.encode("utf-8", "surrogatepass")) > PASSWORD_MAX:
            stored, password = None, ""
        if stored is None:
            self._nobody = self._nobody or self._hash("of nobody")
            check_password_hash(self._nobody, password + "\0")
            return False
        return check_password_hash(stored, password)

    def _demand(self, password, username, email):
        faults = password_faults(password, username, email, self.password_min)
        if faults:
            raise Problem("weak_password", "choose another password: "
                          + ", ".join(fault.replace("_", " ") for fault in faults), reasons=faults)

    # Changing. Each call is whole: it hashes outside of the transaction.

    def add(self, username, email, password, roles=("user",)):
        """The new User."""
        username = clean_username(username) if username else None
        email, email_norm = clean_email(email) if email else (None, None)
        if not username and not email:
            raise Problem("invalid", "username or email is required")
        self._demand(password, username, email)
        now = self.sessions.now()
        row = {"id": str(new_id(now)), "realm": self.sessions.realm, "username": username,
               "email": email, "email_norm": email_norm, "password": self._hash(password),
               "roles": " ".join(clean_roles(roles)), "created_at": now, "disabled_at": None,
               "logins": 0}
        try:
            with self.sessions.begin() as db:
                db.execute(insert(table).values(row))
        except IntegrityError:
            is_name = bool(username and self.find(username))
            raise Problem("username_taken" if is_name else "email_taken") from None
        return User(row["id"], username, email, clean_roles(roles))

    def log_in(self, login, password, origin, device=""):
        """(User, Grant). The password is compared outside, and the transaction that makes the
        session looks whether it is still the same: a login cannot slip past a password change."""
        with self.sessions.begin() as db:
            row = db.execute(select(table).where(self._where(login))).first()
        if not self._fits(row.password if row else None, password):
            raise Problem("invalid_credentials")
        if row.disabled_at is not None:
            raise Problem("account_disabled")
        return self._user(row), self._begin_if_same(row, origin, device)

    def _begin_if_same(self, row, origin, device, new_password=None, end=None):
        values = {"logins": table.c.logins + 1}
        if new_password:
            values["password"] = new_password
        with self.sessions.begin() as db:
            same = db.execute(update(table).where(
                table.c.id == row.id, table.c.password == row.password,
                table.c.disabled_at.is_(None)).values(values)).rowcount
            if same and end:
                end(db)
            grant = self.sessions.start(db, row.id, origin, device) if same else None
        if grant is None:
            raise Problem("invalid_credentials")
        return grant

    def _proved(self, user_id, password):
        with self.sessions.begin() as db:
            row = db.execute(select(table).where(
                table.c.id == user_id, table.c.realm == self.sessions.realm)).first()
        if not self._fits(row.password if row else None, password):
            raise Problem("invalid_credentials")
        return row

    def reauthenticate(self, user_id, sid, password, origin):
        """(User, Grant) of a new session with a fresh auth_time; that one ends. A family is
        never kept: a thief inside the grace window would receive the fresh session."""
        row = self._proved(user_id, password)
        return self._user(row), self._begin_if_same(
            row, origin, "", end=lambda db: self.sessions.end(db, sid, "reauthenticated"))

    def change_password(self, user_id, password, new_password, origin):
        """(User, Grant). Ends every session of the user and makes a new one."""
        row = self._proved(user_id, password)
        self._demand(new_password, row.username, row.email)
        return self._user(row), self._begin_if_same(
            row, origin, "", new_password=self._hash(new_password),
            end=lambda db: self.sessions.end_user(db, user_id, "password_changed"))

    def set_disabled(self, user_id, is_disabled):
        """Disabling ends every session; how many."""
        with self.sessions.begin() as db:
            db.execute(update(table).where(
                table.c.id == user_id, table.c.realm == self.sessions.realm)
                .values(disabled_at=self.sessions.now() if is_disabled else None))
            return (self.sessions.end_user(db, user_id, "account_disabled")
                    if is_disabled else 0)

    def set_roles(self, user_id, roles):
        """They stand in the next access token."""
        with self.sessions.begin() as db:
            db.execute(update(table).where(
                table.c.id == user_id, table.c.realm == self.sessions.realm)
                .values(roles=" ".join(clean_roles(roles))))
