"""The embedded sessions: refresh, grace, races, followers, limits."""

import threading

import pytest
from sqlalchemy import select, update

from lanyard.flask.accounts import Accounts
from lanyard.flask.embedded import engine_for
from lanyard.flask.follower import address_prefix
from lanyard.flask.problems import Problem
from lanyard.flask.refresh_token import Codec, RefreshToken, sid_of
from lanyard.flask.sessions import SECOND, Origin, Rules, Sessions, new_id
from lanyard.flask.tables import metadata
from lanyard.flask.tables import sessions as table

from conftest import PASSWORD
import walks

HOME = Origin("192.0.2.7", "browser")
AWAY = Origin("203.0.113.9", "other")


class Clock:
    def __init__(self):
        self.at = 1_700_000_000 * SECOND

    def __call__(self):
        return self.at

    def wait(self, seconds):
        self.at += int(seconds * SECOND)


@pytest.fixture
def world(database):
    engine = engine_for(database)
    metadata.create_all(engine)
    clock = Clock()
    if engine.dialect.name != "sqlite":
        engine = engine.execution_options(isolation_level="READ COMMITTED")
    all_of_them = Sessions(engine.begin, Codec([b"k" * 32]), Rules(), now=clock)
    all_of_them.clock = clock
    all_of_them.ends = []
    all_of_them.on_end = lambda *end: all_of_them.ends.append(end)
    yield all_of_them
    engine.dispose()


def start(world, user="ada", origin=HOME):
    with world.begin() as db:
        return world.start(db, user, origin)


def text(world, grant):
    return world.codec.write(grant.token)


def refused(world, token, origin=HOME):
    with pytest.raises(Problem) as caught:
        world.refresh(token, origin)
    return caught.value.code_name


def test_refresh_gives_the_next_generation(world):
    grant = start(world)
    following = world.refresh(text(world, grant), HOME)
    assert (following.sid, following.token.gen) == (grant.sid, 1)
    assert following.auth_time == grant.auth_time


def test_lost_answer_within_grace_gets_identical_bytes(world):
    first = text(world, start(world))
    once = text(world, world.refresh(first, HOME))
    world.clock.wait(30)
    assert text(world, world.refresh(first, HOME)) == once


def test_reuse_one_second_after_grace_ends_the_session(world):
    grant = start(world)
    first = text(world, grant)
    current = text(world, world.refresh(first, HOME))
    world.clock.wait(31)
    assert refused(world, first) == "refresh_reused"
    assert refused(world, current) == "session_ended"
    assert world.ends == [(grant.sid, "ada", "reuse")]


def test_grandparent_within_grace_is_reuse(world):
    first = text(world, start(world))
    second = text(world, world.refresh(first, HOME))
    world.refresh(second, HOME)
    assert refused(world, first) == "refresh_reused"


def test_ended_comes_before_grace(world):
    grant = start(world)
    first = text(world, grant)
    world.refresh(first, HOME)
    world.logout(grant.sid, "ada")
    assert refused(world, first) == "session_ended"


def test_reissue_moves_neither_rotation_nor_idle_limit(world):
    first = text(world, start(world))
    once = world.refresh(first, HOME)
    world.clock.wait(20)
    assert world.refresh(first, HOME).idle_expires == once.idle_expires
    world.clock.wait(11)
    assert refused(world, first) == "refresh_reused"


def test_reissues_of_a_generation_are_counted(world):
    first = text(world, start(world))
    world.refresh(first, HOME)
    for _ in range(100):
        world.refresh(first, HOME)
    assert refused(world, first) == "reissued_too_often"


def test_another_family_ends_nothing(world):
    grant = start(world)
    forged = world.codec.write(grant.token._replace(secret=b"x" * 16))
    assert refused(world, forged) == "session_ended"
    world.check(grant.sid)


def test_generation_ahead_ends_the_session(world):
    grant = start(world)
    ahead = world.codec.write(grant.token._replace(gen=5))
    assert refused(world, ahead) == "session_ended"
    assert world.ends[-1][2] == "generation_ahead"


@pytest.mark.parametrize("seconds, which", [(7 * 86400, "idle"), (30 * 86400, "absolute")])
def test_limits_refuse_and_say_which(world, seconds, which):
    grant = start(world)
    with pytest.raises(Problem) as caught:
        world.clock.wait(seconds)
        world.refresh(text(world, grant), HOME)
    assert caught.value.as_dict()["which"] == which


def test_one_microsecond_before_the_limit_is_served(world):
    grant = start(world)
    world.clock.wait(7 * 86400)
    world.clock.at -= 1
    world.refresh(text(world, grant), HOME)


def test_access_never_outlives_the_absolute_limit(world):
    grant = start(world)
    token = text(world, grant)
    for _ in range(5):
        world.clock.wait(6 * 86400)
        if world.clock() >= grant.abs_expires:
            break
        token = text(world, world.refresh(token, HOME))
    world.clock.at = grant.abs_expires - 100 * SECOND
    late = world.refresh(token, HOME)
    assert late.exp == grant.abs_expires // SECOND
    assert late.exp - late.iat == 100


def test_follower_is_found_at_the_third_generation(world):
    parent = text(world, start(world))
    for turn in range(3):
        child = text(world, world.refresh(parent, HOME))
        if turn == 2:
            assert refused(world, parent, AWAY) == "refresh_reused"
        else:
            assert text(world, world.refresh(parent, AWAY)) == child
        parent = child
        world.clock.wait(900)
    assert world.ends[-1][2] == "follower"


