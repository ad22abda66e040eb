"""lanyard.Client against a real lanyardd."""

import asyncio
import os
import threading
import time

import pytest

import lanyard
from lanyard.client import Client, Refused, SessionEnded, Stale, Unavailable
from lanyard.client.revoked import Revoked

from clients import credentials, is_ended, make, someone
from conftest import PASSWORD
from proxy import Proxy
from servers import wait_until


@pytest.fixture
def client(lanyardd):
    with make(lanyardd) as made:
        assert made.await_news()
        yield made


@pytest.fixture
def proxy(lanyardd):
    with Proxy(lanyardd) as made:
        yield made


def test_token_is_verified_here(client):
    tokens = someone(client)
    identity = client.verify(tokens["access_token"])
    assert (identity.sub, identity.sid) == (tokens["user"]["id"], tokens["session"]["id"])
    assert identity.exp - identity.iat == tokens["expires_in"] == 900


def test_changed_token_is_refused(client):
    token = someone(client)["access_token"]
    with pytest.raises(lanyard.errors.SignatureError):
        client.verify(token[:-10] + "A" * 10)
    with pytest.raises(lanyard.MalformedToken):
        client.verify("a.b")


def test_remembered_token_still_expires_and_dies_with_its_key(client):
    token = someone(client)["access_token"]
    identity = client.verify(token)
    keys = client._verifier
    assert keys.verify(token, identity.exp - 1) is keys.verify(token, identity.exp - 1)
    with pytest.raises(lanyard.errors.ExpiredError):
        keys.verify(token, identity.exp)
    with pytest.raises(lanyard.errors.IssuedLaterError):
        keys.verify(token, identity.iat - 1)
    client._fetch_keys()
    assert client._verifier._known == {}


def test_own_logout_is_refused_at_once(client):
    tokens = someone(client)
    assert client.logout(tokens["access_token"]) == 1
    with pytest.raises(SessionEnded):
        client.verify(tokens["access_token"])


def test_logout_elsewhere_is_seen_within_a_second(client, lanyardd):
    with make(lanyardd) as other:
        delays = []
        for _ in range(20):
            tokens = someone(other)
            client.verify(tokens["access_token"])
            other.logout(tokens["access_token"])
            before = time.monotonic()
            wait_until(lambda: is_ended(client, tokens), 2, "the logout")
            delays.append(time.monotonic() - before)
        assert max(delays) < 1


def test_a_client_made_later_knows_what_was_ended_before(client, lanyardd):
    tokens = someone(client)
    client.logout(tokens["access_token"])
    with make(lanyardd) as late, pytest.raises(SessionEnded):
        late.verify(tokens["access_token"])


def test_refresh_list_end_and_reauth(client):
    tokens = someone(client)
    name = tokens["user"]["username"]
    other = client.login(name, PASSWORD, device="phone")
    items = {item["id"]: item["current"] for item in client.sessions(tokens["access_token"])}
    assert items == {tokens["session"]["id"]: True, other["session"]["id"]: False}
    client.end_session(tokens["access_token"], other["session"]["id"])
    with pytest.raises(SessionEnded):
        client.verify(other["access_token"])
    renewed = client.refresh(tokens["refresh_token"])
    assert renewed["session"]["id"] == tokens["session"]["id"]
    fresh = client.reauth(renewed["access_token"], PASSWORD)
    assert fresh["session"]["id"] != tokens["session"]["id"]
    with pytest.raises(SessionEnded):
        client.verify(renewed["access_token"])
    assert client.me(fresh["access_token"])["username"] == name


@pytest.mark.parametrize("scope, count", [("others", 1), ("all", 2)])
def test_logout_of_more_than_one_is_refused_here_at_once_and_with_the_news(client, scope, count):
    tokens = someone(client)
    other = client.login(tokens["user"]["username"], PASSWORD)
    assert client.logout(tokens["access_token"], scope=scope) == count
    assert is_ended(client, tokens) == (scope == "all")
    wait_until(lambda: is_ended(client, other), 1, "the news")


def test_logout_by_refresh_token_alone(client):
    tokens = someone(client)
    assert client.logout(refresh_token=tokens["refresh_token"]) == 1
    assert client.logout(refresh_token=tokens["refresh_token"]) == 0


def test_refusals_carry_the_server_s_code(client):
    with pytest.raises(Refused) as caught:
        client.login("nobody", "wrong")
    assert (caught.value.status, caught.value.code) == (401, "invalid_credentials")


