"""The model that judges the embedded sessions: every order of steps, walked as a tree.

The steps are what an owner, a thief and time do to one session. The model knows what happened, not
what the code should decide: after each step it checks only what must never be.

  - no token is issued after an acknowledged end, and none of an ended session is accepted;
  - at most one generation of a session is live;
  - an owner alone, who retries within grace, is never refused or ended;
  - owner and thief refreshing more than grace apart end the session at the second.

A branch is stepped back by a savepoint. What follows from a state that was reached before is not
walked again, but counted: the state is every row of the table and everything the model knows.
"restart" drops every object and makes it anew.
"""

import sys
from contextlib import contextmanager

from sqlalchemy import create_engine, event, select

from lanyard.flask.problems import Problem
from lanyard.flask.refresh_token import Codec
from lanyard.flask.sessions import SECOND, Origin, Rules, Sessions
from lanyard.flask.tables import metadata, sessions as table

SECRET = b"walks take one secret of 32 bytes"
OWNER = Origin("192.0.2.7", "owner")
THIEF = Origin("198.51.100.7", "thief")
STEPS = ("owner", "lost", "thief", "logout", "password", "wait5", "wait31", "expiry", "restart")
START = 1_700_000_000 * SECOND


class Broken(Exception):
    """An invariant does not hold."""


class World:
    """One user with one session, and who holds which of its tokens. Copied at each branch."""

    def __init__(self):
        self.now = START
        self.owner = None  # the refresh token that the owner holds
        self.lost_at = None  # when the owner's last answer was lost
        self.thief = None  # what the thief holds: a copy of the owner's first
        self.ended = frozenset()  # sids whose end was acknowledged
        self.issued = frozenset()  # sids of every access token handed out
        self.sid = None
        self.is_shared = False  # the thief has refreshed this session
        self.spent = {}  # refresh token: when it was first presented with success
        self.idle_until = None

    def copy(self):
        other = World.__new__(World)
        other.__dict__.update(self.__dict__)
        other.spent = dict(self.spent)
        return other