def test_browser_of_two_addresses_is_left_alone(world):
    parent = text(world, start(world))
    for turn in range(8):
        first, second = (HOME, AWAY) if turn % 2 else (AWAY, HOME)
        child = text(world, world.refresh(parent, first))
        assert text(world, world.refresh(parent, second)) == child
        parent = child
        world.clock.wait(900)
    assert world.ends == []


def test_cap_ends_the_oldest(world):
    oldest = start(world)
    for _ in range(100):
        world.clock.wait(1)
        start(world)
    assert world.ends == [(oldest.sid, "ada", "cap")]


def test_logout_of_others_keeps_this_one(world):
    mine, other, strange = start(world), start(world), start(world, "eve")
    assert world.logout(mine.sid, "ada", "others") == 1
    world.check(mine.sid)
    world.check(strange.sid)
    with pytest.raises(Problem):
        world.check(other.sid)
    assert world.logout(mine.sid, "ada", "all") == 1


@pytest.mark.parametrize("scope", ["others", "all"])
def test_session_that_ended_ends_no_other(world, scope):
    mine, other = start(world), start(world)
    world.logout(mine.sid, "ada")
    with pytest.raises(Problem) as caught:
        world.logout(mine.sid, "ada", scope)
    assert caught.value.code_name == "session_ended"
    world.check(other.sid)


def test_race_of_threads_leaves_one_generation(world):
    grant = start(world)
    first = text(world, grant)
    got, failed = [], []

    def run():
        try:
            got.append(text(world, world.refresh(first, HOME)))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(set(got)) == 1
    with world.begin() as db:
        assert db.execute(select(table.c.gen)).scalar() == 1


def test_refresh_against_logout_issues_nothing_afterwards(world):
    for _ in range(10):
        grant = start(world)
        token = text(world, grant)
        ended = threading.Event()
        late = []

        def refresh():
            was_ended = ended.is_set()
            try:
                world.refresh(token, HOME)
            except Problem:
                return
            late.append(was_ended)

        threads = [threading.Thread(target=refresh) for _ in range(3)]
        for thread in threads:
            thread.start()
        world.logout(grant.sid, "ada")
        ended.set()
        refresh()
        for thread in threads:
            thread.join()
        assert True not in late
        with pytest.raises(Problem):
            world.check(grant.sid)


def test_realms_do_not_see_each_other(world):
    other = Sessions(world._begin, world.codec, Rules(), "other", world.clock)
    grant = start(world)
    with pytest.raises(Problem) as caught:
        other.refresh(text(world, grant), HOME)
    assert caught.value.code_name == "session_ended"
    with other.begin() as db:
        assert other.end_user(db, "ada", "admin") == 0
    world.check(grant.sid)


def test_sweep_removes_what_is_long_over(world):
    old = start(world)
    world.logout(old.sid, "ada")
    world.clock.wait(30 * 86400 + 1)
    start(world)
    assert world.sweep() == 1
    assert world.sweep() == 0


def test_login_cannot_slip_past_a_password_change(world):
    accounts = Accounts(world, method="scrypt:1024:8:1")
    user = accounts.add("ada", None, PASSWORD)
    with world.begin() as db:
        from lanyard.flask.tables import users
        row = db.execute(select(users)).first()
        db.execute(update(users).values(password="changed meanwhile"))
    with pytest.raises(Problem) as caught:
        accounts._begin_if_same(row, HOME, "")
    assert caught.value.code_name == "invalid_credentials"
    assert world.list(user.id) == []


# The text of refresh tokens.

TOKEN = RefreshToken(new_id(1_700_000_000 * SECOND), b"s" * 16, 300)


def test_codec_reads_what_it_wrote():
    codec = Codec([b"k" * 32])
    assert codec.read(codec.write(TOKEN)) == TOKEN
    assert sid_of(codec.write(TOKEN)) == str(TOKEN.sid)


def test_codec_refuses_every_changed_character():
    codec = Codec([b"k" * 32])
    good = codec.write(TOKEN)
    for index in range(len(good)):
        other = "A" if good[index] != "A" else "B"
        assert codec.read(good[:index] + other + good[index + 1:]) is None


@pytest.mark.parametrize("bad", ["", "lr1.", "lr2.AAAA", "lr1.!!!!", "lr1." + "A" * 200, None, 7])
def test_codec_refuses_garbage(bad):
    assert Codec([b"k" * 32]).read(bad) is None


def test_codec_reads_with_an_old_secret_and_writes_with_the_new():
    old, both = Codec([b"o" * 32]), Codec([b"n" * 32, b"o" * 32])
    assert both.read(old.write(TOKEN)) == TOKEN
    assert old.read(both.write(TOKEN)) is None


@pytest.mark.parametrize("address, prefix", [
    ("192.0.2.7", "192.0.2.0/24"), ("::ffff:192.0.2.7", "192.0.2.0/24"),
    ("2001:db8:1:2::3", "2001:db8:1::/48"), ("", "local"), ("unix", "local")])
def test_prefix_is_what_a_household_shares(address, prefix):
    assert address_prefix(address) == prefix


# All orders of steps.


def test_walks_of_three_steps_break_nothing(request):
    assert walks.run("sqlite://", 3) == 9 + 9 ** 2 + 9 ** 3


@pytest.mark.everything
def test_walks_of_five_steps_break_nothing_on_sqlite():
    assert walks.run("sqlite://", 5) == sum(9 ** depth for depth in range(1, 6))


@pytest.mark.everything
def test_walks_of_four_steps_break_nothing_on_postgresql(postgres):
    assert walks.run(postgres.fresh(), 4) == sum(9 ** depth for depth in range(1, 5))
