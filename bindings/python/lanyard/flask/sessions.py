"""The life of a session in the application's own database: begin, refresh, end. Nothing else
writes lanyard_sessions.

A refresh is judged as lanyardd judges it. The usual case is one UPDATE that compares generation,
family, end and limits. When it changes nothing, the row is read and locked in the same transaction,
and the first line that fits decides:

  1. no row, or another family    session_ended, and nothing is ended
  2. ended                        session_ended
  3. past a limit                 session_expired
  4. one generation behind,       the same current token again with a fresh access token; neither
     rotated within grace         rotated_at nor the idle limit moves; 100 times, then 429
  5. further behind               refresh_reused: the session ends, reason "reuse"
  6. ahead                        session_ended: the session ends, reason "generation_ahead"

Functions of Sessions with a db argument are steps inside somebody's transaction. Those without are
whole: what they decided is committed before they return or raise.
"""

import os
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select, update

from .follower import address_prefix, note_reissue, note_rotation
from .problems import Problem
from .refresh_token import RefreshToken, SECRET_LEN
from .tables import sessions as table

__all__ = ["Grant", "Origin", "Rules", "Sessions", "clock", "new_id"]

SECOND = 1_000_000
SEEN_STEP = 300 * SECOND  # a finer last_seen_at would tell a thief when the owner rotates


def clock():
    """Microseconds since 1970."""
    return time.time_ns() // 1000