def test_new_key_is_fetched_when_a_token_names_it(client, lanyardd):
    before = someone(client)
    lanyardd.admin("keys", "rotate", "--now")
    after = someone(client)
    assert lanyard.peek(before["access_token"]).header["kid"] != \
        lanyard.peek(after["access_token"]).header["kid"]
    client.verify(after["access_token"])
    client.verify(before["access_token"])


def test_unknown_kid_does_not_flood_the_server(client):
    someone(client)
    key = lanyard.Key.generate("EdDSA", kid="of nobody")
    token = lanyard.issue({"sub": "x", "sid": "y"}, key, typ="at+jwt", lifetime=900, iat=True)
    fetched = []
    fetch, client._fetch_keys = client._fetch_keys, lambda: (fetched.append(1), fetch())
    def run():
        with pytest.raises(lanyard.errors.KeyNotFoundError):
            client.verify(token)

    threads = [threading.Thread(target=run) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= len(fetched) <= 20


def test_too_far_behind_refuses_and_recovers(own):
    with make(own, max_stale_s=1) as client:
        tokens = someone(client)
        client.verify(tokens["access_token"])
        own.kill()
        wait_until(lambda: client.lag > 1, 5, "staleness")
        with pytest.raises(Stale) as caught:
            client.verify(tokens["access_token"])
        assert caught.value.lag > 1
        own.start()
        wait_until(lambda: client.lag < 1, 5, "news again")
        client.verify(tokens["access_token"])


def test_request_whose_answer_was_lost_is_sent_again_only_when_it_may_be(proxy):
    def lost(path):
        proxy.seen.clear()
        proxy.odd[path].append(None)

    with make(proxy) as client:
        tokens = someone(client)
        name = tokens["user"]["username"]
        for path, call in (("/v1/login", lambda: client.login(name, PASSWORD)),
                           ("/v1/register", lambda: someone(client)),
                           ("/v1/me/password", lambda: client.change_password(
                               tokens["access_token"], PASSWORD, PASSWORD + "!"))):
            client.refresh(tokens["refresh_token"])  # leaves a connection behind
            lost(path)
            with pytest.raises(Unavailable):
                call()
            assert proxy.seen["POST", path] == 1
        tokens = client.login(name, PASSWORD + "!")
        other = client.login(name, PASSWORD + "!")
        lost("/v1/refresh")
        assert client.refresh(tokens["refresh_token"])["session"] == tokens["session"]
        assert proxy.seen["POST", "/v1/refresh"] == 2
        lost("/oauth/introspect")
        assert client.introspect(tokens["access_token"])["active"] is True
        assert proxy.seen["POST", "/oauth/introspect"] == 2
        lost("/v1/me")
        assert client.me(tokens["access_token"])["username"] == name
        lost("/v1/sessions/" + other["session"]["id"])
        client.end_session(tokens["access_token"], other["session"]["id"])


def test_connection_that_was_closed_meanwhile_is_opened_anew(proxy):
    proxy.hangs_up = True
    with make(proxy) as client:
        name = someone(client)["user"]["username"]
        for _ in range(3):
            time.sleep(0.05)
            assert client.login(name, PASSWORD)


DEEP = b"[" * 200_000


@pytest.mark.parametrize("odd", [b"[]", b"{}", b"", b"\xff", b'{"epoch":1}\n[]', DEEP])
def test_feed_goes_on_after_an_answer_of_odd_shape(proxy, odd, caplog):
    proxy.odd["/v1/revocations"].append(odd)
    with make(proxy) as client:
        tokens = someone(client)
        assert client.await_news()
        client.verify(tokens["access_token"])
    assert "no news of ended sessions" in caplog.text


@pytest.mark.parametrize("odd", [b"[]", b"<html>", b'{"keys":7}', DEEP])
def test_keys_of_odd_shape_are_a_server_that_is_away(proxy, odd):
    with make(proxy) as client:
        token = someone(client)["access_token"]
        proxy.odd["/.well-known/jwks.json"].append(odd)
        with pytest.raises(Unavailable):
            client.verify(token)
        client.verify(token)


@pytest.mark.parametrize("odd", [b"[]", b"<html>", DEEP])
def test_answer_of_odd_shape_is_a_server_that_is_away(proxy, odd):
    with make(proxy) as client:
        proxy.odd["/v1/me"].append(odd)
        with pytest.raises(Unavailable):
            client.me(someone(client)["access_token"])


def test_until_then_a_dead_server_goes_unnoticed(own):
    with make(own, max_stale_s=10) as client:
        tokens = someone(client)
        client.verify(tokens["access_token"])
        own.kill()
        for _ in range(50):
            client.verify(tokens["access_token"])
        with pytest.raises(Unavailable):
            client.me(tokens["access_token"])


def test_stale_introspects_when_so_configured(lanyardd):
    with make(lanyardd, when_stale="introspect", max_stale_s=1) as client:
        tokens = someone(client)
        client.verify(tokens["access_token"])
        client._stop.set()
        client._thread.join(5)
        client._revoked._fresh_at -= 100
        client.verify(tokens["access_token"])
        with make(lanyardd) as other:
            other.logout(tokens["access_token"])
        with pytest.raises(SessionEnded):
            client.verify(tokens["access_token"])


def test_without_credentials_of_its_own_nothing_is_believed(lanyardd):
    with Client(lanyardd.url) as client:
        tokens = someone(client)
        with pytest.raises(Stale):
            client.verify(tokens["access_token"])
        assert client.verify(tokens["access_token"], check_session=False)


def test_child_of_a_fork_follows_on_its_own(client):
    tokens, ended = someone(client), someone(client)
    client.verify(tokens["access_token"])
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(readable)
        try:
            client.verify(tokens["access_token"])
            os.write(writable, b"ready")
            wait_until(lambda: is_ended(client, ended), 3, "the logout")
            os.write(writable, b"seen")
        finally:
            os._exit(0)
    os.close(writable)
    assert os.read(readable, 5) == b"ready"
    client.logout(ended["access_token"])
    assert os.read(readable, 4) == b"seen"
    os.waitpid(child, 0)
    os.close(readable)
    client.verify(tokens["access_token"])


def test_threads_share_one(client):
    tokens = someone(client)
    failed = []

    def run():
        try:
            for _ in range(200):
                client.verify(tokens["access_token"])
            client.me(tokens["access_token"])
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_asyncio_has_the_same(lanyardd):
    async def walk():
        async with lanyard.AsyncClient(lanyardd.url, **credentials(lanyardd)) as client:
            assert (client.lag, client.max_stale_s, client.when_stale, client.is_following) == (
                None, 10, "refuse", True)
            tokens = await client.register(username=f"u{time.time_ns()}", password=PASSWORD)
            identities = await asyncio.gather(*[client.verify(tokens["access_token"])
                                                for _ in range(50)])
            assert {one.sid for one in identities} == {tokens["session"]["id"]}
            await client.logout(tokens["access_token"])
            with pytest.raises(SessionEnded):
                await client.verify(tokens["access_token"])

    asyncio.run(walk())


# What is known, and how old it is.

def line(**members):
    return {"epoch": "e", "seq": 1, "now": time.time(), **members}


def entry(kind, key, not_before=1000):
    return {"seq": 1, "kind": kind, "key": key, "not_before": not_before, "expires": 2_000_000_000}


TOKEN = {"sid": "s", "sub": "u", "jti": "j", "client_id": "c", "iat": 1000}


@pytest.mark.parametrize("kind, key", [("sid", "s"), ("sub", "u"), ("jti", "j"), ("client", "c"),
                                       ("kid", "k"), ("all", "")])
def test_each_kind_of_entry_refuses_its_own(kind, key):
    revoked = Revoked()
    revoked.take(line(), [entry(kind, key)])
    assert revoked.refuses(TOKEN, "k") == kind
    other = Revoked()
    other.take(line(), [entry(kind, "other", 999)])
    assert other.refuses(TOKEN, "k") is None


def test_user_s_entry_spares_what_was_issued_later():
    revoked = Revoked()
    revoked.take(line(), [entry("sub", "u")])
    assert revoked.refuses({**TOKEN, "iat": 1001}) is None


def test_another_epoch_forgets_and_the_same_adds():
    revoked = Revoked()
    revoked.take(line(), [entry("sid", "s")])
    revoked.take(line(seq=2), [entry("sid", "t")])
    assert revoked.refuses(TOKEN) == "sid" and revoked.cursor == "e:2"
    revoked.take(line(epoch="f"), [])
    assert revoked.refuses(TOKEN) is None


def test_answer_that_was_long_on_its_way_counts_as_old():
    revoked = Revoked()
    revoked.take(line(now=time.time()), [])
    revoked.take(line(now=time.time() - 20), [])
    assert 19 < revoked.lag() < 22


def test_no_answer_is_older_than_its_question():
    revoked, now = Revoked(), int(time.time())
    revoked.take(line(now=now), [])
    revoked.take(line(now=now - 20), [], time.monotonic() - 0.5)
    assert 0.5 <= revoked.lag() < 1


def test_server_s_clock_may_be_off():
    revoked = Revoked()
    for _ in range(3):
        revoked.take(line(now=time.time() - 5000), [])
    assert revoked.lag() < 1