class Walk:
    def __init__(self, connection):
        self.connection = connection
        self.world = World()
        self.count = 0
        self.known = {}  # (state, depth): how many walks go on from it, all of them good
        self.restart()

    def restart(self):
        self.sessions = Sessions(self._begin, Codec([SECRET]), Rules(), now=lambda: self.world.now)

    @contextmanager
    def _begin(self):
        with self.connection.begin_nested():
            yield self.connection

    # Steps.

    def begin(self):
        world = self.world
        with self.sessions.begin() as db:
            grant = self.sessions.start(db, "ada", OWNER)
        world.owner = self.sessions.codec.write(grant.token)
        world.sid, world.is_shared, world.lost_at = grant.sid, False, None
        self._issue(grant)

    def _issue(self, grant):
        world = self.world
        if grant.sid in world.ended:
            raise Broken("a token was issued after an acknowledged end")
        if grant.exp > grant.abs_expires // SECOND:
            raise Broken("an access token outlives its session")
        world.issued |= {grant.sid}
        world.idle_until = grant.idle_expires

    def _refresh(self, held, origin):
        """(the new text or None, the problem's code or None)"""
        try:
            grant = self.sessions.refresh(held, origin)
        except Problem as problem:
            return None, problem.code_name
        self._issue(grant)
        first = self.world.spent.setdefault(held, self.world.now)
        if self.world.now - first > 30 * SECOND:
            raise Broken("a token was spent twice, more than grace apart")
        return self.sessions.codec.write(grant.token), None

    def _owner(self, is_lost):
        world = self.world
        is_alone = not world.is_shared
        is_retry_late = world.lost_at is not None and world.now - world.lost_at > 30 * SECOND
        is_over = world.sid in world.ended or world.now >= world.idle_until
        got, code = self._refresh(world.owner, OWNER)
        if code and is_alone and not is_retry_late and not is_over:
            raise Broken(f"an owner alone was refused: {code}")
        self._judge_refusal(code, world.owner)
        if got and is_lost:
            world.lost_at = world.lost_at if world.lost_at is not None else world.now
        elif got:
            world.owner, world.lost_at = got, None

    def step_owner(self):
        self._owner(False)

    def step_lost(self):
        self._owner(True)

    def step_thief(self):
        world = self.world
        held = world.thief or world.owner
        got, code = self._refresh(held, THIEF)
        self._judge_refusal(code, held)
        if got:
            world.thief = got
            world.is_shared = world.is_shared or self.world.sid not in world.ended
        elif not world.thief:
            world.thief = held

    def _judge_refusal(self, code, held):
        """Who comes second, more than grace after the first, ends the session."""
        world = self.world
        first = world.spent.get(held)
        if first is None or world.now - first <= 30 * SECOND:
            return
        if code is None:
            raise Broken("the second of two was served beyond grace")
        row = self._row(self._sid_of(held))
        if row.ended_at is not None:
            world.ended |= {row.id}
        elif world.now < row.idle_expires:
            raise Broken("the second of two did not end the session")

    def _sid_of(self, held):
        return str(self.sessions.codec.read(held).sid)

    def step_logout(self):
        world = self.world
        self.sessions.logout(world.sid, "ada")
        world.ended |= {world.sid}

    def step_password(self):
        world = self.world
        with self.sessions.begin() as db:
            self.sessions.end_user(db, "ada", "password_changed")
        world.ended |= world.issued
        self.begin()

    def step_wait5(self):
        self.world.now += 5 * SECOND

    def step_wait31(self):
        self.world.now += 31 * SECOND

    def step_expiry(self):
        self.world.now += 8 * 86400 * SECOND

    def step_restart(self):
        self.restart()

    # Judgment.

    def _row(self, sid):
        return self.connection.execute(select(table).where(table.c.id == sid)).first()

    def check(self):
        world = self.world
        for sid in world.issued:
            row = self._row(sid)
            try:
                self.sessions.check(sid)
                is_served = True
            except Problem:
                is_served = False
            if is_served and (sid in world.ended or row.ended_at is not None):
                raise Broken("a token of an ended session is accepted")
            live = {token.gen for token in self._tokens(sid) if token.gen == row.gen}
            if len(live) > 1 or any(token.gen > row.gen for token in self._tokens(sid)):
                raise Broken("more than one generation is live")

    def _tokens(self, sid):
        texts = {self.world.owner, self.world.thief, *self.world.spent} - {None}
        tokens = [self.sessions.codec.read(text) for text in texts]
        return [token for token in tokens if str(token.sid) == sid]

    # The tree.

    def walk(self, depth, path=()):
        if depth == 0:
            return
        for name in STEPS:
            before = self.world
            savepoint = self.connection.begin_nested()
            self.world = before.copy()
            try:
                getattr(self, "step_" + name)()
                self.check()
                self.count += 1
                self._go_on(depth - 1, (*path, name))
            except Broken as broken:
                if not broken.args[1:]:
                    broken.args += (" ".join((*path, name)),)
                raise
            finally:
                savepoint.rollback()
                self.world = before

    def _state(self):
        rows = self.connection.execute(select(table).order_by(table.c.id)).all()
        world = dict(vars(self.world), spent=frozenset(self.world.spent.items()))
        return tuple(map(tuple, rows)), tuple(sorted(world.items(), key=lambda item: item[0]))

    def _go_on(self, depth, path):
        if depth == 0:
            return
        before, key = self.count, (self._state(), depth)
        if key in self.known:
            self.count += self.known[key]
            return
        self.walk(depth, path)
        self.known[key] = self.count - before


def engine_of(url):
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        # The driver's own BEGIN comes too late for savepoints: SQLAlchemy's dialect page.
        event.listen(engine, "connect", lambda raw, _: setattr(raw, "isolation_level", None))
        event.listen(engine, "begin", lambda db: db.exec_driver_sql("BEGIN"))
    return engine


def run(url, depth):
    """How many walks there were. Raises Broken with the steps that led to it."""
    engine = engine_of(url)
    with engine.connect() as connection:
        outer = connection.begin()
        metadata.drop_all(connection)
        metadata.create_all(connection)
        walk = Walk(connection)
        walk.begin()
        walk.walk(depth)
        outer.rollback()
    engine.dispose()
    return walk.count


if __name__ == "__main__":
    where, how_deep = sys.argv[1], int(sys.argv[2])
    print(f"{run(where, how_deep)} walks of at most {how_deep} steps on {where.split(':')[0]}")