def new_id(now):
    """A UUID of version 7 (RFC 9562, 5.7): sorts by time."""
    value = (now // 1000 & (1 << 48) - 1) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 7 << 76
    return UUID(int=value & ~(3 << 62) | 2 << 62)


@dataclass(frozen=True)
class Rules:
    """Limits, in seconds."""

    access: int = 900
    grace: int = 30
    idle: int = 7 * 86400
    absolute: int = 30 * 86400
    cap: int = 100  # live sessions of a user; the oldest is ended
    reissues: int = 100  # of one generation
    keep_ended: int = 30 * 86400


@dataclass(frozen=True)
class Origin:
    """Where a request comes from."""

    address: str = ""
    user_agent: str = ""

    @property
    def prefix(self):
        return address_prefix(self.address)


@dataclass(frozen=True)
class Grant:
    """The permission to make one pair of tokens."""

    sid: str
    user_id: str
    token: RefreshToken = field(repr=False)
    iat: int  # seconds: the transaction's own now
    exp: int  # never past the absolute limit
    auth_time: int
    idle_expires: int
    abs_expires: int


class Sessions:
    """realm keeps several of them apart in one table. begin() gives a transaction: a context
    manager of a SQLAlchemy connection, committed when it is left without an exception."""

    def __init__(self, begin, codec, rules=None, realm="", now=clock, on_end=None):
        self._begin = begin
        self.codec = codec
        self.rules = rules or Rules()
        self.realm = realm
        self.now = now
        self.on_end = on_end or (lambda sid, user_id, reason: None)

    @contextmanager
    def begin(self):
        """A transaction. Who listens for ends is told after the commit, and only then."""
        ended = []
        with self._begin() as db:
            db.info["lanyard_ended"] = ended
            try:
                yield db
            finally:
                db.info.pop("lanyard_ended", None)
        for sid, user_id, reason in ended:
            self.on_end(sid, user_id, reason)

    # Beginning.

    def start(self, db, user_id, origin, device=""):
        """A new session, with now as its auth_time. When the user has too many, the oldest
        end."""
        now = self.now()
        token = RefreshToken(new_id(now), os.urandom(SECRET_LEN), 0)
        row = {
            "id": str(token.sid), "realm": self.realm, "user_id": user_id, "gen": 0,
            "family": token.family, "created_at": now, "rotated_at": now, "auth_time": now,
            "idle_expires": now + self.rules.idle * SECOND,
            "abs_expires": now + self.rules.absolute * SECOND, "device": device[:128],
            "prefix": origin.prefix, "user_agent": origin.user_agent[:255], "reissued": 0,
            "followers": note_rotation("", origin.prefix),
        }
        db.execute(insert(table).values(row))
        self._end_oldest(db, user_id, now)
        return self._grant(row, token, now)

    def _live(self, user_id, now):
        return ((table.c.realm == self.realm) & (table.c.user_id == user_id)
                & table.c.ended_at.is_(None) & (table.c.idle_expires > now)
                & (table.c.abs_expires > now))

    def _end_oldest(self, db, user_id, now):
        rows = db.execute(select(table.c.id).where(self._live(user_id, now))
                          .order_by(table.c.created_at.desc(), table.c.id.desc())
                          .offset(self.rules.cap)).scalars().all()
        for sid in rows:
            self.end(db, sid, "cap")

    def _grant(self, row, token, now):
        iat = now // SECOND
        exp = min(iat + self.rules.access, row["abs_expires"] // SECOND)
        return Grant(sid=row["id"], user_id=row["user_id"], token=token, iat=iat, exp=exp,
                     auth_time=row["auth_time"] // SECOND, idle_expires=row["idle_expires"],
                     abs_expires=row["abs_expires"])

    # Refreshing.

    def refresh(self, text, origin):
        """The Grant of the next generation, or a Problem."""
        token = self.codec.read(text)
        if token is None:
            raise Problem("invalid_token", "this is not a refresh token of ours")
        with self.begin() as db:
            outcome = self._refresh_in(db, token, origin)
        if isinstance(outcome, Problem):
            raise outcome
        return outcome

    def _refresh_in(self, db, token, origin):
        now = self.now()
        row = db.execute(
            update(table)
            .where(*self._unended(token, now), table.c.gen == token.gen)
            .values(gen=table.c.gen + 1, rotated_at=now, reissued=0, prefix=origin.prefix,
                    idle_expires=now + self.rules.idle * SECOND,
                    user_agent=origin.user_agent[:255])
            .returning(table)).mappings().first()
        if row is None:
            return self._classify(db, token, origin, now)
        followers = note_rotation(row["followers"], origin.prefix)
        if followers != row["followers"]:
            db.execute(update(table).where(table.c.id == row["id"]).values(followers=followers))
        return self._grant(row, token._replace(gen=row["gen"]), now)

    def _unended(self, token, now):
        """That the token's session lives."""
        return (table.c.id == str(token.sid), table.c.realm == self.realm,
                table.c.family == token.family, table.c.ended_at.is_(None),
                table.c.idle_expires > now, table.c.abs_expires > now)

    def _classify(self, db, token, origin, now):
        row = db.execute(select(table).where(table.c.id == str(token.sid),
                                             table.c.realm == self.realm)
                         .with_for_update()).mappings().first()
        if row is None or row["family"] != token.family:
            return Problem("session_ended")
        if row["ended_at"] is not None:
            return self.ended_problem(row)
        if now >= row["idle_expires"] or now >= row["abs_expires"]:
            return self.expired_problem(row, now)
        if row["gen"] == token.gen + 1 and now - row["rotated_at"] <= self.rules.grace * SECOND:
            return self._reissue(db, row, token, origin, now)
        if row["gen"] > token.gen:
            self.end(db, row["id"], "reuse")
            return Problem("refresh_reused", "this refresh token was used before: the session has "
                           "been ended, because one of the two uses was not its owner's")
        self.end(db, row["id"], "generation_ahead")
        return Problem("session_ended", reason="generation_ahead")

    def _reissue(self, db, row, token, origin, now):
        if row["reissued"] >= self.rules.reissues:
            return Problem("reissued_too_often", retry_after=self.rules.grace)
        followers, is_follower = note_reissue(row["followers"], origin.prefix, row["gen"])
        if is_follower:
            self.end(db, row["id"], "follower")
            return Problem("refresh_reused", reason="follower")
        db.execute(update(table).where(table.c.id == row["id"])
                   .values(reissued=row["reissued"] + 1, followers=followers))
        return self._grant(row, token._replace(gen=row["gen"]), now)

    # Ending.

    def end(self, db, sid, reason):
        """Ends one session. False: it had ended, or there is none."""
        row = db.execute(update(table)
                         .where(table.c.id == sid, table.c.realm == self.realm,
                                table.c.ended_at.is_(None))
                         .values(ended_at=self.now(), end_reason=reason)
                         .returning(table.c.user_id)).first()
        if row is None:
            return False
        db.info["lanyard_ended"].append((sid, row.user_id, reason))
        return True

    def end_user(self, db, user_id, reason, keep=None):
        """Ends every live session of the user but keep; how many."""
        rows = db.execute(update(table)
                          .where(table.c.realm == self.realm, table.c.user_id == user_id,
                                 table.c.ended_at.is_(None), table.c.id != (keep or ""))
                          .values(ended_at=self.now(), end_reason=reason)
                          .returning(table.c.id)).scalars().all()
        db.info["lanyard_ended"] += [(sid, user_id, reason) for sid in rows]
        return len(rows)

    def logout(self, sid, user_id, scope="this", reason=None):
        """Ends the session of a verified credential, or with it the user's others. How many. A
        session that has ended says nothing about the others: its token may be a thief's."""
        with self.begin() as db:
            if scope == "this":
                return int(self.end(db, sid, reason or "user_logout"))
            if not self._is_live(db, sid):
                raise Problem("session_ended")
            keep = sid if scope == "others" else None
            return self.end_user(db, user_id, reason or "user_logout_" + scope, keep)

    def _is_live(self, db, sid):
        """Locks the row: by a change of nothing, for SQLite has no other way."""
        return db.execute(update(table).where(
            table.c.id == sid, table.c.realm == self.realm, table.c.ended_at.is_(None))
            .values(realm=self.realm)).rowcount == 1

    def of_refresh(self, text):
        """(sid, user_id) of a refresh token whose family is the session's, whatever its
        generation and whether it has ended; a Problem for anything else."""
        token = self.codec.read(text)
        if token is None:
            raise Problem("invalid_token", "this is not a refresh token of ours")
        row = self._row(str(token.sid))
        if row is None or row["family"] != token.family:
            raise Problem("session_ended")
        return row["id"], row["user_id"]

    # Looking.

    def _row(self, sid):
        with self.begin() as db:
            return db.execute(select(table).where(
                table.c.id == sid, table.c.realm == self.realm)).mappings().first()

    def check(self, sid):
        """Nothing for a session that lives, a Problem for any other."""
        with self.begin() as db:
            row = db.execute(_CHECK, {"sid": sid, "realm": self.realm}).first()
        if row is None:
            raise Problem("session_ended")
        if row.ended_at is not None:
            raise self.ended_problem(row._mapping)
        now = self.now()
        if now >= row.abs_expires:
            raise self.expired_problem(row._mapping, now)

    def list(self, user_id):
        """The user's live sessions, the newest first."""
        with self.begin() as db:
            return db.execute(select(table).where(self._live(user_id, self.now()))
                              .order_by(table.c.created_at.desc())).mappings().all()

    @staticmethod
    def last_seen(row):
        """In steps of five minutes: finer would tell a follower when the owner rotates."""
        return row["rotated_at"] // SEEN_STEP * SEEN_STEP

    def sweep(self, batch=100):
        """Removes rows that are of no use any more; how many."""
        before = self.now() - self.rules.keep_ended * SECOND
        with self.begin() as db:
            old = db.execute(select(table.c.id).where(
                (table.c.ended_at < before) | (table.c.idle_expires < before)
                | (table.c.abs_expires < before)).order_by(table.c.id).limit(batch)).scalars().all()
            db.execute(delete(table).where(table.c.id.in_(old)))
        return len(old)

    # Saying.

    @staticmethod
    def ended_problem(row):
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(row["ended_at"] // SECOND))
        return Problem("session_ended", f"this session was ended at {at}",
                       reason=row["end_reason"])

    @staticmethod
    def expired_problem(row, now):
        which = "absolute" if now >= row["abs_expires"] else "idle"
        return Problem("session_expired", f"the session has passed its {which} limit", which=which)


# Asked with every request: compiled once.
_CHECK = select(table.c.ended_at, table.c.end_reason, table.c.abs_expires).where(
    table.c.id == bindparam("sid"), table.c.realm == bindparam("realm"))
